r"""Claims about an activation alone, such as :math:`\sigma'(z) = \sigma(z)(1 - \sigma(z))`.

Their one letter is a stand-in for any number, not a layer of the network: such a
chain is judged on a network of one unit, where a product of two functions is a number.
"""

from dataclasses import replace

from linebyline.checker.guess.likely import names_of
from linebyline.checker.meaning.aliases import Alias
from linebyline.checker.meaning.letters import FUNCTIONS, LOSSES, NAMED
from linebyline.checker.numbers.scene import ELEMENTWISE, Scene
from linebyline.checker.parser.grammar import Node, alone, nodes_in, product_of, single_item
from linebyline.checker.parser.tokens import script_text

CALCULUS = {"log", "ln", "exp", "e", "pi"}
ALWAYS_FUNCTIONS = {"f", "g", "phi", "sigma", "psi", "act"}
PLAIN = {"sum", "product", "group", "num", "name", "neg", "frac", "deriv", "cases"}


def scalar_claim(chain, scene, aliases=(), guessed=False):
    """Return the ways a chain is a claim about one activation: a list of (trees, aliases, scene, note); empty if it is none."""
    trees = tuple(side.tree for side in chain.sides)
    if len(trees) < 2 or None in trees or chain.continues or chain.cases or any(side.notes for side in chain.sides):
        return []
    nodes = list(nodes_in(trees))
    symbols = [node for node in nodes if node.kind == "name"]
    names = {node.name for node in symbols}
    functions = names & (ALWAYS_FUNCTIONS | _called(nodes) & set(FUNCTIONS))
    letters, named = names - functions - set(NAMED) - CALCULUS, names & set(NAMED)
    primed = any(node.kind == "group" and node.primes == 1 for node in nodes)
    if any(node.kind not in PLAIN for node in nodes) or any(_has_index(node, letters) for node in symbols):
        return []
    declared = {alias.name for alias in aliases} & (letters | functions)
    if len(letters) > 1 or letters & set(LOSSES) or "softmax" in named or not (functions | named or primed) or declared:
        return []
    letter = next(iter(letters), "z")
    filled = [_with_arguments(tree, letter, functions | named) for tree in trees]
    certain = [name for name in scene.activation_names if name in ELEMENTWISE]
    certain += ["sigmoid"] * bool(names & {"e", "exp", "log", "ln", "sigma"}) + ["relu"] * any(node.kind == "cases" for node in nodes)
    out = []
    for choice in dict.fromkeys(certain + ["tanh"] * guessed) if functions else ["sigmoid"]:
        made = [Alias(letter, 0, [], "", ("net", "o")), *[Alias(name, 0, [], "", ("named", choice)) for name in sorted(functions)]]
        read = f"{' and '.join(sorted(functions))} taken as the {choice} function" if functions else ""
        note = read if choice in certain or not read else f"loose: right with {read}"
        out.append((filled, made, Scene(output=choice, sizes=(1, 1)), note))
    return out


def _called(nodes):
    """The names that stand before a bracket with one letter in it."""
    products = [node.parts for node in nodes if node.kind == "product"]
    pairs = [pair for parts in products for pair in zip(parts, parts[1:])]
    return {before.name for (_, before), (op, after) in pairs if op == "" and after.kind == "group" and _one_letter(after)}


def _one_letter(group):
    item = single_item(group.parts[0])
    return item is not None and item.kind == "name" and not (item.subs or item.sups or item.primes)


def _has_index(node, letters):
    """Whether a symbol has an index, or a letter a prime: a claim is about one number."""
    powers = [script_text(script) for script in node.sups]
    return bool(node.subs) or node.name in letters and node.primes > 0 or node.name != "e" and not all(power.isdigit() for power in powers)


def _with_arguments(part, letter, functions):
    r"""Copy a tree; a function that stands alone, as in :math:`\sigma(1 - \sigma)`, gets the letter as its argument."""
    if isinstance(part, tuple):
        return tuple(_with_arguments(inner, letter, functions) for inner in part)
    if not isinstance(part, Node):
        return part
    if part.kind != "product":
        return replace(part, parts=_with_arguments(part.parts, letter, functions))
    items = []
    for (op, item), (next_op, after) in zip(part.parts, [*part.parts[1:], ("end", None)]):
        items.append((op, _with_arguments(item, letter, functions)))
        if item.kind == "group" and item.primes == 1:  # (1 + e^{-x})': a derivative
            inner = replace(items[-1][1], primes=0)
            items[-1] = op, Node("deriv", item.start, item.end, parts=(product_of(inner), Node("name", item.end, item.end, letter)))
        if item.kind == "name" and item.name in functions:
            bracketed = next_op == "" and (after.kind == "group" or after.kind == "name" and item.name in NAMED)
            if not bracketed or letter not in names_of(after):
                items.append(("", Node("group", item.end, item.end, "(", (alone(Node("name", item.end, item.end, letter)),))))
    return replace(part, parts=tuple(items))
