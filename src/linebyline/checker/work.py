"""Count the work of a check, so that what limits it is the same on every machine.

A limit in seconds would let a busy machine reach another verdict. A step here is a
symbol built or a quarter of a reading computed, some 20 microseconds on a laptop.
"""

import threading


class _Work(threading.local):
    done = 0


_work = _Work()


def spend(steps):
    """Add to the steps done."""
    _work.done += steps


def spent():
    """The steps done so far in this thread."""
    return _work.done
