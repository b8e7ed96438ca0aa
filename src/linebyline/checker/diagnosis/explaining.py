r"""Say what would make a wrong side right: a factor, another activation, or one small edit, each verified by computing it.

It is worded "would be right if": a repair, not necessarily the learner's slip.
Repairs are made in the learner's own text, so that the repaired line keeps
their spelling.
"""

import re
from dataclasses import replace

import numpy as np

from linebyline.checker.diagnosis.edits import Editor, solid
from linebyline.checker.guess.likely import PAIRS, speaks_as_the_question
from linebyline.checker.judge.compare import with_end
from linebyline.checker.judge.penalty import has_penalty
from linebyline.checker.judge.verdicts import PROBLEMS, joined, nodes
from linebyline.checker.meaning.scripts import spelling, sub_terms_or_none
from linebyline.checker.numbers.scene import LOSS_WORDS, Scene
from linebyline.checker.parser.pieces import parse_side
from linebyline.checker.parser.tokens import script_text
from linebyline.checker.work import spent
from linebyline.slips import diagnose_value

A_MOMENT = 2_000  # steps for what is tried last


def explain(judge, side, verdict, deadline):
    """Explain a side that is not equal to its left side: (status, message, repaired side)."""
    base = verdict.message or "not equal to the left side"
    if verdict.numeric:
        return verdict.status, joined(base, number_slip(judge, side, verdict)), ""
    if spent() > deadline:
        return verdict.status, base, ""
    if verdict.status == "wrong" and has_no_layout(judge, side, verdict):
        return "unreadable", f"{base}; derivatives by whole layers multiply out in one layout only: write their indices, or say how they lie", ""
    factor = missing_factor(judge, side, verdict)
    if factor:
        return "wrong", *factor
    other = elsewhere(judge, verdict)
    edit, repaired = repair(judge, side, verdict, deadline)
    if edit is not None:
        would = f"{'it ' * bool(verdict.message)}would be right if {edit.what}"
        # an unknown name may be right in a way nobody told the checker: it stays unread, with a suggestion
        return "wrong" if verdict.conflict else verdict.status, joined(verdict.message, would, other), repaired
    if verdict.status == "wrong" and may_be_misread(judge, verdict):
        return "unreadable", f"{base}; no reading of the letters fits: say with notation or aliases what they are, or mend it", ""
    if verdict.status == "wrong":
        left = left_repair(judge, side, verdict, deadline + A_MOMENT)
        if left:
            return "wrong", joined(verdict.message, f"it would be right if the left side were ${left}$", other), ""
        why, answer = written_anew(judge, side, verdict, deadline + 2 * A_MOMENT) if not penalised(verdict) else ("", "")
        if why or answer and not judge.task.guessed:
            return "wrong", joined(verdict.message, why, other, f"it would be right if it were ${answer}$"), answer
    if other:
        return "wrong", joined(verdict.message, other), ""
    return verdict.status, base, ""


CODE = re.compile(r"\bnp\.|\bdot\(|\.T\b")


def has_no_layout(judge, side, verdict):
    """Whether a side multiplies derivatives by whole matrices, whose rows and columns nobody settled, and they do not fit."""
    by = [node.parts[1] for node in nodes(side.tree, "deriv")]
    by_matrix = any(variable.name.isupper() and len(sub_terms_or_none(variable)) < 2 for variable in by)
    return verdict.reading is None and judge.task.notation is None and by_matrix and (len(by) > 1 or len(side.tree.parts[0][1].parts) > 1)


def may_be_misread(judge, verdict):
    """Whether a side fits its left side in no reading, and its letters may not be what they were taken for: no layer, no program says so."""
    if verdict.reference is not None and verdict.reference.is_by_a_target() and judge.task.notation is None:
        return True
    said = judge.task.notation or speaks_as_the_question(judge.task.names) or judge.conv.layered or CODE.search(judge.task.text)
    return verdict.reading is None and not said and "a transpose is missing" not in verdict.message


# a factor, another network, a known slip


