"""Runs of which nothing could tell whether the work was done: what to add, so that next time something can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from forensics.evidence.intake import SourceRead
from forensics.evidence.investigation import Cause, NextStep
from forensics.evidence.paired import Ints
from forensics.investigate import steps, steps_lanes
from forensics.investigate.cause_case import Case
from forensics.investigate.cause_scheduler import observed
from forensics.investigate.words import counted, share, subject, unquoted

SHOWN = 4
A_SOURCE_TO_NAME = NextStep(
    "command",
    "Name what is to be read: each `source` in the config, or `--notifications`, `--triggers`, `--artifacts`."
    " This drafts a config from what the machine has.",
    command="forensics init",
)


def unseen(case: Case, rows: Ints) -> Cause:
    """Return what is known of runs that nothing could prove."""
    jobs, begin = case.jobs(rows), told_from(case, rows)
    older = "" if begin is None else f", all before {begin}"
    return Cause(
        kind="unseen",
        title=f"Nothing could tell whether {subject(jobs)} did {'its' if len(jobs) == 1 else 'their'} work:"
        f" {counted(len(rows), 'run')}{older}",
        supports=tuple(observed(case, case.newest(rows))),
        inferred="No cause of what went wrong, but a blind spot beside it."
        if begin is None
        else "No cause of what went wrong: what was read does not reach back so far.",
        unknown="Whether the work was done.",
        jobs=jobs,
        steps=tuple(steps_lanes.lanes(case, rows)) if begin is None else (steps.older_evidence(begin),),
        detail={"runs": len(rows)},
    )


def told_from(case: Case, rows: Ints) -> str | None:
    """Return from when on runs of the same jobs can be told, where all that cannot are older; None elsewhere."""
    known = np.flatnonzero(case.runs_of(case.codes(rows)) & (case.work.good | case.work.bad))
    if len(rows) < 2 or not len(known) or case.at(case.newest(rows)) >= case.at(case.oldest(known)):
        return None
    return case.time(case.oldest(known))


def is_blind(case: Case) -> bool:
    """Return whether not one row of evidence was read, from no source at all or from sources that are at fault."""
    sources = case.studied.evidence.sources
    has_rows = any(count for source in sources for count in source.rows.values())
    return not has_rows and (not sources or any(source.faults for source in sources))


def unread(case: Case) -> Cause:
    """Return that nothing was read, so that nothing can be told of any run."""
    sources, rows = case.studied.evidence.sources, np.flatnonzero(case.unseen)
    at_fault = [source for source in sources if source.faults]
    told = f"nothing came from {share(len(at_fault), len(sources))} sources" if sources else "no source is named"
    return Cause(
        kind="unread",
        title=f"Nothing was read: {told}",
        supports=tuple(f"`{unquoted(source.name)}`: {source.faults[0]}." for source in at_fault[:SHOWN]),
        inferred="This says nothing of the jobs: they may all be well, or all be dead.",
        unknown="Whether any work was done.",
        jobs=case.jobs(rows) if len(rows) else (),
        steps=tuple(paths_to_mend(at_fault)) or (A_SOURCE_TO_NAME,),
        detail={"runs": len(rows)},
    )


def paths_to_mend(at_fault: Sequence[SourceRead]) -> Iterator[NextStep]:
    """Yield what to do about sources that could not be read."""
    for source in at_fault[:SHOWN]:
        yield NextStep(
            "look",
            f"Mend the path of `{unquoted(source.name)}` in the config, or have it written again; then ask again.",
        )
    if at_fault:
        yield NextStep("command", "See what each source gives, and what the config lacks.", command="forensics doctor")
