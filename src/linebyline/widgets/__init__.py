"""Live figures: each computes in the reader's browser, moves by mouse, touch and keyboard, and has a still twin.

Show one by making it the last line of a cell, for example ``NetworkExplorer(hidden="softmax")``.
"""

from linebyline.widgets.bias_and_softmax import BiasAndSoftmax
from linebyline.widgets.descent import Descent
from linebyline.widgets.gradient_check import GradientCheck
from linebyline.widgets.network_explorer import NetworkExplorer
from linebyline.widgets.saturation import Saturation
from linebyline.widgets.softmax_simplex import SoftmaxSimplex

__all__ = ["BiasAndSoftmax", "Descent", "GradientCheck", "NetworkExplorer", "Saturation", "SoftmaxSimplex"]
