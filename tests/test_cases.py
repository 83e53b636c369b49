"""The table of cases: what is given, and what must come out of a whole report. Ids are the numbers of the table's rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from forensics.evidence.result import Result
from forensics.report.markdown import report_markdown
from tests import test_nights_cases
from tests.cases_builder import (
    DAY,
    NEXT_DAY,
    Night,
    Raw,
    Row,
    bad,
    cron_line,
    file,
    good,
    job,
    night,
    reported,
    says,
    shown_runs,
    slack_day,
    step,
    trigger,
    ts,
)

T, A, OK, NO = trigger(), file(), good(), bad()
NIGHTS = [f"2026-03-{number}" for number in range(15, 20)]
TWO_PATTERNS = ["{date:%Y-%m-%d}.json", "{date:%Y-%m-%d}.csv"]
NO_ARTIFACT = (job(artifacts=None),)
OVERWRITTEN = (job(artifacts=["latest.json"]),)
RUNNER_FAILED = step("failed", "07:04:30", 1)

# What takes more than one report is in tests/test_nights_cases.py, some of it beside its first half here.
OF_NIGHTS = ("31", "33", "44", "61")
ROWS = {*map(str, range(1, 91)), "14a", "14b"}


@dataclass(frozen=True)
class Case:
    """A row of the table: what is given, and what each run of the window comes to, in order of time.

    ``findings`` and ``blockers`` are their kinds, ``exit_code`` is left open where None; ``also`` must hold of the result.
    """

    row: str
    title: str
    night: Night
    runs: tuple[Mapping[str, Any], ...]
    findings: tuple[str, ...] = ()
    blockers: tuple[str, ...] | None = None
    exit_code: int | None = None
    also: Callable[[Result], bool] | None = None


def run(
    verdict: str, evidence: str, flags: str = "", cause: str | None = None, due: str | None = "07:00", **more: Any
) -> dict[str, Any]:
    """Return what a run comes to: columns of the result, and in ``says`` words that its reasons hold."""
    return {"due_at": due, "verdict": verdict, "evidence": evidence, "flags": flags, "cause": cause, **more}


def case(row: str, title: str, given: Night, *runs: Mapping[str, Any], **more: Any) -> Case:
    return Case(row, title, given, runs, **more)


def places(lane: str, count: int) -> Callable[[Result], bool]:
    """Return whether the first run of a result has so many rows of a lane in its provenance."""

    def holds(result: Result) -> bool:
        first = int(shown_runs(result).index[0])
        return [place.lane for place in result.provenance.of(first)].count(lane) == count

    return holds


def first_paragraph(result: Result) -> str:
    return report_markdown(result).split("\n\n")[1]


def at_night(day: str, row: Row) -> Row:
    return replace(row, at=f"{day} {row.at}")


PLAIN = [
    case("1", "T A ✅", night(T, A, OK), run("confirmed", "both"), blockers=(), exit_code=0),
    case("2", "T A ❌", night(T, A, NO), run("false_alarm", "both")),
    case("3", "T A", night(T, A), run("unreported", "executed")),
    case(
        "4",
        "T ✅",
        night(T, OK),
        run("false_success", "reported", says=(f"{DAY}.json",)),
        blockers=("false_success",),
        exit_code=1,
    ),
    case("5", "T ❌", night(T, NO), run("failed", "reported"), blockers=("failed",), exit_code=1),
    case("6", "T", night(T), run("silent_failure", "neither"), blockers=("silent_failure",), exit_code=1),
    case("7", "nothing", night(), run("missed", "neither"), blockers=("missed",), exit_code=1),
    case("8", "A ✅, no T", night(A, OK), run("confirmed", "both", "untriggered")),
    case(
        "9",
        "T A ✅ at 03:00, nothing at 07:00",
        night(trigger("03:00:01"), file("03:00:40"), good("03:01")),
        run("confirmed", "both", "unscheduled", due=None, triggered_at="03:00:01"),
        run("missed", "neither"),
    ),
    case(
        "10",
        "T A ❌ then ✅",
        night(T, A, NO, good("07:06")),
        run("confirmed", "both"),
        also=places("notifications", 2),
    ),
    case("11", "T A ✅ then ❌", night(T, A, OK, bad("07:06")), run("false_alarm", "both")),
    case("12", "T A ✅ ✅", night(T, A, OK, good("07:06")), run("confirmed", "both", "duplicate_reports")),
    case(
        "13",
        "A and ✅ too late, path has the date",
        night(T, file("07:50"), good("07:51")),
        run("confirmed", "both", "late"),
    ),
    case(
        "14",
        "A too late in a path without a time",
        night(T, file("07:50", "report.json"), jobs=(job(artifacts=["*.json"]),)),
        run("unreported", "executed", "late"),
    ),
    case(
        "14a",
        "T ❌, file at 11:00",
        night(T, NO, file("11:00")),
        run("unreported", "both", "late recovered", says=("true when it was sent",)),
    ),
    case(
        "14b", "T ❌, one of two files", night(T, NO, A, jobs=(job(artifacts=TWO_PATTERNS),)), run("failed", "reported")
    ),
]

NO_TRIGGERS, NO_MESSAGES, NO_FILES = ({lane: None} for lane in ("triggers", "notifications", "artifacts"))
EARLY_LISTING = {"artifacts": "06:00"}
TWENTY_JOBS = tuple(job(f"job-{nth:02}", artifacts=[f"{nth:02}/{{date:%Y-%m-%d}}.json"]) for nth in range(20))
THREE_JOBS = tuple(
    job(name, schedule=schedule)
    for name, schedule in (("one", "0 7 * * *"), ("two", "30 7 * * *"), ("three", "0 8 * * *"))
)
SLACK = {"kind": "slack-export", "path": "slack"}
SYSLOG = {"kind": "syslog", "path": "cron.log"}
EARLY_LOG = Raw(
    "cron.log", cron_line("05:17:01", "/opt/jobs/other") + cron_line("06:17:01", "/opt/jobs/other"), "06:17:01"
)

COVERAGE = [
    case(
        "15",
        "no trigger source, nothing else",
        night(lanes=NO_TRIGGERS),
        run("missed", "neither", says=("trigger", "Lane to add: triggers")),
    ),
    case("16", "no trigger source, A ✅", night(A, OK, lanes=NO_TRIGGERS), run("confirmed", "both")),
    case(
        "17",
        "no notification source, T A",
        night(T, A, lanes=NO_MESSAGES),
        run("confirmed", "executed", "reporting_gap"),
    ),
    case(
        "18",
        "nothing declared, T ✅",
        night(T, OK, jobs=NO_ARTIFACT),
        run("unverifiable", "reported", says=("only its own word", "Lane to add")),
    ),
    case("19", "nothing declared, T ❌", night(T, NO, jobs=NO_ARTIFACT), run("failed", "reported", "unproven")),
    case("20", "nothing declared, T", night(T, jobs=NO_ARTIFACT), run("unverifiable", "neither")),
    case("21", "nothing declared, nothing seen", night(jobs=NO_ARTIFACT), run("missed", "neither")),
    case(
        "22",
        "listing declared until 06:00, T ✅",
        night(T, OK, lanes=EARLY_LISTING),
        run("unverifiable", "reported", says=("06:00",)),
    ),
    case(
        "22",
        "listing whose newest file is of 06:00, T ✅",
        night(
            T,
            OK,
            lanes=NO_FILES,
            sources=({"kind": "find-listing", "path": "tree.txt"},),
            files=(Raw("tree.txt", "1773867600.0000000000\t9\tother.json\n"),),
        ),
        run("unverifiable", "reported", says=("06:00",)),
    ),
    case("23", "listing made at 06:00, T ❌", night(T, NO, lanes=EARLY_LISTING), run("failed", "reported", "unproven")),
    case(
        "24",
        "the export ends yesterday, T A",
        night(
            T,
            A,
            lanes=NO_MESSAGES,
            sources=(SLACK,),
            files=tuple(slack_day(night(), day, good(f"{day} 07:05")) for day in NIGHTS[2:4]),
        ),
        run("confirmed", "executed", "reporting_gap"),
    ),
    case(
        "25",
        "the export has no file for this day, T A of 20 jobs",
        night(
            *(trigger(f"07:00:{nth + 10}", each["name"]) for nth, each in enumerate(TWENTY_JOBS)),
            *(file("07:04", f"{nth:02}/{DAY}.json") for nth in range(20)),
            jobs=TWENTY_JOBS,
            lanes=NO_MESSAGES,
            sources=(SLACK,),
            files=tuple(slack_day(night(), day, good(f"{day} 07:05", "job-03")) for day in (NIGHTS[3], NEXT_DAY)),
            until=f"{NEXT_DAY} 00:00",
            now="2026-03-21 00:00",
        ),
        *[run("unreported", "executed")] * 20,
        findings=("lane_outage",),
        also=lambda result: result.reporting.status == "suspect",
    ),
    case(
        "26",
        "the live log is silent since 06:17",
        night(jobs=THREE_JOBS, lanes=NO_TRIGGERS, sources=(SYSLOG,), files=(EARLY_LOG,), since="06:30", now="09:00"),
        *(run("missed", "neither", due=due) for due in ("07:00", "07:30", "08:00")),
        findings=("silent_log",),
        also=lambda result: "06:17" in result.findings[0].text,
    ),
    case(
        "27",
        "a log that is not live ends 06:17",
        night(lanes=NO_TRIGGERS, sources=({**SYSLOG, "live": False},), files=(EARLY_LOG,), since="06:30"),
        run("missed", "neither", says=("trigger", "06:17")),
    ),
    case(
        "28",
        "a source whose path matches nothing",
        night(T, A, OK, sources=({"kind": "syslog", "path": "nowhere.log"},)),
        run("confirmed", "both"),
        blockers=("source",),
        exit_code=3,
        also=lambda result: "nowhere.log" in first_paragraph(result),
    ),
]


def half_an_hour(*minutes: int) -> list[Row]:
    """Return runs of the quarter hours after 07:00 that take 20 minutes each, with files that name no time."""
    return [
        row
        for minute in minutes
        for row in (
            trigger(f"07:{minute:02}:01"),
            file(f"07:{minute + 20}", f"{minute}x.json"),
            good(f"07:{minute + 20}:20"),
        )
    ]


QUARTERS = (job(schedule="0,15,30 7 * * *", artifacts=["*.json"]),)
NEW_YORK = "America/New_York"
IN_THE_GAP = {"jobs": (job(schedule="30 2 * * *"),), "zone": NEW_YORK, "day": "2026-03-08"}
TWICE = (job(schedule="*/30 1 * * *", artifacts=["{date:%Y-%m-%dT%H%M}.json"]),)
INTERVAL = (job(schedule=None, interval="15m", artifacts=["{date:%H%M}.json"], scheduler="interval"),)
BROKEN = job("broken", schedule="0 0 31 2 *", artifacts=None)


def an_hour_twice(*paths: str, jobs: tuple[dict[str, Any], ...]) -> Night:
    """Return a night on which 01:00 to 02:00 comes twice, its half hours run and reported, the last of them with files."""
    half_hours = ("05:00", "05:30", "06:00", "06:30")
    return night(
        *(trigger(f"2026-11-01T{at}:01Z") for at in half_hours),
        *(good(f"2026-11-01T{at[:-1]}5Z") for at in half_hours),
        *(file(f"2026-11-01T06:{34 - 30 * nth:02}Z", path) for nth, path in enumerate(reversed(paths))),
        jobs=jobs,
        zone=NEW_YORK,
        day="2026-11-01",
    )


TIME = [
    case("29", "judged at 07:20, T", night(T, now="07:20"), run("pending", "neither"), blockers=(), exit_code=0),
    case(
        "30",
        "judged at 07:20, T, exit code 1, ❌",
        night(T, RUNNER_FAILED, NO, now="07:20"),
        run("failed", "reported", cause="exit_code"),
    ),
    case(
        "31", "judged at 07:20, A two seconds ago", night(T, file("07:19:58"), now="07:20"), run("pending", "executed")
    ),
    case("31", "the same in the next night", night(T, file("07:19:58"), good("07:21")), run("confirmed", "both")),
    case(
        "32",
        "judged at 07:20, the scheduler skipped it",
        night(trigger(event="skipped"), now="07:20"),
        run("skipped", "neither"),
    ),
    case(
        "34",
        "runs of 20 min every 15 min",
        night(half_an_hour(0, 15, 30), jobs=QUARTERS),
        run("confirmed", "both", "overlapping", executed_at="07:20", reported_at="07:20:20"),
        run("confirmed", "both", "overlapping", due="07:15", executed_at="07:35", reported_at="07:35:20"),
        run("confirmed", "both", due="07:30", executed_at="07:50", reported_at="07:50:20"),
    ),
    case(
        "35",
        "the second of them never triggered",
        night(half_an_hour(0, 30), jobs=QUARTERS),
        run("confirmed", "both", executed_at="07:20"),
        run("missed", "neither", due="07:15"),
        run("confirmed", "both", due="07:30", executed_at="07:50"),
    ),
    case(
        "36", "triggered 06:59:58", night(trigger("06:59:58"), A, OK), run("confirmed", "both", triggered_at="06:59:58")
    ),
    case(
        "37",
        "triggers of one host 40 s early, steadily",
        night(
            *(
                trigger(f"{NIGHTS[3]} 23:59:20" if hour < 0 else f"{hour:02}:59:20", host="web1")
                for hour in range(-1, 23, 3)
            ),
            *(file(f"{hour:02}:03", f"{DAY}T{hour:02}.json") for hour in range(0, 24, 3)),
            *(good(f"{hour:02}:04") for hour in range(0, 24, 3)),
            jobs=(job(schedule="0 */3 * * *", artifacts=["{date:%Y-%m-%dT%H}.json"]),),
        ),
        *(run("confirmed", "both", due=f"{hour:02}:00") for hour in range(0, 24, 3)),
        findings=("clock_offset",),
        also=lambda result: result.findings[0].detail["offset_seconds"] == -40,
    ),
    case(
        "38",
        "due 02:30, an hour that the zone skips; fired 03:00",
        night(trigger("03:00:01"), file("03:04", "2026-03-08.json"), good("03:05"), **IN_THE_GAP),
        run("confirmed", "both", due="03:00"),
    ),
    case("38", "the same, never fired", night(**IN_THE_GAP), run("missed", "neither", cause="dst_gap", due="03:00")),
    case(
        "39",
        "every half an hour of an hour that comes twice",
        an_hour_twice("2026-11-01T0100.json", "2026-11-01T0130.json", jobs=TWICE),
        run("unverifiable", "reported", cause="dst_fold", due="01:00", says=("collide",)),
        run("unverifiable", "reported", cause="dst_fold", due="01:30", says=("collide",)),
        run("confirmed", "both", due="01:00"),
        run("confirmed", "both", due="01:30"),
    ),
    case(
        "39",
        "the same with one file for the day: lost by its path, not by the clock",
        an_hour_twice("2026-11-01.json", jobs=(job(schedule="*/30 1 * * *", max_duration="20m"),)),
        *(run("unverifiable", "reported", due=due) for due in ("01:00", "01:30", "01:00")),
        run("confirmed", "both", due="01:30"),
    ),
    case(
        "40",
        "weekdays only, on a Sunday",
        night(jobs=(job(schedule="0 7 * * 1-5"),), day="2026-03-22"),
        blockers=(),
        exit_code=0,
    ),
    case(
        "41",
        "an interval of 15 min, silent for an hour",
        night(
            *(trigger(at) for at in ("07:00", "07:15", "08:15")),
            *(file(at, path) for at, path in (("07:04", "0700.json"), ("07:19", "0715.json"), ("08:19", "0815.json"))),
            *(good(at) for at in ("07:05", "07:20", "08:20")),
            jobs=INTERVAL,
            until="08:16",
            now="09:10",
        ),
        *(run("confirmed", "both", due=due) for due in ("07:00", "07:15")),
        *(run("missed", "neither", due=due) for due in ("07:30", "07:45", "08:00")),
        run("confirmed", "both", due="08:15"),
    ),
    case(
        "42",
        "a schedule that never fires",
        night(T, A, OK, jobs=(job(), BROKEN)),
        run("confirmed", "both"),
        findings=("lint",),
        blockers=("config",),
        exit_code=1,
    ),
    case(
        "43",
        "@reboot",
        night(trigger("04:13:02"), file("04:14"), good("04:15"), jobs=(job(schedule="@reboot"),)),
        run("confirmed", "both", due=None, triggered_at="04:13:02"),
    ),
    case(
        "44",
        "the report ends 07:00:03",
        night(T, now="07:00:03"),
        run("pending", "neither"),
        also=lambda result: result.summary.reported_success_rate is None,
    ),
]

STATE = (job(state_files=["state.json"]),)
STATE_FIELD = (job(state_files=["state.json#lastRun"]),)
TOUCHED = file("07:01", "state.json")
TREE = ({"kind": "files", "path": "tree"},)
MARKED = (job(markers=["{date:%Y-%m-%d}/.completed"]),)
COPIED = tuple(file("2026-05-01 12:00:20", f"out/{nth}x.json") for nth in range(300)) + tuple(
    file(f"2026-04-20 {nth // 60 + 1:02}:{nth % 60:02}", f"out/{nth}x.json") for nth in range(300, 400)
)
TYPO = (job(artifacts=["reprots/{date:%Y-%m-%d}.json"]),)
HEARTS = ({"kind": "heartbeats", "path": "hearts"},)
BEAT = Raw(
    "hearts/backup.last", json.dumps({"job": "backup", "timestamp": 1773871440, "interval_seconds": 86400}), "07:04"
)


def overwritten(third: Callable[[str], Row]) -> Night:
    """Return five nights whose runs write the same file over and over; of the third night's report the caller decides."""
    reports = [(third if nth == 2 else good)(f"{day} 07:05") for nth, day in enumerate(NIGHTS)]
    return night(
        (at_night(day, T) for day in NIGHTS),
        reports,
        file("07:04", "latest.json"),
        jobs=OVERWRITTEN,
        since=f"{NIGHTS[0]} 00:00",
    )


