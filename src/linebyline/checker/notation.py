r"""What the letters mean: one row a notation, and the quantities a symbol with its indices may stand for.

A row gives the letters for the inputs, the hidden layers' scores and outputs,
the last layer's scores and outputs, and the targets. The book's own names
(``net``, ``out``, ``target``, ``E``, ``w``, ``b``, ``delta``) are known in all
of them. A symbol that can stand for several things gets several choices, in
order of plausibility; what is not in a table is not guessed.
"""

import re
from dataclasses import dataclass, field
from functools import cache

from linebyline.checker.tokens import Unreadable, script_text

# name: (family, inputs, hidden scores, hidden outputs, last scores, last outputs, targets, order of w's indices)
# order: "to_from" is w_ji to j from i; "?" goes by the alphabet, w_ij from i to j
ROWS = {
    "question": ("question", "x i", "net", "out h", "net", "out o", "target t", "to_from"),
    "question: z and a": ("question", "x i", "z", "a h", "z", "a o", "target t y", "to_from"),
    "nielsen": ("layers", "x", "z", "a", "z", "a", "y t", "to_from"),
    "h and yhat": ("layers", "x", "z", "h", "z", "yhat o", "y t", "to_from"),
    "goodfellow": ("layers", "x", "a", "h", "a", "yhat h", "y t", "to_from"),
    "learning from data": ("layers", "x", "s", "x", "s", "x", "y", "from_to"),
    "rows u and h": ("layers", "x", "u", "h", "u", "h", "y t", "from_to"),
    "s and a": ("layers", "x", "s", "a", "s", "a", "y t d", "to_from"),
    "s and h": ("layers", "x", "s", "h", "s", "p y", "d t", "?"),
    "n and a": ("layers", "p", "n", "a", "n", "a", "t", "to_from"),
    "z and x": ("layers", "x", "z", "x", "z", "x", "y t", "to_from"),
    "u and z": ("layers", "x", "u", "z", "u", "z", "t d y", "to_from"),
    "coursera": ("layers", "x", "z", "a", "z", "a h", "y", "to_from"),
    "ufldl": ("layers", "x", "z", "a", "z", "a h", "y", "to_from"),
    "bishop": ("layers", "x", "a", "z", "a", "y", "t", "to_from"),
    "haykin": ("layers", "x", "v", "y", "v", "y", "d", "to_from"),
    "wikipedia": ("layers", "x", "net z", "o", "net z", "o", "t y", "?"),
    "duda": ("layers", "x", "net", "y", "net", "z", "t", "to_from"),
    "net and o": ("layers", "x", "net", "h", "net", "o y", "t d", "?"),
    "net and a": ("layers", "x", "net", "a", "net", "a", "y t", "?"),
    "h and o": ("layers", "x", "h", "o", "h", "yhat o", "y t d", "?"),
    "d2l": ("matrix", "x", "z", "h", "o", "yhat", "y", "to_from"),
    "cs224n": ("matrix", "x", "a", "h", "z", "yhat", "y", "to_from"),
    "z h o": ("matrix", "x", "z", "h", "z", "o", "y t", "?"),
    "a h o": ("matrix", "x", "a", "h", "o", "yhat p", "y", "to_from"),
    "z h y": ("matrix", "x", "z", "h", "z", "y", "t", "?"),
    "z p y": ("classes", "x", "", "h", "z", "p", "y t", "?"),
    "z yhat y": ("classes", "x", "", "h", "z", "yhat p", "y t", "?"),
    "z a y": ("classes", "x", "", "h", "z", "a", "y t", "?"),
    "o p y": ("classes", "x", "", "h", "o", "p", "y t", "?"),
    "z y t": ("classes", "x", "", "h", "z", "y", "t", "?"),
    "z o t": ("classes", "x", "", "h", "z", "o", "t y", "?"),
    "a y t": ("classes", "x", "", "h", "a", "y", "t", "?"),
    "a S y": ("classes", "x", "", "h", "a", "S", "y t", "?"),
    "a p y": ("classes", "x", "", "h", "a", "p yhat", "y t", "?"),
    "y S t": ("classes", "x", "", "h", "y", "S p", "t d", "?"),
    "z S y": ("classes", "x", "", "h", "z", "S s", "y t", "?"),
    "theta yhat y": ("classes", "x", "", "h", "theta", "yhat p", "y t", "?"),
    "s p y": ("classes", "x", "", "h", "s score scores", "p", "y t", "?"),
    "f p y": ("classes", "x", "", "h", "f", "p", "y t", "?"),
    "s yhat y": ("classes", "x", "", "h", "s score scores", "yhat", "y t", "?"),
    "o yhat y": ("classes", "x", "", "h", "o", "yhat", "y t", "?"),
    "net a y": ("classes", "x", "", "h", "net", "a", "y t", "?"),
    "v y t": ("classes", "x", "", "h", "v", "y", "t", "?"),
    "u y t": ("classes", "x", "", "h", "u", "y", "t", "?"),
    "z q p": ("classes", "x", "", "h", "z", "q", "p y t", "?"),
    "z h y classes": ("classes", "x", "", "x", "z", "h", "y t", "?"),
    "x p y": ("classes", "", "", "h", "x", "p", "y t", "?"),
    "x S y": ("classes", "", "", "h", "x", "S s", "y t", "?"),
    "x y t": ("classes", "", "", "h", "x", "y", "t", "?"),
    "x a y": ("classes", "", "", "h", "x", "a yhat", "y t", "?"),
    "x z t": ("classes", "", "", "h", "x", "z", "t y", "?"),
    "logits probs": ("classes", "x", "", "h", "logits logit l", "probs prob p", "y t label", "?"),
}
FAMILIES = ("question", "layers", "classes", "matrix")
NUMBERING = {"coursera": (1, "from"), "ufldl": (1, "from")}
SYNONYMS = {
    "mazur": "question",
    "layer": "layers",
    "class": "classes",
    "softmax": "classes",
    "matrices": "matrix",
    "vector": "matrix",
    "vectors": "matrix",
    "ng": "nielsen",
    "book": "question",
    "q": "question",
    "cs231n": "f p y",
    "d2l classes": "o yhat y",
}

