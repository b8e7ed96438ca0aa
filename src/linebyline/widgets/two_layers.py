"""What the live figures of the question's 2-2-2 network share: its choices, and where each weight and bias is."""

from linebyline.widgets.live import Choice, LiveFigure

WEIGHT_NAMES = ("w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8")
NAMES = (*WEIGHT_NAMES, "b1", "b2")


class TwoLayerFigure(LiveFigure):
    """A live figure of the question's network, whose activations and error can be chosen."""

    hidden = Choice("sigmoid", "softmax").tag(sync=True)
    output = Choice("sigmoid", "softmax").tag(sync=True)
    loss = Choice("squared_error", "cross_entropy").tag(sync=True)


def place(name):
    """Tell where a weight or bias is.

    Parameters
    ----------
    name : str
        ``"w1"`` to ``"w8"``, ``"b1"`` or ``"b2"``.

    Returns
    -------
    block : int
        0 and 1 for the two weight matrices, 2 and 3 for the two biases.
    index : tuple of int
        Row (the unit it leads to) and column (the unit it comes from) of a weight; empty for a bias.

    Examples
    --------
    >>> place("w6"), place("b2")
    ((1, (0, 1)), (3, ()))
    """
    number = int(name[1]) - 1
    if name[0] == "b":
        return 2 + number, ()
    return number // 4, (number % 4 // 2, number % 2)
