r"""Find the maths in a text, and cut it into chains of sides.

Sides are cut at the top-level equals signs before anything is parsed, so that
one side nobody can read does not hide the others.
"""

import re
from dataclasses import dataclass, field

from linebyline.checker.parser.grammar import Node, Parser, inside_cases
from linebyline.checker.parser.spellings import tokenise
from linebyline.checker.parser.tokens import WORDS, Token, Unreadable

MAX_TEXT, MAX_SIDES = 20_000, 120
SPLIT_WORDS = "becomes|equals|is equal to|which equals|gives"


@dataclass
class Side:
    """One side of an equation: what was typed, and its tree or the reason why there is none; `left_open`: dots or a question mark after it."""

    text: str
    line: int
    start: int
    end: int
    relation: str = ""
    tree: Node | None = None
    error: str = ""
    notes: list = field(default_factory=list)
    left_open: str = ""


@dataclass
class Chain:
    """Sides joined by equals signs. `continues`: it began with one; `cases`: conditions such as ``i = j``."""

    sides: list
    continues: bool = False
    cases: list = field(default_factory=list)
    is_note: bool = False


MATHS = re.compile(
    r"\$\$(.+?)\$\$|\\\[(.+?)\\\]|(\\begin\{(align|equation|gather|eqnarray|multline|aligned|split)\*?\}.+?\\end\{\4\*?\})|\$([^$]+?)\$|\\\((.+?)\\\)",
    re.S,
)
DOLLARS_IN_WORDS = re.compile(r"\\(?:text|textrm|textit|mbox|mathrm)\{[^{}]*\}")
GLUE = re.compile(r"[\s=+\-−–*/().,·×0-9^_{}]*")


def pieces(text):
    """Find the maths in a text: (start, end, plain?, display?) of each piece, dollars left out where they can be."""
    masked = DOLLARS_IN_WORDS.sub(lambda m: m.group().replace("$", " "), text)
    found = [(m.start(), m.end(), next(k for k in (1, 2, 3, 5, 6) if m.group(k) is not None), m) for m in MATHS.finditer(masked)]
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
    chains, last, announced = [], 0, None
    for start, end, plain, display in pieces(text):
        alone = re.fullmatch(rf"\s*{CASE}\s*", text[start:end])
        if alone and (ANNOUNCED.search(text[last:start].rstrip("$(\\ ")) or re.fullmatch(rf"\s*{BARE}\s*", text[start:end])):
            announced, last = alone, end
            continue
        before, announced = announced, None
        before = before or CASE_BEFORE.search(text[last:start].rstrip("$[\\( \n"))
        after = CASE_AFTER.match(text, end)
        last = after.end() if after else end
        found = _piece(text, start, end, plain, display)
        for chain in found:
            chain.cases.extend(_case(match) for match in (before, after) if match and not chain.continues)
        if found and found[0].continues and chains and not found[0].cases:
            chains[-1].sides.extend(found.pop(0).sides)
        chains.extend(found)
    total = 0
    for chain in chains:
        total += len(chain.sides)
        if total > MAX_SIDES:
            raise ValueError(f"text: expected at most {MAX_SIDES} sides, got more; check it in parts")
    return chains


CASE = r"([a-z])\s*(=|\\neq?|≠|!=)\s*\{?([a-z0-9])\}?"
BARE = r"([i-n])\s*(=|\\neq?|≠|!=)\s*([i-n])\b"
CASE_BEFORE = re.compile(
    rf"(?:\b(?:if|when|for|case|where|with)\b[^.$]{{0,30}}(?:\$\s*{CASE}\s*\$|\b{BARE})|\(\$?{CASE}\$?\)|\b{BARE}\s*:)[^$]{{0,60}}$", re.I
)
# behind a formula, and not the beginning of the next sentence
CASE_AFTER = re.compile(rf"[\s$.,;\])]*(?:(?:if|when|for|where)\s+|\()\$?\s*{CASE}\s*\$?\)?\s*(?:[.,;]|\n|$|and\b|or\b)")


