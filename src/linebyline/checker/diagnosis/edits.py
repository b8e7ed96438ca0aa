"""Every small edit of a side that could repair it: an index, a sign, a factor, a symbol, the likeliest first."""

import re
from dataclasses import dataclass

from linebyline.checker.meaning.letters import FUNCTIONS
from linebyline.checker.parser.grammar import Node
from linebyline.checker.parser.tokens import script_text

INDEX_LETTERS = "ijklmnpqr"


@dataclass(frozen=True)
class Edit:
    """Replace text[start:end] by `new`; `what` finishes "would be right if ..."."""

    start: int
    end: int
    new: str
    what: str
    rank: float


def walk(tree, parents=()):
    stack = [(tree, parents)]
    while stack:
        node, above = stack.pop()
        yield node, above
        children = []
        if node.kind == "sum":
            children = [p for _, p, _ in node.parts]
        elif node.kind == "product":
            children = [item for _, item in node.parts]
        elif node.kind == "cases":
            children = [t for t, _ in node.parts]
        else:
            children = [p for p in node.parts if isinstance(p, Node)]
        stack.extend((c, (*above, node)) for c in reversed(children))


def edits(judge, side, verdict, tokens, end):
    """List single edits of a side, each with how likely it is."""
    text, tree = judge.text, side.tree
    letters, numbers = indices_in_use(judge, side, verdict)
    symbols = symbols_in_use(judge, side, verdict)
    free = [v for v in _free_letters(verdict)]
    out = []
    put = lambda *args: out.append(Edit(*args))  # noqa: E731
    start = side.start
    used = {t.text for t in tokens}
    # a sum left out: over any letter the left side does not have
    for letter in letters:
        if letter not in free and letter in used:
            put(start, start, rf"\sum_{letter} ", f"it were summed over {letter}: a sum over paths is missing", 0.5)
    for node, above in walk(tree):
        if node.kind == "sum":
            for k, (sign, product, at) in enumerate(node.parts):
                if sign < 0 and text[at : at + 1] in "-−–":
                    put(at, at + 1, "+" if k else "", f"the sign of ${_clip(text[product.start : product.end])}$ were plus", 1.0)
                elif text[at : at + 1] == "+":
                    put(at, at + 1, "-", f"the sign of ${_clip(text[product.start : product.end])}$ were minus", 1.0)
                elif k == 0:
                    put(at, at, "-", f"the sign of ${_clip(text[product.start : product.end])}$ were minus", 1.2)
                if k + 1 < len(node.parts):  # brackets left out
                    first, second = product.parts[-1][1], node.parts[k + 1][1].parts[0][1]
                    inner = text[first.start : second.end]
                    put(first.start, second.end, f"({inner})", f"${_clip(inner)}$ stood in brackets", 2.75)
                if len(node.parts) > 1:  # a term too many
                    stop = node.parts[k + 1][2] if k + 1 < len(node.parts) and k == 0 else product.end
                    put(at, stop, "", f"the term ${_clip(text[product.start : product.end])}$ were left out", 2.5)
        elif node.kind == "product":
            out.extend(factor_edits(text, node, above))
        elif node.kind in ("name", "bigsum", "num", "group"):
            out.extend(script_edits(text, node, letters, numbers, symbols["layers"]))
        if node.kind == "name":
            out.extend(name_edits(judge, text, node, symbols, above))
        if node.kind == "num" and not node.subs:
            for value in ("1", "2", "0"):
                if value != node.name and len(node.name) == 1:
                    put(node.start, node.start + 1, value, f"the {node.name} were a {value}", 2.2)
        if node.kind == "frac":
            a, b = (text[p.start : p.end] for p in node.parts)
            put(node.start, node.end, rf"\frac{{{b}}}{{{a}}}", "the fraction were turned over", 3.0)
        if node.kind == "deriv" and node.parts[0] is not None:
            a, b = (text[p.start : p.end] for p in node.parts)
            put(node.start, node.end, rf"\frac{{\partial {b}}}{{\partial {a}}}", "the derivative were turned over", 2.6)
    out.extend(_insertions(judge, side, verdict, tree, text, symbols, end))
    for token in tokens:
        if token.kind == "op" and token.text == "+":
            put(token.start, token.end, r"\cdot ", "the plus were a product", 3.1)
        elif token.kind == "op" and token.text == "-":
            put(token.start, token.end, r"\cdot ", "the minus were a product", 3.2)
        elif token.kind == "op" and token.text in ("*", "·", "⊙", "⊗"):
            for new, word in (
                (r" \odot ", "an entry-by-entry product"),
                (" ", "a matrix product"),
                ("+", "a plus"),
                ("-", "a minus"),
                ("/", "a division"),
            ):
                put(token.start, token.end, new, f"the product sign were {word}", 2.4 if "product" in word else 3.0)
        elif token.kind == "op" and token.text == "/":
            put(token.start, token.end, r"\cdot ", "the division were a product", 2.8)
        elif token.kind == "prime":
            put(token.start, token.end, "", "the prime were left out", 2.3)
        elif token.kind == "rel" and token.text == "!=":
            put(token.start, token.end, "=", "the condition were 'equal'", 2.9)
        elif token.kind == "rel" and token.text == "=":
            put(token.start, token.end, r"\neq ", "the condition were 'not equal'", 2.9)
    return out


