"""Sigmoid and softmax: values, derivatives, limits, and what they refuse."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from exact import arrays, close, exact_log_softmax, exact_sigmoid, shares
from hypothesis import given
from hypothesis import strategies as st

from linebyline.activations import log_softmax, sigmoid, sigmoid_derivative, softmax, softmax_jacobian, softmax_vjp
from linebyline.gradcheck import complex_step_gradient

pytestmark = pytest.mark.filterwarnings("error")

DTYPES = pytest.mark.parametrize("dtype", [np.float64, np.float32])
LARGEST = float(np.finfo(float).max)
SMALLEST = 5e-324
EXTREMES = [0.0, -0.0, SMALLEST, -SMALLEST, 1e-300, 1.0, -1.0, 745.2, -745.2, 1000.0, -1000.0, 1e20, -1e20, LARGEST, -LARGEST]


# --- sigmoid -------------------------------------------------------------------------------


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_sigmoid_and_its_slope_are_right_to_a_few_digits_at_any_float(score):
    out, slope = exact_sigmoid(score)
    # exp rounds its argument by up to 745 / 2**53, so the far tail loses a few digits
    assert np.isclose(sigmoid(score), out, rtol=4e-16, atol=0) if score > -1 else np.isclose(sigmoid(score), out, rtol=1e-15, atol=SMALLEST)
    assert np.isclose(sigmoid_derivative(score), slope, rtol=1e-15, atol=SMALLEST)


@pytest.mark.parametrize("score", EXTREMES)
def test_sigmoid_and_its_slope_are_right_at_extreme_scores(score):
    out, slope = exact_sigmoid(score)
    assert np.isclose(sigmoid(score), out, rtol=1e-15, atol=SMALLEST)
    assert np.isclose(sigmoid_derivative(score), slope, rtol=1e-15, atol=SMALLEST)


@given(arrays(dtype=np.float32))
def test_sigmoid_of_single_precision_stays_single_and_between_zero_and_one(net):
    out, slope = sigmoid(net), sigmoid_derivative(net)
    assert out.dtype == slope.dtype == np.float32 and out.shape == slope.shape == net.shape
    assert ((out >= 0) & (out <= 1) & (slope >= 0) & (slope <= 0.25 * (1 + 1e-6))).all()
    truth = np.vectorize(lambda score: exact_sigmoid(score)[0])(net)
    assert close(out, truth, rtol=5e-7, atol=1e-45)


@given(arrays(bound=30))
def test_sigmoid_derivative_has_three_witnesses(net):
    loop = np.empty_like(net)
    for i in np.ndindex(net.shape):
        loop[i] = 1 / (1 + np.exp(-net[i])) * (1 - 1 / (1 + np.exp(-net[i])))
    independent = complex_step_gradient(lambda z: sigmoid(z).sum(), net)
    assert close(sigmoid_derivative(net), independent, rtol=1e-12)
    # 1 - out loses the digits of a small slope: this witness is the blunter one
    assert close(sigmoid_derivative(net), loop, rtol=1e-6, atol=1e-15)


def test_sigmoid_derivative_agrees_with_an_outside_library():
    net = np.linspace(-20, 20, 41)
    outside = autograd.elementwise_grad(lambda z: 0.5 * (anp.tanh(z / 2) + 1))(net)
    assert close(sigmoid_derivative(net), outside, rtol=1e-6)


@given(st.floats(-700, 700))
def test_sigmoid_is_point_symmetric_and_its_slope_even(score):
    assert np.isclose(sigmoid(score) + sigmoid(-score), 1, rtol=1e-15, atol=0)
    assert sigmoid_derivative(score) == sigmoid_derivative(-score)


def test_sigmoid_at_its_limits():
    assert sigmoid([-np.inf, -1000.0, 0.0, 1000.0, np.inf]).tolist() == [0, 0, 0.5, 1, 1]
    assert sigmoid_derivative([-np.inf, -1000.0, 0.0, 1000.0, np.inf]).tolist() == [0, 0, 0.25, 0, 0]


def test_sigmoid_of_a_number_is_a_number_and_of_a_list_an_array():
    assert np.ndim(sigmoid(0)) == 0 and isinstance(sigmoid(0), np.floating)
    assert np.ndim(sigmoid_derivative(0.0)) == 0 and isinstance(sigmoid_derivative(0.0), np.floating)
    assert sigmoid([0, 0]).dtype == np.float64


def test_the_slope_survives_where_out_times_one_minus_out_has_rounded_to_zero():
    assert np.isclose(sigmoid_derivative(40.0), np.exp(-40.0), rtol=1e-12, atol=0)
    assert np.isclose(sigmoid_derivative(700.0), np.exp(-700.0), rtol=1e-12, atol=0)


# --- softmax and its logarithm -------------------------------------------------------------


@DTYPES
@given(data=st.data())
def test_softmax_of_any_finite_scores_is_a_distribution(dtype, data):
    net = data.draw(arrays(dtype=dtype))
    out = softmax(net)
    assert out.dtype == dtype and out.shape == net.shape
    assert (out >= 0).all()
    assert np.allclose(out.sum(axis=-1), 1, rtol=0, atol=1e-6 if dtype == np.float32 else 1e-14)


@given(arrays(bound=800, max_dims=1))
def test_softmax_equals_its_definition(net):
    # the definition a learner would write, with the exponents in range
    top = max(net)
    weights = [float(np.exp(score - top)) for score in net]
    loop = [weight / sum(weights) for weight in weights]
    assert close(softmax(net), loop, rtol=1e-13)


@given(arrays(bound=1e5, max_dims=1))
def test_softmax_is_the_exponential_of_its_logarithm(net):
    assert close(softmax(net), np.exp(log_softmax(net)), rtol=1e-10, atol=1e-300)


@given(arrays(max_dims=1))
def test_log_softmax_is_right_to_a_few_digits_wherever_log_of_softmax_is_minus_infinity(net):
    truth, lost = exact_log_softmax(net), softmax(net) == 0
    assert np.isfinite(log_softmax(net)).all() and (log_softmax(net) <= 0).all()
    assert np.allclose(log_softmax(net)[lost], truth[lost], rtol=4 * np.finfo(float).eps, atol=0)


@given(arrays(bound=2000, max_dims=1), st.floats(-1e4, 1e4))
def test_log_softmax_agrees_with_four_hundred_digits(net, shift):
    assert close(log_softmax(net), exact_log_softmax(net), rtol=1e-12, atol=1e-300)
    assert close(log_softmax(net + shift), exact_log_softmax(net + shift), rtol=1e-12, atol=1e-300)


@given(arrays(dtype=np.float32, max_dims=1))
def test_log_softmax_in_single_precision_is_right_where_the_share_is_lost(net):
    out = log_softmax(net)
    lost = softmax(net) == 0
    truth = np.maximum(exact_log_softmax(net), np.finfo(np.float32).min)
    assert out.dtype == np.float32 and np.isfinite(out).all()
    assert np.allclose(out[lost], truth[lost], rtol=4 * np.finfo(np.float32).eps, atol=0)


@pytest.mark.parametrize("first", EXTREMES)
@pytest.mark.parametrize("second", EXTREMES)
def test_softmax_and_its_logarithm_at_every_pair_of_extreme_scores(first, second):
    truth = exact_log_softmax([first, second])
    assert close(log_softmax([first, second]), truth, rtol=1e-15, atol=SMALLEST)
    assert close(softmax([first, second]), np.exp(truth), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("scores", [[1e20, 0.0], [1e20, np.nextafter(1e20, 0)], [LARGEST, -LARGEST], [0.0, -LARGEST], [1e300, 1e299]])
def test_a_score_far_below_the_largest_has_no_share_however_large_both_are(scores):
    assert softmax(scores).tolist() == [1, 0]
    assert log_softmax(scores)[0] == 0 and log_softmax(scores)[1] < -700


def test_the_logarithm_of_an_almost_certain_share_keeps_its_digits():
    assert np.isclose(log_softmax([0.0, -50.0])[0], -np.exp(-50.0), rtol=1e-14, atol=0)
    assert np.isclose(log_softmax([-700.0, 0.0, -700.0])[1], -2 * np.exp(-700.0), rtol=1e-12, atol=0)


def test_minus_infinity_beside_a_finite_score_has_no_share():
    assert softmax([0.0, -np.inf, 0.0]).tolist() == [0.5, 0, 0.5]
    assert log_softmax([0.0, -np.inf]).tolist() == [0, -np.inf]


def test_a_lower_log_share_than_a_float_can_hold_is_the_lowest_float():
    assert log_softmax([LARGEST, -LARGEST]).tolist() == [0, -LARGEST]
    lowest = np.finfo(np.float32).min
    assert log_softmax(np.array([-lowest, lowest])).tolist() == [0, lowest]


@given(arrays(bound=50), st.floats(-1e3, 1e3))
def test_raising_all_scores_together_changes_no_share(net, shift):
    assert close(softmax(net), softmax(net + shift), rtol=1e-11)


@given(arrays(bound=50, min_dims=2, max_dims=2), st.randoms(use_true_random=False))
def test_reordering_the_scores_reorders_the_shares(net, random):
    order = list(range(net.shape[-1]))
    random.shuffle(order)
    assert close(softmax(net[:, order]), softmax(net)[:, order], rtol=1e-14)


@given(arrays(bound=50))
def test_each_row_of_a_batch_is_treated_by_itself(net):
    rows = net.reshape(-1, net.shape[-1])
    for function in (softmax, log_softmax):
        assert close(function(net).reshape(rows.shape), [function(row) for row in rows], rtol=1e-14)


@given(st.floats(-700, 700), st.floats(-700, 700))
def test_a_softmax_of_two_classes_is_a_sigmoid_of_their_difference(first, second):
    assert np.isclose(softmax([first, second])[0], sigmoid(first - second), rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("score", [0.0, 1000.0, -1000.0, LARGEST])
def test_one_unit_has_the_whole_share(score):
    assert softmax([score]).tolist() == [1]
    assert log_softmax([score]).tolist() == [0]
    assert softmax_jacobian([1.0]).tolist() == [[0]]
    assert softmax_vjp([1.0], [3.0]).tolist() == [0]


def test_an_infinite_score_is_allowed_in_a_row_of_its_own_kind_only():
    assert softmax([[0.0, -np.inf], [1.0, 1.0]]).tolist() == [[1, 0], [0.5, 0.5]]


# --- the softmax's derivatives -------------------------------------------------------------


@given(arrays(bound=20, max_dims=1))
def test_softmax_jacobian_has_three_witnesses(net):
    out, n = softmax(net), len(net)
    loop = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            loop[i, j] = out[i] * (1 - out[i]) if i == j else -out[i] * out[j]
    independent = [complex_step_gradient(lambda z, i=i: softmax(z)[i], net) for i in range(n)]
    assert close(softmax_jacobian(out), loop, rtol=1e-14)
    assert close(softmax_jacobian(out), independent, rtol=1e-9, atol=1e-15)  # an output near one has lost what it is short of it


@given(arrays(bound=20, max_dims=1), st.integers(0, 2**32 - 1))
def test_softmax_vjp_has_three_witnesses(net, seed):
    out, upstream = softmax(net), np.random.default_rng(seed).normal(size=len(net))
    loop = np.zeros(len(net))
    for i in range(len(net)):
        for k in range(len(net)):
            loop[i] += upstream[k] * out[k] * ((i == k) - out[i])
    independent = complex_step_gradient(lambda z: softmax(z) @ upstream, net)
    scale = np.abs(upstream).max()
    assert close(softmax_vjp(out, upstream), loop, rtol=1e-9, atol=1e-15 * scale)
    assert close(softmax_vjp(out, upstream), softmax_jacobian(out).T @ upstream, rtol=1e-9, atol=1e-15 * scale)
    assert close(softmax_vjp(out, upstream), independent, rtol=1e-9, atol=1e-15 * scale)


def test_the_softmax_derivatives_agree_with_an_outside_library():
    rng = np.random.default_rng(0)
    net, upstream = rng.normal(size=5), rng.normal(size=5)

    def outside(z):
        e = anp.exp(z)
        return e / anp.sum(e)

    assert close(softmax_jacobian(softmax(net)), autograd.jacobian(outside)(net), rtol=1e-12, atol=1e-16)
    assert close(softmax_vjp(softmax(net), upstream), autograd.grad(lambda z: anp.dot(outside(z), upstream))(net), rtol=1e-12, atol=1e-16)


@given(arrays(bound=30))
def test_the_jacobian_is_symmetric_and_its_rows_and_columns_sum_to_zero(net):
    J = softmax_jacobian(softmax(net))
    assert J.shape == net.shape + net.shape[-1:]
    assert close(J, np.swapaxes(J, -1, -2), rtol=1e-14)
    assert np.allclose(J.sum(axis=-1), 0, atol=1e-15, rtol=0) and np.allclose(J.sum(axis=-2), 0, atol=1e-15, rtol=0)


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_the_jacobian_of_n_scores_has_rank_n_minus_one(n):
    out = softmax(np.random.default_rng(n).normal(size=n))
    assert np.linalg.matrix_rank(softmax_jacobian(out), tol=1e-10) == n - 1


@DTYPES
@given(data=st.data())
def test_the_vjp_sums_to_zero_and_keeps_shape_and_precision(dtype, data):
    net = data.draw(arrays(bound=30, dtype=dtype))
    upstream = np.random.default_rng(0).normal(size=net.shape).astype(dtype)
    sent = softmax_vjp(softmax(net), upstream)
    assert sent.dtype == dtype and sent.shape == net.shape and softmax_jacobian(softmax(net)).dtype == dtype
    assert np.allclose(sent.sum(axis=-1), 0, atol=1e-5 if dtype == np.float32 else 1e-14, rtol=0)


def test_the_same_number_from_everybody_above_moves_nothing():
    out = shares(np.random.default_rng(0), 4, 5)
    assert np.allclose(softmax_vjp(out, np.ones((4, 5))), 0, atol=1e-16, rtol=0)


def test_the_vjp_of_a_batch_is_the_vjp_of_each_row():
    rng = np.random.default_rng(0)
    out, upstream = shares(rng, 2, 3, 4), rng.normal(size=(2, 3, 4))
    assert close(softmax_vjp(out, upstream)[1, 2], softmax_vjp(out[1, 2], upstream[1, 2]), rtol=1e-14)
    assert close(softmax_jacobian(out)[1, 2], softmax_jacobian(out[1, 2]), rtol=1e-14)


def test_the_published_jacobian_example_of_three_classes():
    # z = (2, 1, 0), the third is the target: squared error's delta, and what the elementwise slip leaves
    out, target = softmax([2.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    assert close(softmax_vjp(out, out - target), [0.1628, -0.0430, -0.1198], rtol=2e-3)
    slip = (out - target) * out * (1 - out)
    assert close(slip, [0.1481, 0.0452, -0.0745], rtol=2e-3)


# --- at the door ---------------------------------------------------------------------------

OF_NET = [sigmoid, sigmoid_derivative, softmax, log_softmax]
OF_OUT = [softmax_jacobian, lambda out: softmax_vjp(out, np.zeros(np.shape(out)))]


@pytest.mark.parametrize("function", OF_NET)
def test_every_function_refuses_arrays_of_integers_and_booleans(function):
    with pytest.raises(TypeError, match=r"net: expected floats, got an array of int64; convert it with net\.astype\(float\)"):
        function(np.array([1, 2]))
    with pytest.raises(TypeError, match="got an array of bool"):
        function(np.array([True, False]))


@pytest.mark.parametrize("function", OF_NET)
def test_every_function_refuses_nan_and_what_is_not_a_number(function):
    with pytest.raises(ValueError, match=r"net: expected numbers, got NaN at index \(1,\); look for it upstream"):
        function([0.0, np.nan])
    with pytest.raises(TypeError, match="net: expected numbers, got list of"):
        function(["a", "b"])
    with pytest.raises(ValueError, match="net: expected a rectangular array of numbers, got rows of unequal length"):
        function([[1.0], [1.0, 2.0]])


@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_softmax_refuses_what_has_no_units_or_no_shares(function):
    with pytest.raises(ValueError, match=r"net: expected at least one axis \(the units of a layer\), got the single number 1\.0"):
        function(1.0)
    with pytest.raises(ValueError, match=r"net: expected at least one unit along the last axis, got shape \(0,\)"):
        function([])
    with pytest.raises(ValueError, match=r"got shape \(3, 0\)"):
        function(np.empty((3, 0)))
    with pytest.raises(ValueError, match="^net: expected scores below infinity, got inf; the shares would be inf/inf$"):
        function([0.0, np.inf])
    with pytest.raises(ValueError, match="^net: expected a finite score in every row, got a row of -inf only; the shares would be 0/0$"):
        function([[0.0, 1.0], [-np.inf, -np.inf]])


@pytest.mark.parametrize("function", OF_OUT)
def test_the_derivatives_of_softmax_take_outputs_and_say_so(function):
    with pytest.raises(ValueError, match=r"sum of 3; pass the layer's outputs, softmax\(net\), not its scores"):
        function([1.0, 2.0])
    with pytest.raises(ValueError, match="out: expected probabilities, got -0.5, which is below zero"):
        function([-0.5, 1.5])
    with pytest.raises(ValueError, match="^out: expected at least one unit"):
        function(np.empty((2, 0)))
    with pytest.raises(ValueError, match="^out: expected at least one axis"):
        function(1.0)
    with pytest.raises(TypeError, match="out: expected floats"):
        function(np.array([0, 1]))
    with pytest.raises(ValueError, match=r"out: expected finite numbers, got inf at index \(0,\)"):
        function([np.inf, 0.0])


def test_softmax_vjp_refuses_an_upstream_of_another_shape_or_kind():
    with pytest.raises(ValueError, match=r"out and upstream: expected the same shape, got \(2,\) and \(3,\)"):
        softmax_vjp([0.5, 0.5], [1.0, 1.0, 1.0])
    with pytest.raises(TypeError, match="upstream: expected floats"):
        softmax_vjp([0.5, 0.5], np.array([1, 1]))
    with pytest.raises(ValueError, match="upstream: expected finite numbers, got -inf"):
        softmax_vjp([0.5, 0.5], [1.0, -np.inf])
