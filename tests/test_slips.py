"""Naming the slip behind a number: every published fingerprint, every kind of network, and no guess where none fits."""

import numpy as np
import pytest
from exact import close, shares
from hypothesis import given, settings
from hypothesis import strategies as st

from linebyline.activations import sigmoid
from linebyline.gradcheck import complex_step_gradient
from linebyline.network import QUESTION_TARGET, QUESTION_X, Network, question_network, random_network
from linebyline.slips import QUESTION_PARAMETERS, Diagnosis, diagnose_value, slip_values

pytestmark = pytest.mark.filterwarnings("error")

# what each mistake leaves for dE/dw1 in the question's network
FINGERPRINTS = {
    "only the path through output 1 is followed": "0.000668396",
    "the weights above are already updated": "0.000364723",
    "the hidden activation's derivative is left out": "0.001817515",
    "the output layer's activation derivative is left out (delta = out - target)": "0.002268350",
    "the sigmoid's derivative is taken at out instead of net": "0.000416631",
    "net(1 - net) stands for out(1 - out)": "0.000427105",
    "the weight matrix above is not transposed": "0.000461551",
    "the error has no factor 1/2": "0.000877135",
    "the input of the weight is left out": "0.008771355",
    "the sign is turned": "-0.000438568",
}
SOFTMAX_FINGERPRINTS = {
    "the softmax is treated as elementwise, out(1 - out)": "4.33535e-04",
    "the sign between the softmax's outputs is a plus": "+9.28055e-04",
    "the row of the softmax Jacobian is summed (the weight has no hidden index)": "0",
    "the sign is turned": "6.0986e-05",
}


@pytest.mark.parametrize("slip", FINGERPRINTS)
def test_each_published_fingerprint_names_its_slip(slip):
    for value in (FINGERPRINTS[slip], float(FINGERPRINTS[slip])):
        diagnosis = diagnose_value(value)
        assert slip in diagnosis.slips and not diagnosis.is_right
    assert np.isclose(dict(slip_values(question_network(), "w1"))[slip], float(FINGERPRINTS[slip]), rtol=0, atol=5.1e-10)


@pytest.mark.parametrize("slip", SOFTMAX_FINGERPRINTS)
def test_each_published_fingerprint_of_a_softmax_layer_names_its_slip(slip):
    diagnosis = diagnose_value(SOFTMAX_FINGERPRINTS[slip], network=question_network(hidden="softmax"))
    assert slip in diagnosis.slips and not diagnosis.is_right and np.isclose(diagnosis.right, -6.09859031e-05, rtol=1e-8, atol=0)


def test_the_published_ratios():
    values, truth = dict(slip_values(question_network(), "w1")), 0.000438567734474
    ratios = {"only the path through output 1 is followed": 1.524, "the sigmoid's derivative is taken at out instead of net": 0.950,
              "net(1 - net) stands for out(1 - out)": 0.974, "the weight matrix above is not transposed": 1.052}
    assert all(round(values[slip] / truth, 3) == ratio for slip, ratio in ratios.items())
    values = dict(slip_values(question_network(hidden="softmax"), "w1"))
    assert round(values["the softmax is treated as elementwise, out(1 - out)"] / -6.09859031e-05, 2) == -7.11
    assert round(values["the sign between the softmax's outputs is a plus"] / -6.09859031e-05, 1) == -15.2


