r"""Search for the network and the letters under which a text is true, the likeliest first; what is true under none is wrong."""

import re
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np

from linebyline.checker.guess.likely import other_networks, shapes_of
from linebyline.checker.judge.judging import Judge
from linebyline.checker.judge.outcome import Outcome
from linebyline.checker.judge.verdicts import AT_MOST, PATIENCE
from linebyline.checker.meaning.letters import convention
from linebyline.checker.numbers.scene import Scene
from linebyline.checker.work import spent

OTHER_DELTAS = (
    ("minus_deltas", r"$-\partial E/\partial net$, as in some books"),
    ("deltas_of_examples", r"one example's $\partial E/\partial net$, not yet divided by their number"),
)
SLOPES_OF_MEAN = "dZ and dA are derivatives of the mean over the batch, as dW is: the text divides them by the number of examples"
PROBE = 5  # chains by which the network and the letters of a longer text are guessed


@dataclass
class Attempt:
    """All verdicts on a text in one network and one row of the notation table; `rank` says how far-fetched the two are."""

    outcome: Outcome
    scene: Scene
    row: str
    rank: int

    @property
    def score(self):
        return self.outcome.score


class Search:
    """Try the networks and rows that suit a task."""

    def __init__(self, task, scenes, rows):
        self.task, self.scenes, self.rows = task, scenes, rows
        if {"ell", "l"} & set(task.names) or re.search(r"likelihood|\\prod|∏", task.text):
            self.scenes = scenes + [replace(scene, log_likelihood=True) for scene in scenes]
        self.probe = task.chains if task.target else task.chains[:PROBE]  # a long text is guessed from how it begins
        self.tried, self.refuted = [], None  # `refuted`: the first attempt in which everything could be read

    def best(self):
        """The verdicts in the network and the letters that fit best."""
        self.try_letters()
        self.try_networks()
        found = min(self.tried, key=lambda attempt: (attempt.score, attempt.rank))
        best = found.outcome
        if len(self.probe) < len(self.task.chains):
            best = self.judged(found.scene, found.row, self.task.chains)
            if found.scene is self.scenes[0] and self.refuted and found.row != self.refuted.row:
                best.doubt(self.refuted.row, self.refuted.outcome.wrong_places())
        best = self.as_a_likelihood(best)
        best = self.with_one_example(self.with_slopes_of_mean(self.with_other_deltas(self.with_own_biases(self.without_biases(best)))))
        if self.task.guessed and best.wrong_places():
            self.right_elsewhere(best)
        return best

    def judged(self, scene, row, chains):
        return Judge(replace(self.task, chains=chains), scene, convention(row)).run()

    def attempt(self, scene, row, rank):
        self.tried.append(Attempt(self.judged(scene, row, self.probe), scene, row, rank))
        return self.tried[-1]

    def over(self):
        """Whether everything is right, or the work has grown too much."""
        return any(attempt.score == 0 for attempt in self.tried) or self.late()

    def late(self, patience=PATIENCE):
        return spent() - self.task.start > patience

    def try_letters(self):
        """Try the rows, in the likeliest network of each shape."""
        for scene in shapes_of(self.scenes):
            for rank, row in enumerate(self.rows):
                attempt = self.attempt(scene, row, rank + self.scenes.index(scene))
                if scene is self.scenes[0]:
                    if self.refuted and attempt.score < self.refuted.score:
                        attempt.outcome.doubt(self.refuted.row, self.refuted.outcome.wrong_places())
                    elif not self.refuted and attempt.outcome.all_read():
                        self.refuted = attempt
                if self.over():
                    return
                if scene is self.scenes[0] and rank == 0 and attempt.outcome.mostly_right():
                    self.rows = self.rows[:1]  # the likeliest letters fit most lines: a wrong line is wrong, not written in other letters
                    break

    def try_networks(self):
        """Try the other networks of each size, with the letters that fit best there."""
        by_size = {}
        for attempt in sorted(self.tried, key=lambda attempt: (attempt.outcome.unread(), attempt.score, attempt.rank)):
            by_size.setdefault(attempt.scene.sizes, []).append(attempt)
        best_of_each_size = [attempt for group in zip_longest(*by_size.values()) for attempt in group if attempt]
        for first in best_of_each_size[:6]:
            for scene in self.scenes:
                if self.over():
                    return
                if scene is not first.scene and scene.sizes == first.scene.sizes and bool(scene.batch) == bool(first.scene.batch):
                    self.attempt(scene, first.row, first.rank + self.scenes.index(scene) - self.scenes.index(first.scene))

    def as_a_likelihood(self, outcome):
        """Say so where the error was read as the log-likelihood, unless the text does."""
        if outcome.judge.scene.log_likelihood and "likelihood" not in self.task.text:
            outcome.loose_notes.append("right if it is the log-likelihood that is written, which is minus the error and is to be made large")
        return outcome

    def without_biases(self, outcome):
        """A text that writes out scores and no bias is about a network that has none."""
        if outcome.score and not {"b", "B", "beta"} & set(self.task.names) and outcome.judge.scene.bias and outcome.writes_out_scores():
            for scene in dict.fromkeys([outcome.judge.scene, *(scene for scene in self.scenes[1:] if not self.task.guessed)]):
                bare = Judge(self.task, replace(scene, bias=False), outcome.judge.conv).run()
                if bare.score < outcome.score and bare.all_read() and not bare.wrong_places():
                    bare.loose_notes.append("right for a network without biases")
                    return self.as_a_likelihood(bare)
        return outcome

    def with_other_deltas(self, outcome):
        """Some books' delta is minus the derivative, or one example's: a text that has fewer mistakes so means it."""
        scene = outcome.judge.scene
        for change, meant in OTHER_DELTAS:
            wrong = outcome.wrong_places()
            if "delta" in self.task.names and wrong and (scene.batch or self.task.notation is None):
                other = Judge(self.task, replace(scene, **{change: True}), outcome.judge.conv).run()
                if other.score < outcome.score and len(other.wrong_places()) < len(wrong):
                    other.loose_notes.append(rf"right if $\delta$ stands for {meant}")
                    return other
        return outcome

    def with_slopes_of_mean(self, outcome):
        """A text that divides dZ by the number of examples, and then not dW, takes both of the mean."""
        scene = outcome.judge.scene
        if outcome.wrong_places() and scene.batch and scene.reduction == "mean":
            other = Judge(self.task, replace(scene, slopes_of_mean=True), outcome.judge.conv).run()
            if len(other.wrong_places()) < len(outcome.wrong_places()) and any(other.finds_a_slope(*place) for place in outcome.wrong_places()):
                other.options = replace(other.options, notes=(*other.options.notes, SLOPES_OF_MEAN))
                return other
        return outcome

    def with_one_example(self, outcome):
        """Where nothing is wrong, what cannot be read for a batch may be meant for one example."""
        unread = outcome.unread()
        if unread and not self.task.guessed and outcome.judge.scene.batch and not outcome.wrong_places():
            one = Judge(self.task, replace(outcome.judge.scene, batch=0), outcome.judge.conv).run()
            if one.unread() < unread and not one.wrong_places():
                one.loose_notes.append("right for one example; the network given has a batch of them")
                return one
        return outcome

    def with_own_biases(self, outcome):
        """A vector b has one entry a unit, even where the network given shares one bias in each layer."""
        if outcome.score and not self.task.guessed and self.scenes[0].shared_bias and outcome.judge.conv.family != "question":
            unshared = Judge(self.task, replace(self.scenes[0], shared_bias=False), outcome.judge.conv).run()
            return min(outcome, unshared, key=lambda each: each.score)
        return outcome

    def right_elsewhere(self, outcome):
        """Without a network given: a whole text that is right in another one is not called wrong."""
        mine, wrong, slips = outcome.judge, outcome.wrong_places(), {}
        for scene in other_networks(mine.scene):
            if self.late(AT_MOST):
                break
            judge = Judge(mine.task, scene, mine.conv)
            again = judge.run()
            there = {(i, j): again.verdicts[i][j] for i, j in wrong}
            zeros = [np.abs(value).max() < 1e-10 for v in there.values() for key, value in v.values() if key[0] == id(scene)]
            if not again.wrong_places() and all(v.status == "ok" for v in there.values()) and not any(zeros):
                why = f"right in a {scene.describe()}, not in a {mine.scene.describe()}; give the network"
                slips = {place: v.reserved(why, judge) for place, v in there.items()}
                break
            outcome.others.append((judge, again))
        for (i, j), verdict in slips.items():
            outcome.verdicts[i][j] = verdict
