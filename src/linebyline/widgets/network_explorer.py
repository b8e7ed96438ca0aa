"""Live figure: the question's network as a graph, with the gradient of any weight as a sum over paths."""

import numpy as np
import traitlets

from linebyline.activations import sigmoid_derivative, softmax_jacobian
from linebyline.network import LOSSES, QUESTION_TARGET, QUESTION_X, WEIGHTS, Network
from linebyline.widgets.live import Choice, Numbers
from linebyline.widgets.stills import digits, figure, picture, subscripted, table, tag, text
from linebyline.widgets.two_layers import NAMES, TwoLayerFigure, place


def _preset(hidden, output, weights):
    W1, W2 = WEIGHTS[weights]
    return {"hidden": hidden, "output": output, "loss": "squared_error", "x": QUESTION_X.tolist(), "target": QUESTION_TARGET.tolist(),
            "W1": W1, "W2": W2, "b1": 0.35, "b2": 0.6}


PRESETS = {
    "the question": _preset("sigmoid", "sigmoid", "question"),
    "hidden softmax": _preset("softmax", "sigmoid", "question"),
    "degenerate": _preset("softmax", "softmax", "question"),
    "second set": _preset("softmax", "softmax", "second"),
}


class NetworkExplorer(TwoLayerFigure, browser="network_explorer.js"):
    r"""Show the 2-2-2 network with all its numbers, forward and backward, and one gradient path by path.

    .. math::

        \frac{\partial E}{\partial w} = \sum_{\text{paths from } w \text{ to } E} \;\prod_{\text{steps of the path}} \text{local derivative}

    Parameters
    ----------
    preset : str
        Where to start: ``"the question"``; ``"hidden softmax"``, the same numbers
        with a softmax hidden layer; ``"degenerate"``, the same numbers with two
        softmax layers, where no hidden weight matters; ``"second set"``, two
        softmax layers where they do. Any value given beside it replaces the preset's.
    hidden, output : str
        ``"sigmoid"`` or ``"softmax"``.
    loss : str
        ``"squared_error"`` or ``"cross_entropy"``; the latter is the one that belongs to the output layer.
    selected : str
        Whose gradient is spelt out: ``"w1"`` to ``"w8"``, ``"b1"`` or ``"b2"``.
    x, target : sequence of 2 float
        Inputs from -2 to 2, targets from 0 to 1.
    W1, W2 : array_like of float, shape (2, 2)
        Weights from -5 to 5, one row for each unit they lead to.
    b1, b2 : float
        One bias a layer, from -5 to 5.
    name : str
        As :class:`LiveFigure`.

    Raises
    ------
    TypeError, ValueError
        As :class:`LiveFigure`, and if the targets do not sum to one where classes share one outcome.

    Examples
    --------
    >>> round(float(NetworkExplorer(hidden="softmax").computed()["gradient"]), 9)
    -6.0986e-05
    """

    presets = traitlets.Dict(PRESETS).tag(sync=True)
    selected = Choice(*NAMES).tag(sync=True)
    x = Numbers(QUESTION_X, -2, 2).tag(sync=True)
    target = Numbers(QUESTION_TARGET, 0, 1).tag(sync=True)
    W1 = Numbers(WEIGHTS["question"][0], -5, 5).tag(sync=True)
    W2 = Numbers(WEIGHTS["question"][1], -5, 5).tag(sync=True)
    b1 = Numbers(0.35, -5, 5).tag(sync=True)
    b2 = Numbers(0.6, -5, 5).tag(sync=True)

    def __init__(self, preset=None, **values):
        if preset is not None and preset not in PRESETS:
            raise ValueError(f"preset: expected one of {', '.join(map(repr, PRESETS))}, got {preset!r}")
        super().__init__(**{**PRESETS.get(preset, {}), **values})

    @traitlets.validate("output", "loss", "target")
    def _targets_of_classes(self, proposal):
        name = proposal["trait"].name
        output, loss, target = (proposal["value"] if name == key else getattr(self, key) for key in ("output", "loss", "target"))
        if (output, loss) == ("softmax", "cross_entropy") and abs(sum(target) - 1) > 1e-6:
            raise ValueError(f"target: expected targets that sum to one for softmax outputs with cross-entropy, got {target}; change target first")
        return proposal["value"]

    def network(self):
        """Give the package's network with the figure's numbers."""
        loss = "binary_cross_entropy" if (self.output, self.loss) == ("sigmoid", "cross_entropy") else self.loss
        return Network([self.W1, self.W2], [self.b1, self.b2], (self.hidden, self.output), loss, shared_bias=True)

    def computed(self):
        """Give the numbers the figure shows, from the package, under the names the browser module uses."""
        network = self.network()
        forward, backward = network.forward(self.x), network.backward(self.x, self.target)
        block, index = place(self.selected)
        grads = (*backward.W, *backward.b)
        return {
            "netH": forward.net[0], "outH": forward.out[0], "netO": forward.net[1], "outO": forward.out[1], "error": backward.error,
            "deltaO": backward.delta[1], "byOutH": backward.delta[1] @ network.W[1], "deltaH": backward.delta[0],
            "gradW1": grads[0], "gradW2": grads[1], "gradB1": grads[2], "gradB2": grads[3], "gradient": grads[block][index],
        }

    def still(self):
        """Draw the graph as it stands, with every gradient, and spell out the selected one."""
        here = self.computed()
        terms = _terms(self, here)
        gradient = digits(_settled(here["gradient"], here))
        words = (f"Hidden {self.hidden}, output {self.output}: the error is {digits(here['error'], 9)}. At {self.selected} = "
                 f"{digits(_value(self, self.selected))} its derivative by {self.selected} is {gradient}, "
                 f"the sum over {len(terms)} path{'s' * (len(terms) > 1)}.")
        caption = f"Derivative of the error by {self.selected}, path by path"
        rows = [(label, " × ".join(digits(factor, 4) for factor in factors), np.prod(factors)) for label, factors in terms]
        paths = table([*rows, ("sum", "", gradient)], head=["path", "factors", "product"], caption=caption)
        alt = f"The network as a graph, from two inputs at the top to the error at the bottom. {words}"
        note = f"{words} Upper numbers are forward values; a triangle and the lower numbers mark derivatives of the error."
        graph = picture(340, 520, *_graph(self, here), alt=alt)
        return figure("The network, with every path from a weight to the error", note, graph, tag("div", paths))