ALWAYS = {
    "net": [("net", None)],
    "out": [("out", None)],
    "output": [("out", None)],
    "target": [("target", None)],
    "label": [("target", None)],
    "yhat": [("out", "last")],
    "Yhat": [("out", "last")],
    "phat": [("out", "last")],
    "delta": [("delta", None)],
    "w": [("W", None)],
    "W": [("W", None)],
    "b": [("b", None)],
    "B": [("b", None)],
}
OFTEN = {  # weaker: only where the row gives the letter no meaning
    "eta": [("eta", None)],
    "alpha": [("eta", None)],
    "lr": [("eta", None)],
    "epsilon": [("eta", None)],
    "r": [("eta", None)],
    "gamma": [("eta", None)],
    "mu": [("eta", None)],
    "omega": [("W", None)],
    "theta": [("W", None)],
    "Theta": [("W", None)],
    "Omega": [("W", None)],
    "y": [("target", None)],
    "t": [("target", None)],
    "x": [("out", 0)],
    "d": [("target", None)],
    "sigma": [("out", "last")],
    "softmax": [("out", "last")],
    "beta": [("b", None)],
    "pred": [("out", "last")],
    "Delta": [("gradient W", None)],
    "u": [("W", None)],
    "v": [("W", None)],
}
LOSSES = ("CE", "BCE", "MSE", "SSE", "NLL", "RSS", "l", "E", "L", "J", "C", "Loss", "loss", "Error", "error", "cost", "Cost", "ell", "err", "xi", "e")
FUNCTIONS = ("f", "g", "phi", "sigma", "psi", "act", "h", "theta", "s", "S")
NAMED = {"sigmoid": "sigmoid", "tanh": "tanh", "softmax": "softmax", "relu": "relu", "softplus": "softplus"}
ROLE_WORDS = {
    "W": "weights",
    "b": "bias",
    "net": "net",
    "out": "output",
    "delta": "dE/dnet",
    "target": "target",
    "loss": "the error E",
    "unit loss": "one output's share of E",
    "example loss": "one example's error",
    "eta": "the learning rate",
}


@dataclass(frozen=True)
class Choice:
    """One thing a symbol may stand for: a quantity, its layer, and an index (name, number, or None) a slot."""

    kind: str
    layer: int
    slots: tuple = ()
    transpose: bool = False
    power: int = 1
    cost: float = 0.0
    note: str = ""
    loose: bool = False


