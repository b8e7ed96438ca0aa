"""The derivation checker: paste a derivation, and hear which line is the first that is not true."""

from linebyline.checker.judge import Report, SideReport, check
from linebyline.checker.scene import Scene

__all__ = ["Report", "Scene", "SideReport", "check"]
