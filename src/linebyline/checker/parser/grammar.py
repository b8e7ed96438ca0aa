r"""Read the tokens of one side into a tree.

A product stays flat, ``[(op, item), ...]``, with sum signs, ``\log`` and
derivative operators as items of the list. What a sum covers or a function
applies to is decided later, when the network is known, so that the grammar
has no ambiguity::

    sum     : SIGN? product (SIGN product)*
    product : item (OP? SIGN? item)*
    item    : atom (_script | ^script | ')*
    atom    : number | name | \frac.. | \sum | \prod | d | \nabla | {sum} | (sum) | [sum] | cases
"""

from dataclasses import dataclass, replace

from linebyline.checker.parser.tokens import ACCENTS, PAIRS, Token, Unreadable, closing, levels, script_text, split

MAX_DEPTH = 40
INDICATORS = ("1", "I", "chi", "delta")
FUNCTION_NAMES = {"log", "ln", "exp", "softmax", "sigmoid", "tanh", "relu", "softplus", "diag"}
DOTS = "the dots leave something out: write it, or use a sum sign"


@dataclass(eq=False)
class Node:
    """One item of an expression; `start` and `end` point into the text as it was typed."""

    kind: str
    start: int = 0
    end: int = 0
    name: str = ""
    parts: tuple = ()
    subs: tuple = ()
    sups: tuple = ()
    primes: int = 0