def missing_factor(judge, side, verdict):
    """Say by which number the side has to be multiplied, if there is one: (message, repaired side)."""
    ratio, scene = ratio_of(judge, verdict), judge.scene
    if not ratio:
        return None
    text = side.text.rstrip(" .,;")
    alone, minus = len(side.tree.parts) == 1, text.startswith("-")
    whole = text if alone and not minus else rf"\left({text}\right)"
    if abs(ratio + 1) < 1e-8:
        return "the sign is wrong: it would be right with the opposite sign", text[1:].strip() if alone and minus else "-" + whole
    names = {2.0: "2", 0.5: r"\frac{1}{2}"}
    for size in sorted({*scene.sizes, scene.batch} - {0, 1}):
        names.setdefault(float(size), str(size))
        names.setdefault(1.0 / size, rf"\frac{{1}}{{{size}}}")
    spelt = next((name for number, name in names.items() if abs(abs(ratio) - number) < 1e-8 * number), "")
    if not spelt or (ratio < 0 and spelt not in ("2", r"\frac{1}{2}")):
        return f"off by a constant factor: it would be right times {ratio:.6g}", f"{ratio:.9g} {whole}"
    why = f" (the loss here is the {LOSS_WORDS[scene.loss]})" if spelt in ("2", r"\frac{1}{2}") else ""
    if scene.batch and abs(ratio * scene.batch - 1) < 1e-8:
        spelt, why = r"\frac{1}{n}", " (the error is the mean over the batch)"
    sign = " and the opposite sign" if ratio < 0 else ""
    return f"off by a constant factor: it would be right times {spelt}{sign}{why}", f"{'-' * (ratio < 0)}{spelt} {whole}"


@np.errstate(all="ignore")
def ratio_of(judge, verdict):
    """The one number the side has to be multiplied by; None if there is none."""
    if verdict.reading is None:
        return None
    try:
        value, truth = np.broadcast_arrays(*judge.compute(verdict.reading, verdict.reference)[:2])
    except (*PROBLEMS, ValueError):
        return None
    inside = np.abs(value) >= 1e-14
    if not inside.any() or not np.all(np.isfinite(value)) or np.any(inside != (np.abs(truth) >= 1e-14)):
        return None
    ratios = truth[inside] / value[inside]
    return float(ratios.mean()) if np.ptp(ratios) <= 1e-8 * np.abs(ratios).max() else None


def elsewhere(judge, verdict):
    """Say for which other hidden activation, or output and loss, the side is right; empty if for none."""
    if verdict.reading is None:
        return ""
    scene = judge.scene
    *hidden, last = scene.activation_names
    others = [name for name in ("sigmoid", "tanh", "softmax", "identity") if hidden and name not in hidden]
    right = [name for name in others if judge.holds(verdict, judge.variant(Scene.with_hidden, name))]
    if {"sigmoid", "tanh"} <= set(right):
        return "true only if the hidden activation is elementwise: with a softmax every hidden output depends on every net"
    if right:
        return f"right for a hidden activation of {' or '.join(right)}, not for {hidden[0]}"
    for output, loss in (*PAIRS, (last, "sum_of_squares")):
        if (
            (output, loss) != (last, scene.loss)
            and (output != "softmax" or scene.sizes[-1] > 1)
            and judge.holds(verdict, judge.variant(with_end, output, loss))
        ):
            return f"right for a {output} output with {LOSS_WORDS[loss]}, not for {last} with {LOSS_WORDS[scene.loss]}"
    return ""


def number_slip(judge, side, verdict):
    """Name the slip behind a wrong number for dE/dw or dE/db, where the package's own diagnosis knows it."""
    reference, scene, text = verdict.reference, judge.scene, side.text.strip(" .,;")
    if reference.tree[0] != "D" or reference.tree[1][0] != "leaf" or not re.fullmatch(r"-?\d*\.\d+", text):
        return ""
    above, below = (reference.chosen[leaf.key] for leaf in (reference.tree[1][1], reference.tree[2]))
    if above.kind != "loss" or below.kind not in ("W", "b"):
        return ""
    try:
        return str(diagnose_value(text, (below.kind, below.layer - 1, *below.slots), scene.network, np.array(scene.x), np.array(scene.target)))
    except (TypeError, ValueError, IndexError):
        return ""


# one small edit


def repair(judge, side, verdict, deadline):
    """Try single edits, the likeliest first; return the first that makes the side right, and the side repaired."""
    text = judge.task.text
    chain = next(c.sides for c in judge.task.chains if side in c.sides)
    plain, tokens = "\\" not in text[chain[0].start : chain[-1].end], solid(text, side.start, side.end)
    # the left side may be meant in another way too
    references = [verdict.reference, *(verdict.others if verdict.reference.before is None else ())]
    for reference in references:
        tried = {side.text}
        meant = replace(verdict, reference=reference)
        for edit in Editor(judge, side, meant).edits(tokens):
            if spent() > deadline:
                break
            new = edit.made_in(text, side)
            if new not in tried and is_right(judge, parse_side(text, edit.made_among(tokens), side.relation, plain), meant, quick=True):
                if is_right(judge, parse_side(new, solid(new), side.relation, plain), meant):
                    return edit, new
            tried.add(new)
    return None, ""


