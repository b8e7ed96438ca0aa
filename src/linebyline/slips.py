"""Name the slip behind a learner's number.

Every slip is a backward pass with one thing wrong in it. A number that equals
the result of one of them, to all the digits given, was most likely made that
way.
"""

from dataclasses import dataclass

import numpy as np

from linebyline.activations import sigmoid_derivative
from linebyline.network import ACTIVATIONS, QUESTION_TARGET, QUESTION_X, question_network
from linebyline.validation import as_finite

# the question's own names: w1 leads to h1 from i1, w2 to h1 from i2, ..., w8 to o2 from h2
QUESTION_PARAMETERS = {f"w{4 * layer + 2 * to + come + 1}": ("W", layer, to, come) for layer in (0, 1) for to in (0, 1) for come in (0, 1)}
QUESTION_PARAMETERS |= {"b1": ("b", 0), "b2": ("b", 1)}
_FEWEST_DIGITS, _MOST_DIGITS = 3, 9


@dataclass(frozen=True)
class Diagnosis:
    """What a number looks like.

    Attributes
    ----------
    value, right : float
        The learner's number and the true derivative.
    is_right : bool
        Whether they agree to all the digits given.
    slips : tuple of str
        Every slip that leaves this number; empty if none fits.
    """

    value: float
    right: float
    is_right: bool
    slips: tuple

    def __str__(self):
        if self.is_right:
            return f"{self.value:g} is right"
        ratio = f", {self.value / self.right:.4g} times the right value" if self.right and self.value else ""
        if not self.slips:
            return f"{self.value:g} is not right{ratio}, and none of the usual slips leaves it"
        return f"{self.value:g} is not right{ratio}. It is what is left if " + ", or if ".join(self.slips)

    __repr__ = __str__


def diagnose_value(value, parameter="w1", network=None, x=QUESTION_X, target=QUESTION_TARGET, *, learning_rate=0.5):
    """Say whether a number is the derivative of the error by a weight or bias, and if not, name the likely slip.

    Parameters
    ----------
    value : float or str
        The learner's number. Its digits count: ``"0.000668"`` is compared to
        three digits, ``0.000668396`` to six. At least three are needed in
        text; a Python number, which drops its zeros, is taken to have three.
    parameter : str or tuple
        Which derivative: ``"w1"`` to ``"w8"``, ``"b1"``, ``"b2"`` as in the question, or
        ``("W", layer, to, from)`` or ``("b", layer, unit)`` counted from 0;
        ``("b", layer)`` for a shared bias.
    network : Network
        The question's network if not given.
    x, target : array_like of float
        One example; the question's if not given.
    learning_rate : float
        For the slip of using weights that are already updated.

    Returns
    -------
    Diagnosis

    Raises
    ------
    TypeError, ValueError
        If `value` is not a number, or a text of fewer than three digits (but 0), if the
        parameter does not exist, or if `x` is not one example.

    Examples
    --------
    >>> diagnose_value(0.000668396)
    0.000668396 is not right, 1.524 times the right value. It is what is left if only the path through output 1 is followed
    >>> diagnose_value("0.000438568").is_right
    True
    """
    network = question_network() if network is None else network
    x, target = as_finite("x", x), as_finite("target", target)
    if x.ndim != 1:
        raise ValueError(f"x: expected one example of shape ({network.W[0].shape[1]},), got {x.shape}; slips are told apart one example at a time")
    number, tolerance = _number(value)
    where = _where(network, parameter)
    right = float(_entry(network.backward(x, target), where))
    scale = max(float(np.abs(w).max()) for w in network.backward(x, target).W)

    def fits(candidate):
        return abs(number - candidate) <= max(tolerance, 1e-12 * scale)

    if fits(right):
        return Diagnosis(number, right, True, ())
    found = []
    for words, candidate in slip_values(network, where, x, target, learning_rate):
        if fits(candidate):
            found.append(words)
        elif candidate and fits(-candidate) and words != _SIGN:
            found.append(f"{words} and the sign is turned")
    plain = [words for words in found if not words.endswith("and the sign is turned")]
    return Diagnosis(number, right, False, tuple(dict.fromkeys(plain or found)))


