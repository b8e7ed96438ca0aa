"""What a text shows of its own conventions: how it numbers layers, orders indices, lays out vectors."""

import re
from itertools import product

from linebyline.checker.judge.verdicts import nodes
from linebyline.checker.meaning.letters import NUMBERING, Options
from linebyline.checker.meaning.scripts import is_layer_text, sub_terms_or_none
from linebyline.checker.parser.tokens import script_text


class Habits:
    """What a text shows of its conventions, and which are left to be tried."""

    def __init__(self, task, scene, conv):
        self.task, self.names, self.scene, self.conv = task, task.names, scene, conv
        self.kinds = {name: {kind for kind, _ in conv.meanings(name)} for name in task.names}
        conv.named, conv.text_names, conv.sample = task.named, frozenset(task.names), self.letter_of_examples()
        self.look_above()
        self.look_below()

    def look_above(self):
        """Note what superscripts show: whether layers have numbers, brackets, a letter."""
        conv = self.conv
        above = [(name, script_text(s)) for name, found in self.names.items() if name != "e" for node in found for s in node.sups]
        inner = [spelt.strip("()[]") for _, spelt in above]
        conv.layer_letter = next((x for x in "lknmi" if any(re.fullmatch(rf"{x}[+-]\d", s) or s == x == "l" for s in inner)), "l")
        self.symbolic = any(s.startswith(conv.layer_letter) for s in inner)
        in_brackets = [s for (_, spelt), s in zip(above, inner) if spelt[:1] in ("(", "[")]
        bare = [(name, spelt) for name, spelt in above if spelt.isdigit()]
        numbers = [s for s in (inner if self.symbolic else in_brackets) if s.isdigit()]
        self.digits = [int(s) for s in numbers or [s for name, s in bare if self.kinds[name] & {"W", "b", "delta", "net"}]]
        conv.layered = self.symbolic or any(s.startswith("L") for s in inner) or any(s.isdigit() for s in in_brackets)
        conv.bare_layers = (
            any(spelt.startswith((conv.layer_letter, "L")) for _, spelt in above)
            or any(is_layer_text(s) for s in in_brackets)
            or len({s for _, s in bare}) > 1
            or any(s == "1" for _, s in bare)
            or len({name for name, _ in bare if self.kinds[name] & {"W", "delta"}}) > 1
        )

    def look_below(self):
        """Note what subscripts show: units by their numbers, one index or two, matrices and vectors without any."""
        self.two_index = self.matrix = self.open_vector = self.open_matrix = False
        units = {}
        for name, found in self.names.items():
            kinds = self.kinds[name] | {alias.role[0] for alias in self.task.aliases if alias.name == name and alias.role}
            for node in found:
                terms = sub_terms_or_none(node)
                if node.subs and not terms:
                    continue
                for letter, (kind, number) in (term[1:] for term in terms if term[0] == "unit" and term[1] in "ho"):
                    if kind == "lit":
                        units.setdefault(1 if letter == "h" else self.scene.layers, {})[number - 1] = True
                self.conv.sub_layers |= any(term[:2] in (("expr", "l"), ("expr", "L"), ("var", "L")) for term in terms)
                if kinds & {"W", "gradient W"}:
                    self.look_at_weight(name, [term for term in terms if term[0] != "word"])
                elif kinds & {"net", "out", "delta", "target"}:
                    self.open_vector |= not terms or self.conv.sub_layers
        deltas = [terms[0][1] for node in self.names.get("delta", ()) if len(terms := sub_terms_or_none(node)) == 1 and terms[0][0] == "digits"]
        self.conv.ahead = int(self.scene.layers + 1 == max(map(int, deltas), default=0))
        self.conv.units = {layer: list(numbers) for layer, numbers in units.items()}

    def look_at_weight(self, name, terms):
        """Note whether a weight is an entry with two indices, or a matrix."""
        number = len(terms) == 1 and terms[0][0] in ("digits", "expr")
        self.open_matrix |= not terms
        self.two_index |= len(terms) == 2 or (number and len(terms[0][1]) == 2)
        self.matrix |= not terms or (number and (self.conv.family != "question" or name.isupper()))

    def letter_of_examples(self):
        r"""The letter that numbers examples, if inputs or targets carry one: y^{(i)}; or one beside a layer: \delta^{x,l}."""
        for node in (node for found in self.names.values() for node in found if len(node.sups) == 2):
            spelt = sorted((script_text(script).strip("()[]") for script in node.sups), key=is_layer_text)
            if re.fullmatch("[a-kn-z]", spelt[0]) and is_layer_text(spelt[1]):
                return spelt[0]
        for name, found in self.names.items():
            if any(kind == "target" or place == 0 for kind, place in self.conv.meanings(name)):
                for spelt in (script_text(script) for node in found for script in node.sups):
                    if re.fullmatch(r"\([a-kn-z]\)|[npidx]", spelt):
                        return spelt.strip("()")
        return ""

    def options(self):
        """The combinations of conventions worth trying, the usual one first."""
        firsts, starts = self.numberings()
        orders, only_rows = self.orders(), self.matrix and not self.two_index
        vectors = [self.scene.vectors] if self.scene.vectors else ["columns", "rows"] if self.open_vector or self.matrix else ["columns"]
        level = 2 if self.symbolic and (self.scene.layers > 2 or self.looks_below()) else 1
        ranked = []
        for (a, first), (b, start), (c, order), (d, vector) in product(*map(enumerate, (firsts, starts, orders, vectors))):
            way = ("to i from j", "from i to j") if not only_rows else ("to", "from")
            way = way[order == "from_to"]
            notes = {
                f"loose: right if layers are counted with the inputs as layer {first}": a,
                "loose: right if the weights W^{(l)} lead out of layer l, not into it": b,
                f"loose: right if W has one row a unit it leads {way}" if only_rows else f"loose: right if w_{{ij}} leads {way}": c,
                f"loose: right for {vector[:-1]} vectors": d,
            }
            notes = tuple(note for note, unusual in notes.items() if unusual)
            ranked.append((0.5 * a + 1.5 * b + c + d - 0.75 * c * d, Options(level, first, start, order, vector, notes)))
        return [options for _, options in sorted(ranked, key=lambda pair: pair[0])[:12]]

    def numberings(self):
        """Which number the inputs may have as a layer, and whether W^(l) may lead to layer l or from it."""
        first, start = NUMBERING.get(self.conv.name, (None, None))
        if "Theta" in self.names and start is None and self.digits:
            first, start = 1, "from"
        if self.scene.first_layer is not None:
            first = self.scene.first_layer
        start = self.scene.weight_layer or start
        either = [0] if not self.digits else [1, 0] if max(self.digits) > self.scene.layers else [0, 1]
        biases = self.task.notation is None and any(n.sups for name, found in self.names.items() if "b" in self.kinds[name] for n in found)
        unsure = (self.symbolic or self.digits) and (self.two_index or self.matrix or biases)
        return [first] if first is not None else either, [start] if start else ["to", "from"] if unsure else ["to"]

    def orders(self):
        """The orders that the indices of a weight may have, the likelier first."""
        scene, conv = self.scene, self.conv
        order = scene.weights or self.order_shown() or self.order_of_a_column() or (conv.order if conv.order != "?" else self.order_by_alphabet())
        if scene.vectors == "rows" and self.matrix and not (self.two_index or scene.weights):
            order = "from_to"
        pinned = scene.weights or (conv.name == self.task.notation != "question" and conv.order != "?")
        if pinned or not (self.two_index or self.matrix):
            return [order]
        return [order, "from_to" if order == "to_from" else "to_from"]

    def order_shown(self):
        """The order of w's indices that a text shows in dz_j/dw_{ij}: j is where the weight leads; empty if it shows none."""
        shown = set()
        for node in (node for chain in self.task.chains for side in chain.sides for node in nodes(side.tree, "deriv")):
            if node.parts[0] is None or len(node.parts[0].parts) != 1:
                continue
            above = node.parts[0].parts[0][1]
            unit, pair = ([t for t in sub_terms_or_none(n) if t[0] in ("var", "digits")] for n in (above, node.parts[1]))
            if len(unit) == 1 and len(pair) == 2 and pair[0] != pair[1] and unit[0] in pair and "loss" not in self.kinds.get(above.name, ()):
                shown.add(("to_from", "from_to")[pair.index(unit[0])])
        return shown.pop() if len(shown) == 1 else ""

    def order_of_a_column(self):
        """One neuron's weights are a column where a text writes w^T x; empty if it does not."""
        small = [node for name, found in self.names.items() if "W" in self.kinds[name] and name[0].islower() for node in found if not node.subs]
        return "from_to" if self.scene.layers == 1 and any(script_text(s) in ("T", "top") for node in small for s in node.sups) else ""

    def order_by_alphabet(self):
        """Guess the order of w's indices: w_ij from i to j, w_kj to k from j."""
        for node in (node for name, found in self.names.items() if "W" in self.kinds[name] for node in found):
            letters = [term[1] for term in sub_terms_or_none(node) if term[0] == "var"]
            if len(letters) == 2 and not node.sups:
                return "from_to" if letters[0] < letters[1] else "to_from"
        return "to_from"

    def looks_below(self):
        """Whether a score or delta of the layer l - 1 is spoken of, so that l is not the first."""
        below = f"{self.conv.layer_letter}-1"
        inner = [name for name, kinds in self.kinds.items() if kinds & {"net", "delta", "W", "b"} and "out" not in kinds]
        spelt = [script_text(script).strip("()[]") for name in inner for node in self.names[name] for script in node.sups]
        return self.scene.layers > 1 and below in spelt
