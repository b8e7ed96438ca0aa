# ruff: noqa: E501  (a derivation stays on the line it was typed on)
"""What the checker says: the question as typed, every status, every kind of slip, and what it must never do."""

import numpy as np
import pytest

import linebyline
from linebyline import check
from linebyline.checker import Scene
from linebyline.network import QUESTION_TARGET, QUESTION_X, question_network, random_network

# the founding question, as typed: stats.stackexchange.com/q/243356
QUESTION = r"""Specifically for hidden layers, for w1 (from picture below), the gradient looks like- enter image description here


$$\frac{\partial{E_{total}}}{\partial{w_{1}}}=\sum_{i}{\frac{\partial{E_{total}}}{\partial{net_{hi}}}}*\frac{\partial{net_{hi}}}{\partial{w_{1}}}={\frac{\partial{E_{total}}}{\partial{net_{h1}}}}*\frac{\partial{net_{h1}}}{\partial{w_{1}}}[if i\neq{1}, \frac{\partial{net_{hi}}}{\partial{w_{1}}}=0]$$ $$=\sum_{i}{(\frac{\partial{E_{total}}}{\partial{out_{hi}}}*\frac{\partial{out_{hi}}}{\partial{net_{h1}}})}*\frac{\partial{net_{h1}}}{\partial{w_{1}}}$$ $$=\sum_{i}{(\sum_{j}(\frac{\partial{E_{total}}}{\partial{net_{oj}}}*\frac{\partial{net_{oj}}}{\partial{out_{hi}}})*\frac{\partial{out_{hi}}}{\partial{net_{h1}}})}*\frac{\partial{net_{h1}}}{\partial{w_{1}}}$$ Now for sigmoid activation function if $i\neq{1} \frac{\partial{out_{hi}}}{\partial{net_{h1}}}=0$ so we get $$=\sum_{j}(\frac{\partial{E_{total}}}{\partial{net_{oj}}}*\frac{\partial{net_{oj}}}{\partial{out_{h1}}})*\frac{\partial{out_{h1}}}{\partial{net_{h1}}}*\frac{\partial{net_{h1}}}{\partial{w_{1}}}$$ $$=\sum_{j}(\delta_j*w_{oj})*(out_{h1})*(1-out_{h1})*i1$$ But for softmax activation function if $i\neq{1} \frac{\partial{out_{hi}}}{\partial{net_{h1}}}\neq{0}$ so we get $$=\sum_{i}\sum_{j}(\delta_j*w_{oj})*(out_{h1})*(1_{i=1}-out_{hi})*i1$$ for hidden layer. Is this derivation correct?"""

CLASSES = Scene(output="softmax", loss="cross_entropy", sizes=(3, 4, 3))
DEEP = Scene(sizes=(3, 4, 2, 3))
WIDE = Scene(sizes=(3, 4, 2))


def statuses(text, *args, **kwargs):
    return [side.status for side in check(text, *args, **kwargs).sides]


# ---------------------------------------------------------------- the question


@pytest.mark.parametrize("notation", [None, "question"])
def test_with_a_sigmoid_hidden_layer_the_sigmoid_lines_are_right_and_the_softmax_line_is_not(notation):
    report = check(QUESTION, question_network("sigmoid"), notation)
    assert [s.status for s in report.sides] == ["reference", "ok", "ok", "note-ok", "ok", "ok", "ok", "ok", "wrong"]
    assert report.first_wrong == 8
    assert "softmax" in report.sides[8].message


@pytest.mark.parametrize("notation", [None, "question"])
def test_with_a_softmax_hidden_layer_it_is_the_reverse_and_the_missing_index_is_reported(notation):
    report = check(QUESTION, question_network("softmax"), notation)
    assert [s.status for s in report.sides] == ["reference", "ok", "ok", "note-ok", "ok", "ok", "wrong", "carries", "ok"]
    assert "true only if the hidden activation is elementwise" in report.sides[6].message
    assert "w_{oj} lacks an index" in report.sides[8].message
    assert report.sides[8].holds_for == ("softmax",)


def test_the_missing_index_taken_literally_gives_exactly_zero():
    scene = Scene(hidden="softmax", aliases={"v_j": "w_{j1}"})
    literal = r"\sum_{i}\sum_{j}(\delta_j*v_j)*(out_{h1})*(1_{i=1}-out_{hi})*i1"
    assert statuses(rf"0 = {literal}", scene)[1] in ("ok", "loose")
    assert statuses(rf"\frac{{\partial E}}{{\partial w_1}} = {literal}", scene)[1] == "wrong"


# ---------------------------------------------------------------- statuses


def test_a_right_chain_is_right_throughout():
    report = check(r"\frac{\partial E}{\partial w_5} = \delta_{o1} out_{h1} = (out_{o1}-target_{o1}) out_{o1}(1-out_{o1}) out_{h1}")
    assert report.ok and report.first_wrong is None
    assert [s.status for s in report.sides] == ["reference", "ok", "ok"]


def test_the_first_wrong_side_is_named_and_what_follows_from_it_carries_the_error():
    text = r"\frac{\partial E}{\partial w_5} = (out_{o1}-target_{o1}) out_{h1} = out_{h1} (out_{o1} - target_{o1}) = \delta_{o1} out_{h1}"
    report = check(text, question_network())
    assert [s.status for s in report.sides] == ["reference", "wrong", "carries", "ok"]
    assert report.first_wrong == 1 and not report.ok


