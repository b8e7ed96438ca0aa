"""The tools that check a gradient, checked: right to the digits promised, and impossible to satisfy with a mistake."""

from dataclasses import replace

import numpy as np
import pytest
from exact import arrays, close, shares
from hypothesis import given
from hypothesis import strategies as st

from linebyline.activations import softmax
from linebyline.gradcheck import (
    COMPLEX_STEP,
    DEFAULT_STEP,
    Entry,
    GradientMismatch,
    GradientReport,
    check_gradients,
    complex_step_gradient,
    numerical_gradient,
)
from linebyline.losses import cross_entropy_from_net
from linebyline.network import QUESTION_TARGET, QUESTION_X, Network, question_network, random_network

pytestmark = pytest.mark.filterwarnings("error")


def wave(x):
    return (np.sin(x) * x**2).sum()


def wave_gradient(x):
    return np.cos(x) * x**2 + np.sin(x) * 2 * x


@given(arrays(bound=3))
def test_the_complex_step_is_right_to_the_last_digits(x):
    assert close(complex_step_gradient(wave, x), wave_gradient(x), rtol=1e-13, atol=1e-14)


@given(arrays(bound=3))
def test_central_differences_are_right_to_about_nine_digits(x):
    assert close(numerical_gradient(wave, x), wave_gradient(x), rtol=1e-8, atol=1e-9)


def test_the_gradient_has_the_shape_of_its_argument_down_to_a_single_number():
    for gradient in (numerical_gradient, complex_step_gradient):
        assert gradient(lambda x: x**2, 3.0).shape == () and np.isclose(gradient(lambda x: x**2, 3.0), 6, rtol=1e-9, atol=0)
        assert gradient(wave, np.ones((2, 3, 1))).shape == (2, 3, 1)
        assert close(gradient(lambda x: x @ [1.0, 2.0], [5, 6]), [1, 2], rtol=1e-9)


def test_the_argument_is_not_changed():
    x = np.array([1.0, 2.0])
    for gradient in (numerical_gradient, complex_step_gradient):
        gradient(wave, x)
        assert x.tolist() == [1, 2]


def test_the_steps_default_to_where_each_method_is_best():
    assert DEFAULT_STEP == np.finfo(float).eps ** (1 / 3) and COMPLEX_STEP < 1e-20
    errors = {step: abs(numerical_gradient(wave, [1.0], step)[0] / wave_gradient(1.0) - 1) for step in (1e-2, DEFAULT_STEP, 1e-11)}
    assert errors[DEFAULT_STEP] < errors[1e-2] / 1e3 and errors[DEFAULT_STEP] < errors[1e-11] / 1e3
    assert abs(complex_step_gradient(wave, [1.0], 1e-2)[0] / wave_gradient(1.0) - 1) > 1e-6


def test_the_difference_is_a_central_one_of_the_step_given():
    # for a cube what is left is the square of the step, whatever the place
    assert close(numerical_gradient(lambda x: (x**3).sum(), [2.0, -1.0], 0.1), [12.01, 3.01], rtol=1e-12)
    assert close(complex_step_gradient(lambda x: (x**3).sum(), [2.0], 0.1), [12 - 0.01], rtol=1e-12)


def test_single_precision_is_differentiated_in_double():
    x = np.array([1000.0], np.float32)
    assert close(numerical_gradient(lambda z: (z**2).sum(), x), [2000], rtol=1e-6)
    assert numerical_gradient(wave, x).dtype == complex_step_gradient(wave, x).dtype == np.float64


@pytest.mark.parametrize("gradient", [numerical_gradient, complex_step_gradient])
def test_both_tools_refuse_what_they_cannot_differentiate(gradient):
    for step in (0, -1e-5, np.nan):
        with pytest.raises(ValueError, match="step: expected a number above 0, got"):
            gradient(wave, [1.0], step)
    with pytest.raises(ValueError, match=r"f: expected one number, got an array of shape \(2,\); sum it, or differentiate one entry at a time"):
        gradient(lambda x: x, [1.0, 2.0])
    with pytest.raises(TypeError, match="x: expected floats, got an array of int64"):
        gradient(wave, np.array([1, 2]))
    with pytest.raises(ValueError, match="x: expected finite numbers, got inf"):
        gradient(wave, [np.inf])


def test_the_difference_refuses_a_step_that_rounds_away():
    with pytest.raises(ValueError, match=r"step: expected one that is not rounded away at x = 1000000000000\.0, got .*; use complex_step_gradient"):
        numerical_gradient(wave, [1.0, 1e12])


def test_the_complex_step_refuses_a_function_that_drops_the_imaginary_part():
    for drops in (lambda x: abs(x[0]), lambda x: x[0].real, lambda x: float(np.abs(x).sum())):
        words = r"^f: expected a complex number for a complex argument, got a real one; look for float\(\), \.real or abs\(\) in it$"
        with pytest.raises(TypeError, match=words):
            complex_step_gradient(drops, [1.0])


