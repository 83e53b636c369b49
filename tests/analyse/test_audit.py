"""The report as a job: whether the ones before ran, covered their time, and read what they should."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forensics.analyse.audit import audit_findings, audited, of_audit, usual_gap
from forensics.evidence.lookback import NIGHTLY, UNAUDITED, Audit
from forensics.evidence.memory import FORGOTTEN, Memory, PastRate, PastReport
from forensics.evidence.paired import Window
from tests.analyse.builders import UTC, at, evidence, frame, run, source

HOUR = 3600 * 10**9
DAY = 24 * HOUR
NIGHTS = tuple(at(f"2026-03-{day}T07:00") for day in range(14, 19))
NOW = at("2026-03-19T07:00")


def remembered(nights=NIGHTS, until=None, sources=(("cron.log", 3),), **more):
    last = PastReport(nights[-1], nights[-1] - DAY, until or nights[-1], 0, sources=dict(sources))
    return Memory(is_known=True, last=last, ran=nights, **more)


def audit(memory=None, now=NOW, since=None, sources=None, runs=()):
    memory = memory or remembered()
    window = Window(since or memory.last.until, now, now)
    return audited(memory, evidence(*(sources or [source(rows={"triggers": 3})])), window, frame(*runs))


def test_first_report_has_nothing_to_audit():
    assert audited(FORGOTTEN, evidence(), Window(0, 1, 1), frame()) == UNAUDITED


def test_report_that_came_after_the_last_one_as_ever_is_on_time():
    assert (audit().missed, audit().unwatched, audit().usual) == (0, None, DAY)


@pytest.mark.parametrize(("hours", "missed"), [(24, 0), (25, 0), (36, 0), (37, 1), (48, 1), (72, 2), (240, 9)])
def test_nights_without_a_report_are_counted(hours, missed):
    assert audit(now=NIGHTS[-1] + hours * HOUR).missed == missed


def test_time_without_a_report_goes_from_the_last_one_to_now():
    assert audit(now=NIGHTS[-1] + 3 * DAY).unwatched == (NIGHTS[-1], NIGHTS[-1] + 3 * DAY)


def test_look_at_any_time_shows_that_reports_run():
    memory = replace(remembered(), ran=(*NIGHTS, NIGHTS[-1] + 2 * DAY))
    assert audit(memory, now=NIGHTS[-1] + 3 * DAY).missed == 0


@pytest.mark.parametrize(
    ("nights", "usual"),
    [
        (NIGHTS, DAY),
        (NIGHTS[:3], None),
        (tuple(7 * DAY * week for week in range(1, 6)), 7 * DAY),
        ((*NIGHTS, *(NIGHTS[-1] + minute * 60 * 10**9 for minute in range(1, 9))), DAY),
        (tuple(HOUR * hour for hour in range(1, 99)), None),
        (tuple(13 * HOUR * each for each in range(1, 9)), DAY),
    ],
    ids=["nightly", "too few", "weekly", "made again by hand", "every hour", "at least a night"],
)
def test_rhythm_is_that_of_most_reports(nights, usual):
    assert usual_gap(remembered(nights)) == usual


def test_one_long_break_is_no_rhythm():
    assert usual_gap(remembered((NIGHTS[0] - 30 * DAY, *NIGHTS))) == DAY


def test_rates_tell_when_reports_ran_too():
    memory = replace(remembered(), ran=(), rates=tuple(PastRate(now, 1, 1) for now in NIGHTS))
    assert usual_gap(memory) == DAY


def test_person_who_asks_now_and_then_is_told_of_no_missing_report():
    memory = remembered((NIGHTS[0], NIGHTS[-1]))
    assert audit(memory, now=NIGHTS[-1] + 9 * DAY).missed == 0


def test_time_that_no_window_holds_is_named():
    assert audit(since=NIGHTS[-1] + 2 * HOUR).uncovered == (NIGHTS[-1], NIGHTS[-1] + 2 * HOUR)


@pytest.mark.parametrize("hours", [0, -5])
def test_window_that_goes_on_or_overlaps_leaves_nothing_out(hours):
    assert audit(since=NIGHTS[-1] + hours * HOUR).uncovered is None


def test_source_that_fell_silent_is_told_with_what_it_gave():
    found = audit(sources=[source(rows={}, covers=(None, None)), source("other", rows={"triggers": 2})])
    assert (found.silent, found.speaking) == ({"cron.log": 3}, {})


def test_source_that_speaks_again_is_told():
    assert audit(remembered(sources={"cron.log": 0})).speaking == {"cron.log": 3}


def test_source_that_is_new_is_neither():
    found = audit(remembered(sources={}))
    assert (found.silent, found.speaking, found.gone) == ({}, {}, ())


def test_source_that_no_config_names_any_more_is_gone_and_not_silent():
    found = audit(remembered(sources={"cron.log": 3, "old.log": 9}))
    assert (found.silent, found.gone) == ({}, ("old.log",))


def test_what_the_ledger_adds_is_no_source():
    own = replace(source("ledger", "artifacts"), kind="ledger")
    assert audit(remembered(sources={"cron.log": 3, "ledger": 9}), sources=[source(), own]).gone == ("ledger",)


def test_pending_runs_are_followed():
    rows = [
        run("confirmed", key="a"),
        run("pending", key="b"),
        run("confirmed", key="c", in_window=False),
        run("confirmed", key="z"),
    ]
    found = audit(remembered(pending=dict.fromkeys("abcd", 1)), runs=rows)
    assert (found.judged, found.still, found.lost) == (1, 1, 1)


MISSED = Audit(usual=DAY, unwatched=(NIGHTS[-1], NIGHTS[-1] + 3 * DAY), missed=2)


def test_missing_report_is_a_blocker_of_its_own():
    (each,) = of_audit(MISSED, UTC)
    assert (each.kind, each.about, each.count, each.since) == ("reporting", NIGHTLY, 2, NIGHTS[-1])
    assert each.text == "No report ran from 2026-03-18 07:00 to 2026-03-21 07:00: 2 reports missing."
    assert "holds it" in each.inferred


def test_blocker_says_where_the_window_leaves_some_of_that_time_out():
    (each,) = of_audit(replace(MISSED, uncovered=(1, 2)), UTC)
    assert "does not hold all of it" in each.inferred


def test_report_on_time_is_no_blocker():
    assert list(of_audit(Audit(usual=DAY, uncovered=(1, 2), silent={"x": 1}), UTC)) == []


def test_what_befell_the_ledger_and_who_fell_silent_are_findings():
    found = audit_findings(Audit(silent={"cron.log": 1234}), ["ledger.db is damaged"])
    assert [(each.kind, each.text) for each in found] == [
        ("ledger", "The ledger was not as the last report left it: ledger.db is damaged."),
        ("fell_silent", "`cron.log` gave 1,234 rows to the last report, and none to this one."),
    ]
