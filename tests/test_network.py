"""The network: every published number, three witnesses of its gradients, training, and what it refuses."""

from dataclasses import FrozenInstanceError

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from exact import close, shares
from hypothesis import given
from hypothesis import strategies as st

from linebyline.gradcheck import complex_step_gradient
from linebyline.network import (
    ACTIVATIONS,
    FUSED,
    LOSSES,
    QUESTION_TARGET,
    QUESTION_X,
    WEIGHTS,
    Network,
    question_network,
    random_network,
)

pytestmark = pytest.mark.filterwarnings("error")


def rounds_to(value, text):
    """Whether a number, rounded to as many decimals as were published, is the published one."""
    return f"{value:.{len(text.split('.')[1])}f}" == text


# --- the numbers of the question -----------------------------------------------------------


def test_the_forward_pass_gives_the_published_numbers():
    forward = question_network().forward(QUESTION_X)
    assert close(forward.net[0], [0.3775, 0.3925], rtol=1e-12)
    assert close(forward.out[0], [0.593269992107, 0.596884378260], rtol=1e-11)
    assert close(forward.net[1], [1.105905967060, 1.224921404096], rtol=1e-11)
    assert close(forward.out[1], [0.751365069552, 0.772928465321], rtol=1e-11)
    assert forward.x is QUESTION_X


def test_the_backward_pass_gives_the_published_numbers():
    backward = question_network().backward(QUESTION_X, QUESTION_TARGET)
    assert rounds_to(backward.error, "0.298371109")
    assert close(backward.delta[1], [0.138498561629, -0.038098236517], rtol=1e-10)
    assert close(backward.delta[0], [0.008771354689, 0.009954254705], rtol=1e-9)
    assert close(backward.W[1], [[0.082167040564, 0.082667627848], [-0.022602540477, -0.022740242216]], rtol=1e-10)
    assert close(backward.W[0], [[0.000438567734, 0.000877135469], [0.000497712735, 0.000995425471]], rtol=2e-9)
    assert close(backward.b, [0.018725609395, 0.100400325112], rtol=1e-10)


def test_one_step_gives_the_published_weights_from_the_old_ones():
    network = question_network().step(QUESTION_X, QUESTION_TARGET, 0.5, train_biases=False)
    assert close(network.W[1], [[0.358916479718, 0.408666186076], [0.511301270239, 0.561370121108]], rtol=1e-11)
    assert close(network.W[0], [[0.149780716133, 0.199561432266], [0.249751143632, 0.299502287265]], rtol=1e-11)
    assert network.b == question_network().b
    error = network.error(QUESTION_X, QUESTION_TARGET)
    assert rounds_to(error, "0.291027773694") and not rounds_to(error, "0.291027924")


def test_ten_thousand_steps_give_the_corrected_numbers_and_not_the_published_ones():
    training = question_network().train(QUESTION_X, QUESTION_TARGET, steps=10_000, learning_rate=0.5, train_biases=False)
    assert len(training.errors) == 10_001
    assert np.isclose(training.errors[-1], 0.0000351018778, rtol=1e-8, atol=0)
    assert rounds_to(training.errors[-2], "0.0000351085") and not rounds_to(training.errors[-1], "0.0000351085")
    out = training.network.forward(QUESTION_X).out[1]
    assert close(out, [0.015913620, 0.984064274], rtol=4e-8) and not close(out, [0.015912196, 0.984065734], rtol=1e-6)
    assert close(training.network.b, [0.35, 0.60], rtol=0)


@pytest.mark.parametrize(("shared", "first", "last"), [(False, 0.280471447, 2.44756e-06), (True, 0.285750887, 4.35532e-06)])
def test_with_its_biases_trained_the_network_gets_further(shared, first, last):
    network = question_network(shared_bias=shared)
    training = network.train(QUESTION_X, QUESTION_TARGET, steps=10_000, learning_rate=0.5)
    assert np.isclose(training.errors[1], first, rtol=2e-9, atol=0)
    assert np.isclose(training.errors[-1], last, rtol=2e-6, atol=0)
    assert np.shape(training.network.b[0]) == (() if shared else (2,))


