r"""A second, strict reader of derivations: the witness the checker does not know.

It shares no code with ``linebyline``: its own lexer, its own grammar, its own networks, its
own derivatives (complex step). It has one reading for every text and no leniency, it says
nothing about mistakes, and it reads only what ``tests/data/right_derivations.py`` needs.
``truths(scene, text)`` gives, side by side, whether each side equals the first one.
"""

import re

import numpy as np

TRIALS, STEP, TOLERANCE = 4, 1e-30, 1e-9


class Unread(Exception):
    """The witness cannot read this text in its one way."""


class Meaningless(Exception):
    """The text is readable and means nothing: a letter nothing binds, shapes that do not fit."""


# ---------------------------------------------------------------- networks


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _softmax(z):
    powers = np.exp(z - z.real.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


ACTIVATION = {"sigmoid": _sigmoid, "softmax": _softmax, "tanh": np.tanh, "identity": lambda z: z}


class World:
    """Random networks of one scene; `nudge` is (kind, layer, place), moved by an imaginary step."""

    def __init__(self, scene, seed=0, grow=0, nudge=None):
        self.scene, self.seed, self.grow, self.nudge, self.slopes = scene, seed, grow, nudge, {}
        rng = np.random.default_rng([seed, grow])
        sizes = [n + grow if n > 1 else n for n in scene["sizes"]]
        self.sizes, self.layers = sizes, len(sizes) - 1
        self.samples = 5 if scene.get("reduction") == "mean" else 1
        self.eta = 0.1 + rng.random((TRIALS, 1, 1))

        def draw(*shape):
            return rng.normal(size=(TRIALS, *shape)).astype(complex)

        shared = scene.get("shared_bias")
        self.W = [None] + [draw(to, come) for come, to in zip(sizes, sizes[1:])]
        self.b = [None] + [draw(1) if shared else draw(to) for to in sizes[1:]]
        x = draw(self.samples, sizes[0])
        target = rng.random((TRIALS, self.samples, sizes[-1])).astype(complex) * 0.8 + 0.1
        if scene["loss"] == "cross_entropy":
            target /= target.sum(-1, keepdims=True)
        if scene.get("names", {}).get("y") == "label":
            self.label = rng.integers(sizes[-1], size=TRIALS)
            target = np.eye(sizes[-1])[self.label][:, None, :].astype(complex)
        self.target = target
        if nudge and nudge[0] in "Wb":
            getattr(self, nudge[0])[nudge[1]][(slice(None), *nudge[2])] += 1j * STEP
        self.net, self.out = [None], [self._nudged("out", 0, x)]
        for layer, name in enumerate(scene["activations"], 1):
            net = np.einsum("tsi,tji->tsj", self.out[-1], self.W[layer]) + self.b[layer][:, None, :]
            self.net.append(self._nudged("net", layer, net))
            self.out.append(self._nudged("out", layer, ACTIVATION[name](self.net[-1])))

    def _nudged(self, kind, layer, value):
        if self.nudge and self.nudge[:2] == (kind, layer):
            value = value.copy()
            value[(slice(None), *self.nudge[2])] += 1j * STEP
        return value

    def moved(self, nudge):
        if self.nudge:
            raise Unread("a derivative of a derivative")
        return World(self.scene, self.seed, self.grow, nudge)

    def errors(self):
        """Each output's part of the error, (trial, sample, output)."""
        out, t = self.out[-1], self.target
        if self.scene["loss"] == "squared_error":
            return (t - out) ** 2 / 2
        if self.scene["loss"] == "cross_entropy":
            return -t * np.log(out)
        return -t * np.log(out) - (1 - t) * np.log(1 - out)

    def error(self):
        return self.errors().sum(-1).mean(-1)[:, None, None]

    def slope(self, kind, layer, place):
        """dE by one place, remembered."""
        nudge = (kind, layer, place)
        if nudge not in self.slopes:
            self.slopes[nudge] = self.moved(nudge).error().imag / STEP
        return self.slopes[nudge]


# ---------------------------------------------------------------- lexer

_WORDS = r"net|output|out|target|total|softmax|tanh|log|ln|exp|diag|sigma"
_LEX = re.compile(
    rf"\\(?P<cmd>[A-Za-z]+|[{{}}])|(?P<num>\d+(?:\.\d+)?)|(?P<word>{_WORDS}|[A-Za-z])|(?P<op>[-+*/^_(){{}}\[\]=,'.])|(?P<gap>\s+)"
)
_UNICODE = dict(zip("∂δ·−ησ∑⊙Δ′×", r"\partial |\delta |\cdot |-|\eta |\sigma |\sum |\odot |\Delta |'|\times ".split("|")))
_SAME = {
    r"\ln": "log",
    r"\log": "log",
    "ln": "log",
    r"\exp": "exp",
    r"\tanh": "tanh",
    r"\sigma": "sigma",
    r"\ne": r"\neq",
    r"\prime": "'",
    r"\top": "T",
}
_SAME[r"\circ"] = r"\odot"
_DROPPED = (
    r"\\begin\{(?:align|aligned|equation|gather|split)\*?\}|\\end\{(?:align|aligned|equation|gather|split)\*?\}|\\(?:left|right)\b\.?|\\[bB]igg?[lr]?\b|"
    r"\\(?:limits|displaystyle|nonumber|quad|qquad)(?![A-Za-z])|(?<!\\)\\[,;:! ]|~|\$|\\(?:tag|color)\{[^}]*\}|\[if [^\n]*\]|"
    r"\\(?:mathbf|mathrm|boldsymbol|bm|mathbb)\b|\\text\{ ?if ?\}"
)


def clean(text):
    for mark, latex in _UNICODE.items():
        text = text.replace(mark, latex)
    text = re.sub(_DROPPED, " ", text)
    text = re.sub(r"\\(?:text|operatorname)\{(\w+)\}", r"\1", text)
    text = re.sub(r"\\[dt]frac", r"\\frac", text)
    text = re.sub(r"\\(?:lbrace)", r"\\{", text)
    if "cases" not in text:
        text = text.replace(r"\\", " ").replace("&", " ")
    return text.strip().rstrip(".,")


def lex(text):
    tokens, at = [], 0
    while at < len(text):
        if text.startswith(r"\\", at):
            tokens.append(r"\\")
            at += 2
            continue
        if text[at] == "&":
            tokens.append("&")
            at += 1
            continue
        match = _LEX.match(text, at)
        if not match:
            raise Unread(f"character {text[at]!r}")
        at = match.end()
        if match.lastgroup != "gap":
            tokens.append(match.group())
    return [_SAME.get(t, t) for t in tokens]


def split_sides(tokens):
    sides, depth, relations = [[]], 0, []
    for token in tokens:
        depth += (token in ("{", "(", "[", "\\{")) - (token in ("}", ")", "]", "\\}"))
        if token == "\\begin":
            depth += 100
        if token == "\\end":
            depth -= 100
        if depth == 0 and token in ("=", "\\leftarrow", "\\gets"):
            relations.append(token)
            sides.append([])
        else:
            sides[-1].append(token)
    return sides, relations


# ---------------------------------------------------------------- grammar

FUNCTIONS = ("sigma", "softmax", "tanh", "log", "exp", "diag")
PRODUCT = {"*": "*", "\\cdot": "*", "\\times": "*", "\\odot": "o", "/": "/"}


class Grammar:
    def __init__(self, tokens):
        self.tokens, self.at = tokens, 0

    def peek(self, ahead=0):
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else ""

    def take(self, wanted=None):
        token = self.peek()
        if token == "" or (wanted and token != wanted):
            raise Unread(f"{wanted or 'something'} expected, {token!r} found")
        self.at += 1
        return token

    def whole(self):
        tree = self.expression()
        if self.peek():
            raise Unread(f"left over: {self.peek()!r}")
        return tree

    def expression(self):
        terms = []
        while True:
            sign = 1
            while self.peek() in ("+", "-") and self.peek():
                sign *= -1 if self.take() == "-" else 1
            terms.append((sign, self.term()))
            if self.peek() not in ("+", "-") or not self.peek():
                return ("add", terms)

    def term(self):
        factors = []
        while True:
            op = ""
            if self.peek() in PRODUCT and factors:
                op = PRODUCT[self.take()]
                sign = 1
                while self.peek() in ("-", "+") and self.peek():
                    sign *= -1 if self.take() == "-" else 1
                if sign < 0:
                    factors.append((op, ("num", -1.0)))
                    op = "*"
            elif self.peek() in ("", "+", "-", ")", "}", "]", "\\}", "=", ",", "\\\\", "&", "\\end", "\\neq", "\\over"):
                if not factors:
                    raise Unread("an expression is missing")
                return ("mul", factors)
            token = self.peek()
            if token == "\\sum":
                factors.append((op, self.summation()))
                return ("mul", factors)
            factor = self.factor()
            if factor[0] == "operator":
                factors.append((op, ("deriv", self.term(), factor[1])))
                return ("mul", factors)
            if factor[0] == "d" and self.peek() == "/":
                self.take()
                below = self.factor()
                if below[0] != "d" or None in (below[1], factor[1]):
                    raise Unread("d over no d")
                factor = ("deriv", factor[1], below[1])
            factors.append((op, factor))

    def summation(self):
        self.take("\\sum")
        lower, upper = [], []
        while self.peek() in ("_", "^") and self.peek():
            (lower if self.take() == "_" else upper).extend(self.script())
        return ("sum", lower, upper, self.term())

    def script(self):
        if self.peek() != "{":
            return [self.take()]
        self.take()
        inside, depth = [], 1
        while True:
            token = self.take()
            depth += (token == "{") - (token == "}")
            if depth == 0:
                return inside
            inside.append(token)

    def braced(self):
        if self.peek() == "{":
            self.take()
            tree = self.expression()
            self.take("}")
            return tree
        token = self.peek()
        if token.isdigit() and len(token) > 1:
            self.tokens[self.at : self.at + 1] = list(token)
        return self.factor(scripts=False)

    def factor(self, scripts=True):
        token = self.take()
        if token in ("\\partial", "d"):
            if self.peek() in ("}", ""):
                return ("d", None)
            return ("d", self.factor())
        if token == "\\frac":
            return self.fraction()
        if token == "{":
            if self.find_over():
                top = self.expression()
                self.take("\\over")
                bottom = self.expression()
                self.take("}")
                return self.scripted(over(top, bottom), scripts)
            tree = self.expression()
            self.take("}")
            single = lone(tree)
            if single and single[0] == "sym":
                return self.symbol(*single[1:])
            return self.scripted(tree, scripts)
        if token in ("(", "[", "\\{"):
            close = {"(": ")", "[": "]", "\\{": "\\}"}[token]
            tree = self.expression()
            if self.peek() in ("=", "\\neq"):
                same = self.take() == "="
                tree = ("indicator", same, tree, self.expression())
            self.take(close)
            return self.scripted(tree, scripts)
        if token == "\\begin":
            return self.cases()
        if token in ("\\hat", "\\bar"):
            return self.symbol("hat" + self.script_name(), [], [], 0)
        if token == "\\nabla":
            self.take("_")
            variable = Grammar(self.script()).whole()
            if variable == Grammar(["a"]).whole():
                variable = Grammar(["a", "^", "L"]).whole()
            return ("deriv", self.factor(), variable)
        if token == "1" and self.peek() == "\\{":
            return self.factor()
        if re.fullmatch(r"[\d.]+", token):
            if token == "1" and self.peek() == "_":
                self.take()
                return ("indicator", *equality(self.script()))
            return self.scripted(("num", float(token)), scripts)
        if token in FUNCTIONS:
            return self.call(token)
        if re.fullmatch(r"[A-Za-z]+|\\(?:delta|Delta|eta|theta)", token):
            if token == "\\Delta":
                return ("change", self.factor())
            return self.symbol(token, [], [], 0) if scripts else ("sym", token, [], [], 0)
        raise Unread(f"{token!r} here")

    def script_name(self):
        """What stands under a hat: one letter; its own subscript is pushed back."""
        inside = [t for t in self.script() if t not in "{}"]
        name, rest = inside[0], inside[1:]
        self.tokens[self.at : self.at] = rest
        return name

    def find_over(self):
        depth, at = 1, self.at
        while at < len(self.tokens) and depth:
            token = self.tokens[at]
            depth += (token == "{") - (token == "}")
            if depth == 1 and token == "\\over":
                return True
            at += 1
        return False

    def fraction(self):
        top = self.braced()
        bottom = self.braced()
        return self.scripted(over(top, bottom), True)

    def symbol(self, name, sub, sup, primes):
        sub, sup = list(sub), list(sup)
        if self.peek().isdigit() and name in ("w", "i", "h", "o", "b"):
            sub.append(self.take())
        while self.peek() in ("_", "^", "'") and self.peek():
            mark = self.take()
            if mark == "'":
                primes += 1
            elif mark == "_":
                piece = self.script()
                if piece[0] in ("h", "o") and len(piece) == 1 and self.peek().isdigit():
                    piece.append(self.take())
                sub += piece
            else:
                piece = [self.take()] if self.peek() == "(" else self.script()
                if piece == ["("]:
                    while self.peek() != ")":
                        piece.append(self.take())
                    piece.append(self.take())
                sup.append(piece)
        if name == "e":
            if len(sup) != 1 or sub:
                raise Unread("e without one exponent")
            return ("call", "exp", 0, Grammar(sup[0]).whole())
        return ("sym", name, sub, sup, primes)

    def scripted(self, tree, scripts):
        while scripts and self.peek() in ("^", "'", "_") and self.peek():
            if self.take() != "^":
                raise Unread("a script on a bracket")
            power = self.script()
            tree = ("T", tree) if power == ["T"] else ("pow", tree, Grammar(power).whole())
        return tree

    def call(self, name):
        primes, power, sub = 0, None, None
        while self.peek() in ("'", "^") and self.peek():
            if self.take() == "'":
                primes += 1
            else:
                script = self.script()
                if script == ["'"]:
                    primes += 1
                else:
                    power = Grammar(script).whole()
        if name == "log" and self.peek() == "\\sum":
            argument = self.summation()
        elif self.peek() in ("(", "["):
            close = {"(": ")", "[": "]"}[self.take()]
            argument = self.expression()
            self.take(close)
            if name in ("softmax", "sigma") and self.peek() == "_":
                self.take()
                sub = self.script()
        else:
            argument = self.factor()
        tree = ("call", name, primes, argument)
        if sub:
            tree = ("component", tree, sub)
        return ("pow", tree, power) if power else self.scripted(tree, True)

    def cases(self):
        if self.script() != list("cases"):
            raise Unread("an environment")
        rows = []
        while True:
            value = self.expression()
            self.take("&")
            condition = []
            while self.peek() not in ("\\\\", "\\end", ""):
                condition.append(self.take())
            rows.append((value, equality(condition)))
            if self.peek() == "\\\\":
                self.take()
            if self.peek() == "\\end":
                self.take()
                self.script()
                return ("cases", rows)


def lone(tree):
    while tree[0] in ("add", "mul") and len(tree[1]) == 1 and tree[1][0][0] in (1, ""):
        tree = tree[1][0][1]
    return tree


def over(top, bottom):
    above, below = leading_d(top), leading_d(bottom)
    if above is not None and below is not None:
        variable = below[1]
        if variable is None:
            raise Unread("a derivative by nothing")
        return ("operator", variable) if above[1] is None else ("deriv", above[1], variable)
    if above is not None or below is not None:
        raise Unread("a d over no d")
    return ("frac", top, bottom)


def leading_d(tree):
    """The rest of a product that begins with d, or None."""
    tree = lone(tree)
    if tree[0] == "d":
        return tree
    if tree[0] == "mul" and tree[1][0][1][0] == "d":
        first = tree[1][0][1][1]
        return ("d", ("mul", [("", first), *tree[1][1:]]))
    return None


def equality(tokens):
    for sign in ("=", "\\neq"):
        if sign in tokens:
            at = tokens.index(sign)
            return sign == "=", Grammar(tokens[:at]).whole(), Grammar(tokens[at + 1 :]).whole()
    raise Unread("a condition without = or unequal")


# ---------------------------------------------------------------- names

# letter -> layer where only the letter tells: i hidden, j output, l input
QUESTION_LETTERS = {"j": -1, "i": 1, "l": 0, "m": 0}


class Reader:
    """Value of a tree in one world; `letters` maps index letters to (layer) learnt from the whole line."""

    def __init__(self, world, letters):
        self.world, self.letters = world, letters
        self.notation = world.scene["notation"]
        self.names = world.scene.get("names", {})
        self.loss = ("sym", "E", [], [], 0)

    # -- what a symbol is: (kind, layer, [indices], sample); an index is a letter or digits

    def meaning(self, tree, env):
        _, name, sub, sup, primes = tree
        sub = [t for t in sub if t not in ("{", "}", "_", ",")]
        if primes:
            raise Unread("a prime on a name")
        top = self.world.layers
        if self.notation == "question":
            found = self.question(name, sub, sup)
        elif self.notation == "layers":
            layer = None
            if sup:
                layer = self.layer(sup[0], env)
                sup = sup[1:]
            found = self.layered(name, sub, layer)
        elif self.notation == "classes":
            sample = None
            if sup and sup[0][0] == "(" and self.world.samples > 1:
                sample, sup = sup[0][1:-1], sup[1:]
            found = self.classed(name, sub)
            if found and sample:
                found = (*found[:3], sample[0])
        else:
            found = self.matrixed(name, sub)
        if found is None:
            raise Unread(f"the name {name}_{''.join(sub)}")
        kind, layer, indices, sample = found
        layer = top + 1 + layer if layer is not None and layer < 0 else layer
        return kind, layer, indices, sample, sup

    def question(self, name, sub, sup):
        if name == "E":
            if sub in ([], ["total"], list("total")):
                return "E", None, [], None
            if sub[0] == "o" and len(sub) == 2:
                return "Epart", -1, sub[1:], None
        if name in ("net", "out", "output", "target"):
            kind = {"output": "out"}.get(name, name)
            if not sub:
                return kind, -1, [], None
            if sub == ["o"]:
                return kind, -1, ["o"], None
            if sub[0] in "ho" and len(sub) == 2:
                if kind == "target" and sub[0] == "h":
                    raise Meaningless("a target for a hidden unit")
                return kind, 1 if sub[0] == "h" else -1, sub[1:], None
        if name == "\\delta":
            if len(sub) == 2 and sub[0] in "ho":
                return "delta", 1 if sub[0] == "h" else -1, sub[1:], None
            if len(sub) == 1:
                return "delta", -1, sub, None
            if len(sub) == 2:
                return "kronecker", None, sub, None
        if name == "w":
            if len(sub) == 1 and sub[0].isdigit() and self.world.sizes[:3] == [2, 2, 2]:
                n = int(sub[0]) - 1
                if n in range(8):
                    return "W", 1 + n // 4, [str(n % 4 // 2 + 1), str(n % 2 + 1)], None
            if len(sub) == 1 and len(sub[0]) == 2 and sub[0].isdigit():
                raise Unread("w with two digits")
            if len(sub) == 2:
                return self.pair(sub)
        if name == "b":
            if sub and sub[0] in "ho" and len(sub) == 2:
                return "b", 1 if sub[0] == "h" else -1, sub[1:], None
            if sub in (["1"], ["2"]) and self.world.scene.get("shared_bias"):
                return "b", int(sub[0]), ["1"], None
        if name == "i" and len(sub) == 1:
            return "out", 0, sub, None
        if name == "\\eta":
            return "eta", None, [], None
        return None

    def pair(self, sub):
        layers = [self.letters.get(s, QUESTION_LETTERS.get(s)) for s in sub]
        top = self.world.layers
        layers = [top + 1 + k if k is not None and k < 0 else k for k in layers]
        for a in (0, 1):
            if layers[a] is None and layers[1 - a] is not None:
                layers[a] = layers[1 - a] - 1 if layers[1 - a] == top or a == 1 else layers[1 - a] + 1
        if None in layers or abs(layers[0] - layers[1]) != 1:
            raise Unread("a weight whose layers I cannot tell")
        to = 0 if layers[0] > layers[1] else 1
        return "W", layers[to], [sub[to], sub[1 - to]], None

    def layer(self, tokens, env):
        text = "".join(tokens).strip("()[]")
        match = re.fullmatch(r"([lL]|\d+)(?:([+-])(\d+))?", text)
        if not match:
            raise Unread(f"the layer {text}")
        base = self.world.layers if match[1] == "L" else env.get("layer l") if match[1] == "l" else int(match[1])
        if base is None:
            raise Meaningless("a layer l nothing names")
        layer = base + int((match[2] or "+") + (match[3] or "0"))
        return layer

    def layered(self, name, sub, layer):
        top = self.world.layers
        if name in ("C", "E", "J", "L") and layer is None and not sub:
            return "E", None, [], None
        if name in ("y", "t") and layer is None:
            return "target", top, sub, None
        if name == "x" and layer is None:
            return "out", 0, sub, None
        if name == "\\eta":
            return "eta", None, [], None
        if name == "\\delta" and layer is None and len(sub) == 2:
            return "kronecker", None, sub, None
        if layer is None:
            return None
        kind = {"a": "out", "z": "net", "\\delta": "delta", "w": "W", "W": "W", "b": "b"}.get(name)
        if kind is None:
            return None
        if not (0 if kind == "out" else 1) <= layer <= top:
            raise Meaningless(f"no layer {layer}")
        return kind, layer, sub, None

    def classed(self, name, sub):
        named = self.names.get(name)
        if named == "label":
            if name == "y":
                return "label", None, [], None
        elif named:
            kind, layer = named.split()
            return kind, int(layer), sub, None
        if name in ("L", "E", "J", "C") and not sub:
            return "E", None, [], None
        table = {"z": "net", "p": "out", "haty": "out", "a": "out", "y": "target", "t": "target", "b": "b"}
        if name in table:
            return table[name], -1, sub or (["1"] if self.world.sizes[-1] == 1 else []), None
        if name == "x":
            return "out", 0, sub, None
        if name in ("w", "W"):
            return "W", 1, ["1", *sub] if len(sub) == 1 else sub, None
        if name == "\\delta" and len(sub) == 2:
            return "kronecker", None, sub, None
        if name == "\\eta":
            return "eta", None, [], None
        if name in ("n", "m") and not sub and self.world.samples > 1:
            return "n", None, [], None
        return None

    def matrixed(self, name, sub):
        if name in ("L", "E", "J", "C") and not sub:
            return "E", None, [], None
        simple = {"h": ("out", 1), "x": ("out", 0), "haty": ("out", -1), "y": ("target", -1)}
        if name in simple and not sub:
            return *simple[name], [], None
        kinds = {"W": "W", "b": "b", "z": "net", "\\delta": "delta"}
        if name in kinds and len(sub) == 1 and sub[0].isdigit() and 1 <= int(sub[0]) <= self.world.layers:
            return kinds[name], int(sub[0]), [], None
        if name == "\\eta":
            return "eta", None, [], None
        return None

    # -- slots: which layer's size an index letter runs over

    def slots(self, tree, env, found, bound=()):
        kind = tree[0]
        if kind == "sym":
            what, layer, indices, sample, _ = self.meaning(tree, env)
            if what == "kronecker" or what == "label":
                return
            sizes = self.shape(what, layer)
            for index, size in zip(indices, sizes):
                if not index.isdigit():
                    found.setdefault(index, set()).add((size, "layer", layer if what != "W" else layer - (indices.index(index) and 1)))
            if sample and not sample.isdigit():
                found.setdefault(sample, set()).add((self.world.samples, "sample", None))
        elif kind == "component":
            index = tree[2][0]
            if not index.isdigit():
                found.setdefault(index, set()).add((self.world.sizes[-1], "layer", self.world.layers))
            self.slots(tree[1], env, found)
        else:
            for part in children(tree):
                self.slots(part, env, found)

    def shape(self, kind, layer):
        sizes = self.world.sizes
        if kind == "W":
            return sizes[layer], sizes[layer - 1]
        if kind == "b":
            return (1 if self.world.scene.get("shared_bias") else sizes[layer],)
        return (sizes[layer],) if layer is not None else ()

    # -- values, always (trial, rows, columns)

    def value(self, tree, env):
        kind = tree[0]
        if kind == "num":
            return np.full((TRIALS, 1, 1), tree[1], complex)
        if kind == "add":
            total = None
            for sign, part in tree[1]:
                value = sign * self.value(part, env)
                total = value if total is None else total + self.fit(total, value)
            return total
        if kind == "mul":
            return self.product(tree[1], env)
        if kind == "frac":
            below = self.value(tree[2], env)
            if below.shape[1:] != (1, 1):
                raise Meaningless("division by a vector")
            return self.value(tree[1], env) / below
        if kind == "pow":
            power = self.value(tree[2], env)
            if power.shape[1:] != (1, 1):
                raise Meaningless("a vector as a power")
            return self.value(tree[1], env) ** power
        if kind == "T":
            return self.value(tree[1], env).swapaxes(1, 2)
        if kind == "sum":
            return self.summation(tree, env)
        if kind == "indicator":
            return self.indicator(*tree[1:], env)
        if kind == "cases":
            return sum(self.value(value, env) * self.indicator(*condition, env) for value, condition in tree[1])
        if kind == "call":
            return self.call(*tree[1:], env)
        if kind == "component":
            value = self.value(tree[1], env)
            return value[:, [self.index(tree[2][0], env, value.shape[1])], :]
        if kind == "deriv":
            return self.derivative(tree[1], tree[2], env)
        if kind == "change":
            return -self.world.eta * self.derivative(self.loss, tree[1], env)
        if kind == "sym":
            return self.named(tree, env)
        raise Unread(kind)

    def fit(self, a, b):
        if a.shape != b.shape and (1, 1) not in (a.shape[1:], b.shape[1:]):
            raise Meaningless("shapes that cannot be added")
        return b

    def product(self, factors, env):
        groups = []
        for op, part in factors:  # first the products of matrices, then what stands between circles
            value = self.value(part, env)
            if op == "o" or not groups:
                groups.append(value)
                continue
            if op == "/":
                if value.shape[1:] != (1, 1):
                    raise Meaningless("division by a vector")
                groups[-1] = groups[-1] / value
            elif (1, 1) in (groups[-1].shape[1:], value.shape[1:]):
                groups[-1] = groups[-1] * value
            elif groups[-1].shape[2] == value.shape[1]:
                groups[-1] = groups[-1] @ value
            else:
                raise Meaningless("shapes that cannot be multiplied")
        total = groups[0]
        for value in groups[1:]:
            total = total * self.fit(total, value)
        return total

    def summation(self, tree, env):
        _, lower, upper, body = tree
        if not lower:
            return self.value(body, env).sum((1, 2), keepdims=True)
        unequal, start, letters = None, 1, []
        if "\\neq" in lower:
            unequal = lower[lower.index("\\neq") + 1]
            letters = [lower[0]]
        elif "=" in lower:
            if not lower[2].isdigit():
                raise Unread("a sum that starts at a letter")
            start, letters = int(lower[2]), [lower[0]]
        else:
            letters = [t for t in lower if t != ","]
        for letter in letters:
            if not re.fullmatch(r"[a-zA-Z]", letter):
                raise Unread("the index of a sum")
        letter = letters[0]
        if len(letters) > 1:
            body = ("sum", letters[1:], [], body)
        found = {}
        self.slots(body, env, found)
        sizes = {size for size, *_ in found.get(letter, ())}
        if not sizes:
            raise Meaningless(f"a sum over {letter}, which nothing carries")
        if len(sizes) > 1:
            raise Meaningless(f"{letter} runs over two layers")
        stop = size = sizes.pop()
        if upper:
            if len(upper) != 1:
                raise Unread("the upper limit of a sum")
            if upper[0].isdigit():
                stop = (
                    int(upper[0])
                    if not self.world.grow
                    else int(upper[0]) + size - self.world.scene["sizes"][[*self.world.sizes].index(size)]
                )
        if stop > size or start < 1:
            raise Meaningless("a sum beyond its layer")
        if unequal == letter:  # k unequal k: an empty sum
            return np.zeros((TRIALS, 1, 1), complex)
        skip = None if unequal is None else self.index(unequal, env, size)
        total = 0
        for k in range(start - 1, stop):
            if k != skip:
                total = total + self.value(body, {**env, letter: k})
        return total if not isinstance(total, int) else np.zeros((TRIALS, 1, 1), complex)

    def indicator(self, same, left, right, env):
        a, b = self.place(left, env), self.place(right, env)
        equal = np.broadcast_to(np.asarray(a == b), (TRIALS,))
        return (equal if same else ~equal).astype(complex)[:, None, None]

    def place(self, tree, env):
        tree = lone(tree)
        if tree[0] == "num":
            return int(tree[1]) - 1
        if tree[0] == "sym" and self.names.get(tree[1]) == "label" and tree[1] == "y":
            return self.world.label
        if tree[0] == "sym" and not tree[2] and tree[1] in env:
            return env[tree[1]]
        raise Meaningless("an unknown index in a condition")

    def index(self, index, env, size):
        if index == "y" and self.names.get("y") == "label":
            return self.world.label
        k = int(index) - 1 if index.isdigit() else env.get(index)
        if k is None:
            raise Meaningless(f"nothing binds {index}")
        if not 0 <= k < size:
            raise Meaningless(f"{index} is beyond its layer")
        return k

    def call(self, name, primes, argument, env):
        value = self.value(argument, env)
        if name == "diag":
            if value.shape[2] != 1:
                raise Meaningless("diag of no column")
            return value * np.eye(value.shape[1])
        if name == "sigma":
            single = self.notation == "classes" and self.world.scene["activations"][-1] == "softmax"
            name = "softmax" if single else "sigmoid"
        if name == "softmax":
            if primes or value.shape[2] != 1:
                raise Meaningless("softmax of no column")
            return _softmax(value[:, :, 0])[:, :, None]
        function = {"log": np.log, "exp": np.exp, **ACTIVATION}[name]
        if primes > 1:
            raise Unread("two primes")
        if primes:
            if self.world.nudge:
                raise Unread("a derivative of a prime")
            return function(value + 1j * STEP).imag / STEP + 0j
        return function(value)

    def derivative(self, above, variable, env):
        variable = lone(variable)
        if variable[0] != "sym":
            raise Unread("a derivative by no name")
        kind, layer, indices, sample, sup = self.meaning(variable, env)
        if kind not in ("net", "out", "W", "b") or sup:
            raise Meaningless(f"a derivative by {kind}")
        shape = self.shape(kind, layer)
        if indices and len(indices) != len(shape):
            raise Meaningless("a wrong number of indices")
        batch = kind in ("net", "out")
        if batch and self.world.samples > 1 and not sample:
            raise Unread("a derivative by a whole batch")
        row = [self.index(sample, env, self.world.samples) if sample else 0] if batch else []
        if indices:
            place = tuple(self.index(i, env, size) for i, size in zip(indices, shape))
            if any(isinstance(p, np.ndarray) for p in place):
                raise Unread("a derivative by a labelled place")
            moved = self.world.moved((kind, layer, (*row, *place)))
            return Reader(moved, self.letters).value(above, env).imag / STEP + 0j
        columns = []
        for place in np.ndindex(*shape):
            moved = self.world.moved((kind, layer, (*row, *place)))
            columns.append(Reader(moved, self.letters).value(above, env).imag / STEP + 0j)
        first = columns[0].shape[1:]
        if first == (1, 1):
            return np.concatenate(columns, 1).reshape(TRIALS, *(shape if len(shape) == 2 else (shape[0], 1)))
        if first[1] == 1 and len(shape) == 1:
            return np.concatenate(columns, 2)
        raise Unread("a derivative of a matrix")

    def named(self, tree, env):
        kind, layer, indices, sample, sup = self.meaning(tree, env)
        value = self.plain(kind, layer, indices, sample, env)
        for script in sup:
            if script == ["T"]:
                value = value.swapaxes(1, 2)
            elif script == ["+"]:
                raise Unread("an updated weight on this side")
            else:
                power = Grammar(script).whole()
                value = value ** self.value(power, env)
        return value

    def plain(self, kind, layer, indices, sample, env):
        world = self.world
        if kind == "E":
            return world.error()
        if kind == "eta":
            return world.eta.astype(complex)
        if kind == "n":
            return np.full((TRIALS, 1, 1), world.samples, complex)
        if kind == "kronecker":
            places = [self.place(("sym", i, [], [], 0) if not i.isdigit() else ("num", float(i)), env) for i in indices]
            return np.full((TRIALS, 1, 1), float(places[0] == places[1]), complex)
        shape = self.shape(kind, layer) if kind != "Epart" else (world.sizes[-1],)
        if indices and len(indices) != len(shape):
            raise Meaningless("a wrong number of indices")
        places = tuple(self.index(i, env, size) for i, size in zip(indices, shape))
        if kind in ("W", "b"):
            array = getattr(world, kind)[layer]
            if not indices:
                return array if kind == "W" else array[:, :, None]
            return array[(slice(None), *places)][:, None, None]
        if world.samples > 1 and not sample:
            raise Meaningless("which example?")
        row = self.index(sample, env, world.samples) if sample else 0
        if kind == "delta":
            if world.nudge:
                raise Unread("a derivative of an error signal")
            wanted = [places] if indices else list(np.ndindex(*shape))
            return np.concatenate([world.slope("net", layer, (row, *p)) for p in wanted], 1) + 0j
        if kind == "Epart":
            array = world.errors()
        elif kind == "target":
            array = world.target
        elif kind in ("net", "out"):
            array = getattr(world, kind)[layer]
        else:
            raise Unread(kind)
        if not indices:
            return array[:, row, :, None]
        if isinstance(places[0], np.ndarray):
            return array[np.arange(TRIALS), row, places[0]][:, None, None]
        return array[:, row, places[0]][:, None, None]


def children(tree):
    kind = tree[0]
    if kind in ("add", "mul"):
        return [part for _, part in tree[1]]
    if kind in ("frac", "deriv", "pow"):
        return list(tree[1:])
    if kind in ("T", "change"):
        return [tree[1]]
    if kind == "sum":
        return [tree[3]]
    if kind == "call":
        return [tree[3]]
    if kind == "cases":
        return [value for value, _ in tree[1]]
    return []


# ---------------------------------------------------------------- the judgement


def truths(scene, text, seed=0, grow=0):
    """Compare every side with the first one.

    Returns a list with one entry a side after the first: True, False, or the exception
    (`Unread`, `Meaningless`) that stood in the way. A first side that cannot be read raises.
    """
    sides, relations = split_sides(lex(clean(text)))
    if not sides[0]:
        raise Unread("no left side")
    update = bool(relations) and relations[0] != "="
    first = list(sides[0])
    for plus in (["^", "{", "+", "}"], ["^", "+"]):
        for at in range(len(first)):
            if first[at : at + len(plus)] == plus:
                first[at : at + len(plus)] = []
                update = True
                break
    left = Grammar(first).whole()
    rest = []
    for side in sides[1:]:
        try:
            rest.append(Grammar(list(side)).whole())
        except Unread as error:
            rest.append(error)
    world = World(scene, seed, grow)
    layers = range(1, world.layers + 1) if scene["notation"] == "layers" and re.search(r"l(?![a-zA-Z])", clean(text)) else [None]
    verdicts = [None] * len(rest)
    seen = 0
    problem = Meaningless("no layer fits")
    for layer in layers:
        try:
            results = _judge(world, left, rest, {"layer l": layer}, update)
        except Meaningless as error:
            problem = error
            continue
        seen += 1
        for k, result in enumerate(results):
            outside = layer is not None and isinstance(result, Meaningless) and str(result).startswith("no layer")
            if not outside and (verdicts[k] is None or verdicts[k] is True):
                verdicts[k] = result
    if not seen:
        raise problem
    return [Meaningless("no layer fits") if v is None else v for v in verdicts]


def _judge(world, left, rest, env, update):
    reader = Reader(world, {})
    found = {}
    for tree in (left, *rest):
        if not isinstance(tree, Exception):
            try:
                reader.slots(tree, env, found)
            except (Unread, Meaningless):
                pass
    letters = {}
    for letter, uses in found.items():
        layers = {layer for _, what, layer in uses if what == "layer"}
        if len(layers) == 1:
            letters[letter] = layers.pop()
    reader = Reader(world, letters)
    free = {}
    reader.slots(left, env, free)
    bound = {t for t in _bound(left)}
    free = {k: v for k, v in free.items() if k not in bound and k not in reader.names}
    names, ranges = [], []
    for letter, uses in sorted(free.items()):
        sizes = {size for size, *_ in uses}
        if len(sizes) > 1:
            raise Meaningless("an index over two layers")
        names.append(letter)
        ranges.append(sizes.pop())
    verdicts = [True] * len(rest)
    for places in np.ndindex(*ranges):
        here = {**env, **dict(zip(names, places))}
        if update:
            gradient = reader.derivative(reader.loss, left, here)
            truth = reader.value(left, here) - world.eta * gradient
        else:
            truth = reader.value(left, here)
        for k, tree in enumerate(rest):
            if isinstance(tree, Exception):
                verdicts[k] = tree
            elif verdicts[k] is True:
                try:
                    with np.errstate(all="ignore"):
                        value = reader.value(tree, here)
                    verdicts[k] = _same(truth, value)
                except (Unread, Meaningless) as error:
                    verdicts[k] = error
    return verdicts


def _bound(tree):
    if tree[0] == "sum":
        yield from tree[1][:1]
    for part in children(tree):
        yield from _bound(part)


def _same(truth, value):
    if truth.shape != value.shape and (1, 1) not in (truth.shape[1:],):
        if not (value.shape[1:] == (1, 1) and np.allclose(truth, 0, atol=1e-14)):
            return False
    if truth.shape != value.shape:
        if truth.shape[1:] == (1, 1) and value.shape[1:] != (1, 1):
            return False
    scale = np.abs(truth).max() + 1e-12
    return bool(np.isfinite(value).all() and np.abs(truth - value).max() <= TOLERANCE * max(scale, 1))
