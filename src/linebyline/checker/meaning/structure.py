r"""Give a parsed side its structure: what each sum covers, what each function applies to, which symbol is which.

The tree that comes out is made of tuples, ``("mul", [(op, tree), ...])``; its
leaves are symbols that wait for a choice of what they stand for.
"""

import math
import re
from dataclasses import dataclass, replace

from linebyline.checker.meaning.aliases import FUNCTION_ROLES, in_book_names, with_role
from linebyline.checker.meaning.letters import COUNTS, FUNCTIONS, LOSSES, NAMED
from linebyline.checker.meaning.notation import Choice, choices, split_units
from linebyline.checker.meaning.scripts import is_layer_text, joined, layer_number, spelling, sub_terms, sub_terms_or_none, super_terms
from linebyline.checker.meaning.slots import EACH
from linebyline.checker.meaning.sums import INDICATOR_NAMES, Sums
from linebyline.checker.parser.grammar import Node, Parser, nodes_in, single_item
from linebyline.checker.parser.tokens import Token, Unreadable, script_text
from linebyline.checker.work import spend

MAX_LEAVES, MAX_DEPTH = 220, 60
LOGARITHMS = ("log", "ln", "exp")
DOUBTFUL = ("h", "theta", "s", "S")  # functions only where they are applied to a score, or have a prime
COUNTED = {"out": None, "output": None, "classes": None, "in": 0, "input": 0, "samples": -1, "train": -1, "batch": -1}  # N_{out}, in which layer
LAYER_LETTERS = ("l", "L", "h", "o")  # \sigma_o is the function of a layer, which its argument says better
TO_THE_TARGET = re.compile(r"(?:1-)?(?:y|[yt](?:_\w+|\^\(\w\)))|1-t")  # p_k^{y_k}, p^{1 - y}: a likelihood
NOT_ALONE = {
    "d": "a differential that is not part of a derivative",
    "nabla": "the gradient of what, and by what?",
    "relation": "an equation inside the formula",
    "list": "a list where a number is expected",
}


@dataclass(eq=False)
class Leaf:
    """A symbol in its place: which letters are bound there, and the key under which its reading is kept."""

    node: Node
    scope: dict
    key: tuple
    options: list


