"""The verdict on a derivation, side by side."""

from dataclasses import dataclass

from linebyline.checker.face.showing import as_html, as_text, verdict
from linebyline.checker.numbers.scene import Scene

STATUSES = ("reference", "ok", "loose", "wrong", "carries", "unreadable", "note-ok", "note-wrong")


@dataclass(frozen=True)
class SideReport:
    """The verdict on one side.

    Attributes
    ----------
    text : str
        The side as it was typed.
    line : int
        The line of the text it starts on.
    status : str
        One of ``reference``, ``ok``, ``loose``, ``wrong``, ``carries``, ``unreadable``, ``note-ok``, ``note-wrong``.
    message : str
        What is wrong or was assumed, and what would make it right.
    reading : str
        How each symbol was understood.
    holds_for : tuple of str
        Hidden activations with which the side equals the left side.
    repair : str
        The side repaired, in LaTeX, or an empty string.
    """

    text: str
    line: int
    status: str
    message: str = ""
    reading: str = ""
    holds_for: tuple = ()
    repair: str = ""


@dataclass(frozen=True, repr=False)
class Report:
    """The verdict on a derivation.

    Attributes
    ----------
    sides : tuple of SideReport
        Every side, in the order typed; a bracketed side note follows the side it hangs on.
    scene : Scene
        The network everything was computed on.
    notation : str
        The row of the notation table that was used.
    assumptions : tuple of str
        What was inferred or assumed.
    """

    sides: tuple
    scene: Scene
    notation: str
    assumptions: tuple = ()

    @property
    def ok(self):
        """Whether every side was read and is right without a reservation, and something was compared."""
        statuses = {side.status for side in self.sides}
        return "ok" in statuses and statuses <= {"reference", "ok", "note-ok"}

    @property
    def first_wrong(self):
        """The index in `sides` of the first wrong side, or None."""
        return next((k for k, s in enumerate(self.sides) if s.status == "wrong"), None)

    def to_dict(self):
        """The report as plain data."""
        sides = [
            {
                "text": s.text,
                "line": s.line,
                "status": s.status,
                "message": s.message,
                "reading": s.reading,
                "holds_for": list(s.holds_for),
                "repair": s.repair,
            }
            for s in self.sides
        ]
        return {
            "ok": self.ok,
            "first_wrong": self.first_wrong,
            "network": self.scene.describe(),
            "notation": self.notation,
            "assumptions": list(self.assumptions),
            "sides": sides,
        }

    def __repr__(self):
        return f"<Report: {verdict(self)} {', '.join(side.status for side in self.sides)}; print it to read it>"

    def __str__(self):
        return as_text(self)

    def _repr_html_(self):
        return as_html(self)
