"""All runs of a fleet and what speaks for them: matched as one, or where it is large, in parts by jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forensics.evidence.coverage import Coverage
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Paired, Window
from forensics.match.jobfiles import JobFiles
from forensics.match.joined import joined
from forensics.match.pairing import matched
from forensics.match.parts import MOST_ROWS, Part, parts_of
from forensics.match.proofs import copied_minutes, witnesses_near
from forensics.match.resolve import Resolved
from forensics.match.whole_tree import with_whole_tree

Each = Callable[[Callable[[Part], Paired], Sequence[Part]], list[Paired]]


def in_turn(task: Callable[[Part], Paired], parts: Sequence[Part]) -> list[Paired]:
    """Return what a task makes of each part, worked out here."""
    return [task(part) for part in parts]


def pair_runs(
    resolved: Resolved,
    evidence: Evidence,
    coverage: Coverage,
    window: Window,
    files: JobFiles | None = None,
    each: Each = in_turn,
    most: int = MOST_ROWS,
) -> Paired:
    """Return every run around the window, and the rows of evidence that speak for each.

    ``files`` knows which pattern of the jobs each file fits, where that was asked before. ``each`` works out the parts,
    of about ``most`` rows. A tree that may be a copy is judged by all runs, and so makes one part with all.
    """
    files = JobFiles(resolved.jobs, evidence) if files is None else files
    found, crowded = witnesses_near(files, evidence, window), copied_minutes(evidence)
    parts = [] if crowded else parts_of(resolved, evidence, coverage, found, window, most)
    if len(parts) > 1:
        paired = joined(resolved, parts, each(matched_part, parts))
    else:
        paired = matched(resolved, evidence, coverage, window, found, crowded)
    return with_whole_tree(paired, files, evidence, coverage, window)


def matched_part(part: Part) -> Paired:
    """Return the runs of one part."""
    return matched(part.resolved, part.evidence, part.coverage, part.window, part.found)
