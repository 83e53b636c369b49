"""Since when it goes wrong, or no longer does: the instants at which jobs changed, and what happened beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forensics.evidence.columns import Columns
from forensics.evidence.investigation import ChangePoint, Group
from forensics.evidence.paired import NAT, Ints
from forensics.evidence.result import Result
from forensics.investigate.change_found import Change
from forensics.investigate.change_occasions import occasions, told_events
from forensics.investigate.change_parts import Parts, laid_out
from forensics.investigate.change_search import changes
from forensics.investigate.change_traits import traits_of
from forensics.investigate.change_weight import LEAST_GAIN
from forensics.investigate.outcomes import Outcomes, reporting, work

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
    """Return a change as it is told."""
    rows = looked.row[change.splits[change.is_sure]]
    names, hosts = (looked.columns.texts[name][rows].tolist() for name in ("job", "host"))
    before, after = groups(change)
    paired = looked.studied.paired
    jobs = [paired.jobs[code] for code in np.unique(paired.runs.job[rows]).tolist()]
    return ChangePoint(
        about=looked.outcomes.about,
        jobs=tuple(sorted(set(names))),
        hosts=tuple(sorted(set(hosts), key=lambda host: (host is None, host))),
        last_good=change.since,
        first_bad=change.until,
        before=before,
        after=after,
        p_value=change.p_value,
        occasions=occasions(looked.studied, change.since, change.until, jobs),
        controls=controls(looked, change),
        is_better=change.is_better,
    )


def groups(change: Change) -> tuple[Group, Group]:
    """Return the runs on both sides of a change."""
    members = change.members[change.is_sure]
    sides = change.seen.sides(members, change.splits[change.is_sure])
    before, after = int(sides.before.sum()), int(sides.after.sum())
    bad_before, bad_after = int(sides.bad_before.sum()), int(sides.bad_after.sum())
    if change.is_better:  # there the runs that got more are the good ones
        bad_before, bad_after = before - bad_before, after - bad_after
    return Group(bad_before, before, len(members)), Group(bad_after, after, len(members))


def controls(looked: Looked, change: Change) -> tuple[str, ...]:
    """Return the jobs with enough runs on both sides that stayed as the others were before.

    A job that went wrong as often as those that changed is none, whenever it began to.
    """
    parts = looked.parts.inverted() if change.is_better else looked.parts
    splits = parts.splits(int(np.searchsorted(parts.times, change.until)))
    inside = np.setdiff1d(np.flatnonzero(splits < parts.starts[1:]), looked.changed)
    own, other = change.seen.sides(change.members, change.splits), parts.sides(inside, splits[inside])
    enough = (other.before >= min(ENOUGH, own.before.min())) & (other.after >= min(ENOUGH, own.after.min()))
    half = own.bad_after.sum() / own.after.sum() / 2
    stayed = (other.bad_after < half * other.after) & (other.bad_before < half * other.before)
    unmoved = parts.gain[splits[inside]] < LEAST_GAIN
    rows = looked.row[parts.starts[inside[enough & stayed & unmoved]]]
    return tuple(sorted(set(looked.columns.texts["job"][rows].tolist())))
