"""An alert file stands from the first failure until the recovery, and shows nothing that harms."""

from __future__ import annotations

import os
import stat

import pytest

from forensics.errors import OutputError
from forensics.ledger.alert import TRACKER, alerting_since, clear_alert, raise_alert
from forensics.untrusted import slug
from tests.ledger.builders import NOW
from tests.processes import names_in

STRANGE = slug("../evil")
LATER = NOW + 900_000_000_000
SECRET = "xoxb-123456789012-abcdefghijkl"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state" / "alerts"


def shown(folder, lines, name=TRACKER):
    """Return the lines of an alert below its first."""
    raise_alert(folder, name, lines, NOW)
    return (folder / f"{name}.alert").read_bytes().decode().removesuffix("\n").split("\n")[1:]


def test_alert_says_since_when_and_what(folder):
    raise_alert(folder, TRACKER, ["The tracker cannot be reached.", "3 requests wait."], NOW)
    assert (folder / "_tracker.alert").read_text() == (
        "ALERT _tracker since 2026-03-19T02:00:00Z, still so 2026-03-19T02:00:00Z\n"
        "The tracker cannot be reached.\n"
        "3 requests wait.\n"
    )


def test_first_failure_stays_over_runs(folder):
    raise_alert(folder, TRACKER, ["refused"], NOW)
    assert raise_alert(folder, TRACKER, ["timed out"], LATER) == NOW
    assert (folder / "_tracker.alert").read_text() == (
        "ALERT _tracker since 2026-03-19T02:00:00Z, still so 2026-03-19T02:15:00Z\ntimed out\n"
    )


def test_name_that_is_none_has_an_alert_under_its_stand_in(folder):
    raise_alert(folder, STRANGE, ["corrupt"], NOW)
    assert (names_in(folder), alerting_since(folder, STRANGE)) == ({f"{STRANGE}.alert"}, NOW)


def test_three_days_leave_one_file(folder):
    for check in range(3 * 96):
        raise_alert(folder, TRACKER, ["refused"], NOW + check * 900_000_000_000)
    assert (names_in(folder), alerting_since(folder, TRACKER)) == ({"_tracker.alert"}, NOW)


def test_next_trouble_after_a_recovery_begins_anew(folder):
    raise_alert(folder, TRACKER, [], NOW)
    clear_alert(folder, TRACKER)
    assert raise_alert(folder, TRACKER, [], LATER) == LATER


def test_clock_that_was_set_back_does_not_leave_the_beginning_ahead(folder):
    raise_alert(folder, TRACKER, [], LATER)
    assert raise_alert(folder, TRACKER, [], NOW) == NOW


@pytest.mark.parametrize(
    "content", [b"", b"junk", b"\xff\xfe", b"ALERT _tracker since noon, last seen noon\n", b"A" * 9_999]
)
def test_alert_that_cannot_be_read_is_written_anew(folder, content):
    folder.mkdir(parents=True)
    (folder / "_tracker.alert").write_bytes(content)
    assert raise_alert(folder, TRACKER, [], NOW) == NOW


def test_quoted_text_is_not_taken_for_the_first_line(folder):
    raise_alert(folder, TRACKER, ["ALERT _tracker since 2020-01-01T00:00:00Z, last seen now"], NOW)
    assert alerting_since(folder, TRACKER) == NOW


def test_parts_of_a_second_are_not_shown(folder):
    assert raise_alert(folder, TRACKER, [], NOW + 123_456_789) == NOW
    assert "." not in (folder / "_tracker.alert").read_text().split("\n")[0]


def test_clearing_removes_that_alert_only(folder):
    raise_alert(folder, TRACKER, [], NOW)
    raise_alert(folder, "db_backup", [], NOW)
    assert clear_alert(folder, TRACKER) is True
    assert names_in(folder) == {"db_backup.alert"}


def test_clearing_what_is_not_there_is_no_error_and_makes_nothing(folder):
    assert clear_alert(folder, TRACKER) is False
    assert not folder.exists()


def test_clearing_is_durable(folder, monkeypatch):
    raise_alert(folder, TRACKER, [], NOW)
    synced = []
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append(stat.S_ISDIR(os.fstat(file).st_mode)), sync(file)))
    clear_alert(folder, TRACKER)
    assert synced == [True]


def test_alert_that_cannot_be_removed_is_told(folder):
    (folder / "_tracker.alert").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"_tracker\.alert could not be removed - .* - remove it by hand"):
        clear_alert(folder, TRACKER)


@pytest.mark.parametrize("name", ["../x", "/x", "", ".", "-rf", "_other", "x\n", "a\x00", "a" * 65, "аdmin"])
def test_name_that_is_no_job_is_refused_before_any_file_is_touched(folder, name):
    for attempt in (lambda: raise_alert(folder, name, [], NOW), lambda: clear_alert(folder, name)):
        with pytest.raises(OutputError, match="no alert can be named"):
            attempt()
    assert not folder.exists()


def test_no_secret_stands_in_an_alert(folder):
    assert SECRET not in "".join(shown(folder, [f"refused {SECRET}"]))


def test_secret_wrapped_over_two_lines_is_masked(folder):
    text = "".join(shown(folder, [f"refused {SECRET[:14]}", SECRET[14:]]))
    assert SECRET[5:14] not in text
    assert SECRET[14:] not in text


def test_control_characters_are_made_visible(folder):
    assert shown(folder, ["a\x1b[31mred", "b\u202e"]) == ["a\\u001b[31mred", "b\\u202e"]


def test_half_a_character_does_not_stop_the_alert(folder):
    assert shown(folder, ["a\ud800"]) == ["a\\ud800"]


def test_long_lines_and_many_are_cut_and_counted(folder):
    lines = shown(folder, ["x" * 9_999] * 250)
    assert (len(lines), len(lines[0]), lines[-1]) == (101, 500, "and 150 more lines")


def test_pipe_in_place_of_an_alert_is_refused_without_waiting(folder):
    folder.mkdir(parents=True)
    os.mkfifo(folder / "_tracker.alert")
    with pytest.raises(OutputError, match="no plain file"):
        raise_alert(folder, TRACKER, [], NOW)


def test_planted_link_is_replaced_and_its_target_untouched(folder, tmp_path):
    folder.mkdir(parents=True)
    (tmp_path / "victim").write_bytes(b"precious")
    (folder / "_tracker.alert").symlink_to(tmp_path / "victim")
    raise_alert(folder, TRACKER, [], NOW)
    assert (tmp_path / "victim").read_bytes() == b"precious"


def test_file_in_place_of_the_folder_is_told(folder):
    folder.parent.mkdir()
    folder.write_bytes(b"")
    with pytest.raises(OutputError, match="alerts"):
        raise_alert(folder, TRACKER, [], NOW)


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_folder_can_be_read_by_all_and_written_by_its_owner(folder, umask):
    before = os.umask(umask)
    try:
        raise_alert(folder, TRACKER, [], NOW)
    finally:
        os.umask(before)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (folder, folder.parent)] == [0o755, 0o755]


def test_alert_of_an_older_version_is_read_on(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_tracker.alert").write_text(
        "ALERT _tracker since 2026-03-01T00:00:00Z, last seen 2026-03-02T00:00:00Z\n"
    )
    assert raise_alert(folder, TRACKER, [], NOW) == alerting_since(folder, TRACKER) < NOW
