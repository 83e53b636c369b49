"""Mutes, groups, hosts and the life of a job, as worlds: what a config says of them, and what the report makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from forensics.analyse.concerns import check_of
from forensics.config import Tracker
from forensics.configfile import TROUBLES
from forensics.evidence.result import Result
from forensics.publish.sync import sync
from forensics.report.markdown import report_markdown
from tests.cases_builder import (
    DAY,
    Night,
    Raw,
    bad,
    file,
    good,
    job,
    night,
    reported,
    says,
    shown_runs,
    step,
    trigger,
)
from tests.publish.tracked import World, world

pytestmark = pytest.mark.slow

T, A, OK, NO = trigger(), file(), good(), bad()
KINDS = Tracker("http://127.0.0.1", "a/b").open_for
COVERED = ["2026-03-09T00:00:00+09:00", "2026-03-20T00:00:00+09:00"]
BEATS = ({"kind": "heartbeats", "path": "beats"},)
NO_FILES: Mapping[str, str | None] = {"artifacts": None}
Outcome = tuple[str, str | None, str, str]


@dataclass(frozen=True)
class Case:
    """A world: ``runs`` are (job, host, verdict, flags) in order of time, ``blockers`` (kind, job), ``rate`` successes."""

    title: str
    night: Night
    runs: Sequence[Outcome]
    blockers: Sequence[tuple[str, str | None]] = ()
    exit_code: int = 0
    rate: float | None = None


def at(clock: str) -> str:
    """Return a clock time of the night's day as a config writes it."""
    return f"{DAY}T{clock}:00+09:00"


def mute(*jobs: str, **more: str) -> dict[str, Any]:
    return {"jobs": list(jobs) or ["backup"], "reason": "host move", **more}


def muting(*mutes: Mapping[str, Any]) -> dict[str, Any]:
    return {"mute": tuple(mutes)}


def grouping(*groups: Mapping[str, Any]) -> dict[str, Any]:
    return {"match": tuple(groups)}


def ran(verdict: str, flags: str = "", job: str = "backup", host: str | None = None) -> Outcome:
    return job, host, verdict, flags


def beat(clock: str, folder: str = "beats", host: str | None = None, interval: int = 86_400) -> Raw:
    told = {"job": "backup", "timestamp": night().clock(clock).timestamp(), "interval_seconds": interval, "host": host}
    return Raw(f"{folder}/backup.last", json.dumps({key: value for key, value in told.items() if value is not None}))


def listing(host: str, *clocks: str) -> tuple[Raw, dict[str, Any]]:
    """Return a tree of a host as find lists it, the night's file written at each of these times, and its source."""
    lines = (f"{night().clock(clock).timestamp():.1f}\t10\t/srv/{DAY}.json\n" for clock in clocks)
    source = {"kind": "find-listing", "path": f"{host}.txt", "root": "/srv", "host": host, "coverage": COVERED}
    return Raw(f"{host}.txt", "".join(lines)), source


def listed(*trees: tuple[Raw, dict[str, Any]]) -> dict[str, Any]:
    return {"lanes": NO_FILES, "files": tuple(raw for raw, _ in trees), "sources": tuple(each for _, each in trees)}


def skipped(day: int) -> Any:
    return trigger(f"2026-03-{day} 07:00:01", event="skipped")


OTHER = (job(), job("other", artifacts=["{date:%Y-%m-%d}.other"]))
OTHER_IS_WELL = (trigger(job="other"), file(path=f"{DAY}.other"), good(job="other"))
FAILED = [("failed", "backup")]

