"""The network a derivation is about."""

from dataclasses import dataclass, field, fields, replace
from functools import lru_cache

import numpy as np

from linebyline.checker.numbers.quantities import ACTIVATIONS, LOSSES, given_numbers, random_numbers
from linebyline.network import QUESTION_TARGET, QUESTION_X, Network

ACTIVATION_NAMES, LOSS_NAMES = tuple(ACTIVATIONS), tuple(LOSSES)
ELEMENTWISE = tuple(name for name in ACTIVATIONS if name != "softmax")
MAX_UNITS, MAX_LAYERS = 12, 6
ALLOWED = {
    "loss": LOSS_NAMES,
    "reduction": ("sum", "mean"),
    "weights": (None, "to_from", "from_to"),
    "vectors": (None, "columns", "rows"),
    "first_layer": (None, 0, 1),
    "weight_layer": (None, "to", "from"),
}


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
    minus_deltas : bool
        Whether :math:`\delta` stands for :math:`-\partial E/\partial net`, as in some books.
    deltas_of_examples : bool
        Whether :math:`\delta` is the derivative of one example's loss, where the loss is a mean over a batch.
    slopes_of_mean : bool
        Whether ``dZ`` is the derivative of the mean over a batch, as ``dW`` is, not of one example's loss.
    log_likelihood : bool
        Whether what the text calls the error is the log-likelihood instead: minus the loss, and to be made large.
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
    minus_deltas: bool = False
    deltas_of_examples: bool = False
    slopes_of_mean: bool = False
    log_likelihood: bool = False
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
        vars(self).update(  # frozen from here on
            sizes=tuple(int(n) for n in self.sizes),
            cases=(self.cases,) if isinstance(self.cases, str) else tuple(self.cases),
            aliases=tuple(sorted(dict(self.aliases).items())),
            activations=tuple(self.activations) if self.activations else None,
            x=_floats(self.x),
            target=_floats(self.target),
        )
        sizes = self.sizes
        if not 2 <= len(sizes) <= MAX_LAYERS + 1 or not all(1 <= n <= MAX_UNITS for n in sizes):
            raise ValueError(
                f"sizes: expected 2 to {MAX_LAYERS + 1} layers of 1 to {MAX_UNITS} units, got {sizes}; "
                "a derivation that is right is right for a small network too"
            )
        for name in self.activation_names:
            _choose("activation", name, ACTIVATION_NAMES)
        if len(self.activation_names) != len(sizes) - 1:
            raise ValueError(f"activations: expected {len(sizes) - 1}, one for each layer after the inputs, got {self.activation_names}")
        for name, known in ALLOWED.items():
            _choose(name, getattr(self, name), known)
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
    def weight_of_an_example(self):
        """What each example's loss counts in the whole."""
        return 1 / self.batch if self.batch and self.reduction == "mean" else 1

    @property
    def downhill(self):
        """1 where what is written is to be made small, -1 where it is to be made large."""
        return -1 if self.log_likelihood else 1

    def with_hidden(self, name):
        """The same network with another hidden activation."""
        return replace(self, hidden=name, activations=(name,) * (self.layers - 1) + self.activation_names[-1:], network=None)

    def larger(self, dormant=False):
        """The same network with one more unit in every layer that has two or more; dormant ones send nothing on."""
        *sizes, batch = (n + (1 < n < MAX_UNITS) for n in (*self.sizes, self.batch))
        return replace(self, sizes=sizes, batch=batch, network=None, x=None, target=None, dormant=self.sizes if dormant else ())

    def numbers(self, kind="random"):
        """The scene's :class:`Numbers`: ``"random"``, ``"one-hot"``, or ``"given"`` for the network's own."""
        return given_numbers(self) if kind == "given" else _drawn(self, kind == "one-hot")

    def describe(self):
        """One line for a report."""
        sizes = "-".join(map(str, self.sizes))
        names = ", ".join(self.activation_names)
        batch = f", {self.reduction} over a batch of {self.batch}" if self.batch else ""
        biases = ", no biases" if not self.bias else ", one bias a layer" if self.shared_bias else ""
        likelihood = ", written as the log-likelihood, minus the error" if self.log_likelihood else ""
        return f"{sizes} network, {names}, {LOSS_WORDS[self.loss]}{likelihood}{batch}{biases}"


LOSS_WORDS = {
    "squared_error": "half squared error",
    "sum_of_squares": "squared error without the half",
    "mean_squared_error": "mean squared error over the outputs",
    "binary_cross_entropy": "binary cross-entropy",
    "cross_entropy": "cross-entropy",
}


def _floats(value):
    return None if value is None else tuple(np.asarray(value, dtype=float).ravel().tolist())


def _choose(name, value, known):
    if value not in known:
        raise ValueError(f"{name}: expected one of {', '.join(map(str, known))}, got {value!r}")


@lru_cache(maxsize=192)
def _drawn(scene, one_hot):
    return random_numbers(scene, one_hot)


def as_scene(network):
    """Turn what `check` was given (a network, a scene, a mapping, an activation's name) into a scene."""
    if isinstance(network, Scene):
        return network
    if isinstance(network, Network):
        sizes = (network.W[0].shape[1], *(w.shape[0] for w in network.W))
        same = {name: getattr(network, name) for name in ("activations", "loss", "shared_bias", "reduction")}
        # the numbers of the question belong to its network: any other needs Scene(x=..., target=...)
        example = {"x": QUESTION_X, "target": QUESTION_TARGET} if sizes == (2, 2, 2) else {}
        return Scene(hidden=network.activations[0], output=network.activations[-1], sizes=sizes, network=network, **same, **example)
    if isinstance(network, str):
        return Scene(hidden=network)
    if not isinstance(network, dict):
        raise TypeError(f"network: expected a Network, a Scene, a mapping or the name of the hidden activation, got {type(network).__name__}")
    allowed = {f.name for f in fields(Scene)} - {"dormant"}
    if unknown := set(network) - allowed:
        raise ValueError(f"network: expected keys among {', '.join(sorted(allowed))}, got {', '.join(sorted(unknown))}")
    return Scene(**network)
