"""Show a figure or a table so that it can be read anywhere: dark or light, wide or narrow, seen or heard."""

import html
import io
import re

import matplotlib as mpl
import matplotlib.pyplot as plt
from IPython.display import display

# drawn in this colour, then replaced by the page's own text colour
_INK = "#010203"
COLOURS = ("#2f81d6", "#d9660a", "#189a63", "#b066c9")  # at least 3:1 on white and on near-black
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "linebyline",
    "font.family": "sans-serif",
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.facecolor": "none",
    "legend.edgecolor": "none",
    "legend.framealpha": 0,
    "grid.color": _INK,
    "grid.alpha": 0.2,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": mpl.cycler(color=COLOURS) + mpl.cycler(linestyle=["-", "--", "-.", ":"]),
    **dict.fromkeys(
        ("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color", "patch.edgecolor"), _INK
    ),
}


class Text:
    """Something shown as text everywhere."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


class Html(Text):
    """Something a notebook shows as HTML and a terminal as text."""

    def __init__(self, markup, text):
        super().__init__(text)
        self.markup = markup

    def _repr_html_(self):
        return self.markup


def new_axes(width=6.0, height=3.2, columns=1, **kwargs):
    """Put matplotlib in the book's style and make a figure.

    Parameters
    ----------
    width, height : float
        Of the whole figure, in inches.
    columns : int
        How many axes side by side.
    **kwargs
        Passed to :func:`matplotlib.pyplot.subplots`.

    Returns
    -------
    Axes, or ndarray of Axes if `columns` is above 1
    """
    mpl.rcParams.update(STYLE)
    _, axes = plt.subplots(1, columns, figsize=(width, height), layout="constrained", **kwargs)
    return axes


def show_figure(ax, alt, caption=""):
    """Turn a drawn figure into inline SVG that takes the colour of the page's text.

    Parameters
    ----------
    ax : Axes or array of Axes
        Any axes of the figure; the figure is closed.
    alt : str
        What the figure shows, for those who do not see it.
    caption : str
        A line below the figure.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `alt` says nothing.
    """
    if not alt.strip():
        raise ValueError("alt: expected a sentence that says what the figure shows, got an empty string")
    figure = getattr(ax, "flat", [ax])[0].figure
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg")
    plt.close(figure)
    svg = buffer.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.S)
    svg = re.sub(r"\n\s*", "\n", svg).replace(_INK, "currentColor")
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt)}" style="max-width:100%;height:auto" ')
    below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    return Html(f'<figure class="lbl-figure">{svg}{below}</figure>', f"[figure: {alt}]")


def show_table(columns, rows, caption):
    """Lay out rows of text and numbers as a table.

    Parameters
    ----------
    columns : sequence of str
        The column heads.
    rows : sequence of sequences
        One a row; the first cell is the row's head. Numbers are shown as
        Python prints them, so format them first: ``f"{value:.9f}"``.
    caption : str
        What the table is.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If a row is not as long as `columns`.

    Examples
    --------
    >>> show_table(["weight", "gradient"], [["w1", f"{4.4e-4:+.1e}"]], "One weight")
    One weight
    weight | gradient
    w1     | +4.4e-04
    """
    rows = [[str(cell) for cell in row] for row in rows]
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"rows: expected {len(columns)} cells in each, got {len(row)}: {row}")
    head = "".join(f'<th scope="col">{html.escape(c)}</th>' for c in columns)
    body = "".join(
        f'<tr><th scope="row">{html.escape(row[0])}</th>' + "".join(f"<td>{html.escape(c)}</td>" for c in row[1:]) + "</tr>" for row in rows
    )
    markup = (
        f'<div class="lbl-scroll" role="region" tabindex="0" aria-label="{html.escape(caption)}"><table class="lbl-table">'
        f"<caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    widths = [max(len(cell) for cell in column) for column in zip(columns, *rows)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in [columns, *rows]]
    return Html(markup, "\n".join([caption, *lines]))


def progress_bar(label, width=20):
    """Make a progress bar of plain text that leaves one line when it is done.

    Parameters
    ----------
    label : str
        What is going on; stands in front of the bar.
    width : int
        How many marks a full bar has. It is drawn anew for each of them.

    Returns
    -------
    callable
        To be called as ``bar(step, steps, error)``: what
        :meth:`linebyline.network.Network.train` does with its `progress`.

    Raises
    ------
    ValueError
        If `width` is below 1.

    Examples
    --------
    >>> bar = progress_bar("training", width=4)
    >>> bar(1, 2, 0.5)
    training [##..] 1/2, error 0.5000
    >>> bar(2, 2, 0.25)
    training [####] 2/2, error 0.2500
    """
    if width < 1:
        raise ValueError(f"width: expected at least 1, got {width}")
    drawn, handle = -1, None

    def bar(step, steps, error):
        nonlocal drawn, handle
        filled = width * step // steps
        if filled == drawn:
            return
        line = Text(f"{label} [{'#' * filled}{'.' * (width - filled)}] {step}/{steps}, error {error:.4f}")
        if handle is None:
            handle = display(line, display_id=True)  # None outside a notebook: there each line is printed
        else:
            handle.update(line)
        drawn = filled

    return bar
