"""Guess from a text what it is about: the network, and the row of the notation table."""

import re
from dataclasses import replace

from linebyline.checker.meaning.aliases import read_aliases
from linebyline.checker.meaning.letters import convention, rows_for
from linebyline.checker.meaning.scripts import is_layer_text, sub_terms_or_none
from linebyline.checker.numbers.scene import Scene, as_scene
from linebyline.checker.parser.grammar import Node, Parser, single_item
from linebyline.checker.parser.tokens import Unreadable, script_text
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


def names_in(chains):
    """Collect the symbols of a text: {name: list of nodes}."""
    found = {}
    for chain in chains:
        for side in chain.sides:
            if side.tree is not None:
                for name, nodes in names_of(side.tree).items():
                    found.setdefault(name, []).extend(nodes)
    return found


def names_of(tree):
    found, stack = {}, [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Node):
            if node.kind == "name":
                found.setdefault(node.name, []).append(node)
            if node.name == "e" and node.sups:
                for script in node.sups:
                    try:
                        stack.append(Parser(list(script)).whole())
                    except Unreadable:
                        pass
            if node.kind == "nabla":
                for script in node.subs:
                    try:
                        stack.append(Parser(list(script)).whole())
                    except Unreadable:
                        pass
            stack.extend(node.parts)
        elif isinstance(node, tuple):
            stack.extend(node)
    return found


def likely_scenes(network, names, notation, aliases=()):
    """The scenes to try: the given one, or a few that suit the text, the likeliest first."""
    if network is not None:
        scene = as_scene(network)
        own = {alias.name for alias in (*aliases, *read_aliases(scene.aliases))}
        if not isinstance(network, Network) and notation in ("question", "mazur", None) and "b" not in own and _shares_biases(names):
            scene = replace(scene, shared_bias=True)
        return [scene], False
    layered = (
        any(script_text(s).strip("()[]").lower().startswith(("l",)) for nodes in names.values() for n in nodes for s in n.sups)
        or notation == "layers"
    )
    asked = notation in ("classes", "softmax") or (
        notation not in ("question", "layers", "matrix", None) and " " in str(notation) and notation.count(" ") == 2
    )
    subs = {script_text(s) for nodes in names.values() for n in nodes for s in n.subs}
    logs = "log" in names or "ln" in names
    soft = "softmax" in names or asked
    sups = {script_text(s) for name, nodes in names.items() if name != "e" for n in nodes for s in n.sups}
    digits = [int(s.strip("()[]")) for s in sups if s[:1] in "([" and s.strip("()[]").isdigit()]
    ends = any(re.fullmatch(r"[ho](?:_?\d|[ijkl])|_?[ho]", s) for s in subs)  # net_{h1}, out_{oj}
    mazur = notation in ("question", "mazur") or (not digits and not layered and ("target" in names or "out" in names or ends or "total" in subs))
    scalars = bool(subs - {""}) and subs <= {"1", "2", "3"} and "w" in names and "W" not in names
    scalars = scalars and not any(node.subs for node in names.get("x", ()))
    lonely = any(
        name in ("w", "theta", "omega") and len(terms := sub_terms_or_none(n)) == 1 and terms[0][0] == "var"
        for name, nodes in names.items()
        for n in nodes
    )
    examples = any(re.fullmatch(r"\([a-kn-z]\)|\[?[a-kn-z]\]", s) for s in sups) and not layered
    if mazur:
        shapes = [(2, 2, 2)]
    elif lonely or (subs <= {"1", "2", "3"} and "x" in names and not digits):
        shapes = [(3, 1), (2, 4, 3)]
    elif max(digits, default=0) == 3:
        shapes = [(3, 4, 2, 3), (3, 4, 2)]
    elif layered or max(digits, default=0) > 3:
        shapes = [(3, 4, 2, 3)]
    else:
        shapes = [(2, 4, 3)]
    if scalars and not mazur:
        shapes.insert(0, (1, 1, 1))
    elif subs <= {"0", "1", "2", "3"} and not mazur:
        shapes.insert(len(shapes) - 1 if shapes[0] == (3, 1) else 1, (1, 1, 1))
    pairs = PAIRS
    if (logs or soft) and not mazur:
        pairs = [pairs[1], pairs[2], pairs[0], pairs[4], pairs[3]]
    hidden = "tanh" if "tanh" in names else "relu" if "relu" in names else "sigmoid"
    scenes = []
    for rank, k, shape, (output, loss) in sorted((i + 1.5 * j, i, shape, pair) for i, pair in enumerate(pairs) for j, shape in enumerate(shapes)):
        if output == "softmax" and shape[-1] == 1:
            continue
        scene = Scene(hidden=hidden, output=output, loss=loss, sizes=shape)
        scenes += [replace(scene, batch=4, reduction="mean"), replace(scene, batch=4)] if examples else [scene]
    scenes += [
        replace(scene, hidden="softmax") for scene in shapes_of(scenes) if hidden == "sigmoid" and len(scene.sizes) > 2 and min(scene.sizes) > 1
    ]
    if mazur and hidden == "sigmoid":  # the question's own letters mean the question's own network
        scenes = [as_scene(question_network(shared_bias=_shares_biases(names)))]
    return scenes, True


