"""What every live figure is: checked numbers, one browser module, and a still twin drawn from the same numbers.

A figure computes in the browser, so it moves on a page without a kernel. In
JupyterLab its values are traits: set one and the figure follows.
"""

import re
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from linebyline.validation import as_finite

HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import .*? from "\./(.*?)";\n', re.MULTILINE)


def bundle(name):
    """Return the browser module `name` as one text, with the modules it imports put in front of it.

    A figure must travel as a single text (the kernel sends it, the page embeds
    it), while the sources stay separate modules with ordinary imports.

    Parameters
    ----------
    name : str
        A file beside this one, for example ``"saturation.js"``.

    Returns
    -------
    str
    """
    texts = {}

    def visit(part):
        text = (HERE / part).read_text(encoding="utf-8")
        for needed in _IMPORT.findall(text):
            if needed not in texts:
                visit(needed)
        texts[part] = _IMPORT.sub("", text)

    visit(name)
    return "\n".join(texts.values())


class Numbers(traitlets.TraitType):
    """A trait that holds one number, or nested lists of numbers of a fixed shape, between two limits.

    Parameters
    ----------
    default : float or list
    low, high : float
        Limits, included; the figure's sliders take theirs from here.
    """

    def __init__(self, default, low, high):
        self.shape = np.shape(default)
        self.low, self.high = low, high
        super().__init__(default_value=np.array(default, float).tolist())

    @property
    def limits(self):
        return [self.low, self.high]

    def validate(self, obj, value):
        array = as_finite(self.name, value)
        wanted = f"{self.shape} numbers" if self.shape else "one number"
        if array.shape != self.shape:
            raise ValueError(f"{self.name}: expected {wanted} from {self.low} to {self.high}, got shape {array.shape}")
        if (array < self.low).any() or (array > self.high).any():
            outside = array[(array < self.low) | (array > self.high)].flat[0] if array.ndim else array
            limits = f"from {self.low} to {self.high}"
            raise ValueError(f"{self.name}: expected {wanted} {limits}, got {float(outside):g}; choose a value the slider can reach")
        return array.tolist()


class Choice(traitlets.TraitType):
    """A trait that holds one of several words, the first of them if not told otherwise."""

    def __init__(self, *words):
        self.limits = list(words)
        super().__init__(default_value=words[0])

    def validate(self, obj, value):
        if value not in self.limits:
            raise ValueError(f"{self.name}: expected one of {', '.join(map(repr, self.limits))}, got {value!r}")
        return value


class LiveFigure(anywidget.AnyWidget):
    """A figure that can be moved, with a still twin for paper, for pages without scripts, and for other readers of the notebook.

    Subclasses name their browser module, ``class Saturation(LiveFigure,
    browser="saturation.js")``, and give the traits and :meth:`still`.

    Parameters
    ----------
    name : str
        What the figure is called in a link; give a second figure of one kind on a page another name.
    **values
        Where the figure starts: any of the class's numbers and choices.

    Raises
    ------
    TypeError, ValueError
        If a value is unknown, of the wrong shape, not finite or out of limits.
    """

    _css = bundle("live.css")
    limits = traitlets.Dict().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)

    def __init_subclass__(cls, browser=None, **kwargs):
        if browser is not None:
            cls._esm = bundle(browser)
        super().__init_subclass__(**kwargs)

    def __init__(self, name=None, **values):
        name = self.default_name() if name is None else name
        if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            raise ValueError(f"name: expected lower-case letters, digits and hyphens, for example 'explorer-2', got {name!r}")
        known = self.movable()
        for key in values:
            if key not in known:
                raise TypeError(f"{type(self).__name__}: expected values among {', '.join(known)}, got {key!r}")
        super().__init__(name=name, limits={key: trait.limits for key, trait in known.items()}, **values)

    @classmethod
    def default_name(cls):
        """Give the class's name in lower case with hyphens."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def movable(cls):
        """Give the traits a reader can move, by name."""
        return {key: trait for key, trait in cls.class_traits(sync=True).items() if isinstance(trait, (Numbers, Choice))}

    def values(self):
        """Give the figure's present position as plain numbers and words, by name."""
        return {key: getattr(self, key) for key in self.movable()}

    def still(self):
        """Draw the figure as it stands, as HTML that needs no script."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": self.still()}, metadata
