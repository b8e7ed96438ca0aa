"""What a symbol with its indices may stand for: the quantities, in order of plausibility.

A quantity has a slot for each index it can carry: a weight has one for the unit
it leads to and one for the unit it comes from, an output one for its unit and,
in a batch, one for the example before it. A letter means one or more kinds of
quantity (:mod:`letters`). For each of them, `_Symbol` says in which layers it
can lie, and then which slots the indices below it can take there: an index
takes a slot if its number exists there and its prefix, as in ``net_{h1}``,
agrees. A slot that is left stands for everything there, or for an index in sight.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from linebyline.checker.meaning.letters import ROLE_WORDS
from linebyline.checker.meaning.scripts import PREFIX, is_layer_text, layer_number, spelling, sub_terms, super_terms
from linebyline.checker.parser.tokens import Unreadable


@dataclass(frozen=True)
class Choice:
    """One thing a symbol may stand for: a quantity, its layer, and an index (name, number, or None) a slot."""

    kind: str
    layer: int
    slots: tuple = ()
    transpose: bool = False
    power: int = 1
    cost: float = 0.0
    note: str = ""
    loose: bool = False

    @property
    def base(self):
        """The kind without what was done to it: "W" for a new weight and for a gradient."""
        return self.kind.removeprefix("new ").removeprefix("gradient ")

    @cached_property
    def domains(self):
        """What each slot runs over: the units of a layer, or the examples."""
        return domains(self.base, self.layer, len(self.slots))


def domains(base, layer, count):
    """What each of a quantity's `count` slots runs over, as ("unit", layer) or ("example", 0)."""
    if base == "W":
        return ("unit", layer), ("unit", layer - 1)
    if base == "example loss":
        return (EXAMPLE,)
    return (EXAMPLE, ("unit", layer))[2 - count :]


EXAMPLE = ("example", 0)


class _Spot(NamedTuple):
    """A layer where a quantity can lie, and what is left to say once the layer is known."""

    base: str
    layer: int
    terms: list
    sample: tuple | None
    power: int
    cost: float
    doubt: str = ""
    numbered: bool = False  # the superscript says which layer


class _Filling(NamedTuple):
    """One way in which the indices take a quantity's slots."""

    slots: tuple
    cost: float = 0.0
    note: str = ""
    loose: bool = False


WORD_MEANINGS = {
    **dict.fromkeys(("true", "target", "label"), ("target", None)),
    **dict.fromkeys(("total", "tot"), ("loss", None)),
    "pred": ("out", "last"),
}
WORD_MARKS = {"old": ("old", ""), "new": ("plus", ""), **{word: ("layer", word) for word in ("out", "in", "hidden", "output", "input")}}


def choices(node, scope, conv, scene, options, visible=()):
    """List what a symbol may stand for; `scope` maps index letters to variables, `visible` are those in sight.

    Raises
    ------
    Unreadable
        If the name is not known, or known but not with these indices.
    """
    found = {}
    for choice in _Symbol(node, scope, conv, scene, options, visible).choices():
        found.setdefault((choice.kind, choice.layer, choice.slots, choice.transpose, choice.power), choice)
    if not found:
        raise Unreadable(f"{spelling(node)}: cannot be read with these indices in a {'-'.join(map(str, scene.sizes))} network")
    return sorted(found.values(), key=lambda choice: choice.cost)[:12]


def split_units(terms, scope, conv):
    """Take i1 apart into the indices i and 1 where i is an index here and not the name of a layer."""
    for term in terms:
        if term[0] == "unit" and (term[1] in scope or (conv.family != "question" and term[1] == "i")):
            yield "var", term[1]
            yield term[2] if term[2][0] == "var" else ("digits", str(term[2][1]))
        else:
            yield term


def prefix_layers(prefix, scene):
    """The layers that the prefix of an index can mean: o the last, h a hidden one, i the inputs."""
    return {"i": (0,), "o": (scene.layers,), "h": tuple(range(1, scene.layers)) or (1,)}.get(prefix, ())


def _joined(terms):
    """Read o and j side by side as one index, o_j."""
    pair = len(terms) == 2 and terms[0][0] == "var" and terms[0][1] in PREFIX and terms[1][0] in ("var", "digits")
    return [("unit", terms[0][1], terms[1])] if pair else terms


