r"""Respell functions, what they are applied to, and what is derived by what."""

import re
from dataclasses import replace

from linebyline.checker.parser.rules import Rules, around, bracketed, is_at, kind_at, past_scripts, spell, spelling_of
from linebyline.checker.parser.tokens import closing, levels, split

RULES = Rules()
rule = RULES.rule

PARAMETERS = ("w", "W", "theta", "Theta", "b")
LOSS_LETTERS = set("L J E C H l ell e Loss loss Cost cost Error error CE BCE MSE NLL".split())
ENTROPIES = re.compile(r"in|train|B?CE|[MS]SE|MAE|NLL|RSS|xent|ce|mse")


@rule("p", "P", "Pr")
def probabilities(ts, at):
    r"""``p(y^{(i)} = k | x^{(i)}; \theta)``: the network's k-th output for example i; ``p(y_k | x)`` too."""
    inside, end = bracketed(ts, at + 1)
    (_, event), *given = split(inside or [], lambda t: t.text == "|")
    (_, target), *value = split(event, lambda t: t.text == "=")
    if not given or not target or target[0].kind != "name" or ts[at + 1].text == "{":
        return None
    scripts, own = target[1:], [t.text for t in target[1:]]
    if value:
        value = value[0][1]
    elif own and own != [t.text for t in given[0][1][1 : 1 + len(own)]]:  # p(y_k|x): the class k
        scripts, value = [], [t for t in target[2:] if t.text not in ("{", "}")]
    else:
        value = target[:1]
    return spell(ts[at:end], "yhat", *([] if spelling_of(value) == "1" else ["_{", value, "}"]), scripts), end


@rule("J")
def jacobians(ts, at):
    r"""``J_x(s)``: the derivative of s by x, where both are letters and x is no parameter."""
    after = past_scripts(ts, at + 1)
    above, end = bracketed(ts, after)
    below, above = ([t for t in part if t.text not in ("{", "}")] for part in (ts[at + 2 : after], above or []))
    letters = all(t.kind == "name" and t.text not in PARAMETERS for t in (*above, *below))
    if kind_at(ts, at + 1) != "sub" or len(above) != 1 or len(below) != 1 or not letters:
        return None
    return spell(ts[at:end], r"\frac{\partial", above, r"}{\partial", below, "}"), end


@rule("partial")
def derivatives_by_an_index(ts, at):
    r"""``\partial_j S_i``: the derivative by the j-th score; ``\partial_{o_j} l``, ``\partial_w E``: by what is named."""
    end = past_scripts(ts, at + 1)
    below = ts[at + 2 : end]
    letter = spelling_of(below)
    if kind_at(ts, at + 1) != "sub" or not letter:
        return None
    inner = below[1:-1] if below[0].text == "{" else below
    if letter in ("w", "x", "z") or (kind_at(inner, 0) == "name" and kind_at(inner, 1) in ("sub", "sup") and past_scripts(inner, 1) == len(inner)):
        return spell(ts[at:end], r"\frac{\partial}{\partial", inner, "}"), end
    if len(letter) != 1 or not letter.islower():
        return None
    return spell(ts[at:end], r"\frac{\partial}{\partial net", ts[at + 1 : end], "}"), end


@rule("y", "a", "x", "t", "p", "yhat")
def examples_in_brackets(ts, at):
    """``y(i)``: example i."""
    inside, end = bracketed(ts, at + 1)
    example = inside and len(inside) == 1 and ts[at + 1].text == "(" and inside[0].text in ("i", "n") and ts[at].kind == "name"
    return ([ts[at], *spell(ts[at + 1 : end], "^{(", inside, ")}")], end) if example else None


@rule("D")
def differential_operator(ts, at):
    r"""``D_j S_i``: the derivative of S_i by the j-th score."""
    after = past_scripts(ts, at + 1)
    end = past_scripts(ts, after + 1)
    if kind_at(ts, at + 1) != "sub" or kind_at(ts, after) != "name":
        return None
    return spell(ts[at:end], r"\frac{\partial", ts[after:end], r"}{\partial net", ts[at + 1 : after], "}"), end


