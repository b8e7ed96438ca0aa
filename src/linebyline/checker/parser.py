r"""Read a derivation as people type it: find the maths, cut it into sides, and build a tree for each side.

A product stays flat, ``[(op, item), ...]``, with sum signs, ``\log`` and
derivative operators as items of the list. What a sum covers or a function
applies to is decided later, when the network is known. Sides are cut at the
top-level ``=`` first, so that one side nobody can read does not hide the rest.
Text is only ever read: nothing in it is evaluated as code.
"""

import re
from dataclasses import dataclass, field

MAX_TEXT, MAX_TOKENS, MAX_DEPTH, MAX_SIDES = 20_000, 4_000, 40, 120


class Unreadable(Exception):
    """A side that cannot be read; the message says why."""


@dataclass
class Token:
    kind: str
    text: str
    start: int
    end: int
    spaced: bool = False


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


@dataclass
class Side:
    """One side of an equation: what was typed, and its tree or the reason why there is none."""

    text: str
    line: int
    start: int
    end: int
    relation: str = ""
    tree: Node | None = None
    error: str = ""
    notes: list = field(default_factory=list)


@dataclass
class Chain:
    """Sides joined by equals signs. `continues`: it began with one; `cases`: conditions such as ``i = j``."""

    sides: list
    continues: bool = False
    cases: list = field(default_factory=list)
    is_note: bool = False


WORDS = (
    "net out output target softmax sigmoid logistic tanh relu log ln exp sum Loss loss Error error cost Cost total true pred "
    "diag delta Delta sigma theta Theta eta alpha epsilon lambda omega phi nabla partial input label logits logit probs prob scores score "
    "np matmul multiply outer softplus hidden Sigmoid Softmax ReLU Tanh hat err act transpose loss Net Out one onehot lr in"
).split()
GREEK_WORDS = set("delta Delta sigma theta Theta eta alpha epsilon lambda omega phi nabla partial sum".split())
STYLE = set(
    "left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle limits nolimits nonumber notag mathbf mathrm "
    "mathit mathbb mathcal mathscr mathsf mathfrak boldsymbol bm pmb vec textbf textrm textit operatorname underline rm bf it cal boxed cancel "
    "underbrace overbrace bold mathop begingroup endgroup middle scriptstyle textsf texttt hfill centering strut smash unicode".split()
)
GAPS = {"quad", "qquad", "space", "enspace", " "}
PRODUCTS = {
    "cdot": "·",
    "times": "·",
    "ast": "*",
    "odot": "⊙",
    "circ": "⊙",
    "otimes": "⊗",
    "div": "/",
    "bullet": "⊙",
    "star": "*",
    "sdot": "·",
    "centerdot": "·",
}
RELATIONS = {
    "leftarrow": "<-",
    "gets": "<-",
    "equiv": "=",
    "triangleq": "=",
    "approx": "≈",
    "simeq": "≈",
    "coloneqq": "=",
    "doteq": "=",
    "stackrel": "=",
}
UNEQUAL = {"neq", "ne"}
ARROWS = set("to rightarrow Rightarrow implies Longrightarrow longrightarrow Leftrightarrow iff therefore because".split())
ACCENTS = {"hat": "hat", "widehat": "hat", "tilde": "tilde", "widetilde": "tilde", "bar": "bar", "overline": "bar", "check": "check", "dot": "dot"}
ALIAS = dict(
    pair.split("=")
    for pair in (
        "varepsilon=epsilon varphi=phi vartheta=theta upsigma=sigma varsigma=sigma bigtriangledown=nabla triangledown=nabla lbrace=\\{ rbrace=\\} "
        "lbrack=[ rbrack=] langle=( rangle=) dfrac=frac tfrac=frac cfrac=frac mathbbm=mathbb intercal=top dagger=top lVert=| rVert=| vert=| mid=|"
    ).split()
)
CHARS = dict(
    zip(
        "δσθηαεϵλωφϕΔΘ∂∑Σ∇πρμψγβΦΨΩξζκτ",
        "delta sigma theta eta alpha epsilon epsilon lambda omega phi phi Delta Theta partial sum sum nabla "
        "pi rho mu psi gamma beta Phi Psi Omega xi zeta kappa tau".split(),
    )
)
CHAR_OPS = {
    "·": "·",
    "⋅": "·",
    "×": "·",
    "∗": "*",
    "•": "·",
    "−": "-",
    "–": "-",
    "—": "-",
    "⊙": "⊙",
    "∘": "⊙",
    "⊗": "⊗",
    "÷": "/",
    "⁄": "/",
    "∕": "/",
}
DIGITS = {
    **{c: ("_", d) for c, d in zip("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₙₘ", "0123456789ijklnm")},
    **{c: ("^", d) for c, d in zip("⁰¹²³⁴⁵⁶⁷⁸⁹ᵀˡᴸ⁺⁻", "0123456789TlL+-")},
}
HATTED = {"ŷ": "yhat", "ẑ": "zhat", "â": "ahat", "ô": "ohat", "Ŷ": "Yhat"}
SPLIT_WORDS = "becomes|equals|is equal to|which equals|gives"

