"""What happens to each run of a job: when it starts and ends, and which rows of evidence it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.fleet_jobs import DAY, HOUR, MINUTE, UNTIMED, Job, due_times
from benchmarks.fleet_kinds import BOOT_STARTED, BOOTED, COMPLETED, FAILED, KINDS, NAMES, NEVER, TIMED_OUT, Fleet, Kind

SECOND = 1_000
TOLERANCE = 90 * SECOND

Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Course:
    """The times of one job's runs, in ms of true time; ``bound`` is where the next run's time begins."""

    run: Ints
    due: Ints
    start: Ints
    end: Ints
    bound: Ints
    kind: Ints
    skew: int


def happen(
    fleet: Fleet, number: int, job: Job, span: tuple[int, int], skew: int, rates: Mapping[str, float],
    scheduler_skips: bool, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Let all runs of one job happen within a span of time (ms), adding them and their evidence to the fleet."""
    every = due_times(job.schedule, job.zone, span[0], span[1] + 4 * DAY)
    count = int(np.searchsorted(every, span[1]))
    if not count or count == len(every):
        return
    due, after = every[:count], every[1 : count + 1]
    kind = _draw_kinds(job, count, rates, scheduler_skips, rng)
    course = _course(job, due, after, kind, skew, fleet.count, rng)
    course = _without_room(job, course)
    fleet.runs.add(count, number, due, after, _stamp(job, course), course.kind, job.host)
    fleet.count += count
    _leave_triggers(fleet, course, rates, rng)
    _leave_evidence(fleet, job, course, rates, rng)
    _manual_runs(fleet, number, job, course, rates, rng)


def _draw_kinds(
    job: Job, count: int, rates: Mapping[str, float], scheduler_skips: bool, rng: np.random.Generator
) -> Ints:
    able = _abilities(job, scheduler_skips)
    usable = [name for name in NAMES if name != "ok" and rates.get(name, 0.0) > 0 and KINDS[name].needs <= able]
    edges = np.cumsum([rates[name] for name in usable])
    drawn = np.searchsorted(edges, rng.random(count), side="right")
    codes = np.array([NAMES.index(name) for name in usable] + [0], dtype=np.int64)
    return codes[drawn]


def _abilities(job: Job, scheduler_skips: bool) -> frozenset[str]:
    """Return what this job can do, in the words of ``Kind.needs``."""
    facts = {
        "always": job.reports == "always",
        "single": not job.digest,
        "pair": job.pair and not job.marker and not job.overwrites,
        "files": job.proves and not job.marker and not job.overwrites,
        "runner": job.runner and not job.marker,
        "plain": not job.runner and job.proves and not job.overwrites and not job.outlasts,
        "late": job.max_duration is not None,
        "untimed": job.path in UNTIMED,
        "scheduler": scheduler_skips,
    }
    return frozenset(name for name, holds in facts.items() if holds)


def _course(job: Job, due: Ints, after: Ints, kind: Ints, skew: int, first: int, rng: np.random.Generator) -> Course:
    count = len(due)
    delay = rng.integers(1_000, 2_600, count)
    if job.start_delay:
        delay = delay + rng.integers(0, job.start_delay, count)
    start = due + delay
    took = job.duration * np.exp(rng.normal(0, job.spread, count).clip(-3, 3))
    if not job.outlasts:
        ends_badly = np.isin(kind, BAD_CODES)
        took = np.where(ends_badly, took * rng.uniform(0.2, 1, count), took)
    bound = after + min(0, skew)
    end = start + np.maximum(took, 500).astype(np.int64)
    if job.outlasts:
        end = np.maximum.accumulate(end - np.arange(count) * 20_000) + np.arange(count) * 20_000
    else:
        end = np.minimum(end, np.maximum(bound - 25_000, start + 500))
    if job.max_duration is not None:
        end = np.minimum(end, start + job.max_duration - 5_000)
    return Course(np.arange(first, first + count), due, start, end, bound, kind, skew)


ONCE_CODES = [i for i, name in enumerate(NAMES) if KINDS[name].claims in ("S", "F")]
BAD_CODES = [i for i, name in enumerate(NAMES) if "F" in KINDS[name].claims and KINDS[name].files == "none"]


def _without_room(job: Job, course: Course) -> Course:
    """Return the course with kinds that need time before the next run made ok where there is too little."""
    kinds = course.kind.copy()
    limit = _limit(course)
    late_from = course.start + (job.max_duration or 0) + TOLERANCE
    _reset(kinds, "late_file", limit - late_from < 20 * MINUTE)
    roomy = limit - course.end >= 40 * MINUTE
    _reset(kinds, "hand_fixed", ~roomy)
    _reset(kinds, "rerun", ~roomy)
    _reset(kinds, "recovered", ~roomy & ~np.bool_(job.names_time))
    return Course(course.run, course.due, course.start, course.end, course.bound, kinds, course.skew)


def _limit(course: Course) -> Ints:
    """Return until when later evidence is still this run's: before the next start, and within hours."""
    return np.minimum(course.bound - 100 * SECOND, course.start + round(5.5 * HOUR))


