"""The reader's own symbols: each stands for a quantity, or for a formula in the book's names."""

from dataclasses import dataclass

from linebyline.checker.meaning.letters import NAMED, convention
from linebyline.checker.meaning.scripts import sub_terms
from linebyline.checker.parser.grammar import Node, Parser, single_item
from linebyline.checker.parser.spellings import tokenise
from linebyline.checker.parser.tokens import Unreadable, script_text


@dataclass
class Alias:
    name: str
    primes: int
    params: list
    sups: str
    role: tuple | None = None
    tree: Node | None = None
    own: bool = False  # defined by the text itself: its formula is in the text's letters, not in the book's


def read_aliases(pairs):
    """Read the reader's own symbols; each stands for a quantity or for a formula."""
    out = []
    for left, right in pairs:
        try:
            if not isinstance(left, str) or not isinstance(right, str):
                raise Unreadable("both must be strings")
            plain = "\\" not in left
            tokens = [t for t in tokenise(left) if t.kind != "gap"]
            item = single_item(Parser(tokens, plain).whole())
            if item is None or item.kind not in ("name", "bigsum"):
                raise Unreadable("the left side is not one symbol")
            terms = [t for t in sub_terms(item)] if item.kind == "name" else [("word", script_text(s)) for s in item.subs]
            alias = Alias("sum" if item.kind == "bigsum" else item.name, item.primes, terms, "".join(script_text(s) for s in item.sups))
            tree = Parser([t for t in tokenise(right) if t.kind != "gap"], "\\" not in right).whole()
        except Unreadable as error:
            raise ValueError(f"aliases: cannot read {left!r}: {right!r}: {error}") from None
        target = single_item(tree)
        alias.tree = tree
        if target is not None and target.kind == "name":
            role = {
                "net": "net",
                "out": "out",
                "target": "target",
                "E": "loss",
                "w": "W",
                "W": "W",
                "b": "b",
                "delta": "delta",
                "x": "out",
                "eta": "eta",
                "f": "f",
            }.get(target.name)
            prefix = "".join(script_text(s) for s in target.subs)
            layer = "".join(script_text(s) for s in target.sups).strip("()[]")
            if role and prefix in ("", "h", "o", "i") and (not layer or layer.isdigit() or layer == "L"):
                alias.role = (role, prefix or layer or ("i" if target.name == "x" else ""))
            elif target.name in NAMED and not prefix:
                alias.role = ("named", target.name)
        out.append(alias)
    return sorted(out, key=lambda alias: -len(alias.params))


def in_book_names(conv):
    """The same letters, with the book's prefixes ``net_{oj}`` understood: the language of aliases."""
    new = convention("question")
    new.__dict__.update({**conv.__dict__, "family": "question"})
    return new


def with_role(conv, name, role, scene):
    kind, where = role
    layer = {"h": "hidden" if scene.layers > 2 else 1, "o": scene.layers, "i": 0, "": None, "L": scene.layers}.get(
        where, int(where) if where.isdigit() else None
    )
    if kind == "W" and where in ("h", "o"):
        layer = 1 if where == "h" else scene.layers
    new = convention("question")
    new.__dict__.update(conv.__dict__)
    new.letters = {**conv.letters, name: [(kind if kind != "loss" else "loss", None if layer is None else layer)]}
    return new
