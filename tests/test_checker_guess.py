r"""No network given: the one for which the whole text is right is found, and said; nothing right is called wrong for want of it."""

# ruff: noqa: E501  (lines as they are typed)
import pytest

from linebyline import check

RIGHT = {
    r"\frac{\partial J}{\partial \theta_j} = \frac{1}{m}\sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}": "binary cross-entropy, mean",
    r"D_j S_i = \frac{\partial S_i}{\partial a_j} = S_i(\delta_{ij} - S_j)": "softmax",
    r"{\partial h_i \over \partial z_j}= h_i(\delta_{ij}-h_j)": "softmax, ",
    r"\frac{\partial C}{\partial w^{(L)}} = a^{(L-1)}\sigma'(z^{(L)}) 2(a^{(L)} - y)": "squared error without the half",
    r"\frac{\partial J}{\partial W_1} = x^T [ (\hat y - y) W_2^T \circ h \circ (1-h) ]": "cross-entropy",
    r"\frac{\partial L}{\partial w} = \frac{2}{m} \sum_i (w x^{(i)} + b - y^{(i)}) x^{(i)}": "identity, squared error without the half",
}


@pytest.mark.parametrize("text", RIGHT)
def test_the_network_that_makes_a_text_right_is_found_and_said(text):
    report = check(text)
    assert report.first_wrong is None and {side.status for side in report.sides} <= {"reference", "ok", "loose"}
    assert any("no network was given" in line and RIGHT[text] in line for line in report.assumptions), report.assumptions


ELSEWHERE = {
    r"\frac{\partial E}{\partial net_{hi}} = \sum_k \frac{\partial E}{\partial out_{hk}} out_{hk} (\delta_{ik} - out_{hi})": "2-2-2 network, softmax",
    r"\frac{\partial E}{\partial net_{o1}} = out_{o1} - target_{o1}": "cross-entropy",
}


@pytest.mark.parametrize("text", ELSEWHERE)
def test_the_questions_letters_mean_its_network_and_what_is_right_in_another_says_so(text):
    side = check(text).sides[1]
    assert side.status == "loose" and ELSEWHERE[text] in side.message and "give the network" in side.message


WRONG = [
    r"\frac{\partial J}{\partial \theta_j} = -\frac{1}{m}\sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}",
    r"\frac{\partial S_i}{\partial a_j} = S_i(\delta_{ij} - S_i)",
    r"\frac{\partial E}{\partial net_{o1}} = (out_{o1} - target_{o1}) out_{h1}",
    r"\frac{\partial L}{\partial z_i} = y_i - p_i",
]


@pytest.mark.parametrize("text", WRONG)
def test_a_line_that_no_network_makes_right_is_wrong(text):
    assert [side.status for side in check(text).sides] == ["reference", "wrong"]


def test_a_derivation_of_one_case_that_goes_unsaid_has_to_say_it():
    chain = r"\frac{\partial p_i}{\partial z_k} = \frac{e^{z_k}\sum_j e^{z_j} - e^{z_k}e^{z_k}}{(\sum_j e^{z_j})^2} = p_k(1-p_k)"
    report = check(chain)
    assert [side.status for side in report.sides] == ["reference", "loose", "loose"]
    assert "i = k" in report.sides[1].message
    assert [side.status for side in check(r"\frac{\partial p_i}{\partial z_k} = p_k(1-p_k)").sides] == ["reference", "wrong"]


INDICATORS = [
    r"\mathbb{1}(y_i = k)",
    r"\mathbb{1}[y_i = k]",
    r"\mathbb{1}_{y_i = k}",
    r"1(y_i = k)",
    r"\mathbf{1}\{y_i = k\}",
    r"\mathbb{1}_{\{y_i = k\}}",
]


@pytest.mark.parametrize("indicator", INDICATORS)
def test_an_indicator_of_the_class_label_is_read_in_every_spelling(indicator):
    left = r"\frac{\partial L_i}{\partial f_k} = p_k "
    assert [side.status for side in check(left + "- " + indicator).sides] == ["reference", "ok"]
    assert [side.status for side in check(left + "+ " + indicator).sides] == ["reference", "wrong"]


CASES = [
    r"Case 1: $i = j$. Then $\frac{\partial p_i}{\partial z_j} = p_i(1-p_i)$. Case 2: $i \ne j$. Then $\frac{\partial p_i}{\partial z_j} = -p_i p_j$.",
    r"If $i=j$: $\frac{\partial p_i}{\partial z_j} = p_i(1-p_i)$. If $i \neq j$: $\frac{\partial p_i}{\partial z_j} = -p_i p_j$.",
    r"$i = j$: $\frac{\partial p_i}{\partial z_j} = p_i(1-p_i)$; $i \neq j$: $\frac{\partial p_i}{\partial z_j} = -p_i p_j$",
    r"i=j: \frac{\partial p_i}{\partial z_j} = p_i(1-p_i) \\ i \neq j: \frac{\partial p_i}{\partial z_j} = -p_i p_j",
    r"\text{if } i=j: \frac{\partial p_i}{\partial z_j} = p_i(1-p_i) \\ \text{if } i \neq j: \frac{\partial p_i}{\partial z_j} = -p_i p_j",
    r"\frac{\partial p_i}{\partial z_j} = p_i(1-p_i) \; (i=j), \frac{\partial p_i}{\partial z_j} = -p_i p_j \; (i \neq j)",
    r"When $i = j$, \[ \frac{\partial p_i}{\partial z_j} = p_i(1-p_i) \] and when $i \neq j$, \[ \frac{\partial p_i}{\partial z_j} = -p_i p_j \]",
    "if i = j: dp_i/dz_j = p_i(1-p_i)\nif i != j: dp_i/dz_j = -p_i p_j",
    "if i = j: dp_i/dz_j = p_i(1-p_i)\nelse: dp_i/dz_j = -p_i p_j",
    r"For $i=j$ we get $\frac{\partial p_i}{\partial z_j} = p_i(1-p_i)$, otherwise $\frac{\partial p_i}{\partial z_j} = -p_i p_j$.",
    r"\text{If } i=j: \frac{\partial p_i}{\partial z_j} = p_i(1-p_i). \text{ Otherwise } \frac{\partial p_i}{\partial z_j} = -p_i p_j",
]


@pytest.mark.parametrize("text", CASES)
def test_a_case_is_read_wherever_it_is_said(text):
    network = {"output": "softmax", "loss": "cross_entropy"}
    assert [side.status for side in check(text, network).sides] == ["reference", "ok", "reference", "ok"]
    swapped = text.replace("= -p_i p_j", "= p_i p_j").replace("(1-p_i)", "(1+p_i)")
    assert [side.status for side in check(swapped, network).sides] == ["reference", "wrong", "reference", "wrong"]
