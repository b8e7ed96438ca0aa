r"""Respell what people write in many ways, so that the grammar needs one: tokens in, tokens out, places kept.

A rule is a function that looks at the tokens from one place on and gives the
tokens to put there and the place behind those that they replace, or None. It
is called wherever one of its words stands, also in what it gave. What a rule
adds takes the place of what it stands for, so that a side's text is still the
text as typed.
"""

import re
from dataclasses import replace

from linebyline.checker.parser.tokens import MAX_TOKENS, PAIRS, Unreadable, closing, levels, split, step
from linebyline.checker.parser.tokens import tokenise as cut

REACH = 250  # symbols: each bracket of a long text is looked at once, so the work stays within bounds
RULES = []


def tokenise(text, start=0, end=None, plain=False):
    """Cut text[start:end] into tokens, respelt; their places are places in `text`."""
    tokens = cut(text, start, end, plain)
    found = {t.text for t in tokens}
    for rewrite, words, needs, unless, in_code_only in RULES:
        if (plain or not in_code_only) and not needs.isdisjoint(found) and unless.isdisjoint(found):
            at = 0
            while at < len(tokens):
                if (not words or tokens[at].text in words) and tokens[at].kind != "words" and (made := rewrite(tokens, at)):
                    tokens[at : made[1]] = made[0]
                    if len(tokens) > 2 * MAX_TOKENS:
                        raise Unreadable(f"more than {MAX_TOKENS} symbols in one piece")
                at += 1
    return tokens


def rule(*words, needs=(), unless=(), in_code_only=False):
    """Call a rule where one of these words stands, or at every token, in a text with one of the words it needs and without some others."""
    return lambda rewrite: RULES.append((rewrite, frozenset(words), frozenset(needs or words), frozenset(unless), in_code_only)) or rewrite


# ---------------------------------------------------------------- helpers


def _is(tokens, at, *texts):
    return 0 <= at < len(tokens) and tokens[at].text in texts and tokens[at].kind != "words"


def _kind(tokens, at):
    return tokens[at].kind if 0 <= at < len(tokens) else ""


def _inside(tokens, at):
    """What stands in the brackets that open at `at`, and the place after them; (None, at) if there are none, or they are too long."""
    end = closing(tokens, at, REACH) if _is(tokens, at, *PAIRS) and tokens[at].kind == "op" else None
    return (None, at) if end is None else (tokens[at + 1 : end], end + 1)


def _near(tokens, at):
    """The tokens around a place, with their places: as far as a rule may look for what a text is like."""
    return [(k, tokens[k]) for k in range(max(0, at - REACH), min(len(tokens), at + REACH))]


def _scripts(tokens, at):
    """The place after the scripts that start at `at`."""
    while _kind(tokens, at) in ("sub", "sup") and at + 1 < len(tokens):
        at = max(at + 2, _inside(tokens, at + 1)[1])
    return at


def _spelt(tokens):
    return "".join(t.text for t in tokens if t.text not in ("{", "}"))


def _spell(replaced, *parts):
    """Spell tokens anew: words are cut into tokens of no width, before or behind what was typed; tokens stay as they are."""
    start, end, made = replaced[0].start, replaced[-1].end, []
    for place, part in zip([start] * (len(parts) - 1) + [end], parts):
        made += [replace(t, start=place, end=place) for t in cut(part)] if isinstance(part, str) else part
    made[0] = replace(made[0], start=start)
    return [*made[:-1], replace(made[-1], end=end)]


# ---------------------------------------------------------------- letters and indices


@rule("_", needs={"'"})
def primed_indices(ts, at):
    """``z_{k'}``: a prime on an index is part of its name."""
    bare = _kind(ts, at + 2) == "prime"
    if bare and (_is(ts, at + 3, "(") or _is(ts, at - 1, "w", "W", "b", "B")):  # g_k'(z), b_k': a slope, and what is new
        return None
    end, made = max(at + 2 + bare, _inside(ts, at + 1)[1]), []
    for token in ts[at:end]:
        primed = token.kind == "prime" and made[-1].kind == "name" and len(made[-1].text) == 1
        made[-1 if primed else len(made) :] = [replace(made[-1], text=made[-1].text + "'", end=token.end) if primed else token]
    return made, end