def test_a_side_that_cannot_be_read_does_not_hide_the_others():
    report = check(r"\frac{\partial E}{\partial w_5} = \wibble_{o1} out_{h1} = \delta_{o1} out_{h1}", question_network())
    assert [s.status for s in report.sides] == ["reference", "unreadable", "ok"]
    assert "wibble" in report.sides[1].message
    assert report.first_wrong is None and not report.ok


def test_a_wrong_side_note_is_found():
    report = check(
        r"\frac{\partial E}{\partial w_1} = \delta_{h1} i_1 [if i \neq 1, \frac{\partial out_{hi}}{\partial net_{h1}} = 0]",
        question_network("softmax"),
    )
    assert [s.status for s in report.sides] == ["reference", "ok", "note-wrong"]
    assert not report.ok


def test_a_line_that_starts_with_an_equals_sign_needs_a_target():
    line = r"= (out_{o1}-target_{o1}) out_{o1}(1-out_{o1}) out_{h1}"
    assert statuses(line, question_network(), target=r"\partial E/\partial w_5") == ["ok"]
    assert statuses(line, question_network(), target=r"\partial E/\partial w_6") == ["wrong"]


def test_a_bare_expression_is_judged_by_the_target():
    assert statuses(r"\delta_{o1} out_{h1}", question_network(), target="dE/dw5") == ["ok"]
    assert statuses(r"\delta_{o1} out_{h2}", question_network(), target="dE/dw5") == ["wrong"]


def test_with_a_target_a_derivation_of_something_else_is_not_accepted():
    report = check(r"E = E_{o1} + E_{o2}", question_network(), target="dE/dw5")
    assert not report.ok and report.first_wrong == 0
    assert check(r"\frac{\partial E}{\partial w_5} = \delta_{o1} out_{h1}", question_network(), target="dE/dw5").ok


def test_a_target_that_cannot_be_read_says_so():
    report = check("E = E", target="foo")
    assert report.sides[0].status == "unreadable" and "what was asked for cannot be read" in report.sides[0].message


def test_vacuous_agreement_is_not_clean():
    assert statuses(r"\frac{\partial out_{h1}}{\partial w_5} = \frac{\partial i_1}{\partial w_5}", question_network())[1] != "ok"


def test_an_index_order_that_was_not_declared_is_a_reservation():
    text = r"\delta_{hi} = f'(net_{hi}) \sum_j w_{ij} \delta_{oj}"
    assert statuses(text, WIDE, "question") == ["reference", "loose"]
    assert statuses(text, Scene(sizes=(3, 4, 2), weights="from_to"), "question") == ["reference", "ok"]
    assert statuses(text, Scene(sizes=(3, 4, 2), weights="to_from"), "question") == ["reference", "wrong"]


def test_two_softmax_units_do_not_let_a_coincidence_through():
    text = r"\frac{\partial E}{\partial net_{h1}} = -\frac{\partial E}{\partial net_{h2}}"
    assert statuses(text, question_network("softmax")) == ["reference", "loose"]
    assert statuses(text, Scene(hidden="softmax", sizes=(2, 3, 2))) == ["reference", "wrong"]


def test_a_line_that_is_true_in_one_case_only_is_wrong_unless_the_case_is_said():
    line = r"\frac{\partial p_i}{\partial z_k} = -p_i p_k"
    assert statuses(line, CLASSES) == ["reference", "wrong"]
    assert r"true only where $i \neq k$, not where $i = k$" in check(line, CLASSES).sides[1].message
    assert statuses(line + r", \quad i \neq k", CLASSES) == ["reference", "ok"]
    assert statuses(line, Scene(output="softmax", loss="cross_entropy", cases="i != k")) == ["reference", "ok"]
    assert statuses(rf"If $i \neq k$: $${line}$$", CLASSES) == ["reference", "ok"]
    assert statuses(line + r", \quad i = k", CLASSES) == ["reference", "wrong"]


@pytest.mark.parametrize(
    "said", ["when $i=k$", "for i = k", "if $i = k$", r"(i=k)", r"\text{for } i=k", r"\quad \text{if } i = k", r"\qquad (i = k)"]
)
@pytest.mark.parametrize("first", [True, False])
def test_a_case_may_be_said_in_many_ways(said, first):
    line = r"\frac{\partial p_i}{\partial z_k} = p_i(1-p_k)"
    text = f"{said}: $${line}$$" if first and "\\" not in said else f"$${line}, {said}$$" if "\\" in said else f"$${line}$$ {said}"
    assert statuses(text, CLASSES) == ["reference", "ok"]


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        (r"p_i(1-p_k) & i = k \\ p_i p_k & i \neq k", "i = k"),
        (r"p_i(1-p_k) & i = k \\ 0 & \text{otherwise}", "i = k"),
        (r"p_i & i = k \\ -p_i p_k & i \neq k", r"i \neq k"),
    ],
)
def test_a_wrong_row_of_a_case_distinction_is_wrong(rows, where):
    report = check(rf"\frac{{\partial p_i}}{{\partial z_k}} = \begin{{cases}} {rows} \end{{cases}}", CLASSES)
    assert report.sides[1].status == "wrong" and f"true only where ${where}$" in report.sides[1].message


DEEPER = Scene(sizes=(2, 3, 4, 2, 3))