def other_networks(scene):
    """The same network with another output and loss, another hidden activation, or both: the fewest changes first."""
    hidden = dict.fromkeys([scene.activation_names[0], "softmax", "tanh", "relu"])
    last = scene.activation_names[-1]
    ends = dict.fromkeys([(last, scene.loss), *PAIRS, (last, "sum_of_squares"), ("tanh", "squared_error")])
    first = next(iter(hidden)), next(iter(ends))
    both = [(name, end) for name in hidden for end in ends]
    for name, end in sorted(both, key=lambda pair: sum(a != b for a, b in zip(pair, first)))[1:]:
        if end[0] != "softmax" or scene.sizes[-1] > 1:
            yield replace(scene.with_hidden(name), output=end[0], loss=end[1], activations=None)


def quotients_in(chains):
    """The derivatives that a text writes: the names in what is differentiated, and by what."""
    found, stack = [], [side.tree for chain in chains for side in chain.sides if side.tree is not None]
    while stack:
        node = stack.pop()
        if isinstance(node, Node):
            if node.kind == "deriv" and node.parts[0] is not None:
                found.append((frozenset(names_of(node.parts[0])), node.parts[1].name))
            stack.extend(node.parts)
        elif isinstance(node, tuple):
            stack.extend(node)
    return found


CALLS = ("S", "s", "softmax", "sigmoid", "tanh", "relu", "sigma", "f", "g", "phi", "varphi")


def roles_in(chains):
    """What letters are used as: a score where a function is applied to one, an output in a logarithm, in x(1 - x), beside a delta."""
    found, stack = set(), [side.tree for chain in chains for side in chain.sides if side.tree is not None]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack.extend(node)
        if not isinstance(node, Node):
            continue
        stack.extend(node.parts)
        if node.kind == "name" and node.name == "e" and node.sups:
            inside = [name for name in names_of(node) if name != "e"]
            found |= {(name, "net") for name in inside if len(inside) == 1}
        if node.kind == "frac":
            above, below = (single_item(part) for part in node.parts)
            if above is not None and below is not None and above.kind == below.kind == "name":
                found.add((below.name, "out"))
        if node.kind == "sum" and sorted(sign for sign, _, _ in node.parts) == [-1, 1]:
            both = [product.parts[0][1] for _, product, _ in node.parts if len(product.parts) == 1]
            names = [item.name for item in both if item.kind == "name"]
            found |= {(name, "out") for name in names if len(names) == 2 and "t" in names and name != "t"}
        if node.kind != "product":
            continue
        items = [item for _, item in node.parts]
        found |= {(name, "out") for item in items if item.kind == "group" and (name := _one_minus(item.parts[0])) and name not in "ytdx"}
        single = [item.name for item in items if item.kind == "name" and not item.primes]
        for item, after in zip(items, items[1:]):
            inner = single_item(after.parts[0]) if after.kind == "group" else after if item.name in ("log", "ln", "exp") else None
            called = item.name in (*CALLS, "exp") or item.kind == "name" and item.primes > 0
            if item.primes and (item.name == "relu" or item.name == "sigma" and inner is not None and inner.name == "a"):
                continue  # relu's slope is the same at the output; the sigmoid's slope at the output is a slip, not another notation
            if inner is not None and inner.kind == "name" and inner.name != "e" and (called or item.name in ("log", "ln")):
                found.add((inner.name, "net" if called else "out"))
            if item.kind == "name" and after.kind == "group" and _one_minus(after.parts[0]) == item.name:
                found.add((item.name, "out"))
        found |= {(item.name, "out") for item in items if item.name in tuple("aszhou") and any(script_text(s) in ("T", "top") for s in item.sups)}
        if {"w", "W"} & set(single) and "delta" not in single:
            found |= {(name, "out") for name in single if name in tuple("aszhou")}  # a weight multiplies an output
        if "delta" in single:
            factors = [n for n, item in zip(single, (i for i in items if i.kind == "name" and not i.primes)) if n not in CALLS and item.subs]
            found |= {(name, "out") for name in factors if name not in ("delta", "w", "W", "eta", "alpha", "theta", "v", "u")}
        derived = [(_name(i.parts[0]), i.parts[1].name) for i in items if i.kind == "deriv" and i.parts[0] is not None]
        for (_, middle), (above, below) in zip(derived, derived[1:]):
            if middle == above and below in ("w", "W", "b", "theta") and len(derived) == 2 and above not in ("p", "y", "yhat"):
                found.add((above, "net"))  # dE/da da/dw: a comes straight from w
    return found


def _name(product):
    return product.parts[0][1].name if len(product.parts) == 1 else ""


def _one_minus(tree):
    """The x of 1 - x."""
    if tree.kind == "sum" and [sign for sign, _, _ in tree.parts] == [1, -1] and all(len(product.parts) == 1 for _, product, _ in tree.parts):
        one, other = (product.parts[0][1] for _, product, _ in tree.parts)
        return other.name if one.name in ("1", "delta") or one.kind == "indicator" else ""
    return ""


