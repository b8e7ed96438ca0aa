r"""Cut a text into tokens: LaTeX, plain text and unicode spelt one way, places kept.

Fonts, spacing, sizes and labels are dropped, words in text commands become
tokens of their own, and every product sign becomes one of a few. Text is only
ever read: nothing in it is evaluated as code.
"""

import re
from dataclasses import dataclass

MAX_TOKENS = 4_000


class Unreadable(Exception):
    """A side that cannot be read; the message says why."""


@dataclass
class Token:
    kind: str
    text: str
    start: int
    end: int
    spaced: bool = False


WORDS = (
    "net out output target softmax sigmoid logistic tanh relu log ln exp sum Loss loss Error error cost Cost total true pred "
    "diag delta Delta sigma theta Theta eta alpha epsilon lambda omega phi nabla partial input label logits logit probs prob scores score "
    "np matmul multiply outer softplus hidden Sigmoid Softmax ReLU Tanh hat err act transpose loss Net Out one onehot lr in"
).split()
WHOLE = {"dot", "T", "np", "gamma", "beta", "rho", "CE", "BCE", "MSE", "SSE", "NLL", "RSS", "square", "mean"}
STYLE = set(
    "left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle limits nolimits nonumber notag mathbf mathrm "
    "mathit mathbb mathcal mathscr mathsf mathfrak boldsymbol bm pmb vec textbf textrm textit operatorname underline rm bf it cal cancel "
    "bold mathop begingroup endgroup middle scriptstyle textsf texttt hfill centering strut smash unicode overrightarrow overleftarrow".split()
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
    **{c: ("_", d) for c, d in zip("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₙₘₕₒₐₓₚₛₜᵣ", "0123456789ijklnmhoaxpstr")},
    **{c: ("^", d) for c, d in zip("⁰¹²³⁴⁵⁶⁷⁸⁹ᵀˡᴸ⁺⁻", "0123456789TlL+-")},
}
BLOCKS = ("cases", "matrix", "array", "pmatrix", "bmatrix", "rcases", "dcases", "vmatrix")
HATTED = {"ŷ": "yhat", "ẑ": "zhat", "â": "ahat", "ô": "ohat", "Ŷ": "Yhat"}

LEXER = re.compile(
    r"(?P<space>\s+|\\[,;:!>/]|~|\\hspace\*?\{[^{}]*\}|%[^\n]*\n)"
    r"|(?P<brk>\\\\+(?:\s*\[[^\]\n]{0,12}(?:pt|em|ex|mm|cm)\])?|\\newline\b|\\cr\b)"
    r"|(?P<env>\\(?:begin|end)\s*\{\s*(?P<envname>[A-Za-z]+)\*?\s*\}(?:\{[lcr|@{} ]*\})?)"
    r"|(?P<drop>\\(?:tag|label|eqref|ref|color|hskip|vspace|phantom|htmlClass|cssId|class|href|style)\*?\s*\{[^{}]*\}|\\textcolor\s*\{[^{}]*\}|\\htmlId\{[^{}]*\})"
    r"|\\(?P<textcmd>text|mbox|textrm|mathrm|operatorname|textnormal|hbox|rm|textit|textbf|mathit|mathsf|texttt)\*?\s*\{(?P<textarg>[^{}]*)\}"
    r"|(?P<brace>\\[{}|])|(?P<cmd>\\[A-Za-z]+|\\[ ])"
    r"|(?P<num>\d+(?:\.(?:\d+|(?=\s*/)))?(?:[eE]-?\d+(?![A-Za-z_0-9]))?|\.\d+)|(?P<run>[A-Za-z]+)"
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
            if name in BLOCKS and (name != "array" or _in_braces(tokens) or _array_open(tokens)):
                if value.startswith("\\end") and re.match(r"\s*\\right\s*\.", text[b:end]):
                    _drop_brace(tokens)
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


def _array_open(tokens):
    return sum((t.kind == "begin") - (t.kind == "end") for t in tokens if t.text == "array") > 0


def _drop_brace(tokens):
    """Drop the brace that opens a block of cases and is closed by ``\\right.``: the block needs none."""
    depth = 1
    for at in range(len(tokens) - 1, 0, -1):
        depth += (tokens[at].kind == "end") - (tokens[at].kind == "begin")
        if depth == 0:
            if tokens[at - 1].text == "\\{":
                del tokens[at - 1]
            return


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
        kind, previous = "num" if digit.isdigit() else "name", tokens[-1] if tokens else None
        in_braces = previous is not None and previous.text == "}" and previous.start == previous.end  # braces of no width are ours
        if previous is None or previous.end != a or len(tokens) < 2 or (tokens[-2].text != mark and not in_braces):
            put("sub" if mark == "_" else "sup", mark, a, a)
            put(kind, digit, a, b)
        elif previous.kind == kind == "num":
            previous.text, previous.end = previous.text + digit, b
        elif in_braces:
            tokens.insert(-1, Token(kind, digit, a, b))
            previous.start = previous.end = b
        else:  # wᵢⱼ: the two letters below are two indices, in braces
            tokens.insert(-1, Token("op", "{", a, a))
            put(kind, digit, a, b)
            put("op", "}", b, b)
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
    if run in WHOLE:
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


def script_text(tokens):
    """Spell a script without spaces and braces: ``(l+1)``, ``h1``, ``ij``."""
    return "".join(t.text for t in tokens if not (t.kind == "op" and t.text in "{}") and t.kind not in ("gap", "words"))
