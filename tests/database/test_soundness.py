"""What stands in a database's place is looked at before anything is done to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forensics.database.faults import DatabaseError
from forensics.database.opening import Care
from forensics.database.soundness import in_a_line
from tests.database.builders import altered, broken_rule, bytes_in, filled, notes_in
from tests.processes import names_in


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "book.db"


def test_newer_version_is_refused_and_nothing_moved(path):
    altered(filled(path, "a"), "PRAGMA user_version = 99")
    before = bytes_in(path.parent)
    with pytest.raises(
        DatabaseError, match=r"written by a newer version \(schema 99, .* - use that version, or name another book"
    ):
        notes_in(path)
    assert bytes_in(path.parent) == before


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), os.mkfifo])
def test_what_is_no_plain_file_is_refused_and_nothing_moved(tmp_path, make):
    make(tmp_path / "book.db")
    with pytest.raises(DatabaseError, match="no plain file - name another for the book"):
        notes_in(tmp_path / "book.db")
    assert names_in(tmp_path) == {"book.db"}


def test_link_is_refused_and_its_target_untouched(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"")
    (tmp_path / "book.db").symlink_to(victim)
    with pytest.raises(DatabaseError, match="is a link, and not followed - name the book itself"):
        notes_in(tmp_path / "book.db")
    assert victim.read_bytes() == b""


@pytest.mark.parametrize(("largest", "is_found"), [(None, True), (1 << 20, True), (0, False)])
def test_pages_are_gone_through_unless_there_are_too_many(path, largest, is_found):
    broken_rule(filled(path, "a"))
    assert bool(notes_in(path, care=Care(largest=largest))) == is_found


def test_what_is_found_is_told_in_a_short_line():
    assert in_a_line("*** in database main ***\nTree 3\x1b[31m é") == r"*** in database main *** Tree 3\x1b[31m \xe9"
    assert len(in_a_line("x" * 1000)) < 200
