"""Live figure: how far a difference is from the derivative, against its step."""

import numpy as np
import traitlets

from linebyline.network import QUESTION_TARGET, QUESTION_X, question_network
from linebyline.widgets.live import Choice, Numbers
from linebyline.widgets.stills import Plot, digits, figure, table
from linebyline.widgets.two_layers import NAMES, TwoLayerFigure, place

_METHODS = {
    "central": ("a", "circle", "central difference"),
    "oneSided": ("b", "square", "one-sided difference"),
    "complex": ("c", "triangle", "complex step"),
}
_FLOOR = 1e-17


class GradientCheck(TwoLayerFigure, browser="gradient_check.js"):
    r"""Show the error of three estimates of one derivative of the question's network, with a step that can be moved.

    .. math::

        \frac{E(w + h) - E(w - h)}{2h}, \qquad \frac{E(w + h) - E(w)}{h}, \qquad \frac{\operatorname{Im} E(w + \iota h)}{h}

    Parameters
    ----------
    parameter : str
        ``"w1"`` to ``"w8"``, ``"b1"`` or ``"b2"``.
    hidden, output, loss : str
        As :class:`NetworkExplorer`.
    exponent : float
        The step's power of ten, from -16 to 0.
    name : str
        As :class:`LiveFigure`.

    Raises
    ------
    TypeError, ValueError
        As :class:`LiveFigure`.
    """

    numbers = traitlets.Dict().tag(sync=True)
    parameter = Choice(*NAMES).tag(sync=True)
    exponent = Numbers(-2.0, -16, 0).tag(sync=True)

    @traitlets.default("numbers")
    def _question(self):
        network = question_network()
        W, b = [w.tolist() for w in network.W], [float(v) for v in network.b]
        return {"x": QUESTION_X.tolist(), "target": QUESTION_TARGET.tolist(), "W1": W[0], "W2": W[1], "b1": b[0], "b2": b[1]}

    def computed(self, exponent=None):
        """Give the numbers the figure shows, from the package, for its step or another."""
        step = 10.0 ** (self.exponent if exponent is None else exponent)
        network = question_network(self.hidden, self.output, self.loss)
        backward = network.backward(QUESTION_X, QUESTION_TARGET)
        block, index = place(self.parameter)
        gradient = (*backward.W, *backward.b)[block][index]
        if abs(gradient) <= 8e-16 * np.abs(backward.delta[1]).sum():
            gradient = 0.0
        up, here, down = (_error(network, block, index, nudge) for nudge in (step, 0.0, -step))
        imaginary = _error(network, block, index, 1j * step).imag
        estimates = {"central": (up - down) / (2 * step), "oneSided": (up - here) / step, "complex": imaginary / step}
        errors = {name: abs(value - gradient) / (abs(gradient) or 1) for name, value in estimates.items()}
        return {"step": step, "gradient": gradient, "up": up, "here": here, "down": down, **estimates, "errors": errors}

    def still(self):
        """Draw the V with the step where it stands."""
        ticks = [-16, -12, -8, -4, 0]
        plot = Plot((-16, 0), (-17.4, 2), ticks, ticks, "step h", "error of the estimate", width=360, height=280, left=50, tick="1e{:g}".format)
        exponents = np.linspace(-16, 0, 65)
        curves, here = [self.computed(exponent)["errors"] for exponent in exponents], self.computed()
        for name, (kind, shape, _) in _METHODS.items():
            plot.line(exponents, [_height(errors[name]) for errors in curves], kind)
            plot.dot(self.exponent, _height(here["errors"][name]), kind, shape)
        word = "relative" if here["gradient"] else "absolute"
        errors = ", ".join(f"{digits(here['errors'][name], 1)} for the {words}" for name, (_, _, words) in _METHODS.items())
        sentence = f"Step {digits(here['step'], 3)}: {word} error {errors}."
        alt = (f"Error of three estimates of the derivative by {self.parameter} against the step, both in powers of ten. The differences make a V "
               f"(central solid, one-sided dashed); the complex step (dash-dotted) falls and stays at the level of rounding. {sentence}")
        rows = [[words, digits(here[name], 8), digits(here["errors"][name], 1)] for name, (_, _, words) in _METHODS.items()]
        caption = f"Derived: \N{PARTIAL DIFFERENTIAL}E/\N{PARTIAL DIFFERENTIAL}{self.parameter} = {digits(here['gradient'], 10)}"
        return figure("How small a step: the V of a gradient check", sentence, plot.svg(alt), table(rows, ["", "estimate", "error"], caption))


def _error(network, block, index, nudge):
    """The error with one number moved, possibly into the complex plane."""
    blocks = [np.array(block, dtype=complex if isinstance(nudge, complex) else float) for block in (*network.W, *network.b)]
    blocks[block][index] += nudge
    return type(network)(blocks[:2], blocks[2:], network.activations, network.loss, shared_bias=True).error(QUESTION_X, QUESTION_TARGET)


def _height(error):
    return np.log10(max(error, _FLOOR))
