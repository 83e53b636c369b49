"""The timeline as lines, JSON lines and CSV."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from forensics.evidence.investigation import Moment
from forensics.report.dossier_timeline import FIELDS, timeline_csv, timeline_json, timeline_text
from tests.report.builders import at, result


def moment(**values: Any) -> Moment:
    return Moment(**{"at": at("07:00"), "lane": "notifications", "job": "backup", "host": None, "text": "said so",
                     "run": "backup/1", "source": "slack", "file": "/x/2026-03-19.json", "record": 9, **values})  # fmt: skip


def test_line_tells_when_what_and_where() -> None:
    assert timeline_text([moment()], result()) == (
        "2026-03-19 07:00:00  message  backup  said so  (2026-03-19.json:9)\n"
    )


def test_lines_stand_under_each_other() -> None:
    first, second = timeline_text([moment(), moment(job="a-longer-name")], result()).splitlines()
    assert first.index("said so") == second.index("said so")


def test_moment_without_a_row_names_none() -> None:
    assert timeline_text([moment(file=None, record=None)], result()).endswith("said so\n")


def test_json_lines_have_all_fields_in_utc() -> None:
    (line,) = timeline_json([moment()], result()).decode().splitlines()
    told = json.loads(line)
    assert tuple(told) == FIELDS
    assert told["datetime"] == "2026-03-19T07:00:00Z"
    assert told["record"] == 9


def test_csv_cell_is_no_formula() -> None:
    (row,) = csv.DictReader(io.StringIO(timeline_csv([moment(text="=1+1")], result()).decode()))
    assert row["text"] == "'=1+1"
    assert row["record"] == "9"


def test_secrets_are_masked_in_every_form() -> None:
    secret = "xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx"
    told = [moment(text=f"token {secret}")]
    for written in (
        timeline_text(told, result()).encode(),
        timeline_json(told, result()),
        timeline_csv(told, result()),
    ):
        assert secret.encode() not in written


def test_long_message_is_cut_in_lines_only() -> None:
    told = [moment(text="x" * 200)]
    assert "x" * 200 not in timeline_text(told, result())
    assert "x" * 200 in timeline_json(told, result()).decode()
