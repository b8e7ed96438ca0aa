r"""Weight decay: the part of a formula that a reader's :math:`\lambda` multiplies, which no loss of a scene has.

What is left without it is compared as always. It has to be a positive multiple of what
:math:`\frac{\lambda}{2} \sum w^2`, added to the error, adds to the left side.
"""

from dataclasses import replace

import numpy as np

from linebyline.checker.judge.verdicts import built, swapped
from linebyline.checker.meaning.notation import Choice
from linebyline.checker.parser.tokens import Unreadable

RATE = Choice("decay", 0)


def has_penalty(reading):
    r"""Whether a side has a :math:`\lambda` that is read as a weight decay."""
    return any(choice.kind == "decay" for _, choice in reading.choices())


def without_penalty(reading):
    r"""The same side where :math:`\lambda` is 0."""
    tree = reading.tree
    for part in built(tree, "leaf"):
        if reading.chosen[part[1].key].kind == "decay":
            tree = swapped(tree, part, ("num", 0.0))
    return replace(reading, tree=tree, chosen={key: choice for key, choice in reading.chosen.items() if choice.kind != "decay"})


def penalty(reading, left, scene, numbers):
    r"""What stands before :math:`\lambda \sum w^2 / 2` in the penalty that a side has: (number, how the penalty is written); empty if it has none."""
    evaluator = reading.evaluator(scene)
    part = reading.value(scene, numbers, evaluator) - without_penalty(reading).value(scene, numbers)
    added = evaluator.quantity(RATE, numbers).real * added_by_decay(left.beside(reading), scene, numbers, evaluator)
    ratio = (part * added).sum() / (added * added).sum()
    proportional = part.shape[-2:] == added.shape[-2:] and np.allclose(part, ratio * added, rtol=1e-8, atol=1e-10)
    return (ratio, spelt_factor(ratio, counts_in(reading, evaluator, numbers))) if proportional and ratio > 0 else ()


def counts_in(reading, evaluator, numbers):
    """The letters that a side has for numbers of examples or units, with these numbers."""
    sizes = {leaf.node.name: choice for leaf, choice in reading.choices() if choice.kind == "size"}
    return {letter: evaluator.quantity(choice, numbers).item() for letter, choice in sizes.items()}


def added_by_decay(left, scene, numbers, evaluator):
    r"""What a penalty of half the squared weights, times :math:`\lambda`, adds to a left side: w to dE/dw, its sum of squares to E."""
    leaf, choice = left.leaf()
    if left.tree[0] in ("D", "dloss") and (left.tree[0] == "dloss" or _is_error(left.tree[1], left)):
        if left.chosen[left.tree[-1].key].kind in ("W", "b"):
            return replace(left, tree=("leaf", left.tree[-1])).value(scene, numbers)
    elif choice is not None and choice.kind == "loss":
        squares = [(numbers.array("W", layer).real ** 2).sum((-1, -2)) / 2 for layer in range(1, scene.layers + 1)]
        return sum(squares).reshape(-1, *(1,) * (evaluator.ndim - 1))
    elif choice is not None and choice.kind in ("new W", "gradient W"):
        sign = -scene.downhill * evaluator.quantity(Choice("eta", 0), numbers).real if choice.kind == "new W" else 1
        return sign * replace(left, chosen={**left.chosen, leaf.key: replace(choice, kind="W")}).value(scene, numbers)
    raise Unreadable(r"\lambda belongs to a penalty on the weights: to E, to its derivative by a weight, or to a step of one")


def _is_error(body, left):
    return body[0] == "leaf" and left.chosen[body[1].key].kind == "loss"


def spelt_factor(ratio, counts):
    """What stands before the sum of squares, where `ratio` stands before half of it, in the letters of `counts`."""
    for letter, count in {"": 1, **counts}.items():
        for above, below in ((1, 1), (1, 2), (1, 4), (2, 1)):
            if abs(ratio * count / 2 - above / below) < 1e-8:
                numerator, denominator = rf"{'2 ' * (above > 1)}\lambda", f"{below}"[below == 1 :] + letter
                return rf"\frac{{{numerator}}}{{{denominator}}}" if denominator else numerator
    return rf"{ratio / 2:.6g} \lambda"