def unknown(day: str, verdict: str = "unverifiable", flags: str = "") -> dict[str, Any]:
    return run(verdict, "reported", flags, due="07:00" if day == DAY else f"{day} 07:00")


PROOF = [
    case(
        "45",
        "one of two files missing, ✅",
        night(T, A, OK, jobs=(job(artifacts=TWO_PATTERNS),)),
        run("false_success", "reported", says=(f"{DAY}.csv",)),
    ),
    case(
        "46",
        "one of two files missing, no claim",
        night(T, A, jobs=(job(artifacts=TWO_PATTERNS),)),
        run("interrupted", "neither"),
    ),
    case(
        "47",
        "one of two files will do",
        night(T, A, OK, jobs=(job(artifacts=TWO_PATTERNS, proof="any"),)),
        run("confirmed", "both"),
    ),
    case("48", "a file of 0 bytes, ✅", night(T, file(size=0), OK), run("false_success", "reported", "too_small")),
    case(
        "49",
        "T A, then exit code 1, ❌",
        night(T, A, RUNNER_FAILED, NO),
        run("failed", "reported", "partial", "exit_code"),
    ),
    case(
        "50",
        "T A, then exit code 1",
        night(T, A, RUNNER_FAILED),
        run("silent_failure", "neither", "partial", "exit_code"),
    ),
    case(
        "51",
        "T and a marker, exit code 1, ❌",
        night(T, file("07:03", f"{DAY}/.completed"), RUNNER_FAILED, NO, jobs=MARKED),
        run("false_alarm", "both", says=("the marker outranks",)),
    ),
    case(
        "52",
        "T A, the scheduler says error",
        night(trigger(status="error"), A),
        run("unreported", "executed", "ledger_disagrees"),
    ),
    case(
        "53",
        "T ✅, the scheduler says ok, no file",
        night(trigger(status="ok"), OK),
        run("false_success", "reported", "ledger_disagrees"),
    ),
    case(
        "54",
        "a state file touched, nothing after",
        night(T, jobs=STATE, lanes=NO_FILES, sources=TREE, files=(Raw("tree/state.json", "{}", "07:01"),)),
        run("interrupted", "neither", says=("triggered 07:00:01", "`state.json` was touched 07:01:00")),
    ),
    case(
        "54",
        "a state file says so inside",
        night(
            T,
            jobs=STATE_FIELD,
            lanes=NO_FILES,
            sources=TREE,
            files=(Raw("tree/state.json", json.dumps({"lastRun": f"{DAY}T07:01:00+09:00"})),),
        ),
        run("interrupted", "neither", says=("`state.json#lastRun` was touched 07:01:00",)),
    ),
    case(
        "55",
        "a state file touched, exit code 1, ❌",
        night(T, TOUCHED, RUNNER_FAILED, NO, jobs=STATE),
        run("failed", "reported", cause="exit_code"),
    ),
    case(
        "56",
        "killed, ❌",
        night(T, step("failed", "07:04:30", 137), NO),
        run("interrupted", "reported", cause="killed"),
    ),
    case(
        "57",
        "T, said to have started",
        night(T, says("▶️ backup started", "07:00:05")),
        run("interrupted", "neither", claim="started"),
    ),
    case(
        "58",
        "a boot that timed out",
        night(T, step("boot_started", "07:00:02"), step("timed_out", "07:01:02")),
        run("silent_failure", "neither", cause="boot_timeout"),
    ),
    case(
        "59",
        "one file for five nights, ✅ each",
        overwritten(good),
        *map(unknown, NIGHTS[:4]),
        run("confirmed", "both"),
    ),
    case(
        "60",
        "the same, ❌ in the third night",
        overwritten(bad),
        *map(unknown, NIGHTS[:2]),
        unknown(NIGHTS[2], "failed", "unproven"),
        unknown(NIGHTS[3]),
        run("confirmed", "both"),
    ),
    case(
        "62",
        "a folder as artifact",
        night(
            T,
            OK,
            jobs=(job(artifacts=["{date:%Y-%m-%d}"]),),
            lanes=NO_FILES,
            sources=TREE,
            files=(Raw(f"tree/{DAY}/post.md", "done", "07:04"), Raw(f"tree/{DAY}", None, "22:00")),
        ),
        run("confirmed", "both", executed_at="07:04"),
    ),
    case(
        "63",
        "300 of 400 files restored in one minute",
        night(trigger("07:00:01"), COPIED, good(), jobs=(job(artifacts=["out/*.json"]),), day="2026-05-01"),
        run("unverifiable", "reported", says=("copied",)),
        findings=("copied_tree",),
    ),
    case(
        "63",
        "restored files whose paths name their run",
        night(trigger("07:00:01"), COPIED, file("2026-05-01 12:00:20", "2026-05-01.json"), good(), day="2026-05-01"),
        run("confirmed", "both", executed_at=None),
        findings=("copied_tree",),
    ),
    case(
        "64",
        "a field of records as artifact",
        night(
            T,
            OK,
            jobs=(job(artifacts=["evolution.jsonl#ts"]),),
            lanes=NO_FILES,
            sources=TREE,
            files=(
                Raw("tree/evolution.jsonl", "".join(f'{{"ts": "{day}T07:04:00+09:00"}}\n' for day in NIGHTS), "22:00"),
            ),
        ),
        run("confirmed", "both", executed_at="07:04"),
    ),
    case(
        "64",
        "a log as artifact, to which every run but this one added a record",
        night(
            T,
            OK,
            jobs=(job(artifacts=["evolution.jsonl#ts"]),),
            lanes=NO_FILES,
            sources=TREE,
            files=(
                Raw(
                    "tree/evolution.jsonl",
                    "".join(f'{{"ts": "{day}T07:04:00+09:00"}}\n' for day in (*NIGHTS[:-1], NEXT_DAY)),
                    f"{NEXT_DAY} 22:00",
                ),
            ),
            until=f"{NEXT_DAY} 00:00",
            now=f"{NEXT_DAY} 22:00",
        ),
        run("false_success", "reported"),
    ),
    case(
        "65",
        "a typo in a pattern for five nights",
        night(
            (at_night(day, row) for day in NIGHTS for row in (T, OK)),
            (file(f"{day} 07:04", f"reports/{day}.json") for day in NIGHTS),
            jobs=TYPO,
            since=f"{NIGHTS[0]} 00:00",
        ),
        *map(unknown, NIGHTS),
        findings=("near_path",),
        also=lambda result: "reports/" in result.findings[0].text,
    ),
    case(
        "66",
        "a heartbeat where nothing else is declared",
        night(T, OK, jobs=NO_ARTIFACT, sources=HEARTS, files=(BEAT,)),
        run("confirmed", "both", executed_at="07:04", says=("heartbeat",)),
    ),
    case(
        "67",
        "a file that is younger than its mtime",
        night(
            T,
            OK,
            lanes=NO_FILES,
            sources=(
                {
                    "kind": "bodyfile",
                    "path": "body.txt",
                    "coverage": [f"{DAY}T00:00:00+09:00", f"{NEXT_DAY}T00:00:00+09:00"],
                },
            ),
            files=(
                Raw("body.txt", f"0|{DAY}.json|7|r/rrw-r--r--|0|0|9|1773880200|1773871440|1773880200|1773880200\n"),
            ),
        ),
        run("confirmed", "both", "backdated", executed_at="07:04"),
    ),
]


