"""The lanes of an incident's runs, one panel below the other, over the time since each was due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import copysign, log1p
from statistics import median
from zoneinfo import ZoneInfo

from forensics.evidence.result import Result
from forensics.report.chart_lanes import (
    LANES,
    Panel,
    Sight,
    Strip,
    panels_of,
    seconds_after,
    seen_in,
    sights_of,
    words_of,
)
from forensics.report.chart_marks import SIZE, SMALL, Draft, Plot, Sketch, width_of
from forensics.report.chart_nights import INKS, TONE_OF
from forensics.timeline import duration_text, local_text
from forensics.verdicts import Lane

STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
SHORTEST = 10.0  # seconds that the chart spans at least
SHAPES = {Lane.TRIGGERS: "triangle-right", Lane.LIFECYCLE: "diamond", Lane.ARTIFACTS: "square"}
LONG, CROWDED = 600, 12  # a chart of over ten minutes in which half of all lies in the first twelfth
LEAST_BEND = 5.0  # seconds
ROOM = {True: 62, False: 92}  # px between two ticks of a bent axis, on a phone and elsewhere
GAP, MARK = 10, 8  # px between lanes' names and marks; half a mark with the room around it


@dataclass(frozen=True)
class Layout:
    """Where things lie, in px: the drawing's width, the edges between which time runs, and heights.

    ``bend`` (s) is from where on time runs closer and closer, None where it runs evenly.
    """

    width: int
    left: int
    right: int
    head: int
    lane: int
    span: tuple[float, float]
    bend: float | None = None

    @property
    def is_narrow(self) -> bool:
        """Return whether lanes are named above their marks, for a phone."""
        return self.left < 50

    @property
    def panel(self) -> int:
        """Return how high a panel is."""
        return self.head + self.lane * len(LANES) + 18

    def x(self, seconds: float) -> float:
        """Return where an offset from the due time lies."""
        first, last, at = (self.bent(each) for each in (*self.span, seconds))
        share = (at - first) / (last - first)
        return self.left + share * (self.right - self.left)

    def bent(self, seconds: float) -> float:
        """Return an offset as it counts on the axis."""
        return seconds if self.bend is None else copysign(log1p(abs(seconds) / self.bend), seconds)


def timeline_drafts(result: Result) -> Iterator[Draft]:
    """Yield the chart of the runs that tell most of what went wrong."""
    panels = panels_of(result)
    is_seen = any(strip.is_covered for panel in panels for strip in panel.strips)
    if is_seen and (any(not panel.is_proven for panel in panels) or len(panels) > 1):
        yield draft(panels, result.config.timezone)


def draft(panels: Sequence[Panel], zone: ZoneInfo) -> Draft:
    """Return the chart of some runs."""
    seen = [seconds_after(sight.at, panel) for panel in panels for _, sight in sights_of(panel)]
    span, bend = (min([0.0, *seen]), max([SHORTEST, *seen]) * 1.04), bend_of(seen)
    closer = "; later times stand closer together" if bend else ""
    return Draft(
        key="lanes",
        section="blockers",
        title=f"Lane by lane: {', against '.join(map(name_of, panels))}{closer}",
        description=" ".join(words_of(panel, zone) for panel in panels),
        header=("Run", "Lane", "Time", "What was seen"),
        rows=tuple(row for panel in panels for row in rows_of(panel, zone)),
        wide=sketch(panels, Layout(760, 96, 752, 26, 32, span, bend), zone),
        narrow=sketch(panels, Layout(340, 10, 332, 44, 42, span, bend), zone),
    )


def bend_of(seen: Sequence[float]) -> float | None:
    """Return from where on time must run closer for all to be told apart, None where it need not."""
    last = max(map(abs, seen), default=0.0)
    middle = median(map(abs, seen)) if seen else 0.0
    return max(middle, LEAST_BEND) if last > LONG and middle < last / CROWDED else None


def name_of(panel: Panel) -> str:
    """Return a run by its job and what came of it."""
    return f"{panel.job}, {panel.verdict.value.replace('_', ' ')}"


def rows_of(panel: Panel, zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    """Yield what was seen of a run as rows of a table, and which lanes show nothing."""
    run = f"{panel.job}, {local_text(panel.zero, zone)}"
    for strip in panel.strips:
        times = [local_text(sight.at, zone, seconds=True)[11:] for sight in strip.sights] or ["–"]
        for time, text in zip(times, seen_in(strip), strict=True):
            yield run, LANES[strip.lane], time, text


def sketch(panels: Sequence[Panel], layout: Layout, zone: ZoneInfo) -> Sketch:
    """Return the drawing; its values are px from the lower left."""
    height = layout.panel * len(panels) + 26
    drawing = Sketch(Plot(layout.width, height, (0, layout.width), (0, height)))
    for number, panel in enumerate(panels):
        lay_panel(drawing, panel, layout, height - number * layout.panel, zone)
    lay_axis(drawing, layout, panels)
    return drawing


def lay_panel(drawing: Sketch, panel: Panel, layout: Layout, top: float, zone: ZoneInfo) -> None:
    """Lay a run: its name and verdict, and its lanes."""
    tone = TONE_OF[panel.verdict]
    verdict = panel.verdict.value.replace("_", " ")
    when = local_text(panel.zero, zone)[5:]
    drawing.texts([(0, top - 12, panel.job)], is_bold=True, halo=None)
    spot = (0.0, top - 30) if layout.is_narrow else (float(layout.right), top - 12)
    side = "left" if layout.is_narrow else "right"
    drawing.texts([(*spot, f"{when}, {verdict}")], INKS.get(tone, tone), align=side, is_bold=True, halo=None)
    low = top - layout.head - layout.lane * len(panel.strips)
    drawing.boxes([(layout.left - 4, low, layout.right + 4, top - layout.head)], "panel")
    grid = [(layout.x(step), low, layout.x(step), top - layout.head) for step, _ in offsets(layout)]
    drawing.rules(grid, "rule")
    for number, strip in enumerate(panel.strips):
        lay_strip(drawing, strip, panel, layout, top - layout.head - number * layout.lane, zone)


def lay_strip(drawing: Sketch, strip: Strip, panel: Panel, layout: Layout, top: float, zone: ZoneInfo) -> None:
    """Lay a lane: its name, what was seen with its words where there is room, or that nothing was."""
    name = LANES[strip.lane]
    if layout.is_narrow:
        drawing.texts([(layout.left, top - 9, name)], "quiet", size=SMALL, halo="panel")
        middle = top - 28
    else:
        middle = top - layout.lane / 2
        drawing.texts([(layout.left - GAP, middle, name)], "quiet", align="right", halo=None)
    if number_of_lane(strip.lane):
        drawing.rules([(layout.left - 4, top, layout.right + 4, top)], "page", width=2)
    if not strip.sights:
        lay_nothing(drawing, strip, panel, layout, middle)
        return
    lay_marks(drawing, strip, panel, layout, middle)
    end = lay_labels(drawing, strip, panel, layout, middle, zone)
    if strip.is_cut and not panel.is_proven and end + 140 < layout.right:
        drawing.boxes([(end + 10, middle - 9, layout.right, middle + 9)], None, "bad", "5 4")
        drawing.texts([((end + 10 + layout.right) / 2, middle, "nothing more")], "bad", align="center", halo="panel")


def number_of_lane(lane: Lane) -> int:
    """Return the place of a lane in a panel."""
    return list(LANES).index(lane)


def lay_nothing(drawing: Sketch, strip: Strip, panel: Panel, layout: Layout, middle: float) -> None:
    """Lay an empty lane: a dashed box where something was looked for, words alone where nobody could look."""
    tone = "quiet" if panel.is_proven or not strip.is_covered else "bad"
    if strip.is_covered:
        drawing.boxes([(layout.left, middle - 9, layout.right, middle + 9)], None, tone, "5 4")
    spot = ((layout.left + layout.right) / 2, middle, seen_in(strip)[0])
    drawing.texts([spot], tone, align="center", size=SMALL, halo="panel")


def lay_marks(drawing: Sketch, strip: Strip, panel: Panel, layout: Layout, middle: float) -> None:
    """Lay a sign for each thing seen: what speaks of failure is crossed, whatever its lane."""
    for tone in ("calm", "good", "bad"):
        spots = [(place_of(sight, panel, layout), middle) for sight in strip.sights if sight.tone == tone]
        if tone == "bad":
            drawing.crosses(spots, "bad", reach=5)
        else:
            drawing.spots(spots, tone, shape=SHAPES.get(strip.lane, "circle"), size=110)


def place_of(sight: Sight, panel: Panel, layout: Layout) -> float:
    """Return where a sight lies across the drawing."""
    return layout.x(seconds_after(sight.at, panel))


def lay_labels(drawing: Sketch, strip: Strip, panel: Panel, layout: Layout, middle: float, zone: ZoneInfo) -> float:
    """Lay words beside signs where they have room; return how far to the right signs and words reach."""
    places = [place_of(sight, panel, layout) for sight in strip.sights]
    size = SMALL if layout.is_narrow else SIZE
    taken = float(layout.left)
    for number, (sight, at) in enumerate(zip(strip.sights, places, strict=True)):
        following = places[number + 1] - MARK if number + 1 < len(places) else layout.right + 4.0
        for text in (f"{local_text(sight.at, zone, seconds=True)[11:]} {sight.text}", sight.text):
            width = width_of(text, size)
            if at + MARK + width <= following:
                drawing.texts([(at + MARK, middle, text)], align="left", size=size, halo="panel")
                taken = at + MARK + width
                break
            if at - MARK - width >= taken:
                drawing.texts([(at - MARK, middle, text)], align="right", size=size, halo="panel")
                taken = at + MARK
                break
        else:
            taken = max(taken, at + MARK)
    return taken


def offsets(layout: Layout) -> list[tuple[float, str]]:
    """Return the ticks of the time since runs were due, with their words."""
    if layout.bend is not None:
        return [(at, f"+{duration_text(round(at))}") for at in bent_ticks(layout)] + [(0.0, "")]
    first, last = layout.span
    most = 4 if layout.is_narrow else 7
    step = next((each for each in STEPS if (last - first) / each <= most), STEPS[-1])
    return [(float(at), f"+{duration_text(at)}") for at in range(step, int(last) + 1, step)] + [(0.0, "")]


def bent_ticks(layout: Layout) -> Iterator[float]:
    """Yield ticks of an axis on which time runs closer and closer, each with room for its word."""
    taken = layout.x(0.0)
    for step in STEPS:
        if step <= layout.span[1] and layout.x(step) - taken >= ROOM[layout.is_narrow]:
            taken = layout.x(step)
            yield float(step)


def lay_axis(drawing: Sketch, layout: Layout, panels: Sequence[Panel]) -> None:
    """Lay the time since runs were due below the last panel, no word of it over the edge."""
    zero = "due" if all(panel.is_due for panel in panels) else "start"
    for at, text in offsets(layout):
        half = width_of(text or zero, SMALL) / 2
        x = min(max(layout.x(at), half), layout.width - half)
        drawing.texts([(x, 24.0, text or zero)], "quiet", align="center", size=SMALL, halo=None)
