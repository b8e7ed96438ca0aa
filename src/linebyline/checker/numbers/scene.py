r"""The network a derivation is about, and its numbers: several random instances at once, in complex arithmetic.

A derivative :math:`\partial A/\partial B` cuts the graph at B: B's whole layer
becomes a free node, whatever feeds it no longer counts, and everything
downstream is computed again with a tiny imaginary step in one component of B
(W. Squire and G. Trapp, 1998). Arrays are laid out as (trial, step, [example,]
units); a weight matrix as (trial, step, to, from).
"""

from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache

import numpy as np

from linebyline.checker.parser.tokens import Unreadable
from linebyline.network import QUESTION_TARGET, QUESTION_X, Network

STEP = 1e-30
TRIALS = 3
ELEMENTWISE = ("sigmoid", "tanh", "relu", "identity", "softplus")
ACTIVATION_NAMES = (*ELEMENTWISE, "softmax")
LOSS_NAMES = ("squared_error", "sum_of_squares", "mean_squared_error", "binary_cross_entropy", "cross_entropy")
MAX_UNITS, MAX_LAYERS = 12, 6


@dataclass(frozen=True)
class Scene:
    r"""What a derivation is about: the network, its loss, and what the letters mean.

    Everything has a default, so ``Scene(hidden="softmax")`` is enough.

    Parameters
    ----------
    hidden, output : str
        Activations: ``"sigmoid"``, ``"softmax"``, ``"tanh"``, ``"relu"``, ``"identity"`` or ``"softplus"``.
    loss : str
        ``"squared_error"`` (with 1/2), ``"sum_of_squares"`` (without), ``"mean_squared_error"``
        (mean over the outputs), ``"binary_cross_entropy"`` or ``"cross_entropy"``.
    sizes : sequence of int
        Units a layer, the inputs first.
    activations : sequence of str, optional
        One a layer, where `hidden` and `output` do not say enough.
    batch : int
        Number of examples; 0 for a single one.
    reduction : str
        ``"sum"`` or ``"mean"`` over the batch.
    shared_bias : bool
        One bias a layer instead of one a unit.
    bias : bool
        Whether there are biases at all.
    weights : str, optional
        ``"to_from"`` if :math:`w_{ji}` leads to j from i, ``"from_to"`` if it leads from j to i;
        None lets the notation decide.
    vectors : str, optional
        ``"columns"`` or ``"rows"``; None tries columns first.
    first_layer : int, optional
        Number of the input layer in superscripts, 0 or 1.
    weight_layer : str, optional
        ``"to"`` if :math:`W^{(l)}` leads to layer l, ``"from"`` if it leads out of it.
    cases : sequence of str
        Conditions under which every line is meant, such as ``"i != k"``.
    aliases : mapping of str to str
        The reader's own symbols: a quantity in the book's names (``{"s_i": "out_hi"}``,
        ``{"u": "W_o"}``) or a formula (``{r"S": r"\sum_k e^{z_k}"}``).
    one_hot : bool
        Whether targets are one 1 and otherwise 0.
    network, x, target
        A :class:`linebyline.network.Network`, and the example it is computed
        on, for lines with numbers.

    Examples
    --------
    >>> Scene(hidden="softmax", output="softmax", loss="cross_entropy").activation_names
    ('softmax', 'softmax')
    """

    hidden: str = "sigmoid"
    output: str = "sigmoid"
    loss: str = "squared_error"
    sizes: tuple = (2, 2, 2)
    activations: tuple | None = None
    batch: int = 0
    reduction: str = "sum"
    shared_bias: bool = False
    bias: bool = True
    weights: str | None = None
    vectors: str | None = None
    first_layer: int | None = None
    weight_layer: str | None = None
    cases: tuple = ()
    aliases: tuple = ()
    one_hot: bool = False
    network: object = field(default=None, compare=False, repr=False)
    x: tuple | None = None
    target: tuple | None = None
    dormant: tuple = ()

    def __post_init__(self):
        put = lambda name, value: object.__setattr__(self, name, value)  # noqa: E731
        sizes = tuple(int(n) for n in self.sizes)
        if not 2 <= len(sizes) <= MAX_LAYERS + 1 or not all(1 <= n <= MAX_UNITS for n in sizes):
            raise ValueError(
                f"sizes: expected 2 to {MAX_LAYERS + 1} layers of 1 to {MAX_UNITS} units, got {sizes}; "
                "a derivation that is right is right for a small network too"
            )
        put("sizes", sizes)
        put("cases", (self.cases,) if isinstance(self.cases, str) else tuple(self.cases))
        put("aliases", tuple(sorted(dict(self.aliases).items())))
        put("activations", tuple(self.activations) if self.activations else None)
        for name in ("x", "target"):
            if getattr(self, name) is not None:
                put(name, tuple(np.asarray(getattr(self, name), dtype=float).ravel().tolist()))
        for name in self.activation_names:
            _choose("activation", name, ACTIVATION_NAMES)
        if len(self.activation_names) != len(sizes) - 1:
            raise ValueError(f"activations: expected {len(sizes) - 1}, one for each layer after the inputs, got {self.activation_names}")
        _choose("loss", self.loss, LOSS_NAMES)
        _choose("reduction", self.reduction, ("sum", "mean"))
        _choose("weights", self.weights, (None, "to_from", "from_to"))
        _choose("vectors", self.vectors, (None, "columns", "rows"))
        _choose("first_layer", self.first_layer, (None, 0, 1))
        _choose("weight_layer", self.weight_layer, (None, "to", "from"))
        if not 0 <= self.batch <= MAX_UNITS:
            raise ValueError(f"batch: expected 0 to {MAX_UNITS} examples, got {self.batch}")

    @property
    def activation_names(self):
        return self.activations or (self.hidden,) * (len(self.sizes) - 2) + (self.output,)

    @property
    def layers(self):
        """Number of layers that have weights."""
        return len(self.sizes) - 1

    @property
    def factor(self):
        """What stands before the squares of a squared error."""
        return {"squared_error": 0.5, "sum_of_squares": 1.0, "mean_squared_error": 1 / self.sizes[-1]}[self.loss]

    def with_hidden(self, name):
        """The same network with another hidden activation."""
        return replace(self, hidden=name, activations=(name,) * (self.layers - 1) + self.activation_names[-1:], network=None)

    def larger(self, dormant=False):
        """The same network with one more unit in every layer that has two or more; dormant ones send nothing on."""
        sizes = tuple(n + (1 < n < MAX_UNITS) for n in self.sizes)
        return replace(
            self,
            sizes=sizes,
            network=None,
            batch=self.batch + 1 if 1 < self.batch < MAX_UNITS else self.batch,
            x=None,
            target=None,
            dormant=self.sizes if dormant else (),
        )

    def numbers(self, kind="random"):
        """The scene's :class:`Numbers`: ``"random"``, ``"one-hot"``, or ``"given"`` for the network's own."""
        return _numbers(self, kind) if kind != "given" else Numbers(self, "given")

    def describe(self):
        """One line for a report."""
        sizes = "-".join(map(str, self.sizes))
        names = ", ".join(self.activation_names)
        batch = f", {self.reduction} over a batch of {self.batch}" if self.batch else ""
        biases = ", no biases" if not self.bias else ", one bias a layer" if self.shared_bias else ""
        return f"{sizes} network, {names}, {LOSS_WORDS[self.loss]}{batch}{biases}"


