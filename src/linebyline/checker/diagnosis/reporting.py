"""Make the report of an outcome: each verdict explained, each reading and assumption said."""

import re

from linebyline.checker.diagnosis.explaining import explain
from linebyline.checker.face.report import Report, SideReport
from linebyline.checker.judge.verdicts import LIMIT, NOT_ASKED, UNEXPLAINED, builder, clock
from linebyline.checker.meaning.notation import shown
from linebyline.checker.meaning.scripts import spelling


def report(outcome, guessed, notation, assumed=()):
    """Make the report: every side with its message, how it was read, and what was assumed."""
    judge = outcome.judge
    sides, deadline = [], min(clock(), judge.start + LIMIT - 0.25) + 0.25
    judge.start = clock()
    for i, (chain, verdicts) in enumerate(zip(judge.chains, outcome.verdicts)):
        for j, (side, verdict) in enumerate(zip(chain.sides, verdicts)):
            status, message, repair = verdict.status, verdict.message, ""
            if status in ("wrong", "unreadable") and side.tree is not None and verdict.reference is not None and message != NOT_ASKED:
                status, message, repair = explain(*as_judged(outcome, side, verdict), deadline)
            reserved = [] if outcome.is_claim(verdict) else outcome.loose_notes
            if judge.only_one_unit() and not outcome.is_claim(verdict):
                reserved = [*reserved, "right for one unit in a layer; give the network to have it checked for more"]
            if status == "ok" and reserved:
                status, message = "loose", "; ".join(filter(None, [message, *reserved]))
            unsure = guessed and judge.scene.network is None and not outcome.is_claim(verdict)
            if unsure and status == "wrong" and re.match(UNEXPLAINED, message) and "right" not in message:
                status, message, repair = slip_elsewhere(outcome, side, i, j, message, deadline + 0.1)
            if side.left_open:
                message = "; ".join(filter(None, [message, f"what follows, {side.left_open}, is left open and not judged"]))
            sides.append(SideReport(side.text, side.line, status, message, reading(outcome, verdict), verdict.holds_for, repair))
            sides.extend(SideReport(n.text, n.line, n.status, n.message) for n in verdict.notes)
    assumptions = [*assumed, *[n.removeprefix("loose: ") for n in outcome.options.notes], *activations_meant(outcome)]
    if guessed:
        assumptions.append(f"no network was given; taken as a {judge.scene.describe()}")
    if notation is None or notation != judge.conv.name:
        assumptions.append(f"letters read as in the notation {judge.conv.name!r}")
    if judge.two_index:
        assumptions.append("w_{ij} leads " + ("to i from j" if outcome.options.weights == "to_from" else "from i to j"))
    return Report(tuple(sides), judge.scene, judge.conv.name, tuple(assumptions))


def slip_elsewhere(outcome, side, i, j, message, deadline):
    """Without a network given: a side that is right in none is wrong if one small slip explains it in another network, and else unread."""
    for judge, again in outcome.others[:4]:
        verdict, judge.start = again.verdicts[i][j], clock()
        if verdict.status == "wrong" and verdict.reference is not None and clock() < deadline:
            status, found, repair = explain(judge, side, verdict, again.options, min(clock() + 0.08, deadline))
            if repair:
                return status, f"{found}, in a {judge.scene.describe()}", repair
    return "unreadable", f"no reading of it fits a network that was tried: {message}; give the network", ""


def as_judged(outcome, side, verdict):
    """The judge, side, verdict and options of a side: those of its own small network for a claim about an activation."""
    judge, options = verdict.home or (outcome.judge, outcome.options)
    judge.start = outcome.judge.start
    own = next(s for chain in judge.chains for s in chain.sides if (s.start, s.end) == (side.start, side.end))
    return judge, own, verdict, options


def reading(outcome, verdict):
    leaves = (
        verdict.built[0].leaves
        if verdict.built
        else verdict.reference.builder.leaves
        if verdict.reference is not None and verdict.status == "reference"
        else []
    )
    parts = {}
    for leaf in leaves:
        if leaf.key in verdict.chosen:
            parts.setdefault(spelling(leaf.node), "any number" if outcome.is_claim(verdict) else shown(verdict.chosen[leaf.key], outcome.judge.scene))
    return "; ".join(f"{k}: {v}" for k, v in parts.items())


def activations_meant(outcome):
    r"""What a \sigma in the text was read as, if not as the sigmoid."""
    judge = outcome.judge
    used = {name for chain in outcome.verdicts for v in chain for side in (v.built, v.reference) if side for name in builder(side).functions}
    if "sigma" not in used or set(judge.scene.activation_names) == {"sigmoid"} or any(alias.name == "sigma" for alias in judge.aliases):
        return []
    if judge.conv.named.get("sigma"):
        return [rf"\sigma is the {judge.conv.named['sigma']} function, as the text says"]
    return [rf"\sigma is read as each layer's own activation: {', '.join(judge.scene.activation_names)}"]
