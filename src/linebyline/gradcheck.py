"""Find a derivative without deriving it, and hold ours against it."""

from dataclasses import dataclass, replace

import numpy as np

from linebyline.validation import as_finite

DEFAULT_STEP = np.finfo(float).eps ** (1 / 3)  # balances rounding against truncation, about 6e-6
COMPLEX_STEP = 1e-30


class GradientMismatch(AssertionError):
    """Our gradient and the independent one differ. Carries the table as ``report``."""

    def __init__(self, message, report):
        super().__init__(message)
        self.report = report


@dataclass(frozen=True)
class Entry:
    """One parameter's derivative, ours and the independent one."""

    index: str
    ours: float
    independent: float
    relative_error: float

    def __str__(self):
        return f"{self.index:<12} {self.ours:>+22.12e} {self.independent:>+22.12e} {self.relative_error:>10.1e}"


@dataclass(frozen=True)
class GradientReport:
    """Every parameter's entry, and how far apart the two gradients may be."""

    entries: tuple
    rtol: float

    @property
    def worst(self):
        """The entry with the largest relative error."""
        return max(self.entries, key=lambda entry: entry.relative_error)

    @property
    def ok(self):
        """Whether every entry is within the tolerance."""
        return self.worst.relative_error <= self.rtol

    def table(self, rows=12):
        """Give the table as text: the first `rows` entries, and the worst one always."""
        shown = [entry for i, entry in enumerate(self.entries) if i < rows or entry is self.worst]
        head = f"{'index':<12} {'ours':>22} {'independent':>22} {'rel. error':>10}"
        left_out = len(self.entries) - len(shown)
        foot = [f"... and {left_out} more, none worse"] if left_out else []
        return "\n".join([head, *map(str, shown), *foot])

    def __str__(self):
        return self.table()


def numerical_gradient(f, x, step=DEFAULT_STEP):
    r"""Estimate the gradient of `f` at `x` by central differences.

    .. math:: \frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x`, gives one number.
    x : array_like of float, any shape
        Where. It is not changed.
    step : float
        :math:`h`. The error falls with :math:`h^2` and the rounding noise grows
        with :math:`1/h`, so smaller is not better.

    Returns
    -------
    ndarray, shape of `x`
        About ten digits at best.

    Raises
    ------
    TypeError, ValueError
        If `x` is an integer array or not finite, if `step` is not above 0 or too
        small beside an entry of `x`, or if `f` does not give one number.

    Examples
    --------
    >>> numerical_gradient(lambda x: x[0] * x[1] ** 2, [2.0, 3.0]).round(6)
    array([ 9., 12.])
    """
    x, step = as_finite("x", x).astype(float), _step(step)
    gradient = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += step
        down[i] -= step
        if up[i] == down[i]:
            raise ValueError(f"step: expected one that is not rounded away at x = {x[i]}, got {step}; use complex_step_gradient")
        # the step that was really taken, after rounding
        gradient[i] = (_one_number(f(up)) - _one_number(f(down))) / (up[i] - down[i])
    return gradient


def complex_step_gradient(f, x, step=COMPLEX_STEP):
    r"""Give the gradient of `f` at `x` to the last digits, by a step into the complex plane.

    .. math:: \frac{\partial f}{\partial x_i} = \frac{\operatorname{Im} f(x + i h e_i)}{h}

    Nothing is subtracted, so nothing cancels and `h` can be tiny. `f` must be
    built from functions that take complex numbers and may not use ``abs``,
    ``max`` or comparisons of complex values.

    Parameters
    ----------
    f : callable
        Takes a complex array of the shape of `x`, gives one complex number.
    x : array_like of float, any shape
        Where. It is not changed.
    step : float
        :math:`h`.

    Returns
    -------
    ndarray, shape of `x`

    Raises
    ------
    TypeError, ValueError
        As :func:`numerical_gradient`; TypeError if `f` lost the imaginary part
        of its argument and gave a real number.

    Notes
    -----
    Source: W. Squire and G. Trapp, *Using complex variables to estimate
    derivatives of real functions*, SIAM Review 40 (1998).

    Examples
    --------
    >>> complex_step_gradient(lambda x: x[0] * x[1] ** 2, [2.0, 3.0])
    array([ 9., 12.])
    """
    x, step = as_finite("x", x), _step(step)
    gradient = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[i] += 1j * step
        value = np.asarray(_one_number(f(moved)))
        if value.dtype.kind != "c":
            raise TypeError("f: expected a complex number for a complex argument, got a real one; look for float(), .real or abs() in it")
        gradient[i] = value.imag / step
    return gradient