@rule("_", "^", needs={"ell"}, unless={"l"})
def ell_is_a_layer(ts, at):
    r"""``z^{(\ell)}``: the layer l."""
    end = _scripts(ts, at)
    return [replace(t, text="l") if t.text == "ell" else t for t in ts[at:end]], end


EVERYTHING = "every"  # below a sum sign: over whatever rows and columns there are
LAYER = re.compile(r"[lL](?:[+-]\d)?|\d")


@rule("_", needs={","})
def layers_before_a_comma(ts, at):
    r"""``a_{L,j}``, ``w_{l,i,j}``, ``\delta_{2,k}``, ``a_{j,l-1}``: the layer and the unit, where the text shows that it is one."""
    inside, end = _inside(ts, at + 1)
    parts = [part for _, part in split(inside or [], lambda t: t.text == ",")]
    behind = LAYER.fullmatch(_spelt(parts[-1])) and parts[-1][0].kind == "name"  # a_{j,l}
    layer, *units = [parts[-1], *parts[:-1]] if behind else parts
    if not units or not LAYER.fullmatch(_spelt(layer)) or _kind(ts, at - 1) != "name":
        return None
    shown = _spelt(layer)[0] == "L" or len(units) == 2 or ts[at - 1].text in ("delta", "z", "a", "net", "h") and layer[0].kind == "num" and units[0][0].kind == "name"
    if not shown:
        spelt = "".join(t.text for _, t in _near(ts, at))
        shown = re.search(r"_\{(?:L|[lL][+-]\d),|,[lL][+-]\d\}|_\{[lL\d],\w,\w\}|delta_\{\d,[a-z]\}", spelt) and not re.search(r"sum_\{?l(?![+-])", spelt)
    return (_spell(ts[at:end], "^{(", layer, ")}_{", [t for part in units for t in part], "}"), end) if shown else None


@rule("_", in_code_only=True)
def names_in_programs(ts, at):
    """``e_sq``: a word of several letters behind the underscore is one index."""
    end = at + 1
    while _kind(ts, end) == "name" and ts[end].start == ts[end - 1].end and len(ts[end].text) == 1:
        end += 1
    word = "".join(t.text for t in ts[at + 1 : end])
    return (_spell(ts[at:end], "_{", ts[at + 1 : end], "}"), end) if len(word) > 1 and set(word).isdisjoint("hijklmno") else None


@rule("h", "o", "i")
def units_without_a_mark(ts, at):
    """``ao1``, ``outh1``: the unit below, though no mark says so."""
    letters = "a z s t y d net out target delta".split()
    glued = _is(ts, at - 1, *letters) and ts[at - 1].end == ts[at].start and _kind(ts, at + 1) == "num" and ts[at].end == ts[at + 1].start
    return (_spell(ts[at : at + 2], "_{", ts[at : at + 2], "}"), at + 2) if glued and _kind(ts, at - 2) not in ("sub", "sup") else None


@rule("delta")
def deltas_of_weights(ts, at):
    r"""``\delta w^L = ...``: the gradient, dw."""
    opens = at == 0 or ts[at - 1].kind in ("brk", "amp", "gap", "arrow")
    weight = _is(ts, at + 1, "w", "W", "b") and _kind(ts, _scripts(ts, at + 2)) in ("rel", "amp")
    return ([replace(ts[at], kind="cmd", text="partial", end=ts[at].start + 1)], at + 1) if opens and weight else None


@rule("delta", "out", "net", "target")
def words_without_a_mark(ts, at):
    r"""``\delta{j}``, ``out{o1}``: the index in braces."""
    inside, end = _inside(ts, at + 1)
    index = inside and ts[at + 1].text == "{" and re.fullmatch(r"\d|[hijklmno]|[hoi]\d", _spelt(inside))
    return (_spell(ts[at:end], ts[at : at + 1], "_{", inside, "}"), end) if index else None


@rule("{")
def braces_around_everything(ts, at):
    r"""``\mathbf{a = b}``: the equation in the braces."""
    inside, end = _inside(ts, at)
    opens, ends = all(t.kind == "gap" for t in ts[:at]), all(t.kind in ("gap", "brk") for t in ts[end : end + 1])
    relates = opens and ends and inside and any(t.kind == "rel" and depth == 0 for t, depth in levels(inside))
    return (inside, end) if relates else None