LOSS_WORDS = {
    "squared_error": "half squared error",
    "sum_of_squares": "squared error without the half",
    "mean_squared_error": "mean squared error over the outputs",
    "binary_cross_entropy": "binary cross-entropy",
    "cross_entropy": "cross-entropy",
}


def _choose(name, value, known):
    if value not in known:
        raise ValueError(f"{name}: expected one of {', '.join(map(str, known))}, got {value!r}")


def as_scene(network, **changes):
    """Turn what `check` was given (a network, a scene, a mapping, an activation's name) into a scene."""
    changes = {k: v for k, v in changes.items() if v is not None}
    if isinstance(network, Scene):
        return replace(network, **changes) if changes else network
    if isinstance(network, str):
        network = {"hidden": network}
    if isinstance(network, dict):
        allowed = {f.name for f in fields(Scene)} - {"dormant"}
        unknown = set(network) - allowed
        if unknown:
            raise ValueError(f"network: expected keys among {', '.join(sorted(allowed))}, got {', '.join(sorted(unknown))}")
        return Scene(**{**network, **changes})
    if isinstance(network, Network):
        sizes = (network.W[0].shape[1], *(w.shape[0] for w in network.W))
        # the numbers of the question belong to its network: any other needs Scene(x=..., target=...)
        numbers = {"x": QUESTION_X, "target": QUESTION_TARGET} if sizes == (2, 2, 2) else {}
        return Scene(
            **{
                **dict(
                    activations=network.activations,
                    hidden=network.activations[0],
                    output=network.activations[-1],
                    loss=network.loss,
                    sizes=sizes,
                    shared_bias=network.shared_bias,
                    reduction=network.reduction,
                    network=network,
                ),
                **numbers,
                **changes,
            }
        )
    raise TypeError(f"network: expected a Network, a Scene, a mapping or the name of the hidden activation, got {type(network).__name__}")


# ---------------------------------------------------------------- numbers