LEXER = re.compile(
    r"(?P<space>\s+|\\[,;:!>/]|~|\\hspace\*?\{[^{}]*\}|%[^\n]*\n)"
    r"|(?P<brk>\\\\+(?:\s*\[[^\]\n]{0,12}(?:pt|em|ex|mm|cm)\])?|\\newline\b|\\cr\b)"
    r"|(?P<env>\\(?:begin|end)\s*\{\s*(?P<envname>[A-Za-z]+)\*?\s*\}(?:\{[lcr|@{} ]*\})?)"
    r"|(?P<drop>\\(?:tag|label|eqref|ref|color|hskip|vspace|phantom|htmlClass|cssId|class|href|style)\*?\s*\{[^{}]*\}|\\textcolor\s*\{[^{}]*\}|\\htmlId\{[^{}]*\})"
    r"|\\(?P<textcmd>text|mbox|textrm|mathrm|operatorname|textnormal|hbox|rm|textit|textbf|mathit|mathsf|texttt)\*?\s*\{(?P<textarg>[^{}]*)\}"
    r"|(?P<brace>\\[{}|])|(?P<cmd>\\[A-Za-z]+|\\[ ])"
    r"|(?P<num>\d+(?:\.\d+)?(?:[eE]-?\d+(?![A-Za-z_0-9]))?|\.\d+)|(?P<run>[A-Za-z]+)"
    r"|(?P<arrow><-|←|:=|=>|->|→|⇒|⟹|\.\*|!=|≠|≈|==|≔|≡|\*\*)|(?P<dots>\.\.\.+|…)|(?P<char>.)",
    re.S,
)


def tokenise(text, start=0, end=None, plain=False):
    """Cut text[start:end] into tokens whose places are places in `text`."""
    tokens, position, spaced = [], start, False
    end = len(text) if end is None else end

    def put(kind, value, a, b):
        nonlocal spaced
        if len(tokens) >= MAX_TOKENS:
            raise Unreadable(f"more than {MAX_TOKENS} symbols in one piece")
        tokens.append(Token(kind, value, a, b, spaced))
        spaced = False

    while position < end:
        match = LEXER.match(text, position, end)
        kind, value, a, b = match.lastgroup, match.group(), position, match.end()
        position = b
        if kind in ("textarg", "textcmd"):
            content = match.group("textarg").strip()
            inner = match.start("textarg")
            wordy = " " in content or (match.group("textcmd") in ("text", "mbox", "hbox", "textrm") and content.rstrip(".,:;").lower() in CONNECTIVES)
            if wordy or not re.fullmatch(r"[A-Za-z_0-9^()+\-*'.]*", content):
                put("words", content, a, b)
            elif content:
                put("op", "{", a, inner)
                for token in tokenise(text, inner, match.end("textarg"), plain):
                    put(token.kind, token.text, token.start, token.end)
                put("op", "}", b - 1, b)
            continue
        if kind in ("space", "drop"):
            if "\n" in value and kind == "space" and value.count("\n") > 1 and value.isspace():
                put("brk", "\n\n", a, b)
            elif plain and kind == "space" and "\n" in value:
                put("brk", "\n", a, b)
            spaced = True
        elif kind == "cmd":
            name = ALIAS.get(value[1:], value[1:])
            if name in STYLE or name == "right" or name == "left":
                if name in ("left", "right") and position < end and text[position] == ".":
                    position += 1
            elif name in GAPS:
                put("gap", name, a, b)
                spaced = True
            elif name in PRODUCTS:
                put("op", PRODUCTS[name], a, b)
            elif name in RELATIONS:
                put("rel", RELATIONS[name], a, b)
            elif name in UNEQUAL:
                put("rel", "!=", a, b)
            elif name in ARROWS:
                put("arrow", name, a, b)
            elif name in ("in", "forall", "over", "top", "prime", "dots", "cdots", "ldots", "not", "infty", "ell", "mod"):
                kinds = {"over": "over", "top": "name", "prime": "prime", "dots": "dots", "cdots": "dots", "ldots": "dots", "ell": "name"}
                put(kinds.get(name, "word"), {"prime": "'", "ell": "ell", "top": "top"}.get(name, name), a, b)
            elif name in ("{", "\\{", "\\}", "[", "]", "(", ")", "|"):
                put("op", name, a, b)
            else:
                put("name" if name not in ("sum", "prod", "frac", "partial", "nabla", "sqrt") and name not in ACCENTS else "cmd", name, a, b)
        elif kind == "run":
            for name, kind_, x, y in split_run(value, a, tokens):
                put(kind_, name, x, y)
        elif kind in ("env", "envname"):
            name = match.group("envname")
            if name in ("cases", "matrix", "array", "pmatrix", "bmatrix", "rcases", "dcases", "vmatrix") and (name != "array" or _in_braces(tokens)):
                put("begin" if value.startswith("\\begin") else "end", name, a, b)
            elif value.startswith("\\end"):
                put("brk", "env", a, b)
        elif kind == "brace":
            put("op", "|" if value == "\\|" else value, a, b)
        elif kind == "brk":
            put("brk", "\\\\", a, b)
        elif kind == "arrow":
            if value == "**":
                put("sup", "^", a, b)
            elif value in (".*",):
                put("op", "⊙", a, b)
            else:
                known = {
                    "<-": ("rel", "<-"),
                    "←": ("rel", "<-"),
                    ":=": ("rel", "="),
                    "==": ("rel", "="),
                    "≔": ("rel", "="),
                    "≡": ("rel", "="),
                    "!=": ("rel", "!="),
                    "≠": ("rel", "!="),
                    "≈": ("rel", "≈"),
                }
                put(*known.get(value, ("arrow", value)), a, b)
        elif kind == "num":
            put("num", value, a, b)
        elif kind == "dots":
            put("dots", "...", a, b)
        else:
            _character(value, a, b, tokens, put)
    return tokens


