"""The digits that ship with the package."""

import numpy as np
import pytest

from linebyline import data
from linebyline.data import load_digits

pytestmark = pytest.mark.filterwarnings("error")


def test_the_digits_are_all_there_in_the_range_promised():
    digits = load_digits(np.random.default_rng(0))
    assert digits.x.shape == (1437, 64) and digits.x_test.shape == (360, 64)
    assert digits.x.dtype == digits.target.dtype == np.float64
    for x, target, labels in ((digits.x, digits.target, digits.labels), (digits.x_test, digits.target_test, digits.labels_test)):
        assert x.min() == 0 and x.max() == 1 and (x * 16 == np.round(x * 16)).all()
        assert target.shape == (len(x), 10) and (target.sum(axis=1) == 1).all() and set(np.unique(target)) == {0, 1}
        assert (target.argmax(axis=1) == labels).all() and set(labels) == set(range(10)) and labels.dtype.kind == "i"


def test_the_counts_of_each_digit_are_those_of_the_uci_set():
    digits = load_digits(np.random.default_rng(0))
    counts = np.bincount(np.concatenate([digits.labels, digits.labels_test]))
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_seed_decides_which_digits_are_set_aside_and_nothing_is_lost():
    first, again, other = (load_digits(np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert (first.x == again.x).all() and (first.labels_test == again.labels_test).all()
    assert (first.labels_test != other.labels_test).any()
    everything = [np.sort(np.concatenate([d.x, d.x_test]).sum(axis=1)) for d in (first, other)]
    assert (everything[0] == everything[1]).all()


def test_each_picture_keeps_its_label():
    first, other = (load_digits(np.random.default_rng(seed)) for seed in (0, 1))
    known = {pixels.tobytes(): label for pixels, label in zip(first.x, first.labels)}
    again = [known[pixels.tobytes()] == label for pixels, label in zip(other.x, other.labels) if pixels.tobytes() in known]
    assert len(again) > 1000 and all(again)
    # a zero is hollow: the middle of its picture is empty
    middle = first.x[first.labels == 0].reshape(-1, 8, 8)[:, 3:5, 3:5].mean()
    assert middle < 0.15 < first.x[first.labels == 8].reshape(-1, 8, 8)[:, 3:5, 3:5].mean()


@pytest.mark.parametrize("rng", [None, 0, np.random.RandomState(0)])
def test_only_a_generator_is_a_generator(rng):
    with pytest.raises(TypeError, match=r"^rng: expected a random generator such as np\.random\.default_rng\(0\), got " + type(rng).__name__ + "$"):
        load_digits(rng)


def test_a_damaged_file_is_refused(monkeypatch):
    monkeypatch.setattr(data, "SHA256", "0" * 64)
    with pytest.raises(RuntimeError, match=r"^digits\.npz: expected checksum 000000000000\.\.\., got 089d33176bf6\.\.\.; install the package again$"):
        load_digits(np.random.default_rng(0))
