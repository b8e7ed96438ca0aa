r"""Find the maths in a text, and cut it into chains of sides.

Sides are cut at the top-level equals signs before anything is parsed, so that
one side nobody can read does not hide the others.
"""

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise

from linebyline.checker.parser.grammar import Node, Parser
from linebyline.checker.parser.spellings import tokenise
from linebyline.checker.parser.tokens import GREEK_INDICES, PAIRS, WORDS, Unreadable, levels, split
from linebyline.checker.parser.typed import cleaned
from linebyline.checker.work import spend

MAX_TEXT, MAX_SIDES = 20_000, 120


@dataclass
class Side:
    """One side of an equation: what was typed, and its tree or the reason why there is none.

    `left_open`: dots or a question mark after it; `mended`: what had to be done to read it.
    """

    text: str
    line: int
    start: int
    end: int
    relation: str = ""
    tree: Node | None = None
    error: str = ""
    mended: str = ""
    notes: list = field(default_factory=list)
    left_open: str = ""


@dataclass
class Chain:
    """Sides joined by equals signs. `continues`: it began with one; `cases`: conditions such as ``i = j``; a note has a text and a line."""

    sides: list
    continues: bool = False
    cases: list = field(default_factory=list)
    text: str = ""
    line: int = 0


def read(text):
    """Cut a text into chains of sides, every side parsed or with the reason why it could not be."""
    if not isinstance(text, str):
        raise TypeError(f"text: expected a string, got {type(text).__name__}; paste the derivation as text")
    if len(text) > MAX_TEXT:
        raise ValueError(f"text: expected at most {MAX_TEXT} characters, got {len(text)}; check it in parts")
    typed, text = text, cleaned(text)
    chains, last, announced = [], 0, None
    for start, end, plain in pieces(text):
        piece, between = text[start:end].strip(), text[last:start].rstrip("$[\\( \n")
        alone = re.fullmatch(CASE, piece)
        if alone and (ANNOUNCED.search(between) or re.fullmatch(BARE, piece)):
            announced, last = alone, end
            continue
        if re.fullmatch(r"[i-n]\s*=\s*\d", piece):  # j = 0: said again by what follows
            continue
        before, after = announced or CASE_BEFORE.search(between), CASE_AFTER.match(text, end)
        announced, last = None, after.end() if after else end
        found = _piece(text, start, end, plain)
        for chain in found:
            chain.cases.extend(_condition(match, False) for match in (before, after) if match and not chain.continues)
        if found and found[0].continues and chains and not found[0].cases:
            chains[-1].sides.extend(found.pop(0).sides)
        chains.extend(found)
    for before, chain in pairwise(chains):
        if len(before.cases) == 1 and chain.cases in ([], before.cases) and OTHERWISE.search(text[before.sides[-1].end : chain.sides[0].start]):
            left, relation, right, certain = before.cases[0]
            chain.cases = [(left, "!=" if relation == "=" else "=", right, certain)]
    if sum(len(chain.sides) for chain in chains) > MAX_SIDES:
        raise ValueError(f"text: expected at most {MAX_SIDES} sides, got more; check it in parts")
    for side in (side for chain in chains for side in chain.sides):
        side.text = typed[side.start : side.end].strip() or side.text
    return chains


# ---------------------------------------------------------------- pieces of maths in a text

MATHS = re.compile(
    r"\$\$(.+?)\$\$|\\\[(.+?)\\\]|(\\begin\{(align|equation|gather|eqnarray|multline|aligned|split)\*?\}.+?\\end\{\4\*?\})|\$([^$]+?)\$|\\\((.+?)\\\)",
    re.S,
)
DOLLARS_IN_WORDS = re.compile(r"\\(?:text|textrm|textit|mbox|mathrm)\{[^{}]*\}")
GLUE = re.compile(r"[\s=+\-−–*/().,·×0-9^_{}]*")


def pieces(text):
    """Find the maths in a text: (start, end, plain?) of each piece, dollars left out where they can be."""
    found = list(MATHS.finditer(DOLLARS_IN_WORDS.sub(lambda m: m.group().replace("$", " "), text)))
    if not found:
        return [(0, len(text), "\\\\" not in text)] if text.strip() else []
    ends = [0, *(place for m in found for place in m.span()), len(text)]
    outside = "".join(text[a:b] for a, b in zip(ends[::2], ends[1::2]))
    if GLUE.fullmatch(outside) and ("=" in outside or any(len(p) == 1 for p in outside.split())):
        return [(0, len(text), False)]
    displays = [m for m in found if m[1] or m[2] or m[3]]
    spans = []
    for start, end in (next(m.span(k) for k in (1, 2, 3, 5, 6) if m[k] is not None) for m in displays or found):
        goes_on = spans and re.match(r"\s*[+*]|\s*\\(?:cdot|times)", text[start:end]) and not text[spans[-1][1] : start].strip("$ \n")
        spans[-1:] = [(spans[-1][0], end)] if goes_on else [*spans[-1:], (start, end)]
    return [(start, end, False) for start, end in spans]