ANNOUNCED = re.compile(r"\b(?:if|when|for|case|where|with|suppose|assume)\b[^.;$]{0,30}$", re.I)


def _case(match):
    left, relation, right = (group for group in match.groups() if group)
    return left, "=" if relation == "=" else "!=", right, False


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
        row, ahead = _case_ahead(row)
        row = _without_prose(row, text, bare=plain)
        if not row:
            continue
        for statement, condition in _statements(row):
            condition.extend(ahead)
            sides = _sides(text, statement)
            if not sides:
                continue
            continues = sides[0][0] in ("=", "≈", "<-") and not sides[0][1]
            made = []
            for relation, tokens_ in sides:
                typed = tokens_
                tokens_, cases_, notes_ = _trailing(tokens_)
                condition.extend(cases_)
                if all(t.kind == "dots" for t in tokens_):
                    if made and typed:
                        made[-1].left_open = f"{relation} {text[typed[0].start : typed[-1].end].strip()}"
                    continue
                side = parse_side(text, tokens_, relation, not has_backslash)
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


def _case_ahead(row):
    """Take off a condition before a colon, as in ``if i = j: ...``."""
    colon = next((k for k, (t, depth) in enumerate(zip(row, _depths(row))) if t.text == ":" and t.kind == "op" and not depth), 0)
    head = [t for t in row[:colon] if t.kind != "words"]
    for word in ("if", "for", "when"):
        if "".join(t.text for t in head).startswith(word):
            head = head[len(word) if head[0].text != word else 1 :]
    condition = read_condition(head)
    return (row, []) if condition is None else (row[colon + 1 :], [condition])


def _without_prose(row, text, bare):
    """Drop words around the formula in a plain line: all of it if it holds no formula."""
    row = [t for t in row if t.kind != "amp" or inside_cases(row, t)]
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
                spelt = "".join(t.text for t in inside)
                if any(t.kind == "rel" for t in inside) or (re.search(r"[+\-]", spelt) and not re.search(r"[*·]", spelt)):
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
        if not re.fullmatch(r"[a-zA-Z](?:\d|'+)?|\d+|[yc]_?[a-zA-Z]?|ell|[lL][+-]1|(?:label|target)", spelt) or not spelt:
            return None
        sides.append(spelt)
    if not unequal and sides[1].isdigit() and sides[0] in ("n", "m", "N", "M", "K", "l", "L"):
        return None
    index = "abcdghijklmnopqrstuvwz"
    if sides[0][0] not in index + "y" or (len(sides[0].rstrip("'")) > 1 and sides[0][0] not in "yc"):
        return None
    likely = "ijklmnpqrcy" + "wz" * (sides[1].rstrip("'") in tuple("ijkmn"))
    if not unequal and sides[0].rstrip("'") not in tuple(likely) and not sides[0].startswith(("y_", "c")):
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
                factor = _is_indicator(tokens[: opens[-1]]) or before.text in ("I", "chi", "delta")
                hangs_behind = before.kind == "gap" or (tokens[opens[-1]].spaced and not factor)
                if condition is not None and (wordy or hangs_behind):
                    cases.append(condition)
                    tokens = tokens[: opens[-1]]
                    continue
                top = [t for t, d in zip(inside, _depths(inside)) if t.kind == "rel" and d == 0 and t.text != "!="]
                if top and condition is None and not _is_indicator(tokens[: opens[-1]]) and before.kind not in ("sub", "sup"):
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


def _is_indicator(tokens):
    r"""Whether tokens end with the 1 of an indicator, as in 1 or {1}: what follows in brackets is its condition."""
    if [t.text for t in tokens[-3:]] == ["{", "1", "}"]:
        tokens = [*tokens[:-3], tokens[-2]]
    return bool(tokens) and tokens[-1].text == "1" and (len(tokens) == 1 or tokens[-2].kind not in ("sub", "sup"))


def parse_side(text, tokens, relation, plain):
    if not tokens:
        return Side("", 1, 0, 0, relation, error="an expression is missing")
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
