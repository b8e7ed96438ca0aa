r"""The letters of every notation, one row each, and what the conventions of a whole text leave open.

A row gives the letters for the inputs, the hidden layers' scores and outputs,
the last layer's scores and outputs, and the targets. The book's own names
(``net``, ``out``, ``target``, ``E``, ``w``, ``b``, ``delta``) are known in all
of them; what is not in a table is not guessed.
"""

from dataclasses import dataclass, field
from functools import cache

# name: (family, inputs, hidden scores, hidden outputs, last scores, last outputs, targets, order of w's indices)
# order: "to_from" is w_ji to j from i; "?" goes by the alphabet, w_ij from i to j
ROWS = {
    "question": ("question", "x i", "net", "out h", "net", "out o", "target t", "to_from"),
    "question: z and a": ("question", "x i", "z", "a h", "z", "a o", "target t y", "to_from"),
    "question: h, o and a": ("question", "x i", "h", "a", "o", "a", "target t y", "to_from"),
    "nielsen": ("layers", "x", "z", "a", "z", "a", "y t", "to_from"),
    "h and yhat": ("layers", "x", "z", "h", "z", "yhat o", "y t", "to_from"),
    "goodfellow": ("layers", "x", "a", "h", "a", "yhat h", "y t", "to_from"),
    "learning from data": ("layers", "x", "s", "x", "s", "x", "y", "from_to"),
    "rows u and h": ("layers", "x", "u", "h", "u", "h", "y t", "from_to"),
    "s and a": ("layers", "x", "s", "a", "s", "a", "y t d", "to_from"),
    "s and h": ("layers", "x", "s", "h", "s", "p y", "d t", "?"),
    "n and a": ("layers", "p", "n", "a", "n", "a", "t", "to_from"),
    "z and x": ("layers", "x", "z", "x", "z", "x", "y t", "to_from"),
    "u and z": ("layers", "x", "u", "z", "u", "z", "t d y", "to_from"),
    "coursera": ("layers", "x", "z", "a", "z", "a h", "y", "to_from"),
    "ufldl": ("layers", "x", "z", "a", "z", "a h", "y", "to_from"),
    "bishop": ("layers", "x", "a", "z", "a", "y", "t", "to_from"),
    "haykin": ("layers", "x", "v", "y", "v", "y", "d", "to_from"),
    "wikipedia": ("layers", "x", "net z", "o", "net z", "o", "t y", "?"),
    "duda": ("layers", "x", "net", "y", "net", "z", "t", "to_from"),
    "net and y": ("layers", "x", "net", "y", "net", "y", "t d", "to_from"),
    "net and o": ("layers", "x", "net", "h", "net", "o y", "t d", "?"),
    "net and a": ("layers", "x", "net", "a", "net", "a", "y t", "?"),
    "h and o": ("layers", "x", "h", "o", "h", "yhat o", "y t d", "?"),
    "hinton": ("layers", "x", "z", "y", "z", "y", "t d", "?"),
    "y and o": ("layers", "x", "net z", "y", "net z", "o", "d t", "?"),
    "d2l": ("matrix", "x", "z", "h", "o", "yhat", "y", "to_from"),
    "cs224n": ("matrix", "x", "a", "h", "z", "yhat", "y", "to_from"),
    "z h o": ("matrix", "x", "z", "h", "z", "o", "y t", "?"),
    "a h o": ("matrix", "x", "a", "h", "o", "yhat p", "y", "to_from"),
    "z h y": ("matrix", "x", "z", "h", "z", "y", "t", "?"),
    "z p y": ("classes", "x", "", "h", "z", "p", "y t", "?"),
    "z yhat y": ("classes", "x", "", "h", "z", "yhat p", "y t", "?"),
    "z a y": ("classes", "x", "", "h", "z", "a", "y t", "?"),
    "o p y": ("classes", "x", "", "h", "o", "p", "y t", "?"),
    "z y t": ("classes", "x", "", "h", "z", "y", "t", "?"),
    "z o t": ("classes", "x", "", "h", "z", "o", "t y", "?"),
    "a y t": ("classes", "x", "", "h", "a", "y", "t", "?"),
    "a S y": ("classes", "x", "", "h", "a", "S", "y t", "?"),
    "a p y": ("classes", "x", "", "h", "a", "p yhat", "y t", "?"),
    "y S t": ("classes", "x", "", "h", "y", "S p", "t d", "?"),
    "z S y": ("classes", "x", "", "h", "z", "S s", "y t", "?"),
    "theta yhat y": ("classes", "x", "", "h", "theta", "yhat p", "y t", "?"),
    "s p y": ("classes", "x", "", "h", "s score scores", "p", "y t", "?"),
    "f p y": ("classes", "x", "", "h", "f", "p", "y t", "?"),
    "s yhat y": ("classes", "x", "", "h", "s score scores", "yhat", "y t", "?"),
    "o y t": ("classes", "x", "", "h", "o", "y", "t d", "?"),
    "o yhat y": ("classes", "x", "", "h", "o", "yhat", "y t", "?"),
    "net a y": ("classes", "x", "", "h", "net", "a", "y t", "?"),
    "v y t": ("classes", "x", "", "h", "v", "y", "t", "?"),
    "u y t": ("classes", "x", "", "h", "u", "y", "t", "?"),
    "z q p": ("classes", "x", "", "h", "z", "q", "p y t", "?"),
    "z h y classes": ("classes", "x", "", "x", "z", "h", "y t", "?"),
    "x p y": ("classes", "", "", "h", "x", "p", "y t", "?"),
    "x S y": ("classes", "", "", "h", "x", "S s", "y t", "?"),
    "x y t": ("classes", "", "", "h", "x", "y", "t", "?"),
    "x a y": ("classes", "", "", "h", "x", "a yhat", "y t", "?"),
    "x z t": ("classes", "", "", "h", "x", "z", "t y", "?"),
    "logits probs": ("classes", "x", "", "h", "logits logit l", "probs prob p", "y t label", "?"),
}