def claims(
    text: str, claim: str | None, verdict: str = "confirmed", name: str = "backup", is_bot: bool = True
) -> dict[str, Any]:
    given = night(trigger(job=name), A, says(text, is_bot=is_bot), jobs=(job(name),))
    return {"given": given, "runs": run(verdict, "both" if claim else "executed", claim=claim)}


def claim_case(row: str, text: str, *expected: Any, **more: Any) -> Case:
    told = claims(text, *expected, **more)
    return case(row, text, told["given"], told["runs"])


FLEET = [f"fleet-{nth:02}" for nth in range(29)]
ONE_MESSAGE = "\n".join(
    [*(f"❌ {name} failed (exit code 1)" for name in FLEET[:27]), *(f"✅ {name}" for name in FLEET[27:])]
)


def from_slack(*messages: dict[str, Any]) -> Night:
    """Return a night with raw messages in a Slack export."""
    day_file = slack_day(
        night(),
        DAY,
        messages=[{"type": "message", "bot_id": "B1", "ts": ts(night(), "07:05"), **each} for each in messages],
    )
    return night(T, A, lanes=NO_MESSAGES, sources=(SLACK,), files=(day_file,))


CLAIMS = [
    claim_case("68", "✅ backup completed, 0 errors", "success"),
    claim_case("69", "error-budget completed", "success", name="error-budget"),
    claim_case("70", "failed-login-audit ✅", "success", name="failed-login-audit"),
    claim_case("71", "backup finished with errors", "failure", "false_alarm"),
    claim_case("72", "backup failed again?? looking", None, "unreported", is_bot=False),
    case(
        "73",
        "one message of 29 lines",
        night(
            *(trigger(f"07:00:{nth + 10}", name) for nth, name in enumerate(FLEET)),
            says(ONE_MESSAGE),
            jobs=tuple(job(name, artifacts=None) for name in FLEET),
        ),
        *[run("failed", "reported", "unproven", claim="failure")] * 27,
        *[run("unverifiable", "reported", claim="success")] * 2,
        also=lambda result: result.paired.claims.line.tolist() == list(range(1, 30)),
    ),
    case(
        "74",
        "the third failure in a row by its own count, with three files",
        night(
            (at_night(day, T) for day in NIGHTS[2:]),
            (file(f"{day} 07:04", f"{day}.json") for day in NIGHTS[2:]),
            (
                says(f"❌ backup failed{streak}", f"{day} 07:05")
                for day, streak in zip(NIGHTS[2:], ("", "", " (3rd consecutive)"), strict=True)
            ),
        ),
        run("false_alarm", "both", claim="failure"),
        findings=("streak",),
        also=lambda result: "of reports, not of runs" in result.findings[0].inferred,
    ),
    case(
        "75",
        "edited from ❌ to ✅",
        from_slack({"text": "✅ backup completed", "edited": {"user": "U1", "ts": ts(night(), "07:06")}}),
        run("confirmed", "both", claim="success", says=("edited",)),
    ),
    case(
        "76",
        "an attachment's colour",
        from_slack({"text": "", "attachments": [{"color": "danger", "title": "Job backup"}]}),
        run("false_alarm", "both", claim="failure"),
    ),
]

