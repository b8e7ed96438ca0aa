r"""Judge a derivation: evaluate every side of every equation and name the first that stops being equal.

The checker judges whether each side is *true*, not whether each step is
justified: a right line after a nonsense step still passes.
"""

import re
import time
from dataclasses import dataclass, field, replace
from itertools import product as pairs_of
from itertools import zip_longest

import numpy as np

from linebyline.checker import readings
from linebyline.checker.claims import scalar_claim
from linebyline.checker.diagnosis import explain
from linebyline.checker.guess import likely_rows, likely_scenes, names_in, names_of, other_networks, quotients_in, roles_in, shapes_of
from linebyline.checker.meaning import Builder, read_aliases
from linebyline.checker.notation import NUMBERING, ROLE_WORDS, Options, convention, is_layer_text, shown, spelling, sub_terms, sub_terms_or_none
from linebyline.checker.own import OWN_BIASES, definable, definitions, numbers_biases, with_own_biases
from linebyline.checker.parser import Node, Parser
from linebyline.checker.pieces import read, read_condition
from linebyline.checker.readings import assignments, uses_label, variables_of
from linebyline.checker.report import Report, SideReport
from linebyline.checker.scene import ACTIVATION_NAMES, SecondDerivative
from linebyline.checker.spellings import tokenise
from linebyline.checker.tokens import Unreadable, script_text
from linebyline.checker.values import MODES, Evaluator, Mismatch, real

clock = getattr(time, "thread_time", time.perf_counter)  # the work done, whatever else the machine does
TOLERANCE = 1e-8
PATIENCE = 0.20  # seconds spent on other conventions
LIMIT = 0.55  # seconds after which no further reading is tried


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
        ``linebyline.checker.notation.ROWS`` such as ``"nielsen"`` or ``"bishop"``.
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
    start, refuted = clock(), {}
    claims = [] if target_tree else [claimed(text, chain, scenes, known, start, guessed) for chain in chains]
    settled = {k: claim for k, claim in enumerate(claims) if claim and not claim.score}
    named = named_activations(text, settled.values())

    def attempt(scene, row):
        judge = Judge(text, scene, convention(row), known, chains, target_tree, names, start, row == notation and row != "question")
        judge.settled, judge.conv.named, judge.guessed = settled, named, guessed
        return judge.run()

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
    best = min(tried, key=lambda t: t[1:3])[3]
    if best.score and not {"b", "B", "beta"} & set(names) and best.judge.scene.bias and best.writes_out_scores():
        bare = Judge(text, replace(best.judge.scene, bias=False), best.judge.conv, known, chains, target_tree, names, start).run()
        if bare.score == 0:
            bare.loose_notes.append("right for a network without biases")
            best = bare
    if best.score and not guessed and scenes[0].shared_bias and best.judge.conv.family != "question":  # a vector b has one entry a unit
        own = Judge(text, with_own_biases(scenes[0]), best.judge.conv, known, chains, target_tree, names, start).run()
        if own.score < best.score:
            best, own_biases = own, True
    if guessed and best.wrong_places():
        best.right_elsewhere(start)
    for k, claim in enumerate(claims):
        if claim and any(v.status not in ("reference", "ok") for v in best.verdicts[k]):
            best.verdicts[k] = claim.verdicts[0]
    for k in defined:
        if best.verdicts[k][1].status in ("ok", "loose"):
            best.verdicts[k][1].status, best.verdicts[k][1].message = "reference", "the text's own definition: taken as it stands"
    return best.report(guessed, notation, [OWN_BIASES] if own_biases else [])


def named_activations(text, claims):
    r"""The functions that a text itself names: \sigma as the sigmoid, in words or by a claim that only the sigmoid fulfils."""
    if any(claim.judge.scene.output == "sigmoid" and "sigma" in claim.judge.names for claim in claims):
        return {"sigma": "sigmoid"}
    sigma = r"(?:\\sigma(?![a-z])|σ)"
    defined = rf"{sigma}\s*\([^)]*\)\s*=[^=$\n]{{0,20}}1\s*\+\s*\\?e"
    near = re.search(rf"{sigma}[^.\n=]{{0,40}}(?:sigmoid|logistic)|(?:sigmoid|logistic)[^.\n=]{{0,40}}{sigma}|{defined}", text)
    return {"sigma": "sigmoid"} if near and not re.search("tanh|softmax|relu|ReLU", near[0]) else {}


def claimed(text, chain, scenes, aliases, start, guessed):
    """Judge a chain as a claim about one activation, on one unit; None if it is not one, or cannot be read so."""
    best = None
    for trees, own, scene, note in scalar_claim(chain, scenes[0], aliases, guessed):
        sides = [replace(side, tree=tree) for side, tree in zip(chain.sides, trees)]
        alone = [replace(chain, sides=sides)]
        judge = Judge(text, scene, convention("nielsen"), own, alone, None, names_in(alone), start)
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


# ---------------------------------------------------------------- one attempt


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