@dataclass(frozen=True)
class Options:
    """What is undecided about a whole derivation."""

    l: int = 1  # noqa: E741
    first: int = 0
    weight_layer: str = "to"
    weights: str = "to_from"
    vectors: str = "columns"
    notes: tuple = ()
    loose: bool = False


@dataclass
class Convention:
    """A row of the table made usable: letters to (kind, layer) pairs, plus what the text itself shows."""

    name: str
    family: str
    order: str
    letters: dict = field(default_factory=dict)
    layered: bool = False
    sub_layers: bool = False
    units: dict = field(default_factory=dict)
    sample: str = ""
    layer_letter: str = "l"
    bare_layers: bool = False
    text_names: frozenset = frozenset()
    named: dict = field(default_factory=dict)  # functions the text itself names

    def meanings(self, name):
        found = self.letters.get(name)
        if found is None and name in LOSSES:
            return [("loss", None)]
        if found is None and len(name) == 1 and name.isupper() and name != "D":
            found = self.letters.get(name.lower())
        if found is None and name in ("Yhat",):
            found = self.letters.get("yhat")
        return found or ()

    def knows(self, name):
        return (
            bool(self.meanings(name))
            or name in NAMED
            or name in FUNCTIONS
            or name in ("log", "ln", "exp", "e", "diag", "sum", "I", "pi", "T", "top", "Delta")
            or name in "nmNMKCB"
        )


def convention(name):
    """Build the convention of one row; what a text adds to it stays with that text."""
    return Convention(name, ROWS[name][0], ROWS[name][-1], _letters(name))


@cache
def _letters(name):
    """The letters of one row: {letter: [(kind, layer), ...]}."""
    _, inputs, hidden_net, hidden_out, last_net, last_out, target, _ = ROWS[name]
    letters = {letter: list(meaning) for letter, meaning in ALWAYS.items()}
    own = {}

    def put(spelt, kind, layer):
        for letter in spelt.split():
            own.setdefault(letter, [])
            if (kind, layer) not in own[letter] and (kind, None) not in own[letter]:
                own[letter].append((kind, layer))

    for hidden, last, kind in ((hidden_net, last_net, "net"), (hidden_out, last_out, "out")):
        both = [letter for letter in hidden.split() if letter in last.split()]
        put(" ".join(both), kind, None)
        put(" ".join(h for h in hidden.split() if h not in both), kind, "hidden")
        put(" ".join(letter for letter in last.split() if letter not in both), kind, "last")
    put(inputs, "out", 0)
    put(target, "target", None)
    letters.update(own)
    for letter, meaning in OFTEN.items():
        letters.setdefault(letter, list(meaning))
    return letters


def rows_for(notation):
    """Names of the rows a `notation` allows, best first."""
    if notation is None:
        return [name for name in ROWS if name != "ufldl"]
    if not isinstance(notation, str):
        raise TypeError(f"notation: expected a name or None, got {type(notation).__name__}")
    wanted = notation.strip().lower().split(":")[0] if notation not in ROWS else notation
    wanted = SYNONYMS.get(wanted, wanted)
    if wanted in ROWS and wanted != "question":
        return [wanted]
    if wanted in FAMILIES:
        own = [name for name, row in ROWS.items() if row[0] == wanted and name != "ufldl"]
        if wanted == "matrix":
            own += ["nielsen", "goodfellow", "rows u and h", "bishop", *[name for name, row in ROWS.items() if row[0] == "classes"]]
        if wanted == "classes":
            own += ["cs224n", "d2l", "bishop"]
        if wanted == "layers":
            own += [name for name, row in ROWS.items() if row[0] == "matrix"]
        return own
    raise ValueError(f"notation: expected one of {', '.join(FAMILIES)}, or one of the rows {', '.join(ROWS)}, got {notation!r}")


# ---------------------------------------------------------------- scripts


