"""All verdicts on a text under one set of conventions, and the report they make."""

import re

from linebyline.checker.diagnosis import explain
from linebyline.checker.notation import shown
from linebyline.checker.report import Report, SideReport
from linebyline.checker.scripts import spelling
from linebyline.checker.verdicts import LIMIT, NOT_ASKED, UNEXPLAINED, WEIGHT, builder, clock


class Outcome:
    """All verdicts under one set of conventions."""

    def __init__(self, judge, options, verdicts):
        self.judge, self.options, self.verdicts, self.others = judge, options, verdicts, []
        flat = [v for chain in verdicts for v in chain]
        self.loose_notes = [n.removeprefix("loose: ") for n in options.notes if n.startswith("loose: ")]
        confirmed = [v for v in flat if v.status == "ok" and any(c.kind.split(" ")[-1] == "W" for c in v.chosen.values())]
        if len(confirmed) > 1 and len(self.loose_notes) == 1 and "w_{ij}" in self.loose_notes[0]:
            self.loose_notes = []  # more than one line agrees on the order of the indices
        self.score = sum(WEIGHT[v.status] for v in flat) + sum(1.0 for v in flat for n in v.notes if n.status != "note-ok")
        if self.loose_notes:
            self.score += 0.5 * sum(v.status == "ok" for v in flat)
        if judge.only_one_unit():
            self.score += sum(v.status == "ok" for v in flat)

    def unread(self):
        return sum(v.status == "unreadable" for chain in self.verdicts for v in chain)

    def all_read(self):
        return all(v.status != "unreadable" for chain in self.verdicts for v in chain)

    def mostly_right(self):
        """Whether all was read, and beside every wrong side stands a right one of the same chain."""
        chains = [[v.status for v in chain] for chain in self.verdicts]
        return self.all_read() and any("ok" in chain for chain in chains) and all("ok" in chain for chain in chains if "wrong" in chain)

    def wrong_places(self):
        return {(i, j) for i, chain in enumerate(self.verdicts) for j, v in enumerate(chain) if v.status in ("wrong", "carries")}

    def doubt(self, row, places):
        """Another, likelier way to read the letters was possible too, and there these sides are wrong."""
        for i, j in places:
            verdict = self.verdicts[i][j]
            if verdict.status == "ok":
                verdict.status = "loose"
                verdict.message = "; ".join(filter(None, [verdict.message, f"right in the notation {self.judge.conv.name!r}, wrong in {row!r}"]))
                self.score += WEIGHT["loose"]

    def slip_elsewhere(self, side, i, j, message, deadline):
        """Without a network given: a side that is right in none is wrong if one small slip explains it in another network, and else unread."""
        for judge, again in self.others[:4]:
            verdict, judge.start = again.verdicts[i][j], clock()
            if verdict.status == "wrong" and verdict.reference is not None and clock() < deadline:
                status, found, repair = explain(judge, side, verdict, again.options, min(clock() + 0.08, deadline))
                if repair:
                    return status, f"{found}, in a {judge.scene.describe()}", repair
        return "unreadable", f"no reading of it fits a network that was tried: {message}; give the network", ""

    def writes_out_scores(self):
        """Whether a wrong side multiplies weights by outputs, as in a score without its bias."""
        kinds = {c.kind.split(" ")[-1] for chain in self.verdicts for v in chain if v.status in ("wrong", "carries") for c in v.chosen.values()}
        return {"W", "out"} <= kinds

    def report(self, guessed, notation, assumed=()):
        judge = self.judge
        sides, deadline = [], min(clock(), judge.start + LIMIT - 0.25) + 0.25
        judge.start = clock()
        for i, (chain, verdicts) in enumerate(zip(judge.chains, self.verdicts)):
            for j, (side, verdict) in enumerate(zip(chain.sides, verdicts)):
                status, message, repair = verdict.status, verdict.message, ""
                if status in ("wrong", "unreadable") and side.tree is not None and verdict.reference is not None and message != NOT_ASKED:
                    status, message, repair = explain(*self.as_judged(side, verdict), deadline)
                reserved = [] if self.is_claim(verdict) else self.loose_notes
                if judge.only_one_unit() and not self.is_claim(verdict):
                    reserved = [*reserved, "right for one unit in a layer; give the network to have it checked for more"]
                if status == "ok" and reserved:
                    status, message = "loose", "; ".join(filter(None, [message, *reserved]))
                unsure = guessed and judge.scene.network is None and not self.is_claim(verdict)
                if unsure and status == "wrong" and re.match(UNEXPLAINED, message) and "right" not in message:
                    status, message, repair = self.slip_elsewhere(side, i, j, message, deadline + 0.1)
                if side.left_open:
                    message = "; ".join(filter(None, [message, f"what follows, {side.left_open}, is left open and not judged"]))
                sides.append(SideReport(side.text, side.line, status, message, self.reading(verdict), verdict.holds_for, repair))
                sides.extend(SideReport(n.text, n.line, n.status, n.message) for n in verdict.notes)
        assumptions = [*assumed, *[n.removeprefix("loose: ") for n in self.options.notes], *self.activations_meant()]
        if guessed:
            assumptions.append(f"no network was given; taken as a {judge.scene.describe()}")
        if notation is None or notation != judge.conv.name:
            assumptions.append(f"letters read as in the notation {judge.conv.name!r}")
        if judge.two_index:
            assumptions.append("w_{ij} leads " + ("to i from j" if self.options.weights == "to_from" else "from i to j"))
        return Report(tuple(sides), judge.scene, judge.conv.name, tuple(assumptions))

    def is_claim(self, verdict):
        """Whether a verdict is about one activation, found on a network of its own."""
        return bool(verdict.home) and verdict.home[0].chains is not self.judge.chains

    def activations_meant(self):
        r"""What a \sigma in the text was read as, if not as the sigmoid."""
        judge = self.judge
        used = {name for chain in self.verdicts for v in chain for side in (v.built, v.reference) if side for name in builder(side).functions}
        if "sigma" not in used or set(judge.scene.activation_names) == {"sigmoid"} or any(alias.name == "sigma" for alias in judge.aliases):
            return []
        if judge.conv.named.get("sigma"):
            return [rf"\sigma is the {judge.conv.named['sigma']} function, as the text says"]
        return [rf"\sigma is read as each layer's own activation: {', '.join(judge.scene.activation_names)}"]

    def as_judged(self, side, verdict):
        """The judge, side, verdict and options of a side: those of its own small network for a claim about an activation."""
        judge, options = verdict.home or (self.judge, self.options)
        judge.start = self.judge.start
        own = next(s for chain in judge.chains for s in chain.sides if (s.start, s.end) == (side.start, side.end))
        return judge, own, verdict, options

    def reading(self, verdict):
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
                parts.setdefault(spelling(leaf.node), "any number" if self.is_claim(verdict) else shown(verdict.chosen[leaf.key], self.judge.scene))
        return "; ".join(f"{k}: {v}" for k, v in parts.items())
