"""The ledger is a database of its own kind: what holds for all of them is tried in tests/database."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from forensics.database.faults import DatabaseError
from forensics.database.opening import Care, noted
from forensics.errors import OutputError
from forensics.ledger.database import Ledger, copied_ledger, empty_ledger, open_ledger
from forensics.ledger.tracker import TrackerMemory
from forensics.recorder.registry import open_registry
from tests.database.builders import altered, bytes_in, emptied, garbage, killed_writer, shortened
from tests.ledger.builders import HERE, NOW, STAMP, filled, keys_in, notes_in, remembered
from tests.processes import names_in

ASIDE = f"ledger.db.damaged-{STAMP}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


def keys_of(ledger: Ledger) -> set[str]:
    return set(TrackerMemory(ledger, HERE).remembered())


def test_ledger_keeps_what_was_written(path):
    assert keys_in(filled(path, "a", "b")) == {"a", "b"}


def test_nothing_but_the_ledger_is_left_in_its_folder(path):
    filled(path, "a")
    assert names_in(path.parent) == {"ledger.db"}


def test_ledger_is_not_for_everybody(path):
    assert stat.S_IMODE(filled(path).stat().st_mode) == 0o640


def test_commits_are_synced_as_far_as_sqlite_can(path):
    with open_ledger(path, NOW) as ledger:
        assert [*ledger.rows("PRAGMA synchronous"), *ledger.rows("PRAGMA journal_mode")] == [(3,), ("delete",)]


def test_patience_is_at_most_two_seconds(path):
    with open_ledger(path, NOW) as ledger:
        assert 0 < ledger.rows("PRAGMA busy_timeout")[0][0] <= 2_000


def registry(path: Path) -> None:
    path.unlink()
    with open_registry(path, NOW, Care()):
        pass


def renamed_table(path: Path) -> None:
    altered(path, "ALTER TABLE intents RENAME TO intended")


def broken_rule(path: Path) -> None:
    altered(path, "PRAGMA ignore_check_constraints = ON", "UPDATE remembered SET is_open = 7")


UNSOUND = [garbage, emptied, shortened, registry, renamed_table, broken_rule]


@pytest.mark.parametrize("spoil", UNSOUND)
def test_what_is_no_ledger_is_set_aside_as_it_is_and_told(path, spoil: Callable[[Path], None]):
    spoil(filled(path, "a"))
    spoiled = path.read_bytes()
    (note,) = notes_in(path)
    assert note.startswith(f"{path} is ")
    assert note.endswith(f": kept as {ASIDE}, and a new one begun")
    assert path.with_name(ASIDE).read_bytes() == spoiled
    assert keys_in(path) == set()


def test_what_a_killed_writer_left_undone_is_undone(path):
    killed_writer(filled(path, "a"), "DELETE FROM remembered")
    assert keys_in(path) == {"a"}
    assert notes_in(path) == []


def test_newer_version_is_refused_as_what_cannot_be_written(path):
    altered(filled(path, "a"), "PRAGMA user_version = 99")
    with pytest.raises(OutputError, match=r"newer version .* - use that version, or name another ledger; nothing was"):
        notes_in(path)


def with_flipped_byte(path: Path, whole: bytes, position: int) -> Path:
    path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
    return path


def is_silent_loss(opened: AbstractContextManager[Ledger]) -> bool:
    """Tell whether something is missing of which nobody is told; a version flipped to a newer one is an error."""
    try:
        with opened as ledger:
            kept = keys_of(ledger)
            TrackerMemory(ledger, HERE).remember(remembered("c"))
            return kept != (set() if noted(ledger, NOW, NOW) else {"a", "b"})
    except DatabaseError as error:
        return "newer version" not in str(error)


@pytest.mark.parametrize(
    "flips", [[*range(100), *range(100, 4096, 19)], pytest.param(range(4096), marks=pytest.mark.slow)]
)
def test_flipped_byte_of_the_first_page_is_never_a_silent_loss(path, flips):
    whole = filled(path, "a", "b").read_bytes()
    silent = [at for at in flips if is_silent_loss(copied_ledger(with_flipped_byte(path, whole, at), NOW))]
    assert silent == []


@pytest.mark.parametrize("flips", [range(16, 96, 3), pytest.param(range(4096), marks=pytest.mark.slow)])
def test_ledger_with_a_flipped_byte_can_be_written_or_is_set_aside(path, flips):
    whole = filled(path, "a", "b").read_bytes()
    silent = [at for at in flips if is_silent_loss(open_ledger(with_flipped_byte(path, whole, at), NOW))]
    assert silent == []


def test_dry_run_reads_the_ledger_and_alters_nothing(path):
    before = bytes_in(filled(path, "a").parent)
    with copied_ledger(path, NOW) as ledger:
        TrackerMemory(ledger, HERE).remember(remembered("b"))
        assert keys_of(ledger) == {"a", "b"}
    assert bytes_in(path.parent) == before


def test_dry_run_without_a_ledger_makes_none(path):
    with copied_ledger(path, NOW) as ledger:
        assert keys_of(ledger) == set()
    assert not path.parent.exists()


def test_dry_run_says_what_it_would_set_aside(path):
    garbage(filled(path, "a"))
    with copied_ledger(path, NOW) as ledger:
        assert noted(ledger, NOW, NOW) == [f"{path} is no SQLite database: it would be set aside, and a new one begun"]


def test_dry_run_reads_past_what_a_killed_writer_left_undone(path):
    killed_writer(filled(path, "a"), "DELETE FROM remembered")
    before = bytes_in(path.parent)
    with copied_ledger(path, NOW) as ledger:
        assert keys_of(ledger) == {"a"}
    assert bytes_in(path.parent) == before


def test_dry_run_on_a_ledger_that_another_writes_reads_what_was_before(path):
    filled(path, "a")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM remembered")
        with copied_ledger(path, NOW) as ledger:
            assert keys_of(ledger) == {"a"}


def test_empty_ledger_can_be_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with empty_ledger() as ledger:
        TrackerMemory(ledger, HERE).remember(remembered("a"))
        assert keys_of(ledger) == {"a"}
    assert names_in(tmp_path) == set()
