"""The faces of a report: text, HTML, command line, form."""

import html.parser
import io
import json

import pytest

from linebyline import __main__ as command_line
from linebyline import check
from linebyline.checker import interface
from linebyline.checker.face import showing
from linebyline.network import question_network

RIGHT = r"\frac{\partial E}{\partial w_5} = \delta_{o1} out_{h1}"
WRONG = r"\frac{\partial E}{\partial w_5} = \delta_{o1} out_{h2}"
UNREADABLE = r"\frac{\partial E}{\partial w_5} = \wibble"


class Words(html.parser.HTMLParser):
    """Collect the words a reader sees, and the tags they stand in."""

    def __init__(self, page):
        super().__init__()
        self.words, self.tags, self.hidden = [], set(), 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attributes)
        self.hidden += tag == "style"

    def handle_endtag(self, tag):
        self.hidden -= tag == "style"

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)


def seen(page):
    return " ".join(Words(page).words)


def test_the_text_says_the_verdict_the_network_and_each_side():
    text = str(check(WRONG, question_network()))
    assert "Side 2 is the first that is wrong" in text
    assert "2-2-2 network, sigmoid, sigmoid, half squared error" in text
    assert "✗ wrong" in text and "would be right if" in text and "repaired:" in text
    assert "Whether a step is justified is not tested" in text


def test_the_html_says_every_status_in_words_and_shows_the_source():
    page = check(WRONG, question_network())._repr_html_()
    words = seen(page)
    assert "✗ wrong" in words and "the truth here" in words
    assert r"\delta_{o1} out_{h2}" in words
    assert "color:" not in page.replace("color:inherit", "").replace("currentColor", "") or "color:inherit" in page
    assert "#" not in showing.STYLE and "rgb" not in showing.STYLE


def test_the_html_is_readable_without_typesetting():
    report = check(WRONG, question_network())
    page = report._repr_html_()
    for side in report.sides:
        assert side.text in seen(page)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> = E",
        r"\href{javascript:alert(1)}{E} = E",
        "E = <img src=x onerror=alert(1)>",
        r"\text{<b>bold</b>} = E",
        r"E = \html{<i>x</i>}",
        "E = \"'&<>`",
        r"E = w_{<svg/onload=alert(1)>}",
        r"\class{lbl-wrong}{E} = \style{color:red}{E}",
        "E = $</span><script>x</script>$",
    ],
)
def test_hostile_text_is_escaped_and_kept_from_the_typesetting(text):
    page = check(text)._repr_html_()
    assert Words(page).tags <= {"div", "style", "p", "strong", "ol", "li", "span", "code", "details", "summary", "small"}
    for part in page.split('<span class="lbl-maths"')[1:]:
        inside = part.split("</span>")[0]
        assert not any(command in inside for command in (r"\href", r"\html", r"\class", r"\style", r"\url", r"\require"))


def test_a_message_with_markup_in_it_is_escaped():
    page = check(RIGHT, question_network(), aliases={"v": "out_h"})._repr_html_()
    assert "<script" not in page
    assert "<b>" not in showing._with_code("a $<b>$ c <b>")


def run(arguments, text="", monkeypatch=None, capsys=None):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    status = command_line.main(["check", *arguments])
    return status, capsys.readouterr().out


@pytest.mark.parametrize(("text", "status"), [(RIGHT, 0), (WRONG, 1), (UNREADABLE, 2), ("no formula here, only words", 2)])
def test_the_exit_status_tells_right_wrong_and_unreadable_apart(text, status, monkeypatch, capsys):
    assert run([], text, monkeypatch, capsys)[0] == status


MISUSES = ["--hidden plain", "--sizes 2,x", "--alias s", "--notation klingon", "nowhere.tex", r"--target \frac{", "--nonsense"]


@pytest.mark.parametrize("arguments", [misuse.split() for misuse in MISUSES])
def test_misuse_has_a_status_of_its_own(arguments, monkeypatch, capsys):
    with pytest.raises(SystemExit) as stopped:
        run(arguments, RIGHT, monkeypatch, capsys)
    assert stopped.value.code == 64


def test_files_and_options_are_read(tmp_path, monkeypatch, capsys):
    first, second = tmp_path / "first.tex", tmp_path / "second.tex"
    softmax_only = r"\frac{\partial E}{\partial net_{hk}} = \sum_i \frac{\partial E}{\partial out_{hi}} out_{hi}(1_{i=k} - out_{hk})"
    first.write_text(softmax_only, encoding="utf-8")
    second.write_text(WRONG, encoding="utf-8")
    assert run([str(first), "--hidden", "softmax"], "", monkeypatch, capsys)[0] == 0
    assert run([str(first), "--hidden", "sigmoid"], "", monkeypatch, capsys)[0] == 1
    status, out = run([str(first), str(second), "--hidden", "softmax", "--json"], "", monkeypatch, capsys)
    reports = json.loads(out)
    assert status == 1 and [r["ok"] for r in reports] == [True, False] and reports[1]["first_wrong"] == 1
    line = r"\delta_{hi} = f'(net_{hi}) \sum_j v_{ji} \delta_{oj}"
    assert run(["--sizes", "3,4,2", "--weights", "to_from", "--alias", "v_{ji}=w_{ji}"], line, monkeypatch, capsys)[0] == 0


def test_wrong_outweighs_unreadable(tmp_path, monkeypatch, capsys):
    paths = []
    for name, text in (("a", UNREADABLE), ("b", WRONG), ("c", RIGHT)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        paths.append(str(tmp_path / name))
    assert run(paths, "", monkeypatch, capsys)[0] == 1
    assert run([paths[0], paths[2]], "", monkeypatch, capsys)[0] == 2


def test_the_form_without_a_front_end_says_how_to_use_it(monkeypatch):
    for name in ("JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD", "COLAB_RELEASE_TAG"):
        monkeypatch.delenv(name, raising=False)
    bundle = interface()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" not in bundle
    assert "running kernel" in bundle["text/html"] and "python -m linebyline check" in bundle["text/html"]


def test_the_form_with_a_front_end_shows_its_controls_and_the_verdict(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "here.ipynb")
    shown = interface(WRONG)
    data, _ = shown._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert shown.report.first_wrong == 1
    assert "✗ wrong" in shown.output.outputs[0]["data"]["text/html"]
    shown.box.value = RIGHT
    shown.button.click()
    assert shown.report.ok and len(shown.output.outputs) == 1
    shown.controls["hidden"].value = "softmax"
    assert shown.report.scene.activation_names[0] == "softmax"
    shown.controls["aliases"].value = "v_{ji} = w_{ji}"
    shown.box.value = r"\frac{\partial E}{\partial out_{hi}} = \sum_j \delta_{oj} v_{ji}"
    shown.button.click()
    assert shown.report.ok


def test_a_setting_of_the_form_that_makes_no_sense_is_said_not_raised():
    form = interface(RIGHT)
    form.settings["sizes"] = "2"
    assert form.check() is None
    assert "This cannot be checked" in seen(form.result()) and "sizes" in seen(form.result())
