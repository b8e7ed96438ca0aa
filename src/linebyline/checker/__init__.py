"""The derivation checker: paste a derivation, and hear which line is the first that is not true.

:func:`check` judges a text, :class:`Scene` says what it is about, and
:func:`interface` is the form to paste it into. The parts, from the text up:
``tokens``, ``parser`` and ``pieces`` read a text into trees; ``notation`` says
what letters mean; ``meaning`` and ``readings`` settle what a side says;
``scene`` and ``values`` compute it; ``guess`` and ``judge`` compare sides;
``diagnosis`` explains a wrong one; ``report`` and ``face`` show the verdict.
"""

from linebyline.checker.face import interface
from linebyline.checker.judge import check
from linebyline.checker.report import Report, SideReport
from linebyline.checker.scene import Scene

__all__ = ["Report", "Scene", "SideReport", "check", "interface"]
