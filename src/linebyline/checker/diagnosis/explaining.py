r"""Say what would make a wrong side right: a factor, another activation, or one small edit, each verified by computing it.

It is worded "would be right if": a repair, not necessarily the learner's slip.
Repairs are made in the learner's own text, so that the repaired line keeps
their spelling.
"""

import re
from dataclasses import replace

import numpy as np

from linebyline.checker.diagnosis.edits import edits, factor_edits, indices_in_use, name_edits, script_edits, symbols_in_use, walk
from linebyline.checker.judge.verdicts import clock
from linebyline.checker.meaning.readings import uses_label
from linebyline.checker.meaning.scripts import spelling
from linebyline.checker.numbers.scene import LOSS_WORDS
from linebyline.checker.numbers.values import MODES, Evaluator, Mismatch, real
from linebyline.checker.parser.pieces import parse_side
from linebyline.checker.parser.spellings import tokenise
from linebyline.checker.parser.tokens import Token, Unreadable, script_text
from linebyline.slips import diagnose_value


def explain(judge, side, verdict, options, deadline):
    """Explain a side that is not equal to its left side: (status, message, repaired side)."""
    base = verdict.message or "not equal to the left side"
    if verdict.numeric:
        return verdict.status, _number(judge, side, verdict, base), ""
    if clock() > deadline:
        return verdict.status, base, ""
    ratio = _ratio(judge, verdict, options)
    if ratio:
        found = _by_factor(judge, side, ratio)
        if found:
            return "wrong", found[0], found[1]
    other = _elsewhere(judge, verdict, options)
    meant = () if verdict.reference.before else verdict.others  # the left side may be meant in another way too
    for reference in (verdict.reference, *meant):
        edit, repaired = _repair(judge, side, replace(verdict, reference=reference), options, deadline)
        if edit is not None:
            break
    if edit is None and verdict.status == "wrong":
        left = _left_repair(judge, side, verdict, options, deadline + 0.05)
        if left:
            return "wrong", "; ".join(filter(None, [verdict.message, f"it would be right if the left side were ${left}$", other])), ""
    if edit is not None:
        message = f"would be right if {edit.what}"
        if verdict.message:
            message = f"{verdict.message}; it {message}"
        # an unknown name may be right in a way nobody told the checker: it stays unread, with a suggestion
        status = "wrong" if verdict.status == "wrong" or verdict.conflict else verdict.status
        return status, "; ".join(filter(None, [message, other])), repaired
    if verdict.status == "wrong":
        why, answer = _written_anew(judge, side, verdict, options, deadline + 0.1)
        if answer and (why or not judge.guessed):
            return "wrong", "; ".join(filter(None, [verdict.message, why, other, f"it would be right if it were ${answer}$"])), answer
    if other:
        return "wrong", "; ".join(filter(None, [verdict.message, other])), ""
    return verdict.status, base, ""


def _written_anew(judge, side, verdict, options, deadline):
    """Name a path or an indicator that was left out, and give a line that is right: (why, line); two empty strings if none is found."""
    for part, why, answer in _answers(judge, side, verdict):
        if clock() > deadline:
            break
        if part and not _equals(judge, side, part, verdict, options):
            continue
        if _right(judge, _solid(answer), answer, side, verdict, options, "\\" not in answer):
            return why, answer
    return "", ""


def _solid(text):
    return [t for t in tokenise(text) if t.kind not in ("gap", "words", "amp", "brk")]


def _equals(judge, side, text, verdict, options):
    """Whether a side is equal to a formula that is not its left side."""
    candidate = parse_side(text, _solid(text), "", False)
    try:
        references = judge.references(candidate.tree, options, "")[:1] if candidate.tree is not None else []
    except (Mismatch, Unreadable):
        return False
    return any(judge.side(side, reference, verdict.cases, options, strict=True, quick=True).status == "ok" for reference in references)