def factor_edits(text, product, above):
    """Drop a factor; take the sum sign off; put the missing transpose on."""
    items = product.parts
    for k, (op, item) in enumerate(items):
        if item.kind == "bigsum":
            yield Edit(item.start, item.end, "", f"the sum ${_clip(text[item.start : item.end])}$ were left out", 2.6)
            continue
        if len(items) > 1:
            begin = items[k - 1][1].end if k else item.start
            stop = item.end if k else (items[1][1].start if not items[1][0] or items[1][0] in ("*", "·") else items[1][1].start)
            yield Edit(begin, stop, " ", f"the factor ${_clip(text[item.start : item.end])}$ were left out", 2.0)
        else:
            yield Edit(item.start, item.end, "1", f"${_clip(text[item.start : item.end])}$ were 1", 3.4)
        if item.kind in ("name", "group") and not any(script_text(s) in ("T", "top") for s in item.sups):
            yield Edit(
                item.end,
                item.end,
                "^T",
                f"${_clip(text[item.start : item.end])}$ were transposed",
                1.6 if item.name[:1].isupper() or item.kind == "group" else 2.7,
            )
        for script in item.sups:
            if script_text(script) in ("T", "top"):
                at = text.rfind("^", item.start, script[0].start + 1)
                stop = script[-1].end + (text[script[-1].end : script[-1].end + 1] == "}")
                if at >= 0:
                    yield Edit(at, stop, "", f"${_clip(text[item.start : item.end])}$ were not transposed", 1.5)
        if item.kind in ("name", "group"):
            yield Edit(item.end, item.end, "^2", f"${_clip(text[item.start : item.end])}$ were squared", 3.3)
    if len(items) == 2 and items[1][0] in ("", "*", "·") or len(items) > 1 and any(i.kind in ("group", "name") and i.sups for _, i in items):
        for k in range(len(items) - 1):
            a, b = items[k][1], items[k + 1][1]
            if a.kind != "bigsum" and b.kind != "bigsum":
                between = text[a.end : b.start]
                yield Edit(
                    a.start,
                    b.end,
                    text[b.start : b.end] + (between if between.strip() else " ") + text[a.start : a.end],
                    "the two factors were in the other order",
                    2.1,
                )


