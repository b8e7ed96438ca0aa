"""Squared error and the two cross-entropies, their gradients, and their stable forms from the scores.

Every loss sums over the units of the last axis and gives one number an
example; every gradient has the shape of its argument. Nothing here knows what
a network is.
"""

import numpy as np

from linebyline.activations import log_softmax, sigmoid, softmax
from linebyline.validation import as_finite, as_floats, require_same_shape, require_sum_to_one, require_units

_SUM_ADVICE = "give one target per class (one-hot or soft), for example np.eye(n)[label]"


def squared_error(out, target):
    r"""Half the summed squared difference, as in the question.

    .. math:: E = \frac12 \sum_k (target_k - out_k)^2

    Parameters
    ----------
    out, target : array_like of float, shape (..., n)
        Outputs and targets.

    Returns
    -------
    ndarray, shape (...)
        One error an example.

    Raises
    ------
    TypeError, ValueError
        If one is an integer array or not finite, or if the shapes differ.

    Examples
    --------
    >>> float(squared_error([0.75, 0.5], [0.25, 0.5]))
    0.125
    """
    out, target = _pair("out", out, target)
    return 0.5 * ((target - out) ** 2).sum(axis=-1)


def squared_error_gradient(out, target):
    r"""Give the derivative of :func:`squared_error` by each output.

    .. math:: \frac{\partial E}{\partial out_k} = out_k - target_k

    Parameters
    ----------
    out, target : array_like of float, shape (..., n)
        Outputs and targets.

    Returns
    -------
    ndarray, shape (..., n)

    Raises
    ------
    TypeError, ValueError
        As :func:`squared_error`.

    Examples
    --------
    >>> squared_error_gradient([0.75, 0.5], [0.25, 0.5])
    array([0.5, 0. ])
    """
    out, target = _pair("out", out, target)
    return out - target


def binary_cross_entropy(out, target):
    r"""Minus the log-likelihood of independent yes/no targets.

    .. math:: E = -\sum_k \big(target_k \log out_k + (1 - target_k)\log(1 - out_k)\big)

    Parameters
    ----------
    out, target : array_like of float, shape (..., n)
        Each entry between 0 and 1.

    Returns
    -------
    ndarray, shape (...)
        Infinite where an output is certain and wrong. A factor 0 in front of a
        logarithm removes it, so a certain and right output costs nothing.

    Raises
    ------
    TypeError, ValueError
        If one is an integer array or not finite, if an entry is outside
        [0, 1], or if the shapes differ.

    Examples
    --------
    >>> round(float(binary_cross_entropy([1.0, 0.5], [1.0, 0.5])), 9)
    0.693147181
    """
    out, target = _probabilities(*_pair("out", out, target))
    return -(_times_log(target, out) + _times_log(1 - target, 1 - out)).sum(axis=-1)


def binary_cross_entropy_gradient(out, target):
    r"""Give the derivative of :func:`binary_cross_entropy` by each output.

    .. math:: \frac{\partial E}{\partial out_k} = \frac{out_k - target_k}{out_k\,(1 - out_k)}

    Parameters
    ----------
    out, target : array_like of float, shape (..., n)
        Outputs strictly between 0 and 1, targets from 0 to 1.

    Returns
    -------
    ndarray, shape (..., n)

    Raises
    ------
    TypeError, ValueError
        As :func:`binary_cross_entropy`; also if an output is exactly 0 or 1,
        where the slope does not exist. Go through the score then, with
        :func:`binary_cross_entropy_from_net_gradient`.

    Examples
    --------
    >>> binary_cross_entropy_gradient([0.5], [1.0])
    array([-2.])
    """
    out, target = _probabilities(*_pair("out", out, target))
    if ((out.real == 0) | (out.real == 1)).any():
        raise ValueError(
            "out: expected outputs strictly between 0 and 1, got one that is exactly 0 or 1; "
            "use binary_cross_entropy_from_net_gradient(net, target)"
        )
    return (1 - target) / (1 - out) - target / out


def cross_entropy(out, target):
    r"""Minus the log-likelihood of one class out of n.

    .. math:: E = -\sum_k target_k \log out_k

    Parameters
    ----------
    out : array_like of float, shape (..., n)
        Shares, not below 0.
    target : array_like of float, shape (..., n)
        One-hot or soft; sums to one along the last axis.

    Returns
    -------
    ndarray, shape (...)
        Infinite where a class with a target got the share 0.

    Raises
    ------
    TypeError, ValueError
        If one is an integer array or not finite, if the targets do not sum to
        one, if an entry is outside [0, 1], or if the shapes differ.

    Examples
    --------
    >>> round(float(cross_entropy([0.5, 0.5], [1.0, 0.0])), 9)
    0.693147181
    """
    out, target = _probabilities(*_classes("out", out, target))
    return -_times_log(target, out).sum(axis=-1)


def cross_entropy_gradient(out, target):
    r"""Give the derivative of :func:`cross_entropy` by each output, the others held.

    .. math:: \frac{\partial E}{\partial out_k} = -\frac{target_k}{out_k}

    Parameters
    ----------
    out, target : array_like of float, shape (..., n)
        As :func:`cross_entropy`.

    Returns
    -------
    ndarray, shape (..., n)

    Raises
    ------
    TypeError, ValueError
        As :func:`cross_entropy`; also if a class with a target got the share
        0. Go through the scores then, with
        :func:`cross_entropy_from_net_gradient`.

    Examples
    --------
    >>> cross_entropy_gradient([0.25, 0.75], [1.0, 0.0])
    array([-4., -0.])
    """
    out, target = _probabilities(*_classes("out", out, target))
    if ((out.real == 0) & (target != 0)).any():
        raise ValueError("out: expected a share above 0 wherever there is a target, got 0; use cross_entropy_from_net_gradient(net, target)")
    return -target / np.where(out.real == 0, 1, out)