@pytest.mark.parametrize("network", [DEEP, DEEPER, Scene(sizes=(2, 2, 2, 2))])
@pytest.mark.parametrize(
    "text",
    [
        r"\delta^l_j = \sum_k \delta^{l+1}_k w^{l+1}_{kj} \sigma'(z^{L-1}_j)",
        r"\delta^l_j = \sum_k \delta^{L}_k w^{l+1}_{kj} \sigma'(z^l_j)",
        r"\delta^{(l)} = (W^{(L)})^T \delta^{(l+1)} \odot \sigma'(z^{(l)})",
        r"\frac{\partial C}{\partial w^l_{jk}} = \delta^L_j a^{l-1}_k",
        r"\frac{\partial C}{\partial w^l_{jk}} = \delta^{l}_j a^{L-2}_k",
        r"\frac{\partial C}{\partial b^l_j} = \delta^{L-1}_j",
        r"z^{l}_j = \sum_k w^{L}_{jk} a^{l-1}_k + b^l_j",
    ],
)
def test_a_line_about_the_layer_l_has_to_be_true_for_every_hidden_layer(text, network):
    assert statuses(text, network, "layers")[1] == "wrong"


@pytest.mark.parametrize(
    ("text", "layer"),
    [
        (r"\delta^l_j = (a^l_j - y_j) a^l_j(1-a^l_j)", "the output layer"),
        (r"\delta^{(l)} = (a^{(l)} - y) \odot \sigma'(z^{(l)})", "the output layer"),
        (r"\frac{\partial C}{\partial w^l_{jk}} = \delta^l_j x_k", "layer 1"),
    ],
)
def test_a_line_that_speaks_of_inputs_or_targets_is_about_one_layer(text, layer):
    side = check(text, DEEP, "nielsen").sides[1]
    assert side.status == "loose" and f"right only where l is {layer}" in side.message


def test_a_learning_rate_squared_is_wrong():
    for step in (r"\frac{\partial E}{\partial w^l_{jk}}", r"\delta^l_j a^{l-1}_k"):
        for sign, status in (("", "ok"), ("^2", "wrong"), ("^3", "wrong")):
            assert statuses(rf"w^l_{{jk}} \leftarrow w^l_{{jk}} - \eta{sign} {step}", DEEP, "layers") == ["reference", status]
    message = check(r"w^l_{jk} \leftarrow w^l_{jk} - \eta^2 \delta^l_j a^{l-1}_k", DEEP, "layers").sides[1].message
    assert message == r"would be right if $\eta^2$ had no exponent"


@pytest.mark.parametrize("network", ["sigmoid", "tanh", Scene(), {"sizes": (3, 4, 2)}, None])
def test_b1_is_the_bias_that_the_hidden_layer_shares(network):
    total = r"\frac{\partial E_{total}}{\partial b_1} = "
    assert statuses(total + r"\delta_{o1}", network)[1] == "wrong"
    assert statuses(total + r"\sum_i \delta_{hi}", network)[1] == "ok"
    assert statuses(total + r"\sum_j \delta_{oj}", network)[1] == "wrong"
    assert statuses(r"\frac{\partial E_{total}}{\partial b_2} = \sum_j \delta_{oj}", network)[1] == "ok"
    assert statuses(r"\frac{\partial E_{total}}{\partial b_{h1}} = \delta_{h1}", network)[1] == "ok"


def test_a_sigma_in_a_network_without_sigmoids_is_said():
    line, tanh = r"\delta^l_j = \sigma'(z^l_j) \sum_k \delta^{l+1}_k w^{l+1}_{kj}", Scene(sizes=(3, 4, 2, 3), hidden="tanh", output="tanh")
    assert check(line, tanh).ok and any("each layer's own activation: tanh" in a for a in check(line, tanh).assumptions)
    assert not any("activation" in a for a in check(line, DEEP).assumptions)
    for words in (r"where $\sigma$ is the sigmoid", r"$\sigma(x) = \frac{1}{1+e^{-x}}$", r"with the logistic function $\sigma$"):
        report = check(f"$${line}$$ {words}", tanh)
        assert report.first_wrong is not None and "right for a hidden activation of sigmoid, not for tanh" in str(report)
        assert check(f"$${line}$$ {words}", DEEP).first_wrong is None


@pytest.mark.parametrize(
    "text",
    [
        r"\delta_{hk} = out_{hk}(\frac{\partial E}{\partial out_{hk}} - \sum_i out_{hi} \frac{\partial E}{\partial out_{hi}})",
        r"\delta_{oj} = out_{oj} - target_{oj}",
        r"\delta_{oj} = (out_{oj}-target_{oj})(1-out_{oj}^2)",
        r"\delta_{hi} = (1-out_{hi}^2)\sum_j w_{ji}(out_{oj}-target_{oj})",
        r"\delta^l = (W^{l+1})^T\delta^{l+1}\odot(1-a^l\odot a^l)",
        r"\delta_j = (1-o_j^2)\sum_k w_{jk}\delta_k",
        r"\frac{\partial h_i}{\partial z_j} = h_i(\delta_{ij}-h_j)",
    ],
)
def test_without_a_network_what_is_right_in_another_one_is_not_called_wrong(text):
    report = check(text)
    assert report.ok or (report.sides[1].status == "loose" and "give the network" in report.sides[1].message)
    assert "no network was given" in str(report)