MUTES = [
    Case("muted for good", night(T, NO, sections=muting(mute())), [ran("failed", "muted")]),
    Case("muted, and all is well", night(T, A, OK, sections=muting(mute())), [ran("confirmed", "muted")]),
    Case("muted since yesterday", night(T, NO, sections=muting(mute(since="2026-03-18"))), [ran("failed", "muted")]),
    Case("muted until tomorrow", night(T, NO, sections=muting(mute(until="2026-03-20"))), [ran("failed", "muted")]),
    Case(
        "muted from tomorrow", night(T, NO, sections=muting(mute(since="2026-03-20"))), [ran("failed")], FAILED, 1, 0.0
    ),
    Case("mute expired", night(T, NO, sections=muting(mute(until="2026-03-18"))), [ran("failed")], FAILED, 1, 0.0),
    Case(
        "mute ends as it is due",
        night(T, NO, sections=muting(mute(until=at("07:00")))),
        [ran("failed")],
        FAILED,
        1,
        0.0,
    ),
    Case("mute begins as it is due", night(T, NO, sections=muting(mute(since=at("07:00")))), [ran("failed", "muted")]),
    Case("muted by a glob", night(T, NO, sections=muting(mute("back*"))), [ran("failed", "muted")]),
    Case("another is muted", night(T, NO, sections=muting(mute("other*"))), [ran("failed")], FAILED, 1, 0.0),
    Case(
        "two mutes, one inside the other",
        night(T, NO, sections=muting(mute(since="2026-03-18"), mute("b*", since=at("06:00"), until=at("08:00")))),
        [ran("failed", "muted")],
    ),
    Case(
        "two mutes, and the run between them",
        night(T, NO, sections=muting(mute(until=at("06:00")), mute(since=at("08:00")))),
        [ran("failed")],
        FAILED,
        1,
        0.0,
    ),
    Case(
        "muted one enters no rate",
        night(T, NO, *OTHER_IS_WELL, jobs=OTHER, sections=muting(mute())),
        [ran("failed", "muted"), ran("confirmed", job="other")],
        rate=1.0,
    ),
    Case(
        "muted one that is well enters none either",
        night(T, A, OK, trigger(job="other"), bad(job="other"), jobs=OTHER, sections=muting(mute())),
        [ran("confirmed", "muted"), ran("failed", job="other")],
        [("failed", "other")],
        1,
        0.0,
    ),
    Case(
        "run that was never due, in a mute",
        night(T, A, OK, trigger("12:00"), sections=muting(mute(since=at("11:00")))),
        [ran("confirmed"), ran("silent_failure", "unscheduled muted")],
        rate=1.0,
    ),
    Case(
        "mute is over when the second run fails",
        night(T, NO, trigger("12:00"), bad("12:05"), sections=muting(mute(until=at("08:00")))),
        [ran("failed", "muted"), ran("failed", "unscheduled")],
        FAILED,
        1,
        0.0,
    ),
    Case(
        "job that no config names is muted by its own name",
        night(T, A, OK, trigger("09:00", "stray", run_id="1"), sections=muting(mute("stray"))),
        [ran("confirmed"), ran("unverifiable", "muted", "stray")],
        rate=1.0,
    ),
    Case(
        "third skip in a row is muted",
        night(*map(skipped, (17, 18, 19)), since="2026-03-17 00:00", sections=muting(mute(since="2026-03-19"))),
        [ran("skipped"), ran("skipped"), ran("skipped", "muted")],
    ),
    Case(
        "muted skip neither counts nor breaks the row",
        night(
            *map(skipped, (16, 17, 18, 19)),
            since="2026-03-16 00:00",
            sections=muting(mute(since="2026-03-17", until="2026-03-18")),
        ),
        [ran("skipped"), ran("skipped", "muted"), ran("skipped"), ran("skipped")],
        [("skipped", "backup")],
        1,
    ),
    Case(
        "pending and muted",
        night(T, now="07:05", sections=muting(mute())),
        [ran("pending", "muted")],
    ),
    Case(
        "heartbeat of a muted job is silent",
        night(T, A, OK, files=(beat("2026-03-10 07:00"),), sources=BEATS, sections=muting(mute(since=at("12:00")))),
        [ran("confirmed")],
        rate=1.0,
    ),
    Case(
        "heartbeat of a job whose mute is over is silent",
        night(T, A, OK, files=(beat("2026-03-10 07:00"),), sources=BEATS, sections=muting(mute(until=at("12:00")))),
        [ran("confirmed", "muted")],
        [("stale", "backup")],
        1,
    ),
    Case(
        "schedule of a muted job cannot be used",
        night(T, A, OK, jobs=(job(schedule="0 0 31 2 *"),), sections=muting(mute())),
        [ran("confirmed", "muted")],
    ),
    Case(
        "message that cries wolf while muted makes the reporting no suspect",
        night(T, A, NO, *OTHER_IS_WELL, jobs=OTHER, sections=muting(mute())),
        [ran("false_alarm", "muted"), ran("confirmed", job="other")],
        rate=1.0,
    ),
]

