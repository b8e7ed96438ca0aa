"""All verdicts on a text under one set of conventions."""

from linebyline.checker.judge.verdicts import RIGHT, WEIGHT, WRONG, weight


class Outcome:
    """All verdicts under one set of conventions."""

    def __init__(self, judge, options, verdicts):
        self.judge, self.options, self.verdicts, self.others = judge, options, verdicts, []
        flat = [v for chain in verdicts for v in chain]
        right = [v for v in flat if v.status == "ok"]
        self.loose_notes = [n.removeprefix("loose: ") for n in options.notes if n.startswith("loose: ")]
        if len(self.loose_notes) == 1 and "w_{ij}" in self.loose_notes[0] and sum("W" in kinds_in(v) for v in right) > 1:
            self.loose_notes = []  # more than one line agrees on the order of the indices
        unfit = sum(v.status == "wrong" and v.reading is None for v in flat)  # shapes that fit are likelier meant
        self.score = 0.1 * unfit + weight(flat) + sum(1.0 for v in flat for n in v.notes if n.status != "note-ok")
        self.score += len(right) * (0.5 * bool(self.loose_notes) + judge.only_one_unit())

    def unread(self):
        return sum(v.status == "unreadable" for chain in self.verdicts for v in chain)

    def all_read(self):
        return not self.unread()

    def mostly_right(self):
        """Whether all was read, and beside every wrong side stands a right one of the same chain."""
        chains = [[v.status for v in chain] for chain in self.verdicts]
        return self.all_read() and any("ok" in chain for chain in chains) and all("ok" in chain for chain in chains if "wrong" in chain)

    def wrong_places(self):
        return {(i, j) for i, chain in enumerate(self.verdicts) for j, v in enumerate(chain) if v.status in WRONG}

    def doubt(self, row, places):
        """Another, likelier way to read the letters was possible too, and there these sides are wrong."""
        for verdict in (self.verdicts[i][j] for i, j in places):
            self.score += WEIGHT["loose"] * (verdict.status == "ok")
            verdict.doubt(f"right in the notation {self.judge.conv.name!r}, wrong in {row!r}")

    def writes_out_scores(self):
        """Whether wrong sides multiply weights by outputs, as in a score without its bias."""
        return {"W", "out"} <= {kind for i, j in self.wrong_places() for kind in kinds_in(self.verdicts[i][j])}

    def finds_a_slope(self, chain, side):
        """Whether a side says what a dZ or dA is, and is right, or at least counts the examples."""
        verdict = self.verdicts[chain][side]
        left, counts = verdict.reference, verdict.reading is not None and any(choice.kind == "size" for _, choice in verdict.reading.choices())
        if left is None or left.tree[0] != "dloss" or not (counts or verdict.status in RIGHT):
            return False
        return left.chosen[left.tree[1].key].kind in ("net", "out")

    def is_claim(self, verdict):
        """Whether a verdict is about one activation, found on a network of its own."""
        return verdict.home is not None and verdict.home.task.chains is not self.judge.task.chains


def kinds_in(verdict):
    """What a side and its left side speak of: W, out, net; the same for a weight after its step, and a gradient."""
    return {choice.kind.split(" ")[-1] for choice in verdict.reading.chosen.values()} if verdict.reading else set()
