"""Guess from the symbols of a text which network it is about."""

import re
from dataclasses import replace

from linebyline.checker.meaning.aliases import read_aliases
from linebyline.checker.meaning.scripts import sub_terms_or_none
from linebyline.checker.numbers.scene import Scene, as_scene
from linebyline.checker.parser.grammar import nodes_in
from linebyline.checker.parser.tokens import script_text
from linebyline.network import Network, question_network

PAIRS = (  # outputs and losses, the usual ones first
    ("sigmoid", "squared_error"),
    ("softmax", "cross_entropy"),
    ("sigmoid", "binary_cross_entropy"),
    ("sigmoid", "sum_of_squares"),
    ("softmax", "squared_error"),
    ("identity", "squared_error"),
    ("identity", "sum_of_squares"),
)
WITH_LOGARITHMS = (PAIRS[1], PAIRS[2], PAIRS[0], PAIRS[4], PAIRS[3])


def trees_in(chains):
    """Every side of a text that could be read."""
    return tuple(side.tree for chain in chains for side in chain.sides if side.tree is not None)


def names_in(chains):
    """Collect the symbols of a text: {name: list of nodes}."""
    return names_of(trees_in(chains))


def names_of(part):
    """Collect the symbols of a tree, or of several in a tuple: {name: list of nodes}."""
    found = {}
    for node in nodes_in(part):
        if node.kind == "name":
            found.setdefault(node.name, []).append(node)
    return found


def spelt(nodes, where):
    """The indices of symbols as they are written; `where` is ``"subs"`` or ``"sups"``."""
    return {script_text(script) for node in nodes for script in getattr(node, where)}


def likely_scenes(network, names, notation, aliases=()):
    """The scenes to try, the likeliest first, and whether they are a guess: the given one, or a few that suit the text."""
    if network is not None:
        return [given_scene(network, names, notation, aliases)], False
    nodes = [node for name in names if name != "e" for node in names[name]]
    subs, sups = spelt(nodes, "subs"), spelt(nodes, "sups")
    numbered = [int(s.strip("()[]")) for s in sups if re.fullmatch(r"[(\[]\d+[)\]]", s)]
    layered = notation == "layers" or any(s.strip("()[]").lower().startswith("l") for s in sups)
    hidden = next((name for name in ("tanh", "relu") if name in names), "sigmoid")
    shapes, pairs = shapes_for(names, subs, numbered, layered), PAIRS
    if {"log", "ln", "softmax", "ell"} & set(names) or notation in ("classes", "softmax"):
        pairs = WITH_LOGARITHMS
    others = {name: names[name] for name in names if name != "net"}  # D_j S_i is read with a net_j that nobody wrote
    if notation in ("question", "mazur") or not (numbered or layered) and speaks_as_the_question(others):
        if hidden == "sigmoid":  # the question's own letters mean the question's own network
            return [as_scene(question_network(shared_bias=shares_biases(names)))], True
        shapes, pairs = [(2, 2, 2)], PAIRS
    ranked = sorted((i + 1.5 * j, i, shape, pair) for i, pair in enumerate(pairs) for j, shape in enumerate(shapes))
    scenes = [Scene(hidden, *pair, shape) for _, _, shape, pair in ranked if pair[0] != "softmax" or shape[-1] > 1]
    if not layered and any(re.fullmatch(r"\([a-kn-z]\)|\[?[a-kn-z]\]", s) for s in sups):
        scenes = [replace(scene, batch=4, reduction=reduction) for scene in scenes for reduction in ("mean", "sum")]
    return scenes + [replace(scene, hidden="softmax") for scene in shapes_of(scenes) if min(scene.sizes) > 1], True


def given_scene(network, names, notation, aliases):
    """The network given; one that says nothing of its biases shares them where the text writes them so."""
    scene = as_scene(network)
    own = {alias.name for alias in (*aliases, *read_aliases(scene.aliases))}
    if not isinstance(network, Network) and notation in ("question", "mazur", None) and "b" not in own and shares_biases(names):
        return replace(scene, shared_bias=True)
    return scene


def shapes_for(names, subs, numbered, layered):
    """The sizes of network that suit what a text counts, the likeliest first."""
    weights = [sub_terms_or_none(node) for name in ("w", "theta", "omega") for node in names.get(name, ())]
    lonely = any(len(terms) == 1 and terms[0][0] == "var" for terms in weights)  # theta_j: a weight that leads to the one output
    if lonely or subs <= {"1", "2", "3"} and "x" in names and not numbered:
        shapes = [(3, 1), (2, 4, 3)]
    elif layered or max(numbered, default=0) > 2:
        shapes = [(3, 4, 2, 3)]
    else:
        shapes = [(2, 4, 3)]
    if subs <= {"0", "1", "2", "3"}:
        shapes.insert(1, (1, 1, 1))
    return shapes


def speaks_as_the_question(names):
    """Whether a text uses the question's own names: net, out, target, E_total, net_{h1}, w_5."""
    subs = spelt([node for name in names for node in names[name]], "subs")
    own = any(re.fullmatch(r"[ho](?:_?\d|[ijkl])|total", s) for s in subs) or spelt(names.get("w", ()), "subs") & set("345678")
    return bool(own or {"net", "out", "target"} & set(names))


def shares_biases(names):
    """Whether a text writes b_1 and b_2 in the question's names: one bias a layer, as in the question's picture."""
    biases = spelt(names.get("b", ()), "subs")
    return bool(biases) and biases <= {"1", "2"} and speaks_as_the_question({name: names[name] for name in names if name != "b"})


def shapes_of(scenes):
    """The first of the scenes for each size of network and batch."""
    return list({(scene.sizes, bool(scene.batch)): scene for scene in reversed(scenes)}.values())[::-1]


def other_networks(scene):
    """The same network with another output and loss, another hidden activation, or both: the fewest changes first."""
    hidden = dict.fromkeys([scene.activation_names[0], "softmax", "tanh", "relu"])
    last = scene.activation_names[-1]
    ends = dict.fromkeys([(last, scene.loss), *PAIRS, (last, "sum_of_squares"), ("tanh", "squared_error")])
    first = next(iter(hidden)), next(iter(ends))
    both = [(name, end) for name in hidden for end in ends]
    for name, (output, loss) in sorted(both, key=lambda pair: sum(a != b for a, b in zip(pair, first)))[1:]:
        if output != "softmax" or scene.sizes[-1] > 1:
            yield replace(scene.with_hidden(name), output=output, loss=loss, activations=None)
