"""What stretch of time the stores of an OpenClaw can speak for, job by job.

A run log holds all runs but those that were cut from it. A job's own state holds its last run alone: it shows that
there was none since. Before a job was made there was none to be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from forensics.sources.openclaw_shelf import Stores
from forensics.sources.openclaw_told import Origin

LASTING = frozenset({Origin.HISTORY, Origin.RECEIPT, Origin.LEDGER})
Span = tuple[int, int]


def covered(stores: Stores) -> Span | None:
    """Return the stretch (ns) of which the stores tell: from the first run in a log, else the last in any state.

    Where no run was ever told of, the jobs that are set up never ran, since they were made.
    """
    lasting = [told.start for told in stores.told if told.origin in LASTING]
    states = [told.start for told in stores.told if told.origin is Origin.STATE]
    made = [job.created for job in stores.jobs.values() if job.created is not None]
    newest = max((page.newest for page in stores.pages if page.newest is not None), default=None)
    if newest is None or not (lasting or states or made):
        return None
    begun = min(lasting) if lasting else max(states) if states else min(made)
    since = max(begun, stores.since.get("", 0))
    return (since, newest) if since <= newest else None


def spans_of(stores: Stores, span: Span, names: Mapping[str, str]) -> dict[str, tuple[Span, ...]]:
    """Return the stretches of the jobs, by what they are called, that begin later than that of the whole."""
    runs, states = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for told in stores.told:
        (runs if told.origin in LASTING else states)[told.job].append(told.start)
    since = {job.id: job.created for job in stores.jobs.values() if job.created is not None}
    since |= {job: min(runs[job]) for job in since.keys() & runs.keys() if min(runs[job]) < since[job]}
    since |= {job: max(starts) for job, starts in states.items() if job not in runs}
    since |= {job: start for job, start in stores.since.items() if job}
    first, last = span
    return {names.get(job, job): ((min(start, last), last),) for job, start in since.items() if start > first}