CONNECTIVES = set(
    "if for when where otherwise else and so or since because thus hence therefore case si with then as by let that is we get which all "
    "eq eqn i.e e.g sum".split()
)


def _in_braces(tokens):
    return any(t.text == "\\{" for t in tokens[-2:])


def _character(value, a, b, tokens, put):
    if value in CHARS:
        name = CHARS[value]
        put("cmd" if name in ("sum", "partial", "nabla") else "name", name, a, b)
    elif value in HATTED:
        put("name", HATTED[value], a, b)
    elif value == "\u0302" and tokens and tokens[-1].kind == "name":
        tokens[-1].text += "hat"
        tokens[-1].end = b
    elif value in DIGITS:
        mark, digit = DIGITS[value]
        previous = tokens[-1] if tokens else None
        if previous is not None and previous.end == a and previous.kind in ("num", "name") and len(tokens) > 1 and tokens[-2].text == mark:
            previous.text, previous.end = previous.text + digit, b
        else:
            put("sub" if mark == "_" else "sup", mark, a, a)
            put("num" if digit.isdigit() else "name", digit, a, b)
    elif value in CHAR_OPS:
        put("op", CHAR_OPS[value], a, b)
    elif value in "_^":
        put("sub" if value == "_" else "sup", value, a, b)
    elif value in "'’′`´‘":
        put("prime", "'", a, b)
    elif value == "″":
        put("prime", "'", a, b)
        put("prime", "'", a, b)
    elif value == "=":
        put("rel", "=", a, b)
    elif value in "<>≤≥∈∉∀∃":
        put("word", value, a, b)
    elif value == "&":
        put("amp", "&", a, b)
    elif value in "+-*/()[]{}|,;.:!@?":
        put("op", "*" if value == "@" else value, a, b)
    elif value == "⊤":
        put("name", "top", a, b)
    elif value == "ℓ":
        put("name", "ell", a, b)
    elif value == "ℒ":
        put("name", "L", a, b)
    elif value == "𝟙":
        put("num", "1", a, b)
    elif value == "$" or value.isspace() or value in '\u200b\ufeff\u00a0#"':
        pass
    else:
        put("bad", value, a, b)


