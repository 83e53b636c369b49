"""JSON documents with a list inside, read as lines of their own."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.sources.test_presets import account, read, rows

ROW = {"time": "2026-03-19T03:00:00Z", "job": "backup", "event": "accepted"}


def count(path: Path, content: object) -> int:
    return len(rows(read(path, content, None, "triggers")))


@pytest.mark.parametrize(
    "content",
    [
        [ROW, ROW],
        json.dumps([ROW, ROW]),
        {"next": None, "total": 2, "runs": [ROW, ROW]},
        f"{json.dumps(ROW)}\n{json.dumps(ROW)}\n",
    ],
    ids=["an array", "an array on one line", "a list in an object", "lines"],
)
def test_every_form_gives_the_same_rows(tmp_path: Path, content: object):
    assert count(tmp_path, content) == 2


def test_object_over_many_lines_is_one_record(tmp_path: Path):
    assert count(tmp_path, ROW) == 1


def test_object_with_two_lists_is_one_record(tmp_path: Path):
    assert count(tmp_path, {**ROW, "steps": [{"a": 1}], "hosts": [{"b": 2}]}) == 1


def test_line_with_a_list_in_it_stays_a_record(tmp_path: Path):
    assert count(tmp_path, json.dumps({**ROW, "steps": [{"a": 1}]}) + "\n") == 1


def test_element_that_is_no_object_is_rejected(tmp_path: Path):
    yielded = read(tmp_path, [ROW, 7], None, "triggers")
    assert (len(rows(yielded)), account(yielded).records) == (1, 2)


def test_document_that_breaks_off_is_read_by_its_lines(tmp_path: Path):
    text = json.dumps([ROW], indent=2)
    assert count(tmp_path, text[:-3]) == 0


def test_digest_is_that_of_the_whole_file(tmp_path: Path):
    text = json.dumps([ROW])
    assert account(read(tmp_path, text, None, "triggers")).sha256 == hashlib.sha256(text.encode()).hexdigest()
