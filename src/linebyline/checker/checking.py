r"""Judge a derivation: evaluate every side of every equation and name the first that stops being equal.

The checker judges whether each side is *true*, not whether each step is
justified: a right line after a nonsense step still passes.
"""

import re
from dataclasses import replace
from itertools import zip_longest

import numpy as np

from linebyline.checker.diagnosis.reporting import report
from linebyline.checker.guess.claims import scalar_claim
from linebyline.checker.guess.likely import likely_rows, likely_scenes, names_in, names_of, other_networks, quotients_in, roles_in, shapes_of
from linebyline.checker.guess.own import OWN_BIASES, definable, definitions, numbers_biases, with_own_biases
from linebyline.checker.judge.judging import Judge
from linebyline.checker.judge.verdicts import PATIENCE, Task, clock
from linebyline.checker.meaning.aliases import read_aliases
from linebyline.checker.meaning.letters import convention
from linebyline.checker.parser.grammar import Parser
from linebyline.checker.parser.pieces import read
from linebyline.checker.parser.spellings import tokenise
from linebyline.checker.parser.tokens import Unreadable

PROBE = 12  # chains by which the network and the letters of a longer text are guessed


def check(text, network=None, notation=None, target=None, aliases=None):
    r"""Check a derivation, side by side, against the true derivatives of a network's loss.

    Parameters
    ----------
    text : str
        The derivation as typed: LaTeX or plain text, with or without dollars and prose around it.
        A name that the text itself defines, as in ``q_j = ...``, is read by that definition.
    network : Network, Scene, mapping or str, optional
        What it is about: a :class:`linebyline.network.Network`; a
        :class:`~linebyline.checker.Scene`, or a mapping with its fields, as in
        ``{"hidden": "softmax", "output": "softmax", "loss": "cross_entropy", "sizes": (2, 3, 3)}``;
        or the hidden activation's name. Inferred from the text if not given.
    notation : str, optional
        ``"question"``, ``"layers"``, ``"classes"``, ``"matrix"``, or a row of
        ``linebyline.checker.meaning.letters.ROWS`` such as ``"nielsen"`` or ``"bishop"``.
        Inferred, and printed, if not given.
    target : str, optional
        What should have been derived, as in ``r"\partial E/\partial w_1"``; without it
        each chain's own left side is the truth.
    aliases : mapping of str to str, optional
        The reader's own symbols, in the book's names or as formulas:
        ``{r"s_i": "out_hi", r"Z": r"\sum_k e^{net_{ok}}"}``.

    Returns
    -------
    Report

    Raises
    ------
    TypeError, ValueError
        If `text` is not a string or is too long, or another argument is not one of the above.

    Examples
    --------
    >>> report = check(r"\frac{\partial E}{\partial w_5} = (out_{o1} - target_{o1}) \, out_{h1}", network="sigmoid")
    >>> [side.status for side in report.sides]
    ['reference', 'wrong']
    >>> report.first_wrong
    1
    """
    chains = read(text)
    own = read_aliases(dict(aliases).items()) if aliases else []
    target_tree = _read_target(target)
    names = names_in(chains) | (names_of(target_tree) if target_tree else {})
    scenes, guessed = likely_scenes(network, names, notation, own)
    scene_aliases = read_aliases(scenes[0].aliases)
    known = own + scene_aliases
    candidates = definable(chains, names)
    rows = likely_rows(notation, names, known, quotients_in(chains), {item.name for item in candidates.values()}, roles_in(chains))
    defined = definitions(candidates, chains, names, rows[0], known)
    known = known + list(defined.values())
    own_biases = not guessed and scenes[0].shared_bias and numbers_biases(names, convention(rows[0]))
    if own_biases:
        scenes = [with_own_biases(scenes[0])]
    task, refuted = Task(text, chains, names, known, target_tree, notation, guessed), {}
    start = task.start
    claims = [] if target_tree else [claimed(task, chain, scenes[0]) for chain in chains]
    task.settled = {k: claim for k, claim in enumerate(claims) if claim and not claim.score}
    task.named = named_activations(text, task.settled.values())
    probe = chains if target_tree else chains[:PROBE]  # a long text's network and letters are guessed from how it begins

    def attempt(scene, row, chains=probe):
        return Judge(replace(task, chains=chains), scene, convention(row)).run()

    tried = []  # (unread sides, score, rank, outcome, scene, row)
    for first in shapes_of(scenes):
        for rank, row in enumerate(rows):
            outcome = attempt(first, row)
            if first is scenes[0] and row != rows[0] and outcome.score < refuted.get("score", 0):
                outcome.doubt(refuted["row"], refuted["wrong"])
            if first is scenes[0] and not refuted and outcome.all_read():
                refuted = {"row": row, "wrong": outcome.wrong_places(), "score": outcome.score}
            tried.append((outcome.unread(), outcome.score, rank + scenes.index(first), outcome, first, row))
            if outcome.score == 0 or clock() - start > PATIENCE:
                break
            if first is scenes[0] and rank == 0 and outcome.mostly_right():
                rows = rows[:1]  # the likeliest letters fit most lines: a wrong line is wrong, not written in other letters
                break
        if tried[-1][1] == 0 or clock() - start > PATIENCE:
            break
    by_size = {}
    for _, _, rank, _, first, row in sorted(tried, key=lambda t: t[:3]):
        by_size.setdefault(first.sizes, []).append((rank, first, row))
    best_of_each_size = [found for group in zip_longest(*by_size.values()) for found in group if found is not None]
    for rank, first, row in best_of_each_size[:6]:
        for scene in scenes:
            if min(t[1] for t in tried) == 0 or clock() - start > PATIENCE:
                break
            if scene is not first and scene.sizes == first.sizes and bool(scene.batch) == bool(first.batch):
                outcome = attempt(scene, row)
                tried.append((outcome.unread(), outcome.score, rank - scenes.index(first) + scenes.index(scene), outcome, scene, row))
    *_, best, scene, row = min(tried, key=lambda t: t[1:3])
    if len(probe) < len(chains):
        best = attempt(scene, row, chains)
        if scene is scenes[0] and refuted and row != refuted["row"]:
            best.doubt(refuted["row"], refuted["wrong"])
    if best.score and not {"b", "B", "beta"} & set(names) and best.judge.scene.bias and best.writes_out_scores():
        bare = Judge(task, replace(best.judge.scene, bias=False), best.judge.conv).run()
        if bare.score == 0:
            bare.loose_notes.append("right for a network without biases")
            best = bare
    if best.score and not guessed and scenes[0].shared_bias and best.judge.conv.family != "question":  # a vector b has one entry a unit
        unshared = Judge(task, with_own_biases(scenes[0]), best.judge.conv).run()
        if unshared.score < best.score:
            best, own_biases = unshared, True
    if guessed and best.wrong_places():
        right_elsewhere(best, start)
    for k, claim in enumerate(claims):
        if claim and any(v.status not in ("reference", "ok") for v in best.verdicts[k]):
            best.verdicts[k] = claim.verdicts[0]
    for k in defined:
        if best.verdicts[k][1].status in ("ok", "loose"):
            best.verdicts[k][1].status, best.verdicts[k][1].message = "reference", "the text's own definition: taken as it stands"
    return report(best, guessed, notation, [OWN_BIASES] if own_biases else [])


