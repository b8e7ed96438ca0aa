r"""What well-known books, courses and programs write, each kind beside its slips; first a penalty on the weights."""

# ruff: noqa: E501  (lines as they are typed)
import json
from pathlib import Path

import pytest

from linebyline import check

LOGISTIC = {"output": "sigmoid", "loss": "binary_cross_entropy", "sizes": [3, 1], "batch": 4, "reduction": "mean"}
SOFTMAX = {"output": "softmax", "loss": "cross_entropy", "sizes": [3, 4], "batch": 4, "reduction": "mean"}
DEEP = {"hidden": "sigmoid", "output": "sigmoid", "loss": "squared_error", "sizes": [2, 3, 2], "batch": 4, "reduction": "mean"}
RIDGE = {"output": "identity", "loss": "sum_of_squares", "sizes": [3, 1], "batch": 4, "vectors": "rows", "bias": False}
MEAN = r"\frac{1}{m}\sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}"
ERROR = r"-\frac{1}{m}\sum_{i=1}^m [y^{(i)} \log h_\theta(x^{(i)}) + (1-y^{(i)})\log(1-h_\theta(x^{(i)}))]"

# (network, left side, right side, the penalty it is for, wrong ones)
LINES = [
    (LOGISTIC, r"\frac{\partial J}{\partial \theta_j}", MEAN + r" + \frac{\lambda}{m}\theta_j", r"\frac{\lambda}{2m}", [MEAN + r" - \frac{\lambda}{m}\theta_j", MEAN + r" + \frac{\lambda}{m}", MEAN + r" + \frac{\lambda}{m}\theta_j^2", MEAN.replace("-", "+") + r" + \frac{\lambda}{m}\theta_j"]),
    (LOGISTIC, r"J(\theta)", ERROR + r" + \frac{\lambda}{2m}\sum_{j=1}^n \theta_j^2", r"\frac{\lambda}{2m}", [ERROR + r" - \frac{\lambda}{2m}\sum_{j=1}^n \theta_j^2", ERROR + r" + \frac{\lambda}{2m}\sum_{j=1}^n \theta_j"]),
    (LOGISTIC, r"\theta_j :", rf"\theta_j - \alpha \left[ {MEAN} + \frac{{\lambda}}{{m}}\theta_j \right]", r"\frac{\lambda}{2m}", [rf"\theta_j - \alpha \left[ {MEAN} - \frac{{\lambda}}{{m}}\theta_j \right]"]),
    (LOGISTIC, r"\theta_j :", rf"\theta_j (1 - \alpha\frac{{\lambda}}{{m}}) - \alpha {MEAN}", r"\frac{\lambda}{2m}", [rf"\theta_j (1 + \alpha\frac{{\lambda}}{{m}}) - \alpha {MEAN}"]),
    (SOFTMAX, r"\nabla_{\theta_j} J(\theta)", r"-\frac{1}{m}\sum_{i=1}^m \left[ x^{(i)} (1\{y^{(i)}=j\} - p(y^{(i)}=j|x^{(i)};\theta)) \right] + \lambda \theta_j", r"\frac{\lambda}{2}", [r"-\frac{1}{m}\sum_{i=1}^m \left[ x^{(i)} (1\{y^{(i)}=j\} - p(y^{(i)}=j|x^{(i)};\theta)) \right] - \lambda \theta_j"]),
    (DEEP, r"dW^{[2]}", r"\frac{1}{m} dZ^{[2]} A^{[1]T} + \frac{\lambda}{m} W^{[2]}", r"\frac{\lambda}{2m}", [r"\frac{1}{m} dZ^{[2]} A^{[1]T} + \frac{\lambda}{m} W^{[1]}", r"\frac{1}{m} dZ^{[2]} A^{[1]T} - \frac{\lambda}{m} W^{[2]}"]),
    (RIDGE, r"\nabla_w L", r"2X^T(Xw - y) + 2\lambda w", r"\lambda", [r"2X^T(Xw - y) - 2\lambda w", r"2X^T(Xw + y) + 2\lambda w"]),
    (RIDGE, "L", r"\|Xw-y\|^2 + \lambda \|w\|^2", r"\lambda", [r"\|Xw-y\|^2 + \lambda \|w\|"]),
    (DEEP, r"\frac{\partial}{\partial W_{ij}^{(l)}} J(W,b)", r"\left[\frac{1}{m}\sum_{i=1}^m \frac{\partial}{\partial W_{ij}^{(l)}} J(W,b;x^{(i)},y^{(i)})\right] + \lambda W_{ij}^{(l)}", r"\frac{\lambda}{2}", [r"\left[\frac{1}{m}\sum_{i=1}^m \frac{\partial}{\partial W_{ij}^{(l)}} J(W,b;x^{(i)},y^{(i)})\right] - \lambda W_{ij}^{(l)}"]),
]  # fmt: skip


