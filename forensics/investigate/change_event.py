"""Events that lie beside a change: which fits best, and the change placed there where its runs let it be.

That something is known to have happened makes it likelier by far than any other instant between two runs. So an upgrade
need not be the very best of all instants: it has to be one that the runs do not rule out. One run may well fail by
itself a few minutes before it, and a few go well right after it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forensics.evidence.investigation import Occasion
from forensics.evidence.paired import Floats, Ints
from forensics.investigate.change_found import Change
from forensics.investigate.change_members import both_sided
from forensics.investigate.change_occasions import RESTARTS
from forensics.investigate.change_place import RATHER, STRANGE, fitness, rates_of

# Events fit alike where they differ by less than this (ln).
ALIKE = 0.01


@dataclass(frozen=True)
class Fitting:
    """How well a change at the moments (ns, and as places in ``times``) of the runs that changed fits."""

    moments: Ints
    places: Ints
    fit: Floats

    def at(self, event: Occasion) -> int:
        """Return the number of the first moment that an event may have touched."""
        return min(int(np.searchsorted(self.moments, event.at)), len(self.moments) - 1)

    def doubt(self, event: Occasion) -> float:
        """Return by how much less likely than the best of all an event is (ln)."""
        return float(self.fit.max() - self.fit[self.at(event)])

    def may_be(self, event: Occasion) -> bool:
        """Return whether the change may well lie at an event; it is not placed at a mere restart for little."""
        return self.doubt(event) <= (RATHER if event.kind in RESTARTS else STRANGE)

    @property
    def reach(self) -> tuple[int, int]:
        """Return after which instant and up to which an event may have to do with the change (ns)."""
        possible = np.flatnonzero(self.fit >= self.fit.max() - STRANGE)
        return int(self.moments[max(0, possible[0] - 1)]), int(self.moments[possible[-1]])


def beside(change: Change, happened: Callable[[int, int], Sequence[Occasion]]) -> tuple[Change, tuple[Occasion, ...]]:
    """Return a change, placed at the event that fits it best where that may be, and its events in their order.

    ``happened`` tells of the events after an instant and up to another, in the order of those that fit alike. Restarts
    come after what was changed; those after the change are left out.
    """
    fitting = fitting_of(change)
    since, latest = fitting.reach
    found = happened(min(since, change.since), max(latest, change.latest))
    ordered = sorted(found, key=lambda each: (each.kind in RESTARTS, round(fitting.doubt(each) / ALIKE)))
    best = next((each for each in ordered if fitting.may_be(each)), None)
    if best is not None:
        change = placed(change, fitting, best)
    told = [each for each in ordered if change.since < each.at <= change.latest]
    kept = (each for each in told if each.kind not in RESTARTS or each.at <= change.until)
    return change, tuple(sorted(kept, key=lambda each: each.at > change.until))


def fitting_of(change: Change) -> Fitting:
    """Return how well a change at each moment of the runs that changed fits."""
    parts, members = change.counted
    places, fit = fitness(parts, members, rates_of(parts, members, parts.splits(change.place)[members]))
    return Fitting(parts.times[places], places, fit)


def placed(change: Change, fitting: Fitting, event: Occasion) -> Change:
    """Return a change whose first bad run is the first since an event, with those jobs that have runs on both sides.

    It is left where it was if no job that may be named has, or if no run is bad any more.
    """
    (parts, members), at = change.counted, fitting.at(event)
    runs = parts.runs_of(members)
    later = parts.place[runs[parts.bad[runs] & (parts.place[runs] >= fitting.places[at])]]
    if not at or not len(later):
        return change
    place = int(later.min())
    kept = np.isin(members, both_sided(parts, members, place))
    if not change.is_sure[kept].any():
        return change
    until = int(parts.times[place])
    return replace(
        change,
        members=change.members[kept],
        splits=change.seen.splits(place)[change.members[kept]],
        since=min(change.since, int(fitting.moments[at - 1])),
        until=until,
        latest=max(change.latest, until),
        is_sure=change.is_sure[kept],
        of_runs=change.of_runs and (parts, members[kept]),
    )
