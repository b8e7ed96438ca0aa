"""Live figure: what a bias does before and after a softmax, with the constant unit beside it and inside it."""

import numpy as np

from linebyline.activations import softmax, softmax_vjp
from linebyline.network import QUESTION_X, WEIGHTS
from linebyline.widgets.live import LiveFigure, Numbers
from linebyline.widgets.stills import COLOURS, digits, figure, mark, picture, subscripted, table, tag, text

_LENGTH = 320
_ROWS = {"sum": "out_h1 + out_h2", "next": "next score, net_o1", "byBias": "∂net_o1 / ∂b_1", "gap": "∂net_o1/∂b_2 − Σ ∂net_o1/∂w_i"}


class BiasAndSoftmax(LiveFigure, browser="bias_and_softmax.js"):
    r"""Show that a shared bias under a softmax moves nothing, and that the next bias can move into the weights.

    .. math:: net_{o1} = \sum_i (w_i + c)\, out_{hi} + (b_2 - c), \qquad out_h = \mathrm{softmax}(net_h + b_1)

    Both :math:`b_1` and :math:`c` have no effect, because the hidden outputs sum
    to one. Beside it, the same with the constant unit competing *inside* the
    softmax with a score of its own, where both have one.

    Parameters
    ----------
    net : sequence of 2 float
        Hidden scores without the bias, from -4 to 4; the question's if not given.
    bias : float
        The shared hidden bias, from -4 to 4.
    weights : sequence of 2 float
        From the hidden units to the first output unit, from -1.5 to 1.5.
    next_bias : float
        That unit's bias, from -1.5 to 1.5.
    moved : float
        Taken from the next bias and given to both weights, from -2 to 2.
    constant : float
        Score of the constant where it competes, from -4 to 4.
    name : str
        As :class:`LiveFigure`.

    Raises
    ------
    TypeError, ValueError
        As :class:`LiveFigure`.
    """

    net = Numbers((np.array(WEIGHTS["question"][0]) @ QUESTION_X).round(12), -4, 4).tag(sync=True)
    bias = Numbers(0.35, -4, 4).tag(sync=True)
    weights = Numbers(WEIGHTS["question"][1][0], -1.5, 1.5).tag(sync=True)
    next_bias = Numbers(0.6, -1.5, 1.5).tag(sync=True)
    moved = Numbers(0.0, -2, 2).tag(sync=True)
    constant = Numbers(0.0, -4, 4).tag(sync=True)

    def computed(self):
        """Give the numbers the figure shows, from the package, for the constant ``beside`` the softmax and ``inside`` it."""
        scores, weights = np.array(self.net) + self.bias, np.array(self.weights) + self.moved

        def answer(out, upstream):
            by_bias = softmax_vjp(out, upstream)[:2]
            total = out[:2].sum()
            return {
                "out": out, "sum": total, "next": weights @ out[:2] + (self.next_bias - self.moved),
                "byBias": _settled(by_bias.sum(), np.abs(weights).sum()), "gap": _settled(1 - total, 1),
            }

        return {
            "beside": answer(softmax(scores), weights),
            "inside": answer(softmax(np.append(scores, self.constant)), np.append(weights, 0.0)),
        }

    def still(self):
        """Draw both layouts as they stand, with the numbers under them."""
        here = self.computed()

        def say(place):
            now = here[place]
            return (f"the two units hold {digits(now['sum'], 4)}, the next score is {digits(now['next'], 5)}, "
                    f"its derivative by the shared bias {digits(now['byBias'], 4)}")

        alt = {place: f"The constant {place} the softmax: {say(place)}." for place in here}
        beside = _column("Beside: two units share one", ["out_h1", "out_h2"], here["beside"], alt["beside"])
        inside = _column("Inside: three units share one", ["out_h1", "out_h2", "constant"], here["inside"], alt["inside"])
        numbers = table([[name, here["beside"][key], here["inside"][key]] for key, name in _ROWS.items()], head=["", "beside", "inside"])
        caption = f"With shared bias {digits(self.bias)}. Beside: {say('beside')}. Inside: {say('inside')}."
        return figure("The constant beside the softmax, and inside it", caption, beside, inside, numbers)


def _settled(value, size):
    """A sum whose terms cancel to the last digit is 0, whatever crumbs the rounding leaves."""
    return 0.0 if abs(value) <= 4e-16 * size else value


def _column(title, names, now, alt):
    """One layout: the shares as a bar, the constant, and the next score on its axis."""
    marks, at = [text(10, 14, title, font_weight=600)], 10.0
    roomy = min(now["out"]) * _LENGTH > 62
    for i, (name, share, kind) in enumerate(zip(names, now["out"], "abd")):
        middle = at + share * _LENGTH / 2 if roomy else 10 + _LENGTH * (i + 0.5) / len(names)
        marks += [tag("rect", x=at, y=26, width=share * _LENGTH, height=30, fill=COLOURS[kind], stroke="currentColor"),
                  tag("text", subscripted(name), x=middle, y=74, text_anchor="middle", font_size=12, fill="currentColor"),
                  text(middle, 90, f"{share:.6f}", "middle")]
        at += share * _LENGTH
    if len(names) == 2:
        marks += [tag("rect", x=10, y=102, width=_LENGTH, height=12, fill=COLOURS["d"], stroke="currentColor"),
                  text(10, 130, "the constant 1, beside: no share of the softmax")]
    else:
        marks.append(text(10, 116, "the constant competes and holds a share"))
    marks.append(tag("text", "next score, ", subscripted("net_o1"), x=10, y=158, font_size=12, fill="currentColor"))
    for value in (-4, -2, 0, 2, 4):
        x = 10 + (value + 5) * _LENGTH / 10
        marks += [tag("path", d=f"M{x} 166V186", stroke="currentColor", stroke_opacity=0.2), text(x, 202, digits(value), "middle")]
    marks += [tag("path", d="M10 186H330", stroke="currentColor"), mark(10 + (now["next"] + 5) * _LENGTH / 10, 176, "c", size=6.5)]
    return picture(340, 214, *marks, alt=alt)
