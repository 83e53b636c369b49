"""A fleet matched in parts comes out as if it had been matched as one."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from forensics import __version__
from forensics.config import Job
from forensics.engine.cluster import Dask
from forensics.engine.processes import Processes
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Paired
from forensics.match.fleet import pair_runs
from forensics.match.jobfiles import JobFiles
from forensics.match.parts import bundles, families, parts_of
from forensics.match.proofs import witnesses_near
from tests.match.builders import at, beat, covered, evidence, file, ints, job, message, resolved, step, trigger, window

JOBS = tuple(
    job(f"job-{number}", schedule=f"{number} */2 * * *", artifacts=(f"job-{number}/{{date:%Y%m%d-%H}}.csv",))
    for number in range(6)
)


def world(jobs: tuple[Job, ...] = JOBS, *more: dict[str, Any]) -> Evidence:
    """Return a day of six jobs: each third run leaves nothing, each fifth says that it failed, one message names two."""
    rows: list[dict[str, Any]] = []
    for number, each in enumerate(jobs):
        for hour in range(0, 24, 2):
            nth = number + hour
            rows.append(trigger(f"{hour:02}:{number:02}", each.name))
            if nth % 3:
                rows.append(file(f"{each.name}/20260319-{hour:02}.csv", f"{hour:02}:{number + 5:02}"))
            said = "failed" if nth % 5 == 0 else "completed"
            rows.append(message(f"{each.name} {said}", f"{hour:02}:{number + 6:02}"))
    rows.append(message("job-1 completed\njob-4 failed", "22:50"))
    rows += [step("started", "08:00", "job-5", run_id="a"), step("completed", "08:04", "job-5", run_id="a")]
    return evidence(*rows, beat("10:03", "job-2"), *more)


def paired(read: Evidence, jobs: tuple[Job, ...] = JOBS, **more: Any) -> Paired:
    known = resolved(read, *jobs)
    return pair_runs(known, read, covered(len(known.jobs)), window(), **more)


def flat(value: Any) -> Any:
    """Return a value made of lists, which can be compared."""
    if is_dataclass(value) and not isinstance(value, Job):
        return {each.name: flat(getattr(value, each.name)) for each in fields(value)}
    return repr(value.tolist()) if isinstance(value, np.ndarray) else value


def rows_of_each(read: Evidence, jobs: tuple[Job, ...], most: int) -> list[dict[str, int]]:
    known, files = resolved(read, *jobs), JobFiles(jobs, read)
    parts = parts_of(known, read, covered(len(known.jobs)), witnesses_near(files, read, window()), window(), most)
    return [{table: len(rows) for table, rows in part.rows.items()} for part in parts]


@pytest.mark.parametrize("most", [1, 40, 90])
def test_parts_come_to_what_the_whole_comes_to(most: int):
    read = world()
    assert len(rows_of_each(read, JOBS, most)) > 1
    assert flat(paired(read, most=most)) == flat(paired(read))


@pytest.mark.slow
def test_other_processes_come_to_what_this_one_comes_to():
    read = world()
    assert flat(paired(read, each=Processes(2, print).each, most=40)) == flat(paired(read))


@pytest.mark.dask
def test_dask_workers_come_to_what_this_process_comes_to():
    read = world()
    assert flat(paired(read, each=Dask(None, 2, __version__).each, most=40)) == flat(paired(read))


def test_what_is_small_is_one_part():
    assert rows_of_each(world(), JOBS, 10_000) == []


def test_a_part_holds_the_rows_of_its_own_jobs_alone():
    assert rows_of_each(world(), JOBS, 1)[0] == {
        "triggers": 12,
        "lifecycle": 0,
        "beats": 0,
        "notifications": 12,
        "artifacts": 8,
    }


def test_a_message_about_two_jobs_is_in_the_parts_of_both():
    assert [part["notifications"] for part in rows_of_each(world(), JOBS, 1)] == [12, 13, 12, 12, 13, 12]


def test_a_misspelt_pattern_is_found_by_the_files_of_no_job():
    wrong = (*JOBS[:5], job("job-5", schedule="5 */2 * * *", artifacts=("jobb-5/{date:%Y%m%d-%H}.csv",)))
    full = [file(f"job-5/20260319-{hour:02}.csv", f"{hour:02}:09") for hour in range(0, 24, 2) if (5 + hour) % 3 == 0]
    read = world(JOBS, *full)
    found = paired(read, wrong, most=1)
    assert [each.near for each in found.patterns] == [None] * 5 + ["job-5/20260319-22.csv"]
    assert found.overwritten[found.runs.job == 5].all()


def test_a_file_goes_to_the_closest_pattern_whatever_part_it_is_in():
    both = (job("broad", artifacts=("out/*.csv",)), job("narrow", artifacts=("out/daily-*.csv",)))
    read = evidence(trigger("07:00", "broad"), trigger("07:00", "narrow"), file("out/daily-1.csv", "07:05"))
    found = paired(read, both, most=1)
    assert found.runs.job[found.proofs.run].tolist() == [1]


def test_a_copied_tree_is_judged_by_the_runs_of_all():
    stale = [file(f"job-{number}/20260319-00.csv", "23:15") for number in range(6)] * 20
    read = world(JOBS, *stale)
    assert flat(paired(read, most=1)) == flat(paired(read))
    assert paired(read, most=1).is_copied


def test_files_that_were_deleted_are_told_in_parts_too():
    every = job("hourly", schedule="0 * * * *", max_duration=timedelta(minutes=5), artifacts=("h/{date:%Y%m%d-%H}",))
    rows = [trigger(f"2026-03-{day}T{hour:02}:00", "hourly") for day in (17, 18, 19) for hour in range(24)]
    kept = [file(f"h/202603{day}-{hour:02}", f"2026-03-{day}T{hour:02}:02") for day in (18, 19) for hour in range(24)]
    read, jobs = evidence(*rows, *kept, trigger("07:00", "daily")), (job(), every)
    known, days = resolved(read, *jobs), window(since="2026-03-17T00:00")
    found = pair_runs(known, read, covered(2), days, most=1)
    assert flat(found) == flat(pair_runs(known, read, covered(2), days))
    assert (found.overwritten == ((found.runs.job == 1) & (found.runs.start < at("2026-03-18T00:00")))).all()


def test_jobs_of_one_name_stay_together():
    known = resolved(evidence(), job("a", host="one"), job("b"), job("a", host="two"))
    assert families(known, evidence()).tolist() == [0, 1, 0]


def test_jobs_of_a_scheduler_that_runs_one_at_a_time_stay_together():
    known = resolved(evidence(), job("a", scheduler="openclaw"), job("b"), job("c", scheduler="openclaw"))
    assert families(known, evidence()).tolist() == [0, 1, 0]


def test_jobs_that_share_a_run_id_stay_together():
    read = evidence(trigger("07:00", "a", run_id="x"), step("started", "07:00", "c", run_id="x"))
    assert families(resolved(read, job("a"), job("b"), job("c")), read).tolist() == [0, 1, 0]


def test_families_are_not_divided_and_no_part_grows_beyond_need():
    assert bundles(ints([0, 1, 0, 3, 4]), ints([3, 4, 3, 4, 9]), most=10).tolist() == [0, 0, 0, 1, 2]