def _value(explorer, name):
    """A weight or bias by its name."""
    block, index = place(name)
    return np.array((explorer.W1, explorer.W2, explorer.b1, explorer.b2)[block])[index]


def _settled(value, here):
    """A sum whose terms cancel to the last digit is 0, whatever crumbs the rounding leaves."""
    return 0.0 if abs(value) <= 8e-16 * np.abs(here["deltaO"]).sum() else value


def _terms(explorer, here):
    """The selected derivative as a list of paths, each with its factors."""
    if explorer.selected in ("b1", "b2"):
        unit = {"b1": "h", "b2": "o"}[explorer.selected]
        return [(f"through {unit}{i + 1}", [here[f"delta{unit.upper()}"][i], 1.0]) for i in (0, 1)]
    layer, (to, come) = place(explorer.selected)
    name, net, out = [(explorer.hidden, here["netH"], here["outH"]), (explorer.output, here["netO"], here["outO"])][layer]
    slopes = softmax_jacobian(out) if name == "softmax" else np.diag(sigmoid_derivative(net))
    reached = (0, 1) if name == "softmax" else (to,)
    if layer == 1:
        by_out = LOSSES[explorer.network().loss][1](out, explorer.target)
        return [(f"through out_o{j + 1}", [by_out[j], slopes[j, to], here["outH"][come]]) for j in reached]
    across = {i: f"out_h{i + 1}, " if name == "softmax" else "" for i in reached}
    factors = {(i, k): [here["deltaO"][k], explorer.W2[k][i], slopes[i, to], explorer.x[come]] for i in reached for k in (0, 1)}
    return [(f"through {across[i]}o{k + 1}", product) for (i, k), product in factors.items()]


# where things stand in the graph: the two columns, the five weights and biases of a layer, the rows
_COLUMN, _PILL = (84, 256), (34, 102, 170, 238, 306)
_PILLS, _NET, _OUT, _ERROR = (80, 282), (136, 338), (202, 404), 474


