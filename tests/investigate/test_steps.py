"""Next steps: commands that can be typed, and settings that are the job's own."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from forensics.evidence.investigation import Cause, NextStep
from forensics.evidence.records import ToldJob
from forensics.evidence.result import Result
from tests.investigate.cases import ISOLATED, change, days, found, upgrade, world

ID = "12bfc626-e499-57e1-9510-0e4e1e0dc436"


def told(studied: Result, *jobs: ToldJob) -> Result:
    """Return a result whose first source tells how its scheduler is set up."""
    (first, *others) = studied.evidence.sources
    return replace(studied, evidence=replace(studied.evidence, sources=(replace(first, jobs=jobs), *others)))


def first_cause(scheduler: str = "cron", *, boots: bool = False, **more: object) -> Cause:
    runs = days("job", "confirmed", "silent_failure", "silent_failure")
    hung = ["job/11", "job/12"] if boots else []
    return found(world(runs, schedulers={"job": scheduler}, boots=hung, **more))[0]  # type: ignore[arg-type]


def commands(cause: Cause) -> list[str]:
    return [step.command for step in cause.steps if step.command]


@pytest.mark.parametrize(
    ("scheduler", "command"),
    [
        ("cron", "journalctl -t CRON -t job "),
        ("systemd", "journalctl -u job.service "),
        ("kubernetes", "kubectl get jobs,pods --sort-by=.metadata.creationTimestamp | grep job"),
        ("openclaw", "journalctl --user -u openclaw-gateway.service "),
    ],
)
def test_own_log_is_that_of_the_scheduler(scheduler: str, command: str) -> None:
    assert any(each.startswith(command) for each in commands(first_cause(scheduler)))


def test_time_in_a_log_command_names_its_zone() -> None:
    (command,) = [each for each in commands(first_cause()) if each.startswith("journalctl")]
    words = shlex.split(command)
    assert words[words.index("--since") + 1] == "2026-03-12 06:59 UTC"
    assert words[words.index("--until") + 1] == "2026-03-12 07:15 UTC"


@pytest.mark.parametrize(
    ("scheduler", "command"),
    [
        ("cron", "crontab -l; cat /etc/crontab /etc/cron.d/*"),
        ("systemd", "systemctl list-timers --all --no-pager"),
        ("kubernetes", "kubectl get cronjobs --all-namespaces"),
        ("openclaw", "openclaw cron list"),
    ],
)
def test_table_of_a_job_that_was_never_triggered_is_that_of_its_scheduler(scheduler: str, command: str) -> None:
    runs = days("job", "missed", triggered_at=None)
    assert command in commands(found(world(runs, schedulers={"job": scheduler}))[0])


def test_scheduler_is_asked_by_the_id_by_which_it_knows_a_job() -> None:
    runs = days("job", "confirmed", "silent_failure")
    studied = told(
        world(runs, schedulers={"job": "openclaw"}), ToldJob("job", "openclaw", "jobs.json", 1, aliases=(ID,))
    )
    assert f"openclaw cron runs --id {ID}" in commands(found(studied)[0])


def test_change_is_made_from_what_the_scheduler_itself_holds() -> None:
    runs = days("job", "confirmed", "silent_failure")
    stored = ToldJob("job", "openclaw", "/home/op/.openclaw/cron/jobs.json", 1, attributes=ISOLATED)
    studied = told(world(runs, schedulers={"job": "openclaw"}, boots=["job/11"]), stored)
    (step,) = [each for each in found(studied)[0].steps if each.kind == "change"]
    assert step.diff.startswith("--- /home/op/.openclaw/cron/jobs.json\n")


BOOTS = ["job/10", "job/11", "job/12", "job/13"]


def test_boots_that_were_not_recorded_before_are_not_to_be_compared() -> None:
    runs = days("job", "confirmed", "confirmed", "confirmed", "silent_failure")
    cause = found(world(runs, boots=["job/13"]), changes=[change("job")])[0]
    assert not any(command.startswith("forensics gate") for command in commands(cause))


def test_gate_names_the_event_that_the_config_knows() -> None:
    runs = days("job", "confirmed", "confirmed", "confirmed", "silent_failure")
    studied = world(runs, boots=BOOTS, events=[upgrade(datetime(2026, 3, 13, 2, tzinfo=UTC))])
    cause = found(studied, changes=[change("job")])[0]
    assert "forensics gate --event 'gateway 2026.3.14' --measure boot" in commands(cause)


def test_gate_of_an_event_that_only_a_source_tells_of_names_the_time() -> None:
    runs = days("job", "confirmed", "confirmed", "confirmed", "silent_failure")
    cause = found(world(runs, boots=BOOTS), changes=[change("job")])[0]
    assert "forensics gate --at '2026-03-13 07:00' --measure boot" in commands(cause)


def test_lost_runs_are_listed_from_the_first_on() -> None:
    (step,) = [each for each in first_cause().steps if each.kind == "rerun"]
    assert step.command == "forensics investigate --rerun-list --since '2026-03-11 07:00' --job job"


def test_many_jobs_are_not_named_one_by_one() -> None:
    runs = [each for number in range(8) for each in days(f"job{number}", "missed", triggered_at=None)]
    (step,) = [each for each in found(world(runs))[0].steps if each.kind == "rerun"]
    assert "--job" not in step.command


def test_every_step_says_what_it_is_for() -> None:
    steps: list[NextStep] = list(first_cause(boots=True).steps)
    assert all(step.text.endswith((".", "`")) for step in steps)


def test_change_of_jobs_in_a_database_is_a_command_for_each() -> None:
    runs = days("job", "confirmed", "silent_failure")
    stored = ToldJob("job", "openclaw", "state/openclaw.sqlite", 1, aliases=(ID,), attributes=ISOLATED)
    studied = told(world(runs, schedulers={"job": "openclaw"}, boots=["job/11"]), stored)
    (step,) = [each for each in found(studied)[0].steps if each.kind == "change"]
    assert (step.diff, step.command) == (
        "",
        f"openclaw cron edit {ID} --session main --system-event TEXT-OF-ITS-MESSAGE",
    )


def test_list_that_holds_more_than_the_lost_runs_says_how_many() -> None:
    runs = [each for number in range(7) for each in days(f"job{number}", "failed", *["confirmed"] * 9)]
    (over,) = [each for each in found(world([*runs, *days("other", *["failed"] * 5)])) if each.kind == "jobs"]
    assert over.steps[0].text.endswith("The list names all 12 lost runs of 8 jobs since then.")


def test_list_that_holds_the_lost_runs_and_no_others_needs_no_count() -> None:
    (step,) = [each for each in first_cause().steps if each.kind == "rerun"]
    assert "The list names" not in step.text