def activate(name, net):
    """Apply an activation to real or complex scores."""
    if name == "sigmoid":
        return 1 / (1 + np.exp(-net))
    if name == "tanh":
        return np.tanh(net)
    if name == "softmax":
        e = np.exp(net - net.real.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)
    if name == "relu":
        return np.where(net.real > 0, net, 0)
    if name == "softplus":
        return np.log1p(np.exp(net))
    return net


def slope(name, net):
    """Differentiate an activation by its own score; for softmax that is the diagonal of the Jacobian."""
    if name == "tanh":
        return 1 - np.tanh(net) ** 2
    if name == "relu":
        return np.where(net.real > 0, 1.0, 0.0) + 0 * net
    if name == "softplus":
        return 1 / (1 + np.exp(-net))
    if name == "identity":
        return 1 + 0 * net
    out = activate(name, net)
    return out * (1 - out)


def bend(name, net):
    """Differentiate an activation twice by its own score."""
    out = activate(name, net)
    if name == "sigmoid":
        return out * (1 - out) * (1 - 2 * out)
    if name == "tanh":
        return -2 * out * (1 - out**2)
    return slope("sigmoid", net) if name == "softplus" else 0 * net


class Numbers:
    """Every quantity of a scene as an array; `perturbed` gives the same with one node freed and stepped."""

    def __init__(self, scene, kind="random", parent=None, free=None):
        self.scene, self.kind, self.parent, self.free = scene, kind, parent, free
        self.cache, self.children, self.laid_out = {}, {}, {}
        if parent is None:
            self._draw()
        else:
            self.base = dict(parent.base)
            self._step(*free)
        self._run()

    def _draw(self):
        scene, sizes = self.scene, self.scene.sizes
        rng = np.random.default_rng([7, *sizes, scene.batch, len(self.kind)])
        trials, examples = TRIALS, max(scene.batch, 1)
        self.base = base = {}
        if self.kind == "given":
            network = scene.network
            for layer in range(1, scene.layers + 1):
                base["W", layer] = np.asarray(network.W[layer - 1], dtype=complex)[None, None]
                base["b", layer] = np.atleast_1d(np.asarray(network.b[layer - 1], dtype=complex))[None, None]
                if not scene.shared_bias:
                    base["b", layer] = np.broadcast_to(base["b", layer], (1, 1, sizes[layer]))
            base["out", 0] = np.asarray(scene.x, dtype=complex)[None, None, None]
            base["target", 0] = np.asarray(scene.target, dtype=complex)[None, None, None]
            base["eta", 0] = np.array([[0.5 + 0j]])
            self.label = np.argmax(base["target", 0].real, axis=-1)
            return
        for layer, (come, to) in enumerate(zip(sizes[:-1], sizes[1:]), start=1):
            base["W", layer] = rng.normal(0, 1.1, (trials, 1, to, come)) + 0j
            base["b", layer] = rng.normal(0, 0.5, (trials, 1, 1 if scene.shared_bias else to)) * scene.bias + 0j
        base["out", 0] = rng.normal(0.3, 1, (trials, 1, examples, sizes[0])) + 0j
        target = rng.uniform(0.15, 0.85, (trials, 1, examples, sizes[-1]))
        self.label = np.stack([rng.integers(0, sizes[-1], examples) for _ in range(trials)])[:, None]
        if (scene.activation_names[-1] == "softmax" or scene.loss == "cross_entropy") and sizes[-1] > 1:
            target = target / target.sum(-1, keepdims=True)
        if self.kind == "one-hot" or scene.one_hot:
            target = np.zeros(target.shape)
            np.put_along_axis(target, self.label[..., None], 1.0, -1)
        base["target", 0] = target + 0j
        base["eta", 0] = rng.uniform(0.2, 0.8, (trials, 1)) + 0j
        if scene.dormant:
            self._put_to_sleep()

    def _put_to_sleep(self):
        """Extra units that change nothing: no weight leads on from them, the loss does not see them."""
        small, base = self.scene.dormant, self.base
        for layer in range(1, self.scene.layers + 1):
            base["W", layer][..., small[layer - 1] :] = 0
        target = base["target", 0]
        if self.scene.loss == "cross_entropy":
            target[..., small[-1] :] = 0
            target /= target.sum(-1, keepdims=True)
        else:
            out = base["out", 0]
            for layer, name in enumerate(self.scene.activation_names, start=1):
                out = activate(name, out @ base["W", layer].swapaxes(-1, -2) + base["b", layer][..., None, :])
            target[..., small[-1] :] = out.real[..., small[-1] :]

    def _step(self, kind, layer):
        value = self.parent.array(kind, layer)
        shape = value.shape[2:]
        n = int(np.prod(shape))
        self.base[kind, layer] = value + 1j * STEP * np.eye(n).reshape(1, n, *shape)

    def _run(self):
        scene, base = self.scene, self.base
        self.arrays = arrays = {("out", 0): base["out", 0], ("target", scene.layers): base["target", 0], ("eta", 0): base["eta", 0]}
        free = self.free or (None, None)
        out = base["out", 0]
        for layer, name in enumerate(scene.activation_names, start=1):
            W, b = base["W", layer], base["b", layer]
            arrays["W", layer], arrays["b", layer] = W, b
            net = base[free] if free == ("net", layer) else out @ W.swapaxes(-1, -2) + b[..., None, :]
            out = base[free] if free == ("out", layer) else activate(name, net)
            arrays["net", layer], arrays["out", layer] = net, out
        if free[0] == "target":
            arrays["target", scene.layers] = base["target", scene.layers]
        target = arrays["target", scene.layers]
        if scene.loss in ("squared_error", "sum_of_squares", "mean_squared_error"):
            each = scene.factor * (out - target) ** 2
        elif scene.loss == "cross_entropy":
            each = -target * np.log(out)
        else:
            each = -target * np.log(out) - (1 - target) * np.log(1 - out)
        arrays["unit loss", scene.layers] = each
        arrays["example loss", scene.layers] = each.sum(-1)
        mean = 1 / max(scene.batch, 1) if scene.reduction == "mean" else 1
        arrays["loss", scene.layers] = each.sum((-1, -2)) * mean

    def _go_back(self):
        """Reverse mode in complex numbers, down to the freed node: inside a derivative, gradients have to carry its step."""
        scene, arrays = self.scene, self.arrays
        out, target = arrays["out", scene.layers], arrays["target", scene.layers]
        if scene.loss == "cross_entropy":
            gradient = -target / out
        elif scene.loss == "binary_cross_entropy":
            gradient = -target / out + (1 - target) / (1 - out)
        else:
            gradient = 2 * scene.factor * (out - target)
        for layer in range(scene.layers, 0, -1):
            name, out, net = scene.activation_names[layer - 1], arrays["out", layer], arrays["net", layer]
            arrays["gradient out", layer] = gradient
            if self.free == ("out", layer):
                return
            delta = out * (gradient - (out * gradient).sum(-1, keepdims=True)) if name == "softmax" else slope(name, net) * gradient
            arrays["delta", layer] = delta
            if self.free == ("net", layer):
                return
            shared = delta.sum(-1, keepdims=True) if scene.shared_bias else delta
            arrays["gradient b", layer] = shared.sum(-2)
            arrays["gradient W", layer] = delta.swapaxes(-1, -2) @ arrays["out", layer - 1]
            gradient = delta @ arrays["W", layer]

    def array(self, kind, layer):
        """The raw array, always with an axis for the examples where the quantity has one."""
        if (kind, layer) in self.arrays:
            return self.arrays[kind, layer]
        if self.parent is not None:
            self._go_back()
            if (kind, layer) not in self.arrays:
                raise SecondDerivative
            return self.arrays[kind, layer]
        if kind in ("delta", "gradient W", "gradient b"):
            node = {"delta": "net"}.get(kind, kind[-1])
            value = self.perturbed(node, layer).array("loss", self.scene.layers).imag / STEP
            value = value.reshape(value.shape[0], 1, *self.array(node, layer).shape[2:]) + 0j
            self.arrays[kind, layer] = value
            return value
        if kind in ("new W", "new b"):
            return self.array(kind[-1], layer) - self.array("eta", 0).reshape((-1, 1) + (1,) * (2 if kind[-1] == "W" else 1)) * self.array(
                f"gradient {kind[-1]}", layer
            )
        raise KeyError((kind, layer))

    def value(self, kind, layer):
        """The array as a formula sees it: without the example axis if there is only one example."""
        key = (kind, layer)
        if key not in self.cache:
            value = self.array(kind, layer)
            if not self.scene.batch and kind in ("net", "out", "target", "delta", "gradient out", "unit loss", "example loss"):
                value = value[:, :, 0]
            self.cache[key] = value
        return self.cache[key]

    def perturbed(self, kind, layer):
        """The same numbers with the node (kind, layer) free and each of its components stepped in turn."""
        if self.parent is not None:
            raise SecondDerivative
        if (kind, layer) not in self.children:
            self.children[kind, layer] = Numbers(self.scene, self.kind, self, (kind, layer))
        return self.children[kind, layer]

    @cached_property
    def labels(self):
        if self.parent is not None:
            return self.parent.labels
        if self.kind == "given" and not (set(self.scene.target) == {0, 1} and sum(self.scene.target) == 1):
            raise Unreadable("the class label: the target given is no class, a 1 among zeros")
        return self.label


class SecondDerivative(Exception):
    """A derivative inside a derivative."""


@lru_cache(maxsize=192)
def _numbers(scene, kind):
    return Numbers(scene, kind)
