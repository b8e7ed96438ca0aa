"""A fully connected network of any depth, forward and backward, and the network of the question.

The notation is the question's: ``net = W x + b``, ``out = activation(net)``,
and ``delta`` is always dE/dnet. ``W`` has one row per unit it leads *to*, so
``W[1][0, 1]`` is the weight to the first output unit from the second hidden
one. Lists are by layer: entry 0 is the hidden layer nearest the input.
"""

from dataclasses import dataclass, replace

import numpy as np

from linebyline import activations, losses
from linebyline.validation import as_finite


@dataclass(frozen=True)
class Forward:
    """Everything the forward pass computed: the input, and every layer's scores and outputs."""

    x: np.ndarray
    net: tuple
    out: tuple


@dataclass(frozen=True)
class Backward:
    """Everything the backward pass computed: the error and its derivatives, one entry a layer.

    Attributes
    ----------
    error : float
        The error that was differentiated.
    delta : tuple of ndarray
        dE/dnet, one array of shape (..., units) a layer.
    W, b : tuple of ndarray
        dE/dW and dE/db, in the shapes of the network's own ``W`` and ``b``.
    """

    error: float
    delta: tuple
    W: tuple
    b: tuple


@dataclass(frozen=True)
class Training:
    """A trained network, and the error before each step and after the last one."""

    network: "Network"
    errors: np.ndarray


# name -> (the function, how it sends a gradient back: (net, out, upstream) -> dE/dnet)
ACTIVATIONS = {
    "sigmoid": (activations.sigmoid, lambda net, out, upstream: upstream * activations.sigmoid_derivative(net)),
    "softmax": (activations.softmax, lambda net, out, upstream: activations.softmax_vjp(out, upstream)),
    "tanh": (np.tanh, lambda net, out, upstream: upstream * (1 - out**2)),
    "identity": (lambda net: net, lambda net, out, upstream: upstream),
}

# name -> (the loss, its gradient by the outputs)
LOSSES = {
    "squared_error": (losses.squared_error, losses.squared_error_gradient),
    "binary_cross_entropy": (losses.binary_cross_entropy, losses.binary_cross_entropy_gradient),
    "cross_entropy": (losses.cross_entropy, losses.cross_entropy_gradient),
}

# (last activation, loss) -> the loss and its gradient straight from the scores
FUSED = {
    ("sigmoid", "binary_cross_entropy"): (losses.binary_cross_entropy_from_net, losses.binary_cross_entropy_from_net_gradient),
    ("softmax", "cross_entropy"): (losses.cross_entropy_from_net, losses.cross_entropy_from_net_gradient),
}


