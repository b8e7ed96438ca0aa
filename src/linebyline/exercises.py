"""Check a reader's answer, and name the slip it looks like."""

from dataclasses import dataclass

import numpy as np

from linebyline.validation import as_floats


@dataclass(frozen=True)
class Verdict:
    """What became of an answer: ``"open"``, ``"right"`` or ``"wrong"``, and why."""

    status: str
    message: str

    def __repr__(self):
        return {"open": "? ", "right": "OK  ", "wrong": "NO  "}[self.status] + self.message


def check_answer(answer, expected, slips=None, *, rtol=1e-6):
    """Compare an answer with the truth.

    Parameters
    ----------
    answer : ``...``, number, array_like of float, bool or str
        The reader's answer; ``...`` means that there is none yet.
    expected : of the same kind
        The truth, computed, not typed.
    slips : dict, optional
        ``{"what was done wrong": the value that leaves}``: a wrong answer that
        equals one of these gets its name.
    rtol : float
        How large a relative error may be.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        If a slip leaves the right value, so that it could not be told apart.

    Examples
    --------
    >>> check_answer(..., 0.25)
    ? no answer yet: replace the three dots
    >>> check_answer(0.5, 0.25, slips={"the factor 1/2 is missing": 0.5})
    NO  not yet: the factor 1/2 is missing
    >>> check_answer(0.25, 0.25)
    OK  right
    """
    for slip, value in (slips or {}).items():
        if _same(value, expected, rtol):
            raise ValueError(f"slips: expected values that differ from the right one, but {slip!r} leaves it unchanged")
    if answer is ...:
        return Verdict("open", "no answer yet: replace the three dots")
    if _same(answer, expected, rtol):
        return Verdict("right", "right")
    for slip, value in (slips or {}).items():
        if _same(answer, value, rtol):
            return Verdict("wrong", f"not yet: {slip}")
    if not _is_word(answer) and not _is_word(expected) and np.shape(answer) != np.shape(expected):
        return Verdict("wrong", f"not yet: expected shape {np.shape(expected)}, got {np.shape(answer)}")
    return Verdict("wrong", f"not yet: {answer!r} is none of the usual slips; derive it again, a line at a time")


def _is_word(value):
    return isinstance(value, (str, bool, np.bool_))


def _same(a, b, rtol):
    if _is_word(a) or _is_word(b):
        return _is_word(a) and _is_word(b) and str(a).strip().lower() == str(b).strip().lower()
    a, b = as_floats("answer", np.asarray(a).tolist()), as_floats("expected", np.asarray(b).tolist())
    if a.shape != b.shape:
        return False
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return np.array_equal(a, b)
    size = np.maximum(np.abs(a), np.abs(b))
    return bool((np.abs(a - b) <= rtol * size + 1e-9 * size.max(initial=0) + 1e-15).all())
