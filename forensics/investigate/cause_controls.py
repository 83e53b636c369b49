"""Which jobs went on over a change as before, as far as their own runs can show that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forensics.evidence.investigation import ChangePoint
from forensics.investigate.cause_case import Case
from forensics.investigate.exact import chance_of_so_few
from forensics.investigate.words import listed, share, went_wrong

BY_CHANCE = 0.05
SLIPS = 0.25


def controls(case: Case, changes: Sequence[ChangePoint]) -> Iterator[str]:
    """Yield which jobs went on over a change as before, as a sentence; nothing where none is known to."""
    told = went_on(case, changes)
    if told:
        yield f"{told}."


def went_on(case: Case, changes: Sequence[ChangePoint]) -> str:
    """Return in a clause which jobs went on as before over the widest of some changes, empty where none is known to.

    Named are those that changed at no other time either, and whose runs since are too many and too good for luck.
    """
    changed = (
        {job for each in case.changes if each.about == changes[0].about for job in each.jobs} if changes else set()
    )
    jobs = [job for job in (changes[0].controls if changes else ()) if job not in changed]
    shown = [job for job in jobs if stayed(case, changes[0], job, len(jobs) + len(changes[0].jobs))]
    if not shown:
        return ""
    told = (share(*counts(case, changes[0], shown, is_after)) for is_after in (True, False))
    since, before = told
    return f"{listed(shown)} went on as before ({since} runs {went_wrong(changes[0].about)} since, {before} before)"


def stayed(case: Case, change: ChangePoint, job: str, among: int) -> bool:
    """Return whether a job's runs after a change are better than luck makes those of one of so many that changed."""
    bad, runs = counts(case, change, [job], is_after=True)
    is_well = bad <= SLIPS * runs
    return is_well and chance_of_so_few(bad, runs, change.after.rate or 0.0) * among < BY_CHANCE


def counts(case: Case, change: ChangePoint, jobs: Sequence[str], is_after: bool) -> tuple[int, int]:
    """Return how many runs of some jobs were bad on one side of a change, of how many of which one can tell."""
    outcome = case.work if change.about == "work" else case.reporting
    side = (case.columns.moment >= change.first_bad) == is_after
    theirs = outcome.known & side & case.named(jobs)
    return int((theirs & outcome.bad).sum()), int(theirs.sum())
