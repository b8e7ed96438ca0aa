"""How the indices below a symbol take the slots of a quantity.

A weight has a slot for the unit it leads to and one for the unit it comes from; an output has one for
its unit and, in a batch, one for its example. The terms below a symbol can be understood in one or
more ways (its spellings). In each, the terms take slots in any order that they fit: a number must
exist there, and a prefix, as in ``net_{h1}``, must agree. A slot that is left stands for everything
there, or for an index in sight.
"""

from itertools import permutations
from typing import NamedTuple

from linebyline.checker.meaning.scripts import PREFIX, spelling

EXAMPLE = ("example", 0)
RATES = ("eta", "decay")  # numbers that belong to no layer
EACH = "each example"  # bound by a sum that names no index


class Spot(NamedTuple):
    """A layer where a quantity can lie, and what is left to say once the layer is known."""

    base: str
    layer: int
    terms: list
    sample: tuple | None
    power: int
    cost: float
    doubt: str = ""
    numbered: bool = False  # the superscript says which layer


class Spelling(NamedTuple):
    """One way to understand the indices below."""

    terms: list
    cost: float = 0.0
    note: str = ""
    loose: bool = False


def domains(base, layer, count):
    """What each of a quantity's `count` slots runs over, as ("unit", layer) or ("example", 0)."""
    if base == "W":
        return ("unit", layer), ("unit", layer - 1)
    if base == "example loss":
        return (EXAMPLE,)
    return (EXAMPLE, ("unit", layer))[2 - count :]


def prefix_layers(prefix, scene):
    """The layers that the prefix of an index can mean: o the last, h a hidden one, i the inputs."""
    return {"i": (0,), "o": (scene.layers,), "h": tuple(range(1, scene.layers)) or (1,)}.get(prefix, ())


def plain(variable):
    """How an index is written: a number from 1, a variable without its mark."""
    return str(variable + 1) if isinstance(variable, int) else variable.split("#")[0]


def _joined(terms):
    """Read o and j side by side as one index, o_j."""
    pair = len(terms) == 2 and terms[0][0] == "var" and terms[0][1] in PREFIX and terms[1][0] in ("var", "digits")
    return [("unit", terms[0][1], terms[1])] if pair else terms