SLOW = (T, file("07:50"), good("07:51"))
GROUPS = [
    Case("no group: too late to be its own", night(*SLOW), [ran("confirmed", "late")], rate=1.0),
    Case(
        "group gives it an hour",
        night(*SLOW, sections=grouping({"jobs": ["back*"], "max_duration": "1h"})),
        [ran("confirmed")],
        rate=1.0,
    ),
    Case(
        "group of other jobs gives it nothing",
        night(*SLOW, sections=grouping({"jobs": ["larry-*"], "max_duration": "1h"})),
        [ran("confirmed", "late")],
        rate=1.0,
    ),
    Case(
        "later group outranks the earlier one",
        night(
            *SLOW,
            sections=grouping({"jobs": ["*"], "max_duration": "1h"}, {"jobs": ["backup"], "max_duration": "10m"}),
        ),
        [ran("confirmed", "late")],
        rate=1.0,
    ),
    Case(
        "job's own value outranks every group",
        night(*SLOW, jobs=(job(max_duration="1h"),), sections=grouping({"jobs": ["*"], "max_duration": "10m"})),
        [ran("confirmed")],
        rate=1.0,
    ),
    Case(
        "group holds for a job that no config names",
        night(T, A, OK, trigger("09:00", "stray"), sections=grouping({"jobs": ["stray"], "artifacts": ["stray.txt"]})),
        [ran("confirmed"), ran("silent_failure", job="stray")],
        [("silent_failure", "stray")],
        1,
        0.5,
    ),
    Case(
        "group ends the life of its jobs",
        night(sections=grouping({"jobs": ["backup"], "until": "2026-03-01"})),
        [],
    ),
    Case(
        "group gives the schedule",
        night(jobs=(job(schedule=None),), sections=grouping({"jobs": ["backup"], "schedule": "0 5 * * *"})),
        [ran("missed")],
        [("missed", "backup")],
        1,
    ),
    Case(
        "own interval takes the place of a group's schedule",
        night(
            trigger("06:00"),
            jobs=(job(schedule=None, scheduler=None, interval="1d", artifacts=None),),
            sections=grouping({"jobs": ["backup"], "schedule": "0 5 * * *"}),
        ),
        [ran("unverifiable")],
        rate=0.0,
    ),
]

TWINS = (job(host="web1", schedule="0 7 * * *"), job(host="web2", schedule="0 19 * * *"))
BOTH_STARTED = (trigger(host="web1"), trigger("19:00:01", host="web2"))
BOTH_TOLD = (says("✅ backup completed on web1", "07:05"), says("✅ backup completed on web2", "19:05"))
HOSTS = [
    Case(
        "one name on two hosts, a file of each",
        night(*BOTH_STARTED, *BOTH_TOLD, jobs=TWINS, **listed(listing("web1", "07:04"), listing("web2", "19:04"))),
        [ran("confirmed", host="web1"), ran("confirmed", host="web2")],
        rate=1.0,
    ),
    Case(
        "file of one host proves nothing on the other",
        night(*BOTH_STARTED, *BOTH_TOLD, jobs=TWINS, **listed(listing("web1", "07:04", "19:04"), listing("web2"))),
        [ran("confirmed", host="web1"), ran("false_success", host="web2")],
        [("false_success", "backup")],
        1,
        1.0,
    ),
    Case(
        "host whose tree nobody read is not accused",
        night(*BOTH_STARTED, *BOTH_TOLD, jobs=TWINS, **listed(listing("web1", "07:04"))),
        [ran("confirmed", host="web1"), ran("unverifiable", host="web2")],
        rate=1.0,
    ),
    Case(
        "tree of no known host speaks for the job of any",
        night(trigger(host="web1"), A, says("✅ backup completed", "07:05"), jobs=(job(host="web1.example.org"),)),
        [ran("confirmed", host="web1.example.org")],
        rate=1.0,
    ),
    Case(
        "message that names no host is about the host that ran last",
        night(
            *BOTH_STARTED,
            *(good("07:05"), bad("19:05")),
            jobs=TWINS,
            **listed(listing("web1", "07:04"), listing("web2")),
        ),
        [ran("confirmed", host="web1"), ran("failed", host="web2")],
        FAILED,
        1,
        0.5,
    ),
    Case(
        "message that names the host is that host's",
        night(
            *BOTH_STARTED,
            says("❌ backup failed on web2", "19:05"),
            jobs=TWINS,
            **listed(listing("web1", "07:04"), listing("web2")),
        ),
        [ran("unreported", host="web1"), ran("failed", host="web2")],
        FAILED,
        1,
        0.0,
    ),
]