def test_without_a_network_the_sides_have_to_be_right_in_one_and_the_same():
    squares = r"(out_{o1}-target_{o1}) out_{o1}(1-out_{o1}) out_{h1}"
    report = check(rf"\frac{{\partial E}}{{\partial w_5}} = {squares} = (out_{{o1}}-target_{{o1}}) out_{{h1}}")
    assert [side.status for side in report.sides] == ["reference", "ok", "wrong"]


def test_without_a_network_what_fits_none_is_not_called_wrong_unless_a_slip_is_found():
    assert statuses(r"\frac{\partial J}{\partial z_j} = y_j^3 + a_j^5") == ["reference", "unreadable"]
    assert statuses(r"\delta_j = o_j(1-o_j)\sum_k w_{jk}\delta_j") == ["reference", "wrong"]


def test_an_updated_weight_does_not_stand_on_both_sides():
    side = check(r"w_5^+ = w_5^+ - \eta \frac{\partial E}{\partial w_5}", question_network()).sides[1]
    assert side.status == "wrong" and "right side too" in side.message


def test_matrices_that_only_fit_layers_of_one_unit_are_a_reservation():
    for text in (r"\frac{\partial L}{\partial W_1} = (W_2^T\delta_2\odot h\odot(1-h))x", r"\frac{\partial L}{\partial b_1} = \delta_2"):
        assert statuses(text)[1] != "ok"


def test_a_target_is_not_what_is_differentiated():
    for line in (
        r"\frac{\partial p_i}{\partial z_k} = \sum_i p_i(\delta_{ik}-p_k)",
        r"\frac{\partial \log p_i^2}{\partial z_j} = \frac{1}{p_i}\frac{\partial p_i}{\partial z_j}",
    ):
        assert statuses(line, CLASSES, "classes")[1] == "wrong"


# ---------------------------------------------------------------- notations and constructs

