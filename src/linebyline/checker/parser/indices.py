r"""Respell letters, indices, braces and derivatives."""

import re
from dataclasses import replace

from linebyline.checker.parser.rules import Rules, around, bracketed, is_at, kind_at, past_scripts, spell, spelling_of
from linebyline.checker.parser.tokens import PAIRS, levels, split

RULES = Rules()
rule = RULES.rule


@rule("_", needs={"'"})
def primed_indices(ts, at):
    """``z_{k'}``: a prime on an index is part of its name."""
    bare = kind_at(ts, at + 2) == "prime"
    if bare and (is_at(ts, at + 3, "(") or is_at(ts, at - 1, "w", "W", "b", "B")):  # g_k'(z), b_k': a slope, and what is new
        return None
    end, made = max(at + 2 + bare, bracketed(ts, at + 1)[1]), []
    for token in ts[at:end]:
        primed = token.kind == "prime" and made[-1].kind == "name" and len(made[-1].text) == 1
        made[-1 if primed else len(made) :] = [replace(made[-1], text=made[-1].text + "'", end=token.end) if primed else token]
    return made, end


@rule("_", "^", needs={"ell"}, unless={"l"})
def ell_is_a_layer(ts, at):
    r"""``z^{(\ell)}``: the layer l."""
    end = past_scripts(ts, at)
    return [replace(t, text="l") if t.text == "ell" else t for t in ts[at:end]], end


LAYER = re.compile(r"[lL](?:[+-]\d)?|\d")


@rule("_", needs={","})
def layers_before_a_comma(ts, at):
    r"""``a_{L,j}``, ``w_{l,i,j}``, ``\delta_{2,k}``, ``a_{j,l-1}``: the layer and the unit, where the text shows that it is one."""
    inside, end = bracketed(ts, at + 1)
    parts = [part for _, part in split(inside or [], lambda t: t.text == ",")]
    behind = LAYER.fullmatch(spelling_of(parts[-1])) and parts[-1][0].kind == "name"  # a_{j,l}
    layer, *units = [parts[-1], *parts[:-1]] if behind else parts
    if not units or not LAYER.fullmatch(spelling_of(layer)) or kind_at(ts, at - 1) != "name":
        return None
    shown = (
        spelling_of(layer)[0] == "L"
        or len(units) == 2
        or ts[at - 1].text in ("delta", "z", "a", "net", "h")
        and layer[0].kind == "num"
        and units[0][0].kind == "name"
    )
    if not shown:
        spelt = "".join(t.text for _, t in around(ts, at))
        shown = re.search(r"_\{(?:L|[lL][+-]\d),|,[lL][+-]\d\}|_\{[lL\d],\w,\w\}|delta_\{\d,[a-z]\}", spelt) and not re.search(
            r"sum_\{?l(?![+-])", spelt
        )
    return (spell(ts[at:end], "^{(", layer, ")}_{", [t for part in units for t in part], "}"), end) if shown else None


@rule("_", in_code_only=True)
def names_in_programs(ts, at):
    """``e_sq``: a word of several letters behind the underscore is one index."""
    end = at + 1
    while kind_at(ts, end) == "name" and ts[end].start == ts[end - 1].end and len(ts[end].text) == 1:
        end += 1
    word = "".join(t.text for t in ts[at + 1 : end])
    return (spell(ts[at:end], "_{", ts[at + 1 : end], "}"), end) if len(word) > 1 and set(word).isdisjoint("hijklmno") else None


@rule("h", "o", "i")
def units_without_a_mark(ts, at):
    """``ao1``, ``outh1``: the unit below, though no mark says so."""
    letters = "a z s t y d net out target delta".split()
    glued = is_at(ts, at - 1, *letters) and ts[at - 1].end == ts[at].start and kind_at(ts, at + 1) == "num" and ts[at].end == ts[at + 1].start
    return (spell(ts[at : at + 2], "_{", ts[at : at + 2], "}"), at + 2) if glued and kind_at(ts, at - 2) not in ("sub", "sup") else None


@rule("delta")
def deltas_of_weights(ts, at):
    r"""``\delta w^L = ...``: the gradient, dw."""
    opens = at == 0 or ts[at - 1].kind in ("brk", "amp", "gap", "arrow")
    weight = is_at(ts, at + 1, "w", "W", "b") and kind_at(ts, past_scripts(ts, at + 2)) in ("rel", "amp")
    return ([replace(ts[at], kind="cmd", text="partial", end=ts[at].start + 1)], at + 1) if opens and weight else None