def forms(network, x, target, learning_rate):
    """Every slip of a hidden weight W[0][0, 0], written out with loops for two layers."""
    forward, backward = network.forward(x), network.backward(x, target)
    (net, net_o), (out, out_o) = forward.net, forward.out
    (_, delta), (_, W) = backward.delta, network.W
    moved = W - learning_rate * backward.W[1]
    outputs, hidden = range(len(delta)), range(len(out))

    def send(delta, W=W, i=0):
        return sum(delta[j] * W[j, i] for j in outputs)

    slope, g = out[0] * (1 - out[0]), [send(delta, i=i) for i in hidden]
    if network.activations[0] == "softmax":
        def close_up(delta, W=W):
            blame = [send(delta, W, i) for i in hidden]
            return out[0] * (blame[0] - sum(blame[i] * out[i] for i in hidden))
        found = {
            "the softmax is treated as elementwise, out(1 - out)": g[0] * slope,
            "the sign between the softmax's outputs is a plus": sum(g[i] * out[0] * (out[i] if i else 1 - out[0]) for i in hidden),
            "the row of the softmax Jacobian is summed (the weight has no hidden index)": 0.0,
        }
    else:
        def close_up(delta, W=W):
            return send(delta, W) * slope
        found = {
            "the sigmoid's derivative is taken at out instead of net": g[0] * sigmoid(out[0]) * (1 - sigmoid(out[0])),
            "net(1 - net) stands for out(1 - out)": g[0] * net[0] * (1 - net[0]),
        }
    found["the hidden activation's derivative is left out"] = g[0]
    for j in outputs:
        found[f"only the path through output {j + 1} is followed"] = close_up([delta[k] if k == j else 0 for k in outputs])
    found["the weights above are already updated"] = close_up(delta, moved)
    if len(delta) == len(out):
        found["the weight matrix above is not transposed"] = close_up(delta, W.T)
    found["the output layer's activation derivative is left out (delta = out - target)"] = close_up(out_o - target)
    squares = network.loss == "squared_error"
    if network.activations[1] == "softmax":
        own = out_o - target if squares else -target / out_o
        found["the output softmax is treated as elementwise, out(1 - out)"] = close_up(own * out_o * (1 - out_o))
    if not squares:
        words = "the activation derivative is multiplied in a second time (it cancels against the loss)"
        found[words] = close_up((out_o - target) * out_o * (1 - out_o))
    elif network.activations[1] == "sigmoid":
        at_out = sigmoid(out_o) * (1 - sigmoid(out_o))
        found["the sigmoid's derivative is taken at out instead of net, in the output layer"] = close_up((out_o - target) * at_out)
        found["net(1 - net) stands for out(1 - out) in the output layer"] = close_up((out_o - target) * net_o * (1 - net_o))
    found = {words: value * x[0] for words, value in found.items()}
    truth = backward.W[0][0, 0]
    found["the sign is turned"], found["the input of the weight is left out"] = -truth, backward.delta[0][0]
    if squares:
        found["the error has no factor 1/2"], found["the error is averaged over the outputs"] = 2 * truth, truth / len(delta)
    return found


@pytest.mark.parametrize("hidden", ["sigmoid", "softmax"])
@pytest.mark.parametrize(("output", "loss"), [
    ("sigmoid", "squared_error"), ("softmax", "squared_error"), ("sigmoid", "binary_cross_entropy"), ("softmax", "cross_entropy"),
])
@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), sizes=st.sampled_from([(2, 2, 2), (2, 3, 2), (3, 3, 3), (1, 2, 4)]), shared=st.booleans())
def test_every_slip_of_a_hidden_weight_is_what_its_words_say(hidden, output, loss, seed, sizes, shared):
    rng = np.random.default_rng(seed)
    network = random_network(sizes, [hidden, output], loss, rng=rng, shared_bias=shared)
    x, target = rng.normal(size=sizes[0]), shares(rng, sizes[-1])
    truth = network.backward(x, target).W[0][0, 0]
    values = dict(slip_values(network, ("W", 0, 0, 0), x, target, 0.3))
    written = forms(network, x, target, 0.3)
    for words, value in written.items():
        if words in values:
            assert np.isclose(values[words], value, rtol=1e-9, atol=1e-12), words
        else:
            assert np.isclose(value, truth, rtol=1e-6, atol=1e-9), words
    others = [words for words in values if words not in written]
    assert all(words.startswith("the derivative by ") and words.endswith(" is taken instead") for words in others)