# --- check_gradients -----------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1), st.sampled_from(["sum", "mean"]), st.booleans())
def test_right_gradients_pass_whatever_the_network(seed, reduction, shared):
    rng = np.random.default_rng(seed)
    network = random_network((2, 3, 2), ["softmax", "sigmoid"], rng=rng, shared_bias=shared, reduction=reduction)
    report = check_gradients(network, rng.normal(size=(3, 2)), shares(rng, 3, 2), verbose=False)
    assert report.ok and report.worst.relative_error < 1e-8
    assert len(report.entries) == (14 if shared else 17)


def test_every_entry_of_every_block_is_checked_by_its_own_name():
    network = question_network(shared_bias=False)
    right = network.backward(QUESTION_X, QUESTION_TARGET)
    names = [entry.index for entry in check_gradients(network, QUESTION_X, QUESTION_TARGET, verbose=False).entries]
    assert names == [
        "W[0][0, 0]", "W[0][0, 1]", "W[0][1, 0]", "W[0][1, 1]", "b[0][0]", "b[0][1]",
        "W[1][0, 0]", "W[1][0, 1]", "W[1][1, 0]", "W[1][1, 1]", "b[1][0]", "b[1][1]",
    ]  # fmt: skip
    shared = [entry.index for entry in check_gradients(question_network(), QUESTION_X, QUESTION_TARGET, verbose=False).entries]
    assert shared[4::5] == ["b[0]", "b[1]"]
    for kind in ("W", "b"):
        for layer in (0, 1):
            for index in np.ndindex(getattr(right, kind)[layer].shape):
                blocks = [block.copy() for block in getattr(right, kind)]
                blocks[layer][index] *= 1 + 1e-6
                name = f"{kind}[{layer}][{', '.join(map(str, index))}]"
                with pytest.raises(GradientMismatch) as caught:
                    check_gradients(network, QUESTION_X, QUESTION_TARGET, gradient=replace(right, **{kind: tuple(blocks)}), verbose=False)
                assert str(caught.value).startswith(f"{name}: ours is ") and caught.value.report.worst.index == name
                assert not caught.value.report.ok and isinstance(caught.value, AssertionError)


def test_the_message_shows_both_numbers_the_error_and_what_to_do():
    network = question_network()
    right = network.backward(QUESTION_X, QUESTION_TARGET)
    turned = replace(right, W=(right.W[0] * [[-1, 1], [1, 1]], right.W[1]))
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(network, QUESTION_X, QUESTION_TARGET, gradient=turned, rtol=1e-3, verbose=False)
    assert str(caught.value) == (
        "W[0][0, 0]: ours is -0.000438567734474, the independent derivative is 0.000438567734474: relative error 2.0e+00, allowed 1e-03. "
        "Derive this entry again; diagnose_value can name the likely slip."
    )


def test_a_batch_mean_where_a_sum_is_due_is_caught_although_the_first_entry_is_right():
    rng = np.random.default_rng(0)
    network = random_network((2, 3, 2), ["sigmoid", "sigmoid"], rng=rng)
    x, target = rng.normal(size=(4, 2)), rng.uniform(size=(4, 2))
    right = network.backward(x, target)
    planted = replace(right, b=tuple(delta.mean(axis=0) for delta in right.delta))
    with pytest.raises(GradientMismatch, match=r"^b\[0\]\[0\]: .* relative error 7\.5e-01"):
        check_gradients(network, x, target, gradient=planted, verbose=False)


def test_a_gradient_that_is_zero_but_for_rounding_passes_and_a_lost_one_does_not():
    network = question_network(hidden="softmax", output="softmax")  # its hidden gradients are zero
    assert check_gradients(network, QUESTION_X, QUESTION_TARGET, verbose=False).ok
    network = question_network(hidden="softmax")  # w1's is -6e-05
    right = network.backward(QUESTION_X, QUESTION_TARGET)
    with pytest.raises(GradientMismatch):
        check_gradients(network, QUESTION_X, QUESTION_TARGET, gradient=replace(right, W=(0 * right.W[0], right.W[1])), verbose=False)


def test_where_nothing_matters_zeros_are_right_and_anything_else_is_not():
    network = Network([[[1.0]]], [[0.0]], ["softmax"])
    report = check_gradients(network, [1.0], [1.0], verbose=False)
    assert report.ok and report.worst.relative_error == 0
    right = network.backward([1.0], [1.0])
    with pytest.raises(GradientMismatch):
        check_gradients(network, [1.0], [1.0], gradient=replace(right, b=(np.array([1e-30]),)), verbose=False)