# ---------------------------------------------------------------- derivatives


@rule("underbrace", "overbrace", "boxed")
def decorations(ts, at):
    r"""``\underbrace{x}_{..}`` and ``\boxed{a = b}``: the formula without its decoration."""
    body, end = _inside(ts, at + 1)
    if body is None:
        return [], at + 1
    end = end if ts[at].text == "boxed" else _scripts(ts, end)
    relation = any(t.kind == "rel" and depth == 0 for t, depth in levels(body))
    return (body if relation else _spell(ts[at:end], "{", body, "}")), end


@rule("{")
def loose_braces(ts, at):
    """``{dw}_1``, ``{-e}^{-x}``, ``g{'}``, ``\\big{(}``: braces that hold a sign or a d together with what the script belongs to, a prime, a bracket."""
    if (_kind(ts, at + 1) == "prime" or _is(ts, at + 1, "(", ")", "[", "]")) and _is(ts, at + 2, "}"):
        return [ts[at + 1]], at + 3
    scripted = _is(ts, at + 3, "}") and _kind(ts, at + 2) == "name" and _kind(ts, at + 4) in ("sub", "sup")
    opens = at == 0 or ts[at - 1].text in PAIRS or ts[at - 1].kind == "rel"
    return (ts[at + 1 : at + 3], at + 4) if scripted and _is(ts, at + 1, "partial", "d", *("-" * opens)) else None


@rule("pdv", "pd", "pderiv", "dv", "odv", "deriv", "diffp")
def macros_for_derivatives(ts, at):
    r"""``\pdv{E}{w}``, ``\dv{w}`` of the physics package: a fraction of two differentials."""
    above, after = _inside(ts, at + 1)
    below, end = _inside(ts, after)
    if above is None:
        return None
    above, below = ([], above) if below is None else (above, below)
    return _spell(ts[at:end], r"\frac{\partial", above, r"}{\partial", below, "}"), end


# ---------------------------------------------------------------- functions

PARAMETERS = ("w", "W", "theta", "Theta", "b")
LOSS_LETTERS = set("L J E C H l ell e Loss loss Cost cost Error error CE BCE MSE NLL".split())
ENTROPIES = re.compile(r"in|train|B?CE|[MS]SE|MAE|NLL|RSS|xent|ce|mse")


@rule("p", "P", "Pr")
def probabilities(ts, at):
    r"""``p(y^{(i)} = k | x^{(i)}; \theta)``: the network's k-th output for example i; ``p(y_k | x)`` too."""
    inside, end = _inside(ts, at + 1)
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
    return _spell(ts[at:end], "yhat", *([] if _spelt(value) == "1" else ["_{", value, "}"]), scripts), end


@rule("J")
def jacobians(ts, at):
    r"""``J_x(s)``: the derivative of s by x, where both are letters and x is no parameter."""
    after = _scripts(ts, at + 1)
    above, end = _inside(ts, after)
    below, above = ([t for t in part if t.text not in ("{", "}")] for part in (ts[at + 2 : after], above or []))
    letters = all(t.kind == "name" and t.text not in PARAMETERS for t in (*above, *below))
    if _kind(ts, at + 1) != "sub" or len(above) != 1 or len(below) != 1 or not letters:
        return None
    return _spell(ts[at:end], r"\frac{\partial", above, r"}{\partial", below, "}"), end


@rule("partial")
def derivatives_by_an_index(ts, at):
    r"""``\partial_j S_i``: the derivative by the j-th score."""
    end = _scripts(ts, at + 1)
    letter = _spelt(ts[at + 2 : end])
    if _kind(ts, at + 1) != "sub" or len(letter) != 1 or not letter.islower() or letter in ("w", "x", "z"):
        return None
    return _spell(ts[at:end], r"\frac{\partial}{\partial net", ts[at + 1 : end], "}"), end