def script_edits(text, node, letters, numbers, layers):
    """Change one index, one layer, or the order of two indices."""
    for where, scripts in (("index", node.subs), ("superscript", node.sups)):
        for script in scripts:
            solid = [t for t in script if t.kind in ("name", "num")]
            spelt = script_text(script)
            if where == "index" or node.kind == "bigsum":
                for token in solid:
                    if token.kind == "name" and (len(token.text) == 1 or token.text == "ell"):
                        for letter in letters:
                            if token is solid[0] and len(solid) == 2 and solid[1].end == token.end + 1 and token.text in "ho":
                                break
                            if letter != token.text:
                                yield Edit(
                                    token.start,
                                    token.end,
                                    letter,
                                    f"the index {token.text} of ${_clip(text[node.start : node.end])}$ were {letter}",
                                    0.8,
                                )
                        for number in numbers[:3]:
                            yield Edit(
                                token.start, token.end, number, f"the index {token.text} of ${_clip(text[node.start : node.end])}$ were {number}", 1.8
                            )
                        if len(solid) == 2 and token is solid[0]:
                            for prefix in "ho":
                                if token.text in "hoi" and token.text != prefix:
                                    yield Edit(
                                        token.start, token.end, prefix, f"the layer of ${_clip(text[node.start : node.end])}$ were {prefix}", 1.3
                                    )
                    elif token.kind == "num":
                        for number in numbers:
                            if number != token.text:
                                yield Edit(
                                    token.start,
                                    token.end,
                                    number,
                                    f"the index {token.text} of ${_clip(text[node.start : node.end])}$ were {number}",
                                    1.0,
                                )
                        for letter in letters:
                            yield Edit(
                                token.start, token.end, letter, f"the index {token.text} of ${_clip(text[node.start : node.end])}$ were {letter}", 1.9
                            )
                if len(solid) == 2 and solid[0].text != solid[1].text:
                    a, b = solid
                    middle = text[a.end : b.start]
                    yield Edit(
                        a.start,
                        b.end,
                        text[b.start : b.end] + middle + text[a.start : a.end],
                        f"the indices of ${_clip(text[node.start : node.end])}$ were in the other order",
                        0.9,
                    )
            elif re.fullmatch(r"[(\[]?[A-Za-z](?:[+-]\d)?[)\]]?", spelt) and node.name != "e":
                first, last = script[0].start, script[-1].end
                first, last = (first + 1, last - 1) if spelt[0] in "([" else (first, last)
                bare = spelt.strip("()[]")
                for new in dict.fromkeys(
                    [
                        *layers,
                        *(("l", "l+1", "l-1") if any(x[:1] == "l" for x in layers) else ()),
                        *(("L", "L-1") if any(x[:1] == "L" for x in layers) else ()),
                    ]
                ):
                    if new != bare and new:
                        braced = new if spelt[0] in "([" or text[first - 1 : first] == "{" else "{" + new + "}"
                        yield Edit(first, last, braced, f"the layer of ${_clip(text[node.start : node.end])}$ were {new}", 1.1)
            elif re.fullmatch(r"[(\[]?\d[)\]]?", spelt):
                for token in solid:
                    for new in (int(token.text) - 1, int(token.text) + 1):
                        if new >= 0:
                            yield Edit(
                                token.start, token.end, str(new), f"the {token.text} of ${_clip(text[node.start : node.end])}$ were {new}", 1.4
                            )
                at = text.rfind("^", node.start, script[0].start + 1)
                if at >= 0 and spelt.isdigit():
                    stop = script[-1].end + (text[script[-1].end : script[-1].end + 1] == "}" and text[at + 1 : at + 2] == "{")
                    yield Edit(at, stop, "", f"${_clip(text[node.start : node.end])}$ had no exponent", 2.6)
    if node.kind == "bigsum" and not any(t.text == "!=" for s in node.subs for t in s) and node.subs:
        for script in node.subs:
            if len(script) == 1 and script[0].kind == "name":
                for letter in letters:
                    if letter != script[0].text:
                        yield Edit(
                            script[0].start,
                            script[0].end,
                            f"{script[0].text}\\neq {letter}"
                            if text[script[0].start - 1 : script[0].start] == "{"
                            else f"{{{script[0].text}\\neq {letter}}}",
                            f"the sum left out {letter}",
                            3.0,
                        )
    if node.kind == "bigsum":
        for script in node.subs:
            unequal = next((t for t in script if t.text == "!="), None)
            if unequal is not None:
                yield Edit(unequal.start, script[-1].end, "", "the sum left nothing out", 2.9)