class Slots:
    """The part of a symbol that fills slots; it needs the node, and what is known where it stands."""

    def __init__(self, node, scope, conv, scene, options, visible):
        self.node, self.scope, self.conv, self.scene, self.options, self.visible = node, scope, conv, scene, options, visible
        self.question = conv.family == "question"

    def fillings(self, spot):
        """The ways in which the indices take a quantity's slots: (slots, cost, note, loose)."""
        slots = self.slots(spot.base)
        where = {"to": ("unit", spot.layer), "from": ("unit", spot.layer - 1), "unit": ("unit", spot.layer), "example": EXAMPLE}
        sample = spot.sample or (("var", EACH) if EACH in self.scope else None)
        above = {"example": self.take(sample, EXAMPLE)} if sample and "example" in slots else {}
        for terms, cost, note, loose in self.spellings(spot, above):
            for order in permutations([slot for slot in slots if slot not in above], len(terms)):
                taken = above | {slot: self.take(term, where[slot]) for slot, term in zip(order, terms)}
                if None in taken.values() or not self.may_take(spot, order, terms):
                    continue
                swapped = 0.6 * (order == ("unit", "example"))
                still = [slot for slot in slots if slot not in taken]
                for rest, extra, lacks, doubtful in self.left(spot, still[0], taken, terms[0]) if still and terms else [(None, 0.0, "", False)]:
                    full = dict.fromkeys(still, rest) | taken
                    yield tuple(full[slot] for slot in slots), cost + swapped + extra, note or lacks, loose or doubtful

    def slots(self, base):
        """The slots of a quantity."""
        if base in ("loss", *RATES) or (base == "b" and self.scene.shared_bias):
            return ()
        if base == "W":
            return ("to", "from")
        if base == "example loss":
            return ("example",)
        return ("example", "unit") if self.scene.batch and base != "b" else ("unit",)

    def take(self, term, domain):
        """What a term puts in a slot: a variable, or a number counted from 0; None if it cannot stand there."""
        (kind, text, *_), (over, layer) = term, domain
        size = self.scene.batch if over == "example" else self.scene.sizes[layer]
        if kind == "unit":
            return self.take(term[2], domain) if over == "unit" and layer in prefix_layers(text, self.scene) else None
        if kind == "label":
            return "label" if domain == ("unit", self.scene.layers) else None
        if kind not in ("var", "digits", "lit"):
            return None
        value = self.scope.get(text, text) if kind == "var" else int(text) - 1
        return value if isinstance(value, str) or 0 <= value < size else None

    def may_take(self, spot, order, terms):
        """Whether indices may take these slots in this order."""
        kinds, letter = [term[0] for term in terms], terms[0][1] if terms else ""
        if order == ("example",):
            counts = spot.base != "example loss" or letter in "npqidm" or letter in self.scope
            return kinds == ["var"] and counts and spot.base != "unit loss"
        if spot.base != "W" or not order:
            return True
        if len(order) == 2:
            return kinds == ["unit", "unit"] or "_".join(order) == self.options.weights
        sizes = self.scene.sizes[spot.layer], self.scene.sizes[spot.layer - 1]  # w_k leads to unit k, or from it where it can lead to one only
        usual = ("from",) if sizes[0] == 1 and kinds != ["unit"] else ("to",)
        return order == usual or (kinds == ["var"] and 1 not in sizes)

    def left(self, spot, slot, taken, term):
        """What stands in the one slot that is left: (index or None, cost, note, loose)."""
        if slot == "unit":
            yield None, 0.5, "", False
        elif slot == "example":
            yield None, 0.0, "", False
            for other in self.visible:  # L_i = .. f_j ..: f_j of the example i
                if other.split("#")[0] in "inpqm" and other != taken["unit"]:
                    yield other, 0.6, "", False
        elif term[0] != "unit" and self.scene.sizes[spot.layer - (slot == "from")] == 1:
            yield 0, 0.0, "", False
        elif term[0] in ("unit", "var"):
            yield from self.other_end(spot, slot, taken, term)

    def other_end(self, spot, slot, taken, term):
        """Only one end of a weight is said, as in w_{oj} and w_k: the other one is any, or an index in sight."""
        named, below = term[0] == "unit", spot.layer - 1
        units = [unit for unit in self.conv.units.get(below, ()) if unit < self.scene.sizes[below] and named]
        to_prefix, from_prefix, how = (term[1], "h" if below else "i", "taken") if named else ("", "", "read")
        if not named and slot == "from":
            yield None, 0.4, "", False
        for rank, other in enumerate([*self.visible, *units]):
            ends = {slot: other} | taken
            if ends["to"] != ends["from"]:
                note = f"lacks an index; {how} as the weight to {to_prefix}{plain(ends['to'])} from {from_prefix}{plain(ends['from'])}"
                cost = 0.2 + 0.01 * rank if named else 1.0 if slot == "from" else 1.1
                yield other, cost, f"{spelling(self.node)} {note}", not named

    def spellings(self, spot, above):
        """What the indices can be."""
        if spot.base == "W":
            return self.weight_spellings(spot)
        terms = _joined(spot.terms)
        kind, text = terms[0][:2] if len(terms) == 1 else ("", "")
        letter = text if kind == "var" and text not in self.scope else ""
        if spot.base.endswith("loss"):
            return self.loss_spellings(spot, terms, letter, above)
        return self.unit_spellings(spot, terms, letter, above)

    def loss_spellings(self, spot, terms, letter, above):
        """E_p and C_0 are the error of the one example there is; a share of the error needs an index."""
        alone = not self.scene.batch
        one, note = terms == [("digits", "0")] or (alone and letter in tuple("npdx")), f"{spelling(self.node)} taken as the error of the one example"
        if spot.base == "loss" and (alone or not spot.sample):
            yield Spelling([], 0.0, note) if one else Spelling(terms)
            if alone and letter == "i":
                yield Spelling([], 0.5, note, self.conv.name != "f p y")
        elif (terms and not one and spot.base != "loss") or (above and spot.base == "example loss"):
            yield Spelling(terms)

    def unit_spellings(self, spot, terms, letter, above):
        """net_h is a whole layer, p_{y_i} the entry of the class label; net_1 may be of more than one layer."""
        whole = self.question and letter in ("h", "o")
        if whole and spot.layer in prefix_layers(letter, self.scene):
            yield Spelling([], 0.3)
        number = len(terms) == 1 and terms[0][0] == "digits" and spot.base != "b" and spot.layer
        vague = number and self.question and self.conv.units and self.scene.layers > 1
        note = f"{spelling(self.node)} does not say whether it is a hidden or an output unit" if vague else ""
        yield Spelling(terms, 0.6 * whole, note, bool(note))
        if terms != spot.terms and "example" in self.slots(spot.base):  # y_{ik}: the example i, the unit k
            yield Spelling(spot.terms)
        if letter in ("y", "c"):
            example = [("var", terms[0][2])] if len(terms[0]) > 2 and "example" in self.slots(spot.base) and not above else []
            yield Spelling([*example, ("label", letter)], -0.5)

    def weight_spellings(self, spot):
        """w_5 is the fifth of all, w_{oj} names one end, and w_{11} and w_{h1i2} name both."""
        terms, sizes = spot.terms, self.scene.sizes
        digits = terms[0][1] if len(terms) == 1 and terms[0][0] == "digits" else ""
        pair = len(digits) == 2 and "0" not in digits and (not self.question or spot.numbered)
        if digits and not pair and not self.question and self.node.name.isupper():
            return  # W_2 is a matrix
        if digits and not pair and (not spot.numbered or len(sizes) == 2):
            place = int(digits) - 1 - sum(a * b for a, b in zip(sizes[: spot.layer - 1], sizes[1:]))
            if 0 <= place < sizes[spot.layer] * sizes[spot.layer - 1]:
                ends = [("lit", end + 1) for end in divmod(place, sizes[spot.layer - 1])]
                yield Spelling(ends if self.options.weights == "to_from" else ends[::-1])
        if self.question and len(terms) == 2 and terms[0][1] in ("o", "h") and terms[1][0] in ("var", "digits"):
            yield Spelling([("unit", "o" if terms[1][1] == "o" else terms[0][1], terms[1])])  # w_{ho} is a weight to o
            if terms[0][1] not in self.scope:
                return
        if len(digits) == 2:
            terms = [("digits", digit) for digit in digits]
        elif len(terms) == 4:
            terms = [*_joined(terms[:2]), *_joined(terms[2:])]
        if len(terms) != 1 or not digits or max(sizes) > 1:  # one unit a layer: the number is the weight's own
            yield Spelling(terms)
