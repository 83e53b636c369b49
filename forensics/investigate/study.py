"""The investigation in its order: compare, date, follow each run to where it stopped, and name what is likely."""

from __future__ import annotations

from forensics.evidence.investigation import Investigation
from forensics.evidence.result import Result
from forensics.investigate.causes import causes
from forensics.investigate.change_points import change_points
from forensics.investigate.contrasts import contrasts
from forensics.investigate.depths import depths


def investigated(studied: Result, focus: frozenset[str]) -> Investigation:
    """Return why runs went wrong; ``studied`` are all runs to compare, ``focus`` the jobs that were asked about."""
    compared, changed = contrasts(studied), change_points(studied)
    reached = depths(studied, focus)
    found = causes(studied, compared, changed, reached, focus)
    return Investigation(studied.window.since, studied.window.until, compared, changed, reached, found)
