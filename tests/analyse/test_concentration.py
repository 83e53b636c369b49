"""One job that makes most failures is named, unless it makes most of the runs as well."""

from __future__ import annotations

from typing import Any

from forensics.analyse.concentration import concentration
from forensics.evidence.columns import Columns
from forensics.evidence.result import Finding
from tests.analyse.builders import frame, run


def found(*rows: dict[str, Any]) -> list[Finding]:
    return concentration(Columns(frame(*rows)))


def runs(job: str, bad: int, of: int, verdict: str = "silent_failure", **told: Any) -> list[dict[str, Any]]:
    """Return runs of a job, the first of which went wrong, an hour apart."""
    return [
        run(verdict if place < bad else "confirmed", job, due=f"2026-03-19T{place:02d}:00", **told)
        for place in range(of)
    ]


def test_job_that_makes_most_failures_is_named():
    (finding,) = found(*runs("flaky", 8, 10), *runs("one", 1, 10), *runs("two", 0, 10), *runs("three", 0, 10))
    assert finding.text == "flaky makes 8 of 9 (88.9 %) of all failures, with 10 of 40 (25.0 %) of the runs."
    assert finding.observed == ("Of the 30 runs of all other jobs 1 failed.",)
    assert finding.detail["failures"] == 8
    assert finding.p_value is not None
    assert finding.p_value < 0.01


def test_job_that_makes_most_of_the_runs_is_not():
    assert found(*runs("busy", 6, 24), *runs("one", 0, 2), *runs("two", 0, 2)) == []


def test_failures_of_several_jobs_are_not_one_jobs():
    assert found(*runs("one", 4, 10), *runs("two", 4, 10), *runs("three", 0, 10)) == []


def test_few_failures_are_no_pattern():
    assert found(*runs("flaky", 4, 4), *runs("one", 0, 10), *runs("two", 0, 10)) == []


def test_two_jobs_are_too_few_to_single_one_out():
    assert found(*runs("flaky", 8, 10), *runs("one", 0, 10)) == []


def test_false_alarms_are_wrong_messages_and_no_failures():
    (finding,) = found(*runs("loud", 8, 8, "false_alarm"), *runs("one", 0, 10), *runs("two", 0, 10))
    assert finding.text == (
        "loud makes 8 of 8 (100 %) of all wrong or missing messages, with 8 of 28 (28.6 %) of the runs."
    )


def test_failures_and_wrong_messages_are_told_apart():
    rows = [*runs("flaky", 6, 8), *runs("mute", 6, 8, "unreported"), *runs("one", 0, 10), *runs("two", 0, 10)]
    assert [finding.detail["job"] for finding in found(*rows)] == ["flaky", "mute"]


def test_muted_runs_do_not_count():
    assert found(*runs("muted", 8, 8, flags="muted"), *runs("one", 0, 10), *runs("two", 0, 10)) == []


def test_job_of_a_host_is_named_with_it():
    rows = [*runs("job", 8, 8, host="old"), *runs("job", 0, 10, host="new"), *runs("other", 0, 10, host="new")]
    (finding,) = found(*rows)
    assert finding.text.startswith("job on old makes 8 of 8 (100 %)")


def test_no_runs_have_no_finding():
    assert found() == []