def _reset(kinds: Ints, name: str, where: np.ndarray[Any, Any]) -> None:
    kinds[(kinds == NAMES.index(name)) & where] = 0


def _stamp(job: Job, course: Course) -> Ints:
    """Return the time that a run's paths are named by: mostly the due time, for some jobs the trigger's."""
    if job.path == "epoch":
        return course.start + course.skew
    by_trigger = job.start_delay and job.template % 2 == 0 and job.path in ("datetime", "minute")
    return course.start + course.skew if by_trigger else course.due


def _leave_triggers(fleet: Fleet, course: Course, rates: Mapping[str, float], rng: np.random.Generator) -> None:
    begun = np.array([kind.triggered for kind in KINDS.values()])[course.kind]
    heard = np.array([bool(kind.claims or kind.files != "none") for kind in KINDS.values()])[course.kind]
    lost = heard & (rng.random(len(begun)) < rates.get("lost_trigger", 0.0))
    keep = begun & ~lost
    skip = course.kind == NAMES.index("scheduler_skip")
    double = rng.random(len(begun)) < rates.get("doubled_trigger", 0.0)
    fleet.triggers.add(int(keep.sum()), course.run[keep], (course.start + course.skew)[keep], skip[keep], double[keep])


def _leave_evidence(
    fleet: Fleet, job: Job, course: Course, rates: Mapping[str, float], rng: np.random.Generator
) -> None:
    again = _later(job, course, rng)
    said = _first_message(job, course, again, rates, rng)
    for code in np.unique(course.kind):
        kind = KINDS[NAMES[code]]
        where = course.kind == code
        part = _part(course, where)
        _leave_files(fleet, job, kind, part, again[where], rng)
        if job.runner:
            _leave_life(fleet, job, kind, part)
        _leave_messages(fleet, job, kind, part, said[where], again[where], rates, rng)


def _part(course: Course, where: np.ndarray[Any, Any]) -> Course:
    run, due, start = course.run[where], course.due[where], course.start[where]
    return Course(run, due, start, course.end[where], course.bound[where], course.kind[where], course.skew)


def _later(job: Job, course: Course, rng: np.random.Generator) -> Ints:
    """Return when late or repeated work ends, where a kind asks for some."""
    limit, share = _limit(course), rng.random(len(course.run))
    late = course.kind == NAMES.index("late_file")
    first = np.where(late, course.start + (job.max_duration or 0) + TOLERANCE + 2 * MINUTE, course.end + 20 * MINUTE)
    last = np.minimum(limit - 4 * MINUTE, first + 2 * HOUR)
    roomless = (course.kind == NAMES.index("recovered")) & (last <= first)
    last = np.where(roomless, first + 2 * HOUR, last)
    ends: Ints = (first + share * np.maximum(last - first, 0)).astype(np.int64)
    return ends


def _leave_files(fleet: Fleet, job: Job, kind: Kind, course: Course, again: Ints, rng: np.random.Generator) -> None:
    if not job.proves or kind.files == "none":
        return
    count = len(course.run)
    at = again if kind.files in ("late", "later") else course.end
    at = at - rng.integers(0, 400, count) + course.skew
    slots = [0] + ([1] if job.pair else []) + ([2] if job.marker else [])
    stamp = _stamp(job, course)
    keep_first = rng.random(count) < 0.5
    for slot in slots:
        size = rng.integers(1, 100_000, count) if kind.files != "small" or slot else np.zeros(count, dtype=np.int64)
        keep = np.ones(count, dtype=bool) if kind.files != "half" else keep_first == (slot == 0)
        mtime = at if slot == 0 else at + (-150 if slot == 1 else 50)
        fleet.files.add(int(keep.sum()), course.run[keep], mtime[keep], stamp[keep], slot, size[keep])
        if kind.files == "twice":
            fleet.files.add(count, course.run, again + course.skew, again + course.skew, slot, size + 1)


def _leave_life(fleet: Fleet, job: Job, kind: Kind, course: Course) -> None:
    count = len(course.run)
    start, end = course.start + course.skew, course.end + course.skew + 600
    add = fleet.life.add
    if kind.life == "none" or (kind.life == "empty" and not job.proves):
        return
    add(count, course.run, start + 100, BOOT_STARTED, -1, 0)
    if kind.life == "boot_timeout":
        add(count, course.run, start + 60_100, TIMED_OUT, -1, 1)
        return
    booted = np.minimum(start + 300, end - 40)
    if kind.life == "boot_retry":
        middle = (start + end) // 2
        add(count, course.run, middle, TIMED_OUT, -1, 1)
        add(count, course.run, middle + 50, BOOT_STARTED, -1, 2)
        booted = middle + 200
    add(count, course.run, booted, BOOTED, -1, 3)
    ends = {"completed": (COMPLETED, 0), "empty": (COMPLETED, 0), "boot_retry": (COMPLETED, 0), "failed": (FAILED, 1),
            "killed": (FAILED, 137), "timed_out": (TIMED_OUT, -1)}  # fmt: skip
    if kind.life in ends:
        event, code = ends[kind.life]
        add(count, course.run, end, event, code, 4)


