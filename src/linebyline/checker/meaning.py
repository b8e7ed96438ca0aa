r"""Give a tree its meaning: what each sum covers, what each symbol stands for, and its value on random networks.

A value is an array over (trial, step, one axis an index, rows, columns). Sums,
free indices, Kronecker deltas, cases and matrix forms share this one layout.
"""

import re
from dataclasses import dataclass

import numpy as np

from linebyline.checker.notation import (
    FUNCTIONS,
    LIMIT_LETTERS,
    LOSSES,
    NAMED,
    Choice,
    choices,
    convention,
    is_layer_text,
    layer_number,
    spelling,
    split_units,
    sub_terms,
    super_terms,
)
from linebyline.checker.parser import Node, Parser, Unreadable, read_condition, script_text, single_item, tokenise
from linebyline.checker.scene import STEP, SecondDerivative, activate, slope

MAX_INDICES, MAX_CELLS, MAX_READINGS, MAX_LEAVES = 8, 400_000, 64, 220


class Mismatch(Exception):
    """A side that can be read but cannot be true: shapes that do not fit, an index nothing binds."""


@dataclass(eq=False)
class Leaf:
    """A symbol in its place: which letters are bound there, and the key under which its reading is kept."""

    node: Node
    scope: dict
    key: tuple
    options: list


@dataclass
class Alias:
    name: str
    primes: int
    params: list
    sups: str
    role: tuple | None = None
    tree: Node | None = None


def read_aliases(pairs):
    """Read the reader's own symbols; each stands for a quantity or for a formula."""
    out = []
    for left, right in pairs:
        try:
            if not isinstance(left, str) or not isinstance(right, str):
                raise Unreadable("both must be strings")
            plain = "\\" not in left
            tokens = [t for t in tokenise(left) if t.kind != "gap"]
            item = single_item(Parser(tokens, plain).whole())
            if item is None or item.kind not in ("name", "bigsum"):
                raise Unreadable("the left side is not one symbol")
            terms = [t for t in sub_terms(item)] if item.kind == "name" else [("word", script_text(s)) for s in item.subs]
            alias = Alias("sum" if item.kind == "bigsum" else item.name, item.primes, terms, "".join(script_text(s) for s in item.sups))
            tree = Parser([t for t in tokenise(right) if t.kind != "gap"], "\\" not in right).whole()
        except Unreadable as error:
            raise ValueError(f"aliases: cannot read {left!r}: {right!r}: {error}") from None
        target = single_item(tree)
        alias.tree = tree
        if target is not None and target.kind == "name":
            role = {
                "net": "net",
                "out": "out",
                "target": "target",
                "E": "loss",
                "w": "W",
                "W": "W",
                "b": "b",
                "delta": "delta",
                "x": "out",
                "eta": "eta",
                "f": "f",
            }.get(target.name)
            prefix = "".join(script_text(s) for s in target.subs)
            layer = "".join(script_text(s) for s in target.sups).strip("()[]")
            if role and prefix in ("", "h", "o", "i") and (not layer or layer.isdigit() or layer == "L"):
                alias.role = (role, prefix or layer or ("i" if target.name == "x" else ""))
            elif target.name in NAMED and not prefix:
                alias.role = ("named", target.name)
        out.append(alias)
    return sorted(out, key=lambda alias: -len(alias.params))