class Judge:
    """Judge all chains of a text in one scene and notation."""

    def __init__(self, text, scene, conv, aliases, chains, target, names, start, row_given=False):
        self.row_given = row_given
        self.text, self.scene, self.conv, self.aliases, self.chains = text, scene, conv, aliases, chains
        self.target, self.names, self.start = target, names, start
        self.sizes_named, self.sizes_tried, self.built, self.variants, self.choices = {}, {}, 0, {}, {}
        self.settled, self.guessed = {}, False
        self._look()

    def named_by_alias(self, node):
        return any(alias.name == node.name for alias in self.aliases)

    def variant(self, kind, name=None):
        """A scene that differs in one way, kept so that its numbers are computed once."""
        if (kind, name) not in self.variants:
            if kind == "hidden":
                new = self.scene.with_hidden(name)
            elif kind == "loss":
                new = replace(self.scene, output=name[0], loss=name[1], activations=(*self.scene.activation_names[:-1], name[0]), network=None)
            else:
                new = self.scene.larger(kind == "dormant")
            self.variants[kind, name] = new
        return self.variants[kind, name]

    def _look(self):
        """Note what the text uses that has more than one convention."""
        conv, names = self.conv, self.names
        sups = [script_text(s) for nodes in names.values() for n in nodes if n.name != "e" for s in n.sups]
        stripped = [s.strip("()[]") for s in sups]
        letters = [x for x in "lknmi" if any(re.fullmatch(rf"{x}[+-]\d", s) for s in stripped) or (x == "l" and "l" in stripped)]
        conv.layer_letter = letters[0] if letters else "l"
        self.symbolic = any(s.startswith(conv.layer_letter) for s in stripped)
        self.last_named = any(s.strip("()[]").startswith("L") for s in sups)
        self.digits = [int(s.strip("()[]")) for s in sups if s.strip("()[]").isdigit() and (s[0] in "([" or self.symbolic)]
        bare = [
            int(s)
            for nodes in names.values()
            for n in nodes
            if any(k in ("W", "b", "delta", "net") for k, _ in conv.meanings(n.name))
            for s in (script_text(x) for x in n.sups)
            if s.isdigit()
        ]
        self.digits += [] if self.digits else bare
        conv.layered = self.symbolic or self.last_named or any(s[:1] in "([" and s.strip("()[]").isdigit() for s in sups)
        carriers = {(name, s) for name, nodes in names.items() if name != "e" for n in nodes for x in n.sups if (s := script_text(x)).isdigit()}
        conv.bare_layers = (
            any(s.startswith((conv.layer_letter, "L")) for s in sups)
            or any(s[:1] in "([" and is_layer_text(s.strip("()[]")) for s in sups)
            or (len({n for n, _ in carriers}) > 1 and len({s for _, s in carriers}) > 1)
            or any(s == "1" for _, s in carriers)
            or len({n for n, _ in carriers if {k for k, _ in conv.meanings(n)} & {"W", "delta"}}) > 1
            or any(len({s for n, s in carriers if n == name}) > 1 for name, _ in carriers)
        )
        self.two_index = self.matrix = self.open_vector = self.open_matrix = False
        units = {}
        for name, nodes in names.items():
            kinds = {k for k, _ in conv.meanings(name)} | {a.role[0] for a in self.aliases if a.name == name and a.role}
            for node in nodes:
                try:
                    terms = sub_terms(node)
                except Unreadable:
                    continue
                for a, b in zip(terms, terms[1:]):
                    if a[0] == "var" and a[1] in "ho" and b[0] == "digits":
                        units.setdefault(1 if a[1] == "h" else self.scene.layers, []).append(int(b[1]) - 1)
                for term in terms:
                    if term[0] == "unit" and term[1] in "ho" and term[2][0] == "lit":
                        units.setdefault(1 if term[1] == "h" else self.scene.layers, []).append(term[2][1] - 1)
                    if term[0] == "expr" and term[1] in "lL":
                        conv.sub_layers = True
                    if term[0] == "var" and term[1] == "L":
                        conv.sub_layers = True
                if kinds & {"W", "gradient W"}:
                    spelt = [t for t in terms if t[0] != "word"]
                    self.open_matrix |= not spelt
                    self.two_index |= len(spelt) == 2 or (len(spelt) == 1 and spelt[0][0] == "digits" and len(spelt[0][1]) == 2)
                    self.matrix |= not spelt or (
                        len(spelt) == 1 and spelt[0][0] in ("digits", "expr") and (conv.family != "question" or name.isupper())
                    )
                elif kinds & {"net", "out", "delta", "target"}:
                    self.open_vector |= not terms or conv.sub_layers
        conv.sample = self._sample_letter()
        conv.text_names = frozenset(names)
        conv.units = {layer: list(dict.fromkeys(u)) for layer, u in units.items()}

    def only_one_unit(self):
        """Whether a guessed network has a layer of one unit, though the text speaks of matrices, or of no weights at all."""
        scalars = {"w", "theta", "omega"} & set(self.names) and "W" not in self.names
        return self.guessed and min(self.scene.sizes) == 1 and (self.open_matrix or not scalars)

    def _sample_letter(self):
        """The letter that numbers examples, if inputs or targets carry one: y^{(i)}."""
        for name, nodes in self.names.items():
            if any(kind == "target" or place == 0 for kind, place in self.conv.meanings(name)):
                for node in nodes:
                    for script in node.sups:
                        spelt = script_text(script)
                        if re.fullmatch(r"\([a-kn-z]\)|[npid]", spelt):
                            return spelt.strip("()")
        return ""

    def options(self):
        """The combinations of conventions worth trying, the usual one first."""
        scene, conv, n = self.scene, self.conv, self.scene.layers
        first0, from0 = NUMBERING.get(conv.name, (None, None))
        if "Theta" in self.names and from0 is None and self.digits:
            first0, from0 = 1, "from"
        firsts = [scene.first_layer] if scene.first_layer is not None else [first0] if first0 is not None else [0]
        if self.digits and scene.first_layer is None and first0 is None:
            firsts = [1, 0] if max(self.digits) > n else [0, 1]
        froms = [scene.weight_layer] if scene.weight_layer else [from0] if from0 else ["to"]
        if not scene.weight_layer and not from0 and (self.symbolic or self.digits) and (self.two_index or self.matrix):
            froms = ["to", "from"]
        pinned = self.row_given and conv.order != "?"
        order = scene.weights or self.order_shown() or (conv.order if conv.order != "?" else self.by_alphabet())
        if scene.vectors == "rows" and self.matrix and not (self.two_index or scene.weights):
            order = "from_to"
        other = "from_to" if order == "to_from" else "to_from"
        weights = [order] if scene.weights or pinned or not (self.two_index or self.matrix) else [order, other]
        vectors = [scene.vectors] if scene.vectors else ["columns", "rows"] if self.open_vector or self.matrix else ["columns"]
        combinations = []
        for (b, first), (c, start), (d, w), (e, v) in pairs_of(*[list(enumerate(x)) for x in (firsts, froms, weights, vectors)]):
            notes, rank = [], 0.5 * b + 1.5 * c + d + e
            if d and e:
                rank -= 0.75
            if len(firsts) > 1 and b:
                notes.append(f"layers counted with the inputs as layer {first}")
            if c:
                notes.append("loose: right if the weights W^{(l)} lead out of layer l, not into it")
            if d:
                notes.append(
                    f"loose: right if w_{{ij}} leads {'to i from j' if w == 'to_from' else 'from i to j'}"
                    if not (self.matrix and not self.two_index)
                    else f"loose: right if W has one row a unit it leads {'to' if w == 'to_from' else 'from'}"
                )
            if e:
                notes.append(f"loose: right for {v[:-1]} vectors")
            combinations.append((rank, Options(2 if self.symbolic and (n > 2 or self.looks_below()) else 1, first, start, w, v, tuple(notes))))
        combinations.sort(key=lambda c: c[0])
        return [o for _, o in combinations[:12]]

    def order_shown(self):
        """The order of w's indices that a text shows in dz_j/dw_{ij}: j is where the weight leads; empty if it shows none."""
        shown, stack = set(), [side.tree for chain in self.chains for side in chain.sides if side.tree is not None]
        while stack:
            node = stack.pop()
            if isinstance(node, Node):
                stack.extend(node.parts)
                if node.kind == "deriv" and node.parts[0] is not None and len(node.parts[0].parts) == 1:
                    above, below = node.parts[0].parts[0][1], node.parts[1]
                    terms, indices = ([t for t in sub_terms_or_none(n) if t[0] in ("var", "digits")] for n in (above, below))
                    loss = any(kind == "loss" for kind, _ in self.conv.meanings(above.name))
                    if len(terms) == 1 and len(indices) == 2 and indices[0] != indices[1] and terms[0] in indices and not loss:
                        shown.add(("to_from", "from_to")[indices.index(terms[0])])
            elif isinstance(node, tuple):
                stack.extend(node)
        return shown.pop() if len(shown) == 1 else ""

    def looks_below(self):
        """Whether a score or delta of the layer l - 1 is spoken of, so that l is not the first."""
        kinds = {name: {kind for kind, _ in self.conv.meanings(name)} for name in self.names}
        below = f"{self.conv.layer_letter}-1"
        return self.scene.layers > 1 and any(
            kinds[name] & {"net", "delta", "W", "b"} and not kinds[name] & {"out"} and script_text(s).strip("()[]") == below
            for name, nodes in self.names.items()
            for node in nodes
            for s in node.sups
        )

    def by_alphabet(self):
        """Guess the order of w's indices: w_ij from i to j, w_kj to k from j."""
        for name, nodes in self.names.items():
            if any(k == "W" for k, _ in self.conv.meanings(name)):
                for node in nodes:
                    terms = [t for t in sub_terms_or_none(node) if t[0] == "var"]
                    if len(terms) == 2 and not node.sups:
                        first, second = ("l" if t[1] == "ell" else t[1] for t in terms)
                        return "from_to" if first < second else "to_from"
        return "to_from"

    def run(self):
        best = None
        for options in self.options():
            outcome = self.judge(options)
            if best is None or outcome.score < best.score:
                best = outcome
            if best.score == 0 or clock() - self.start > PATIENCE:
                break
        return self.for_every_layer(best) if self.symbolic else best

    def for_every_layer(self, best):
        """A line about the layer l has to be true for every hidden layer, unless it speaks of the inputs or the targets and so of one."""
        letter, first, last = self.conv.layer_letter, best.options.l, self.scene.layers
        verdicts = [list(found) for found in best.verdicts]
        for layer in (k for k in range(1, last + 1) if k != first):
            options = replace(best.options, l=layer)
            if layer == last and not any(self.of_one_layer(chain) for chain in self.chains):
                continue
            for chain, found, again in zip(self.chains, verdicts, self.judge(options).verdicts):
                name = "the output layer" if layer == last else f"layer {layer}"
                if self.of_one_layer(chain):
                    if any(v.status in BAD for v in found) and not any(v.status in BAD for v in again):
                        found[:] = [v.reserved(f"right only where {letter} is {name}", (self, options)) for v in again]
                    continue
                for k, (verdict, second) in enumerate(zip(found, again)):
                    if layer < last and verdict.status == "ok" and (second.status in ("wrong", "carries") or second.conflict):
                        why = f"right where {letter} is layer {first}, not where it is {name}"
                        found[k] = replace(second, status="wrong", message=why, home=(self, options))
                    elif layer < last and verdict.status == "ok" and second.status == "loose":
                        found[k] = replace(second, home=(self, options))
        return Outcome(self, best.options, verdicts)

    def of_one_layer(self, chain):
        """Whether the layer l of a chain can be only one: the chain speaks of inputs or targets, and of no layer L."""
        named = names_in([chain])
        spelt = [(name, [script_text(s).strip("()[]") for s in node.sups]) for name, nodes in named.items() for node in nodes]
        ends = [name for name, sups in spelt if not any(is_layer_text(s, self.conv) for s in sups)]
        kinds = [self.conv.meanings(name) for name in ends]
        outer = any(m and all(kind == "target" or (kind, place) == ("out", 0) for kind, place in m) for m in kinds)
        return outer and not any(s.startswith("L") for _, sups in spelt for s in sups)

    def judge(self, options):
        verdicts, previous, self.sizes_named = [], None, {}
        for k, chain in enumerate(self.chains):
            if k in self.settled:
                verdicts.append(self.settled[k].verdicts[0])
                continue
            found, previous = self.chain(chain, options, previous)
            verdicts.append(found)
        if self.target is not None:
            self.against_target(verdicts, options)
        scores = {}
        for verdict in (v for found in verdicts for v in found if not v.home and v.reference is not None):
            builder = verdict.built[0] if verdict.built else verdict.reference.builder
            for key, name in self.letters(builder.leaves, verdict.chosen):
                other = scores.setdefault(key, name) if key[0] == "net" else name
                if other != name and verdict.status == "ok" and not any(a.name in (name, other) for a in self.aliases):
                    verdict.status, verdict.message = "loose", f"both {other} and {name} are read as net"
        return Outcome(self, options, verdicts)

    # -- chains

    def builder(self, options, side=False, **modes):
        self.built += 1  # bound indices of the left side never share a name with those of another side
        return Builder(
            self.conv,
            self.scene,
            options,
            self.aliases,
            count=100 * (self.built if not side else 0),
            known=self.choices.setdefault(options, {}),
            **modes,
        )

    def chain(self, chain, options, previous):
        """Judge the sides of one chain: the reading of its left side that suits most of them is taken."""
        sides, cases = chain.sides, [*chain.cases, *self.scene_cases()]
        references, first = [], 0
        problem = ""
        if chain.continues and previous is not None:
            references = [previous]
            first = -1
        else:
            for k, side in enumerate(sides):
                if self.target is not None and (len(sides) == 1 or chain.continues):
                    tree, first = self.target, -1
                else:
                    tree, first = side.tree, k
                if tree is None:
                    continue
                try:
                    references = self.references(tree, options, side.text if first >= 0 else "the target")
                    break
                except (Unreadable, Mismatch, SecondDerivative) as error:
                    problem = str(error) or SECOND
                    if first < 0:
                        break
        if not references:
            found = []
            for side in sides:
                message = side.error
                if not message:
                    try:
                        self.references(side.tree, options, "")
                    except (Unreadable, Mismatch, SecondDerivative) as error:
                        message = str(error) or SECOND
                found.append(Verdict("unreadable", message=message or problem))
            return found, previous
        best, best_score, chosen_reference, failed = None, None, references[0], {}
        for reference in references:
            found = self.with_reference(sides, first, reference, cases, options)
            for k, verdict in enumerate(found):
                if verdict.status == "ok" and k in failed and alike(failed[k], reference):
                    verdict.status = "loose"
                    verdict.message = "; ".join(
                        filter(None, [verdict.message, f"right if the left side is {self.about(reference)}, not if it is {self.about(failed[k])}"])
                    )
                elif verdict.status == "wrong" and verdict.built is not None:
                    failed.setdefault(k, reference)
            score = sum(WEIGHT[v.status] for v in found)
            if best is None or score < best_score:
                best, best_score, chosen_reference = found, score, reference
            if score == 0 or clock() - self.start > 2 * PATIENCE:
                break
        for verdict in best:
            verdict.others = tuple(r for r in references if r is not chosen_reference)[:2]
        return best, chosen_reference

    def about(self, reference):
        """Name what a left side is read as."""
        for leaf in reference.builder.leaves:
            if leaf.key in reference.chosen and reference.chosen[leaf.key].kind not in ("loss", "unit loss"):
                return f"{spelling(leaf.node)} as {shown(reference.chosen[leaf.key], self.scene)}"
        return "read so"

    def scene_cases(self):
        out = []
        for text in self.scene.cases:
            condition = read_condition(tokenise(text))
            if condition is None:
                raise ValueError(f"cases: expected something like 'i = k' or 'i != k', got {text!r}")
            out.append(condition)
        return out

    def references(self, tree, options, text):
        """The readings of a left side."""
        builder = self.builder(options)
        built = builder.build(tree)
        out = []
        problem = None
        for cost, _, chosen, domains in assignments(builder.leaves, builder.same, {}, 12, builder.entries, options, self.scene.layers):
            reference = Reference(builder, built, chosen, domains, {}, cost, text)
            try:
                self.value_of(reference, variables_of(builder, chosen), domains, options, "random")
                out.append(reference)
            except (Unreadable, Mismatch, SecondDerivative) as error:
                problem = error
        if not out:
            raise problem or Unreadable("cannot be read in this network")
        return out[:6]

    def value_of(self, reference, variables, domains, options, kind, scene=None):
        evaluator = Evaluator(scene or self.scene, options, reference.chosen, domains, variables, sizes={}, **reference.modes)
        with np.errstate(all="ignore"):
            return real(evaluator.value(reference.tree, (scene or self.scene).numbers(kind)))

    def with_reference(self, sides, first, reference, cases, options):
        found, wrong = [], None
        for k, side in enumerate(sides):
            if k == first:
                verdict = Verdict("reference", chosen=reference.chosen, domains=reference.domains, reference=reference)
            elif side.tree is None:
                verdict = Verdict("unreadable", message=side.error)
            else:
                verdict = self.side(side, reference, cases, options)
                verdict.cases = cases
                if verdict.status == "wrong" and wrong is not None and self.carries(side, wrong, verdict, cases, options):
                    verdict.status, verdict.message = "carries", "equal to the wrong side before it: it carries the error on"
                if verdict.status == "wrong" and verdict.built is not None:
                    wrong = Reference(
                        verdict.built[0],
                        verdict.built[1],
                        verdict.chosen,
                        verdict.domains,
                        {m: v for m, v in verdict.modes.items() if m in MODES},
                        0,
                        side.text,
                        is_side=True,
                    )
            for note in side.notes:
                verdict.notes.extend(self.note(note, options, reference))
            found.append(verdict)
        wrong = [v for v in found if v.status in ("wrong", "carries")]
        if len(wrong) > 1 and wrong[0].case and len({v.case for v in wrong}) == 1:  # a whole derivation of one case, which goes unsaid
            for verdict in wrong:
                verdict.status, verdict.message = "loose", f"true only where ${verdict.case}$; say so beside it"
        return found

    def note(self, chain, options, reference):
        """Judge a bracketed side note as a chain of its own."""
        found, _ = self.chain(chain, options, None)
        statuses = [v.status for v in found]
        bad = next((v for v in found if v.status in ("wrong", "carries")), None)
        unread = next((v for v in found if v.status == "unreadable"), None)
        status = "note-wrong" if bad else "unreadable" if unread or not statuses else "note-ok"
        message = (bad.message or "the note is not true here") if bad else unread.message if unread else ""
        return [NoteVerdict(chain.text, chain.line, status, message)]

    def carries(self, side, wrong, verdict, cases, options):
        again = self.side(side, wrong, cases, options, strict=True)
        return again.status in ("ok", "loose")

    # -- one side

    def side(self, side, reference, cases, options, strict=False, quick=False):
        """Try the readings of a side until one equals the reference; `quick` tries only the likeliest few."""
        if self.symbolic and self.names_layer(side.tree) and not self.names_layer_of(reference) and not _vague(reference):
            letter = self.conv.layer_letter
            return Verdict("wrong", message=f"the layer {letter} is not on the left side", reference=reference, cases=cases)
        plans = [{}]
        fallback, problem, mismatch, tried = None, None, None, 0
        updates, reference = reference.before is not None or side.relation == "<-", reference.before or reference
        if is_numeric(side.tree):
            return self.numeric(side, reference, options)
        done = set()
        limit = 6 if quick else readings.MAX_READINGS
        while plans and tried < limit:
            plan = plans.pop(0)
            key = tuple(sorted(plan.items()))
            if key in done:
                continue
            done.add(key)
            builder = self.builder(
                options, side=not reference.is_side, everywhere=reference.builder.free, **{k: v for k, v in plan.items() if k in ("wide", "near")}
            )
            try:
                tree = builder.build(side.tree)
                same = builder.same + reference.builder.same
                tests = [builder.test(c, {}) for c in cases]
                same = same + [(a, b) for a, _, b in tests]
            except Unreadable as error:
                problem = problem or str(error)
                continue
            if "may be wide" in builder.saw:
                plans.append({**plan, "wide": True})
            if "may be near" in builder.saw:
                plans.append({**plan, "near": True})
            leaves = builder.leaves + [leaf for leaf in reference.builder.leaves if leaf.key not in builder.by_key]
            for cost, _, chosen, domains in assignments(
                leaves, same, reference.chosen, limit, builder.entries + reference.builder.entries, options, self.scene.layers
            ):
                tried += 1
                if tried > limit or clock() - self.start > LIMIT:
                    problem = problem or "it takes too long to try all readings"
                    break
                updated = self.updating(updates, reference, builder, chosen)
                if self.after_the_step(updated or reference) and any(chosen[leaf.key].kind.startswith("new ") for leaf in builder.leaves):
                    mismatch = mismatch or "what is to be updated stands updated on the right side too"
                    continue
                variables = list(
                    dict.fromkeys(
                        [
                            *variables_of(reference.builder, reference.chosen),
                            *variables_of(builder, chosen),
                            *[s for a, _, b in tests for s in (a, b) if isinstance(s, str) and s != "label"],
                        ]
                    )
                )
                for mode in self.modes(tree, chosen):
                    try:
                        outcome = self.compare(updated or reference, tree, chosen, domains, variables, tests, options, mode, builder)
                    except Mismatch as error:
                        mismatch = mismatch or str(error)
                        continue
                    except Unreadable as error:
                        problem = problem or str(error)
                        continue
                    except SecondDerivative:
                        problem = problem or SECOND
                        continue
                    verdict = Verdict("wrong", [], "", (), (builder, tree), {**plan, **mode}, chosen, domains, updated or reference)
                    verdict.variables, verdict.tests, verdict.cases = variables, tests, cases
                    if outcome[0]:
                        return self.accepted(side, verdict, options, outcome[1], strict)
                    fallback = fallback or verdict
        if fallback is not None and len(errors := self.errors_named(fallback)) > 1:
            return Verdict("unreadable", message=f"{' and '.join(errors)} would both be the error; say with aliases what one of them is")
        if fallback is not None:
            return fallback if quick else self.in_a_case(fallback, options) or fallback
        if mismatch is not None:
            return Verdict("wrong", message=mismatch, reference=reference, cases=cases)
        verdict = Verdict("unreadable", message=problem or "one index stands for units of two different layers")
        verdict.reference, verdict.cases, verdict.conflict = reference, cases, problem is None
        return verdict

    def errors_named(self, verdict):
        """The letters that a wrong side and its left side read as the error: with two of them, one is something else."""
        leaves = [*verdict.reference.builder.leaves, *verdict.built[0].leaves]
        chosen = {**verdict.reference.chosen, **verdict.chosen}
        return sorted({leaf.node.name for leaf in leaves if leaf.key in chosen and chosen[leaf.key].kind == "loss"})

    def names_layer(self, tree):
        """Whether a side speaks of the general layer l."""
        letter = self.conv.layer_letter
        return any(
            name != "e" and script_text(s).strip("()[]").startswith(letter) for name, nodes in names_of(tree).items() for n in nodes for s in n.sups
        )

    def names_layer_of(self, reference):
        return any(script_text(s).strip("()[]").startswith(self.conv.layer_letter) for leaf in reference.builder.leaves for s in leaf.node.sups)

    def in_a_case(self, verdict, options):
        """Whether a side is right where two of the left side's indices are equal, or where they are not."""
        free = [v for v in verdict.reference.domains if "#" not in v and v in verdict.variables and not verdict.tests]
        for a, b in ((a, b) for a in free for b in free if a < b and verdict.domains.get(a) == verdict.domains.get(b)):
            for relation, sign, other in (("=", "=", r"\neq"), ("!=", r"\neq", "=")):
                if self.holds(verdict, options, tests=[(a, relation, b)]):
                    message = f"true only where ${a} {sign} {b}$, not where ${a} {other} {b}$"
                    return replace(verdict, message=message, case=f"{a} {sign} {b}")
        return None

    def holds(self, verdict, options, tests=None, scene=None):
        """Whether a side, as it was read, equals its left side in another case or another network."""
        builder, tree = verdict.built
        mode = {k: v for k, v in verdict.modes.items() if k in MODES}
        tests, where = verdict.tests if tests is None else tests, (verdict.chosen, verdict.domains, verdict.variables)
        try:
            return self.compare(verdict.reference, tree, *where, tests, options, mode, builder, scene=scene)[0]
        except (Mismatch, Unreadable, SecondDerivative):
            return False

    def after_the_step(self, reference):
        """Whether a left side is a weight after its update."""
        return reference.tree[0] == "leaf" and reference.chosen[reference.tree[1].key].kind.startswith("new ")

    def updating(self, sure, reference, builder, chosen):
        """An update line, known by its arrow or its learning rate: the left side is the weight after the step."""
        if reference.tree[0] != "leaf":
            return None
        choice = chosen[reference.tree[1].key]
        if choice.kind not in ("W", "b"):
            return None
        if not sure and not any(chosen[leaf.key].kind == "eta" for leaf in builder.leaves):
            return None
        new = {**reference.chosen, reference.tree[1].key: replace(choice, kind="new " + choice.kind)}
        return replace(reference, chosen=new, values={}, before=reference)

    def modes(self, tree, chosen):
        out = [{}]
        if _has_open_derivative(tree, chosen):
            out += [{"row_gradients": True}, {"entrywise": True}]
        if self.scene.batch and _has(tree, "entries"):
            out.append({"whole_sums": True})
        return out

    def compare(self, reference, tree, chosen, domains, variables, tests, options, mode, builder, kind=None, scene=None):
        scene = scene or self.scene
        if kind is None:
            kind = "one-hot" if scene.one_hot or uses_label(builder, chosen) or uses_label(reference.builder, reference.chosen) else "random"
        numbers = scene.numbers(kind)
        evaluator = Evaluator(scene, options, chosen, domains, variables, sizes=dict(self.sizes_named) if scene is self.scene else {}, **mode)
        key = (id(scene), kind, tuple(variables), tuple(sorted((v, domains[v]) for v in variables if v in domains)))
        truth = reference.values.get(key)
        with np.errstate(all="ignore"):
            if truth is None:
                truth = real(
                    Evaluator(scene, options, {**chosen, **reference.chosen}, domains, variables, sizes={}, **reference.modes).value(
                        reference.tree, numbers
                    )
                )
                reference.values[key] = truth
            value = real(evaluator.value(tree, numbers))
            if not np.all(np.isfinite(truth)):
                raise Unreadable("the left side is no number on random networks: something is divided by 0")
            if scene is self.scene:
                self.sizes_tried = evaluator.sizes_named
            notes = set(evaluator.notes)
            if reference.tree[0] == "leaf" and reference.tree[1].node.name in ("J", "H") and min(value.shape[-2:]) > 1 == min(truth.shape[-2:]):
                raise Unreadable(f"{reference.tree[1].node.name} is no matrix in this notation; say with aliases what it is, or write the derivative")
            value = self.shaped(value, truth, mode, notes, self.by_one_neuron(reference, scene))
            mask = None
            for test in tests:
                mask = evaluator.test(test, numbers) if mask is None else mask & evaluator.test(test, numbers)
            if mask is not None and not mask.any():
                raise Unreadable("no units fulfil these conditions, or not together")
            self.unbound(value, truth, variables, evaluator, tests)
            return agree(value, truth, mask), notes

    def by_one_neuron(self, reference, scene):
        """Whether the left side is a derivative by the w of one neuron, which is neither a row nor a column."""
        tree = reference.tree
        if tree[0] not in ("D", "dloss"):
            return False
        leaf = tree[-1]
        choice = reference.chosen.get(leaf.key)
        if choice is None or choice.kind != "W" or choice.transpose:
            return False
        return scene.sizes[choice.layer] == 1 and (leaf.node.name.islower() or scene.layers == 1)

    def shaped(self, value, truth, mode, notes, either_way=False):
        a, b = value.shape[-2:], truth.shape[-2:]
        if a == b:
            return value
        if either_way and a == b[::-1]:
            return value.swapaxes(-1, -2)
        if mode.get("row_gradients") and a == b[::-1] and 1 in a:
            notes.add("read with derivatives of the error as rows, so that the chain multiplies out")
            return value.swapaxes(-1, -2)
        if mode.get("row_gradients") and a[0] == 1 and a[1] == b[0] * b[1]:
            notes.add("read as a chain of Jacobians, contracted from the left")
            return value.reshape(*value.shape[:-2], *b)
        if a == (b[0], 1) and b[0] == b[1] and not np.any(truth * (1 - np.eye(b[0]))):
            notes.add("read entry by entry: the diagonal of a matrix that has nothing else")
            return value * np.eye(b[0])
        if a == (1, 1) and not np.any(value):
            return np.broadcast_to(value, (*value.shape[:-2], *b))
        if a == b[::-1]:
            raise Mismatch(f"the shape is {a[0]}x{a[1]} where the left side's is {b[0]}x{b[1]}: a transpose is missing")
        raise Mismatch(f"the shape is {a[0]}x{a[1]} where the left side's is {b[0]}x{b[1]}")

    def unbound(self, value, truth, variables, evaluator, tests):
        tested = {s for a, r, b in tests if r == "=" for s in (a, b)}
        for v in variables:
            axis = evaluator.axis[v]
            if "#" not in v and value.shape[axis] > 1 and truth.shape[axis] == 1 and v not in tested:
                raise Mismatch(f"no sum binds the index {v}, and the left side does not have it")

    def accepted(self, side, verdict, options, notes, strict):
        """Look for what makes an agreement less than clean: assumptions, and coincidences of this size of network."""
        (builder, tree), reference, chosen = verdict.built, verdict.reference, verdict.chosen
        said = [*sorted(notes), *[c.note for c in chosen.values() if c.note]]
        doubts = [*builder.loose, *self.mixed(builder, reference, chosen)]
        if verdict.modes.get("wide"):
            doubts.append("right if the sum covers all that follows it")
        if notes_zero(reference) and not is_zero(side.tree):
            doubts.append("both sides are zero here, whatever the network")
        messages = [*[note.removeprefix("loose: ") for note in said], *doubts]
        loose = bool(doubts) or any(note.startswith("loose: ") for note in said) or any(chosen[leaf.key].loose for leaf in builder.leaves)
        if not strict:
            self.sizes_named = self.sizes_tried
            larger = [self.variant(kind) for kind in ("larger", "dormant")]
            if larger[0].sizes != self.scene.sizes and not any(self.holds(verdict, options, scene=scene) for scene in larger):
                loose |= not _spells_out_units(builder, tree)
                messages.append(f"true only for a network of this size ({'-'.join(map(str, self.scene.sizes))})")
            verdict.holds_for = self.holds_for(verdict, options)
        verdict.status = "loose" if loose else "ok"
        verdict.message = "; ".join(dict.fromkeys(messages))
        return verdict

    def mixed(self, builder, reference, chosen):
        """Two letters for one thing: the second is suspicious, so the side is not called clean."""
        seen = {}
        for key, name in self.letters([*reference.builder.leaves, *builder.leaves], chosen):
            seen.setdefault(key, {})[name] = True
        arguments = reference.builder.arguments | builder.arguments
        if len(arguments) > 1:
            yield f"the error is written as a function of different things: {' and '.join(sorted(arguments))}"
        functions = sorted(reference.builder.functions | builder.functions)
        named = {"tanh", "relu", "softplus", "sigmoid"} & set(self.names)
        if functions and named and named & {"tanh", "relu", "softplus"}:
            yield f"both {functions[0]} and {' and '.join(sorted(named))} are used as activations"
        if len(functions) > 1:
            yield f"both {' and '.join(functions)} are read as the activation"
        for (kind, _, _), names in seen.items():
            if len(names) > 1 and not any(a.name in names for a in self.aliases):
                if kind == "out" and len({n for n in names if self.conv.meanings(n)[:1] == [("out", 0)]}) > 0:
                    continue
                yield f"both {' and '.join(names)} are read as {ROLE_WORDS.get(kind, kind)}"

    def letters(self, leaves, chosen):
        """What each letter of a side is read as: ((kind, layer, whether it stands without an index), letter)."""
        for leaf in leaves:
            if leaf.key in chosen and leaf.node.name not in ("net", "out", "target"):
                choice = chosen[leaf.key]
                kind = choice.kind if choice.kind.endswith("loss") else choice.kind.split(" ")[-1]
                whole = bool(choice.slots) and all(slot is None for slot in choice.slots)
                yield (kind, "" if kind in ("W", "b", "loss") else choice.layer, whole), leaf.node.name

    def holds_for(self, verdict, options):
        """The hidden activations with which a side equals its left side."""
        hidden = self.scene.activation_names[:-1]
        names = {"sigmoid", "tanh", "softmax", *hidden[:1]} if hidden else ()
        return tuple(
            name
            for name in ACTIVATION_NAMES
            if name in names and (set(hidden) == {name} or self.holds(verdict, options, scene=self.variant("hidden", name)))
        )

    # -- numbers

    def numeric(self, side, reference, options):
        """A side with decimals: compared on the network's own numbers, to the precision printed."""
        scene = self.scene
        if scene.network is None or scene.x is None or scene.target is None:
            return Verdict(
                "unreadable", message="numbers can only be checked on a known network: give a Network, or a Scene with network, x and target"
            )
        numbers = scene.numbers("given")
        builder = self.builder(options, everywhere=reference.builder.free)
        try:
            tree = builder.build(side.tree)
            leaves = builder.leaves + [leaf for leaf in reference.builder.leaves if leaf.key not in builder.by_key]
            problem = Unreadable("no consistent reading")
            wrong = None
            for _, _, chosen, domains in assignments(
                leaves, builder.same + reference.builder.same, reference.chosen, 8, builder.entries, options, self.scene.layers
            ):
                variables = list(dict.fromkeys([*variables_of(reference.builder, reference.chosen), *variables_of(builder, chosen)]))
                updated = self.updating(side.relation == "<-", reference, builder, chosen) or reference
                try:
                    evaluator = Evaluator(scene, options, chosen, domains, variables, sizes={})
                    above = Evaluator(scene, options, {**chosen, **updated.chosen}, domains, variables, sizes={})
                    with np.errstate(all="ignore"):  # a reader's formula may divide by 0: it is then not equal, and said to be
                        truth = real(above.value(updated.tree, numbers))
                        value = real(evaluator.value(tree, numbers))
                        slack = printed_slack(tree, evaluator, numbers)
                except (Unreadable, Mismatch, SecondDerivative) as error:
                    problem = error
                    continue
                except OverflowError:
                    problem = Unreadable("a number too large to compute with")
                    continue
                verdict = Verdict(
                    "ok",
                    [],
                    f"compared on the network's numbers, inputs {_listed(scene.x)} and targets {_listed(scene.target)}, to the digits printed",
                    (),
                    (builder, tree),
                    {},
                    chosen,
                    domains,
                    updated,
                    numeric=True,
                )
                if value.size == truth.size == 1 or value.shape == truth.shape:
                    if np.all(np.abs(value - truth) <= slack + 1e-12):
                        return verdict
                wrong = wrong or replace(verdict, status="wrong", message=self.value_message(value, truth))
            if wrong is not None:
                return wrong
            return Verdict("unreadable", message=str(problem) or SECOND)
        except Unreadable as error:
            return Verdict("unreadable", message=str(error))

    def value_message(self, value, truth):
        if value.size != 1 or truth.size != 1:
            return "the numbers differ"
        return f"the value is {float(value.ravel()[0]):.9g}; it would be right with {float(truth.ravel()[0]):.9g}"

    def against_target(self, verdicts, options):
        """With a target, some left side has to be it: else the derivation is of something else."""
        goals = self.references(self.target, options, "the target")
        first = None
        for chain, found in zip(self.chains, verdicts):
            for side, verdict in zip(chain.sides, found):
                if verdict.status in ("unreadable",):
                    continue
                if verdict.status != "reference":
                    if verdict.reference is not None and verdict.reference.text == "the target":
                        return
                    continue
                first = first or verdict
                for goal in goals:
                    if self.side(side, goal, chain.cases, options, strict=True).status in ("ok", "loose"):
                        return
        if first is not None:
            first.status, first.message = "wrong", NOT_ASKED