def name_edits(judge, text, node, symbols, above):
    """Put another symbol, or the same symbol with another letter, in a symbol's place."""
    own = text[node.start : node.end]
    stop = node.end
    base_end = min([s[0].start for s in (*node.subs, *node.sups) if s] or [node.end])
    for other in symbols["bases"]:
        if other != node.name and (not above or node.kind == "name"):
            letter = text[node.start : base_end].rstrip("_^{ ")
            if letter:
                new = symbols["bases"][other]
                yield Edit(
                    node.start, node.start + len(letter), new, f"${_clip(own)}$ were ${new}{_clip(text[node.start + len(letter) : stop])}$", 1.7
                )
    for spelt in symbols["whole"]:
        if spelt != own:
            yield Edit(node.start, stop, _guarded(spelt), f"${_clip(own)}$ were ${_clip(spelt)}$", 2.05)
    if node.name in FUNCTIONS or node.name in ("sigma", "f", "g", "phi"):
        if not node.primes:
            yield Edit(node.end, node.end, "'", f"${_clip(own)}$ had a prime: the derivative of the activation", 1.5)
    if node.name in FUNCTIONS or node.name in ("log", "ln", "exp", "tanh", "sigmoid", "softmax"):
        for function in symbols["functions"]:
            if function != own:
                yield Edit(
                    node.start,
                    base_end if node.subs or node.sups else node.start + len(own.rstrip("'")),
                    function,
                    f"${_clip(own)}$ were ${function}$",
                    2.5,
                )
    if node.name in ("log", "ln", "exp"):
        yield Edit(
            node.start, node.end, r"\exp" if node.name != "exp" else r"\log", f"{node.name} were {'exp' if node.name != 'exp' else 'log'}", 2.9
        )


def _insertions(judge, side, verdict, tree, text, symbols, end):
    """Insert a factor: the derivative of an activation, another factor in use, a number."""
    products = [node for node, _ in walk(tree) if node.kind == "product"]
    factors = list(dict.fromkeys([*_slopes(judge, side, symbols), *symbols["factors"]]))[:36]
    spots = []
    for product in products:
        spots.append((product.end, product is tree.parts[0][1]))
    for at, top in spots[:10]:
        for rank, factor in enumerate(factors):
            what = f"the factor ${_clip(factor)}$ were there"
            if re.search(r"'|1\s*-", factor):
                what += ": the derivative of the activation is missing"
            yield Edit(at, at, rf" \cdot {factor} ", what, (1.3 if top else 2.3) + 0.02 * rank)
    for product in products[:6]:
        at = product.parts[0][1].start
        yield Edit(at, at, "2 ", "it had a factor 2", 2.9)
        yield Edit(at, at, r"\frac{1}{2} ", "it had a factor 1/2", 3.0)
        for letter in symbols["letters"]:
            yield Edit(at, at, rf"\sum_{letter} ", f"there were a sum over {letter}", 2.4)
    for product in products[:8]:
        if len(product.parts) and product.start < product.end:
            yield Edit(product.start, product.start, r"1 - ", f"${_clip(text[product.start : product.end])}$ were taken from 1", 3.2)
    for spelt in symbols["whole"][:10]:
        yield Edit(end, end, f" - {spelt}", f"${_clip(spelt)}$ were subtracted", 3.0)
        yield Edit(end, end, f" + {spelt}", f"${_clip(spelt)}$ were added", 3.05)
    for node, _ in walk(tree):
        if node.kind == "sum" and node is not tree:
            for spelt in symbols["whole"][:8]:
                yield Edit(node.end, node.end, f" - {spelt}", f"${_clip(spelt)}$ were subtracted from ${_clip(text[node.start : node.end])}$", 2.8)


def _slopes(judge, side, symbols):
    """Spell the derivatives of the activations in sight: out(1-out), 1-out, and any f'(net) the text itself uses."""
    out = list(symbols["primes"])
    for spelt, kind in symbols["kinds"].items():
        if kind == "out":
            out += [rf"{spelt}(1-{spelt})", rf"(1-{spelt})"]
            if "tanh" in judge.scene.activation_names:
                out.append(rf"(1-({spelt})^2)")
        if kind == "net":
            out.append(rf"f'({spelt})")
    return out