def likely_rows(notation, names, aliases, quotients=(), definable=(), roles=()):
    """Rows of the notation table that know the most of the text's symbols."""
    named = {a.name for a in aliases}
    rows = rows_for(notation)
    family = convention(rows[0]).family if notation is not None else None
    scored = []
    for rank, row in enumerate(rows):
        if row == "coursera" and "Theta" not in names and len(rows) > 1:
            continue
        conv = convention(row)
        unknown = sum(1 for name in names if name not in named and name not in definable and not conv.knows(name))
        own = {name: nodes for name, nodes in names.items() if name not in named}
        score = unknown - (_fit(conv, own, quotients) + _suits(conv, roles)) * 0.1
        lent = family is not None and conv.family != family  # another family's letters: tried, but last, so that they refute nothing
        scored.append((lent, score, rank, row))
    best = min(score for _, score, _, _ in scored)
    kept = [row for _, score, _, row in sorted(scored) if score <= best + 0.35]
    return kept[:6] or rows[:1]


def _speaks_as_the_question(names):
    """Whether a text uses the question's own names: net, out, target, E_total, w_5."""
    if {"net", "out", "target"} & set(names):
        return True
    if any(re.fullmatch(r"[ho](?:_?\d|[ijkl])|total", script_text(s)) for nodes in names.values() for n in nodes for s in n.subs):
        return True
    return any(script_text(s) in "345678" for n in names.get("w", ()) for s in n.subs)


def _shares_biases(names):
    """Whether a text writes b_1 and b_2 in the question's names: one bias a layer, as in the question's picture."""
    spelt = {script_text(s) for n in names.get("b", ()) for s in n.subs}
    return bool(spelt) and spelt <= {"1", "2"} and _speaks_as_the_question({k: v for k, v in names.items() if k != "b"})


def _fit(conv, names, quotients):
    """How well a row's letters explain the text: scores, outputs and targets all there, and no two letters for one of them."""
    own = [name for name in names if conv.meanings(name) and name not in ("softmax", "sigmoid", "tanh", "relu", "sigma", "pred")]
    kinds = {kind for name in own for kind, place in conv.meanings(name) if place != 0}
    score = sum(kind in kinds for kind in ("net", "out", "target"))
    score += 2 * ("Theta" in names and conv.name == "coursera")
    outs = [conv.meanings(name) for name in own if conv.meanings(name)[0][0] == "out" and conv.meanings(name)[0][1] != 0 and len(name) == 1]
    # x without a layer is the input
    layered = any(is_layer_text(script_text(s).strip("()[]")) for node in names.get("x", ()) for s in node.sups)
    score -= 1.5 * ("x" in names and ("out", None) in conv.meanings("x") and not layered)
    # one letter for all outputs: rather in a row that uses it in every layer
    score -= 0.5 * (conv.family in ("layers", "matrix") and len(outs) == 1 and outs[0] == [("out", "last")])
    if conv.family == "question":
        score += 2 * (conv.name == "question") if _speaks_as_the_question(names) else -1
    seen = {}
    for name in own:
        kind, place = conv.meanings(name)[0]
        if kind in ("net", "out", "target", "loss"):
            score -= 2 * (seen.setdefault((kind, place), name.lower()) != name.lower())
        score -= 2 * (name in ("n", "m", "N", "M") and kind in ("net", "out") and not any(n.subs or n.sups for n in names[name]))  # a count
        score -= len(name) == 1 and name.isupper() and name not in conv.letters and kind != "loss" and any(n.subs for n in names[name])
    fixed = {("target", None), ("out", 0)}
    for above, below in set(quotients):  # targets and inputs depend on nothing, a score does not depend on its own output
        tops = [conv.meanings(name) for name in above if conv.meanings(name)]
        bottom = {kind for kind, _ in conv.meanings(below)[:1]}
        score -= 4 * (bool(tops) and all(fixed.issuperset(m) for m in tops))
        score -= ({m[0][0] for m in tops}, bottom) == ({"net"}, {"out"}) and conv.family == "classes"
    if {"w", "W", "theta", "b"} & set(names) and conv.letters.get("x", [("", 0)])[0][0] == "net":
        score -= 2  # with weights about, x is an input
    if {"theta", "x"} <= set(names) and conv.letters.get("theta", [("", 0)])[0][0] == "net":
        score -= 2  # with an input about, theta is what it is multiplied by
    return score


def _suits(conv, roles):
    """How many letters a row reads as what they are used as, less those that it reads as something else."""
    kinds = {name: {kind for kind, place in conv.meanings(name) if place != 0} for name, _ in roles}
    return sum((kind in kinds[name]) - (kind not in kinds[name]) for name, kind in roles if kinds[name] & {"net", "out", "target"})


def shapes_of(scenes):
    """The first of the scenes for each size of network and batch."""
    return list({(scene.sizes, bool(scene.batch)): scene for scene in reversed(scenes)}.values())[::-1]