class Builder:
    """Turn a parsed side into a nested tree whose leaves wait for a choice."""

    def __init__(self, conv, scene, options, aliases=(), wide=False, near=False, everywhere=(), count=0, known=None):
        self.conv, self.scene, self.options, self.aliases = conv, scene, options, aliases
        self.wide, self.near = wide, near
        self.leaves, self.by_key, self.count, self.known = [], {}, count, known
        self.same, self.everywhere, self.free = [], set(everywhere), set(everywhere)
        self.saw = set()
        self.depth, self.in_alias, self.entries = 0, False, []
        self.arguments, self.functions, self.loose = set(), set(), []

    # -- expressions

    def build(self, node, scope=None):
        scope = dict(scope or {})
        terms, parts = [], list(node.parts)
        for k, (sign, product, _) in enumerate(parts):
            if self.wide and k + 1 < len(parts) and self._opens_sum(product):
                self.saw.add("wide")
                rest = Node("sum", product.start, node.end, parts=((1, product, product.start), *parts[k + 1 :]))
                terms.append((sign, self.product(product.parts, scope, tail=rest.parts[1:])))
                break
            if k + 1 < len(parts) and self._opens_sum(product):
                self.saw.add("may be wide")
            terms.append((sign, self.product(product.parts, scope)))
        if len(terms) == 1:
            return terms[0][1] if terms[0][0] == 1 else ("neg", terms[0][1])
        return ("add", terms)

    def _opens_sum(self, product):
        return any(item.kind == "bigsum" or (item.kind == "deriv" and item.parts[0] is None) for _, item in product.parts)

    def product(self, items, scope, tail=()):
        """Walk along a product; sums, operators and functions take what follows them."""
        out, at = [], 0
        items = list(items)
        self.depth += 1
        if self.depth > 60:
            raise Unreadable("nested too deeply")
        while at < len(items):
            op, item = items[at]
            rest = items[at + 1 :]
            alias = self._alias(item)
            if item.kind == "bigsum" and alias is None:
                if rest and rest[0][0] in ("", "*", "·"):
                    out.append((op, self.bigsum(item, rest, scope, tail)))
                    at = len(items)
                    continue
                out.append((op, self.nameless_sum(item, scope)))
            elif item.kind == "deriv" and item.parts[0] is None and alias is None:
                if not rest:
                    raise Unreadable("the derivative operator has nothing to act on")
                if self.near and len(rest) > 1:
                    self.saw.add("near")
                    body, at = self.product([("", rest[0][1])], scope), at + 1
                else:
                    if len(rest) > 1:
                        self.saw.add("may be near")
                    body, at = self._with_tail(self.product([("", rest[0][1]), *rest[1:]], scope), tail, scope), len(items)
                out.append((op, self.derivative(body, item.parts[1], scope)))
            elif item.kind == "name" and alias is None and item.name in ("log", "ln", "exp"):
                if not rest or rest[0][0] != "":
                    raise Unreadable(f"{item.name} of what?")
                argument = rest[0][1]
                used = 1
                if (
                    argument.kind == "bigsum"
                    or (argument.kind == "name" and argument.name in ("log", "ln", "exp", *NAMED))
                    or (argument.kind == "deriv" and argument.parts[0] is None)
                    or (argument.kind == "name" and self.function_call(argument, rest[1:]))
                ):
                    body = self.product([("", argument), *rest[1:]], scope) if argument.kind == "bigsum" else None
                    used = len(rest) if body is not None else 2
                    body = body or self.product([("", argument), *rest[1:2]], scope)
                else:
                    if argument.kind == "group" and argument.sups and not argument.subs:
                        power = argument.sups
                        bare = Node("group", argument.start, argument.end, argument.name, argument.parts)
                        body = self.item(bare, scope)
                        inner = ("exp" if item.name == "exp" else "log", body)
                        out.append((op, self.powered(inner, power, scope)))
                        at += 2
                        continue
                    body = self.item(argument, scope)
                value = ("exp" if item.name == "exp" else "log", body)
                out.append((op, self.powered(value, item.sups, scope) if item.sups else value))
                at += used
            elif item.kind == "name" and (call := self.function_call(item, rest)) is not None:
                out.append((op, self.apply(item, call, rest[0][1], scope)))
                at += 1
            elif item.kind == "nabla" or (
                item.kind == "name"
                and item.name == "Delta"
                and alias is None
                and item.subs
                and rest
                and rest[0][0] == ""
                and rest[0][1].kind == "name"
                and self._kind(rest[0][1]) == "loss"
            ):
                value, used = self.nabla(item, rest, scope)
                out.append((op, value))
                at += used
            elif item.kind == "name" and alias is None and item.name in ("diag", "Diag") and rest and not item.sups and not item.subs:
                out.append((op, ("diag", self.item(rest[0][1], scope))))
                at += 1
            elif item.kind == "name" and self._swallows(item, rest):
                out.append((op, self.item(item, scope)))
                at += 1
            elif (
                item.kind == "name"
                and item.name == "Delta"
                and alias is None
                and not item.subs
                and rest
                and rest[0][0] == ""
                and rest[0][1].kind == "name"
            ):
                out.append((op, ("update", self.leaf(rest[0][1], scope))))
                at += 1
            else:
                out.append((op, self.item(item, scope)))
            at += 1
        self.depth -= 1
        if len(out) == 1 and out[0][0] == "":
            return out[0][1]
        return ("mul", out)

    def _with_tail(self, body, tail, scope):
        if not tail:
            return body
        return ("add", [(1, body), *[(sign, self.product(product.parts, scope)) for sign, product, _ in tail]])

    def _swallows(self, item, rest):
        """J(\\theta), L(y, \\hat y): the brackets only say what the loss depends on."""
        if item.name not in LOSSES and self._kind(item) != "loss":
            return False
        if not rest or rest[0][0] != "" or rest[0][1].kind not in ("group", "list") or rest[0][1].sups or rest[0][1].subs:
            return False
        if self._kind(item) not in ("loss", None):
            return False
        inside = [single_item(p) for p in rest[0][1].parts]
        if all(i is not None and i.kind in ("name",) for i in inside):
            self.arguments.add(", ".join(spelling(i) for i in inside))
            return True
        return False

    def _kind(self, item):
        meanings = self.conv.meanings(item.name)
        return meanings[0][0] if meanings else None

    # -- items

    def item(self, item, scope):
        alias = self._alias(item)
        if alias is not None and alias.role is None:
            return self.aliased(alias, item, scope)
        kind = item.kind
        if kind == "num":
            if item.subs and any(t.kind == "rel" for s in item.subs for t in s):
                return self.powered(self.indicator(item.subs[0], scope), item.sups, scope)
            if item.subs:
                raise Unreadable(f"the number {item.name} has an index")
            return self.powered(("num", float(item.name), item.name), item.sups, scope)
        if kind == "name":
            return self.named(item, scope)
        if kind == "neg":
            return ("neg", self.product([("", item.parts[0])], scope))
        if kind == "group":
            value = self.build(item.parts[0], scope)
            if item.name == "|":
                if [script_text(s) for s in item.sups] == ["2"] and all(script_text(s) in ("2", "F") for s in item.subs):
                    return ("norm2", value)
                raise Unreadable("absolute values and norms are only known squared")
            if item.subs:
                value = self.entry(value, sub_terms(item), scope)
            if item.primes:
                raise Unreadable("a prime behind a bracket")
            return self.powered(value, item.sups, scope)
        if kind == "frac":
            value = ("frac", self.build(item.parts[0], scope), self.build(item.parts[1], scope))
            return self.powered(value, item.sups, scope)
        if kind == "deriv":
            if item.parts[0] is None:
                raise Unreadable("the derivative operator has nothing to act on")
            return self.powered(self.derivative(self.product(item.parts[0].parts, scope), item.parts[1], scope), item.sups, scope)
        if kind == "dloss":
            return ("dloss", self.leaf(item.parts[0], scope))
        if kind == "indicator":
            if len(item.parts) != 2:
                raise Unreadable("an indicator of more than two indices")
            return self.powered(self.indicator_of(item.parts, item.name, scope), item.sups, scope)
        if kind == "cases":
            return ("cases", [(self.build(tree, scope), self.condition(tokens, scope)) for tree, tokens in item.parts])
        if kind == "d":
            raise Unreadable("a differential that is not part of a derivative")
        if kind == "nabla":
            raise Unreadable("the gradient of what, and by what?")
        if kind == "relation":
            raise Unreadable("an equation inside the formula")
        if kind == "bigsum":
            return self.nameless_sum(item, scope)
        if kind == "list":
            raise Unreadable("a list where a number is expected")
        raise Unreadable(f"cannot read {kind} here")

    def named(self, item, scope):
        name = item.name
        if name == "e" and item.sups and not item.subs:
            exponent = [t for s in item.sups for t in s]
            return ("exp", self.build(Parser(exponent).whole(), scope))
        if name == "pi" and not item.subs and not self.conv.meanings("pi"):
            return ("num", float(np.pi), "pi")
        if (
            name in ("delta", "Delta")
            and not item.sups
            and len(terms := split_units(sub_terms(item), {**scope, **dict.fromkeys(self.free)}, self.conv)) == 2
            and all(t[0] in ("var", "digits") for t in terms)
            and not (
                terms[0][1] in "hoi"
                and (self.conv.family == "question" or self.in_alias)
                and terms[0][1] not in scope
                and terms[0][1] not in self.free
            )
        ):
            return self.equality(terms[0], "=", terms[1], scope)
        if name in ("I", "chi", "1") and item.subs:
            if any(t.kind == "rel" for s in item.subs for t in s):
                return self.indicator(item.subs[0], scope)
            terms = sub_terms(item)
            if len(terms) == 2 and all(t[0] in ("var", "digits") for t in terms):
                return self.equality(terms[0], "=", terms[1], scope)
        if name == "I" and not item.subs and not item.sups and not self.conv.meanings("I"):
            return ("identity",)
        if name in NAMED and not self.conv.meanings(name):
            raise Unreadable(f"{name} of what?")
        return ("leaf", self.leaf(item, scope))

    def leaf(self, item, scope):
        if item.kind == "group" and single_item(item.parts[0]) is not None:
            item = single_item(item.parts[0])
        if item.kind != "name":
            raise Unreadable("a derivative by something that is not a symbol")
        alias = self._alias(item)
        if alias is not None and alias.role is not None and alias.role[0] in ("f", "named"):
            raise Unreadable(f"{item.name} is a function: of what?")
        key = (
            item.name,
            item.primes,
            tuple(script_text(s) for s in item.subs),
            tuple(script_text(s) for s in item.sups),
            tuple(sorted((k, v) for k, v in scope.items() if any(t.text == k for s in item.subs + item.sups for t in s))),
        )
        if key in self.by_key:
            return self.by_key[key]
        visible = list(dict.fromkeys([*reversed([v for v in scope.values() if isinstance(v, str)]), *sorted(self.free)]))
        conv = self.conv
        if alias is not None:
            conv = _with_role(conv, item.name, alias.role, self.scene)
        if not conv.meanings(item.name) and item.name in "nmNMKCB" and not item.subs and not item.sups:
            found = [
                Choice("size", layer, (), cost=0.1 * k)
                for k, layer in enumerate([-1, self.scene.layers] if self.scene.batch else [self.scene.layers])
            ]
        else:
            if item.primes and alias is None and self._kind(item) not in ("W", "b"):
                raise Unreadable(f"{spelling(item)}: a prime on something that is not a function")
            scripts = (key[:4], tuple((k, v) for k, v in scope.items()), tuple(visible), conv.family, alias.role if alias is not None else None)
            found = self.known.get(scripts) if self.known is not None else None
            if found is None:
                found = choices(item, scope, conv, self.scene, self.options, visible)
                if self.known is not None:
                    self.known[scripts] = found
        leaf = Leaf(item, scope, key, found)
        if len(self.leaves) >= MAX_LEAVES:
            raise Unreadable(f"more than {MAX_LEAVES} different symbols")
        self.leaves.append(leaf)
        self.by_key[key] = leaf
        for choice in found:
            self.free.update(s for s in choice.slots if isinstance(s, str) and "#" not in s and s != "label")
        return leaf

    # -- aliases

    def _alias(self, item):
        if not self.aliases or item.kind not in ("name", "bigsum"):
            return None
        name = "sum" if item.kind == "bigsum" else item.name
        for alias in self.aliases:
            if alias.name != name or (alias.primes != item.primes and not (alias.role is not None and alias.role[0] in ("f", "named"))):
                continue
            if item.kind == "bigsum":
                if "".join(script_text(s) for s in item.subs) == "".join(w for _, w in alias.params):
                    return alias
                continue
            if alias.role is not None and not alias.params and not alias.sups:
                return alias
            try:
                terms = sub_terms(item)
            except Unreadable:
                continue
            sups = "".join(script_text(s) for s in item.sups)
            if (
                len(terms) == len(alias.params)
                and (sups == alias.sups or (sups.isdigit() and not alias.sups) or (sups in ("T", "top") and not alias.sups))
                and all(p[0] == "var" or p == t for p, t in zip(alias.params, terms))
            ):
                return alias
        return None

    def aliased(self, alias, item, scope):
        inner = dict(scope)
        if item.kind == "name":
            for param, term in zip(alias.params, sub_terms(item)):
                if param[0] == "var":
                    inner[param[1]] = self.variable(term, scope)
        self.depth += 1
        if self.depth > 60:
            raise Unreadable("aliases that refer to each other")
        saved = self.aliases, self.conv, self.in_alias
        self.aliases, self.conv, self.in_alias = [a for a in self.aliases if a is not alias], in_book_names(self.conv), True
        try:
            value = self.build(alias.tree, inner)
        finally:
            self.aliases, self.conv, self.in_alias = saved
            self.depth -= 1
        sups = [s for s in item.sups if script_text(s) != alias.sups]
        return self.powered(value, sups, scope)

    def variable(self, term, scope):
        if term[0] in ("digits", "lit"):
            return int(term[1]) - 1
        if term[0] == "var":
            value = scope.get(term[1], term[1])
            if isinstance(value, str) and "#" not in value:
                self.free.add(value)
            return value
        raise Unreadable("cannot read this index")

    # -- functions

    def function_call(self, item, rest):
        """Which function, if a name followed by brackets is a call: (name, primes, power, layer, entry)."""
        if item.kind != "name" or not rest or rest[0][0] != "" or item.name in ("log", "ln", "exp", "e"):
            return None
        argument = rest[0][1]
        alias = self._alias(item)
        if alias is not None and alias.role is not None and alias.role[0] in ("f", "named"):
            pass
        elif alias is not None or not (item.name in NAMED or item.name in FUNCTIONS):
            return None
        elif (
            item.name not in NAMED
            and item.name not in ("f", "g", "sigma", "phi", "psi", "act")
            and not item.primes
            and self.conv.meanings(item.name)
            and not (item.name in ("h", "theta", "s", "S", "F", "a") and self._looks_like_argument(argument))
        ):
            return None
        elif item.name in ("h", "theta", "s", "S", "F", "a") and not item.primes and not self._looks_like_argument(argument):
            return None
        if item.name in NAMED and argument.kind in ("name", "group"):
            pass
        elif argument.kind != "group" or argument.name not in ("(", "[", "{", "\\{"):
            return None
        elif argument.name == "{" and argument.kind == "group":
            return None
        return item.name

    def _looks_like_argument(self, argument):
        """Whether a bracket after a doubtful letter holds a score, so that the letter is a function."""
        inner = single_item(argument.parts[0]) if argument.kind == "group" else None
        if inner is not None and inner.kind == "name":
            meanings = self.conv.meanings(inner.name)
            return any(kind == "net" for kind, _ in meanings)
        return False

    def apply(self, item, name, argument, scope):
        primes, power, layer, index = item.primes, [], None, None
        for script, term in zip(item.sups, [super_terms(Node("name", sups=(s,))) for s in item.sups]):
            if len(term) == 1 and term[0][0] == "layer" and is_layer_text(term[0][1], self.conv):
                layer = layer_number(term[0][1], "net", self.options, self.scene)
            elif len(term) == 1 and term[0][0] == "digits" and term[0][1] > 0:
                power.append(script)
            else:
                raise Unreadable(f"cannot read the superscript of {item.name}")
        terms = sub_terms(item)
        if len(terms) == 1 and terms[0][0] in ("var", "digits"):
            if terms[0][0] == "var" and terms[0][1] in "ho" and terms[0][1] not in scope:
                layer = self.scene.layers if terms[0][1] == "o" else 1
            elif terms[0][0] == "var" and terms[0][1] not in "lL":
                index = terms
        bare = argument
        if argument.kind == "group":
            bare = Node("group", argument.start, argument.end, argument.name, argument.parts)
            power = power + list(argument.sups)
            if argument.subs:
                index = sub_terms(argument)
        alias = self._alias(item)
        kind = None
        if alias is not None:
            if alias.role[0] == "named":
                kind = alias.role[1]
            else:
                layer = {"h": 1, "o": self.scene.layers, "": None}.get(alias.role[1], layer)
        elif name in NAMED:
            kind = NAMED[name]
        else:
            self.functions.add(name)
        value = ("act", kind, layer, primes, self.build(bare.parts[0], scope) if bare.kind == "group" else self.item(bare, scope))
        if index is not None:
            value = self.entry(value, index, scope)
        return self.powered(value, power, scope)

    def powered(self, value, sups, scope):
        for script in sups:
            text = script_text(script)
            if text in ("T", "top", "mathsfT"):
                value = ("T", value)
            elif text == "*":
                raise Unreadable("a star as a superscript")
            else:
                value = ("pow", value, self.build(Parser(list(script)).whole(), scope))
        return value

    def entry(self, value, terms, scope):
        variables = [self.variable(t, scope) for t in terms]
        self.entries.append((variables, value))
        return ("entry", value, variables)

    # -- sums

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
        self.saw.add("sum")
        body = self._with_tail(self.product([("", rest[0][1]), *rest[1:]], inner), tail, inner)
        conditions = [self.test(c, inner) for c in conditions]
        limits = self.limits(first, stop, scope)
        return ("sum", names, conditions, limits, body)

    def open_letters(self, rest, scope):
        """For a sum sign without an index: the index letters of what follows that nothing else binds."""
        letters, stack = {}, [item for _, item in rest]
        while stack:
            node = stack.pop()
            if isinstance(node, Node):
                if node.kind == "name" and node.subs:
                    for term in sub_terms(node):
                        if term[0] == "var" and term[1] not in scope and term[1] not in self.everywhere and term[1] not in "ho":
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
                    if token.kind == "name" and (len(token.text) == 1 or token.text == "ell"):
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
            r"\|?([A-Za-z]|ell)(?:_(?:[A-Za-z]+|\d|[lL][+-]1|\([lL]\)))?\|?(?:\^?[\(\[]?(?:[lL](?:[+-]\d)?|\d)[\)\]]?)?([+-]\d+)?", spelt
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
        self.saw.add("the bare sum sign read as the sum of the exponentials of all scores")
        return self.powered(("partition",), item.sups, scope)

    # -- conditions

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
        a, b = self.variable(left, scope), self.variable(right, scope)
        self.same.append((a, b))
        return ("indicator", (a, relation, b))

    def indicator(self, tokens, scope):
        condition = read_condition([t for t in tokens if t.text not in ("\\{", "\\}")])
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

    # -- derivatives

    def derivative(self, body, variable, scope):
        if variable.kind == "group" and single_item(variable.parts[0]) is None:
            raise Unreadable("a derivative by an expression")
        alias = self._alias(variable)
        if alias is not None and alias.role is None:
            inner = single_item(alias.tree)
            if inner is None or inner.kind != "name":
                raise Unreadable(f"a derivative by {spelling(variable)}, which stands for a formula")
            scope = dict(scope)
            for param, term in zip(alias.params, sub_terms(variable)):
                if param[0] == "var":
                    scope[param[1]] = self.variable(term, scope)
            variable = inner
        return ("D", body, self.leaf(variable, scope))

    def nabla(self, item, rest, scope):
        if not rest or rest[0][0] != "":
            raise Unreadable("the gradient of what?")
        used = 1
        if not item.subs:
            raise Unreadable("the gradient by what? Write it as \\nabla_w")
        variable = single_item(Parser([t for s in item.subs for t in s]).whole())
        if variable is None:
            raise Unreadable("cannot read by what the gradient is taken")
        if self._swallows(rest[0][1], rest[1:]) if rest[0][1].kind == "name" else False:
            used = 2
        if rest[0][1].kind == "name" and self.function_call(rest[0][1], rest[1:]) is not None:
            used = 2
        body = self.product([("", rest[0][1]), *rest[1:used]], scope)
        return self.derivative(body, variable, scope), used


