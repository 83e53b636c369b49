"""The ledger is opened, checked, set aside and written."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from forensics.ledger import database, schema
from forensics.ledger.database import Ledger, copied_ledger, empty_ledger, noted, open_ledger
from forensics.ledger.faults import LedgerError
from forensics.ledger.tracker import TrackerMemory
from tests.ledger.builders import HERE, NOW, STAMP, filled, keys_in, names_in, notes_in, remembered

ASIDE = f"ledger.db.damaged-{STAMP}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


def altered(path: Path, *statements: str) -> None:
    """Alter a database with plain SQLite."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def killed_writer(path: Path) -> None:
    """Leave a ledger and its journal as they are when a writer is killed while pages are half written."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 2")
        connection.execute("BEGIN IMMEDIATE")
        for number in range(200):
            connection.execute("INSERT INTO notes VALUES (?, ?)", (number, "undone " * 200))
        connection.execute("DELETE FROM remembered")
        left = bytes_in(path.parent)
    for name, content in left.items():
        path.with_name(name).write_bytes(content)


def test_ledger_keeps_what_was_written(path):
    assert keys_in(filled(path, "a", "b")) == {"a", "b"}


def test_nothing_but_the_ledger_is_left_in_its_folder(path):
    filled(path, "a")
    assert names_in(path.parent) == {"ledger.db"}


def test_new_ledger_has_no_notes(path):
    assert notes_in(path) == []


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_modes_are_the_same_under_every_umask(path, umask):
    before = os.umask(umask)
    try:
        filled(path, "a")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent)] == [0o640, 0o755]


def test_commits_are_synced_as_far_as_sqlite_can(path):
    with open_ledger(path, NOW) as ledger:
        assert [*ledger.rows("PRAGMA synchronous"), *ledger.rows("PRAGMA journal_mode")] == [(3,), ("delete",)]


def test_patience_is_at_most_two_seconds(path):
    with open_ledger(path, NOW) as ledger:
        assert 0 < ledger.rows("PRAGMA busy_timeout")[0][0] <= 2_000


def test_ledger_names_itself_and_its_version(path):
    with open_ledger(path, NOW) as ledger:
        known = [*ledger.rows("PRAGMA application_id"), *ledger.rows("PRAGMA user_version")]
    assert known == [(schema.APPLICATION_ID,), (len(schema.STEPS),)]


@pytest.mark.parametrize("name", ["a b.db", "50%.db", "what?mode=memory.db", "a#b.db", "é\udcff.db"])
def test_any_file_name_is_taken_as_it_is(tmp_path, name):
    assert keys_in(filled(tmp_path / name, "a")) == {"a"}
    assert names_in(tmp_path) == {name}


def test_relative_path_is_understood(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert keys_in(filled(Path("ledger.db"), "a")) == {"a"}


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all " * 500)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def shortened(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def strange(path: Path) -> None:
    path.unlink()
    altered(path, "CREATE TABLE runs (id)")


def renamed_table(path: Path) -> None:
    altered(path, "ALTER TABLE intents RENAME TO intended")


def nameless_version(path: Path) -> None:
    altered(path, "PRAGMA user_version = 0")


def broken_rule(path: Path) -> None:
    altered(path, "PRAGMA ignore_check_constraints = ON", "UPDATE remembered SET is_open = 7")


UNSOUND = [garbage, emptied, shortened, strange, renamed_table, nameless_version, broken_rule]


@pytest.mark.parametrize("spoil", UNSOUND)
def test_what_is_no_ledger_is_set_aside_as_it_is(path, spoil: Callable[[Path], None]):
    spoil(filled(path, "a"))
    spoiled = path.read_bytes()
    assert keys_in(path) == set()
    assert path.with_name(ASIDE).read_bytes() == spoiled


@pytest.mark.parametrize("spoil", UNSOUND)
def test_what_was_set_aside_is_told_with_its_new_name(path, spoil: Callable[[Path], None]):
    spoil(filled(path, "a"))
    (note,) = notes_in(path)
    assert note.startswith(f"{path} is ")
    assert note.endswith(f": kept as {ASIDE}, and a new one begun")


def test_note_is_found_again_by_a_repeat_and_by_a_later_report(path):
    filled(path).write_bytes(b"")
    first = notes_in(path)
    assert notes_in(path) == first
    with open_ledger(path, NOW + 100) as ledger:
        assert noted(ledger, NOW - 100, NOW + 100) == first


def test_note_of_another_time_is_not_told(path):
    filled(path).write_bytes(b"")
    notes_in(path)
    assert notes_in(path, NOW + 1) == []
    assert notes_in(path, NOW - 1) == []


def test_what_was_set_aside_earlier_is_never_replaced(path):
    filled(path).write_bytes(b"one")
    notes_in(path)
    path.write_bytes(b"two")
    notes_in(path)
    contents = bytes_in(path.parent)
    assert (contents[ASIDE], contents[f"{ASIDE}-2"]) == (b"one", b"two")


def test_database_of_another_program_is_not_altered_before_it_is_moved(path):
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE theirs (id)")
        before = bytes_in(path.parent)
        notes_in(path)
        after = bytes_in(path.parent)
    assert {part: after[f"{ASIDE}{part}"] for part in ("", "-wal")} == {
        part: before[f"ledger.db{part}"] for part in ("", "-wal")
    }


def test_journal_goes_with_its_database_and_never_into_the_new_one(path):
    killed_writer(filled(path, "a"))
    journal = path.with_name("ledger.db-journal").read_bytes()
    path.write_bytes(b"garbage")
    assert keys_in(path) == set()
    assert bytes_in(path.parent)[f"{ASIDE}-journal"] == journal


def test_journal_left_by_a_lost_ledger_is_set_aside_and_told(path):
    killed_writer(filled(path, "a"))
    path.unlink()
    assert notes_in(path) == [f"{path} was missing, and its journal left behind: kept as {ASIDE}, and a new one begun"]
    assert names_in(path.parent) == {"ledger.db", f"{ASIDE}-journal"}


def test_what_a_killed_writer_left_undone_is_undone(path):
    killed_writer(filled(path, "a"))
    assert keys_in(path) == {"a"}
    assert notes_in(path) == []


def test_write_ahead_log_is_switched_off(path):
    altered(filled(path, "a"), "PRAGMA journal_mode = WAL")
    with open_ledger(path, NOW) as ledger:
        assert ledger.rows("PRAGMA journal_mode") == [("delete",)]
    assert keys_in(path) == {"a"}


def test_tables_that_a_person_added_are_left_alone(path):
    altered(filled(path, "a"), "CREATE TABLE mine (x)")
    assert notes_in(path) == []


def test_newer_version_is_refused_and_nothing_moved(path):
    altered(filled(path, "a"), "PRAGMA user_version = 99")
    before = bytes_in(path.parent)
    with pytest.raises(LedgerError, match=r"written by a newer version \(schema 99, .* - use that version"):
        notes_in(path)
    assert bytes_in(path.parent) == before


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), os.mkfifo])
def test_what_is_no_plain_file_is_refused_and_nothing_moved(tmp_path, make):
    make(tmp_path / "ledger.db")
    with pytest.raises(LedgerError, match="no plain file"):
        notes_in(tmp_path / "ledger.db")
    assert names_in(tmp_path) == {"ledger.db"}


def test_link_is_refused_and_its_target_untouched(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"")
    (tmp_path / "ledger.db").symlink_to(victim)
    with pytest.raises(LedgerError, match="is a link"):
        notes_in(tmp_path / "ledger.db")
    assert victim.read_bytes() == b""


def test_link_planted_for_the_draft_is_replaced_and_its_target_untouched(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / ".ledger.db.new").symlink_to(victim)
    filled(tmp_path / "ledger.db", "a")
    assert victim.read_bytes() == b"precious"
    assert names_in(tmp_path) == {"victim", "ledger.db"}


def with_flipped_byte(path: Path, whole: bytes, position: int) -> Path:
    path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
    return path


def is_silent_loss(opened: AbstractContextManager[Ledger]) -> bool:
    """Tell whether something is missing of which nobody is told; a version flipped to a newer one is an error."""
    try:
        with opened as ledger:
            kept = set(TrackerMemory(ledger, HERE).remembered())
            TrackerMemory(ledger, HERE).remember(remembered("c"))
            return kept != (set() if noted(ledger, NOW, NOW) else {"a", "b"})
    except LedgerError as error:
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


def test_ledger_that_another_process_sets_aside_meanwhile_is_begun_anew(path, monkeypatch):
    filled(path, "a")
    look, looks = database.refuse_strange_head, []

    def look_and_lose(place: Path) -> None:
        look(place)
        looks.append(place)
        if len(looks) == 1:
            place.unlink()

    monkeypatch.setattr(database, "refuse_strange_head", look_and_lose)
    assert keys_in(filled(path, "b")) == {"b"}


def test_transaction_that_fails_leaves_nothing(path):
    with open_ledger(path, NOW) as ledger:
        with pytest.raises(sqlite3.IntegrityError), ledger.change() as connection:  # noqa: PT012 - two in one transaction
            for text in ("half", None):
                connection.execute("INSERT INTO notes VALUES (1, ?)", (text,))
        assert noted(ledger, 0, NOW) == []


def test_ledger_goes_on_after_a_transaction_that_failed(path):
    with open_ledger(path, NOW) as ledger:
        with pytest.raises(sqlite3.IntegrityError), ledger.change() as connection:
            connection.execute("INSERT INTO notes VALUES (1, NULL)")
        TrackerMemory(ledger, HERE).remember(remembered("a"))
    assert keys_in(path) == {"a"}


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.0)
    monkeypatch.setattr(database, "TRIES", 1)


@pytest.mark.usefixtures("no_patience")
def test_ledger_that_another_holds_is_told_and_not_set_aside(path):
    filled(path, "a")
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerError, match="locked by another process"):
            notes_in(path)
    assert names_in(path.parent) == {"ledger.db"}


@pytest.mark.usefixtures("no_patience")
def test_transaction_waits_its_turn_before_it_reads(path):
    with open_ledger(filled(path, "a"), NOW) as one, open_ledger(path, NOW) as other:
        with one.change(), pytest.raises(LedgerError, match="locked by another process"), other.change():
            pass
        TrackerMemory(other, HERE).remember(remembered("b"))
    assert keys_in(path) == {"a", "b"}


@pytest.mark.usefixtures("no_patience")
def test_dry_run_on_a_ledger_that_another_holds_gives_up(path):
    filled(path, "a")
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerError, match="locked by another process"), copied_ledger(path, NOW):
            pass


def test_ledger_is_not_carried_over_a_fork(path, monkeypatch):
    with open_ledger(path, NOW) as ledger:
        monkeypatch.setattr(database.os, "getpid", lambda: 1)
        with pytest.raises(RuntimeError, match="fork"):
            ledger.rows("SELECT 1")
        with pytest.raises(RuntimeError, match="fork"), ledger.change():
            pass


def test_dry_run_reads_the_ledger_and_alters_nothing(path):
    before = bytes_in(filled(path, "a").parent)
    with copied_ledger(path, NOW) as ledger:
        memory = TrackerMemory(ledger, HERE)
        memory.remember(remembered("b"))
        assert set(memory.remembered()) == {"a", "b"}
    assert bytes_in(path.parent) == before


def test_dry_run_without_a_ledger_makes_none(path):
    with copied_ledger(path, NOW) as ledger:
        assert TrackerMemory(ledger, HERE).remembered() == {}
    assert not path.parent.exists()


@pytest.mark.parametrize("spoil", UNSOUND[:-1])  # SQLite checks no rules where it only reads
def test_dry_run_says_what_it_would_set_aside_and_moves_nothing(path, spoil: Callable[[Path], None]):
    spoil(filled(path, "a"))
    before = bytes_in(path.parent)
    with copied_ledger(path, NOW) as ledger:
        (note,) = noted(ledger, NOW, NOW)
        assert TrackerMemory(ledger, HERE).remembered() == {}
    assert note.startswith(f"{path} is ")
    assert note.endswith("it would be set aside, and a new one begun")
    assert bytes_in(path.parent) == before


def test_dry_run_reads_past_what_a_killed_writer_left_undone(path):
    killed_writer(filled(path, "a"))
    before = bytes_in(path.parent)
    with copied_ledger(path, NOW) as ledger:
        assert set(TrackerMemory(ledger, HERE).remembered()) == {"a"}
    assert bytes_in(path.parent) == before


def test_dry_run_refuses_a_newer_version(path):
    altered(filled(path), "PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match="newer version"), copied_ledger(path, NOW):
        pass


def test_empty_ledger_can_be_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with empty_ledger() as ledger:
        TrackerMemory(ledger, HERE).remember(remembered("a"))
        assert set(TrackerMemory(ledger, HERE).remembered()) == {"a"}
    assert names_in(tmp_path) == set()
