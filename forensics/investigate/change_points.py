"""Since when it goes wrong, or no longer does: the instants at which jobs changed, and what happened beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forensics.config import Job
from forensics.evidence.columns import Columns
from forensics.evidence.investigation import ChangePoint, Group
from forensics.evidence.paired import NAT, Floats, Ints
from forensics.evidence.result import Result
from forensics.investigate.change_event import beside
from forensics.investigate.change_found import Change
from forensics.investigate.change_occasions import occasions, told_events
from forensics.investigate.change_parts import Parts, Sides, laid_out
from forensics.investigate.change_search import changes
from forensics.investigate.change_traits import traits_of
from forensics.investigate.change_weight import LEAST_GAIN
from forensics.investigate.exact import chance_of_so_few
from forensics.investigate.outcomes import Outcomes, reporting, work

# How often one of all jobs may be taken for a control by luck.
BY_LUCK = 0.05
# A control has so many runs on both sides, or as many as the jobs that changed.
ENOUGH = 3


def change_points(studied: Result) -> tuple[ChangePoint, ...]:
    """Return when runs began to go wrong, or ceased to, the newest first.

    Where trouble ended, ``last_good`` is the last run with it and ``first_bad`` the first without.
    """
    columns = Columns(studied.runs)
    found = [point for about in (work, reporting) for point in points(studied, columns, about(columns))]
    return tuple(sorted(found, key=lambda each: (-each.first_bad, each.is_better, -len(each.jobs), each.jobs)))


def points(studied: Result, columns: Columns, outcomes: Outcomes) -> Iterator[ChangePoint]:
    """Yield the changes of one of the two questions."""
    rows = np.flatnonzero(outcomes.known & (columns.moment != NAT))
    if not outcomes.bad[rows].any():
        return
    parts, order = laid_out(columns.job[rows], columns.moment[rows], outcomes.bad[rows])
    hints = [each.at for each in told_events(studied)]
    row = rows[order]
    found = tuple(changes(parts, hints, traits_of(studied, columns, outcomes, row)))
    looked = Looked(studied, columns, outcomes, row, parts, found)
    for change in looked.found:
        yield point(looked, change)


@dataclass(frozen=True)
class Looked:
    """What was looked through: ``row`` is the row of each run of ``parts``, ``found`` are all changes in them."""

    studied: Result
    columns: Columns
    outcomes: Outcomes
    row: Ints
    parts: Parts
    found: tuple[Change, ...]

    @cached_property
    def changed(self) -> Ints:
        """Return all jobs that changed at some time, as parts of ``parts``."""
        return np.unique(np.concatenate([self.parts.part[each.splits] for each in self.found]))


def point(looked: Looked, change: Change) -> ChangePoint:
    """Return a change as it is told: at an event where it may well lie there."""
    jobs = jobs_of(looked, change)
    change, happened = beside(change, lambda since, until: occasions(looked.studied, since, until, jobs))
    rows = looked.row[change.splits[change.is_sure]]
    names, hosts = (looked.columns.texts[name][rows].tolist() for name in ("job", "host"))
    before, after = groups(change)
    return ChangePoint(
        about=looked.outcomes.about,
        jobs=tuple(sorted(set(names))),
        hosts=tuple(sorted(set(hosts), key=lambda host: (host is None, host))),
        last_good=change.since,
        first_bad=change.until,
        before=before,
        after=after,
        p_value=change.p_value,
        occasions=happened,
        controls=controls(looked, change),
        is_better=change.is_better,
        latest=change.latest,
        among=change.among,
    )


def jobs_of(looked: Looked, change: Change) -> list[Job]:
    """Return the jobs of a change that are named."""
    paired, rows = looked.studied.paired, looked.row[change.splits[change.is_sure]]
    return [paired.jobs[code] for code in np.unique(paired.runs.job[rows]).tolist()]


def groups(change: Change) -> tuple[Group, Group]:
    """Return the runs on both sides of a change."""
    sides, jobs = change.sides, int(change.is_sure.sum())
    each = sides.before, sides.after, sides.bad_before, sides.bad_after
    before, after, bad_before, bad_after = (int(counted[change.is_sure].sum()) for counted in each)
    if change.is_better:  # there the runs that got more are the good ones
        bad_before, bad_after = before - bad_before, after - bad_after
    return Group(bad_before, before, jobs), Group(bad_after, after, jobs)


def controls(looked: Looked, change: Change) -> tuple[str, ...]:
    """Return the jobs with enough runs on both sides that stayed as the others were before.

    A job that went wrong as often as those that changed is none, whenever it began to; nor is one whose few good runs
    since may be luck. Where only some runs of jobs changed, no job is one: its few runs of that kind say too little.
    """
    if change.among:
        return ()
    parts = looked.parts.inverted() if change.is_better else looked.parts
    splits = parts.splits(int(np.searchsorted(parts.times, change.until)))
    inside = np.setdiff1d(np.flatnonzero(splits < parts.starts[1:]), looked.changed)
    own, other = change.sides, parts.sides(inside, splits[inside])
    enough = (other.before >= min(ENOUGH, own.before.min())) & (other.after >= min(ENOUGH, own.after.min()))
    half = own.bad_after.sum() / own.after.sum() / 2
    stayed = (other.bad_after < half * other.after) & (other.bad_before < half * other.before)
    stayed &= enough & (parts.gain[splits[inside]] < LEAST_GAIN)
    stayed &= luck(other, 2 * half) * (len(inside) + len(change.members)) < BY_LUCK
    rows = looked.row[parts.starts[inside[stayed]]]
    return tuple(sorted(set(looked.columns.texts["job"][rows].tolist())))


def luck(sides: Sides, rate: float) -> Floats:
    """Return for each job how likely it has so few bad runs since a change, had it changed to a rate as well."""
    counts = zip(sides.bad_after.tolist(), sides.after.tolist(), strict=True)
    return np.array([chance_of_so_few(bad, runs, rate) for bad, runs in counts], dtype=np.float64)
