r"""Respell what people write in many ways, so that the grammar needs one: tokens in, tokens out, places kept.

A rule is a function from tokens to tokens and stands in `RULES` beside the
words that call for it. What it adds takes the place of what it stands for, so
that a side's text is still the text as typed.
"""

import re
from dataclasses import replace

from linebyline.checker.parser.tokens import Token
from linebyline.checker.parser.tokens import tokenise as cut

PAIRS = {"{": "}", "(": ")", "[": "]", "\\{": "\\}"}
LOSS_LETTERS = set("L J E C H ell e Loss loss Cost cost Error error CE BCE MSE NLL".split())
DERIVATIVES = {"pdv": "partial", "pd": "partial", "pderiv": "partial", "dv": "partial", "odv": "partial", "deriv": "partial", "diffp": "partial"}
ENTROPIES = re.compile(r"(?:in|train|B?CE|[MS]SE|MAE|NLL|RSS|xent|ce|mse)")


def tokenise(text, start=0, end=None, plain=False):
    """Cut text[start:end] into tokens, respelt; their places are places in `text`."""
    return respell(cut(text, start, end, plain), plain)


def respell(tokens, plain=False):
    """Apply the rules whose words occur."""
    for rule, words in RULES:
        if words is None or not words.isdisjoint({t.text for t in tokens}):
            tokens = rule(tokens, plain)
    return tokens


# ---------------------------------------------------------------- helpers


REACH = 250  # symbols: each bracket of a long text is looked at once, so the work stays within bounds


def _is(tokens, at, *texts):
    return 0 <= at < len(tokens) and tokens[at].text in texts and tokens[at].kind not in ("words",)


def _op(text, at):
    return Token("op", text, at, at)


def _close(tokens, at):
    """The place of the bracket that closes the one at `at`, or None; what is longer than `REACH` is no index or argument."""
    depth = 0
    for k in range(at, min(at + REACH, len(tokens))):
        if tokens[k].kind == "op":
            depth += (tokens[k].text in PAIRS) - (tokens[k].text in PAIRS.values())
            if depth == 0:
                return k
    return None


def _inside(tokens, at):
    """What stands in the brackets that open at `at`, and the place after them; (None, at) if there are none."""
    if not _is(tokens, at, *PAIRS) or (end := _close(tokens, at)) is None:
        return None, at
    return tokens[at + 1 : end], end + 1


def _script(tokens, at):
    """The place after the scripts that start at `at`."""
    while at + 1 < len(tokens) and tokens[at].kind in ("sub", "sup"):
        at = (_close(tokens, at + 1) or len(tokens) - 1) + 1 if tokens[at + 1].text in PAIRS else at + 2
    return at


def _levels(tokens):
    """Pair each token with its depth of brackets."""
    depth = 0
    for token in tokens:
        depth -= token.kind == "op" and token.text in PAIRS.values()
        yield token, depth
        depth += token.kind == "op" and token.text in PAIRS


def _script_kinds(tokens):
    """For each token, the kind of the innermost script it stands in: sub, sup, or nothing."""
    out, stack, pending = [], [""], ""
    for token in tokens:
        if token.kind == "op" and token.text in PAIRS:
            stack.append(pending or stack[-1])
        out.append(pending or stack[-1])
        if token.kind == "op" and token.text in PAIRS.values() and len(stack) > 1:
            stack.pop()
        pending = token.kind if token.kind in ("sub", "sup") else ""
    return out


def _each(tokens, rewrite):
    """Walk along tokens; `rewrite(tokens, at)` gives (new tokens, place after), or None to keep the token."""
    out, at = [], 0
    while at < len(tokens):
        found = rewrite(tokens, at)
        if found is None:
            out.append(tokens[at])
            at += 1
        else:
            out.extend(found[0])
            at = found[1]
    return out


# ---------------------------------------------------------------- rules


def ell_is_a_layer(tokens, plain):
    r"""``z^{(\ell)}``: the layer l."""
    if any(t.kind == "name" and t.text == "l" for t in tokens):
        return tokens
    return [replace(t, text="l") if t.text == "ell" and where else t for t, where in zip(tokens, _script_kinds(tokens))]


def primed_indices(tokens, plain):
    r"""``z_{k'}``: a prime on an index is part of its name."""
    kinds = _script_kinds(tokens)

    def rewrite(ts, at):
        token = ts[at]
        primed = token.kind == "name" and at + 1 < len(ts) and ts[at + 1].kind == "prime"
        return (
            ([replace(token, text=token.text + "'", end=ts[at + 1].end)], at + 2) if primed and kinds[at] == "sub" and len(token.text) == 1 else None
        )

    return _each(tokens, rewrite)


