"""Read what hangs below and above a symbol, and spell a symbol for a report."""

import re

from linebyline.checker.parser.tokens import Unreadable, script_text


def is_index_number(token):
    return token is not None and token.kind == "num" and token.text.isdecimal() and len(token.text) < 4


def sub_terms(node):
    """Read a node's subscripts as a list of terms: ("var", x), ("lit", n), ("unit", prefix, term), ("word", w), ("expr", x, n)."""
    terms = []
    for script in node.subs:
        tokens = [t for t in _without_examples(script) if not (t.kind == "op" and t.text in "{}()[]") and t.kind not in ("gap", "words", "prime")]
        at = 0
        while at < len(tokens):
            token = tokens[at]
            following = tokens[at + 1] if at + 1 < len(tokens) else None
            if token.text in (",", ";", "*") and token.kind == "op":
                pass
            elif token.kind == "name" and following is not None and following.kind == "sub":
                inner = tokens[at + 2] if at + 2 < len(tokens) else None
                if inner is None:
                    raise Unreadable("an index of an index is missing")
                value = ("lit", int(inner.text)) if is_index_number(inner) else ("var", inner.text)
                if token.text in "yc":  # p_{y_i}: the entry of the class label
                    value = None
                terms.append(("unit", token.text, value) if value else ("var", token.text))
                at += 2
            elif token.kind == "name" and token.text in PREFIX and is_index_number(following) and following.start == token.end:
                terms.append(("unit", token.text, ("lit", int(following.text))))
                at += 1
            elif (
                token.kind == "name"
                and following is not None
                and following.kind == "op"
                and following.text in "+-"
                and at + 2 < len(tokens)
                and is_index_number(tokens[at + 2])
            ):
                terms.append(("expr", token.text, int(tokens[at + 2].text) * (1 if following.text == "+" else -1)))
                at += 2
            elif token.kind == "name":
                terms.append(("word", token.text) if len(token.text.rstrip("'")) > 1 and token.text != "ell" else ("var", token.text))
            elif is_index_number(token):
                terms.append(("digits", token.text))
            else:
                raise Unreadable(f"cannot read the index {script_text(script)!r}")
            at += 1
    return terms


def sub_terms_or_none(node):
    """The terms of a node's subscripts; none where they cannot be read."""
    try:
        return sub_terms(node)
    except Unreadable:
        return []


def _without_examples(script):
    """Drop the superscript of a class label in an index: ``y^{(i)}`` is the label, whichever example it belongs to."""
    at = next((k for k, t in enumerate(script) if t.kind == "sup" and k and script[k - 1].text in ("y", "c")), None)
    if at is None:
        return script
    depth, end = 0, at + 1
    for end in range(at + 1, len(script)):
        depth += (script[end].text in ("{", "(")) - (script[end].text in ("}", ")"))
        if depth == 0:
            break
    return [*script[:at], *script[end + 1 :]]


PREFIX = "hoi"


SUPERSCRIPT = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|(T|top|mathsfT)|([+*]|new|old)$|([A-Za-z][+-]\d+|[lL])|(-?\d+)|([A-Za-z]+)|,")


def super_terms(node):
    """Read a node's superscripts as a list of ("layer", text, bracket), ("T",), ("plus",), ("digits", n)."""
    terms = []
    for script in node.sups:
        text = script_text(script).replace("^", "")
        at = 0
        while at < len(text):
            match = SUPERSCRIPT.match(text, at)
            if not match:
                raise Unreadable(f"cannot read the superscript {text!r}")
            round_, square, transpose, plus, layer, digits, name = match.groups()
            if round_ is not None or square is not None:
                inner = round_ if round_ is not None else square
                if inner in ("t+1", "new"):
                    terms.append(("plus",))
                elif inner in ("t", "old"):
                    terms.append(("old",))
                elif inner == "T":
                    terms.append(("T",))
                else:
                    terms.append(("layer", inner, True))
            elif transpose:
                terms.append(("T",))
            elif plus:
                if plus in ("+", "new"):
                    terms.append(("plus",))
                elif plus == "*":
                    terms.append(("star",))
            elif layer:
                terms.append(("layer", layer, False))
            elif digits:
                terms.append(("digits", int(digits)))
            elif name:
                terms.append(("layer", name, False))
            at = match.end()
    return terms


def is_layer_text(text, conv=None):
    """Whether a superscript can be a layer: l+1, L, 2, out; h and o only where layers have no numbers."""
    if text in ("o", "h"):
        return conv is None or not conv.layered
    letter = conv.layer_letter if conv is not None else "l"
    return bool(re.fullmatch(rf"[{letter}L](?:[+-]\d+)?|\d+|out|in|hidden|output|input", text))


def layer_number(text, kind, options, scene):
    """Turn the text of a layer superscript into a layer, or None."""
    if text in ("out", "o", "output"):
        return scene.layers
    if text in ("in", "input"):
        return 0 if kind == "out" else 1
    if text in ("h", "hidden"):
        return 1
    match = re.fullmatch(r"([lLnkmi])(?:([+-]\d+))?", text)
    if match:
        number = scene.layers if match[1] == "L" else options.l
        number += int(match[2] or 0)
        if kind in ("W", "b") and options.weight_layer == "from":
            number += 1
    elif text.isdigit():
        number = int(text) - options.first + (kind in ("W", "b") and options.weight_layer == "from")
    else:
        return None
    return number


GREEK = set("delta sigma theta omega eta alpha epsilon phi gamma lambda beta psi mu rho xi nu tau zeta kappa chi pi".split())


def spelling(node):
    """Spell a symbol compactly, for messages."""
    text = node.name[:-3] if node.name.endswith("hat") and len(node.name) > 3 else node.name
    text = "\\" * (text.lower() in GREEK) + text
    text = rf"\hat {text}" if node.name.endswith("hat") and len(node.name) > 3 else text
    for script in node.subs:
        inner = _spell(script)
        text += f"_{{{inner}}}" if len(inner) > 1 else f"_{inner}"
    for script in node.sups:
        inner = _spell(script)
        text += f"^{{{inner}}}" if len(inner) > 1 else f"^{inner}"
    return text + "'" * node.primes


def _spell(script):
    return "".join(
        ("\\" if t.kind == "name" and len(t.text) > 2 and t.text in ("delta", "sigma", "theta") else "") + t.text
        for t in script
        if t.kind not in ("gap",)
    ).strip("{}")
