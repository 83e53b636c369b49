"""Runs that came to nothing because their host was down or asleep, by what the hosts' journals show of that.

Or because their scheduler was, by what it shows of itself; where both were, it is the host's doing. A scheduler that
was but silent before it was started may have been alive, and passed over a due time: one lost alone does not show that
it was down, several do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from forensics.classify.facts import Facts
from forensics.evidence.hosts import Outage, concerns
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import NAT, Paired

# What a host records of a run that its shutdown ended comes so shortly before its own last word.
SHUTDOWN = 120 * 10**9
# So many due times are not passed over by chance in one silence.
LOST = 2


def outage_of(paired: Paired, facts: Facts, evidence: Evidence) -> Callable[[int], Outage | None]:
    """Return a function that gives the outage that a run without a proof fell into, or was cut off by."""
    believed = (confirmed(outage, paired) for outage in evidence.outages)
    found = sorted(believed, key=lambda outage: outage.of != "")

    def of(run: int) -> Outage | None:
        job = paired.jobs[int(paired.runs.job[run])]
        own = (each for each in found if concerns(each, job.scheduler, job.host))
        return next((each for each in own if hit(each, paired, facts, run)), None)

    return of if found else lambda _run: None


def confirmed(outage: Outage, paired: Paired) -> Outage:
    """Return an outage as one that is shown where several due times were lost in it."""
    if not outage.is_inferred:
        return outage
    runs = paired.runs
    is_within = (runs.due != NAT) & (outage.since <= runs.due) & (runs.due < outage.until)
    is_lost = is_within & (runs.skipped == NAT) & ((runs.triggered == NAT) | (runs.triggered >= outage.until))
    jobs = (paired.jobs[code] for code in runs.job[is_lost].tolist())
    lost = sum(concerns(outage, job.scheduler, job.host) for job in jobs)
    return replace(outage, is_inferred=lost < LOST)


def hit(outage: Outage, paired: Paired, facts: Facts, run: int) -> bool:
    """Return whether a run was due in an outage and never began, or was begun and cut off by it."""
    runs = paired.runs
    has_begun = bool(facts.triggered[run] or facts.begun[run] or runs.begun[run] != NAT)
    if not has_begun:
        is_within = runs.due[run] != NAT and outage.since <= runs.due[run] < outage.until
        return bool(is_within and not outage.is_inferred)
    end, is_ended = int(facts.recorded.end_at[run]), bool(facts.recorded.end[run] >= 0)
    is_cut_off = not is_ended or outage.since - SHUTDOWN <= end <= outage.since
    return is_cut_off and not outage.is_sleep and bool(runs.start[run] <= outage.since <= runs.own_end[run])