def macros_for_derivatives(tokens, plain):
    r"""``\pdv{E}{w}``, ``\dv{w}`` of the physics package: a fraction of two differentials."""

    def rewrite(ts, at):
        if ts[at].text not in DERIVATIVES or ts[at].kind != "name":
            return None
        above, after = _inside(ts, at + 1)
        if above is None:
            return None
        below, end = _inside(ts, after)
        above, below, end = ([], above, after) if below is None else (above, below, end)
        start, stop = ts[at].start, ts[end - 1].end
        d = Token("cmd", "partial", start, start + 2)
        made = [Token("cmd", "frac", start, start)]
        for part in (above, below):
            made += [_op("{", start), d, *respell(part, plain), _op("}", stop)]
        return made, end

    return _each(tokens, rewrite)


def differential_operator(tokens, plain):
    r"""``D_j S_i``: the derivative of S_i by the j-th score."""

    def rewrite(ts, at):
        if not _is(ts, at, "D") or at + 1 >= len(ts) or ts[at + 1].kind != "sub":
            return None
        after = _script(ts, at + 1)
        end = _script(ts, after + 1)
        if after >= len(ts) or ts[after].kind != "name" or ts[after - 1].text.isdigit():
            return None
        start, stop = ts[at].start, ts[end - 1].end
        d, net = Token("cmd", "partial", start, start + 2), Token("name", "net", start, start)
        top, bottom = [d, *ts[after:end]], [d, net, *ts[at + 1 : after]]
        return [Token("cmd", "frac", start, start), _op("{", start), *top, _op("}", stop), _op("{", start), *bottom, _op("}", stop)], end

    return _each(tokens, rewrite)


def blackboard_ones(tokens, plain):
    r"""``\mathbb{1}_{i=j}``: the 1 of an indicator, without its braces."""

    def rewrite(ts, at):
        bare = _is(ts, at, "{") and _is(ts, at + 1, "1", "I") and _is(ts, at + 2, "}") and not (at and ts[at - 1].kind in ("sub", "sup"))
        follows = at + 3 < len(ts) and (ts[at + 3].kind in ("sub", "sup") or ts[at + 3].text in ("[", "(", "\\{"))
        return ([replace(ts[at + 1], start=ts[at].start, end=ts[at + 2].end)], at + 3) if bare and follows else None

    return _each(tokens, rewrite)


def jacobians(tokens, plain):
    r"""``J_x(s)``: the derivative of s by x, where both are letters and x is no parameter."""

    def rewrite(ts, at):
        if not _is(ts, at, "J") or at + 1 >= len(ts) or ts[at + 1].kind != "sub":
            return None
        after = _script(ts, at + 1)
        below, above = ([t for t in part if t.text not in "{}"] for part in (ts[at + 2 : after], _inside(ts, after)[0] or []))
        if len(above) != 1 or len(below) != 1 or {above[0].kind, below[0].kind} != {"name"} or below[0].text in ("w", "W", "theta", "Theta", "b"):
            return None
        if above[0].text in ("w", "W", "theta", "Theta", "b"):
            return None
        start, stop = ts[at].start, _inside(ts, after)[1]
        d = Token("cmd", "partial", start, start + 2)
        made = [Token("cmd", "frac", start, start), _op("{", start), d, *above, _op("}", start), _op("{", start), d, *below]
        return [*made, _op("}", ts[stop - 1].end)], stop

    return _each(tokens, rewrite)


def decorations(tokens, plain):
    r"""``\underbrace{x}_{..}`` and ``\boxed{a = b}``: the formula without its decoration."""

    def rewrite(ts, at):
        if not _is(ts, at, "underbrace", "overbrace", "boxed"):
            return None
        body, end = _inside(ts, at + 1)
        if body is None:
            return [], at + 1
        if ts[at].text != "boxed":
            end = _script(ts, end) if end < len(ts) and ts[end].kind in ("sub", "sup") else end
        body = decorations(body, plain)
        relation = any(t.kind == "rel" and depth == 0 for t, depth in _levels(body))
        return (body if relation else [ts[at + 1], *body, _op("}", ts[end - 1].end)]), end

    return _each(tokens, rewrite)