@rule("y", "a", "x", "t", "p", "yhat")
def examples_in_brackets(ts, at):
    """``y(i)``: example i."""
    inside, end = _inside(ts, at + 1)
    example = inside and len(inside) == 1 and ts[at + 1].text == "(" and inside[0].text in ("i", "n") and ts[at].kind == "name"
    return ([ts[at], *_spell(ts[at + 1 : end], "^{(", inside, ")}")], end) if example else None


@rule("D")
def differential_operator(ts, at):
    r"""``D_j S_i``: the derivative of S_i by the j-th score."""
    after = _scripts(ts, at + 1)
    end = _scripts(ts, after + 1)
    if _kind(ts, at + 1) != "sub" or _kind(ts, after) != "name":
        return None
    return _spell(ts[at:end], r"\frac{\partial", ts[after:end], r"}{\partial net", ts[at + 1 : after], "}"), end


@rule(*LOSS_LETTERS)
def what_a_loss_depends_on(ts, at):
    r"""``H(y, \hat y)``, ``L(y|p)``, ``J_{(w)}``, ``L_{CE}``: the loss; what it depends on, or is called, changes nothing."""
    end = at + 1
    inside_a_word = _kind(ts, at - 1) == "name" and ts[at - 1].end == ts[at].start  # the e of `where`
    if ts[at].kind != "name" or inside_a_word:
        return None
    if _kind(ts, end) == "sub":
        after = _scripts(ts, end)
        spelt = _spelt(ts[end + 1 : after])
        if ts[at].text == "H" and _is(ts, after, "(") and _is(ts, after + 1, "x", "X"):  # a hypothesis
            return None
        if ENTROPIES.fullmatch(spelt) or spelt in PARAMETERS[:-1] or re.search(r"[(,].*[wWb]|[wWb].*[(,]", spelt):
            end = after
    inside, after = _inside(ts, end)
    top = [t.text for t, depth in levels(inside or []) if depth == 0]
    listed = not {",", ";", "|"}.isdisjoint(top) and {"+", "-", "*", "sum", "frac"}.isdisjoint(top) and ts[end].text in ("(", "[")
    after_gradient = (_is(ts, at - 1, "}") or _kind(ts, at - 2) == "sub") and any(t.text == "nabla" for t in ts[max(0, at - 8) : at])
    if listed:
        end = after
    entropy = ts[at].text == "H" and (listed or after_gradient)
    return ([replace(ts[at], text="L" if entropy else ts[at].text, end=ts[end - 1].end)], end) if entropy or end > at + 1 else None


@rule(needs={"x", "X"})
def functions_of_the_input(ts, at):
    r"""``a_k(x)``, ``f_k(x^{(i)})``: a_k, which depends on the input as everything does; ``h_\theta(x)``: the network's output."""
    if ts[at].kind != "name" or _kind(ts, at + 1) != "sub":
        return None
    after = _scripts(ts, at + 1)
    inside, end = _inside(ts, after)
    if not inside or ts[after].text != "(" or inside[0].text not in ("x", "X") or _scripts(inside, 1) != len(inside):
        return None
    exponent = inside[1:] if _kind(inside, 1) in ("sup", "sub") else []
    parameters = re.fullmatch(r"(?:theta|Theta|w,?b?|W,?b?)(?:_([a-z\d]))?", _spelt(ts[at + 2 : after]))
    if parameters and ts[at].text in ("h", "f", "H"):
        return _spell(ts[at:end], "yhat" + (f"_{parameters[1]}" if parameters[1] else ""), exponent), end
    if ts[at].text in (*PARAMETERS, "v", "u", "delta") or not {t.text for t in ts[at + 1 : after]}.isdisjoint(PARAMETERS[:-1]):
        return None
    kept = [*ts[at:after], *exponent]
    return [*kept[:-1], replace(kept[-1], end=ts[end - 1].end)], end


@rule("H", needs={"yhat", "hat"})
def the_entropy_that_is_derived(ts, at):
    r"""``\frac{\partial H}{\partial \hat y}``: H is the loss, here and elsewhere."""
    derived = (k for k, t in _near(ts, at) if t.text == "H" and _is(ts, k - 1, "partial") and _is(ts, k + 3, "partial") and _is(ts, k + 4, "hat", "yhat"))
    return ([replace(ts[at], text="L")], at + 1) if next(derived, None) is not None else None


