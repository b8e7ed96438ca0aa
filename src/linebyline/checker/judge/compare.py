"""Compare one side with its left side on random networks, and look for what makes an agreement less than clean."""

from dataclasses import replace

import numpy as np

from linebyline.checker.judge.habits import Habits
from linebyline.checker.judge.penalty import has_penalty, penalty, without_penalty
from linebyline.checker.judge.verdicts import PROBLEMS, UNSAID, Reading, agree, built, is_zero, joined, printed_slack
from linebyline.checker.meaning.letters import ROLE_WORDS
from linebyline.checker.meaning.notation import Choice
from linebyline.checker.meaning.readings import assignments, variables_of
from linebyline.checker.meaning.structure import Builder
from linebyline.checker.numbers.scene import ACTIVATION_NAMES, Scene
from linebyline.checker.numbers.shapes import NUMBER, Mismatch
from linebyline.checker.parser.tokens import Unreadable, script_text
from linebyline.checker.work import spend


class Comparer:
    """Read sides and compare them, in one scene and notation."""

    def __init__(self, task, scene, conv):
        spend(3)
        self.task, self.scene, self.conv, self.start = task, scene, conv, task.start
        self.habits = Habits(task, scene, conv)
        self.sizes_named, self.sizes_tried, self.variants, self.choices, self.built = {}, {}, {}, {}, 0

    # reading

    def builder(self, options, count, **flags):
        """What turns a parsed side into a tree; symbols that were read before are read from memory."""
        return Builder(self.conv, self.scene, options, self.task.aliases, count=count, known=self.choices.setdefault(options, {}), **flags)

    def fresh_count(self):
        """Where to count bound indices from, so that none shares a name with one of another side."""
        self.built += 1
        return 100 * self.built

    def read(self, builder, tree, limit, left=None, tests=()):
        """Every reading of a built tree, the likeliest first: beside its left side, if it has one, with the symbols of that as they are."""
        left = left or Reading(builder, tree)
        leaves = builder.leaves + [leaf for leaf in left.builder.leaves if leaf.key not in builder.by_key]
        same = builder.same + left.builder.same + [(a, b) for a, _, b in tests]
        tested = [index for a, _, b in tests for index in (a, b) if isinstance(index, str) and index != "label"]
        entries = builder.entries + left.builder.entries
        for _, _, chosen, domains in assignments(leaves, same, left.chosen, limit, entries, builder.options, self.scene.layers):
            variables = dict.fromkeys([*left.variables, *variables_of(builder, chosen), *tested])
            yield Reading(builder, tree, chosen, domains, list(variables), list(tests))

    @np.errstate(all="ignore")
    def references(self, tree, options, text=""):
        """The readings of a left side."""
        builder = self.builder(options, self.fresh_count())
        found, problem = [], Unreadable("cannot be read in this network")
        for reading in self.read(builder, builder.build(tree), 12):
            try:
                reading.value(self.scene, self.scene.numbers())
                reading.text = text
                found.append(reading)
            except PROBLEMS as error:
                problem = error
        if not found:
            raise problem
        return found[:6]

    # comparing

    def compute(self, reading, left, scene=None, kind=""):
        """What a side and its left side come to, on the same numbers and laid out for the same indices; and what computed the side."""
        scene = scene or self.scene
        kind = kind or ("one-hot" if scene.one_hot or reading.names_label or left.names_label else "random")
        numbers = scene.numbers(kind)
        evaluator = reading.evaluator(scene, dict(self.sizes_named) if scene is self.scene else {})
        key = (id(scene), kind, *((index, reading.domains[index]) for index in reading.variables))
        if key not in left.values:
            left.values[key] = left.beside(reading).value(scene, numbers)
        return reading.value(scene, numbers, evaluator), left.values[key], evaluator, numbers

    @np.errstate(all="ignore")
    def compare(self, reading, left, scene=None):
        """Whether a side equals its left side on random numbers, and what has to be said of it."""
        if has_penalty(reading):
            return self.compare_penalised(reading, left, scene or self.scene)
        value, truth, evaluator, numbers = self.compute(reading, left, scene)
        known = ~np.isnan(truth)  # a logarithm may be one on some of the networks only
        if not known.any() or np.isinf(truth).any():
            raise Unreadable("the left side is no number on random networks: something is divided by 0, or a logarithm of a number below it")
        if evaluator.scene is self.scene:
            self.sizes_tried = evaluator.sizes_named
        leaf, _ = left.leaf()
        if leaf is not None and leaf.node.name in ("J", "H") and min(value.shape[-2:]) > 1 == min(truth.shape[-2:]):
            raise Unreadable(f"{leaf.node.name} is no matrix in this notation; say with aliases what it is, or write the derivative")
        factors = [part for _, part in reading.tree[1]] if reading.tree[0] == "mul" else [reading.tree]
        if leaf is not None and left.leaf()[1].kind == "loss" and any(factor[0] == "prod" for factor in factors):
            raise Unreadable("a product over the examples is a likelihood, not an error: take its logarithm")
        if built(reading.tree, "update") and any(choice.kind == "eta" for _, choice in reading.choices()):
            raise Unreadable(r"\Delta beside a learning rate: a step, or gradients that were added up? say with aliases which, or write it out")
        if left.tree[0] == "update" and not any(choice.kind == "eta" for _, choice in reading.choices()):
            value, rate = value * evaluator.quantity(Choice("eta", 0), numbers), "loose: right if the learning rate is left out"
        else:
            rate = ""
        value, total = (value, "") if reading.variables else added_up(value, truth, left)
        if unit := meant_for_one_unit(value, truth, reading, evaluator):
            return True, {
                f"{UNSAID}it would be right if what has no index were meant for the unit {unit}: write its index, or leave it out everywhere"
            }
        value, note = shaped(value, truth, reading.modes, by_one_neuron(left, evaluator.scene))
        mask = np.True_
        for test in reading.tests:
            mask = mask & evaluator.test(test, numbers)
        if not mask.any():
            raise Unreadable("no units fulfil these conditions, or not together")
        tested = {index for a, relation, b in reading.tests if relation == "=" for index in (a, b)}
        for index in reading.variables:
            axis = evaluator.axis[index]
            if "#" not in index and value.shape[axis] > 1 == truth.shape[axis] and index not in tested:
                raise Mismatch(f"no sum binds the index {index}, and the left side does not have it")
        return agree(value, np.where(known, truth, 0), mask & known), {*evaluator.notes, *filter(None, [note, total, rate])}

    def compare_penalised(self, reading, left, scene):
        """Compare a side with a penalty on the weights: without it, and then the penalty by itself."""
        if reading.builder.wide:
            raise Mismatch("a penalty on the weights inside a sum over something else")
        equal, notes = self.compare(without_penalty(reading), left, scene)
        if equal:
            found = penalty(reading, left, scene, scene.numbers())
            if not found:
                return False, notes
            reading.penalty = reading.penalty or found
            notes = notes | {rf"loose: right if the error has the penalty ${found[1]} \sum w^2$"}
        return equal, notes

    @np.errstate(all="ignore")
    def compare_digits(self, reading, left):
        """Whether a side with decimals equals its left side on the network's own numbers, to the precision printed; and what to say of it."""
        scene = self.scene
        value, truth, _, numbers = self.compute(reading, left, scene, "given")
        slack, one_number = printed_slack(reading, scene, numbers), value.size == truth.size == 1
        near = np.isfinite(slack) & (np.abs(value - truth) <= slack + 1e-12) if one_number or value.shape == truth.shape else np.False_
        if not near.all():
            values = f"the value is {value.flat[0]:.9g}; it would be right with {truth.flat[0]:.9g}"
            return False, [values if one_number else "the numbers differ"]
        x, target = (", ".join(f"{number:g}" for number in row) for row in (scene.x, scene.target))
        return True, [f"compared on the network's numbers, inputs {x} and targets {target}, to the digits printed"]

    def holds(self, verdict, scene=None, tests=None):
        """Whether a side, as it was read, equals its left side in another network or another case."""
        reading = verdict.reading if tests is None else replace(verdict.reading, tests=tests)
        try:
            return self.compare(reading, verdict.reference, scene)[0]
        except PROBLEMS:
            return False

    def in_a_case(self, verdict):
        """The verdict on a wrong side that is right where two of the left side's indices are equal, or where they are not."""
        reading = verdict.reading
        free = [index for index in verdict.reference.domains if "#" not in index and index in reading.variables and not reading.tests]
        for a, b in ((a, b) for a in free for b in free if a < b and reading.domains.get(a) == reading.domains.get(b)):
            for relation, sign, other in (("=", "=", r"\neq"), ("!=", r"\neq", "=")):
                if self.holds(verdict, tests=[(a, relation, b)]):
                    message = f"true only where ${a} {sign} {b}$, not where ${a} {other} {b}$"
                    return replace(verdict, message=message, case=f"{a} {sign} {b}")
        return verdict

    # what makes an agreement less than clean

    def accepted(self, side, verdict, notes, strict):
        """Turn the verdict on an equal side to right, or to right with a reservation; `strict` looks at the networks it was read in only."""
        reading, left = verdict.reading, verdict.reference
        said = [*sorted(notes), *[choice.note for choice in reading.chosen.values() if choice.note]]
        doubts = [*reading.builder.loose, *self.mixed(reading, left)]
        if reading.builder.wide:
            doubts.append("right if the sum covers all that follows it")
        if left.is_always_zero() and not is_zero(side.tree):
            doubts.append("both sides are zero here, whatever the network")
        loose = bool(doubts) or any(note.startswith("loose: ") for note in said) or any(choice.loose for _, choice in reading.choices())
        verdict.unsaid = any(note.startswith(UNSAID) for note in said)
        messages = [*[note.removeprefix("loose: ").removeprefix(UNSAID) for note in said], *doubts]
        if not strict:
            self.sizes_named = self.sizes_tried
            if not self.holds_in_larger(verdict):
                loose |= not spells_out_units(reading)
                messages.append(f"true only for a network of this size ({'-'.join(map(str, self.scene.sizes))})")
            verdict.holds_for = self.holds_for(verdict)
        verdict.status, verdict.message = "loose" if loose or verdict.unsaid else "ok", joined(*dict.fromkeys(messages))
        return verdict

    def variant(self, make, *how):
        """A scene that differs in one way, kept so that its numbers are computed once."""
        if (make, how) not in self.variants:
            self.variants[make, how] = make(self.scene, *how)
        return self.variants[make, how]

    def holds_in_larger(self, verdict):
        """Whether a side equals its left side in a larger network too, if there is one."""
        larger = [self.variant(Scene.larger, dormant) for dormant in (False, True)]
        return larger[0].sizes == self.scene.sizes or any(self.holds(verdict, scene) for scene in larger)

    def holds_for(self, verdict):
        """The hidden activations with which a side equals its left side."""
        hidden = self.scene.activation_names[:-1]
        names = [name for name in ACTIVATION_NAMES if hidden and name in ("sigmoid", "tanh", "softmax", hidden[0])]
        return tuple(name for name in names if set(hidden) == {name} or self.holds(verdict, self.variant(Scene.with_hidden, name)))

    def mixed(self, reading, left):
        """Two letters for one thing: the second is suspicious, so the side is not called clean."""
        arguments = left.builder.arguments | reading.builder.arguments
        if len(arguments) > 1:
            yield f"the error is written as a function of different things: {' and '.join(sorted(arguments))}"
        functions = sorted(left.builder.functions | reading.builder.functions)
        named = {"tanh", "relu", "softplus", "sigmoid"} & set(self.task.names)
        if functions and named - {"sigmoid"}:
            yield f"both {functions[0]} and {' and '.join(sorted(named))} are used as activations"
        if len(functions) > 1:
            yield f"both {' and '.join(functions)} are read as the activation"
        seen = {}
        for key, letter in [*left.letters(), *reading.letters()]:
            seen.setdefault(key, {})[letter] = True
        for (kind, _, _), letters in seen.items():
            inputs = kind == "out" and any(self.conv.meanings(letter)[:1] == [("out", 0)] for letter in letters)
            if len(letters) > 1 and not inputs and not self.is_alias(*letters):
                yield f"both {' and '.join(letters)} are read as {ROLE_WORDS.get(kind, kind)}"

    def is_alias(self, *letters):
        """Whether one of these letters is declared by the reader."""
        return any(alias.name in letters for alias in self.task.aliases)

    def speaks_of_layer(self, nodes):
        """Whether symbols speak of the general layer l."""
        letter = self.conv.layer_letter
        return any(script_text(script).strip("()[]").startswith(letter) for node in nodes for script in node.sups)