@pytest.mark.parametrize("network, left, right, penalty, wrong", LINES, ids=range(len(LINES)))
def test_a_penalty_on_the_weights_is_told_from_its_slips(network, left, right, penalty, wrong):
    side = check(f"{left} = {right}", network).sides[1]
    assert side.status == "loose" and rf"the penalty ${penalty} \sum w^2$" in side.message
    for slip in wrong:
        assert check(f"{left} = {slip}", network).sides[1].status == "wrong", slip


def test_a_penalty_with_a_slip_is_repaired():
    side = check(rf"\frac{{\partial J}}{{\partial \theta_j}} = {MEAN} - \frac{{\lambda}}{{m}}\theta_j", LOGISTIC).sides[1]
    assert "the sign of" in side.message and side.repair == MEAN + r" +  \frac{\lambda}{m}\theta_j".replace("  ", " ")


def test_a_gradient_has_the_penalty_of_its_error():
    error = rf"J(\theta) = {ERROR} + \frac{{\lambda}}{{2m}}\sum_{{j=1}}^n \theta_j^2"
    for factor, status in ((r"\frac{\lambda}{m}", "loose"), (r"\frac{\lambda}{2m}", "wrong"), (r"\lambda", "wrong")):
        report = check(rf"{error}" + "\n\n" + rf"\frac{{\partial J}}{{\partial \theta_j}} = {MEAN} + {factor} \theta_j", LOGISTIC)
        assert [side.status for side in report.sides] == ["reference", "loose", "reference", status]
    assert r"but the error has $\frac{\lambda}{2m} \sum w^2$" in report.sides[-1].message


def test_a_lambda_may_be_the_learning_rate():
    for sign, status in (("-", "ok"), ("+", "wrong")):
        text = rf"w_{{ij}} \leftarrow w_{{ij}} {sign} \lambda \frac{{\partial E}}{{\partial w_{{ij}}}}"
        assert check(text, "sigmoid").sides[1].status == status


def test_a_penalty_alone_is_differentiated_as_it_stands():
    left = r"\frac{\partial}{\partial w_j} \frac{\lambda}{2}\sum_{k} w_k^2 = "
    assert check(left + r"\lambda w_j").sides[1].status == "ok"
    assert check(left + r"2 \lambda w_j").sides[1].status == "wrong"


def test_a_penalty_belongs_to_the_weights():
    side = check(r"\frac{\partial E}{\partial out_{o1}} = out_{o1} - target_{o1} + \lambda out_{o1}", "sigmoid").sides[1]
    assert side.status in ("wrong", "unreadable") and r"\lambda" in side.message


STEPS = [
    (None, r"w \rightarrow w-\eta \frac{\partial C_0}{\partial w}-\frac{\eta \lambda}{n} w = \left(1-\frac{\eta \lambda}{n}\right) w - \eta \frac{\partial C_0}{\partial w}", "loose"),
    ("sigmoid", r"w_{ij} \to w_{ij} - \eta \frac{\partial E}{\partial w_{ij}}", "ok"),
    ("sigmoid", r"w_{ij} \to w_{ij} + \eta \frac{\partial E}{\partial w_{ij}}", "wrong"),
    ("sigmoid", r"w_{ij} -> w_{ij} - eta dE/dw_{ij}", "ok"),
    ("sigmoid", r"b^l \rightarrow b^l - \eta \delta^l", "ok"),
    ("sigmoid", r"b^l \rightarrow b^l - 2 \eta \delta^l", "wrong"),
]  # fmt: skip