def test_the_relative_error_is_measured_against_the_larger_number_and_never_below_a_millionth_of_the_largest():
    network = Network([[[1.0, 1.0]]], [[0.0]], ["identity"])
    right = network.backward([1.0, 0.0], [0.0])  # gradients 1 and 0
    off = replace(right, W=(np.array([[2.0, 1e-8]]),))
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(network, [1.0, 0.0], [0.0], gradient=off, verbose=False)
    assert close([entry.relative_error for entry in caught.value.report.entries], [0.5, 0.01, 0], rtol=1e-12)
    smaller = replace(right, W=(np.array([[0.5, 0.0]]),))
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(network, [1.0, 0.0], [0.0], gradient=smaller, verbose=False)
    assert caught.value.report.worst.relative_error == 0.5


def test_the_tolerance_is_the_one_given_and_default_1e_7():
    network = question_network()
    right = network.backward(QUESTION_X, QUESTION_TARGET)
    for off, allowed, passes in ((5e-8, {}, True), (2e-7, {}, False), (2e-7, {"rtol": 1e-6}, True)):
        gradient = replace(right, W=(right.W[0] * (1 + off), right.W[1]))
        try:
            assert check_gradients(network, QUESTION_X, QUESTION_TARGET, gradient=gradient, verbose=False, **allowed).ok and passes
        except GradientMismatch:
            assert not passes


def test_the_table_is_printed_before_the_verdict_unless_not_wanted(capsys):
    network = question_network()
    report = check_gradients(network, QUESTION_X, QUESTION_TARGET)
    printed = capsys.readouterr().out
    assert printed == str(report) + "\n"
    assert printed.splitlines()[0].split() == ["index", "ours", "independent", "rel.", "error"]
    assert printed.splitlines()[1].startswith("W[0][0, 0]      +4.385677344743e-04    +4.385677344743e-04")
    assert len(printed.splitlines()) == 11 and len({len(line) for line in printed.splitlines()}) == 1
    check_gradients(network, QUESTION_X, QUESTION_TARGET, verbose=False)
    assert capsys.readouterr().out == ""
    right = network.backward(QUESTION_X, QUESTION_TARGET)
    with pytest.raises(GradientMismatch):
        check_gradients(network, QUESTION_X, QUESTION_TARGET, gradient=replace(right, b=(right.b[0], 2 * right.b[1])))
    assert "+2.008006502240e-01" in capsys.readouterr().out


def test_a_long_table_is_cut_but_always_shows_the_worst_entry():
    entries = tuple(Entry(f"W[{i}]", 1.0, 1.0, 0.5 if i == 17 else 0.0) for i in range(20))
    report = GradientReport(entries, 1e-7)
    lines = report.table().splitlines()
    assert [line.split()[0] for line in lines] == ["index", *(f"W[{i}]" for i in range(12)), "W[17]", "..."]
    assert lines[-1] == "... and 7 more, none worse" and report.worst is entries[17]
    assert report.table(rows=3).splitlines()[-1] == "... and 16 more, none worse"
    assert len(report.table(rows=20).splitlines()) == 21


def test_a_gradient_that_is_not_finite_is_refused_or_counted_as_wrong():
    network = question_network()
    right = network.backward(QUESTION_X, QUESTION_TARGET)
    with pytest.raises(ValueError, match=r"gradient\.W\[0\]: expected numbers, got NaN"):
        check_gradients(network, QUESTION_X, QUESTION_TARGET, gradient=replace(right, W=(right.W[0] * np.nan, right.W[1])))
    with pytest.raises(ValueError, match=r"gradient\.W\[1\]: expected shape \(2, 2\), got \(4,\)"):
        check_gradients(network, QUESTION_X, QUESTION_TARGET, gradient=replace(right, W=(right.W[0], right.W[1].ravel())))
    with pytest.raises(ValueError, match=r"gradient\.b\[0\]: expected shape \(\), got \(2,\)"):
        check_gradients(network, QUESTION_X, QUESTION_TARGET, gradient=replace(right, b=(right.delta[0], right.b[1])))


def test_an_independent_derivative_that_overflowed_is_no_reason_to_pass(monkeypatch):
    def overflow(f, x):
        return complex_step_gradient(f, x) if np.ndim(x) else np.array(np.inf)

    monkeypatch.setattr("linebyline.gradcheck.complex_step_gradient", overflow)
    with pytest.raises(GradientMismatch, match=r"^b\[0\]: .* relative error inf"):
        check_gradients(question_network(), QUESTION_X, QUESTION_TARGET, verbose=False)


def test_the_sum_of_a_softmaxs_outputs_cannot_tell_a_gradient_from_its_opposite():
    net = np.array([0.3, -1.0, 2.0])
    assert np.abs(complex_step_gradient(lambda z: softmax(z).sum(), net)).max() < 1e-16
    assert np.abs(complex_step_gradient(lambda z: softmax(z) @ [1.0, 2.0, 3.0], net)).max() > 0.1
    assert np.abs(complex_step_gradient(lambda z: cross_entropy_from_net(z, [0.0, 0.0, 1.0]), net)).max() > 0.1