def check_gradients(network, x, target, *, gradient=None, rtol=1e-7, verbose=True):
    r"""Compare every parameter's derivative with an independent one, by complex step.

    The relative error of an entry is :math:`|a - b| / \max(|a|, |b|, 10^{-6} s)`,
    where *s* is the largest independent derivative of all: an entry that is
    zero but for rounding is not measured against itself.

    Parameters
    ----------
    network : Network
    x, target : array_like of float
        As :meth:`~linebyline.network.Network.backward`; one example or a batch.
    gradient : Backward, optional
        The gradient to check, with ``W`` and ``b`` in the network's shapes;
        ``network.backward(x, target)`` if not given. This is where a learner's
        own gradient goes.
    rtol : float
        How large a relative error may be. Common mistakes are within five per
        cent of the truth, so 1e-4 is already too kind.
    verbose : bool
        Whether to print the table.

    Returns
    -------
    GradientReport

    Raises
    ------
    GradientMismatch
        If an entry is off; the message names the worst one and shows both numbers.
    ValueError
        If `gradient` does not have the network's shapes.

    Examples
    --------
    >>> from linebyline.network import QUESTION_TARGET, QUESTION_X, question_network
    >>> report = check_gradients(question_network(), QUESTION_X, QUESTION_TARGET, verbose=False)
    >>> report.ok, len(report.entries)
    (True, 10)
    """
    ours = network.backward(x, target) if gradient is None else gradient
    blocks = [(kind, layer) for layer in range(len(network.W)) for kind in ("W", "b")]
    pairs = []
    for kind, layer in blocks:
        mine = as_finite(f"gradient.{kind}[{layer}]", getattr(ours, kind)[layer])
        parameter = getattr(network, kind)[layer]
        if mine.shape != parameter.shape:
            raise ValueError(f"gradient.{kind}[{layer}]: expected shape {parameter.shape}, got {mine.shape}")
        independent = complex_step_gradient(_error_of(network, kind, layer, x, target), parameter)
        pairs.append((f"{kind}[{layer}]", mine, independent))
    scale = max(float(np.abs(independent).max()) for _, _, independent in pairs)
    report = GradientReport(tuple(_entries(pairs, scale)), rtol)
    if verbose:
        print(report)
    if not report.ok:
        worst = report.worst
        raise GradientMismatch(
            f"{worst.index}: ours is {worst.ours:.12g}, the independent derivative is {worst.independent:.12g}: "
            f"relative error {worst.relative_error:.1e}, allowed {rtol:.0e}. Derive this entry again; diagnose_value can name the likely slip.",
            report,
        )
    return report


def _error_of(network, kind, layer, x, target):
    """The error as a function of one block of parameters."""

    def error(value):
        blocks = list(getattr(network, kind))
        blocks[layer] = value
        return replace(network, **{kind: blocks}).error(x, target)

    return error


def _entries(pairs, scale):
    for name, mine, independent in pairs:
        for i in np.ndindex(independent.shape):
            a, b = float(mine[i]), float(independent[i])
            size = max(abs(a), abs(b), 1e-6 * scale)
            index = f"{name}[{', '.join(map(str, i))}]" if i else name
            error = abs(a - b) / size if size else 0.0
            yield Entry(index, a, b, error if np.isfinite(error) else np.inf)


def _step(step):
    if not step > 0:
        raise ValueError(f"step: expected a number above 0, got {step}")
    return step


def _one_number(value):
    if np.ndim(value) != 0:
        raise ValueError(f"f: expected one number, got an array of shape {np.shape(value)}; sum it, or differentiate one entry at a time")
    return value
