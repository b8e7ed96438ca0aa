r"""Formulas as they are pasted: out of lists, Markdown and programs, with the shortcuts of blogs; each beside a slip in the same dress."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linebyline import check
from linebyline.checker.parser.typed import RULES, cleaned

QUESTION = {"sizes": (2, 2, 2)}
CLASSES = {"output": "softmax", "loss": "cross_entropy", "sizes": (2, 4, 3)}
ROWS = {"hidden": "tanh", "output": "softmax", "loss": "cross_entropy", "sizes": (2, 3, 2), "vectors": "rows"}
LOGISTIC = {"output": "sigmoid", "loss": "binary_cross_entropy", "sizes": (3, 1), "batch": 4, "reduction": "mean"}
LINE = {"output": "identity", "loss": "squared_error", "sizes": (1, 1), "batch": 4, "reduction": "mean"}
BATCH = {"output": "softmax", "loss": "cross_entropy", "sizes": (2, 3), "batch": 4, "reduction": "mean"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (r"$`a = b`$", r"$ a = b $"),
        ("```python\ndz = a - y  # the slope\n```", "         \ndz = a - y             \n   "),
        ("3.1) dE/dw = x", "     dE/dw = x"),
        ("1./m * x", "1./m * x"),
        ("* $a = b$", "  $a = b$"),
        ("w<sub>5</sub> = x<sup>2</sup>", "w_{   5}      = x^{   2}     "),
        ("δE/δw5 = δ_o1 out_h1", "∂E/∂w5 = δ_o1 out_h1"),
        (r"w\_5 = \sum*{i} x", r"w _5 = \sum_{i} x"),
        ("[\na = b\n]", " \na = b\n "),
        ("\\[\na = b\n\\]", "\\[\na = b\n\\]"),
        ("1/2m * x", ".5/m * x"),
        ("a = b (since y is one-hot)", "a = b                     "),
        ("dE/d(net_o1)", "dE/∂net_o1  "),
    ],
)
def test_what_surrounds_formulas_is_blanked(typed, meant):
    assert cleaned(typed) == meant


@given(
    st.lists(
        st.one_of(st.sampled_from([*"`#*_[]()$=δ/ \n1mdx", "\\text{if ", "$$", "since ", "np.", "<sub>", "</sub>"]), st.characters()), max_size=40
    )
)
def test_every_place_stays_where_it_was(parts):
    text = "".join(parts)
    assert len(cleaned(text)) == len(text) and cleaned(text).count("\n") == text.count("\n")
    assert len(RULES) > 20


@pytest.mark.parametrize("piece", ["`a ", "δE/", "[ = ", "** A", " # ", " ", "```\n", "(by (", "1. ", "__a", "if i = j,"])
def test_cleaning_takes_no_longer_for_longer_texts(piece):
    cleaned(piece * (20_000 // len(piece)))


@pytest.mark.parametrize(
    ("network", "right", "slip"),
    [
        (CLASSES, "dL/dzi = pi - yi", ("-", "+")),
        (QUESTION, "∂E/∂w5 = (ao1-t1)*ao1*(1-ao1)*ah1", ("ah1", "ah2")),
        (QUESTION, "δE/δw5 = δE/δout_o1 * δout_o1/δnet_o1 * δnet_o1/δw5", ("δE/δout_o1", "δE/δout_o2")),
        (QUESTION, "dE/dw5 = dE1/d(out_o1) * d(out_o1)/d(net_o1) * d(net_o1)/dw5", ("dE1", "dE2")),
        (QUESTION, r"$\frac{\part E_{Total}}{\part w_5} = \delta_{o1} out_{h1}$", ("h1", "h2")),
        (LOGISTIC, r"\frac{\partial J}{\partial w} = \frac1m \sum_i (\sigma(w^T x_i + b) - y_i) x_i", ("-", "+")),
        (LOGISTIC, r"\frac{\partial J}{\partial \theta_0} = \frac1m \sum_i (h_\theta(x^{(i)}) - y^{(i)})", ("-", "+")),
        (LOGISTIC, r"\frac{\partial J}{\partial \beta_j} = \frac1m \sum_i (\hat y_i - y_i) x_{ij}", ("- y_i", "+ y_i")),
        (LINE, r"\frac{\partial J}{\partial m} = \frac1n \sum_i (m x_i + b - y_i) x_i", ("m x_i + b", "m x_i - b")),
        (BATCH, r"L = -\frac1N \sum_i \sum_k y_{ik} \log p_{ik}", (r"\log p", "p")),
        (ROWS, r"\delta_3 = \hat y - y", ("-", "+")),
        (ROWS, r"\delta_2 = (1 - \tanh^2 z_1) \circ \delta_3 W_2^T", ("-", "+")),
        ({**ROWS, "batch": 4}, "dW2 = dot(A1.T, dZ2)", ("A1", "Z1")),
        ({**ROWS, "batch": 4}, "dZ1 = np.dot(dZ2, W2.T) * (1 - np.power(A1, 2))", ("2))", "3))")),
        (None, r"\frac{d}{dz}\tanh z = \operatorname{sech}^2 z", ("sech", "tanh")),
        (None, r"\sigma' z = \sigma(z)(1-\sigma(z))", ("1-", "1+")),
        (CLASSES, r"\text{where } i = j, \frac{\partial p_i}{\partial z_j} = p_i (1-p_i)", ("1-", "1+")),
    ],
)
def test_right_lines_are_right_and_their_slips_are_not(network, right, slip):
    assert check(right, network).ok
    assert slip[0] in right and not check(right.replace(*slip), network).ok


@pytest.mark.parametrize(
    ("network", "text", "reservation"),
    [
        (LOGISTIC, r"\frac{\partial J}{\partial w} = \frac1m \sum (a - y) x", "the sum without an index"),
        (QUESTION, r"\frac{\partial E}{\partial p_j} = \frac{\partial}{\partial p_j} \frac12 \sum (t_j-p_j)^2", "the sum without an index"),
        (QUESTION, r"\delta_k = o_k (1 - o_k) (t_k - o_k)", r"right if $\delta$ stands for"),
        ({**QUESTION, "loss": "binary_cross_entropy"}, r"L = -y\log\hat y - (1-y)\log(1-\hat y)", "added up over the outputs"),
        (LINE, r"\Delta w = -\frac{\partial E}{\partial w}", "the learning rate is left out"),
    ],
)
def test_what_is_left_unsaid_is_right_with_a_reservation(network, text, reservation):
    side = check(text, network).sides[1]
    assert side.status == "loose" and reservation in side.message


def test_a_numpy_sum_without_an_axis_adds_everything_up():
    network = {**ROWS, "vectors": "columns", "batch": 4}
    assert check("db2 = np.sum(dZ2, axis=1, keepdims=True)", network).ok
    assert check("db2 = np.sum(dZ2)", network).sides[1].status == "wrong"


def test_letters_that_fit_no_shape_are_not_called_wrong_unless_something_says_what_they_are():
    text = r"\frac{\partial C}{\partial w} = a_{\rm in} \delta_{\rm out}"
    assert check(text, {"sizes": (2, 3, 2)}).sides[1].status == "unreadable"
    layered = r"\frac{\partial C}{\partial W^{(2)}} = \delta^{(2)} a^{(1)}"
    assert check(layered, {"sizes": (2, 3, 2)}).sides[1].status == "wrong"