def right_elsewhere(outcome, start):
    """Without a network given: a whole text that is right in another one is not called wrong."""
    mine, wrong, slips = outcome.judge, outcome.wrong_places(), {}
    for scene in other_networks(mine.scene):
        if clock() - start > 2 * PATIENCE:
            break
        judge = Judge(mine.task, scene, mine.conv)
        again = judge.run()
        there = {(i, j): again.verdicts[i][j] for i, j in wrong}
        zeros = [np.abs(value).max() < 1e-10 for v in there.values() for key, value in v.values() if key[0] == id(scene)]
        if not again.wrong_places() and all(v.status == "ok" for v in there.values()) and not any(zeros):
            why = f"right in a {scene.describe()}, not in a {mine.scene.describe()}; give the network"
            slips = {place: v.reserved(why, (judge, again.options)) for place, v in there.items()}
            break
        outcome.others.append((judge, again))
    for (i, j), verdict in slips.items():
        outcome.verdicts[i][j] = verdict


def named_activations(text, claims):
    r"""The functions that a text itself names: \sigma as the sigmoid, in words or by a claim that only the sigmoid fulfils."""
    if any(claim.judge.scene.output == "sigmoid" and "sigma" in claim.judge.names for claim in claims):
        return {"sigma": "sigmoid"}
    sigma = r"(?:\\sigma(?![a-z])|σ)"
    defined = rf"{sigma}\s*\([^)]*\)\s*=[^=$\n]{{0,20}}1\s*\+\s*\\?e"
    near = re.search(rf"{sigma}[^.\n=]{{0,40}}(?:sigmoid|logistic)|(?:sigmoid|logistic)[^.\n=]{{0,40}}{sigma}|{defined}", text)
    return {"sigma": "sigmoid"} if near and not re.search("tanh|softmax|relu|ReLU", near[0]) else {}


def claimed(task, chain, given):
    """Judge a chain as a claim about one activation, on one unit; None if it is not one, or cannot be read so."""
    best = None
    for trees, own, scene, note in scalar_claim(chain, given, task.aliases, task.guessed):
        sides = [replace(side, tree=tree) for side, tree in zip(chain.sides, trees)]
        alone = [replace(chain, sides=sides)]
        judge = Judge(Task(task.text, alone, names_in(alone), own, start=task.start), scene, convention("nielsen"))
        outcome = judge.run()
        if outcome.all_read() and (best is None or outcome.score < best.score):
            best = outcome
            for verdict in outcome.verdicts[0]:
                verdict.home = (judge, outcome.options)
                if verdict.status == "ok":
                    verdict.status = "loose" if note.startswith("loose: ") else "ok"
                    verdict.message = "; ".join(filter(None, [verdict.message, note.removeprefix("loose: ")]))
    return best


def _read_target(target):
    if target is None:
        return None
    if not isinstance(target, str):
        raise TypeError(f"target: expected a string or None, got {type(target).__name__}")
    try:
        return Parser([t for t in tokenise(target.strip().strip("$")) if t.kind not in ("gap",)], "\\" not in target).whole()
    except Unreadable as error:
        raise ValueError(f"target: cannot read {target!r}: {error}") from None