RIGHT = [
    (CLASSES, r"\frac{\partial L}{\partial z_i} = -\sum_k \frac{y_k}{p_k}\frac{\partial p_k}{\partial z_i} = -y_i(1-p_i) + \sum_{k\neq i} y_k p_i = p_i - y_i"),
    (CLASSES, r"\frac{\partial \hat{y}_i}{\partial z_j} = \hat{y}_i(\delta_{ij} - \hat{y}_j)"),
    (CLASSES, r"\frac{\partial p_i}{\partial z_k} = \begin{cases} p_i(1-p_i) & \text{if } i = k \\ -p_i p_k & \text{otherwise} \end{cases}"),
    (CLASSES, r"\frac{\partial\, \text{softmax}(z)_i}{\partial z_j} = \text{softmax}(z)_i (1\{i=j\} - \text{softmax}(z)_j)"),
    (CLASSES, r"\frac{\partial L}{\partial f_k} = p_k - 1(y = k)"),
    (CLASSES, r"L = -\log p_y"),
    (CLASSES, r"p_j = \frac{e^{z_j}}{\sum_{k=1}^{K} e^{z_k}}"),
    (CLASSES, r"\nabla_{W_2} L = (\hat{y} - y) h^\top"),
    (DEEP, r"\delta^L = \nabla_a C \odot \sigma'(z^L) = (a^L - y) \odot a^L \odot (1 - a^L)"),
    (DEEP, r"\delta^{(l)} = ((W^{(l+1)})^T \delta^{(l+1)}) \odot \sigma'(z^{(l)})"),
    (DEEP, r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j"),
    (DEEP, r"dz^{[l]} = W^{[l+1]T} dz^{[l+1]} * g^{[l]\prime}(z^{[l]})"),
    (question_network(), "dE/dw1 = (delta_o1*w5 + delta_o2*w7)*out_h1*(1-out_h1)*i1"),
    (question_network(), "∂E/∂w₅ = δ_{o1}·out_{h1}"),
    (question_network(), r"w_5 \leftarrow w_5 - \eta \frac{\partial E}{\partial w_5}"),
    (question_network(), r"w_5^{+} = w_5 - \eta \delta_{o1} out_{h1}"),
    (question_network(), r"\Delta w_5 = -\eta \delta_{o1} out_{h1}"),
    (question_network(), r"\begin{align} \frac{\partial E}{\partial w_5} &= \delta_{o1} \times out_{h1} \tag{1} \\ &= (out_{o1}-target_{o1}) \\ & \quad \cdot out_{o1}(1-out_{o1})\,out_{h1}. \end{align}"),
    (question_network(), r"E_{total} = \sum \frac{1}{2}(target - output)^{2}"),
    (question_network(shared_bias=True), r"\frac{\partial E}{\partial b_2} = \sum_j \delta_{oj}"),
    (Scene(sizes=(3, 1), loss="binary_cross_entropy"), r"\frac{\partial L}{\partial z} = \left(-\frac{y}{a}+\frac{1-y}{1-a}\right) a(1-a) = a - y"),
    (Scene(sizes=(3, 1), loss="binary_cross_entropy", batch=4, reduction="mean"), r"\frac{\partial J}{\partial w_j} = \frac{1}{m}\sum_{i=1}^m (\hat y^{(i)} - y^{(i)}) x_j^{(i)}"),
    (Scene(sizes=(3, 4, 1), loss="binary_cross_entropy", batch=5, reduction="mean"), r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}"),
    (Scene(hidden="softmax", sizes=(2, 3, 2), aliases={"g_i": r"\frac{\partial E}{\partial out_{hi}}"}), r"\frac{\partial E}{\partial net_{hi}} = out_{hi}\left(g_i - \sum_k g_k out_{hk}\right)"),
    (Scene(hidden="tanh", output="identity"), r"\frac{\partial out_{hi}}{\partial net_{hi}} = 1 - out_{hi}^2"),
]  # fmt: skip


@pytest.mark.parametrize(("network", "text"), RIGHT, ids=[r[1][:60] for r in RIGHT])
def test_right_derivations_in_every_notation_are_right(network, text):
    report = check(text, network)
    assert report.ok, str(report)


def test_a_bare_sum_sign_is_read_with_a_reservation():
    assert statuses(r"\delta_{hi} = f'(net_{hi}) \sum w_{ji} \delta_{oj}", WIDE, "question") == ["reference", "loose"]


def test_a_long_sum_needs_no_brackets_but_is_a_reservation():
    assert statuses(r"0 = \sum_i p_i - y_i", CLASSES)[1] == "loose"


def test_the_readers_own_symbols_are_taken_as_declared():
    text = r"\frac{\partial E}{\partial s_i} = h_i(1-h_i)\sum_j u_{ji} d_j"
    aliases = {"s_i": "net_{hi}", "h_i": "out_{hi}", "u_{ji}": "w_{ji}", "d_j": r"\delta_{oj}"}
    assert check(text, WIDE, "question", aliases=aliases).ok
    assert "unreadable" in statuses(text, WIDE, "question")


@pytest.mark.parametrize("alias", [{"s_i": "out_hi +"}, {"s_i +": "out_hi"}, {1: "out"}])
def test_an_alias_that_cannot_be_read_is_an_error_that_says_so(alias):
    with pytest.raises(ValueError, match="aliases"):
        check("E = E", WIDE, aliases=alias)


# ---------------------------------------------------------------- numbers


def test_numbers_of_the_question_are_compared_to_the_digits_printed():
    text = r"\frac{\partial E_{total}}{\partial w_5} = 0.74136507 * 0.186815602 * 0.593269992 = 0.082167041"
    assert check(text, question_network()).ok
    wrong = check(text[:-1] + "2", question_network())
    assert wrong.first_wrong == 2 and "0.0821670406" in wrong.sides[2].message


@pytest.mark.parametrize("number", ["0.000e999", "1.000e" + "9" * 5000, "0.5e400", r"\frac{0.1234}{0.000}"])
def test_a_number_too_large_to_compute_with_is_not_right(number):
    scene = Scene(network=question_network(), x=(0.05, 0.10), target=(0.01, 0.99))
    assert check(r"\frac{\partial E}{\partial w_5} = " + number, network=scene).sides[1].status in ("wrong", "unreadable")


def test_numbers_on_a_network_nobody_knows_are_not_guessed():
    assert statuses("dE/dw5 = 0.0821670", Scene(sizes=(2, 3, 2)))[1] == "unreadable"


def test_numbers_can_be_checked_on_any_network_with_its_example():
    network = random_network((2, 3, 2), ("tanh", "sigmoid"), rng=np.random.default_rng(3))
    x, target = np.array([0.3, -0.2]), np.array([0.1, 0.9])
    right = network.backward(x, target).W[1][0, 1]
    scene = Scene(hidden="tanh", sizes=(2, 3, 2), network=network, x=x, target=target)
    assert check(rf"\frac{{\partial E}}{{\partial w_{{12}}}} = {right:.8f}", scene, "classes").ok
    assert not check(rf"\frac{{\partial E}}{{\partial w_{{12}}}} = {right * 1.001:.8f}", scene, "classes").ok
    assert check(f"dE/dw5 = {0.082167041}", Scene(network=question_network(), x=QUESTION_X, target=QUESTION_TARGET)).ok


# ---------------------------------------------------------------- slips

W5 = r"\frac{\partial E}{\partial w_5} ="
SLIPS = [
    ("sign", W5 + r" (target_{o1}-out_{o1}) out_{o1}(1-out_{o1}) out_{h1}", "opposite sign"),
    ("the derivative of the activation", W5 + r" (out_{o1}-target_{o1}) out_{h1}", "derivative of the activation is missing"),
    ("the half", W5 + r" 2 (out_{o1}-target_{o1}) out_{o1}(1-out_{o1}) out_{h1}", "half squared error"),
    ("an index", W5 + r" (out_{o1}-target_{o1}) out_{o1}(1-out_{o1}) out_{h2}", "were 1"),
    ("a unit", W5 + r" (out_{o1}-target_{o2}) out_{o1}(1-out_{o1}) out_{h1}", "target"),
    ("a sum", r"\frac{\partial E}{\partial net_{hi}} = \delta_{oj} w_{ji} out_{hi}(1-out_{hi})", "summed over j"),
    ("order of indices", r"\frac{\partial E}{\partial out_{hi}} = \sum_j \delta_{oj} w_{ij}", ""),
    ("an updated weight", r"\frac{\partial E}{\partial out_{h1}} = \delta_{o1} w_5^+ + \delta_{o2} w_7^+", ""),
    ("sign of the step", r"w_5^+ = w_5 + \eta \frac{\partial E}{\partial w_5}", "minus"),
]


@pytest.mark.parametrize(("slip", "text", "said"), SLIPS, ids=[s[0] for s in SLIPS])
def test_each_slip_is_refused_and_explained(slip, text, said):
    scene = Scene(sizes=(2, 2, 2), weights="to_from") if "order" not in slip else Scene(sizes=(3, 4, 2), weights="to_from")
    report = check(text, scene, "question")
    assert report.first_wrong == 1
    assert said in report.sides[1].message


def test_a_repaired_side_is_itself_right():
    for _, text, _ in SLIPS[:7]:
        left = text.partition(" = ")[0] if " = " in text else text.partition("=")[0]
        scene = Scene(sizes=(3, 4, 2), weights="to_from") if "w_{ij}" in text else Scene(weights="to_from")
        report = check(text, scene, "question")
        assert report.sides[1].repair, text
        assert check(f"{left} = {report.sides[1].repair}", scene, "question").ok, report.sides[1].repair


def test_softmax_with_the_elementwise_derivative_is_refused():
    text = r"\frac{\partial E}{\partial net_{hi}} = out_{hi}(1-out_{hi}) \sum_j \delta_{oj} w_{ji}"
    report = check(text, Scene(hidden="softmax", sizes=(3, 4, 2)), "question")
    assert report.first_wrong == 1 and "sigmoid" in report.sides[1].message


def test_the_gradient_of_another_loss_is_recognised():
    report = check(r"\delta_{oj} = out_{oj} - target_{oj}", Scene(output="softmax"), "question")
    assert report.first_wrong == 1 and "cross-entropy" in report.sides[1].message


def test_a_missing_transpose_is_recognised():
    report = check(r"\delta^l = (W^{l+1} \delta^{l+1}) \odot \sigma'(z^l)", DEEP, "nielsen")
    assert report.first_wrong == 1 and "transposed" in report.sides[1].message


# ---------------------------------------------------------------- never a confident wrong answer


@pytest.mark.parametrize(
    "text",
    [
        r"\frac{\partial p_i}{\partial z_i^2} = p_i(1-p_i)",
        r"\frac{\partial L}{\partial z_i} = \hat y_i^2 - y_i",
        r"\frac{\partial L}{\partial z_i} = p_i - t_i + y_i - y_i",
        r"\frac{\partial L}{\partial z_i} = \sum_i p_i - y_i",
        r"\frac{\partial L}{\partial z_i} = p_j - y_i",
        r"\frac{\partial L}{\partial z_i} = p_i - \sum_{k=1}^{k} y_k p_i - y_i + p_i",
        r"\frac{\partial L}{\partial z_i} = p_i \sum_{k=1}^{2} y_k - y_i",
    ],
)
def test_none_of_these_is_called_right(text):
    assert not check(text, CLASSES).ok


def test_a_mixed_second_letter_for_the_same_thing_is_not_clean():
    assert statuses(r"\frac{\partial L}{\partial z_i} = p_i \sum_k t_k - y_i", CLASSES)[1] != "ok"


def test_layers_that_only_coincide_are_not_called_right():
    assert statuses(r"\delta^l = ((w^{L})^T \delta^{l+1}) \odot \sigma'(z^l)", DEEP, "nielsen")[1] != "ok"


@pytest.mark.parametrize("text", [None, 3, b"E = E", ["E"]])
def test_what_is_not_text_is_a_type_error(text):
    with pytest.raises(TypeError, match="text"):
        check(text)


@pytest.mark.parametrize(
    "arguments",
    [
        {"network": {"hiden": "softmax"}},
        {"network": {"hidden": "softmaxx"}},
        {"network": "softmaxx"},
        {"notation": "klingon"},
        {"target": r"\frac{"},
        {"network": {"sizes": (2,)}},
        {"network": {"sizes": (2, 500, 2)}},
        {"network": {"cases": "whenever"}},
        {"network": {"weights": "sideways"}},
        {"network": {"loss": "hinge"}},
    ],
)
def test_an_argument_that_makes_no_sense_is_a_clear_error(arguments):
    with pytest.raises(ValueError, match="expected|cannot read"):
        check("E = E", **arguments)
    with pytest.raises(TypeError):
        check("E = E", network=3.5)
    with pytest.raises(TypeError):
        check("E = E", notation=3)
    with pytest.raises(TypeError):
        check("E = E", target=3)


def test_an_empty_text_has_no_sides_and_is_not_right():
    for text in ("", "   ", "$$ $$", "Thank you very much for your answer."):
        report = check(text)
        assert not report.ok and report.first_wrong is None


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="characters"):
        check("E = E " * 10_000)


