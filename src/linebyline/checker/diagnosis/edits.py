"""Every small edit of a side that could repair it: an index, a sign, a factor, a symbol, the likeliest first."""

import re
from typing import NamedTuple

from linebyline.checker.diagnosis.vocabulary import INDEX_LETTERS, Vocabulary
from linebyline.checker.meaning.letters import FUNCTIONS
from linebyline.checker.parser.grammar import walk
from linebyline.checker.parser.spellings import tokenise
from linebyline.checker.parser.tokens import Token, script_text

PRODUCT_SIGNS = (
    (r" \odot ", "the product sign were an entry-by-entry product", 2.4),
    (" ", "the product sign were a matrix product", 2.4),
    ("+", "the product sign were a plus", 3.0),
    ("-", "the product sign were a minus", 3.0),
    ("/", "the product sign were a division", 3.0),
)
SIGNS = {  # what may stand in the place of a sign: the new sign, what is said of it, and its rank
    "+": ((r"\cdot ", "the plus were a product", 3.1),),
    "-": ((r"\cdot ", "the minus were a product", 3.2),),
    "/": ((r"\cdot ", "the division were a product", 2.8),),
    "'": (("", "the prime were left out", 2.3),),
    "!=": (("=", "the condition were 'equal'", 2.9),),
    "=": ((r"\neq ", "the condition were 'not equal'", 2.9),),
    **dict.fromkeys("*·⊙⊗", PRODUCT_SIGNS),
}
TRANSPOSES = ("T", "top")


class Edit(NamedTuple):
    """Replace text[start:end] by `new`; `what` finishes "would be right if ..."; the lower the rank, the likelier it is."""

    start: int
    end: int
    new: str
    what: str
    rank: float

    def made_in(self, text, side):
        """The side with this edit made."""
        before = text[side.start : self.start]
        gap = " " * bool(re.search(r"\\[A-Za-z]+$", before) and self.new[:1].isalpha())  # \partial net
        return re.sub(r"\s+", " ", before + gap + self.new + text[self.end : side.end]).strip()

    def made_among(self, tokens):
        """The side's tokens with the edit's own in their place."""
        at = self.start
        new = [Token(token.kind, token.text, token.start + at, token.end + at, token.spaced) for token in solid(self.new)] if self.new.strip() else []
        return [token for token in tokens if token.end <= at] + new + [token for token in tokens if token.start >= self.end]


def solid(text, start=0, end=None):
    """The tokens of a text that mean something."""
    return [token for token in tokenise(text, start, end) if token.kind not in ("gap", "words", "amp", "brk")]


def instead(part, new, what, rank):
    """Put something in the place of a node or a token."""
    return Edit(part.start, part.end, new, what, rank)


def insert(at, new, what, rank):
    """Put something between two characters."""
    return Edit(at, at, new, what, rank)


def quoted(text):
    """A formula for a message, cut short if it is long."""
    text = re.sub(r"\s+", " ", text).strip()
    return f"${text if len(text) <= 60 else text[:57] + '...'}$"