def slip_values(network, parameter, x=QUESTION_X, target=QUESTION_TARGET, learning_rate=0.5):
    """Compute the number that each usual slip leaves for one derivative.

    Parameters
    ----------
    network : Network
    parameter : str or tuple
        As for :func:`diagnose_value`.
    x, target : array_like of float
        One example.
    learning_rate : float

    Returns
    -------
    list of (str, float)
        In words ("if ..."), and the number. Slips that change nothing here are left out.

    Raises
    ------
    ValueError
        If the parameter does not exist.

    Examples
    --------
    >>> values = dict(slip_values(question_network(hidden="softmax"), "w1"))
    >>> round(values["the softmax is treated as elementwise, out(1 - out)"], 9)
    0.000433535
    """
    kind, layer, *index = where = _where(network, parameter)
    right = network.backward(x, target)
    truth = float(_entry(right, where))
    forward = network.forward(x)
    inputs = (forward.x, *forward.out)[layer]
    found = [(_SIGN, -truth)]
    if network.loss == "squared_error":
        found += [("the error has no factor 1/2", 2 * truth), ("the error is averaged over the outputs", truth / len(forward.out[-1]))]
    for words, deltas in _wrong_deltas(network, forward, target, layer, right, learning_rate):
        found.append((words, _from_deltas(network, where, deltas, inputs)))
    if kind == "W":
        found.append(("the input of the weight is left out", float(right.delta[layer][index[0]])))
        if layer:
            found.append(("the score net stands for the output out below", float(right.delta[layer][index[0]] * forward.net[layer - 1][index[1]])))
    else:
        b = network.b[layer]
        found.append(("delta is multiplied by the sigmoid's slope at the bias", truth * float(sigmoid_derivative(b[tuple(index)]))))
        found.append(("delta is multiplied by the bias", truth * float(b[tuple(index)])))
        if network.shared_bias:
            found += [(f"only unit {unit + 1} of those that share the bias is counted", float(d)) for unit, d in enumerate(right.delta[layer])]
            found.append(("delta is averaged over the units instead of summed", truth / len(right.delta[layer])))
    for other in _all_places(network):
        if other != where:
            found.append((f"the derivative by {_name(network, other)} is taken instead", float(_entry(right, other))))
    noise = 1e-12 * max(float(np.abs(w).max()) for w in right.W)
    return [(words, float(value)) for words, value in found if not np.isclose(value, truth, rtol=1e-9, atol=noise)]


_SIGN = "the sign is turned"


def _wrong_deltas(network, forward, target, layer, right, learning_rate):
    """Pairs of words and every layer's delta, with one thing wrong in the pass."""
    top, net, out = network.activations[-1], forward.net[-1], forward.out[-1]
    squares = network.loss == "squared_error"
    difference = out - target

    def from_top(delta):
        return _backward(network, forward, delta)

    yield "the output layer's activation derivative is left out (delta = out - target)", from_top(difference)
    if top == "softmax":
        own = difference if squares else -target / out
        yield "the output softmax is treated as elementwise, out(1 - out)", from_top(own * out * (1 - out))
    if not squares:
        yield "the activation derivative is multiplied in a second time (it cancels against the loss)", from_top(difference * out * (1 - out))
    if top == "sigmoid" and squares:
        yield "the sigmoid's derivative is taken at out instead of net, in the output layer", from_top(difference * sigmoid_derivative(out))
        yield "net(1 - net) stands for out(1 - out) in the output layer", from_top(difference * net * (1 - net))
    if layer == len(network.W) - 1:
        return

    delta = network.output_delta(forward, target)
    for unit in range(len(delta)):
        yield f"only the path through output {unit + 1} is followed", from_top(np.where(np.arange(len(delta)) == unit, delta, 0))
    moved = [w - learning_rate * g for w, g in zip(network.W, right.W)]
    yield "the weights above are already updated", _backward(network, forward, delta, weights=moved)
    if all(w.shape[0] == w.shape[1] for w in network.W[layer + 1 :]):
        yield "the weight matrix above is not transposed", _backward(network, forward, delta, weights=[w.T for w in network.W])
    for words, vjp in _WRONG_VJPS[network.activations[layer]].items():
        yield words, _backward(network, forward, delta, vjp=(layer, vjp))