def _number(token):
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
                value = ("lit", int(inner.text)) if _number(inner) else ("var", inner.text)
                if token.text in "yc":  # p_{y_i}: the entry of the class label
                    value = None
                terms.append(("unit", token.text, value) if value else ("var", token.text))
                at += 2
            elif token.kind == "name" and token.text in PREFIX and _number(following) and following.start == token.end:
                terms.append(("unit", token.text, ("lit", int(following.text))))
                at += 1
            elif (
                token.kind == "name"
                and following is not None
                and following.kind == "op"
                and following.text in "+-"
                and at + 2 < len(tokens)
                and _number(tokens[at + 2])
            ):
                terms.append(("expr", token.text, int(tokens[at + 2].text) * (1 if following.text == "+" else -1)))
                at += 2
            elif token.kind == "name":
                terms.append(("word", token.text) if len(token.text.rstrip("'")) > 1 and token.text != "ell" else ("var", token.text))
            elif _number(token):
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


# ---------------------------------------------------------------- choices


LIMIT_LETTERS = set("nmNMKCcJIHDdpPBTqQSRLkrsho")


def choices(node, scope, conv, scene, options, visible=()):
    """List what a symbol may stand for; `scope` maps index letters to variables, `visible` are those in sight.

    Raises
    ------
    Unreadable
        If the name is not known, or known but not with these indices.
    """
    meanings = conv.meanings(node.name)
    if not meanings:
        raise Unreadable(f"{spelling(node)}: the name is not known in this notation; say what it is with aliases={{{spelling(node)!r}: ...}}")
    terms, supers = split_units(sub_terms(node), scope, conv), super_terms(node)
    words = [t[1] for t in terms if t[0] == "word"]
    terms = [t for t in terms if t[0] != "word" or t[1] in ("out", "in", "hidden", "output", "input")]
    if words:
        kinds = {"true": "target", "target": "target", "label": "target", "pred": "out", "total": "loss", "tot": "loss"}
        for word in words:
            if word in kinds:
                kind = kinds[word]
                if kind not in {k for k, _ in meanings} and not (word != "total" and word != "tot" and node.name in ("y", "o", "out")):
                    raise Unreadable(f"{spelling(node)}: the index {word!r} does not go with it")
                meanings = (
                    [(kind, None if kind != "out" else "last")] if kind != "loss" else [m for m in meanings if m[0] == "loss"] or [("loss", None)]
                )
            elif word in ("old", "new"):
                supers = [*supers, ("plus",)] if word == "new" else supers
            elif word in ("out", "in", "hidden", "output", "input"):
                supers = [*supers, ("layer", word, True)]
            else:
                raise Unreadable(f"{spelling(node)}: the index {word!r} is not known")
        terms = [t for t in terms if t[0] != "word"]
    found = []
    for rank, (kind, place) in enumerate(meanings):
        found.extend(_of_kind(node, kind, place, terms, supers, scope, conv, scene, options, visible, rank))
    found = _distinct(found)
    if not found:
        raise Unreadable(f"{spelling(node)}: cannot be read with these indices in a {'-'.join(map(str, scene.sizes))} network")
    return sorted(found, key=lambda c: c.cost)[:12]


def split_units(terms, scope, conv):
    """Take i1 apart into the indices i and 1 where i is an index here and not the name of a layer."""
    out = []
    for term in terms:
        if term[0] == "unit" and (term[1] in scope or (conv.family != "question" and term[1] == "i")):
            out += [("var", term[1]), ("digits", str(term[2][1])) if term[2][0] == "lit" else term[2]]
        else:
            out.append(term)
    return out


def _distinct(found):
    seen, out = set(), []
    for choice in found:
        key = (choice.kind, choice.layer, choice.slots, choice.transpose, choice.power)
        if key not in seen:
            seen.add(key)
            out.append(choice)
    return out


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


