"""Live figures at random positions, and how what the browser computes is held against the package."""

import numpy as np

from linebyline import widgets
from linebyline.widgets.live import Choice

FIGURES = [getattr(widgets, name) for name in widgets.__all__]
RTOL = 1e-12
_SMALLER = {"W1": 3, "W2": 3, "b1": 2, "b2": 2, "rate": 5, "steps": 12}  # keeps the network out of the flats, and descents short


def random_figure(figure, rng):
    """Return a live figure with every number and choice drawn at random within its limits."""
    values = {}
    for name, trait in figure.movable().items():
        if isinstance(trait, Choice):
            values[name] = str(rng.choice(trait.limits))
            continue
        most = _SMALLER.get(name, np.inf)
        values[name] = rng.uniform(max(trait.low, -most), min(trait.high, most), trait.shape).tolist()
    if "steps" in values:
        values["steps"] = round(values["steps"])
    if values.get("across") and values["across"] == values["up"]:
        values["up"] = "w1" if values["across"] != "w1" else "w2"
    if "target" in values and np.ndim(values["target"]):
        values["target"][1] = 1 - values["target"][0]
    return figure(**values)


def parameters(figure):
    """Return what the figure's ``compute`` takes: its position, and the numbers that do not move."""
    given = dict(figure.values())
    if figure.has_trait("numbers"):
        given |= figure.numbers
    if figure.has_trait("sets"):
        given["W1"], given["W2"] = figure.sets[figure.weights]
    return given


def differences(figure, seen):
    """Yield (name, package's value, browser's value, how far apart) for every number both computed.

    The distance is relative to the value, or to the terms it is summed from where those are larger: when terms cancel, the
    last digit of an exponential is all that is left on either side.
    """
    computed = figure.computed()
    terms = _terms(figure, computed)
    for name, ours, theirs in _pairs("", computed, seen):
        if figure.has_trait("exponent") and name.split(".")[0] in ("central", "oneSided", "errors"):
            continue  # differences of nearly equal errors: their rounding noise is the figure's subject
        scale = max(abs(ours), terms.get(name, 0.0), terms.get(name.split(".")[0], 0.0), np.finfo(float).tiny)
        yield name, ours, theirs, abs(ours - theirs) / scale


def _terms(figure, computed):
    """Sizes of the terms behind the sums that may cancel, by name."""
    size = {name: float(np.abs(value).max()) for name, value in computed.items() if not isinstance(value, dict)}
    if "jacobian" in size:
        return {"rowSums": size["jacobian"]}
    if "byOutH" in size:
        sums = {"deltaO": size["outO"], "deltaH": size["byOutH"] * size["outH"], "gradB2": size["deltaO"], "gradB1": size["deltaH"]}
        return sums | {"gradient": sums.get("gradB" + figure.selected[1], 0.0) if figure.selected[0] == "b" else 0.0}
    if "complex" in size:
        return {"complex": size["here"] if computed["gradient"] == 0 else 0.0}
    return {"beside.gap": 1.0, "inside.gap": 1.0}


def _pairs(name, ours, theirs):
    if isinstance(ours, dict):
        for key, value in ours.items():
            yield from _pairs(f"{name}.{key}".lstrip("."), value, theirs[key])
    elif np.ndim(ours):
        assert len(ours) == len(theirs), name
        for index, value in enumerate(ours):
            yield from _pairs(f"{name}.{index}", value, theirs[index])
    else:
        yield name, float(ours), float(theirs)