@rule(*LOSS_LETTERS)
def what_a_loss_depends_on(ts, at):
    r"""``H(y, \hat y)``, ``L(y|p)``, ``J_{(w)}``, ``L_{CE}``: the loss; what it depends on, or is called, changes nothing."""
    end = at + 1
    inside_a_word = kind_at(ts, at - 1) == "name" and ts[at - 1].end == ts[at].start  # the e of `where`
    if ts[at].kind != "name" or inside_a_word:
        return None
    if kind_at(ts, end) == "sub":
        after = past_scripts(ts, end)
        spelt = spelling_of(ts[end + 1 : after])
        if ts[at].text == "H" and is_at(ts, after, "(") and is_at(ts, after + 1, "x", "X"):  # a hypothesis
            return None
        if ENTROPIES.fullmatch(spelt) or spelt in PARAMETERS[:-1] or re.search(r"[(,].*[wWb]|[wWb].*[(,]", spelt):
            end = after
    inside, after = bracketed(ts, end)
    top = [t.text for t, depth in levels(inside or []) if depth == 0]
    listed = not {",", ";", "|"}.isdisjoint(top) and {"+", "-", "*", "sum", "frac"}.isdisjoint(top) and ts[end].text in ("(", "[")
    after_gradient = (is_at(ts, at - 1, "}") or kind_at(ts, at - 2) == "sub") and any(t.text == "nabla" for t in ts[max(0, at - 8) : at])
    if listed:
        end = after
    entropy = ts[at].text == "H" and (listed or after_gradient)
    return ([replace(ts[at], text="L" if entropy else ts[at].text, end=ts[end - 1].end)], end) if entropy or end > at + 1 else None


@rule(needs={"x", "X"})
def functions_of_the_input(ts, at):
    r"""``a_k(x)``, ``f_k(x^{(i)})``: a_k, which depends on the input as everything does; ``h_\theta(x)``: the network's output."""
    if ts[at].kind != "name" or kind_at(ts, at + 1) != "sub":
        return None
    after = past_scripts(ts, at + 1)
    inside, end = bracketed(ts, after)
    if not inside or ts[after].text != "(" or inside[0].text not in ("x", "X") or past_scripts(inside, 1) != len(inside):
        return None
    exponent = inside[1:] if kind_at(inside, 1) in ("sup", "sub") else []
    parameters = re.fullmatch(r"(?:theta|Theta|w,?b?|W,?b?)(?:_([a-z\d]))?", spelling_of(ts[at + 2 : after]))
    if parameters and ts[at].text in ("h", "f", "H"):
        return spell(ts[at:end], "yhat" + (f"_{parameters[1]}" if parameters[1] else ""), exponent), end
    if ts[at].text in (*PARAMETERS, "v", "u", "delta") or not {t.text for t in ts[at + 1 : after]}.isdisjoint(PARAMETERS[:-1]):
        return None
    kept = [*ts[at:after], *exponent]
    return [*kept[:-1], replace(kept[-1], end=ts[end - 1].end)], end


@rule("H", needs={"yhat", "hat"})
def the_entropy_that_is_derived(ts, at):
    r"""``\frac{\partial H}{\partial \hat y}``: H is the loss, here and elsewhere."""
    derived = (
        k
        for k, t in around(ts, at)
        if t.text == "H" and is_at(ts, k - 1, "partial") and is_at(ts, k + 3, "partial") and is_at(ts, k + 4, "hat", "yhat")
    )
    return ([replace(ts[at], text="L")], at + 1) if next(derived, None) is not None else None


@rule("nabla")
def gradients_by_their_indices(ts, at):
    r"""``\nabla_{ij}^{(l)} = ...``: the derivative by the weight with these indices."""
    end = past_scripts(ts, at + 1)
    alone = end > at + 4 and kind_at(ts, end) in ("rel", "amp", "") and any(t.kind == "sup" for t in ts[at:end])
    return ([replace(ts[at], kind="name", text="Delta"), *ts[at + 1 : end]], end) if alone else None


@rule("f", "h", "p", "P", "pi", needs={"y"})
def predictions(ts, at):
    r"""``f(x_i) - y_i``, ``p(x_i)``: the network's output for that input, where there is a target too."""
    inside, end = bracketed(ts, at + 1)
    arguments = ("x", "X", "theta", "Theta") if ts[at].text == "h" else ("x", "X")
    whole = inside and ts[at + 1].text == "(" and inside[0].text in arguments and past_scripts(inside, 1) == len(inside)
    return (spell(ts[at:end], "yhat", inside[1:]), end) if whole else None


@rule("1", "I", "chi", "np", "(", "[", "{", needs={">"})
def slopes_of_relu(ts, at):
    r"""``1_{z > 0}``, ``\mathbb 1[z > 0]``, ``(z > 0)``, ``np.int64(z > 0)``: the derivative of relu at z."""
    first = at
    if ts[at].text == "np":
        first = next((k for k in range(at, min(at + 9, len(ts))) if ts[k].text == "("), at)
    elif ts[at].text == "{" and is_at(ts, at + 1, "1", "I") and is_at(ts, at + 2, "}"):
        first = at + 3
    elif ts[at].text in ("1", "I", "chi"):
        first = at + 1
    first += kind_at(ts, first) == "sub"
    inside, end = bracketed(ts, first)
    (_, slope), *zero = split(inside or [], lambda t: t.text == ">")
    if len(zero) != 1 or spelling_of(zero[0][1]) != "0" or (first == at and ts[at].text == "{"):
        return None
    return spell(ts[at:end], "relu'(", slope, ")"), end


