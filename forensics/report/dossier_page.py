"""An incident's dossier as a page: the answer, causes and steps of its Markdown, then the drawings and the blockers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from forensics.evidence.investigation import Moment
from forensics.evidence.result import Result
from forensics.report.dossier import dossier_alert
from forensics.report.dossier_timeline import Timeline, timeline_view
from forensics.report.html import rendered
from forensics.report.page_causes import Causes
from forensics.report.page_charts import figures
from forensics.report.page_prose import with_instants
from forensics.report.page_view import Page, lead, page
from forensics.report.view_pen import pen_for

# What the night's page draws beside its blockers: the lanes, one below the other.
OF_LANES = "blockers"
# What of the night's drawings helps to see why.
OF_CAUSES = "findings"


@dataclass(frozen=True)
class First:
    """The first thing to do about a cause; ``others`` more steps stand with it, below."""

    number: int
    label: str
    text: str
    others: int


def dossier_html(result: Result, moments: Sequence[Moment]) -> bytes:
    """Return the dossier as one HTML file; ``moments`` are the incident's."""
    shown, drawn = dossier_page(result), figures(result)
    text = rendered(
        "dossier.html.jinja",
        page=shown,
        lanes=drawn.get(OF_LANES, ()),
        figures={OF_CAUSES: drawn.get(OF_CAUSES, ())},
        firsts=tuple(firsts(shown.causes)),
        timeline=timeline_of(moments, result),
    )
    return with_instants(text, shown.instants).encode("utf-8", "backslashreplace")


def dossier_page(result: Result) -> Page:
    """Return what the page of a night shows, with the dossier's answer."""
    shown = page(result)
    told = replace(shown.view, alert=dossier_alert(shown.view.alert, shown.causes))
    return replace(shown, view=told, lead=tuple(lead(told)))


def timeline_of(moments: Sequence[Moment], result: Result) -> Timeline:
    """Return the incident's timeline as text."""
    return timeline_view(moments, pen_for(result, ascii_only=False))


def firsts(causes: Causes | None) -> Iterator[First]:
    """Yield the first thing to do about each cause that asks for something."""
    for cause in causes.likely if causes else ():
        if cause.steps:
            yield First(cause.number, cause.label, cause.steps[0].text, len(cause.steps) - 1)