@pytest.mark.parametrize("network, text, status", STEPS)
def test_an_arrow_to_what_stands_before_it_too_is_a_step(network, text, status):
    sides = check(text, network).sides
    assert len(sides) >= 2 and {side.status for side in sides[1:]} == {status}


EXAMPLES_ABOVE = [
    (r"\frac{\partial C}{\partial w^l} = \frac{1}{m} \sum_x \delta^{x,l} (a^{x,l-1})^T", r"\sum_x", r"-\sum_x"),
    (r"\frac{\partial C}{\partial w^l_{jk}} = \frac{1}{m} \sum_x \delta^{x,l}_j a^{x,l-1}_k", "a^{x,l-1}_k", "a^{x,l}_k"),
    (r"\frac{\partial C}{\partial b^l} = \frac{1}{m} \sum_x \delta^{x,l}", r"\sum_x", r"3 \sum_x"),
    (r"\delta^{x,l} = ((w^{l+1})^T \delta^{x,l+1}) \odot \sigma'(z^{x,l})", r"\sigma'(z^{x,l})", r"\sigma'(z^{x,l+1})"),
    (r"\delta^{x,L} = \nabla_a C_x \odot \sigma'(z^{x,L})", r"\sigma'", r"\sigma"),
]


@pytest.mark.parametrize("text, right, slip", EXAMPLES_ABOVE)
def test_the_example_and_the_layer_may_stand_above_with_a_comma(text, right, slip):
    assert check(text, DEEP).sides[1].status in ("ok", "loose")
    assert check(text.replace(right, slip), DEEP).sides[1].status in ("wrong", "unreadable")


def test_a_letter_may_be_used_twice_with_a_reservation():
    left = r"\frac{\partial J}{\partial \theta_i} = \frac{1}{m}\sum_{i=1}^m (h(x^{(i)}) %s y^{(i)}) x_i^{(i)}"
    side = check(left % "-", LOGISTIC).sides[1]
    assert side.status == "loose" and "the i of the sum over examples" in side.message
    assert check(left % "+", LOGISTIC).sides[1].status == "wrong"


BATCH = {"hidden": "relu", "output": "softmax", "loss": "cross_entropy", "sizes": [2, 3, 4], "batch": 5, "reduction": "mean", "vectors": "rows"}
PROGRAM = """dscores = (probs - y) / N
dW2 = hidden.T @ dscores
db2 = np.sum(dscores, axis=0)
dhidden = dscores @ W2.T
dW1 = X.T @ (dhidden * (hidden > 0))"""


@pytest.mark.parametrize(
    "right, slip, wrong",
    [
        ("", "", []),
        ("hidden.T @ dscores", "hidden.T @ dscores / N", [3]),
        ("W2.T", "W2", [7]),
        ("probs - y", "probs + y", [1]),
        ("/ N", "/ 1", [3, 5, 9]),  # then dscores is one example's, and what has to be a mean is none
    ],
)
def test_a_program_may_divide_by_the_examples_where_its_batch_begins(right, slip, wrong):
    report = check(PROGRAM.replace(right, slip) if right else PROGRAM, BATCH)
    assert [k for k, side in enumerate(report.sides) if side.status == "wrong"] == wrong
    assert {side.status for k, side in enumerate(report.sides) if k % 2 and k not in wrong} <= {"ok"}


def test_a_program_that_never_divides_by_the_examples_is_wrong():
    assert check("dW2 = hidden.T @ dscores", BATCH).sides[1].status == "wrong"
    assert check("dscores = probs - y\ndW2 = np.dot(hidden_layer.T, dscores)", BATCH).first_wrong == 3
    assert check("dscores = probs - y\ndW2 = np.dot(hidden_layer.T, dscores) / N", BATCH).ok


@pytest.mark.parametrize("sign, status", [("+", "loose"), ("-", "wrong")])
def test_a_program_calls_the_penalty_reg(sign, status):
    side = check(f"dW = X.T.dot(probs - y)/N {sign} 2 * reg * W", {**BATCH, "sizes": [3, 4]}).sides[1]
    assert side.status == status and (r"\lambda \sum w^2" in side.message or "the sign of" in side.message)