ENDED = {"until": at("06:00")}
LIFE = [
    Case("never due after its end", night(jobs=(job(**ENDED),)), []),
    Case("not due as its life ends", night(jobs=(job(until=at("07:00")),)), []),
    Case("due as its life begins", night(jobs=(job(since=at("07:00")),)), [ran("missed")], [("missed", "backup")], 1),
    Case("not due before its life begins", night(jobs=(job(since=at("07:01")),)), []),
    Case(
        "still started after its end: judged, and known as unscheduled",
        night(T, jobs=(job(**ENDED),)),
        [ran("silent_failure", "unscheduled")],
        [("silent_failure", "backup")],
        1,
        0.0,
    ),
    Case(
        "interval is no longer owed after its end",
        night(
            *(
                step(event, f"0{hour}:00:0{nth}", 0)
                for hour in (0, 4)
                for nth, event in enumerate(("started", "completed"))
            ),
            jobs=(
                job(schedule=None, scheduler=None, interval="4h", artifacts=None, reports="never", until=at("08:00")),
            ),
            lanes={"triggers": None},
        ),
        [ran("confirmed"), ran("confirmed")],
    ),
    Case("ended job owes no heartbeat", night(jobs=(job(**ENDED),), sources=BEATS, files=(Raw("beats", None),)), []),
    Case(
        "heartbeat that an ended job left behind is no alarm",
        night(jobs=(job(**ENDED),), sources=BEATS, files=(beat("2026-03-10 07:00"),)),
        [],
    ),
    Case(
        "heartbeat from before its life began is no alarm",
        night(jobs=(job(since=at("12:00")),), sources=BEATS, files=(beat("2026-02-10 07:00"),)),
        [],
    ),
    Case(
        "heartbeat is awaited only once it was due",
        night(jobs=(job(since=at("12:00")),), sources=BEATS, files=(Raw("beats", None),)),
        [],
    ),
    Case(
        "heartbeat was due in its life, and is not there",
        night(T, A, OK, jobs=(job(since=at("06:00")),), sources=BEATS, files=(Raw("beats", None),)),
        [ran("confirmed")],
        [("stale", "backup")],
        1,
        1.0,
    ),
    Case("schedule of an ended job cannot be used", night(jobs=(job(schedule="0 0 31 2 *", **ENDED),)), []),
]


def outcomes(result: Result) -> list[Outcome]:
    runs = shown_runs(result)
    hosts = [None if host != host else host for host in runs["host"].tolist()]
    return list(zip(runs["job"], hosts, runs["verdict"], runs["flags"], strict=True))


@pytest.mark.parametrize("case", [*MUTES, *GROUPS, *HOSTS, *LIFE], ids=lambda case: case.title)
def test_world_comes_to_what_its_config_says(tmp_path: Path, case: Case) -> None:
    result = reported(case.night, tmp_path)
    assert outcomes(result) == list(case.runs)
    assert [(each.kind, each.job) for each in result.blockers] == list(case.blockers)
    assert (result.exit_code, result.summary.reported_success_rate) == (case.exit_code, case.rate)


@pytest.mark.parametrize("case", MUTES, ids=lambda case: case.title)
def test_mute_changes_no_verdict(tmp_path: Path, case: Case) -> None:
    bare = reported(replace(case.night, sections={}), tmp_path)
    assert [verdict for _, _, verdict, _ in outcomes(bare)] == [verdict for _, _, verdict, _ in case.runs]


def told(given: Night, folder: Path) -> str:
    """Return the report's first paragraph."""
    return report_markdown(reported(given, folder)).split("\n\n")[1]


def test_first_paragraph_says_that_all_is_muted(tmp_path: Path) -> None:
    paragraph = told(night(T, NO, sections=muting(mute())), tmp_path)
    assert "**Nothing needs you:** every run is muted." in paragraph
    assert "1 run, 1 muted;" in paragraph


def test_first_paragraph_counts_no_muted_run_among_the_confirmed(tmp_path: Path) -> None:
    jobs = (job(), job("other", artifacts=None))
    given = night(T, A, OK, trigger(job="other"), good(job="other"), jobs=jobs, sections=muting(mute()))
    assert "0 of 1 (0 %) confirmed; 1 unverifiable, as" in told(given, tmp_path)