def with_end(scene, output, loss):
    """The same network with another output activation and loss."""
    return replace(scene, output=output, loss=loss, activations=(*scene.activation_names[:-1], output), network=None)


def meant_for_one_unit(value, truth, reading, evaluator):
    """The index of the one unit for which the sides would be equal, if one is a vector and the other has an index; nothing if there is none."""
    if (value.shape[-2:] == NUMBER) == (truth.shape[-2:] == NUMBER):
        return ""
    for index in (index for index in reading.variables if "#" not in index):
        pair, at = [], evaluator.axis[index]
        for array in (value, truth):
            flat = array.reshape(*array.shape[:-2], -1)
            if flat.shape[-1] not in (1, evaluator.size[index]):
                break
            own = flat if flat.shape[-1] > 1 else np.repeat(flat, evaluator.size[index], -1)
            wide = np.repeat(own, evaluator.size[index], at + 1) if own.shape[at + 1] == 1 else own
            pair.append(np.diagonal(wide, axis1=at + 1, axis2=-1))
        if len(pair) == 2 and agree(*pair, np.True_):
            return index
    return ""


def spells_out_units(reading):
    """Whether a side writes out the exponentials of numbered units, or a matrix of them, so that it names all there are."""
    numbered = any(isinstance(slot, int) for leaf in reading.builder.leaves for choice in leaf.options for slot in choice.slots)
    return numbered and bool(built(reading.tree, "exp") or built(reading.tree, "matrix"))


