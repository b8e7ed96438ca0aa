r"""Ways of writing met in lines by strangers, each beside the slip it must not hide."""

# ruff: noqa: E501  (lines as they are typed)
import pytest

from linebyline.checker import check

SOFTMAX = {"output": "softmax", "loss": "cross_entropy", "sizes": (3, 4, 3)}
ONE_LAYER = {"output": "softmax", "loss": "cross_entropy", "sizes": (3, 4)}
TWO_SCORES = {"output": "softmax", "loss": "cross_entropy", "sizes": (2, 2)}
RELU = {**SOFTMAX, "hidden": "relu"}
LOGISTIC = {"output": "sigmoid", "loss": "binary_cross_entropy", "sizes": (3, 1)}
EXAMPLES = {**LOGISTIC, "batch": 5, "reduction": "mean"}
SUMMED = {**LOGISTIC, "batch": 5, "reduction": "sum"}
LINE = {"output": "identity", "loss": "squared_error", "sizes": (3, 1), "batch": 5, "reduction": "mean"}
NORMAL = {"output": "identity", "loss": "sum_of_squares", "sizes": (3, 1), "batch": 4, "bias": False, "vectors": "rows"}
QUESTION = {"sizes": (2, 2, 2)}
DEEP = {"sizes": (2, 3, 4, 2)}
NEURONS = {"sizes": (2, 3, 2)}
NG = {"output": "sigmoid", "loss": "binary_cross_entropy", "sizes": (3, 4, 2), "first_layer": 1, "weight_layer": "from"}
NG_BATCH = {**NG, "batch": 4, "reduction": "mean"}
PRIMED = {"output": "sigmoid", "loss": "squared_error", "sizes": (3, 1), "aliases": {"y'": "out_o1"}}

