"""All verdicts on a text under one set of conventions."""

from linebyline.checker.judge.verdicts import WEIGHT


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

    def writes_out_scores(self):
        """Whether a wrong side multiplies weights by outputs, as in a score without its bias."""
        kinds = {c.kind.split(" ")[-1] for chain in self.verdicts for v in chain if v.status in ("wrong", "carries") for c in v.chosen.values()}
        return {"W", "out"} <= kinds

    def is_claim(self, verdict):
        """Whether a verdict is about one activation, found on a network of its own."""
        return bool(verdict.home) and verdict.home[0].chains is not self.judge.chains
