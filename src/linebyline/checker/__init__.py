"""The derivation checker: paste a derivation, and hear which line is the first that is not true.

:func:`check` judges a text, :class:`Scene` says what it is about, and
:func:`interface` is the form to paste it into. The parts, from the text up:
``parser`` cuts and reads it, ``notation`` says what letters mean, ``scene``
holds the network and its numbers, ``meaning`` computes a side, ``judge``
compares sides, ``diagnosis`` explains a wrong one, ``face`` shows the report.
"""

from linebyline.checker.face import interface
from linebyline.checker.judge import Report, SideReport, check
from linebyline.checker.scene import Scene

__all__ = ["Report", "Scene", "SideReport", "check", "interface"]
