"""Put every displayed equation of the book through the derivation checker.

Each chapter has a scene: the network its equations are about. An equation in
an admonition of class ``slip`` must be found wrong, every other one right.
What the checker cannot execute is in `NOT_EXECUTED`, with the reason.
"""

import re
from dataclasses import dataclass, replace

from book import PAGES, cells

from linebyline.checker import Scene, check

G = {"g_i": r"\frac{\partial E}{\partial out_{hi}}"}
QUESTION = Scene(hidden="sigmoid", output="sigmoid", loss="squared_error", shared_bias=True, weights="to_from", aliases=G)
SOFTMAX_HIDDEN = replace(QUESTION, hidden="softmax")
SOFTMAX_OUTPUT = replace(QUESTION, output="softmax", sizes=(2, 2, 3))
TWO_CLASSES = replace(QUESTION, output="softmax")
TWO_SOFTMAXES = replace(QUESTION, hidden="softmax", output="softmax")
BERNOULLI = replace(QUESTION, loss="binary_cross_entropy")
CATEGORICAL = replace(SOFTMAX_OUTPUT, loss="cross_entropy")
# one softmax layer by itself, its scores net_i, its outputs out_i, whatever the error above it
ONE_SOFTMAX = Scene(output="softmax", loss="squared_error", sizes=(3, 4), aliases={"g_i": r"\frac{\partial E}{\partial out_i}"})

# chapter -> the network that its equations are about
SCENES = {
    "00": QUESTION,
    "01": QUESTION,
    "02": QUESTION,
    "03": QUESTION,
    "04": QUESTION,
    "05": ONE_SOFTMAX,
    "06": SOFTMAX_HIDDEN,
    "07": SOFTMAX_HIDDEN,
    "08": SOFTMAX_OUTPUT,
    "09": CATEGORICAL,
    "10": SOFTMAX_HIDDEN,
    "11": QUESTION,
    "12": QUESTION,
    "13": SOFTMAX_HIDDEN,
    "14": QUESTION,
}

# (chapter, a part of the equation) -> the network where a chapter speaks of another one
ELSEWHERE = {
    ("00", r"(1_{i=1} - out_{hi})"): SOFTMAX_HIDDEN,
    ("04", r"b_{h1}"): replace(QUESTION, shared_bias=False),
    ("04", r"b_{oj}"): replace(QUESTION, shared_bias=False),
    ("05", r"e^{net_2 - net_1}"): replace(ONE_SOFTMAX, sizes=(3, 2)),
    ("06", r"\partial net_i"): ONE_SOFTMAX,
    ("07", r"b_{hi}"): replace(SOFTMAX_HIDDEN, shared_bias=False),
    ("07", r"b_{oj}"): replace(SOFTMAX_HIDDEN, shared_bias=False),
    ("08", r"E = \frac12"): QUESTION,
    ("08", r"w_5^+"): QUESTION,
    ("08", r"\partial out_{oj}}{\partial net_{oj}} \\ &= (out"): QUESTION,
    ("08", r"(out_{o2} - target_{o2})"): TWO_CLASSES,
    ("08", r"\delta_{o1} = 2"): TWO_CLASSES,
    ("09", r"(1 - target_{oj})"): BERNOULLI,
    ("09", r"{out_{oj}\,(1 - out_{oj})}"): BERNOULLI,
    ("09", r"\frac12 \sum_j"): replace(QUESTION, output="identity"),
    ("10", r"g_1 = \delta_{o1}\,(w_5"): TWO_SOFTMAXES,
    ("10", r"(w_5 - w_7 - w_6 + w_8)"): TWO_SOFTMAXES,
    ("11", r"\sum_i out_{hi} \\"): SOFTMAX_HIDDEN,
    ("12", r"(1_{i=1} - out_{hi})"): SOFTMAX_HIDDEN,
    ("13", r"out_{ok} - target_{ok}"): replace(CATEGORICAL, hidden="softmax"),
    ("14", r"-\frac{\partial E}{\partial net_{h2}}"): replace(SOFTMAX_HIDDEN, sizes=(2, 3, 2)),
    ("14", r"\partial w_3}"): SOFTMAX_HIDDEN,
}

# right for two units a layer and said to be so in the chapter: the checker answers "loose", with that reason
TWO_UNITS_ONLY = {
    ("08", r"\delta_{o1} = 2"),
    ("10", r"g_1 = \delta_{o1}\,(w_5"),
    ("10", r"(g_1 - g_2)"),
    ("10", r"(w_5 - w_7 - w_6 + w_8)"),
}

# what the checker cannot execute, and why; each of these has an assert in its chapter instead
NOT_EXECUTED = {
    ("11", r"\lim_{h \to 0}"): "a limit; the chapter computes the quotient for 91 steps h from 1e-16 to 0.1",
    ("11", r"\frac{h^2}{6}"): "a Taylor series with its third derivative; the chapter measures its slope",
    ("11", r"E(w_1 + \iota h) = E(w_1)"): "a Taylor series in the complex plane",
    ("11", r"\operatorname{Im}"): "an imaginary part; the chapter computes the quotient and asserts it to fourteen digits",
}


@dataclass(frozen=True)
class Equation:
    """A displayed equation: where it stands, what it says, and whether it must fail."""

    page: str
    text: str
    label: str
    slip: bool

    def __str__(self):
        return f"{self.page}: {self.text}"


def equations():
    """Every displayed equation of the book, in order."""
    found = []
    for path in PAGES:
        for cell in cells(path):
            if cell.cell_type != "markdown":
                continue
            for block in re.split(r"(^```\{admonition\}.*?^```$)", cell.source, flags=re.S | re.M):
                slip = ":class: slip" in block
                for text, label in re.findall(r"\$\$(.*?)\$\$(?:\s*\(([\w-]+)\))?", block, flags=re.S):
                    found.append(Equation(path.stem, " ".join(text.split()), label, slip))
    return found


def lookup(equation, table, default=None):
    """What a table says of an equation: its keys are a chapter and a part of the text."""
    for (chapter, part), value in table.items():
        if equation.page.startswith(chapter) and part in equation.text:
            return value
    return default


def scene(equation):
    """The network that an equation is about."""
    return lookup(equation, ELSEWHERE, SCENES[equation.page[:2]])


def proofread(equation, text=None):
    """The checker's report on an equation, or on another text in its place."""
    return check(equation.text if text is None else text, network=scene(equation), notation="question")


def accepted(equation, report):
    """Whether every side of it is right."""
    loose = lookup(equation, dict.fromkeys(TWO_UNITS_ONLY, True))
    return all(side.status in ("reference", "ok", "note-ok") or (loose and side.status == "loose") for side in report.sides)


def refused(report):
    """Whether a side of it was read and found wrong."""
    return any(side.status == "wrong" for side in report.sides)


def executed():
    """The equations that the checker executes."""
    return [equation for equation in equations() if lookup(equation, NOT_EXECUTED) is None]


if __name__ == "__main__":
    for equation in equations():
        reason = lookup(equation, NOT_EXECUTED)
        report = None if reason else proofread(equation)
        good = reason or (refused(report) if equation.slip else accepted(equation, report))
        print("not executed" if reason else "as it should" if good else "NOT AS IT SHOULD", "slip" if equation.slip else "    ", equation)
        for side in report.sides if report and (equation.slip or not good) else ():
            print(f"      {side.status}: {side.text}  {side.message}")