def split_run(run, start, tokens):
    """Split a run of letters: known words whole, a differential ``d`` off, the rest letter by letter."""
    scripted = bool(tokens) and tokens[-1].kind in ("sub", "sup")
    at, out = 0, []
    if run in ("dot", "T", "np"):
        return [(run, "name", start, start + len(run))]
    if len(run) > 1 and run[0] in "d" and not scripted and run not in WORDS:
        rest = run[1:]
        if len(rest) == 1 or rest in WORDS or any(rest == w for w in ("yhat", "zhat")):
            out.append(("partial", "cmd", start, start + 1))
            at = 1
    while at < len(run):
        word = next(
            (
                w
                for w in sorted(WORDS, key=len, reverse=True)
                if run.startswith(w, at) and (w not in ("in", "one", "err", "act", "hat", "out") or run[at:] == w or (w == "out" and at == 0))
            ),
            None,
        )
        if word is None and run[at:] in ("yhat", "zhat", "phat", "ypred", "ytrue"):
            word = run[at:]
        name = word or run[at]
        name = {
            "ypred": "yhat",
            "ytrue": "y",
            "Sigmoid": "sigmoid",
            "Softmax": "softmax",
            "ReLU": "relu",
            "Tanh": "tanh",
            "logistic": "sigmoid",
            "Net": "net",
            "Out": "out",
            "transpose": "top",
        }.get(name, name)
        kind = "cmd" if name in ("sum", "partial", "nabla") else "name"
        out.append((name, kind, start + at, start + at + len(word or run[at])))
        at += len(word or run[at])
    return out


# ---------------------------------------------------------------- expressions


class Parser:
    """Recursive descent over one side's tokens."""

    def __init__(self, tokens, plain=False):
        self.tokens = [
            t for t in tokens if t.kind not in ("gap", "amp", "brk", "words") or (t.kind in ("amp", "brk", "words") and _inside_cases(tokens, t))
        ]
        self.at, self.depth, self.plain = 0, 0, plain

    def peek(self, ahead=0):
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else Token("end", "", self.last_end(), self.last_end())

    def last_end(self):
        return self.tokens[-1].end if self.tokens else 0

    def take(self):
        token = self.peek()
        self.at += 1
        return token

    def whole(self):
        """Parse everything; anything left over is an error that names it."""
        tree = self.expression()
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
            if (
                (
                    operator
                    or (
                        items
                        and (
                            (items[-1][1].kind == "bigsum" and any(t.text.islower() for script in items[-1][1].subs for t in script))
                            or (items[-1][1].kind == "deriv" and items[-1][1].parts[0] is None)
                        )
                    )
                )
                and sign.text in ("-", "+")
                and sign.kind == "op"
            ):
                self.take()
                item = self.item()
                if sign.text == "-":
                    item = Node("neg", sign.start, item.end, parts=(item,))
            elif sign.text in ("-", "+") and sign.kind == "op":
                break
            else:
                item = self.item()
            items.append((operator, item))
        if not items:
            token = self.peek()
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
            if inner is not None and inner.kind in ("name",) and not inner.sups:
                inner.subs, inner.sups, inner.primes = inner.subs + node.subs, node.sups, inner.primes + primes
                inner.start, inner.end = node.start, node.end
                return inner
        if node.kind == "group" and node.name == "{" and not (subs or sups or primes):
            inner = single_item(node.parts[0])
            if inner is not None and inner.kind in ("name", "deriv", "group", "num", "bigsum"):
                inner.start, inner.end = node.start, node.end
                return inner
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
            parts = [
                Node(
                    "sum",
                    opening.start,
                    bottom.end,
                    parts=((1, Node("product", opening.start, bottom.end, parts=(("", fraction(parts[0], bottom)),)), opening.start),),
                )
            ]
        closing = self.take()
        if not (closing.text == close and closing.kind == "op"):
            if closing.kind == "end":
                raise Unreadable(f"the bracket {opening.text!r} is not closed")
            raise Unreadable(f"cannot read {closing.text!r} inside the brackets")
        kind = "group" if relation is None else "list" if relation == "," else "relation"
        return (
            Node(kind, opening.start, closing.end, name=opening.text.lstrip("\\") if opening.text != "{" else "{", parts=tuple(parts), primes=0)
            if kind != "relation"
            else Node(kind, opening.start, closing.end, name=relation, parts=tuple(parts))
        )

    def argument(self):
        token = self.peek()
        if token.kind == "op" and token.text == "{":
            self.take()
            return self.group("}").parts[0]
        if token.kind == "num" and len(token.text) > 1 and not self.plain:  # \frac12
            self.tokens[self.at : self.at + 1] = [Token("num", c, token.start + k, token.start + k + 1) for k, c in enumerate(token.text)]
        node = self.atom()
        return Node("sum", node.start, node.end, parts=((1, Node("product", node.start, node.end, parts=(("", node),)), node.start),))

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
            if token.text == "1" and self.peek().text in ("\\{", "[", "(") and not self.peek().spaced:
                mark = self.at
                try:
                    inner = self.atom()
                except Unreadable:
                    inner = None
                if inner is not None and inner.kind == "relation":
                    return Node("indicator", token.start, inner.end, name=inner.name, parts=inner.parts)
                self.at = mark
            return node
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
            return node
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
        if opening.kind != "begin":
            pass
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


