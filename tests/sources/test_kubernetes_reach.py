"""Since when a file shows all runs of a CronJob."""

from __future__ import annotations

from pathlib import Path

from tests.sources.kubernetes_builders import account, cron_job, event, job, listed, ns, read

TOLERANCE = 90 * 10**9


def done(day: int, of: str = "backup") -> dict[str, object]:
    return job(f"2026-03-{day}T03:00:00Z", of=of, done=f"2026-03-{day}T03:04:00Z")


def broken(day: int) -> dict[str, object]:
    return job(f"2026-03-{day}T03:00:00Z", failed=f"2026-03-{day}T03:04:00Z")


def spans(path: Path, *things: object, of: str = "backup") -> list[tuple[int, int]]:
    return list(account(read(path, listed(*things))).job_spans.get(of, ()))


def test_as_many_as_are_kept_cover_from_the_oldest_on(tmp_path: Path):
    start = ns("2026-03-17T03:00:00Z") - TOLERANCE
    assert spans(tmp_path, cron_job(), done(17), done(18), done(19)) == [(start, ns("2026-03-19T03:04:00Z"))]


def test_fewer_than_are_kept_cover_since_the_cron_job_was_made(tmp_path: Path):
    assert spans(tmp_path, cron_job(), done(18), done(19))[0][0] == ns("2026-01-01T00:00:00Z")


def test_failure_that_is_kept_hides_the_failures_before_it(tmp_path: Path):
    start = ns("2026-03-18T03:00:00Z") - TOLERANCE
    assert spans(tmp_path, cron_job(), broken(18), done(19))[0][0] == start


def test_cron_job_that_keeps_more_is_covered_for_longer(tmp_path: Path):
    kept = cron_job(successfulJobsHistoryLimit=10)
    assert spans(tmp_path, kept, done(17), done(18), done(19))[0][0] == ns("2026-01-01T00:00:00Z")


def test_cron_job_that_keeps_no_failures_is_never_covered(tmp_path: Path):
    assert spans(tmp_path, cron_job(failedJobsHistoryLimit=0), done(18), done(19)) == []


def test_jobs_that_are_gone_after_an_hour_cover_an_hour(tmp_path: Path):
    short = cron_job(jobTemplate={"spec": {"ttlSecondsAfterFinished": 3600}})
    assert spans(tmp_path, short, done(19))[0][0] == ns("2026-03-19T02:04:00Z")


def test_each_cron_job_is_covered_by_its_own_jobs(tmp_path: Path):
    things = (cron_job(), cron_job("report"), done(17), done(18), done(19), done(19, "report"))
    assert spans(tmp_path, *things)[0][0] > spans(tmp_path, *things, of="report")[0][0]


def test_jobs_without_their_cron_job_cover_from_the_oldest_on(tmp_path: Path):
    assert spans(tmp_path, done(18), done(19))[0][0] == ns("2026-03-18T03:00:00Z") - TOLERANCE


def test_cron_jobs_alone_cover_nothing(tmp_path: Path):
    assert spans(tmp_path, cron_job(last="2026-03-19T03:00:00Z")) == []


def test_events_cover_since_the_one_that_was_seen_last_before_all_others(tmp_path: Path):
    seen = event("Node/a", "Ready", at="2026-03-19T02:30:00Z"), event("Node/b", "Ready", at="2026-03-19T03:20:00Z")
    assert spans(tmp_path, cron_job(), *seen) == [(ns("2026-03-19T02:30:00Z"), ns("2026-03-19T03:20:00Z"))]


def test_time_that_lies_ahead_was_not_seen(tmp_path: Path):
    ahead = event("Node/a", "Ready", at="2027-01-01T00:00:00Z")
    assert account(read(tmp_path, listed(cron_job(), done(18), done(19), ahead))).newest == ns("2026-03-19T03:04:00Z")