def hats_in_words(tokens, plain):
    """``y_hat``, ``y_{hat}``: the letter with its hat."""

    def rewrite(ts, at):
        if ts[at].kind != "name" or at + 2 >= len(ts) or ts[at + 1].kind != "sub":
            return None
        braced = _is(ts, at + 2, "{")
        if not _is(ts, at + 2 + braced, "hat") or (braced and not _is(ts, at + 4, "}")):
            return None
        end = at + 3 + 2 * braced
        return [replace(ts[at], text=ts[at].text + "hat", end=ts[end - 1].end)], end

    return _each(tokens, rewrite)


def sums_in_capitals(tokens, plain):
    r"""``\Sigma_i``: a sum sign."""
    return [
        Token("cmd", "sum", t.start, t.end) if t.text == "Sigma" and t.kind == "name" and tokens[k + 1 : k + 2] and tokens[k + 1].kind == "sub" else t
        for k, t in enumerate(tokens)
    ]


def probabilities(tokens, plain):
    r"""``p(y^{(i)} = k | x^{(i)}; \theta)``: the network's k-th output for example i."""

    def rewrite(ts, at):
        if not _is(ts, at, "p", "P", "Pr") or not _is(ts, at + 1, "(", "["):
            return None
        inside, end = _inside(ts, at + 1)
        bar = next((k for k, (t, depth) in enumerate(_levels(inside or [])) if t.text == "|" and depth == 0), None)
        if bar is None:
            return None
        event, start, stop = inside[:bar], ts[at].start, ts[end - 1].end
        equals = next((k for k, t in enumerate(event) if t.kind == "rel" and t.text == "="), len(event))
        target, value = event[:equals], event[equals + 1 :] or event[:1]
        if not target or target[0].kind != "name":
            return None
        if equals == len(event) and (own := [t.text for t in target[1:]]) and own != [t.text for t in inside[bar + 2 : bar + 2 + len(own)]]:
            target, value = target[:1], [t for t in target[2:] if t.text not in "{}"]  # p(y_k|x): the class k
        subs, sups = [], []
        for k in range(1, len(target)):
            if target[k].kind in ("sub", "sup"):
                script = target[k + 1 : _script(target, k)]
                (subs if target[k].kind == "sub" else sups).extend(script)
        name = Token("name", "yhat", start, stop)
        if [t.text for t in value] != ["1"] or subs:
            comma = [_op(",", start)] if subs else []
            value = [t for t in (*(t for t in subs if t.text not in "{}"), *comma, *value)]
            name = [name, Token("sub", "_", start, start), _op("{", start), *value, _op("}", stop)]
        else:
            name = [name]
        return [*name, *([Token("sup", "^", start, start), _op("{", start), *sups, _op("}", stop)] if sups else [])], end

    return _each(tokens, rewrite)


def what_a_loss_depends_on(tokens, plain):
    r"""``H(y, \hat y)``, ``L(y|p)``, ``J_{(w)}``, ``L_{CE}``: the loss; what it depends on, or is called, changes nothing."""

    def rewrite(ts, at):
        after_gradient = at >= 2 and (_is(ts, at - 1, "}") or ts[at - 2].kind == "sub") and any(t.text == "nabla" for t in ts[max(0, at - 8) : at])
        if ts[at].kind != "name" or ts[at].text not in LOSS_LETTERS:
            return None
        end = at + 1
        if end < len(ts) and ts[end].kind == "sub":
            after = _script(ts, end)
            spelt = "".join(t.text for t in ts[end + 1 : after] if t.text not in "{}")
            if ENTROPIES.fullmatch(spelt) or spelt in ("theta", "Theta", "w", "W") or ({"(", ","} & set(spelt) and {"w", "W", "b"} & set(spelt)):
                end = after
        inside, after = _inside(ts, end)
        listed = inside is not None and ts[end].text in "([" and any(t.text in (",", ";", "|") and depth == 0 for t, depth in _levels(inside))
        if listed and not any(t.text in ("+", "-", "*", "sum", "frac") for t, depth in _levels(inside) if depth == 0):
            end = after
        elif end == at + 1 and not (ts[at].text == "H" and after_gradient):
            return None
        name = "L" if ts[at].text == "H" and (listed or after_gradient) else ts[at].text
        return [replace(ts[at], text=name, end=ts[end - 1].end)], end

    return _each(tokens, rewrite)


