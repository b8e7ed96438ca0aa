"""The derivation checker: paste a derivation, and hear which line is the first that is not true.

:func:`check` judges a text, :class:`Scene` says what it is about, and
:func:`interface` is the form to paste it into. To read the code, follow a line through it:

- ``tokens``, ``spellings``, ``parser`` and ``pieces`` cut a text into chains of sides, each a tree;
- ``letters``, ``scripts`` and ``notation`` say what a symbol with its indices may stand for;
- ``aliases``, ``sums``, ``meaning`` and ``readings`` settle what a whole side says;
- ``scene`` and ``values`` compute it, on random networks;
- ``guess``, ``own`` and ``claims`` say what a text is about;
- ``verdicts``, ``habits``, ``compare``, ``outcome`` and ``judge`` compare each side with its left side;
- ``edits`` and ``diagnosis`` say what would make a wrong one right;
- ``face`` and ``report`` show it; ``checking`` and ``form`` are the doors.

Each part imports only parts before it::

    tokens < spellings < parser < pieces < letters < scripts < notation < aliases < sums < meaning < readings
    < scene < values < guess < own < claims < verdicts < edits < diagnosis < face < report < outcome < habits
    < compare < judge < checking < form
"""

from linebyline.checker.checking import check
from linebyline.checker.form import interface
from linebyline.checker.report import Report, SideReport
from linebyline.checker.scene import Scene

__all__ = ["Report", "Scene", "SideReport", "check", "interface"]