WEIGHT = {"reference": 0.0, "ok": 0.0, "loose": 1.0, "carries": 2.5, "wrong": 3.0, "unreadable": 4.0}
BAD = ("carries", "wrong", "unreadable")
UNEXPLAINED = "not equal to|the shape|shapes |parts of"
NOT_ASKED = "this is not what was asked for"
SECOND = "a derivative inside a derivative, other than of the error or of an activation, is beyond this checker"


@dataclass
class NoteVerdict:
    text: str
    line: int
    status: str
    message: str = ""


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

    def right_elsewhere(self, start):
        """Without a network given: a whole text that is right in another one is not called wrong."""
        mine, wrong, slips = self.judge, self.wrong_places(), {}
        for scene in other_networks(mine.scene):
            if clock() - start > 2 * PATIENCE:
                break
            judge = Judge(mine.text, scene, mine.conv, mine.aliases, mine.chains, mine.target, mine.names, mine.start)
            judge.settled, judge.guessed = mine.settled, True
            again = judge.run()
            there = {(i, j): again.verdicts[i][j] for i, j in wrong}
            zeros = [np.abs(value).max() < 1e-10 for v in there.values() for key, value in v.values() if key[0] == id(scene)]
            if not again.wrong_places() and all(v.status == "ok" for v in there.values()) and not any(zeros):
                why = f"right in a {scene.describe()}, not in a {mine.scene.describe()}; give the network"
                slips = {place: v.reserved(why, (judge, again.options)) for place, v in there.items()}
                break
            self.others.append((judge, again))
        for (i, j), verdict in slips.items():
            self.verdicts[i][j] = verdict

    def slip_elsewhere(self, side, i, j, message):
        """Without a network given: a side that is right in none is wrong if one small slip explains it in another network, and else unread."""
        for judge, again in self.others[:4]:
            verdict, judge.start = again.verdicts[i][j], clock()
            if verdict.status == "wrong" and verdict.reference is not None:
                status, found, repair = explain(judge, side, verdict, again.options, clock() + 0.08)
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
                    status, message, repair = self.slip_elsewhere(side, i, j, message)
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
        used = {name for chain in self.verdicts for v in chain for side in (v.built, v.reference) if side for name in _builder(side).functions}
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


