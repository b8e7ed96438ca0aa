"""Change one sign or one index in every executed equation of the book, and see that the book then fails its test.

    python tests/mutate_equations.py            every such change
    python tests/mutate_equations.py --sample 300

A change that leaves the value as it was (a summation index renamed throughout, a
term that is 0 either way) is not a mistake: those that survive are printed, to be
read by a person, and the reviewed ones stand in data/equivalent_changes.txt.
"""

import argparse
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from mutants import mutations, sides  # noqa: E402
from proofread import accepted, executed, proofread  # noqa: E402

CHANGES = ("sign", "index", "index order")

# survivors that are true as they stand, with the reason above each group
REVIEWED = Path(__file__).parent / "data" / "equivalent_changes.txt"
EQUIVALENT = {line for line in REVIEWED.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")}


def mutated():
    """Pairs of an equation of the book and its text with one sign or index changed."""
    for equation in executed():
        if equation.slip:
            continue
        pieces = sides(equation.text)
        for number, (_, side) in enumerate(pieces):
            for category, new in mutations(side):
                if category in CHANGES:
                    yield equation, equation.text.replace(side, new, 1) if number else f"{new} = " + " = ".join(s for _, s in pieces[1:])


def survivors(pairs):
    """The changed texts that proofreading still accepts."""
    for equation, text in pairs:
        if accepted(equation, proofread(equation, text)) and text not in EQUIVALENT:
            yield equation, text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int)
    pairs = list(mutated())
    sample = parser.parse_args().sample
    if sample:
        pairs = random.Random(0).sample(pairs, min(sample, len(pairs)))
    left = list(survivors(pairs))
    reviewed = sum(text in EQUIVALENT for _, text in pairs)
    for equation, text in left:
        print(f"{equation}\n      still accepted: {text}")
    noticed = len(pairs) - len(left) - reviewed
    print(f"{len(pairs)} changes: {noticed} make the test fail, {reviewed} leave the equation true, {len(left)} go unnoticed")
    sys.exit(bool(left))


if __name__ == "__main__":
    main()