_LEFT_OUT = {"the hidden activation's derivative is left out": lambda net, out, g: g}
_WRONG_VJPS = {
    "identity": {},
    "tanh": _LEFT_OUT,
    "sigmoid": _LEFT_OUT
    | {
        "the sigmoid's derivative is taken at out instead of net": lambda net, out, g: g * sigmoid_derivative(out),
        "net(1 - net) stands for out(1 - out)": lambda net, out, g: g * net * (1 - net),
    },
    "softmax": _LEFT_OUT
    | {
        "the softmax is treated as elementwise, out(1 - out)": lambda net, out, g: g * out * (1 - out),
        "the sign between the softmax's outputs is a plus": lambda net, out, g: out * (g * (1 - 2 * out) + g @ out),
        "the row of the softmax Jacobian is summed (the weight has no hidden index)": lambda net, out, g: 0 * g,
    },
}


def _backward(network, forward, output_delta, weights=None, vjp=None):
    """Every layer's delta from the output's, with other weights or another derivative at one layer."""
    weights = network.W if weights is None else weights
    deltas = [output_delta]
    for layer in reversed(range(len(network.W) - 1)):
        send = vjp[1] if vjp and vjp[0] == layer else ACTIVATIONS[network.activations[layer]][1]
        deltas.insert(0, send(forward.net[layer], forward.out[layer], deltas[0] @ weights[layer + 1]))
    return deltas


def _from_deltas(network, where, deltas, inputs):
    kind, layer, *index = where
    if kind == "W":
        return float(deltas[layer][index[0]] * inputs[index[1]])
    return float(deltas[layer].sum() if network.shared_bias else deltas[layer][index[0]])


def _entry(backward, where):
    kind, layer, *index = where
    return getattr(backward, kind)[layer][tuple(index)]


def _all_places(network):
    for kind in ("W", "b"):
        for layer, block in enumerate(getattr(network, kind)):
            for index in np.ndindex(block.shape):
                yield (kind, layer, *index)


def _name(network, where):
    names = {place: name for name, place in _question_names(network).items()}
    if where in names:
        return names[where]
    kind, layer, *index = where
    return f"{kind}[{layer}]" + (f"[{', '.join(map(str, index))}]" if index else "")


def _question_names(network):
    """The names w1 to w8, b1, b2 mean these places in a 2-2-2 network only."""
    return QUESTION_PARAMETERS if [w.shape for w in network.W] == [(2, 2), (2, 2)] else {}


def _where(network, parameter):
    names, known = _question_names(network), list(_all_places(network))
    where = names.get(parameter) if isinstance(parameter, str) else tuple(parameter)
    if where not in known:
        words = "'w1' to 'w8', 'b1', 'b2' or " if names else ""
        raise ValueError(f"parameter: expected {words}one of {known[0]} to {known[-1]}, got {parameter!r}")
    return where


def _number(value):
    """The number, and half a unit of its last digit."""
    text = value.strip() if isinstance(value, str) else repr(float(value))
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"value: expected a number, got {value!r}; a formula goes to linebyline.check") from None
    if not np.isfinite(number):
        raise ValueError(f"value: expected a finite number, got {value!r}")
    digits = text.lower().split("e")[0].lstrip("+-").replace(".", "").lstrip("0")
    if number == 0:
        return 0.0, 0.0
    if len(digits) < _FEWEST_DIGITS and isinstance(value, str):
        raise ValueError(f"value: expected at least three digits, got {value!r}: common slips are within five per cent of the truth")
    places = min(max(len(digits), _FEWEST_DIGITS), _MOST_DIGITS)
    return number, 0.51 * 10.0 ** (np.floor(np.log10(abs(number))) - places + 1)