def loose_braces(tokens, plain):
    """``{dw}_1`` and ``{-e}^{-x}``: braces that hold a sign or a d together with what the script belongs to."""

    def rewrite(ts, at):
        inside, end = _inside(ts, at) if _is(ts, at, "{") else (None, at)
        if inside is None or len(inside) != 2 or end >= len(ts) or ts[end].kind not in ("sub", "sup") or inside[1].kind != "name":
            return None
        opens = at == 0 or ts[at - 1].text in PAIRS or ts[at - 1].kind == "rel"
        if inside[0].text in ("partial", "d") or (inside[0].text == "-" and opens):
            return inside, end
        return None

    return _each(tokens, rewrite)


def code_indices(tokens, plain):
    """``w[i,j]``, ``delta[j]``, ``A[l-1]'`` in code: indices, layers and transposes."""
    if not plain:
        return tokens
    spelt = ["".join(t.text for t in (_inside(tokens, k)[0] or [])) for k, t in enumerate(tokens) if t.text == "["]
    counted = any(re.fullmatch(r"\w,\w", s) for s in spelt)  # w[i,j]: then a[i] is an entry, not a layer

    def rewrite(ts, at):
        if not _is(ts, at, "[") or at == 0 or ts[at].spaced or ts[at - 1].kind not in ("name", "num"):
            return None
        inside, end = _inside(ts, at)
        text = "".join(t.text for t in inside) if inside else ""
        layer = re.fullmatch(r"[lL]?(?:[+-]?\d)?", text) and not counted
        if not re.fullmatch(r"[A-Za-z0-9](?:[+-]\d)?(?:,[A-Za-z0-9])?", text) or (ts[at].text == "[" and layer and not _is(ts, end, "'")):
            return None
        if layer:
            if not ts[at - 1].text.isupper() or _is(ts, end + 1, "("):
                return None
            top = Token("sup", "^", ts[end].start, ts[end].start)
            return [*ts[at:end], top, Token("name", "T", ts[end].start, ts[end].end)], end + 1
        start = ts[at].start
        return [Token("sub", "_", start, start), _op("{", start), *inside, Token("op", "}", ts[end - 1].start, ts[end - 1].end)], end

    return _each(tokens, rewrite)


def augmented_assignments(tokens, plain):
    """``w -= a``: w becomes w - (a)."""
    for at in range(1, len(tokens) - 1):
        sign, equals = tokens[at], tokens[at + 1]
        if sign.text in ("-", "+") and equals.text == "=" and equals.start == sign.end and equals.kind == "rel" and tokens[at - 1].kind != "sup":
            first = next((k + 1 for k in range(at - 1, -1, -1) if tokens[k].kind in ("brk", "rel", "gap", "words")), 0)
            last = next((k for k in range(at + 2, len(tokens)) if tokens[k].kind in ("brk", "rel", "gap", "words")), len(tokens))
            left = [replace(t, start=equals.end, end=equals.end) for t in tokens[first:at]]
            stop = tokens[last - 1].end
            right = [*left, Token("op", sign.text, equals.end, equals.end), _op("(", equals.end), *tokens[at + 2 : last], _op(")", stop)]
            made = [*tokens[:at], Token("rel", "<-", sign.start, equals.end), *right]
            return made + augmented_assignments(tokens[last:], plain)
    return tokens


def numpy_sums(tokens, plain):
    """``np.sum(dZ, axis=1, keepdims=True)``: a sum over the examples; ``np.square``, ``np.transpose``: a power."""
    powers = {"square": [Token("num", "2", 0, 0)], "transpose": [Token("name", "T", 0, 0)]}

    def rewrite(ts, at):
        if not (_is(ts, at, "np") and _is(ts, at + 1, ".")):
            return None
        k = at + 2
        while k < len(ts) and ts[k].text.isalnum() and not _is(ts, k, "("):
            k += 1
        called = {"top": "transpose"}.get(name := "".join(t.text for t in ts[at + 2 : k]), name)
        inside, end = _inside(ts, k)
        if inside is None or called not in ("sum", *powers):
            return None
        start, stop = ts[at].start, ts[end - 1].end
        keyword = next((j for j, (t, d) in enumerate(_levels(inside)) if t.text == "," and d == 0 and any(u.kind == "rel" for u in inside[j:])), None)
        body = [_op("(", start), *numpy_sums(inside[:keyword], plain), _op(")", stop)]
        if called == "sum":
            return [Token("cmd", "sum", start, start + 6), *body], end
        return [
            *body,
            Token("sup", "^", stop, stop),
            _op("{", stop),
            *(replace(t, start=stop, end=stop) for t in powers[called]),
            _op("}", stop),
        ], end

    return _each(tokens, rewrite)