def _answers(judge, side, verdict):
    """Yield (what the side is if the slip was this one, the slip, a right line) for the left side at hand, in the reader's letters."""
    reference, scene = verdict.reference, judge.scene
    tree, last = reference.tree, scene.layers
    text = judge.text[side.start : side.end]
    if tree[0] == "leaf" and reference.chosen[tree[1].key].kind in ("new W", "new b"):
        left = spelling(tree[1].node)
        yield "", "the weight before the step is missing", f"{left} - {text}"
        yield "", "the weight before the step is missing", f"{left} + {text}"
    if tree[0] != "D" or tree[1][0] != "leaf":
        return
    body, variable = tree[1][1], tree[2]
    above, below = (reference.chosen[leaf.key] for leaf in (body, variable))
    letters = {"out": "out", "target": "target"}
    for leaf in [*reference.builder.leaves, *(verdict.built[0].leaves if verdict.built else ())]:
        choice = verdict.chosen.get(leaf.key) or reference.chosen.get(leaf.key)
        if choice is not None and choice.kind in letters and choice.layer == last and leaf.node.subs and (choice.power != 1 or not leaf.node.sups):
            letters[choice.kind] = leaf.node.name.replace("yhat", r"\hat{y}")
    out, target, e, v = letters["out"], letters["target"], spelling(body.node), spelling(variable.node)
    index = script_text(variable.node.subs[0]) if variable.node.subs else ""
    if above.kind == "out" and below.kind == "net" and above.layer == below.layer and len(body.node.subs) == len(variable.node.subs) == 1:
        i, name = script_text(body.node.subs[0]), spelling(body.node).split("_")[0]
        why = "the indicator is missing: an output's own score counts once more" if i != index else ""
        yield "", why, rf"{name}_{{{i}}} (1_{{{i}={index}}} - {name}_{{{index}}})"
        yield "", "", rf"{name}_{{{i}}} (1 - {name}_{{{i}}})"
    if above.kind not in ("loss", "unit loss"):
        return
    o, t = (f"{letter}_{{{index}}}" for letter in (out, target))
    k = next(letter for letter in "kmqjr" if letter not in index + e + v)
    at = "^{(n)}" if scene.batch else ""
    path = rf"\frac{{\partial {e}}}{{\partial {out}_{{%s}}{at}}} \frac{{\partial {out}_{{%s}}{at}}}{{\partial {v}}}"
    whole = (r"\sum_n " if scene.batch else "") + rf"\sum_{k} " + path % (k, k)
    own = [index] if below.layer == last and below.kind == "net" and index else [f"o{n}" for n in range(1, scene.sizes[-1] + 1)]
    if above.kind == "loss":
        for j in own if scene.sizes[-1] > 1 else ():
            yield path % (j, j), f"only the path through ${out}_{{{j}}}$ is followed, and the others are left out", whole
    if below.layer == last and index:
        for answer in (rf"{o} - {t}", rf"({o} - {t}) {o} (1 - {o})", rf"-\frac{{{t}}}{{{o}}}", rf"2 ({o} - {t})"):
            yield "", "", answer
    yield "", "", whole


def _values(judge, verdict, options, kind=None):
    """The side's and the left side's arrays under the most plausible reading."""
    builder, tree = verdict.built
    kind = "one-hot" if judge.scene.one_hot or uses_label(builder, verdict.chosen) else "random"
    numbers = judge.scene.numbers(kind)
    mode = {k: v for k, v in verdict.modes.items() if k in MODES}
    evaluator = Evaluator(judge.scene, options, verdict.chosen, verdict.domains, verdict.variables, sizes={}, **mode)
    reference = verdict.reference
    with np.errstate(all="ignore"):
        value = real(evaluator.value(tree, numbers))
        truth = real(
            Evaluator(
                judge.scene, options, {**verdict.chosen, **reference.chosen}, verdict.domains, verdict.variables, sizes={}, **reference.modes
            ).value(reference.tree, numbers)
        )
    return value, truth