def _of_kind(node, kind, place, terms, supers, scope, conv, scene, options, visible, rank):
    last = scene.layers
    transpose, power, new, layer_texts, sample = False, [(1, None)], False, [], None
    for term in supers:
        if term[0] == "T":
            transpose = not transpose
        elif term[0] == "plus":
            new = True
        elif term[0] == "star":  # y^* is the target; elsewhere a star has no fixed meaning
            if kind != "target":
                return
        elif term[0] == "old":
            if kind not in ("W", "b"):
                return
        elif term[0] == "digits":
            power = [(term[1], None)] if term[1] < 0 or not conv.bare_layers else [(1, str(term[1])), (term[1], None)]
        elif is_layer_text(term[1], conv):
            layer_texts.append(term[1])
        elif re.fullmatch(r"[A-Za-z]", term[1]) and (scene.batch or term[1] == conv.sample or term[1] in scope):
            sample = ("var", term[1])
        else:
            return
    if sample is not None and not scene.batch and not terms and sample[1] in scope and kind in ("net", "out", "target"):
        terms, sample = [sample], None  # a sum over the units, with the index above
    if kind == "W" and sample is not None and not terms and sample[1] not in (conv.sample, "t"):
        terms, sample = [sample], None  # \theta^{(k)}: all weights into unit k
    if power[0][0] > 1 and power[0][1] is None and node.subs and node.subs[0] and node.sups[0][0].start < node.subs[0][0].start:
        power = [(1, str(power[0][0])), *power]  # z^3_1: a number written before the index is a layer
    for cost, (exponent, digit_layer) in enumerate(power):
        texts = layer_texts + ([digit_layer] if digit_layer else [])
        if len(texts) > 1:
            if scene.batch and texts[-1].isdigit():
                sample, texts = ("digits", texts[-1]), texts[:-1]
            else:
                continue
        text = texts[0] if texts else None
        if kind == "loss" or kind == "eta":
            yield from _scalar(node, kind, terms, sample, scope, conv, scene, text, exponent, cost, rank)
            continue
        layers, cost_of = _layers(kind, place, text, conv, scene, options, node.name)
        # an unnumbered z beside numbered weights may be any layer's
        others = _other_layers(layers, scene) if place == "last" and kind == "net" and conv.layered and text is None and not terms else ()
        for layer in [*layers, *others]:
            base = rank * 0.5 + cost * 0.25 + (cost_of(layer) if layer not in others else 1.0 + 0.1 * (last - layer))
            low = 0 if kind == "out" and (terms or node.name not in ("out", "output")) else 1  # the inputs are the outputs of layer 0
            if not low <= layer <= last or (kind == "target" and layer != last):
                continue
            for slots, extra, note, loose in _slots(
                node,
                kind.split(" ")[-1] if kind.startswith("gradient") else kind,
                layer,
                terms,
                sample,
                scope,
                conv,
                scene,
                options,
                visible,
                bool(text),
            ):
                name = f"new {kind}" if new and kind in ("W", "b") else kind
                if transpose and None not in slots and (len(scene.sizes) > 1 and max(scene.sizes) > 1):
                    note, loose = f"{spelling(node)} is the transpose of a number", True
                if layer in others:
                    note, loose = f"right if {spelling(node)} is the score of {'the hidden layer' if last == 2 else f'layer {layer}'}", True
                yield Choice(name, layer, slots, transpose, exponent, base + extra, note, loose)
        # z_2, W_1: a number below as the layer
        single = len(terms) == 1 and text is None and (exponent == 1 or not conv.layered) and place not in ("last", 0)
        if single and terms[0][0] in ("digits", "expr", "var"):
            spelt = terms[0][1] if terms[0][0] != "expr" else f"{terms[0][1]}{terms[0][2]:+d}"
            symbolic = not spelt.isdigit()
            if kind.endswith("W") and conv.family == "question" and node.name.islower() and not conv.sub_layers:
                continue
            if symbolic and not (conv.sub_layers and spelt[0] in "lL"):
                continue
            layer = layer_number(spelt, kind, options, scene) if symbolic else int(spelt) - (options.first if conv.sub_layers else 0)
            if layer is not None and (0 if kind == "out" else 1) <= layer <= last and not (kind == "target"):
                ones = all(n == 1 for n in scene.sizes[1:]) or conv.sub_layers
                extra = -0.25 if ones or (kind in ("W", "b") and node.name.isupper()) else 1.0 if kind != "b" else 0.0
                slots = (None,) * (2 if kind.endswith("W") else 0 if kind == "b" and scene.shared_bias else 1)
                slots = _with_sample(kind, slots, sample, scope, scene)
                if slots is not None:
                    yield Choice(f"new {kind}" if new else kind, layer, slots, transpose, exponent, rank * 0.5 + 0.1 + extra)