@rule("nabla")
def gradients_by_their_indices(ts, at):
    r"""``\nabla_{ij}^{(l)} = ...``: the derivative by the weight with these indices."""
    end = _scripts(ts, at + 1)
    alone = end > at + 4 and _kind(ts, end) in ("rel", "amp", "") and any(t.kind == "sup" for t in ts[at:end])
    return ([replace(ts[at], kind="name", text="Delta"), *ts[at + 1 : end]], end) if alone else None


@rule("f", "h", "p", "P", "pi", needs={"y"})
def predictions(ts, at):
    r"""``f(x_i) - y_i``, ``p(x_i)``: the network's output for that input, where there is a target too."""
    inside, end = _inside(ts, at + 1)
    arguments = ("x", "X", "theta", "Theta") if ts[at].text == "h" else ("x", "X")
    whole = inside and ts[at + 1].text == "(" and inside[0].text in arguments and _scripts(inside, 1) == len(inside)
    return (_spell(ts[at:end], "yhat", inside[1:]), end) if whole else None


@rule("1", "I", "chi", "np", "(", "[", "{", needs={">"})
def slopes_of_relu(ts, at):
    r"""``1_{z > 0}``, ``\mathbb 1[z > 0]``, ``(z > 0)``, ``np.int64(z > 0)``: the derivative of relu at z."""
    first = at
    if ts[at].text == "np":
        first = next((k for k in range(at, min(at + 9, len(ts))) if ts[k].text == "("), at)
    elif ts[at].text == "{" and _is(ts, at + 1, "1", "I") and _is(ts, at + 2, "}"):
        first = at + 3
    elif ts[at].text in ("1", "I", "chi"):
        first = at + 1
    first += _kind(ts, first) == "sub"
    inside, end = _inside(ts, first)
    (_, slope), *zero = split(inside or [], lambda t: t.text == ">")
    if len(zero) != 1 or _spelt(zero[0][1]) != "0" or (first == at and ts[at].text == "{"):
        return None
    return _spell(ts[at:end], "relu'(", slope, ")"), end


@rule("max", "maximum")
def relu_as_a_maximum(ts, at):
    r"""``\max(0, z)``, ``np.maximum(z, 0)``: relu of z."""
    inside, end = _inside(ts, at + 1)
    parts = [part for _, part in split(inside or [], lambda t: t.text == ",")]
    others = [part for part in parts if _spelt(part) != "0"]
    return (_spell(ts[at:end], "relu(", others[0], ")"), end) if len(parts) == 2 and len(others) == 1 and others[0] else None


@rule("sech", "{", needs={"sech"})
def squares_of_sech(ts, at):
    r"""``\text{sech}^2 z``: the slope of tanh."""
    name = _inside(ts, at)[1] if ts[at].text == "{" else at + 1
    end = _scripts(ts, name)
    if _spelt(ts[at:end]) != "sech^2":
        return None
    after = _inside(ts, end)[1] if _inside(ts, end)[0] else _scripts(ts, end + 1)
    return _spell(ts[at:after], "(1 - tanh^2", ts[end:after], ")"), after


@rule("sigma", needs={"'"})
def slopes_without_brackets(ts, at):
    r"""``\sigma' z``: the slope at z."""
    if _kind(ts, at + 1) != "prime" or _kind(ts, at + 2) != "name":
        return None
    end = _scripts(ts, at + 3)
    return [*ts[at : at + 2], *_spell(ts[at + 2 : end], "(", ts[at + 2 : end], ")")], end


@rule("⊗", "·")
def products_with_slopes(ts, at):
    r"""``x \otimes \sigma'(z)``, ``a \cdot (1 - a)``: a slope is multiplied entry by entry, whatever the sign."""
    ahead = ts[at + 1 : at + 8]
    slope = ahead[: next((k for k, t in enumerate(ahead) if t.text == "("), 0)]
    sloped = bool(slope) and slope[0].kind == "name" and any(t.kind == "prime" for t in slope)
    inside = [t.text for t in _inside(ts, at + 1)[0] or []]
    complement = inside[:2] == ["1", "-"] and inside[2:] == [t.text for t in ts[max(0, at - len(inside) + 2) : at]]
    return ([replace(ts[at], text="⊙")], at + 1) if sloped or complement else None


