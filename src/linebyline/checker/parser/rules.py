"""What a rule of spelling is, and what rules ask of the tokens at a place."""

from dataclasses import replace

from linebyline.checker.parser.tokens import PAIRS, closing
from linebyline.checker.parser.tokens import tokenise as cut

REACH = 250  # symbols: each bracket of a long text is looked at once, so the work stays within bounds
EVERYTHING = "every"  # below a sum sign: over whatever rows and columns there are


class Rules(list):
    """The rules of one file, each with the words at which it is tried."""

    def rule(self, *words, needs=(), unless=(), in_code_only=False):
        """Call a function where one of these words stands, or at every token, in a text with one of the words it needs and without some others."""
        return lambda rewrite: self.append((rewrite, frozenset(words), frozenset(needs or words), frozenset(unless), in_code_only)) or rewrite


def is_at(tokens, at, *texts):
    return 0 <= at < len(tokens) and tokens[at].text in texts and tokens[at].kind != "words"


def kind_at(tokens, at):
    return tokens[at].kind if 0 <= at < len(tokens) else ""


def bracketed(tokens, at):
    """What stands in the brackets that open at `at`, and the place after them; (None, at) if there are none, or they are too long."""
    end = closing(tokens, at, REACH) if is_at(tokens, at, *PAIRS) and tokens[at].kind == "op" else None
    return (None, at) if end is None else (tokens[at + 1 : end], end + 1)


def around(tokens, at):
    """The tokens around a place, with their places: as far as a rule may look for what a text is like."""
    return [(k, tokens[k]) for k in range(max(0, at - REACH), min(len(tokens), at + REACH))]


def past_scripts(tokens, at):
    """The place after the scripts that start at `at`."""
    while kind_at(tokens, at) in ("sub", "sup") and at + 1 < len(tokens):
        at = max(at + 2, bracketed(tokens, at + 1)[1])
    return at


def spelling_of(tokens):
    return "".join(t.text for t in tokens if t.text not in ("{", "}"))


def spell(replaced, *parts):
    """Spell tokens anew: words are cut into tokens of no width, before or behind what was typed; tokens stay as they are."""
    start, end, made = replaced[0].start, replaced[-1].end, []
    for place, part in zip([start] * (len(parts) - 1) + [end], parts):
        made += [replace(t, start=place, end=place) for t in cut(part)] if isinstance(part, str) else part
    made[0] = replace(made[0], start=start)
    return [*made[:-1], replace(made[-1], end=end)]