def binary_cross_entropy_from_net(net, target):
    r"""Give the binary cross-entropy of ``sigmoid(net)`` straight from the scores.

    .. math:: E = \sum_k \max(net_k, 0) - target_k\, net_k + \log(1 + e^{-|net_k|})

    Parameters
    ----------
    net, target : array_like of float, shape (..., n)
        Scores, and targets from 0 to 1.

    Returns
    -------
    ndarray, shape (...)
        Finite for scores whose sum is.

    Raises
    ------
    TypeError, ValueError
        If one is an integer array or not finite, if a target is outside
        [0, 1], or if the shapes differ.

    Examples
    --------
    >>> float(binary_cross_entropy_from_net([1000.0], [0.0]))
    1000.0
    """
    net, target = _pair("net", net, target)
    _require_unit_interval("target", target)
    positive = net.real >= 0
    wrong_way = np.where(positive, (1 - target) * net, -target * net)
    return (wrong_way + np.log1p(np.exp(np.where(positive, -net, net)))).sum(axis=-1)


def binary_cross_entropy_from_net_gradient(net, target):
    r"""Give the derivative of :func:`binary_cross_entropy_from_net` by each score.

    .. math:: \frac{\partial E}{\partial net_k} = \sigma(net_k) - target_k

    Parameters
    ----------
    net, target : array_like of float, shape (..., n)
        Scores, and targets from 0 to 1.

    Returns
    -------
    ndarray, shape (..., n)

    Raises
    ------
    TypeError, ValueError
        As :func:`binary_cross_entropy_from_net`.

    Examples
    --------
    >>> binary_cross_entropy_from_net_gradient([1000.0, 0.0], [0.0, 1.0])
    array([ 1. , -0.5])
    """
    net, target = _pair("net", net, target)
    _require_unit_interval("target", target)
    return sigmoid(net) - target


def cross_entropy_from_net(net, target):
    r"""Give the cross-entropy of ``softmax(net)`` straight from the scores.

    .. math:: E = -\sum_k target_k \Big(net_k - \log \sum_m e^{net_m}\Big)

    Parameters
    ----------
    net : array_like of float, shape (..., n)
        Scores.
    target : array_like of float, shape (..., n)
        One-hot or soft; sums to one along the last axis.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    TypeError, ValueError
        If one is an integer array or not finite, if the targets do not sum to
        one, or if the shapes differ.

    Examples
    --------
    >>> float(cross_entropy_from_net([0.0, 1000.0], [1.0, 0.0]))
    1000.0
    """
    net, target = _classes("net", net, target)
    return -(target * log_softmax(net)).sum(axis=-1)


def cross_entropy_from_net_gradient(net, target):
    r"""Give the derivative of :func:`cross_entropy_from_net` by each score.

    .. math:: \frac{\partial E}{\partial net_k} = out_k - target_k, \qquad out = \mathrm{softmax}(net)

    This is where the targets must sum to one: in general the first term is
    :math:`out_k \sum_m target_m`.

    Parameters
    ----------
    net, target : array_like of float, shape (..., n)
        As :func:`cross_entropy_from_net`.

    Returns
    -------
    ndarray, shape (..., n)
        Sums to zero along the last axis.

    Raises
    ------
    TypeError, ValueError
        As :func:`cross_entropy_from_net`.

    Examples
    --------
    >>> cross_entropy_from_net_gradient([0.0, 0.0], [1.0, 0.0])
    array([-0.5,  0.5])
    """
    net, target = _classes("net", net, target)
    return softmax(net) - target


def _pair(name, array, target):
    """An array and its targets, finite and of one shape, or an error."""
    array, target = as_finite(name, array), as_floats("target", target)
    require_units(name, array)
    if target.ndim == array.ndim - 1:
        raise ValueError(
            f"target: expected shape {array.shape}, got {target.shape}; "
            f"if these are class labels, make them one-hot: np.eye({array.shape[-1]})[label]"
        )
    require_same_shape(name, array, "target", target)
    return array, as_finite("target", target)


def _classes(name, array, target):
    """As :func:`_pair`, with targets that share one class out between them."""
    array, target = _pair(name, array, target)
    require_sum_to_one("target", target, _SUM_ADVICE)
    return array, target


def _probabilities(out, target):
    """Both between 0 and 1, or an error."""
    _require_unit_interval("out", out)
    _require_unit_interval("target", target)
    return out, target


def _require_unit_interval(name, array):
    outside = (array.real < 0) | (array.real > 1)
    if outside.any():
        raise ValueError(f"{name}: expected numbers from 0 to 1, got {array.real[outside][0]:.6g}")


def _times_log(factor, value):
    """`factor` times log `value`, where a factor 0 wins over a logarithm of 0."""
    impossible = (value.real == 0) & (factor != 0)
    return np.where(impossible, -np.inf, factor * np.log(np.where(value.real == 0, 1, value)))