BOOTED_TWICE = (
    step("boot_started", "07:00:02"),
    step("timed_out", "07:01:02"),
    step("boot_started", "07:01:10"),
    step("booted", "07:01:20"),
    step("completed", "07:04:10", 0),
)
BY_HAND = (step("started", "12:00", run_id="cron:1"), step("completed", "12:01", 0, run_id="cron:1"))
MUTE = {
    "jobs": ["backup"],
    "since": f"{DAY}T00:00:00+09:00",
    "until": f"{NEXT_DAY}T00:00:00+09:00",
    "reason": "host move",
}
ON_FAILURE = (job(reports="on-failure"),)
TWO_HOSTS = tuple(job(host=host, artifacts=[f"{host}/{{date:%Y-%m-%d}}.json"]) for host in ("web1", "web2"))

POLICIES = [
    case("77", "reports on failure only, T A", night(T, A, jobs=ON_FAILURE), run("confirmed", "executed")),
    case("78", "never reports, T", night(T, jobs=(job(reports="never"),)), run("silent_failure", "neither")),
    case(
        "79",
        "skipped three times in a row",
        night((at_night(day, trigger(event="skipped")) for day in NIGHTS[2:]), since=f"{NIGHTS[2]} 00:00"),
        *(run("skipped", "neither", due=f"{day} 07:00") for day in NIGHTS[2:4]),
        run("skipped", "neither"),
        blockers=("skipped",),
        exit_code=1,
    ),
    case(
        "80",
        "muted and missed",
        night(sections={"mute": (MUTE,)}),
        run("missed", "neither", "muted"),
        blockers=(),
        exit_code=0,
        also=lambda result: result.summary.reported_success_rate is None and result.summary.executed_rate is None,
    ),
    case(
        "81",
        "a job only in Slack and in cron's log",
        night(
            good(job="backup-db"),
            jobs=(),
            lanes=NO_TRIGGERS,
            sources=({**SYSLOG, "live": True},),
            files=(Raw("cron.log", cron_line("07:00:01", "/opt/jobs/run backup-db --full >/dev/null")),),
        ),
        run("unverifiable", "reported", due=None, triggered_at="07:00:01", job="backup-db", configured=False),
    ),
    case(
        "82",
        "one name on two hosts",
        night(
            *(file(path=f"{host}/{DAY}.json") for host in ("web1", "web2")),
            jobs=TWO_HOSTS,
            lanes=NO_TRIGGERS | NO_MESSAGES,
            sources=({**SYSLOG, "live": True},),
            files=(Raw("cron.log", cron_line("07:00:01", host="web1") + cron_line("07:00:02", host="web2")),),
        ),
        run("confirmed", "executed", "reporting_gap", host="web1", triggered_at="07:00:01"),
        run("confirmed", "executed", "reporting_gap", host="web2", triggered_at="07:00:02"),
    ),
    case(
        "83",
        "skipped by the scheduler, A",
        night(trigger(event="skipped"), A),
        run("unreported", "executed", "untriggered"),
    ),
    case(
        "84",
        "an identical line twice",
        night(
            A,
            OK,
            lanes=NO_TRIGGERS,
            sources=({**SYSLOG, "live": True},),
            files=(Raw("cron.log", cron_line("07:00:01") * 2),),
        ),
        run("confirmed", "both"),
        also=places("triggers", 2),
    ),
    case("85", "judged at 07:10, ❌ 07:05", night(T, NO, now="07:10"), run("pending", "reported")),
    case("85", "judged at 07:15, ❌ 07:05", night(T, NO, now="07:15"), run("failed", "reported")),
    case("86", "❌ a moment before the file", night(T, A, bad("07:03:50")), run("false_alarm", "both")),
    case(
        "87",
        "a second attempt after a boot time-out",
        night(T, BOOTED_TWICE, A, OK),
        run("confirmed", "both"),
        also=places("lifecycle", 5),
    ),
    case(
        "88",
        "run by hand at noon, exit code 0, no file",
        night(T, BY_HAND),
        run("silent_failure", "neither"),
        run("silent_failure", "neither", "unscheduled", due=None, run_id="cron:1"),
    ),
    case(
        "89",
        "reports on failure only, ❌, file at 11:00",
        night(T, NO, file("11:00"), jobs=ON_FAILURE),
        run("unreported", "both", "late recovered"),
    ),
    case(
        "90",
        "a heartbeat and no file",
        night(T, sources=HEARTS, files=(BEAT,)),
        run("interrupted", "neither", says=("heartbeat",)),
    ),
]

