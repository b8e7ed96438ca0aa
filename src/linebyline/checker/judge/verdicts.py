"""A reading of a side, the verdict on it, and the questions that are asked about both."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from linebyline.checker.meaning.readings import uses_label
from linebyline.checker.numbers.values import Evaluator, Mismatch, real
from linebyline.checker.parser.grammar import walk
from linebyline.checker.parser.tokens import Unreadable
from linebyline.checker.work import spent

TOLERANCE = 1e-8
PATIENCE, AT_MOST = 16_000, 20_000  # steps spent on other conventions; on other readings of a left side and other networks
LIMIT = 22_000  # steps after which no further reading is tried
WEIGHT = {"reference": 0.0, "ok": 0.0, "loose": 1.0, "carries": 2.5, "wrong": 3.0, "unreadable": 4.0}
RIGHT, WRONG, BAD = ("ok", "loose"), ("wrong", "carries"), ("wrong", "carries", "unreadable")
UNEXPLAINED = "not equal to|the shape|shapes |parts of"
UNSAID = "unsaid: "  # how a note begins that leaves a side unjudged
PROBLEMS = (Unreadable, Mismatch)  # why a side has no value under one reading


def joined(*messages):
    """One message of several, the empty ones left out."""
    return "; ".join(filter(None, messages))


@dataclass
class Task:
    """What is to be judged, and what is known about it before a network or a notation is chosen."""

    text: str
    chains: list
    names: dict
    aliases: list
    target: object = None
    notation: str | None = None
    guessed: bool = False  # whether the network had to be guessed
    settled: dict = field(default_factory=dict)  # chains that are judged already: their outcomes by their number
    named: dict = field(default_factory=dict)  # functions that the text itself names
    start: float = field(default_factory=spent)


@dataclass(eq=False)
class Reading:
    """One way to read a side: its tree, what each symbol stands for and what each index runs over."""

    builder: object
    tree: tuple
    chosen: dict = field(default_factory=dict)
    domains: dict = field(default_factory=dict)
    variables: list = field(default_factory=list)
    tests: list = field(default_factory=list)  # the cases in which alone it is compared
    modes: dict = field(default_factory=dict)
    text: str = ""
    values: dict = field(default_factory=dict)  # of a left side: what it came to, by network, numbers and indices
    is_wrong: bool = False  # a wrong side, with which the sides after it are compared
    penalty: tuple = ()  # what stands before the squared weights in the error that it is about: a number, and how it is written
    before: object = None  # of a weight after its step: the left side as it was read first

    @property
    def options(self):
        """The conventions under which it was read."""
        return self.builder.options

    @cached_property
    def names_label(self):
        """Whether it speaks of the class label, so that targets have to be one-hot."""
        return uses_label(self.builder, self.chosen)

    def evaluator(self, scene, sizes=None):
        """What computes this reading in a network."""
        return Evaluator(scene, self.options, self.chosen, self.domains, self.variables, sizes=sizes, **self.modes)

    def value(self, scene, numbers, evaluator=None):
        """Compute it; where a reader's formula divides by 0, it is no number and equals nothing."""
        return real((evaluator or self.evaluator(scene)).value(self.tree, numbers))

    def beside(self, side):
        """A left side laid out for the indices of one of its sides."""
        return replace(self, chosen={**side.chosen, **self.chosen}, domains=side.domains, variables=side.variables)

    def leaf(self):
        """The symbol that stands alone on this side, and what it is read as; nothing if there is more than one."""
        return (self.tree[1], self.chosen[self.tree[1].key]) if self.tree[0] == "leaf" else (None, None)

    def choices(self):
        """Each symbol of this side, and what it is read as."""
        return [(leaf, self.chosen[leaf.key]) for leaf in self.builder.leaves if leaf.key in self.chosen]

    def letters(self):
        """What each letter is read as: ((kind, layer, whether it stands without an index), letter)."""
        for leaf, choice in self.choices():
            if leaf.node.name not in ("net", "out", "target"):
                kind = choice.kind if choice.kind.endswith("loss") else choice.kind.split(" ")[-1]
                whole = bool(choice.slots) and all(slot is None for slot in choice.slots)
                yield (kind, "" if kind in ("W", "b", "loss") else choice.layer, whole), leaf.node.name

    def is_stepped(self):
        """Whether a left side is a weight after its update."""
        _, choice = self.leaf()
        return choice is not None and choice.kind.startswith("new ")

    def is_in_layer(self, layer):
        """Whether every score, output or delta of a left side is of this layer."""
        layers = {choice.layer for _, choice in self.choices() if choice.kind in ("net", "out", "delta")}
        return layers == {layer}

    def is_vague(self):
        """Whether a left side is the gradient by all of a layer that it does not name: it may be any layer's."""
        if self.tree[0] != "D" or self.tree[1][0] != "leaf":
            return False
        node, choice = self.tree[2].node, self.chosen[self.tree[2].key]
        return not node.subs and not node.sups and choice.kind in ("net", "out")

    def is_by_a_target(self):
        """Whether a left side is a derivative by a target, which hardly anybody means."""
        return self.tree[0] == "D" and self.chosen[self.tree[2].key].kind == "target"

    def is_always_zero(self):
        """Whether a left side is zero on every network: agreement with it says little."""
        return bool(self.values) and not any(np.any(value) for value in self.values.values())

    def differs_in_layers(self, other):
        """Whether two readings of a left side differ in the layers meant, and in nothing else."""
        pairs = [(self.chosen[key], other.chosen[key]) for key in self.chosen.keys() & other.chosen.keys()]
        same = all((a.kind, a.slots, a.power) == (b.kind, b.slots, b.power) for a, b in pairs)
        return same and any(a.layer != b.layer for a, b in pairs)