def test_the_slips_of_an_output_weight():
    network = question_network()
    forward, right = network.forward(QUESTION_X), network.backward(QUESTION_X, QUESTION_TARGET)
    difference, out, net = (forward.out[1] - QUESTION_TARGET)[0], forward.out[1][0], forward.net[1][0]
    below, slope = forward.out[0][0], sigmoid(forward.out[1][0]) * (1 - sigmoid(forward.out[1][0]))
    values = dict(slip_values(network, "w5"))
    assert close(values["the output layer's activation derivative is left out (delta = out - target)"], difference * below, rtol=1e-12)
    assert close(values["the sigmoid's derivative is taken at out instead of net, in the output layer"], difference * slope * below)
    assert close(values["net(1 - net) stands for out(1 - out) in the output layer"], difference * net * (1 - net) * below)
    assert close(values["the input of the weight is left out"], right.delta[1][0], rtol=1e-12)
    assert close(values["the score net stands for the output out below"], right.delta[1][0] * 0.3775, rtol=1e-12)
    assert close(values["the derivative by w6 is taken instead"], right.W[1][0, 1], rtol=1e-12)
    assert not any("hidden" in words or "path" in words or "above" in words for words in values)
    assert out != net


def test_the_slips_of_a_shared_bias():
    right = question_network().backward(QUESTION_X, QUESTION_TARGET)
    values = dict(slip_values(question_network(), "b1"))
    truth, slope = right.b[0], sigmoid(0.35) * (1 - sigmoid(0.35))
    assert close(values["only unit 1 of those that share the bias is counted"], right.delta[0][0], rtol=1e-12)
    assert close(values["only unit 2 of those that share the bias is counted"], right.delta[0][1], rtol=1e-12)
    assert close(values["delta is averaged over the units instead of summed"], truth / 2, rtol=1e-12)
    assert close(values["delta is multiplied by the sigmoid's slope at the bias"], truth * slope, rtol=1e-12)
    assert close(values["delta is multiplied by the bias"], truth * 0.35, rtol=1e-12)
    one_path = right.delta[1][1] * np.dot([0.50, 0.55], [0.241300708572, 0.240613417249])
    assert close(values["only the path through output 2 is followed"], one_path)
    assert "the input of the weight is left out" not in values


def test_the_slips_of_a_bias_of_its_own():
    network = question_network(shared_bias=False)
    right = network.backward(QUESTION_X, QUESTION_TARGET)
    values = dict(slip_values(network, ("b", 1, 1)))
    assert close(values["delta is multiplied by the bias"], right.b[1][1] * 0.60, rtol=1e-12)
    assert close(values["the derivative by b[1][0] is taken instead"], right.b[1][0], rtol=1e-12)
    assert not any("share" in words or "averaged over the units" in words for words in values)
    values = dict(slip_values(network, ("b", 0, 1)))
    out, g = network.forward(QUESTION_X).out[0][1], (right.delta[1] @ network.W[1])[1]
    assert close(values["the hidden activation's derivative is left out"], g, rtol=1e-12) and close(right.b[0][1], g * out * (1 - out))


def test_the_slips_that_change_nothing_are_left_out():
    network = Network([[[1.0]], [[1.0]]], [[0.0], [0.0]], ["identity", "identity"])
    values = slip_values(network, ("W", 0, 0, 0), np.array([1.0]), np.array([0.0]))
    assert "the input of the weight is left out" not in dict(values) and "the sign is turned" in dict(values)
    truth = network.backward([1.0], [0.0]).W[0][0, 0]
    assert not any(close(value, truth) for _, value in values)
    assert not any("path" in words for words, _ in values)


