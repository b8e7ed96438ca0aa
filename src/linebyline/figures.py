"""Draw the book's still figures: plain functions that take an ``ax`` and give it back.

They know arrays and the network, and no widget. Nothing depends on colour
alone: lines differ in dashes, bars in hatching, cells carry their number.
"""

import matplotlib as mpl
import numpy as np

from linebyline.display import COLOURS

_HATCHES = ("", "//", "..", "xx", "\\\\", "oo")
_MARKERS = ("o", "s", "^", "D")
_NODE = 34  # diameter of a circle, in points
_BESIDE_CROSSING = 0.34  # how far along its line a label stands, where lines cross half-way


def draw_network(ax, network, x, target=None, *, highlight=(), show="forward", digits=3):
    """Draw a network as a graph with its numbers on nodes and edges.

    Parameters
    ----------
    ax : Axes
    network : Network
    x, target : array_like of float
        One example; `target` is needed for ``show="backward"``.
    highlight : sequence of (str, str)
        Edges to draw thick, by the names of their ends: ``("i1", "h1")``.
        Inputs are i1, i2, ..., hidden units h1, h2, ... (with the layer in
        front where there are several hidden layers: 2h1), outputs o1, o2, ...,
        the error E.
    show : str
        ``"forward"`` for outputs and weights, ``"backward"`` for deltas and
        weight gradients, ``"names"`` for names only.
    digits : int
        Significant digits.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If an edge does not exist, `show` is unknown, or there is no target to
        go backward from.

    Examples
    --------
    >>> from linebyline.display import new_axes
    >>> from linebyline.network import QUESTION_X, question_network
    >>> ax = draw_network(new_axes(), question_network(), QUESTION_X, highlight=[("i1", "h1"), ("h1", "o1")])
    """
    if show not in ("forward", "backward", "names"):
        raise ValueError(f"show: expected 'forward', 'backward' or 'names', got {show!r}")
    if show == "backward" and target is None:
        raise ValueError("target: expected the example's targets for show='backward', got None")
    forward = network.forward(x)
    backward = network.backward(x, target) if target is not None else None
    names = unit_names(network)
    place = {name: (column, (len(layer) - 1) / 2 - row) for column, layer in enumerate(names) for row, name in enumerate(layer)}
    edges = [
        (come, to, layer, row, column)
        for layer in range(len(network.W))
        for row, to in enumerate(names[layer + 1])
        for column, come in enumerate(names[layer])
    ]
    if target is not None:
        place["E"] = (len(names), 0)
        edges += [(name, "E", None, None, None) for name in names[-1]]
    known = {edge[:2] for edge in edges}
    for edge in highlight:
        if tuple(edge) not in known:
            raise ValueError(f"highlight: there is no edge {tuple(edge)}; there are {sorted(known)}")
    on_path = {tuple(edge) for edge in highlight}
    for come, to, layer, row, column in edges:
        (x0, y0), (x1, y1) = place[come], place[to]
        strong = (come, to) in on_path
        ax.plot(
            [x0, x1], [y0, y1], color=COLOURS[1] if strong else mpl.rcParams["axes.edgecolor"] if not on_path else "0.5",
            linewidth=3.5 if strong else 1.2, linestyle="-", zorder=1, solid_capstyle="round",
        )
        if layer is not None and show != "names":
            value = (network if show == "forward" else backward).W[layer][row, column]
            at = 0.5 if y0 == y1 else _BESIDE_CROSSING
            angle = np.degrees(np.arctan2(y1 - y0, x1 - x0))
            ax.text(
                x0 + at * (x1 - x0), y0 + at * (y1 - y0), f"{value:.{digits}g}", fontsize=9, ha="center", va="bottom",
                fontweight="bold" if strong else "normal", rotation=angle, rotation_mode="anchor", transform_rotates_text=True, zorder=3,
            )
    values = (forward.x, *(forward.out if show == "forward" else backward.delta if backward else ()))
    for column, layer in enumerate(names):
        for row, name in enumerate(layer):
            label = name if show == "names" else f"{name}\n{values[column][row]:.{digits}g}" if show == "forward" or column else name
            _node(ax, place[name], label)
    if target is not None:
        _node(ax, place["E"], "E" if show == "names" else f"E\n{backward.error:.{digits}g}")
    tallest = max(len(layer) for layer in names)
    ax.set_xlim(-0.35, len(names) - (0.65 if target is None else -0.35))
    ax.set_ylim(-tallest / 2 - 0.05, tallest / 2 + 0.05)
    ax.set_axis_off()
    return ax


