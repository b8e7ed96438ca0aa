"""The handwritten digits that chapter 13 learns to read, shipped with the package."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO

import numpy as np

SHA256 = "089d33176bf6819a5c6ebd6746c5293713f4e81c2c8fc52b672e6e15faa78f41"
TEST_EXAMPLES = 360


@dataclass(frozen=True)
class Digits:
    """Training and test examples: inputs from 0 to 1, one-hot targets, and the labels."""

    x: np.ndarray
    target: np.ndarray
    labels: np.ndarray
    x_test: np.ndarray
    target_test: np.ndarray
    labels_test: np.ndarray


def load_digits(rng):
    """Load the 8 x 8 handwritten digits and set a fifth of them aside for testing.

    Parameters
    ----------
    rng : numpy.random.Generator
        Shuffles the examples before they are divided.

    Returns
    -------
    Digits
        ``x`` of shape (1437, 64), ``x_test`` of shape (360, 64), one digit a
        row, its pixels row by row; ``target`` and ``target_test`` one-hot with
        ten columns.

    Raises
    ------
    TypeError
        If `rng` is not a random generator.
    RuntimeError
        If the file that ships with the package is damaged.

    Notes
    -----
    Source: E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten
    Digits*, UCI Machine Learning Repository (1998), its test part of 1797
    examples, pixels from 0 to 16; doi.org/10.24432/C50P49, licence CC BY 4.0.

    Examples
    --------
    >>> digits = load_digits(np.random.default_rng(0))
    >>> digits.x.shape, digits.target_test.shape
    ((1437, 64), (360, 10))
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: expected a random generator such as np.random.default_rng(0), got {type(rng).__name__}")
    raw = files("linebyline").joinpath("digits.npz").read_bytes()
    found = hashlib.sha256(raw).hexdigest()
    if found != SHA256:
        raise RuntimeError(f"digits.npz: expected checksum {SHA256[:12]}..., got {found[:12]}...; install the package again")
    with np.load(BytesIO(raw)) as stored:
        order = rng.permutation(len(stored["labels"]))
        x, labels = stored["pixels"][order] / 16, stored["labels"][order].astype(int)
    target = np.eye(10)[labels]
    cut = len(labels) - TEST_EXAMPLES
    return Digits(x[:cut], target[:cut], labels[:cut], x[cut:], target[cut:], labels[cut:])