def left_repair(judge, side, verdict, deadline):
    """Try single edits of the left side, for a slip made there; return it repaired, or nothing."""
    text = judge.task.text
    left = next(c.sides[0] for c in judge.task.chains if side in c.sides)
    if left is side or verdict.reference.is_wrong or left.text != verdict.reference.text:
        return ""
    tokens = solid(text, left.start, left.end)
    for edit in sorted(Editor(judge, side, verdict).of_symbols(left.tree), key=lambda edit: edit.rank):
        if spent() > deadline:
            break
        if is_equal(judge, parse_side(text, edit.made_among(tokens), "", "\\" not in left.text), side, verdict, most=2):
            return edit.made_in(text, left)
    return ""


def is_right(judge, candidate, verdict, quick=False):
    """Whether another side is equal to the left side."""
    enough = ("ok", "loose") if penalised(verdict) else ("ok",)  # a penalty on the weights is a reservation in itself
    return candidate.tree is not None and judge.side(candidate, verdict.reference, verdict.cases, strict=True, quick=quick).status in enough


def penalised(verdict):
    """Whether a side was read with a penalty on the weights."""
    return verdict.reading is not None and has_penalty(verdict.reading)


def is_equal(judge, candidate, side, verdict, most=1):
    """Whether a side is equal to another left side, in one of the likeliest readings of that."""
    try:
        references = judge.references(candidate.tree, verdict.reference.options) if candidate.tree is not None else []
    except PROBLEMS:
        return False
    return any(judge.side(side, reference, verdict.cases, strict=True, quick=True).status == "ok" for reference in references[:most])


# a line written anew


def written_anew(judge, side, verdict, deadline):
    """Name a path or an indicator that was left out, and give a line that is right: (why, line); two empty strings if none is found."""
    for part, why, answer in answers(judge, side, verdict):
        if spent() > deadline:
            break
        if part and not is_equal(judge, parse_side(part, solid(part), "", False), side, verdict):
            continue
        if is_right(judge, parse_side(answer, solid(answer), side.relation, "\\" not in answer), verdict):
            return why, answer
    return "", ""


def answers(judge, side, verdict):
    """Yield (what the side is if the slip was this one, the slip, a right line) for the left side at hand, in the reader's letters."""
    left = verdict.reference
    if left.is_stepped():
        for sign in "-+":
            yield "", "the weight before the step is missing", f"{spelling(left.leaf()[0].node)} {sign} {side.text}"
    if left.tree[0] != "D" or left.tree[1][0] != "leaf":
        return
    body, variable = left.tree[1][1], left.tree[2]
    above, below = (left.chosen[leaf.key] for leaf in (body, variable))
    index = script_text(variable.node.subs[0]) if variable.node.subs else ""
    if above.kind == "out" and below.kind == "net" and index and body.node.subs:
        i, out = script_text(body.node.subs[0]), spelling(body.node).split("_")[0]
        why = "the indicator is missing: an output's own score counts once more" if i != index else ""
        yield "", why, rf"{out}_{{{i}}} (1_{{{i}={index}}} - {out}_{{{index}}})"
        yield "", "", rf"{out}_{{{i}}} (1 - {out}_{{{i}}})"
    if above.kind in ("loss", "unit loss"):
        yield from paths(judge.scene, verdict, spelling(body.node), spelling(variable.node), index, below)


def paths(scene, verdict, error, variable, index, below):
    """The derivative of the error as a sum over all paths to it, and as what the usual losses make of it."""
    letters = {"out": "out", "target": "target"}
    for leaf, choice in [pair for reading in (verdict.reference, verdict.reading) if reading is not None for pair in reading.choices()]:
        if choice.kind in letters and choice.layer == scene.layers and leaf.node.subs and not (choice.power == 1 and leaf.node.sups):
            letters[choice.kind] = leaf.node.name.replace("yhat", r"\hat{y}")
    out, at = letters["out"], "^{(n)}" * bool(scene.batch)
    through = rf"\frac{{\partial {error}}}{{\partial {out}_{{%s}}{at}}} \frac{{\partial {out}_{{%s}}{at}}}{{\partial {variable}}}"
    k = next(letter for letter in "kmqjr" if letter not in index + error + variable)
    whole = r"\sum_n " * bool(scene.batch) + rf"\sum_{k} " + through % (k, k)
    own = [index] if index and below.kind == "net" and below.layer == scene.layers else [f"o{n}" for n in range(1, scene.sizes[-1] + 1)]
    for j in own if scene.sizes[-1] > 1 else ():
        yield through % (j, j), f"only the path through ${out}_{{{j}}}$ is followed, and the others are left out", whole
    o, t = (f"{letter}_{{{index}}}" for letter in letters.values())
    usual = (f"{o} - {t}", f"({o} - {t}) {o} (1 - {o})", rf"-\frac{{{t}}}{{{o}}}", f"2 ({o} - {t})") if index else ()
    for answer in (*usual, whole):
        yield "", "", answer
