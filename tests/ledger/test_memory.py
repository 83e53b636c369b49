"""What one report leaves in the ledger and what the next is given of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from forensics.database.opening import Database
from forensics.evidence.memory import JobRate, PastReport, SeenFile
from forensics.evidence.records import Kept
from forensics.ledger.database import open_ledger
from forensics.ledger.memory import DAY, OLDEST, Left, last_report, recall, remember
from forensics.ledger.nights import Night
from forensics.ledger.publications import delivered, publish, waiting
from tests.ledger.builders import NOW

SCOPE = "/etc/forensics.toml"


def night(now: int = NOW, since: int | None = None, *, is_about_all: bool = True, **pending: int) -> Night:
    report = PastReport(now=now, since=now - DAY if since is None else since, until=now, exit_code=0)
    return Night(SCOPE, f"night-{now}", report, said=9, owed=10, is_about_all=is_about_all, pending=pending)


def seen(now: int = NOW, at: int = NOW - 1, **values: object) -> SeenFile:
    plain = {"source": "files out", "path": "a", "at": at, "size": 1, "inode": 7, "changed_at": None, "born_at": None}
    return SeenFile(**{**plain, "first_seen": now, "last_seen": now, "record": 0, **values})  # type: ignore[arg-type]


@pytest.fixture
def ledger(tmp_path: Path):
    with open_ledger(tmp_path / "ledger.db", NOW) as opened:
        yield opened


def remembered(ledger: Database, now: int = NOW + 1):
    return recall(ledger, SCOPE, now, now - DAY, last_report(ledger, SCOPE, now), ["slack #ops"])


def test_last_report_is_told_as_it_was(ledger):
    told = PastReport(NOW, NOW - DAY, NOW, 1, 3, {"missed": 3}, {"a": "b"}, {"syslog": 4}, {"files": "gone"})
    remember(ledger, Left(replace(night(), report=told)))
    assert last_report(ledger, SCOPE, NOW + 1) == told


def test_report_does_not_know_itself(ledger):
    remember(ledger, Left(night(a=5), [seen()], ["files out"]))
    found = remembered(ledger, NOW)
    assert (found.last, found.pending, found.seen, found.looks) == (None, {}, (), {})


def test_later_report_knows_files_looks_and_pending_runs(ledger):
    remember(ledger, Left(night(a=NOW - 5), [seen()], ["files out"]))
    found = remembered(ledger)
    assert [(each.path, each.at, each.inode) for each in found.seen] == [("a", NOW - 1, 7)]
    assert (found.looks, found.pending) == ({"files out": (NOW,)}, {"a": NOW - 5})


def test_same_version_is_kept_once_and_a_new_one_beside_it(ledger):
    remember(ledger, Left(night(), [seen()]))
    remember(ledger, Left(night(NOW + 5, NOW), [seen(NOW + 5), seen(NOW + 5, inode=8)]))
    assert [(each.first_seen, each.inode) for each in remembered(ledger, NOW + 9).seen] == [(NOW, 7), (NOW + 5, 8)]


def test_versions_without_size_or_inode_are_kept_once_too(ledger):
    remember(ledger, Left(night(), [seen(size=None, inode=None)]))
    remember(ledger, Left(night(NOW + 5, NOW), [seen(NOW + 5, size=None, inode=None)]))
    assert len(remembered(ledger, NOW + 9).seen) == 1


def test_file_older_than_anything_that_matters_is_not_read(ledger):
    remember(ledger, Left(night(), [seen(at=NOW - 30 * DAY)]))
    assert remembered(ledger).seen == ()


def test_pending_run_brings_back_files_of_its_own_time(ledger):
    remember(ledger, Left(night(a=NOW - 29 * DAY), [seen(at=NOW - 30 * DAY)]))
    assert len(remembered(ledger).seen) == 1


def test_gap_is_no_link(ledger):
    remember(ledger, Left(night()))
    remember(ledger, Left(night(NOW + DAY, NOW + 1)))
    found = last_report(ledger, SCOPE, NOW + 2 * DAY)
    assert found is not None
    assert found.now == NOW


def test_report_over_some_jobs_is_no_link(ledger):
    remember(ledger, Left(night(is_about_all=False)))
    assert last_report(ledger, SCOPE, NOW + 1) is None


def test_report_of_another_stretch_of_time_ran_and_is_no_link(ledger):
    remember(ledger, Left(night()))
    past = night(NOW + 5)
    remember(ledger, Left(replace(past, report=replace(past.report, until=NOW - 5))))
    found = remembered(ledger, NOW + 9)
    assert (found.ran, found.last and found.last.now) == ((NOW, NOW + 5), NOW)


def blocked(now: int, *blockers: str) -> Left:
    made = night(now, now - DAY)
    return Left(replace(made, report=replace(made.report, blockers=dict.fromkeys(blockers, "text"))))


def test_blockers_are_counted_back_to_where_they_began_without_a_break(ledger):
    for day, told in enumerate([("a", "b"), ("b",), ("a", "b"), ("a", "b", "c")]):
        remember(ledger, blocked(NOW + day * DAY, *told))
    first, third, fourth = NOW, NOW + 2 * DAY, NOW + 3 * DAY
    assert remembered(ledger, NOW + 4 * DAY).standing == {"a": (third, 2), "b": (first, 4), "c": (fourth, 1)}


def test_same_instant_again_takes_the_place_of_what_was_there(ledger):
    remember(ledger, Left(night(a=1, b=2)))
    remember(ledger, Left(night(b=2)))
    assert remembered(ledger).pending == {"b": 2}


def test_older_night_adds_nothing(ledger):
    remember(ledger, Left(night()))
    assert not remember(ledger, Left(night(NOW - DAY), [seen()]))
    assert remembered(ledger).seen == ()


def test_newest_words_of_what_a_source_keeps_count(ledger):
    kept = [Kept("c/1", NOW - 2, "first"), Kept("c/2", NOW - 1, "other")]
    remember(ledger, Left(night(), kept={"slack #ops": kept}))
    edited = [Kept("c/1", NOW - 2, "edited")]
    remember(ledger, Left(night(NOW + 5, NOW), kept={"slack #ops": edited}))
    assert remembered(ledger, NOW + 5).kept["slack #ops"] == tuple(kept)
    assert remembered(ledger, NOW + 6).kept["slack #ops"] == (*edited, kept[1])


def test_rates_come_oldest_first_and_only_from_links(ledger):
    remember(ledger, Left(night()))
    remember(ledger, Left(night(NOW + 5, NOW)))
    remember(ledger, Left(night(NOW + 6, is_about_all=False)))
    assert [rate.now for rate in remembered(ledger, NOW + 9).rates] == [NOW, NOW + 5]


def test_rates_of_single_jobs_are_told_again(ledger):
    jobs = (JobRate("backup", None, 3, 4), JobRate("backup", "web", 0, 1))
    remember(ledger, Left(replace(night(), jobs=jobs)))
    assert [rate.jobs for rate in remembered(ledger).rates] == [jobs]


def test_report_of_an_older_version_tells_of_no_single_job(ledger):
    remember(ledger, Left(night()))
    with ledger.change() as connection:
        connection.execute("UPDATE reports SET jobs = '[]'")
    assert [rate.jobs for rate in remembered(ledger).rates] == [()]


def test_delivery_is_told_once_it_was_made(ledger):
    remember(ledger, Left(night()))
    publish(ledger, "slack", f"night-{NOW}", "text", NOW)
    assert last_report(ledger, SCOPE, NOW + 3).delivered == {"slack": None}
    delivered(ledger, waiting(ledger, "slack")[0].id, NOW + 5)
    assert last_report(ledger, SCOPE, NOW + 3).delivered == {"slack": None}
    assert last_report(ledger, SCOPE, NOW + 6).delivered == {"slack": NOW + 5}


def test_what_is_very_old_is_forgotten(ledger):
    remember(ledger, Left(night(a=1), [seen()], ["files out"], {"slack #ops": [Kept("k", NOW, "x")]}))
    later = NOW + OLDEST + DAY
    remember(ledger, Left(night(later)))
    counts = {
        table: ledger.rows(f"SELECT count(*) FROM {table}")[0][0]
        for table in ("reports", "pending", "seen", "looks", "kept")
    }
    assert counts == {"reports": 1, "pending": 0, "seen": 0, "looks": 0, "kept": 0}


def test_lone_surrogates_in_names_are_stored(ledger):
    remember(ledger, Left(night(), [seen(path="a\ud800")]))
    assert remembered(ledger).seen[0].path == "a\\ud800"
