"""The derivation checker: paste a derivation, and hear which line is the first that is not true.

:func:`check` judges a text, :class:`Scene` says what it is about, and
:func:`interface` is the form to paste it into. ``tokens``, ``spellings``,
``parser`` and ``pieces`` read a text into trees; ``notation`` says what letters mean;
``meaning`` and ``readings`` settle what a side says; ``scene`` and ``values``
compute it; ``guess``, ``own`` and ``claims`` say what a text is about; ``face`` and
``report`` show a verdict; ``diagnosis`` explains a wrong one; ``judge`` puts
them together. Each part imports only parts before it::

    tokens < spellings < parser < pieces < notation < meaning < readings < scene < values < guess < own
    < claims < face < report < diagnosis < judge < form
"""

from linebyline.checker.form import interface
from linebyline.checker.judge import check
from linebyline.checker.report import Report, SideReport
from linebyline.checker.scene import Scene

__all__ = ["Report", "Scene", "SideReport", "check", "interface"]