CASE = r"([a-z])\s*(=|\\neq?|≠|!=)\s*\{?([a-z0-9])\}?"
BARE = r"([i-n])\s*(=|\\neq?|≠|!=)\s*([i-n])\b"
CASE_BEFORE = re.compile(
    rf"(?:\b(?:if|when|for|case|where|with)\b[^.$]{{0,30}}(?:\$\s*{CASE}\s*\$|\b{BARE})|\(\$?{CASE}\$?\)|\$\s*{BARE}\s*\$?(?=[\s:.,]*$)|\b{BARE}\s*:)[^$]{{0,60}}$",
    re.I,
)
# behind a formula, and not the beginning of the next sentence
CASE_AFTER = re.compile(rf"[\s$.,;\])]*(?:(?:if|when|for|where)\s+|\()\$?\s*{CASE}\s*\$?\)?\s*(?:[.,;]|\n|$|and\b|or\b)")
OTHERWISE = re.compile(r"\b(?:otherwise|else|in (?:all )?(?:the )?other cases?|sonst|sinon)\b", re.I)
ANNOUNCED = re.compile(r"\b(?:if|when|for|case|where|with|suppose|assume)\b[^.;$]{0,30}$", re.I)


def _condition(match, certain):
    left, relation, right = (group for group in match.groups() if group)
    return left, "=" if relation == "=" else "!=", right, certain


# ---------------------------------------------------------------- rows, statements and sides

SPLIT_WORDS = re.compile(r"\b(?:becomes|equals|is equal to|which equals|gives)\b")


def _piece(text, start, end, plain):
    """Cut one piece of maths into chains."""
    spelt = SPLIT_WORDS.sub(lambda m: "=".ljust(len(m.group())), text) if plain and "=" not in text else text
    try:
        tokens = tokenise(spelt, start, end, plain)
    except Unreadable as error:
        return [Chain([Side(text[start:end].strip()[:200], _line(text, start), start, end, error=str(error))])]
    chains, plain_spelling = [], "\\" not in text[start:end]
    for row in _rows(tokens):
        row, ahead = _case_ahead(row)
        row = _without_prose(row, text) if plain and row else row
        for statement, conditions in _statements(row):
            chain = _chain(text, statement, [*conditions, *ahead], plain_spelling)
            if chain.continues and chains and not chain.cases:
                chains[-1].sides.extend(chain.sides)
            elif chain.sides:
                chains.append(chain)
    return chains


def _line(text, at):
    return text.count("\n", 0, at) + 1


def _rows(tokens):
    """Cut tokens into rows: a row that ends with a sign goes on in the next one, and one that starts with a sign carries on the one before."""
    rows, blocks, aligned = [[]], 0, any(t.kind == "amp" for t in tokens)
    for token, depth in levels(tokens):
        blocks += (token.kind == "begin") - (token.kind == "end")
        if token.kind == "brk" and (depth == 0 or (token.text == "\\\\" and not blocks)):
            rows.append([])
        elif token.kind != "amp" or blocks:
            rows[-1].append(token)
    merged, before = [], []
    for row in rows:
        if all(t.kind == "gap" for t in row):
            continue
        if merged and (_is_open(before) or _carries_on(row, before, aligned)):
            merged[-1] += row
        else:
            merged.append(list(row))
        before = row
    return merged


def _is_open(row):
    """Whether a row ends with a sign that something must follow."""
    last = next(t for t in reversed(row) if t.kind != "gap")
    return last.kind == "rel" or (last.kind == "op" and last.text in ("+", "-", "*", "·", "/", "⊙", "⊗"))


def _carries_on(row, before, aligned):
    """Whether a row is more of the side that the row before ends with: it starts with a sign, a minus only where rows are aligned."""
    first = next(t for t in row if t.kind != "gap")
    sign = first.kind == "op" and first.text in ("+", "*", "·", "⊙", *("-" * aligned))
    stated = _statements(before)
    return sign and len([side for _, side in _sides(row) if side]) == 1 and bool(stated) and not stated[-1][1]


def _case_ahead(row):
    """Take off a condition before a colon, as in ``if i = j: ...``."""
    (_, head), *rest = split(row, lambda t: t.text == ":" and t.kind == "op")
    condition = read_condition(head) if rest else None
    return (row, []) if condition is None else (row[len(head) + 1 :], [condition])