def added_up(value, truth, left):
    """A formula of whole layers for the error itself is meant for each output: add it up, and say so."""
    _, choice = left.leaf()
    if choice is None or choice.kind != "loss" or truth.shape[-2:] != (1, 1) or value.shape[-2:] == (1, 1) or 1 not in value.shape[-2:]:
        return value, ""
    return value.sum((-1, -2), keepdims=True), "loose: right if it is added up over the outputs"


def by_one_neuron(left, scene):
    """Whether the left side is a derivative by the w of one neuron, which is neither a row nor a column."""
    if left.tree[0] not in ("D", "dloss"):
        return False
    leaf, choice = left.tree[-1], left.chosen[left.tree[-1].key]
    return choice.kind == "W" and not choice.transpose and scene.sizes[choice.layer] == 1 and (leaf.node.name.islower() or scene.layers == 1)


def shaped(value, truth, modes, either_way):
    """Bring a side to the shape of its left side, where they differ by layout only; and what has to be said of it."""
    mine, wanted, rows = value.shape[-2:], truth.shape[-2:], modes.get("row_gradients")
    turned = mine == wanted[::-1]
    if mine == wanted:
        return value, ""
    if turned and either_way:
        return value.swapaxes(-1, -2), ""
    if turned and rows and 1 in mine:
        return value.swapaxes(-1, -2), "read with derivatives of the error as rows, so that the chain multiplies out"
    if rows and mine == (1, wanted[0] * wanted[1]):
        return value.reshape(*value.shape[:-2], *wanted), "read as a chain of Jacobians, contracted from the left"
    if mine in ((wanted[0], 1), (1, wanted[0])) and wanted[0] == wanted[1] and not np.any(truth * (1 - np.eye(wanted[0]))):
        return value * np.eye(wanted[0]), "read entry by entry: the diagonal of a matrix that has nothing else"
    if mine == (1, 1) and not np.any(value):
        return np.broadcast_to(value, (*value.shape[:-2], *wanted)), ""
    missing = ": a transpose is missing" if turned else ""
    raise Mismatch(f"the shape is {mine[0]}x{mine[1]} where the left side's is {wanted[0]}x{wanted[1]}{missing}")