# ---------------------------------------------------------------- small helpers


def alike(first, second):
    """Whether two readings of a left side differ only in the layers meant."""
    shared = [(first.chosen[k], second.chosen[k]) for k in first.chosen if k in second.chosen]
    return (
        bool(shared)
        and all(a.kind == b.kind and a.slots == b.slots and a.power == b.power for a, b in shared)
        and any(a.layer != b.layer for a, b in shared)
    )


def _vague(reference):
    """Whether a left side is the gradient by all of a layer that it does not name: it may be any layer's."""
    if reference.tree[0] != "D" or reference.tree[1][0] != "leaf":
        return False
    node, choice = reference.tree[2].node, reference.chosen.get(reference.tree[2].key)
    return not node.subs and not node.sups and choice is not None and choice.kind in ("net", "out")


def notes_zero(reference):
    """Whether the left side is zero on every network: agreement with it says little."""
    return bool(reference.values) and all(not np.any(value) for value in reference.values.values())


def _builder(judged):
    """The builder of a reference, or of a built side."""
    return judged.builder if isinstance(judged, Reference) else judged[0]


def is_zero(tree):
    """Whether a side is written as 0."""
    return len(tree.parts) == 1 and [item.name for _, item in tree.parts[0][1].parts] == ["0"]


def _listed(numbers):
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


def _has(tree, kind):
    """Whether a built tree holds a node of this kind."""
    return isinstance(tree, (tuple, list)) and (bool(tree) and tree[0] == kind or any(_has(part, kind) for part in tree))


def _has_open_derivative(tree, chosen):
    if isinstance(tree, tuple):
        if tree and tree[0] == "D" and None in chosen[tree[2].key].slots:
            return True
        return any(_has_open_derivative(t, chosen) for t in tree)
    if isinstance(tree, list):
        return any(_has_open_derivative(t, chosen) for t in tree)
    return False


def _spells_out_units(builder, tree):
    """Whether a side writes out the exponentials of numbered units, so that it names all there are."""

    def has_exp(t):
        return isinstance(t, (tuple, list)) and (bool(t) and t[0] == "exp" or any(has_exp(p) for p in t))

    return has_exp(tree) and any(isinstance(s, int) for leaf in builder.leaves for c in leaf.options for s in c.slots)