def draw_graph(ax, columns, edges, *, highlight=(), width=2.0):
    """Draw a computation graph: named quantities in columns, an arrow for each that feeds another.

    Parameters
    ----------
    ax : Axes
    columns : sequence of sequences of str
        The names, column by column, from the first computed to the last.
    edges : dict of (str, str) to str
        From where, to where: what to write on the arrow, or an empty string.
    highlight : sequence of (str, str)
        Arrows to draw thick.
    width : float
        Distance of two columns; one row is 1.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If a highlighted arrow does not exist.

    Examples
    --------
    >>> from linebyline.display import new_axes
    >>> ax = draw_graph(new_axes(), [["w1"], ["net_h1"]], {("w1", "net_h1"): "0.05"})
    """
    on_path = {tuple(edge) for edge in highlight}
    for edge in on_path:
        if edge not in edges:
            raise ValueError(f"highlight: there is no arrow {edge}; there are {sorted(edges)}")
    place = {
        name: (width * column, (len(names) - 1) / 2 - row) for column, names in enumerate(columns) for row, name in enumerate(names)
    }
    tall = {name: len(names) for names in columns for name in names}
    for (come, to), label in edges.items():
        (x0, y0), (x1, y1) = place[come], place[to]
        strong = (come, to) in on_path
        colour = COLOURS[1] if strong else "0.5" if on_path else mpl.rcParams["axes.edgecolor"]
        arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 3 if strong else 1.2, "shrinkA": _NODE / 2, "shrinkB": _NODE / 2}
        ax.annotate("", (x1, y1), (x0, y0), arrowprops=arrow, zorder=1)
        angle = np.degrees(np.arctan2(y1 - y0, x1 - x0))
        crossed = y0 != y1 and min(tall[come], tall[to]) > 1
        at = _BESIDE_CROSSING if crossed else 0.5
        ax.text(
            x0 + at * (x1 - x0), y0 + at * (y1 - y0), label, fontsize=9, ha="center", va="bottom", rotation=angle,
            rotation_mode="anchor", transform_rotates_text=True, fontweight="bold" if strong else "normal", zorder=3,
        )
    for name, at in place.items():
        _node(ax, at, name)
    tallest = max(tall.values())
    ax.set_xlim(-0.3 * width, (len(columns) - 0.7) * width)
    ax.set_ylim(-tallest / 2 - 0.1, tallest / 2 + 0.1)
    ax.set_axis_off()
    return ax


def unit_names(network):
    """Name every unit, a list a layer: i1, i2, ..., h1, h2, ..., o1, o2, ...

    Examples
    --------
    >>> from linebyline.network import question_network
    >>> unit_names(question_network())
    [['i1', 'i2'], ['h1', 'h2'], ['o1', 'o2']]
    """
    sizes = [network.W[0].shape[1], *(w.shape[0] for w in network.W)]
    hidden = len(sizes) - 2
    prefixes = ["i", *(f"{layer + 1}h" if hidden > 1 else "h" for layer in range(hidden)), "o"]
    return [[f"{prefix}{unit + 1}" for unit in range(size)] for prefix, size in zip(prefixes, sizes)]


def draw_curves(ax, x, curves, *, xlabel, ylabel, marks=(), log=""):
    """Draw labelled curves over a common axis.

    Parameters
    ----------
    ax : Axes
    x : array_like, shape (n,)
    curves : dict of str to array_like, shape (n,)
        Label and heights of each.
    xlabel, ylabel : str
    marks : sequence of (float, float, str)
        Points to mark, with a word beside each: to the right, on the side where the curve is not.
    log : str
        ``"x"``, ``"y"``, ``"xy"`` or nothing: which axes are logarithmic.

    Returns
    -------
    Axes
    """
    for label, y in curves.items():
        ax.plot(x, y, label=label, linewidth=2)
    for mark_x, mark_y, word in marks:
        ax.plot([mark_x], [mark_y], marker="o", color=mpl.rcParams["text.color"], linestyle="none")
        curve = min(curves.values(), key=lambda y: abs(np.interp(mark_x, x, y) - mark_y))
        rising = np.interp(mark_x, x, np.gradient(curve, x)) > 0
        ax.annotate(word, (mark_x, mark_y), xytext=(8, -11) if rising else (6, 6), textcoords="offset points", fontsize=9)
    return _finish(ax, xlabel, ylabel, log, legend=len(curves) > 1)


def draw_losses(ax, runs, *, ylabel="error", log=""):
    """Draw the error of each step of one or several training runs.

    Parameters
    ----------
    ax : Axes
    runs : dict of str to array_like
        Label and errors of each; they may differ in length.
    ylabel : str
    log : str
        As :func:`draw_curves`.

    Returns
    -------
    Axes
    """
    for label, errors in runs.items():
        start = 1 if "x" in log else 0
        ax.plot(np.arange(start, len(errors) + start), errors, label=label, linewidth=2)
    return _finish(ax, "step", ylabel, log, legend=True)


def draw_bars(ax, labels, series, *, ylabel):
    """Draw groups of bars, told apart by hatching as well as colour.

    Parameters
    ----------
    ax : Axes
    labels : sequence of str
        One a group.
    series : dict of str to array_like, shape (len(labels),)
        Label and heights of each series.
    ylabel : str

    Returns
    -------
    Axes
    """
    width = 0.8 / len(series)
    at = np.arange(len(labels))
    for i, (label, heights) in enumerate(series.items()):
        shift = (i - (len(series) - 1) / 2) * width
        ax.bar(at + shift, heights, width, label=label, hatch=_HATCHES[i % len(_HATCHES)], color=COLOURS[i % len(COLOURS)])
    ax.axhline(0, color=mpl.rcParams["axes.edgecolor"], linewidth=0.8, linestyle="-")
    ax.set_xticks(at, labels)
    if len(series) > 1:
        _legend_above_bars(ax, series)
    return _finish(ax, "", ylabel, "", legend=False)