def in_book_names(conv):
    """The same letters, with the book's prefixes ``net_{oj}`` understood: the language of aliases."""
    new = convention("question")
    new.__dict__.update({**conv.__dict__, "family": "question"})
    return new


def _with_role(conv, name, role, scene):
    kind, where = role
    layer = {"h": "hidden" if scene.layers > 2 else 1, "o": scene.layers, "i": 0, "": None, "L": scene.layers}.get(
        where, int(where) if where.isdigit() else None
    )
    if kind == "W" and where in ("h", "o"):
        layer = 1 if where == "h" else scene.layers
    new = convention("question")
    new.__dict__.update(conv.__dict__)
    new.letters = {**conv.letters, name: [(kind if kind != "loss" else "loss", None if layer is None else layer)]}
    return new


# ---------------------------------------------------------------- choosing a reading


def assignments(leaves, same, fixed, limit=MAX_READINGS, entries=(), options=None, last=1):
    """Yield consistent readings, most plausible first: {leaf key: choice} and {variable: what it runs over}."""
    order = sorted(leaves, key=lambda leaf: (leaf.key not in fixed, len(leaf.options)))
    found, steps = [], 0

    def search(at, chosen, domains, cost):
        nonlocal steps
        steps += 1
        if len(found) >= limit or steps > 4000:
            return
        if at == len(order):
            domains = dict(domains)
            for variables, tree in entries:
                if not _entry_domains(variables, tree, chosen, domains, options):
                    return
            for _ in range(2):
                for a, b in same:
                    known = domains.get(a) or domains.get(b)
                    for side in (a, b):
                        if isinstance(side, str) and side != "label" and known:
                            if domains.get(side, known) != known:
                                return
                            domains[side] = known
            for a, b in same:
                for side in (a, b):
                    if isinstance(side, str) and side != "label":
                        domains.setdefault(side, ("unit", last))
            found.append((cost, len(found), chosen, domains))
            return
        leaf = order[at]
        for choice in [fixed[leaf.key]] if leaf.key in fixed else leaf.options:
            new = dict(domains)
            if all(_fits(new, slot, choice, k) for k, slot in enumerate(choice.slots)):
                search(at + 1, {**chosen, leaf.key: choice}, new, cost + choice.cost)

    search(0, {}, {}, 0.0)
    return sorted(found)


