"""Since when it goes wrong."""

from __future__ import annotations

from forensics.evidence.investigation import ChangePoint
from forensics.evidence.result import Result


def change_points(studied: Result) -> tuple[ChangePoint, ...]:
    """Return when runs began to go wrong, or ceased to."""
    return ()
