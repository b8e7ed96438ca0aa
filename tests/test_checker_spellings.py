"""What people write in many ways is read as the one thing it means; what looks like it is left alone."""

import pytest

from linebyline import check
from linebyline.checker.parser.spellings import tokenise

CLASSES = {"output": "softmax", "loss": "cross_entropy", "sizes": (3, 3)}
SOFTMAX = {"output": "softmax", "loss": "cross_entropy", "sizes": (2, 3, 3)}
LAYERS = {"sizes": (2, 3, 4, 2)}
BATCH = {"output": "sigmoid", "loss": "binary_cross_entropy", "sizes": (2, 3, 1), "batch": 4, "reduction": "mean"}
EXAMPLES = {**CLASSES, "batch": 4}


def spelt(text, plain=False):
    return " ".join(t.text for t in tokenise(text, plain=plain) if t.kind not in ("gap", "words"))


@pytest.mark.parametrize(
    ("typed", "plain", "meant"),
    [
        (r"\pdv{E}{w}", False, "frac { partial E } { partial w }"),
        (r"\pdv{w} E", False, "frac { partial } { partial w } E"),
        (r"\pdv{}{w} E", False, "frac { partial } { partial w } E"),
        (r"D_j S_i", False, "frac { partial S _ i } { partial net _ j }"),
        (r"J_x(s)", False, "frac { partial s } { partial x }"),
        (r"J_w(\theta)", False, "J ( theta )"),
        (r"z^{(\ell+1)}_j", False, "z ^ { ( l + 1 ) } _ j"),
        (r"\ell_j", False, "ell _ j"),
        (r"z_{k'}", False, "z _ { k' }"),
        (r"f'(z)", False, "f ' ( z )"),
        (r"\underbrace{a b}_{\delta_j} c", False, "{ a b } c"),
        (r"\boxed{a = b}", False, "a = b"),
        (r"y_{hat} - y", False, "yhat - y"),
        (r"\Sigma_i x_i", False, "sum _ i x _ i"),
        (r"p(y^{(i)} = k \mid x^{(i)}; \theta)", False, "yhat _ { k } ^ { ( i ) }"),
        (r"P(y = 1 | x)", False, "yhat"),
        (r"P(y_k|x)", False, "yhat _ { k }"),
        (r"p (1 - p)", False, "p ( 1 - p )"),
        (r"H(y, \hat y)", False, "L"),
        (r"L_{CE}(t, y)", False, "L"),
        (r"L (a, b + c)", False, "L ( a , b + c )"),
        (r"J_{(w)}", False, "J"),
        (r"{dw}_1", False, "partial w _ 1"),
        (r"\mathbb{1}[z > 0]", False, "relu ' ( z )"),
        (r"np.int64(A1 > 0)", True, "relu ' ( A 1 )"),
        (r"w[i,j] - o[i]", True, "w _ { i , j } - o _ { i }"),
        (r"A[l-1]' ", True, "A ^ [ l - 1 ] ^ T"),
        (r"g[l]'(Z[l])", True, "g ^ [ l ] ' ( Z ^ [ l ] )"),
        (r"w -= a * d", True, "w <- w - ( a * d )"),
        (r"np.sum(dZ, axis=1, keepdims=True)", True, "sum ( partial Z )"),
        (r"1./m", True, "1. / m"),
        (r"a \otimes \sigma'(z)", False, "a ⊙ sigma ' ( z )"),
        (r"a \otimes x", False, "a ⊗ x"),
        (r"a \cdot (1 - a)", False, "a ⊙ ( 1 - a )"),
        (r"a \cdot (1 - b)", False, "a · ( 1 - b )"),
        (r"a_k(x) - y_k", False, "a _ k - y _ k"),
        (r"w_k(x)", False, "w _ k ( x )"),
        (r"w_1 x_1 + w_2 x_2 + \cdots + w_n x_n", False, "w _ 1 x _ 1 + sum _ { q = 2 } ( w _ q x _ q )"),
        (r"a - y_2 z_2 - y_3 z_3 - ... - y_k z_k", False, "a - y _ 2 z _ 2 - sum _ { q = 3 } ( y _ q z _ q )"),
        (r"w_1 x_1 + ... + w_4 x_4", False, "sum _ { q = 1 } ^ { 4 } ( w _ q x _ q )"),
        (r"w_1 x_1 + w_2 y_2 + \cdots", False, "w _ 1 x _ 1 + w _ 2 y _ 2 + cdots"),
    ],
)
def test_one_spelling_for_many(typed, plain, meant):
    if typed.startswith("w_1 x_1 + w_2 y_2"):
        meant = meant.replace("cdots", next(t.text for t in tokenise(typed) if t.kind == "dots"))
    assert spelt(typed, plain) == meant


@pytest.mark.parametrize("typed", [r"\frac{\partial E}{\partial w_{ij}} = \delta_j o_i", r"out_{h1}(1 - out_{h1})", r"\sum_{k \neq i} y_k p_i"])
def test_what_needs_no_respelling_is_left_alone(typed):
    from linebyline.checker.parser.tokens import tokenise as cut

    assert tokenise(typed) == cut(typed)


@pytest.mark.parametrize("typed", [r"\pdv{E}{w_5} = \delta_{o1} out_{h1}", r"{dE}/{dw}_5 = \boxed{\delta_{o1} out_{h1}}"])
def test_a_side_is_shown_as_it_was_typed(typed):
    left, right = (part.strip() for part in typed.split(" = "))
    sides = check(typed).sides
    assert sides[0].text == left and sides[1].text.strip("{}") in right


