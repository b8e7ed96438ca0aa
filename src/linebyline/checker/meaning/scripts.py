"""Read what hangs below and above a symbol, and spell a symbol for a report."""

import re

from linebyline.checker.parser.tokens import GREEK_INDICES, Unreadable, script_text

PREFIX = "hoi"


def joined(scripts):
    """Spell several scripts as one."""
    return "".join(script_text(script) for script in scripts)


def is_index(text):
    """Whether a name is one letter, so that it can be an index."""
    return len(text.rstrip("'")) == 1 or text in ("ell", *GREEK_INDICES)


INDEX = re.compile(
    r"(?P<label>[yc]) [_^] (?P<example>[\w']+) "  # p_{y_i}: the entry of the class label
    r"|(?P<prefix>[^\W\d_]+'*) _ (?P<inner>[\w']+) |(?P<end>[hoi]) (?P<number>\d{1,3}) "
    r"|(?P<letter>[^\W\d_]+'*) (?P<offset>[+-] \d{1,3}) "
    rf"|(?P<var>[^\W\d_]'*|ell|{'|'.join(GREEK_INDICES)}) |"
    r"(?P<word>[^\W\d_]{2,}'*) |(?P<digits>\d{1,3}) |[,;*] "
)


def sub_terms(node):
    """Read a node's subscripts as a list of terms: ("var", x), ("digits", n), ("unit", prefix, term), ("word", w), ("expr", x, n).

    A class label's letter comes with the letter of its example: ("var", "y", "i").
    """
    terms = []
    for script in node.subs:
        solid = [t for t in script if not (t.kind == "op" and t.text in "{}()[]") and t.kind not in ("gap", "words", "prime")]
        text = "".join(f"{t.text if t.kind in ('name', 'num', 'op', 'sub', 'sup') else '?'} " for t in solid)
        at = 0
        while at < len(text):
            match = INDEX.match(text, at)
            if not match:
                raise Unreadable(f"cannot read the index {script_text(script)!r}")
            at = match.end()
            if match.lastgroup:
                terms.append(_term(match))
    return terms


def _term(match):
    kind = match.lastgroup
    text = match[kind]
    if kind == "example":
        return "var", match["label"], text
    if kind in ("inner", "number"):
        return "unit", match["prefix"] or match["end"], ("lit", int(text)) if text.isdecimal() else ("var", text)
    return ("expr", match["letter"], int(text.replace(" ", ""))) if kind == "offset" else (kind, text)


def sub_terms_or_none(node):
    """The terms of a node's subscripts; none where they cannot be read."""
    try:
        return sub_terms(node)
    except Unreadable:
        return []


SUPERSCRIPT = re.compile(
    r"(?P<T>T|top|mathsfT|\(T\)|\[T\])|(?P<plus>(?:\+|new|t\+1)$|\((?:t\+1|new)\)|\[(?:t\+1|new)\])|(?P<old>old$|\((?:t|old)\)|\[(?:t|old)\])|(?P<star>\*$)"
    r"|(?P<layer>\([^()]*\)|\[[^\[\]]*\]|[A-Za-z][+-]\d+|[lL]|[A-Za-z]+)|(?P<digits>-?\d+)|,"
)


def super_terms(node):
    """Read a node's superscripts as a list of ("layer", text), ("digits", n), and ("T", _), ("plus", _), ("old", _), ("star", _)."""
    terms = []
    for script in node.sups:
        text, at = script_text(script).replace("^", ""), 0
        while at < len(text):
            match = SUPERSCRIPT.match(text, at)
            if not match:
                raise Unreadable(f"cannot read the superscript {text!r}")
            at = match.end()
            terms += [(kind, int(spelt) if kind == "digits" else spelt.strip("()[]")) for kind, spelt in match.groupdict().items() if spelt]
    return terms


def is_layer_text(text, conv=None):
    """Whether a superscript can be a layer: l+1, L, 2, out; h and o only where layers have no numbers."""
    if text in ("o", "h"):
        return conv is None or not conv.layered
    letter = conv.layer_letter if conv is not None else "l"
    return bool(re.fullmatch(rf"[{letter}L](?:[+-]\d+)?|\d+|out|in|hidden|output|input", text))


def layer_number(text, kind, options, scene):
    """Turn the text of a layer superscript into a layer, or None."""
    last, first = scene.layers, 0 if kind == "out" else 1
    named = {"out": last, "o": last, "output": last, "in": first, "input": first, "h": 1, "hidden": 1}
    if text in named:
        return named[text]
    from_there = kind in ("W", "b") and options.weight_layer == "from"
    match = re.fullmatch(r"([lLnkmi])([+-]\d+)?", text)
    if match:
        return (last if match[1] == "L" else options.l) + int(match[2] or 0) + from_there
    if not text.isdecimal():
        return None
    number = int(text) - options.first + from_there
    return number - (kind == "b" and number > last)  # b^{(3)} beside W^{(2)} of the same layer


GREEK = set("delta sigma theta omega eta alpha epsilon phi gamma lambda beta psi mu rho xi nu tau zeta kappa chi pi".split())


def spelling(node):
    """Spell a symbol compactly, for messages."""
    hatted = node.name.endswith("hat") and len(node.name) > 3
    text = rf"\hat {_command(node.name[:-3])}" if hatted else _command(node.name)
    for sign, scripts in (("_", node.subs), ("^", node.sups)):
        for script in scripts:
            inner = "".join(_command(t.text) if t.kind == "name" else t.text for t in script if t.kind != "gap").strip("{}")
            text += sign + (f"{{{inner}}}" if len(inner) > 1 else inner)
    return text + "'" * node.primes


def _command(name):
    return "\\" * (name.lower() in GREEK) + name
