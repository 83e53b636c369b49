"""How far bad runs got."""

from __future__ import annotations

from forensics.evidence.investigation import Depth
from forensics.evidence.result import Result


def depths(studied: Result, focus: frozenset[str]) -> tuple[Depth, ...]:
    """Return for each job how far its bad runs got; ``focus`` are the jobs to look at."""
    return ()
