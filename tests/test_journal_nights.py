"""Nights of a host with timers, told by its journal alone: what each run comes to, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.pipeline import Question, report
from forensics.sources.journal_words import Word
from tests.sources.journal_builders import (
    armed,
    cron,
    entry,
    exited,
    finished,
    not_started,
    ns,
    result,
    says,
    slept,
    starting,
    stopping,
    up,
    written,
)

TIMER = 'scheduler = "systemd"\nschedule = "*-*-* 07:00"'
BY_CRON = 'schedule = "0 7 * * *"\ncommand = "*/opt/backup*"'
EVENING = entry("23:59:00")
REBOOTED = entry("23:59:00", _BOOT_ID="b2")
MORNING = entry("00:00:10")
Entries = Sequence[dict[str, Any]]


def night(folder: Path, *files: Entries, job: str = TIMER, more: str = "") -> Result:
    """Return the report of the 19th on a journal of these files; ``job`` are the keys of the job ``backup``."""
    for number, entries in enumerate(files):
        (folder / f"journal{number}.json").write_bytes(written(*entries))
    jobs = f'[[job]]\nname = "backup"\n{job}\n' if job else ""
    text = f'[[source]]\nkind = "journal"\npath = "journal*.json"\n{more}\n{jobs}'
    config = read_config(text, str(folder / "forensics.toml"))
    return report(config, Question(Window(ns("00:00:00"), ns("2026-03-20T00:00:00"), ns("2026-03-20T02:00:00"))))


def judged(outcome: Result) -> list[tuple[str, str, str | None]]:
    """Return (job, verdict, cause) of the runs in the window, in order of time."""
    runs = outcome.runs[outcome.runs["in_window"]]
    rows = zip(runs["job"], runs["verdict"], runs["cause"], strict=True)
    return [(job, verdict, cause if isinstance(cause, str) else None) for job, verdict, cause in rows]


def reasons(outcome: Result) -> str:
    (row,) = outcome.runs.index[outcome.runs["in_window"]]
    return "\n".join(outcome.explain(int(row)))


def booted(clock: str, boot: str = "b2") -> dict[str, Any]:
    return entry(clock, "Linux version 6.1", _BOOT_ID=boot, __MONOTONIC_TIMESTAMP="0")


CASES = [
    ("done", [starting(), finished(), EVENING], ("confirmed", None)),
    ("ended badly", [starting(), exited(), result(), EVENING], ("silent_failure", "exit_code")),
    (
        "over its time limit",
        [starting(), exited(status=15, code="killed"), result(word="timeout"), not_started(), EVENING],
        ("interrupted", "killed"),
    ),
    ("no end on record", [starting(), EVENING], ("interrupted", None)),
    ("cut off by a crash", [starting(), entry("07:02:00"), booted("09:00:00"), REBOOTED], ("interrupted", "host_down")),
    (
        "host was down",
        [entry("03:00:00"), booted("09:00:00"), starting("20:00:00", _BOOT_ID="b2"), REBOOTED],
        ("missed", "host_down"),
    ),
    ("asleep while it ran", [starting(), *slept("07:02:00", "07:20:00"), EVENING], ("interrupted", None)),
    (
        "due just after the boot",
        [entry("03:00:00"), booted("07:00:00"), starting("20:00:00", _BOOT_ID="b2"), REBOOTED],
        ("missed", None),
    ),
    (
        "ended before the crash",
        [starting(), exited("07:01:00"), result("07:01:00"), entry("07:30:00"), booted("09:00:00"), REBOOTED],
        ("silent_failure", "exit_code"),
    ),
    (
        "ended by the shutdown",
        [
            starting(),
            stopping("07:02:58"),
            result("07:02:59", "signal"),
            entry("07:03:00"),
            booted("09:00:00"),
            REBOOTED,
        ],
        ("interrupted", "host_down"),
    ),
    ("host was asleep", [*slept("03:00:00", "09:00:00"), starting("20:00:00"), EVENING], ("missed", "host_down")),
    ("timer did not elapse", [starting("20:00:00"), finished("20:01:00"), EVENING], ("missed", None)),
    (
        "condition not met",
        [
            says(
                "07:00:00", Word.STARTED, "Backup was skipped because of an unmet condition check.", INVOCATION_ID=...
            ),
            EVENING,
        ],
        ("skipped", None),
    ),
]


@pytest.mark.parametrize(("entries", "end"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_run_of_a_timer_is_judged(tmp_path: Path, entries: Entries, end: tuple[str, str | None]) -> None:
    assert judged(night(tmp_path, [MORNING, armed(), *entries]))[0] == ("backup", *end)


def test_reasons_name_the_outage_and_where_it_is_shown(tmp_path: Path) -> None:
    told = reasons(night(tmp_path, [MORNING, starting("01:00:00", unit="other.service"), booted("09:00:00"), REBOOTED]))
    assert "Its host gave no sign of life from 01:00:00 to 09:00:00, when it was booted (journal0.json:3)." in told
    assert "So its host was down." in told


def test_run_that_a_crash_cut_off_is_interrupted_however_soon_the_journal_ends(tmp_path: Path) -> None:
    entries = [MORNING, starting(), entry("07:02:00"), booted("07:30:00"), entry("07:31:00", _BOOT_ID="b2")]
    assert judged(night(tmp_path, entries)) == [("backup", "interrupted", "host_down")]


def test_run_without_an_end_is_not_judged_where_the_journal_ends_before_its_time(tmp_path: Path) -> None:
    assert judged(night(tmp_path, [MORNING, starting(), entry("07:02:00")])) == [("backup", "unverifiable", None)]


def test_start_after_the_boot_makes_up_for_the_due_time_that_was_lost(tmp_path: Path) -> None:
    late = {"_BOOT_ID": "b2"}
    entries = [
        MORNING,
        entry("03:00:00"),
        booted("09:00:00"),
        starting("09:00:20", **late),
        finished("09:02:00", **late),
    ]
    assert judged(night(tmp_path, [*entries, REBOOTED])) == [("backup", "confirmed", None)]


def test_boot_in_another_file_ends_the_outage(tmp_path: Path) -> None:
    second = [booted("09:00:00"), starting("20:00:00", _BOOT_ID="b2"), REBOOTED]
    assert judged(night(tmp_path, [MORNING, entry("03:00:00")], second))[0] == ("backup", "missed", "host_down")


def test_timer_armed_in_one_file_makes_its_service_a_job_in_all(tmp_path: Path) -> None:
    outcome = night(
        tmp_path, [armed(), starting("01:00:00"), finished("01:01:00")],
        [starting("02:00:00", INVOCATION_ID="i2"), finished("02:01:00", INVOCATION_ID="i2"), EVENING], job="",
    )  # fmt: skip
    assert judged(outcome) == [("backup", "confirmed", None)] * 2


def test_services_that_no_timer_starts_are_no_jobs(tmp_path: Path) -> None:
    assert (
        judged(night(tmp_path, [starting(), finished(), up("08:00:00", unit="nginx.service"), EVENING], job="")) == []
    )


def test_service_that_the_config_names_is_a_job_without_a_timer(tmp_path: Path) -> None:
    assert judged(night(tmp_path, [starting(), finished(), EVENING])) == [("backup", "confirmed", None)]


def test_our_own_timers_are_no_jobs_to_be_judged(tmp_path: Path) -> None:
    own = {"unit": "forensics-report.service"}
    entries = [armed(unit="forensics-report.timer"), starting(**own), finished(**own), EVENING]
    assert judged(night(tmp_path, entries, job="")) == []


def test_journal_of_cron_alone_does_not_say_that_a_timer_was_missed(tmp_path: Path) -> None:
    outcome = night(tmp_path, [cron("01:00:00", "(a) CMD (/opt/else)"), cron("23:59:00", "(a) CMD (/opt/else)")])
    run = outcome.runs[outcome.runs["job"] == "backup"].index[0]
    assert "no trigger source" in "\n".join(outcome.explain(int(run))).lower()


def test_job_of_cron_is_missed_where_the_journal_shows_crons_other_lines(tmp_path: Path) -> None:
    entries = [cron("01:00:00", "(a) CMD (/opt/else)"), cron("23:59:00", "(a) CMD (/opt/else)")]
    assert ("backup", "missed", None) in judged(night(tmp_path, entries, job=BY_CRON))


def test_line_of_cron_that_stands_in_syslog_too_is_one_run(tmp_path: Path) -> None:
    (tmp_path / "syslog").write_text("2026-03-19T07:00:01+00:00 web1 CRON[417]: (root) CMD (/opt/backup)\n")
    line = cron("07:00:01") | {"__REALTIME_TIMESTAMP": str(ns("07:00:01") // 1000 + 234)}
    more = '[[source]]\nkind = "syslog"\npath = "syslog"\n'
    assert len(judged(night(tmp_path, [line, EVENING], job=BY_CRON, more=more))) == 1


def test_same_journal_exported_twice_gives_each_run_once(tmp_path: Path) -> None:
    entries = [armed(), starting(), finished(), EVENING]
    assert judged(night(tmp_path, entries, entries)) == [("backup", "confirmed", None)]