class Builder(Sums):
    """Turn a parsed side into a nested tree whose leaves wait for a choice."""

    def __init__(self, conv, scene, options, aliases=(), wide=False, near=False, each=False, twice=False, everywhere=(), count=0, known=None):
        self.conv, self.scene, self.options, self.aliases = conv, scene, options, aliases
        self.wide, self.near, self.each, self.twice = wide, near, each, twice  # how sums and derivatives are meant here
        self.saw = set()  # which of these may be meant
        self.by_key, self.count, self.known, self.depth = {}, count, {} if known is None else known, 0
        self.everywhere, self.free = set(everywhere), set(everywhere)  # index letters that no sum binds
        self.same, self.entries = [], []  # indices that are compared, and those of whole formulas
        self.arguments, self.functions, self.loose = set(), set(), []  # what a report has to say

    @property
    def leaves(self):
        """The symbols, each once."""
        return list(self.by_key.values())

    def build(self, node, scope=None):
        """The tree of a whole expression."""
        scope, terms = dict(scope or {}), []
        for k, (sign, product, _) in enumerate(node.parts):
            tail = node.parts[k + 1 :]
            if tail and any((item.kind == "bigsum" and not item.name) or _is_operator(item) for _, item in product.parts):
                self.saw.add("may be wide")
                if self.wide:
                    terms.append((sign, self.product(product.parts, scope, tail)))
                    break
            terms.append((sign, self.product(product.parts, scope)))
        if len(terms) > 1:
            return ("add", terms)
        return terms[0][1] if terms[0][0] == 1 else ("neg", terms[0][1])

    def with_tail(self, body, tail, scope):
        """A sum that is read as wide: the terms behind it belong to it."""
        return ("add", [(1, body), *((sign, self.product(product.parts, scope)) for sign, product, _ in tail)]) if tail else body

    def product(self, items, scope, tail=()):
        """Walk along a product; sums, operators and functions take what follows them."""
        out, at = [], 0
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("nested too deeply")
        while at < len(items):
            value, used = self.factor(items[at][1], items[at + 1 :], scope, tail)
            out.append((items[at][0] if out else "", value))
            at += 1 + used
        self.depth -= 1
        return out[0][1] if len(out) == 1 else ("mul", out)

    def factor(self, item, rest, scope, tail=()):
        """One factor of a product, and how many of those behind it it takes in."""
        spend(1)
        after = rest[0][1] if rest and rest[0][0] == "" else None
        alias = self.alias(item)
        if item.kind == "bigsum" and alias is None and rest and rest[0][0] in ("", "*", "·"):
            return self.bigsum(item, rest, scope, tail), len(rest)
        if _is_operator(item):
            return self.operator(item, rest, scope, tail)
        gradient = item.name == "Delta" and item.subs and after is not None and self.means(after, "loss")
        if item.kind == "nabla" or (gradient and alias is None):
            return self.gradient(item, rest, after, scope)
        if item.kind == "name" and after is not None:
            if self.is_call(item, after):
                return self.call(item, after, scope), 1
            inner = single_item(after.parts[0]) if after.kind == "group" and not (item.subs or after.subs or after.sups) else None
            if inner is not None and self.means(item, "out") and self.means(inner, "net"):  # y(a_k), y'(a_k)
                out = replace(item, subs=inner.subs, sups=(*inner.sups, *item.sups))
                return ("act", None, None, item.primes, ("leaf", self.leaf(inner, scope))) if item.primes else self.item(out, scope), 1
            if self.only_depends(item, after):
                by = single_item(after.parts[0]) if item.primes == 1 else None
                value = self.item(replace(item, primes=0) if by is not None else item, scope)
                return (value if by is None else self.derivative(value, by, scope)), 1
            if item.name == "Delta" and not item.subs and alias is None and after.kind == "name":
                return ("update", self.leaf(after, scope)), 1
        if item.kind == "name" and alias is None:
            if item.name in LOGARITHMS:
                return self.logarithm(item, rest, after, scope)
            if item.name in ("diag", "Diag") and rest and not item.sups and not item.subs:
                return ("diag", self.item(rest[0][1], scope)), 1
        return self.item(item, scope), 0

    def operator(self, item, rest, scope, tail):
        r"""\partial/\partial w before what it acts on: everything behind it, or only what stands next to it."""
        if item.sups:
            raise Unreadable("the derivative operator has a power")
        if not rest:
            self.loose.append("what is differentiated is left out, and read as the error")
            return self.derivative(("leaf", self.leaf(Node("name", item.end, item.end, "E"), scope)), item.parts[1], scope), 0
        if len(rest) > 1:
            self.saw.add("may be near")
        if self.near and len(rest) > 1:
            body, used = self.factor(rest[0][1], rest[1:], scope)
            used += 1
        else:
            body, used = self.with_tail(self.product(rest, scope), tail, scope), len(rest)
        return self.derivative(body, item.parts[1], scope), used

    def logarithm(self, item, rest, argument, scope):
        """A logarithm or an exponential; a power behind the brackets is one of the whole."""
        if argument is None:
            raise Unreadable(f"{item.name} of what?")
        power = ()
        if argument.kind == "group" and not argument.subs:
            power, argument = argument.sups, replace(argument, sups=())
        body, used = self.factor(argument, rest[1:], scope)
        return self.powered(("exp" if item.name == "exp" else "log", body), [*item.sups, *power], scope), used + 1

    def gradient(self, item, rest, after, scope):
        r"""\nabla_w E."""
        if after is None:
            raise Unreadable("the gradient of what?")
        variable = single_item(Parser([t for s in item.subs for t in s]).whole()) if item.subs else self.variable_of_gradient(item, rest)
        if variable is None:
            raise Unreadable("cannot read by what the gradient is taken")
        body, used = self.factor(after, rest[1:], scope)
        return self.derivative(body, variable, scope), used + 1

    def variable_of_gradient(self, item, rest):
        r"""By what a gradient without an index is: what the brackets name, as in \nabla L(w), one neuron's weights, or the outputs."""
        named = single_item(rest[1][1].parts[0]) if len(rest) > 1 and rest[1][1].kind == "group" else None
        if named is not None and self.means(named, "W"):
            return named
        weights = next((name for name in ("w", "theta", "W") if name in self.conv.text_names and self.scene.layers == 1), "yhat")
        self.loose.append(f"the gradient without an index is read as by {'the outputs of the network' if weights == 'yhat' else weights}")
        return Node("name", item.start, item.end, weights)

    def only_depends(self, item, after):
        r"""Whether brackets only say what the loss depends on: J(\theta), L(y, \hat y)."""
        meanings = self.conv.meanings(item.name)
        if (meanings[0][0] != "loss" if meanings else item.name not in LOSSES) or after.kind not in ("group", "list") or after.sups or after.subs:
            return False
        inside = [single_item(part) for part in after.parts]
        if any(part is None or part.kind != "name" for part in inside):
            return False
        self.arguments.add(", ".join(spelling(part) for part in inside))
        return True

    def means(self, item, *kinds):
        """Whether a symbol's first meaning is of one of these kinds."""
        return item.kind == "name" and any(kind in kinds for kind, _ in self.conv.meanings(item.name)[:1])

    def item(self, item, scope):
        """The tree of one item by itself."""
        alias = self.alias(item)
        if alias is not None and alias.role is None:
            return self.aliased(alias, item, scope)
        if item.kind in NOT_ALONE:
            raise Unreadable(NOT_ALONE[item.kind])
        if item.kind == "name":
            return self.named(item, scope)
        if item.kind == "num" and item.primes:  # 1': the derivative of a number
            return ("num", 0.0, "0")
        if item.kind == "num" and any(t.kind == "rel" for script in item.sups for t in script):  # 1^{i=j}
            item = replace(item, subs=item.sups, sups=())
        return self.powered(getattr(self, f"of_{item.kind}")(item, scope), item.sups, scope)

    def of_num(self, item, scope):
        if item.subs:
            indicator = self.indicator_below(item, scope)
            if indicator is None:
                raise Unreadable(f"the number {item.name} has an index")
            return indicator
        return ("num", float(item.name), item.name)

    def of_neg(self, item, scope):
        return ("neg", self.product([("", item.parts[0])], scope))

    def of_group(self, item, scope):
        value = self.build(item.parts[0], scope)
        if item.name == "|":
            if joined(item.subs) not in ("", "2", "F"):
                raise Unreadable("a norm other than the Euclidean one")
            return ("norm", value)
        if item.primes:
            inside = {
                node.name: node for node in nodes_in(item.parts) if node.kind == "name" and node.name not in (*FUNCTIONS, *NAMED, *LOGARITHMS, "e")
            }
            by = [single_item(Parser(list(script)).whole()) for script in item.subs] or list(inside.values())
            if item.primes > 1 or len(by) != 1 or by[0] is None or self.scene.batch:
                raise Unreadable("a prime behind a bracket: by what is the derivative?")
            return self.derivative(self.build(item.parts[0], scope), by[0], scope)
        return self.entry(value, sub_terms(item), scope) if item.subs else value

    def of_frac(self, item, scope):
        return ("frac", self.build(item.parts[0], scope), self.build(item.parts[1], scope))

    def of_deriv(self, item, scope):
        if item.parts[0] is None:
            raise Unreadable("a derivative operator where a number is expected")
        return self.derivative(self.product(item.parts[0].parts, scope), item.parts[1], scope)

    def of_dloss(self, item, scope):
        return ("dloss", self.leaf(item.parts[0], scope))

    def of_cases(self, item, scope):
        return ("cases", [(self.build(tree, scope), self.condition(tokens, scope)) for tree, tokens in item.parts])

    def of_matrix(self, item, scope):
        return ("matrix", [[self.build(tree, scope) for tree in row] for row in item.parts])

    def named(self, item, scope):
        """A name that stands alone: a quantity, if it is not e, pi, an indicator or the identity."""
        name, known = item.name, self.conv.meanings(item.name)
        if name == "e" and item.sups and not item.subs:
            return ("exp", self.build(Parser([t for s in item.sups for t in s]).whole(), scope))
        if name in INDICATOR_NAMES and (indicator := self.indicator_below(item, scope)) is not None:
            return self.powered(indicator, item.sups, scope)
        if name == "pi" and not item.subs and not known:
            return ("num", math.pi, "pi")
        if name == "I" and not item.subs and not item.sups and not known:
            return ("identity",)
        if name in NAMED and not known:
            raise Unreadable(f"{name} of what?")
        *sups, last = item.sups or ((),)
        if TO_THE_TARGET.fullmatch(script_text(last)):
            return ("pow", self.named(replace(item, sups=tuple(sups)), scope), self.build(Parser(list(last)).whole(), scope))
        return ("leaf", self.leaf(item, scope))

    def leaf(self, item, scope):
        """The leaf of a symbol: the same one wherever it stands under the same sums."""
        if item.kind == "group" and single_item(item.parts[0]) is not None and not (item.subs or item.sups or item.primes):
            item = single_item(item.parts[0])
        if item.kind != "name":
            raise Unreadable("a derivative by something that is not a symbol")
        alias = self.alias(item)
        if alias is not None and alias.role is None:
            raise Unreadable(f"a derivative of or by {item.name}, which stands for a formula")
        if alias is not None and alias.role[0] in FUNCTION_ROLES:
            raise Unreadable(f"{item.name} is a function: of what?")
        subs, sups = (tuple(script_text(script) for script in scripts) for scripts in (item.subs, item.sups))
        letters = {t.text for script in item.subs + item.sups for t in script}
        key = (item.name, item.primes, subs, sups, tuple(sorted((k, v) for k, v in scope.items() if k in letters or k == EACH)))
        if key not in self.by_key:
            if len(self.by_key) >= MAX_LEAVES:
                raise Unreadable(f"more than {MAX_LEAVES} different symbols")
            found = (self.count_of(item) if alias is None else []) or self.quantities(item, scope, alias, key)
            self.by_key[key] = Leaf(item, scope, key, found)
            self.free.update(s for choice in found for s in choice.slots if isinstance(s, str) and "#" not in s and s != "label")
        return self.by_key[key]

    def count_of(self, item):
        """What a letter for a number of units or examples may stand for; nothing for another symbol."""
        if item.name not in COUNTS or item.sups:
            return []
        last, of = self.scene.layers, joined(item.subs)
        if of in COUNTED and item.name.lower() in ("n", "m"):
            return [Choice("size", COUNTED[of] if COUNTED[of] is not None else last)]
        if item.subs or self.conv.meanings(item.name):
            return []
        return [Choice("size", layer, cost=0.1 * k) for k, layer in enumerate([-1, last] if self.scene.batch else [last])]

    def quantities(self, item, scope, alias, key):
        """What another symbol may stand for."""
        if item.primes == 1 and alias is None and item.sups and self.means(item, "out", "net"):  # a^{[1]}'
            item = replace(item, primes=0, sups=(*item.sups, [Token("name", "T", item.end, item.end)]))
        if item.primes and alias is None and not self.means(item, "W", "b"):
            raise Unreadable(f"{spelling(item)}: a prime on something that is not a function")
        visible = list(dict.fromkeys([*reversed([v for v in scope.values() if isinstance(v, str)]), *sorted(self.free)]))
        role = alias.role if alias is not None else None
        place = (key, tuple(visible), self.conv.family, role)
        if place not in self.known:
            conv = self.conv if role is None else with_role(self.conv, item.name, role, self.scene)
            item = replace(item, subs=()) if alias is not None and alias.params and all(param[0] != "var" for param in alias.params) else item
            self.known[place] = choices(item, scope, conv, self.scene, self.options, visible)
        return self.known[place]

    def alias(self, item):
        """The reader's own symbol that an item is, or None."""
        if not self.aliases or item.kind not in ("name", "bigsum"):
            return None
        found = [alias for alias in self.aliases if alias.matches(item)]
        exact = [alias for alias in found if alias.params == sub_terms_or_none(item)] if len(found) > 1 else []
        return next(iter(exact or found), None)

    def aliased(self, alias, item, scope):
        """The formula that a symbol of the reader's own stands for."""
        inner = self.bound(alias, item, scope)
        saved = self.aliases, self.conv
        self.aliases = [a for a in self.aliases if a is not alias]
        if not alias.own:
            self.conv = in_book_names(self.conv)
        try:
            value = self.build(alias.tree, inner)
        finally:
            self.aliases, self.conv = saved
        return self.powered(value, [s for s in item.sups if script_text(s) != alias.sups], scope)

    def bound(self, alias, item, scope):
        """The scope in which an alias's formula is read: its parameters are the indices that stand here."""
        terms = sub_terms(item) if item.kind == "name" else ()
        return {**scope, **{param[1]: self.variable(term, scope) for param, term in zip(alias.params, terms) if param[0] == "var"}}

    def apart(self, terms, scope):
        """Index terms, with i1 taken apart where i is an index."""
        return list(split_units(terms, {**scope, **dict.fromkeys(self.free)}, self.conv))

    def variable(self, term, scope):
        """What an index stands for: a number counted from 0, or a variable."""
        if term[0] == "digits":
            return int(term[1]) - 1
        if term[0] != "var":
            raise Unreadable("cannot read this index")
        value = scope.get(term[1], term[1])
        if isinstance(value, str) and "#" not in value:
            self.free.add(value)
        return value

    def is_call(self, item, argument):
        """Whether a name and what stands behind it are a function and its argument."""
        name, alias = item.name, self.alias(item)
        if item.subs and not item.primes and argument.kind == "group" and _is_complement(argument.parts[0]):
            return False  # \sigma_i (1 - \sigma_j): a product
        if alias is not None:
            function = alias.role is not None and alias.role[0] in FUNCTION_ROLES
        elif name in DOUBTFUL:
            inner = single_item(argument.parts[0]) if argument.kind == "group" else None
            scored = inner is not None and inner.kind == "name" and any(kind == "net" for kind, _ in self.conv.meanings(inner.name))
            function = item.primes or scored
        else:
            function = name in NAMED or name in FUNCTIONS
        bracket = argument.kind == "group" and (name in NAMED or argument.name in ("(", "["))
        return bool(function and (bracket or (name in NAMED and argument.kind == "name")))

    def call(self, item, argument, scope):
        """A function and its argument; on its name may hang a layer, a power and the index of an entry."""
        name, alias, layer, sups = item.name, self.alias(item), None, []
        for script in item.sups:
            if script_text(script) == "(1)" and item.primes == 0 and self.is_of_a_general_layer(argument):
                item = replace(item, primes=1)  # \sigma^{(1)}(z^l): the first derivative
                continue
            (kind, value), *more = super_terms(Node("name", sups=(script,))) or [("", "")]
            if kind == "layer" and is_layer_text(value, self.conv) and not more:
                layer = layer_number(value, "net", self.options, self.scene)
            elif kind == "digits" and value > 0 and not more:
                sups.append(script)
            else:
                raise Unreadable(f"cannot read the superscript of {name}")
        kind = NAMED.get(name) or self.conv.named.get(name) or ("sigma" if name == "sigma" else None)
        if alias is not None:
            kind = alias.role[1] if alias.role[0] == "named" else None
            layer = {"h": 1, "o": self.scene.layers}.get(alias.role[1], layer)
        elif name not in NAMED:
            self.functions.add(name)
        index = [term for term in sub_terms(item) if term[0] in ("var", "digits") and (term[1] in scope or term[1] not in LAYER_LETTERS)]
        if argument.kind == "group":
            sups, index = [*sups, *argument.sups], sub_terms(argument) or index
            argument = replace(argument, subs=(), sups=())
        inner = _argument_of(argument)
        if index and inner is not None and inner.kind == "name" and kind != "softmax":
            layers = [("digits", str(text)) for mark, text in super_terms(inner) if mark in ("layer", "digits")]
            index = None if index in (sub_terms(inner), layers) else index  # g_k(z_k): the function of unit k, or layer k
        value = ("act", kind, layer, item.primes, self.item(argument, scope))
        return self.powered(self.entry(value, index, scope) if index else value, sups, scope)

    def is_of_a_general_layer(self, argument):
        """Whether an argument is a symbol of the layer l, or of the last."""
        inner = _argument_of(argument)
        return inner is not None and any(script_text(script).strip("()[]")[:1] in (self.conv.layer_letter, "L") for script in inner.sups)

    def powered(self, value, sups, scope):
        """A value with what stands above it: T, or a power."""
        for script in sups:
            text = script_text(script)
            if text == "*":
                raise Unreadable("a star as a superscript")
            transposed = text in ("T", "top", "mathsfT")
            value = ("T", value) if transposed else ("pow", value, self.build(Parser(list(script)).whole(), scope))
        return value

    def entry(self, value, terms, scope):
        """One entry of a formula: softmax(z)_i."""
        variables = [self.variable(term, scope) for term in terms]
        self.entries.append((variables, value))
        return ("entry", value, variables)

    def derivative(self, body, variable, scope):
        """The derivative of a tree by a symbol, which may be the reader's name for another one."""
        alias = self.alias(variable)
        if alias is not None and alias.role is None and (inner := single_item(alias.tree)) is not None:
            scope, variable = self.bound(alias, variable, scope), inner
        return ("D", body, self.leaf(variable, scope))


def _argument_of(item):
    """What stands alone in an argument's brackets, or the argument that has none."""
    return single_item(item.parts[0]) if item.kind == "group" else item


def _is_operator(item):
    """Whether an item is a derivative that waits for what it acts on."""
    return item.kind == "deriv" and item.parts[0] is None


def _is_complement(tree):
    """Whether a bracket holds 1 - x, or an indicator in place of the 1."""
    first = single_item(Node("sum", parts=tree.parts[:1])) if tree.kind == "sum" else None
    return first is not None and [sign for sign, _, _ in tree.parts] == [1, -1] and (first.name in ("1", "delta") or first.kind == "indicator")
