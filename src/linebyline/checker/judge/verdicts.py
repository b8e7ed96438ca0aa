"""What comes of a side, what it is compared with, and the questions that are asked about a tree."""

import time
from dataclasses import dataclass, field, replace

import numpy as np

from linebyline.checker.numbers.values import real
from linebyline.checker.parser.grammar import Node

clock = getattr(time, "thread_time", time.perf_counter)  # the work done, whatever else the machine does


TOLERANCE = 1e-8


PATIENCE = 0.20  # seconds spent on other conventions


LIMIT = 0.55  # seconds after which no further reading is tried


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
    start: float = field(default_factory=clock)


@dataclass
class Verdict:
    """What came of one side under one reading."""

    status: str
    notes: list = field(default_factory=list)
    message: str = ""
    holds_for: tuple = ()
    built: object = None
    modes: dict = field(default_factory=dict)
    chosen: dict = field(default_factory=dict)
    domains: dict = field(default_factory=dict)
    reference: object = None
    others: tuple = ()  # the other readings of the left side
    numeric: bool = False
    cases: list = field(default_factory=list)
    variables: list = field(default_factory=list)
    tests: list = field(default_factory=list)
    conflict: bool = False
    case: str = ""  # the one case in which a wrong side is true, as in "i = k"
    home: tuple = ()  # the judge and options of a side that was judged in another way than the rest

    def values(self):
        """The values of the left side that were compared with, and on what."""
        return self.reference.values.items() if self.reference is not None else ()

    def reserved(self, why, home):
        """The same verdict with a reservation, if it was right."""
        if self.status != "ok":
            return replace(self, home=home)
        return replace(self, status="loose", message="; ".join(filter(None, [self.message, why])), home=home)


@dataclass(eq=False)
class Reference:
    """What the sides of a chain are compared with: a built tree under one reading."""

    builder: object
    tree: object
    chosen: dict
    domains: dict
    modes: dict
    cost: float = 0.0
    text: str = ""
    values: dict = field(default_factory=dict)
    is_side: bool = False
    before: object = None  # for a weight after its step: the left side as it was read first


WEIGHT = {"reference": 0.0, "ok": 0.0, "loose": 1.0, "carries": 2.5, "wrong": 3.0, "unreadable": 4.0}


BAD = ("carries", "wrong", "unreadable")


UNEXPLAINED = "not equal to|the shape|shapes |parts of"


NOT_ASKED = "this is not what was asked for"


@dataclass
class NoteVerdict:
    text: str
    line: int
    status: str
    message: str = ""


def alike(first, second):
    """Whether two readings of a left side differ only in the layers meant."""
    shared = [(first.chosen[k], second.chosen[k]) for k in first.chosen if k in second.chosen]
    return (
        bool(shared)
        and all(a.kind == b.kind and a.slots == b.slots and a.power == b.power for a, b in shared)
        and any(a.layer != b.layer for a, b in shared)
    )


def vague(reference):
    """Whether a left side is the gradient by all of a layer that it does not name: it may be any layer's."""
    if reference.tree[0] != "D" or reference.tree[1][0] != "leaf":
        return False
    node, choice = reference.tree[2].node, reference.chosen.get(reference.tree[2].key)
    return not node.subs and not node.sups and choice is not None and choice.kind in ("net", "out")


def notes_zero(reference):
    """Whether the left side is zero on every network: agreement with it says little."""
    return bool(reference.values) and all(not np.any(value) for value in reference.values.values())


def builder(judged):
    """The builder of a reference, or of a built side."""
    return judged.builder if isinstance(judged, Reference) else judged[0]


def is_zero(tree):
    """Whether a side is written as 0."""
    return len(tree.parts) == 1 and [item.name for _, item in tree.parts[0][1].parts] == ["0"]


def listed(numbers):
    return ", ".join(f"{n:g}" for n in numbers)


def agree(value, truth, mask=None):
    """Whether two arrays are equal to within rounding, wherever the case at hand applies."""
    try:
        difference = np.abs(value - truth)
    except ValueError:
        return False
    if mask is not None:
        difference = np.where(mask, difference, 0)
    scale = np.maximum(np.abs(truth).max(axis=tuple(range(1, truth.ndim)), keepdims=True), 1e-3)
    return bool(np.all(difference <= TOLERANCE * scale)) and difference.size > 0


def is_numeric(tree):
    """Whether a side has decimals that only make sense on a given network."""
    numbers, names = [], []
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Node):
            if node.kind == "num" and "." in node.name:
                numbers.append(node.name)
            if node.kind in ("name", "deriv", "bigsum"):
                names.append(node)
            stack.extend(node.parts)
        elif isinstance(node, tuple):
            stack.extend(node)
    return any(len(n.split(".")[1]) > 2 for n in numbers) or (bool(numbers) and not names)


def printed_slack(tree, evaluator, numbers):
    """How far rounding of the printed numbers can move a side's value."""
    literals = []

    def collect(t):
        if isinstance(t, tuple) and t and t[0] == "num" and len(t) > 2:
            literals.append(t)
        elif isinstance(t, (tuple, list)):
            for part in t:
                collect(part)

    collect(tree)
    base, slack = real(evaluator.value(tree, numbers)), 0.0
    alone = len(literals) == 1 and tree in (literals[0], ("neg", literals[0]))
    for literal in literals:
        text = literal[2].lower().split("e")
        decimals = len(text[0].split(".")[1]) if "." in text[0] else 0
        if decimals < 3 and not alone:
            continue
        half = 0.5 * 10.0 ** (-decimals + (int(text[1]) if len(text) > 1 else 0))
        moved = real(evaluator.value(_swap(tree, literal, ("num", literal[1] + half, literal[2])), numbers))
        slack = slack + np.abs(moved - base)
    return slack * 1.05


def _swap(tree, old, new):
    if tree is old:
        return new
    if isinstance(tree, tuple):
        return tuple(_swap(t, old, new) for t in tree)
    if isinstance(tree, list):
        return [_swap(t, old, new) for t in tree]
    return tree


def has(tree, kind):
    """Whether a built tree holds a node of this kind."""
    return isinstance(tree, (tuple, list)) and (bool(tree) and tree[0] == kind or any(has(part, kind) for part in tree))


def has_open_derivative(tree, chosen):
    if isinstance(tree, tuple):
        if tree and tree[0] == "D" and None in chosen[tree[2].key].slots:
            return True
        return any(has_open_derivative(t, chosen) for t in tree)
    if isinstance(tree, list):
        return any(has_open_derivative(t, chosen) for t in tree)
    return False


def spells_out_units(builder, tree):
    """Whether a side writes out the exponentials of numbered units, so that it names all there are."""

    def has_exp(t):
        return isinstance(t, (tuple, list)) and (bool(t) and t[0] == "exp" or any(has_exp(p) for p in t))

    return has_exp(tree) and any(isinstance(s, int) for leaf in builder.leaves for c in leaf.options for s in c.slots)
