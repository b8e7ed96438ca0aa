"""Figures, tables and progress bars: readable in any colour, by eye or by ear, and harmless whatever the text."""

import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from bs4 import BeautifulSoup

from linebyline import display
from linebyline.display import COLOURS, Html, new_axes, progress_bar, show_figure, show_table

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "<script>alert('1 & 2')</script>\""


def figure_of(shown):
    """The parsed figure element, its picture and its caption."""
    root = ET.fromstring(shown.markup.replace("<figure", "<figure xmlns:xlink='http://www.w3.org/1999/xlink'", 1))
    return root, root.find(f"{SVG}svg"), root.find("figcaption")


def test_a_figure_is_an_image_with_its_message_and_a_caption():
    ax = new_axes(4, 2)
    ax.plot([0, 1], [0, 1], label="up")
    shown = show_figure(ax, alt="A line rises.", caption="One step & up.")
    root, svg, caption = figure_of(shown)
    assert root.get("class") == "lbl-figure" and caption.text == "One step & up."
    assert svg.get("role") == "img" and svg.get("aria-label") == "A line rises."
    assert "max-width:100%" in svg.get("style") and "height:auto" in svg.get("style")
    assert repr(shown) == "[figure: A line rises.]" and shown._repr_html_() == shown.markup
    assert not plt.fignum_exists(ax.figure.number)


def test_a_figure_without_a_caption_has_none():
    root, svg, caption = figure_of(show_figure(new_axes(), alt="Empty."))
    assert caption is None and not root.text and not (svg.tail or "").strip()


def test_only_the_figure_shown_is_closed():
    first, second = new_axes(), new_axes()
    show_figure(first, alt="The first of two.")
    assert not plt.fignum_exists(first.figure.number) and plt.fignum_exists(second.figure.number)
    plt.close(second.figure)


@pytest.mark.parametrize("alt", ["", "  "])
def test_a_figure_that_says_nothing_is_refused(alt):
    with pytest.raises(ValueError, match="^alt: expected a sentence that says what the figure shows, got an empty string$"):
        show_figure(new_axes(), alt=alt)


def test_text_in_a_figure_stays_text_and_takes_the_colour_of_the_page():
    ax = new_axes()
    ax.set_title("net and out")
    ax.plot([0, 1], [0, 1], label="curve")
    ax.legend()
    markup = show_figure(ax, alt="x").markup
    assert "net and out</text>" in markup and set(re.findall(r"\w*currentColor\w*", markup)) == {"currentColor"}
    assert "#010203" not in markup and "#000000" not in markup.lower() and "#ffffff" not in markup.lower()


def test_the_same_figure_is_the_same_file_and_tells_no_date():
    def draw():
        ax = new_axes()
        ax.plot([0, 1], [1, 0])
        return show_figure(ax, alt="Down.").markup

    assert draw() == draw()
    assert not re.search(r"\n\s", draw()) and "XX" not in draw()
    assert "<metadata" not in draw() and "<?xml" not in draw() and "<!DOCTYPE" not in draw()


def test_several_axes_are_shown_as_one_figure():
    axes = new_axes(6, 2, columns=3)
    assert axes.shape == (3,) and axes[0].figure is axes[2].figure and axes[0].figure.get_size_inches().tolist() == [6, 2]
    assert axes[2].get_subplotspec().get_geometry() == (1, 3, 2, 2)
    assert figure_of(show_figure(axes, alt="Three."))[1] is not None
    pair = new_axes(columns=2, sharey=True)
    assert pair[0].get_shared_y_axes().joined(*pair)
    assert figure_of(show_figure(pair, alt="Two."))[1] is not None


def test_a_figure_is_wide_and_low_and_cuts_nothing_off():
    figure = new_axes().figure
    assert figure.get_size_inches().tolist() == [6, 3.2]
    assert type(figure.get_layout_engine()).__name__ == "ConstrainedLayoutEngine"
    plt.close(figure)


def test_curves_differ_in_more_than_colour():
    ax = new_axes()
    lines = [ax.plot([0, 1], [0, i])[0] for i in range(4)]
    assert len({line.get_linestyle() for line in lines}) == 4 and [line.get_color() for line in lines] == list(COLOURS)
    assert not ax.spines["top"].get_visible() and mpl.rcParams["svg.fonttype"] == "none"
    plt.close(ax.figure)


