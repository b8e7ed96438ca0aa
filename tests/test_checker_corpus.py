"""Derivations that people have posted, judged, and compared with verdicts from elsewhere.

``data/derivations.jsonl`` holds the lines as typed with their addresses, ``data/corpus_scenes.json`` the network and
notation each is about (as its page says), and ``data/corpus_table.md`` what the checker makes of each. Regenerate the
table with ``python tests/test_checker_corpus.py``.
"""

import json
from pathlib import Path

import pytest

from linebyline import check
from linebyline.checker import Scene
from linebyline.network import question_network

DATA = Path(__file__).parent / "data"
RECORDS = [json.loads(line) for line in (DATA / "derivations.jsonl").read_text(encoding="utf-8").splitlines()]
SCENES = json.loads((DATA / "corpus_scenes.json").read_text(encoding="utf-8"))


def report_of(record):
    scene = dict(SCENES[record["id"]])
    notation, target, aliases = scene.pop("notation", None), scene.pop("target", None), scene.pop("aliases", None)
    network = question_network() if scene.pop("network", None) else Scene(**scene)
    return check(record["latex"], network, notation, target, aliases)


def row_of(record, report):
    statuses = [side.status for side in report.sides]
    return f"| {record['id']} | {record['verdict']} | {', '.join(statuses)} | {report.notation} |"


def table():
    rows = [row_of(record, report_of(record)) for record in RECORDS]
    return "\n".join(["| line | its own verdict | the checker's, side by side | notation |", "|---|---|---|---|", *rows]) + "\n"


@pytest.fixture(scope="module")
def reports():
    return {record["id"]: report_of(record) for record in RECORDS}


def test_at_least_85_percent_of_the_lines_are_read(reports):
    read = [r for r in reports.values() if all(side.status != "unreadable" for side in r.sides)]
    assert len(read) >= 0.85 * len(RECORDS)


@pytest.mark.parametrize("record", RECORDS, ids=[r["id"] for r in RECORDS])
def test_no_wrong_line_is_accepted_and_no_right_line_is_called_wrong(record, reports):
    report = reports[record["id"]]
    if record["verdict"] == "right":
        assert report.first_wrong is None
    elif record["verdict"] == "wrong":
        later = [side.status for side in report.sides if side.status != "reference"]
        assert any(status not in ("ok", "note-ok") for status in later)


def test_where_a_wrong_line_is_read_the_first_wrong_side_is_the_right_one(reports):
    for record in RECORDS:
        report = reports[record["id"]]
        statuses = [side.status for side in report.sides]
        if record["verdict"] == "wrong" and "wrong" in statuses and "reference" in statuses:
            assert report.first_wrong == record["first_wrong_member"], record["id"]


def test_the_table_of_verdicts_is_up_to_date(reports):
    rows = [row_of(record, reports[record["id"]]) for record in RECORDS]
    assert (DATA / "corpus_table.md").read_text(encoding="utf-8").splitlines()[2:] == rows


if __name__ == "__main__":
    (DATA / "corpus_table.md").write_text(table(), encoding="utf-8")
