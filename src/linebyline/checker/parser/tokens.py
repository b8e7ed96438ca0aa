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
    """One symbol: its kind, the text it is known by, its place in what was typed, and whether a space stands before it."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool = False


# kind, text and spellings of what is not a letter or a number; a text of None: as it is spelt; a kind of "": left out
TABLE = (
    ("op", "·", r"· ⋅ × • \bullet \cdot \times \sdot \centerdot"),
    ("op", "*", r"* ∗ @ .dot \ast \star"),
    ("op", "⊙", r"⊙ ∘ .* \odot \circ"),
    ("op", "⊗", r"⊗ \otimes"),
    ("op", "/", r"/ ÷ ⁄ ∕ \div \oslash ⊘"),
    ("op", "-", "- − – —"),
    ("op", "|", r"| \| \lVert \rVert \vert \mid"),
    ("op", "(", r"( \langle"),
    ("op", ")", r") \rangle"),
    ("op", "[", r"[ \lbrack"),
    ("op", "]", r"] \rbrack"),
    ("op", r"\{", r"\{ \lbrace"),
    ("op", r"\}", r"\} \rbrace"),
    ("op", None, "+ { } , ; . : ! ?"),
    ("sub", "_", "_"),
    ("sup", "^", "^ **"),
    ("prime", "'", r"' ’ ′ ` ´ ‘ \prime"),
    ("prime", "''", "″"),
    ("rel", "=", r"= := == ≔ ≡ \equiv \triangleq \coloneqq \doteq \stackrel"),
    ("rel", "<-", r"<- ← \leftarrow \gets \larr"),
    ("rel", "≈", r"≈ \approx \simeq"),
    ("rel", "!=", r"!= ≠ \neq \ne"),
    ("arrow", None, r"=> -> → ⇒ ⟹ ⟶ \to \rightarrow \Rightarrow \implies \Longrightarrow \longrightarrow \Leftrightarrow \iff \therefore \because"),
    ("word", "<", r"< ≤ <= \lt \le \leq \leqslant"),
    ("word", ">", r"> ≥ >= \gt \ge \geq \geqslant"),
    ("word", None, r"∈ ∉ ∀ ∃ \in \forall \not \infty \mod"),
    ("dots", "...", r"… \dots \cdots \ldots"),
    ("amp", "&", "&"),
    ("over", "over", r"\over"),
    ("gap", None, r"\quad \qquad \space \enspace"),
    ("cmd", "sum", r"∑ Σ \sum"),
    ("cmd", "partial", r"∂ \partial \part"),
    ("cmd", "nabla", r"∇ \nabla \bigtriangledown \triangledown"),
    ("cmd", "frac", r"\frac \dfrac \tfrac \cfrac"),
    ("cmd", "hat", r"\hat \widehat"),
    ("cmd", "tilde", r"\tilde \widetilde"),
    ("cmd", "bar", r"\bar \overline"),
    ("cmd", "prod", r"∏ \prod"),
    ("cmd", None, r"\check \dot \sqrt"),
    ("num", "1", "𝟙"),
    ("num", "0.5", "½"),
    ("name", "L", "ℒ"),
    ("name", "ell", "ℓ"),
    ("name", "top", r"⊤ \intercal \dagger"),
    ("name", "epsilon", r"ϵ ε \varepsilon"),
    ("name", "phi", r"φ ϕ \varphi"),
    ("name", "sigma", r"σ \upsigma \varsigma"),
    ("name", "theta", r"θ \vartheta"),
    ("", None, '$ # " \u200b \ufeff'),
    ("", None, r"\Large \large \LARGE \huge \Huge \small \tiny \normalsize"),
    ("", None, r"\left \right \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl \Biggr \middle \limits \nolimits \nonumber \notag"),
    ("", None, r"\mathbf \mathrm \mathit \mathbb \mathbbm \mathcal \mathscr \mathsf \mathfrak \boldsymbol \bm \pmb \bold \rm \bf \it \cal \vec"),
    ("", None, r"\textbf \textrm \textit \textsf \texttt \operatorname \mathop \displaystyle \textstyle \scriptstyle \begingroup \endgroup"),
    ("", None, r"\underline \cancel \hfill \centering \strut \smash \unicode \overrightarrow \overleftarrow"),
)
GREEK = "δ=delta η=eta α=alpha λ=lambda ω=omega Δ=Delta Θ=Theta π=pi ρ=rho μ=mu ψ=psi γ=gamma β=beta Φ=Phi Ψ=Psi Ω=Omega ξ=xi ζ=zeta κ=kappa τ=tau"
GREEK_INDICES = "alpha beta gamma lambda mu nu xi zeta rho tau kappa".split()
HATTED = "ŷ=yhat ẑ=zhat â=ahat ô=ohat Ŷ=Yhat"
SPELT = {spelling: (kind, spelling.lstrip("\\") if text is None else text) for kind, text, row in TABLE for spelling in row.split()}
SPELT |= {letter: ("name", name) for letter, name in (pair.split("=") for pair in f"{GREEK} {HATTED}".split())} | {"\\ ": ("gap", " ")}
ACCENTS = {"hat", "tilde", "bar", "check", "dot"}

LOW, HIGH = "₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₙₘₕₒₐₓₚₛₜᵣ", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵀˡᴸ⁺⁻"
RAISED = str.maketrans(LOW + HIGH, "0123456789ijklnmhoaxpstr" + "0123456789TlL+-")
BLOCKS = ("cases", "matrix", "pmatrix", "bmatrix", "rcases", "dcases", "vmatrix")

SIGNS = "|".join(re.escape(sign) for sign in sorted(SPELT, key=len, reverse=True) if not sign[1:].isalpha())
LEXER = re.compile(
    r"(?P<space>\s+|\\[,;:!>/]|~|\\hspace\*?\{[^{}]*\}|%[^\n]*\n"
    r"|\\(?:tag|label|eqref|ref|color|hskip|vspace|phantom|htmlClass|cssId|class|href|style|textcolor|htmlId)\*?\s*\{[^{}]*\})"
    r"|(?P<brk>(?:\\\\)+(?:\s*\[[^\]\n]{0,12}(?:pt|em|ex|mm|cm)\])?|\\newline\b|\\cr\b)"
    r"|(?P<begin>(?P<braced>\\(?:\{|lbrace)\s*)?\\begin\s*\{\s*(?P<opened>[A-Za-z]+)\*?\s*\}(?:\{[lcr|@{} ]*\})?)"
    r"|(?P<end>\\end\s*\{\s*(?P<closed>[A-Za-z]+)\*?\s*\}(?:\s*\\right\s*\.|\s*(?:\\right\s*)?\\\})?)"
    r"|(?P<words>\\(?P<font>text|mbox|textrm|mathrm|operatorname|textnormal|hbox|rm|textit|textbf|mathit|mathsf|texttt)\*?\s*\{(?P<inside>[^{}]*)\})"
    r"|(?P<num>\d+(?:\.(?:\d+|(?=\s*/)))?(?:[eE]-?\d+(?![A-Za-z_0-9]))?|\.\d+)|(?P<run>(?P<letters>[A-Za-z]+)(?P<hat>_hat(?![A-Za-z])|_\{hat\}|\u0302)?)"
    rf"|(?P<low>[{LOW}]+)|(?P<high>[{HIGH}]+|(?<=[\w\])}}])\.T(?![A-Za-z]))|(?P<sum>\\Sigma(?=\s*[_{{(A-Za-z\\]))|(?P<dots>\.\.\.+)|(?P<none>\\(?:left|right)\.)"
    rf"|(?P<sign>\\[A-Za-z]+|(?<!np)\.dot(?=\()|{SIGNS})|(?P<bad>.)",
    re.S,
)


PAIRS = {"{": "}", "(": ")", "[": "]", "\\{": "\\}"}
CLOSING = set(PAIRS.values())


def step(token):
    """Count 1 for what opens a bracket or a block, -1 for what closes one, 0 for the rest."""
    if token.kind == "op":
        return (token.text in PAIRS) - (token.text in CLOSING)
    return (token.kind == "begin") - (token.kind == "end")


def levels(tokens):
    """Pair each token with the number of brackets and blocks around it."""
    depth = 0
    for token in tokens:
        depth = max(0, depth + min(step(token), 0))
        yield token, depth
        depth += max(step(token), 0)


def split(tokens, separates):
    """Cut tokens where `separates(token)` holds outside of brackets: pairs of the separator before a part (None at first) and the part."""
    parts = [(None, [])]
    for token, depth in levels(tokens):
        if depth == 0 and separates(token):
            parts.append((token, []))
        else:
            parts[-1][1].append(token)
    return parts


def closing(tokens, at, reach=MAX_TOKENS):
    """The place of what closes the bracket or block at `at`, or None if nothing within reach does. Braces match braces only."""
    depth, sign, braces = 0, tokens[at].kind == "op", ("{", "}")
    for place in range(at, min(at + reach, len(tokens))):
        token = tokens[place]
        if (token.kind == "op") == sign and (tokens[at].text != "{" or token.text in braces):
            depth += step(token)
            if depth == 0:
                return place
    return None


def tokenise(text, start=0, end=None, plain=False):
    """Cut text[start:end] into tokens whose places are places in `text`."""
    tokens, spaced = [], False
    for kind, value, a, b in _cut(text, start, len(text) if end is None else end, plain):
        if kind == "space":
            spaced = True
        elif kind:
            tokens.append(Token(kind, value, a, b, spaced))
            spaced = kind == "gap"
        if len(tokens) > MAX_TOKENS:
            raise Unreadable(f"more than {MAX_TOKENS} symbols in one piece")
    return tokens


def _cut(text, start, end, plain):
    """Give the kind, text and place of every token, and of spaces."""
    blocks, scripted, glued, position = [], False, False, start
    bare = plain and "\\" not in text
    while position < end:
        match = LEXER.match(text, position, end)
        kind, value, a, b = match.lastgroup, match.group(), position, match.end()
        position = b
        if kind == "space":
            if "\n" in value and (plain or (value.isspace() and value.count("\n") > 1)):
                yield "brk", "\n", a, b
            yield kind, value, a, b
        elif kind == "words":
            yield from _words(match, plain)
        elif kind in ("begin", "end"):
            yield from _environment(match, kind, blocks)
        elif kind == "run":
            if glued and len(match["letters"]) > 1 and match["letters"][1] == "d":  # \sum^mdz: an m above, and dz
                yield "name", match["letters"][0], a, a + 1
                position, scripted, glued = a + 1, False, False
                continue
            *letters, (kind, name, place, _) = split_run(match["letters"], a, scripted, bare and not match["hat"])
            yield from letters
            yield kind, name + "hat" * bool(match["hat"]), place, b
        elif kind in ("low", "high"):
            yield *SPELT["_" if kind == "low" else "^"], a, a
            yield "op", "{", a, a
            yield from _cut(text.translate(RAISED), a + (value == ".T"), b, plain)
            yield "op", "}", b, b
        elif kind == "sign":
            yield *SPELT.get(value, ("name", value[1:])), a, b
        elif kind == "sum":
            yield "cmd", "sum", a, b
        elif kind != "none":
            yield kind, "\\\\" if kind == "brk" else value, a, b
        glued = value == "^" and not bare
        scripted = value in ("_", "^", "**") or (scripted and (kind == "space" or value == "{"))


CONNECTIVES = set(
    "if for when where otherwise else and so or since because thus hence therefore case si with then as by let that is we get which all "
    "eq eqn i.e e.g sum".split()
)


def _words(match, plain):
    """``\\text{...}``: the words in it, or the symbols if that is what it holds."""
    content, (a, b) = match["inside"].strip(), match.span()
    connective = match["font"] in ("text", "mbox", "hbox", "textrm") and content.rstrip(".,:;").lower() in CONNECTIVES
    if connective or not re.fullmatch(r"[A-Za-z_0-9^()+\-*'.]*", content):
        yield "words", content, a, b
    elif content:
        yield "op", "{", a, match.start("inside")
        yield from _cut(match.string, *match.span("inside"), plain)
        yield "op", "}", b - 1, b


def _environment(match, kind, blocks):
    """A block of cases or a matrix opens or ends; any other environment ends a line. `blocks`: the names of those that are open."""
    name = match["opened"] or match["closed"]
    block = name in BLOCKS or (name == "array" and bool(match["braced"] or blocks))
    if block and kind == "begin":
        blocks.append(name)
    elif name in blocks:
        blocks.remove(name)
    if block:
        yield kind, name, *match.span()
    elif kind == "end":
        yield "brk", "env", *match.span()


WORDS = (
    "net out output target softmax sigmoid logistic tanh relu log ln exp sum Loss loss Error error cost Cost total true pred "
    "diag delta Delta sigma theta Theta eta alpha epsilon lambda omega phi nabla partial input label logits logit probs prob scores score "
    "np matmul multiply outer softplus hidden Sigmoid Softmax ReLU Relu Tanh Diag hat err act transpose loss Net Out Total one onehot lr sech power "
    "in ideal desired expected predicted SUM Sum Sig sinh cosh"
).split()
AT_THE_END = "in one err act hat yhat Yhat zhat phat ypred ytrue".split()  # of a run; elsewhere these are letters, as in `sin`
WHOLE = set("dot T max maximum coste np gamma beta rho CE BCE MSE SSE NLL RSS square mean new old reg Etotal learningrate".split())
WORD = re.compile(
    "|".join(
        word + (r"\Z" if word in AT_THE_END else r"(?:(?<=\Aout)|\Z)" if word == "out" else "")
        for word in sorted({*WORDS, *AT_THE_END}, key=len, reverse=True)
    )
    + "|[A-Za-z]"
)
RENAMED = {
    **{
        "ypred": "yhat",
        "ytrue": "y",
        "Sigmoid": "sigmoid",
        "Softmax": "softmax",
        "ReLU": "relu",
        "Relu": "relu",
        "Diag": "diag",
        "SUM": "sum",
        "Sig": "sigmoid",
        "Sum": "sum",
        "predicted": "yhat",
        "coste": "cost",
        "Tanh": "tanh",
    },
    **{"logistic": "sigmoid", "Net": "net", "Out": "out", "Total": "total", "Etotal": "E", "learningrate": "eta", "transpose": "top"},
}


GLUED = re.compile(r"([a-ce-hl-zA-Z])([ijk]{1,2})")


def split_run(run, start, scripted, bare):
    """Split a run of letters: known words whole, a differential ``d`` off, without any LaTeX the indices of ``wij``, the rest letter by letter."""
    indexed = GLUED.fullmatch(run, run[0] == "d") if bare and not scripted and run not in WORDS else None
    if run in WHOLE:
        yield "name", RENAMED.get(run, run), start, start + len(run)
        return
    differential = run[0] == "d" and not scripted and run not in WORDS and (len(run) == 2 or run[1:] in WORDS or bool(indexed))
    if differential:
        yield "cmd", "partial", start, start + 1
    if indexed:
        at, end = start + indexed.start(2), start + indexed.end()
        yield from (("name", indexed[1], at - 1, at), ("sub", "_", at, at), ("op", "{", at, at))
        yield from (("name", letter, at + k, at + k + 1) for k, letter in enumerate(indexed[2]))
        yield "op", "}", end, end
        return
    for match in WORD.finditer(run, differential):
        name = RENAMED.get(match.group(), match.group())
        yield "cmd" if name in ("sum", "partial", "nabla") else "name", name, start + match.start(), start + match.end()


def script_text(tokens):
    """Spell a script without spaces and braces: ``(l+1)``, ``h1``, ``ij``."""
    return "".join(t.text for t in tokens if not (t.kind == "op" and t.text in "{}") and t.kind not in ("gap", "words"))