CLASSES = {"output": "softmax", "loss": "cross_entropy", "sizes": [3, 4]}
BY_NAME = [
    (r"\partial_{o_j} l(\mathbf{y}, \hat{\mathbf{y}}) = \frac{\exp(o_j)}{\sum_{k=1}^q \exp(o_k)} - y_j = \mathrm{softmax}(\mathbf{o})_j - y_j", "- y_j", "+ y_j"),
    (r"\partial_{z_k} L = p_k - y_k", "p_k - y_k", "y_k - p_k"),
    (r"\partial_j S_i = S_i(\delta_{ij} - S_j)", "S_i(", "S_j("),
    (r"\frac{\partial L}{\partial z} = (\text{diag}(p) - pp^T)(-y \oslash p) = p - y", r"-y \oslash p", r"-p \oslash y"),
]  # fmt: skip


@pytest.mark.parametrize("text, right, slip", BY_NAME)
def test_a_derivative_by_what_stands_below_and_a_division_entry_by_entry(text, right, slip):
    assert {side.status for side in check(text, CLASSES).sides[1:]} == {"ok"}
    assert check(text.replace(right, slip), CLASSES).first_wrong == 1


DELTAS = "output_delta = (output - target) * output * (1 - output)\nhidden_delta = output_delta.dot(W2.T) * hidden * (1-hidden)\ndW1 = X.T.dot(hidden_delta)"


@pytest.mark.parametrize(
    "right, slip, first",
    [("", "", None), ("(1 - output)", "(1 + output)", 1), ("(1-hidden)", "(1+hidden)", 3), ("hidden_delta)", "output_delta)", 5)],
)
def test_a_program_calls_its_deltas_by_their_layers(right, slip, first):
    network = {"hidden": "sigmoid", "output": "sigmoid", "loss": "squared_error", "sizes": [2, 3, 4], "vectors": "rows"}
    text = DELTAS if not right else slip.join(DELTAS.rsplit(right, 1))
    assert check(text, network).first_wrong == first


LAYERS = {"hidden": "sigmoid", "output": "sigmoid", "loss": "squared_error", "sizes": [2, 3, 3, 2]}
LINEAR = {"hidden": "sigmoid", "output": "identity", "loss": "sum_of_squares", "sizes": [2, 3, 2]}
BOOKS = [
    (
        LAYERS,
        r"\delta_i^{(n_l)} = \frac{\partial}{\partial z_i^{(n_l)}} \frac{1}{2} \|y - h_{W,b}(x)\|^2 = -(y_i - a_i^{(n_l)}) \cdot f'(z_i^{(n_l)})",
        "f'(z_i^{(n_l)})",
        "f'(z_i^{(n_l - 1)})",
    ),
    (LAYERS, r"\frac{\partial}{\partial b_i^{(l)}}J(W,b;x,y) = \delta_i^{(l+1)}", "l+1", "l-1"),
    (LAYERS, r"\Delta W^{(l)} := \Delta W^{(l)} + \nabla_{W^{(l)}} J(W,b;x,y)", "+", "-"),
    (LAYERS, r"\Delta W^{(l)} := \Delta W^{(l)} + \delta^{(l)} (a^{(l-1)})^T", "l-1", "l"),
    (LAYERS, r"\Delta b^{(l)} := \Delta b^{(l)} + \delta^{(l+1)}", r"\delta^{(l+1)}", r"2 \delta^{(l+1)}"),
    (LINEAR, r"\frac{\partial R}{\partial\beta_{km}} = \delta_k z_m", "z_m", "2 z_m"),
]


@pytest.mark.parametrize("network, text, right, slip", BOOKS, ids=range(len(BOOKS)))
def test_what_books_write_is_read(network, text, right, slip):
    assert {side.status for side in check(text, network).sides[1:]} <= {"ok", "loose"}
    wrong = slip.join(text.rsplit(right, 1))
    assert check(wrong, network).sides[-1].status in ("wrong", "unreadable"), wrong