def _scalar(node, kind, terms, sample, scope, conv, scene, text, exponent, cost, rank):
    last, base = scene.layers, rank * 0.5 + cost * 0.25
    if kind == "eta":
        if not terms and text is None:
            yield Choice("eta", 0, (), False, exponent, base)
        return
    if sample is not None and scene.batch:
        index = _index(sample, scope, scene.batch)
        yield Choice("example loss", last, (index,), False, exponent, base)
    elif not terms and text is None:
        yield Choice("loss", last, (), False, exponent, base)
    elif len(terms) in (1, 2) and text is None:
        prefix, value = _prefixed(terms)
        if value is None or prefix not in (None, "o"):
            return
        if value == ("digits", "0") and prefix is None:
            yield Choice("loss", last, (), False, exponent, base, f"{spelling(node)} taken as the error, which has no further term here")
            return
        if value[0] == "var" and value[1] in "npdx" and not scene.batch and value[1] not in scope:
            yield Choice("loss", last, (), False, exponent, base, f"{spelling(node)} taken as the error of the one example")
            return
        if scene.batch and prefix is None and value[0] == "var" and (value[1] in "npqidm" or value[1] in scope):
            yield Choice("example loss", last, (_index(value, scope, scene.batch),), False, exponent, base)
        index = _index(value, scope, scene.sizes[last])
        if index is not None:
            slots = _with_sample("unit loss", (index,), None, scope, scene)
            yield Choice("unit loss", last, slots, False, exponent, base)
        if value[0] == "var" and value[1] == "i" and not scene.batch and value[1] not in scope:
            yield Choice(
                "loss", last, (), False, exponent, base + 0.5, f"{spelling(node)} taken as the error of the one example", conv.name != "f p y"
            )


def _layers(kind, place, text, conv, scene, options, name):
    last = scene.layers
    if text is not None:
        number = layer_number(text, kind.split(" ")[-1], options, scene)
        if number is None:
            return (), None
        if number == 0 and kind == "out":
            return (0,), lambda layer: 0.0
        return () if place == 0 else (number,), lambda layer: 0.0
    if kind == "target" or place == "last":
        return (last,), lambda layer: 0.0
    if place is None and kind == "out" and name == "h" and not conv.layered:
        place = "hidden"
    if isinstance(place, int):
        return (place,), lambda layer: 0.0
    if place == "hidden" and name == "h" and kind == "out" and last == 1:  # without a hidden layer h is what goes in, or the hypothesis
        return (0, 1), lambda layer: 0.5 * layer
    if place == "hidden":
        below = (0,) if kind == "out" and (last == 1 or conv.family == "layers" and not conv.layered) else ()
        return (*range(last - 1, 0, -1), *below), lambda layer: 0.0 if layer or last == 1 else 0.5
    order = {last: 0.0}
    layers = list(range(last, 0, -1)) + ([0] if kind == "out" else [])
    order.update({layer: 0.1 * (last - layer) + (0.3 if layer == 0 else 0) for layer in layers})
    return tuple(layers), order.get


def _other_layers(layers, scene):
    return [layer for layer in range(scene.layers, 0, -1) if layer not in layers]


def _prefixed(terms):
    """Split ("unit", "o", 1) or "o", "1" into its prefix and its index."""
    if len(terms) == 1:
        if terms[0][0] == "unit":
            return terms[0][1], terms[0][2]
        return None, terms[0]
    if len(terms) == 2 and terms[0][0] == "var" and terms[0][1] in PREFIX and terms[1][0] in ("var", "digits"):
        return terms[0][1], terms[1]
    return None, None


def _index(term, scope, size):
    """A slot's index: a variable, or a number counted from 0; None if it does not exist."""
    if term[0] == "lit" or term[0] == "digits":
        number = int(term[1])
        return number - 1 if 1 <= number <= size else None
    if term[0] == "var":
        name = term[1]
        if name in scope:
            value = scope[name]
            if isinstance(value, int):
                return value if 0 <= value < size else None
            return value
        return name
    return None


def prefix_layers(prefix, scene):
    return {"i": (0,), "o": (scene.layers,), "h": tuple(range(1, scene.layers)) or (1,)}.get(prefix, ())


def _with_sample(kind, slots, sample, scope, scene):
    """Put the example's index first, where the quantity has one for each example."""
    if not scene.batch or kind not in ("net", "out", "target", "delta", "unit loss"):
        return slots
    return (None if sample is None else _index(sample, scope, scene.batch), *slots)


