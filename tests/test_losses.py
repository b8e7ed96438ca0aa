"""The three losses: values, gradients, the stable forms from the scores, limits, and what they refuse."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from exact import arrays, close, shares
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from linebyline.activations import sigmoid, softmax
from linebyline.gradcheck import complex_step_gradient
from linebyline.losses import (
    binary_cross_entropy,
    binary_cross_entropy_from_net,
    binary_cross_entropy_from_net_gradient,
    binary_cross_entropy_gradient,
    cross_entropy,
    cross_entropy_from_net,
    cross_entropy_from_net_gradient,
    cross_entropy_gradient,
    squared_error,
    squared_error_gradient,
)

pytestmark = pytest.mark.filterwarnings("error")

# name -> (loss, its gradient, how a learner would write one term, whether the arguments are shares of one class)
OF_OUT = {
    "squared_error": (squared_error, squared_error_gradient, lambda o, t: 0.5 * (t - o) ** 2),
    "binary_cross_entropy": (
        binary_cross_entropy,
        binary_cross_entropy_gradient,
        lambda o, t: -(t * np.log(o) + (1 - t) * np.log(1 - o)),
    ),
    "cross_entropy": (cross_entropy, cross_entropy_gradient, lambda o, t: -t * np.log(o)),
}
SLOPES = {
    "squared_error": lambda o, t: o - t,
    "binary_cross_entropy": lambda o, t: (o - t) / (o * (1 - o)),
    "cross_entropy": lambda o, t: -t / o,
}
OUTSIDE = {
    "squared_error": lambda o, t: anp.sum((o - t) ** 2) / 2,
    "binary_cross_entropy": lambda o, t: -anp.sum(t * anp.log(o) + (1 - t) * anp.log(1 - o)),
    "cross_entropy": lambda o, t: -anp.sum(t * anp.log(o)),
}
each_loss = pytest.mark.parametrize("name", OF_OUT)


def example(seed, shape):
    """Outputs and targets inside (0, 1), the rows of both summing to one."""
    rng = np.random.default_rng(seed)
    return shares(rng, *shape), shares(rng, *shape)


shapes = hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=5)
seeds = st.integers(0, 2**32 - 1)


@each_loss
@given(shape=shapes, seed=seeds)
def test_each_loss_is_the_sum_of_its_terms_over_the_units(name, shape, seed):
    out, target = example(seed, shape)
    if shape[-1] == 1 and name == "binary_cross_entropy":
        out, target = out * 0.3, target * 0.6
    loop = np.zeros(shape[:-1])
    for index in np.ndindex(shape):
        loop[index[:-1]] += OF_OUT[name][2](out[index], target[index])
    assert close(OF_OUT[name][0](out, target), loop, rtol=1e-12)


@each_loss
@given(shape=shapes, seed=seeds)
def test_each_gradient_has_three_witnesses(name, shape, seed):
    loss, gradient, _ = OF_OUT[name]
    out, target = example(seed, shape)
    if shape[-1] == 1 and name == "binary_cross_entropy":
        out, target = out * 0.3, target * 0.6
    loop = np.empty(shape)
    for index in np.ndindex(shape):
        loop[index] = SLOPES[name](out[index], target[index])
    assert close(gradient(out, target), loop, rtol=1e-7, atol=1e-12)
    independent = complex_step_gradient(lambda o: loss(o, target).sum(), out)
    assert close(gradient(out, target), independent, rtol=1e-10, atol=1e-14)


@each_loss
def test_each_gradient_agrees_with_an_outside_library(name):
    out, target = example(0, (4,))
    assert close(OF_OUT[name][1](out, target), autograd.grad(OUTSIDE[name])(out, target), rtol=1e-12)


# --- from the scores -----------------------------------------------------------------------


@given(arrays(bound=25), seeds)
def test_the_binary_form_from_the_scores_has_three_witnesses(net, seed):
    target = np.random.default_rng(seed).uniform(size=net.shape)
    loop = np.zeros(net.shape[:-1])
    for index in np.ndindex(net.shape):
        out = 1 / (1 + np.exp(-net[index]))
        loop[index[:-1]] -= target[index] * np.log(out) + (1 - target[index]) * np.log(1 - out)
    assert close(binary_cross_entropy_from_net(net, target), loop, rtol=1e-5)
    assert close(binary_cross_entropy_from_net(net, target), binary_cross_entropy(sigmoid(net), target), rtol=1e-5)
    gradient = binary_cross_entropy_from_net_gradient(net, target)
    independent = complex_step_gradient(lambda z: binary_cross_entropy_from_net(z, target).sum(), net)
    assert close(gradient, independent, rtol=1e-10, atol=1e-15)
    chain = binary_cross_entropy_gradient(sigmoid(net), target) * sigmoid(net) * (1 - sigmoid(net))
    assert close(gradient, chain, rtol=1e-9, atol=1e-15)


@given(arrays(bound=25), seeds)
def test_the_class_form_from_the_scores_has_three_witnesses(net, seed):
    target = shares(np.random.default_rng(seed), *net.shape)
    loop = np.zeros(net.shape[:-1])
    for index in np.ndindex(net.shape):
        row = net[index[:-1]]
        loop[index[:-1]] -= target[index] * (row[index[-1]] - np.log(sum(np.exp(score) for score in row)))
    assert close(cross_entropy_from_net(net, target), loop, rtol=1e-10, atol=1e-13)
    assert close(cross_entropy_from_net(net, target), cross_entropy(softmax(net), target), rtol=1e-10, atol=1e-13)
    gradient = cross_entropy_from_net_gradient(net, target)
    independent = complex_step_gradient(lambda z: cross_entropy_from_net(z, target).sum(), net)
    assert close(gradient, independent, rtol=1e-9, atol=1e-15)
    assert np.allclose(gradient.sum(axis=-1), 0, atol=1e-14, rtol=0)


def test_the_forms_from_the_scores_agree_with_an_outside_library():
    net, target = np.random.default_rng(0).normal(size=5), example(0, (5,))[1]
    binary = autograd.grad(lambda z: anp.sum(anp.log(1 + anp.exp(z)) - target * z))(net)
    classes = autograd.grad(lambda z: anp.log(anp.sum(anp.exp(z))) - anp.sum(target * z))(net)
    assert close(binary_cross_entropy_from_net_gradient(net, target), binary, rtol=1e-12)
    assert close(cross_entropy_from_net_gradient(net, target), classes, rtol=1e-12)


@given(arrays(bound=1e300, max_dims=1), seeds)
def test_no_score_is_too_large_for_the_forms_from_the_scores(net, seed):
    target = shares(np.random.default_rng(seed), *net.shape)
    for function in (binary_cross_entropy_from_net, cross_entropy_from_net):
        assert np.isfinite(function(net, target)) and function(net, target) >= 0
    for function in (binary_cross_entropy_from_net_gradient, cross_entropy_from_net_gradient):
        assert (np.abs(function(net, target)) <= 1).all()


@given(arrays(dtype=np.float32, bound=100), seeds)
def test_every_loss_keeps_single_precision(net, seed):
    target = shares(np.random.default_rng(seed), *net.shape).astype(np.float32)
    out = softmax(net)
    for function, first in (
        (squared_error, net), (squared_error_gradient, net), (binary_cross_entropy, out), (cross_entropy, out),
        (binary_cross_entropy_from_net, net), (binary_cross_entropy_from_net_gradient, net),
        (cross_entropy_from_net, net), (cross_entropy_from_net_gradient, net),
    ):
        assert function(first, target).dtype == np.float32


# --- limits --------------------------------------------------------------------------------


def test_saturated_scores_cost_exactly_what_they_are_off():
    assert binary_cross_entropy_from_net([1000.0, -1000.0], [0.0, 1.0]) == 2000
    assert binary_cross_entropy_from_net([1000.0, -1000.0], [1.0, 0.0]) == 0
    assert cross_entropy_from_net([1000.0, -1000.0], [0.0, 1.0]) == 2000
    assert cross_entropy_from_net([1000.0, -1000.0], [1.0, 0.0]) == 0
    assert binary_cross_entropy_from_net_gradient([1000.0, -1000.0], [0.0, 1.0]).tolist() == [1, -1]
    assert cross_entropy_from_net_gradient([1000.0, -1000.0], [0.0, 1.0]).tolist() == [1, -1]


def test_scores_of_zero_cost_a_fair_guess():
    assert np.isclose(binary_cross_entropy_from_net(np.zeros(3), [0.0, 1.0, 0.5]), 3 * np.log(2), rtol=1e-15, atol=0)
    assert np.isclose(cross_entropy_from_net(np.zeros(3), [0.0, 1.0, 0.0]), np.log(3), rtol=1e-15, atol=0)


def test_a_small_loss_of_a_confident_right_score_keeps_its_digits():
    assert np.isclose(binary_cross_entropy_from_net([40.0], [1.0]), np.exp(-40.0), rtol=1e-14, atol=0)
    assert np.isclose(cross_entropy_from_net([40.0, 0.0], [1.0, 0.0]), np.exp(-40.0), rtol=1e-14, atol=0)


def test_certain_outputs_cost_nothing_if_right_and_everything_if_wrong():
    assert binary_cross_entropy([0.0, 1.0], [0.0, 1.0]) == 0
    assert binary_cross_entropy([0.0, 1.0], [0.0, 0.5]) == np.inf
    assert binary_cross_entropy([0.0], [1e-9]) == np.inf
    assert cross_entropy([0.0, 1.0], [0.0, 1.0]) == 0
    assert cross_entropy([0.0, 1.0], [0.5, 0.5]) == np.inf


def test_a_share_of_zero_without_a_target_has_no_slope():
    assert cross_entropy_gradient([0.0, 0.5, 0.5], [0.0, 1.0, 0.0]).tolist() == [0, -2, 0]


def test_one_unit_is_enough():
    assert squared_error([3.0], [1.0]) == 2 and squared_error_gradient([3.0], [1.0]).tolist() == [2]
    assert binary_cross_entropy([0.5], [0.5]) == np.log(2) and binary_cross_entropy_gradient([0.5], [0.5]).tolist() == [0]
    assert cross_entropy([1.0], [1.0]) == 0 and cross_entropy_gradient([0.5], [1.0]).tolist() == [-2]
    assert cross_entropy_from_net([7.0], [1.0]) == 0 and cross_entropy_from_net_gradient([7.0], [1.0]).tolist() == [0]


def test_the_losses_are_lowest_at_the_target_and_the_cross_entropies_end_at_its_entropy():
    target = np.array([0.01, 0.99])
    assert squared_error(target, target) == 0
    assert np.isclose(cross_entropy(target, target), 0.0560015344, rtol=1e-9, atol=0)
    assert np.isclose(binary_cross_entropy(target, target), 0.112003069, rtol=1e-8, atol=0)
    assert np.allclose(binary_cross_entropy_gradient(target, target), 0, atol=1e-15, rtol=0)


def test_the_published_saturation_example():
    # z = (10, 0) and the second class is right: squares hardly notice, the likelihood does
    out, target = softmax([10.0, 0.0]), np.array([0.0, 1.0])
    squares = out[0] * ((out - target)[0] - (out - target) @ out)
    assert np.isclose(squares, 9.1e-05, rtol=1e-2, atol=0)
    assert np.isclose(cross_entropy_from_net_gradient([10.0, 0.0], target)[0], 0.99995, rtol=1e-5, atol=0)


# --- at the door ---------------------------------------------------------------------------

PAIRS = {
    function.__name__: function
    for function in (
        squared_error, squared_error_gradient, binary_cross_entropy, binary_cross_entropy_gradient, cross_entropy, cross_entropy_gradient,
        binary_cross_entropy_from_net, binary_cross_entropy_from_net_gradient, cross_entropy_from_net, cross_entropy_from_net_gradient,
    )
}
each_function = pytest.mark.parametrize("name", PAIRS)


def first_argument(name):
    return "net" if "from_net" in name else "out"


@each_function
def test_each_function_refuses_labels_and_says_how_to_make_them_one_hot(name):
    with pytest.raises(ValueError, match=r"target: expected shape \(2, 3\), got \(2,\); if these are class labels.*np\.eye\(3\)\[label\]"):
        PAIRS[name](np.full((2, 3), 1 / 3), [0.0, 2.0])
    with pytest.raises(ValueError, match=r"make them one-hot: np\.eye\(4\)\[label\]$"):
        PAIRS[name](np.full((2, 3, 4), 1 / 4), np.zeros((2, 3)))
    with pytest.raises(TypeError, match=r"target: expected floats, got an array of int64; convert it with target\.astype\(float\)"):
        PAIRS[name](np.full((2, 3), 1 / 3), np.array([0, 2]))


@each_function
def test_each_function_refuses_other_shapes_nan_infinity_and_no_units(name):
    first = first_argument(name)
    with pytest.raises(ValueError, match=rf"{first} and target: expected the same shape, got \(2,\) and \(3,\)"):
        PAIRS[name]([0.5, 0.5], [0.0, 1.0, 0.0])
    with pytest.raises(ValueError, match=rf"{first}: expected numbers, got NaN"):
        PAIRS[name]([np.nan, 0.5], [0.0, 1.0])
    with pytest.raises(ValueError, match="target: expected numbers, got NaN"):
        PAIRS[name]([0.5, 0.5], [np.nan, 1.0])
    with pytest.raises(ValueError, match=rf"{first}: expected finite numbers, got inf"):
        PAIRS[name]([np.inf, 0.5], [0.0, 1.0])
    with pytest.raises(ValueError, match="target: expected finite numbers, got inf"):
        PAIRS[name]([0.5, 0.5], [0.0, np.inf])
    with pytest.raises(ValueError, match=rf"{first}: expected at least one unit"):
        PAIRS[name]([], [])
    with pytest.raises(ValueError, match=rf"{first}: expected at least one axis"):
        PAIRS[name](0.5, 1.0)
    with pytest.raises(TypeError, match=rf"{first}: expected floats, got an array of int"):
        PAIRS[name](np.array([0, 1]), [0.0, 1.0])


@pytest.mark.parametrize("name", [name for name in PAIRS if name.startswith("cross_entropy")])
def test_the_class_losses_refuse_targets_that_do_not_sum_to_one(name):
    with pytest.raises(ValueError, match=r"target: expected numbers that sum to one along the last axis, got a sum of 0\.9; give one target per"):
        PAIRS[name]([0.5, 0.5], [0.4, 0.5])
    with pytest.raises(ValueError, match="target: expected probabilities, got -0.5, which is below zero"):
        PAIRS[name]([0.5, 0.5], [1.5, -0.5])


@pytest.mark.parametrize("name", ["binary_cross_entropy", "binary_cross_entropy_gradient", "cross_entropy", "cross_entropy_gradient"])
def test_the_likelihoods_refuse_outputs_that_are_no_probabilities(name):
    with pytest.raises(ValueError, match="out: expected numbers from 0 to 1, got 1.5"):
        PAIRS[name]([0.5, 1.5], [0.0, 1.0])
    with pytest.raises(ValueError, match="out: expected numbers from 0 to 1, got -0.1"):
        PAIRS[name]([-0.1, 0.5], [0.0, 1.0])


@pytest.mark.parametrize("name", [name for name in PAIRS if name.startswith("binary")])
def test_the_binary_losses_refuse_targets_outside_zero_and_one(name):
    with pytest.raises(ValueError, match="target: expected numbers from 0 to 1, got 2"):
        PAIRS[name]([0.5, 0.5], [2.0, 1.0])


def test_the_gradients_refuse_certain_outputs_and_name_the_way_round():
    for out in ([0.0, 0.5], [0.5, 1.0]):
        with pytest.raises(ValueError, match=r"exactly 0 or 1; use binary_cross_entropy_from_net_gradient\(net, target\)"):
            binary_cross_entropy_gradient(out, [0.0, 1.0])
    words = r"^out: expected a share above 0 wherever there is a target, got 0; use cross_entropy_from_net_gradient\(net, target\)$"
    with pytest.raises(ValueError, match=words):
        cross_entropy_gradient([0.0, 1.0], [0.5, 0.5])