FAMILIES = ("question", "layers", "classes", "matrix")
LENT = {  # rows of other families that a family falls back on
    "matrix": ("nielsen", "goodfellow", "rows u and h", "bishop", *[name for name, row in ROWS.items() if row[0] == "classes"]),
    "classes": ("cs224n", "d2l", "bishop"),
    "layers": tuple(name for name, row in ROWS.items() if row[0] == "matrix"),
}
ONLY_BY_NAME = "ufldl"
NUMBERING = {"coursera": (1, "from"), "ufldl": (1, "from")}
SYNONYMS = {
    **dict.fromkeys(("mazur", "book", "q"), "question"),
    **dict.fromkeys(("class", "softmax"), "classes"),
    **dict.fromkeys(("matrices", "vector", "vectors"), "matrix"),
    **{"layer": "layers", "ng": "nielsen", "cs231n": "f p y", "d2l classes": "o yhat y"},
}

# what a letter means, as (kind, place), with the letters that mean it; a place is a layer, "hidden", "last", or None for any
ALWAYS = {
    ("net", None): "net",
    ("out", None): "out output",
    ("net", "last"): "scores logits",
    ("out", "hidden"): "hidden",
    ("target", None): "target label ideal desired expected",
    ("out", "last"): "yhat Yhat phat probs",
    ("delta", None): "delta",
    ("W", None): "w W",
    ("b", None): "b B",
}
OFTEN = {  # weaker: only where the row gives the letter no meaning
    ("decay", None): "lambda reg",
    ("eta", None): "eta alpha lr epsilon r gamma mu nu lambda",
    ("W", None): "omega theta Theta Omega u v thetahat betahat what",
    ("target", None): "y t d",
    ("out", 0): "x",
    ("out", "last"): "sigma softmax pred",
    ("b", None): "beta c",
    ("gradient W", None): "Delta",
}
LOSSES = tuple("R CE BCE MSE SSE NLL RSS l E L J C Loss loss Error error cost Cost ell err xi e".split())
FUNCTIONS = ("f", "g", "phi", "sigma", "psi", "act", "h", "theta", "s", "S")
NAMED = {"sigmoid": "sigmoid", "tanh": "tanh", "softmax": "softmax", "relu": "relu", "softplus": "softplus"}
COUNTS = tuple("nmNMKCB")
OPERATORS = ("log", "ln", "exp", "e", "diag", "sum", "I", "pi", "T", "top", "Delta")
ROLE_WORDS = {
    "W": "weights",
    "b": "bias",
    "net": "net",
    "out": "output",
    "delta": "dE/dnet",
    "target": "target",
    "loss": "the error E",
    "unit loss": "one output's share of E",
    "example loss": "one example's error",
    "eta": "the learning rate",
    "decay": "the weight decay",
}


