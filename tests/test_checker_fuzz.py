"""A short run of the fuzzer; `python tests/fuzz_checker.py` throws a million."""

import re
from pathlib import Path

import pytest
from fuzz_checker import HOSTILE, html_trouble, texts, trouble
from fuzz_checker import scenes as all_scenes
from hypothesis import HealthCheck, given, settings

from linebyline import check, checker
from linebyline.checker.work import spent


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts, all_scenes)
def test_no_text_makes_the_checker_raise_hang_or_write_markup(text, scene):
    assert trouble(text, scene) is None


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_answered_and_escaped(text):
    for whole in (text, f"E = {text}", f"{text} = \\frac{{\\partial E}}{{\\partial w_5}}", f"\\frac{{\\partial {text}}}{{\\partial w_5}} = 0"):
        assert trouble(whole, None) is None


@pytest.mark.parametrize(
    "page",
    [
        "<script>1</script>",
        "<img src=x>",
        "<p onclick='x'></p>",
        "a\x00b",
        r"<p>\(\href{javascript:1}{x}\)</p>",
        r"<p>$\unicode{60}$</p>",
        "<p style='background:url(x)'></p>",
        "<!-- x -->",
        "<p>",
        "</p>",
    ],
)
def test_the_fuzzer_sees_markup_when_there_is_some(page):
    assert html_trouble(page)


def test_a_million_characters_and_a_thousand_lines_are_refused_in_time():
    assert trouble("x" * 1_000_000, None) is None
    assert trouble("\\frac{\\partial E}{\\partial w_5} = " * 1_000, None) is None
    assert trouble("E = E\n" * 5_000, None) is None


@pytest.mark.parametrize("text", ["[" * 3900, "(" * 3900, r"\{" * 1900, "x_[" * 1300, "np.sum(" * 550])
def test_many_open_brackets_take_no_longer_than_others(text):
    assert trouble(text, None) is None


@pytest.mark.parametrize(
    "text", ["−...", "- \\dots", "= + \\dots", "E = -...", "np.sum(=}", "np.sum(axis=0)", "np.power(", "dot(,)", ",\\\\·", "\\text{if }\n·"]
)
def test_dots_behind_a_sign_and_calls_of_nothing_are_no_sum(text):
    assert trouble(text, None) is None


def test_a_side_that_is_one_indicator_has_all_axes():
    assert trouble("A_B=Delta_{0A}", None) is None


LONG = {
    "right in one of the networks tried": r"\frac{\partial y_i}{\partial a_j} = y_i(1\{i=j\} - y_j)",
    "wrong in all of them": r"\frac{\partial y_i}{\partial a_j} = y_i(1\{i=j\} + y_j) y_i",
    "wrong in the question's": r"\frac{\partial E}{\partial w_1} = (out_{o1}-target_{o1}) out_{o1}(1-out_{o1}) w_5 out_{h1} w_7 i_2",
}


@pytest.mark.parametrize("line", LONG.values(), ids=LONG)
@pytest.mark.parametrize("scene", [None, "question"])
def test_a_long_text_takes_no_longer_than_allowed(line, scene):
    assert trouble("\n".join(["$$" + line + "$$"] * 55), scene) is None


def test_the_network_of_a_long_text_is_found_too():
    report = check("\n".join([LONG["right in one of the networks tried"]] * 55))
    assert report.ok and report.scene.output == "softmax"


@pytest.mark.parametrize(
    "text", [r"\frac{\partial}{\partial O} = \frac{\partial}{\partial o} Diag", r"\frac{\partial}{\partial w} = diag \frac{\partial}{\partial w}"]
)
def test_an_operator_is_no_number(text):
    assert trouble(text, None) is None


def test_an_index_may_be_called_as_a_derivative_is():
    left = r"\frac{\partial E}{\partial w_5}=^{l+1}}\frac{\partial u_d^{l+1}}{\partial u_j^l}="
    assert trouble(left + r"\sum_{d\in\mathcal{D}\partial h_i \over \partial z_j}= h_i(\delta_{ij}", None) is None
    assert trouble(r"\frac{\partial p_D}{\partial z_j} = p_D (1_{D=j} - p_j)", None) is None


@pytest.mark.parametrize("text", ["'" * 3900, "X'" * 1900, "a_{L,j}" * 600, "H'X" * 1200, r"\partial H \partial \hat y" * 600])
def test_looking_around_for_what_a_text_is_like_stays_within_bounds(text):
    assert trouble(text, None) is None


@pytest.mark.parametrize("line", LONG.values(), ids=LONG)
def test_what_limits_the_work_is_counted_so_that_every_machine_gives_the_same_report(line):
    text, reports, steps = "\n".join([line] * 12), [], []
    for between in (HOSTILE[:3], HOSTILE[-3:], []):
        before = spent()
        reports.append(str(check(text)))
        steps.append(spent() - before)
        for other in between:
            check(other)
    assert len(set(reports)) == 1 and len(set(steps)) == 1 and steps[0] > 0


def test_no_part_of_the_checker_looks_at_a_clock():
    sources = [path.read_text(encoding="utf-8") for path in Path(checker.__file__).parent.rglob("*.py")]
    assert len(sources) > 30 and not any(re.search(r"\bimport time\b|\btime\.|perf_counter|datetime", source) for source in sources)
