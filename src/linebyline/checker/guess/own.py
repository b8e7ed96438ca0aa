"""What a text settles by itself: names that it defines, and biases that it numbers unit by unit."""

from linebyline.checker.guess.likely import trees_in
from linebyline.checker.meaning.aliases import Alias
from linebyline.checker.meaning.letters import FUNCTIONS, LOSSES, convention
from linebyline.checker.meaning.scripts import is_layer_text, sub_terms_or_none
from linebyline.checker.parser.grammar import single_item, walk
from linebyline.checker.parser.tokens import script_text

OWN_BIASES = "b is read as one bias a unit, as the text numbers it; the network given shares one in each layer"


def definable(chains, names):
    """The chains that could be definitions, of a symbol that stands elsewhere too, or begins a chain of three: {index of the chain: symbol}."""
    found = {}
    for k, chain in enumerate(chains):
        if chain.continues or len(chain.sides) < 2 or any(side.tree is None for side in chain.sides[:2]):
            continue
        item = single_item(chain.sides[0].tree)
        jacobian = item is not None and item.name in ("J", "D") and len(sub_terms_or_none(item)) == 2
        if item is not None and item.kind == "name" and (len(names.get(item.name, ())) > 1 or len(chain.sides) > 2 or jacobian):
            found[k] = item
    return found


def definitions(candidates, chains, names, row, aliases):
    """The candidates that define a name of the text's own, which neither the notation nor `aliases` knows: {index: Alias}."""
    taken, found = {alias.name for alias in aliases}, {}
    for k, item in candidates.items():
        if item.name not in taken and not _knows(convention(row), item.name, names):
            sups = "".join(script_text(s) for s in item.sups)
            found[k] = Alias(item.name, item.primes, sub_terms_or_none(item), sups, tree=chains[k].sides[1].tree, own=True)
            taken.add(item.name)
    return found


def _knows(conv, name, names):
    """Whether a row knows a name; a letter such as g is an activation there, but not where it always has an index."""
    indexed = name in FUNCTIONS and not conv.meanings(name) and all(node.subs for node in names[name])
    indexed = indexed or (name in LOSSES and all(len(sub_terms_or_none(node)) == 2 for node in names[name]))  # a Jacobian
    return conv.knows(name) and not indexed


def numbers_biases(names, conv):
    """Whether a text gives each unit a bias of its own: b_i, b^l_j, b_{oj}, b^{(2)}_1; b_1 alone may be a layer's."""
    for name, nodes in names.items():
        if not any(kind == "b" for kind, _ in conv.meanings(name)):
            continue
        for node in nodes:
            terms = sub_terms_or_none(node)
            layered = len(terms) == 2 or any(is_layer_text(script_text(s).strip("()[]")) for s in node.sups)
            if any(term[0] == "unit" or (term[0] == "var" and term[1] not in "lLho") or (term[0] == "digits" and layered) for term in terms):
                return True
    return False


def slopes(chains, names):
    """Letters that are the weights of a text without a w: m in y = m x + b, an indexed beta in a regression."""
    if {"w", "W"} & set(names):
        return []
    by = {node.parts[1].name for node in walk(trees_in(chains)) if node.kind == "deriv"}
    beta = any(node.subs or node.sups for node in names.get("beta", ()))
    return ["m"] * ("m" in by) + ["beta"] * beta
