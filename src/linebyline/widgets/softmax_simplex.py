"""Live figure: three scores, their shares as bars and as a point in a triangle, and the Jacobian as a heat map."""

import numpy as np

from linebyline.activations import softmax, softmax_jacobian
from linebyline.widgets.live import LiveFigure, Numbers
from linebyline.widgets.stills import COLOURS, DASHES, digits, figure, mark, picture, subscripted, tag, text

_KINDS, _SHAPES = "abc", ("circle", "square", "triangle")
_CORNERS = np.array([[20.0, 232.0], [300.0, 232.0], [160.0, 232 - 280 * np.sqrt(0.75)]])


class SoftmaxSimplex(LiveFigure, browser="softmax_simplex.js"):
    r"""Show three scores become three shares, and that a constant added to all scores moves none of them.

    .. math:: out = \mathrm{softmax}(net + c), \qquad J_{ij} = out_i\,(1_{i=j} - out_j)

    Parameters
    ----------
    net : sequence of 3 float
        Scores, each from -5 to 5.
    constant : float
        Added to all three, from -5 to 5.
    name : str
        As :class:`LiveFigure`.

    Raises
    ------
    TypeError, ValueError
        As :class:`LiveFigure`.
    """

    net = Numbers([2.0, 1.0, 0.0], -5, 5).tag(sync=True)
    constant = Numbers(0.0, -5, 5).tag(sync=True)

    def computed(self):
        """Give the numbers the figure shows, from the package: ``shifted``, ``out``, ``jacobian`` and ``rowSums``."""
        shifted = np.array(self.net) + self.constant
        out = softmax(shifted)
        jacobian = softmax_jacobian(out)
        return {"shifted": shifted, "out": out, "jacobian": jacobian, "rowSums": jacobian.sum(axis=1)}

    def still(self):
        """Draw the bars, the triangle and the Jacobian as they stand."""
        here = self.computed()
        shares = "The shares are " + ", ".join(digits(share, 4) for share in here["out"])
        scores = ", ".join(digits(score, 4) for score in here["shifted"])
        point = f"A point in a triangle; its distance from each side is the share of the corner opposite. {shares}."
        column = tag("div", _bars(here["out"], f"Three bars. {shares}."), _heat(here["jacobian"]), style="flex:1 1 300px;min-width:0;max-width:31rem")
        caption = f"The scores are {scores}. {shares}, which sum to 1. Every row of the Jacobian sums to 0."
        return figure("Three scores, one simplex", caption, column, _triangle(here["out"], point))


def _bars(out, alt):
    marks = [text(0, 12, "shares, out = softmax(net)"), tag("path", d="M62 20V124", stroke="currentColor")]
    for i, (share, kind, shape) in enumerate(zip(out, _KINDS, _SHAPES)):
        y = 26 + 34 * i
        marks += [mark(10, y + 12, kind, shape, 5.5),
                  tag("text", subscripted(f"out_{i + 1}"), x=22, y=y + 17, font_size=12, fill="currentColor"),
                  tag("rect", x=62, y=y, width=share * 210, height=24, fill=COLOURS[kind], stroke="currentColor"),
                  text(68 + share * 210, y + 16, f"{share:.4f}")]
    return picture(340, 132, *marks, alt=alt)


def _triangle(out, alt):
    outline = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in _CORNERS) + "Z"
    x, y = out @ _CORNERS
    marks = [tag("path", d=outline, stroke="currentColor", fill="none")]
    for i, (kind, anchor) in enumerate(zip(_KINDS, ("start", "end", "middle"))):
        opposite = np.delete(_CORNERS, i, axis=0).mean(axis=0)
        foot = np.array([x, y]) + out[i] * (opposite - _CORNERS[i])
        pull = f"M{x:.1f} {y:.1f}L{foot[0]:.1f} {foot[1]:.1f}"
        at = {"x": _CORNERS[i, 0] + (-18, 18, 0)[i], "y": _CORNERS[i, 1] + (16, 16, -8)[i], "text_anchor": anchor}
        marks += [tag("path", d=pull, stroke=COLOURS[kind], stroke_width=2.5, stroke_dasharray=DASHES[kind] or None),
                  tag("text", subscripted(f"out_{i + 1}"), " = 1", font_size=12, fill="currentColor", **at)]
    marks.append(tag("circle", cx=x, cy=y, r=6.5, fill="currentColor"))
    return tag("div", picture(320, 286, tag("g", *marks, transform="translate(0 32)"), alt=alt), style="flex:1 1 260px;min-width:0;max-width:20rem")


def _heat(jacobian):
    cell = "padding:.3rem .45rem;text-align:right;font-weight:400"
    names = [f"net<sub>{j}</sub>" for j in (1, 2, 3)] + ["sum"]
    head = tag("tr", tag("td"), *(tag("th", name, scope="col", style=cell) for name in names))
    rows = []
    for i, row in enumerate(jacobian):
        numbers = []
        for value in row:
            colour = COLOURS["b" if value < 0 else "a"]
            heat = f"color-mix(in srgb,{colour} {min(1, 4 * abs(value)) * 60:.1f}%,transparent)"
            numbers.append(tag("td", f"{value:+.4f}".replace("-", "\N{MINUS SIGN}"), style=f"{cell};background:{heat}"))
        total = "0" if abs(row.sum()) < 1e-15 else digits(row.sum(), 2)
        rows.append(tag("tr", tag("th", f"out<sub>{i + 1}</sub>", scope="row", style=cell), *numbers, tag("td", total, style=cell)))
    words = "Jacobian: row i, column j holds ∂out<sub>i</sub> / ∂net<sub>j</sub>"
    caption = tag("caption", words, style="caption-side:top;text-align:left;color:inherit")
    style = "border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.85rem;margin-top:.6rem"
    return tag("table", caption, head, *rows, style=style)
