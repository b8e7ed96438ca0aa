r"""Compute a side on random networks.

A value is an array over (trial, step, one axis an index, rows, columns). Sums,
free indices, Kronecker deltas, cases and matrix forms share this one layout.
"""

import math
from dataclasses import replace

import numpy as np

from linebyline.checker.meaning.letters import ROLE_WORDS
from linebyline.checker.meaning.notation import Choice
from linebyline.checker.meaning.readings import leaves_in
from linebyline.checker.meaning.slots import RATES
from linebyline.checker.numbers.quantities import OF_EXAMPLES, SECOND, STEP, activate
from linebyline.checker.numbers.shapes import NUMBER, OF_ONE, Mismatch, add, multiply, product
from linebyline.checker.parser.tokens import Unreadable
from linebyline.checker.work import spend

MAX_CELLS, MAX_KEPT = 400_000, 3000
ROWS, COLUMNS = -2, -1


class Evaluator:
    """Compute a built tree under one reading, on one set of numbers."""

    def __init__(
        self, scene, options, chosen, domains, variables, row_gradients=False, entrywise=False, whole_sums=False, weight_rows=False, sizes=None
    ):
        self.scene, self.options, self.chosen, self.domains = scene, options, chosen, domains
        self.row_gradients, self.entrywise, self.whole_sums, self.weight_rows = row_gradients, entrywise, whole_sums, weight_rows
        self.notes, self.sizes_named = set(), {} if sizes is None else sizes
        self.size = {name: self._range(name) for name in variables}
        self.axis = {name: COLUMNS - len(variables) - 1 + at for at, name in enumerate(variables)}  # all axes are counted from the end
        self.ndim = 4 + len(variables)
        self.layout = self.ndim, options.weights, options.vectors, weight_rows
        self.along, self.across = (ROWS, COLUMNS) if options.vectors == "columns" else (COLUMNS, ROWS)
        cells = 3 * math.prod(self.size.values())
        spend(4 + cells // 100)
        if cells > MAX_CELLS:
            raise Unreadable("too many indices at once to compute")

    def _range(self, name):
        if name not in self.domains:
            raise Mismatch(f"nothing here says what the index {_letter(name)} runs over")
        kind, layer = self.domains[name]
        return max(self.scene.batch, 1) if kind == "example" else self.scene.sizes[layer]

    def value(self, tree, numbers):
        """Compute a tree; whatever numpy refuses to combine does not fit together."""
        try:
            if tree[0] in OF_ONE:
                return OF_ONE[tree[0]](self.value(tree[1], numbers))
            return getattr(self, "_" + tree[0])(numbers, *tree[1:])
        except (ValueError, IndexError, KeyError, OverflowError) as error:
            raise Mismatch("parts of this do not fit together") from error

    # ------------------------------------------------------------ quantities and their indices

    def quantity(self, choice, numbers):
        """A quantity laid out for this formula's indices."""
        if choice.kind == "size":
            return self._num(numbers, float(self.scene.batch if choice.layer < 0 else self.scene.sizes[choice.layer]))
        return self.kept(numbers, self.key(choice), lambda: self._quantity(choice, numbers))

    def key(self, choice):
        """What a quantity's layout depends on."""
        return choice.kind, choice.layer, tuple([self.axis.get(slot, slot) for slot in choice.slots]), choice.transpose, choice.power

    def kept(self, numbers, key, compute):
        """An array that is kept with the numbers, since every reading and repair asks for the same few."""
        kept, key = numbers.laid_out, (self.layout, key)
        if key not in kept:
            if len(kept) > MAX_KEPT:
                kept.clear()
            kept[key] = compute()
        return kept[key]

    def _quantity(self, choice, numbers):
        value = numbers.array(choice.kind, choice.layer)
        value = value if numbers.free else value.real
        value = value.reshape(value.shape + (1,) * (self.ndim - 2))
        value = self.lay_out(self.bind(value, self.slots(choice), numbers), choice)
        return value**choice.power if choice.power != 1 else value

    def slots(self, choice):
        """The slots of a quantity's array: a single example, and the bias that a layer shares, are not written."""
        if choice.kind in OF_EXAMPLES and not self.scene.batch:
            return (0, *choice.slots)
        return (0,) if choice.kind.endswith("b") and self.scene.shared_bias else choice.slots

    def bind(self, value, slots, numbers):
        """Take the axes from the third on, one a slot, to where their slots point; a slot without an index keeps its axis."""
        for at, slot in reversed(list(enumerate(slots, start=2))):
            if slot is None:
                continue
            if slot == "label":
                labels = numbers.labels.reshape(numbers.labels.shape + (1,) * (value.ndim - 3))
                value = np.take_along_axis(value, labels, at).squeeze(at)
            elif isinstance(slot, str):
                value = self.move(value, at, slot)
            else:
                value = value.take(slot, at)
        return value

    def move(self, value, at, name):
        """Move an axis to that of an index; what depends on the index already is read along the diagonal."""
        if value.shape[at] != self.size[name]:
            raise Mismatch(f"the index {_letter(name)} does not run over this vector")
        diagonal = np.diagonal(self.spread(value, name), axis1=at, axis2=self.axis[name])
        return np.moveaxis(diagonal, -1, self.axis[name])

    def spread(self, value, name):
        """Repeat a value along the axis of an index."""
        shape = list(value.shape)
        shape[self.axis[name]] = self.size[name]
        return np.broadcast_to(value, shape)

    def lay_out(self, value, choice, derivative=False):
        """Put what axes are left of a quantity's slots on rows and columns; beside a vector they make a Jacobian."""
        opened, (rows, columns) = value.ndim - self.ndim, value.shape[-2:]
        if not opened:
            return value
        homes = self.homes(choice)
        if (rows, columns) == (1, 1):
            if derivative and self.row_gradients:
                homes = [ROWS + COLUMNS - home for home in homes]
            value = np.moveaxis(value.squeeze(tuple(homes)), range(2, 2 + opened), homes)
        elif 1 in (rows, columns):
            along = COLUMNS if rows == 1 else ROWS
            value = self.jacobian(value.squeeze(ROWS + COLUMNS - along), homes)
            if self.entrywise and opened == 1:
                value = self.diagonal(value, along)
        else:
            raise Unreadable("the derivative of a matrix by a matrix")
        return value.swapaxes(ROWS, COLUMNS) if choice.transpose else value

    def homes(self, choice):
        """Whether each slot without an index runs along the rows or the columns."""
        slots = self.slots(choice)
        if choice.kind.endswith("W") and slots.count(None) == 2:
            return [ROWS, COLUMNS] if self.options.weights == "to_from" else [COLUMNS, ROWS]
        if choice.kind == "W" and self.weight_rows:  # W_k x: row k of W
            return [self.across]
        of_examples = len(slots) == 2 and not choice.kind.endswith("W")
        return [home for home, slot in zip((self.across if of_examples else self.along, self.along), slots) if slot is None]

    def jacobian(self, value, homes):
        """A vector's entries down the rows, and those of what it is derived by across the columns."""
        if homes == [COLUMNS, ROWS]:
            value = value.swapaxes(2, 3)
        value = value.reshape(*value.shape[:2], -1, *value.shape[2 + len(homes) :])
        return np.moveaxis(value, 2, -1)

    def diagonal(self, jacobian, along):
        """The diagonal of a Jacobian that has nothing else, as the vector it is often written as."""
        if jacobian.shape[-1] != jacobian.shape[-2] or np.abs(jacobian * (1 - np.eye(jacobian.shape[-1]))).max() > 1e-12:
            raise Mismatch("a derivative that is not entry by entry")
        self.notes.add("loose: a vector's derivative by a vector is taken entry by entry; as a matrix it is diagonal")
        return np.expand_dims(np.diagonal(jacobian, axis1=-2, axis2=-1), ROWS + COLUMNS - along)

    # ------------------------------------------------------------ leaves and arithmetic

    def _num(self, numbers, number, *spelling):
        return np.full((1,) * self.ndim, number)

    def _leaf(self, numbers, leaf):
        return self.quantity(self.chosen[leaf.key], numbers)

    def _identity(self, numbers):
        raise Unreadable("the identity matrix's size is not known here")

    def _add(self, numbers, terms):
        total = None
        for sign, part in terms:
            value = self.value(part, numbers)
            value = value if sign > 0 else -value
            total = value if total is None else add(total, value, self.scene.batch)
        return total

    def _mul(self, numbers, factors):
        return product([(op, self.value(part, numbers)) for op, part in factors], self.notes)

    def _frac(self, numbers, above, below):
        return multiply(self.value(above, numbers), "/", self.value(below, numbers), self.notes)

    def _pow(self, numbers, base, exponent):
        base, exponent = self.value(base, numbers), self.value(exponent, numbers)
        varies = exponent.size != 1
        if np.abs(exponent).max() > 40 or exponent.shape[-2:] != NUMBER or (varies and not (base.real > 0).all()):
            raise Unreadable("an exponent that is not a small number")
        power = exponent if varies else exponent.item().real
        return base ** (power if varies or power != int(power) else int(power))

    # ------------------------------------------------------------ sums, cases, entries

    def test(self, condition, numbers):
        """Where two indices are equal, or not, or one value lies below another, as an array of truth values."""
        if condition[0] == "all":
            return np.logical_and.reduce(np.broadcast_arrays(*[self.test(part, numbers) for part in condition[1]]))
        if condition[0] == "below":
            smaller, larger = (self.value(part, numbers).real for part in condition[1:])
            return smaller < larger
        left, relation, right = condition
        equal = self.index_values(left, numbers) == self.index_values(right, numbers)
        return equal if relation == "=" else ~equal

    def index_values(self, side, numbers):
        """An index as an array of the numbers it runs through; the class label is one for each example."""
        if not isinstance(side, str):
            return self._num(numbers, side)
        if side == "label":
            values = numbers.labels
            slot = next((name for name in self.axis if self.domains[name] == ("example", 0)), None) if self.scene.batch else 0
            if slot is None:
                raise Mismatch("a class label without the example it belongs to")
        elif side in self.axis:
            values, slot = np.arange(self.size[side])[None, None], side
        else:
            raise Mismatch(f"the index {_letter(side)} is not bound")
        return self.bind(values.reshape(values.shape + (1,) * (self.ndim - 2)), [slot], numbers)

    def _indicator(self, numbers, condition):
        return self.test(condition, numbers).astype(float)

    def _cases(self, numbers, branches):
        values = [self.value(part, numbers) for part, _ in branches]
        always = np.ones((1,) * self.ndim, bool)
        return np.select([always if condition is None else self.test(condition, numbers) for _, condition in branches], values)

    def _matrix(self, numbers, rows):
        entries = np.broadcast_arrays(*[self.value(part, numbers) for row in rows for part in row])
        if entries[0].shape[-2:] != NUMBER:
            raise Mismatch("a matrix whose entries are no numbers")
        return np.concatenate(entries, COLUMNS).reshape(*entries[0].shape[:-2], len(rows), -1)

    def _sum(self, numbers, names, conditions, limits, body, combine=np.sum, nothing=0):
        value = self.value(body, numbers)
        for condition in conditions:
            value = np.where(self.test(condition, numbers), value, nothing)
        for name in names:
            if name not in self.axis:
                raise Mismatch(f"what is summed over {_letter(name)} does not contain {_letter(name)}")
            if limits is not None:
                value = np.where(self.within(name, limits, numbers), value, nothing)
            value = combine(self.spread(value, name), self.axis[name], keepdims=True)
        return value

    def _prod(self, numbers, *what):
        return self._sum(numbers, *what, combine=np.prod, nothing=1)

    def within(self, name, limits, numbers):
        """Where an index lies inside the limits of its sum."""
        first, stop, spelt = limits
        self.note_end(spelt, self.domains[name])
        size, low = self.size[name], 1 if first is None else first
        high = stop if isinstance(stop, int) else size + (stop[1] if stop else 0)
        if low == 0 and not isinstance(stop, int):
            self.notes.add("loose: right if units are counted from 0")
            low = 1
        if low == 0:
            raise Mismatch(f"the sum over {_letter(name)} starts at 0, but units are counted from 1")
        if not low <= high <= size:
            raise Mismatch(f"the sum over {_letter(name)} runs from {low} to {high}, but there are {size}")
        index = self.index_values(name, numbers)
        return (index >= low - 1) & (index < high)

    def note_end(self, spelt, domain):
        """Note if a letter ends sums over different units, or sums over the same units end in different letters."""
        if spelt:
            if self.sizes_named.setdefault(spelt, domain) != domain:
                self.notes.add(f"loose: {spelt} is used as the end of sums over different layers")
            if (other := self.sizes_named.setdefault(domain, spelt)) != spelt:
                self.notes.add(f"loose: both {other} and {spelt} are used as the end of sums over the same units")

    def _entries(self, numbers, body, everything=False):
        value = self.value(body, numbers)
        if value.shape[-2:] == NUMBER and (self.scene.batch or self.scene.sizes[-1] > 1):
            raise Mismatch("a sum without an index: over what?")
        if everything and any(isinstance(slot, int) for leaf in leaves_in(body) for slot in self.chosen[leaf.key].slots):
            raise Mismatch("a sum over all units, of one of them")
        of_examples = self.scene.batch and value.shape[self.across] == self.scene.batch and not self.whole_sums
        return value.sum(self.across if of_examples and not everything else (ROWS, COLUMNS), keepdims=True)

    def _partition(self, numbers):
        if self.scene.batch:
            raise Unreadable("a bare sum sign, with more than one example")
        return np.exp(self.quantity(Choice("net", self.scene.layers, (None,)), numbers)).sum((ROWS, COLUMNS), keepdims=True)

    def _entry(self, numbers, part, terms):
        value = self.value(part, numbers)
        if len(terms) == 1 and 1 in value.shape[-2:]:
            terms = (*terms, 0) if value.shape[-1] == 1 else (0, *terms)
        if len(terms) != 2:
            raise Mismatch("an index on something that is not a vector")
        return self.bind(np.moveaxis(value, (ROWS, COLUMNS), (2, 3))[..., None, None], terms, numbers)

    # ------------------------------------------------------------ activations

    def _act(self, numbers, name, layer, primes, part):
        score = self.chosen[part[1].key] if part[0] == "leaf" else None
        own = score is not None and score.kind == "net" and score.power == 1
        layer = self.layer_of(part) if layer is None else layer
        name = self.function(name, layer)
        if primes > 1 + (name != "softmax"):
            raise Unreadable("a derivative of an activation of this order")
        if own and name == self.scene.activation_names[score.layer - 1] and (primes == 0 or name == "softmax"):
            out = self.quantity(replace(score, kind="out"), numbers)
            if primes:
                self.notes.add("a prime on a softmax is read as the derivative of an output by its own score")
            return out * (1 - out) if primes else out
        value = self.value(part, numbers)
        axis = self.vector_axis(value, layer) if name == "softmax" else -1
        return np.moveaxis(activate(name, np.moveaxis(value, axis, -1), primes), -1, axis)

    def function(self, name, layer):
        """The activation a function's name stands for: its own, or that of its layer."""
        known = self.scene.activation_names
        found = known[layer - 1] if name in ("sigma", None) and layer else name
        if found in ("sigma", None):
            raise Unreadable("which layer's activation this is cannot be told")
        if name == "sigma" and found not in ("sigmoid", "softmax") and "sigmoid" in known:
            self.notes.add(rf"loose: right if \sigma is the {found} of its layer, not the sigmoid")
        return found

    def vector_axis(self, value, layer):
        """The axis along which a softmax is taken: that of a vector, or of the one index over the units of its layer."""
        units = [axis for name, axis in self.axis.items() if value.shape[axis] > 1 and self.domains[name] == ("unit", layer or self.scene.layers)]
        axes = [axis for axis in (ROWS, COLUMNS) if value.shape[axis] > 1][:1] or units
        if len(axes) != 1:
            raise Mismatch("a softmax of something that is not one vector")
        return axes[0]

    def layer_of(self, part):
        """The layer whose activation a formula is put into: that of the scores, weights or biases it is made of."""
        parts = [self.chosen[leaf.key] for leaf in leaves_in(part)]
        default = self.scene.layers if len(set(self.scene.activation_names)) == 1 else None
        return max((choice.layer for choice in parts if choice.kind in ("net", "W", "b")), default=default)

    # ------------------------------------------------------------ derivatives

    def _dloss(self, numbers, leaf):
        choice = self.chosen[leaf.key]
        of_mean = choice.kind in ("W", "b") or self.scene.slopes_of_mean
        each = 1 if of_mean else self.scene.weight_of_an_example  # dZ is one example's, dW the mean's
        return self.gradient(choice, numbers) / each

    def _update(self, numbers, leaf):
        choice = self.chosen[leaf.key]
        if choice.kind not in ("W", "b"):
            raise Unreadable("an update of something that is not a weight")
        return -self.scene.downhill * self.quantity(Choice("eta", 0), numbers) * self.gradient(choice, numbers)

    def gradient(self, choice, numbers):
        """The derivative of the error by a quantity."""
        self.check_variable(choice)
        return self.quantity(replace(choice, kind=f"gradient {choice.kind}"), numbers)

    def _D(self, numbers, body, leaf):
        variable, of = self.chosen[leaf.key], self.chosen[body[1].key] if body[0] == "leaf" else None
        self.check_variable(variable)
        if of is not None and of.kind in RATES:
            raise Unreadable(f"the derivative of {ROLE_WORDS[of.kind]}")
        if numbers.free:
            return self.inner_derivative(body, of, variable, numbers)
        if of is None:
            steps = self.steps(body, variable, numbers)
        else:
            steps = self.kept(numbers, (self.key(of), self.key(variable)), lambda: self.steps(body, variable, numbers))
        return self.lay_out(steps, variable, derivative=True)

    def check_variable(self, choice):
        """Refuse a derivative by what is no node of the network."""
        if choice.kind not in ("net", "out", "W", "b", "target"):
            raise Unreadable(f"a derivative by {choice.kind}")
        if choice.power != 1:
            raise Unreadable("a derivative by a power")

    def steps(self, body, choice, numbers):
        """How a value changes with each component of a node, the components on the axes of their indices."""
        shape = numbers.array(choice.kind, choice.layer).shape[2:]
        value = self.value(body, numbers.perturbed(choice.kind, choice.layer))
        value = value.imag / STEP if np.iscomplexobj(value) else np.zeros(value.shape)
        trials, _, *layout = value.shape
        value = np.broadcast_to(value, (trials, math.prod(shape), *layout)).reshape(trials, 1, *shape, *layout)
        return self.bind(value, self.slots(choice), numbers)

    def inner_derivative(self, body, of, choice, numbers):
        """A derivative inside a derivative: of the error, by reverse mode; of an activation by its own score, by its second slope."""
        if of is not None and of.kind == "loss" and not self.scene.batch:
            return self.gradient(choice, numbers)
        if body[0] == "act" and body[4][0] == "leaf" and self.chosen[body[4][1].key] == choice:
            return self.value((*body[:3], body[3] + 1, body[4]), numbers)
        raise Unreadable(SECOND)


def _letter(name):
    """An index as it was written: a bound one carries a number behind it."""
    return name.split("#")[0]


def real(value):
    """A value without the imaginary part that a step may have left in it."""
    return value.real if np.iscomplexobj(value) else value
