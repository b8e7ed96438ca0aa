"""What a symbol with its indices may stand for: the quantities, in order of plausibility."""

import re
from dataclasses import dataclass

from linebyline.checker.meaning.letters import ROLE_WORDS
from linebyline.checker.meaning.scripts import PREFIX, is_layer_text, layer_number, spelling, sub_terms, super_terms
from linebyline.checker.parser.tokens import Unreadable, script_text


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


LIMIT_LETTERS = set("nmNMKCcJIHDdpPBTqQSRLkrsho")


def choices(node, scope, conv, scene, options, visible=()):
    """List what a symbol may stand for; `scope` maps index letters to variables, `visible` are those in sight.

    Raises
    ------
    Unreadable
        If the name is not known, or known but not with these indices.
    """
    meanings = conv.meanings(node.name)
    if not meanings:
        raise Unreadable(f"{spelling(node)}: the name is not known in this notation; say what it is with aliases={{{spelling(node)!r}: ...}}")
    terms, supers = split_units(sub_terms(node), scope, conv), super_terms(node)
    words = [t[1] for t in terms if t[0] == "word"]
    terms = [t for t in terms if t[0] != "word" or t[1] in ("out", "in", "hidden", "output", "input")]
    if words:
        kinds = {"true": "target", "target": "target", "label": "target", "pred": "out", "total": "loss", "tot": "loss"}
        for word in words:
            if word in kinds:
                kind = kinds[word]
                if kind not in {k for k, _ in meanings} and not (word != "total" and word != "tot" and node.name in ("y", "o", "out")):
                    raise Unreadable(f"{spelling(node)}: the index {word!r} does not go with it")
                meanings = (
                    [(kind, None if kind != "out" else "last")] if kind != "loss" else [m for m in meanings if m[0] == "loss"] or [("loss", None)]
                )
            elif word in ("old", "new"):
                supers = [*supers, ("plus",)] if word == "new" else supers
            elif word in ("out", "in", "hidden", "output", "input"):
                supers = [*supers, ("layer", word, True)]
            else:
                raise Unreadable(f"{spelling(node)}: the index {word!r} is not known")
        terms = [t for t in terms if t[0] != "word"]
    found = []
    for rank, (kind, place) in enumerate(meanings):
        found.extend(_of_kind(node, kind, place, terms, supers, scope, conv, scene, options, visible, rank))
    found = _distinct(found)
    if not found:
        raise Unreadable(f"{spelling(node)}: cannot be read with these indices in a {'-'.join(map(str, scene.sizes))} network")
    return sorted(found, key=lambda c: c.cost)[:12]


def split_units(terms, scope, conv):
    """Take i1 apart into the indices i and 1 where i is an index here and not the name of a layer."""
    out = []
    for term in terms:
        if term[0] == "unit" and (term[1] in scope or (conv.family != "question" and term[1] == "i")):
            out += [("var", term[1]), ("digits", str(term[2][1])) if term[2][0] == "lit" else term[2]]
        else:
            out.append(term)
    return out


def _distinct(found):
    seen, out = set(), []
    for choice in found:
        key = (choice.kind, choice.layer, choice.slots, choice.transpose, choice.power)
        if key not in seen:
            seen.add(key)
            out.append(choice)
    return out


