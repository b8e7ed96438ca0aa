"""Choose what the symbols of a side stand for, so that every index runs over one layer only."""

from itertools import chain

from linebyline.checker.meaning.structure import Leaf
from linebyline.checker.work import spend

MAX_READINGS, MAX_STEPS = 64, 4_000


def assignments(leaves, same, fixed, limit, entries, options, last):
    """List consistent readings, most plausible first: (cost, rank, {leaf key: choice}, {variable: what it runs over})."""
    order = sorted(leaves, key=lambda leaf: (leaf.key not in fixed, len(leaf.options)))
    found, steps = [], 0

    def search(at, chosen, domains, cost):
        nonlocal steps
        steps += 1
        if len(found) >= limit or steps > MAX_STEPS:
            return
        if at == len(order):
            domains = dict(domains)
            if all(_entry_runs(*entry, chosen, domains, options) for entry in entries) and _same_run(same, domains, last):
                found.append((cost, len(found), chosen, domains))
            return
        leaf = order[at]
        for choice in [fixed[leaf.key]] if leaf.key in fixed else leaf.options:
            new = dict(domains)
            if all(_runs(new, slot, domain) for slot, domain in zip(choice.slots, choice.domains)):
                search(at + 1, {**chosen, leaf.key: choice}, new, cost + choice.cost)

    search(0, {}, {}, 0.0)
    spend(steps // 8)
    return sorted(found)


def _runs(domains, index, domain):
    """Let an index run over a domain; False if it runs over another one already."""
    return not _is_variable(index) or domains.setdefault(index, domain) == domain


def _is_variable(index):
    return isinstance(index, str) and index != "label"


def _same_run(same, domains, last):
    """Let indices that are compared run over the same: over the outputs where nothing else says what."""
    for a, b in [*same, *same]:
        known = domains.get(a) or domains.get(b)
        if known and not (_runs(domains, a, known) and _runs(domains, b, known)):
            return False
    for index in filter(_is_variable, chain(*same)):
        domains.setdefault(index, ("unit", last))
    return True


def leaves_in(tree):
    """The leaves of a built tree, in order."""
    if isinstance(tree, Leaf):
        yield tree
    elif isinstance(tree, (tuple, list)):
        for part in tree:
            yield from leaves_in(part)


def _entry_runs(variables, tree, chosen, domains, options):
    """Say what the indices of ``softmax(z)_i`` run over: the slots that its formula leaves open."""
    rows = _rows_of(tree, chosen, options) if len(variables) == 1 else None
    candidates = [rows] if rows else [_open(chosen[leaf.key], options) for leaf in leaves_in(tree) if leaf.key in chosen]
    fitting = next((found for found in candidates if len(found) == len(variables)), ())
    return all(_runs(domains, index, domain) for index, domain in zip(variables, fitting))


def _open(choice, options):
    """What the entries of a quantity are counted by: the rows and columns of a matrix, the units of a layer."""
    if choice.base == "W":
        matrix = choice.domains if choice.slots == (None, None) else ()
        return matrix[:: -1 if choice.transpose ^ (options.weights == "from_to") else 1]
    return choice.domains[-1:] if None in choice.slots else ()


def _rows_of(tree, chosen, options):
    """What the rows of a product that starts with a matrix run over, or None."""
    across = False
    while tree[0] == "T" or (tree[0] == "mul" and not across):
        across, tree = across ^ (tree[0] == "T"), tree[1] if tree[0] == "T" else tree[1][0][1]
    choice = chosen.get(tree[1].key) if tree[0] == "leaf" else None
    if choice is None or choice.kind != "W" or choice.slots != (None, None):
        return None
    return _open(choice, options)[1:] if across else _open(choice, options)[:1]


def variables_of(builder, chosen):
    """All index variables a reading uses."""
    slots = chain(*(choice.slots for choice in chosen.values()), *builder.same, *(variables for variables, _ in builder.entries))
    return list(dict.fromkeys(filter(_is_variable, slots)))


def uses_label(builder, chosen):
    """Whether a reading speaks of the class label, so that targets have to be one-hot."""
    return any("label" in choice.slots for choice in chosen.values()) or any("label" in pair for pair in builder.same)
