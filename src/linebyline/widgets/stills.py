"""Draw the still twins: small SVG pictures in the page's own colour, from strings and numbers only."""

import re
from html import escape

import numpy as np

COLOURS = {"a": "#2f81d6", "b": "#d9660a", "c": "#189a63", "d": "#b066c9"}
DASHES = {"a": "", "b": "7 4", "c": "10 3 2 3", "d": "2 3"}


def digits(value, precision=6):
    """Write a number with six significant digits and a true minus sign, with a power of ten only where it is needed."""
    value = float(value)
    if value == 0:
        return "0"
    size = abs(value)
    if size < 1e-3 or size >= 1e6:
        mantissa, exponent = f"{size:.{precision - 1}e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    else:
        text = f"{float(f'{size:.{precision}g}'):.12f}".rstrip("0").rstrip(".")
    return ("\N{MINUS SIGN}" if value < 0 else "") + text.replace("e-", "e\N{MINUS SIGN}")


def tag(name, *children, **attributes):
    """Write one element; attributes take ``_`` for ``-``, and everything but the children is escaped."""
    given = {key.rstrip("_").replace("_", "-"): escape(_short(value), quote=True) for key, value in attributes.items() if value is not None}
    written = "".join(f' {key}="{value}"' for key, value in given.items())
    return f"<{name}{written}>{''.join(children)}</{name}>"


def text(x, y, words, anchor="start", size=12, **attributes):
    """Write words in the page's colour."""
    return tag("text", escape(words), x=x, y=y, text_anchor=anchor, font_size=size, fill="currentColor", **attributes)


def subscripted(words):
    """Write ``net_h1`` as net with a small h1, for use inside an SVG text."""
    base, _, index = words.partition("_")
    return escape(base) + (f'<tspan dy="3" font-size="75%">{escape(index)}</tspan><tspan dy="-3">&#8203;</tspan>' if index else "")


def with_indices(words):
    """Write every ``net_h1`` in a text as HTML with a small h1."""
    return re.sub(r"([^\W_]+)_(\w+)", r"\1<sub>\2</sub>", escape(words))


def picture(width, height, *children, alt):
    """Write an SVG picture that says what it shows."""
    style = f"display:block;width:100%;max-width:{round(1.25 * width)}px;height:auto;overflow:visible;flex:1 1 300px;min-width:0"
    return tag("svg", *children, viewBox=f"0 0 {width} {height}", role="img", aria_label=alt, style=style, xmlns="http://www.w3.org/2000/svg")


def figure(title, caption, *parts):
    """Put pictures side by side under a caption that says the figure is still."""
    row = tag("div", *parts, style="display:flex;flex-wrap:wrap;gap:.5rem 1.2rem;align-items:flex-start")
    words = f"<strong>Still figure</strong> {escape(title)}. {escape(caption)} With scripts on, or with the cell run, it moves."
    return tag("figure", row, tag("figcaption", words, style="margin-top:.4rem"), class_="lbl-figure lbl-still", style="margin:0 0 1rem")


def table(rows, head=None, caption=None):
    """Write numbers as a small table; the first entry of each row is its heading."""
    written = [tag("caption", escape(caption), style="caption-side:top;text-align:left")] if caption else []
    if head:
        written.append(tag("tr", *(tag("th", with_indices(cell), scope="col", style="text-align:right;padding:.1rem .6rem") for cell in head)))
    for name, *cells in rows:
        words = [cell if isinstance(cell, str) else digits(cell) for cell in cells]
        numbers = (tag("td", with_indices(cell), style="text-align:right;padding:.1rem .6rem") for cell in words)
        written.append(tag("tr", tag("th", with_indices(name), scope="row", style="text-align:left;padding:.1rem .6rem;font-weight:400"), *numbers))
    return tag("table", *written, style="border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.85rem")


