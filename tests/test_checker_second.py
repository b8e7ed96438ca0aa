r"""Derivatives of derivatives: Hessians of the error, second slopes of activations, derivatives of a delta."""

import pytest

from linebyline import check
from linebyline.checker import Scene
from linebyline.checker.numbers.quantities import STEP, activate
from linebyline.network import question_network

SOFTMAX = question_network(output="softmax", loss="cross_entropy")
SQUARES = question_network()
BENT = r"out_{o1}(1-out_{o1})(out_{o1}(1-out_{o1}) + (out_{o1}-target_{o1})(1-2out_{o1}))"
RIGHT = [
    (r"\frac{\partial^2 L}{\partial z_i \partial z_j} = p_i(\delta_{ij} - p_j)", SOFTMAX),
    (r"\frac{\partial^2 L}{\partial z_i^2} = p_i(1 - p_i)", SOFTMAX),
    (r"\frac{\partial}{\partial z_j}\frac{\partial L}{\partial z_i} = p_i(\delta_{ij} - p_j)", SOFTMAX),
    (r"\frac{\partial \delta_{oi}}{\partial net_{oj}} = out_{oi}(\delta_{ij} - out_{oj})", SOFTMAX),
    (rf"\frac{{\partial^2 E}}{{\partial net_{{o1}}^2}} = {BENT}", SQUARES),
    (r"\frac{\partial^2 E}{\partial w_5^2} = out_{h1}^2 \frac{\partial^2 E}{\partial net_{o1}^2}", SQUARES),
    (r"\frac{\partial^2 E}{\partial w_5 \partial w_7} = 0", SQUARES),
    (r"\frac{d^2\sigma}{dz^2} = \sigma(z)(1-\sigma(z))(1-2\sigma(z))", None),
    (r"\tanh''(x) = -2\tanh(x)(1-\tanh^2(x))", None),
]
WRONG = [
    (r"\frac{\partial^2 L}{\partial z_i \partial z_j} = -p_i p_j", SOFTMAX),
    (r"\frac{\partial^2 L}{\partial z_i \partial z_j} = p_i(\delta_{ij} + p_j)", SOFTMAX),
    (r"\frac{\partial^2 E}{\partial net_{o1}^2} = out_{o1}(1-out_{o1})", SQUARES),
    (r"\frac{\partial^2 E}{\partial w_5 \partial w_6} = 0", SQUARES),
    (r"\sigma''(z) = \sigma'(z)(1-\sigma(z))", None),
]


@pytest.mark.parametrize(("text", "network"), RIGHT)
def test_a_right_second_derivative_is_right(text, network):
    assert [side.status for side in check(text, network).sides] == ["reference", "ok"]


@pytest.mark.parametrize(("text", "network"), WRONG)
def test_a_wrong_second_derivative_is_wrong(text, network):
    assert [side.status for side in check(text, network).sides] == ["reference", "wrong"]


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "identity"])
def test_the_second_slope_is_the_slope_of_the_slope(name):
    assert abs(activate(name, 0.3 + 1j * STEP, 1).imag / STEP - activate(name, 0.3, 2)) < 1e-15


@pytest.mark.parametrize("loss", ["squared_error", "sum_of_squares", "mean_squared_error", "binary_cross_entropy", "cross_entropy"])
@pytest.mark.parametrize("hidden", ["sigmoid", "softmax", "tanh"])
def test_reverse_mode_agrees_with_the_complex_step(hidden, loss):
    output = "softmax" if loss == "cross_entropy" else "sigmoid"
    for batch in (0, 3):
        numbers = Scene(hidden=hidden, output=output, loss=loss, sizes=(2, 3, 2), batch=batch, reduction="mean").numbers()
        inside = numbers.perturbed("out", 0)
        for node, layer in [("net", 1), ("net", 2), ("out", 1), ("W", 1), ("W", 2), ("b", 1), ("out", 0)]:
            gradient = "delta" if node == "net" else f"gradient {node}"
            back = numbers.array(gradient, layer).real
            step = numbers.perturbed(node, layer).array("loss", 2).imag / STEP
            assert abs(step.reshape(back.shape) - back).max() < 1e-12
            assert abs(inside.array(gradient, layer).real - back).max() < 1e-12


def test_letters_for_two_things_are_asked_about_and_not_guessed():
    for text in (r"J = \mathrm{diag}(p) - pp^T", r"\frac{\partial L}{\partial z} = J^T \frac{\partial L}{\partial p}", r"\mathrm{d}L = (p-y)^T dz"):
        assert "wrong" not in [side.status for side in check(text, SOFTMAX).sides]


def test_a_class_label_needs_a_target_that_is_a_class():
    text = r"\frac{\partial E}{\partial net_{o1}} = 0.138498562 + 1.000 \cdot 1\{y = 2\}"
    side = check(text, question_network()).sides[1]
    assert side.status == "unreadable" and "label" in side.message
    assert check(text, Scene(network=question_network(), x=(0.05, 0.1), target=(0.0, 1.0))).sides[1].status == "wrong"


def test_a_left_side_that_is_no_number_agrees_with_nothing():
    network = {"output": "softmax", "loss": "cross_entropy"}
    left = r"\frac{e^{net_1}}{e^{net_1} - e^{net_2}} = "
    assert [side.status for side in check(left + r"\frac{1}{1 + e^{net_2 - net_1}}", network).sides] == ["reference", "wrong"]
    assert [side.status for side in check(left + r"\frac{1}{1 - e^{net_2 - net_1}}", network).sides] == ["reference", "ok"]
    assert "ok" not in [side.status for side in check(r"\frac{out_{o1}}{out_{o2} - out_{o2}} = target_{o1}", network).sides]


def test_an_index_that_nothing_binds_beside_decimals_is_said():
    assert [side.status for side in check("A_A=(0)^{}^{}=(.0)", question_network()).sides]