@pytest.mark.parametrize(
    ("text", "network", "statuses"),
    [
        (r"\nabla_{w_k} L = (p_k - y_k) x", CLASSES, ["reference", "ok"]),
        (r"\nabla_{w_k} L = (y_k - p_k) x", CLASSES, ["reference", "wrong"]),
        (r"\nabla_{\theta^{(k)}} J(\theta) = -\sum_i x^{(i)} (1\{y^{(i)}=k\} - p(y^{(i)}=k|x^{(i)};\theta))", EXAMPLES, ["reference", "ok"]),
        (r"\nabla_{\theta^{(k)}} J(\theta) = -\sum_i x^{(i)} (1 - p(y^{(i)}=k|x^{(i)};\theta))", EXAMPLES, ["reference", "wrong"]),
        (r"\frac{\partial p_i}{\partial z_j} = p_i(\mathbb{1}^{i=j} - p_j)", SOFTMAX, ["reference", "ok"]),
        (r"D_j S_i = S_i(\delta_{ij} - S_j)", SOFTMAX, ["reference", "ok"]),
        (r"D_j S_i = S_i(1 - S_j)", SOFTMAX, ["reference", "wrong"]),
        (r"\frac{\partial y_k}{\partial z_{k'}} = -y_k y_{k'}, \quad k \ne k'", SOFTMAX, ["reference", "ok"]),
        (r"\frac{\partial L}{\partial z_1} = p_1 y_1 + p_1 y_2 + \cdots + p_1 y_n - y_1", SOFTMAX, ["reference", "ok"]),
        (r"[(W^{(l+1)})^T \delta^{(l+1)}]_i = \sum_k w^{(l+1)}_{ki} \delta^{(l+1)}_k", LAYERS, ["reference", "ok"]),
        (r"[W^{(l+1)} \delta^{(l+1)}]_i = \sum_k w^{(l+1)}_{ki} \delta^{(l+1)}_k", LAYERS, ["wrong", "reference"]),
        ("dZ1 = np.multiply(dA1, np.int64(A1 > 0))", {**BATCH, "hidden": "relu"}, ["reference", "ok"]),
        ("db2 = np.sum(dZ2, axis=1, keepdims=True) / m", BATCH, ["reference", "ok"]),
        ("dW2 = np.sum(np.dot(dZ2, A1.T)) / m", BATCH, ["reference", "wrong"]),
        (r"\frac{\partial A^{(2)}}{\partial Z^{(2)}} = \sigma'(Z^{(2)})", {"sizes": (2, 3, 2)}, ["reference", "ok"]),
    ],
)
def test_what_is_respelt_is_judged(text, network, statuses):
    sides = check(text, network).sides
    if statuses[0] == "reference" and sides[0].status == "unreadable":
        pytest.fail(sides[0].message)
    assert [side.status for side in sides] == statuses


@pytest.mark.parametrize("end", [r"= ?", r"= \dots", "= ..."])
def test_what_is_left_open_is_said(end):
    report = check(rf"\frac{{\partial E}}{{\partial w_5}} = \delta_{{o1}} out_{{h1}} {end}")
    assert [side.status for side in report.sides] == ["reference", "ok"]
    assert f"what follows, {end}, is left open and not judged" in str(report)


def test_dots_that_cannot_be_told_are_said():
    side = check(r"\frac{\partial E}{\partial w_1} = \delta_{o1} w_5 + \dots").sides[1]
    assert side.status == "unreadable" and "the dots leave something out" in side.message


@pytest.mark.parametrize(
    ("text", "network", "why", "answer"),
    [
        (r"\frac{\partial E}{\partial out_{h1}} = \delta_{o1} w_5", None, "only the path through $out_{o1}$ is followed", r"\sum_k"),
        (r"\frac{\partial L}{\partial z_i} = -\frac{y_i}{a_i}a_i(1-a_i)", SOFTMAX, "only the path through $a_{i}$ is followed", r"\sum_k"),
        (r"\frac{\partial p_i}{\partial z_j} = p_i p_j", SOFTMAX, "the indicator is missing", r"p_{i} (1_{i=j} - p_{j})"),
        (r"\frac{\partial L}{\partial z_i} = y_i^2 - p_i", SOFTMAX, "it would be right if it were", r"p_{i} - y_{i}"),
    ],
)
def test_a_slip_is_named_and_a_right_line_given(text, network, why, answer):
    from linebyline.network import question_network

    side = check(text, network or question_network()).sides[1]
    assert side.status == "wrong" and why in side.message and answer in side.repair
    left = text.split(" = ")[0]
    assert check(f"{left} = {side.repair}", network or question_network()).ok


def test_a_report_shows_itself_in_one_line():
    assert repr(check(r"\frac{\partial E}{\partial w_5} = \delta_{o1} out_{h2}")) == (
        "<Report: Side 2 is the first that is wrong. reference, wrong; print it to read it>"
    )


def test_every_line_of_the_text_is_wrapped():
    assert all(len(line) <= 110 for line in str(check(r"\frac{\partial E}{\partial w_5} = \delta_{o1} out_{h2}")).splitlines())


def test_short_sides_are_typeset_and_code_is_not():
    assert "$(p_i - y_i) x_j$" in check(r"\frac{\partial L}{\partial w_{ij}} = (p_i - y_i) x_j", CLASSES)._repr_html_()
    assert "lbl-maths" not in check("dE/dw5 = delta_o1 * out_h1")._repr_html_().split("</style>")[1]
