"""The drawings of a report, by the section of the page that shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from forensics.evidence.result import Result
from forensics.report.chart_marks import Draft
from forensics.report.charts import Chart, charts, drafts_of


@dataclass(frozen=True)
class Figure:
    """A drawing, wide (None where nothing draws) and narrow, and its numbers: ``rows`` of cells below ``header``."""

    key: str
    title: str
    description: str
    full: Markup | None
    narrow: Markup | None
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def figures(result: Result) -> Mapping[str, Sequence[Figure]]:
    """Return the drawings of a report by section; their numbers alone where what draws them is not installed."""
    found: dict[str, list[Figure]] = {}
    for chart in charts(result) or drafts_of(result):
        found.setdefault(chart.section, []).append(figure(chart))
    return found


def figure(chart: Chart | Draft) -> Figure:
    """Return one drawing; its markup is our own, made of shapes and words that were let through one by one."""
    full, narrow = (chart.svg, chart.narrow_svg) if isinstance(chart, Chart) else (None, None)
    return Figure(
        key=chart.key,
        title=chart.title,
        description=chart.description,
        full=None if full is None else Markup(full),
        narrow=None if narrow is None else Markup(narrow),
        header=chart.header,
        rows=chart.rows,
    )
