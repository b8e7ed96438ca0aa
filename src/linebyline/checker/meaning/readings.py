"""Choose what the symbols of a side stand for, so that every index runs over one layer only."""

MAX_READINGS = 64


def assignments(leaves, same, fixed, limit=MAX_READINGS, entries=(), options=None, last=1):
    """Yield consistent readings, most plausible first: {leaf key: choice} and {variable: what it runs over}."""
    order = sorted(leaves, key=lambda leaf: (leaf.key not in fixed, len(leaf.options)))
    found, steps = [], 0

    def search(at, chosen, domains, cost):
        nonlocal steps
        steps += 1
        if len(found) >= limit or steps > 4000:
            return
        if at == len(order):
            domains = dict(domains)
            for variables, tree in entries:
                if not _entry_domains(variables, tree, chosen, domains, options):
                    return
            for _ in range(2):
                for a, b in same:
                    known = domains.get(a) or domains.get(b)
                    for side in (a, b):
                        if isinstance(side, str) and side != "label" and known:
                            if domains.get(side, known) != known:
                                return
                            domains[side] = known
            for a, b in same:
                for side in (a, b):
                    if isinstance(side, str) and side != "label":
                        domains.setdefault(side, ("unit", last))
            found.append((cost, len(found), chosen, domains))
            return
        leaf = order[at]
        for choice in [fixed[leaf.key]] if leaf.key in fixed else leaf.options:
            new = dict(domains)
            if all(_fits(new, slot, choice, k) for k, slot in enumerate(choice.slots)):
                search(at + 1, {**chosen, leaf.key: choice}, new, cost + choice.cost)

    search(0, {}, {}, 0.0)
    return sorted(found)


def leaves_in(tree):
    """The leaves of a built tree, in order."""
    if isinstance(tree, tuple) and tree and tree[0] == "leaf":
        yield tree[1]
    elif isinstance(tree, tuple) and tree and tree[0] == "D":
        yield from leaves_in(tree[1])
        yield tree[2]
    elif isinstance(tree, (tuple, list)):
        for part in tree:
            yield from leaves_in(part)


def _rows_of(tree, chosen, options, across=False):
    """What the rows of a product that starts with a matrix run over, or None."""
    if tree[0] == "T":
        return _rows_of(tree[1], chosen, options, not across)
    if tree[0] == "mul" and not across:
        return _rows_of(tree[1][0][1], chosen, options)
    choice = chosen.get(tree[1].key) if tree[0] == "leaf" else None
    if choice is None or choice.kind != "W" or choice.slots != (None, None):
        return None
    return ("unit", choice.layer - (across ^ choice.transpose ^ (options.weights == "from_to")))


def _entry_domains(variables, tree, chosen, domains, options):
    """Say what the indices of ``softmax(z)_i`` run over: the slots its formula leaves open."""
    rows = _rows_of(tree, chosen, options) if len(variables) == 1 and options is not None else None
    if rows is not None:
        return isinstance(variables[0], int) or domains.setdefault(variables[0], rows) == rows
    for leaf in leaves_in(tree):
        choice = chosen.get(leaf.key)
        if choice is None:
            continue
        kind = choice.kind.split(" ")[-1]
        if len(variables) == 2 and kind == "W" and choice.slots == (None, None):
            pair = [("unit", choice.layer), ("unit", choice.layer - 1)]
            pair = pair if (options is None or options.weights == "to_from") != choice.transpose else pair[::-1]
            return all(isinstance(v, int) or domains.setdefault(v, d) == d for v, d in zip(variables, pair))
        if len(variables) == 1 and kind in ("net", "out", "delta", "target", "b") and None in choice.slots:
            domain = ("unit", choice.layer)
            return isinstance(variables[0], int) or domains.setdefault(variables[0], domain) == domain
    return True


def _fits(domains, slot, choice, k):
    if not isinstance(slot, str) or slot == "label":
        return True
    domain = slot_domain(choice, k)
    return domains.setdefault(slot, domain) == domain


def slot_domain(choice, k):
    kind = choice.kind.split(" ")[-1] if choice.kind.startswith(("new", "gradient")) else choice.kind
    if kind == "W":
        return ("unit", choice.layer - k)
    if kind == "example loss" or (kind == "loss" and choice.kind == "example loss"):
        return ("example", 0)
    if kind in ("net", "out", "target", "delta", "loss") and len(choice.slots) == 2 and k == 0:
        return ("example", 0)
    return ("unit", choice.layer)


def variables_of(builder, chosen):
    """All index variables a reading uses."""
    seen = {}
    for choice in chosen.values():
        for slot in choice.slots:
            if isinstance(slot, str) and slot != "label":
                seen[slot] = None
    for pair in [*builder.same, *[variables for variables, _ in builder.entries]]:
        for side in pair:
            if isinstance(side, str) and side != "label":
                seen[side] = None
    return list(seen)


def uses_label(builder, chosen):
    """Whether a reading speaks of the class label, so that targets have to be one-hot."""
    return any("label" in choice.slots for choice in chosen.values()) or any("label" in pair for pair in builder.same)