@dataclass(frozen=True)
class Network:
    r"""A fully connected network with its loss.

    .. math:: net^{(l)} = W^{(l)} out^{(l-1)} + b^{(l)}, \qquad out^{(l)} = f_l(net^{(l)}), \qquad out^{(0)} = x

    Parameters
    ----------
    W : sequence of ndarray
        One weight matrix a layer, of shape (units it leads to, units it comes from).
    b : sequence of ndarray
        One bias vector a layer, of shape (units,); with `shared_bias` one
        number a layer, which every unit of the layer adds.
    activations : sequence of str
        One name a layer: ``"sigmoid"``, ``"softmax"``, ``"tanh"`` or ``"identity"``.
    loss : str
        ``"squared_error"``, ``"binary_cross_entropy"`` or ``"cross_entropy"``.
    shared_bias : bool
        Whether each layer has one bias for all its units.
    reduction : str
        What a batch's error is: the ``"sum"`` over its examples, or their ``"mean"``.

    Raises
    ------
    TypeError, ValueError
        If shapes do not fit together, a name is unknown, a number is not
        finite, an array holds integers, or the loss does not suit the last
        activation.

    Examples
    --------
    >>> network = Network(W=[[[0.5, -0.5]]], b=[[0.0]], activations=["sigmoid"], loss="squared_error")
    >>> network.forward([1.0, 1.0]).out[-1]
    array([0.5])
    """

    W: tuple
    b: tuple
    activations: tuple
    loss: str = "squared_error"
    shared_bias: bool = False
    reduction: str = "sum"

    def __post_init__(self):
        names = (self.activations,) if isinstance(self.activations, str) else tuple(self.activations)
        if not len(self.W) == len(self.b) == len(names) > 0:
            raise ValueError(f"expected one W, one b and one activation a layer, got {len(self.W)}, {len(self.b)} and {len(names)}")
        for name in names:
            _require_name("activation", name, ACTIVATIONS)
        _require_name("loss", self.loss, LOSSES)
        _require_name("reduction", self.reduction, ("sum", "mean"))
        needed = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}.get(self.loss, names[-1])
        if names[-1] != needed:
            raise ValueError(
                f"loss {self.loss!r}: expected a {needed} output layer, got {names[-1]!r}; "
                "'cross_entropy' is the likelihood of softmax outputs, 'binary_cross_entropy' that of sigmoid outputs"
            )
        W = tuple(as_finite(f"W[{layer}]", w) for layer, w in enumerate(self.W))
        b = tuple(as_finite(f"b[{layer}]", v) for layer, v in enumerate(self.b))
        for layer, (w, v) in enumerate(zip(W, b)):
            if w.ndim != 2 or 0 in w.shape:
                raise ValueError(f"W[{layer}]: expected shape (units, inputs), both at least 1, got {w.shape}")
            if layer and w.shape[1] != W[layer - 1].shape[0]:
                raise ValueError(f"W[{layer}]: expected {W[layer - 1].shape[0]} columns, one for each unit of the layer before, got shape {w.shape}")
            wanted = () if self.shared_bias else (w.shape[0],)
            if v.shape != wanted:
                why = "one number, since the bias is shared" if self.shared_bias else "one number a unit"
                raise ValueError(f"b[{layer}]: expected shape {wanted} ({why}), got {v.shape}")
        for field, value in (("W", W), ("b", b), ("activations", names)):
            object.__setattr__(self, field, value)

    def forward(self, x):
        """Compute every layer's scores and outputs.

        Parameters
        ----------
        x : array_like of float, shape (inputs,) or (examples, inputs)
            One example, or a batch with one example a row.

        Returns
        -------
        Forward
            With ``x``, ``net`` and ``out``; ``out[-1]`` is the network's answer.

        Raises
        ------
        TypeError, ValueError
            If `x` is an integer array, not finite, or of another shape.
        """
        out = x = as_finite("x", x)
        inputs = self.W[0].shape[1]
        if x.ndim not in (1, 2) or x.shape[-1] != inputs or x.size == 0:
            raise ValueError(f"x: expected shape ({inputs},) or (examples, {inputs}), got {x.shape}")
        nets, outs = [], []
        for W, b, name in zip(self.W, self.b, self.activations):
            net = out @ W.T + b
            out = ACTIVATIONS[name][0](net)
            nets.append(net)
            outs.append(out)
        return Forward(x, tuple(nets), tuple(outs))

    def error(self, x, target):
        """Give the error: one number, summed (or averaged, see `reduction`) over a batch.

        Parameters
        ----------
        x : array_like of float, shape (inputs,) or (examples, inputs)
        target : array_like of float, shape of the network's output

        Returns
        -------
        float

        Raises
        ------
        TypeError, ValueError
            If shapes differ, an array holds integers, a number is not finite,
            or the targets do not suit the loss.
        """
        return self._error(self.forward(x), target)

    def backward(self, x, target):
        r"""Differentiate the error by every score, weight and bias.

        .. math::

            \delta^{(l)} = \frac{\partial E}{\partial net^{(l)}}, \qquad
            \frac{\partial E}{\partial out^{(l)}} = W^{(l+1)\top} \delta^{(l+1)}, \qquad
            \frac{\partial E}{\partial W^{(l)}} = \delta^{(l)}\, out^{(l-1)\top}, \qquad
            \frac{\partial E}{\partial b^{(l)}} = \delta^{(l)}

        and for a batch the sum of the last two over its examples.

        Parameters
        ----------
        x : array_like of float, shape (inputs,) or (examples, inputs)
        target : array_like of float, shape of the network's output

        Returns
        -------
        Backward
            With ``error``, ``delta``, ``W`` and ``b``.

        Raises
        ------
        TypeError, ValueError
            As :meth:`error`.
        """
        forward = self.forward(x)
        error = self._error(forward, target)
        layers = range(len(self.W))
        delta = [None] * len(self.W)
        delta[-1] = self.output_delta(forward, target) * self._weight_of_an_example(forward)
        for layer in reversed(layers[:-1]):
            upstream = delta[layer + 1] @ self.W[layer + 1]
            delta[layer] = ACTIVATIONS[self.activations[layer]][1](forward.net[layer], forward.out[layer], upstream)
        inputs = (forward.x, *forward.out[:-1])
        # an example is a batch of one: rows are examples, so the sum over them is a product of matrices
        rows = [np.atleast_2d(d) for d in delta]
        W = tuple(d.T @ np.atleast_2d(i) for d, i in zip(rows, inputs))
        b = tuple(d.sum(axis=None if self.shared_bias else 0) for d in rows)
        return Backward(error, tuple(delta), W, b)

    def output_delta(self, forward, target):
        """Give dE/dnet of the output layer for each example by itself, whatever the `reduction`.

        Parameters
        ----------
        forward : Forward
            From :meth:`forward`.
        target : array_like of float, shape of the network's output

        Returns
        -------
        ndarray, shape of the network's output

        Raises
        ------
        TypeError, ValueError
            As :meth:`error`.
        """
        fused = FUSED.get((self.activations[-1], self.loss))
        if fused:
            return fused[1](forward.net[-1], target)
        upstream = LOSSES[self.loss][1](forward.out[-1], target)
        return ACTIVATIONS[self.activations[-1]][1](forward.net[-1], forward.out[-1], upstream)

    def step(self, x, target, learning_rate, *, train_biases=True):
        r"""Return the network after one step of gradient descent.

        .. math:: w^+ = w - \eta\, \frac{\partial E}{\partial w}

        Every gradient is taken at the old weights, before any is changed.

        Parameters
        ----------
        x, target : array_like of float
            As :meth:`backward`.
        learning_rate : float
            :math:`\eta`, above 0.
        train_biases : bool
            Whether the biases move too; in the question's numbers they do not.

        Returns
        -------
        Network

        Raises
        ------
        TypeError, ValueError
            As :meth:`backward`; also if `learning_rate` is not a positive number.
        """
        return self._moved(self.backward(x, target), _positive("learning_rate", learning_rate), train_biases)

    def train(self, x, target, *, steps, learning_rate, batch_size=None, rng=None, train_biases=True, progress=None):
        """Take many steps of gradient descent.

        Parameters
        ----------
        x, target : array_like of float
            As :meth:`backward`.
        steps : int
            How many.
        learning_rate : float
            Above 0.
        batch_size : int, optional
            Examples a step, drawn anew from `rng` for each step; all if not given.
        rng : numpy.random.Generator, optional
            Needed with `batch_size`.
        train_biases : bool
            Whether the biases move too.
        progress : callable, optional
            Called as ``progress(step, steps, error)`` after every step.

        Returns
        -------
        Training
            With ``network`` and ``errors``: the error of each step's examples
            before the step, then that of all examples at the end.

        Raises
        ------
        TypeError, ValueError
            As :meth:`step`; also if `batch_size` comes without `rng` or does
            not fit the number of examples.
        """
        x, target = as_finite("x", x), as_finite("target", target)
        if batch_size is not None:
            if x.ndim != 2 or not 1 <= batch_size <= len(x):
                raise ValueError(f"batch_size: expected a number from 1 to the number of examples, got {batch_size} for x of shape {x.shape}")
            if rng is None:
                raise ValueError("rng: expected a random generator with batch_size, got None; give np.random.default_rng(0)")
        learning_rate = _positive("learning_rate", learning_rate)
        network, errors = self, []
        for step in range(steps):
            rows = slice(None) if batch_size is None else rng.choice(len(x), batch_size, replace=False)
            backward = network.backward(x[rows], target[rows])
            network = network._moved(backward, learning_rate, train_biases)
            errors.append(backward.error)
            if progress is not None:
                progress(step + 1, steps, backward.error)
        return Training(network, np.array([*errors, network.error(x, target)]))

    def _moved(self, backward, learning_rate, train_biases):
        W = tuple(w - learning_rate * g for w, g in zip(self.W, backward.W))
        b = tuple(v - learning_rate * g for v, g in zip(self.b, backward.b)) if train_biases else self.b
        return replace(self, W=W, b=b)

    def _error(self, forward, target):
        fused = FUSED.get((self.activations[-1], self.loss))
        each = fused[0](forward.net[-1], target) if fused else LOSSES[self.loss][0](forward.out[-1], target)
        return (each.sum() * self._weight_of_an_example(forward))[()]

    def _weight_of_an_example(self, forward):
        return 1 / len(forward.x) if self.reduction == "mean" and forward.x.ndim == 2 else 1


