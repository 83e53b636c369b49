"""What could not be written to the registry is kept beside it, and merged once."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from forensics.database.locks import held
from forensics.database.opening import Care
from forensics.frozen import changed
from forensics.recorder.registry import open_registry
from forensics.recorder.registry_spool import merge, spool, spool_of
from forensics.recorder.run_record import COMPLETED, INTERRUPTED, Run, from_json, to_json
from tests.recorder.run_builders import NOW, all_runs, changes, completed, filled, notes_in, run, saved, stored


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry.db"


def merged(path: Path) -> int:
    with open_registry(path, NOW, Care()) as database:
        return merge(database, path, NOW, 100)


def names(path: Path) -> list[str]:
    return sorted(each.suffix for each in spool_of(path).iterdir())


def test_run_in_the_spool_is_merged_and_removed(path):
    one = completed(run())
    spool(path, one)
    assert (merged(path), stored(path, one.id), names(path)) == (1, one, [])


def test_spool_holds_the_newest_of_a_run(path):
    one = run()
    spool(path, one)
    spool(path, completed(one))
    assert (merged(path), stored(path, one.id)) == (1, completed(one))


def test_end_in_the_spool_is_written_over_the_beginning(path):
    one = run()
    spool(filled(path, one), completed(one))
    merged(path)
    assert stored(path, one.id) == completed(one)


def test_late_end_in_the_spool_wins_over_interrupted(path):
    one = run()
    filled(path, changed(one, status=INTERRUPTED))
    spool(path, completed(one))
    merged(path)
    assert changes(path, one.id) == [(INTERRUPTED, COMPLETED)]


def test_merging_twice_changes_nothing(path):
    one = completed(run())
    spool(path, one)
    merged(path)
    spool(path, one)
    assert (merged(path), len(all_runs(path)), changes(path, one.id)) == (1, 1, [])


def test_merge_that_was_cut_off_is_finished(path):
    one = completed(run())
    file = spool(path, one)
    file.rename(file.with_suffix(".taken"))
    assert (merged(path), stored(path, one.id), names(path)) == (1, one, [])


def test_older_word_does_not_undo_what_was_recorded(path):
    one = run()
    saved(path, completed(one))
    spool(path, one)
    merged(path)
    assert (stored(path, one.id), names(path)) == (completed(one), [])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"attempts": 3}',
        b"\xff\xfe",
        b"[" * 9_999,
        to_json(run()).replace(b'"running"', b'"odd"'),
    ],
)
def test_what_is_no_record_is_kept_and_noted(path, content):
    spool(path, run("good"))
    (spool_of(path) / "x.json").write_bytes(content)
    assert (merged(path), names(path), len(notes_in(path))) == (1, [".bad"], 1)


def test_two_do_not_merge_at_once(path):
    import os

    spool(path, run())
    with held(os.open(spool_of(path), os.O_RDONLY), 1):
        assert merged(path) == 0


def test_spool_is_nobody_elses_business(path):
    spool(path, run())
    assert stat.S_IMODE(spool_of(path).stat().st_mode) == 0o700


def test_link_in_the_spool_is_not_followed(path, tmp_path):
    (tmp_path / "theirs").write_bytes(to_json(run()))
    spool_of(path).mkdir()
    (spool_of(path) / "x.json").symlink_to(tmp_path / "theirs")
    assert (merged(path), all_runs(path)) == (0, [])
    assert (tmp_path / "theirs").exists()


def test_record_is_read_as_it_was_written():
    one: Run = completed(run(command=("a", "\udcff", "é\n")))
    assert from_json(to_json(one)) == one