@dataclass
class Verdict:
    """What came of one side under one reading."""

    status: str
    message: str = ""
    reading: Reading | None = None
    reference: Reading | None = None
    cases: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    holds_for: tuple = ()
    others: tuple = ()  # the other readings of the left side
    numeric: bool = False
    unsaid: bool = False  # right only if something is added that it leaves out
    conflict: bool = False
    case: str = ""  # the one case in which a wrong side is true, as in "i = k"
    home: object = None  # the judge of a side that was judged in another way than the rest

    def values(self):
        """The values of the left side that were compared with, and on what."""
        return self.reference.values.items() if self.reference is not None else ()

    def doubt(self, why):
        """Turn a right verdict into one with a reservation."""
        if self.status == "ok":
            self.status, self.message = "loose", joined(self.message, why)

    def reserved(self, why, home):
        """The same verdict, found elsewhere, with a reservation if it was right."""
        found = replace(self, home=home)
        found.doubt(why)
        return found


@dataclass
class NoteVerdict:
    """What came of a bracketed note beside a side."""

    text: str
    line: int
    status: str
    message: str = ""


def weight(verdicts):
    """How far some verdicts are from all right."""
    return sum(WEIGHT[verdict.status] for verdict in verdicts)


def nodes(tree, *kinds):
    """The nodes of these kinds in a parsed side."""
    return [node for node in walk(tree) if node.kind in kinds]


def built(tree, kind):
    """The parts of this kind in a built tree."""
    found = [tree]
    for part in found:  # it grows while it is walked
        if isinstance(part, (tuple, list)):
            found += part
    return [part for part in found if isinstance(part, tuple) and part and part[0] == kind]


def is_zero(tree):
    """Whether a side is written as 0."""
    return [node.name for node in walk(tree) if node.kind not in ("sum", "product")] == ["0"]


def is_numeric(tree):
    """Whether a side has decimals that only make sense on a given network."""
    decimals = [node.name.split(".")[1] for node in nodes(tree, "num") if "." in node.name]
    return any(len(digits) > 2 for digits in decimals) or (bool(decimals) and not nodes(tree, "name", "deriv", "bigsum"))


def agree(value, truth, mask):
    """Whether two arrays are equal to within rounding, wherever the case at hand applies."""
    try:
        difference = np.where(mask, np.abs(value - truth), 0)
    except ValueError:
        return False
    scale = np.maximum(np.abs(truth).max(axis=tuple(range(1, truth.ndim)), keepdims=True), 1e-3)
    return bool(np.all(difference <= TOLERANCE * scale)) and difference.size > 0


def printed_slack(reading, scene, numbers):
    """How far rounding of the printed numbers can move a side's value; a number with one or two decimals is exact, unless it stands alone."""
    literals = [literal for literal in built(reading.tree, "num") if len(literal) > 2]
    alone = reading.tree in [tree for literal in literals for tree in (literal, ("neg", literal))]
    base, slack = reading.value(scene, numbers), 0.0
    for literal in literals:
        mantissa, _, exponent = literal[2].lower().partition("e")
        decimals = len(mantissa.partition(".")[2])
        if decimals > 2 or alone:
            half = float(f"0.{'0' * decimals}5e{exponent or 0}")
            moved = replace(reading, tree=swapped(reading.tree, literal, ("num", literal[1] + half)))
            slack = slack + np.abs(moved.value(scene, numbers) - base)
    return slack * 1.05


def swapped(tree, old, new):
    """A built tree with one of its parts replaced."""
    if tree is old:
        return new
    return type(tree)(swapped(part, old, new) for part in tree) if isinstance(tree, (tuple, list)) else tree
