"""Judge the sides of every chain: try the readings of each until one equals the left side."""

from dataclasses import replace

from linebyline.checker.guess.likely import names_in
from linebyline.checker.judge.compare import Comparer
from linebyline.checker.judge.outcome import Outcome
from linebyline.checker.judge.verdicts import (
    BAD,
    LIMIT,
    NOT_ASKED,
    PATIENCE,
    WEIGHT,
    NoteVerdict,
    Reference,
    Verdict,
    alike,
    clock,
    is_numeric,
    vague,
)
from linebyline.checker.meaning import readings
from linebyline.checker.meaning.notation import shown
from linebyline.checker.meaning.readings import assignments, variables_of
from linebyline.checker.meaning.scripts import is_layer_text, spelling
from linebyline.checker.numbers.values import MODES, Mismatch
from linebyline.checker.parser.pieces import read_condition
from linebyline.checker.parser.spellings import tokenise
from linebyline.checker.parser.tokens import Unreadable, script_text


class Judge(Comparer):
    """Judge all chains of a text in one scene and notation."""

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
                except (Unreadable, Mismatch) as error:
                    problem = str(error)
                    if first < 0:
                        break
        if not references:
            found = []
            for side in sides:
                message = side.error
                if not message:
                    try:
                        self.references(side.tree, options, "")
                    except (Unreadable, Mismatch) as error:
                        message = str(error)
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
            except (Unreadable, Mismatch) as error:
                problem = error
        if not out:
            raise problem or Unreadable("cannot be read in this network")
        return out[:6]

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

    def side(self, side, reference, cases, options, strict=False, quick=False):
        """Try the readings of a side until one equals the reference; `quick` tries only the likeliest few."""
        if self.symbolic and self.names_layer(side.tree) and not self.names_layer_of(reference) and not vague(reference):
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