FUNCTION_NAMES = {"log", "ln", "exp", "softmax", "sigmoid", "tanh", "relu", "softplus", "diag"}


def _inside_cases(tokens, token):
    depth = 0
    for other in tokens:
        if other is token:
            return depth > 0
        depth += (other.kind == "begin") - (other.kind == "end")
    return False


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
        if len(variable) != 1:
            if not (len(variable) == 2 and variable[1][1].kind in ("group", "list")):  # \partial J(\theta)
                raise Unreadable("a derivative by a product of symbols")
        numerators = numerator[1]
        if numerator[2]:
            raise Unreadable("a second derivative")
        body = Node("product", top.start, top.end, parts=tuple(numerators)) if numerators else None
        item = variable[0][1]
        inner = single_item(item.parts[0]) if item.kind == "group" else None
        return Node("deriv", top.start, bottom.end, parts=(body, inner if inner is not None and inner.kind == "name" else item))
    return node


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


def script_text(tokens):
    """Spell a script without spaces and braces: ``(l+1)``, ``h1``, ``ij``."""
    return "".join(t.text for t in tokens if not (t.kind == "op" and t.text in "{}") and t.kind not in ("gap", "words"))


# ---------------------------------------------------------------- pieces, chains, sides

MATHS = re.compile(
    r"\$\$(.+?)\$\$|\\\[(.+?)\\\]|(\\begin\{(align|equation|gather|eqnarray|multline|aligned|split)\*?\}.+?\\end\{\4\*?\})|\$([^$]+?)\$|\\\((.+?)\\\)",
    re.S,
)
GLUE = re.compile(r"[\s=+\-−–*/().,·×0-9^_{}]*")


def pieces(text):
    """Find the maths in a text: (start, end, plain?, display?) of each piece, dollars left out where they can be."""
    found = [(m.start(), m.end(), next(k for k in (1, 2, 3, 5, 6) if m.group(k) is not None), m) for m in MATHS.finditer(text)]
    if not found:
        return [(0, len(text), "\\\\" not in text, True)] if text.strip() else []
    out = []
    line_is_maths = all(GLUE.fullmatch(text[a:b]) for a, b in zip([0] + [f[1] for f in found], [f[0] for f in found] + [len(text)]))
    outside = "".join(text[a:b] for a, b in zip([0] + [f[1] for f in found], [f[0] for f in found] + [len(text)]))
    if line_is_maths and ("=" in outside or any(len(p) == 1 for p in outside.split())):
        return [(0, len(text), False, True)]
    displays = any(kind in (1, 2, 3) for _, _, kind, _ in found)
    for _, _, kind, match in found:
        if displays and kind not in (1, 2, 3):
            continue
        start, end = match.span(kind)
        out.append((start, end, False, kind in (1, 2, 3)))
    return out


def read(text):
    """Cut a text into chains of sides, every side parsed or with the reason why it could not be."""
    if not isinstance(text, str):
        raise TypeError(f"text: expected a string, got {type(text).__name__}; paste the derivation as text")
    if len(text) > MAX_TEXT:
        raise ValueError(f"text: expected at most {MAX_TEXT} characters, got {len(text)}; check it in parts")
    chains, last = [], 0
    for start, end, plain, display in pieces(text):
        case = _case_before(text[last:start].rstrip("$[\\( \n"))
        last = end
        found = _piece(text, start, end, plain, display)
        for chain in found:
            if case and not chain.continues:
                chain.cases.append(case)
        if found and found[0].continues and chains and not found[0].cases:
            chains[-1].sides.extend(found.pop(0).sides)
        chains.extend(found)
    total = 0
    for chain in chains:
        total += len(chain.sides)
        if total > MAX_SIDES:
            raise ValueError(f"text: expected at most {MAX_SIDES} sides, got more; check it in parts")
    return chains