def _graph(explorer, here):
    """The marks of the graph: lines first, then boxes over them, then the weights."""
    lines, boxes = [], []
    for i, x in enumerate(_COLUMN):
        boxes += _box(x, 16, 110, (f"i_{i + 1}", explorer.x[i]))
        boxes += _box((40, 300)[i], _ERROR, 72, (f"target_{i + 1}", None), (None, explorer.target[i]))
        lines += [_line(x, _OUT[1] + 28, (140, 200)[i], _ERROR), _line((76, 264)[i], _ERROR + 20, (94, 246)[i], _ERROR + 20)]
    boxes += _box(170, _ERROR, 152, ("E", None), (None, digits(here["error"], 9)))
    for layer, (unit, activation) in enumerate((("h", explorer.hidden), ("o", explorer.output))):
        nets, outs, deltas = (here[f"{part}{unit.upper()}"] for part in ("net", "out", "delta"))
        pills, net, out = _PILLS[layer], _NET[layer], _OUT[layer]
        lines += [text(4, net + 57, activation), _line(170, pills - 12, 170, pills)]
        paper = {**_INK, "style": "fill:var(--pst-color-background,Canvas)"}
        boxes += [tag("rect", x=159, y=pills - 30, width=22, height=18, rx=7, **paper), text(170, pills - 17, "1", "middle")]
        for i, x in enumerate(_COLUMN):
            boxes += _box(x, net, 160, (f"net_{unit}{i + 1}", nets[i]), (f"\u25b2 \u03b4_{unit}{i + 1}", _settled(deltas[i], here)))
            boxes += _box(x, out, 160, (f"out_{unit}{i + 1}", outs[i]), *([("\u25b2 \u2202E/\u2202out", here["byOutH"][i])] if layer == 0 else []))
            lines += [_line(x, net + 40, _COLUMN[j], out) for j in (0, 1) if activation == "softmax" or i == j]
            lines += [_line(_COLUMN[k] + (i - k) * 18, _OUT[0] + 40 if layer else 44, _PILL[3 * i + k], pills) for k in (0, 1)]
            lines += [_line(_PILL[3 * i + k], pills + 36, _PILL[3 * i + k], net) for k in (0, 1)]
            lines.append(_line(170, pills + 36, x + (60, -60)[i], net))
        numbers = [f"w{4 * layer + n}" for n in (1, 2, 3, 4)]
        for x, name in zip(_PILL, [*numbers[:2], f"b{layer + 1}", *numbers[2:]]):
            boxes += _pill(explorer, here, name, x, pills)
    return lines + boxes


_INK = {"fill": "none", "stroke": "currentColor", "stroke_opacity": 0.55}


def _line(x1, y1, x2, y2):
    return tag("path", d=f"M{x1} {y1}L{x2} {y2}", stroke="currentColor", stroke_opacity=0.45)


def _box(x, y, width, *rows):
    """A box round one or two rows, each a name on the left and a number on the right, or either in the middle."""
    marks = [tag("rect", x=x - width / 2, y=y, width=width, height=40 if len(rows) == 2 else 28, rx=7, **_INK)]
    for n, (name, value) in enumerate(rows):
        baseline = y + (19 if len(rows) == 1 else (16, 33)[n])
        middle = name is None or value is None
        side = width / 2 - 8
        if name is not None:
            at = {"x": x if middle else x - side, "text_anchor": "middle" if middle else "start"}
            marks.append(tag("text", subscripted(name), y=baseline, font_size=12, fill="currentColor", **at))
        if value is not None:
            written = value if isinstance(value, str) else digits(value)
            marks.append(text(x if middle else x + side, baseline, written, "middle" if middle else "end"))
    return marks


def _pill(explorer, here, name, x, y):
    """A weight or bias over the derivative by it; the selected one has a thick outline."""
    block, index = place(name)
    gradient = (here["gradW1"], here["gradW2"], here["gradB1"], here["gradB2"])[block][index]
    ink = {**_INK, "stroke_width": 3, "stroke_opacity": 1} if name == explorer.selected else _INK
    words = f"{subscripted(f'{name[0]}_{name[1]}')} {digits(_value(explorer, name), 3)}"
    return [tag("rect", x=x - 33, y=y, width=66, height=36, rx=14, **ink),
            tag("text", words, x=x, y=y + 15, text_anchor="middle", font_size=12, fill="currentColor"),
            text(x, y + 30, digits(_settled(gradient, here), 4), "middle", size=10.5)]
