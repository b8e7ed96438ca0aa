"""Lines that people have published, met after the checker was written: each with its address, its network and a verdict from elsewhere.

``data/field.jsonl`` holds the lines as typed; no notation is given, as a stranger would give none. ``data/field_table.md`` is
what the checker makes of each. Regenerate the table with ``python tests/test_checker_field.py``.
"""

import json
from pathlib import Path

import pytest

from linebyline import check

DATA = Path(__file__).parent / "data"
RECORDS = [json.loads(line) for line in (DATA / "field.jsonl").read_text(encoding="utf-8").splitlines()]


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


def test_most_lines_are_read(reports):
    assert sum(outcome(report) != "unread" for report in reports.values()) >= 0.85 * len(RECORDS)


def test_no_wrong_line_is_accepted(reports):
    assert [r["id"] for r in RECORDS if r["verdict"] == "wrong" and outcome(reports[r["id"]]) == "ok"] == []


def test_no_right_line_is_called_wrong(reports):
    assert [r["id"] for r in RECORDS if r["verdict"] == "right" and outcome(reports[r["id"]]) == "wrong"] == []


def test_the_first_wrong_side_is_the_right_one(reports):
    for record in RECORDS:
        report = reports[record["id"]]
        if record["verdict"] == "wrong" and outcome(report) == "wrong":
            assert report.first_wrong == record["first_wrong"], record["id"]


def test_the_table_of_verdicts_is_up_to_date(reports):
    assert (DATA / "field_table.md").read_text(encoding="utf-8") == table(reports)


if __name__ == "__main__":
    (DATA / "field_table.md").write_text(table(all_reports()), encoding="utf-8")
