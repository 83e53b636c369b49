"""How far a scheduler is believed that is runner and sender, too."""

from __future__ import annotations

from functools import partial
from typing import Any

from forensics.config import Config, Job, SourceConfig
from forensics.config_jobs import unconfigured_job
from forensics.evidence.intake import Evidence, Intake
from forensics.evidence.records import Batch, FileRead
from forensics.match.own_word import asked_spans, first_ends, later_starts, own_reaches, without_senders
from forensics.match.reach import coverage, heard
from forensics.match.resolve import Resolved, resolve_jobs
from forensics.sources.base import UTC

HOUR = 3_600_000_000_000
START = 20_000 * 24 * HOUR
JOBS = (Job("a", UTC, scheduler="openclaw"), Job("b", UTC, scheduler="openclaw"), Job("c", UTC))


def rows(table: str, *given: tuple[int, str, dict[str, Any]]) -> Batch:
    """Return rows of a table at hours from the start, each with its job and further columns."""
    names = {name for _, _, more in given for name in more}
    columns: dict[str, list[Any]] = {name: [more.get(name) for _, _, more in given] for name in names}
    columns |= {"at": [START + hour * HOUR for hour, _, _ in given], "job": [job for _, job, _ in given]}
    return Batch(table, "f", columns | {"record": [*range(1, len(given) + 1)]})


def evidence(*batches: Batch, kind: str = "openclaw", **account: Any) -> tuple[Evidence, Resolved]:
    intake = Intake()
    lanes = ("triggers", "lifecycle", "notifications")
    intake.take(kind, kind, lanes, [*batches, FileRead("f", 0, covers=(START, START + 20 * HOUR), **account)])
    found = intake.evidence()
    return found, resolve_jobs(found, JOBS, partial(unconfigured_job, Config()))


def ran(hour: int, job: str = "a", **attributes: str) -> tuple[int, str, dict[str, Any]]:
    return hour, job, {"event": "accepted", "attributes": attributes}


def test_ends_are_told_of_from_the_first_record_of_a_job_that_leaves_any():
    given = [(5, "a", "started"), (6, "a", "completed"), (7, "b", "started"), (8, "b", "ended")]
    found, resolved = evidence(rows("lifecycle", *((hour, job, {"event": event}) for hour, job, event in given)))
    assert first_ends(0, found, resolved) == {0: START + 5 * HOUR}


def test_messages_are_told_of_for_runs_that_were_to_be_reported_until_the_next():
    runs = [
        ran(1, deliveryStatus="delivered"),
        ran(4, deliveryStatus="not-requested"),
        ran(9, deliveryStatus="unknown"),
    ]
    found, resolved = evidence(rows("triggers", *runs))
    spans = asked_spans(0, (START, START + 20 * HOUR), found, resolved)
    assert spans == {0: [(START + HOUR, START + 4 * HOUR), (START + 9 * HOUR, START + 20 * HOUR)]}


def test_result_that_was_suppressed_was_not_to_be_reported():
    run = ran(1, deliveryStatus="not-delivered", deliverySuppressionReason="silent")
    found, resolved = evidence(rows("triggers", run))
    assert asked_spans(0, (START, START + 20 * HOUR), found, resolved) == {}


def test_starts_are_told_of_from_later_on_where_a_history_was_cut():
    later = {"a": ((START + 3 * HOUR, START + 20 * HOUR),)}
    found, resolved = evidence(rows("triggers", ran(4)), job_spans=later)
    assert later_starts(found.sources[0], None, resolved) == {0: START + 3 * HOUR}


def test_job_of_that_name_on_another_host_is_not_the_one_that_is_told_of():
    later = {"a": ((START + 3 * HOUR, START + 20 * HOUR),)}
    found, _ = evidence(rows("triggers"), job_spans=later)
    twins = [Job("a", UTC, host=host, scheduler="openclaw") for host in ("web1", "web2")]
    resolved = resolve_jobs(found, twins, partial(unconfigured_job, Config()))
    told = [later_starts(found.sources[0], SourceConfig("openclaw", "x", host), resolved) for host in ("web2", "web3")]
    assert told == [{1: START + 3 * HOUR}, {}]


def test_openclaw_speaks_for_its_own_jobs_starts_alone():
    found, resolved = evidence(rows("triggers", ran(4)))
    spans = coverage(found, [None], [False], resolved, START + 20 * HOUR).spans["triggers"]
    assert [bool(each) for each in spans] == [True, True, False]


def test_other_kinds_are_left_to_the_common_rules():
    found, resolved = evidence(rows("triggers", ran(4)), kind="jsonl")
    assert own_reaches(found.sources[0], None, 0, (START, START + HOUR), found, resolved) == []


def test_sender_without_a_channel_beside_it_is_heard():
    said = (1, "a", {"claim": "success", "is_bot": True})
    found, resolved = evidence(rows("notifications", said))
    assert heard(resolved, found, [None], [False], START + 20 * HOUR).speech.claim == ["success"]
    assert without_senders(found).sources[0].covers is None
