"""What tells of clocks: due times, starts, proofs and reports."""

from __future__ import annotations

from typing import Any

from forensics.config import Job
from forensics.match.clock_hosts import hosts_of
from forensics.match.clock_signals import LEAST_SAMPLE, Clockwork, clockwork, in_trigger_log, sampled
from forensics.match.jobfiles import JobFiles
from forensics.match.jobtable import job_table
from tests.match.builders import (
    at,
    clock,
    evidence,
    file,
    ints,
    job,
    message,
    resolved,
    starts,
    step,
    trigger,
    window,
)


def work(*rows: dict[str, Any], jobs: tuple[Job, ...] = (job("backup", artifacts=("*.json",)),)) -> Clockwork:
    read = evidence(*rows)
    known = resolved(read, *jobs)
    return clockwork(job_table(known.jobs), known, read, JobFiles(known.jobs, read), hosts_of(known, read), window())


def clocks(signals: Any) -> list[str | None]:
    return [clock(moment) for moment in signals.at.tolist()]


def test_skipped_run_is_no_start():
    assert clocks(work(trigger("07:00", "backup"), trigger("08:00", "backup", "skipped")).starts) == ["07:00"]


def test_due_times_are_those_of_jobs_that_were_seen():
    assert set(work(trigger("07:00", "one"), jobs=(job("one"), job("two"))).dues.job.tolist()) == {0}


def test_good_ends_alone_are_ends():
    steps = (
        step("started", "07:00", "backup"),
        step("completed", "07:01", "backup"),
        step("failed", "08:00", "backup"),
    )
    found = work(*steps)
    assert (clocks(found.begun), clocks(found.ended)) == (["07:00"], ["07:01"])


def test_claims_of_failure_are_no_reports():
    assert clocks(work(message("✅ backup completed", "07:05"), message("❌ backup failed", "08:05")).reports) == [
        "07:05"
    ]


def test_summary_of_several_jobs_is_no_report():
    jobs = (job("backup"), job("report"))
    assert not len(work(message("✅ backup\n✅ report", "07:05"), jobs=jobs).reports.at)


TWO = (message("✅ backup completed", "07:05"), message("✅ report completed", "07:05"))


def test_state_file_is_no_proof():
    one = job("backup", artifacts=("*.json",), state_files=("state.txt",))
    found = work(*TWO, file("a.json", "07:04"), file("state.txt", "07:00"), jobs=(one, job("report")))
    assert clocks(found.made) == ["07:04"]


def test_files_of_a_job_alone_on_its_host_are_not_read():
    found = work(*TWO, file("a.json", "07:04"), jobs=(job("backup", artifacts=("*.json",), host="web1"), job("report")))
    assert not len(found.made.at)


def test_end_stands_for_a_job_that_leaves_no_files():
    found = work(step("completed", "07:04", "backup"), message("✅ backup completed", "07:05"), jobs=(job("backup"),))
    assert clocks(found.proofs) == ["07:04"]


def test_runners_lines_in_the_trigger_log_are_left_out():
    read, log = evidence(step("started", "07:00", "backup")), evidence(trigger("07:00", "backup")).triggers
    mixed = type(read)(**{**vars(read), "triggers": log.assign(source=int(read.lifecycle["source"].iloc[0]))})
    assert in_trigger_log(mixed).tolist() == [True]
    assert in_trigger_log(read).tolist() == [False]


def test_files_of_the_rarest_jobs_are_read():
    jobs = tuple(job(f"job-{number}", artifacts=("*.json",)) for number in range(20))
    many = [starts(*["07:00"] * (400 if number % 2 else 1), of=number) for number in range(20)]
    reports = many[0]
    for each in many[1:]:
        reports = reports.with_others(each)
    hosts = hosts_of(resolved(evidence(), *jobs), evidence())
    chosen = sampled(reports, jobs, hosts)
    assert {*range(0, 20, 2)} <= set(chosen)
    assert LEAST_SAMPLE <= len(chosen) < 20


def test_rows_far_before_the_window_tell_nothing():
    assert not len(work(trigger("2026-03-10T07:00", "backup")).starts.at)


def test_one_hosts_records_are_its_own():
    found = work(trigger("07:00", "backup", host="web1"), trigger("08:00", "backup", host="web2"))
    read = evidence(trigger("07:00", "backup", host="web1"), trigger("08:00", "backup", host="web2"))
    hosts = hosts_of(resolved(read, job("backup")), read)
    assert found.of_host(hosts.names.index("web2"), hosts).starts.at.tolist() == ints([at("08:00")]).tolist()