class Parser:
    """Recursive descent over one side's tokens."""

    def __init__(self, tokens, plain=False, depth=0):
        self.tokens, self.at, self.depth, self.plain = list(_solid(tokens)), 0, depth, plain

    def peek(self, ahead=0):
        """The token at hand, or one further on; a token of no text behind the last."""
        at = self.at + ahead
        end = self.tokens[-1].end if self.tokens else 0
        return self.tokens[at] if at < len(self.tokens) else Token("end", "", end, end)

    def sees(self, *signs):
        """Whether one of these signs is at hand."""
        return self.peek().kind == "op" and self.peek().text in signs

    def touches(self, token, *kinds):
        """Whether a token of one of these kinds stands right behind another."""
        return self.peek().start == token.end and self.peek().kind in kinds

    def take(self):
        """The token at hand, and go on."""
        token = self.peek()
        self.at += self.at < len(self.tokens)
        return token

    def take_inside(self, opened):
        """What stands inside the bracket or block that was just opened, and go on behind it."""
        end = closing(self.tokens, self.at - 1)
        if end is None:
            raise Unreadable(f"{opened} is not closed")
        inside, self.at = self.tokens[self.at : end], end + 1
        return inside

    def whole(self):
        """Parse everything; anything left over is an error that names it."""
        tree = self.expression()
        if self.peek().kind != "end":
            raise Unreadable(DOTS if self.peek().kind == "dots" else f"cannot read {self.peek().text!r} here")
        return tree

    def expression(self):
        """Terms with their signs."""
        start, terms = self.peek().start, []
        while not terms or self.sees("+", "-"):
            sign, sign_at = 1, self.peek().start
            while self.sees("+", "-"):
                sign = -sign if self.take().text == "-" else sign
            terms.append((sign, self.product(), sign_at))
        return Node("sum", start, terms[-1][1].end, parts=tuple(terms))

    def product(self):
        """Items in a row, each with the sign before it."""
        start, items = self.peek().start, []
        while True:
            operator = self.operator() if items else ""
            if not self.starts_item():
                if operator:
                    raise Unreadable(f"nothing follows the sign {self.tokens[self.at - 1].text!r}")
                break
            sign = self.peek() if self.sees("+", "-") else None
            if sign and not operator and not (items and takes_sign(items[-1][1])):
                break
            self.at += sign is not None
            item = self.scripts(self.atom())
            items.append((operator, Node("neg", sign.start, item.end, parts=(item,)) if sign and sign.text == "-" else item))
        if not items:
            token = self.peek()
            missing = "an expression is missing" + (f" before {token.text!r}" if token.text else " at the end")
            raise Unreadable(DOTS if token.kind == "dots" else missing)
        return Node("product", start, items[-1][1].end, parts=tuple(derivatives(items)))

    def operator(self):
        """Take a sign of multiplication or division, if one is at hand; `.*` and `* *` are one."""
        if not self.sees("*", "·", "/", "⊙", "⊗", "."):
            return ""
        first = self.take().text
        double = self.sees("*", "·", ".")
        self.at += double
        return first if first != "." else "⊙" if double else "·"

    def starts_item(self):
        """Whether an item begins here; a sign may stand before it."""
        token = self.peek()
        if token.kind in ("sup", "sub"):
            raise Unreadable(f"nothing stands before the {token.text!r}")
        norm = self.sees("|") and self.peek(1).kind in ("num", "name", "cmd")
        return norm or token.kind in ("num", "name", "cmd", "begin") or self.sees("-", "+", *PAIRS)

    def scripts(self, node):
        """Take the indices, exponents and primes behind an item."""
        subs, sups, primes = list(node.subs), list(node.sups), node.primes
        while (kind := self.peek().kind) in ("sub", "sup", "prime"):
            script = self.script(node) if kind in ("sub", "sup") else [self.take()]
            if kind == "sub":
                subs.append(script)
                continue
            primes += sum(len(t.text) for t in script if t.kind == "prime")
            script = [t for t in script if t.kind != "prime"]
            if script_text(script):
                sups.append(script)
        node.subs, node.sups, node.primes = tuple(subs), tuple(sups), primes
        node.end = self.tokens[self.at - 1].end
        return self.without_braces(node) if node.kind == "group" and node.name == "{" else node

    def without_braces(self, node):
        """Give what stands alone in braces, with the scripts that follow these; the node itself if they hold more."""
        inner = single_item(node.parts[0])
        if inner is None:
            return node
        if node.subs or node.sups or node.primes:
            if (inner.sups and (node.subs or node.sups)) or not (inner.kind == "name" or inner.name == "1"):
                return node
            inner.subs, inner.sups, inner.primes = inner.subs + node.subs, inner.sups + node.sups, inner.primes + node.primes
        elif inner.kind not in ("name", "deriv", "group", "num", "bigsum"):
            return node
        inner.start, inner.end = node.start, node.end
        return self.indicator(inner)

    def script(self, node):
        """One sub- or superscript: what stands in brackets, or the shortest thing that makes sense."""
        where, token = self.take().kind, self.take()
        if token.kind == "op" and token.text in PAIRS:
            inside = self.take_inside("a brace" if token.text == "{" else "a bracket in an index")
            return inside if token.text == "{" else [token, *inside, self.tokens[self.at - 1]]
        if token.kind in ("end", "rel", "over", "bad") or (token.kind == "op" and token.text not in "+-*"):
            raise Unreadable("an index or exponent is missing")
        run = [token]
        if where == "sup" and token.text in "+-" and self.touches(token, "name", "num"):
            run.append(self.take())
        if where == "sup" and node.name == "e" and run[-1].kind == "name" and self.peek().kind == "sub":  # e^x_i
            sub, inner = self.peek(), self.script(node)
            return [*run, sub, Token("op", "{", sub.end, sub.end), *inner, Token("op", "}", sub.end, sub.end)]
        accent, letter = token.kind == "cmd" and token.text in ACCENTS, token.kind == "name"
        if accent or (letter and (self.touches(token, "num") or (where == "sub" and self.is_second_index(token)))):
            run.append(self.take())
        return run

    def is_second_index(self, token):
        """Whether the letter at hand goes on with an index, as in ``w_ij``: where both letters can only be indices."""
        letters = self.touches(token, "name") and token.text in tuple("hoijklmnpqr") and self.peek().text in tuple("ijklmnpqr")
        return letters and (self.plain or (self.peek(1).kind not in ("sub", "sup", "prime") and self.peek(1).text != "("))

    def group(self, close):
        """What stands in brackets, behind the opening one: an expression, a list of them, or a relation between them."""
        opening = self.tokens[self.at - 1]
        if self.sees(close):
            raise Unreadable("empty brackets")
        parts, relation = [self.expression()], None
        while self.peek().kind == "rel" or (self.sees(",", ";", "|") and close != "|"):
            token = self.take()
            relation = token.text if token.kind == "rel" else relation or ","
            parts.append(self.expression())
        if self.peek().kind == "over":
            self.take()
            parts = [alone(fraction(parts[0], self.expression()))]
        if not self.sees(close):
            text = self.peek().text
            raise Unreadable(f"cannot read {text!r} inside the brackets" if text else f"the bracket {opening.text!r} is not closed")
        kind = "group" if relation is None else "list" if relation == "," else "indicator" if opening.text == "[" else "relation"
        return Node(kind, opening.start, self.take().end, opening.text.lstrip("\\") if kind in ("group", "list") else relation, tuple(parts))

    def argument(self):
        r"""What ``\frac`` or an accent is put on."""
        token = self.peek()
        if self.sees("{"):
            return self.atom().parts[0]
        if token.kind == "num" and token.text.isdecimal() and len(token.text) > 1 and not self.plain:  # \frac12
            self.tokens[self.at : self.at + 1] = [Token("num", c, token.start + k, token.start + k + 1) for k, c in enumerate(token.text)]
        return alone(self.atom())

    def atom(self):
        """A number, a name, a command, or what stands in brackets."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable(f"nested deeper than {MAX_DEPTH} levels")
        token = self.take()
        if token.kind in ("num", "name"):
            node = Node(token.kind, token.start, token.end, token.text)
            if token.kind == "name" and token.text not in FUNCTION_NAMES and self.touches(token, "num") and self.peek().text.isdecimal():
                node.subs, node.end = ([self.take()],), self.tokens[self.at - 1].end  # h1 for h_1
            node = self.indicator(node)
        elif token.kind == "begin":
            node = self.cases(token)
        elif token.kind == "op" and token.text in (*PAIRS, "|"):
            node = self.group(PAIRS.get(token.text, "|"))
        elif token.kind == "cmd":
            node = self.command(token)
        else:
            raise Unreadable(f"cannot read {token.text!r} here" if token.text else "the expression stops too early")
        self.depth -= 1
        return node

    def indicator(self, node):
        r"""1\{i = j\} and its like, if a condition in brackets follows the 1."""
        if node.name not in INDICATORS or node.subs or not self.sees("\\{", "[", "(") or (self.peek().spaced and not self.sees("\\{")):
            return node
        inside = self.tokens[self.at + 1 : closing(self.tokens, self.at)]
        related = any(t.kind == "rel" and depth == 0 for t, depth in levels(inside))
        if not related and (node.name != "delta" or len(split(inside, lambda t: t.text == ",")) != 2):  # \delta(i, j)
            return node
        inner = self.atom()
        return Node("indicator", node.start, inner.end, inner.name if related else "=", inner.parts)

    def command(self, token):
        r"""A fraction, an accent, a sum or product sign, a d or a nabla."""
        simple = {"partial": "d", "sum": "bigsum", "prod": "bigsum", "nabla": "nabla"}
        if token.text in simple:
            name = ("d" if token.end - token.start == 1 else "partial") if token.text == "partial" else "prod" * (token.text == "prod")
            return Node(simple[token.text], token.start, token.end, name)
        if token.text == "frac":
            node = fraction(self.argument(), self.argument())
        elif token.text in ACCENTS:
            node = single_item(self.argument())
            if node is None or node.kind != "name":
                raise Unreadable(f"cannot read what stands under \\{token.text}")
            node.name += "" if node.name.endswith("hat") else token.text
        else:
            raise Unreadable(f"\\{token.text} is not known to this checker")
        node.start, node.end = token.start, self.tokens[self.at - 1].end
        return node

    def cases(self, opening):
        """A block of cases, each a value with the tokens of its condition; or a matrix, of which one entry is that entry."""
        inside = self.take_inside("a cases block")
        end, branches = self.tokens[self.at - 1].end, []
        rows = [row for _, row in split(inside, lambda t: t.kind == "brk") if any(t.kind != "amp" for t in row)]
        if not rows:
            raise Unreadable("a block of cases without a case")
        if opening.text in ("matrix", "pmatrix", "bmatrix") and not any(t.kind in ("words", "rel") for t in inside):
            entries = [[part for _, part in split(row, lambda t: t.kind == "amp")] for row in rows]
            trees = tuple(tuple(Parser(entry, self.plain, self.depth).whole() for entry in row) for row in entries)
            if len({len(row) for row in trees}) > 1:
                raise Unreadable("a matrix whose rows differ in length")
            return (
                Node("matrix", opening.start, end, parts=trees)
                if len(trees) * len(trees[0]) > 1
                else Node("group", opening.start, end, "(", trees[0])
            )
        for row in rows:
            ends = (k for k, (t, depth) in enumerate(levels(row)) if depth == 0 and (t.kind in ("amp", "words") or t.text in (",", ";")))
            cut = next(ends, len(row))
            condition = [t for t in row[cut:] if t.kind != "amp" and t.text not in (",", ";")]
            branches.append((Parser(row[:cut], self.plain, self.depth).whole(), condition))
        if opening.text == "array" and len(branches) == 1 and not branches[0][1]:
            return Node("group", opening.start, end, "(", (branches[0][0],))
        return Node("cases", opening.start, end, parts=tuple(branches))


def _solid(tokens):
    """Leave out gaps, and what only a block of cases needs where there is none."""
    blocks = 0
    for token in tokens:
        blocks += (token.kind == "begin") - (token.kind == "end")
        if token.kind != "gap" and (blocks or token.kind not in ("amp", "brk", "words")):
            yield token


def takes_sign(item):
    """Whether a sign behind an item belongs to what follows: a sum sign with its index, an operator."""
    if item.kind == "bigsum":
        return any(t.text.islower() for script in item.subs for t in script)
    return item.kind == "deriv" and item.parts[0] is None


def walk(part):
    """Every node of a tree, the outermost first; `part` may also be several trees in a tuple."""
    stack = [part]
    while stack:
        part = stack.pop()
        if isinstance(part, Node):
            yield part
            part = part.parts
        if isinstance(part, tuple):
            stack.extend(reversed(part))


def nodes_in(part):
    """Every node of a tree, or of several in a tuple, with those in an exponent of e and below a nabla."""
    for node in walk(part):
        yield node
        for script in node.sups if node.name == "e" else node.subs if node.kind == "nabla" else ():
            try:
                yield from nodes_in(Parser(list(script)).whole())
            except Unreadable:
                pass


def product_of(item):
    """Wrap an item as the product that holds nothing else."""
    return Node("product", item.start, item.end, parts=(("", item),))


def alone(item):
    """Wrap an item as the expression that holds nothing else."""
    return Node("sum", item.start, item.end, parts=((1, product_of(item), item.start),))


def single_item(tree):
    """Return the one item of an expression that has only one, else None."""
    if tree.kind == "sum" and len(tree.parts) == 1 and tree.parts[0][0] == 1 and len(tree.parts[0][1].parts) == 1:
        return tree.parts[0][1].parts[0][1]
    return None


# ---------------------------------------------------------------- derivatives


def derivatives(items):
    """Turn d E / d w in a product into a derivative, d / d w into an operator, and d w alone into a slope of the loss."""
    out, at = [], 0

    def is_d(place):
        return place + 1 < len(items) and items[place][1].kind == "d"

    while at < len(items):
        operator, item = items[at]
        slash = next((k for k in (at + 1, at + 2) if is_d(at) and is_d(k) and items[k][0] == "/"), None)
        if slash:
            body, variable = product_of(items[at + 1][1]) if slash == at + 2 else None, items[slash + 1][1]
            item, at = Node("deriv", item.start, variable.end, parts=(body, variable)), slash + 1
        elif is_d(at) and item.name == "d" and items[at + 1][0] == "":
            variable = items[at + 1][1]
            item, at = Node("dloss", item.start, variable.end, "d", (variable,)), at + 1
        out.append((operator, item))
        at += 1
    return out


def fraction(top, bottom):
    """Build a fraction, or the derivative that it is."""
    if len(top.parts) == 1 and top.parts[0][0] == -1:  # a minus before the d
        inner = fraction(replace(top, parts=((1, *top.parts[0][1:]),)), bottom)
        if inner.kind == "deriv":
            return Node("neg", top.start, bottom.end, parts=(inner,))
    above, below = _differential(top), _differential(bottom)
    if above is None or below is None or not below[0]:
        return Node("frac", top.start, bottom.end, parts=(top, bottom))
    body, variables = (Node("product", tree.start, tree.end, parts=items) for tree, (items, _) in ((top, above), (bottom, below)))
    if above[1]:
        return _second(body, variables, script_text(above[1][0]))
    variable, *more = (item for _, item in variables.parts)
    if len(more) > 1 or (more and more[0].kind not in ("group", "list")):  # \partial J(\theta)
        raise Unreadable("a derivative by a product of symbols")
    bracketed = variable.kind == "group" and not (variable.subs or variable.sups or variable.primes)
    inner = single_item(variable.parts[0]) if bracketed else None
    variable = inner if inner is not None and inner.kind == "name" else variable
    return Node("deriv", top.start, bottom.end, parts=(body if body.parts else None, variable))


def _second(body, variables, order):
    """Build the derivative of a derivative: by z_i and z_j, or twice by z, written z^2."""
    names = [item for _, item in variables.parts if item.kind != "d"]
    if len(names) == 1 and names[0].sups and script_text(names[0].sups[-1]) == "2":
        names = [replace(names[0], sups=names[0].sups[:-1])] * 2
    if order != "2" or len(names) != 2 or not body.parts:
        raise Unreadable("a derivative of this order")
    inner = Node("deriv", body.start, variables.end, parts=(body, names[1]))
    return Node("deriv", body.start, variables.end, parts=(product_of(inner), names[0]))


def _differential(tree):
    """Split a numerator or denominator that starts with a d: the items after it, and the exponents of the d."""
    if len(tree.parts) != 1 or tree.parts[0][0] != 1:
        return None
    (_, first), *rest = tree.parts[0][1].parts
    if first.kind == "dloss":
        return (("", first.parts[0]), *rest), ()
    letter = first.name in ("d", "delta") and not (first.subs or first.primes or (rest and rest[0][0]))
    return (tuple(rest), first.sups) if first.kind == "d" or (first.kind == "name" and letter) else None
