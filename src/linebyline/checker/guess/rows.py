"""Guess from the symbols of a text in which row of the notation table it is written."""

from linebyline.checker.guess.likely import speaks_as_the_question, spelt
from linebyline.checker.meaning.letters import NAMED, convention, rows_for
from linebyline.checker.meaning.scripts import is_layer_text

KINDS = ("net", "out", "target")


def likely_rows(notation, names, aliases, quotients=(), definable=(), roles=()):
    """Rows of the notation table that know the most of the text's symbols."""
    named = {alias.name for alias in aliases if not alias.primes}
    own = {name: nodes for name, nodes in names.items() if name not in named and any(node.end > node.start for node in nodes)}
    primed = {alias.name for alias in aliases if alias.primes}
    roles = {(name, kind) for name, kind in roles if name not in primed}
    if any(alias.role and alias.role[0] == "W" for alias in aliases):
        own.setdefault("w", [])
    rows = rows_for(notation)
    family = convention(rows[0]).family if notation is not None else None
    scored = []
    for rank, row in enumerate(rows):
        if row == "coursera" and "Theta" not in names and len(rows) > 1:
            continue
        conv = convention(row)
        unknown = sum(1 for name in own if name not in definable and not conv.knows(name))
        score = unknown - (_fit(conv, own, quotients) + _suits(conv, roles)) * 0.1
        lent = family is not None and conv.family != family  # another family's letters: tried, but last, so that they refute nothing
        scored.append((lent, score, rank, row))
    best = min(score for _, score, _, _ in scored)
    kept = [row for _, score, _, row in sorted(scored) if score <= best + 0.35]
    return kept[:6] or rows[:1]


def _fit(conv, names, quotients):
    """How well a row's letters explain the text: scores, outputs and targets all there, and no two letters for one of them."""
    first = {name: conv.meanings(name)[0] for name in names if conv.meanings(name) and name not in (*NAMED, "sigma", "pred")}
    kinds = {kind for name in first for kind, place in conv.meanings(name) if place != 0}
    return sum(kind in kinds for kind in KINDS) + _habits(conv, names, first) - _clashes(conv, names, first) - _impossible(conv, quotients)


def _habits(conv, names, first):
    """What speaks for a row or against it, by the letters that stand together."""
    outs = [name for name, (kind, place) in first.items() if kind == "out" and place != 0 and len(name) == 1]
    one_letter = len(outs) == 1 and conv.meanings(outs[0]) == [("out", "last")]
    layered = any(is_layer_text(s.strip("()[]")) for s in spelt(names.get("x", ()), "sups"))
    reads = {letter: conv.letters.get(letter, [("", 0)])[0][0] for letter in ("x", "theta")}
    asked = conv.family == "question" and speaks_as_the_question(names)
    points = (
        (2, "Theta" in names and conv.name == "coursera"),
        (2, asked and conv.name == "question"),
        (-1, not asked and conv.family == "question"),
        (-1.5, "x" in names and ("out", None) in conv.meanings("x") and not layered),  # x without a layer is the input
        (-0.5, one_letter and conv.family in ("layers", "matrix")),  # rather in a row that uses it in every layer
        (-2, {"w", "W", "theta", "b"} & set(names) and reads["x"] == "net"),  # with weights about, x is an input
        (-5, conv.name == "z q p" and "q" not in names),
        (-2, {"theta", "x"} <= set(names) and reads["theta"] == "net"),  # with an input about, theta is what it is multiplied by
    )
    return sum(point for point, due in points if due)


def _clashes(conv, names, first):
    """How often a second letter is read as what one stands for already, a count as a quantity, or a capital as a small letter."""
    seen, points = {}, 0
    for name, (kind, place) in first.items():
        if kind in (*KINDS, "loss"):
            points += 2 * (seen.setdefault((kind, place), name.lower()) != name.lower())
        points += 2 * (name in ("n", "m", "N", "M") and kind in ("net", "out") and not any(n.subs or n.sups for n in names[name]))
        points += len(name) == 1 and name.isupper() and name not in conv.letters and kind != "loss" and any(n.subs for n in names[name])
    return points


def _impossible(conv, quotients):
    """How often a row makes a text differentiate what does not depend: targets and inputs, a score by its own output."""
    points, fixed = 0, {("target", None), ("out", 0)}
    for above, below in quotients:
        tops = [conv.meanings(name) for name in above if conv.meanings(name)]
        bottom = {kind for kind, _ in conv.meanings(below)[:1]}
        points += 4 * (bool(tops) and all(fixed.issuperset(meanings) for meanings in tops))
        points += ({meanings[0][0] for meanings in tops}, bottom) == ({"net"}, {"out"}) and conv.family == "classes"
    return points


def _suits(conv, roles):
    """How many letters a row reads as what they are used as, less those that it reads as something else."""
    kinds = {name: {kind for kind, place in conv.meanings(name) if place != 0} for name, _ in roles}
    return sum((kind in kinds[name]) - (kind not in kinds[name]) for name, kind in roles if kinds[name] & set(KINDS))
