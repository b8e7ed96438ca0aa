"""Judge the sides of every chain: try the readings of each until one equals the left side."""

import re
from dataclasses import replace

from linebyline.checker.guess.likely import names_in, names_of
from linebyline.checker.judge.compare import Comparer
from linebyline.checker.judge.outcome import Outcome
from linebyline.checker.judge.verdicts import (
    AT_MOST,
    BAD,
    LIMIT,
    PATIENCE,
    PROBLEMS,
    RIGHT,
    TOLERANCE,
    WEIGHT,
    WRONG,
    NoteVerdict,
    Verdict,
    built,
    is_numeric,
    weight,
)
from linebyline.checker.meaning import readings
from linebyline.checker.meaning.notation import shown
from linebyline.checker.meaning.scripts import is_layer_text, spelling
from linebyline.checker.meaning.structure import Leaf
from linebyline.checker.numbers.values import Mismatch
from linebyline.checker.parser.grammar import single_item
from linebyline.checker.parser.pieces import read_condition
from linebyline.checker.parser.spellings import tokenise
from linebyline.checker.parser.tokens import Unreadable, script_text
from linebyline.checker.work import spent

TARGET = "the target"


class Judge(Comparer):
    """Judge all chains of a text in one scene and notation."""

    def run(self):
        """Judge under one combination of conventions after another, and keep the best."""
        best = None
        for options in self.habits.options():
            outcome = self.judge(options)
            if best is None or outcome.score < best.score:
                best = outcome
            if best.score == 0 or spent() - self.start > PATIENCE:
                break
        return self.for_every_layer(best) if self.habits.symbolic else best

    def judge(self, options):
        """Judge every chain under these conventions."""
        verdicts, previous, self.sizes_named = [], None, {}
        for k, chain in enumerate(self.task.chains):
            if k in self.task.settled:
                verdicts.append(self.task.settled[k].verdicts[0])
                continue
            found, previous = self.chain(chain, options, previous)
            verdicts.append(found)
        if self.task.target is not None:
            self.against_target(verdicts, options)
        scores, penalties = {}, []
        for verdict in (v for found in verdicts for v in found if v.reading is not None and not v.home):
            if verdict.reading.penalty:
                penalties.append(verdict.reading.penalty)
                (first, spelt), (ratio, own) = penalties[0], penalties[-1]
                if abs(ratio - first) > TOLERANCE * first:
                    why = rf"right with the penalty ${own} \sum w^2$, but the error has ${spelt} \sum w^2$ before"
                    verdict.status, verdict.message, verdict.reference = "wrong", why, None
            for key, letter in verdict.reading.letters():
                first = scores.setdefault(key, letter) if key[0] == "net" else letter
                if first != letter and not self.is_alias(letter, first):
                    verdict.doubt(f"both {first} and {letter} are read as net")
        return Outcome(self, options, verdicts)

    def only_one_unit(self):
        """Whether a guessed network has a layer of one unit, though the text speaks of matrices, or of no weights at all."""
        names = self.task.names
        scalars = {"w", "theta", "omega"} & set(names) and "W" not in names
        return self.task.guessed and min(self.scene.sizes) == 1 and (self.habits.open_matrix or not scalars)

    # the general layer l

    def for_every_layer(self, best):
        """A line about the layer l has to be true for every hidden layer, unless it speaks of the inputs or the targets and so of one."""
        letter, first, last = self.conv.layer_letter, best.options.l, self.scene.layers
        of_one = [self.of_one_layer(chain) for chain in self.task.chains]
        verdicts = [list(found) for found in best.verdicts]
        for layer in (k for k in range(1, last + any(of_one)) if k != first):
            name = "the output layer" if layer == last else f"layer {layer}"
            again = self.judge(replace(best.options, l=layer)).verdicts
            for k, found in enumerate(verdicts):
                if of_one[k]:
                    if any(v.status in BAD for v in found) and not any(v.status in BAD for v in again[k]):
                        found[:] = [v.reserved(f"right only where {letter} is {name}", self) for v in again[k]]
                elif layer < last:
                    why = f"right where {letter} is layer {first}, not where it is {name}"
                    found[:] = [self.of_both(v, there, why) for v, there in zip(found, again[k])]
        return Outcome(self, best.options, verdicts)

    def of_both(self, verdict, there, why):
        """The verdict on a side that was judged in two layers: the worse one, if it was right in the first."""
        if verdict.status == "ok" and (there.status in WRONG or there.conflict):
            return replace(there, status="wrong", message=why, home=self)
        return replace(there, home=self) if verdict.status == "ok" and there.status == "loose" else verdict

    def of_one_layer(self, chain):
        """Whether the layer l of a chain can be only one: the chain speaks of inputs or targets, and of no layer L."""
        spelt = [(name, [script_text(s).strip("()[]") for s in node.sups]) for name, found in names_in([chain]).items() for node in found]
        ends = [self.conv.meanings(name) for name, sups in spelt if not any(is_layer_text(s, self.conv) for s in sups)]
        outer = any(m and all(kind == "target" or (kind, place) == ("out", 0) for kind, place in m) for m in ends)
        return outer and not any(s.startswith("L") for _, sups in spelt for s in sups)

    # chains

    def chain(self, chain, options, previous):
        """Judge the sides of one chain: the reading of its left side that suits most of them is taken."""
        references, first, problems = self.left_sides(chain, options, previous)
        if not references:
            return [Verdict("unreadable", side.error or problems.get(k, problems.get(-1, ""))) for k, side in enumerate(chain.sides)], previous
        cases, best, failed = [*chain.cases, *self.scene_cases()], None, {}
        if any(branch_for(side.tree, True) for side in chain.sides):
            return self.layer_by_layer(chain.sides, first, references, cases)
        for reference in references:
            found = self.with_reference(chain.sides, first, reference, cases)
            for k, verdict in enumerate(found):
                if verdict.status == "wrong" and verdict.reading is not None:
                    failed.setdefault(k, reference)
                elif k in failed and failed[k].differs_in_layers(reference):
                    verdict.doubt(f"right if the left side is {self.about(reference)}, not if it is {self.about(failed[k])}")
            if best is None or weight(found) < weight(best):
                best, taken = found, reference
            if weight(best) == 0 or spent() - self.start > AT_MOST:
                break
        for verdict in best:
            verdict.others = tuple(reference for reference in references if reference is not taken)[:2]
        return best, taken

    def layer_by_layer(self, sides, first, references, cases):
        """Judge a chain whose cases are kinds of neurons: as one about the output layer and as one about a hidden layer; the worse verdicts count."""
        merged, taken = [], references[0]
        for last in (True, False):
            own = [replace(side, tree=branch_for(side.tree, last) or side.tree) for side in sides]
            meant = [reference for reference in references if reference.is_in_layer(self.scene.layers) == last]
            found = min((self.with_reference(own, first, reference, cases) for reference in meant), key=weight, default=None)
            if found is None:
                found = [Verdict("unreadable", "a kind of neuron that is not in this network", reference=taken) for _ in sides]
            for verdict in (verdict for verdict in found if verdict.status == "wrong" and not verdict.message):
                verdict.message = f"not equal to the left side for {'an output' if last else 'a hidden'} neuron"
            merged = [max(pair, key=lambda verdict: WEIGHT[verdict.status]) for pair in zip(merged, found)] if merged else found
        return merged, taken

    def left_sides(self, chain, options, previous):
        """The readings of what a chain is compared with, which of its sides that is (-1 if none), and why others could not be read."""
        if chain.continues and previous is not None:
            return [previous], -1, {}
        lefts = [(k, side.tree, side.text) for k, side in enumerate(chain.sides) if side.tree is not None and not side.mended]
        if self.task.target is not None and (len(chain.sides) == 1 or chain.continues):
            lefts = [(-1, self.task.target, TARGET)]
        problems = {}
        for k, tree, text in lefts:
            try:
                return self.references(tree, options, text), k, problems
            except PROBLEMS as error:
                problems[k] = str(error)
        return [], -1, problems

    def about(self, reference):
        """Name what a left side is read as."""
        for leaf, choice in reference.choices():
            if choice.kind not in ("loss", "unit loss"):
                return f"{spelling(leaf.node)} as {shown(choice, self.scene)}"
        return "read so"

    def scene_cases(self):
        """The conditions that a scene gives for all lines."""
        conditions = [read_condition(tokenise(text)) for text in self.scene.cases]
        if None in conditions:
            raise ValueError(f"cases: expected something like 'i = k' or 'i != k', got {self.scene.cases[conditions.index(None)]!r}")
        return conditions

    def with_reference(self, sides, first, reference, cases):
        """Judge all sides against one reading of the left side."""
        found, wrong = [], None
        for k, side in enumerate(sides):
            if k == first:
                verdict = Verdict("reference", reading=reference, reference=reference)
            elif side.tree is None:
                verdict = Verdict("unreadable", side.error)
            else:
                verdict = self.side(side, reference, cases)
            if side.mended:
                verdict.doubt(side.mended)
                if verdict.status in WRONG:
                    verdict = Verdict("unreadable", side.error, reference=reference)
            if verdict.status == "wrong":
                if wrong is not None and self.side(side, wrong, cases, strict=True).status in RIGHT:
                    verdict.status, verdict.message = "carries", "equal to the wrong side before it: it carries the error on"
                elif verdict.reading is not None:
                    wrong = replace(verdict.reading, text=side.text, is_wrong=True)
            verdict.notes = [self.note(note, reference.options) for note in side.notes]
            found.append(verdict)
        wrong = [v for v in found if v.status in WRONG]
        if len(wrong) > 1 and wrong[0].case and len({v.case for v in wrong}) == 1:  # a whole derivation of one case, which goes unsaid
            for verdict in wrong:
                verdict.status, verdict.message = "loose", f"true only where ${verdict.case}$; say so beside it"
        return found

    def note(self, chain, options):
        """Judge a bracketed side note as a chain of its own."""
        found, _ = self.chain(chain, options, None)
        for name, statuses in (("note-wrong", WRONG), ("unreadable", ("unreadable",))):
            bad = next((v for v in found if v.status in statuses), None)
            if bad is not None:
                return NoteVerdict(chain.text, chain.line, name, bad.message or "the note is not true here")
        return NoteVerdict(chain.text, chain.line, "note-ok" if found else "unreadable")

    def against_target(self, verdicts, options):
        """With a target, some left side has to be it: else the derivation is of something else."""
        judged = [item for chain, found in zip(self.task.chains, verdicts) for item in zip(chain.sides, found)]
        if any(v.reference is not None and v.reference.text == TARGET and v.status != "unreadable" for _, v in judged):
            return
        lefts = [(side, verdict) for side, verdict in judged if verdict.status == "reference"]
        status, message = "wrong", "this is not what was asked for"
        try:
            goals = self.references(self.task.target, options, TARGET)
        except PROBLEMS as error:
            goals, status, message = [], "unreadable", f"what was asked for cannot be read: {error}"
        if lefts and not any(self.side(side, goal, verdict.cases, strict=True).status in RIGHT for side, verdict in lefts for goal in goals):
            first = lefts[0][1]
            first.status, first.message, first.reference = status, message, None

    # sides

    def side(self, side, reference, cases, strict=False, quick=False):
        """Try the readings of a side until one equals the reference; `quick` tries only the likeliest few."""
        if self.names_new_layer(side, reference):
            return Verdict("wrong", f"the layer {self.conv.layer_letter} is not on the left side", reference=reference, cases=cases)
        numeric = "." in side.text and is_numeric(side.tree)
        if numeric and any(given is None for given in (self.scene.network, self.scene.x, self.scene.target)):
            return Verdict("unreadable", "numbers can only be checked on a known network: give a Network, or a Scene with network, x and target")
        whole, (side, reference) = side, accumulated(side, reference)
        stepped, reference = reference.before is not None or side.relation == "<-", reference.before or reference
        wrong, unsaid, problems = None, None, []
        for reading in self.readings(side, reference, cases, 6 if quick else readings.MAX_READINGS, problems):
            try:
                left = updated(reference, reading, stepped)
                equal, notes = (self.compare_digits if numeric else self.compare)(reading, left)
            except PROBLEMS as error:
                problems.append(error)
                continue
            verdict = Verdict("wrong", reading=reading, reference=left, cases=cases, numeric=numeric)
            if numeric:
                verdict.status, verdict.message = "ok" if equal else "wrong", notes[0]
            if equal:
                found = verdict if numeric else self.accepted(side, verdict, notes, strict)
                if not found.unsaid:
                    return found
                unsaid = unsaid or found
                continue
            wrong = wrong or verdict
        if unsaid is not None:
            return unsaid
        if side is not whole and self.scene.batch:
            return Verdict("unreadable", "what one example adds: give a network without a batch", reference=reference, cases=cases)
        if wrong is None:
            return not_compared(problems, reference, cases)
        errors = sorted({leaf.node.name for r in (wrong.reading, wrong.reference) for leaf, choice in r.choices() if choice.kind == "loss"})
        if len(errors) > 1:
            return Verdict("unreadable", f"{' and '.join(errors)} would both be the error; say with aliases what one of them is")
        return wrong if quick or numeric else self.in_a_case(wrong)

    def names_new_layer(self, side, reference):
        """Whether a side speaks of the layer l, and its left side does not."""
        if not self.habits.symbolic or reference.is_vague() or self.speaks_of_layer(leaf.node for leaf in reference.builder.leaves):
            return False
        return self.speaks_of_layer(node for name, found in names_of(side.tree).items() if name != "e" for node in found)

    def readings(self, side, reference, cases, limit, problems):
        """Every reading of a side, the likeliest first: what sums and derivatives cover, what symbols stand for, how matrices are meant."""
        plans, tried = [frozenset()], 0
        for plan in plans:
            count = self.fresh_count() if reference.is_wrong else 0
            builder = self.builder(reference.options, count, everywhere=reference.builder.free, **dict.fromkeys(plan, True))
            try:
                tree = builder.build(side.tree)
                tests = [builder.test(case, {}) for case in cases]
            except Unreadable as error:
                problems.append(error)
                continue
            more = [plan | {flag} for flag in ("wide", "near", "each", "twice") if f"may be {flag}" in builder.saw]
            plans += [wider for wider in more if wider not in plans]
            derivatives = [part for part in built(tree, "D") if isinstance(part[2], Leaf)]  # and no test of an index D
            whole_sums = self.scene.batch and built(tree, "entries")
            for reading in self.read(builder, tree, limit, reference, tests):
                tried += 1
                if tried > limit or spent() - self.start > LIMIT:
                    problems.append(Unreadable("it takes too long to try all readings"))
                    return
                yield reading
                by_all = any(None in reading.chosen[derivative[2].key].slots for derivative in derivatives)
                rows = any(choice.kind == "W" and choice.slots.count(None) == 1 for _, choice in reading.choices())
                for mode in ["row_gradients", "entrywise"] * by_all + ["whole_sums"] * bool(whole_sums) + ["weight_rows"] * rows:
                    yield replace(reading, modes={mode: True})