def test_deeper_networks_and_other_activations_have_their_slips_too():
    rng = np.random.default_rng(0)
    network = random_network((2, 3, 3, 2), ["tanh", "softmax", "sigmoid"], rng=rng)
    x, target = rng.normal(size=2), rng.uniform(size=2)
    right, forward = network.backward(x, target), network.forward(x)
    values = dict(slip_values(network, ("W", 0, 2, 1), x, target))
    assert close(values["the hidden activation's derivative is left out"], (right.delta[1] @ network.W[1])[2] * x[1])
    assert close(values["the input of the weight is left out"], right.delta[0][2])
    assert "the weight matrix above is not transposed" not in values  # W[2] is not square
    middle = dict(slip_values(network, ("W", 1, 0, 2), x, target))
    g, out = right.delta[2] @ network.W[2], forward.out[1]
    assert close(middle["the softmax is treated as elementwise, out(1 - out)"], g[0] * out[0] * (1 - out[0]) * forward.out[0][2])
    assert close(middle["the score net stands for the output out below"], right.delta[1][0] * forward.net[0][2])
    assert close(middle["the derivative by W[0][2, 1] is taken instead"], right.W[0][2, 1])
    square = random_network((2, 2, 2, 2), ["sigmoid"] * 3, rng=rng)
    turned = Network([square.W[0], square.W[1].T, square.W[2].T], square.b, square.activations)
    forward = square.forward(x)
    delta = square.backward(x, target).delta[2]
    for layer in (2, 1):
        delta = (delta @ turned.W[layer]) * forward.out[layer - 1] * (1 - forward.out[layer - 1])
    values = dict(slip_values(square, ("W", 0, 0, 0), x, target))
    assert close(values["the weight matrix above is not transposed"], delta[0] * x[0])


def test_only_the_matrices_above_a_weight_must_be_square_to_be_left_untransposed():
    network = random_network((3, 2, 2, 2), ["sigmoid"] * 3, rng=np.random.default_rng(0))
    for parameter in [("W", 0, 0, 0), ("W", 1, 0, 0)]:
        assert "the weight matrix above is not transposed" in dict(slip_values(network, parameter, np.ones(3), np.zeros(2)))


def test_a_shared_bias_is_named_by_its_layer():
    network = random_network((2, 3, 2), ["sigmoid", "sigmoid"], rng=np.random.default_rng(0), shared_bias=True)
    words = {words for words, _ in slip_values(network, ("W", 0, 0, 0))}
    assert {"the derivative by b[0] is taken instead", "the derivative by b[1] is taken instead"} <= words


def test_a_place_may_be_given_as_a_list():
    assert diagnose_value("0.000438568", ["W", 0, 0, 0]).is_right


def test_the_learning_rate_changes_the_updated_weights_only():
    slow, fast = (dict(slip_values(question_network(), "w1", learning_rate=rate)) for rate in (0.1, 1.0))
    assert {words for words in slow if slow[words] != fast[words]} == {"the weights above are already updated"}
    assert diagnose_value(f"{fast['the weights above are already updated']:.9g}", learning_rate=1.0).slips
    assert not diagnose_value(f"{fast['the weights above are already updated']:.9g}").slips


# --- diagnose_value ------------------------------------------------------------------------


@pytest.mark.parametrize("parameter", QUESTION_PARAMETERS)
def test_every_right_value_of_the_question_is_right_as_text_or_number(parameter):
    kind, layer, *index = QUESTION_PARAMETERS[parameter]
    right = float(getattr(question_network().backward(QUESTION_X, QUESTION_TARGET), kind)[layer][tuple(index)])
    for value in (right, float(f"{right:.3g}"), f"{right:.9f}", f" {right:+.6e} "):
        diagnosis = diagnose_value(value, parameter)
        assert diagnosis.is_right and diagnosis.slips == () and diagnosis.right == right
        assert str(diagnosis).endswith(" is right")


def test_the_questions_names_lead_where_the_picture_says():
    network = question_network()
    for name, (kind, layer, *index) in QUESTION_PARAMETERS.items():
        value = getattr(network, kind)[layer][tuple(index)]
        number = int(name[1])
        picture = {"b1": 0.35, "b2": 0.60}.get(name, 0.10 + 0.05 * number + 0.05 * (number > 4))
        assert close(value, picture, rtol=1e-12)


