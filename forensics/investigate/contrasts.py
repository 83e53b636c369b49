"""What tells bad runs from good ones, and what does not."""

from __future__ import annotations

from forensics.evidence.investigation import Contrast
from forensics.evidence.result import Result


def contrasts(studied: Result) -> tuple[Contrast, ...]:
    """Return what was compared, what differs first."""
    return ()