def test_nothing_is_evaluated_as_code():
    for text in ("__import__('os').system('true') = E", "E = exec('1/0')", r"E = \input{/etc/passwd}", "E = (lambda: 1)()"):
        assert not check(text).ok


def test_deep_nesting_and_long_products_come_back_quickly():
    assert "unreadable" in statuses("E = " + "(" * 500 + "1" + ")" * 500)
    assert "unreadable" in statuses("E = " + r"\frac{1}{" * 200 + "1" + "}" * 200)
    assert check("E = " + r"\sum_i " * 30 + "out_{hi}").sides


def test_importing_the_package_needs_only_numpy():
    import subprocess
    import sys

    code = "import sys, linebyline; print([m for m in ('matplotlib', 'ipywidgets', 'anywidget', 'IPython') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_the_package_offers_check_and_report():
    assert linebyline.check is check
    assert isinstance(check("E = E"), linebyline.Report)


LOGISTIC = (
    r"\frac{d}{dx}\sigma(x) = \frac{d}{dx}\left[\frac{1}{1+e^{-x}}\right] = -(1+e^{-x})^{-2}(-e^{-x}) "
    r"= \frac{1}{1+e^{-x}}\cdot\frac{e^{-x}}{1+e^{-x}} = \sigma(x)\cdot(1-\sigma(x))"
)


