"""How well triggers fit due times, and whether another schedule fits them too well for chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from forensics.config import Job
from forensics.doctor.observed import Watched
from forensics.evidence.paired import Flags, Ints
from forensics.match.jobtable import job_table
from forensics.match.spans import at
from forensics.match.spine import Signals, meet_due_times

LEAST_RATE, MOST_RATE = 0.01, 0.3
SOUND = 0.2
PRIOR = 20.0


@dataclass(frozen=True)
class Fit:
    """Triggers held against due times.

    ``met`` tells which triggers are some due time's, on time or late by no more than the start grace; ``exact`` those
    that are on time; ``late`` by how much they are (ns). ``missed`` are the covered due times without a trigger.
    """

    met: Flags
    exact: Flags
    late: Ints
    due: Ints
    missed: Ints

    @property
    def errors(self) -> int:
        """Return how many triggers and due times have no partner, or none in time."""
        return int((~self.exact).sum()) + len(self.missed)

    @property
    def strays(self) -> int:
        """Return how many triggers and due times have no partner at all."""
        return int((~self.met).sum()) + len(self.missed)

    @property
    def told(self) -> str:
        """Return how many triggers fit, as ``13 of 14``."""
        return f"{int(self.met.sum()):,} of {len(self.met):,}"


def fit_of(watched: Watched, job: Job | None = None) -> Fit:
    """Return how a job's triggers fit the due times of its own config, or of another one."""
    job = watched.job if job is None else job
    due, triggers = watched.due_by(job), watched.triggers
    seen = Signals(np.zeros(len(triggers), dtype=np.int64), triggers, np.arange(len(triggers)))
    table = job_table([job])
    row = meet_due_times(table, np.zeros(len(due), dtype=np.int64), due, seen)
    met = row >= 0
    late = triggers - at(due, row) - watched.lag
    is_missed = watched.is_covered(due, job)
    is_missed[row[met]] = False
    return Fit(met, met & (np.abs(late) <= int(table.tolerance[0])), late, due, due[is_missed])


@dataclass(frozen=True)
class Rates:
    """How often a due time has no trigger, and a trigger no due time, where the config is sound."""

    missed: float
    strange: float

    def surprise(self, before: Fit, after: Fit, *, on_time: bool) -> float:
        """Return how much less surprising, in nats, the evidence is by another config than by the job's own.

        ``on_time``: a trigger that comes late counts as a stranger.
        """
        fewer_missed = len(before.missed) - len(after.missed)
        fits = [fit.exact if on_time else fit.met for fit in (before, after)]
        fewer_strange = int(fits[1].sum()) - int(fits[0].sum())
        return fewer_missed * -log(self.missed) + fewer_strange * -log(self.strange)


def usual_rates(fits: Sequence[Fit]) -> Rates:
    """Return the rates over the jobs whose triggers mostly fit."""
    sound = [fit for fit in fits if fit.errors <= SOUND * (len(fit.met) + len(fit.due))]
    due, triggers = sum(len(fit.due) for fit in sound), sum(len(fit.met) for fit in sound)
    missed, strange = sum(len(fit.missed) for fit in sound), sum(int((~fit.met).sum()) for fit in sound)
    return Rates(bounded(missed, due), bounded(strange, triggers))


def bounded(count: int, of: int) -> float:
    """Return a rate, neither taken for impossible nor for usual."""
    return min(MOST_RATE, max(LEAST_RATE, (count + PRIOR * LEAST_RATE) / (of + PRIOR)))
