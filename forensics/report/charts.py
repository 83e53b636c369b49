"""The charts of a report as drawings that need no script, each with its words and its numbers.

They are drawn where the extra ``charts`` is installed (vl-convert); elsewhere there are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forensics.evidence.result import Result
from forensics.report.chart_boots import boot_drafts
from forensics.report.chart_marks import Draft
from forensics.report.chart_nights import night_drafts
from forensics.report.chart_rates import rate_drafts
from forensics.report.chart_svg import svg
from forensics.report.chart_timeline import timeline_drafts


@dataclass(frozen=True)
class Chart:
    """A chart: ``svg`` for a wide page, ``narrow_svg`` for a phone, and the same as a table.

    ``section`` is that of the page in which it stands. ``description`` says in sentences what is to be seen.
    """

    key: str
    section: str
    title: str
    description: str
    svg: str
    narrow_svg: str | None
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def charts(result: Result) -> tuple[Chart, ...]:
    """Return the charts of a report, in the order of its sections; none where what draws them is not installed."""
    drafts = list(drafts_of(result))
    return tuple(map(drawn, drafts)) if drafts and can_draw() else ()


def drafts_of(result: Result) -> Iterator[Draft]:
    """Yield what there is to draw."""
    yield from timeline_drafts(result)
    yield from rate_drafts(result)
    yield from night_drafts(result)
    yield from boot_drafts(result)


def can_draw() -> bool:
    """Return whether charts can be drawn here."""
    try:
        import vl_convert as _  # noqa: F401
    except ImportError:
        return False
    return True


def drawn(draft: Draft) -> Chart:
    """Return a chart with both its drawings."""
    wide, narrow = (
        svg(sketch, f"{draft.key}-{look}", draft.title, draft.description)
        for look, sketch in (("wide", draft.wide), ("narrow", draft.narrow))
    )
    return Chart(
        key=draft.key,
        section=draft.section,
        title=draft.title,
        description=draft.description,
        svg=wide,
        narrow_svg=narrow,
        header=draft.header,
        rows=draft.rows,
    )
