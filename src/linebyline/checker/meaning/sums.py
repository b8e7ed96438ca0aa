"""What a sum covers and runs over, and what a case or an indicator asks."""

import re

from linebyline.checker.meaning.notation import LIMIT_LETTERS
from linebyline.checker.meaning.scripts import sub_terms
from linebyline.checker.parser.grammar import Node, single_item
from linebyline.checker.parser.pieces import read_condition
from linebyline.checker.parser.tokens import Unreadable, script_text


class Sums:
    """The part of the builder that reads sums, cases and indicators."""

    def bigsum(self, item, rest, scope, tail):
        variables, conditions, first, stop = self.bounds(item)
        inner = dict(scope)
        names = []
        if not variables:
            variables = self.open_letters(rest, scope)
            if variables:
                self.loose.append(f"the sum without an index is read as over {' and '.join(variables)}")
            if not variables:
                return ("entries", self._with_tail(self.product([("", rest[0][1]), *rest[1:]], inner), tail, inner))
        for letter in variables:
            self.count += 1
            fresh = f"{letter}#{self.count}"
            inner[letter] = fresh
            names.append(fresh)
        body = self._with_tail(self.product([("", rest[0][1]), *rest[1:]], inner), tail, inner)
        conditions = [self.test(c, inner) for c in conditions]
        if script_text(stop) in variables:
            raise Unreadable(f"the sum over {script_text(stop)} ends at {script_text(stop)} itself")
        limits = self.limits(first, stop, scope)
        return ("sum", names, conditions, limits, body)

    def open_letters(self, rest, scope):
        """For a sum sign without an index: the index letters of what follows that nothing else binds."""
        letters, stack = {}, [item for _, item in rest]
        while stack:
            node = stack.pop()
            if isinstance(node, Node):
                if node.kind == "name" and node.subs:
                    terms = sub_terms(node)
                    for term in terms:
                        if term[0] == "var" and term[1] not in scope and term[1] not in self.everywhere and (term[1] not in "ho" or len(terms) == 1):
                            letters.setdefault(term[1])
                stack.extend(node.parts)
            elif isinstance(node, tuple):
                stack.extend(node)
        return list(letters)[:2]

    def bounds(self, item):
        """Read below and above a sum sign: variables, excluded cases, the first value, the last one."""
        tokens = [t for s in item.subs for t in s if t.kind not in ("gap", "words")]
        stop = [t for s in item.sups for t in s if t.kind != "gap"]
        variables, conditions, first = [], [], None
        cut = next((k for k, t in enumerate(tokens) if t.kind == "word" and t.text in ("in", "∈")), None)
        if cut is None:
            cut = next((k for k, t in enumerate(tokens) if t.kind == "name" and t.text == "in" and k), None)
        if cut is not None:
            members = [t for t in tokens[cut + 1 :] if t.text not in ("{", "\\{", "(")]
            if not members or not (members[0].text[:1].isupper() or len(members[0].text) > 1):
                raise Unreadable("cannot read the set a sum runs over")
            tokens = tokens[:cut]
        parts, part = [], []
        for token in tokens:
            if token.text in (",", ";") and token.kind == "op":
                parts.append(part)
                part = []
            else:
                part.append(token)
        parts.append(part)
        for part in parts:
            part = [t for t in part if not (t.kind == "op" and t.text in "{}()")]
            relation = next((k for k, t in enumerate(part) if t.kind == "rel" or t.text == "not"), None)
            if not part:
                continue
            if relation is None:
                for token in part:
                    if token.kind == "name" and (len(token.text.rstrip("'")) == 1 or token.text == "ell"):
                        variables.append(token.text)
                    else:
                        raise Unreadable(f"cannot read below the sum: {script_text(tokens)!r}")
                continue
            left, sign, right = part[:relation], part[relation], [t for t in part[relation + 1 :] if t.kind != "rel"]
            if len(left) != 1 or left[0].kind != "name":
                raise Unreadable(f"cannot read below the sum: {script_text(tokens)!r}")
            letter = left[0].text
            if sign.text in ("!=", "not"):
                if letter not in variables:
                    variables.append(letter)
                conditions.append((letter, "!=", script_text(right)))
            else:
                variables.append(letter)
                spelt = script_text(right)
                if not re.fullmatch(r"[01]", spelt):
                    if re.fullmatch(r"\d+", spelt):
                        first = int(spelt)
                        continue
                    raise Unreadable(f"cannot read where the sum starts: {spelt!r}")
                first = int(spelt)
        return variables, conditions, first, stop

    def limits(self, first, stop, scope):
        """The range of a sum as (first, last or None): a letter for a layer's size is checked for consistency."""
        if not stop and first is None:
            return None
        spelt = script_text(stop)
        if not stop:
            return (first, None, "")
        if re.fullmatch(r"\d+", spelt):
            return (first if first is not None else 1, int(spelt), "")
        match = re.fullmatch(
            r"\|?([A-Za-z]|ell)(?:_(?:[lL][+-]1|[A-Za-z]+|\d|\([lL]\)))?\|?(?:\^?[\(\[]?(?:[lL](?:[+-]\d)?|\d)[\)\]]?)?([+-]\d+)?", spelt
        )
        if not match and spelt in ("classes", "outputs", "out", "in", "hidden"):
            return (first, None, spelt)
        if (
            not match
            or match[1] in scope
            or match[1] in self.free
            or match[1] not in LIMIT_LETTERS
            or (match[1] in self.conv.text_names and self.conv.meanings(match[1]))
        ):
            raise Unreadable(f"cannot read where the sum ends: {spelt!r}")
        offset = int(match[2] or 0)
        if first == 0 and offset == -1:
            return (1, None, spelt[: -len(match[2])])
        return (first, ("size", offset) if offset else None, spelt)

    def nameless_sum(self, item, scope):
        """A bare \\sum standing for a number: the denominator of the softmax."""
        if item.subs and script_text(item.subs[0]) not in ("K", "C", "N", "k", "j"):
            raise Unreadable("a sum of nothing")
        if not any(kind == "net" for m in self.conv.letters.values() for kind, _ in m):
            raise Unreadable("a sum of nothing")
        self.loose.append("right if the sum sign alone stands for the sum of the exponentials of all scores")
        return self.powered(("partition",), item.sups, scope)

    def condition(self, tokens, scope):
        if any(t.kind == "words" and t.text.lower().startswith(("otherwise", "else", "in other", "sinon")) for t in tokens):
            return None
        spelt = "".join(t.text for t in tokens if t.kind == "name")
        if "otherwise" in spelt or "else" in spelt:
            return None
        tokens = [t for t in tokens if not (t.kind == "name" and len(t.text) > 3)]
        if len(tokens) > 2 and [t.text for t in tokens[:2]] == ["i", "f"]:
            tokens = tokens[2:]
        condition = read_condition(tokens)
        if condition is None:
            if not [t for t in tokens if t.kind not in ("words", "gap")]:
                return None
            raise Unreadable("cannot read the condition of a case")
        return self.test(condition[:3], scope)

    def test(self, condition, scope):
        left, relation, right = condition[:3]
        a, b = self.side_of_test(left, scope), self.side_of_test(right, scope)
        self.same.append((a, b))
        return (a, relation, b)

    def side_of_test(self, spelt, scope):
        spelt = spelt.replace("_", "")
        if spelt.isdigit():
            return int(spelt) - 1
        if spelt in scope:
            return scope[spelt]
        if (spelt[0] in "yc" and (len(spelt) > 1 or spelt not in self.free)) or spelt in ("label", "target"):
            return "label"
        if len(spelt) == 2 and spelt[0] in "ho" and spelt[1:].isdigit():
            return int(spelt[1:]) - 1
        return self.variable(("var", spelt), scope)

    def equality(self, left, relation, right, scope):
        a, b = (self.side_of_test(t[1], scope) if t[0] == "var" else self.variable(t, scope) for t in (left, right))
        self.same.append((a, b))
        return ("indicator", (a, relation, b))

    def indicator(self, tokens, scope):
        condition = read_condition([t for t in tokens if t.text not in ("\\{", "\\}", "[", "]")])
        if condition is None:
            spelt = [t for t in tokens if t.kind in ("num",)]
            if len(spelt) == 2:  # 1_{1=1}
                return ("num", float(spelt[0].text == spelt[1].text), "1")
            raise Unreadable("cannot read the condition of an indicator")
        return ("indicator", self.test(condition[:3], scope))

    def indicator_of(self, parts, relation, scope):
        spelt = []
        for part in parts:
            item = single_item(part)
            if item is None or item.kind not in ("name", "num"):
                raise Unreadable("cannot read the condition of an indicator")
            spelt.append(item.name + "".join(script_text(s) for s in item.subs))
        return ("indicator", self.test((spelt[0], "!=" if relation == "!=" else "=", spelt[1]), scope))