def _leave_messages(
    fleet: Fleet, job: Job, kind: Kind, course: Course, at: Ints, again: Ints, rates: Mapping[str, float],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    claims = _spoken(job, kind.claims)
    count = len(course.run)
    if "B" in claims or (job.announces and _begins(job, kind)):
        fleet.messages.add(count, course.run, course.start + rng.integers(1_500, 3_000, count), ord("B"), 0)
    said = claims.replace("B", "")
    if not said:
        return
    if job.digest:
        mark = (at + 2 * MINUTE) // (4 * HOUR) * (4 * HOUR) + 4 * HOUR
        fleet.messages.add(count, course.run, mark, ord(said[0]), 1)
        return
    fleet.messages.add(count, course.run, at, ord(said[0]), 0)
    if len(said) == 2:
        later = again + 2 * SECOND if kind.files in ("later", "twice") else at + rng.integers(20_000, 60_000, count)
        fleet.messages.add(
            count, course.run, np.minimum(later, np.maximum(course.bound - 6_000, at + 2_000)), ord(said[1]), 0
        )
        return
    twice = rng.random(count) < rates.get("doubled_message", 0.0)
    fleet.messages.add(int(twice.sum()), course.run[twice], at[twice] + 900, ord(said[0]), 0)


def _begins(job: Job, kind: Kind) -> bool:
    """Return whether a run of this kind gets far enough to say that it has begun."""
    return job.reports == "always" and kind.claims not in ("K", "B") and (bool(kind.claims) or kind.files != "none")


def _spoken(job: Job, claims: str) -> str:
    """Return which of the claims this job's policy lets through."""
    if job.reports == "never":
        return ""
    return claims.replace("S", "") if job.reports == "on-failure" else claims


def _first_message(job: Job, course: Course, again: Ints, rates: Mapping[str, float], rng: np.random.Generator) -> Ints:
    """Return when the first claim is sent: soon after the end, for some much later, yet before the next start."""
    count = len(course.run)
    end = np.where(course.kind == NAMES.index("late_file"), again, course.end)
    at = end + 300 + rng.exponential(15 * SECOND, count).astype(np.int64)
    tardy = np.isin(course.kind, ONCE_CODES) & (rng.random(count) < rates.get("late_message", 0.0))
    late = end + rng.integers(MINUTE, 20 * MINUTE, count)
    if job.outlasts:
        nearer = np.append(end[1:], end[-1:] + job.period) - end
        late = late if job.tangled else np.minimum(late, end + (0.4 * nearer).astype(np.int64))
        return _in_order(np.where(tardy, np.maximum(late, at), at))
    late = np.minimum(late, course.bound - 100 * SECOND)
    at = np.where(tardy & (late > at), late, at)
    at = np.minimum(at, np.maximum(course.bound - 8 * SECOND, end + 200))
    return np.where(course.kind == NAMES.index("skipped"), course.start + 2 * SECOND, at)


def _in_order(at: Ints) -> Ints:
    """Return times pulled forward so that no message of a job overtakes the next run's."""
    steps = np.arange(len(at)) * 10
    return np.minimum.accumulate((at - steps)[::-1])[::-1] + steps


def _manual_runs(
    fleet: Fleet, number: int, job: Job, course: Course, rates: Mapping[str, float], rng: np.random.Generator
) -> None:
    """Add runs that somebody started by hand, well apart from every due time."""
    if job.outlasts or job.runner or job.digest or job.reports != "always" or job.marker:
        return
    own_path = job.path in UNTIMED or job.names_time
    room = course.bound - course.end
    took = np.maximum(500, job.duration)
    fits = (course.kind == 0) & (room > 50 * MINUTE + 2 * took) & own_path
    drawn = rng.random(len(fits))
    triggered = fits & (drawn < rates.get("manual", 0.0))
    quiet = (
        fits & ~triggered & (drawn < rates.get("manual", 0.0) + rates.get("manual_untriggered", 0.0)) & job.names_time
    )
    for where, has_trigger in ((triggered, True), (quiet, False)):
        count = int(where.sum())
        if not count:
            continue
        start = (course.end + 25 * MINUTE + (room - 50 * MINUTE - 2 * took) * rng.uniform(0.2, 0.8, len(fits)))[
            where
        ].astype(np.int64)
        run = np.arange(fleet.count, fleet.count + count)
        fleet.count += count
        fleet.runs.add(count, number, NEVER, course.bound[where], start + course.skew, 0, job.host)
        if has_trigger:
            fleet.triggers.add(count, run, start + course.skew, 0, 0)
        _leave_manual(fleet, job, run, start, took, course.skew)


def _leave_manual(fleet: Fleet, job: Job, run: Ints, start: Ints, took: int, skew: int) -> None:
    end = start + took
    for slot in [0] + ([1] if job.pair else []):
        fleet.files.add(len(run), run, end + skew - 100 * (slot + 1), start + skew, slot, 512)
    fleet.messages.add(len(run), run, end + 4 * SECOND, ord("S"), 0)
