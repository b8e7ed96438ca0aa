"""The reader's own symbols: each stands for a quantity, or for a formula in the book's names."""

from dataclasses import dataclass, replace

from linebyline.checker.meaning.letters import NAMED
from linebyline.checker.meaning.scripts import joined, sub_terms, sub_terms_or_none
from linebyline.checker.parser.grammar import Node, Parser, single_item
from linebyline.checker.parser.spellings import tokenise
from linebyline.checker.parser.tokens import Unreadable, script_text
from linebyline.checker.parser.typed import cleaned

ROLES = {**{name: name for name in ("net", "out", "target", "W", "b", "delta", "eta", "f")}, "E": "loss", "w": "W", "x": "out"}
FUNCTION_ROLES = ("f", "named")


@dataclass
class Alias:
    """A symbol of the reader's own, with the formula it stands for, or its role: a quantity and where it lies."""

    name: str
    primes: int
    params: list
    sups: str
    role: tuple | None = None
    tree: Node | None = None
    own: bool = False  # defined by the text itself: its formula is in the text's letters, not in the book's

    def matches(self, item):
        """Whether a symbol is this one; a parameter may be any index, and a power or a T may be added."""
        if item.kind == "bigsum":
            return self.name == "sum" and joined(item.subs) == "".join(word for _, word in self.params)
        called = self.role is not None and self.role[0] in FUNCTION_ROLES
        if self.name != item.name or (self.primes != item.primes and not called):
            return False
        if self.role is not None and not self.params and not self.sups:
            return True
        terms, sups = sub_terms_or_none(item), joined(item.sups)
        fits = len(terms) == len(self.params) and all(
            p == t or (p[0] == t[0] == "var" and len(p) == 2) or (p[0] == "var" and t[0] == "digits") for p, t in zip(self.params, terms)
        )
        return fits and (sups == self.sups or (not self.sups and (sups.isdecimal() or sups in ("T", "top"))))


def read_aliases(pairs):
    """Read the reader's own symbols, those with the most indices first."""
    out = []
    for left, right in pairs:
        try:
            item, tree = single_item(_parsed(cleaned(left) if isinstance(left, str) else left)), _parsed(right)
            if item is None or item.kind not in ("name", "bigsum"):
                raise Unreadable("the left side is not one symbol")
            terms = sub_terms(item) if item.kind == "name" else [("word", script_text(s)) for s in item.subs]
        except Unreadable as error:
            raise ValueError(f"aliases: cannot read {left!r}: {right!r}: {error}") from None
        name = "sum" if item.kind == "bigsum" else item.name
        out.append(Alias(name, item.primes, terms, joined(item.sups), _role(single_item(tree)), tree))
    for alias in tuple(out):  # y_i for out_{oi}, and nothing else for y: y alone is out_o
        target = single_item(alias.tree)
        if len(alias.params) == 1 and alias.params[0][0] == "var" and not alias.sups and [other.name for other in out].count(alias.name) == 1:
            role = _role(target, alias.params[0][1])
            if role is not None:
                out.append(replace(alias, params=[], role=role))
    return sorted(out, key=lambda alias: -len(alias.params))


def _parsed(text):
    if not isinstance(text, str):
        raise Unreadable("both must be strings")
    plain = "\\" not in text
    return Parser(tokenise(text, plain=plain), plain).whole()


def _role(target, index=""):
    """What a lone symbol on the right side is: a quantity with a prefix or a layer, and this index; or a function."""
    if target is None or target.kind != "name" or not joined(target.subs).endswith(index):
        return None
    prefix, layer = joined(target.subs).removesuffix(index), joined(target.sups).strip("()[]")
    if target.name in ROLES and prefix in ("", "h", "o", "i") and (layer in ("", "L") or layer.isdecimal()):
        return ROLES[target.name], prefix or layer or ("i" if target.name == "x" else "")
    return ("named", target.name) if target.name in NAMED and not prefix else None


def in_book_names(conv):
    """The same letters, with the book's prefixes ``net_{oj}`` understood: the language of aliases."""
    return replace(conv, family="question")


def with_role(conv, name, role, scene):
    """The same letters, and a name for a quantity of the book's."""
    kind, where = role
    places = {"": None, "i": 0, "h": 1 if scene.layers <= 2 or kind == "W" else "hidden", "o": scene.layers, "L": scene.layers}
    place = places[where] if where in places else int(where)
    return replace(conv, letters={**conv.letters, name: [(kind, place)]})
