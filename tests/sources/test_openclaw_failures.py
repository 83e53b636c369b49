"""The ways in which OpenClaw's word and the work part company, through a whole report, in each of its four eras."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.pipeline import Question, report
from forensics.survey.draft import draft
from forensics.survey.machine import Beside, survey
from forensics.survey.tree import Tree
from tests.sources.openclaw_host import Host, job, ms, ran
from tests.sources.openclaw_night import judged, night
from tests.sources.openclaw_upgrade import ISOLATED, MAIN, TOKYO, write

pytestmark = pytest.mark.slow

ERAS = "ABCD"
DUE = ms("2026-03-10 02:00")
# Executed and reported, then the verdict and its cause.
EXPECTED = {
    "good": ("both", "confirmed", None),
    "f1-slot-passed": ("neither", "missed", None),
    "f2-marker-blocks": ("neither", "missed", "previous_still_running"),
    "f3-accepted-only": ("neither", "silent_failure", None),
    "f4-boot-timeout": ("neither", "silent_failure", "boot_timeout"),
    "f5-lost-at-upgrade": ("neither", "missed", None),
    "f6-ok-undone": ("reported", "false_success", None),
    "f7-event-ignored": ("neither", "silent_failure", None),
    "f8-error-but-done": ("both", "false_alarm", None),
    "f9-error-but-delivered": ("both", "confirmed", None),
    "f10-delivered-to-nobody": ("executed", "unreported", None),
    "f11-report-lost": ("executed", "unreported", None),
    "f12-restarted": ("neither", "interrupted", "scheduler_restart"),
    "f13-doubled": ("both", "confirmed", None),
    "f14-ledgers-differ": ("both", "confirmed", None),
    "f15-nobody-told": ("neither", "silent_failure", None),
}
each_era = pytest.mark.parametrize("era", ERAS)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Result]:
    """Give the report of the night, of an OpenClaw of an era; each is made once."""
    return cache(lambda era: judged(tmp_path_factory.mktemp(era), era))


def run_of(result: Result, job: str) -> dict[str, Any]:
    """Return the run of a job that was due in the night."""
    runs = result.runs[result.runs["in_window"] & (result.runs["job"] == job) & result.runs["due_at"].notna()]
    (found,) = runs.to_dict("records")
    return found


@each_era
@pytest.mark.parametrize("job", EXPECTED)
def test_each_failure_gets_its_verdict_and_its_cause(nights: Callable[[str], Result], era: str, job: str) -> None:
    found = run_of(nights(era), job)
    cause = found["cause"] if isinstance(found["cause"], str) else None
    assert (found["evidence"], found["verdict"], cause) == EXPECTED[job]


@each_era
def test_second_run_for_one_slot_is_a_run_that_was_not_due(nights: Callable[[str], Result], era: str) -> None:
    runs = nights(era).runs
    doubled = runs[runs["in_window"] & (runs["job"] == "f13-doubled")]
    assert sorted(doubled["flags"].str.contains("unscheduled")) == [False, True]


@each_era
@pytest.mark.parametrize("job", ["f6-ok-undone", "f7-event-ignored", "f8-error-but-done", "f14-ledgers-differ"])
def test_status_that_proof_contradicts_is_flagged(nights: Callable[[str], Result], era: str, job: str) -> None:
    assert "ledger_disagrees" in run_of(nights(era), job)["flags"]


@each_era
def test_every_record_is_a_row_or_skipped_for_a_reason(nights: Callable[[str], Result], era: str) -> None:
    account = nights(era).evidence.sources[0]
    assert account.records == sum(account.rows.values()) + sum(account.skipped.values())
    assert (account.rejected, account.faults) == (0, ())


def upgraded(folder: Path, era: str, since: str) -> Result:
    """Return the report on the gateway that was upgraded, with no config but the one that ``init`` drafts."""
    write(folder, era)
    config = read_config(draft(survey(Tree(str(folder)), Beside())), str(folder / "forensics.toml"))
    begin, end, now = ((ms(text) - TOKYO) * 10**6 for text in (since, "2026-03-19 00:00", "2026-03-19 09:00"))
    return report(config, Question(Window(begin, end, now)))


@pytest.mark.parametrize("era", "ABC")
def test_silent_failures_after_an_upgrade_are_found_from_openclaws_own_files(tmp_path: Path, era: str) -> None:
    runs = upgraded(tmp_path, era, "2026-03-18 00:00").runs
    found = dict(zip(*(runs[runs["in_window"]][name] for name in ("job", "verdict")), strict=True))
    assert found == dict.fromkeys(ISOLATED, "silent_failure") | dict.fromkeys(MAIN, "confirmed")


def test_job_was_well_on_each_day_before_the_upgrade_and_on_none_after(tmp_path: Path) -> None:
    runs = upgraded(tmp_path, "A", "2026-03-05 00:00").runs
    own = runs[runs["in_window"] & (runs["job"] == "daily-content-task")].sort_values("due_at")
    assert own["verdict"].tolist() == ["confirmed"] * 10 + ["silent_failure"] * 4


def test_silent_failures_are_blockers(tmp_path: Path) -> None:
    blocked = {each.job for each in upgraded(tmp_path, "A", "2026-03-18 00:00").blockers if each.job}
    assert blocked == set(ISOLATED)


def unconfigured(folder: Path, since: str, until: str, now: str) -> Result:
    """Return the report on a state folder beside a config that names no job."""
    text = 'timezone = "UTC"\n[[source]]\nkind = "openclaw"\npath = "**/.openclaw"\n'
    begin, end, judged_at = (ms(each) * 10**6 for each in (since, until, now))
    return report(read_config(text, str(folder / "f.toml")), Question(Window(begin, end, judged_at)))


@pytest.mark.parametrize("era", "ABC")
def test_silent_failures_are_found_without_any_config(tmp_path: Path, era: str) -> None:
    write(tmp_path, era)
    runs = unconfigured(tmp_path, "2026-03-17 15:00", "2026-03-18 15:00", "2026-03-19 00:00").runs
    own = runs[runs["in_window"]]
    assert set(own.loc[own["verdict"] == "silent_failure", "job"]) == set(ISOLATED)
    assert own["due_at"].notna().all()


@pytest.mark.parametrize("era", ERAS)
def test_slot_that_passed_is_missed_without_any_config(tmp_path: Path, era: str) -> None:
    night(era).write(tmp_path / ".openclaw", era)
    result = unconfigured(tmp_path, "2026-03-10 00:00", "2026-03-11 00:00", "2026-03-11 00:00")
    assert run_of(result, "f1-slot-passed")["verdict"] == "missed"
    (missing,) = (each for each in result.paired.jobs if each.name == "f1-slot-passed")
    assert (missing.attributes["sessionTarget"], missing.attributes["delivery"]) == ("isolated", "announce")


def test_upgrade_is_an_event_of_the_report_and_told_once(tmp_path: Path) -> None:
    write(tmp_path, "A")
    result = unconfigured(tmp_path, "2026-03-17 15:00", "2026-03-18 15:00", "2026-03-19 00:00")
    assert [each.name for each in result.events if each.kind == "upgrade"] == ["OpenClaw 2026.3.14"]


NAME = "export"


def small(folder: Path, *runs: dict[str, Any], more: str = "", **of_job: Any) -> dict[str, Any]:
    """Return the run of a night of one job; it went well the night before."""
    before = ran(NAME, DUE - 86_400_000)
    Host().add(job(NAME, **of_job)).run(before, *runs).say(DUE + 7_200_000, "cron: timer armed").write(
        folder / "s", "A"
    )
    text = (
        'timezone = "UTC"\n[defaults]\nmax_duration = "30m"\n[[source]]\nkind = "openclaw"\npath = "s"\n'
        f'{more}[[job]]\nname = "{NAME}"\nscheduler = "openclaw"\nschedule = "0 2 * * *"\n'
    )
    since, until = (ms(day) * 10**6 for day in ("2026-03-10 00:00", "2026-03-11 00:00"))
    return run_of(report(read_config(text, str(folder / "f.toml")), Question(Window(since, until, until))), NAME)


@pytest.mark.parametrize("more", [{"deliverySuppressionReason": "silent"}, {"summary": "NO_REPLY"}, {"summary": "HEARTBEAT_OK"}, {"deliveryStatus": "not-requested"}])  # fmt: skip
def test_result_that_was_kept_back_on_purpose_is_no_lost_report(tmp_path: Path, more: dict[str, str]) -> None:
    unsent = {"delivered": False, "deliveryStatus": "not-delivered"}
    assert small(tmp_path, ran(NAME, DUE, **unsent | more))["verdict"] == "confirmed"


def test_result_that_was_to_be_sent_and_was_not_is_a_lost_report(tmp_path: Path) -> None:
    run = ran(NAME, DUE, delivered=False, deliveryStatus="not-delivered")
    assert small(tmp_path, run)["verdict"] == "unreported"


@pytest.mark.parametrize(("until", "verdict"), [("2026-03-10T01:00:00Z", "confirmed"), ("2026-03-11T00:00:00Z", "unreported")])  # fmt: skip
def test_sender_is_believed_only_while_no_channel_is_read(tmp_path: Path, until: str, verdict: str) -> None:
    (tmp_path / "posts.jsonl").write_text("")
    channel = (
        '[[source]]\nkind = "jsonl"\nlane = "notifications"\npath = "posts.jsonl"\nlive = false\n'
        f'columns = {{ time = "ts", text = "t" }}\ncoverage = ["2026-03-08T00:00:00Z", "{until}"]\n'
    )
    assert small(tmp_path, ran(NAME, DUE), more=channel)["verdict"] == verdict


def test_skip_of_the_schedulers_is_skipped(tmp_path: Path) -> None:
    run = ran(NAME, DUE, "skipped", error="quiet-hours", deliveryStatus="not-requested")
    assert small(tmp_path, run)["verdict"] == "skipped"


def test_older_runs_without_usage_are_not_held_against_a_job_that_has_it_now(tmp_path: Path) -> None:
    older = [ran(NAME, DUE - day * 86_400_000, usage=None, sessionId=None, sessionKey=None) for day in (1, 2)]
    Host().add(job(NAME)).run(*older, ran(NAME, DUE)).write(tmp_path / "s", "A")
    text = '[[source]]\nkind = "openclaw"\npath = "s"\n'
    since, until = (ms(day) * 10**6 for day in ("2026-03-08 00:00", "2026-03-11 00:00"))
    runs = report(read_config(text, str(tmp_path / "f.toml")), Question(Window(since, until, until))).runs
    verdicts = runs.loc[runs["in_window"], "verdict"].tolist()
    assert verdicts == ["unverifiable", "unverifiable", "confirmed"]


def test_openclaw_is_no_witness_of_the_starts_of_cron(tmp_path: Path) -> None:
    Host().add(job(NAME)).run(ran(NAME, DUE)).write(tmp_path / "s", "A")
    text = '[[source]]\nkind = "openclaw"\npath = "s"\n[[job]]\nname = "backup"\nschedule = "30 1 * * *"\n'
    since, until = (ms(day) * 10**6 for day in ("2026-03-10 00:00", "2026-03-11 00:00"))
    result = report(read_config(text, str(tmp_path / "f.toml")), Question(Window(since, until, until)))
    assert run_of(result, "backup")["verdict"] == "unverifiable"


def test_state_folder_is_read_out_of_an_archive(tmp_path: Path) -> None:
    Host().add(job(NAME)).run(ran(NAME, DUE)).write(tmp_path / "s", "D")
    shutil.make_archive(str(tmp_path / "evidence"), "gztar", tmp_path, "s")
    text = '[[source]]\nkind = "openclaw"\npath = "evidence.tar.gz/s"\n'
    since, until = (ms(day) * 10**6 for day in ("2026-03-10 00:00", "2026-03-11 00:00"))
    result = report(read_config(text, str(tmp_path / "f.toml")), Question(Window(since, until, until)))
    verdicts = result.runs.loc[result.runs["in_window"], "verdict"].tolist()
    assert (verdicts, result.evidence.sources[0].faults) == (["confirmed"], ())