@rule("i", needs={"cases", "array", "matrix"})
def conditions_without_a_mark(ts, at):
    r"""``y_i \ if\ i = j``: the word if."""
    word = _is(ts, at + 1, "f") and ts[at].end == ts[at + 1].start and ts[at].spaced and ts[at + 1].end != ts[min(at + 2, len(ts) - 1)].start
    return ([replace(ts[at], kind="words", text="if", end=ts[at + 1].end)], at + 2) if word else None


@rule("eqalign", "aligned", "split")
def old_alignments(ts, at):
    r"""``\eqalign{a &= b \\\\ &= c}``: the rows in it."""
    end = closing(ts, at + 1) if _is(ts, at + 1, "{") else None
    return (ts[at + 2 : end], end + 1) if end else None


@rule("'", needs={"X"})
def transposes_with_a_prime(ts, at):
    """``X'y``: the transpose, where a text writes X' for it."""
    evidence = any(t.kind == "prime" and _is(ts, k - 1, "X") and not _is(ts, k + 1, "(") for k, t in _near(ts, at))
    return (_spell(ts[at : at + 1], "^", "T"), at + 1) if evidence and ts[at].kind == "prime" and _kind(ts, at - 1) in ("name", "op") else None


# ---------------------------------------------------------------- code


@rule("np", "dot", "matmul", "multiply", "power", "square")
def numpy_calls(ts, at):
    """``np.dot(A, B)``, ``dot(A, B)``, ``np.sum(dZ, axis=1)``, ``np.square(a)``: a product, a sum over the examples, a power; ``np.exp``: exp."""
    first = at + 2 if ts[at].text == "np" else at
    if (first > at and not _is(ts, at + 1, ".")) or _is(ts, at - 1, ".") or _kind(ts, first) not in ("name", "cmd"):
        return None
    start = next((k for k in range(first, len(ts)) if not ts[k].text.isalnum()), len(ts))
    called, (inside, end) = _spelt(ts[first:start]), _inside(ts, start)
    arguments = [part for _, part in split(inside or [], lambda t: t.text == ",") if not any(t.kind == "rel" for t in part)]
    products, powers = {"dot": "*", "matmul": "*", "multiply": "⊙", "outer": "⊗"}, {"square": "2", "top": "T"}
    if called in products and len(arguments) == 2:
        return _spell(ts[at:end], "((", arguments[0], f"){products[called]}(", arguments[1], "))"), end
    if called == "sum" and inside and arguments:  # without an axis everything is added up
        axis = len(arguments) > 1 or any(t.kind == "rel" for t in inside)
        return _spell(ts[at:end], r"\sum(" if axis else rf"\sum_{{{EVERYTHING}}}(", arguments[0], ")"), end
    if called in powers and arguments:
        return _spell(ts[at:end], "(", arguments[0], f")^{powers[called]}"), end
    if called == "where" and len(arguments) == 3 and _spelt(arguments[2]).strip(".0") == "" and any(t.text == ">" for t in arguments[0]):
        (_, slope), *_ = split(arguments[0], lambda t: t.text == ">")
        return _spell(ts[at:end], "((", arguments[1], ")⊙relu'(", slope, "))"), end
    if called == "power" and len(arguments) == 2:
        return _spell(ts[at:end], "(", arguments[0], ")^{", arguments[1], "}"), end
    return ([replace(ts[first], start=ts[at].start)], first + 1) if first > at else None


@rule("[", in_code_only=True)
def indices_in_code(ts, at):
    """``w[i,j]``, ``delta[j]``, ``A[l-1]'`` in code: indices, and the transpose of a layer's matrix."""
    inside, end = _inside(ts, at)
    if not inside or ts[at].spaced or _kind(ts, at - 1) not in ("name", "num"):
        return None
    if re.fullmatch(r"[lL]?(?:[+-]?\d)?", _spelt(inside)):
        transposed = _is(ts, end, "'") and ts[at - 1].text.isupper() and not _is(ts, end + 1, "(")
        return ([*ts[at:end], *_spell(ts[end : end + 1], "^", "T")], end + 1) if transposed else None
    index = re.fullmatch(r"[A-Za-z0-9](?:[+-]\d)?(?:,[A-Za-z0-9])?", _spelt(inside))
    return (_spell(ts[at:end], "_{", inside, "}"), end) if index else None