@rule("max", "maximum")
def relu_as_a_maximum(ts, at):
    r"""``\max(0, z)``, ``np.maximum(z, 0)``: relu of z."""
    inside, end = bracketed(ts, at + 1)
    parts = [part for _, part in split(inside or [], lambda t: t.text == ",")]
    others = [part for part in parts if spelling_of(part) != "0"]
    return (spell(ts[at:end], "relu(", others[0], ")"), end) if len(parts) == 2 and len(others) == 1 and others[0] else None


@rule("sech", "{", needs={"sech"})
def squares_of_sech(ts, at):
    r"""``\text{sech}^2 z``: the slope of tanh."""
    name = bracketed(ts, at)[1] if ts[at].text == "{" else at + 1
    end = past_scripts(ts, name)
    if spelling_of(ts[at:end]) != "sech^2":
        return None
    after = bracketed(ts, end)[1] if bracketed(ts, end)[0] else past_scripts(ts, end + 1)
    return spell(ts[at:after], "(1 - tanh^2", ts[end:after], ")"), after


@rule("sinh", "cosh")
def hyperbolic_functions(ts, at):
    r"""``\cosh^2(z)``: what it is made of, exponentials."""
    end = past_scripts(ts, at + 1)
    after = bracketed(ts, end)[1] if bracketed(ts, end)[0] else past_scripts(ts, end + 1)
    sign, of = "+" if ts[at].text == "cosh" else "-", ts[end:after]
    return (spell(ts[at:after], "((e^{", of, f"}} {sign} e^{{-", of, "})/2)", ts[at + 1 : end]), after) if of else None


@rule("sigma", "sigmoid", "relu", "tanh", "softmax", "softplus", needs={"'"})
def primes_behind_an_argument(ts, at):
    r"""``\sigma(z)'``: the slope at z."""
    end = bracketed(ts, at + 1)[1]
    return ([ts[at], ts[end], *ts[at + 1 : end]], end + 1) if end > at + 1 and kind_at(ts, end) == "prime" else None


@rule("sigma", needs={"'"})
def slopes_without_brackets(ts, at):
    r"""``\sigma' z``: the slope at z."""
    if kind_at(ts, at + 1) != "prime" or kind_at(ts, at + 2) != "name":
        return None
    end = past_scripts(ts, at + 3)
    return [*ts[at : at + 2], *spell(ts[at + 2 : end], "(", ts[at + 2 : end], ")")], end


@rule("⊗", "·")
def products_with_slopes(ts, at):
    r"""``x \otimes \sigma'(z)``, ``a \cdot (1 - a)``, ``= \theta'(s) \otimes [..]``: a slope is multiplied entry by entry, whatever the sign."""
    ahead = ts[at + 1 : at + 8]
    slope = ahead[: next((k for k, t in enumerate(ahead) if t.text == "("), 0)]
    sloped = bool(slope) and slope[0].kind == "name" and any(t.kind == "prime" for t in slope)
    if is_at(ts, at, "⊗") and is_at(ts, at + 1, "[", "("):  # behind a slope that begins its side, not an outer product
        opened = next((k for k in range(at - 1, max(0, at - 20), -1) if is_at(ts, k, "(") and bracketed(ts, k)[1] == at), 0)
        sloped |= kind_at(ts, opened - 1) == "prime" and kind_at(ts, opened - 2) == "name" and kind_at(ts, opened - 3) in ("", "rel", "amp")
    inside = [t.text for t in bracketed(ts, at + 1)[0] or []]
    complement = inside[:2] == ["1", "-"] and inside[2:] == [t.text for t in ts[max(0, at - len(inside) + 2) : at]]
    return ([replace(ts[at], text="⊙")], at + 1) if sloped or complement else None


@rule("i", needs={"cases", "array", "matrix"})
def conditions_without_a_mark(ts, at):
    r"""``y_i \ if\ i = j``: the word if."""
    word = is_at(ts, at + 1, "f") and ts[at].end == ts[at + 1].start and ts[at].spaced and ts[at + 1].end != ts[min(at + 2, len(ts) - 1)].start
    return ([replace(ts[at], kind="words", text="if", end=ts[at + 1].end)], at + 2) if word else None


@rule("eqalign", "aligned", "split")
def old_alignments(ts, at):
    r"""``\eqalign{a &= b \\\\ &= c}``: the rows in it."""
    end = closing(ts, at + 1) if is_at(ts, at + 1, "{") else None
    return (ts[at + 2 : end], end + 1) if end else None


@rule("'", needs={"X"})
def transposes_with_a_prime(ts, at):
    """``X'y``: the transpose, where a text writes X' for it."""
    evidence = any(t.kind == "prime" and is_at(ts, k - 1, "X") and not is_at(ts, k + 1, "(") for k, t in around(ts, at))
    return (spell(ts[at : at + 1], "^", "T"), at + 1) if evidence and ts[at].kind == "prime" and kind_at(ts, at - 1) in ("name", "op") else None