@dataclass(frozen=True)
class Options:
    """What is undecided about a whole derivation."""

    l: int = 1  # noqa: E741
    first: int = 0
    weight_layer: str = "to"
    weights: str = "to_from"
    vectors: str = "columns"
    notes: tuple = ()
    loose: bool = False


@dataclass
class Convention:
    """A row of the table made usable: letters to (kind, place) pairs, plus what the text itself shows."""

    name: str
    family: str
    order: str
    letters: dict = field(default_factory=dict)
    layered: bool = False
    sub_layers: bool = False
    ahead: int = 0  # how far the numbers of deltas are ahead of those of scores
    units: dict = field(default_factory=dict)
    sample: str = ""
    layer_letter: str = "l"
    bare_layers: bool = False
    text_names: frozenset = frozenset()
    named: dict = field(default_factory=dict)  # functions the text itself names

    def meanings(self, name):
        """What a letter means here, as (kind, place) pairs; a capital is the matrix of its small letter."""
        if name in self.letters:
            return self.letters[name]
        if name in LOSSES:
            return [("loss", None)]
        capital = len(name) == 1 and name.isupper() and name != "D"
        return self.letters.get(name.lower(), ()) if capital else ()

    def knows(self, name):
        """Whether a name means anything here."""
        return bool(self.meanings(name)) or name in (*NAMED, *FUNCTIONS, *OPERATORS, *COUNTS)


def convention(name):
    """Build the convention of one row; what a text adds to it stays with that text."""
    return Convention(name, ROWS[name][0], ROWS[name][-1], _letters(name))


@cache
def _letters(name):
    """The letters of one row: {letter: [(kind, place), ...]}."""
    _, inputs, hidden_net, hidden_out, last_net, last_out, target, _ = ROWS[name]
    own = {}
    for kind, hidden, last in (("net", hidden_net.split(), last_net.split()), ("out", hidden_out.split(), last_out.split())):
        for letter in dict.fromkeys(hidden + last):
            place = None if letter in hidden and letter in last else "hidden" if letter in hidden else "last"
            own.setdefault(letter, []).append((kind, place))
    for meaning, letters in ((("out", 0), inputs), (("target", None), target)):
        for letter in letters.split():
            if (meaning[0], None) not in own.setdefault(letter, []):
                own[letter].append(meaning)
    known = {**_by_letter(ALWAYS), **own}
    return known | {letter: meanings for letter, meanings in _by_letter(OFTEN).items() if letter not in known}


def _by_letter(table):
    found = {}
    for meaning, letters in table.items():
        for letter in letters.split():
            found.setdefault(letter, []).append(meaning)
    return found


def rows_for(notation):
    """Names of the rows a `notation` allows, best first."""
    if notation is None:
        return [name for name in ROWS if name != ONLY_BY_NAME]
    if not isinstance(notation, str):
        raise TypeError(f"notation: expected a name or None, got {type(notation).__name__}")
    wanted = notation.strip().lower().split(":")[0] if notation not in ROWS else notation
    wanted = SYNONYMS.get(wanted, wanted)
    if wanted in ROWS and wanted not in FAMILIES:
        return [wanted]
    if wanted in FAMILIES:
        return [name for name, row in ROWS.items() if row[0] == wanted and name != ONLY_BY_NAME] + list(LENT.get(wanted, ()))
    raise ValueError(f"notation: expected one of {', '.join(FAMILIES)}, or one of the rows {', '.join(ROWS)}, got {notation!r}")