CASES = [*PLAIN, *COVERAGE, *TIME, *PROOF, *CLAIMS, *POLICIES]


def seen_as(expected: Mapping[str, Any], result: Result, given: Night, row: int) -> dict[str, Any]:
    """Return a run of the result in the shape of what is expected of it."""
    columns = result.runs.iloc[row]
    found: dict[str, Any] = {}
    for name in expected:
        if name == "says":
            told = "\n".join(result.explain(row))
            found[name] = tuple(word for word in expected[name] if word in told) or told
        elif name.endswith("_at"):
            found[name] = given.local(columns[name])
        else:
            found[name] = None if columns[name] != columns[name] else columns[name]
    return found


@pytest.mark.parametrize("each", [pytest.param(each, id=f"{each.row} {each.title}") for each in CASES])
def test_case_comes_out_as_the_table_says(each, tmp_path):
    result = reported(each.night, tmp_path)
    shown = shown_runs(result)
    seen = [
        seen_as(expected, result, each.night, int(row)) for expected, row in zip(each.runs, shown.index, strict=False)
    ]
    assert (len(shown), seen) == (len(each.runs), [dict(expected) for expected in each.runs])
    assert [finding.kind for finding in result.findings] == list(each.findings)
    if each.blockers is not None:
        assert tuple(blocker.kind for blocker in result.blockers) == each.blockers
    if each.exit_code is not None:
        assert result.exit_code == each.exit_code
    assert each.also is None or each.also(result)


def test_every_row_is_a_case_or_a_story_of_two_nights():
    assert {each.row for each in CASES} | set(OF_NIGHTS) == ROWS


def test_every_story_of_two_nights_is_told():
    told = {name.split("_")[1] for name in vars(test_nights_cases) if name.startswith("test_")}
    assert told == set(OF_NIGHTS)
