r"""The numbers of a network: several random instances at once, in complex arithmetic.

A derivative :math:`\partial A/\partial B` cuts the graph at B: B's whole layer
becomes a free node, whatever feeds it no longer counts, and everything
downstream is computed again with a tiny imaginary step in one component of B
(W. Squire and G. Trapp, 1998). Arrays are laid out as (trial, step, [example,]
units); a weight matrix as (trial, step, to, from).
"""

import numpy as np

from linebyline.checker.numbers.shapes import log
from linebyline.checker.parser.tokens import Unreadable

STEP = 1e-30
TRIALS = 3
SECOND = "a derivative inside a derivative, other than of the error or of an activation, is beyond this checker"


def sigmoid(net):
    """Squash a score; an infinite one, or none at all, is let through to the comparison."""
    return 1 / (1 + np.exp(-net))


def softmax(net):
    """Share out exponentials, less the largest *real* part, so that a step shows up in every share."""
    e = np.exp(net - net.real.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# name -> the function of the scores, then its slope and its second slope, of the scores and the outputs
ACTIVATIONS = {
    "sigmoid": (sigmoid, lambda net, out: out * (1 - out), lambda net, out: out * (1 - out) * (1 - 2 * out)),
    "tanh": (np.tanh, lambda net, out: 1 - out**2, lambda net, out: -2 * out * (1 - out**2)),
    "relu": (lambda net: np.where(net.real > 0, net, 0), lambda net, out: (net.real > 0) + 0 * net, lambda net, out: 0 * net),
    "identity": (lambda net: net, lambda net, out: 1 + 0 * net, lambda net, out: 0 * net),
    "softplus": (lambda net: np.log1p(np.exp(net)), lambda net, out: sigmoid(net), lambda net, out: sigmoid(net) * (1 - sigmoid(net))),
    "softmax": (softmax, lambda net, out: out * (1 - out)),  # of its slope the diagonal
}
# name -> the loss of each unit, and its derivative by the output
LOSSES = {
    "squared_error": (lambda out, target: (out - target) ** 2 / 2, lambda out, target: out - target),
    "sum_of_squares": (lambda out, target: (out - target) ** 2, lambda out, target: 2 * (out - target)),
    "mean_squared_error": (lambda out, target: (out - target) ** 2 / out.shape[-1], lambda out, target: 2 * (out - target) / out.shape[-1]),
    "binary_cross_entropy": (
        lambda out, target: -target * log(out) - (1 - target) * log(1 - out),
        lambda out, target: (1 - target) / (1 - out) - target / out,
    ),
    "cross_entropy": (lambda out, target: -target * log(out), lambda out, target: -target / out),
}
OF_EXAMPLES = ("net", "out", "target", "delta", "gradient net", "gradient out", "unit loss", "example loss")


def activate(name, net, primes=0):
    """Apply an activation, or its first or second derivative, to real or complex scores."""
    function, *slopes = ACTIVATIONS[name]
    return slopes[primes - 1](net, function(net)) if primes else function(net)


class Numbers:
    """Every quantity of a scene as an array; `perturbed` gives the same with one node freed and stepped."""

    def __init__(self, scene, given, label, free=None):
        self.scene, self.given, self.label, self.free = scene, given, label, free
        self.arrays, self.children, self.laid_out = dict(given), {}, {}
        self._go_forward()

    def _go_forward(self):
        scene, arrays = self.scene, self.arrays
        for layer, name in enumerate(scene.activation_names, start=1):  # a freed node is there already, and stays
            net = arrays["out", layer - 1] @ arrays["W", layer].swapaxes(-1, -2) + arrays["b", layer][..., None, :]
            net = arrays.setdefault(("net", layer), net)
            arrays.setdefault(("out", layer), activate(name, net))
        last = scene.layers
        each = LOSSES[scene.loss][0](arrays["out", last], arrays["target", last])
        each = -each if scene.log_likelihood else each
        arrays["unit loss", last] = each
        arrays["example loss", last] = each.sum(-1)
        arrays["loss", last] = each.sum((-1, -2)) * scene.weight_of_an_example

    def _go_back(self):
        """Reverse mode in complex numbers, down to the freed node: inside a derivative, gradients have to carry its step."""
        scene, arrays = self.scene, self.arrays
        gradient = LOSSES[scene.loss][1](arrays["out", scene.layers], arrays["target", scene.layers]) * scene.weight_of_an_example * scene.downhill
        for layer in range(scene.layers, 0, -1):
            name, out, net = scene.activation_names[layer - 1], arrays["out", layer], arrays["net", layer]
            arrays["gradient out", layer] = gradient
            if self.free == ("out", layer):
                return
            delta = out * (gradient - (out * gradient).sum(-1, keepdims=True)) if name == "softmax" else activate(name, net, 1) * gradient
            each = scene.weight_of_an_example if scene.deltas_of_examples else 1
            arrays["gradient net", layer], arrays["delta", layer] = delta, (-delta if scene.minus_deltas else delta) / each
            if self.free == ("net", layer):
                return
            arrays["gradient W", layer] = delta.swapaxes(-1, -2) @ arrays["out", layer - 1]
            arrays["gradient b", layer] = delta.sum((-2, -1))[..., None] if scene.shared_bias else delta.sum(-2)
            gradient = delta @ arrays["W", layer]
        arrays["gradient out", 0] = gradient

    def array(self, kind, layer):
        """The array of a quantity, gradients and updated weights too."""
        if (kind, layer) not in self.arrays:
            if kind in ("new W", "new b"):
                gradient = self.array(kind.replace("new", "gradient"), layer)
                eta = self.arrays["eta", 0].reshape((-1,) + (1,) * (gradient.ndim - 1))
                self.arrays[kind, layer] = self.arrays[kind[-1], layer] - eta * self.scene.downhill * gradient
            else:
                self._go_back()
        if (kind, layer) not in self.arrays:
            raise Unreadable(SECOND)
        return self.arrays[kind, layer]

    def perturbed(self, kind, layer):
        """The same numbers with the node (kind, layer) free and each of its components stepped in turn."""
        if (kind, layer) not in self.children:
            value = self.array(kind, layer)
            shape = value.shape[2:]
            steps = np.eye(int(np.prod(shape))).reshape(1, -1, *shape)
            given = {**self.given, (kind, layer): value + 1j * STEP * steps}
            self.children[kind, layer] = Numbers(self.scene, given, self.label, (kind, layer))
        return self.children[kind, layer]

    @property
    def labels(self):
        """Each example's class, as (trial, step, example)."""
        if self.label is None:
            raise Unreadable("the class label: the target given is no class, a 1 among zeros")
        return self.label


def given_numbers(scene):
    """The numbers of the scene's own network, on its own example."""
    given = {
        ("out", 0): np.array(scene.x, dtype=complex)[None, None, None],
        ("target", scene.layers): np.array(scene.target, dtype=complex)[None, None, None],
        ("eta", 0): np.array([[0.5 + 0j]]),
        ("decay", 0): np.array([[0.1 + 0j]]),
    }
    for layer, (W, b) in enumerate(zip(scene.network.W, scene.network.b), start=1):
        given["W", layer] = np.asarray(W, dtype=complex)[None, None]
        given["b", layer] = np.broadcast_to(np.asarray(b, dtype=complex), (1, 1, 1 if scene.shared_bias else len(W)))
    one_hot = set(scene.target) == {0, 1} and sum(scene.target) == 1
    return Numbers(scene, given, np.array([[[np.argmax(scene.target)]]]) if one_hot else None)


def random_numbers(scene, one_hot):
    """Random numbers of the scene's sizes; `one_hot` makes each target a class."""
    sizes, examples, given = scene.sizes, max(scene.batch, 1), {}
    rng = np.random.default_rng([7, *sizes, scene.batch, len("one-hot" if one_hot else "random")])
    for layer, (come, to) in enumerate(zip(sizes[:-1], sizes[1:]), start=1):
        given["W", layer] = rng.normal(0, 1.1, (TRIALS, 1, to, come)) + 0j
        given["b", layer] = rng.normal(0, 0.5, (TRIALS, 1, 1 if scene.shared_bias else to)) * scene.bias + 0j
    given["out", 0] = rng.normal(0.3, 1, (TRIALS, 1, examples, sizes[0])) + 0j
    target = rng.uniform(0.15, 0.85, (TRIALS, 1, examples, sizes[-1]))
    label = rng.integers(0, sizes[-1], (TRIALS, 1, examples))
    if (scene.activation_names[-1] == "softmax" or scene.loss == "cross_entropy") and sizes[-1] > 1:
        target = target / target.sum(-1, keepdims=True)
    if one_hot or scene.one_hot:
        target = np.zeros(target.shape)
        np.put_along_axis(target, label[..., None], 1.0, -1)
    given["target", scene.layers] = target + 0j
    given["eta", 0] = rng.uniform(0.2, 0.8, (TRIALS, 1)) + 0j
    given["decay", 0] = rng.uniform(0.2, 0.8, (TRIALS, 1)) + 0j
    if scene.dormant:
        put_to_sleep(scene, given)
    return Numbers(scene, given, label)


def put_to_sleep(scene, given):
    """Make extra units change nothing: no weight leads on from them, the loss does not see them."""
    for layer, size in enumerate(scene.dormant[:-1], start=1):
        given["W", layer][..., size:] = 0
    target, extra = given["target", scene.layers], slice(scene.dormant[-1], None)
    if scene.loss == "cross_entropy":
        target[..., extra] = 0
        target /= target.sum(-1, keepdims=True)
    else:
        target[..., extra] = Numbers(scene, given, None).arrays["out", scene.layers].real[..., extra]