def _slots(node, kind, layer, terms, sample, scope, conv, scene, options, visible, has_layer):
    """Yield (slots, extra cost, note, loose) for the ways these indices fill the quantity's slots."""
    sizes = scene.sizes
    if kind == "W":
        yield from _weight_slots(node, layer, terms, scope, conv, scene, options, visible, has_layer)
        return
    if kind == "b" and scene.shared_bias:
        prefix, value = _prefixed(terms) if terms else (None, None)
        if not terms or (value and value[0] == "digits" and not has_layer and int(value[1]) == layer):
            yield (), 0.0, "", False
        return
    size = sizes[layer]
    if not terms:
        yield _with_sample(kind, (None,), sample, scope, scene), 0.0, "", False
        return
    prefix, value = _prefixed(terms)
    if value is None and len(terms) == 2 and scene.batch:
        first, second = (_index(t, scope, n) for t, n in zip(terms, (scene.batch, size)))
        if first is not None and second is not None and kind != "b":
            yield (first, second), 0.0, "", False
        first, second = (_index(t, scope, n) for t, n in zip(terms, (size, scene.batch)))
        if first is not None and second is not None and kind != "b":
            yield (second, first), 0.6, "", False
        return
    if value is None or value[0] == "expr":
        return
    if prefix is not None and layer not in prefix_layers(prefix, scene):
        return
    index = _index(value, scope, size)
    whole = prefix is None and value[0] == "var" and value[1] in "ho" and value[1] not in scope and conv.family == "question"
    if whole and layer in prefix_layers(value[1], scene):  # net_h: the whole layer
        yield _with_sample(kind, (None,), sample, scope, scene), 0.3, "", False
    if index is not None:
        slots = _with_sample(kind, (index,), sample, scope, scene)
        if scene.batch and sample is None and kind != "b":  # L_i = .. f_j ..: f_j of the example i
            for example in (v for v in visible if v.split("#")[0] in "inpqm" and v != index):
                yield (example, index), 0.6, "", False
        vague = conv.family == "question" and conv.units and prefix is None and value[0] == "digits" and len(scene.sizes) > 2 and kind != "b"
        note = f"{spelling(node)} does not say whether it is a hidden or an output unit" if vague and layer else ""
        yield slots, 0.0 if not whole else 0.6, note, bool(note)
    if prefix is None and scene.batch and value[0] == "var" and sample is None and kind != "b":
        yield (_index(value, scope, scene.batch), None), 0.5, "", False
    if value[0] == "var" and value[1] in "yc" and value[1] not in scope and layer == scene.layers:
        example = re.fullmatch(r"[yc]_([a-z])", script_text(node.subs[0])) if scene.batch else None
        yield _with_sample(kind, ("label",), sample or (example and ("var", example[1])), scope, scene), -0.5, "", False


