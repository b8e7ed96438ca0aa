"""Checking a reader's answer: right is right, close is not, and a known slip is named."""

import numpy as np
import pytest
from exact import arrays
from hypothesis import given
from hypothesis import strategies as st

from linebyline.exercises import Verdict, check_answer

pytestmark = pytest.mark.filterwarnings("error")


def test_three_dots_are_no_answer_yet():
    verdict = check_answer(..., 0.25, {"a slip": 0.5})
    assert verdict.status == "open" and repr(verdict) == "? no answer yet: replace the three dots"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (0.25, 0.25), ("0.25 ", "0.25"), (np.float32(0.25), 0.25), (2, 2.0), (np.int64(2), 2), ([1, 2], np.array([1.0, 2.0])),
        (np.array([1, 2]), [1.0, 2.0]), ((1, 2), [1, 2]), (True, True), (np.True_, True), (" Yes", "yes"), (0, 0.0), (1e-20, 0), (np.inf, np.inf),
    ],
)
def test_a_right_answer_is_right_whatever_it_is_written_as(answer, expected):
    verdict = check_answer(answer, expected)
    assert verdict.status == "right" and repr(verdict) == "OK  right"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (0.26, 0.25), (-0.25, 0.25), (0.25, 0), (0, 0.25), (1e-10, 0), (True, 1), (1, True), (True, False), ("yes", "no"), ("1", 1), (1, "1"),
        ([1, 2], [2, 1]), (np.inf, 0.25), (-np.inf, np.inf), (0.25, np.inf), ([np.inf, 1.0], [2.0, 1.0]),
    ],
)
def test_a_wrong_answer_is_wrong_and_repeated(answer, expected):
    verdict = check_answer(answer, expected)
    assert verdict.status == "wrong"
    assert repr(verdict) == f"NO  not yet: {answer!r} is none of the usual slips; derive it again, a line at a time"


@pytest.mark.parametrize(("answer", "expected", "shapes"), [([1, 2, 3], [1, 2], r"\(2,\), got \(3,\)"), (1.0, [1.0], r"\(1,\), got \(\)")])
def test_an_answer_of_another_shape_is_told_so(answer, expected, shapes):
    verdict = check_answer(answer, expected)
    assert verdict.status == "wrong"
    with pytest.raises(AssertionError, match=f"expected shape {shapes}"):
        raise AssertionError(verdict.message)


def test_a_word_and_an_array_have_no_shapes_to_compare():
    for answer, expected in (("no", [1, 2]), ([1, 2], "no")):
        assert "none of the usual slips" in check_answer(answer, expected).message


@given(arrays(bound=1e100), st.floats(1e-5, 1))
def test_an_error_of_a_relative_1e_5_is_wrong_and_one_of_1e_7_right(expected, off):
    expected = np.where(np.abs(expected) < 1e-3, 1.0, expected)
    assert check_answer(expected * (1 + 1e-7), expected).status == "right"
    assert check_answer(expected * (1 + off), expected).status == "wrong"
    assert check_answer(expected * (1 + off), expected, rtol=2).status == "right"


def test_an_entry_is_measured_against_itself_down_to_a_billionth_of_the_largest():
    assert check_answer([1.0, 1e-5 * (1 + 1e-5)], [1.0, 1e-5]).status == "right"  # off by 1e-10 of the largest
    assert check_answer([1.0, 2e-5], [1.0, 1e-5]).status == "wrong"
    assert check_answer([1.0, 5e-10], [1.0, 0.0]).status == "right" and check_answer([1.0, 2e-9], [1.0, 0.0]).status == "wrong"
    assert check_answer(5e-16, 0.0).status == "right" and check_answer(2e-15, 0.0).status == "wrong"
    assert check_answer(np.empty(0), np.empty(0)).status == "right"


def test_the_tolerance_is_on_both_sides():
    for sign in (1, -1):
        assert check_answer(1 + sign * 9e-7, 1.0).status == "right" and check_answer(1 + sign * 1.1e-6, 1.0).status == "wrong"


def test_a_known_slip_is_named():
    slips = {"the sign is turned": -0.25, "the factor 1/2 is missing": 0.5, "a word": "no"}
    assert repr(check_answer(0.5, 0.25, slips)) == "NO  not yet: the factor 1/2 is missing"
    assert check_answer(-0.25, 0.25, slips) == Verdict("wrong", "not yet: the sign is turned")
    assert "none of the usual slips" in check_answer(0.75, 0.25, slips).message
    assert check_answer([1.0], 0.25, {"it is a list": [1.0]}).message == "not yet: it is a list"


def test_a_slip_that_leaves_the_right_value_is_a_mistake_of_the_exercise():
    for answer in (..., 0.25, 1.0):
        with pytest.raises(ValueError, match="^slips: expected values that differ from the right one, but 'nothing' leaves it unchanged$"):
            check_answer(answer, 0.25, {"nothing": 0.25})


def test_what_is_no_answer_at_all_is_refused():
    with pytest.raises(ValueError, match="answer: expected numbers, got NaN"):
        check_answer(np.nan, 0.25)
    with pytest.raises(TypeError, match="^answer: expected numbers, got NoneType"):
        check_answer(None, 0.25)
    with pytest.raises(ValueError, match="^expected: expected numbers, got NaN"):
        check_answer(0.25, np.nan)
