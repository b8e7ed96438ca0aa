"""Lines that people have published, met after the checker was written: each with its address, its network and a verdict from elsewhere.

``data/field.jsonl``, ``unseen.jsonl``, ``strangers.jsonl`` and ``newcomers.jsonl`` hold the lines as typed; no notation is
given, as a stranger would give none.
``data/field_table.md`` is what the checker makes of each. Regenerate it with ``python tests/test_checker_field.py``.

The lines of ``unseen.jsonl`` were collected in two lots of 195, with verdicts worked out before the checker saw them. When it
first did, it read 67 % of the first lot (of 143 right lines 27 were called wrong, of 52 wrong ones 2 were accepted) and, before
anything was changed for it, 70 % of the second (13 of 132, and 2 of 63). They are kept because they are the hard ones.

Those of ``strangers.jsonl`` came later, in the same way, in two lots of 314 and 258. At first sight 63 % of the first lot were
read (of 232 right lines 18 were called wrong, of 82 wrong ones none was accepted); after mending for these, and before any for
them, 73 % of the second (13 of 186, and none of 72). The 174 of ``newcomers.jsonl`` came last: at first sight 69 % of them were
read (of 125 right lines 11 were called wrong, of 49 wrong ones 1 was accepted). So expect of lines from elsewhere what these
figures say, not the table's.
"""

import json
from pathlib import Path

import pytest

from linebyline import check

DATA = Path(__file__).parent / "data"
LOTS = {"field": 0.85, "unseen": 0.78, "strangers": 0.8, "newcomers": 0.78}  # the share of each that has to be read
RECORDS = [json.loads(line) for name in LOTS for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
# lines that are not judged as their own verdict says, and why; nothing else may be
MISREAD = {
    "m053": "f is defined as the sigmoid in code, and then differentiated as one",
    "m134": "delta_1 is the source's own name for the output layer's delta",
    "m136": "a chain of derivatives by matrices, in the order that rows need",
    "k189": "a program's call between two formulas",
    "a065": "y' is the output beside the target y, and a sum sign stands over the one output there is",
    "a119": "f'(w) is a row by the source's convention",
    "b073": "C 0 is typed for C_0",
    "b077": "a product goes on in the next line of a comment",
    "b088": "delta_y and delta_h are derivatives by outputs",
    "b106": "alpha is the sigmoid",
    "b121": "a product entry by entry of a matrix and a column scales the rows",
    "c030": "dz is the derivative of the mean over the batch, not of one example's error",
    "d072": "k is the class, though nothing in the line says so",
    "d085": "a program's call around the formula",
    "e081": "a product goes on in the next line, without a sign",
    "e122": "sigma is the output, as well as its function",
    "e125": "a brace closes too late, which the page does not show",
    "e160": "h is the index of a hidden unit, and k that of an output",
    "k158": "the source's x is the data; alone, the line is right of a softmax of x",
}
# a side before the source's slip is refused too, or one behind it is the first that can be
ELSEWHERE = {"e073", "e111", "m137", "k043", "a078", "b044", "c071", "c112", "d012"}


def outcome(report):
    """What a report comes to: ok, loose, wrong or unread."""
    statuses = {side.status for side in report.sides}
    if "unreadable" in statuses or not statuses:
        return "unread"
    return "wrong" if statuses & {"wrong", "carries", "note-wrong"} else "ok" if "ok" in statuses and "loose" not in statuses else "loose"


def row_of(record, report):
    statuses = ", ".join(side.status for side in report.sides)
    return f"| {record['id']} | {record['verdict']} | {outcome(report)} | {statuses} | {report.notation} |"


def table(reports):
    rows = [row_of(record, reports[record["id"]]) for record in RECORDS]
    return "\n".join(["| line | its own verdict | the checker's | side by side | notation |", "|---|---|---|---|---|", *rows]) + "\n"


def all_reports():
    return {record["id"]: check(record["latex"], record["network"]) for record in RECORDS}


@pytest.fixture(scope="module")
def reports():
    return all_reports()


@pytest.mark.parametrize(("name", "share"), LOTS.items())
def test_most_lines_are_read(reports, name, share):
    ids = [json.loads(line)["id"] for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sum(outcome(reports[number]) != "unread" for number in ids) >= share * len(ids)


def test_no_other_line_is_misjudged(reports):
    pairs = {("right", "wrong"), ("wrong", "ok")}
    assert {r["id"] for r in RECORDS if (r["verdict"], outcome(reports[r["id"]])) in pairs} == set(MISREAD)


def test_the_first_wrong_side_is_the_right_one(reports):
    for record in RECORDS:
        report = reports[record["id"]]
        if record["verdict"] == "wrong" and outcome(report) == "wrong" and record["id"] not in ELSEWHERE:
            assert report.first_wrong == record["first_wrong"], record["id"]


def test_the_table_of_verdicts_is_up_to_date(reports):
    assert (DATA / "field_table.md").read_text(encoding="utf-8") == table(reports)


if __name__ == "__main__":
    (DATA / "field_table.md").write_text(table(all_reports()), encoding="utf-8")
