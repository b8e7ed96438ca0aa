"""Arithmetic with matrices, vectors and numbers on an array's last two axes, and the shapes it asks for."""

import numpy as np

NUMBER = (1, 1)
REFUSALS = {"+": "added", "/": "divided", "⊙": "multiplied entry by entry", "⊗": "multiplied to an outer product"}


class Mismatch(Exception):
    """A side that can be read but cannot be true: shapes that do not fit, an index nothing binds."""


def refused(a, op, b):
    """The error that says which shapes cannot be combined."""
    left, right = ("x".join(map(str, value.shape[-2:])) for value in (a, b))
    return Mismatch(f"shapes {left} and {right} cannot be {REFUSALS.get(op, 'multiplied in this order')}")


def add(a, b, batch):
    """Add two terms; in a batch a bias is added to every example."""
    left, right = a.shape[-2:], b.shape[-2:]
    same = [m == n for m, n in zip(left, right)]
    repeated = batch and any(same) and all(m == n or 1 in (m, n) for m, n in zip(left, right))
    if all(same) or NUMBER in (left, right) or repeated:
        return a + b
    raise refused(a, "+", b)


def multiply(a, op, b, notes):
    """Multiply or divide by a factor; without a sign, or with one that says as little, it is the product of matrices if there is one."""
    left, right = a.shape[-2:], b.shape[-2:]
    entrywise = left == right or NUMBER in (left, right)
    if op == "/" and entrywise:
        return a / b
    if op == "⊗" and left[1] == right[1] == 1:
        return a * b.swapaxes(-1, -2)
    if op == "⊙" and entrywise or op not in ("/", "⊗") and NUMBER in (left, right):
        return a * b
    if op in ("", "*", "·") and left[1] == right[0]:
        return a @ b
    if op in ("", "*", "·") and entrywise:
        if op != "*":
            notes.add("loose: right if the product of two vectors is taken entry by entry")
        return a * b
    raise refused(a, op, b)


def left_to_right(factors, notes):
    """Multiply [(sign, value), ...] as it is written; the first sign says nothing."""
    (_, total), *others = factors
    for op, value in others:
        total = multiply(total, op, value, notes)
    return total


def product(factors, notes):
    """Multiply [(sign, value), ...]; a product without a sign binds tighter than one entry by entry."""
    groups = []
    for op, value in factors:
        if op == "⊙" or not groups:
            groups.append([])
        groups[-1].append((op, value))
    try:
        return left_to_right([("⊙", left_to_right(group, notes)) for group in groups], notes)
    except Mismatch:
        value = left_to_right(factors, notes)
    notes.add("loose: right if the entry-by-entry product is taken first")
    return value


def log(value):
    """The logarithm of what is above 0; of anything else there is none, so that it equals nothing."""
    return np.log(np.where(value.real > 0, value, np.nan))


def diagonal_matrix(value):
    """Put a vector on the diagonal of a matrix."""
    if 1 not in value.shape[-2:]:
        raise Mismatch("diag of something that is not a vector")
    column = value if value.shape[-1] == 1 else value.swapaxes(-1, -2)
    return column * np.eye(column.shape[-2])


# what is done with one part, by the name of the node
OF_ONE = {
    "neg": np.negative,
    "exp": np.exp,
    "log": log,
    "T": lambda value: value.swapaxes(-1, -2),
    "norm": lambda value: np.sqrt((value**2).sum((-1, -2), keepdims=True)),
    "diag": diagonal_matrix,
}
