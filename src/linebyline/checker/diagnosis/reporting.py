"""Make the report of an outcome: each verdict explained, each reading and assumption said."""

import re

from linebyline.checker.diagnosis.explaining import explain
from linebyline.checker.face.report import Report, SideReport
from linebyline.checker.judge.verdicts import LIMIT, UNEXPLAINED, joined
from linebyline.checker.meaning.notation import shown
from linebyline.checker.meaning.scripts import spelling
from linebyline.checker.work import spent

FOR_REPAIRS = 10_000  # steps in which repairs are looked for, in all sides together
ONE_NETWORK, OTHER_NETWORKS = 3_000, 4_000  # steps for a repair in one of the other networks; for all of them, beyond that


def report(outcome, guessed, notation, assumed=()):
    """Make the report: every side with its message, how it was read, and what was assumed."""
    judge, sides = outcome.judge, []
    deadline = min(spent(), judge.start + LIMIT - FOR_REPAIRS) + FOR_REPAIRS
    judge.start = spent()
    for i, chain in enumerate(judge.task.chains):
        unsure = False  # whether the last side that is not equal could not be judged after all
        for j, side in enumerate(chain.sides):
            verdict = outcome.verdicts[i][j]
            status, message, repair = said_of(outcome, i, j, deadline)
            if verdict.status == "wrong":
                unsure = status == "unreadable"
            elif status == "carries" and unsure:
                status, message = "unreadable", "equal to a side before it that could not be judged"
            if side.left_open:
                message = joined(message, f"what follows, {side.left_open}, is left open and not judged")
            sides.append(SideReport(side.text, side.line, status, message, reading(outcome, verdict), verdict.holds_for, repair))
            sides.extend(SideReport(note.text, note.line, note.status, note.message) for note in verdict.notes)
    assumptions = [*assumed, *[note.removeprefix("loose: ") for note in outcome.options.notes], *activations_meant(outcome)]
    if guessed:
        assumptions.append(f"no network was given; taken as a {judge.scene.describe()}")
    if notation != judge.conv.name:
        assumptions.append(f"letters read as in the notation {judge.conv.name!r}")
    if judge.habits.two_index:
        assumptions.append("w_{ij} leads " + ("to i from j" if outcome.options.weights == "to_from" else "from i to j"))
    return Report(tuple(sides), judge.scene, judge.conv.name, tuple(assumptions))


def said_of(outcome, i, j, deadline):
    """What is said of one side: its status, a message, and the side repaired."""
    judge, side, verdict = outcome.judge, outcome.judge.task.chains[i].sides[j], outcome.verdicts[i][j]
    status, message, repair, claim = verdict.status, verdict.message, "", outcome.is_claim(verdict)
    if status in ("wrong", "unreadable") and side.tree is not None and verdict.reference is not None:
        status, message, repair = explain(*as_judged(judge, side, verdict), deadline)
    if claim:
        return status, message, repair
    if verdict.unsaid:
        return "unreadable", message, ""
    reserved = list(outcome.loose_notes)
    if judge.only_one_unit():
        reserved.append("right for one unit in a layer; give the network to have it checked for more")
    if status == "ok" and reserved:
        return "loose", joined(message, *reserved), ""
    unsure = judge.task.guessed and judge.scene.network is None
    if unsure and status == "wrong" and re.match(UNEXPLAINED, message) and "right" not in message:
        return slip_elsewhere(outcome, i, j, message, deadline + OTHER_NETWORKS)
    return status, message, repair


def slip_elsewhere(outcome, i, j, message, deadline):
    """Without a network given: a side that is right in none is wrong if one small slip explains it in another network, and else unread."""
    for judge, again in outcome.others[:4]:
        verdict, judge.start = again.verdicts[i][j], spent()
        if verdict.status == "wrong" and verdict.reference is not None and spent() < deadline:
            status, found, repair = explain(judge, judge.task.chains[i].sides[j], verdict, min(spent() + ONE_NETWORK, deadline))
            if repair:
                return status, f"{found}, in a {judge.scene.describe()}", repair
    return "unreadable", f"no reading of it fits a network that was tried: {message}; give the network", ""


def as_judged(judge, side, verdict):
    """The judge, side and verdict of a side: those of its own small network for a claim about an activation."""
    home = verdict.home or judge
    home.start = judge.start
    return home, next(s for chain in home.task.chains for s in chain.sides if (s.start, s.end) == (side.start, side.end)), verdict


def reading(outcome, verdict):
    """How each symbol of a side was read."""
    parts = {}
    for leaf, choice in verdict.reading.choices() if verdict.reading else ():
        parts.setdefault(spelling(leaf.node), "any number" if outcome.is_claim(verdict) else shown(choice, outcome.judge.scene))
    return "; ".join(f"{symbol}: {meaning}" for symbol, meaning in parts.items())


def activations_meant(outcome):
    r"""What a \sigma in the text was read as, if not as the sigmoid."""
    judge = outcome.judge
    readings = [reading for found in outcome.verdicts for v in found for reading in (v.reading, v.reference) if reading is not None]
    used = {name for reading in readings for name in reading.builder.functions}
    if "sigma" not in used or set(judge.scene.activation_names) == {"sigmoid"} or judge.is_alias("sigma"):
        return []
    if judge.conv.named.get("sigma"):
        return [rf"\sigma is the {judge.conv.named['sigma']} function, as the text says"]
    return [rf"\sigma is read as each layer's own activation: {', '.join(judge.scene.activation_names)}"]
