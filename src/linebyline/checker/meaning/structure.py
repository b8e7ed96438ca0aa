r"""Give a parsed side its structure: what each sum covers, what each function applies to, which symbol is which.

The tree that comes out is made of tuples, ``("mul", [(op, tree), ...])``; its
leaves are symbols that wait for a choice of what they stand for.
"""

import math
from dataclasses import dataclass

from linebyline.checker.meaning.aliases import in_book_names, with_role
from linebyline.checker.meaning.letters import FUNCTIONS, LOSSES, NAMED
from linebyline.checker.meaning.notation import Choice, choices, split_units
from linebyline.checker.meaning.scripts import is_layer_text, layer_number, spelling, sub_terms, super_terms
from linebyline.checker.meaning.sums import Sums
from linebyline.checker.parser.grammar import INDICATORS, Node, Parser, single_item
from linebyline.checker.parser.tokens import Unreadable, script_text

MAX_LEAVES = 220


COUNTS = {"out": "last", "output": "last", "classes": "last", "in": 0, "input": 0, "samples": -1, "train": -1, "batch": -1}


@dataclass(eq=False)
class Leaf:
    """A symbol in its place: which letters are bound there, and the key under which its reading is kept."""

    node: Node
    scope: dict
    key: tuple
    options: list


class Builder(Sums):
    """Turn a parsed side into a nested tree whose leaves wait for a choice."""

    def __init__(self, conv, scene, options, aliases=(), wide=False, near=False, everywhere=(), count=0, known=None):
        self.conv, self.scene, self.options, self.aliases = conv, scene, options, aliases
        self.wide, self.near = wide, near
        self.leaves, self.by_key, self.count, self.known = [], {}, count, known
        self.same, self.everywhere, self.free = [], set(everywhere), set(everywhere)
        self.saw = set()
        self.depth, self.in_alias, self.entries = 0, False, []
        self.arguments, self.functions, self.loose = set(), set(), []

    def build(self, node, scope=None):
        scope = dict(scope or {})
        terms, parts = [], list(node.parts)
        for k, (sign, product, _) in enumerate(parts):
            if self.wide and k + 1 < len(parts) and self._opens_sum(product):
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
                if not rest or item.sups:
                    raise Unreadable("the derivative operator " + ("has a power" if rest else "has nothing to act on"))
                if self.near and len(rest) > 1:
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

    def item(self, item, scope):
        alias = self._alias(item)
        if alias is not None and alias.role is None:
            return self.aliased(alias, item, scope)
        kind = item.kind
        if kind == "num":
            if item.subs and any(t.kind == "rel" for s in item.subs for t in s):
                return self.powered(self.indicator(item.subs[0], scope), item.sups, scope)
            if item.sups and any(t.kind == "rel" for t in item.sups[0]):  # 1^{i=j}
                return self.indicator(item.sups[0], scope)
            if item.name == "1" and item.subs and len(terms := sub_terms(item)) == 2 and all(t[0] in ("var", "digits") for t in terms):
                return self.powered(self.equality(terms[0], "=", terms[1], scope), item.sups, scope)
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
            return ("num", math.pi, "pi")
        if name in INDICATORS and any(t.kind == "rel" for s in item.subs for t in s):
            return self.powered(self.indicator(item.subs[0], scope), item.sups, scope)
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
            terms = sub_terms(item)
            if len(terms) == 2 and all(t[0] in ("var", "digits") for t in terms):
                return self.equality(terms[0], "=", terms[1], scope)
        if name == "I" and not item.subs and not item.sups and not self.conv.meanings("I"):
            return ("identity",)
        if name in NAMED and not self.conv.meanings(name):
            raise Unreadable(f"{name} of what?")
        return ("leaf", self.leaf(item, scope))

    def leaf(self, item, scope):
        if item.kind == "group" and single_item(item.parts[0]) is not None and not (item.subs or item.sups or item.primes):
            item = single_item(item.parts[0])
        if item.kind != "name":
            raise Unreadable("a derivative by something that is not a symbol")
        alias = self._alias(item)
        if alias is not None and alias.role is None:
            raise Unreadable(f"a derivative of or by {item.name}, which stands for a formula")
        if alias is not None and alias.role[0] in ("f", "named"):
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
            conv = with_role(conv, item.name, alias.role, self.scene)
        if item.name in ("N", "n", "M", "m") and not item.sups and (size := COUNTS.get("".join(script_text(s) for s in item.subs))) is not None:
            found = [Choice("size", self.scene.layers if size == "last" else size)]
        elif not conv.meanings(item.name) and item.name in "nmNMKCB" and not item.subs and not item.sups:
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
        self.aliases = [a for a in self.aliases if a is not alias]
        if not alias.own:
            self.conv, self.in_alias = in_book_names(self.conv), True
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

    def function_call(self, item, rest):
        """Which function, if a name followed by brackets is a call: (name, primes, power, layer, entry)."""
        if item.kind != "name" or not rest or rest[0][0] != "" or item.name in ("log", "ln", "exp", "e"):
            return None
        argument = rest[0][1]
        alias = self._alias(item)
        if item.subs and not item.primes and argument.kind == "group" and _is_complement(argument.parts[0]):
            return None  # \sigma_i (1 - \sigma_j): a product
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
        elif name in self.conv.named:
            self.functions.add(name)
            kind = self.conv.named[name]
        else:
            self.functions.add(name)
            kind = "sigma" if name == "sigma" else None
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
        variable = single_item(Parser([t for s in item.subs for t in s]).whole()) if item.subs else Node("name", item.start, item.end, "yhat")
        if not item.subs:
            self.loose.append("the gradient without an index is read as by the outputs of the network")
        if variable is None:
            raise Unreadable("cannot read by what the gradient is taken")
        if self._swallows(rest[0][1], rest[1:]) if rest[0][1].kind == "name" else False:
            used = 2
        if rest[0][1].kind == "name" and (rest[0][1].name in ("log", "ln", "exp") or self.function_call(rest[0][1], rest[1:]) is not None):
            used = 2
        if rest[0][1].kind == "bigsum":
            used = len(rest)
        body = self.product([("", rest[0][1]), *rest[1:used]], scope)
        return self.derivative(body, variable, scope), used


def _is_complement(tree):
    """Whether a bracket holds 1 - x, or an indicator in place of the 1."""
    first = single_item(Node("sum", parts=tree.parts[:1])) if tree.kind == "sum" else None
    return first is not None and [sign for sign, _, _ in tree.parts] == [1, -1] and (first.name in ("1", "delta") or first.kind == "indicator")