def _of_kind(node, kind, place, terms, supers, scope, conv, scene, options, visible, rank):
    last = scene.layers
    transpose, power, new, layer_texts, sample = False, [(1, None)], False, [], None
    for term in supers:
        if term[0] == "T":
            transpose = not transpose
        elif term[0] == "plus":
            new = True
        elif term[0] == "star":  # y^* is the target; elsewhere a star has no fixed meaning
            if kind != "target":
                return
        elif term[0] == "old":
            if kind not in ("W", "b"):
                return
        elif term[0] == "digits":
            power = [(term[1], None)] if term[1] < 0 or not conv.bare_layers else [(1, str(term[1])), (term[1], None)]
        elif is_layer_text(term[1], conv):
            layer_texts.append(term[1])
        elif re.fullmatch(r"[A-Za-z]", term[1]) and (scene.batch or term[1] == conv.sample or term[1] in scope):
            sample = ("var", term[1])
        else:
            return
    if sample is not None and not scene.batch and not terms and sample[1] in scope and kind in ("net", "out", "target"):
        terms, sample = [sample], None  # a sum over the units, with the index above
    if kind == "W" and sample is not None and not terms and sample[1] not in (conv.sample, "t"):
        terms, sample = [sample], None  # \theta^{(k)}: all weights into unit k
    if power[0][0] > 1 and power[0][1] is None and node.subs and node.subs[0] and node.sups[0][0].start < node.subs[0][0].start:
        power = [(1, str(power[0][0])), *power]  # z^3_1: a number written before the index is a layer
    for cost, (exponent, digit_layer) in enumerate(power):
        texts = layer_texts + ([digit_layer] if digit_layer else [])
        if len(texts) > 1:
            if scene.batch and texts[-1].isdigit():
                sample, texts = ("digits", texts[-1]), texts[:-1]
            else:
                continue
        text = texts[0] if texts else None
        if kind == "loss" or kind == "eta":
            yield from _scalar(node, kind, terms, sample, scope, conv, scene, text, exponent, cost, rank)
            continue
        layers, cost_of = _layers(kind, place, text, conv, scene, options, node.name)
        # an unnumbered z beside numbered weights may be any layer's
        others = _other_layers(layers, scene) if place == "last" and kind == "net" and conv.layered and text is None and not terms else ()
        for layer in [*layers, *others]:
            base = rank * 0.5 + cost * 0.25 + (cost_of(layer) if layer not in others else 1.0 + 0.1 * (last - layer))
            low = 0 if kind == "out" and (terms or node.name not in ("out", "output")) else 1  # the inputs are the outputs of layer 0
            if not low <= layer <= last or (kind == "target" and layer != last):
                continue
            for slots, extra, note, loose in _slots(
                node,
                kind.split(" ")[-1] if kind.startswith("gradient") else kind,
                layer,
                terms,
                sample,
                scope,
                conv,
                scene,
                options,
                visible,
                bool(text),
            ):
                name = f"new {kind}" if new and kind in ("W", "b") else kind
                if transpose and None not in slots and (len(scene.sizes) > 1 and max(scene.sizes) > 1):
                    note, loose = f"{spelling(node)} is the transpose of a number", True
                if layer in others:
                    note, loose = f"right if {spelling(node)} is the score of {'the hidden layer' if last == 2 else f'layer {layer}'}", True
                yield Choice(name, layer, slots, transpose, exponent, base + extra, note, loose)
        # z_2, W_1: a number below as the layer
        single = len(terms) == 1 and text is None and (exponent == 1 or not conv.layered) and place not in ("last", 0)
        if single and terms[0][0] in ("digits", "expr", "var"):
            spelt = terms[0][1] if terms[0][0] != "expr" else f"{terms[0][1]}{terms[0][2]:+d}"
            symbolic = not spelt.isdigit()
            if kind.endswith("W") and conv.family == "question" and node.name.islower() and not conv.sub_layers:
                continue
            if symbolic and not (conv.sub_layers and spelt[0] in "lL"):
                continue
            layer = layer_number(spelt, kind, options, scene) if symbolic else int(spelt) - (options.first if conv.sub_layers else 0)
            if layer is not None and (0 if kind == "out" else 1) <= layer <= last and not (kind == "target"):
                ones = all(n == 1 for n in scene.sizes[1:]) or conv.sub_layers
                extra = -0.25 if ones or (kind in ("W", "b") and node.name.isupper()) else 1.0 if kind != "b" else 0.0
                slots = (None,) * (2 if kind.endswith("W") else 0 if kind == "b" and scene.shared_bias else 1)
                slots = _with_sample(kind, slots, sample, scope, scene)
                if slots is not None:
                    yield Choice(f"new {kind}" if new else kind, layer, slots, transpose, exponent, rank * 0.5 + 0.1 + extra)


