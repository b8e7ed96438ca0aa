r"""Read the tokens of one side into a tree.

A product stays flat, ``[(op, item), ...]``, with sum signs, ``\log`` and
derivative operators as items of the list. What a sum covers or a function
applies to is decided later, when the network is known, so that the grammar
has no ambiguity::

    sum     : SIGN? product (SIGN product)*
    product : item (OP? SIGN? item)*
    item    : atom (_script | ^script | ')*
    atom    : number | name | \frac.. | \sum | d | \nabla | {sum} | (sum) | [sum] | cases
"""

import re
from dataclasses import dataclass, replace

from linebyline.checker.parser.tokens import ACCENTS, Token, Unreadable, script_text

MAX_DEPTH = 40


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

    def __init__(self, tokens, plain=False):
        self.tokens = [
            t for t in tokens if t.kind not in ("gap", "amp", "brk", "words") or (t.kind in ("amp", "brk", "words") and inside_cases(tokens, t))
        ]
        self.at, self.depth, self.plain = 0, 0, plain

    def peek(self, ahead=0):
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else Token("end", "", self.last_end(), self.last_end())

    def last_end(self):
        return self.tokens[-1].end if self.tokens else 0

    def take(self):
        token = self.peek()
        self.at += self.at < len(self.tokens)
        return token

    def whole(self):
        """Parse everything; anything left over is an error that names it."""
        tree = self.expression()
        if self.peek().kind == "dots":
            raise Unreadable("the dots leave something out: write it, or use a sum sign")
        if self.peek().kind != "end":
            raise Unreadable(f"cannot read {self.peek().text!r} here")
        return tree

    def expression(self):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable(f"nested deeper than {MAX_DEPTH} levels")
        start, terms = self.peek().start, []
        while True:
            sign, sign_at = 1, self.peek().start
            while self.peek().text in ("+", "-") and self.peek().kind == "op":
                sign = -sign if self.take().text == "-" else sign
            product = self.product()
            terms.append((sign, product, sign_at))
            if not (self.peek().kind == "op" and self.peek().text in ("+", "-")):
                break
        self.depth -= 1
        return Node("sum", start, terms[-1][1].end, parts=tuple(terms))

    def product(self):
        start, items = self.peek().start, []
        while True:
            token = self.peek()
            operator = ""
            if token.kind == "op" and token.text in ("*", "·", "/", "⊙", "⊗", ".") and items:
                self.take()
                operator = "·" if token.text == "." else token.text
                if self.peek().text in ("*", "·", ".") and self.peek().kind == "op":
                    self.take()  # `.\ast`, `* *`
                    operator = "⊙" if token.text == "." else operator
            if not self.starts_item():
                if operator:
                    raise Unreadable(f"nothing follows the sign {token.text!r}")
                break
            sign = self.peek()
            signed = sign.text in ("-", "+") and sign.kind == "op"
            if signed and not (operator or items and takes_sign(items[-1][1])):
                break
            if signed:
                self.take()
            item = self.item()
            if signed and sign.text == "-":
                item = Node("neg", sign.start, item.end, parts=(item,))
            if operator == "" and items and item.kind == "group" and (output := hypothesis(items[-1][1], item)) is not None:
                items[-1] = (items[-1][0], output)
                continue
            items.append((operator, item))
        if not items:
            token = self.peek()
            if token.kind == "dots":
                raise Unreadable("the dots leave something out: write it, or use a sum sign")
            raise Unreadable("an expression is missing" + (f" before {token.text!r}" if token.text else " at the end"))
        return Node("product", start, items[-1][1].end, parts=tuple(self.derivatives(items)))

    def starts_item(self):
        token = self.peek()
        if token.kind in ("num", "name", "cmd", "begin"):
            return True
        if token.kind == "op":
            return token.text in ("{", "(", "[", "\\{", "-", "+") or (token.text == "|" and self.peek(1).kind in ("num", "name", "cmd"))
        if token.kind == "sup" or token.kind == "sub":
            raise Unreadable(f"nothing stands before the {token.text!r}")
        return False

    def derivatives(self, items):
        """Turn d E / d w into a derivative, and d / d w into an operator."""
        out, at = [], 0

        def d(k):
            return k < len(items) and items[k][1].kind == "d"

        while at < len(items):
            op, item = items[at]
            if d(at) and at + 1 < len(items) and items[at + 1][0] == "/" and d(at + 1) and at + 2 < len(items):
                out.append((op, Node("deriv", item.start, items[at + 2][1].end, parts=(None, items[at + 2][1]))))
                at += 3
            elif d(at) and at + 3 < len(items) and items[at + 2][0] == "/" and d(at + 2):
                numerator = items[at + 1][1]
                out.append(
                    (
                        op,
                        Node(
                            "deriv",
                            item.start,
                            items[at + 3][1].end,
                            parts=(Node("product", numerator.start, numerator.end, parts=(("", numerator),)), items[at + 3][1]),
                        ),
                    )
                )
                at += 4
            elif d(at) and item.name == "d" and at + 1 < len(items) and items[at + 1][0] == "":
                variable = items[at + 1][1]
                out.append((op, Node("dloss", item.start, variable.end, parts=(variable,), name=item.name)))
                at += 2
            else:
                out.append((op, item))
                at += 1
        return out

    def numpy_call(self):
        """np.dot(A, B), np.exp(x): the product or function it is, or None."""
        if not (self.peek().text == "np" and self.peek(1).text == "." and self.peek(2).kind == "name"):
            return None
        start = self.peek().start
        self.at += 2
        if self.peek().text not in ("dot", "matmul", "multiply", "outer"):
            return None
        operator = {"dot": "*", "matmul": "*", "multiply": "⊙", "outer": "⊗"}[self.take().text]
        both = self.atom()
        if both.kind != "list" or len(both.parts) != 2:
            raise Unreadable("a product of what?")
        items = [("" if k == 0 else operator, Node("group", p.start, p.end, "(", (p,))) for k, p in enumerate(both.parts)]
        product = Node("product", both.start, both.end, parts=tuple(items))
        return Node("group", start, both.end, "(", (Node("sum", both.start, both.end, parts=((1, product, both.start),)),))

    def item(self):
        call = self.numpy_call()
        if call is not None:
            return self.scripts(call)
        node = self.atom()
        return self.scripts(node)

    def scripts(self, node):
        subs, sups, primes = list(node.subs), list(node.sups), node.primes
        bracketable = node.kind in ("name",) and node.name not in FUNCTION_NAMES
        while True:
            token = self.peek()
            if token.kind == "sub":
                self.take()
                subs.append(self.script("sub", node))
            elif token.kind == "sup":
                self.take()
                script = self.script("sup", node)
                text = script_text(script)
                if text.endswith("'"):
                    primes += len(text) - len(text.rstrip("'"))
                    script = [t for t in script if t.kind != "prime"]
                if script_text(script):
                    sups.append(script)
            elif token.kind == "prime":
                self.take()
                primes += 1
            elif token.text == "{" and token.kind == "op" and self.peek(1).kind == "prime" and self.peek(2).text == "}":  # g{'}
                self.at += 3
                primes += 1
            elif token.text == "[" and token.kind == "op" and bracketable and not sups and self._layer_bracket():
                self.take()
                script = [Token("op", "[", token.start, token.end)]
                while self.peek().text != "]":
                    script.append(self.take())
                script.append(self.take())
                sups.append(script)
            elif (
                token.text == "T"
                and token.kind == "name"
                and not token.spaced
                and self.at
                and self.tokens[self.at - 1].text in ("]", ")")
                and self.peek(1).kind not in ("sub", "sup")
            ):
                self.take()
                sups.append([token])
            elif token.text == "." and token.kind == "op" and self.peek(1).text in ("T", "top", "dot") and self.peek(1).start == token.end:
                self.take()
                transpose = self.take()
                if transpose.text == "dot":  # a.dot(b)
                    self.tokens.insert(self.at, Token("op", "*", transpose.start, transpose.end))
                    break
                sups.append([transpose])
            else:
                break
        node.subs, node.sups, node.primes = tuple(subs), tuple(sups), primes
        node.end = self.tokens[self.at - 1].end if self.at else node.end
        if node.kind == "group" and node.name == "{" and (subs or sups or primes):
            inner = single_item(node.parts[0])
            if inner is not None and (inner.kind == "name" or inner.name == "1" and subs) and not inner.sups:
                inner.subs, inner.sups, inner.primes = inner.subs + node.subs, node.sups, inner.primes + primes
                inner.start, inner.end = node.start, node.end
                return inner
        if node.kind == "group" and node.name == "{" and not (subs or sups or primes):
            inner = single_item(node.parts[0])
            if inner is not None and inner.kind in ("name", "deriv", "group", "num", "bigsum"):
                inner.start, inner.end = node.start, node.end
                return self.indicator(inner) if inner.name in INDICATORS else inner
        return node

    def _layer_bracket(self):
        inside = []
        for ahead in range(1, 6):
            token = self.peek(ahead)
            if token.text == "]":
                return bool(inside) and bool(re.fullmatch(r"(?:[lLi]|\d)(?:[+-]\d)?", "".join(inside)))
            inside.append(token.text)
        return False

    def script(self, where, node):
        """One sub- or superscript: a braced run of tokens, or the shortest thing that makes sense."""
        token = self.take()
        if token.kind == "op" and token.text == "{":
            inside, depth = [], 1
            while True:
                inner = self.take()
                if inner.kind == "end":
                    raise Unreadable("a brace is not closed")
                depth += (inner.text == "{" and inner.kind == "op") - (inner.text == "}" and inner.kind == "op")
                if depth == 0:
                    return inside
                inside.append(inner)
        if token.kind == "op" and token.text in ("(", "[", "\\{"):
            inside, depth = [token], 1
            while depth:
                inner = self.take()
                if inner.kind == "end":
                    raise Unreadable("a bracket in an index is not closed")
                depth += (inner.text in "([\\{" and inner.kind == "op") - (inner.text in ")]\\}" and inner.kind == "op")
                inside.append(inner)
            return inside
        if token.kind in ("end", "rel", "over", "bad"):
            raise Unreadable("an index or exponent is missing")
        if token.kind == "op" and token.text not in "+-*":
            raise Unreadable("an index or exponent is missing")
        run = [token]
        if where == "sup" and token.text in "+-" and self.peek().start == token.end and self.peek().kind in ("name", "num"):
            run.append(self.take())
            token = run[-1]
        if where == "sup" and node.name == "e" and token.kind in ("name",) and self.peek().kind == "sub":
            run.append(self.take())
            inner = self.script("sub", node)
            return [*run, Token("op", "{", token.end, token.end), *inner, Token("op", "}", inner[-1].end, inner[-1].end)] if inner else run
        if token.kind == "cmd" and token.text in ACCENTS:
            run.append(self.take())
            return run
        if token.kind == "name":  # h1, o1; ij in plain text or when both letters can only be indices
            follow = self.peek()
            if follow.start == token.end and follow.kind == "num":
                run.append(self.take())
            elif where == "sub" and follow.start == token.end and follow.kind == "name" and len(follow.text) == 1 and len(token.text) == 1:
                after = self.peek(1)
                indexy = token.text in "hoijklmnpqr" and follow.text in "ijklmnpqr"
                if (indexy and after.kind not in ("sub", "sup", "prime") and after.text != "(") or (self.plain and indexy):
                    run.append(self.take())
        return run

    def group(self, close):
        opening = self.tokens[self.at - 1]
        if self.peek().text == close and self.peek().kind == "op":
            raise Unreadable("empty brackets")
        parts, relation = [self.expression()], None
        while self.peek().kind == "rel" or (self.peek().text in (",", ";", "|") and self.peek().kind == "op" and close != "|"):
            token = self.take()
            relation = token.text if token.kind == "rel" else relation or ","
            parts.append(self.expression())
        over = self.peek()
        if over.kind == "over":
            self.take()
            bottom = self.expression()
            parts = [alone(fraction(parts[0], bottom), opening.start, bottom.end)]
        closing = self.take()
        if not (closing.text == close and closing.kind == "op"):
            if closing.kind == "end":
                raise Unreadable(f"the bracket {opening.text!r} is not closed")
            raise Unreadable(f"cannot read {closing.text!r} inside the brackets")
        kind = "group" if relation is None else "list" if relation == "," else "relation"
        name = relation if kind == "relation" else opening.text if opening.text == "{" else opening.text.lstrip("\\")
        return Node(kind, opening.start, closing.end, name, tuple(parts))

    def argument(self):
        token = self.peek()
        if token.kind == "op" and token.text == "{":
            self.take()
            return self.group("}").parts[0]
        if token.kind == "num" and token.text.isdecimal() and len(token.text) > 1 and not self.plain:  # \frac12
            self.tokens[self.at : self.at + 1] = [Token("num", c, token.start + k, token.start + k + 1) for k, c in enumerate(token.text)]
        return alone(self.atom())

    def atom(self):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable(f"nested deeper than {MAX_DEPTH} levels")
        node = self._atom()
        self.depth -= 1
        return node

    def _atom(self):
        token = self.take()
        if token.kind == "num":
            node = Node("num", token.start, token.end, name=token.text)
            return self.indicator(node)
        if token.kind == "name":
            node = Node("name", token.start, token.end, name=token.text)
            if (
                self.peek().kind == "num"
                and self.peek().start == token.end
                and token.text not in FUNCTION_NAMES
                and re.fullmatch(r"\d+", self.peek().text)
            ):
                digits = self.take()  # h1 for h_1
                node.subs, node.end = ([digits],), digits.end
            return self.indicator(node)
        if token.kind == "begin":
            return self.cases(token)
        if token.kind == "op" and token.text in ("{", "(", "[", "\\{", "|"):
            close = {"{": "}", "(": ")", "[": "]", "\\{": "\\}", "|": "|"}[token.text]
            if self.peek().kind == "begin":
                self.take()
                node = self.cases(token)
                if self.peek().text == close:
                    self.take()
                return node
            node = self.group(close)
            if token.text == "[" and node.kind == "relation":
                return Node("indicator", node.start, node.end, name=node.name, parts=node.parts)
            return node
        if token.kind == "cmd":
            return self.command(token)
        raise Unreadable(f"cannot read {token.text!r} here" if token.text else "the expression stops too early")

    def indicator(self, node):
        """1\\{i = j\\} and its like, if a condition in brackets follows the 1."""
        if node.name not in INDICATORS or node.subs or self.peek().text not in ("\\{", "[", "(") or self.peek().kind != "op":
            return node
        if self.peek().spaced and self.peek().text != "\\{":
            return node
        mark = self.at
        try:
            inner = self.atom()
        except Unreadable:
            inner = None
        if inner is not None and inner.kind in ("relation", "indicator"):
            return Node("indicator", node.start, inner.end, name=inner.name, parts=inner.parts)
        if inner is not None and inner.kind == "list" and node.name == "delta" and len(inner.parts) == 2:  # \delta(i, j)
            return Node("indicator", node.start, inner.end, name="=", parts=inner.parts)
        self.at = mark
        return node

    def command(self, token):
        if token.text == "frac":
            top, bottom = self.argument(), self.argument()
            node = fraction(top, bottom)
            node.start, node.end = token.start, self.tokens[self.at - 1].end
            return node
        if token.text in ACCENTS:
            inner = self.argument()
            item = single_item(inner)
            if item is None or item.kind != "name":
                raise Unreadable(f"cannot read what stands under \\{token.text}")
            if token.text in ("hat", "widehat", "tilde", "bar", "overline", "check", "dot", "widetilde") and not item.name.endswith("hat"):
                item.name += ACCENTS[token.text]
            item.start, item.end = token.start, self.tokens[self.at - 1].end
            return item
        if token.text == "partial":
            node = Node("d", token.start, token.end, name="d" if token.end - token.start == 1 and token.end < 1 << 60 else "partial")
            return node
        if token.text == "sum":
            return Node("bigsum", token.start, token.end)
        if token.text == "nabla":
            return Node("nabla", token.start, token.end)
        raise Unreadable(f"\\{token.text} is not known to this checker")

    def cases(self, opening):
        rows, row, cell = [], [], []
        depth = 1
        name = self.tokens[self.at - 1].text
        while True:
            token = self.take()
            if token.kind == "end" and token.text == "":
                raise Unreadable("a cases block is not closed")
            depth += (token.kind == "begin") - (token.kind == "end")
            if depth == 0 or (depth == 1 and token.kind == "brk"):
                row.append(cell)
                if any(row):
                    rows.append(row)
                row, cell = [], []
                if depth == 0:
                    break
            elif depth == 1 and token.kind == "amp":
                row.append(cell)
                cell = []
            else:
                cell.append(token)
        if name in ("pmatrix", "bmatrix", "matrix", "array") and len(rows) == 1 and len(rows[0]) == 1:
            inner = Parser(rows[0][0], self.plain).whole()
            return Node("group", opening.start, token.end, name="(", parts=(inner,))
        if not rows:
            raise Unreadable("a block of cases without a case")
        branches = []
        for row in rows:
            condition = [t for c in row[1:] for t in c]
            value = row[0]
            if not condition:  # the condition in the same cell
                cut = next((k for k, t in enumerate(value) if t.kind == "words" or t.text == ","), None)
                value, condition = (value, []) if cut is None else (value[:cut], value[cut:])
            value = [t for t in value if t.kind != "words"]
            while value and value[-1].text in (",", ";", "."):
                value.pop()
            branches.append((Parser(value, self.plain).whole(), condition))
        return Node("cases", opening.start, token.end, parts=tuple(branches))


