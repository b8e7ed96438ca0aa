"""The door: what is let in, as what, and what is refused with which words."""

import numpy as np
import pytest
from exact import arrays
from hypothesis import given

from linebyline.validation import as_finite, as_floats, require_same_shape, require_sum_to_one, require_units

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    ("given_value", "dtype"),
    [
        (1, np.float64), (1.5, np.float64), (True, np.float64), ([1, 2], np.float64), ([True, False], np.float64),
        (np.float32(1), np.float32), (np.ones(2, np.float32), np.float32), (np.ones(2, np.float16), np.float64),
        (np.ones(2, np.longdouble), np.float64), (1j, np.complex128), (np.ones(2, np.complex64), np.complex128), ([], np.float64),
    ],
)
def test_numbers_come_out_as_floats_or_complex(given_value, dtype):
    array = as_floats("x", given_value)
    assert isinstance(array, np.ndarray) and array.dtype == dtype and array.shape == np.shape(given_value)
    assert (array == np.asarray(given_value)).all()


@given(arrays())
def test_an_array_of_floats_is_passed_on_without_a_copy(x):
    assert as_floats("x", x) is x and as_finite("x", x) is x


@pytest.mark.parametrize("value", [np.array([1, 2]), np.array([1, 2], np.uint8), np.array([True]), np.int64(3), np.bool_(True)])
def test_arrays_of_integers_and_booleans_are_refused_since_they_cut_off_fractions(value):
    with pytest.raises(TypeError, match=rf"^net: expected floats, got an array of {value.dtype}; convert it with net\.astype\(float\)$"):
        as_floats("net", value)


@pytest.mark.parametrize(("value", "kind"), [("abc", "str"), ([None], "list"), ({"a": 1}, "dict"), (None, "NoneType"), ([object()], "list")])
def test_what_is_not_a_number_is_refused(value, kind):
    with pytest.raises(TypeError, match=rf"^x: expected numbers, got {kind} of "):
        as_floats("x", value)


def test_rows_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="^x: expected a rectangular array of numbers, got rows of unequal length$"):
        as_floats("x", [[1, 2], [3]])


def test_nan_is_refused_with_its_place():
    with pytest.raises(ValueError, match=r"^x: expected numbers, got NaN at index \(1, 0\); look for it upstream$"):
        as_floats("x", [[0.0, 1.0], [np.nan, np.nan]])
    with pytest.raises(ValueError, match=r"got NaN at index \(\)"):
        as_floats("x", np.nan)


def test_infinity_is_a_float_but_not_finite():
    assert as_floats("x", [np.inf]).tolist() == [np.inf]
    with pytest.raises(ValueError, match=r"^x: expected finite numbers, got -inf at index \(1,\)$"):
        as_finite("x", [0.0, -np.inf])
    with pytest.raises(ValueError, match="expected numbers, got NaN"):
        as_finite("x", [np.nan])


def test_a_layer_has_an_axis_and_a_unit():
    require_units("x", np.zeros((0, 1)))
    with pytest.raises(ValueError, match=r"^x: expected at least one axis \(the units of a layer\), got the single number 2\.0$"):
        require_units("x", np.array(2.0))
    with pytest.raises(ValueError, match=r"^x: expected at least one unit along the last axis, got shape \(3, 0\)$"):
        require_units("x", np.zeros((3, 0)))


def test_shapes_must_agree():
    require_same_shape("a", np.zeros((2, 3)), "b", np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"^a and b: expected the same shape, got \(3,\) and \(1, 3\)$"):
        require_same_shape("a", np.zeros(3), "b", np.zeros((1, 3)))


@pytest.mark.parametrize(("dtype", "inside", "outside"), [(np.float64, 9e-7, 1.1e-6), (np.float32, 9e-5, 1.2e-4)])
def test_a_sum_may_be_off_by_rounding_only(dtype, inside, outside):
    for sign in (1, -1):
        require_sum_to_one("t", np.array([0.5, 0.5 + sign * inside], dtype), "do better")
        with pytest.raises(ValueError, match=r"^t: expected numbers that sum to one along the last axis, got a sum of .*; do better$"):
            require_sum_to_one("t", np.array([[0.5, 0.5], [0.5, 0.5 + sign * outside]], dtype), "do better")


def test_the_first_sum_that_is_off_is_shown_and_nothing_may_be_negative():
    with pytest.raises(ValueError, match="got a sum of 0.7; "):
        require_sum_to_one("t", np.array([[0.5, 0.5], [0.5, 0.2], [3.0, 3.0]]), "")
    with pytest.raises(ValueError, match="^t: expected probabilities, got -1, which is below zero; do better$"):
        require_sum_to_one("t", np.array([2.0, -1.0]), "do better")


def test_only_the_real_part_of_complex_numbers_must_sum_to_one():
    require_sum_to_one("t", np.array([0.5 + 1j, 0.5]), "")
