"""What a sum covers and runs over, and what a case or an indicator asks."""

import re
from dataclasses import replace

from linebyline.checker.meaning.scripts import is_index, joined, sub_terms
from linebyline.checker.meaning.slots import EACH
from linebyline.checker.parser.grammar import INDICATORS, Node, Parser, single_item, walk
from linebyline.checker.parser.pieces import read_condition
from linebyline.checker.parser.rules import EVERYTHING
from linebyline.checker.parser.tokens import Unreadable, script_text, split

LIMIT_LETTERS = set("nmNMKCcJIHDdpPBTqQSRLVGFkrsho")
SIZE = re.compile(  # n, |C|, n_l, N_{l-1}, n^{(l)}, and how far from it a sum ends: n - 1
    r"\|?([A-Za-z]|ell)(?:_(?:[lL][+-]1|[A-Za-z]+|\d|\([lL]\)))?\|?(?:\^?[\(\[]?(?:[lL](?:[+-]\d)?|\d)[\)\]]?)?([+-]\d+)?"
)
INDICATOR_NAMES = (*INDICATORS, "Delta")


class Sums:
    """The part of the builder that reads sums, cases and indicators."""

    def bigsum(self, item, rest, scope, tail):
        """A sum, or a product, over everything behind it; a sum also over `tail`, the terms behind those."""
        if joined(item.subs) == EVERYTHING:
            return ("entries", self.product(rest, scope), True)
        of_examples = joined(item.subs) in ("batch", "samples", "examples", "data")
        variables, conditions, first, stop = ([], [], None, []) if of_examples else self.bounds(item)
        if not variables:
            self.saw |= {"may be each"} if self.scene.batch else set()
            variables = [EACH] if self.each else self.open_letters(rest, scope)
            self.loose += [f"the sum without an index is read as over {' and '.join(variables)}"] if variables else []
        inputs = variables in (["x"], ["X"]) and ("out", 0) in self.conv.meanings(variables[0])
        if inputs and not self.stands_above(variables[0], rest):  # over the inputs: the examples
            if not self.scene.batch:
                return self.with_tail(self.product(rest, scope), tail, scope)
            variables = [EACH]
        if self.scene.batch and len(variables) == 1 and variables[0] in self.everywhere and not conditions:
            self.saw.add("may be twice")
            if self.twice:
                variables, rest = self.freed(variables[0], rest, scope)
        inner = dict(scope)
        for letter in variables:
            self.count += 1
            inner[letter] = f"{letter}#{self.count}"
        if self.scene.batch and len(variables) == 1 and variables[0] != EACH and not self.speaks_of(variables[0], rest):
            inner[EACH] = inner[variables[0]]
            self.loose.append(f"what is summed over {variables[0]} is read as that of example {variables[0]}, though nothing in it says so")
        body = self.with_tail(self.product(rest, inner), tail, inner)
        if not variables:
            if item.name:
                raise Unreadable("a product over what? Its sign has no index")
            return ("entries", body)
        tests = [self.test(condition, inner) for condition in conditions]
        if script_text(stop) in variables:
            raise Unreadable(f"the sum over {script_text(stop)} ends at {script_text(stop)} itself")
        return (item.name or "sum", [inner[letter] for letter in variables], tests, self.limits(first, stop, scope), body)

    def freed(self, letter, rest, scope):
        r"""A sum over examples by a letter that the left side has for a unit: another letter for it, and the product with that above its symbols."""
        other = next((new for new in "npqmrs" if new not in scope and new not in self.everywhere), None)
        if other is None:
            raise Unreadable("too many sums inside each other")
        self.loose.append(f"right if the {letter} of the sum over examples is not the {letter} of the left side")
        return [other], [(op, _renamed_above(item, letter, other)) for op, item in rest]

    def stands_above(self, letter, rest):
        """Whether a letter numbers examples above the symbols of a product."""
        return self.scene.batch and any(script_text(s) == letter for node in walk(tuple(item for _, item in rest)) for s in node.sups)

    def speaks_of(self, letter, rest):
        """Whether a letter stands below or above anything in a product."""
        return any(t.text == letter for node in walk(tuple(item for _, item in rest)) for script in (*node.subs, *node.sups) for t in script)

    def open_letters(self, rest, scope):
        """For a sum sign without an index: the index letters of what follows that nothing else binds, or else those of the left side."""
        letters, everywhere = {}, {}
        for node in walk(tuple(item for _, item in rest)):
            terms = sub_terms(node) if node.kind == "name" else []
            for term in terms:
                if term[0] == "var" and term[1] not in scope and (term[1] not in ("h", "o") or len(terms) == 1):
                    (everywhere if term[1] in self.everywhere else letters)[term[1]] = True
        return list(letters or everywhere)[:2]

    def bounds(self, item):
        """Read below and above a sum sign: variables, excluded cases, the first value, the last one."""
        below = [t for script in item.subs for t in script if t.kind not in ("gap", "words") and t.text not in ("{", "}", "(", ")", "\\{", "\\}")]
        cut = next((k for k, t in enumerate(below) if t.text in ("in", "∈") and (k or t.kind == "word")), len(below))
        if cut < len(below) and not re.match(r"[A-Z]|..", "".join(t.text for t in below[cut + 1 :][:1])):
            raise Unreadable("cannot read the set a sum runs over")
        variables, conditions, first = [], [], None
        for part in _split(below[:cut]):
            at = next((k for k, t in enumerate(part) if t.kind == "rel" or t.text == "not"), len(part))
            letters, relation = part[:at], part[at].text if at < len(part) else ""
            bound = script_text([t for t in part[at:] if t.kind != "rel" and t.text != "not"])
            if (relation and at != 1) or not all(t.kind == "name" and is_index(t.text) for t in letters):
                raise Unreadable(f"cannot read below the sum: {script_text(below)!r}")
            variables += [t.text for t in letters if t.text not in variables]
            if relation in ("!=", "not"):
                conditions.append((letters[0].text, "!=", bound))
            elif relation and not bound.isdecimal():
                raise Unreadable(f"cannot read where the sum starts: {bound!r}")
            elif relation:
                first = int(bound)
        return variables, conditions, first, [t for script in item.sups for t in script if t.kind != "gap"]

    def limits(self, first, stop, scope):
        """The range of a sum as (first, last or None, how it was spelt): a letter for a layer's size is checked for consistency."""
        spelt = script_text(stop)
        if not spelt:
            return None if first is None else (first, None, "")
        if spelt.isdecimal():
            return (1 if first is None else first, int(spelt), "")
        if spelt in ("classes", "outputs", "out", "in", "hidden"):
            return (first, None, spelt)
        match = SIZE.fullmatch(spelt)
        letter = match[1] if match else ""
        meant = letter in self.conv.text_names and self.conv.meanings(letter)
        if letter not in LIMIT_LETTERS or letter in scope or letter in self.free or meant:
            raise Unreadable(f"cannot read where the sum ends: {spelt!r}")
        offset = int(match[2] or 0)
        if first == 0 and offset == -1:
            return (1, None, spelt.removesuffix(match[2]))
        return (first, ("size", offset) if offset else None, spelt)

    def of_bigsum(self, item, scope):
        """A bare \\sum standing for a number: the denominator of the softmax."""
        scores = any(kind == "net" for meanings in self.conv.letters.values() for kind, _ in meanings)
        if not scores or item.name or joined(item.subs) not in ("", "K", "C", "N", "k", "j"):
            raise Unreadable("a sum of nothing")
        self.loose.append("right if the sum sign alone stands for the sum of the exponentials of all scores")
        return ("partition",)

    def condition(self, tokens, scope):
        """What a case asks, or None for the case that is left."""
        said = "".join(t.text for t in tokens if t.kind in ("name", "words")).lower()
        if not tokens or re.search("otherwise|else|in other|sinon", said):
            return None
        solid = [t for t in tokens if t.kind != "name" or len(t.text) <= 3 or is_index(t.text)]
        if [t.text for t in solid[:2]] == ["i", "f"]:
            solid = solid[2:]
        return self.asked(solid, scope, "a case")

    def asked(self, tokens, scope, what):
        """Read a condition such as i = j, or z > 0, or both."""
        if len(both := split(tokens, lambda t: t.text in ("and", ",", "land", "wedge"))) > 1:
            return ("all", [self.asked(part, scope, what) for _, part in both])
        parts = split([t for t in tokens if t.kind != "words"], lambda t: t.kind == "word" and t.text in "<>")
        if len(parts) == 2:
            (_, left), (sign, right) = parts
            smaller, larger = (left, right) if sign.text == "<" else (right, left)
            return ("below", *(self.build(Parser(part).whole(), scope) for part in (smaller, larger)))
        condition = read_condition(tokens)
        if condition is None:
            raise Unreadable(f"cannot read the condition of {what}")
        return self.test(condition, scope)

    def test(self, condition, scope):
        """A condition with its letters bound; both sides run over the same."""
        left, relation, right = condition[:3]
        a, b = self.side_of_test(left, scope), self.side_of_test(right, scope)
        self.same.append((a, b))
        return (a, relation, b)

    def side_of_test(self, spelt, scope):
        spelt = spelt.replace("_", "")
        if spelt in scope:
            return scope[spelt]
        if (spelt[0] in "yc" and (len(spelt) > 1 or spelt not in self.free)) or spelt in ("label", "target"):
            return "label"
        number = re.fullmatch(r"[ho]?(\d+)", spelt)
        return int(number[1]) - 1 if number else self.variable(("var", spelt), scope)

    def indicator_below(self, item, scope):
        r"""1_{i=j}, I_{ij}, \delta_{ij}: 1 where two indices are equal; None for a symbol that is something else."""
        script = next((s for s in item.subs if any(t.kind == "rel" for t in s)), None)
        numbers = [t.text for t in script or () if t.kind == "num"]
        if len(numbers) == 2:  # 1_{1=2}
            return ("num", float(numbers[0] == numbers[1]), "1")
        if script is not None:
            return ("indicator", self.asked([t for t in script if t.text not in ("\\{", "\\}", "[", "]")], scope, "an indicator"))
        terms = self.apart(sub_terms(item), scope)
        if len(terms) != 2 or not all(term[0] in ("var", "digits") for term in terms) or item.name not in INDICATOR_NAMES:
            return None
        unit = terms[0][1] in ("h", "o", "i") and self.conv.family == "question" and terms[0][1] not in scope and terms[0][1] not in self.free
        if item.name in ("delta", "Delta") and (item.sups or unit):  # \delta_{oj}, \delta^l_{ij}: a quantity
            return None
        return ("indicator", self.test((terms[0][1], "=", terms[1][1]), scope))

    def of_indicator(self, item, scope):
        """I(i = j), with the condition in brackets."""
        inside = [single_item(part) for part in item.parts]
        if len(inside) != 2:
            raise Unreadable("an indicator of more than two indices")
        if any(part is None or part.kind not in ("name", "num") for part in inside):
            raise Unreadable("cannot read the condition of an indicator")
        left, right = (part.name + joined(part.subs) for part in inside)
        return ("indicator", self.test((left, "!=" if item.name == "!=" else "=", right), scope))


def _renamed_above(part, letter, other):
    """A parsed formula with another letter for the example that stands above its symbols."""
    if isinstance(part, Node):
        scripts = [script_text(script).strip("()[]") == letter for script in part.sups]
        sups = [[replace(t, text=other) if t.text == letter else t for t in s] if own else s for s, own in zip(part.sups, scripts)]
        return replace(part, sups=tuple(map(tuple, sups)), parts=_renamed_above(part.parts, letter, other))
    return type(part)(_renamed_above(inner, letter, other) for inner in part) if isinstance(part, (tuple, list)) else part


def _split(tokens):
    """Cut tokens at their commas."""
    parts = [[]]
    for token in tokens:
        if token.kind == "op" and token.text in (",", ";"):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts
