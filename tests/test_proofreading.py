"""The book proofreads itself: every displayed equation is put through the derivation checker."""

import random

import pytest
from mutate_equations import EQUIVALENT, mutated, survivors
from proofread import ELSEWHERE, NOT_EXECUTED, TWO_UNITS_ONLY, accepted, equations, executed, proofread, refused

right = [equation for equation in executed() if not equation.slip]
slips = [equation for equation in executed() if equation.slip]


@pytest.mark.parametrize("equation", right, ids=str)
def test_equation_is_true_in_the_network_its_chapter_speaks_of(equation):
    report = proofread(equation)
    assert accepted(equation, report), report


@pytest.mark.parametrize("equation", slips, ids=str)
def test_slip_is_found_wrong(equation):
    report = proofread(equation)
    assert refused(report), report


def test_nine_in_ten_equations_are_executed():
    assert len(executed()) >= 0.9 * len(equations())
    assert len(right) >= 90 and len(slips) >= 10


def test_every_exception_is_still_needed():
    texts = equations()
    for table in (ELSEWHERE, NOT_EXECUTED, TWO_UNITS_ONLY):
        for chapter, part in table:
            assert any(e.page.startswith(chapter) and part in e.text for e in texts), f"nothing in chapter {chapter} contains {part}"


def test_a_changed_sign_or_index_makes_the_book_fail():
    pairs = random.Random(0).sample(list(mutated()), 200)
    assert not list(survivors(pairs))


def test_reviewed_equivalent_changes_are_few_and_current():
    changes = {text for _, text in mutated()}
    assert changes >= EQUIVALENT, sorted(EQUIVALENT - changes)
    assert len(EQUIVALENT) < 0.02 * len(changes)
