"""What a text shows of its own conventions: how it numbers layers, orders indices, lays out vectors."""

import re
from dataclasses import replace
from itertools import product as pairs_of

from linebyline.checker.guess.likely import names_of
from linebyline.checker.meaning.letters import NUMBERING, Options
from linebyline.checker.meaning.scripts import is_layer_text, sub_terms, sub_terms_or_none
from linebyline.checker.parser.grammar import Node
from linebyline.checker.parser.tokens import Unreadable, script_text


class Habits:
    """What a text shows of its conventions, and which are left to be tried."""

    def __init__(self, task, scene, conv):
        self.task, self.scene, self.conv, self.start = task, scene, conv, task.start
        self.text, self.aliases, self.chains, self.target, self.names = task.text, task.aliases, task.chains, task.target, task.names
        self.sizes_named, self.sizes_tried, self.built, self.variants, self.choices = {}, {}, 0, {}, {}
        self.settled, self.guessed = task.settled, task.guessed
        self.conv.named = task.named
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
        pinned = conv.name == self.task.notation != "question" and conv.order != "?"
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

    def names_layer(self, tree):
        """Whether a side speaks of the general layer l."""
        letter = self.conv.layer_letter
        return any(
            name != "e" and script_text(s).strip("()[]").startswith(letter) for name, nodes in names_of(tree).items() for n in nodes for s in n.sups
        )