def question_network(hidden="sigmoid", output="sigmoid", loss="squared_error", *, shared_bias=True, weights="question"):
    """Build the 2-2-2 network of the question, with the weights of Mazur's worked example.

    Use it with :data:`QUESTION_X` and :data:`QUESTION_TARGET`.

    Parameters
    ----------
    hidden, output : str
        Activations of the two layers.
    loss : str
        ``"squared_error"``, or ``"cross_entropy"``: the one that belongs to the
        output layer, so with sigmoid outputs it means ``"binary_cross_entropy"``.
    shared_bias : bool
        One bias a layer, as in the question's picture, or (False) one a unit.
    weights : str
        ``"question"``, or ``"second"`` for this book's second set. Both output
        weights of a hidden unit differ by the same 0.1 in the question, so
        with two softmax layers no hidden weight matters; in the second set
        they do.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        If a name is unknown, or the loss does not suit the output layer.

    Notes
    -----
    Source of the question's numbers: M. Mazur, *A step by step backpropagation
    example* (2015); the question is stats.stackexchange.com/q/243356.

    Examples
    --------
    >>> network = question_network()
    >>> round(float(network.error(QUESTION_X, QUESTION_TARGET)), 9)
    0.298371109
    """
    _require_name("weights", weights, WEIGHTS)
    if (output, loss) == ("sigmoid", "cross_entropy"):
        loss = "binary_cross_entropy"
    b = [0.35, 0.60] if shared_bias else [np.full(2, 0.35), np.full(2, 0.60)]
    return Network(WEIGHTS[weights], b, (hidden, output), loss, shared_bias=shared_bias)


