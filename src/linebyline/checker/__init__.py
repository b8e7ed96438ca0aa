"""The derivation checker: paste a derivation, and hear which line is the first that is not true.

:func:`check` judges a text, :class:`Scene` says what it is about, and
:func:`interface` is the form to paste it into. To read the code, follow a line through it:

- ``parser`` cuts a text into chains of sides, each a tree;
- ``meaning`` says what a symbol with its indices may stand for, and what a whole side says;
- ``numbers`` computes it, on random networks;
- ``guess`` says what a text is about;
- ``judge`` compares each side with its left side;
- ``face`` shows a report;
- ``diagnosis`` says what would make a wrong side right;
- ``searching`` tries networks and letters; ``checking`` and ``form`` are the doors.

Each part imports only parts before it::

    work
    parser: typed < tokens < rules < indices < functions < programs < spellings < grammar < pieces
    meaning: letters < scripts < slots < notation < aliases < sums < structure < readings
    numbers: shapes < quantities < scene < values
    guess: likely < roles < rows < own < claims
    judge: verdicts < outcome < habits < penalty < compare < judging
    face: showing < report
    diagnosis: vocabulary < edits < explaining < reporting
    searching < checking < form
"""

from linebyline.checker.checking import check
from linebyline.checker.face.report import Report, SideReport
from linebyline.checker.form import interface
from linebyline.checker.numbers.scene import Scene

__all__ = ["Report", "Scene", "SideReport", "check", "interface"]