def _weight_slots(node, layer, terms, scope, conv, scene, options, visible, has_layer):
    to_size, from_size = scene.sizes[layer], scene.sizes[layer - 1]
    if not terms:
        yield (None, None), 0.0, "", False
        return
    if (
        len(terms) == 1
        and terms[0][0] == "digits"
        and not (len(terms[0][1]) == 2 and "0" not in terms[0][1] and (conv.family != "question" or has_layer))
    ):
        number, before = int(terms[0][1]), 0
        if not has_layer and len(scene.sizes) > 2 or scene.layers == 1:
            for depth in range(1, layer):
                before += scene.sizes[depth] * scene.sizes[depth - 1]
            place = number - 1 - before
            if 0 <= place < to_size * from_size:
                yield (place // from_size, place % from_size), 0.0, "", False
    pairs = [_prefixed([t]) if t[0] == "unit" else (None, t) for t in terms]
    if len(terms) == 1 and terms[0][0] == "digits" and len(terms[0][1]) == 2:
        pairs = [(None, ("lit", int(d))) for d in terms[0][1]]
    if len(terms) == 4 and all(t[0] in ("var", "digits") for t in terms) and terms[0][1] in PREFIX and terms[2][1] in PREFIX:
        pairs = [(terms[0][1], terms[1]), (terms[2][1], terms[3])]
    prefixed = len(terms) == 2 and conv.family == "question" and terms[0][0] == "var" and terms[0][1] in "oh" and terms[1][0] in ("var", "digits")
    if prefixed and terms[1] == ("var", "o") and terms[0][1] == "h":  # w_{ho}: from which hidden unit is not said
        yield from _one_end(node, layer, "o", terms[1], scope, conv, scene, visible)
        return
    if prefixed:  # w_{oj}: the other end is not said
        yield from _one_end(node, layer, terms[0][1], terms[1], scope, conv, scene, visible)
        if terms[0][1] not in scope and terms[0][1] in PREFIX:
            return
    if len(pairs) == 2:
        (prefix_a, a), (prefix_b, b) = pairs
        orders = (("to_from", a, prefix_a, b, prefix_b), ("from_to", b, prefix_b, a, prefix_a))
        for order, to, prefix_to, come, prefix_from in orders:
            named = prefix_to is not None and prefix_from is not None
            if order != options.weights and not named:
                continue
            if prefix_to is not None and layer not in prefix_layers(prefix_to, scene):
                continue
            if prefix_from is not None and layer - 1 not in prefix_layers(prefix_from, scene):
                continue
            if come[0] in ("digits", "lit") and int(come[1]) == 0:
                continue
            slots = (_index(to, scope, to_size), _index(come, scope, from_size))
            if None not in slots:
                yield slots, 0.0, "", False
        return
    if len(pairs) == 1:
        prefix, term = pairs[0]
        if prefix is not None:
            yield from _one_end(node, layer, prefix, term, scope, conv, scene, visible)
        elif term[0] != "var" and max(scene.sizes) == 1:
            pass  # one unit a layer: the number is the weight's own
        elif term[0] in ("var", "digits", "lit"):
            if to_size == 1:
                index = _index(term, scope, from_size)
                if index is not None:
                    yield (0, index), 0.0, "", False
            elif from_size == 1:
                index = _index(term, scope, to_size)
                if index is not None:
                    yield (index, 0), 0.0, "", False
            elif term[0] == "var":
                index = _index(term, scope, to_size)
                if index is not None:
                    yield (index, None), 0.4, "", False  # w_k: all weights into unit k
                for other in visible:
                    if other != index:
                        yield (index, other), 1.0, f"{spelling(node)} lacks an index; read as the weight to {term[1]} from {_plain(other)}", True
                        yield (other, index), 1.1, f"{spelling(node)} lacks an index; read as the weight to {_plain(other)} from {term[1]}", True


def _plain(variable):
    return str(variable + 1) if isinstance(variable, int) else variable.split("#")[0]


def _one_end(node, layer, prefix, term, scope, conv, scene, visible):
    """Only one end of a weight is named: take the other from the indices in sight."""
    to_size, from_size = scene.sizes[layer], scene.sizes[layer - 1]
    others = list(visible) + [unit for unit in conv.units.get(layer - 1, ()) if unit < from_size]
    if layer in prefix_layers(prefix, scene):
        index = _index(term, scope, to_size)
        for rank, other in enumerate(others):
            if other != index and index is not None:
                end = f"h{_plain(other)}" if layer - 1 else f"i{_plain(other)}"
                yield (
                    (index, other),
                    0.2 + 0.01 * rank,
                    f"{spelling(node)} lacks an index; taken as the weight to {prefix}{_plain(index)} from {end}",
                    False,
                )


def shown(choice, scene):
    """Say what a choice is, in the book's names."""
    if choice.kind in ("loss", "eta"):
        return ROLE_WORDS[choice.kind]
    layer = (
        "the inputs"
        if choice.layer == 0
        else "the output layer"
        if choice.layer == scene.layers
        else "the hidden layer"
        if scene.layers == 2
        else f"layer {choice.layer}"
    )
    if choice.kind == "size":
        return "the number of examples" if choice.layer < 0 else f"the number of units of {layer}"
    where = [("class label" if s == "label" else _plain(s)) for s in choice.slots if s is not None]
    kind = choice.kind.replace("new ", "updated ")
    word = ROLE_WORDS.get(choice.kind.split(" ")[-1] if choice.kind.startswith("new") else choice.kind, kind)
    if choice.kind in ("W", "new W") and len(where) == 2:
        return f"{'updated ' if 'new' in choice.kind else ''}weight of {layer}, to {where[0]} from {where[1]}"
    if choice.kind == "out" and choice.layer == 0:
        word, layer = "input", ""
    return " ".join(
        filter(
            None,
            [
                word,
                f"of {layer}" if layer and choice.kind not in ("target", "unit loss") else "",
                ("unit " if len(where) == 1 else "") + ", ".join(where) if where else "",
                "transposed" if choice.transpose else "",
            ],
        )
    )