def _ratio(judge, verdict, options):
    """The one number the side has to be multiplied by, if there is one."""
    if verdict.built is None:
        return None
    try:
        value, truth = _values(judge, verdict, options)
        value, truth = np.broadcast_arrays(value, truth)
    except (Mismatch, Unreadable, ValueError, KeyError):
        return None
    if not np.all(np.isfinite(value)) or not np.any(truth) or np.any((np.abs(value) < 1e-14) != (np.abs(truth) < 1e-14)):
        return None
    inside = np.abs(value) >= 1e-14
    if not inside.any():
        return None
    ratios = truth[inside] / value[inside]
    if np.ptp(ratios) <= 1e-8 * np.abs(ratios).max():
        return float(ratios.mean())
    return None


def _by_factor(judge, side, ratio):
    scene = judge.scene
    text = side.text.rstrip(" .,;")
    whole = text if len(side.tree.parts) == 1 and not text.startswith("-") else rf"\left({text}\right)"
    if abs(ratio + 1) < 1e-8:
        flipped = text[1:].strip() if text.startswith("-") and len(side.tree.parts) == 1 else "-" + whole
        return "the sign is wrong: it would be right with the opposite sign", flipped
    names = {2.0: "2", 0.5: r"\frac{1}{2}", -2.0: "-2", -0.5: r"-\frac{1}{2}"}
    for size in sorted({*scene.sizes, scene.batch} - {0, 1}):
        names.setdefault(float(size), str(size))
        names.setdefault(1.0 / size, rf"\frac{{1}}{{{size}}}")
    for number, spelt in names.items():
        if abs(ratio - number) < 1e-8 * abs(number):
            why = ""
            if abs(abs(number) - 2) < 1e-9 or abs(abs(number) - 0.5) < 1e-9:
                why = f" (the loss here is the {LOSS_WORDS[scene.loss]})"
            if scene.batch and abs(ratio * scene.batch - 1) < 1e-8:
                spelt, why = r"\frac{1}{n}", " (the error is the mean over the batch)"
            sign = " and the opposite sign" if number < 0 else ""
            return f"off by a constant factor: it would be right times {spelt.lstrip('-')}{sign}{why}", f"{spelt} {whole}"
    return f"off by a constant factor: it would be right times {ratio:.6g}", f"{ratio:.9g} {whole}"


def _elsewhere(judge, verdict, options):
    """Whether the side is right for another hidden activation, or another loss."""
    if verdict.built is None:
        return ""
    scene = judge.scene
    if scene.layers > 1:
        right = [
            name
            for name in ("sigmoid", "tanh", "softmax", "identity")
            if name not in scene.activation_names[:-1] and judge.holds(verdict, options, scene=judge.variant("hidden", name))
        ]
        if {"sigmoid", "tanh"} <= set(right):
            return "true only if the hidden activation is elementwise: with a softmax every hidden output depends on every net"
        if right:
            return f"right for a hidden activation of {' or '.join(right)}, not for {scene.activation_names[0]}"
    for output, loss in (
        ("softmax", "cross_entropy"),
        ("sigmoid", "binary_cross_entropy"),
        ("sigmoid", "squared_error"),
        ("softmax", "squared_error"),
        ("identity", "squared_error"),
        (scene.activation_names[-1], "sum_of_squares"),
    ):
        if (output, loss) != (scene.activation_names[-1], scene.loss) and judge.holds(verdict, options, scene=judge.variant("loss", (output, loss))):
            return f"right for a {output} output with {LOSS_WORDS[loss]}, not for {scene.activation_names[-1]} with {LOSS_WORDS[scene.loss]}"
    return ""


