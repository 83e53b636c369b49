"""What a report shows, as plain values that the templates place: sections in order, untrusted text made harmless."""

from __future__ import annotations

from dataclasses import dataclass

from forensics.evidence.result import Result
from forensics.report.columns import window_runs
from forensics.report.view_alert import Alert, alert
from forensics.report.view_blockers import Statements, blockers_view
from forensics.report.view_change import Proposal, proposal
from forensics.report.view_findings import findings_view
from forensics.report.view_panel import Panel, panel_view
from forensics.report.view_pen import Pen, days_text, pen_for
from forensics.report.view_reporting import Reporting, reporting_view
from forensics.report.view_runs import Runs, runs_view
from forensics.report.view_sources import Fold, Sources, sources_view, written_out


@dataclass(frozen=True)
class View:
    """A report in plain values. Every text in it may stand where the templates put it."""

    days: str
    alert: Alert
    blockers: Statements
    panel: Panel
    runs: Runs
    reporting: Reporting
    findings: Statements
    proposal: Proposal | None
    sources: Sources
    names: Fold
    now: str
    zone: str
    inputs: str


def view(result: Result, ascii_only: bool = False, pen: Pen | None = None) -> View:
    """Return what a report shows; ``ascii_only`` chooses marks that any terminal has, ``pen`` writes in another way."""
    pen, runs = pen or pen_for(result, ascii_only), window_runs(result)
    change = proposal(result, pen)
    return View(
        days=days_text(result),
        alert=alert(result, runs, pen),
        blockers=blockers_view(result, pen, change),
        panel=panel_view(result, pen),
        runs=runs_view(result, runs, pen),
        reporting=reporting_view(result, runs, pen),
        findings=findings_view(result, pen),
        proposal=change,
        sources=sources_view(result, pen),
        names=written_out(pen),  # last: by now all names are known
        now=pen.full(result.window.now),
        zone=str(result.config.timezone),
        inputs=result.inputs[:8],
    )
