r"""Compute a side on random networks.

A value is an array over (trial, step, one axis an index, rows, columns). Sums,
free indices, Kronecker deltas, cases and matrix forms share this one layout.
"""

from dataclasses import replace

import numpy as np

from linebyline.checker.meaning.notation import Choice
from linebyline.checker.numbers.scene import STEP, SecondDerivative, activate, bend, slope
from linebyline.checker.parser.tokens import Unreadable

MAX_CELLS = 400_000


class Mismatch(Exception):
    """A side that can be read but cannot be true: shapes that do not fit, an index nothing binds."""


MODES = ("row_gradients", "entrywise", "whole_sums")


class Evaluator:
    """Compute a built tree under one reading, on one set of numbers."""

    def __init__(self, scene, options, chosen, domains, variables, row_gradients=False, entrywise=False, whole_sums=False, sizes=None):
        self.scene, self.options, self.chosen = scene, options, chosen
        self.size = {}
        for v in variables:
            if v not in domains:
                raise Mismatch(f"nothing here says what the index {v.split('#')[0]} runs over")
            kind, layer = domains[v]
            self.size[v] = max(scene.batch, 1) if kind == "example" else scene.sizes[layer]
        self.domains = domains
        self.axis = {v: 2 + k for k, v in enumerate(variables)}
        self.ndim = 4 + len(variables)
        self.row_gradients, self.entrywise, self.whole_sums = row_gradients, entrywise, whole_sums
        self.notes, self.sizes_named = set(), sizes if sizes is not None else {}
        cells = 3 * int(np.prod([self.size[v] for v in variables])) if variables else 1
        if cells > MAX_CELLS:
            raise Unreadable("too many indices at once to compute")

    def value(self, tree, numbers):
        """Compute a tree; whatever numpy refuses to combine does not fit together."""
        try:
            return getattr(self, "_" + tree[0])(tree, numbers)
        except (ValueError, IndexError, KeyError, OverflowError) as error:
            raise Mismatch("parts of this do not fit together") from error

    # leaves

    def _num(self, tree, numbers):
        return np.full((1,) * self.ndim, tree[1])

    def _leaf(self, tree, numbers):
        return self.quantity(self.chosen[tree[1].key], numbers)

    def quantity(self, choice, numbers):
        """A quantity laid out for this formula's indices; kept, since every reading and repair asks for the same few."""
        places = tuple(slot if slot is None or not isinstance(slot, str) or slot == "label" else -1 - self.axis[slot] for slot in choice.slots)
        key = (choice.kind, choice.layer, places, choice.transpose, choice.power, self.ndim, self.options.weights, self.options.vectors)
        value = numbers.laid_out.get(key)
        if value is None:
            value = self._quantity(choice, numbers)
            if len(numbers.laid_out) > 3000:
                numbers.laid_out.clear()
            numbers.laid_out[key] = value
        return value

    def _quantity(self, choice, numbers):
        if choice.kind == "size":
            return np.full((1,) * self.ndim, float(self.scene.batch if choice.layer < 0 else self.scene.sizes[choice.layer]))
        value = numbers.value(choice.kind, choice.layer)
        value = value if numbers.parent is not None else value.real
        value = self.place(value, choice, numbers)
        if choice.transpose:
            value = value.swapaxes(-1, -2)
        if choice.power != 1:
            value = value**choice.power
        return value

    def place(self, value, choice, numbers):
        """Put a raw array's slots on the axes of their indices; slots without an index become rows and columns."""
        slots = list(choice.slots)
        if choice.kind.split(" ")[-1] == "b" and self.scene.shared_bias:
            value, slots = value[..., 0], []
        if "label" in slots:
            at = slots.index("label")
            labels = numbers.labels if len(slots) == 2 else numbers.labels[:, :, 0]
            value = np.take_along_axis(value, labels[..., None] if at == value.ndim - 3 else labels[..., None], 2 + at)
            value = value[..., 0]
            slots.pop(at)
        for at in range(len(slots) - 1, -1, -1):
            if isinstance(slots[at], (int, np.integer)):
                value = value[(slice(None),) * (2 + at) + (slots[at],)]
                slots.pop(at)
        if len(slots) == 2 and slots[0] is not None and slots[0] == slots[1]:
            value, slots = np.diagonal(value, axis1=2, axis2=3), slots[:1]
        places = self.places(slots, choice)
        order = np.argsort(places)
        shape = [1] * self.ndim
        shape[0], shape[1] = value.shape[0], value.shape[1]
        for at, place in enumerate(places):
            shape[place] = value.shape[2 + at]
        return value.transpose(0, 1, *(2 + order)).reshape(shape)

    def places(self, slots, choice):
        rows, columns = self.ndim - 2, self.ndim - 1
        open_slots = [k for k, s in enumerate(slots) if s is None]
        free = {}
        if choice.kind.split(" ")[-1] == "W" and len(open_slots) == 2:
            free = dict(zip(open_slots, (rows, columns) if self.options.weights == "to_from" else (columns, rows)))
        elif len(open_slots) == 2:
            free = dict(zip(open_slots, (columns, rows) if self.options.vectors == "columns" else (rows, columns)))
        elif len(open_slots) == 1:
            along = rows if self.options.vectors == "columns" else columns
            if (
                self.scene.batch
                and choice.kind in ("net", "out", "target", "delta")
                and len(choice.slots) == 2
                and open_slots == [0]
                and slots[0] is None
                and len(slots) == 2
            ):
                along = columns if self.options.vectors == "columns" else rows
            free = {open_slots[0]: along}
        return [free[k] if s is None else self.axis[s] for k, s in enumerate(slots)]

    def _entries(self, tree, numbers):
        value = self.value(tree[1], numbers)
        if value.shape[-2:] == (1, 1):
            raise Mismatch("a sum without an index: over what?")
        examples = -1 if self.options.vectors == "columns" else -2
        if self.scene.batch and value.shape[examples] == self.scene.batch and not self.whole_sums:
            return value.sum(examples, keepdims=True)
        return value.sum((-2, -1), keepdims=True)

    def _identity(self, tree, numbers):
        raise Unreadable("the identity matrix's size is not known here")

    def _partition(self, tree, numbers):
        if self.scene.batch:
            raise Unreadable("a bare sum sign, with more than one example")
        net = numbers.value("net", self.scene.layers)
        total = np.exp(net if numbers.parent is not None else net.real).sum(-1)
        return total.reshape(total.shape + (1,) * (self.ndim - total.ndim))

    # arithmetic

    def _add(self, tree, numbers):
        total = None
        for sign, part in tree[1]:
            value = self.value(part, numbers)
            if sign < 0:
                value = -value
            total = value if total is None else self.fit(total, value, part)
        return total

    def fit(self, a, b, part=None):
        if a.shape[-2:] != b.shape[-2:] and not (a.shape[-2:] == (1, 1) or b.shape[-2:] == (1, 1)):
            if self.scene.batch and (
                a.shape[-2] == b.shape[-2] and 1 in (a.shape[-1], b.shape[-1]) or a.shape[-1] == b.shape[-1] and 1 in (a.shape[-2], b.shape[-2])
            ):
                return a + b  # a bias added to every example
            raise Mismatch(f"shapes {shape_of(a)} and {shape_of(b)} cannot be added")
        return a + b

    def _neg(self, tree, numbers):
        return -self.value(tree[1], numbers)

    def _mul(self, tree, numbers):
        factors = [(op, self.value(part, numbers)) for op, part in tree[1]]
        if not any(op == "⊙" for op, _ in factors[1:]):
            return self.left_to_right(factors)
        groups, group = [], [factors[0]]
        for op, value in factors[1:]:  # a product without a sign binds tighter than one entry by entry
            if op == "⊙":
                groups.append(group)
                group = [("", value)]
            else:
                group.append((op, value))
        groups.append(group)
        try:
            return self.left_to_right([("⊙", self.left_to_right(g)) for g in groups])
        except Mismatch:
            value = self.left_to_right(factors)
        self.notes.add("loose: right if the entry-by-entry product is taken first")
        return value

    def left_to_right(self, factors):
        total = factors[0][1]
        for op, value in factors[1:]:
            total = self.times(total, op, value)
        return total

    def times(self, a, op, b):
        if op == "/":
            return self.over(a, b)
        left, right = a.shape[-2:], b.shape[-2:]
        if left == (1, 1) or right == (1, 1):
            if op != "⊗" or left == right == (1, 1):
                return a * b
        if op == "⊗":
            if left[1] == 1 and right[1] == 1:
                return a * b.swapaxes(-1, -2)
            raise Mismatch(f"shapes {shape_of(a)} and {shape_of(b)} have no outer product")
        if op == "⊙":
            if left == right:
                return a * b
            raise Mismatch(f"shapes {shape_of(a)} and {shape_of(b)} cannot be multiplied entry by entry")
        if left[1] == right[0]:
            return a @ b
        if left == right:
            if op != "*":
                self.notes.add("loose: right if the product of two vectors is taken entry by entry")
            return a * b
        raise Mismatch(f"shapes {shape_of(a)} and {shape_of(b)} cannot be multiplied in this order")

    def over(self, a, b):
        left, right = a.shape[-2:], b.shape[-2:]
        if right == (1, 1) or left == right or (left == (1, 1)):
            return a / b
        raise Mismatch(f"shapes {shape_of(a)} and {shape_of(b)} cannot be divided")

    def _frac(self, tree, numbers):
        return self.over(self.value(tree[1], numbers), self.value(tree[2], numbers))

    def _pow(self, tree, numbers):
        exponent = self.value(tree[2], numbers)
        if exponent.size != 1 or abs(exponent.ravel()[0]) > 40:
            raise Unreadable("an exponent that is not a small number")
        power = exponent.ravel()[0].real
        value = self.value(tree[1], numbers)
        return value ** (int(power) if power == int(power) else power)

    def _T(self, tree, numbers):
        return self.value(tree[1], numbers).swapaxes(-1, -2)

    def _norm2(self, tree, numbers):
        return (self.value(tree[1], numbers) ** 2).sum((-1, -2), keepdims=True)

    def _diag(self, tree, numbers):
        value = self.value(tree[1], numbers)
        if 1 not in value.shape[-2:]:
            raise Mismatch("diag of something that is not a vector")
        value = value if value.shape[-1] == 1 else value.swapaxes(-1, -2)
        return value * np.eye(value.shape[-2])

    def _log(self, tree, numbers):
        value = self.value(tree[1], numbers)
        return np.log(value if np.iscomplexobj(value) else value + 0j) if np.iscomplexobj(value) or (value <= 0).any() else np.log(value)

    def _exp(self, tree, numbers):
        return np.exp(self.value(tree[1], numbers))

    # indices

    def _indicator(self, tree, numbers):
        return self.test(tree[1], numbers).astype(float)

    def test(self, condition, numbers):
        a, relation, b = condition
        a, b = self.index_values(a, numbers), self.index_values(b, numbers)
        return (a == b) if relation == "=" else (a != b)

    def index_values(self, side, numbers):
        if isinstance(side, (int, np.integer)):
            return np.full((1,) * self.ndim, side)
        if side == "label":
            labels = numbers.labels[:, :, 0] if not self.scene.batch else None
            if labels is None:
                example = next((v for v in self.axis if self.domains[v] == ("example", 0)), None)
                if example is None:
                    raise Mismatch("a class label without the example it belongs to")
                shape = [1] * self.ndim
                shape[0], shape[self.axis[example]] = numbers.labels.shape[0], numbers.labels.shape[2]
                return numbers.labels.reshape(shape)
            return labels.reshape(labels.shape + (1,) * (self.ndim - 2))
        if side not in self.axis:
            raise Mismatch(f"the index {side.split('#')[0]} is not bound")
        shape = [1] * self.ndim
        shape[self.axis[side]] = self.size[side]
        return np.arange(self.size[side]).reshape(shape)

    def _cases(self, tree, numbers):
        total, left = None, None
        for part, condition in tree[1]:
            value = self.value(part, numbers)
            mask = np.ones((1,) * self.ndim, bool) if condition is None else self.test(condition, numbers)
            mine = mask if left is None else mask & left
            left = ~mask if left is None else left & ~mask
            value = np.where(mine, value, 0)
            total = value if total is None else total + value
        return total

    def _sum(self, tree, numbers):
        _, names, conditions, limits, body = tree
        value = self.value(body, numbers)
        mask = None
        for condition in conditions:
            test = self.test(condition, numbers)
            mask = test if mask is None else mask & test
        for name in names:
            if limits is not None and name in self.axis:
                test = self.range_of(name, limits, numbers)
                if test is not None:
                    mask = test if mask is None else mask & test
        if mask is not None:
            value = np.where(mask, value, 0)
        for name in names:
            if name not in self.axis:
                raise Mismatch(f"what is summed over {name.split('#')[0]} does not contain {name.split('#')[0]}")
            axis = self.axis[name]
            if value.shape[axis] == 1 and self.size[name] > 1:
                value = value * self.size[name]
            else:
                value = value.sum(axis, keepdims=True)
        return value

    def range_of(self, name, limits, numbers):
        first, stop, spelt = limits
        size = self.size[name]
        letter = name.split("#")[0]
        if spelt:
            known = self.sizes_named.setdefault(spelt, self.domains[name])
            if known != self.domains[name]:
                self.notes.add(f"loose: {spelt} is used as the end of sums over different layers")
            other = self.sizes_named.setdefault(self.domains[name], spelt)
            if other != spelt:
                self.notes.add(f"loose: both {other} and {spelt} are used as the end of sums over the same units")
        low, high = (first if first is not None else 1), size
        if isinstance(stop, int):
            high = stop
        elif isinstance(stop, tuple):
            high = size + stop[1]
        if low == 0 and not isinstance(stop, int):
            self.notes.add("loose: right if units are counted from 0")
            low = 1
        if low == 0:
            raise Mismatch(f"the sum over {letter} starts at 0, but units are counted from 1")
        if high > size or low > high:
            raise Mismatch(f"the sum over {letter} runs from {low} to {high}, but there are {size}")
        if low == 1 and high == size:
            return None
        index = self.index_values(name, numbers)
        return (index >= low - 1) & (index < high)

    def _entry(self, tree, numbers):
        _, part, terms = tree
        value = self.value(part, numbers)
        rows, columns = value.shape[-2:]
        if len(terms) == 1 and 1 in (rows, columns):
            if columns != 1:
                value = value.swapaxes(-1, -2)
            slots = [(terms[0], self.ndim - 2)]
        elif len(terms) == 2:
            slots = [(terms[0], self.ndim - 2), (terms[1], self.ndim - 1)]
        else:
            raise Mismatch("an index on something that is not a vector")
        for term, axis in slots:
            value = self.pick(value, term, axis)
        return value

    def pick(self, value, term, axis):
        """Read one entry along `axis`: a fixed one, or for every value of an index."""
        if isinstance(term, (int, np.integer)):
            if term >= value.shape[axis]:
                raise Mismatch("an index beyond the vector's end")
            return value.take([term], axis)
        place = self.axis[term]
        if value.shape[axis] != self.size[term]:
            raise Mismatch(f"the index {term.split('#')[0]} does not run over this vector")
        if value.shape[place] == 1:
            return value.swapaxes(place, axis)
        diagonal = np.diagonal(value, axis1=place, axis2=axis)
        return np.expand_dims(np.moveaxis(diagonal, -1, place), axis)

    # functions

    def _act(self, tree, numbers):
        _, name, layer, primes, part = tree
        choice = self.chosen[part[1].key] if part[0] == "leaf" else None
        if choice is not None and choice.kind == "net" and choice.power == 1 and (layer is None or layer == choice.layer):
            layer = choice.layer
        layer = layer if layer is not None else self.layer_of(part)
        known = self.scene.activation_names
        sigma = name == "sigma"
        name = (known[layer - 1] if layer else None) if sigma or name is None else name
        if name is None:
            raise Unreadable("which layer's activation this is cannot be told")
        if sigma and name not in ("sigmoid", "softmax") and "sigmoid" in known:
            self.notes.add(rf"loose: right if \sigma is the {name} of its layer, not the sigmoid")
        if primes > 2 or (primes == 2 and name == "softmax"):
            raise Unreadable("a derivative of an activation of this order")
        if primes == 2:
            return bend(name, self.value(part, numbers))
        if choice is not None and choice.kind == "net" and choice.power == 1 and name == known[choice.layer - 1]:
            if primes == 0:
                out = Choice("out", choice.layer, choice.slots, choice.transpose)
                return self.quantity(out, numbers)
            if name == "softmax":
                out = self.quantity(Choice("out", choice.layer, choice.slots, choice.transpose), numbers)
                self.notes.add("a prime on a softmax is read as the derivative of an output by its own score")
                return out * (1 - out)
        value = self.value(part, numbers)
        if name != "softmax":
            return slope(name, value) if primes else activate(name, value)
        axes = (
            [self.ndim - 2]
            if value.shape[-2] > 1
            else [self.ndim - 1]
            if value.shape[-1] > 1
            else [self.axis[v] for v in self.axis if value.shape[self.axis[v]] > 1 and self.domains[v] == ("unit", layer or self.scene.layers)]
        )
        if len(axes) != 1:
            raise Mismatch("a softmax of something that is not one vector")
        out = np.moveaxis(activate("softmax", np.moveaxis(value, axes[0], -1)), -1, axes[0])
        return out * (1 - out) if primes else out

    def layer_of(self, part):
        """The layer whose activation a formula is put into: that of the scores, weights or biases it is made of."""
        found = set()

        def walk(t):
            if isinstance(t, tuple):
                if t and t[0] == "leaf":
                    found.add((self.chosen[t[1].key].kind, self.chosen[t[1].key].layer))
                for s in t:
                    walk(s)
            elif isinstance(t, list):
                for s in t:
                    walk(s)

        walk(part)
        for kind in ("net", "W", "b"):
            layers = {layer for k, layer in found if k == kind}
            if layers:
                return max(layers)
        names = set(self.scene.activation_names)
        if len(names) == 1:
            return self.scene.layers
        outs = {layer for k, layer in found if k == "out"}
        if outs and max(outs) < self.scene.layers:
            return max(outs) + 1
        return None

    # derivatives

    def _dloss(self, tree, numbers):
        choice = self.chosen[tree[1].key]
        value = self.derivative(("total", choice), choice, numbers)
        return value

    def _update(self, tree, numbers):
        choice = self.chosen[tree[1].key]
        if choice.kind not in ("W", "b"):
            raise Unreadable("an update of something that is not a weight")
        return -numbers.value("eta", 0).real.reshape((-1, 1) + (1,) * (self.ndim - 2)) * self.derivative(None, choice, numbers)

    def _D(self, tree, numbers):
        variable = self.chosen[tree[2].key]
        if variable.power != 1:
            raise Unreadable("a derivative by a power")
        if tree[1][0] != "leaf" or numbers.parent is not None:
            return self.derivative(tree[1], variable, numbers)
        body = self.chosen[tree[1][1].key]
        places = tuple(
            slot if slot is None or not isinstance(slot, str) or slot == "label" else -1 - self.axis[slot] for slot in body.slots + variable.slots
        )
        key = (
            "D",
            body.kind,
            body.layer,
            body.transpose,
            body.power,
            variable.kind,
            variable.layer,
            variable.transpose,
            places,
            self.ndim,
            self.options.weights,
            self.options.vectors,
            self.row_gradients,
            self.entrywise,
        )
        value = numbers.laid_out.get(key)
        if value is None:
            before = set(self.notes)
            value = self.derivative(tree[1], variable, numbers)
            if self.notes == before:
                numbers.laid_out[key] = value
        return value

    def derivative(self, body, choice, numbers):
        kind, layer = choice.kind, choice.layer
        if kind not in ("net", "out", "W", "b", "target"):
            raise Unreadable(f"a derivative by {choice.kind}")
        if choice.power != 1:
            raise Unreadable("a derivative by a power")
        if numbers.parent is not None:
            return self.inner_derivative(body, choice, numbers)
        child = numbers.perturbed(kind, layer)
        if body is None or body[0] == "total":
            raw = child.array("loss", self.scene.layers)
            if body is not None and self.scene.batch and self.scene.reduction == "mean" and kind not in ("W", "b"):
                raw = raw * self.scene.batch  # dZ is one example's, dW the mean's
            value = raw.reshape(raw.shape + (1,) * (self.ndim - 2))
        else:
            value = self.value(body, child)
        slots_shape = numbers.value(kind, layer).shape[2:]
        steps = int(np.prod(slots_shape))
        value = value.imag / STEP if np.iscomplexobj(value) else np.zeros(value.shape)
        if value.shape[1] != steps:
            value = np.broadcast_to(value, (value.shape[0], steps, *value.shape[2:]))
        value = value.reshape(value.shape[0], *slots_shape, *value.shape[2:])
        slots, offset = list(choice.slots), len(slots_shape)
        if kind == "b" and self.scene.shared_bias:
            slots = [0]
        for at in range(len(slots) - 1, -1, -1):
            slot = slots[at]
            if slot is None:
                continue
            if isinstance(slot, (int, np.integer)):
                value = value.take(slot, 1 + at)
            elif slot == "label":
                if self.scene.batch:
                    raise Unreadable("a derivative by the entry of the class label, with more than one example")
                labels = numbers.labels[:, 0, 0].reshape((-1,) + (1,) * (value.ndim - 1))
                value = np.take_along_axis(value, labels, 1 + at).squeeze(1 + at)
            else:
                place = 1 + offset + self.axis[slot] - 2
                if value.shape[place] == 1:
                    value = np.moveaxis(value, 1 + at, place)
                    value = value.squeeze(place - 1 if place > 1 + at else place + 1)
                else:
                    value = np.moveaxis(np.diagonal(value, axis1=1 + at, axis2=place), -1, place - 1)
            offset -= 1
            slots.pop(at)
        return self.lay_out(value, slots, choice)

    def inner_derivative(self, body, choice, numbers):
        """A derivative inside a derivative: of the error, by reverse mode; of an activation by its own score, by its second slope."""
        chosen = self.chosen[body[1].key] if body is not None and body[0] == "leaf" else None
        if (body is None or (chosen is not None and chosen.kind == "loss")) and not self.scene.batch:
            gradient = "delta" if choice.kind == "net" else f"gradient {choice.kind}"
            return self._quantity(replace(choice, kind=gradient), numbers)
        if body is not None and body[0] == "act" and body[4][0] == "leaf" and self.chosen[body[4][1].key] == choice:
            return self.value((*body[:3], body[3] + 1, body[4]), numbers)
        raise SecondDerivative

    def lay_out(self, value, slots, choice):
        """Put the steps of a variable without an index on rows and columns."""
        if not slots:
            return value[:, None]
        rows, columns = value.shape[-2:]
        if (rows, columns) == (1, 1):
            order = self.places(slots, choice)
            if self.row_gradients and len(slots) == 1:
                order = [self.ndim - 1 if order[0] == self.ndim - 2 else self.ndim - 2]
            elif self.row_gradients and len(slots) == 2 and self.row_gradients != "vectors":
                order = order[::-1]
            value = value[..., 0, 0]
            for _ in slots:
                value = np.moveaxis(value, 1, -1)
            value = value if order == sorted(order) else value.swapaxes(-1, -2) if len(order) == 2 else value
            if len(slots) == 1:
                value = value[..., None] if order[0] == self.ndim - 2 else value[..., None, :]
            result = value[:, None]
        elif 1 in (rows, columns) and len(slots) == 1:
            jacobian = np.moveaxis(value[..., 0] if columns == 1 else value[..., 0, :], 1, -1)[:, None]
            result = jacobian
            if self.entrywise:
                if jacobian.shape[-1] != jacobian.shape[-2]:
                    raise Mismatch("a derivative that is not entry by entry")
                if np.abs(jacobian * (1 - np.eye(jacobian.shape[-1]))).max() > 1e-12:
                    raise Mismatch("a derivative that is not entry by entry")
                diagonal = np.diagonal(jacobian, axis1=-2, axis2=-1)
                self.notes.add("loose: a vector's derivative by a vector is taken entry by entry; as a matrix it is diagonal")
                result = diagonal[..., None] if columns == 1 else diagonal[..., None, :]
        elif 1 in (rows, columns) and len(slots) == 2:
            flat = value[..., 0] if columns == 1 else value[..., 0, :]
            if choice.kind == "W" and self.options.weights == "from_to":
                flat = flat.swapaxes(1, 2)
            flat = flat.reshape(flat.shape[0], -1, *flat.shape[3:])
            result = np.moveaxis(flat, 1, -1)[:, None]
        else:
            raise Unreadable("the derivative of a matrix by a matrix")
        return result.swapaxes(-1, -2) if choice.transpose else result


def real(value):
    """A value without the imaginary part that a step may have left in it."""
    return value.real if np.iscomplexobj(value) else value


def shape_of(value):
    return "x".join(map(str, value.shape[-2:]))
