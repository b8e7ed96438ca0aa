r"""Claims about an activation alone, such as :math:`\sigma'(z) = \sigma(z)(1 - \sigma(z))`.

Their one letter is a stand-in for any number, not a layer of the network: such a
chain is judged on a network of one unit, where a product of two functions is a number.
"""

from linebyline.checker.guess.likely import names_of
from linebyline.checker.meaning.aliases import Alias
from linebyline.checker.meaning.letters import FUNCTIONS, LOSSES, NAMED
from linebyline.checker.numbers.scene import ELEMENTWISE, Scene
from linebyline.checker.parser.grammar import Node, single_item
from linebyline.checker.parser.tokens import Unreadable, script_text

CALCULUS = ("log", "ln", "exp", "e", "pi")
ALWAYS_FUNCTIONS = ("f", "g", "phi", "sigma", "psi", "act")
PLAIN = {"sum", "product", "group", "num", "name", "neg", "frac", "deriv"}


def scalar_claim(chain, scene, aliases=(), guessed=False):
    """Return the ways a chain is a claim about one activation: a list of (trees, aliases, scene, note); empty if it is none."""
    trees = [side.tree for side in chain.sides]
    if len(trees) < 2 or chain.continues or chain.cases or any(tree is None for tree in trees) or any(side.notes for side in chain.sides):
        return []
    found = [item for tree in trees for item in _items(tree)]
    if any(node.kind not in PLAIN for node, _ in found):
        return []
    names = [(node, after) for node, after in found if node.kind == "name"]
    called = {node.name for node, after in names if after is not None and _one_letter(after)}
    functions = {n.name for n, _ in names if n.name in ALWAYS_FUNCTIONS or (n.name in FUNCTIONS and n.name in called)}
    known = functions | set(NAMED) | set(CALCULUS)
    letters = {node.name for node, _ in names} - known
    spelt_out = {node.name for node, _ in names} & {"e", "exp", "log", "ln"}
    named = {node.name for node, _ in names} & set(NAMED)
    declared = {alias.name for alias in aliases} & (letters | functions)
    if len(letters) > 1 or letters & set(LOSSES) or "softmax" in named or not (functions | named) or declared:
        return []
    for node, _ in names:
        powers = [script_text(s) for s in node.sups]
        if node.subs or (node.name in letters and node.primes) or (node.name != "e" and not all(p.isdigit() for p in powers)):
            return []
    letter = next(iter(letters), "z")
    choices = [name for name in dict.fromkeys(scene.activation_names) if name in ELEMENTWISE]
    certain = choices + ["sigmoid"] * bool(spelt_out or "sigma" in functions)
    out = []
    for choice in dict.fromkeys(certain + ["tanh"] * guessed) if functions else ["sigmoid"]:
        made = [Alias(letter, 0, [], "", ("net", "o")), *[Alias(name, 0, [], "", ("named", choice)) for name in sorted(functions)]]
        read = f"{' and '.join(sorted(functions))} taken as the {choice} function" if functions else ""
        note = read if choice in certain else f"loose: right with {read}"
        try:
            called_trees = [_with_arguments(tree, letter, functions | named) for tree in trees]
        except Unreadable:
            return []
        out.append((called_trees, made, Scene(output=choice, sizes=(1, 1)), note))
    return out


def _items(tree):
    """Every node of a tree with the bracket that follows it; exponents of e included."""
    stack = [(tree, None)]
    while stack:
        node, after = stack.pop()
        if not isinstance(node, Node):
            continue
        yield node, after
        if node.kind == "name" and node.name == "e":
            stack.extend((inner, None) for name, nodes in names_of(node).items() if name != "e" for inner in nodes)
        if node.kind == "product":
            items = list(node.parts)
            for k, (_, item) in enumerate(items):
                follows = items[k + 1] if k + 1 < len(items) else None
                stack.append((item, follows[1] if follows and follows[0] == "" and follows[1].kind == "group" else None))
        elif node.kind == "sum":
            stack.extend((part, None) for _, part, _ in node.parts)
        else:
            stack.extend((part, None) for part in node.parts if isinstance(part, Node))


def _one_letter(group):
    item = single_item(group.parts[0])
    return item is not None and item.kind == "name" and not (item.subs or item.sups or item.primes)


def _mentions(node, letter):
    return any(item.kind == "name" and item.name == letter for item, _ in _items(node))


def _with_arguments(node, letter, functions):
    r"""Copy a tree; a function that stands alone, as in :math:`\sigma(1 - \sigma)`, gets the letter as its argument."""
    if not isinstance(node, Node):
        return node
    new = Node(node.kind, node.start, node.end, node.name, node.parts, node.subs, node.sups, node.primes)
    if node.kind == "sum":
        new.parts = tuple((sign, _with_arguments(part, letter, functions), at) for sign, part, at in node.parts)
    elif node.kind == "product":
        items, out = list(node.parts), []
        for k, (op, item) in enumerate(items):
            out.append((op, _with_arguments(item, letter, functions)))
            follows = items[k + 1] if k + 1 < len(items) else ("end", None)
            if item.kind == "name" and item.name in functions:
                if follows[0] == "" and follows[1].kind in ("group", "name") and _mentions(follows[1], letter):
                    if not (follows[1].kind == "name" and item.name not in NAMED):
                        continue
                out.append(("", _bracketed(letter, item.end)))
        new.parts = tuple(out)
    else:
        new.parts = tuple(_with_arguments(part, letter, functions) for part in node.parts)
    return new


def _bracketed(letter, at):
    inner = Node("product", at, at, parts=(("", Node("name", at, at, name=letter)),))
    return Node("group", at, at, "(", (Node("sum", at, at, parts=((1, inner, at),)),))
