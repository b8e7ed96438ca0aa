"""Sigmoid and softmax, with their derivatives, along the last axis of any array.

Nothing here knows what a network is. Every function takes float64 or float32
and gives the same back; complex input is let through for the complex step.
"""

import numpy as np

from linebyline.validation import as_finite, as_floats, require_same_shape, require_sum_to_one, require_units


def sigmoid(net):
    r"""Squash every entry into (0, 1).

    .. math:: out = \sigma(net) = \frac{1}{1 + e^{-net}}

    Parameters
    ----------
    net : array_like of float, any shape
        Scores; infinities are allowed.

    Returns
    -------
    ndarray, shape of `net`

    Raises
    ------
    TypeError, ValueError
        If `net` is an integer array, not numeric, or contains NaN.

    Notes
    -----
    ``exp`` only ever sees a number that is not positive, so it cannot overflow:
    for positive scores the fraction is expanded by :math:`e^{-net}`, for
    negative ones by :math:`e^{net}`.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    net = as_floats("net", net)
    e = np.exp(_minus_abs(net))
    return (np.where(net.real >= 0, np.ones_like(e), e) / (1 + e))[()]


def sigmoid_derivative(net):
    r"""Give the slope of the sigmoid at `net` (the score, not the output).

    .. math:: \sigma'(net) = \sigma(net)\,(1 - \sigma(net)) = \frac{e^{-|net|}}{(1 + e^{-|net|})^2}

    Parameters
    ----------
    net : array_like of float, any shape
        Scores. Passing outputs instead is a classic slip: it gives
        :math:`\sigma'(out)`, five per cent off on the question's network.

    Returns
    -------
    ndarray, shape of `net`
        At most 1/4 (up to rounding); correct to the last digits far out, where
        ``out * (1 - out)`` has already rounded to 0.

    Raises
    ------
    TypeError, ValueError
        If `net` is an integer array, not numeric, or contains NaN.

    Examples
    --------
    >>> float(sigmoid_derivative(0.0))
    0.25
    >>> out = sigmoid(40.0)
    >>> float(out * (1 - out)), float(sigmoid_derivative(40.0)) > 0
    (0.0, True)
    """
    net = as_floats("net", net)
    e = np.exp(_minus_abs(net))
    return (e / (1 + e) ** 2)[()]


def softmax(net):
    r"""Turn a row of scores into shares that sum to one.

    .. math:: out_i = \frac{e^{net_i}}{\sum_k e^{net_k}} = \frac{e^{net_i - m}}{\sum_k e^{net_k - m}}, \qquad m = \max_k net_k

    Parameters
    ----------
    net : array_like of float, shape (..., n)
        Scores, one row a layer; n is at least 1. Minus infinity is allowed
        beside a finite score and gets the share 0.

    Returns
    -------
    ndarray, shape (..., n)
        Not negative; sums to one along the last axis.

    Raises
    ------
    TypeError, ValueError
        If `net` is an integer array, not numeric, contains NaN or plus
        infinity, has no axis, has an empty last axis, or has a row of minus
        infinities only.

    Examples
    --------
    >>> softmax([1000.0, 1000.0])
    array([0.5, 0.5])
    """
    net = _scores(net)
    e = np.exp(_below_top(net))
    return e / e.sum(axis=-1, keepdims=True)


def log_softmax(net):
    r"""Give the logarithm of the softmax without taking a logarithm of 0.

    .. math:: \log out_i = (net_i - m) - \log \sum_k e^{net_k - m}, \qquad m = \max_k net_k

    Parameters
    ----------
    net : array_like of float, shape (..., n)
        Scores, as for :func:`softmax`.

    Returns
    -------
    ndarray, shape (..., n)
        Not positive. Finite for finite scores: a result below the range of the
        floats is given as the lowest float.

    Raises
    ------
    TypeError, ValueError
        As :func:`softmax`.

    Notes
    -----
    The largest term of the sum is exactly 1, so the logarithm is
    ``log1p`` of the others: no digit is lost when they are tiny.

    Examples
    --------
    >>> log_softmax([0.0, -2000.0])
    array([    0., -2000.])
    """
    net = _scores(net)
    below = _below_top(net)
    is_top = np.arange(net.shape[-1]) == np.argmax(net.real, axis=-1)[..., np.newaxis]
    others = np.where(is_top, 0, np.exp(below)).sum(axis=-1, keepdims=True)
    return np.where(np.isinf(net), net, below - np.log1p(others))


def softmax_jacobian(out):
    r"""Give every derivative of every softmax output by every score.

    .. math:: J_{ij} = \frac{\partial out_i}{\partial net_j} = out_i\,(1_{i=j} - out_j)

    Parameters
    ----------
    out : array_like of float, shape (..., n)
        The layer's *outputs*, ``softmax(net)``; they sum to one.

    Returns
    -------
    ndarray, shape (..., n, n)
        Symmetric; every row and every column sums to zero.

    Raises
    ------
    TypeError, ValueError
        If `out` is an integer array, not finite, or does not sum to one.

    Examples
    --------
    >>> softmax_jacobian([0.25, 0.75])
    array([[ 0.1875, -0.1875],
           [-0.1875,  0.1875]])
    """
    out = _shares(out)
    return out[..., :, np.newaxis] * (np.eye(out.shape[-1], dtype=out.dtype) - out[..., np.newaxis, :])


def softmax_vjp(out, upstream):
    r"""Send a gradient back through a softmax layer without forming its Jacobian.

    .. math:: \frac{\partial E}{\partial net_i} = out_i \Big(g_i - \sum_k g_k\, out_k\Big)

    Parameters
    ----------
    out : array_like of float, shape (..., n)
        The layer's outputs; they sum to one along the last axis.
    upstream : array_like of float, shape (..., n)
        :math:`g = \partial E / \partial out`.

    Returns
    -------
    ndarray, shape (..., n)
        Sums to zero along the last axis, whatever `upstream` is.

    Raises
    ------
    TypeError, ValueError
        If one is an integer array or not finite, if `out` does not sum to one,
        or if the shapes differ.

    Examples
    --------
    >>> softmax_vjp([0.25, 0.75], [1.0, 1.0])
    array([0., 0.])
    """
    out = _shares(out)
    upstream = as_finite("upstream", upstream)
    require_same_shape("out", out, "upstream", upstream)
    average = (upstream * out).sum(axis=-1, keepdims=True)
    return out * (upstream - average)


def _minus_abs(net):
    """Minus the absolute value, with the sign taken from the real part (for complex steps)."""
    return np.where(net.real >= 0, -net, net)


def _scores(net):
    """`net` as the input of a softmax, or an error."""
    net = as_floats("net", net)
    require_units("net", net)
    if (net.real == np.inf).any():
        raise ValueError("net: expected scores below infinity, got inf; the shares would be inf/inf")
    if (net.real == -np.inf).all(axis=-1).any():
        raise ValueError("net: expected a finite score in every row, got a row of -inf only; the shares would be 0/0")
    return net


def _below_top(net):
    """How far each score is below the largest of its row; cut at the lowest float, since the difference may be twice as long."""
    top = np.take_along_axis(net, np.argmax(net.real, axis=-1)[..., np.newaxis], axis=-1)
    half = net / 2 - top / 2  # halves cannot overflow when subtracted
    lowest = np.finfo(net.dtype).min / 2
    return 2 * np.where(half.real > lowest, half, lowest)


def _shares(out):
    """`out` as the output of a softmax, or an error."""
    out = as_finite("out", out)
    require_units("out", out)
    require_sum_to_one("out", out, "pass the layer's outputs, softmax(net), not its scores")
    return out
