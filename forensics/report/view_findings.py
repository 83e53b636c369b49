"""Findings: what was observed, what follows and what to do, and over which days where those are not the report's."""

from __future__ import annotations

from dataclasses import replace

from forensics.evidence.investigation import Cause
from forensics.evidence.result import Finding, Result
from forensics.report.view_blockers import Statement, Statements, body, p_text
from forensics.report.view_pen import Pen
from forensics.timeline import local_text

SHOWN_FINDINGS = 5
# Kinds of findings that compare all runs that were studied, not the window's alone.
OF_INVESTIGATION = frozenset({"change_point", "contrast", "ruled_out"})


def findings_view(result: Result, pen: Pen) -> Statements:
    """Return the findings."""
    days = studied_days(result)
    shown = tuple(
        finding_view(number, explained(finding, result), pen, days if finding.kind in OF_INVESTIGATION else "")
        for number, finding in enumerate(result.findings[:SHOWN_FINDINGS], 1)
    )
    return Statements(shown, max(0, len(result.findings) - SHOWN_FINDINGS))


def finding_view(number: int, finding: Finding, pen: Pen, days: str) -> Statement:
    """Return one finding, over ``days`` where these are not the report's own."""
    return Statement(
        number=number,
        marks=None,
        kind=pen.names.code(finding.kind),
        subject=None,
        text=pen.sentence(finding.text).rstrip("."),
        p_value=None if finding.p_value is None else p_text(finding.p_value),
        body=body(finding, pen),
        days=days,
    )


def studied_days(result: Result) -> str:
    """Return the first and the last day of the runs that were studied, empty where these are the report's own."""
    found = result.investigation
    if found is None or (found.since >= result.window.since and found.until <= result.window.until):
        return ""
    zone = result.config.timezone
    first, last = local_text(found.since, zone)[:10], local_text(max(found.since, found.until - 1), zone)[:10]
    return f"{first} to {last}" if first != last else first


def explained(finding: Finding, result: Result) -> Finding:
    """Return a comparison with what follows from it and what to do, as the likely cause says that it became."""
    cause = next((cause for cause in causes_of(result) if is_of(finding, cause)), None)
    if cause is None or finding.kind != "contrast":
        return finding
    inferred = f"So {cause.inferred[:1].lower()}{cause.inferred[1:]}" if cause.inferred else ""
    todo = cause.steps[0].text if cause.steps else ""
    return replace(finding, inferred=finding.inferred or inferred, todo=finding.todo or todo)


def causes_of(result: Result) -> tuple[Cause, ...]:
    """Return the likely causes, none where none were looked for."""
    return result.investigation.causes if result.investigation else ()


def is_of(finding: Finding, cause: Cause) -> bool:
    """Return whether a cause is that of a comparison."""
    names = ("attribute", "value")
    return all(
        finding.detail.get(name) is not None and finding.detail[name] == cause.detail.get(name) for name in names
    )
