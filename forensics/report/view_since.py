"""Since when a trouble lasts, in one line: from a change on, from the first of its bad runs on, or now and then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from forensics.evidence.investigation import ChangePoint, Group, Investigation
from forensics.evidence.result import Result
from forensics.report.view_course import Course, course_of
from forensics.report.view_pen import Pen
from forensics.report.wording import counted
from forensics.untrusted import clipped
from forensics.verdicts import Verdict

LONGEST_LINE = 120
LONGEST_NAME = 32
LINKS = {"upgrade": "to ", "deploy": "of ", "restart": "of ", "reboot": "of "}
LEAST_BAD, LEAST_SHARE = 2, 0.25


def since(found: Investigation, result: Result, jobs: Sequence[str], kind: str, pen: Pen) -> str | None:
    """Return since when a trouble lasts, None where its blockers alone tell that.

    A change that most of its jobs have in common dates it, unless these failed in every run from another moment on.
    """
    course = course_of(result, jobs, kind)
    again = [{*cause.jobs} for cause in found.causes if cause.kind == "recurring"]
    change = change_of([each for each in found.change_points if not comes_again(each, again)], jobs)
    first_bad, last_good = course.streak()
    if kind == Verdict.MISSED and last_good is None and first_bad is not None and course.begun_before(first_bad):
        return None  # nothing proves what it did before, but it began, so what was missed is no older
    if change is not None and (set(jobs) == {*change.jobs} or goes_back_to(change, course, last_good)):
        return changed(change, course, pen)
    is_again = any(2 * len(theirs & {*jobs}) > len(jobs) for theirs in again)
    if first_bad is None or is_again or not course.is_steady:
        return next(now_and_then(course, pen), None)
    if last_good is None:
        return f"{pen.full(first_bad)} or earlier{sign_of_life(result, jobs, first_bad, pen)}"
    has_event = change is not None and bool(change.occasions) and last_good < change.occasions[0].at <= first_bad
    event = event_text(change, pen) if change is not None and has_event else ""
    return streak_text(first_bad, last_good, event, pen)


def sign_of_life(result: Result, jobs: Sequence[str], before: int, pen: Pen) -> str:
    """Return when the last heartbeat of one job was written, where that is older than its first bad run."""
    beats = [beat.last for beat in result.heartbeats if len(jobs) == 1 and beat.job == jobs[0]]
    last = next((at for at in beats if at is not None and at < before), None)
    return "" if last is None else f"; last sign of life {pen.full(last).removeprefix(pen.full(before)[:5])}"


def change_of(changes: Sequence[ChangePoint], jobs: Sequence[str]) -> ChangePoint | None:
    """Return the change for the worse that most of some jobs share, the narrowest one; None where there is none."""
    worse = [change for change in changes if change.about == "work" and not change.is_better]
    shared = [change for change in (*worse, *together(worse)) if 2 * len({*change.jobs} & {*jobs}) > len(jobs)]
    return max(
        shared,
        key=lambda change: (len({*change.jobs} & {*jobs}), -len(change.jobs), change.first_bad),
        default=None,
    )


def comes_again(change: ChangePoint, again: Sequence[set[str]]) -> bool:
    """Return whether a change is only one of the days on which the same jobs go wrong each time."""
    return any(2 * len({*change.jobs} & jobs) > len(change.jobs) for jobs in again)


def named(name: str, since: str) -> str:
    """Return since when a job goes wrong, with its name before it."""
    first, _, counts = since.partition("no moment found: ")
    if counts:
        return f"{name} {counts.partition(',')[0]}"
    is_past = " alone" in first or " to " in first.partition(";")[0]
    return f"{name} {'' if is_past else 'since '}{since}"


def together(changes: Sequence[ChangePoint]) -> Iterator[ChangePoint]:
    """Yield changes of several jobs with one event in their midst as one change."""
    by_event: dict[object, list[ChangePoint]] = {}
    for change in changes:
        if change.occasions:
            by_event.setdefault(change.occasions[0], []).append(change)
    for some in by_event.values():
        if len(some) > 1:
            yield replace(
                some[0],
                jobs=tuple(dict.fromkeys(job for change in some for job in change.jobs)),
                last_good=max(change.last_good for change in some),
                first_bad=min(change.first_bad for change in some),
                before=summed([change.before for change in some]),
                after=summed([change.after for change in some]),
            )


def summed(groups: Sequence[Group]) -> Group:
    """Return the runs of several groups as one group."""
    return Group(*(sum(getattr(group, name) for group in groups) for name in ("bad", "runs", "jobs")))


def goes_back_to(change: ChangePoint, course: Course, last_good: int | None) -> bool:
    """Return whether a trouble that good runs interrupt goes back to a change: not but once, nor hardly ever since."""
    if course.is_steady and (last_good is None or np.median(course.begins) <= change.last_good):
        return False  # it is older, though chance may have let a few jobs fail before all others did
    since_then = course.at >= change.first_bad
    bad, known = int((course.is_bad & since_then).sum()), int((course.is_known & since_then).sum())
    return bad >= LEAST_BAD and bad >= LEAST_SHARE * known


def changed(change: ChangePoint, course: Course, pen: Pen) -> str:
    """Return a change as the begin of a trouble: by the last good run where none was good since, else by counts."""
    event = event_text(change, pen)
    if not (course.is_good & (course.at >= change.first_bad)).any():
        return streak_text(change.first_bad, change.last_good, event, pen)
    begin = f"{pen.full(change.first_bad)}{f', {event}' if event else ''}"
    those = f" with {pen.sentence(change.among)}" if change.among else ""
    after = f"bad since in {change.after.bad:,} of {counted(change.after.runs, 'run')}{those}"
    before = f"before in {change.before.bad:,} of {change.before.runs:,}"
    return shortest_of([f"{begin}; {after}, {before}", f"{begin}; {after}", begin])


def event_text(change: ChangePoint, pen: Pen) -> str:
    """Return what lies between the last good and the first bad run, in words; empty where nothing is known to."""
    if not change.occasions:
        return ""
    event = change.occasions[0]
    place = "the first run after" if event.at <= change.first_bad else "near"
    name = f" {LINKS.get(event.kind, '')}{clipped(event.name, LONGEST_NAME)}" if event.name else ""
    return pen.sentence(f"{place} the {event.kind.replace('_', ' ')}{name}")


def streak_text(first_bad: int, last_good: int, event: str, pen: Pen) -> str:
    """Return the first bad run, and the last good one before it, the fullest way that fits into a line."""
    begin = pen.full(first_bad)
    good = f"; last good run {pen.full(last_good).removeprefix(begin[:5])}"
    told = f"{begin}, {event}" if event else begin
    return shortest_of([f"{told}{good}", told, begin])


def shortest_of(texts: Sequence[str]) -> str:
    """Return the first of some texts that fits into a line, else the last."""
    return next((text for text in texts if len(f"> **Since when:** {text}.") <= LONGEST_LINE), texts[-1])


def now_and_then(course: Course, pen: Pen) -> Iterator[str]:
    """Yield how often runs go wrong that do not always, as far back as any was compared; when, where that is known."""
    bad = np.flatnonzero(course.is_bad)
    if not len(bad):
        return
    first, last = int(course.at[bad[0]]), int(course.at[bad[-1]])
    begin, later = pen.full(first), course.at[course.is_good & (course.at > last)]
    if len(later) and not course.is_good[bad[0] : bad[-1]].any():
        lasted = f"{begin} to {pen.full(last).removeprefix(begin[:5])}" if last > first else f"{begin} alone"
        yield f"{lasted}; the next good run {pen.full(int(later.min())).removeprefix(begin[:5])}"
        return
    known = np.flatnonzero(course.is_known)
    day = pen.full(int(course.at[known[0]]))[:10]
    yield f"no moment found: bad in {len(bad):,} of {counted(len(known), 'run')} since {day}, the first day compared"