@rule("delta", "out", "net", "target")
def words_without_a_mark(ts, at):
    r"""``\delta{j}``, ``out{o1}``: the index in braces."""
    inside, end = bracketed(ts, at + 1)
    index = inside and ts[at + 1].text == "{" and re.fullmatch(r"\d|[hijklmno]|[hoi]\d", spelling_of(inside))
    return (spell(ts[at:end], ts[at : at + 1], "_{", inside, "}"), end) if index else None


@rule("{")
def braces_around_everything(ts, at):
    r"""``\mathbf{a = b}``: the equation in the braces."""
    inside, end = bracketed(ts, at)
    opens, ends = all(t.kind == "gap" for t in ts[:at]), all(t.kind in ("gap", "brk") for t in ts[end : end + 1])
    relates = opens and ends and inside and any(t.kind == "rel" and depth == 0 for t, depth in levels(inside))
    return (inside, end) if relates else None


# ---------------------------------------------------------------- derivatives


@rule("underbrace", "overbrace", "boxed")
def decorations(ts, at):
    r"""``\underbrace{x}_{..}`` and ``\boxed{a = b}``: the formula without its decoration."""
    body, end = bracketed(ts, at + 1)
    if body is None:
        return [], at + 1
    end = end if ts[at].text == "boxed" else past_scripts(ts, end)
    relation = any(t.kind == "rel" and depth == 0 for t, depth in levels(body))
    return (body if relation else spell(ts[at:end], "{", body, "}")), end


@rule("{")
def loose_braces(ts, at):
    """``{dw}_1``, ``{-e}^{-x}``, ``g{'}``, ``\\big{(}``: braces that hold a sign or d with what its script belongs to, a prime, a bracket."""
    if (kind_at(ts, at + 1) == "prime" or is_at(ts, at + 1, "(", ")", "[", "]")) and is_at(ts, at + 2, "}"):
        return [ts[at + 1]], at + 3
    if is_at(ts, at + 1, "d") and is_at(ts, at + 2, "}") and kind_at(ts, at + 3) == "name" and kind_at(ts, at - 1) not in ("sub", "sup"):
        return [replace(ts[at + 1], kind="cmd", text="partial")], at + 3
    scripted = is_at(ts, at + 3, "}") and kind_at(ts, at + 2) == "name" and kind_at(ts, at + 4) in ("sub", "sup")
    opens = at == 0 or ts[at - 1].text in PAIRS or ts[at - 1].kind == "rel"
    return (ts[at + 1 : at + 3], at + 4) if scripted and is_at(ts, at + 1, "partial", "d", *("-" * opens)) else None


@rule("pdv", "pd", "pderiv", "dv", "odv", "deriv", "diffp")
def macros_for_derivatives(ts, at):
    r"""``\pdv{E}{w}``, ``\dv{w}`` of the physics package: a fraction of two differentials."""
    above, after = bracketed(ts, at + 1)
    below, end = bracketed(ts, after)
    if above is None:
        return None
    above, below = ([], above) if below is None else (above, below)
    return spell(ts[at:end], r"\frac{\partial", above, r"}{\partial", below, "}"), end


@rule("^", needs={","})
def two_things_above(ts, at):
    r"""``\delta^{x,l}``: two superscripts."""
    inside, end = bracketed(ts, at + 1)
    parts = [part for _, part in split(inside or [], lambda t: t.text == ",")]
    if len(parts) != 2 or not all(re.fullmatch(r"[(\[]?(?:ell|[A-Za-z](?:[+-]\d)?|\d)[)\]]?", spelling_of(part)) for part in parts):
        return None
    return spell(ts[at:end], "^{", parts[0], "}^{", parts[1], "}"), end


@rule("d", needs={"_"})
def differentials_below(ts, at):
    r"""``d_{Z^{[2]}}``, ``d_z``: dZ^{[2]} and dz."""
    end = past_scripts(ts, at + 1)
    inside = bracketed(ts, at + 2)[0] or ts[at + 2 : end]
    if kind_at(ts, at) != "name" or kind_at(ts, at + 1) != "sub" or kind_at(inside, 0) != "name":
        return None
    scripted = kind_at(inside, 1) == "sup" and past_scripts(inside, 1) == len(inside)
    single = len(inside) == 1 and inside[0].text in tuple("zawbZAWB")
    return ([replace(ts[at], kind="cmd", text="partial"), *inside], end) if scripted or single else None