class Plot:
    """Axes to draw on: methods add marks, :meth:`svg` gives the picture.

    Parameters
    ----------
    x, y : (float, float)
        Ends of the axes.
    x_ticks, y_ticks : sequence of float
    x_label, y_label : str
    width, height : float
    tick : callable
        How to write a tick's number.
    """

    def __init__(self, x, y, x_ticks, y_ticks, x_label, y_label="", *, width=340, height=230, left=42, tick="{:g}".format):
        right, top, bottom = 10, 14, 34
        self.x, self.y, self.width, self.height = x, y, width, height
        self.box = left, top, width - right, height - bottom
        self.marks = []
        for value in x_ticks:
            self.marks.append(self._grid(f"M{_short(self.px(value))} {top}V{height - bottom}"))
            self.marks.append(text(self.px(value), height - bottom + 14, _minus(tick(value)), "middle"))
        for value in y_ticks:
            self.marks.append(self._grid(f"M{left} {_short(self.py(value))}H{width - right}"))
            self.marks.append(text(left - 6, self.py(value) + 4, _minus(tick(value)), "end"))
        self.marks.append(tag("path", d=f"M{left} {top}V{height - bottom}H{width - right}", stroke="currentColor", stroke_opacity=0.75, fill="none"))
        self.marks += [text((left + width - right) / 2, height - 5, x_label, "middle"), text(left + 6, top + 4, y_label)]

    def px(self, value):
        """Where a number stands across."""
        left, _, right, _ = self.box
        return left + (value - self.x[0]) / (self.x[1] - self.x[0]) * (right - left)

    def py(self, value):
        """Where a number stands up and down."""
        _, top, _, bottom = self.box
        return bottom - (value - self.y[0]) / (self.y[1] - self.y[0]) * (bottom - top)

    def line(self, xs, ys, kind, width=2.5):
        """Draw a curve; `kind` is a letter with a colour and a dash of its own, or a colour. What lies outside the axes is left out."""
        xs, ys = np.broadcast_arrays(np.asarray(xs, float), np.asarray(ys, float))
        inside = (xs >= self.x[0]) & (xs <= self.x[1]) & (ys >= self.y[0]) & (ys <= self.y[1])
        points = " ".join(f"{self.px(x):.1f},{self.py(y):.1f}" for x, y in zip(xs[inside], ys[inside]))
        paint = {"style": f"stroke:{COLOURS.get(kind, kind)}", "stroke_width": width, "stroke_dasharray": DASHES.get(kind) or None}
        self.marks.append(tag("polyline", points=points, fill="none", **paint))
        return self

    def dot(self, x, y, kind, shape="circle", size=5):
        """Mark a point with a circle, a square or a triangle."""
        self.marks.append(mark(self.px(np.clip(x, *self.x)), self.py(np.clip(y, *self.y)), kind, shape, size))
        return self

    def words(self, x, y, words, anchor="start", dx=0, dy=0):
        """Write at a point of the data."""
        self.marks.append(text(self.px(x) + dx, self.py(y) + dy, words, anchor))
        return self

    def svg(self, alt):
        """Give the picture."""
        return picture(self.width, self.height, *self.marks, alt=alt)

    @staticmethod
    def _grid(path):
        return tag("path", d=path, stroke="currentColor", stroke_opacity=0.14, fill="none")


def mark(x, y, kind, shape="circle", size=5):
    """Draw one marker: its shape tells as much as its colour."""
    paint = {"fill": COLOURS.get(kind, kind), "stroke": "currentColor" if size > 3 else None, "stroke_width": 1.2}
    if shape == "circle":
        return tag("circle", cx=x, cy=y, r=size, **paint)
    if shape == "square":
        return tag("rect", x=x - size, y=y - size, width=2 * size, height=2 * size, **paint)
    return tag("path", d=f"M{_short(x)} {_short(y - 1.2 * size)}l{_short(1.1 * size)} {2 * size}h{_short(-2.2 * size)}z", **paint)


def _short(value):
    """A number without digits nobody can see."""
    return value if isinstance(value, str) else f"{float(value):.2f}".rstrip("0").rstrip(".")


def _minus(words):
    return words.replace("-", "\N{MINUS SIGN}")