@pytest.mark.parametrize("background", ["#ffffff", "#121212"])
@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_stands_out_on_light_and_dark_pages(colour, background):
    def luminance(code):
        channels = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    light, dark = sorted([luminance(colour), luminance(background)], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_a_table_has_heads_for_columns_and_rows_and_scrolls_by_keyboard():
    shown = show_table(["weight", "gradient"], [["w1", 0.5], ["w2", "+1.0e-03"]], "Two weights")
    soup = BeautifulSoup(shown.markup, "html.parser")
    assert [(th.text, th["scope"]) for th in soup.find_all("th")] == [("weight", "col"), ("gradient", "col"), ("w1", "row"), ("w2", "row")]
    assert [td.text for td in soup.find_all("td")] == ["0.5", "+1.0e-03"] and soup.caption.text == "Two weights"
    region = soup.find(class_="lbl-scroll")
    assert (region["role"], region["tabindex"], region["aria-label"]) == ("region", "0", "Two weights")
    assert repr(shown) == "Two weights\nweight | gradient\nw1     | 0.5\nw2     | +1.0e-03"


def test_a_table_is_marked_up_in_full_and_aligned_as_text():
    shown = show_table(["a", "b"], [["long head", 1], ["x", 22]], "C")
    assert shown.markup == (
        '<div class="lbl-scroll" role="region" tabindex="0" aria-label="C"><table class="lbl-table"><caption>C</caption>'
        '<thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
        '<tbody><tr><th scope="row">long head</th><td>1</td></tr><tr><th scope="row">x</th><td>22</td></tr></tbody></table></div>'
    )
    assert repr(shown) == "C\na         | b\nlong head | 1\nx         | 22"
    wide = show_table(["a", "b", "c"], [["x", 1, 2]], "C").markup
    assert "<td>1</td><td>2</td>" in wide


def test_what_is_shown_is_escaped():
    for markup in (
        show_table([NASTY], [[NASTY]], NASTY).markup,
        show_figure(new_axes(), alt=NASTY, caption=NASTY).markup,
    ):
        assert "<script" not in markup and "alert('1" not in markup
        assert BeautifulSoup(markup, "html.parser").find("script") is None
    assert BeautifulSoup(show_table([NASTY], [[NASTY]], NASTY).markup, "html.parser").caption.text == NASTY


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"rows: expected 2 cells in each, got 1: \['w1'\]"):
        show_table(["weight", "gradient"], [["w1"]], "x")


def test_html_shows_itself_in_a_notebook_and_as_text_elsewhere():
    assert Html("<b>x</b>", "x")._repr_html_() == "<b>x</b>" and repr(Html("<b>x</b>", "x")) == "x"


# --- progress ------------------------------------------------------------------------------


class Notebook:
    """Stands for a notebook: remembers what was shown first, and what that was changed to."""

    def __init__(self, monkeypatch):
        self.shown, self.updates = [], []
        monkeypatch.setattr(display, "display", self.display)

    def display(self, line, display_id):
        assert display_id is True
        self.shown.append(line)
        return self

    def update(self, line):
        self.updates.append(line)


def test_a_progress_bar_leaves_one_output_and_its_last_state_is_full(monkeypatch):
    notebook = Notebook(monkeypatch)
    bar = progress_bar("training")
    for step in range(1, 1001):
        bar(step, 1000, 1 / step)
    assert len(notebook.shown) == 1 and len(notebook.updates) == 20
    assert repr(notebook.shown[0]) == "training [....................] 1/1000, error 1.0000"
    assert repr(notebook.updates[0]) == "training [#...................] 50/1000, error 0.0200"
    assert repr(notebook.updates[-1]) == "training [####################] 1000/1000, error 0.0010"
    assert not hasattr(notebook.updates[-1], "_repr_html_")


def test_a_progress_bar_is_printed_line_by_line_outside_a_notebook(capsys):
    bar = progress_bar("a & b", width=2)
    for step in range(1, 5):
        bar(step, 4, 0.5)
    assert capsys.readouterr().out.splitlines() == [
        "a & b [..] 1/4, error 0.5000", "a & b [#.] 2/4, error 0.5000", "a & b [##] 4/4, error 0.5000",
    ]  # fmt: skip


def test_a_progress_bar_that_starts_with_a_mark_is_shown(capsys):
    bar = progress_bar("x", width=2)
    bar(1, 2, 0.0)
    bar(2, 2, 0.0)
    assert capsys.readouterr().out.splitlines() == ["x [#.] 1/2, error 0.0000", "x [##] 2/2, error 0.0000"]


def test_a_progress_bar_has_a_width():
    with pytest.raises(ValueError, match="width: expected at least 1, got 0"):
        progress_bar("x", width=0)
    progress_bar("x", width=1)