def slopes_of_relu(tokens, plain):
    r"""``1_{z > 0}``, ``\mathbb 1[z > 0]``, ``(z > 0)``: the derivative of relu at z."""

    def rewrite(ts, at):
        first = at
        if _is(ts, first, "np") and _is(ts, first + 1, "."):
            first += 2
            while first < len(ts) and not _is(ts, first, "("):
                first += 1
        elif _is(ts, first, "1", "I", "chi", "mathbb"):
            first += 1
            first += first < len(ts) and ts[first].kind == "sub"
        inside, end = _inside(ts, first)
        if inside is None or (first == at and ts[at].text not in "(["):
            return None
        sign = next((k for k, (t, depth) in enumerate(_levels(inside)) if t.text in (">", "geq", "ge", "gt", "≥") and depth == 0), None)
        if sign is None or "".join(t.text for t in inside[sign + 1 :]) != "0":
            return None
        start, stop = ts[at].start, ts[end - 1].end
        relu = [Token("name", "relu", start, start), Token("prime", "'", start, start)]
        return [*relu, _op("(", start), *inside[:sign], _op(")", stop)], end

    return _each(tokens, rewrite)


def products_with_slopes(tokens, plain):
    r"""``x \otimes \sigma'(z)``, ``a \cdot (1 - a)``: a slope is multiplied entry by entry, whatever the sign."""

    def rewrite(ts, at):
        if not _is(ts, at, "⊗", "·"):
            return None
        slope = ts[at + 1 : at + 8][: next((k for k, t in enumerate(ts[at + 1 : at + 8]) if t.text == "("), 0)]
        sloped = bool(slope) and slope[0].kind == "name" and any(t.kind == "prime" for t in slope)
        inside = [t.text for t in _inside(ts, at + 1)[0] or []]
        complement = inside[:2] == ["1", "-"] and inside[2:] == [t.text for t in ts[at - len(inside) + 2 : at]]
        return ([replace(ts[at], text="⊙")], at + 1) if sloped or complement else None

    return _each(tokens, rewrite)


def functions_of_the_input(tokens, plain):
    r"""``a_k(x)``, ``f_k(x^{(i)})``: a_k, which depends on the input as everything does."""

    def rewrite(ts, at):
        if ts[at].kind != "name" or at + 1 >= len(ts) or ts[at + 1].kind != "sub" or ts[at].text in ("w", "W", "v", "u", "theta", "delta", "b"):
            return None
        after = _script(ts, at + 1)
        inside, end = _inside(ts, after)
        parameters = {t.text for t in ts[at + 1 : after]} & {"theta", "Theta", "w", "W"}
        if not inside or parameters or ts[after].text != "(" or inside[0].text not in ("x", "X") or _script(inside, 1) != len(inside):
            return None
        kept = [*ts[at:after], *(inside[1:] if len(inside) > 1 and inside[1].kind == "sup" else [])]
        return [*kept[:-1], replace(kept[-1], end=ts[end - 1].end)], end

    return _each(tokens, rewrite)


def changes_by_one_example(tokens, plain):
    r"""``\Delta_p w_{jk}``: the change for the pattern p, of the one example."""

    def rewrite(ts, at):
        end = _script(ts, at + 1)
        pattern = at == 0 and any(t.text in ("p", "n") for t in ts[1:end])
        named = pattern and _is(ts, at, "Delta") and _is(ts, end, "w", "W", "b", "theta")
        return ([replace(ts[at], end=ts[end - 1].end)], end) if named else None

    return _each(tokens, rewrite)


# ---------------------------------------------------------------- dots