def _scalar(node, kind, terms, sample, scope, conv, scene, text, exponent, cost, rank):
    last, base = scene.layers, rank * 0.5 + cost * 0.25
    if kind == "eta":
        if not terms and text is None:
            yield Choice("eta", 0, (), False, exponent, base)
        return
    if sample is not None and scene.batch:
        index = _index(sample, scope, scene.batch)
        yield Choice("example loss", last, (index,), False, exponent, base)
    elif not terms and text is None:
        yield Choice("loss", last, (), False, exponent, base)
    elif len(terms) in (1, 2) and text is None:
        prefix, value = _prefixed(terms)
        if value is None or prefix not in (None, "o"):
            return
        if value == ("digits", "0") and prefix is None:
            yield Choice("loss", last, (), False, exponent, base, f"{spelling(node)} taken as the error, which has no further term here")
            return
        if value[0] == "var" and value[1] in "npdx" and not scene.batch and value[1] not in scope:
            yield Choice("loss", last, (), False, exponent, base, f"{spelling(node)} taken as the error of the one example")
            return
        if scene.batch and prefix is None and value[0] == "var" and (value[1] in "npqidm" or value[1] in scope):
            yield Choice("example loss", last, (_index(value, scope, scene.batch),), False, exponent, base)
        index = _index(value, scope, scene.sizes[last])
        if index is not None:
            slots = _with_sample("unit loss", (index,), None, scope, scene)
            yield Choice("unit loss", last, slots, False, exponent, base)
        if value[0] == "var" and value[1] == "i" and not scene.batch and value[1] not in scope:
            yield Choice(
                "loss", last, (), False, exponent, base + 0.5, f"{spelling(node)} taken as the error of the one example", conv.name != "f p y"
            )


def _layers(kind, place, text, conv, scene, options, name):
    last = scene.layers
    if text is not None:
        number = layer_number(text, kind.split(" ")[-1], options, scene)
        if number is None:
            return (), None
        if number == 0 and kind == "out":
            return (0,), lambda layer: 0.0
        return () if place == 0 else (number,), lambda layer: 0.0
    if kind == "target" or place == "last":
        return (last,), lambda layer: 0.0
    if place is None and kind == "out" and name == "h" and not conv.layered:
        place = "hidden"
    if isinstance(place, int):
        return (place,), lambda layer: 0.0
    if place == "hidden" and name == "h" and kind == "out" and last == 1:  # without a hidden layer h is what goes in, or the hypothesis
        return (0, 1), lambda layer: 0.5 * layer
    if place == "hidden":
        below = (0,) if kind == "out" and (last == 1 or conv.family == "layers" and not conv.layered) else ()
        return (*range(last - 1, 0, -1), *below), lambda layer: 0.0 if layer or last == 1 else 0.5
    order = {last: 0.0}
    layers = list(range(last, 0, -1)) + ([0] if kind == "out" else [])
    order.update({layer: 0.1 * (last - layer) + (0.3 if layer == 0 else 0) for layer in layers})
    return tuple(layers), order.get


def _other_layers(layers, scene):
    return [layer for layer in range(scene.layers, 0, -1) if layer not in layers]


def _prefixed(terms):
    """Split ("unit", "o", 1) or "o", "1" into its prefix and its index."""
    if len(terms) == 1:
        if terms[0][0] == "unit":
            return terms[0][1], terms[0][2]
        return None, terms[0]
    if len(terms) == 2 and terms[0][0] == "var" and terms[0][1] in PREFIX and terms[1][0] in ("var", "digits"):
        return terms[0][1], terms[1]
    return None, None


def _index(term, scope, size):
    """A slot's index: a variable, or a number counted from 0; None if it does not exist."""
    if term[0] == "lit" or term[0] == "digits":
        number = int(term[1])
        return number - 1 if 1 <= number <= size else None
    if term[0] == "var":
        name = term[1]
        if name in scope:
            value = scope[name]
            if isinstance(value, int):
                return value if 0 <= value < size else None
            return value
        return name
    return None


def prefix_layers(prefix, scene):
    return {"i": (0,), "o": (scene.layers,), "h": tuple(range(1, scene.layers)) or (1,)}.get(prefix, ())


def _with_sample(kind, slots, sample, scope, scene):
    """Put the example's index first, where the quantity has one for each example."""
    if not scene.batch or kind not in ("net", "out", "target", "delta", "unit loss"):
        return slots
    return (None if sample is None else _index(sample, scope, scene.batch), *slots)


