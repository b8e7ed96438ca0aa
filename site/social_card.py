"""Draw the picture that is shown when a page of the book is shared."""

from matplotlib.figure import Figure

PAPER, INK, SOFT, ACCENT = "#1b3a57", "#ffffff", "#9fc9ee", "#ffb066"


def draw_card(title, path):
    """Draw the card, 1200 by 630 pixels: the network of the question, an edge, and the way its gradient comes back."""
    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 12), ylim=(0, 6.3))
    axes.axis("off")
    axes.text(0.8, 4.3, title, color=INK, fontsize=44, weight="bold", va="center")
    axes.text(0.8, 3.35, "Every gradient derived, computed and checked.", color=SOFT, fontsize=23, va="center")
    axes.text(
        0.8, 1.75, r"$\frac{\partial E}{\partial w_1} = \sum_j\ \delta_j\, w_{j1}\ out_{h1}(1 - out_{h1})\ i_1$", color=INK, fontsize=30, va="center"
    )
    columns = {7.9: (4.0, 2.3), 9.5: (4.0, 2.3), 11.1: (4.0, 2.3)}
    places = list(columns.items())
    for (left, lower), (right, upper) in zip(places, places[1:]):
        for y in lower:
            for z in upper:
                axes.plot([left, right], [y, z], color=SOFT, linewidth=2.5, alpha=0.6, zorder=1)
    axes.annotate(
        "", (8.2, 3.9), (10.8, 2.5), arrowprops={"arrowstyle": "-|>", "color": ACCENT, "linewidth": 5, "connectionstyle": "arc3,rad=0.25"}, zorder=3
    )
    for x, ys in places:
        axes.scatter([x] * len(ys), ys, s=1500, color=PAPER, edgecolors=INK, linewidths=3, zorder=2)
    figure.savefig(path, format="png", metadata={"Software": None})