KINDS = {
    "a product over the examples": (SUMMED, r"J = ", {
        r"-\log \prod_{i=1}^m h(x^{(i)})^{y^{(i)}}(1-h(x^{(i)}))^{1-y^{(i)}}": "ok",
        r"-\log \prod_{i=1}^m h(x^{(i)})^{1-y^{(i)}}(1-h(x^{(i)}))^{y^{(i)}}": "wrong",
        r"\prod_{i=1}^m h(x^{(i)})^{y^{(i)}}(1-h(x^{(i)}))^{1-y^{(i)}}": "unreadable",
    }),
    "the log-likelihood": (LOGISTIC, r"\frac{\partial \ell}{\partial \theta_j} = ", {
        r"(y - h_\theta(x))x_j": "loose",
        r"(y + h_\theta(x))x_j": "wrong",
    }),
    "the loss is no likelihood": (LOGISTIC, r"\frac{\partial J}{\partial \theta_j} = ", {
        r"(y - h_\theta(x))x_j": "wrong",
        r"(h_\theta(x) - y)x_j": "ok",
    }),
    "a case by the sign of a score": (RELU, r"\frac{\partial h_j}{\partial z_j} = ", {
        r"\begin{cases} 1 & \text{if } z_j \geq 0 \\ 0 & \text{if } z_j < 0\end{cases}": "ok",
        r"\begin{cases} 1 & \text{if } z_j < 0 \\ 0 & \text{if } z_j \geq 0\end{cases}": "wrong",
    }),
    "two conditions at once": (RELU, r"\frac{\partial h_i}{\partial z_j} = ", {
        r"\begin{cases} 1 & \text{if } i=j \text{ and } z_j > 0 \\ 0 & \text{otherwise}\end{cases}": "ok",
        r"\begin{cases} 1 & \text{if } z_j > 0 \\ 0 & \text{otherwise}\end{cases}": "wrong",
    }),
    "relu as a maximum": (RELU, r"\frac{d}{dx}\max(0,x) = ", {
        r"\begin{cases} 1, & x>0 \\ 0, & x<0 \end{cases}": "ok",
        r"\begin{cases} x, & x>0 \\ 0, & x<0 \end{cases}": "wrong",
    }),
    "np.where": (RELU, "dZ1 = ", {
        "dA1 * np.where(Z1 > 0, 1, 0)": "ok",
        "np.where(Z1 > 0, dA1, 0)": "ok",
        "np.where(dA1 > 0, Z1, 0)": "wrong",
    }),
    "if and else": (RELU, "relu'(x) = ", {"1 if x > 0 else 0": "ok", "x if x > 0 else 0": "wrong"}),
    "the layer before a comma": (DEEP, r"\delta_{l,j} = ", {
        r"\sigma'(z_{l,j}) \sum_k \delta_{l+1,k} w_{l+1,k,j}": "ok",
        r"\sigma(z_{l,j}) \sum_k \delta_{l+1,k} w_{l+1,k,j}": "wrong",
    }),
    "numbered layers before a comma": (QUESTION, r"\delta_{1,j} = ", {
        r"a_{1,j}(1-a_{1,j})\sum_k \delta_{2,k} w_{2,k,j}": "ok",
        r"a_{1,j}\sum_k \delta_{2,k} w_{2,k,j}": "wrong",
    }),
    "a prime behind a bracket": (QUESTION, r"\left(\frac{1}{1+e^{-x}}\right)' = ", {
        r"\frac{-(1+e^{-x})'}{(1+e^{-x})^2}": "ok",
        r"\frac{(1+e^{-x})'}{(1+e^{-x})^2}": "wrong",
        r"\frac{0-(-x)'e^{-x}}{(1+e^{-x})^2}": "ok",
    }),
    "a logarithm of a number below zero": (LOGISTIC, "L = ", {
        r"-(y\log a + (1-y)\log(1-a))": "ok",
        r"-(y\log a + (1-y)\log(a-1))": "wrong",
        r"-(y\log(-a) + (1-y)\log(1-a))": "wrong",
    }),
    "a logarithm's slope": (QUESTION, r"(\ln x)' = ", {r"\frac1x": "ok", r"-\frac1x": "wrong"}),
    "a prime for a transpose": (NORMAL, "L = ", {"y'y-w'X'y-y'Xw+w'X'Xw": "ok", "y'y-w'X'y-y'Xw-w'X'Xw": "wrong"}),
    "a prime on the loss": (LOGISTIC, "L'(z) = ", {r"\sigma(z) - y": "ok", r"y - \sigma(z)": "wrong"}),
    "a prime for the output": (PRIMED, r"\frac{\partial L}{\partial y'} = ", {"y' - y": "ok", "y - y'": "wrong"}),
    "a hypothesis of an example": (LINE, r"\frac{\partial J}{\partial \theta_j} = ", {
        r"\frac{1}{n} \sum_i^n (H_\theta(x^{(i)}) - y^{(i)}) x^{(i)}_j": "ok",
        r"\frac{1}{n} \sum_i^n (H_\theta(x^{(i)}) - y^{(i)})": "wrong",
    }),
    "an example as an index": (LINE, r"J(\theta) = ", {
        r"\frac{1}{2m} \sum_{i=1}^m (h_\theta(x_{i}) - y_{i})^2": "ok",
        r"\frac{1}{m} \sum_{i=1}^m (h_\theta(x_{i}) - y_{i})^2": "wrong",
    }),
    "a sum over examples that nothing names": (EXAMPLES, r"\frac{d L}{d w_1} = ", {
        r"\frac{1}{m} \sum_{i=1}^{m} (a - y) x_1": "loose",
        r"\frac{1}{m} \sum_{i=1}^{m} (y - a) x_1": "wrong",
    }),
    "np.sum over one row": (EXAMPLES, "db = ", {"(1/m) * np.sum(A - Y)": "ok", "np.sum(A - Y)": "wrong"}),
    "a row of the weights": (ONE_LAYER, "z_k = ", {"W_k x + b_k": "ok", "W_k x + b_j": "wrong"}),
    "Greek indices": (SOFTMAX, r"\frac{\partial p_\alpha}{\partial z_\beta} = ", {
        r"\begin{cases} p_\alpha(1-p_\alpha) & \text{if } \alpha=\beta\\ -p_\alpha p_\beta & \text{otherwise}\end{cases}": "ok",
        r"p_\alpha(1 - p_\beta)": "wrong",
    }),
    "the derivative by an index": (ONE_LAYER, r"\partial_j S_i(\mathbf z) = ", {r"S_i(\delta_{ij} - S_j)": "ok", r"S_i(1 - S_j)": "wrong"}),
    "a Jacobian written out": (TWO_SCORES, r"\frac{\partial p}{\partial z} = ", {
        r"\begin{bmatrix} p_1(1-p_1) & -p_1p_2 \\ -p_2p_1 & p_2(1-p_2)\end{bmatrix}": "ok",
        r"\begin{bmatrix} p_1(1-p_1) & p_1p_2 \\ -p_2p_1 & p_2(1-p_2)\end{bmatrix}": "wrong",
    }),
    "vectors written out": (QUESTION, r"\begin{bmatrix} \delta_{h1} \\ \delta_{h2} \end{bmatrix} = ", {
        r"\begin{bmatrix} w_5 & w_7 \\ w_6 & w_8 \end{bmatrix} \begin{bmatrix} \delta_{o1} \\ \delta_{o2} \end{bmatrix} \odot \begin{bmatrix} out_{h1}(1-out_{h1}) \\ out_{h2}(1-out_{h2}) \end{bmatrix}": "ok",
        r"\begin{bmatrix} w_5 & w_6 \\ w_7 & w_8 \end{bmatrix} \begin{bmatrix} \delta_{o1} \\ \delta_{o2} \end{bmatrix} \odot \begin{bmatrix} out_{h1}(1-out_{h1}) \\ out_{h2}(1-out_{h2}) \end{bmatrix}": "wrong",
    }),
    "kinds of neurons as cases": (NEURONS, r"\delta_j = ", {
        r"\begin{cases}(o_j - t_j)o_j(1-o_j) & \text{if } j \text{ is an output neuron}\\(\sum_{\ell} w_{j\ell}\delta_\ell) o_j(1-o_j)&\text{if } j \text{ is an inner neuron}\end{cases}": "ok",
        r"\begin{cases}(o_j - t_j)o_j(1-o_j) & \text{if } j \text{ is an output neuron}\\(\sum_{\ell} w_{j\ell}\delta_\ell) o_j&\text{if } j \text{ is an inner neuron}\end{cases}": "wrong",
        r"\begin{cases}(o_j - t_j)o_j & \text{if } j \text{ is an output neuron}\\(\sum_{\ell} w_{j\ell}\delta_\ell) o_j(1-o_j)&\text{if } j \text{ is an inner neuron}\end{cases}": "wrong",
    }),
    "what one example adds to a gradient": (NG, r"\Delta^{(l)} := ", {
        r"\Delta^{(l)} + \delta^{(l+1)}(a^{(l)})^T": "ok",
        r"\Delta^{(l)} + 2\delta^{(l+1)}(a^{(l)})^T": "wrong",
    }),
    "the delta of one example": (NG_BATCH, r"\frac{\partial J}{\partial \Theta_{i,j}^{(l)}} = ", {
        r"\frac{1}{m}\sum_{t=1}^m a_j^{(t)(l)} {\delta}_i^{(t)(l+1)}": "loose",
        r"\frac{3}{m}\sum_{t=1}^m a_j^{(t)(l)} {\delta}_i^{(t)(l+1)}": "wrong",
    }),
    "a chain meant for one example": (NG_BATCH, r"\frac{\partial J}{\partial W_1} = ", {
        r"\frac{\partial J}{\partial H}\frac{\partial H}{\partial Z_1}\frac{\partial Z_1}{\partial W_1}": "loose",
    }),
    "an output as a function of its score": ({**LOGISTIC, "sizes": (2, 3)}, r"\frac{\partial E}{\partial a_k} = ", {
        r"- t_k\frac{y'(a_k)}{y(a_k)} + (1-t_k)\frac{y'(a_k)}{1-y(a_k)}": "ok",
        r"- t_k\frac{y'(a_k)}{y(a_k)} - (1-t_k)\frac{y'(a_k)}{1-y(a_k)}": "wrong",
        r"y(a_k) - t_k": "ok",
    }),
    "a norm": (QUESTION, "E = ", {r"\frac12 \|t - y\|_2^2": "ok", r"\frac12 ||y - t||^2": "ok", r"\frac12 ||y - t||": "wrong"}),
    "names of weights above": (DEEP, r"\delta w^L = ", {r"\delta^L (a^{L-1})^T": "ok", r"\delta^L a^{L-1}": "wrong"}),
    "a bracket too many at the end": (ONE_LAYER, r"\frac{\partial L}{\partial z_k} = ", {"p_k - y_k)": "loose", "y_k - p_k)": "unreadable"}),
    "what has no index": (QUESTION, r"\delta_k = ", {"(o - t) o_k (1-o_k)": "unreadable", "(o_k - t_k) o_k (1-o_k)": "ok", "(o - t) o_k (2-o_k)": "unreadable"}),
    "one by one": (ONE_LAYER, r"\frac{\partial y_i}{\partial o_j} = ", {r"y_i(\delta_{ij}-y_j)": "ok", "y_i(1-y_j)": "wrong"}),
}  # fmt: skip
LINES = [(name, network, left, side, status) for name, (network, left, sides) in KINDS.items() for side, status in sides.items()]