class Editor:
    """The edits of one side, in the words of its own text."""

    def __init__(self, judge, side, verdict):
        self.side, self.text = side, judge.task.text
        self.words = Vocabulary(judge, side, verdict)

    def spelt(self, part):
        """A part of the text, for a message."""
        return quoted(self.text[part.start : part.end])

    def edits(self, tokens):
        """All edits of the side, the likeliest first."""
        found = [*self.left_out_sums(tokens), *self.of_symbols(self.side.tree)]
        for node in walk(self.side.tree):
            if node.kind == "sum":
                found += self.of_terms(node)
            elif node.kind == "num" and len(node.name) == 1 and not node.subs:
                found += [instead(node, value, f"the {node.name} were a {value}", 2.2) for value in "120" if value != node.name]
            elif node.kind in ("frac", "deriv") and node.parts[0] is not None:
                found.append(self.turned_over(node))
        found += self.insertions(self.side.tree)
        found += [instead(token, *sign) for token in tokens if token.kind in ("op", "rel", "prime") for sign in SIGNS.get(token.text, ())]
        return sorted(found, key=lambda edit: edit.rank)

    def of_symbols(self, tree):
        """Edits of the symbols of a side and of what they are multiplied with."""
        for node in walk(tree):
            if node.kind == "product":
                yield from self.of_factors(node.parts)
                yield from self.swapped_factors(node.parts)
            elif node.kind in ("name", "bigsum", "num", "group"):
                yield from self.of_scripts(node)
            if node.kind == "name":
                yield from self.of_name(node)

    def left_out_sums(self, tokens):
        """A sum over any letter that the left side does not have."""
        used = {token.text for token in tokens}
        for letter in self.words.letters:
            if letter in used and letter not in self.words.free:
                yield insert(self.side.start, rf"\sum_{letter} ", f"it were summed over {letter}: a sum over paths is missing", 0.5)

    def of_terms(self, node):
        """Turn a sign round; put two terms in brackets; leave a term out."""
        parts = node.parts
        for k, (sign, product, at) in enumerate(parts):
            term, typed = self.spelt(product), self.text[at : at + 1]
            if sign < 0 and typed in "-−–":
                yield Edit(at, at + 1, "+" if k else "", f"the sign of {term} were plus", 1.0)
            elif typed == "+" or k == 0:
                yield Edit(at, at + (typed == "+"), "-", f"the sign of {term} were minus", 1.0 if typed == "+" else 1.2)
            if k + 1 < len(parts):
                inner = self.text[product.parts[-1][1].start : parts[k + 1][1].parts[0][1].end]
                start = product.parts[-1][1].start
                yield Edit(start, start + len(inner), f"({inner})", f"{quoted(inner)} stood in brackets", 2.75)
            if len(parts) > 1:
                yield Edit(at, product.end if k else parts[1][2], "", f"the term {term} were left out", 2.5)

    def turned_over(self, node):
        """Exchange what is above and below a fraction line."""
        above, below = (self.text[part.start : part.end] for part in node.parts)
        if node.kind == "frac":
            return instead(node, rf"\frac{{{below}}}{{{above}}}", "the fraction were turned over", 3.0)
        return instead(node, rf"\frac{{\partial {below}}}{{\partial {above}}}", "the derivative were turned over", 2.6)

    def of_factors(self, items):
        """Drop a factor or a sum sign; transpose a factor; square it."""
        for k, (_, item) in enumerate(items):
            spelt = self.spelt(item)
            if item.kind == "bigsum":
                yield instead(item, "", f"the sum {spelt} were left out", 2.6)
                continue
            if len(items) == 1:
                yield instead(item, "1", f"{spelt} were 1", 3.4)
            elif k:
                yield Edit(items[k - 1][1].end, item.end, " ", f"the factor {spelt} were left out", 2.0)
            else:
                stop = items[1][1].start if items[1][0] in ("", "*", "·") else item.end
                yield Edit(item.start, stop, " ", f"the factor {spelt} were left out", 2.0)
            if item.kind in ("name", "group"):
                transposes = [script for script in item.sups if script_text(script) in TRANSPOSES]
                matrix = item.name[:1].isupper() or item.kind == "group"
                yield from (self.without_script(item, script, f"{spelt} were not transposed", 1.5) for script in transposes)
                if not transposes:
                    yield insert(item.end, "^T", f"{spelt} were transposed", 1.6 if matrix else 2.7)
                yield insert(item.end, "^2", f"{spelt} were squared", 3.3)

    def swapped_factors(self, items):
        """Exchange two neighbours, where their order may matter."""
        pair = len(items) == 2 and items[1][0] in ("", "*", "·")
        if pair or any(item.kind in ("group", "name") and item.sups for _, item in items):
            for (_, first), (_, second) in zip(items, items[1:]):
                if "bigsum" not in (first.kind, second.kind):
                    yield self.exchanged(first, second, "the two factors were in the other order", 2.1, between=" ")

    def exchanged(self, first, second, what, rank, between=""):
        """Exchange two parts of the text."""
        middle = self.text[first.end : second.start]
        parts = self.text[second.start : second.end], middle if middle.strip() else between or middle, self.text[first.start : first.end]
        return Edit(first.start, second.end, "".join(parts), what, rank)

    def without_script(self, node, script, what, rank):
        """Take a superscript away."""
        start, stop = self.text.rfind("^", node.start, script[0].start + 1), script[-1].end
        return Edit(start, stop + (self.text[start + 1 : start + 2] == "{" and self.text[stop : stop + 1] == "}"), "", what, rank)

    def of_scripts(self, node):
        """Change one index, one layer, or the order of two indices."""
        for script in node.subs:
            yield from self.of_indices(node, script)
        for script in node.sups:
            spelt = script_text(script)
            if node.kind == "bigsum":
                yield from self.of_indices(node, script)
            elif re.fullmatch(r"[(\[]?[A-Za-z](?:[+-]\d)?[)\]]?", spelt) and node.name != "e":
                yield from self.of_layer(node, script, spelt)
            elif re.fullmatch(r"[(\[]?\d[)\]]?", spelt):
                for token in (token for token in script if token.kind == "num"):
                    for new in (int(token.text) - 1, int(token.text) + 1):
                        yield instead(token, str(max(new, 0)), f"the {token.text} of {self.spelt(node)} were {max(new, 0)}", 1.4)
                if spelt.isdigit():
                    yield self.without_script(node, script, f"{self.spelt(node)} had no exponent", 2.6)

    def of_indices(self, node, script):
        """Put another letter or number in the place of an index, or another layer before a unit's number; exchange two indices."""
        letters, numbers = self.words.letters, self.words.numbers
        tokens = [token for token in script if token.kind in ("name", "num")]
        pair = len(tokens) == 2
        for token in tokens:
            unit = pair and token is tokens[0] and token.text in ("h", "o", "i")
            prefix = unit and token.text != "i" and tokens[1].start == token.end
            single = token.kind == "num" or len(token.text) == 1 or token.text == "ell"
            others = ((numbers, 1.0), (letters, 1.9)) if token.kind == "num" else ((() if prefix else letters, 0.8), (numbers[:3], 1.8))
            for new, rank in ((new, rank) for found, rank in others for new in found if single and new != token.text):
                yield instead(token, new, f"the index {token.text} of {self.spelt(node)} were {new}", rank)
            for new in "ho" if unit else "":
                if new != token.text:
                    yield instead(token, new, f"the layer of {self.spelt(node)} were {new}", 1.3)
        if pair and tokens[0].text != tokens[1].text:
            yield self.exchanged(*tokens, f"the indices of {self.spelt(node)} were in the other order", 0.9)

    def of_layer(self, node, script, spelt):
        """Put another layer in the place of one."""
        inside = spelt[0] in "(["
        start, end = script[0].start + inside, script[-1].end - inside
        braced = inside or self.text[start - 1 : start] == "{"
        for new in self.words.layers:
            if new and new != spelt.strip("()[]"):
                yield Edit(start, end, new if braced else f"{{{new}}}", f"the layer of {self.spelt(node)} were {new}", 1.1)

    def of_name(self, node):
        """Put another symbol, or the same symbol with another letter, in a symbol's place; put a prime on a function."""
        words, typed = self.words, self.text[node.start : node.end]
        spelt, letter, called = self.spelt(node), words.letter(node), node.name in FUNCTIONS
        end = node.start + len(letter)
        for name, new in words.bases.items():
            if name != node.name:
                yield Edit(node.start, end, new, f"{spelt} were {quoted(new + self.text[end : node.end])}", 1.7)
        yield from (instead(node, new, f"{spelt} were {quoted(new)}", 2.05) for new in words.symbols if new != typed)
        if called and not node.primes:
            yield insert(node.end, "'", f"{spelt} had a prime: the derivative of the activation", 1.5)
        if called or node.name in ("log", "ln", "exp", "tanh", "sigmoid", "softmax"):
            yield from (Edit(node.start, min(end, node.end), new, f"{spelt} were ${new}$", 2.5) for new in words.functions if new != typed)
        if node.name in ("log", "ln", "exp"):
            new = "log" if node.name == "exp" else "exp"
            yield instead(node, "\\" + new, f"{node.name} were {new}", 2.9)

    def insertions(self, tree):
        """Insert a factor: the derivative of an activation, another factor in use, a number; add or subtract a symbol."""
        words, products = self.words, [node for node in walk(tree) if node.kind == "product"]
        for product in products[:10]:
            for place, factor in enumerate(words.factors):
                slope = ": the derivative of the activation is missing" if re.search(r"'|1\s*-", factor) else ""
                rank = (1.3 if product is tree.parts[0][1] else 2.3) + 0.02 * place
                yield insert(product.end, rf" \cdot {factor} ", f"the factor {quoted(factor)} were there{slope}", rank)
        for product in products[:6]:
            yield insert(product.start, "2 ", "it had a factor 2", 2.9)
            yield insert(product.start, r"\frac{1}{2} ", "it had a factor 1/2", 3.0)
            for letter in [letter for letter in words.letters if letter in INDEX_LETTERS][:4]:
                yield insert(product.start, rf"\sum_{letter} ", f"there were a sum over {letter}", 2.4)
        for product in products[:8]:
            yield insert(product.start, "1 - ", f"{self.spelt(product)} were taken from 1", 3.2)
        for symbol in words.symbols[:10]:
            yield insert(self.side.end, f" - {symbol}", f"{quoted(symbol)} were subtracted", 3.0)
            yield insert(self.side.end, f" + {symbol}", f"{quoted(symbol)} were added", 3.05)
        for node in (node for node in walk(tree) if node.kind == "sum" and node is not tree):
            for symbol in words.symbols[:8]:
                yield insert(node.end, f" - {symbol}", f"{quoted(symbol)} were subtracted from {self.spelt(node)}", 2.8)