INDICATORS = ("1", "I", "chi", "delta")
FUNCTION_NAMES = {"log", "ln", "exp", "softmax", "sigmoid", "tanh", "relu", "softplus", "diag"}


def takes_sign(item):
    """Whether a sign behind an item belongs to what follows: a sum sign with its index, an operator."""
    if item.kind == "bigsum":
        return any(t.text.islower() for script in item.subs for t in script)
    return item.kind == "deriv" and item.parts[0] is None


def inside_cases(tokens, token):
    depth = 0
    for other in tokens:
        if other is token:
            return depth > 0
        depth += (other.kind == "begin") - (other.kind == "end")
    return False


def hypothesis(function, argument):
    r"""Read :math:`h_\theta(x^{(i)})` as the network's output for that example; None if it is something else."""
    inner = single_item(argument.parts[0])
    if function.kind != "name" or function.name not in ("h", "f") or function.sups or function.primes or argument.subs:
        return None
    parameters = re.fullmatch(r"(?:theta|Theta|w,?b?|W,?b?)(?:_([a-z\d]))?", "".join(script_text(s) for s in function.subs))
    if parameters is None:
        return None
    output = [[t for t in function.subs[0] if t.text == parameters[1]][-1:]] if parameters[1] else ()
    if inner is None or inner.kind != "name" or inner.name not in "xX" or inner.subs or inner.primes:
        return None
    return Node("name", function.start, argument.end, name="yhat", subs=tuple(output), sups=inner.sups + argument.sups)