def leaves_in(tree):
    """The leaves of a built tree, in order."""
    if isinstance(tree, tuple) and tree and tree[0] == "leaf":
        yield tree[1]
    elif isinstance(tree, tuple) and tree and tree[0] == "D":
        yield from leaves_in(tree[1])
        yield tree[2]
    elif isinstance(tree, (tuple, list)):
        for part in tree:
            yield from leaves_in(part)


def _entry_domains(variables, tree, chosen, domains, options):
    """Say what the indices of ``softmax(z)_i`` run over: the slots its formula leaves open."""
    for leaf in leaves_in(tree):
        choice = chosen.get(leaf.key)
        if choice is None:
            continue
        kind = choice.kind.split(" ")[-1]
        if len(variables) == 2 and kind == "W" and choice.slots == (None, None):
            pair = [("unit", choice.layer), ("unit", choice.layer - 1)]
            pair = pair if (options is None or options.weights == "to_from") != choice.transpose else pair[::-1]
            return all(isinstance(v, int) or domains.setdefault(v, d) == d for v, d in zip(variables, pair))
        if len(variables) == 1 and kind in ("net", "out", "delta", "target", "b") and None in choice.slots:
            domain = ("unit", choice.layer)
            return isinstance(variables[0], int) or domains.setdefault(variables[0], domain) == domain
    return True