def _without_prose(row, text):
    """Drop words around the formula in a plain line: all of it if it holds no formula."""
    source, first = text[row[0].start : row[-1].end], next((t for t in row if t.kind == "rel"), None)
    words = [w for w in re.findall(r"(?<![\\A-Za-z_{^])[A-Za-z]{3,}(?![A-Za-z_({0-9^])", source) if w not in WORDS and w[0] != "d"]
    if first is None and len(words) >= 2:
        return []
    colon = source.find(":")
    if first is not None and words and 0 <= colon < first.start - row[0].start:
        return [t for t in row if t.start > row[0].start + colon]
    ahead = AHEAD.match(source) if first is not None else None
    if ahead and not {w for w in re.findall(r"[A-Za-z]{3,}", ahead[0])} <= {"for", "when", "where", *WORDS}:
        return [t for t in row if t.start >= row[0].start + ahead.end()]
    return row


AHEAD = re.compile(r"(?i:(?:(?:[a-z]{3,}|as|so|is|by|we|of|to|it|if|in|an?)\b[,;.]?(?=\s)\s*)+)(?![\s=<>+\-*/^_(])")  # words before a formula


def _statements(row):
    """Cut a row into statements with their conditions: at a wide gap, an arrow or a comma that is followed by another equation."""
    statements = []
    for before, part in split(row, lambda t: t.kind in ("gap", "arrow", "words") or (t.text in (",", ";") and t.kind == "op")):
        if not part:
            continue
        if not statements:
            statements.append((part, []))
            continue
        typed, conditions = statements[-1]
        stated, condition = any(t.kind == "rel" for t in typed), read_condition(part)
        relates = any(t.kind == "rel" and depth == 0 for t, depth in levels(part))
        bare = not any(t.kind == "rel" or t.text in ("+", "-") for t in part)
        remark = part[-1] is row[-1] and part[0].text == "(" and part[-1].text == ")" and bare
        goes_on = before.kind == "gap" and (part[0].kind == "rel" or not stated or _is_open(typed))
        if condition is not None:
            conditions.append(condition)
        elif relates and not goes_on:
            statements.append((part, []))
        elif before.kind == "arrow" and part[0].text != "(":
            typed += [replace(before, kind="rel", text="="), *part]
        elif before.kind == "gap" and not remark:
            typed += [before, *part]
        elif before.kind == "op" and not stated and len(part) > 1:
            statements.append((part, []))
    return statements


GREEK = "|".join(GREEK_INDICES)
RIGHT = rf"({GREEK}|[a-zA-Z](?:\d|'+)?|\d+|[yc]_?[a-zA-Z]?|ell|[lL][+-]1|label|target)"
CONDITION = re.compile(
    rf"(?:if|for|when)?(?:([ijkpqry]'*|{GREEK}|y_[a-zA-Z]?|c(?:\d|'+|_?[a-zA-Z])?)(=){RIGHT}|([lmn]'*)(=)(?!\d){RIGHT}|([wz]'*)(=)([ijkmn]'*)"
    rf"|([a-dg-wyz]'*|[yc](?:\d|_?[a-zA-Z]))(!=|not=?){RIGHT})"
)


def read_condition(tokens):
    """Read ``i = j``, ``k \\neq i``, ``y = k`` as (left, relation, right, certain), or None."""
    left_out = {"op": ("(", ")", "{", "}", ",", ".", ";"), "word": ("forall", "∀")}
    spelt = "".join(t.text for t in tokens if t.kind not in ("gap", "words", "amp", "brk") and t.text not in left_out.get(t.kind, ()))
    match = CONDITION.fullmatch(spelt)
    return _condition(match, True) if match else None


def _sides(tokens):
    """Cut a statement at its relations: pairs of the relation before a side and the side; the first is empty if it starts with one."""
    return [(sign.text if sign else "", side) for sign, side in split(tokens, lambda t: t.kind == "rel" and t.text != "!=")]


def _chain(text, statement, cases, plain):
    """Parse the sides of one statement; what hangs behind a side is taken off first."""
    sides = _sides(statement)
    chain = Chain([], continues=not sides[0][1], cases=cases)
    for relation, typed in sides:
        tokens, cases, notes = _trailing(typed)
        chain.cases += cases
        if any(t.kind != "dots" for t in tokens):
            chain.sides.append(parse_side(text, tokens, relation, plain))
            chain.sides[-1].notes = [_side_note(text, note, plain) for note in notes]
        elif chain.sides and typed:
            chain.sides[-1].left_open = f"{relation} {text[typed[0].start : typed[-1].end].strip()}"
    return chain