WEIGHTS = {
    "question": ([[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]),
    "second": ([[0.15, -0.20], [0.25, 0.30]], [[0.40, -0.45], [0.50, 0.75]]),
}
QUESTION_X = np.array([0.05, 0.10])
QUESTION_TARGET = np.array([0.01, 0.99])
QUESTION_X.setflags(write=False)
QUESTION_TARGET.setflags(write=False)


def random_network(sizes, activations, loss="squared_error", *, rng, scale=1.0, shared_bias=False, reduction="sum"):
    """Build a network whose weights are drawn at random.

    Parameters
    ----------
    sizes : sequence of int
        Units a layer, the inputs first: ``(2, 3, 2)`` has one hidden layer of three.
    activations : sequence of str
        One a layer, so one fewer than `sizes`.
    loss : str
    rng : numpy.random.Generator
    scale : float
        Weights and biases are normal, with standard deviation ``scale / sqrt(inputs)``
        for a layer's weights and ``scale`` for its biases.
    shared_bias, reduction
        As :class:`Network`.

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        As :class:`Network`.
    """
    W = [scale * rng.standard_normal((to, come)) / np.sqrt(come) for come, to in zip(sizes[:-1], sizes[1:])]
    b = [scale * rng.standard_normal(() if shared_bias else to) for to in sizes[1:]]
    return Network(W, b, activations, loss, shared_bias=shared_bias, reduction=reduction)


def _require_name(kind, name, known):
    if name not in known:
        raise ValueError(f"{kind}: expected one of {', '.join(map(repr, known))}, got {name!r}")


def _positive(name, value):
    value = as_finite(name, value)
    if value.ndim or not value > 0:
        raise ValueError(f"{name}: expected one number above 0, got {value}")
    return value


