"""The helper package of *Backprop, line by line*."""

from linebyline.checker import Report, check

__all__ = ["Report", "check"]
