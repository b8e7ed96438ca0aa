"""What the letters of a text are used as, whatever they are called."""

from linebyline.checker.guess.likely import names_of, trees_in
from linebyline.checker.parser.grammar import single_item, walk
from linebyline.checker.parser.tokens import script_text

CALLS = ("S", "s", "softmax", "sigmoid", "tanh", "relu", "sigma", "f", "g", "phi", "varphi", "exp")
LOGARITHMS = ("log", "ln")
UNITS = tuple("aszhou")  # letters that stand for scores in one text and for outputs in another
NO_OUTPUTS = (*CALLS, "delta", "w", "W", "eta", "alpha", "theta", "v", "u")


def quotients_in(chains):
    """The derivatives that a text writes: the names in what is differentiated, and by what."""
    derivatives = [node for node in walk(trees_in(chains)) if node.kind == "deriv" and node.parts[0] is not None]
    plain = [{name for name, nodes in names_of(node.parts[0]).items() if not all(n.primes for n in nodes)} for node in derivatives]
    return {(frozenset(above), node.parts[1].name + "'" * node.parts[1].primes) for above, node in zip(plain, derivatives)}


def roles_in(chains):
    """What letters are used as: a score where a function is applied to one, an output in a logarithm, in x(1 - x), beside a delta."""
    rules = {"frac": _below_a_letter, "sum": _less_its_target, "product": _among_factors}
    return {role for node in walk(trees_in(chains)) if node.kind in rules for role in rules[node.kind](node)}


def _below_a_letter(node):
    """The slope of a logarithm: t / y."""
    above, below = (single_item(part) for part in node.parts)
    if above is not None and below is not None and above.kind == below.kind == "name":
        yield below.name, "out"


def _less_its_target(node):
    """The slope of a square: y - t."""
    names = [product.parts[0][1].name for _, product, _ in node.parts if len(product.parts) == 1 and product.parts[0][1].kind == "name"]
    if sorted(sign for sign, _, _ in node.parts) == [-1, 1] and len(names) == 2 and "t" in names:
        yield from ((name, "out") for name in names if name != "t")


def _among_factors(node):
    items = [item for _, item in node.parts]
    names = [item for item in items if item.kind == "name" and not item.primes]
    single = {item.name for item in names}
    for item, after in zip(items, items[1:]):
        yield from _as_an_argument(item, after)
    for before, item in zip([None, *items], items):
        name = _one_minus(item.parts[0]) if item.kind == "group" else ""
        if name and (name not in "ytdx" or before is not None and before.name == name):
            yield name, "out"
        if item.name in UNITS and any(script_text(s) in ("T", "top") for s in item.sups):
            yield item.name, "out"
    derived = [(_name(item.parts[0]), item.parts[1].name) for item in items if item.kind == "deriv" and item.parts[0] is not None]
    if len(derived) == 2 and derived[0][1] == derived[1][0] and derived[1][1] in ("w", "W", "b", "theta"):
        yield derived[1][0], "net"  # dE/da da/dw: a comes straight from w
    if "delta" in single:
        yield from ((item.name, "out") for item in names if item.subs and item.name not in NO_OUTPUTS)
    elif {"w", "W"} & single:
        yield from ((name, "out") for name in single if name in UNITS)


def _as_an_argument(function, after):
    """A function's argument is a score, a logarithm's an output."""
    called = function.name in CALLS or function.kind == "name" and function.primes > 0
    logarithm = function.name in LOGARITHMS
    bare = logarithm or function.name == "exp"
    inner = single_item(after.parts[0]) if after.kind == "group" else after if bare else None
    if inner is None or inner.kind != "name" or inner.name == "e" or not (called or logarithm):
        return
    if function.primes and (function.name == "relu" or function.name == "sigma" and inner.name == "a"):
        return  # relu's slope is the same at the output; the sigmoid's slope at the output is a slip, not another notation
    yield inner.name, "net" if called else "out"


def _name(product):
    return product.parts[0][1].name if len(product.parts) == 1 else ""


def _one_minus(tree):
    """The x of 1 - x."""
    if tree.kind == "sum" and [sign for sign, _, _ in tree.parts] == [1, -1] and all(len(product.parts) == 1 for _, product, _ in tree.parts):
        one, other = (product.parts[0][1] for _, product, _ in tree.parts)
        return other.name if one.name in ("1", "delta") or one.kind == "indicator" else ""
    return ""
