"""Likely causes, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from forensics.evidence.investigation import Cause, ChangePoint, Contrast, Depth
from forensics.evidence.result import Result


def causes(
    studied: Result, compared: Sequence[Contrast], changed: Sequence[ChangePoint], reached: Sequence[Depth]
) -> tuple[Cause, ...]:
    """Return likely causes, the likeliest first."""
    return ()
