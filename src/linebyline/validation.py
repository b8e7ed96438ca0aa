"""Check what comes in at the door, so that the formulas behind it can stay plain."""

import numpy as np


def as_floats(name, value):
    """Return `value` as an array of floats, or say what is wrong with it.

    Python numbers and lists of them are converted. An *array* of integers or
    booleans is refused: written into, it cuts off every fraction, which is a
    classic way to lose a gradient.

    Parameters
    ----------
    name : str
        What to call the value in an error message.
    value : array_like
        Real or complex numbers. Complex ones are let through, because the
        complex step (:mod:`linebyline.gradcheck`) sends them.

    Returns
    -------
    ndarray
        float32 stays float32; everything else real becomes float64, everything
        complex complex128.

    Raises
    ------
    TypeError
        If the value is an integer or boolean array, or not numeric.
    ValueError
        If it is ragged, or if it contains NaN.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name}: expected a rectangular array of numbers, got rows of unequal length") from error
    if array.dtype.kind in "iub" and isinstance(value, (np.ndarray, np.generic)):
        raise TypeError(f"{name}: expected floats, got an array of {array.dtype}; convert it with {name}.astype(float)")
    if array.dtype.kind not in "iubfc":
        raise TypeError(f"{name}: expected numbers, got {type(value).__name__} of {array.dtype}")
    if array.dtype.kind == "c":
        array = array.astype(np.complex128, copy=False)
    elif array.dtype != np.float32:
        array = array.astype(np.float64, copy=False)
    if np.isnan(array).any():
        raise ValueError(f"{name}: expected numbers, got NaN at index {_first(np.isnan(array))}; look for it upstream")
    return array


def as_finite(name, value):
    """Return `value` as an array of finite floats (see :func:`as_floats`).

    Raises
    ------
    TypeError, ValueError
        As :func:`as_floats`; also ValueError for an infinite entry.
    """
    array = as_floats(name, value)
    if not np.isfinite(array).all():
        at = _first(~np.isfinite(array))
        raise ValueError(f"{name}: expected finite numbers, got {array[at]} at index {at}")
    return array


def require_units(name, array):
    """Raise ValueError unless `array` has a last axis with at least one unit on it."""
    if array.ndim == 0:
        raise ValueError(f"{name}: expected at least one axis (the units of a layer), got the single number {array}")
    if array.shape[-1] == 0:
        raise ValueError(f"{name}: expected at least one unit along the last axis, got shape {array.shape}")


def require_same_shape(name, array, other_name, other):
    """Raise ValueError unless the two arrays have the same shape."""
    if array.shape != other.shape:
        raise ValueError(f"{name} and {other_name}: expected the same shape, got {array.shape} and {other.shape}")


def require_sum_to_one(name, array, advice):
    """Raise ValueError unless every row is non-negative and sums to one along the last axis."""
    tolerance = 1e-4 if array.dtype == np.float32 else 1e-6
    real, sums = array.real, np.ravel(array.real.sum(axis=-1))
    off = sums[np.abs(sums - 1) > tolerance]
    if off.size:
        raise ValueError(f"{name}: expected numbers that sum to one along the last axis, got a sum of {off[0]:.6g}; {advice}")
    if (real < 0).any():
        raise ValueError(f"{name}: expected probabilities, got {real.min():.6g}, which is below zero; {advice}")


def _first(mask):
    """Index of the first true entry, as a tuple of plain ints."""
    return tuple(int(i) for i in np.argwhere(mask)[0])