def _guarded(spelt):
    return spelt if spelt[:1] == "\\" or not spelt[:1].isalpha() else spelt


def _clip(text):
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= 60 else text[:57] + "..."


def _free_letters(verdict):
    reference = verdict.reference
    return (
        sorted({s for c in reference.chosen.values() for s in c.slots if isinstance(s, str) and "#" not in s and s != "label"})
        if reference is not None
        else []
    )


def indices_in_use(judge, side, verdict):
    """Index letters and numbers of the text, those of the left side first."""
    letters, numbers = dict.fromkeys(_free_letters(verdict)), {}
    for tree in _trees(judge, side, verdict):
        for node, _ in walk(tree):
            for script in node.subs:
                for token in script:
                    if token.kind == "name" and len(token.text) == 1:
                        letters.setdefault(token.text)
                    elif token.kind == "num" and len(token.text) == 1:
                        numbers.setdefault(token.text)
    top = str(max(judge.scene.sizes))
    for number in ("1", "2", *(("3",) if int(top) > 2 else ())):
        if numbers:
            numbers.setdefault(number)
    if any(len(n) == 1 and int(n) > 4 for n in numbers):
        for number in "12345678":
            numbers.setdefault(number)
    return [x for x in letters if x and x not in "ho"][:7], list(numbers)[:9]


def _trees(judge, side, verdict):
    """The side first, then its chain, then the rest of the text."""
    chains = sorted(judge.chains, key=lambda chain: side not in chain.sides)
    yield side.tree
    for chain in chains:
        for other in chain.sides:
            if other is not side and other.tree is not None:
                yield other.tree


def symbols_in_use(judge, side, verdict):
    """What the text itself writes: whole symbols, letters by the indices they take, factors, primes."""
    text, bases, whole, factors, primes, kinds, letters, layers, functions = judge.text, {}, {}, {}, {}, {}, {}, {}, {}
    for tree in _trees(judge, side, None):
        for node, above in walk(tree):
            if node.kind == "name" and (node.name not in FUNCTIONS or node.subs or node.sups) and node.name not in ("log", "ln", "exp", "e"):
                spelt = text[node.start : node.end]
                meanings = judge.conv.meanings(node.name)
                if meanings or judge.named_by_alias(node):
                    whole.setdefault(spelt)
                    kinds.setdefault(spelt, meanings[0][0] if meanings else "")
                    base_end = min([s[0].start for s in (*node.subs, *node.sups) if s] or [node.end])
                    bases.setdefault(node.name, text[node.start : base_end].rstrip("_^{ ") or node.name)
            for script in node.sups:
                if node.kind == "name" and node.name != "e" and not any(t.kind in ("rel",) for t in script):
                    layers.setdefault(script_text(script).strip("()[]"))
            if node.kind == "name" and node.name in FUNCTIONS and not node.subs and not node.sups:
                functions.setdefault(text[node.start : node.end].rstrip("'"))
            if node.name == "e" and node.sups:
                bases.setdefault("e", "e")
            if node.kind == "product":
                for k, (_, item) in enumerate(node.parts):
                    spelt = text[item.start : item.end]
                    if item.kind in ("name", "group", "deriv", "frac", "indicator") and len(spelt) < 90:
                        factors.setdefault(spelt)
                    if item.kind == "name" and item.primes and k + 1 < len(node.parts) and node.parts[k + 1][1].kind == "group":
                        primes.setdefault(text[item.start : node.parts[k + 1][1].end])
            for script in node.subs:
                for token in script:
                    if token.kind == "name" and len(token.text) == 1 and token.text in INDEX_LETTERS:
                        letters.setdefault(token.text)
    for name, spelt in _partners(judge, bases).items():
        bases.setdefault(name, spelt)
    made = _relatives(judge, verdict, text)
    for spelt in made:
        factors.setdefault(spelt)
    return {
        "bases": dict(list(bases.items())[:9]),
        "whole": list(whole)[:14],
        "factors": [f for f in factors if f][:30],
        "primes": list(primes),
        "kinds": kinds,
        "letters": list(letters)[:4],
        "layers": list(layers)[:6],
        "functions": list(functions)[:3],
    }


