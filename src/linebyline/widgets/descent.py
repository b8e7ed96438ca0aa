"""Live figure: gradient descent over two weights, with the right gradient and with a wrong one."""

from dataclasses import replace

import numpy as np
import traitlets

from linebyline.activations import sigmoid_derivative, softmax_vjp
from linebyline.network import QUESTION_TARGET, WEIGHTS, question_network
from linebyline.widgets.live import Choice, Numbers
from linebyline.widgets.stills import Plot, digits, figure, tag
from linebyline.widgets.two_layers import WEIGHT_NAMES, TwoLayerFigure, place

SLIPS = {
    "row": "the weights above taken along the row",
    "one_path": "only the path through o1",
    "elementwise": "the softmax treated as elementwise",
    "no_slope": "the hidden slope left out",
    "no_output_slope": "out − target as the output delta",
    "sign": "the sign turned",
}
_CELLS, _LEVELS = 32, 9


class Descent(TwoLayerFigure, browser="descent.js"):
    r"""Show the error over two weights of the question's network, and two descents: by the right gradient and by a classic wrong one.

    .. math:: w^+ = w - \eta\, \frac{\partial E}{\partial w}

    Only the two chosen weights move.

    Parameters
    ----------
    hidden, output, loss : str
        As :class:`NetworkExplorer`.
    weights : str
        Where the other weights stay: ``"second"`` or ``"question"``, see :func:`linebyline.network.question_network`.
    across, up : str
        Two different weights, ``"w1"`` to ``"w8"``.
    slip : str
        What is wrong: ``"row"``, ``"one_path"``, ``"elementwise"``, ``"no_slope"``, ``"no_output_slope"`` or ``"sign"``.
    x : sequence of 2 float
        Inputs, from -4 to 4. The question's times twenty if not given: with its
        own the hidden weights hardly matter.
    start : sequence of 2 float
        Where both descents start, from -8 to 8.
    rate : float
        The learning rate, from 0.01 to 1000.
    steps : int
        How many, up to 60.
    reach : float
        The window shows weights from ``-reach`` to ``reach``, 1 to 8.
    name : str
        As :class:`LiveFigure`.

    Raises
    ------
    TypeError, ValueError
        As :class:`LiveFigure`, and if both axes show one weight.
    """

    sets = traitlets.Dict({name: [np.array(W).tolist() for W in both] for name, both in WEIGHTS.items()}).tag(sync=True)
    numbers = traitlets.Dict({"target": QUESTION_TARGET.tolist(), "b1": 0.35, "b2": 0.6}).tag(sync=True)
    weights = Choice("second", "question").tag(sync=True)
    across = Choice(*WEIGHT_NAMES).tag(sync=True)
    up = Choice("w3", *(name for name in WEIGHT_NAMES if name != "w3")).tag(sync=True)
    slip = Choice(*SLIPS).tag(sync=True)
    x = Numbers([1.0, 2.0], -4, 4).tag(sync=True)
    start = Numbers([0.15, 0.25], -8, 8).tag(sync=True)
    rate = Numbers(10.0, 0.01, 1000).tag(sync=True)
    steps = Numbers(40, 0, 60).tag(sync=True)
    reach = Numbers(4, 1, 8).tag(sync=True)

    @traitlets.validate("across", "up")
    def _two_weights(self, proposal):
        other = "up" if proposal["trait"].name == "across" else "across"
        if proposal["value"] == getattr(self, other):
            raise ValueError(f"across and up: expected two different weights, got {proposal['value']!r} for both")
        return proposal["value"]

    @traitlets.validate("steps")
    def _whole(self, proposal):
        if proposal["value"] != int(proposal["value"]):
            raise ValueError(f"steps: expected a whole number, got {proposal['value']:g}")
        return proposal["value"]

    def computed(self):
        """Give the numbers the figure shows, from the package: ``right`` and ``wrong``, each with ``path`` and ``errors``."""
        return {name: self._descend(gradients) for name, gradients in (("right", _right), ("wrong", self._wrong))}

    def still(self):
        """Draw both paths over the error, and the error of both against the step."""
        here = self.computed()
        ends = [digits(here[name]["errors"][-1], 4) for name in ("right", "wrong")]
        begin = digits(here["right"]["errors"][0], 4)
        sentence = f"{digits(self.steps)} steps from error {begin}: the right gradient leads to {ends[0]}, the wrong one to {ends[1]}."
        bands = self._bands()
        maps = []
        for name, kind, shape in (("right", "a", "circle"), ("wrong", "b", "square")):
            ticks = [self.reach * part for part in (-1, -0.5, 0, 0.5, 1)]
            plot = Plot((-self.reach, self.reach), (-self.reach, self.reach), ticks, ticks, self.across, f"{name}, up: {self.up}", height=320)
            ground = f"The error over {self.across} and {self.up}, more shaded where it is larger"
            plot.marks += _shades(plot, bands)
            path = np.array(here[name]["path"])
            plot.line(path[:, 0], path[:, 1], "var(--pst-color-background,Canvas)", 8).line(path[:, 0], path[:, 1], kind)
            plot.marks.append(tag("circle", cx=plot.px(path[0, 0]), cy=plot.py(path[0, 1]), r=7, fill="none", stroke="currentColor", stroke_width=2))
            for position in path[1:-1]:
                if np.abs(position).max() <= self.reach:
                    plot.dot(*position, kind, shape, 2)
            plot.dot(*path[-1], kind, shape)
            maps.append(plot.svg(f"{ground}, with the path of the {name} gradient. {sentence}"))
        top = max(max(here[name]["errors"]) for name in here)
        curves = Plot((0, 60), (0, 1.1 * top), range(0, 61, 10), np.linspace(0, top, 3), "step", "error", tick="{:.3g}".format)
        for name, kind, shape in (("right", "a", "circle"), ("wrong", "b", "square")):
            curves.line(range(len(here[name]["errors"])), here[name]["errors"], kind).dot(self.steps, here[name]["errors"][-1], kind, shape)
        note = f"{sentence} Wrong: {SLIPS[self.slip]}. Solid and round: right; dashed and square: wrong."
        maps.append(curves.svg(f"The error against the step for both paths. {sentence}"))
        return figure("Descent with the right gradient and with a wrong one", note, *maps)

    def _network(self, position):
        network = question_network(self.hidden, self.output, self.loss, weights=self.weights)
        W = [np.array(w) for w in network.W]
        for name, value in zip((self.across, self.up), position):
            layer, index = place(name)
            W[layer][index] = value
        return replace(network, W=tuple(W))

    def _descend(self, gradients):
        position, path, errors = np.array(self.start), [], []
        places = [place(self.across), place(self.up)]
        for step in range(int(self.steps) + 1):
            network = self._network(position)
            path.append(position.tolist())
            errors.append(float(network.error(self.x, QUESTION_TARGET)))
            gradient = gradients(network, np.array(self.x))
            position = position - self.rate * np.array([gradient[layer][index] for layer, index in places])
        return {"path": path, "errors": errors}

    def _wrong(self, network, x):
        return slipped(network, x, QUESTION_TARGET, self.slip)

    def _bands(self):
        ticks = np.linspace(-self.reach, self.reach, _CELLS + 1)
        errors = np.array([[self._network((a, b)).error(self.x, QUESTION_TARGET) for a in ticks] for b in ticks])
        middles = (errors[1:, 1:] + errors[1:, :-1] + errors[:-1, 1:] + errors[:-1, :-1]) / 4
        return np.digitize(middles, np.linspace(errors.min(), errors.max(), _LEVELS + 1)[1:-1])


