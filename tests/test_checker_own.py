r"""Names that a text defines by itself, and biases that it numbers unit by unit on a network that shares them."""

import pytest

from linebyline import check
from linebyline.network import question_network

DEFINED = r"q_j = \frac{\partial E}{\partial out_{oj}} out_{oj}(1-out_{oj})"


def statuses(text, network=None, **kw):
    return [side.status for side in check(text, network, **kw).sides]


def test_a_definition_is_taken_and_what_uses_it_is_judged():
    text = rf"Let ${DEFINED}$. Then $\frac{{\partial E}}{{\partial w_5}} = q_1 out_{{h1}}$"
    report = check(text, question_network())
    assert [side.status for side in report.sides] == ["reference", "reference", "reference", "ok"]
    assert "definition" in report.sides[1].message
    assert statuses(text.replace("q_1", "q_2"), question_network())[-1] == "wrong"


def test_a_definition_may_come_after_its_use():
    text = r"\frac{\partial E}{\partial net_{hi}} = out_{hi}(g_i - \sum_k g_k out_{hk}), \quad g_i = \frac{\partial E}{\partial out_{hi}}"
    assert statuses(text, question_network(hidden="softmax")) == ["reference", "ok", "reference", "reference"]
    assert statuses(text, question_network())[1] == "wrong"
    assert statuses(text.replace("g_i - ", "g_i + "), question_network(hidden="softmax"))[1] == "wrong"


def test_a_name_that_nothing_else_uses_is_not_guessed():
    side = check(r"\Upsilon_5 = (out_{o1} - target_{o1}) out_{h1}", question_network()).sides[0]
    assert side.status == "unreadable" and "Upsilon" in side.message


@pytest.mark.parametrize("text", [r"\Upsilon_1 = \Upsilon_1 + 1, \frac{\partial E}{\partial w_5} = \Upsilon_1"])
def test_a_name_defined_by_itself_defines_nothing(text):
    assert "ok" not in statuses(text, question_network())


def test_a_letter_with_a_meaning_is_not_redefined():
    text = r"w_5 = (out_{o1} - target_{o1}), \quad \frac{\partial E}{\partial w_5} = w_5 out_{h1}"
    assert "wrong" in statuses(text, question_network())


PER_UNIT = [
    r"\frac{\partial E_{total}}{\partial b_{o1}} = \delta_{o1}",
    r"\frac{\partial E_{total}}{\partial b_{hi}} = \delta_{hi}",
    r"\frac{\partial C}{\partial b^l_j} = \delta^l_j",
    r"\frac{\partial L}{\partial b^{(2)}_1} = \delta^{(2)}_1",
    r"\frac{\partial L}{\partial b_i} = (a_i - y_i) a_i (1 - a_i)",
]


@pytest.mark.parametrize("text", PER_UNIT)
def test_a_bias_with_a_units_index_is_that_units_own(text):
    report = check(text, question_network())
    assert [side.status for side in report.sides] == ["reference", "ok"]
    assert any("one bias a unit" in line for line in report.assumptions)
    left, right = text.split(" = ")
    assert statuses(f"{left} = 2 {right}", question_network())[1] == "wrong"


@pytest.mark.parametrize("text", [r"\frac{\partial E_{total}}{\partial b_1} = \delta_{h1}", r"\frac{\partial E_{total}}{\partial b_2} = \delta_{o1}"])
def test_a_bias_with_a_layers_number_is_the_shared_one(text):
    assert statuses(text, question_network(), notation="question") == ["reference", "wrong"]
    left, right = text.split(" = ")
    both = f"{left} = {right} + " + right.replace("1}", "2}")
    assert statuses(both, question_network(), notation="question") == ["reference", "ok"]


def test_numbers_of_the_network_go_with_its_units_own_biases():
    text = r"\frac{\partial E_{total}}{\partial b_{o1}} = \delta_{o1} = 0.138498562"
    assert statuses(text, question_network()) == ["reference", "ok", "ok"]


def test_a_vector_of_biases_has_one_a_unit():
    network = question_network(output="softmax", loss="cross_entropy")
    text = r"\nabla_W L = (p - y) h^T, \nabla_b L = p - y, \nabla_h L = W^T (p-y)"
    report = check(text, network)
    assert report.ok and any("one bias a unit" in line for line in report.assumptions)
    assert statuses(text.replace("L = p - y", "L = y - p"), network)[3] == "wrong"
    assert statuses(r"\frac{\partial L}{\partial b} = \sum_i (p_i - y_i)", network)[1] in ("ok", "loose")


def test_a_gradient_of_what_stands_for_a_formula_is_said_to_be_unread():
    text = r"\Upsilon = out_{o1} out_{o2}, \quad \frac{\partial E}{\partial \Upsilon} = out_{o1}"
    assert statuses(text, question_network())[2] == "unreadable"
    assert statuses(r"dQ = out_{o1}", question_network(), aliases={"Q": "out_{o1} out_{o2}"})[0] == "unreadable"