CASE_BEFORE = re.compile(r"\b(?:if|when|for|case|where|with)\b[^.$]{0,30}\$\s*([a-z])\s*(=|\\neq?|≠|!=)\s*\{?([a-z0-9])\}?\s*\$[^$]{0,60}$", re.I)


def _case_before(prose):
    match = CASE_BEFORE.search(prose)
    return (match.group(1), "=" if match.group(2) == "=" else "!=", match.group(3), False) if match else None


def _piece(text, start, end, plain, display):
    """Cut one piece of maths into chains."""
    has_backslash = "\\" in text[start:end]
    try:
        tokens = tokenise(text, start, end, plain)
    except Unreadable as error:
        return [Chain([Side(text[start:end].strip()[:200], _line(text, start), start, end, error=str(error))])]
    tokens = _words_as_relations(text, tokens, plain)
    rows, chains = _rows(tokens), []
    for row in rows:
        row = _without_prose(row, text, bare=plain)
        if not row:
            continue
        for statement, condition in _statements(row):
            sides = _sides(text, statement)
            if not sides:
                continue
            continues = sides[0][0] in ("=", "≈", "<-") and not sides[0][1]
            made = []
            for relation, tokens_ in sides:
                tokens_, cases_, notes_ = _trailing(tokens_)
                condition.extend(cases_)
                if not tokens_:
                    continue
                side = parse_side(text, tokens_, relation, not has_backslash)
                if side.error and len(made) and re.fullmatch(r"[.…\s]*|\\[lc]?dots", side.text):
                    continue
                side.notes = [_side_note(text, n, not has_backslash) for n in notes_]
                made.append(side)
            if not made:
                continue
            joined = (
                chains
                and statement[0].text in ("+", "-", "*", "·", "⊙")
                and statement[0].kind == "op"
                and not continues
                and len(sides) == 1
                and chains[-1].sides
            )
            if joined and (row_joins(tokens, statement) or statement[0].text != "-"):
                previous = chains[-1].sides[-1]
                merged = [t for t in tokens if previous.start <= t.start < made[0].end and t.kind not in ("amp", "brk")]
                chains[-1].sides[-1] = parse_side(text, merged, previous.relation, not has_backslash)
                chains[-1].sides[-1].notes = previous.notes + made[0].notes
                continue
            chain = Chain(made, continues, condition)
            if continues and chains and not condition:
                chains[-1].sides.extend(made)
                chains[-1].cases.extend(condition)
            else:
                chains.append(chain)
    return chains


def row_joins(tokens, statement):
    """Whether a row that starts with a minus carries on the row before it: an align with an & in front."""
    at = next((k for k, t in enumerate(tokens) if t is statement[0]), 0)
    return at > 0 and any(t.kind == "amp" for t in tokens)


def _line(text, at):
    return text.count("\n", 0, at) + 1


def _words_as_relations(text, tokens, plain):
    if plain and "=" not in text:
        for match in re.finditer(rf"\b({SPLIT_WORDS})\b", text):
            kept = [t for t in tokens if not (match.start() <= t.start < match.end())]
            at = next((k for k, t in enumerate(kept) if t.start >= match.end()), len(kept))
            tokens = kept[:at] + [Token("rel", "=", match.start(), match.end())] + kept[at:]
    return tokens


def _depths(tokens):
    depth, out = 0, []
    for token in tokens:
        if (token.kind == "op" and token.text in ("{", "(", "[", "\\{")) or token.kind == "begin":
            depth += 1
        elif ((token.kind == "op" and token.text in ("}", ")", "]", "\\}")) or (token.kind == "end")) and depth:
            depth -= 1
            out.append(depth + 1)
            continue
        out.append(depth)
    return out


def _rows(tokens):
    rows, row = [], []
    for token, depth in zip(tokens, _depths(tokens)):
        if token.kind == "brk" and (depth == 0 or (token.text == "\\\\" and not any(t.kind == "begin" for t in row))):
            rows.append(row)
            row = []
        else:
            row.append(token)
    rows.append(row)
    merged = []
    for row in rows:  # a row that ends with a sign goes on in the next one
        solid = [t for t in row if t.kind not in ("amp", "gap")]
        if merged and solid and _open(merged[-1]):
            merged[-1].extend(row)
        elif solid:
            merged.append(list(row))
    return merged


def _open(row):
    last = [t for t in row if t.kind not in ("amp", "gap")][-1]
    return (last.kind == "op" and last.text in ("+", "-", "*", "·", "/", "⊙", "⊗")) or last.kind == "rel"


