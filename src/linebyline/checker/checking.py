r"""Judge a derivation: evaluate every side of every equation and name the first that stops being equal.

The checker judges whether each side is *true*, not whether each step is
justified: a right line after a nonsense step still passes.
"""

import re
from dataclasses import replace

from linebyline.checker.diagnosis.reporting import report
from linebyline.checker.guess.claims import scalar_claim
from linebyline.checker.guess.likely import likely_scenes, names_in, names_of
from linebyline.checker.guess.own import OWN_BIASES, definable, definitions, numbers_biases, slopes
from linebyline.checker.guess.roles import quotients_in, roles_in
from linebyline.checker.guess.rows import likely_rows
from linebyline.checker.judge.judging import Judge
from linebyline.checker.judge.verdicts import Task
from linebyline.checker.meaning.aliases import read_aliases
from linebyline.checker.meaning.letters import convention
from linebyline.checker.parser.grammar import Parser
from linebyline.checker.parser.pieces import read
from linebyline.checker.parser.spellings import tokenise
from linebyline.checker.parser.tokens import Unreadable
from linebyline.checker.parser.typed import cleaned
from linebyline.checker.searching import Search


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
    aliases = read_aliases(dict(aliases).items()) if aliases else []
    target = _read_target(target)
    names = names_in(chains) | (names_of(target) if target else {})
    scenes, guessed = likely_scenes(network, names, notation, aliases)
    aliases = aliases + read_aliases(scenes[0].aliases)
    candidates = definable(chains, names)
    aliases = aliases + read_aliases([(letter, "w") for letter in slopes(chains, names)])
    rows = likely_rows(notation, names, aliases, quotients_in(chains), {item.name for item in candidates.values()}, roles_in(chains))
    defined = definitions(candidates, chains, names, rows[0], aliases)
    own_biases = not guessed and scenes[0].shared_bias and numbers_biases(names, convention(rows[0]))
    if own_biases:
        scenes = [replace(scenes[0], shared_bias=False)]
    task = Task(cleaned(text), chains, names, aliases + list(defined.values()), target, notation, guessed)
    claims = {} if target else {k: claim for k, chain in enumerate(chains) if (claim := claimed(task, chain, scenes[0]))}
    task.settled = {k: claim for k, claim in claims.items() if not claim.score}
    task.named = named_activations(text, task.settled.values())
    best = Search(task, scenes, rows).best()
    for k, claim in claims.items():
        if any(verdict.status not in ("reference", "ok") for verdict in best.verdicts[k]):
            best.verdicts[k] = claim.verdicts[0]
    for k in defined:
        if best.verdicts[k][1].status in ("ok", "loose"):
            best.verdicts[k][1].status, best.verdicts[k][1].message = "reference", "the text's own definition: taken as it stands"
    own_biases = own_biases or best.judge.scene.shared_bias != scenes[0].shared_bias
    return report(best, guessed, notation, [OWN_BIASES] if own_biases else [])


def named_activations(text, claims):
    r"""The functions that a text itself names: \sigma as the sigmoid, in words or by a claim that only the sigmoid fulfils."""
    if any(claim.judge.scene.output == "sigmoid" and "sigma" in claim.judge.task.names for claim in claims):
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
                verdict.home = judge
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
