"""What of an investigation stands among the findings of a night's report."""

from __future__ import annotations

from forensics.evidence.investigation import Investigation
from forensics.evidence.result import Finding, Result


def investigation_findings(found: Investigation, result: Result) -> tuple[Finding, ...]:
    """Return what tells bad runs from good ones, and since when, as findings of a report."""
    return ()