def _trailing(tokens):
    """Take off what hangs behind a side: punctuation, a condition, a remark in brackets."""
    tokens, cases, notes = list(tokens), [], []
    tokens = tokens[
        : next((k for k, (t, depth) in enumerate(levels(tokens)) if depth == 0 and k and t.kind == "word" and t.text in ("in", "∈")), len(tokens))
    ]
    while tokens:
        last = tokens[-1]
        if last.kind in ("gap", "words", "amp", "brk", "arrow") or last.text in (",", ";", ".", ":", "?", "!", "∀", "forall"):
            tokens.pop()
            continue
        if last.text not in (")", "]"):
            break
        at = max((k for k, (t, depth) in enumerate(levels(tokens)) if t.text in ("(", "[") and depth == 0), default=0)
        if at == 0:
            break
        before, inside, spelt = tokens[at - 1], tokens[at + 1 : -1], "".join(t.text for t in tokens[at + 1 : -1])
        condition, indicator = read_condition(inside), _is_indicator(tokens[:at])
        wordy = any(t.kind in ("words", "arrow") for t in inside) or spelt.startswith(("if", "for", "when"))
        factor = indicator or before.text in ("I", "chi", "delta")
        if condition is not None and (wordy or before.kind == "gap" or (tokens[at].spaced and not factor)):
            cases.append(condition)
        elif inside and inside[0].kind == "arrow":  # (\because ...)
            pass
        elif condition is None and not indicator and before.kind not in ("sub", "sup") and len(_sides(inside)) > 1:
            notes.append(inside)
        elif not (before.kind == "gap" and re.search("[*·]", spelt) and ("s_" in spelt or re.fullmatch(r"[\d*·.,a-zA-Z]{1,9}", spelt))):
            break
        tokens = tokens[:at]
    while tokens and tokens[0].kind in ("gap", "words", "amp"):
        tokens.pop(0)
    return tokens, cases, notes


def _is_indicator(tokens):
    r"""Whether tokens end with the 1 of an indicator, as in 1 or {1}: what follows in brackets is its condition."""
    if [t.text for t in tokens[-3:]] == ["{", "1", "}"]:
        tokens = [*tokens[:-3], tokens[-2]]
    return bool(tokens) and tokens[-1].text == "1" and (len(tokens) == 1 or tokens[-2].kind not in ("sub", "sup"))


def parse_side(text, tokens, relation, plain):
    """Read the tokens of one side, with its text and place."""
    if not tokens:
        return Side("", 1, 0, 0, relation, error="an expression is missing")
    spend(2 + len(tokens) // 8)
    start, end = tokens[0].start, tokens[-1].end
    side = Side(text[start:end].strip(), _line(text, start), start, end, relation)
    try:
        bad = next((t for t in tokens if t.kind == "bad"), None)
        if bad is not None:
            raise Unreadable(f"the character {bad.text!r} is not known to this checker")
        if re.fullmatch(r"(?:\\mathrm\s*\{\s*d\s*\}|\\operatorname\s*\{\s*d\s*\}|d\s+)\s*\\?[A-Za-z]", side.text):
            raise Unreadable("a differential that is not part of a derivative")
        side.tree = Parser(tokens, plain).whole()
    except Unreadable as error:
        side.error = str(error)
        side.tree, side.mended = with_its_brackets(tokens, plain)
    except RecursionError:
        side.error = "nested too deeply"
    return side


def with_its_brackets(tokens, plain):
    """Read a side with a bracket too few or one too many at its end: its tree, and what was done about it; (None, "") if that is not it."""
    signs = [t for t in tokens if t.kind == "op" and t.text in (*PAIRS, *PAIRS.values())]
    opened = sum(1 if t.text in PAIRS else -1 for t in signs)
    last = tokens[-1]
    try:
        if opened == -1 and last.text in (")", "]"):
            return Parser(tokens[:-1], plain).whole(), f"right without the {last.text} at the end, which nothing opens"
        if opened == 1:
            sign = next(t for t in signs if t.text in ("(", "["))
            close = replace(last, kind="op", text=PAIRS[sign.text], start=last.end)
            return Parser([*tokens, close], plain).whole(), f"right with a {close.text} at the end, which is missing"
    except (Unreadable, StopIteration):
        pass
    return None, ""


def _side_note(text, tokens, plain):
    """Read a bracketed remark: conditions such as ``if i != 1``, and the equation it states."""
    start, end = tokens[0].start, tokens[-1].end
    note = Chain([], text=text[start:end].strip(), line=_line(text, start))
    for _, part in split(tokens, lambda t: t.text in (",", ";")):
        condition = read_condition(part)
        if condition is not None:
            note.cases.append(condition)
        else:
            note.sides += [parse_side(text, side, relation, plain) for relation, side in _sides(part) if side]
    return note
