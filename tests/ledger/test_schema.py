"""A ledger of an earlier version goes through the steps that it lacks, wholly or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics.ledger import schema
from forensics.ledger.database import copied_ledger, open_ledger
from tests.ledger.builders import NOW, filled, keys_in, notes_in

NEXT = (("CREATE TABLE nights (at INTEGER)", "INSERT INTO nights SELECT first_seen FROM remembered"),)
BROKEN = (("CREATE TABLE nights (at INTEGER)", "INSERT INTO missing VALUES (1)"),)


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a ledger of the first version."""
    monkeypatch.setattr(schema, "STEPS", schema.STEPS[:1])
    schema.objects_of.cache_clear()
    yield filled(tmp_path / "ledger.db", "a")
    schema.objects_of.cache_clear()


def nights(path: Path) -> list[tuple[int]]:
    with open_ledger(path, NOW) as ledger:
        return ledger.rows("SELECT at FROM nights")


def test_earlier_version_is_brought_up_to_date_with_its_rows(old, monkeypatch):
    monkeypatch.setattr(schema, "STEPS", schema.STEPS + NEXT)
    assert (nights(old), keys_in(old), notes_in(old)) == ([(NOW,)], {"a"}, [])


def test_step_is_taken_once(old, monkeypatch):
    monkeypatch.setattr(schema, "STEPS", schema.STEPS + NEXT)
    nights(old)
    assert nights(old) == [(NOW,)]


def test_step_that_fails_leaves_the_earlier_version_whole(old, monkeypatch):
    before = old.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(schema, "STEPS", schema.STEPS + BROKEN)
        with pytest.raises(sqlite3.OperationalError, match="missing"):
            nights(old)
    assert (old.read_bytes(), keys_in(old)) == (before, {"a"})


def test_dry_run_takes_the_steps_in_its_copy_only(old, monkeypatch):
    before = old.read_bytes()
    monkeypatch.setattr(schema, "STEPS", schema.STEPS + NEXT)
    with copied_ledger(old, NOW) as ledger:
        assert ledger.rows("SELECT at FROM nights") == [(NOW,)]
    assert old.read_bytes() == before


def test_step_that_another_process_took_meanwhile_is_not_taken_again(old, monkeypatch):
    monkeypatch.setattr(schema, "STEPS", schema.STEPS + NEXT)
    asked = schema.version_of
    answers = iter([1, 1])  # to the check, and to the question before the lock
    with open_ledger(old, NOW):
        monkeypatch.setattr(schema, "version_of", lambda connection: next(answers, None) or asked(connection))
        assert nights(old) == [(NOW,)]
