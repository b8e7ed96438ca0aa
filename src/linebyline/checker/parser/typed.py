r"""Blank what surrounds the formulas where people paste from: forums, Markdown, HTML, programs.

Every rule puts as many characters in as it takes out, so that a place in the cleaned text is the same place in the text as typed.
"""

import re
import unicodedata

LINE_START, QUOTIENT = r"(?m)^[ \t]*", r"[A-Za-z][^/=δ∂()\s]{0,20} ?"


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def to_the_left(text):
    """A replacement that puts a text in place of the old one, filled up with spaces behind it."""
    return lambda match: text.ljust(len(match.group()))


def to_the_right(text):
    """A replacement that puts a text in place of the old one, filled up with spaces before it."""
    return lambda match: text.rjust(len(match.group()))


OTHER_SCRIPTS = r"[\u0400-\u04ff\u0590-\u06ff\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7af]+[:,;.]?"
RULES = [  # (what is typed, what takes its place)
    (r"\{% ?(?:end)?(?:math|katex|latex|equation) ?%\}", to_the_left("$$")),
    (r"[@\\]f[\[\]$]|\[/?i?(?:tex|math|latex)\]|</?math[^<>\n]*>|\[; ?| ?;\]", lambda m: "$".ljust(len(m.group()))),  # of forums and documentation
    (r"<[A-Z]\w*\s[^<>\n]{0,80}?=\{?[\"'`](?=.*\\)|[\"'`]\}?\s*/>", blank),  # <Math latex="..." />
    (r"\\\\\[(?=[^\n]*\\\\\])|(?<=[^\\\n])\\\\\](?=\s*$)|(?<=\S)\\\\\]", to_the_left("$$")),  # \\\\[ .. \\\\] in Markdown
    (r"(?m)^ {1,3}\*(?= {2,}\S| +=)", blank),  # the star of a comment
    (r"(?m)^[ \t]*(?:>[ \t]*)+", blank),  # a quotation
    (r"^\s*[A-Z]{2,3}\d'?\s+(?=\\)", blank),  # BP2
    (r"\|\|\s*shape\([^\n\\]*\)", blank),  # a remark on the shape, behind two bars
    (r"\|\|", to_the_left(r"\|")),
    (r"\\left *[\[(]\s*\\begin *\{array\} *(?:\{[clr| ]*\})?", to_the_right(r"\begin{bmatrix}")),
    (r"\\end *\{array\}\s*\\right *[\])]", to_the_left(r"\end{bmatrix}")),
    (r"\{([_^](?:\w|\{[^{}]*\}))\}", lambda m: f" {m[1]} "),  # \\theta{_k}
    (r"(?<![\w)\]}*])\*\*(?=\S)([^*\n]{1,120}=[^*\n]{1,120})\*\*(?![\w({])", lambda m: f"  {m[1]}  "),
    (r"\{?([a-z])\}?_\{?\\(?:text|mathrm|mbox)\{(?:hat|pred)\}\}?", lambda m: rf"\hat{{{m[1]}}}".ljust(len(m.group()))),
    (r"\\(?:mbox|mathrm|text|operatorname)\{one[-_ ]?hot\}\s*(?:\\left)?\(\s*(\w+)\s*(?:\\right)?\)", lambda m: m[1].rjust(len(m.group()))),
    (r"\(\w{1,3}: \w[^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)?", blank),  # (t: target, o: output)
    (r"\((?:[^\W\d_]{1,15}[ ,]+){2,}[^()=+*/^_\\]*\)", lambda m: blank(m) if len(re.findall(r"[^\W\d_]{3,}", m.group())) > 1 else m.group()),
    (r"\\sideset\{\}\{_(\w)\}\s*\\sum", lambda m: rf"\sum_{m[1]}".rjust(len(m.group()))),
    (r"(?m)^[ \t]*```.*$", blank),  # fences
    (r"(?<=\$)`|`(?=\$)|(?<![\w)}])`(?=[^`\n]*`(?!\w))|(?<=[\w)}\]])`(?=[\s.,;:)]|$)", blank),  # `code`, $`maths`$
    (r"(?m)(?<=\S)[ \t]+(?:#|//)(?![\d{]).*$|^[ \t]*(?:#+|//)(?=[ \t])", blank),  # comments behind a formula, the mark of one around it
    (LINE_START + r"(?:\(?\d+(?:\.\d+)*\)|\d+(?:\.\d+)*\.(?=[ \t]+[^\d\s/*])|[a-h]\)|[Ss]tep \d+[.:)])(?=\s)", blank),  # 1) 2. a) Step 3:
    (r"\*\*(?=[-+]\*\*)|(?<=\*\*[-+])\*\*|\*\*(?=[A-Z][^*\n]*\*\*)|(?<=[a-z:.])\*\*(?=\s|$)", blank),  # **bold words**
    (r"(?m)^[ \t]*[\[\]][ \t]*$|(?<=\$\$)\[(?=\s*\n)|(?<=\n)\](?=\$\$)", blank),  # what Markdown left of \\[ and \\]
    (r"(?m)^[ \t]*\[ ([^\[\]\n]*) \][ \t]*$", lambda m: m.group().replace("[", " ").replace("]", " ") if "=" in m[1] else m.group()),
    (r"(?<!\w)__(?=\w[^\n]{0,60}?\S__(?!\w))|(?<=[\w\])])__(?!\w)|\bself\._{0,2}", blank),
    (r"(?<![\w.])1/2(?=[mnN](?![\w^]))", ".5/"),  # 1/2m
    (r"\s+if ([^\n=<>]{1,30}> ?0),? else 0(?![\w.])", lambda m: f" .*({m[1]})".ljust(len(m.group()))),
    (r"\bone_?hot\((\w+)\)", lambda m: m[1].rjust(len(m.group()))),
    (r"\\(?:stackrel|overset|underset)\s*(?:\{(?:[^{}]|\{[^{}]*\}){0,40}\}|\\\w+)\s*(?:\{:?=\}|:?=)", to_the_right("=")),
    (r"(?<=\\partial)\{\}|(?<=\\sum)\{\}|(?<=[\s+\-=*}])\{\}(?=[_^])", blank),
    (r"(?:, ?|\.{2,} ?|… ?)\(\d{1,2}(?:\.\d{1,2})*\)(?=\s*(?:\$|\\end|$))", blank),  # the number of an equation behind it
    (r"\bwhich (?:is|equals|gives)(?: (?:actually|just|simply|then))?(?= ?(?:\\|∂|d[A-Z]|[(-]|[a-z]\w? ?[-+*/=^_(]))", to_the_left("=")),
    (r": =", to_the_right(":=")),
    (r"\b(?:batch_size|num_examples|len\(\w+\)|X\.shape\[\d\]|(?<=/)batch|(?<=/ )batch)(?!\w)", to_the_left("m")),
    (r"(?<![\w\\}])[d∂δ]\((\w{1,14})\)(?=\s*(?:/|[*=+\-)]|$))", lambda m: f"∂{m[1]}  "),
    (r"\\sum\*(?=\{)", to_the_right(r"\sum_")),  # an underscore that Markdown took
    (r"\\(?=[_*^])", blank),  # and one that was saved from it
    (r"<su([bp])>", lambda m: ("_" if m[1] == "b" else "^") + "{   "),
    (r"</su[bp]>", to_the_left("}")),
    (r"(?<!\$)\$ \$(?!\$)", to_the_right("$$")),
    (r"(?m)^[ \t]*[*•-] (?=\$|\\\()", blank),  # an item of a list
    (r"(?m)^([ \t]*[rfb]{1,2}([\"']))(?=[\\$])(.*?)\2,?[ \t]*$", lambda m: (" " * len(m[1]) + m[3]).ljust(len(m[0]))),  # a string in a program
    (r"\\kern\s*-?[\d.]+ ?(?:px|pt|em|mu|ex)|\\substack(?=\s*\{)", blank),
    (r"\\(?:text|mbox|textrm)\{([^{}$]*)\$([^$\n]*)\$ *\}", lambda m: rf"\text{{{m[1]}}}{m[2]}".ljust(len(m[0]))),
    (r"(?m)(?:^|(?<=\$))[ \t]*\(\d{1,2}\)(?=\s*\\[a-z])", blank),  # (5)
    (r"\\text(?:tt|rm)?\{((?:np\.[a-z]+|axis\s*=)[^{}]*)\}", lambda m: m[1].rjust(len(m.group()))),
    (r"(?<=[\^_]\{)(?:nueva|nuevo|nova|novo|neu|nouveau|nouvelle)(?=\})", to_the_left("new")),
    (r"(?<=[\^_]\{)(?:antigua|viejo|anterior|alt|ancien)(?=\})", to_the_left("old")),
    (r"\b(?:hidden|output)(?:_layer)?_delta\b", lambda m: f"delta_{m[0][0]}".ljust(len(m[0]))),
    (r"(\^\{\(?)n_\{?l\}?(?=(?:\s*-\s*\d)?\)?\})", lambda m: (m[1] + "L").ljust(len(m[0]))),  # the last of n_l layers
    (r"\blearning_rate\b", to_the_left("eta")),
    (r"\b(d?hidden)_layer\b", lambda m: m[1].rjust(len(m.group()))),
    (r"\b(?:math|Math|torch|numpy|tf|jnp|mx|xp|cp)\.(?=[a-z]+\()", to_the_right("np.")),
    (r"\((?:by|since|because|using|chain rule|note|see|from|following|element[ -]?wise)\b[^()=]*(?:\([^()=]*\)[^()=]*)*\)", blank),  # remarks
    (rf"δ({QUOTIENT}/ ?\(? ?)δ(?=\s*[A-Za-z])", lambda m: "∂" + m[1] + "∂"),
    (
        r"(?:^|(?<=[\n$]))([ \t]{0,20}(?:\\text\{)?[ \t]?(?:where|if|for|when|case|assume|suppose)\b[^.,:=$\n]{0,12}(?:=|\\neq?)\s*\w\s*),",
        lambda m: m[1] + ":",
    ),
]


def cleaned(text):
    """The text with what is no formula blanked, and some misspelt commands put right; as long as it was."""
    text = "".join(unicodedata.normalize("NFKC", c) if "\U0001d400" <= c <= "\U0001d7ff" or "\uff01" <= c <= "\uff5e" else c for c in text)
    if not re.search(r"\$|\\\[|\\begin", text):  # there is nothing but the words to tell a formula by
        text = re.sub(OTHER_SCRIPTS, blank, text)
    for pattern, new in RULES:
        text = re.sub(pattern, new, text)
    return text