def draw_matrix(ax, matrix, *, row_labels=None, column_labels=None, digits=3, title=""):
    """Draw a matrix as a heat map with its numbers in the cells.

    Parameters
    ----------
    ax : Axes
    matrix : array_like, shape (rows, columns)
        A Jacobian, or anything with signs: zero is white, blue above, orange below.
    row_labels, column_labels : sequence of str, optional
    digits : int
        Decimals shown.
    title : str

    Returns
    -------
    Axes
    """
    matrix = np.asarray(matrix, dtype=float)
    largest = np.abs(matrix).max() or 1.0
    colours = mpl.colors.LinearSegmentedColormap.from_list("signed", [COLOURS[1], "#ffffff", COLOURS[0]])
    ax.pcolormesh(matrix, cmap=colours, vmin=-largest, vmax=largest, edgecolors="0.5", linewidth=0.5)
    for (row, column), value in np.ndenumerate(matrix):
        ax.text(column + 0.5, row + 0.5, f"{value:+.{digits}f}", ha="center", va="center", color="#000000", fontsize=9)
    ax.set_xticks(np.arange(matrix.shape[1]) + 0.5, column_labels if column_labels is not None else range(1, matrix.shape[1] + 1))
    ax.set_yticks(np.arange(matrix.shape[0]) + 0.5, row_labels if row_labels is not None else range(1, matrix.shape[0] + 1))
    ax.tick_params(length=0)
    ax.invert_yaxis()
    ax.set_aspect("equal")
    ax.set_title(title, fontsize=10)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def draw_descent(ax, first, second, errors, paths, *, xlabel, ylabel):
    """Draw the error over two weights as contour lines, and paths of gradient descent on it.

    Parameters
    ----------
    ax : Axes
    first, second : array_like, shapes (n,) and (m,)
        Values of the two weights.
    errors : array_like, shape (m, n)
        ``errors[row, column]`` belongs to ``second[row]`` and ``first[column]``.
    paths : dict of str to array_like, shape (steps, 2)
        Label and visited points of each.
    xlabel, ylabel : str

    Returns
    -------
    Axes
    """
    lines = ax.contour(first, second, errors, levels=12, colors="0.5", linewidths=0.8, linestyles="-")
    ax.clabel(lines, fontsize=7, fmt="%.3g")
    for i, (label, path) in enumerate(paths.items()):
        path = np.asarray(path)
        ax.plot(path[:, 0], path[:, 1], label=label, linewidth=2, marker=_MARKERS[i % len(_MARKERS)], markersize=3)
    return _finish(ax, xlabel, ylabel, "", legend=True)


def draw_images(axes, images, titles=None, *, signed=False):
    """Draw small grey pictures, one an axes.

    Parameters
    ----------
    axes : array of Axes
    images : sequence of array_like, shape (rows, columns)
    titles : sequence of str, optional
    signed : bool
        Whether 0 is the middle of the scale (weights) or its dark end (pixels).

    Returns
    -------
    array of Axes
    """
    for i, (ax, image) in enumerate(zip(axes.flat, images)):
        largest = np.abs(image).max() or 1.0
        ax.imshow(image, cmap="gray", vmin=-largest if signed else 0, vmax=largest, interpolation="nearest")
        ax.set_axis_off()
        if titles is not None:
            ax.set_title(titles[i], fontsize=9)
    return axes


def _node(ax, at, label):
    ax.plot(*at, marker="o", markersize=_NODE, color="#ffffff", markeredgecolor=COLOURS[0], markeredgewidth=1.5, zorder=2, linestyle="none")
    ax.text(*at, label, ha="center", va="center", fontsize=8, color="#000000", zorder=4)


def _legend_above_bars(ax, series):
    """Inside the axes, in room made for it: elsewhere it would lie on a bar, or on a title."""
    width, height = ax.get_window_extent().size * 72 / ax.figure.dpi
    columns = int(np.clip(width // (6.5 * max(map(len, series)) + 45), 1, len(series)))
    share = (18 * -(-len(series) // columns) + 6) / height
    low, high = ax.get_ylim()
    ax.set_ylim(low, low + (high - low) / (1 - share))
    ax.legend(loc="upper left", ncols=columns, columnspacing=1.2, borderaxespad=0.2)


def _finish(ax, xlabel, ylabel, log, legend):
    if "x" in log:
        ax.set_xscale("log")
    if "y" in log:
        ax.set_yscale("log")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.grid(True)
    ax.set_axisbelow(True)
    if legend:
        ax.legend()
    return ax