def _without_prose(row, text, bare):
    """Drop words around the formula in a plain line: all of it if it holds no formula."""
    row = [t for t in row if t.kind != "amp" or _inside_cases(row, t)]
    if not bare or not row:
        return row
    relation = any(t.kind == "rel" for t in row)
    source = text[row[0].start : row[-1].end]
    plain_words = [w for w in re.findall(r"(?<![\\A-Za-z_{^])[A-Za-z]{3,}(?![A-Za-z_({0-9^])", source) if w not in WORDS and w[0] != "d"]
    if not relation and len(plain_words) >= 2:
        return []
    if relation and plain_words:
        colon = source.find(":")
        first = next(t for t in row if t.kind == "rel")
        if 0 <= colon and row[0].start + colon < first.start and source[colon + 1 : colon + 2] != "=":
            row = [t for t in row if t.start > row[0].start + colon]
    return row


def _statements(row):
    """Cut a row into statements: at a wide gap, an arrow or a comma that is followed by another equation."""
    depths, cuts = _depths(row), []
    for k, (token, depth) in enumerate(zip(row, depths)):
        if depth:
            continue
        if token.kind in ("gap", "arrow", "words") or (token.text in (",", ";") and token.kind == "op"):
            cuts.append(k)
    parts, start = [], 0
    for cut in [*cuts, len(row)]:
        parts.append((row[start:cut], row[cut] if cut < len(row) else None))
        start = cut + 1
    statements, before = [], None
    for part, separator in parts:
        relations = [t for t, depth in zip(part, _depths(part)) if t.kind == "rel" and depth == 0]
        condition = read_condition(part)
        if not part:
            pass
        elif statements and condition is not None:
            statements[-1][1].append(condition)
        elif (
            statements
            and before is not None
            and before.text.split(" ")[0].lower() in ("if", "for", "when", "si")
            and before.kind == "words"
            and not relations
        ):
            pass
        elif statements and not relations and before is not None and (before.kind == "arrow" or (before.kind == "words")):
            if before.kind == "arrow" and part[0].text != "(":
                statements[-1][0].extend([Token("rel", "=", before.start, before.end), *part])
        elif (
            statements
            and before is not None
            and before.kind == "gap"
            and (not relations or part[0].kind == "rel" or not any(t.kind == "rel" for t in statements[-1][0]) or _open(statements[-1][0]))
        ):
            if part[0].text == "(" and part[-1].text == ")" and not relations and separator is None:
                inside = part[1:-1]
                if any(t.kind == "rel" for t in inside):
                    statements[-1][0].extend([before, *part])
            else:
                statements[-1][0].extend([before, *part])
        elif statements and before is not None and before.text in (",", ";") and not relations:
            if not any(t.kind == "rel" for t in statements[-1][0]) and len(part) > 1:
                statements.append((list(part), []))
        else:
            statements.append((list(part), []))
        before = separator if separator is not None else before
    return statements


def read_condition(tokens):
    """Read ``i = j``, ``k \\neq i``, ``y = k`` as (left, relation, right, certain), or None."""
    solid = [
        t for t in tokens if t.kind not in ("gap", "words", "amp", "brk") and not (t.kind == "op" and t.text in ("(", ")", "{", "}", ",", ".", ";"))
    ]
    solid = [t for t in solid if not (t.kind == "word" and t.text in ("forall", "∀"))]
    relation = [t for t in solid if t.kind == "rel" or t.text == "not"]
    if not relation or len(solid) > 9:
        return None
    at = solid.index(relation[0])
    left, right = solid[:at], [t for t in solid[at + 1 :] if t.kind != "rel"]
    unequal = any(t.text in ("!=", "not") for t in relation)
    sides = []
    for side in (left, right):
        spelt = "".join(t.text for t in side)
        if not re.fullmatch(r"[a-zA-Z]\d?|\d+|[yc]_?[a-zA-Z]?|ell|[lL][+-]1|(?:label|target)", spelt) or not spelt:
            return None
        sides.append(spelt)
    if not unequal and sides[1].isdigit() and sides[0] in ("n", "m", "N", "M", "K", "l", "L"):
        return None
    index = "abcdghijklmnpqrsuv"
    if not (sides[0][0] in index or sides[0] == "y") or (len(sides[0]) > 1 and sides[0][0] not in "yc"):
        return None
    if not unequal and sides[0] not in tuple("ijklmnpqrcy") and not sides[0].startswith(("y_", "c")):
        return None
    if any(t.text in ("<-", "≈") for t in relation):
        return None
    return sides[0], "!=" if unequal else "=", sides[1], True


