"""The still figures: they take an ax and give it back, and what they draw is what they were given."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from linebyline.display import COLOURS, new_axes, show_figure
from linebyline.figures import (
    draw_bars,
    draw_curves,
    draw_descent,
    draw_graph,
    draw_images,
    draw_losses,
    draw_matrix,
    draw_network,
    unit_names,
)
from linebyline.network import QUESTION_TARGET, QUESTION_X, question_network, random_network

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def ax():
    axes = new_axes()
    yield axes
    plt.close(axes.figure)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def thick(ax):
    return [line for line in ax.lines if line.get_linewidth() > 3]


# --- the network ---------------------------------------------------------------------------


def test_the_network_carries_its_forward_numbers(ax):
    assert draw_network(ax, question_network(), QUESTION_X) is ax
    assert set(texts(ax)) == {"0.15", "0.2", "0.25", "0.3", "0.4", "0.45", "0.5", "0.55",
                              "i1\n0.05", "i2\n0.1", "h1\n0.593", "h2\n0.597", "o1\n0.751", "o2\n0.773"}
    assert not ax.axison and not thick(ax)


def test_the_network_carries_its_error_when_there_is_a_target(ax):
    draw_network(ax, question_network(), QUESTION_X, QUESTION_TARGET, digits=5)
    assert "E\n0.29837" in texts(ax) and "o1\n0.75137" in texts(ax)


def test_the_network_carries_its_backward_numbers(ax):
    draw_network(ax, question_network(), QUESTION_X, QUESTION_TARGET, show="backward")
    assert {"i1", "i2", "h1\n0.00877", "h2\n0.00995", "o1\n0.138", "o2\n-0.0381", "E\n0.298", "0.000439", "-0.0227"} <= set(texts(ax))


def test_the_network_may_show_names_only(ax):
    draw_network(ax, question_network(), QUESTION_X, QUESTION_TARGET, show="names")
    assert sorted(texts(ax)) == ["E", "h1", "h2", "i1", "i2", "o1", "o2"]


def test_each_number_stands_at_its_own_edge(ax):
    draw_network(ax, question_network(), QUESTION_X)
    place = {text.get_text().split("\n")[0]: text.get_position() for text in ax.texts if "\n" in text.get_text()}
    assert place["i1"][1] > place["i2"][1] and place["i1"][0] < place["h1"][0] < place["o1"][0]
    for name, come, to in (("0.2", "i2", "h1"), ("0.25", "i1", "h2"), ("0.5", "h1", "o2"), ("0.55", "h2", "o2")):
        (x, y), (x0, y0), (x1, y1) = ({t.get_text(): t.get_position() for t in ax.texts}[name], place[come], place[to])
        assert np.isclose((y - y0) * (x1 - x0), (x - x0) * (y1 - y0), rtol=1e-9, atol=0) and x0 < x < x1


def test_a_path_is_drawn_thick_and_the_rest_pale(ax):
    draw_network(ax, question_network(), QUESTION_X, QUESTION_TARGET, highlight=[("i1", "h1"), ["h1", "o2"], ("o2", "E")])
    assert len(thick(ax)) == 3 and {line.get_color() for line in thick(ax)} == {COLOURS[1]}
    edges = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert len(edges) == 10 and {line.get_color() for line in edges} == {COLOURS[1], "0.5"}
    assert [text.get_text() for text in ax.texts if text.get_fontweight() == "bold"] == ["0.15", "0.5"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"show": "sideways"}, "show: expected 'forward', 'backward' or 'names', got 'sideways'"),
        ({"show": "backward"}, "target: expected the example's targets for show='backward', got None"),
        ({"highlight": [("i1", "o1")]}, r"highlight: there is no edge \('i1', 'o1'\); there are \[\('h1', 'o1'\), .*"),
        ({"highlight": [("o1", "E")]}, "there is no edge"),
    ],
)
def test_what_the_network_does_not_have_is_refused(ax, options, words):
    with pytest.raises(ValueError, match=words):
        draw_network(ax, question_network(), QUESTION_X, **options)


def test_units_are_named_by_layer():
    rng = np.random.default_rng(0)
    assert unit_names(random_network((1, 2, 3), ["tanh"] * 2, rng=rng)) == [["i1"], ["h1", "h2"], ["o1", "o2", "o3"]]
    assert unit_names(random_network((1, 2, 1, 1), ["tanh"] * 3, rng=rng)) == [["i1"], ["1h1", "1h2"], ["2h1"], ["o1"]]
    assert unit_names(random_network((2, 1), ["tanh"], rng=rng)) == [["i1", "i2"], ["o1"]]


def test_a_network_of_several_hidden_layers_can_be_drawn(ax):
    network = random_network((1, 2, 1, 1), ["tanh"] * 3, rng=np.random.default_rng(0))
    draw_network(ax, network, [0.5], [0.1], show="backward", highlight=[("1h2", "2h1")])
    assert len(thick(ax)) == 1
    show_figure(ax, alt="A deep network.")


# --- graphs --------------------------------------------------------------------------------


def test_a_graph_has_a_node_a_name_and_a_label_an_arrow(ax):
    columns = [["w1"], ["net_h1", "net_h2"], ["E"]]
    edges = {("w1", "net_h1"): "i1", ("net_h1", "E"): "", ("net_h2", "E"): "b"}
    assert draw_graph(ax, columns, edges, highlight=[["w1", "net_h1"]]) is ax
    assert {"w1", "net_h1", "net_h2", "E", "i1", "b"} <= set(texts(ax))
    assert [text.get_text() for text in ax.texts if text.get_fontweight() == "bold"] == ["i1"]
    place = {text.get_text(): text.get_position() for text in ax.texts if text.get_text() in ("w1", "net_h1", "net_h2", "E")}
    assert place == {"w1": (0, 0), "net_h1": (2, 0.5), "net_h2": (2, -0.5), "E": (4, 0)}


def test_a_graph_without_a_path_is_drawn_all_alike(ax):
    draw_graph(ax, [["a"], ["b"]], {("a", "b"): "x"}, width=3)
    assert not [text for text in ax.texts if text.get_fontweight() == "bold"]
    assert [text.get_position() for text in ax.texts if text.get_text() == "b"] == [(3, 0)]


def test_an_arrow_that_does_not_exist_cannot_be_drawn_thick(ax):
    with pytest.raises(ValueError, match=r"highlight: there is no arrow \('b', 'a'\); there are \[\('a', 'b'\)\]"):
        draw_graph(ax, [["a"], ["b"]], {("a", "b"): ""}, highlight=[("b", "a")])


# --- curves, bars, maps --------------------------------------------------------------------


def test_curves_are_drawn_with_labels_and_marks(ax):
    assert draw_curves(ax, [1, 2, 3], {"up": [1, 2, 3], "down": [3, 2, 1]}, xlabel="net", ylabel="out", marks=[(2, 2, "here")], log="xy") is ax
    assert [line.get_label() for line in ax.lines[:2]] == ["up", "down"] and ax.lines[1].get_ydata().tolist() == [3, 2, 1]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_xscale(), ax.get_yscale()) == ("net", "out", "log", "log")
    assert texts(ax) == ["here"] and ax.get_legend() is not None


@pytest.mark.parametrize("curve, side", [([0, 1, 2], -1), ([2, 1, 0], 1)], ids=["rising", "falling"])
def test_the_word_at_a_mark_stands_beside_its_curve(ax, curve, side):
    draw_curves(ax, [0, 1, 2], {"other": [9, 9, 9], "its own": curve}, xlabel="x", ylabel="y", marks=[(1, 1, "here")])
    right, up = ax.texts[0].xyann
    assert right > 0 and np.sign(up) == side


def test_a_single_curve_needs_no_legend_and_no_logarithm(ax):
    draw_curves(ax, [1, 2], {"only": [1, 2]}, xlabel="x", ylabel="y")
    assert ax.get_legend() is None and ax.get_xscale() == ax.get_yscale() == "linear"


@pytest.mark.parametrize(("log", "first"), [("", 0), ("y", 0), ("x", 1)])
def test_losses_start_at_step_zero_except_on_a_logarithmic_axis(ax, log, first):
    assert draw_losses(ax, {"a": [3, 2, 1], "b": [1, 1]}, log=log) is ax
    assert [line.get_xdata().tolist() for line in ax.lines] == [[first, first + 1, first + 2], [first, first + 1]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "error") and ax.get_legend() is not None
    assert (ax.get_xscale(), ax.get_yscale()) == ("log" if "x" in log else "linear", "log" if "y" in log else "linear")


def test_bars_stand_side_by_side_and_differ_in_hatching(ax):
    assert draw_bars(ax, ["w1", "w2"], {"right": [1, 2], "slip": [-1, 3]}, ylabel="gradient") is ax
    assert [patch.get_height() for patch in ax.patches] == [1, 2, -1, 3]
    assert len({patch.get_hatch() for patch in ax.patches}) == 2
    edges = sorted((patch.get_x(), patch.get_x() + patch.get_width()) for patch in ax.patches)
    assert all(right <= left + 1e-12 for (_, right), (left, _) in zip(edges, edges[1:]))
    assert np.allclose([edges[0][0], edges[1][1]], [-0.4, 0.4], rtol=1e-9, atol=0)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["w1", "w2"] and ax.get_ylabel() == "gradient"


def test_a_single_series_of_bars_has_no_legend_and_many_reuse_the_patterns(ax):
    draw_bars(ax, ["a"], {"only": [1]}, ylabel="y")
    assert ax.get_legend() is None
    draw_bars(ax, ["a"], {str(i): [1] for i in range(8)}, ylabel="y")
    assert ax.get_legend() is not None


@pytest.mark.parametrize("width, columns", [(6.0, 1), (5.2, 2)])
def test_the_legend_of_bars_lies_on_no_bar_and_no_title(width, columns):
    axes = np.atleast_1d(new_axes(width, 3.0, columns=columns))
    for ax in axes:
        draw_bars(ax, ["w1", "w2"], {"right": [3, 2], "elementwise slip": [3, -3]}, ylabel="gradient").set_title("a title")
    axes[0].figure.canvas.draw()
    for ax in axes:
        legend = ax.get_legend().get_window_extent()
        assert legend.y1 <= ax.get_window_extent().y1 < ax.title.get_window_extent().y0
        assert legend.x1 <= ax.get_window_extent().x1
        assert max(patch.get_window_extent().y1 for patch in ax.patches) <= legend.y0
    plt.close(axes[0].figure)


def test_a_matrix_shows_its_numbers_row_by_row_from_the_top(ax):
    assert draw_matrix(ax, [[1, -2, 0], [0.5, 0, 0]], row_labels=["a", "b"], column_labels=["x", "y", "z"], digits=1, title="J") is ax
    place = {text.get_position(): text.get_text() for text in ax.texts}
    assert place[(0.5, 0.5)] == "+1.0" and place[(1.5, 0.5)] == "-2.0" and place[(0.5, 1.5)] == "+0.5"
    assert ax.yaxis_inverted() and ax.get_title() == "J" and ax.collections[0].get_clim() == (-2, 2)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"] and len(ax.get_xticklabels()) == 3
    ax.figure.canvas.draw()
    above, below = ax.collections[0].get_facecolors()[[0, 1]]
    assert above[2] > above[0] and below[0] > below[2], "blue above zero, orange below, as in the live Jacobian"


def test_a_matrix_of_zeros_is_white_and_numbered_from_one(ax):
    draw_matrix(ax, np.zeros((2, 2)))
    assert ax.collections[0].get_clim() == (-1, 1) and texts(ax) == ["+0.000"] * 4
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2"]
    ax.figure.canvas.draw()
    assert np.allclose(ax.collections[0].get_facecolors(), 1, atol=0.01, rtol=0)


def test_descent_draws_contours_and_a_path_each(ax):
    first, second = np.linspace(0, 1, 5), np.linspace(0, 2, 7)
    errors = first**2 + second[:, np.newaxis] ** 2
    assert draw_descent(ax, first, second, errors, {"a": [[1, 2], [0, 0]], "b": [[0, 1], [1, 1]]}, xlabel="w1", ylabel="w5") is ax
    assert [line.get_label() for line in ax.lines] == ["a", "b"] and ax.lines[0].get_ydata().tolist() == [2, 0]
    assert ax.lines[0].get_marker() != ax.lines[1].get_marker() and ax.get_legend() is not None
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("w1", "w5") and ax.collections


def test_images_are_dark_at_zero_or_grey_if_signed():
    axes = new_axes(4, 2, columns=2)
    images = [np.array([[0.0, 0.5]]), np.array([[-1.0, 0.5]])]
    assert draw_images(axes, images, ["one", "two"]) is axes
    assert [ax.get_title() for ax in axes] == ["one", "two"] and axes[0].images[0].get_clim() == (0, 0.5)
    assert not axes[0].axison
    draw_images(axes, images, signed=True)
    assert axes[1].images[-1].get_clim() == (-1, 1)
    draw_images(axes, [np.zeros((2, 2))] * 2)
    assert axes[0].images[-1].get_clim() == (0, 1)
    plt.close(axes[0].figure)


def test_every_figure_becomes_a_picture_without_white_paper(ax):
    draw_bars(ax, ["a"], {"x": [1], "y": [2]}, ylabel="h")
    markup = show_figure(ax, alt="Bars.").markup
    assert mpl.rcParams["figure.facecolor"] == "none" and "#ffffff" not in markup