@pytest.mark.parametrize("network", [Scene(), CLASSES, Scene(sizes=(3, 1), loss="binary_cross_entropy"), DEEP, None])
@pytest.mark.parametrize(
    "text",
    [
        LOGISTIC,
        r"\sigma'(z) = \frac{e^{-z}}{(1+e^{-z})^2} = \sigma(z)(1-\sigma(z))",
        r"\frac{d\sigma}{dz} = \sigma(1-\sigma)",
        r"f'(x) = f(x)(1-f(x))",
        r"\tanh'(x) = 1-\tanh^2(x)",
        r"s'(x) = s(x)(1-s(x))",
    ],
)
def test_a_claim_about_an_activation_holds_for_any_letter_and_any_network(text, network):
    assert check(text, network).ok


@pytest.mark.parametrize(
    "text",
    [
        LOGISTIC.replace(r"(-e^{-x})", r"(-e^{x})"),
        LOGISTIC.replace(r"1-\sigma", r"1+\sigma"),
        r"\sigma'(x) = \sigma(x)(1+\sigma(x))",
        r"\sigma'(x) = \frac{e^{x}}{(1+e^{-x})^2}",
        r"\frac{d\sigma}{dz} = \sigma(1+\sigma)",
        r"f'(x) = 1-f(x)",
        r"\tanh'(x) = 1-\tanh(x)",
    ],
)
def test_a_wrong_claim_about_an_activation_stays_wrong(text):
    for network in (Scene(), CLASSES, None):
        assert "wrong" in statuses(text, network)


ONE_NEURON = Scene(sizes=(3, 1), loss="binary_cross_entropy")
ONE_LAYER = Scene(output="softmax", loss="cross_entropy", sizes=(3, 4))


def test_an_unnumbered_score_beside_numbered_weights_may_be_any_layers():
    right = r"\nabla_{W^{(1)}} L = (W^{(2)\top}(p-y) \circ \sigma'(z)) x^\top"
    assert statuses(right, CLASSES)[1] in ("ok", "loose")
    for slip in (("p-y", "p+y"), (r"\sigma'", r"\sigma"), (r"(2)\top", r"(2)")):
        assert statuses(right.replace(*slip), CLASSES)[1] == "wrong"


@pytest.mark.parametrize("right", [r"x(\hat y - y)", r"(\hat y - y) x", r"(\hat y - y) x^\top"])
def test_the_weights_of_one_neuron_are_neither_a_row_nor_a_column(right):
    assert check(r"\frac{\partial L}{\partial w} = " + right, ONE_NEURON).ok
    assert not check(r"\frac{\partial L}{\partial w} = " + right.replace("-", "+"), ONE_NEURON).ok


@pytest.mark.parametrize("index", [r"w_j} = (h - y)x_j", r"\theta_j} = (h_\theta(x) - y)x_j"])
def test_without_a_hidden_layer_h_is_the_hypothesis(index):
    assert check(r"\frac{\partial J}{\partial " + index, ONE_NEURON).ok
    assert not check(r"\frac{\partial J}{\partial " + index.replace("-", "+"), ONE_NEURON).ok


@pytest.mark.parametrize("text", [r"\frac0.5x = E", r"\frac1e-999x = E", r"\frac0.5{x} = E", r"Σ\leftarrow{0}"])
def test_odd_spellings_do_not_crash(text):
    assert check(text).sides


def test_a_network_of_the_largest_size_can_be_checked():
    assert check(r"\frac{\partial w_{ij}}{\partial w_{kl}} = \delta_{ik}\delta_{jl}", Scene(sizes=(12, 12, 12))).ok
    assert check(r"\frac{\partial E}{\partial w_{ij}} = \delta_i x_j", Scene(sizes=(12, 12), batch=0)).sides


@pytest.mark.parametrize("text", ["x", "w_5", r"\frac{\partial E}{\partial w_5}"])
def test_a_text_that_compares_nothing_is_not_right(text):
    assert not check(text, "sigmoid").ok


@pytest.mark.parametrize("text", ["0 = 0", "E = E", r"0 = 0 \\ 0", r"\sigma'(z) = \sigma(z)(1-\sigma(z))"])
def test_something_true_is_not_what_was_asked_for(text):
    assert not check(text, "sigmoid", target=r"\frac{\partial E}{\partial w_5}").ok


@pytest.mark.parametrize(
    "indicator",
    [
        r"\mathbb{1}\{i=j\}",
        r"\mathbb{1}(i=j)",
        r"\mathbb{1}_{i=j}",
        r"\mathbb{1}_{\{i=j\}}",
        r"\mathbb{1}_{ij}",
        r"\mathbbm{1}_{i=j}",
        r"\mathbf{1}_{i=j}",
        r"\mathbf 1_{(i=j)}",
        r"\mathbb{1}\,\{i=j\}",
        r"1_{[i=j]}",
        r"I(i=j)",
        r"I[i=j]",
        r"I\{i=j\}",
        r"\mathbb{I}[i=j]",
        r"\mathbb{I}_{i=j}",
        r"\mathcal{I}(i=j)",
        r"\chi_{i=j}",
        r"\delta_{i=j}",
        r"\delta(i,j)",
        r"\delta(i=j)",
    ],
)
def test_indicators_are_read_in_every_spelling(indicator):
    right = rf"\frac{{\partial p_i}}{{\partial z_j}} = p_i({indicator} - p_j)"
    assert check(right, ONE_LAYER).ok
    assert not check(right.replace("- p_j", "+ p_j"), ONE_LAYER).ok
    if "=" in indicator:
        assert not check(right.replace("i=j", r"i\neq j"), ONE_LAYER).ok


