"""What was changed, beside what runs came to: upgrades and other events, as lines with their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forensics.evidence.result import Result
from forensics.report.chart_marks import SMALL, Sketch, width_of
from forensics.report.chart_time import day_of
from forensics.timeline import NANOS, local_text
from forensics.untrusted import clipped, safe_line

LONGEST_NAME = 32


@dataclass(frozen=True)
class Happened:
    """An event: when (ns), its local date and time of day, and what in a few words."""

    at: int
    day: date
    when: str
    text: str

    @property
    def sentence(self) -> str:
        """Return it for a chart's description."""
        return f"Meanwhile, {self.when}: {self.text}."


def happened_of(result: Result) -> tuple[Happened, ...]:
    """Return the events that are known, in order of time."""
    zone = result.config.timezone
    found = []
    for event in result.events:
        at = round(event.at.timestamp()) * NANOS
        name, kind = safe_line(event.name), safe_line(event.kind)
        text = name if kind in name else f"{kind}: {name}"
        found.append(Happened(at, day_of(at, zone), local_text(at, zone), clipped(text, LONGEST_NAME)))
    return tuple(found)


def lay_happened(drawing: Sketch, places: Sequence[tuple[float, Happened]]) -> None:
    """Lay events as lines from top to bottom, and name the newest above its line.

    Names of others would lie over each other: all stand in the chart's description.
    """
    plot = drawing.plot
    low, top = plot.y
    drawing.rules([(x, low, x, top + plot.up(2)) for x, _ in places], "ink", width=1.5, dash="6 3")
    if not places:
        return
    x, event = places[-1]
    when = event.when[5:]
    half = plot.across(max(width_of(event.text), width_of(when, SMALL)) / 2)
    middle = min(max(x, plot.x[0] - plot.across(plot.left) + half), plot.x[1] + plot.across(plot.right) - half)
    drawing.texts([(middle, top, event.text)], "ink", align="center", shift=(0, -27), is_bold=True, halo=None)
    drawing.texts([(middle, top, when)], "quiet", align="center", shift=(0, -11), size=SMALL, halo=None)