def test_the_digits_given_count():
    assert diagnose_value("0.000439").is_right and not diagnose_value("0.000439000").is_right
    assert diagnose_value(0.000439).is_right and diagnose_value("4.39e-4").is_right
    assert not diagnose_value("0.000440").is_right and diagnose_value("0.000440").slips == ()
    assert diagnose_value("0.0004385677").is_right and not diagnose_value("0.0004385678").is_right
    # half a unit of the last digit, and no more
    assert not diagnose_value("0.000438567").is_right and diagnose_value("0.000438568").is_right


def test_a_number_is_taken_to_have_three_digits_since_it_drops_its_zeros():
    assert diagnose_value(0.1, "b2").is_right and diagnose_value(0.10, "b2").value == 0.1
    assert not diagnose_value(0.101, "b2").is_right and not diagnose_value(0.1001, "b2").is_right
    assert not diagnose_value(0.00044).is_right and diagnose_value(4e-4).slips == ()


def test_no_more_than_nine_digits_are_asked_for():
    right = question_network().backward(QUESTION_X, QUESTION_TARGET).W[0][0, 0]
    assert diagnose_value(right * (1 + 1e-10)).is_right and not diagnose_value(right * (1 + 1e-8)).is_right


def test_a_number_that_fits_nothing_gets_no_guess():
    diagnosis = diagnose_value("0.000123")
    assert diagnosis.is_right is False and diagnosis.slips == ()
    assert str(diagnosis) == "0.000123 is not right, 0.2805 times the right value, and none of the usual slips leaves it"


def test_all_slips_that_fit_are_named():
    assert diagnose_value("0.000877135").slips == ("the error has no factor 1/2", "the derivative by w2 is taken instead")
    assert str(diagnose_value("0.000877135")) == (
        "0.000877135 is not right, 2 times the right value. It is what is left if the error has no factor 1/2, "
        "or if the derivative by w2 is taken instead"
    )


def test_a_slip_with_its_sign_turned_is_named_only_if_no_plain_one_fits():
    assert diagnose_value("-0.000668396").slips == ("only the path through output 1 is followed and the sign is turned",)
    assert diagnose_value("-0.000438568").slips == ("the sign is turned",)
    softmax = question_network(hidden="softmax")
    # w3's derivative is minus w1's, so the plain slip is named beside it
    assert diagnose_value("0.000121972", network=softmax).slips == ("the derivative by w4 is taken instead",)
    assert diagnose_value("6.09859e-05", network=softmax).slips == ("the sign is turned", "the derivative by w3 is taken instead")


def test_a_value_of_zero_is_compared_as_an_exact_zero():
    softmax = question_network(hidden="softmax")
    diagnosis = diagnose_value(0, network=softmax)
    assert any("summed" in slip for slip in diagnosis.slips) and str(diagnosis).startswith("0 is not right. It is what is left if")
    assert diagnose_value(0.0, "b1", softmax).is_right  # a shared bias under a softmax is dead
    assert diagnose_value("0.000", "w1", question_network(hidden="softmax", output="softmax")).is_right
    assert diagnose_value(0).slips == ()
    assert diagnose_value("1e-05 ".replace("1e", "1.00e"), "b1", softmax).right == pytest.approx(0, abs=1e-16)


def test_a_wrong_value_where_the_truth_is_zero_has_no_ratio():
    network = Network([[[1.0]]], [[0.0]], ["identity"])
    diagnosis = diagnose_value("0.125", ("W", 0, 0, 0), network, [0.0], [0.5])
    assert diagnosis.right == 0 and str(diagnosis) == "0.125 is not right, and none of the usual slips leaves it"
    assert diagnose_value(-0.0, ("W", 0, 0, 0), network, [0.0], [0.5]).is_right