def _slots(node, kind, layer, terms, sample, scope, conv, scene, options, visible, has_layer):
    """Yield (slots, extra cost, note, loose) for the ways these indices fill the quantity's slots."""
    sizes = scene.sizes
    if kind == "W":
        yield from _weight_slots(node, layer, terms, scope, conv, scene, options, visible, has_layer)
        return
    if kind == "b" and scene.shared_bias:
        prefix, value = _prefixed(terms) if terms else (None, None)
        if not terms or (value and value[0] == "digits" and not has_layer and int(value[1]) == layer):
            yield (), 0.0, "", False
        return
    size = sizes[layer]
    if not terms:
        yield _with_sample(kind, (None,), sample, scope, scene), 0.0, "", False
        return
    prefix, value = _prefixed(terms)
    if value is None and len(terms) == 2 and scene.batch:
        first, second = (_index(t, scope, n) for t, n in zip(terms, (scene.batch, size)))
        if first is not None and second is not None and kind != "b":
            yield (first, second), 0.0, "", False
        first, second = (_index(t, scope, n) for t, n in zip(terms, (size, scene.batch)))
        if first is not None and second is not None and kind != "b":
            yield (second, first), 0.6, "", False
        return
    if value is None or value[0] == "expr":
        return
    if prefix is not None and layer not in prefix_layers(prefix, scene):
        return
    index = _index(value, scope, size)
    whole = prefix is None and value[0] == "var" and value[1] in "ho" and value[1] not in scope and conv.family == "question"
    if whole and layer in prefix_layers(value[1], scene):  # net_h: the whole layer
        yield _with_sample(kind, (None,), sample, scope, scene), 0.3, "", False
    if index is not None:
        slots = _with_sample(kind, (index,), sample, scope, scene)
        if scene.batch and sample is None and kind != "b":  # L_i = .. f_j ..: f_j of the example i
            for example in (v for v in visible if v.split("#")[0] in "inpqm" and v != index):
                yield (example, index), 0.6, "", False
        vague = conv.family == "question" and conv.units and prefix is None and value[0] == "digits" and len(scene.sizes) > 2 and kind != "b"
        note = f"{spelling(node)} does not say whether it is a hidden or an output unit" if vague and layer else ""
        yield slots, 0.0 if not whole else 0.6, note, bool(note)
    if prefix is None and scene.batch and value[0] == "var" and sample is None and kind != "b":
        yield (_index(value, scope, scene.batch), None), 0.5, "", False
    if value[0] == "var" and value[1] in "yc" and value[1] not in scope and layer == scene.layers:
        example = re.fullmatch(r"[yc]_([a-z])", script_text(node.subs[0])) if scene.batch else None
        yield _with_sample(kind, ("label",), sample or (example and ("var", example[1])), scope, scene), -0.5, "", False