def dots_in_sums(tokens, plain):
    r"""``w_1 x_1 + w_2 x_2 + \cdots + w_n x_n``: the sum that the dots stand for, where two terms show how they go on."""
    at = next((k for k, t in enumerate(tokens) if t.kind == "dots" and _is(tokens, k - 1, "+", "-")), None)
    if at is None:
        return tokens
    before, after = tokens[: at - 1], tokens[at + 1 :]
    sign = tokens[at - 1]
    terms, place = [], len(before)  # the terms before the dots, the last first: (place of the sign, tokens)
    while place > 0:
        cut_at, depth = 0, 0
        for k in range(place - 1, -1, -1):
            token = before[k]
            depth += (token.kind == "op" and token.text in PAIRS.values()) - (token.kind == "op" and token.text in PAIRS)
            if depth < 0 or (depth == 0 and (token.kind in ("rel", "amp", "brk") or token.text in ("+", "-"))):
                cut_at = k + 1
                break
        terms.append((cut_at, before[cut_at:place]))
        place = cut_at - 1
        if cut_at == 0 or before[place].text not in ("+", "-"):
            break
    last, end = [], 0
    if _is(after, 0, "+", "-"):
        levels = list(_levels(after))
        end = next(
            (k for k, (t, d) in enumerate(levels) if k and (d < 0 or d == 0 and (t.kind in ("rel", "brk") or t.text in ("+", "-", "=")))), len(after)
        )
        last = after[1:end]
        while last and last[-1].text in (".", ","):
            last, end = last[:-1], end - 1
    found = _pattern(terms, last) if terms else None
    if found is None or (last and after[0].text != sign.text):
        return tokens
    count, first, places, stop = found
    origin, body = terms[count - 1][0], terms[0][1]
    used = {t.text for t in tokens}
    letter = next(c for c in "qrpsuv" if c not in used)
    start, finish = before[origin].start, (last or tokens[at : at + 1])[-1].end
    sub = [Token("sub", "_", start, start), _op("{", start), Token("name", letter, start, start), Token("rel", "=", start, start)]
    sub += [Token("num", str(first), start, start), _op("}", start)]
    top = [Token("sup", "^", start, start), _op("{", start), Token("num", stop, start, start), _op("}", start)] if stop else []
    body = [replace(t, kind="name", text=letter) if k in places else t for k, t in enumerate(body)]
    made = [Token("cmd", "sum", start, start + 2), *sub, *top, _op("(", start), *body, _op(")", finish)]
    lead = before[:origin]
    if lead and lead[-1].text in ("+", "-") and lead[-1].kind == "op" and sign.text != lead[-1].text:
        return tokens
    if sign.text == "-" and not (lead and lead[-1].text == "-"):
        made.insert(0, Token("op", "-", start, start))
    return dots_in_sums([*lead, *made, *after[end:]], plain)


def _pattern(terms, last):
    """How many of the terms before the dots go on regularly, from which number, where it stands, and the last number if it is one."""
    newest = terms[0][1]
    older = terms[1][1] if len(terms) > 1 else None
    other = older if older is not None and len(older) == len(newest) else last
    if other is None or len(other) != len(newest):
        return None
    kinds = _script_kinds(newest)
    places = [k for k, (a, b) in enumerate(zip(newest, other)) if a.text != b.text]
    numbers = {newest[k].text for k in places}
    if len(numbers) != 1 or not all(newest[k].text.isdigit() and kinds[k] for k in places):
        return None
    number, count = int(numbers.pop()), 1
    for _, term in terms[1:]:
        spelt = [str(number - count) if k in places else t.text for k, t in enumerate(newest)]
        if [t.text for t in term] != spelt:
            break
        count += 1
    if other is older and count < 2:
        return None
    stop = ""
    if last:
        ends = {last[k].text for k in places} if len(last) == len(newest) else set()
        if len(ends) != 1 or any(a.text != b.text for k, (a, b) in enumerate(zip(newest, last)) if k not in places):
            return None
        stop = ends.pop()
    return count, number - count + 1, places, stop if stop.isdigit() else ""


RULES = (
    (decorations, {"underbrace", "overbrace", "boxed"}),
    (ell_is_a_layer, {"ell"}),
    (loose_braces, {"partial", "d", "-"}),
    (primed_indices, {"'"}),
    (macros_for_derivatives, set(DERIVATIVES)),
    (hats_in_words, {"hat"}),
    (sums_in_capitals, {"Sigma"}),
    (probabilities, {"p", "P", "Pr"}),
    (jacobians, {"J"}),
    (what_a_loss_depends_on, LOSS_LETTERS),
    (blackboard_ones, {"1", "I"}),
    (slopes_of_relu, {">", "geq", "ge", "gt", "≥"}),
    (numpy_sums, {"np"}),
    (code_indices, {"["}),
    (differential_operator, {"D"}),
    (products_with_slopes, {"⊗", "·"}),
    (functions_of_the_input, {"x", "X"}),
    (changes_by_one_example, {"Delta"}),
    (augmented_assignments, {"="}),
    (dots_in_sums, {"...", "dots", "cdots", "ldots"}),
)