def test_a_learning_rate_has_no_derivative():
    assert check(r"\frac{\partial \eta}{\partial w_{ij}} = 0", "sigmoid").sides[0].status == "unreadable"


HINTON = {"hidden": "sigmoid", "output": "sigmoid", "loss": "squared_error", "sizes": [2, 3, 2], "weights": "from_to"}
NG = {"hidden": "tanh", "output": "sigmoid", "loss": "binary_cross_entropy", "sizes": [2, 3, 1], "batch": 4, "reduction": "mean"}
LINE = {"output": "identity", "loss": "sum_of_squares", "sizes": [1, 1], "batch": 4, "reduction": "mean"}
PAIR = {**HINTON, "sizes": [2, 2, 2], "weights": "to_from", "first_layer": 1}
STRANGERS = [
    (
        HINTON,
        r"\frac{\partial E}{\partial y_i} = \sum_j \frac{dz_j}{dy_i} \frac{\partial E}{\partial z_j} = \sum_j w_{ij} \frac{\partial E}{\partial z_j}",
        "w_{ij}",
        "z_j",
    ),
    (NG, r"\mathrm{d}A^{[l-1]} = W^{[l]T}\mathrm{d}Z^{[l]}", "Z^{[l]}", "A^{[l]}"),
    (NG, r"d_{W^{[2]}} = \frac{1}{m} d_{Z^{[2]}} A^{[1]T} || shape(n^{[2]}, n^{[1]})", r"\frac{1}{m}", ""),
    ({**NG, "sizes": [2, 1], "batch": 0}, r"d_z = a - y", "a - y", "y - a"),
    (
        CLASSES,
        r"\frac{\partial p_i}{\partial z_j} = \begin{cases} p_i(1-p_j), & \text{if $i=j$} \\ -p_j p_i, & \text{if $i \neq j$}\end{cases}",
        "-p_j",
        "p_j",
    ),
    (CLASSES, r"{% math %} \frac{\partial L}{\partial z_j} = p_j - y_j {% endmath %}", "p_j - y_j", "y_j - p_j"),
    (LAYERS, r"""r"\delta^l = (w^{l+1})^T \delta^{l+1} \odot A'(z^l)",""", "A'(z^l)", "A(z^l)"),
    (LAYERS, r"\delta^{(l)} = \theta'(s^{(l)}) \otimes \left[ (W^{(l+1)})^T \delta^{(l+1)} \right]", r"\theta'", r"\theta"),
    (
        PAIR,
        r"\left[\begin{array}{c}\delta_1^2 \\ \delta_2^2\end{array}\right] = \left[\begin{array}{c}(\delta_1^3 w_{11}^3 + \delta_2^3 w_{21}^3) \sigma'(z_1^2) \\ (\delta_1^3 w_{12}^3 + \delta_2^3 w_{22}^3) \sigma'(z_2^2) \end{array}\right]",
        "w_{22}^3",
        "w_{21}^3",
    ),
    (LINE, r"\frac{\partial}{\partial b} = \frac{2}{N} \sum_{i=1}^N -(y_i - (w x_i + b))", "-(y_i", "(y_i"),
    (
        None,
        r"\frac{d}{dz} \tanh(z) = \frac{\cosh^2(z) - \sinh^2(z)}{\cosh^2(z)} = \frac{1}{\cosh^2(z)}",
        r"\frac{1}{\cosh^2(z)}",
        r"\frac{1}{\sinh^2(z)}",
    ),
    (None, r"{\delta Sig \over \delta x} = Sig(x)(1 - Sig(x))", "1 -", "1 +"),
    (None, r"\sigma(x)' = \sigma(x)(1 - \sigma(x))", "1 -", "1 +"),
]


@pytest.mark.parametrize("network, text, right, slip", STRANGERS, ids=range(len(STRANGERS)))
def test_what_strangers_write_is_read(network, text, right, slip):
    report = check(text, network)
    assert report.sides and {side.status for side in report.sides[1:]} <= {"ok", "loose"}, str(report)
    wrong = check(slip.join(text.rsplit(right, 1)), network)
    assert {"wrong", "unreadable"} & {side.status for side in wrong.sides[1:]}, str(wrong)