@pytest.mark.parametrize(("name", "network", "left", "side", "status"), LINES, ids=[f"{line[0]}: {line[4]}: {line[3][:30]}" for line in LINES])
def test_the_right_line_is_told_from_its_slip(name, network, left, side, status):
    assert [part.status for part in check(left + side, network).sides] == ["reference", status]


AROUND = [
    (">$ \\frac{\\partial E}{\\partial out_{o1}} = - ( ideal_{o1} - out{o1} ) $", QUESTION, ["reference", "ok"]),
    ("[tex]\\sigma'(x) = \\sigma(x)(1-\\sigma(x))[/tex]", QUESTION, ["reference", "ok"]),
    ("\\\\[\\frac{dL}{dz} = a - y\\\\]", LOGISTIC, ["reference", "ok"]),
    ('<BlockMath latex="\\frac{dL}{dz} = a - y" />', LOGISTIC, ["reference", "ok"]),
    ("Generally, dL/dz = a - y", LOGISTIC, ["reference", "ok"]),
    ("dz = a - y which is actually dL/dz", LOGISTIC, ["reference", "ok", "ok"]),
    ("我的看法：**dz = a - y**，", LOGISTIC, ["reference", "ok"]),
    ("𝑑𝑧 = 𝑎 − 𝑦", LOGISTIC, ["reference", "ok"]),
    ("1. $i \\neq j$\n$$\\frac{\\partial p_i}{\\partial z_j} = - p_i p_j$$", ONE_LAYER, ["reference", "ok"]),
    ("CE \\left(p, y\\right) = -\\sum_k y_k \\log p_k", ONE_LAYER, ["reference", "ok"]),
    ("dz = a - y, which is the derivative of the loss", LOGISTIC, ["reference", "ok"]),
    ("BP1 \\delta_i^L = (a_i^L - y_i) \\cdot \\sigma '(z_i^L)", DEEP, ["reference", "ok"]),
    ("$\\frac{dL}{dz} = a - y....(2)$", LOGISTIC, ["reference", "ok"]),
    ("$\\frac{\\partial L}{\\partial z_i} = p_i$\n\n$+ (-y_i)$", ONE_LAYER, ["reference", "ok"]),
    ("\\eqalign{ \\frac{dL}{dz} &= \\frac{dL}{da} a(1-a) \\\\ &= a - y \\\\ }", LOGISTIC, ["reference", "ok", "ok"]),
    (
        "$\\frac{\\partial p}{\\partial z} = \\text{Diag}(p) - pp^T \\in \\mathbb{R}^{n \\times n} \\ (\\because \\sum_k p_k = 1)$",
        ONE_LAYER,
        ["reference", "ok"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "network", "statuses"), AROUND, ids=[text[:30] for text, _, _ in AROUND])
def test_what_stands_around_a_formula_does_not_hide_it(text, network, statuses):
    assert [side.status for side in check(text, network).sides if not side.status.startswith("note")] == statuses


def test_a_delta_of_a_mean_is_said_to_be_one_examples():
    side = check(r"\frac{\partial J}{\partial \Theta_{i,j}^{(1)}} = \frac{1}{m}\sum_{t=1}^m a_j^{(t)(1)} {\delta}_i^{(t)(2)}", NG_BATCH).sides[1]
    assert side.status == "loose" and "one example's" in side.message


def test_an_alias_with_an_index_of_its_own_is_that_unit_only():
    network = {"sizes": (2, 3, 2), "weights": "from_to", "aliases": {"y_i": "out_hi", "y_j": "out_oj", "z_j": "net_oj"}}
    text = r"\frac{\partial E}{\partial w_{ij}} = \frac{\partial z_j}{\partial w_{ij}}\frac{\partial E}{\partial z_j} = y_i y_j(1-y_j)\frac{\partial E}{\partial y_j}"
    assert check(text, network).ok


def test_a_repair_keeps_a_command_and_a_name_apart():
    for side in check(r"\frac{\partial E}{\partial x} = out_o - target_o", QUESTION).sides:
        assert r"\partialnet" not in side.message and r"\partialout" not in side.message


def test_an_alias_with_any_index_is_the_whole_vector_without_one():
    network = {**SOFTMAX, "aliases": {"x_i": "net_oi"}}
    assert check(r"\frac{\partial \hat{y}}{\partial x} = diag(\hat{y}) - \hat{y}\hat{y}^\top", network).ok
    assert check(r"\frac{\partial \hat{y}_2}{\partial x_1} = -\hat{y}_1 \hat{y}_2", network).ok
    assert check(r"\frac{\partial \hat{y}_2}{\partial x_1} = \hat{y}_1 \hat{y}_2", network).sides[1].status == "wrong"