@rule("[")
def layers_in_brackets(ts, at):
    """``a[l]``: a layer, as in ``a^{[l]}``."""
    inside, end = _inside(ts, at)
    layer = inside and _kind(ts, at - 1) in ("name", "prime") and re.fullmatch(r"(?:[lLi]|\d)(?:[+-]\d)?", _spelt(inside))
    transposed = _spell(ts[end : end + 1], "^") if layer and _is(ts, end, "T") and not ts[end].spaced else []
    return ([*_spell(ts[at:end], "^", ts[at:end]), *transposed], end) if layer else None


@rule("-", "+", needs={"="})
def augmented_assignments(ts, at):
    """``w -= a``: w becomes w - (a)."""
    if not _is(ts, at + 1, "=") or ts[at + 1].start != ts[at].end or _kind(ts, at - 1) in ("", "sup"):
        return None
    stops = ("brk", "rel", "gap", "words")
    first = next((k + 1 for k in range(at - 1, -1, -1) if ts[k].kind in stops), 0)
    last = next((k for k in range(at + 2, len(ts)) if ts[k].kind in stops), len(ts))
    place = ts[at + 1].end
    left = [replace(t, start=place, end=place) for t in ts[first:at]]
    becomes = replace(ts[at], kind="rel", text="<-", end=place)
    return [becomes, *left, *_spell(ts[at + 2 : last] or [becomes], ts[at].text + "(", ts[at + 2 : last], ")")], last


# ---------------------------------------------------------------- dots


@rule(needs={"..."})
def dots_in_sums(ts, at):
    r"""``w_1 x_1 + \cdots + w_n x_n``: the sum that the dots stand for, where the terms around them differ by a number in their scripts."""
    if at and not _separates(ts[at - 1]) and step(ts[at - 1]) <= 0:
        return None
    dots, sign = _edge(ts, at, 1) + 1, ts[at - 1].text if _is(ts, at - 1, "+", "-") else "+"
    if _kind(ts, dots) != "dots" or not _is(ts, dots - 1, sign) or any(t.kind == "dots" for t in ts[:at]):
        return None
    end = _edge(ts, dots + 2, 1) if _is(ts, dots + 1, sign) else dots + 1
    before, after, earlier = ts[at : dots - 1], ts[dots + 2 : end], ts[_edge(ts, at - 2, -1) + 1 : max(at - 1, 0)]
    places = [k for k, (a, b) in enumerate(zip(before, after or earlier)) if a.text != b.text]
    numbers, stops = {before[k].text for k in places}, {after[k].text if after else "" for k in places}
    if len(before) != len(after or earlier) or len(numbers) != 1 or len(stops) != 1 or _is(ts, end, *({"+", "-"} if not after else ())):
        return None
    number, stop = numbers.pop(), stops.pop()
    if not number.isdigit() or not all(re.search(r"[_^](\{[^}]*)?$", "".join(t.text for t in before[:k])) for k in places):
        return None
    expected = [str(int(number) - 1) if k in places else t.text for k, t in enumerate(before)]
    if len(earlier) == len(before) and [t.text for t in earlier] != expected:
        return None
    letter = next((c for c in "qrpsuv" if c not in {t.text for t in before}), "z")
    body = [replace(t, kind="name", text=letter) if k in places else t for k, t in enumerate(before)]
    bounds = f"_{{{letter}={number}}}" + (f"^{{{stop}}}" if stop.isdigit() else "")
    return _spell(ts[at:end], rf"\sum{bounds}(", body, ")"), end


def _separates(token):
    return token.kind in ("rel", "amp", "brk") or (token.kind == "op" and token.text in ("+", "-", ",", "."))


def _edge(tokens, at, way):
    """The first place from `at` on, forward or backward, that is no more part of the same term."""
    depth = 0
    while 0 <= at < len(tokens):
        depth += way * step(tokens[at])
        if depth < 0 or (depth == 0 and _separates(tokens[at])):
            break
        at += way
    return at
