"""What the tests of the package share: independent truths, and arrays for Hypothesis to draw."""

from decimal import Context, Decimal

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

# the same examples at every run, and nothing left on the disk
settings.register_profile("book", deadline=None, derandomize=True, database=None, max_examples=60)
settings.load_profile("book")

EXACT = Context(prec=400, Emin=-(10**15), Emax=10**15)


def arrays(bound=None, dtype=np.float64, min_dims=1, max_dims=3, max_side=5):
    """Arrays of at least one entry, of numbers up to `bound`, or of any finite floats."""
    width = np.dtype(dtype).itemsize * 8
    limits = {} if bound is None else {"min_value": -bound, "max_value": bound}
    elements = st.floats(allow_nan=False, allow_infinity=False, width=width, **limits)
    shapes = hnp.array_shapes(min_dims=min_dims, max_dims=max_dims, min_side=1, max_side=max_side)
    return hnp.arrays(dtype, shapes, elements=elements)


def exact(number):
    """A float as a decimal, all its digits kept."""
    return Decimal(float(number))


def exact_log_softmax(row):
    """The logarithms of a row's shares, computed with four hundred digits (a share may be 1e-323 short of one) and rounded once."""
    scores = [exact(score) for score in row]
    top = max(scores)
    rest = Decimal(0)
    for score in scores:
        difference = EXACT.subtract(score, top)
        if difference > -3000:
            rest = EXACT.add(rest, EXACT.exp(difference))
    log_sum = EXACT.ln(rest)
    lowest = Decimal(float(np.finfo(np.float64).min))
    return np.array([float(max(EXACT.subtract(EXACT.subtract(score, top), log_sum), lowest)) for score in scores])


def exact_sigmoid(score):
    """The sigmoid of one number, and its slope, rounded once."""
    if score < -3000:
        return 0.0, 0.0
    if score > 3000:
        return 1.0, 0.0
    e = EXACT.exp(-exact(score))
    whole = EXACT.add(1, e)
    return float(EXACT.divide(1, whole)), float(EXACT.divide(e, EXACT.multiply(whole, whole)))


def close(a, b, rtol=1e-9, atol=0.0):
    """Whether two arrays have one shape and agree in every entry."""
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=rtol, atol=atol)


def shares(rng, *shape):
    """Random rows that sum to one."""
    return rng.dirichlet(np.ones(shape[-1]), size=shape[:-1])