def walk(part):
    """Every node of a tree, the outermost first; `part` may also be several trees in a tuple."""
    if isinstance(part, Node):
        yield part
        part = part.parts
    if isinstance(part, tuple):
        for inner in part:
            yield from walk(inner)


def alone(item, start=None, end=None):
    """Wrap an item as the expression that holds nothing else."""
    start, end = item.start if start is None else start, item.end if end is None else end
    return Node("sum", start, end, parts=((1, Node("product", start, end, parts=(("", item),)), start),))


def single_item(tree):
    """Return the one item of an expression that has only one, else None."""
    if tree.kind == "sum" and len(tree.parts) == 1 and tree.parts[0][0] == 1 and len(tree.parts[0][1].parts) == 1:
        return tree.parts[0][1].parts[0][1]
    return None


def fraction(top, bottom):
    """Build a fraction, or the derivative that it is."""
    numerator, denominator = _differential(top), _differential(bottom)
    node = Node("frac", top.start, bottom.end, parts=(top, bottom))
    if numerator is not None and denominator is not None and denominator[1]:
        if numerator[0] != denominator[0] and "delta" in (numerator[0], denominator[0]):
            return node
        variable = denominator[1]
        if numerator[2]:
            return _second(node, numerator[1], variable, script_text(top.parts[0][1].parts[0][1].sups[0]))
        if len(variable) != 1:
            if not (len(variable) == 2 and variable[1][1].kind in ("group", "list")):  # \partial J(\theta)
                raise Unreadable("a derivative by a product of symbols")
        numerators = numerator[1]
        body = Node("product", top.start, top.end, parts=tuple(numerators)) if numerators else None
        item = variable[0][1]
        inner = single_item(item.parts[0]) if item.kind == "group" and not (item.subs or item.sups or item.primes) else None
        return Node("deriv", top.start, bottom.end, parts=(body, inner if inner is not None and inner.kind == "name" else item))
    return node


