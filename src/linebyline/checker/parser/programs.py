r"""Respell what programs write, and the dots that leave out a part of a sum."""

import re
from dataclasses import replace

from linebyline.checker.parser.rules import EVERYTHING, Rules, bracketed, is_at, kind_at, past_scripts, spell, spelling_of
from linebyline.checker.parser.tokens import split, step

RULES = Rules()
rule = RULES.rule


@rule("np", "dot", "matmul", "multiply", "power", "square")
def numpy_calls(ts, at):
    """``np.dot(A, B)``, ``dot(A, B)``, ``np.sum(dZ, axis=1)``, ``np.square(a)``: a product, a sum over the examples, a power; ``np.exp``: exp."""
    first = at + 2 if ts[at].text == "np" else at
    if (first > at and not is_at(ts, at + 1, ".")) or is_at(ts, at - 1, ".") or kind_at(ts, first) not in ("name", "cmd"):
        return None
    start = next((k for k in range(first, len(ts)) if not ts[k].text.isalnum()), len(ts))
    called, (inside, end) = spelling_of(ts[first:start]), bracketed(ts, start)
    arguments = [part for _, part in split(inside or [], lambda t: t.text == ",") if not any(t.kind == "rel" for t in part)]
    products, powers = {"dot": "*", "matmul": "*", "multiply": "⊙", "outer": "⊗"}, {"square": "2", "top": "T"}
    if called in products and len(arguments) == 2:
        return spell(ts[at:end], "((", arguments[0], f"){products[called]}(", arguments[1], "))"), end
    if called == "sum" and inside and arguments:  # without an axis everything is added up
        axis = len(arguments) > 1 or any(t.kind == "rel" for t in inside)
        return spell(ts[at:end], r"\sum(" if axis else rf"\sum_{{{EVERYTHING}}}(", arguments[0], ")"), end
    if called in powers and arguments:
        return spell(ts[at:end], "(", arguments[0], f")^{powers[called]}"), end
    if called == "where" and len(arguments) == 3 and spelling_of(arguments[2]).strip(".0") == "" and any(t.text == ">" for t in arguments[0]):
        (_, slope), *_ = split(arguments[0], lambda t: t.text == ">")
        return spell(ts[at:end], "((", arguments[1], ")⊙relu'(", slope, "))"), end
    if called == "power" and len(arguments) == 2:
        return spell(ts[at:end], "(", arguments[0], ")^{", arguments[1], "}"), end
    return ([replace(ts[first], start=ts[at].start)], first + 1) if first > at else None


@rule("[", in_code_only=True)
def indices_in_code(ts, at):
    """``w[i,j]``, ``delta[j]``, ``A[l-1]'`` in code: indices, and the transpose of a layer's matrix."""
    inside, end = bracketed(ts, at)
    if not inside or ts[at].spaced or kind_at(ts, at - 1) not in ("name", "num"):
        return None
    if re.fullmatch(r"[lL]?(?:[+-]?\d)?", spelling_of(inside)):
        transposed = is_at(ts, end, "'") and ts[at - 1].text.isupper() and not is_at(ts, end + 1, "(")
        return ([*ts[at:end], *spell(ts[end : end + 1], "^", "T")], end + 1) if transposed else None
    index = re.fullmatch(r"[A-Za-z0-9](?:[+-]\d)?(?:,[A-Za-z0-9])?", spelling_of(inside))
    return (spell(ts[at:end], "_{", inside, "}"), end) if index else None


@rule("[")
def layers_in_brackets(ts, at):
    """``a[l]``: a layer, as in ``a^{[l]}``."""
    inside, end = bracketed(ts, at)
    layer = inside and kind_at(ts, at - 1) in ("name", "prime") and re.fullmatch(r"(?:[lLi]|\d)(?:[+-]\d)?", spelling_of(inside))
    transposed = spell(ts[end : end + 1], "^") if layer and is_at(ts, end, "T") and not ts[end].spaced else []
    return ([*spell(ts[at:end], "^", ts[at:end]), *transposed], end) if layer else None


@rule("-", "+", needs={"="})
def augmented_assignments(ts, at):
    """``w -= a``: w becomes w - (a)."""
    if not is_at(ts, at + 1, "=") or ts[at + 1].start != ts[at].end or kind_at(ts, at - 1) in ("", "sup"):
        return None
    stops = ("brk", "rel", "gap", "words")
    first = next((k + 1 for k in range(at - 1, -1, -1) if ts[k].kind in stops), 0)
    last = next((k for k in range(at + 2, len(ts)) if ts[k].kind in stops), len(ts))
    place = ts[at + 1].end
    left = [replace(t, start=place, end=place) for t in ts[first:at]]
    becomes = replace(ts[at], kind="rel", text="<-", end=place)
    return [becomes, *left, *spell(ts[at + 2 : last] or [becomes], ts[at].text + "(", ts[at + 2 : last], ")")], last


@rule("->", "→", "to", "rightarrow", "longrightarrow")
def steps_by_an_arrow(ts, at):
    r"""``w \to w - \eta ...``: what stands before the arrow stands behind it too, and so is given a new value."""
    stops = ("brk", "rel", "gap", "words", "arrow", "amp")
    first = next((k + 1 for k in range(at - 1, -1, -1) if ts[k].kind in stops), 0)
    last = next((k for k in range(at + 1, len(ts)) if ts[k].kind in stops), len(ts))
    left, right = ts[first:at], spelling_of(ts[at + 1 : last])
    if ts[at].kind != "arrow" or kind_at(ts, first) != "name" or past_scripts(ts, first + 1) != at or len(left) > 20:
        return None
    symbol = re.escape(spelling_of(left))
    again = re.search(rf"(?<![A-Za-z]){symbol}(?![\w'^])", right) and ("-" in right or "+" in right)
    return ([replace(ts[at], kind="rel", text="<-")], at + 1) if again else None


# ---------------------------------------------------------------- dots


@rule(needs={"..."})
def dots_in_sums(ts, at):
    r"""``w_1 x_1 + \cdots + w_n x_n``: the sum that the dots stand for, where the terms around them differ by a number in their scripts."""
    if at and not _separates(ts[at - 1]) and step(ts[at - 1]) <= 0:
        return None
    dots, sign = _edge(ts, at, 1) + 1, ts[at - 1].text if is_at(ts, at - 1, "+", "-") else "+"
    if kind_at(ts, dots) != "dots" or not is_at(ts, dots - 1, sign) or any(t.kind == "dots" for t in ts[:at]):
        return None
    end = _edge(ts, dots + 2, 1) if is_at(ts, dots + 1, sign) else dots + 1
    before, after, earlier = ts[at : dots - 1], ts[dots + 2 : end], ts[_edge(ts, at - 2, -1) + 1 : max(at - 1, 0)]
    places = [k for k, (a, b) in enumerate(zip(before, after or earlier)) if a.text != b.text]
    numbers, stops = {before[k].text for k in places}, {after[k].text if after else "" for k in places}
    if len(before) != len(after or earlier) or len(numbers) != 1 or len(stops) != 1 or is_at(ts, end, *({"+", "-"} if not after else ())):
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
    return spell(ts[at:end], rf"\sum{bounds}(", body, ")"), end


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
