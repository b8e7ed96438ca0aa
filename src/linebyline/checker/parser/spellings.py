r"""Respell what people write in many ways, so that the grammar needs one: tokens in, tokens out, places kept.

A rule is a function that looks at the tokens from one place on and gives the
tokens to put there and the place behind those that they replace, or None. It
is called wherever one of its words stands, also in what it gave. What a rule
adds takes the place of what it stands for, so that a side's text is still the
text as typed.
"""

from linebyline.checker.parser import functions, indices, programs
from linebyline.checker.parser.tokens import MAX_TOKENS, Unreadable
from linebyline.checker.parser.tokens import tokenise as cut

RULES = (*indices.RULES, *functions.RULES, *programs.RULES)


def tokenise(text, start=0, end=None, plain=False):
    """Cut text[start:end] into tokens, respelt; their places are places in `text`."""
    tokens = cut(text, start, end, plain)
    found = {t.text for t in tokens}
    for rewrite, words, needs, unless, in_code_only in RULES:
        if (plain or not in_code_only) and not needs.isdisjoint(found) and unless.isdisjoint(found):
            at = 0
            while at < len(tokens):
                if (not words or tokens[at].text in words) and tokens[at].kind != "words" and (made := rewrite(tokens, at)):
                    tokens[at : made[1]] = made[0]
                    if len(tokens) > 2 * MAX_TOKENS:
                        raise Unreadable(f"more than {MAX_TOKENS} symbols in one piece")
                at += 1
    return tokens