class _Symbol:
    """A symbol where it stands: its meanings, the terms below it, the marks above it."""

    def __init__(self, node, scope, conv, scene, options, visible):
        self.node, self.scope, self.conv, self.scene, self.options, self.visible = node, scope, conv, scene, options, visible
        self.meanings = conv.meanings(node.name)
        if not self.meanings:
            name = spelling(node)
            raise Unreadable(f"{name}: the name is not known in this notation; say what it is with aliases={{{name!r}: ...}}")
        terms = list(split_units(sub_terms(node), scope, conv))
        self.terms = [term for term in terms if term[0] != "word"]
        marks = [self.word(term[1]) for term in terms if term[0] == "word"]
        self.read_marks([*super_terms(node), *filter(None, marks)])

    def word(self, word):
        """Read a word below: it says what the symbol means, as in y_{true}, or is a mark as if it stood above."""
        if word in WORD_MARKS:
            return WORD_MARKS[word]
        if word not in WORD_MEANINGS:
            raise Unreadable(f"{spelling(self.node)}: the index {word!r} is not known")
        meaning = WORD_MEANINGS[word]
        if meaning[0] not in {kind for kind, _ in self.meanings} and (meaning[0] == "loss" or self.node.name not in ("y", "o", "out")):
            raise Unreadable(f"{spelling(self.node)}: the index {word!r} does not go with it")
        self.meanings = [meaning]
        return None

    def read_marks(self, marks):
        """Sort what stands above: T, new, a number, the layer, the letter of the example."""
        kinds = [kind for kind, _ in marks]
        self.transpose, self.new = kinds.count("T") % 2 == 1, "plus" in kinds
        self.number = next((n for kind, n in marks if kind == "digits"), None)
        texts = [text for kind, text in marks if kind == "layer"]
        self.layer_texts = [text for text in texts if is_layer_text(text, self.conv)]
        others = [text for text in texts if text not in self.layer_texts]
        self.sample = ("var", others[-1]) if others else None
        if "star" in kinds:  # y^* is the target; elsewhere a star has no fixed meaning
            self.meanings = [m for m in self.meanings if m[0] == "target"]
        if "old" in kinds:
            self.meanings = [m for m in self.meanings if m[0] in ("W", "b")]
        if any(len(text) != 1 or not (self.scene.batch or text == self.conv.sample or text in self.scope) for text in others):
            self.meanings = []

    def choices(self):
        """Everything the symbol may stand for, each letter's meaning in turn."""
        for rank, (meaning, place) in enumerate(self.meanings):
            for kind in ("loss", "example loss", "unit loss") if meaning == "loss" else (meaning,):
                name = f"new {kind}" if self.new and kind in ("W", "b") else kind
                for spot in self.spots(kind.removeprefix("gradient "), place):
                    for slots, cost, note, loose in self.fillings(spot):
                        transpose = self.transpose and slots != ()
                        if transpose and None not in slots and max(self.scene.sizes) > 1:
                            note, loose = f"{spelling(self.node)} is the transpose of a number", True
                        if spot.doubt:
                            note, loose = spot.doubt, True
                        yield Choice(name, spot.layer, slots, transpose, spot.power, rank * 0.5 + spot.cost + cost, note, loose)

    def spots(self, base, place):
        """Where the quantity can lie: its layers, as the superscript, the letter or the one index below says."""
        last = self.scene.layers
        for rank, (power, text) in enumerate(self.above()):
            terms, sample = self.terms, self.sample
            if sample is not None and not terms and self.is_unit(sample[1], base):
                terms, sample = [sample], None
            found = [(layer, cost, terms, "") for layer, cost in self.layers(base, place, text).items()]
            if place == "last" and base == "net" and self.conv.layered and not text and not terms:
                for layer in range(last - 1, 0, -1):  # an unnumbered z beside numbered weights may be any layer's
                    of = "the hidden layer" if last == 2 else f"layer {layer}"
                    found.append((layer, 1.0 + 0.1 * (last - layer), [], f"right if {spelling(self.node)} is the score of {of}"))
            if len(terms) == 1 and not text and (power == 1 or not self.conv.layered) and place not in ("last", 0):
                found += [(layer, cost, [], "") for layer, cost in self.layer_below(base, terms[0])]
            for layer, cost, left, doubt in found:
                inputs = base == "eta" or (base == "out" and (terms or self.node.name not in ("out", "output")))  # the outputs of layer 0
                if (0 if inputs else 1) <= layer <= last and (base != "target" or layer == last):
                    yield _Spot(base, layer, left, sample, power, rank * 0.25 + cost, doubt, bool(text))

    def above(self):
        """What stands above, as (power, layer); a number is a power, or the layer as in z^3_1, with the number first."""
        node, number = self.node, self.number
        first = node.sups and node.subs and node.subs[0] and node.sups[0][0].start < node.subs[0][0].start
        layers = [(1, [*self.layer_texts, str(number)])] if number is not None and (self.conv.bare_layers or (first and number > 1)) else []
        powers = [*layers, (1 if number is None else number, self.layer_texts)]
        return [(power, "".join(texts)) for power, texts in powers if len(texts) < 2 and "-" not in texts[:1]]

    def is_unit(self, letter, base):
        r"""Whether a letter above counts units: in a sum over them, or in \theta^{(k)}, all weights into unit k."""
        if base == "W":
            return letter not in (self.conv.sample, "t")
        return not self.scene.batch and letter in self.scope and base in ("net", "out", "target")

    def layers(self, base, place, text):
        """The layers that the superscript names, or the letter, with their costs."""
        last, name, conv = self.scene.layers, self.node.name, self.conv
        if base.endswith("loss") or base == "eta":
            return {} if text else {last if base != "eta" else 0: 0.0}
        if text:
            number = layer_number(text, base, self.options, self.scene)
            return {} if number is None or (place == 0 and number) else {number: 0.0}
        if base == "target" or place == "last":
            return {last: 0.0}
        if isinstance(place, int):
            return {place: 0.0}
        if place != "hidden" and (base != "out" or name != "h" or conv.layered):
            return {layer: 0.1 * (last - layer) + 0.3 * (layer == 0) for layer in range(last, -1, -1)}
        costs = dict.fromkeys(range(last - 1, 0, -1), 0.0)
        if base == "out" and (last == 1 or (conv.family == "layers" and not conv.layered)):
            costs[0] = 0.5 * (last > 1)  # what goes in, as it is below the first layer
        if base == "out" and last == 1 and name == "h":
            costs[1] = 0.5  # the hypothesis
        return costs

    def layer_below(self, base, term):
        """z_2, W_{l+1}: the one index below is the layer."""
        spelt, conv = f"{term[1]}{term[2]:+d}" if term[0] == "expr" else term[1], self.conv
        if spelt.isdecimal():
            weight = base == "W" and conv.family == "question" and self.node.name.islower() and not conv.sub_layers  # w_5
            layer = None if weight else int(spelt) - self.options.first * conv.sub_layers
        else:
            layer = layer_number(spelt, base, self.options, self.scene) if conv.sub_layers and spelt[0] in "lL" else None
        if layer is not None and base in ("W", "b", "net", "out", "delta"):
            sure = conv.sub_layers or max(self.scene.sizes[1:]) == 1 or (base in ("W", "b") and self.node.name.isupper())
            yield layer, -0.15 if sure else 0.1 if base == "b" else 1.1

    def fillings(self, spot):
        """The ways in which the indices take the slots of a quantity."""
        if spot.base == "W":
            return self.weight(spot)
        if spot.base in ("loss", "example loss"):
            return self.loss(spot)
        if spot.base == "eta" or (spot.base == "b" and self.scene.shared_bias):
            return [] if spot.terms else [_Filling(())]
        found = self.unit_loss(spot) if spot.base == "unit loss" else self.unit(spot)
        return found if self.has_examples(spot) else (filling._replace(slots=filling.slots[1:]) for filling in found)

    def has_examples(self, spot):
        """Whether a quantity has a slot for the example, before the one for the unit."""
        return self.scene.batch and spot.base != "b"

    def take(self, term, domain):
        """What a term puts in a slot: a variable, or a number counted from 0; None if it cannot stand there."""
        over, layer = domain
        size = self.scene.batch if over == "example" else self.scene.sizes[layer]
        if term[0] == "unit":
            return self.take(term[2], domain) if over == "unit" and layer in prefix_layers(term[1], self.scene) else None
        if term[0] not in ("var", "digits", "lit"):
            return None
        value = self.scope.get(term[1], term[1]) if term[0] == "var" else int(term[1]) - 1
        return value if isinstance(value, str) or 0 <= value < size else None

    def example(self, spot):
        """The index of the example, where it stands above."""
        return self.take(spot.sample, EXAMPLE) if spot.sample and self.has_examples(spot) else None

    def loss(self, spot):
        """The error has no slot; one example's share of it has one."""
        batch, terms, above = self.scene.batch, _joined(spot.terms), self.example(spot)
        letter = terms[0][1] if len(terms) == 1 and terms[0][0] == "var" else ""
        if spot.base == "example loss":
            if above is not None and not terms:
                yield _Filling((above,))
            elif batch and letter and (letter in "npqidm" or letter in self.scope):
                yield _Filling((self.take(terms[0], EXAMPLE),))
        elif not terms and above is None:
            yield _Filling(())
        elif self.of_one_example(terms) or (letter == "i" and not batch and letter not in self.scope):
            note = f"{spelling(self.node)} taken as the error of the one example"
            yield _Filling((), 0.5 * (letter == "i"), note, letter == "i" and self.conv.name != "f p y")

    def of_one_example(self, terms):
        """Whether E_p and C_0 are the error of the one example there is."""
        return terms == [("digits", "0")] or (not self.scene.batch and any(terms == [("var", x)] for x in set("npdx") - set(self.scope)))

    def unit_loss(self, spot):
        """One output's share of the error."""
        terms = _joined(spot.terms)
        if len(terms) == 1 and not self.of_one_example(terms) and (index := self.take(terms[0], ("unit", spot.layer))) is not None:
            yield _Filling((self.example(spot), index))

    def unit(self, spot):
        """The slots of a layer's quantity: one for the example, and one for the unit."""
        here, above, terms = ("unit", spot.layer), self.example(spot), _joined(spot.terms)
        open_example, question = self.has_examples(spot) and above is None, self.conv.family == "question"
        if not terms:
            yield _Filling((above, None))
        if len(terms) == 2 and self.has_examples(spot):
            for cost, pair in ((0.0, terms), (0.6, terms[::-1])):
                slots = self.take(pair[0], EXAMPLE), self.take(pair[1], here)
                if None not in slots:
                    yield _Filling(slots, cost)
        if len(terms) != 1:
            return
        term, index = terms[0], self.take(terms[0], here)
        letter = term[1] if term[0] == "var" and term[1] not in self.scope else ""
        whole = question and letter in ("h", "o")
        if whole and spot.layer in prefix_layers(letter, self.scene):  # net_h: the whole layer
            yield _Filling((above, None), 0.3)
        if index is not None:
            if open_example:  # L_i = .. f_j ..: f_j of the example i
                yield from (_Filling((v, index), 0.6) for v in self.visible if v.split("#")[0] in "inpqm" and v != index)
            vague = question and self.conv.units and term[0] == "digits" and self.scene.layers > 1 and spot.base != "b" and spot.layer
            note = f"{spelling(self.node)} does not say whether it is a hidden or an output unit" if vague else ""
            yield _Filling((above, index), 0.6 * whole, note, bool(note))
        if open_example and term[0] == "var":
            yield _Filling((self.take(term, EXAMPLE), None), 0.5)
        if letter in ("y", "c") and spot.layer == self.scene.layers:  # p_{y_i}
            yield _Filling((self.take(("var", term[2]), EXAMPLE) if above is None and len(term) > 2 else above, "label"), -0.5)

    def weight(self, spot):
        """The slots of a weight: the unit it leads to, and the one it comes from."""
        terms, (to, come) = spot.terms, domains("W", spot.layer, 2)
        if not terms:
            yield _Filling((None, None))
        yield from self.numbered_weight(spot)
        prefixed = len(terms) == 2 and self.conv.family == "question" and terms[0][1] in ("o", "h") and terms[1][0] in ("var", "digits")
        if prefixed:  # w_{oj}: the other end is not said, nor in w_{ho}
            yield from self.one_end(spot, ("unit", "o" if terms[1][1] == "o" else terms[0][1], terms[1]))
            if terms[0][1] not in self.scope:
                return
        if len(terms) == 1 and terms[0][0] == "digits" and len(terms[0][1]) == 2:
            terms = [("digits", digit) for digit in terms[0][1]]
        elif len(terms) == 4:
            terms = [*_joined(terms[:2]), *_joined(terms[2:])]
        if len(terms) == 1:
            yield from self.one_end(spot, terms[0]) if terms[0][0] == "unit" else self.one_index(spot, terms[0])
        if len(terms) == 2:
            named = all(term[0] == "unit" for term in terms)
            for order, pair in (("to_from", terms), ("from_to", terms[::-1])):
                slots = self.take(pair[0], to), self.take(pair[1], come)
                if None not in slots and (named or order == self.options.weights):
                    yield _Filling(slots)

    def numbered_weight(self, spot):
        """w_5: the weights counted through the network, layer by layer."""
        sizes, pairs = self.scene.sizes, self.conv.family != "question" or spot.numbered
        spelt = spot.terms[0][1] if len(spot.terms) == 1 and spot.terms[0][0] == "digits" else ""
        if not spelt or (pairs and len(spelt) == 2 and "0" not in spelt) or (spot.numbered and len(sizes) > 2):
            return
        place = int(spelt) - 1 - sum(a * b for a, b in zip(sizes[: spot.layer - 1], sizes[1:]))
        if 0 <= place < sizes[spot.layer] * sizes[spot.layer - 1]:
            yield _Filling(divmod(place, sizes[spot.layer - 1]))

    def one_index(self, spot, term):
        """w_k: all weights into unit k; where a layer has one unit, the weight of the other end's unit k."""
        to, come = domains("W", spot.layer, 2)
        one_to, one_from = (self.scene.sizes[layer] == 1 for _, layer in (to, come))
        index = self.take(term, come if one_to else to)
        if index is None or (one_to and one_from and term[0] != "var"):  # one unit a layer: the number is the weight's own
            return
        if one_to or one_from:
            yield _Filling((0, index) if one_to else (index, 0))
        elif term[0] == "var":
            yield _Filling((index, None), 0.4)

    def one_end(self, spot, term):
        """Only the unit that a weight leads to is named: take the other end from the indices in sight."""
        index, below = self.take(term, ("unit", spot.layer)), spot.layer - 1
        units = [unit for unit in self.conv.units.get(below, ()) if unit < self.scene.sizes[below]]
        for rank, other in enumerate([*self.visible, *units]):
            if index is not None and other != index:
                ends = f"{term[1]}{_plain(index)} from {'h' if below else 'i'}{_plain(other)}"
                yield _Filling((index, other), 0.2 + 0.01 * rank, f"{spelling(self.node)} lacks an index; taken as the weight to {ends}")


def _plain(variable):
    return str(variable + 1) if isinstance(variable, int) else variable.split("#")[0]


def shown(choice, scene):
    """Say what a choice is, in the book's names."""
    if choice.kind in ("loss", "eta"):
        return ROLE_WORDS[choice.kind]
    hidden = "the hidden layer" if scene.layers == 2 else f"layer {choice.layer}"
    layer = {0: "the inputs", scene.layers: "the output layer"}.get(choice.layer, hidden)
    if choice.kind == "size":
        return "the number of examples" if choice.layer < 0 else f"the number of units of {layer}"
    where = ["class label" if slot == "label" else _plain(slot) for slot in choice.slots if slot is not None]
    updated, kind = "updated " * choice.kind.startswith("new "), choice.kind.removeprefix("new ")
    if kind == "W" and len(where) == 2:
        return f"{updated}weight of {layer}, to {where[0]} from {where[1]}"
    words = [updated + ROLE_WORDS.get(kind, kind), f"of {layer}" if kind not in ("target", "unit loss") else ""]
    if kind == "out" and choice.layer == 0:
        words = ["input"]
    if where:
        words.append("unit " * (len(where) == 1) + ", ".join(where))
    return " ".join(filter(None, [*words, "transposed" * choice.transpose]))
