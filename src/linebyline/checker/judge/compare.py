"""Compare one side with its left side on random networks, and look for what makes an agreement less than clean."""

from dataclasses import replace

import numpy as np

from linebyline.checker.judge.habits import Habits
from linebyline.checker.judge.verdicts import (
    Verdict,
    agree,
    has,
    has_open_derivative,
    is_zero,
    listed,
    notes_zero,
    printed_slack,
    spells_out_units,
)
from linebyline.checker.meaning.letters import ROLE_WORDS
from linebyline.checker.meaning.readings import assignments, uses_label, variables_of
from linebyline.checker.meaning.structure import Builder
from linebyline.checker.numbers.scene import ACTIVATION_NAMES
from linebyline.checker.numbers.values import MODES, Evaluator, Mismatch, real
from linebyline.checker.parser.tokens import Unreadable, script_text


class Comparer(Habits):
    """Compare a side with what its left side is, under one reading after another's choices."""

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

    def value_of(self, reference, variables, domains, options, kind, scene=None):
        evaluator = Evaluator(scene or self.scene, options, reference.chosen, domains, variables, sizes={}, **reference.modes)
        with np.errstate(all="ignore"):
            return real(evaluator.value(reference.tree, (scene or self.scene).numbers(kind)))

    def errors_named(self, verdict):
        """The letters that a wrong side and its left side read as the error: with two of them, one is something else."""
        leaves = [*verdict.reference.builder.leaves, *verdict.built[0].leaves]
        chosen = {**verdict.reference.chosen, **verdict.chosen}
        return sorted({leaf.node.name for leaf in leaves if leaf.key in chosen and chosen[leaf.key].kind == "loss"})

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
        except (Mismatch, Unreadable):
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
        if has_open_derivative(tree, chosen):
            out += [{"row_gradients": True}, {"entrywise": True}]
        if self.scene.batch and has(tree, "entries"):
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
                loose |= not spells_out_units(builder, tree)
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
                except (Unreadable, Mismatch) as error:
                    problem = error
                    continue
                except OverflowError:
                    problem = Unreadable("a number too large to compute with")
                    continue
                verdict = Verdict(
                    "ok",
                    [],
                    f"compared on the network's numbers, inputs {listed(scene.x)} and targets {listed(scene.target)}, to the digits printed",
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
            return Verdict("unreadable", message=str(problem))
        except Unreadable as error:
            return Verdict("unreadable", message=str(error))

    def value_message(self, value, truth):
        if value.size != 1 or truth.size != 1:
            return "the numbers differ"
        return f"the value is {float(value.ravel()[0]):.9g}; it would be right with {float(truth.ravel()[0]):.9g}"
