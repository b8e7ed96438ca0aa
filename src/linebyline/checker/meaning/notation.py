"""What a symbol with its indices may stand for: the quantities, in order of plausibility.

A letter means one or more kinds of quantity (:mod:`letters`); each is tried in the layers where
it can lie, and there the indices take its slots (:mod:`slots`).
"""

from dataclasses import dataclass
from functools import cached_property

from linebyline.checker.meaning.letters import ROLE_WORDS
from linebyline.checker.meaning.scripts import is_layer_text, layer_number, spelling, sub_terms, super_terms
from linebyline.checker.meaning.slots import EXAMPLE, RATES, Slots, Spot, domains, plain
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


WORD_MEANINGS = {
    **dict.fromkeys(("true", "target", "label", "ideal", "desired", "expected"), ("target", None)),
    **dict.fromkeys(("total", "tot"), ("loss", None)),
    **dict.fromkeys(("pred", "hat"), ("out", "last")),
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
    for choice in Symbol(node, scope, conv, scene, options, visible).choices():
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


class Symbol(Slots):
    """A symbol where it stands: its meanings, the terms below it, the marks above it."""

    def __init__(self, node, scope, conv, scene, options, visible):
        super().__init__(node, scope, conv, scene, options, visible)
        self.meanings = conv.meanings(node.name)
        if not self.meanings:
            name = spelling(node)
            raise Unreadable(f"{name}: the name is not known in this notation; say what it is with aliases={{{name!r}: ...}}")
        terms = list(split_units(sub_terms(node), scope, conv))
        self.terms = [term for term in terms if term[0] != "word"]
        if self.terms == [("digits", "0")] and scene.layers == 1 and scene.bias and self.meanings[0][0] in ("W", "b"):  # \theta_0, of the input 1
            self.meanings, self.terms = [("b", None)], []
        marks = [self.word(term[1]) for term in terms if term[0] == "word"]
        self.read_marks([*super_terms(node), *filter(None, marks)])

    def word(self, word):
        """Read a word below: it says what the symbol means, as in y_{true}, or is a mark as if it stood above."""
        if word in WORD_MARKS:
            return WORD_MARKS[word]
        if word not in WORD_MEANINGS:
            raise Unreadable(f"{spelling(self.node)}: the index {word!r} is not known")
        meaning = WORD_MEANINGS[word]
        if meaning[0] not in {kind for kind, _ in self.meanings} and (meaning[0] == "loss" or self.node.name not in ("y", "Y", "o", "out")):
            raise Unreadable(f"{spelling(self.node)}: the index {word!r} does not go with it")
        self.meanings = [meaning]
        return None

    def read_marks(self, marks):
        """Sort what stands above: T, new, a number, the layer, the letter of the example."""
        marks = [("layer", "t") if mark == ("old", "t") and "t" in self.scope else mark for mark in marks]
        if ("layer", "t") in marks and "t" not in self.scope and self.meanings[0][0] in ("W", "b"):  # w^t, before the step
            marks.remove(("layer", "t"))
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
            shares = ("example loss", "unit loss") if self.scene.batch else ("unit loss",)
            for kind in ("loss", *shares) if meaning == "loss" else (meaning,):
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
            found = [(layer, cost, terms) for layer, cost in self.layers(base, place, text).items()]
            if len(terms) == 1 and not text and (power == 1 or not self.conv.layered) and place not in ("last", 0):
                found += [(layer, cost, []) for layer, cost in self.layer_below(base, terms[0])]
            for layer, cost, left in found:
                inputs = base in RATES or (base == "out" and (terms or self.node.name not in ("out", "output")))  # the outputs of layer 0
                if (0 if inputs else 1) <= layer <= last and (base != "target" or layer == last):
                    inner = base == "out" and layer and self.node.name in ("x", "X") and self.conv.layered  # an x beside numbered layers
                    doubt = self.doubt(base, layer) if not text and ((place == "last" and layer < last) or inner) else ""
                    yield Spot(base, layer, left, sample, power, rank * 0.25 + cost, doubt, bool(text))

    def doubt(self, base, layer):
        """What a letter has to be if it is read in a layer where it does not usually stand."""
        what = "score" if base == "net" else "output"
        return f"right if {spelling(self.node)} is the {what} of {'the hidden layer' if self.scene.layers == 2 else f'layer {layer}'}"

    def above(self):
        """What stands above, as (power, layer); a number is a power, or a layer, as it is in z^3_1 where it comes first."""
        node, number, texts = self.node, self.number, self.layer_texts
        first = node.sups and node.subs and node.subs[0] and node.sups[0][0].start < node.subs[0][0].start
        powers = [(1 if number is None else number, texts)]
        if number is not None and number >= 0 and (self.conv.bare_layers or (first and number > 1)):
            powers.insert(0, (1, [*texts, str(number)]))
            if number < 2:
                powers.pop()  # no power
        return [(power, "".join(texts)) for power, texts in powers if len(texts) < 2]

    def is_unit(self, letter, base):
        r"""Whether a letter above counts units: in a sum over them, or in \theta^{(k)}, all weights into unit k."""
        if base == "W":
            return letter not in (self.conv.sample, "t")
        return not self.scene.batch and letter in self.scope and base in ("net", "out", "target")

    def layers(self, base, place, text):
        """The layers that the superscript names, or the letter, with their costs."""
        last, name, conv = self.scene.layers, self.node.name, self.conv
        if base.endswith("loss") or base in RATES:
            return {} if text else {0 if base in RATES else last: 0.0}
        if text:
            number = layer_number(text, base, self.options, self.scene)
            return {} if number is None or (place == 0 and number) else {number: 0.0}
        if base == "target" or place == "last":
            any_layer = base == "net" and conv.layered and not self.terms  # an unnumbered z beside numbered weights
            return {last: 0.0} | {layer: 1.0 + 0.1 * (last - layer) for layer in range(last - 1, 0, -1) if any_layer}
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
            layer = None if weight else int(spelt) - self.options.first * conv.sub_layers - conv.ahead * (base == "delta")
        else:
            layer = layer_number(spelt, base, self.options, self.scene) if conv.sub_layers and spelt[0] in "lL" else None
        if layer is not None and base in ("W", "b", "net", "out", "delta"):
            sure = conv.sub_layers or max(self.scene.sizes[1:]) == 1 or (base in ("W", "b") and self.node.name.isupper())
            yield layer, -0.15 if sure else 0.1 if base == "b" else 1.1


def shown(choice, scene):
    """Say what a choice is, in the book's names."""
    if choice.kind in ("loss", *RATES):
        return ROLE_WORDS[choice.kind]
    hidden = "the hidden layer" if scene.layers == 2 else f"layer {choice.layer}"
    layer = {0: "the inputs", scene.layers: "the output layer"}.get(choice.layer, hidden)
    if choice.kind == "size":
        return "the number of examples" if choice.layer < 0 else f"the number of units of {layer}"
    where = [
        "class label" if slot == "label" else f"example {plain(slot)}" if domain == EXAMPLE else plain(slot)
        for slot, domain in zip(choice.slots, choice.domains)
        if slot is not None
    ]
    updated, kind = "updated " * choice.kind.startswith("new "), choice.kind.removeprefix("new ")
    if kind == "W" and len(where) == 2:
        return f"{updated}weight of {layer}, to {where[0]} from {where[1]}"
    words = [updated + ROLE_WORDS.get(kind, kind), f"of {layer}" if kind not in ("target", "unit loss") else ""]
    if kind == "out" and choice.layer == 0:
        words = ["input"]
    if where:
        words.append("unit " * (len(where) == 1 and "example" not in where[0]) + ", ".join(where))
    return " ".join(filter(None, [*words, "transposed" * choice.transpose]))