def _fits(domains, slot, choice, k):
    if not isinstance(slot, str) or slot == "label":
        return True
    domain = slot_domain(choice, k)
    return domains.setdefault(slot, domain) == domain


def slot_domain(choice, k):
    kind = choice.kind.split(" ")[-1] if choice.kind.startswith(("new", "gradient")) else choice.kind
    if kind == "W":
        return ("unit", choice.layer - k)
    if kind == "example loss" or (kind == "loss" and choice.kind == "example loss"):
        return ("example", 0)
    if kind in ("net", "out", "target", "delta", "loss") and len(choice.slots) == 2 and k == 0:
        return ("example", 0)
    return ("unit", choice.layer)


# ---------------------------------------------------------------- values


class Evaluator:
    """Compute a built tree under one reading, on one set of numbers."""

    def __init__(self, scene, options, chosen, domains, variables, row_gradients=False, entrywise=False, sizes=None):
        self.scene, self.options, self.chosen = scene, options, chosen
        self.size = {}
        for v in variables:
            if v not in domains:
                raise Mismatch(f"nothing here says what the index {v.split('#')[0]} runs over")
            kind, layer = domains[v]
            self.size[v] = max(scene.batch, 1) if kind == "example" else scene.sizes[layer]
        self.domains = domains
        self.axis = {v: 2 + k for k, v in enumerate(variables)}
        self.ndim = 4 + len(variables)
        self.row_gradients, self.entrywise = row_gradients, entrywise
        self.notes, self.sizes_named = set(), sizes if sizes is not None else {}
        cells = 3 * int(np.prod([self.size[v] for v in variables])) if variables else 1
        if cells > MAX_CELLS:
            raise Unreadable("too many indices at once to compute")

    def value(self, tree, numbers):
        """Compute a tree; whatever numpy refuses to combine does not fit together."""
        try:
            return getattr(self, "_" + tree[0])(tree, numbers)
        except (ValueError, IndexError, KeyError, OverflowError) as error:
            raise Mismatch("parts of this do not fit together") from error

    # leaves

    def _num(self, tree, numbers):
        return np.full((1,) * self.ndim, tree[1])

    def _leaf(self, tree, numbers):
        return self.quantity(self.chosen[tree[1].key], numbers)

    def quantity(self, choice, numbers):
        """A quantity laid out for this formula's indices; kept, since every reading and repair asks for the same few."""
        places = tuple(slot if slot is None or not isinstance(slot, str) or slot == "label" else -1 - self.axis[slot] for slot in choice.slots)
        key = (choice.kind, choice.layer, places, choice.transpose, choice.power, self.ndim, self.options.weights, self.options.vectors)
        value = numbers.laid_out.get(key)
        if value is None:
            value = self._quantity(choice, numbers)
            if len(numbers.laid_out) > 3000:
                numbers.laid_out.clear()
            numbers.laid_out[key] = value
        return value

    def _quantity(self, choice, numbers):
        if choice.kind == "size":
            return np.full((1,) * self.ndim, float(self.scene.batch if choice.layer < 0 else self.scene.sizes[choice.layer]))
        value = numbers.value(choice.kind, choice.layer)
        value = value if numbers.parent is not None else value.real
        value = self.place(value, choice, numbers)
        if choice.transpose:
            value = value.swapaxes(-1, -2)
        if choice.power != 1:
            value = value**choice.power
        return value

    def place(self, value, choice, numbers):
        """Put a raw array's slots on the axes of their indices; slots without an index become rows and columns."""
        slots = list(choice.slots)
        if choice.kind.split(" ")[-1] == "b" and self.scene.shared_bias:
            value, slots = value[..., 0], []
        if "label" in slots:
            at = slots.index("label")
            labels = numbers.labels if len(slots) == 2 else numbers.labels[:, :, 0]
            value = np.take_along_axis(value, labels[..., None] if at == value.ndim - 3 else labels[..., None], 2 + at)
            value = value[..., 0]
            slots.pop(at)
        for at in range(len(slots) - 1, -1, -1):
            if isinstance(slots[at], (int, np.integer)):
                value = value[(slice(None),) * (2 + at) + (slots[at],)]
                slots.pop(at)
        if len(slots) == 2 and slots[0] is not None and slots[0] == slots[1]:
            value, slots = np.diagonal(value, axis1=2, axis2=3), slots[:1]
        places = self.places(slots, choice)
        order = np.argsort(places)
        shape = [1] * self.ndim
        shape[0], shape[1] = value.shape[0], value.shape[1]
        for at, place in enumerate(places):
            shape[place] = value.shape[2 + at]
        return value.transpose(0, 1, *(2 + order)).reshape(shape)

    def places(self, slots, choice):
        rows, columns = self.ndim - 2, self.ndim - 1
        open_slots = [k for k, s in enumerate(slots) if s is None]
        free = {}
        if choice.kind.split(" ")[-1] == "W" and len(open_slots) == 2:
            free = dict(zip(open_slots, (rows, columns) if self.options.weights == "to_from" else (columns, rows)))
        elif len(open_slots) == 2:
            free = dict(zip(open_slots, (columns, rows) if self.options.vectors == "columns" else (rows, columns)))
        elif len(open_slots) == 1:
            along = rows if self.options.vectors == "columns" else columns
            if (
                self.scene.batch
                and choice.kind in ("net", "out", "target", "delta")
                and len(choice.slots) == 2
                and open_slots == [0]
                and slots[0] is None
                and len(slots) == 2
            ):
                along = columns if self.options.vectors == "columns" else rows
            free = {open_slots[0]: along}
        return [free[k] if s is None else self.axis[s] for k, s in enumerate(slots)]

    def _entries(self, tree, numbers):
        value = self.value(tree[1], numbers)
        if value.shape[-2:] == (1, 1):
            raise Mismatch("a sum without an index: over what?")
        return value.sum((-2, -1), keepdims=True)

    def _identity(self, tree, numbers):
        raise Unreadable("the identity matrix's size is not known here")

    def _partition(self, tree, numbers):
        if self.scene.batch:
            raise Unreadable("a bare sum sign, with more than one example")
        net = numbers.value("net", self.scene.layers)
        total = np.exp(net if numbers.parent is not None else net.real).sum(-1)
        return total.reshape(total.shape + (1,) * (self.ndim - total.ndim))

    # arithmetic

    def _add(self, tree, numbers):
        total = None
        for sign, part in tree[1]:
            value = self.value(part, numbers)
            if sign < 0:
                value = -value
            total = value if total is None else self.fit(total, value, part)
        return total

    def fit(self, a, b, part=None):
        if a.shape[-2:] != b.shape[-2:] and not (a.shape[-2:] == (1, 1) or b.shape[-2:] == (1, 1)):
            if self.scene.batch and (
                a.shape[-2] == b.shape[-2] and 1 in (a.shape[-1], b.shape[-1]) or a.shape[-1] == b.shape[-1] and 1 in (a.shape[-2], b.shape[-2])
            ):
                return a + b  # a bias added to every example
            raise Mismatch(f"shapes {shape_of(a)} and {shape_of(b)} cannot be added")
        return a + b

    def _neg(self, tree, numbers):
        return -self.value(tree[1], numbers)

    def _mul(self, tree, numbers):
        factors = [(op, self.value(part, numbers)) for op, part in tree[1]]
        try:
            return self.left_to_right(factors)
        except Mismatch:
            if not any(op == "⊙" for op, _ in factors[1:]):
                raise
        groups, group = [], [factors[0]]
        for op, value in factors[1:]:
            if op == "⊙":
                groups.append(group)
                group = [("", value)]
            else:
                group.append((op, value))
        groups.append(group)
        return self.left_to_right([("⊙", self.left_to_right(g)) for g in groups])

    def left_to_right(self, factors):
        total = factors[0][1]
        for op, value in factors[1:]:
            total = self.times(total, op, value)
        return total

    def times(self, a, op, b):
        if op == "/":
            return self.over(a, b)
        left, right = a.shape[-2:], b.shape[-2:]
        if left == (1, 1) or right == (1, 1):
            if op != "⊗" or left == right == (1, 1):
                return a * b
        if op == "⊗":
            if left[1] == 1 and right[1] == 1:
                return a * b.swapaxes(-1, -2)
            raise Mismatch(f"shapes {shape_of(a)} and {shape_of(b)} have no outer product")
        if op == "⊙":
            if left == right:
                return a * b
            raise Mismatch(f"shapes {shape_of(a)} and {shape_of(b)} cannot be multiplied entry by entry")
        if left[1] == right[0]:
            return a @ b
        if left == right:
            if op != "*":
                self.notes.add("loose: right if the product of two vectors is taken entry by entry")
            return a * b
        raise Mismatch(f"shapes {shape_of(a)} and {shape_of(b)} cannot be multiplied in this order")

    def over(self, a, b):
        left, right = a.shape[-2:], b.shape[-2:]
        if right == (1, 1) or left == right or (left == (1, 1)):
            return a / b
        raise Mismatch(f"shapes {shape_of(a)} and {shape_of(b)} cannot be divided")

    def _frac(self, tree, numbers):
        return self.over(self.value(tree[1], numbers), self.value(tree[2], numbers))

    def _pow(self, tree, numbers):
        exponent = self.value(tree[2], numbers)
        if exponent.size != 1 or abs(exponent.ravel()[0]) > 40:
            raise Unreadable("an exponent that is not a small number")
        power = exponent.ravel()[0].real
        value = self.value(tree[1], numbers)
        return value ** (int(power) if power == int(power) else power)

    def _T(self, tree, numbers):
        return self.value(tree[1], numbers).swapaxes(-1, -2)

    def _norm2(self, tree, numbers):
        return (self.value(tree[1], numbers) ** 2).sum((-1, -2), keepdims=True)

    def _diag(self, tree, numbers):
        value = self.value(tree[1], numbers)
        if 1 not in value.shape[-2:]:
            raise Mismatch("diag of something that is not a vector")
        value = value if value.shape[-1] == 1 else value.swapaxes(-1, -2)
        return value * np.eye(value.shape[-2])

    def _log(self, tree, numbers):
        value = self.value(tree[1], numbers)
        return np.log(value if np.iscomplexobj(value) else value + 0j) if np.iscomplexobj(value) or (value <= 0).any() else np.log(value)

    def _exp(self, tree, numbers):
        return np.exp(self.value(tree[1], numbers))

    # indices

    def _indicator(self, tree, numbers):
        return self.test(tree[1], numbers).astype(float)

    def test(self, condition, numbers):
        a, relation, b = condition
        a, b = self.index_values(a, numbers), self.index_values(b, numbers)
        return (a == b) if relation == "=" else (a != b)

    def index_values(self, side, numbers):
        if isinstance(side, (int, np.integer)):
            return np.full((1,) * self.ndim, side)
        if side == "label":
            labels = numbers.labels[:, :, 0] if not self.scene.batch else None
            if labels is None:
                example = next((v for v in self.axis if self.domains[v] == ("example", 0)), None)
                if example is None:
                    raise Mismatch("a class label without the example it belongs to")
                shape = [1] * self.ndim
                shape[0], shape[self.axis[example]] = numbers.labels.shape[0], numbers.labels.shape[2]
                return numbers.labels.reshape(shape)
            return labels.reshape(labels.shape + (1,) * (self.ndim - 2))
        if side not in self.axis:
            raise Mismatch(f"the index {side.split('#')[0]} is not bound")
        shape = [1] * self.ndim
        shape[self.axis[side]] = self.size[side]
        return np.arange(self.size[side]).reshape(shape)

    def _cases(self, tree, numbers):
        total, left = None, None
        for part, condition in tree[1]:
            value = self.value(part, numbers)
            mask = np.ones((1,) * self.ndim, bool) if condition is None else self.test(condition, numbers)
            mine = mask if left is None else mask & left
            left = ~mask if left is None else left & ~mask
            value = np.where(mine, value, 0)
            total = value if total is None else total + value
        return total

    def _sum(self, tree, numbers):
        _, names, conditions, limits, body = tree
        value = self.value(body, numbers)
        mask = None
        for condition in conditions:
            test = self.test(condition, numbers)
            mask = test if mask is None else mask & test
        for name in names:
            if limits is not None and name in self.axis:
                test = self.range_of(name, limits, numbers)
                if test is not None:
                    mask = test if mask is None else mask & test
        if mask is not None:
            value = np.where(mask, value, 0)
        for name in names:
            if name not in self.axis:
                raise Mismatch(f"what is summed over {name.split('#')[0]} does not contain {name.split('#')[0]}")
            axis = self.axis[name]
            if value.shape[axis] == 1 and self.size[name] > 1:
                value = value * self.size[name]
            else:
                value = value.sum(axis, keepdims=True)
        return value

    def range_of(self, name, limits, numbers):
        first, stop, spelt = limits
        size = self.size[name]
        letter = name.split("#")[0]
        if spelt:
            known = self.sizes_named.setdefault(spelt, self.domains[name])
            if known != self.domains[name]:
                self.notes.add(f"loose: {spelt} is used as the end of sums over different layers")
            other = self.sizes_named.setdefault(self.domains[name], spelt)
            if other != spelt:
                self.notes.add(f"loose: both {other} and {spelt} are used as the end of sums over the same units")
        low, high = (first if first is not None else 1), size
        if isinstance(stop, int):
            high = stop
            if first == 0:
                raise Mismatch(f"the sum over {letter} starts at 0, but units are counted from 1")
        elif isinstance(stop, tuple):
            high = size + stop[1]
        if low == 0:
            raise Mismatch(f"the sum over {letter} starts at 0, but units are counted from 1")
        if high > size or low > high:
            raise Mismatch(f"the sum over {letter} runs from {low} to {high}, but there are {size}")
        if low == 1 and high == size:
            return None
        index = self.index_values(name, numbers)
        return (index >= low - 1) & (index < high)

    def _entry(self, tree, numbers):
        _, part, terms = tree
        value = self.value(part, numbers)
        rows, columns = value.shape[-2:]
        if len(terms) == 1 and 1 in (rows, columns):
            if columns != 1:
                value = value.swapaxes(-1, -2)
            slots = [(terms[0], self.ndim - 2)]
        elif len(terms) == 2:
            slots = [(terms[0], self.ndim - 2), (terms[1], self.ndim - 1)]
        else:
            raise Mismatch("an index on something that is not a vector")
        for term, axis in slots:
            value = self.pick(value, term, axis)
        return value

    def pick(self, value, term, axis):
        """Read one entry along `axis`: a fixed one, or for every value of an index."""
        if isinstance(term, (int, np.integer)):
            if term >= value.shape[axis]:
                raise Mismatch("an index beyond the vector's end")
            return value.take([term], axis)
        place = self.axis[term]
        if value.shape[axis] != self.size[term]:
            raise Mismatch(f"the index {term.split('#')[0]} does not run over this vector")
        if value.shape[place] == 1:
            return value.swapaxes(place, axis)
        diagonal = np.diagonal(value, axis1=place, axis2=axis)
        return np.expand_dims(np.moveaxis(diagonal, -1, place), axis)

    # functions

    def _act(self, tree, numbers):
        _, name, layer, primes, part = tree
        choice = self.chosen[part[1].key] if part[0] == "leaf" else None
        if choice is not None and choice.kind == "net" and choice.power == 1 and (layer is None or layer == choice.layer):
            layer = choice.layer
        layer = layer if layer is not None else self.layer_of(part)
        known = self.scene.activation_names
        name = name or (known[layer - 1] if layer else None)
        if name is None:
            raise Unreadable("which layer's activation this is cannot be told")
        if primes > 1:
            raise Unreadable("a second derivative of an activation")
        if choice is not None and choice.kind == "net" and choice.power == 1 and name == known[choice.layer - 1]:
            if primes == 0:
                out = Choice("out", choice.layer, choice.slots, choice.transpose)
                return self.quantity(out, numbers)
            if name == "softmax":
                out = self.quantity(Choice("out", choice.layer, choice.slots, choice.transpose), numbers)
                self.notes.add("a prime on a softmax is read as the derivative of an output by its own score")
                return out * (1 - out)
        value = self.value(part, numbers)
        if name != "softmax":
            return slope(name, value) if primes else activate(name, value)
        axes = (
            [self.ndim - 2]
            if value.shape[-2] > 1
            else [self.ndim - 1]
            if value.shape[-1] > 1
            else [self.axis[v] for v in self.axis if value.shape[self.axis[v]] > 1 and self.domains[v] == ("unit", layer or self.scene.layers)]
        )
        if len(axes) != 1:
            raise Mismatch("a softmax of something that is not one vector")
        out = np.moveaxis(activate("softmax", np.moveaxis(value, axes[0], -1)), -1, axes[0])
        return out * (1 - out) if primes else out

    def layer_of(self, part):
        """The layer whose activation a formula is put into: that of the scores, weights or biases it is made of."""
        found = set()

        def walk(t):
            if isinstance(t, tuple):
                if t and t[0] == "leaf":
                    found.add((self.chosen[t[1].key].kind, self.chosen[t[1].key].layer))
                for s in t:
                    walk(s)
            elif isinstance(t, list):
                for s in t:
                    walk(s)

        walk(part)
        for kind in ("net", "W", "b"):
            layers = {layer for k, layer in found if k == kind}
            if layers:
                return max(layers)
        names = set(self.scene.activation_names)
        if len(names) == 1:
            return self.scene.layers
        outs = {layer for k, layer in found if k == "out"}
        if outs and max(outs) < self.scene.layers:
            return max(outs) + 1
        return None

    # derivatives

    def _dloss(self, tree, numbers):
        choice = self.chosen[tree[1].key]
        value = self.derivative(("total", choice), choice, numbers)
        return value

    def _update(self, tree, numbers):
        choice = self.chosen[tree[1].key]
        if choice.kind not in ("W", "b"):
            raise Unreadable("an update of something that is not a weight")
        return -numbers.value("eta", 0).real.reshape((-1, 1) + (1,) * (self.ndim - 2)) * self.derivative(None, choice, numbers)

    def _D(self, tree, numbers):
        variable = self.chosen[tree[2].key]
        if variable.power != 1:
            raise Unreadable("a derivative by a power")
        if tree[1][0] != "leaf" or numbers.parent is not None:
            return self.derivative(tree[1], variable, numbers)
        body = self.chosen[tree[1][1].key]
        places = tuple(
            slot if slot is None or not isinstance(slot, str) or slot == "label" else -1 - self.axis[slot] for slot in body.slots + variable.slots
        )
        key = (
            "D",
            body.kind,
            body.layer,
            body.transpose,
            body.power,
            variable.kind,
            variable.layer,
            variable.transpose,
            places,
            self.ndim,
            self.options.weights,
            self.options.vectors,
            self.row_gradients,
            self.entrywise,
        )
        value = numbers.laid_out.get(key)
        if value is None:
            before = set(self.notes)
            value = self.derivative(tree[1], variable, numbers)
            if self.notes == before:
                numbers.laid_out[key] = value
        return value

    def derivative(self, body, choice, numbers):
        kind, layer = choice.kind, choice.layer
        if kind not in ("net", "out", "W", "b", "target"):
            raise Unreadable(f"a derivative by {choice.kind}")
        if choice.power != 1:
            raise Unreadable("a derivative by a power")
        child = numbers.perturbed(kind, layer)
        if body is None or body[0] == "total":
            raw = child.array("loss", self.scene.layers)
            if body is not None and self.scene.batch and self.scene.reduction == "mean" and kind not in ("W", "b"):
                raw = raw * self.scene.batch  # dZ is one example's, dW the mean's
            value = raw.reshape(raw.shape + (1,) * (self.ndim - 2))
        else:
            value = self.value(body, child)
        slots_shape = numbers.value(kind, layer).shape[2:]
        steps = int(np.prod(slots_shape))
        value = value.imag / STEP if np.iscomplexobj(value) else np.zeros(value.shape)
        if value.shape[1] != steps:
            value = np.broadcast_to(value, (value.shape[0], steps, *value.shape[2:]))
        value = value.reshape(value.shape[0], *slots_shape, *value.shape[2:])
        slots, offset = list(choice.slots), len(slots_shape)
        if kind == "b" and self.scene.shared_bias:
            slots = [0]
        for at in range(len(slots) - 1, -1, -1):
            slot = slots[at]
            if slot is None:
                continue
            if isinstance(slot, (int, np.integer)):
                value = value.take(slot, 1 + at)
            elif slot == "label":
                raise Unreadable("a derivative by the entry of the class label")
            else:
                place = 1 + offset + self.axis[slot] - 2
                if value.shape[place] == 1:
                    value = np.moveaxis(value, 1 + at, place)
                    value = value.squeeze(place - 1 if place > 1 + at else place + 1)
                else:
                    value = np.moveaxis(np.diagonal(value, axis1=1 + at, axis2=place), -1, place - 1)
            offset -= 1
            slots.pop(at)
        return self.lay_out(value, slots, choice)

    def lay_out(self, value, slots, choice):
        """Put the steps of a variable without an index on rows and columns."""
        if not slots:
            return value[:, None]
        rows, columns = value.shape[-2:]
        if (rows, columns) == (1, 1):
            order = self.places(slots, choice)
            if self.row_gradients and len(slots) == 1:
                order = [self.ndim - 1 if order[0] == self.ndim - 2 else self.ndim - 2]
            elif self.row_gradients and len(slots) == 2 and self.row_gradients != "vectors":
                order = order[::-1]
            value = value[..., 0, 0]
            for _ in slots:
                value = np.moveaxis(value, 1, -1)
            value = value if order == sorted(order) else value.swapaxes(-1, -2) if len(order) == 2 else value
            if len(slots) == 1:
                value = value[..., None] if order[0] == self.ndim - 2 else value[..., None, :]
            result = value[:, None]
        elif 1 in (rows, columns) and len(slots) == 1:
            jacobian = np.moveaxis(value[..., 0] if columns == 1 else value[..., 0, :], 1, -1)[:, None]
            result = jacobian
            if self.entrywise:
                if jacobian.shape[-1] != jacobian.shape[-2]:
                    raise Mismatch("a derivative that is not entry by entry")
                if np.abs(jacobian * (1 - np.eye(jacobian.shape[-1]))).max() > 1e-12:
                    raise Mismatch("a derivative that is not entry by entry")
                diagonal = np.diagonal(jacobian, axis1=-2, axis2=-1)
                self.notes.add("loose: a vector's derivative by a vector is taken entry by entry; as a matrix it is diagonal")
                result = diagonal[..., None] if columns == 1 else diagonal[..., None, :]
        elif 1 in (rows, columns) and len(slots) == 2:
            flat = value[..., 0] if columns == 1 else value[..., 0, :]
            if choice.kind == "W" and self.options.weights == "from_to":
                flat = flat.swapaxes(1, 2)
            flat = flat.reshape(flat.shape[0], -1, *flat.shape[3:])
            result = np.moveaxis(flat, 1, -1)[:, None]
        else:
            raise Unreadable("the derivative of a matrix by a matrix")
        return result.swapaxes(-1, -2) if choice.transpose else result


def shape_of(value):
    return "x".join(map(str, value.shape[-2:]))


def variables_of(builder, chosen):
    """All index variables a reading uses."""
    seen = {}
    for choice in chosen.values():
        for slot in choice.slots:
            if isinstance(slot, str) and slot != "label":
                seen[slot] = None
    for pair in [*builder.same, *[variables for variables, _ in builder.entries]]:
        for side in pair:
            if isinstance(side, str) and side != "label":
                seen[side] = None
    return list(seen)


__all__ = ["Alias", "Builder", "Evaluator", "Mismatch", "SecondDerivative", "assignments", "read_aliases", "variables_of"]