def test_the_diagnosis_shows_its_sentence():
    diagnosis = Diagnosis(1.0, 2.0, False, ())
    assert repr(diagnosis) == str(diagnosis) == "1 is not right, 0.5 times the right value, and none of the usual slips leaves it"


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["sigmoid", "softmax", "tanh"]))
def test_every_slip_of_every_parameter_is_recognised_from_nine_digits(seed, hidden):
    rng = np.random.default_rng(seed)
    network = random_network((2, 3, 2), [hidden, "softmax"], "cross_entropy", rng=rng)
    x, target = rng.normal(size=2), shares(rng, 2)
    for parameter in [("W", 0, 1, 0), ("W", 1, 1, 2), ("b", 0, 2), ("b", 1, 0)]:
        right = complex_step_gradient(moved(network, parameter, x, target), getattr(network, parameter[0])[parameter[1]])[parameter[2:]]
        for words, value in slip_values(network, parameter, x, target):
            diagnosis = diagnose_value(value, parameter, network, x, target)
            assert close(diagnosis.right, right, rtol=1e-7, atol=1e-14)
            assert words in diagnosis.slips or np.isclose(value, right, rtol=1e-8, atol=1e-11)


def moved(network, parameter, x, target):
    kind, layer = parameter[:2]

    def error(value):
        blocks = {"W": list(network.W), "b": list(network.b)}
        blocks[kind][layer] = value
        return Network(blocks["W"], blocks["b"], network.activations, network.loss).error(x, target)

    return error


# --- at the door ---------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["0.5", "1e-5", "10", "0.0004", "-.25"])
def test_fewer_than_three_digits_are_refused(value):
    with pytest.raises(ValueError, match="value: expected at least three digits, got .*: common slips are within five per cent of the truth"):
        diagnose_value(value)


@pytest.mark.parametrize("value", ["delta_o1 * w5", "", "1,5"])
def test_a_formula_is_sent_to_the_derivation_checker(value):
    with pytest.raises(ValueError, match="value: expected a number, got .*; a formula goes to linebyline.check"):
        diagnose_value(value)


@pytest.mark.parametrize("value", ["inf", "nan", float("inf"), float("-inf"), float("nan"), "1e999"])
def test_a_value_that_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="value: expected a finite number, got"):
        diagnose_value(value)


@pytest.mark.parametrize("value", [None, [0.000438568], 1j])
def test_a_value_that_is_no_number_is_refused(value):
    with pytest.raises(TypeError):
        diagnose_value(value)


@pytest.mark.parametrize("parameter", ["w9", "w0", "b3", ("W", 2, 0, 0), ("W", 0, 2, 0), ("b", 0, 0), ("W", 0), "W"])
def test_a_parameter_that_does_not_exist_is_refused(parameter):
    words = r"parameter: expected 'w1' to 'w8', 'b1', 'b2' or one of \('W', 0, 0, 0\) to \('b', 1\), got "
    for call in (lambda: diagnose_value("0.000438568", parameter), lambda: slip_values(question_network(), parameter)):
        with pytest.raises(ValueError, match=words):
            call()


def test_the_questions_names_mean_nothing_in_a_network_of_another_size():
    network = random_network((2, 3, 2), ["sigmoid", "sigmoid"], rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"parameter: expected one of \('W', 0, 0, 0\) to \('b', 1, 1\), got 'w5'"):
        diagnose_value("0.123", "w5", network)


def test_a_batch_is_refused():
    with pytest.raises(ValueError, match=r"x: expected one example of shape \(2,\), got \(1, 2\); slips are told apart one example at a time"):
        diagnose_value("0.000438568", x=[QUESTION_X], target=[QUESTION_TARGET])
    with pytest.raises(TypeError, match="x: expected floats"):
        diagnose_value("0.000438568", x=np.array([1, 2]))
    network = random_network((3, 2, 4), ["sigmoid", "sigmoid"], rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"^x: expected one example of shape \(3,\), got \(2, 3\);"):
        diagnose_value("0.123", ("W", 0, 0, 0), network, np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(ValueError, match="expected the same shape"):
        diagnose_value("0.000438568", target=[1.0])
    with pytest.raises(TypeError, match="^target: expected floats"):
        diagnose_value("0.000438568", target=np.array([0, 1]))