def _sides(text, statement):
    depths, sides, current, relation = _depths(statement), [], [], ""
    for token, depth in zip(statement, depths):
        if token.kind == "rel" and depth == 0 and token.text != "!=":
            if current or relation == "":
                sides.append((relation, current))
            relation, current = token.text, []
        else:
            current.append(token)
    sides.append((relation, current))
    if sides and not sides[0][1] and len(sides) > 1:
        sides[0] = (sides[1][0], [])
        return [sides[0], *sides[1:]]
    return [s for s in sides if s[1]]


def _trailing(tokens):
    """Take off what hangs behind a side: punctuation, a condition, a remark in brackets."""
    tokens, cases, notes = list(tokens), [], []
    while tokens:
        last = tokens[-1]
        if (
            last.kind in ("gap", "words", "amp", "arrow")
            or (last.kind == "op" and last.text in (",", ";", ".", ":", "?", "!"))
            or (last.kind == "word" and last.text in ("∀", "forall"))
        ):
            tokens.pop()
            continue
        if last.text in (")", "]") and last.kind == "op":
            depths = _depths(tokens)
            opens = [k for k, (t, d) in enumerate(zip(tokens, depths)) if t.text in ("(", "[") and t.kind == "op" and d == 1]
            if opens and opens[-1] > 0:
                inside = tokens[opens[-1] + 1 : -1]
                condition = read_condition(inside)
                before = tokens[opens[-1] - 1]
                wordy = any(t.kind == "words" for t in inside) or (
                    inside[:2] and "".join(t.text for t in inside[:2]).lower().startswith(("if", "fori", "for")) and inside[0].end == inside[1].start
                    if len(inside) > 1
                    else False
                )
                if condition is not None and before.kind in ("gap",) or (condition is not None and wordy):
                    cases.append(condition)
                    tokens = tokens[: opens[-1]]
                    continue
                top = [t for t, d in zip(inside, _depths(inside)) if t.kind == "rel" and d == 0 and t.text != "!="]
                if (
                    top
                    and condition is None
                    and not (before.text == "1" and tokens[opens[-1] - 2].kind != "sub")
                    and before.kind not in ("sub", "sup")
                ):
                    notes.append(inside)
                    tokens = tokens[: opens[-1]]
                    continue
                spelt = "".join(t.text for t in inside)
                if before.kind == "gap" and ("s_" in spelt or re.fullmatch(r"[\d*·.,a-zA-Z]{1,9}", spelt)) and ("*" in spelt or "·" in spelt):
                    tokens = tokens[: opens[-1]]
                    continue
        break
    while tokens and tokens[0].kind in ("gap", "words", "amp"):
        tokens.pop(0)
    return tokens, cases, notes


def parse_side(text, tokens, relation, plain):
    start, end = tokens[0].start, tokens[-1].end
    side = Side(text[start:end].strip(), _line(text, start), start, end, relation)
    try:
        bad = next((t for t in tokens if t.kind == "bad"), None)
        if bad is not None:
            raise Unreadable(f"the character {bad.text!r} is not known to this checker")
        side.tree = Parser(tokens, plain).whole()
    except Unreadable as error:
        side.error = str(error)
    except RecursionError:
        side.error = "nested too deeply"
    return side


def _side_note(text, tokens, plain):
    """Read a bracketed remark: conditions such as ``if i != 1``, and the equation it states."""
    start, end = tokens[0].start, tokens[-1].end
    depths, parts, part = _depths(tokens), [], []
    for token, depth in zip(tokens, depths):
        if token.text in (",", ";") and depth == 0:
            parts.append(part)
            part = []
        else:
            part.append(token)
    parts.append(part)
    cases, sides = [], []
    for part in parts:
        while part and (
            part[0].kind in ("words", "gap")
            or (part[0].text in ("i", "f") and len(part) > 1 and part[0].end == part[1].start and "".join(t.text for t in part[:2]) == "if")
        ):
            part = part[2:] if part[0].text == "i" else part[1:]
        condition = read_condition(part)
        if condition is not None:
            cases.append(condition)
            continue
        for relation, tokens_ in _sides(text, part):
            if tokens_:
                sides.append(parse_side(text, tokens_, relation, plain))
    chain = Chain(sides, False, cases, True)
    chain.text, chain.line = text[start:end].strip(), _line(text, start)
    return chain