def _number(judge, side, verdict, base):
    """Name the slip behind a wrong number for dE/dw or dE/db, where the package's own diagnosis knows it."""
    tree, text = verdict.reference.tree, side.text.strip(" .,;")
    if tree[0] != "D" or tree[1][0] != "leaf" or verdict.chosen[tree[1][1].key].kind != "loss" or not re.fullmatch(r"-?\d*\.\d+", text):
        return base
    variable = verdict.chosen[tree[2].key]
    if variable.kind not in ("W", "b") or not all(isinstance(slot, int) for slot in variable.slots):
        return base
    scene = judge.scene
    try:
        found = diagnose_value(text, (variable.kind, variable.layer - 1, *variable.slots), scene.network, np.array(scene.x), np.array(scene.target))
    except (TypeError, ValueError):
        return base
    return f"{base}; {found}"


def _repair(judge, side, verdict, options, deadline):
    """Try single edits, the likeliest first; return the first that makes the side right, and the side repaired."""
    text = judge.text
    chain = next((c.sides for c in judge.chains if side in c.sides), [side])
    plain = "\\" not in text[chain[0].start : chain[-1].end]
    tokens = [t for t in tokenise(text, side.start, side.end) if t.kind not in ("gap", "words", "amp", "brk")]
    tried = set()
    for edit in sorted(edits(judge, side, verdict, tokens, side.end), key=lambda e: e.rank):
        if clock() > deadline:
            break
        new = text[side.start : edit.start] + edit.new + text[edit.end : side.end]
        if new in tried:
            continue
        tried.add(new)
        if _right(judge, _spliced(tokens, edit), text, side, verdict, options, plain, quick=True):
            whole = [t for t in tokenise(new) if t.kind not in ("gap", "words", "amp", "brk")]
            if _right(judge, whole, new, side, verdict, options, plain):
                return edit, re.sub(r"\s+", " ", new).strip()
    return None, ""


def _left_repair(judge, side, verdict, options, deadline):
    """Try single edits of the left side, for a slip made there."""
    reference = verdict.reference
    chain = next((c for c in judge.chains if side in c.sides), None)
    if chain is None or reference.is_side or chain.sides[0] is side or chain.sides[0].text != reference.text:
        return ""
    left, text = chain.sides[0], judge.text
    tokens = [t for t in tokenise(text, left.start, left.end) if t.kind not in ("gap", "words", "amp", "brk")]
    letters, numbers = indices_in_use(judge, side, verdict)
    symbols = symbols_in_use(judge, side, verdict)
    edits = []
    for node, above in walk(left.tree):
        if node.kind in ("name", "group"):
            edits += script_edits(text, node, letters, numbers, symbols["layers"])
        if node.kind == "name":
            edits += name_edits(judge, text, node, symbols, above)
        if node.kind == "product":
            edits += factor_edits(text, node, above)
    for edit in sorted(edits, key=lambda e: e.rank):
        if clock() > deadline:
            break
        new = parse_side(text, _spliced(tokens, edit), "", "\\" not in left.text)
        if new.tree is None:
            continue
        try:
            references = judge.references(new.tree, options, "")
        except (Mismatch, Unreadable):
            continue
        for candidate in references[:2]:
            if judge.side(side, candidate, verdict.cases, options, strict=True, quick=True).status == "ok":
                return re.sub(r"\s+", " ", text[left.start : edit.start] + edit.new + text[edit.end : left.end]).strip()
    return ""


def _spliced(tokens, edit):
    """The side's tokens with the edit's own in their place."""
    middle = [Token(t.kind, t.text, t.start + edit.start, t.end + edit.start, t.spaced) for t in tokenise(edit.new)] if edit.new.strip() else []
    return [t for t in tokens if t.end <= edit.start] + middle + [t for t in tokens if t.start >= max(edit.end, edit.start)]


def _right(judge, tokens, text, side, verdict, options, plain, quick=False):
    """Whether a changed side is equal to the left side."""
    if not tokens:
        return False
    candidate = parse_side(text, tokens, side.relation, plain)
    if candidate.tree is None:
        return False
    return judge.side(candidate, verdict.reference, verdict.cases, options, strict=True, quick=quick).status == "ok"