def slipped(network, x, target, slip):
    """Give both weight gradients of the 2-2-2 network with one slip in the backward pass.

    Parameters
    ----------
    network : Network
    x, target : array_like of float, shape (2,)
    slip : str
        A key of ``SLIPS``.

    Returns
    -------
    list of ndarray, shape (2, 2)
    """
    forward, right = network.forward(x), network.backward(x, target)
    (net_h, _), (out_h, out_o) = forward.net, forward.out
    delta_o, W2 = right.delta[1], network.W[1]
    if slip == "no_output_slope":
        delta_o = out_o - target
    elif slip == "elementwise" and network.activations[1] == "softmax":
        delta_o = ((out_o - target) * out_o if network.loss == "squared_error" else -target) * (1 - out_o)
    sent = delta_o * [1, 0] if slip == "one_path" else delta_o
    by_out = sent @ (W2.T if slip == "row" else W2)
    if slip == "no_slope":
        delta_h = by_out
    elif network.activations[0] == "softmax":
        delta_h = by_out * out_h * (1 - out_h) if slip == "elementwise" else softmax_vjp(out_h, by_out)
    else:
        delta_h = by_out * sigmoid_derivative(net_h)
    sign = -1 if slip == "sign" else 1
    return [sign * np.outer(delta_h, x), sign * np.outer(delta_o, out_h)]


def _right(network, x):
    return network.backward(x, QUESTION_TARGET).W


def _shades(plot, bands):
    """Every band as one path of cells, darker where the error is larger."""
    ticks = np.linspace(*plot.x, _CELLS + 1)
    xs, ys = [plot.px(tick) for tick in ticks], [plot.py(tick) for tick in ticks]
    marks = []
    for band in range(1, _LEVELS):
        cells = "".join(_row(xs, ys[row], ys[row + 1], bands[row] == band) for row in range(_CELLS))
        if cells:
            marks.append(tag("path", d=cells, fill="currentColor", fill_opacity=f"{0.025 * band:.3f}"))
    return marks


def _row(xs, bottom, top, inside):
    """The runs of one row's cells as rectangles."""
    edges = np.flatnonzero(np.diff(np.r_[0, inside.astype(int), 0]))
    return "".join(f"M{xs[start]:.1f} {bottom:.1f}H{xs[end]:.1f}V{top:.1f}H{xs[start]:.1f}Z" for start, end in zip(edges[::2], edges[1::2]))
