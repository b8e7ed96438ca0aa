r"""How long the checker takes, and how much memory: medians and worst cases for right and wrong sides.

Run ``python tests/benchmark_checker.py``. A right side is timed in its chain (the chain's time
shared out over its sides) and alone with its left side; a wrong side is a value-changing mutant
with its left side. Times are processor time, so that a busy machine does not change them.
"""

import argparse
import random
import resource
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from data.right_derivations import RIGHT, SCENES  # noqa: E402
from mutants import all_mutants, network_of, sides, witness_says  # noqa: E402

from linebyline.checker import check  # noqa: E402

# milliseconds and megabytes that must not be exceeded
LIMITS = {"right": 15, "wrong": 60, "worst": 1000, "memory": 150}


def timed(text, scene):
    start = time.process_time()
    report = check(text, network=network_of(scene), notation=SCENES[scene]["notation"])
    return (time.process_time() - start) * 1000, report


def line(name, times):
    times = sorted(times)
    print(f"{name:34}{len(times):6}{statistics.median(times):10.1f}{times[int(0.95 * (len(times) - 1))]:10.1f}{times[-1]:10.1f}")
    return statistics.median(times), times[-1]


def measure(number=400, seed=0):
    """Print the table; the figures by name."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    chained, alone, wrong = [], [], []
    first = timed(RIGHT[0]["text"], RIGHT[0]["scene"])[0]
    for record in RIGHT:
        spent, report = timed(record["text"], record["scene"])
        judged = max(1, len(report.sides) - 1)
        chained += [spent / judged] * judged
        parts = sides(record["text"])
        alone += [timed(f"{parts[0][1]} {relation} {side}", record["scene"])[0] for relation, side in parts[1:]]
    mutants = [m for m in all_mutants() if m.side]
    random.Random(seed).shuffle(mutants)
    for mutant in mutants:
        if len(wrong) == number:
            break
        if witness_says(mutant.record, mutant.pair) == "changed":
            wrong.append(timed(mutant.pair, mutant.record["scene"])[0])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'milliseconds':34}{'n':>6}{'median':>10}{'95 %':>10}{'worst':>10}")
    right, worst_right = line("a right side, in its chain", chained)
    single, worst_single = line("a right side, with its left side", alone)
    changed, worst_wrong = line("a wrong side, with its left side", wrong)
    print(f"the first call of all: {first:.0f} ms")
    print(f"peak memory of the process: {peak:.0f} MB ({before:.0f} MB before the first check)")
    return {"right": max(right, single), "wrong": changed, "worst": max(worst_right, worst_single, worst_wrong), "memory": peak}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--number", type=int, default=400, help="wrong sides to time")
    figures = measure(parser.parse_args().number)
    over = {name: value for name, value in figures.items() if value > LIMITS[name]}
    for name, value in over.items():
        print(f"over the limit: {name} {value:.0f}, limit {LIMITS[name]}")
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main())
