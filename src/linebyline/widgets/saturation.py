"""Live figure: the sigmoid, its slope, and what two losses send back as the score runs away."""

import numpy as np

from linebyline.activations import sigmoid, sigmoid_derivative
from linebyline.losses import binary_cross_entropy_from_net_gradient, squared_error_gradient
from linebyline.widgets.live import LiveFigure, Numbers
from linebyline.widgets.stills import Plot, digits, figure


class Saturation(LiveFigure, browser="saturation.js"):
    r"""Show the sigmoid with its tangent and slope, and the gradient of squared error beside that of cross-entropy.

    .. math::

        \frac{\partial E}{\partial net} = (out - target)\,\sigma'(net) \quad\text{(squared error)}, \qquad
        \frac{\partial E}{\partial net} = out - target \quad\text{(cross-entropy)}

    Parameters
    ----------
    score : float
        The score, net, from -12 to 12.
    target : float
        From 0 to 1.
    name : str
        As :class:`LiveFigure`.

    Raises
    ------
    TypeError, ValueError
        As :class:`LiveFigure`.
    """

    score = Numbers(4.0, -12, 12).tag(sync=True)
    target = Numbers(0.0, 0, 1).tag(sync=True)

    def computed(self):
        """Give the numbers the figure shows, from the package: ``out``, ``slope``, ``squares`` and ``likelihood``."""
        return _computed(np.array(self.score), self.target)

    def still(self):
        """Draw both panels as they stand."""
        scores = np.linspace(-12, 12, 121)
        curves, here = _computed(scores, self.target), self.computed()
        ticks = [-12, -6, 0, 6, 12]
        left = Plot((-12, 12), (-0.05, 1.09), ticks, [0, 0.25, 0.5, 0.75, 1], "net")
        left.line(scores, curves["out"], "a").line(scores, curves["slope"], "b").words(11.6, 0.92, "out", "end").words(3.2, 0.13, "slope")
        across = np.linspace(self.score - 3.2, self.score + 3.2, 61)
        left.line(across, here["out"] + here["slope"] * (across - self.score), "c")
        left.dot(self.score, here["out"], "a").dot(self.score, here["slope"], "b", "square")
        right = Plot((-12, 12), (-1.09, 1.09), ticks, [-1, -0.5, 0, 0.5, 1], "net")
        right.line(scores, curves["likelihood"], "a").line(scores, curves["squares"], "b")
        right.dot(self.score, here["likelihood"], "a").dot(self.score, here["squares"], "b", "square")
        where = f"At net {digits(self.score)} the output is {digits(here['out'])} and the slope {digits(here['slope'])}."
        sent = (f"With target {digits(self.target)}, cross-entropy (solid) sends back {digits(here['likelihood'])}, "
                f"squared error (dashed) {digits(here['squares'])}.")
        return figure("Sigmoid and saturation", f"{where} {sent}",
                      left.svg(f"The sigmoid (solid), its slope (dashed) and its tangent. {where}"),
                      right.svg(f"The gradient by the score for both losses. {sent}"))


def _computed(score, target):
    out, slope = sigmoid(score), sigmoid_derivative(score)
    net, targets = np.expand_dims(score, -1), np.broadcast_to(target, np.shape(score) + (1,))
    return {
        "out": out,
        "slope": slope,
        "squares": squared_error_gradient(np.expand_dims(out, -1), targets)[..., 0] * slope,
        "likelihood": binary_cross_entropy_from_net_gradient(net, targets)[..., 0],
    }
