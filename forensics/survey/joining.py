"""Lines that start the same command are one job: no log could tell their runs apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from forensics.survey.commands import glob_of
from forensics.survey.found import FoundJob

LONGEST = 400


def joined(jobs: Iterable[FoundJob]) -> list[FoundJob]:
    """Return jobs with those made one that start the same command by the same scheduler, in their first order."""
    alike: dict[tuple[str, str], list[FoundJob]] = {}
    for at, job in enumerate(jobs):
        key = (job.scheduler, glob_of(job.command)) if job.command and job.scheduler == "cron" else ("", str(at))
        alike.setdefault(key, []).append(job)
    return [one_of(same) for same in alike.values()]


def one_of(jobs: Sequence[FoundJob]) -> FoundJob:
    """Return what several lines that start one command come to."""
    first = next((job for job in jobs if job.schedule and job.schedule != "@reboot"), jobs[0])
    if len(jobs) == 1:
        return first
    same_zone = [job for job in jobs if job.zone == first.zone and job.schedule and job.schedule != "@reboot"]
    schedule = one_schedule([str(job.schedule) for job in same_zone]) if same_zone else None
    held = {each.schedule for each in same_zone} if schedule else {first.schedule}
    others = [job for job in jobs if job.schedule and (job.schedule not in held or job.zone != first.zone)]
    notes = [note for job in jobs for note in job.notes]
    notes += [f"also {other_time(job)} ({job.places[0]}): one job has one schedule" for job in others]
    users = tuple(dict.fromkeys(user for job in jobs for user in job.users))
    if len(users) > 1:
        notes.append("several users run it: cron's log does not say whose run was whose")
    return replace(
        first,
        schedule=schedule or first.schedule,
        places=tuple(place for job in jobs for place in job.places),
        users=users,
        said=next((job.said for job in jobs if job.said), None),
        aliases=tuple(dict.fromkeys(alias for job in jobs for alias in job.aliases)),
        notes=tuple(dict.fromkeys(notes)),
    )


def other_time(job: FoundJob) -> str:
    """Return when else a job is started, in words."""
    if job.schedule == "@reboot":
        return "when the machine starts"
    return f"at `{job.schedule}`" + (f" in {job.zone}" if job.zone else "")


def one_schedule(schedules: Sequence[str]) -> str | None:
    """Return one schedule that says the same as several, None where cron has no way to write it.

    >>> one_schedule(["0 3 * * *", "0 15 * * *"])
    '0 3,15 * * *'
    """
    distinct = list(dict.fromkeys(" ".join(each.split()) for each in schedules))
    if len(distinct) == 1:
        return distinct[0]
    rows = [each.split() for each in distinct]
    if any(len(row) != 5 for row in rows):
        return None
    differing = [at for at in range(5) if len({row[at] for row in rows}) > 1]
    if len(differing) != 1 or any("*" in row[differing[0]] for row in rows):
        return None
    values = sorted({value for row in rows for value in row[differing[0]].split(",")}, key=by_number)
    merged = [*rows[0]]
    merged[differing[0]] = ",".join(values)
    written = " ".join(merged)
    return written if len(written) <= LONGEST else None


def by_number(value: str) -> tuple[int, str]:
    """Return the place of a value in a list of a field: numbers by their size, before names."""
    digits = value.split("-")[0].split("/")[0]
    return (int(digits), value) if digits.isdecimal() else (100, value)