def branch_for(tree, last):
    """The branch of a side for an output neuron, or for a hidden one, where its cases are these two; None for another side."""
    item = single_item(tree) if tree is not None else None
    if item is None or item.kind != "cases" or len(item.parts) != 2:
        return None
    said = ["".join(t.text for t in condition).lower() for _, condition in item.parts]
    outer = [bool(re.search("output", words)) for words in said]
    if outer[0] == outer[1] or not all(re.search("output|hidden|inner|otherwise|else", words) for words in said):
        return None
    return item.parts[outer.index(last)][0]


def accumulated(side, reference):
    r"""What ``\Delta_{ij} := \Delta_{ij} + ...`` or ``\Delta W := \Delta W + ...`` adds, and the gradient that it is; other sides as they are."""
    (_, first, _), *rest = side.tree.parts
    names = [spelling(item) if item.kind == "name" else "" for _, item in first.parts]
    leaf, choice = reference.leaf()
    adds = replace(side, tree=replace(side.tree, parts=tuple(rest))) if rest else None
    if adds and reference.tree[0] == "update" and names == [r"\Delta", spelling(reference.tree[1].node)]:
        return adds, replace(reference, tree=("dloss", reference.tree[1]), values={})
    if adds and choice is not None and choice.kind.startswith("gradient") and names == [spelling(leaf.node)]:
        return adds, reference
    return side, reference


def updated(left, reading, stepped):
    """The left side of an update, known by its arrow or its learning rate, as the weight after the step; another left side as it is."""
    leaf, choice = left.leaf()
    if choice is not None and choice.kind in ("W", "b") and (stepped or any(c.kind == "eta" for _, c in reading.choices())):
        new = {**left.chosen, leaf.key: replace(choice, kind="new " + choice.kind)}
        left = replace(left, chosen=new, values={}, before=left)
    if left.is_stepped() and any(choice.kind.startswith("new ") for _, choice in reading.choices()):
        raise Mismatch("what is to be updated stands updated on the right side too")
    return left


def not_compared(problems, reference, cases):
    """The verdict on a side of which no reading came to a number."""
    mismatch = next((error for error in problems if isinstance(error, Mismatch)), None)
    if mismatch is not None:
        return Verdict("wrong", str(mismatch), reference=reference, cases=cases)
    message = str(problems[0]) if problems else "one index stands for units of two different layers"
    return Verdict("unreadable", message, reference=reference, cases=cases, conflict=not problems)