def test_a_layer_is_no_power():
    text = r"\frac{\partial f}{\partial w^1_{ij}} = \frac{\partial f}{\partial h^2_i} \frac{\partial h^2_i}{\partial h^1_i} \frac{\partial h^1_i}{\partial w^1_{ij}}"
    assert not check(text, {"output": "identity", "sizes": [2, 2, 2, 1], "aliases": {"f": r"\hat{y}"}}).ok


def test_many_sums_over_one_letter_are_too_many():
    text = r"\delta^l_j=" + r"\sum_i" * 12 + r"\delta"
    assert check(text, {**LOGISTIC, "reduction": "sum"}).sides[1].status in ("unreadable", "wrong")


SLOPE_BEFORE = [
    (PAIR, r"\frac{\partial L}{\partial W^{(3)}} = (a^{(3)}-y) \odot \sigma'(z^{(3)}) \otimes (a^{(2)})", r"(a^{(2)})", r"(a^{(3)})"),
    (LINEAR, r"\frac{\partial L}{\partial W_2} = 2 (a_2 - y) \odot \sigma'(z_2) \cdot a_1^T", "a_1^T", "a_2^T"),
    (PAIR, r"\frac{\partial L}{\partial W^{(3)}} = (a^{(3)}-y) \odot \sigma'(z^{(3)}) \cdot (a^{(2)})^T", "(a^{(2)})^T", "(a^{(3)})^T"),
    (PAIR, r"\frac{\partial L}{\partial W^{(3)}} = (a^{(3)}-y) \odot \sigma'(z^{(3)}) \otimes a^{(2)}", r"\otimes a^{(2)}", r"\otimes a^{(3)}"),
]


@pytest.mark.parametrize("network, text, right, slip", SLOPE_BEFORE, ids=range(len(SLOPE_BEFORE)))
def test_behind_a_slope_a_product_is_still_the_one_that_is_written(network, text, right, slip):
    assert check(text, {**network, "sizes": [2, 3, 4]}).sides[1].status in ("ok", "loose")
    assert check(text.replace(right, slip), {**network, "sizes": [2, 3, 4]}).sides[1].status in ("wrong", "unreadable")


def test_a_penalty_is_written_with_the_readers_letter_and_compared_by_its_number():
    error = rf"J(\theta) = {ERROR} + \frac{{\lambda}}{{2m}}\sum_{{j=1}}^n \theta_j^2"
    gradient = rf"\frac{{\partial J}}{{\partial \theta_j}} = {MEAN} + \frac{{\lambda}}{{m}} \theta_j".replace("{m}", "{N}").replace("^m", "^N")
    report = check(error + "\n\n" + gradient, LOGISTIC)
    assert [side.status for side in report.sides] == ["reference", "loose", "reference", "loose"]
    assert r"\frac{\lambda}{2N} \sum w^2" in report.sides[-1].message


def test_what_a_program_takes_of_the_mean_is_printed():
    assert any("dZ and dA are derivatives of the mean" in line for line in check(PROGRAM, BATCH).assumptions)
    assert not any("of the mean" in line for line in check("dscores = probs - y", BATCH).assumptions)


def test_a_delta_beside_a_learning_rate_is_asked_after():
    text = r"W^{(l)} = W^{(l)} - \alpha\left[\left(\frac{1}{m}\Delta W^{(l)}\right) + \lambda W^{(l)}\right]"
    side = check(text, {**LAYERS, "batch": 4, "reduction": "mean"}).sides[1]
    assert side.status == "unreadable" and "added up" in side.message


def test_nothing_carries_on_a_side_that_was_not_judged():
    lines = (Path(__file__).parent / "data" / "newcomers.jsonl").read_text(encoding="utf-8").splitlines()
    for text in (record["latex"] for record in map(json.loads, lines) if record["id"] in ("e072", "e138")):
        statuses = [side.status for side in check(text).sides]
        assert "unreadable" in statuses and ("carries" not in statuses or "wrong" in statuses[: statuses.index("carries")])