EIGHT = {
    ("sigmoid", "sigmoid", "squared_error"): (
        0.593269992, 0.751365070, 0.772928465, 0.298371109, 0.138498562, -0.038098237, 0.082167041, 4.38567734e-04, 0.018725609, 0.291027774),
    ("sigmoid", "softmax", "squared_error"): (
        0.593269992, 0.470281212, 0.529718788, 0.211858794, 0.229327560, -0.229327560, 0.136053159, -2.76684513e-04, -0.011051619, 0.176484996),
    ("sigmoid", "sigmoid", "cross_entropy"): (
        0.593269992, 0.751365070, 0.772928465, 1.650528532, 0.741365070, -0.217071535, 0.439829649, 2.26835045e-03, 0.096912403, 1.446433739),
    ("sigmoid", "softmax", "cross_entropy"): (
        0.593269992, 0.470281212, 0.529718788, 0.636599157, 0.460281212, -0.460281212, 0.273071031, -5.55330913e-04, -0.022181602, 0.499642023),
    ("softmax", "sigmoid", "squared_error"): (
        0.496250070, 0.735981828, 0.754949675, 0.291149135, 0.141067400, -0.043484466, 0.070004707, -6.09859031e-05, 0, 0.285687048),
    ("softmax", "softmax", "squared_error"): (
        0.496250070, 0.475020813, 0.524979187, 0.216244356, 0.231930098, -0.231930098, 0.115095327, 0, 0, 0.190284400),
    ("softmax", "sigmoid", "cross_entropy"): (
        0.496250070, 0.735981828, 0.754949675, 1.613841534, 0.725981828, -0.235050325, 0.360268533, -3.06814931e-04, 0, 1.471865097),
    ("softmax", "softmax", "cross_entropy"): (
        0.496250070, 0.475020813, 0.524979187, 0.645396660, 0.465020813, -0.465020813, 0.230766611, 0, 0, 0.543968944),
}
each_pair = pytest.mark.parametrize("names", EIGHT, ids="-".join)


@each_pair
def test_all_eight_pairs_give_the_numbers_of_the_table(names):
    network = question_network(*names)
    forward, backward = network.forward(QUESTION_X), network.backward(QUESTION_X, QUESTION_TARGET)
    after = network.step(QUESTION_X, QUESTION_TARGET, 0.5, train_biases=False).error(QUESTION_X, QUESTION_TARGET)
    found = [
        forward.out[0][0], *forward.out[1], backward.error, *backward.delta[1], backward.W[1][0, 0], backward.W[0][0, 0], backward.b[0], after,
    ]
    assert np.allclose(found, EIGHT[names], rtol=0, atol=5.1e-10)
    assert np.isclose(found[7], EIGHT[names][7], rtol=2e-9, atol=1e-16)


@each_pair
def test_two_hidden_softmax_units_get_opposite_gradients(names):
    backward = question_network(*names).backward(QUESTION_X, QUESTION_TARGET)
    assert np.allclose(backward.W[0][0], -backward.W[0][1], rtol=1e-9, atol=1e-16) == (names[0] == "softmax")


def test_the_second_weights_are_not_degenerate_with_two_softmax_layers():
    first = question_network("softmax", "softmax").backward(QUESTION_X, QUESTION_TARGET)
    second = question_network("softmax", "softmax", weights="second").backward(QUESTION_X, QUESTION_TARGET)
    assert np.abs(first.W[0]).max() < 1e-16 < 1e-4 < np.abs(second.W[0]).min()
    assert close(question_network(weights="second").W[1], WEIGHTS["second"][1])


# --- three witnesses -----------------------------------------------------------------------


def loop_backward(network, x, target):
    """The gradients of one example as a learner would write them: one weight at a time, every path followed."""
    forward = network.forward(x)
    values = [forward.x, *forward.out]
    fused = FUSED.get((network.activations[-1], network.loss))
    if fused:
        delta = [None] * (len(network.W) - 1) + [forward.out[-1] - target]
    else:
        delta = [None] * len(network.W)
    for layer in reversed(range(len(network.W))):
        units = len(network.W[layer])
        if delta[layer] is None:
            delta[layer] = np.zeros(units)
            for i in range(units):
                for k in range(units):
                    if layer == len(network.W) - 1:
                        blame = LOSSES[network.loss][1](forward.out[-1], target)[k]
                    else:
                        blame = sum(delta[layer + 1][j] * network.W[layer + 1][j, k] for j in range(len(delta[layer + 1])))
                    delta[layer][i] += blame * slope(network.activations[layer], forward.net[layer], forward.out[layer], k, i)
    W = [np.zeros_like(w) for w in network.W]
    b = [np.zeros_like(v) for v in network.b]
    for layer in range(len(W)):
        for j in range(len(delta[layer])):
            b[layer][() if network.shared_bias else j] += delta[layer][j]
            for i in range(len(values[layer])):
                W[layer][j, i] = delta[layer][j] * values[layer][i]
    return delta, W, b