def _weight_slots(node, layer, terms, scope, conv, scene, options, visible, has_layer):
    to_size, from_size = scene.sizes[layer], scene.sizes[layer - 1]
    if not terms:
        yield (None, None), 0.0, "", False
        return
    if (
        len(terms) == 1
        and terms[0][0] == "digits"
        and not (len(terms[0][1]) == 2 and "0" not in terms[0][1] and (conv.family != "question" or has_layer))
    ):
        number, before = int(terms[0][1]), 0
        if not has_layer and len(scene.sizes) > 2 or scene.layers == 1:
            for depth in range(1, layer):
                before += scene.sizes[depth] * scene.sizes[depth - 1]
            place = number - 1 - before
            if 0 <= place < to_size * from_size:
                yield (place // from_size, place % from_size), 0.0, "", False
    pairs = [_prefixed([t]) if t[0] == "unit" else (None, t) for t in terms]
    if len(terms) == 1 and terms[0][0] == "digits" and len(terms[0][1]) == 2:
        pairs = [(None, ("lit", int(d))) for d in terms[0][1]]
    if len(terms) == 4 and all(t[0] in ("var", "digits") for t in terms) and terms[0][1] in PREFIX and terms[2][1] in PREFIX:
        pairs = [(terms[0][1], terms[1]), (terms[2][1], terms[3])]
    prefixed = len(terms) == 2 and conv.family == "question" and terms[0][0] == "var" and terms[0][1] in "oh" and terms[1][0] in ("var", "digits")
    if prefixed and terms[1] == ("var", "o") and terms[0][1] == "h":  # w_{ho}: from which hidden unit is not said
        yield from _one_end(node, layer, "o", terms[1], scope, conv, scene, visible)
        return
    if prefixed:  # w_{oj}: the other end is not said
        yield from _one_end(node, layer, terms[0][1], terms[1], scope, conv, scene, visible)
        if terms[0][1] not in scope and terms[0][1] in PREFIX:
            return
    if len(pairs) == 2:
        (prefix_a, a), (prefix_b, b) = pairs
        orders = (("to_from", a, prefix_a, b, prefix_b), ("from_to", b, prefix_b, a, prefix_a))
        for order, to, prefix_to, come, prefix_from in orders:
            named = prefix_to is not None and prefix_from is not None
            if order != options.weights and not named:
                continue
            if prefix_to is not None and layer not in prefix_layers(prefix_to, scene):
                continue
            if prefix_from is not None and layer - 1 not in prefix_layers(prefix_from, scene):
                continue
            if come[0] in ("digits", "lit") and int(come[1]) == 0:
                continue
            slots = (_index(to, scope, to_size), _index(come, scope, from_size))
            if None not in slots:
                yield slots, 0.0, "", False
        return
    if len(pairs) == 1:
        prefix, term = pairs[0]
        if prefix is not None:
            yield from _one_end(node, layer, prefix, term, scope, conv, scene, visible)
        elif term[0] != "var" and max(scene.sizes) == 1:
            pass  # one unit a layer: the number is the weight's own
        elif term[0] in ("var", "digits", "lit"):
            if to_size == 1:
                index = _index(term, scope, from_size)
                if index is not None:
                    yield (0, index), 0.0, "", False
            elif from_size == 1:
                index = _index(term, scope, to_size)
                if index is not None:
                    yield (index, 0), 0.0, "", False
            elif term[0] == "var":
                index = _index(term, scope, to_size)
                if index is not None:
                    yield (index, None), 0.4, "", False  # w_k: all weights into unit k
                for other in visible:
                    if other != index:
                        yield (index, other), 1.0, f"{spelling(node)} lacks an index; read as the weight to {term[1]} from {_plain(other)}", True
                        yield (other, index), 1.1, f"{spelling(node)} lacks an index; read as the weight to {_plain(other)} from {term[1]}", True


def _plain(variable):
    return str(variable + 1) if isinstance(variable, int) else variable.split("#")[0]


def _one_end(node, layer, prefix, term, scope, conv, scene, visible):
    """Only one end of a weight is named: take the other from the indices in sight."""
    to_size, from_size = scene.sizes[layer], scene.sizes[layer - 1]
    others = list(visible) + [unit for unit in conv.units.get(layer - 1, ()) if unit < from_size]
    if layer in prefix_layers(prefix, scene):
        index = _index(term, scope, to_size)
        for rank, other in enumerate(others):
            if other != index and index is not None:
                end = f"h{_plain(other)}" if layer - 1 else f"i{_plain(other)}"
                yield (
                    (index, other),
                    0.2 + 0.01 * rank,
                    f"{spelling(node)} lacks an index; taken as the weight to {prefix}{_plain(index)} from {end}",
                    False,
                )


def shown(choice, scene):
    """Say what a choice is, in the book's names."""
    if choice.kind in ("loss", "eta"):
        return ROLE_WORDS[choice.kind]
    layer = (
        "the inputs"
        if choice.layer == 0
        else "the output layer"
        if choice.layer == scene.layers
        else "the hidden layer"
        if scene.layers == 2
        else f"layer {choice.layer}"
    )
    if choice.kind == "size":
        return "the number of examples" if choice.layer < 0 else f"the number of units of {layer}"
    where = [("class label" if s == "label" else _plain(s)) for s in choice.slots if s is not None]
    kind = choice.kind.replace("new ", "updated ")
    word = ROLE_WORDS.get(choice.kind.split(" ")[-1] if choice.kind.startswith("new") else choice.kind, kind)
    if choice.kind in ("W", "new W") and len(where) == 2:
        return f"{'updated ' if 'new' in choice.kind else ''}weight of {layer}, to {where[0]} from {where[1]}"
    if choice.kind == "out" and choice.layer == 0:
        word, layer = "input", ""
    return " ".join(
        filter(
            None,
            [
                word,
                f"of {layer}" if layer and choice.kind not in ("target", "unit loss") else "",
                ("unit " if len(where) == 1 else "") + ", ".join(where) if where else "",
                "transposed" if choice.transpose else "",
            ],
        )
    )