@pytest.mark.parametrize(
    ("text", "network"),
    [
        (
            r"\frac{\partial p_j}{\partial a_i} = \left\{ \begin{array}{ll} p_i(1-p_i) & i=j\\ -p_ip_j & i\neq j\end{array}\right.",
            ONE_LAYER,
        ),
        (r"dz^{[1]} = W^{[2]T}dz^{[2]} * g^{[1]}{'}(z^{[1]})", Scene(sizes=(3, 4, 1), loss="binary_cross_entropy")),
        (r"\frac{\partial C_0}{\partial b} = a - y", ONE_NEURON),
        (r"\delta_j^{l} = a_j^{l}(1-a_j^{l}) \sum_{k=1}^{n_{l+1}} w_{kj}^{l+1} \delta_k^{l+1}", Scene(sizes=(3, 4, 3, 2))),
    ],
)
def test_more_spellings_of_right_lines_are_right(text, network):
    assert check(text, network).ok


@pytest.mark.parametrize(("text", "verdict"), [("∂E/∂wᵢⱼ = δᵢ oⱼ", "right"), ("∂E/∂wᵢⱼ = δᵢ oᵢ", "wrong"), ("∂E/∂net_h1 = δₕ₁", "right")])
def test_small_letters_below_are_indices(text, verdict):
    assert statuses(text, Scene(sizes=(2, 2, 2), weights="to_from")) == ["reference", "ok" if verdict == "right" else "wrong"]


def test_a_derivative_by_the_score_of_the_label():
    assert statuses(r"\frac{\partial L}{\partial z_y} = p_y - 1", CLASSES, "classes") == ["reference", "ok"]
    assert statuses(r"\frac{\partial L}{\partial z_y} = p_y", CLASSES, "classes") == ["reference", "wrong"]


def test_a_derivative_operator_with_a_power_is_not_read():
    assert statuses(r"\frac{\partial}{\partial z_j}^2 p_i = \frac{\partial}{\partial z_j} p_i", CLASSES, "classes")[0] == "unreadable"


def test_a_sum_sign_alone_and_the_transpose_of_a_number_are_reservations():
    assert statuses(r"p_i = \frac{e^{z_i}}{\sum}", CLASSES, "classes") == ["reference", "loose"]
    assert statuses(r"\frac{\partial L}{\partial b_2} = \delta_2^T", Scene(sizes=(3, 5, 2)), "matrix") == ["reference", "loose"]


def test_a_sigma_beside_sigmoids_is_not_silently_another_function():
    network = Scene(sizes=(3, 4, 2), hidden="tanh", output="sigmoid", loss="binary_cross_entropy")
    side = check(r"\frac{\partial L}{\partial z_1} = W_2^T(\hat y - y)\odot(1-\sigma^2(z_1))", network, "matrix").sides[1]
    assert side.status == "loose" and "not the sigmoid" in side.message
    assert statuses(r"\hat y = \sigma(z_2)", network, "matrix") == ["reference", "ok"]


def test_a_single_layer_number_above_is_no_exponent():
    assert statuses(r"\frac{\partial C}{\partial W^{1}} = \delta^{1} x^T", DEEPER, "layers") == ["reference", "ok"]


def test_a_second_letter_for_the_scores_in_a_later_side_is_a_reservation():
    sums = r"\sum_k \delta^{l+1}_k w^{l+1}_{kj} "
    first = rf"\delta^l_j = \sigma'(z^l_j) {sums}"
    assert statuses(rf"{first} = {sums} \sigma'(z^l_j)", DEEP, "layers") == ["reference", "ok", "ok"]
    assert not check(rf"{first} = {sums} \sigma'(a^l_j)", DEEP, "layers").ok


def test_the_outputs_without_an_index_are_not_the_inputs():
    assert statuses(r"\frac{\partial out}{\partial net_{h1}} = 0", question_network())[1] == "wrong"


@pytest.mark.parametrize("text", [r"0^\hat", r"e^\hat", r"x_\bar", r"\frac{\partial E}{\partial w_5} = \frac{1}", r"x^", r"\sqrt"])
def test_a_formula_that_breaks_off_is_unread_and_says_so(text):
    assert any(side.status == "unreadable" and side.message for side in check(text, question_network()).sides)


def test_the_function_of_a_formula_is_that_of_the_last_layer_in_it():
    text = r"a^{(2)} = f(W^{(2)} f(z^{(1)}) + b^{(2)})"
    assert [side.status for side in check(text, {"hidden": "tanh", "sizes": (2, 3, 2)}, "layers").sides] == ["reference", "ok"]
    wrong = r"a^{(1)} = f(W^{(2)} f(z^{(1)}) + b^{(2)})"
    assert [side.status for side in check(wrong, {"hidden": "tanh", "sizes": (2, 3, 2)}, "layers").sides] == ["reference", "wrong"]