def slope(name, net, out, k, i):
    """How output k of a layer moves with score i."""
    if name == "softmax":
        return out[k] * ((i == k) - out[i])
    if i != k:
        return 0.0
    return {"sigmoid": out[i] * (1 - out[i]), "tanh": 1 / np.cosh(net[i]) ** 2, "identity": 1.0}[name]


def outside_error(network, x, target):
    """The error written with another library, as a function of the weights and biases."""
    functions = {
        "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
        "softmax": lambda z: anp.exp(z) / anp.sum(anp.exp(z), axis=-1, keepdims=True),
        "tanh": anp.tanh,
        "identity": lambda z: z,
    }
    losses = {
        "squared_error": lambda o: anp.sum((target - o) ** 2) / 2,
        "binary_cross_entropy": lambda o: -anp.sum(target * anp.log(o) + (1 - target) * anp.log(1 - o)),
        "cross_entropy": lambda o: -anp.sum(target * anp.log(o)),
    }

    def error(W, b):
        out = x
        for w, v, name in zip(W, b, network.activations):
            out = functions[name](anp.dot(out, w.T) + v)
        return losses[network.loss](out) / (len(x) if network.reduction == "mean" and np.ndim(x) == 2 else 1)

    return error


@st.composite
def networks(draw):
    """A network of one to four layers, with everything that it can be made of, and a generator."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    names = [draw(st.sampled_from(sorted(ACTIVATIONS))) for _ in sizes[1:]]
    possible = ["squared_error"] + [loss for (name, loss) in FUSED if name == names[-1]]
    return random_network(
        sizes, names, draw(st.sampled_from(possible)), rng=rng, shared_bias=draw(st.booleans()), reduction=draw(st.sampled_from(["sum", "mean"]))
    ), rng


def examples(network, rng, *batch):
    x = rng.normal(size=(*batch, network.W[0].shape[1]))
    return x, shares(rng, *batch, network.W[-1].shape[0])


@given(networks())
def test_the_gradients_of_one_example_have_three_witnesses(drawn):
    network, rng = drawn
    x, target = examples(network, rng)
    ours = network.backward(x, target)
    delta, W, b = loop_backward(network, x, target)
    outside = autograd.grad(outside_error(network, x, target), (0, 1))(list(network.W), list(network.b))
    for layer in range(len(network.W)):
        independent = complex_step_gradient(error_of_W(network, layer, x, target), network.W[layer])
        for found in (W[layer], independent, outside[0][layer]):
            assert close(ours.W[layer], found, rtol=1e-7, atol=1e-13)
        independent = complex_step_gradient(error_of_b(network, layer, x, target), network.b[layer])
        for found in (b[layer], independent, outside[1][layer]):
            assert close(ours.b[layer], found, rtol=1e-7, atol=1e-13)
        assert close(ours.delta[layer], delta[layer], rtol=1e-7, atol=1e-13)


def error_of_W(network, layer, x, target):
    def error(value):
        W = [*network.W[:layer], value, *network.W[layer + 1 :]]
        return Network(W, network.b, network.activations, network.loss, network.shared_bias, network.reduction).error(x, target)

    return error


def error_of_b(network, layer, x, target):
    def error(value):
        b = [*network.b[:layer], value, *network.b[layer + 1 :]]
        return Network(network.W, b, network.activations, network.loss, network.shared_bias, network.reduction).error(x, target)

    return error


@given(networks(), st.integers(1, 5))
def test_a_batch_is_the_sum_or_the_mean_of_its_examples(drawn, count):
    network, rng = drawn
    x, target = examples(network, rng, count)
    ours = network.backward(x, target)
    weight = 1 / count if network.reduction == "mean" else 1
    singles = [network.backward(*example) for example in zip(x, target)]
    assert np.isclose(ours.error, weight * sum(single.error for single in singles), rtol=1e-12, atol=0)
    assert np.isclose(ours.error, network.error(x, target), rtol=1e-15, atol=0)
    for layer in range(len(network.W)):
        assert close(ours.delta[layer], [weight * single.delta[layer] for single in singles], rtol=1e-9, atol=1e-15)
        assert close(ours.W[layer], weight * sum(single.W[layer] for single in singles), rtol=1e-9, atol=1e-14)
        assert close(ours.b[layer], weight * sum(single.b[layer] for single in singles), rtol=1e-9, atol=1e-14)
    outside = autograd.grad(outside_error(network, x, target), (0, 1))(list(network.W), list(network.b))
    for layer in range(len(network.W)):
        assert close(ours.W[layer], outside[0][layer], rtol=1e-7, atol=1e-13)
        assert close(ours.b[layer], outside[1][layer], rtol=1e-7, atol=1e-13)


@given(networks())
def test_forward_is_layer_upon_layer(drawn):
    network, rng = drawn
    x, _ = examples(network, rng)
    forward = network.forward(x)
    below = x
    for layer, (w, v) in enumerate(zip(network.W, network.b)):
        for j in range(len(w)):
            score = sum(w[j, i] * below[i] for i in range(len(below))) + (v if network.shared_bias else v[j])
            assert np.isclose(forward.net[layer][j], score, rtol=1e-9, atol=1e-12)
        below = ACTIVATIONS[network.activations[layer]][0](forward.net[layer])
        assert close(forward.out[layer], below)


def test_every_activation_is_the_function_of_its_name():
    net = np.array([-1.0, 0.5])
    assert close(ACTIVATIONS["identity"][0](net), net) and close(ACTIVATIONS["tanh"][0](net), np.tanh(net))
    assert close(ACTIVATIONS["sigmoid"][0](net), 1 / (1 + np.exp(-net)), rtol=1e-15)
    assert close(ACTIVATIONS["softmax"][0](net), np.exp(net) / np.exp(net).sum(), rtol=1e-15)


def test_the_output_delta_is_that_of_each_example_whatever_the_reduction():
    rng = np.random.default_rng(0)
    network = random_network((2, 3), ["softmax"], "cross_entropy", rng=rng, reduction="mean")
    x, target = examples(network, rng, 4)
    forward = network.forward(x)
    assert close(network.output_delta(forward, target), forward.out[-1] - target, rtol=1e-12)
    assert close(network.backward(x, target).delta[-1], (forward.out[-1] - target) / 4, rtol=1e-12)


def test_a_saturated_network_stays_finite():
    network = Network([[[1000.0], [-1000.0]]], [[0.0, 0.0]], ["softmax"], "cross_entropy")
    backward = network.backward([1.0], [0.0, 1.0])
    assert backward.error == 2000 and backward.delta[0].tolist() == [1, -1]
    network = Network([[[1000.0]]], [[0.0]], ["sigmoid"], "binary_cross_entropy")
    assert network.backward([1.0], [0.0]).error == 1000 and network.backward([1.0], [0.0]).delta[0].tolist() == [1]


def test_one_unit_a_layer_and_one_example_a_batch_are_enough():
    network = random_network((1, 1, 1), ["softmax", "softmax"], "cross_entropy", rng=np.random.default_rng(0))
    backward = network.backward([[0.3]], [[1.0]])
    assert backward.error == 0 and [w.tolist() for w in backward.W] == [[[0]], [[0]]]


def test_single_precision_stays_single():
    W, b = [np.ones((2, 2), np.float32)], [np.zeros(2, np.float32)]
    network = Network(W, b, ["softmax"], "cross_entropy")
    backward = network.backward(np.ones(2, np.float32), np.array([0, 1], np.float32))
    assert backward.W[0].dtype == backward.b[0].dtype == backward.delta[0].dtype == np.float32


def test_lists_are_taken_and_the_network_cannot_be_changed():
    network = Network([[[1, 2]]], [[3]], "identity")
    assert network.W[0].dtype == np.float64 and network.activations == ("identity",)
    assert network.forward([1, 1]).out[-1].tolist() == [6]
    with pytest.raises(FrozenInstanceError):
        network.loss = "cross_entropy"


def test_the_questions_inputs_cannot_be_overwritten():
    for array in (QUESTION_X, QUESTION_TARGET):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    assert QUESTION_X.tolist() == [0.05, 0.10] and QUESTION_TARGET.tolist() == [0.01, 0.99]


# --- training ------------------------------------------------------------------------------


def test_a_step_walks_against_the_gradient_and_leaves_the_old_network_alone():
    network = question_network()
    backward = network.backward(QUESTION_X, QUESTION_TARGET)
    moved = network.step(QUESTION_X, QUESTION_TARGET, 0.1)
    for layer in (0, 1):
        assert close(moved.W[layer], network.W[layer] - 0.1 * backward.W[layer], rtol=1e-15)
        assert close(moved.b[layer], network.b[layer] - 0.1 * backward.b[layer], rtol=1e-15)
    assert network.W[0].tolist() == [[0.15, 0.20], [0.25, 0.30]] and moved.error(QUESTION_X, QUESTION_TARGET) < backward.error
    assert (moved.activations, moved.loss, moved.shared_bias) == (network.activations, network.loss, True)


def test_training_is_step_after_step_and_its_errors_are_those_before_each():
    network = question_network(shared_bias=False)
    training = network.train(QUESTION_X, QUESTION_TARGET, steps=3, learning_rate=0.5)
    errors = []
    for _ in range(3):
        errors.append(network.error(QUESTION_X, QUESTION_TARGET))
        network = network.step(QUESTION_X, QUESTION_TARGET, 0.5)
    errors.append(network.error(QUESTION_X, QUESTION_TARGET))
    assert close(training.errors, errors, rtol=1e-15)
    assert close(training.network.W[0], network.W[0], rtol=1e-15) and close(training.network.b[1], network.b[1], rtol=1e-15)


def test_no_steps_change_nothing():
    training = question_network().train(QUESTION_X, QUESTION_TARGET, steps=0, learning_rate=0.5)
    assert close(training.errors, [0.298371109], rtol=1e-8) and close(training.network.W, question_network().W)


def test_batches_are_drawn_without_repetition_from_the_generator_given():
    rng = np.random.default_rng(0)
    network = random_network((2, 2), ["sigmoid"], rng=rng)
    x, target = examples(network, rng, 6)
    first = network.train(x, target, steps=5, learning_rate=0.1, batch_size=2, rng=np.random.default_rng(1))
    again = network.train(x, target, steps=5, learning_rate=0.1, batch_size=2, rng=np.random.default_rng(1))
    other = network.train(x, target, steps=5, learning_rate=0.1, batch_size=2, rng=np.random.default_rng(2))
    assert close(first.errors, again.errors, rtol=0) and not close(first.errors, other.errors)
    rows = np.random.default_rng(1).choice(6, 2, replace=False)
    assert np.isclose(first.errors[0], network.error(x[rows], target[rows]), rtol=1e-14, atol=0)
    assert np.isclose(first.errors[-1], first.network.error(x, target), rtol=1e-14, atol=0)
    # drawn without repetition, a batch of all is all
    whole = network.train(x, target, steps=1, learning_rate=0.1, batch_size=6, rng=np.random.default_rng(1))
    assert np.isclose(whole.errors[0], network.error(x, target), rtol=1e-12, atol=0)
    single = network.train(x, target, steps=1, learning_rate=0.1, batch_size=1, rng=np.random.default_rng(1))
    assert len(single.errors) == 2


def test_progress_is_reported_after_every_step():
    seen = []
    training = question_network().train(
        QUESTION_X, QUESTION_TARGET, steps=3, learning_rate=0.5, progress=lambda step, steps, error: seen.append((step, steps, error))
    )
    assert [entry[:2] for entry in seen] == [(1, 3), (2, 3), (3, 3)]
    assert [entry[2] for entry in seen] == training.errors[:3].tolist()


def test_training_leaves_the_biases_alone_if_told_so():
    rng = np.random.default_rng(0)
    network = random_network((2, 2), ["sigmoid"], rng=rng)
    x, target = examples(network, rng, 3)
    trained = network.train(x, target, steps=2, learning_rate=0.1, train_biases=False).network
    assert close(trained.b[0], network.b[0], rtol=0) and not close(trained.W[0], network.W[0])


def test_random_weights_have_the_scale_promised():
    rng = np.random.default_rng(0)
    network = random_network((400, 300, 2), ["sigmoid", "sigmoid"], rng=rng, scale=2.0)
    assert [w.shape for w in network.W] == [(300, 400), (2, 300)] and [v.shape for v in network.b] == [(300,), (2,)]
    assert np.isclose(network.W[0].std(), 2 / np.sqrt(400), rtol=0.01, atol=0) and np.isclose(network.b[0].std(), 2, rtol=0.1, atol=0)
    assert np.isclose(random_network((400, 300), ["tanh"], rng=rng).W[0].std(), 1 / np.sqrt(400), rtol=0.01, atol=0)
    shared = random_network((2, 3), ["softmax"], "cross_entropy", rng=rng, shared_bias=True, reduction="mean")
    assert shared.b[0].shape == () and (shared.reduction, shared.loss, shared.shared_bias) == ("mean", "cross_entropy", True)


def test_the_questions_network_by_unit_has_a_bias_a_unit():
    network = question_network(shared_bias=False)
    assert network.b[0].tolist() == [0.35, 0.35] and network.b[1].tolist() == [0.60, 0.60] and not network.shared_bias
    assert question_network().b == (0.35, 0.60) and question_network().shared_bias
    assert question_network(loss="cross_entropy").loss == "binary_cross_entropy"
    assert question_network(output="softmax", loss="cross_entropy").loss == "cross_entropy"
    assert question_network(hidden="tanh").activations == ("tanh", "sigmoid")


# --- at the door ---------------------------------------------------------------------------

ONE = dict(W=[[[1.0, 2.0]]], b=[[0.0]], activations=["sigmoid"])


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"activations": []}, ValueError, "expected one W, one b and one activation a layer, got 1, 1 and 0"),
        ({"W": [], "b": [], "activations": []}, ValueError, "got 0, 0 and 0"),
        ({"b": []}, ValueError, "got 1, 0 and 1"),
        ({"activations": ["relu"]}, ValueError, "activation: expected one of 'sigmoid', 'softmax', 'tanh', 'identity', got 'relu'"),
        ({"loss": "mse"}, ValueError, "loss: expected one of 'squared_error', 'binary_cross_entropy', 'cross_entropy', got 'mse'"),
        ({"reduction": "none"}, ValueError, "reduction: expected one of 'sum', 'mean', got 'none'"),
        ({"loss": "cross_entropy"}, ValueError, "^loss 'cross_entropy': expected a softmax output layer, got 'sigmoid'; "
         "'cross_entropy' is the likelihood of softmax outputs, 'binary_cross_entropy' that of sigmoid outputs$"),
        ({"loss": "binary_cross_entropy", "activations": ["softmax"]}, ValueError, "expected a sigmoid output layer, got 'softmax'"),
        ({"W": [[1.0, 2.0]]}, ValueError, r"W\[0\]: expected shape \(units, inputs\), both at least 1, got \(2,\)"),
        ({"W": [np.empty((1, 0))]}, ValueError, r"W\[0\]: expected shape .* got \(1, 0\)"),
        ({"W": [np.array([[1, 2]])]}, TypeError, r"W\[0\]: expected floats, got an array of int64"),
        ({"b": [np.array([1])]}, TypeError, r"b\[0\]: expected floats, got an array of int64"),
        ({"W": [[[1.0, np.nan]]]}, ValueError, r"W\[0\]: expected numbers, got NaN at index \(0, 1\)"),
        ({"b": [[np.inf]]}, ValueError, r"b\[0\]: expected finite numbers, got inf"),
        ({"b": [[0.0, 0.0]]}, ValueError, r"b\[0\]: expected shape \(1,\) \(one number a unit\), got \(2,\)"),
        ({"b": [0.0]}, ValueError, r"b\[0\]: expected shape \(1,\) \(one number a unit\), got \(\)"),
        ({"shared_bias": True}, ValueError, r"b\[0\]: expected shape \(\) \(one number, since the bias is shared\), got \(1,\)"),
        (
            {"W": [[[1.0, 2.0]], [[1.0, 2.0]]], "b": [[0.0], [0.0]], "activations": ["sigmoid", "sigmoid"]}, ValueError,
            r"W\[1\]: expected 1 columns, one for each unit of the layer before, got shape \(1, 2\)",
        ),
        (
            {"W": [np.ones((1, 2)), np.ones((3, 1)), np.ones((1, 2))], "b": [[0.0], [0.0] * 3, [0.0]], "activations": ["tanh"] * 3}, ValueError,
            r"W\[2\]: expected 3 columns",
        ),
    ],
)
def test_a_network_that_does_not_fit_together_is_refused(change, error, words):
    with pytest.raises(error, match=words):
        Network(**{**ONE, **change})


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        ([1.0], ValueError, r"x: expected shape \(2,\) or \(examples, 2\), got \(1,\)"),
        (1.0, ValueError, r"got \(\)"),
        (np.ones((1, 1, 2)), ValueError, r"got \(1, 1, 2\)"),
        (np.empty((0, 2)), ValueError, r"got \(0, 2\)"),
        (np.array([1, 2]), TypeError, "x: expected floats, got an array of int64"),
        ([1.0, np.nan], ValueError, r"x: expected numbers, got NaN at index \(1,\)"),
        ([1.0, np.inf], ValueError, "x: expected finite numbers, got inf"),
    ],
)
def test_an_example_that_does_not_fit_is_refused(x, error, words):
    network = Network(**ONE)
    for call in (network.forward, lambda x: network.error(x, [0.5]), lambda x: network.backward(x, [0.5])):
        with pytest.raises(error, match=words):
            call(x)


def test_targets_that_do_not_fit_are_refused():
    network = question_network(output="softmax", loss="cross_entropy")
    with pytest.raises(ValueError, match=r"expected numbers that sum to one along the last axis, got a sum of 2"):
        network.backward(QUESTION_X, [1.0, 1.0])
    with pytest.raises(ValueError, match=r"expected the same shape, got \(2,\) and \(3,\)"):
        network.error(QUESTION_X, [1.0, 0.0, 0.0])
    with pytest.raises(ValueError, match=r"if these are class labels, make them one-hot: np\.eye\(2\)\[label\]"):
        network.error([QUESTION_X, QUESTION_X], [0.0, 1.0])
    with pytest.raises(TypeError, match="target: expected floats"):
        network.step(QUESTION_X, np.array([0, 1]), 0.5)


@pytest.mark.parametrize("rate", [0, -1.0, [0.5], np.inf, np.nan])
def test_a_learning_rate_is_one_positive_number(rate):
    with pytest.raises(ValueError, match="learning_rate: expected"):
        question_network().step(QUESTION_X, QUESTION_TARGET, rate)
    with pytest.raises(ValueError, match="learning_rate: expected"):
        question_network().train(QUESTION_X, QUESTION_TARGET, steps=1, learning_rate=rate)


@pytest.mark.parametrize("size", [0, 4, -1])
def test_a_batch_fits_into_the_examples_and_needs_a_generator(size):
    network = question_network()
    x, target = np.tile(QUESTION_X, (3, 1)), np.tile(QUESTION_TARGET, (3, 1))
    with pytest.raises(ValueError, match=rf"batch_size: expected a number from 1 to the number of examples, got {size} for x of shape \(3, 2\)"):
        network.train(x, target, steps=1, learning_rate=0.5, batch_size=size, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="batch_size: expected a number from 1"):
        network.train(QUESTION_X, QUESTION_TARGET, steps=1, learning_rate=0.5, batch_size=1, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"^rng: expected a random generator with batch_size, got None; give np\.random\.default_rng\(0\)$"):
        network.train(x, target, steps=1, learning_rate=0.5, batch_size=2)


def test_training_refuses_bad_arrays_before_the_first_step():
    with pytest.raises(TypeError, match="x: expected floats"):
        question_network().train(np.array([1, 2]), QUESTION_TARGET, steps=0, learning_rate=0.5)
    with pytest.raises(ValueError, match="target: expected numbers, got NaN"):
        question_network().train(QUESTION_X, [np.nan, 0], steps=0, learning_rate=0.5)


def test_the_questions_network_refuses_unknown_names():
    with pytest.raises(ValueError, match="weights: expected one of 'question', 'second', got 'third'"):
        question_network(weights="third")
    with pytest.raises(ValueError, match="activation: expected one of"):
        question_network(hidden="relu")
    with pytest.raises(ValueError, match="expected a sigmoid output layer"):
        question_network(output="softmax", loss="binary_cross_entropy")
