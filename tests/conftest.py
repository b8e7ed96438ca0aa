"""Settings for all tests."""

import os

# as in the Makefile: a floating-point warning in a chapter stops it
os.environ.setdefault("PYTHONWARNINGS", "error::RuntimeWarning")