def _second(node, body, variables, order):
    """Build the derivative of a derivative: by z_i and z_j, or twice by z, written z^2."""
    names = [item for _, item in variables if item.kind != "d"]
    if len(names) == 1 and names[0].sups and script_text(names[0].sups[-1]) == "2":
        names = [replace(names[0], sups=names[0].sups[:-1])] * 2
    if order != "2" or len(names) != 2 or not body:
        raise Unreadable("a derivative of this order")
    inner = Node("deriv", node.start, node.end, parts=(Node("product", node.start, node.end, parts=tuple(body)), names[1]))
    return Node("deriv", node.start, node.end, parts=(Node("product", node.start, node.end, parts=(("", inner),)), names[0]))


def _differential(tree):
    """Split a numerator or denominator that starts with a d: (which d, the items after it, whether it is of second order)."""
    if tree.kind != "sum" or len(tree.parts) != 1 or tree.parts[0][0] != 1:
        return None
    items = tree.parts[0][1].parts
    first = items[0][1]
    if first.kind == "d":
        return "d", items[1:], bool(first.sups)
    if first.kind == "dloss":
        return "d", ((("", first.parts[0]),) + tuple(items[1:])), bool(first.sups)
    if first.kind == "name" and first.name in ("d", "delta") and not first.subs and not first.primes and (len(items) == 1 or items[1][0] == ""):
        if first.name == "delta" and len(items) == 1:
            return None
        return first.name, items[1:], bool(first.sups)
    return None
