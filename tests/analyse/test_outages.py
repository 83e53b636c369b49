"""A lane that shows nothing for anybody, and logs that fell silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from forensics.analyse.outages import is_rare, lane_outages, runner_outages, silent_logs
from forensics.config import Job
from forensics.evidence.columns import Columns
from forensics.evidence.coverage import ALWAYS, EVER, Coverage
from forensics.evidence.intake import SourceRead
from forensics.evidence.paired import Steps
from tests.analyse.builders import UTC, WINDOW, at, evidence, frame, paired, run, source


def jobs(verdict: str, count: int, hour: int = 1, **columns: Any) -> list[dict[str, Any]]:
    return [run(verdict, job=f"{hour}-{number}", due=f"{hour:02}:{number:02}", **columns) for number in range(count)]


def outages(*rows: dict[str, Any]) -> list[Any]:
    return lane_outages(Columns(frame(*rows)), UTC)


def test_day_without_any_message_is_an_outage():
    (finding,) = outages(*jobs("unreported", 20))
    assert finding.kind == "lane_outage"
    assert finding.detail == {
        "lane": "notifications",
        "since": "2026-03-19T01:00:00Z",
        "until": "2026-03-19T01:19:00Z",
        "runs": 20,
        "jobs": 20,
    }


def test_night_without_any_file_is_an_outage_of_artifacts():
    (finding,) = outages(*jobs("confirmed", 20), *jobs("false_success", 8, hour=2), *jobs("confirmed", 20, hour=3))
    assert finding.detail["lane"] == "artifacts"


def test_outage_is_bounded_by_runs_that_were_heard():
    (finding,) = outages(*jobs("confirmed", 20), *jobs("unreported", 8, hour=2), *jobs("confirmed", 20, hour=3))
    assert (finding.detail["since"], finding.detail["runs"]) == ("2026-03-19T02:00:00Z", 8)


def test_four_silent_runs_are_no_outage():
    assert outages(*jobs("confirmed", 20), *jobs("unreported", 4, hour=2)) == []


def test_one_silent_job_is_no_outage():
    assert outages(*(run("unreported", due=f"{hour:02}:00") for hour in range(20))) == []


def test_silence_that_chance_explains_is_no_outage():
    scattered = [
        run("unreported" if number % 6 else "confirmed", job=str(number), due=f"01:{number:02}") for number in range(60)
    ]
    assert outages(*scattered) == []


def by_runner(*rows: dict[str, Any], recorded: Sequence[int], covers: bool = True) -> list[Any]:
    """Return the outages of the runner, which tells of some rows; it covers all or nothing."""
    runs = frame(*rows)
    links, empty = paired(runs), np.array(recorded, dtype=np.int64)
    steps = Steps(empty, empty, empty, empty, empty.astype(float))
    coverage = Coverage({"lifecycle": [((EVER, ALWAYS),) if covers else ()] * len(links.jobs)})
    return runner_outages(Columns(runs), replace(links, steps=steps), coverage, UTC)


def two_nights(count: int = 10) -> list[dict[str, Any]]:
    """Return two runs of each of some jobs, the second an hour after the first."""
    return [
        run("confirmed", job=f"job-{number}", due=f"{hour:02}:{number:02}")
        for number in range(count)
        for hour in (1, 2)
    ]


def test_runner_that_fell_silent_is_an_outage():
    (finding,) = by_runner(*two_nights(), recorded=range(0, 20, 2))
    assert finding.detail["lane"] == "lifecycle"
    assert (finding.detail["since"], finding.detail["runs"]) == ("2026-03-19T02:00:00Z", 10)


def test_jobs_of_which_no_runner_ever_told_are_none():
    assert by_runner(*two_nights(), recorded=[0]) == []


def test_runner_that_covers_nothing_is_none():
    assert by_runner(*two_nights(), recorded=range(0, 20, 2), covers=False) == []


def test_recovered_failure_is_no_silence():
    assert outages(*jobs("unreported", 20, claim="failure", evidence="both")) == []


def test_muted_runs_are_left_out():
    assert outages(*jobs("unreported", 20, flags="muted")) == []


@pytest.mark.parametrize(
    ("length", "outside", "total", "expected"), [(5, 0, 5, True), (8, 0, 48, True), (5, 20, 60, False)]
)
def test_stretch_is_rare_by_the_rate_of_silence_outside_it(length: int, outside: int, total: int, expected: bool):
    assert is_rare(length, outside, total) is expected


LOG = source(newest=at("06:17"))
ALL = ((EVER, ALWAYS),)


def logs(
    *rows: dict[str, Any], sources: tuple[SourceRead, ...] = (LOG,), spans: Any = ALL, shown: tuple[int, ...] = ()
) -> list[Any]:
    runs = frame(*rows)
    known = [Job(name, UTC) for name in dict.fromkeys(runs["job"])]
    linked = paired(runs, jobs=known, triggers=shown)
    triggers = [{"at": at("06:00"), "event": "started"} for _ in shown]
    read = evidence(*sources, triggers=triggers)
    return silent_logs(Columns(runs), linked, read, Coverage({"triggers": [spans] * len(known)}), WINDOW.now, UTC)


MISSED = [run("missed", job="a", due="07:00"), run("missed", job="b", due="07:30"), run("missed", job="c", due="08:00")]


def test_live_log_without_the_due_times_after_its_newest_line_is_silent():
    (finding,) = logs(*MISSED)
    assert finding.text.startswith(
        "cron.log has been silent since 2026-03-19 06:17, for 17 h 43 min: 3 due times of 3 jobs"
    )
    assert finding.detail["proven"] == 0


def test_log_that_does_not_cover_the_time_is_not_called_silent():
    assert logs(*MISSED, spans=((EVER, at("06:17")),)) == []


def test_one_missed_run_does_not_make_a_log_silent():
    assert logs(MISSED[0]) == []


def test_due_times_before_the_newest_line_say_nothing():
    assert logs(*(run("missed", job=name, due="05:00") for name in "abc")) == []


def test_work_done_meanwhile_blames_the_log():
    rows = [run("confirmed", job=name, due="07:00", triggered_at=None, flags="untriggered") for name in "abc"]
    assert "jobs still run" in logs(*rows)[0].inferred


def test_silent_log_of_one_host_concerns_the_jobs_that_it_shows():
    seen = [run("confirmed", job="a", due="06:00"), run("confirmed", job="z", due="06:00")]
    rows = [seen[0], run("missed", job="a", due="07:00"), run("missed", job="a", due="08:00"), seen[1]]
    other = source("web2.log", newest=at("06:30"))
    (finding,) = logs(*rows, sources=(LOG, other), shown=(0,))
    assert (finding.detail["source"], finding.detail["runs"]) == ("cron.log", 2)


def test_skipped_and_pending_runs_are_not_awaited():
    assert (
        logs(*(run(verdict, job=verdict, due="07:00", triggered_at=None) for verdict in ("skipped", "pending"))) == []
    )