def _relatives(judge, verdict, text):
    """Spell the quantities beside those in sight: the output of a score, its delta, the weight between two units."""
    builders = [verdict.reference.builder] if verdict.reference is not None else []
    builders += [verdict.built[0]] if verdict.built else []
    chosen = {**(verdict.reference.chosen if verdict.reference is not None else {}), **verdict.chosen}
    units, out = {}, {}
    letter_of = {}
    for letter, meanings in judge.conv.letters.items():
        for kind, place in meanings[:1]:
            if letter in judge.names or (kind, place) not in letter_of:
                letter_of[kind, place] = letter
    for builder in builders:
        for leaf in builder.leaves:
            choice = chosen.get(leaf.key)
            if (
                choice is None
                or choice.kind not in ("net", "out", "delta", "target")
                or not leaf.node.subs
                or not choice.slots
                or choice.slots[-1] is None
            ):
                continue
            node = leaf.node
            begin = min(t.start for s in (*node.subs, *node.sups) for t in s)
            spelt = text[node.start : node.end]
            base = text[node.start : begin].rstrip("_^{ ")
            units.setdefault(choice.layer, {}).setdefault(
                choice.slots[-1],
                (spelt[len(base) :], [t.text for t in node.subs[0] if t.kind in ("name", "num")][-1], "".join(script_text(s) for s in node.sups)),
            )
    last = judge.scene.layers

    def spell(letter):
        if letter.endswith("hat"):
            return rf"\hat{{{letter[:-3]}}}"
        return "\\" + letter if letter in ("delta", "theta", "eta", "sigma") else letter

    for layer, found in units.items():
        place = "last" if layer == last else 0 if layer == 0 else "hidden"
        for slot, (scripts, index, sup) in list(found.items())[:3]:
            names = {kind: letter_of.get((kind, place)) or letter_of.get((kind, None)) for kind in ("out", "net", "delta")}
            names["target"] = letter_of.get(("target", None)) if layer == last else None
            for kind, letter in names.items():
                if letter and not (layer == 0 and kind != "out"):
                    out.setdefault(spell(letter) + scripts)
            if names["target"] and names["out"]:
                out.setdefault(f"({spell(names['out'])}{scripts}-{spell(names['target'])}{scripts})")
            for other, (_, second, _) in list(units.get(layer - 1, {}).items())[:3]:
                weight = next((w for w in ("w", "W") if w in judge.names), "w")
                pair = f"{index}{second}" if judge.scene.weights != "from_to" else f"{second}{index}"
                if isinstance(slot, int) and isinstance(other, int) and judge.conv.family == "question":
                    number = (
                        sum(a * b for a, b in zip(judge.scene.sizes[: layer - 1], judge.scene.sizes[1:layer]))
                        + slot * judge.scene.sizes[layer - 1]
                        + other
                        + 1
                    )
                    out.setdefault(f"{weight}_{{{number}}}")
                out.setdefault(f"{weight}^{{{sup}}}_{{{pair}}}" if sup else f"{weight}_{{{pair}}}")
    return list(out)[:16]


def _partners(judge, bases):
    """Letters the notation has and the text does not: the score of an output, the output of a score, the target."""
    out = {}
    for letter, meanings in judge.conv.letters.items():
        if (
            meanings
            and meanings[0][0] in ("net", "out", "target", "delta", "W")
            and letter not in bases
            and letter not in ("B", "label", "output", "phat", "Yhat", "softmax", "pred", "Theta", "Omega", "omega", "w" if "W" in bases else "")
        ):
            out[letter] = (
                rf"\hat{{{letter[:-3]}}}" if letter.endswith("hat") else ("\\" + letter if len(letter) > 3 or letter in ("eta",) else letter)
            )
    return dict(list(out.items())[:5])