def test_false_alarms_of_muted_jobs_are_no_headline(tmp_path: Path) -> None:
    names = [f"job-{number}" for number in range(4)]
    rows = [(trigger(job=name), file(path=f"{name}.json"), bad(job=name)) for name in names]
    given = night(
        *(row for each in rows for row in each),
        jobs=tuple(job(name, artifacts=[f"{name}.json"]) for name in names),
        sections=muting(mute("job-[0-9]")),
    )
    assert "false alarms" not in told(given, tmp_path)


# Two hosts, and their heartbeats


def panel(given: Night, folder: Path) -> list[tuple[str, str | None]]:
    return [(each.status, each.reason) for each in reported(given, folder).heartbeats]


def two_folders(**beats: Raw) -> dict[str, Any]:
    sources = tuple({"kind": "heartbeats", "path": f"beats-{host}", "host": host} for host in beats)
    return {"files": tuple(beats.values()), "sources": sources}


def test_silence_of_one_host_is_not_hidden_by_the_other(tmp_path: Path) -> None:
    beats = {"web1": beat("07:04", "beats-web1", "web1"), "web2": beat("2026-03-10 19:04", "beats-web2", "web2")}
    assert panel(night(jobs=TWINS, **two_folders(**beats)), tmp_path) == [("stale", "on web2"), ("ok", "on web1")]


def test_host_whose_heartbeats_nobody_read_is_not_missing(tmp_path: Path) -> None:
    beats = {"web1": beat("07:04", "beats-web1", "web1")}
    assert panel(night(jobs=TWINS, **two_folders(**beats)), tmp_path) == [("ok", "on web1")]


def test_panel_says_why_nothing_of_an_ended_job_is_awaited(tmp_path: Path) -> None:
    given = night(jobs=(job(**ENDED),), sources=BEATS, files=(beat("2026-03-10 07:00"),))
    assert panel(given, tmp_path) == [("ok", "none is awaited: its config has it end 2026-03-19 06:00")]


# Issues, night after night


def synced(tracker: World, given: Night, folder: Path) -> list[str]:
    """Bring the issues in line with a night, an hour after the last; return what was done."""
    folder.mkdir(exist_ok=True)
    tracker.check()  # time goes on
    check = replace(check_of(reported(given, folder), TROUBLES), now=tracker.now, inputs=f"night {tracker.nights}")
    return [action.verb for action in sync(check, tracker.desk).done]


FAILING = night(T, NO)


@pytest.mark.parametrize("given", [night(T, NO), night(T, A, OK)], ids=["it still fails", "it is well"])
def test_issue_of_a_muted_job_is_neither_commented_nor_closed(tmp_path: Path, given: Night) -> None:
    with world() as tracker:
        synced(tracker, FAILING, tmp_path / "before")
        body = tracker.issue().body
        for name in ("first", "second", "third"):
            synced(tracker, replace(given, sections=muting(mute())), tmp_path / name)
        assert (tracker.open_numbers, tracker.said(), tracker.issue().body) == ([1], [], body)


def test_muted_trouble_has_no_issue(tmp_path: Path) -> None:
    with world() as tracker:
        assert synced(tracker, night(T, NO, sections=muting(mute())), tmp_path) == []
        assert tracker.open_numbers == []


def test_trouble_after_the_end_of_a_mute_has_its_issue_the_same_night(tmp_path: Path) -> None:
    given = night(T, NO, trigger("12:00"), bad("12:05"), sections=muting(mute(until=at("08:00"))))
    with world() as tracker:
        assert synced(tracker, given, tmp_path) == ["open"]


def test_issue_of_an_ended_job_is_closed_in_time(tmp_path: Path) -> None:
    with world() as tracker:
        synced(tracker, FAILING, tmp_path / "before")
        for name in ("first", "second"):
            synced(tracker, night(jobs=(job(**ENDED),)), tmp_path / name)
        assert tracker.open_numbers == []
        assert "nothing of it is awaited since" in tracker.said()[-1]


def test_issue_of_an_ended_job_that_still_fails_stays_open(tmp_path: Path) -> None:
    with world() as tracker:
        for name in ("first", "second", "third"):
            synced(tracker, night(T, NO, jobs=(job(**ENDED),)), tmp_path / name)
        assert tracker.open_numbers == [1]


def test_one_of_two_hosts_has_its_own_issue(tmp_path: Path) -> None:
    given = night(*BOTH_STARTED, *BOTH_TOLD, jobs=TWINS, **listed(listing("web1", "07:04"), listing("web2")))
    with world() as tracker:
        synced(tracker, given, tmp_path)
        assert "host=web2" in tracker.issue().body.split("\n")[0]
