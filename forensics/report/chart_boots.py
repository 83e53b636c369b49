"""How long boots took, one by one, against what they are allowed, with what was changed in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from zoneinfo import ZoneInfo

from forensics.evidence.result import Finding, Result
from forensics.report.chart_events import Happened, happened_of, lay_happened
from forensics.report.chart_marks import SMALL, Draft, Plot, Sketch, width_of
from forensics.report.chart_time import day_of, nights_text, ticks, time_edge
from forensics.report.wording import counted
from forensics.timeline import NANOS, instant, local_text
from forensics.untrusted import clipped, safe_line

MOST_CHARTS, MOST_SPOTS, MOST_ROWS, MOST_EVENTS = 3, 200, 40, 4
LEAST_BOOTS = 3
NEAR = 0.8
ENDS = {"up": "came up", "given up": "given up", "hung": "nothing recorded after", "open": "still open"}


@dataclass(frozen=True)
class Boot:
    """One boot: when it began (ns), how long it took until it was up or given up, and how it ended."""

    job: str
    at: int
    seconds: float | None
    ended: str

    @property
    def is_up(self) -> bool:
        """Return whether it came up."""
        return self.ended == "up" and self.seconds is not None


@dataclass(frozen=True)
class Boots:
    """The boots of one finding in order of time, what they are allowed and share, and what happened meanwhile."""

    boots: tuple[Boot, ...]
    limit: float | None
    who: str
    events: tuple[Happened, ...]
    zone: ZoneInfo

    @property
    def up(self) -> list[Boot]:
        """Return those that came up."""
        return [boot for boot in self.boots if boot.is_up]

    @property
    def lost(self) -> list[Boot]:
        """Return those that did not."""
        return [boot for boot in self.boots if boot.ended in ("hung", "given up")]

    @property
    def highest(self) -> float:
        """Return the longest that is to be shown, in seconds."""
        return max([self.limit or 0.0, *(boot.seconds or 0.0 for boot in self.boots)])


def boot_drafts(result: Result) -> Iterator[Draft]:
    """Yield a chart for each finding on boots that tells of enough of them one by one."""
    found = [each for each in result.findings if each.kind == "boot_slow"]
    for number, finding in enumerate(found[:MOST_CHARTS], 1):
        boots = boots_of(finding, result)
        if len(boots.boots) >= LEAST_BOOTS and boots.highest > 0:
            yield draft(boots, f"boots-{number}")


def boots_of(finding: Finding, result: Result) -> Boots:
    """Return the boots that a finding tells of."""
    zone = result.config.timezone
    boots = tuple(
        Boot(each["job"], instant(each["at"], zone), each["seconds"], each["ended"])
        for each in finding.detail.get("series", ())
    )
    limits = [health["limit"] for health in finding.detail["jobs"].values() if health["limit"] is not None]
    first, last = (boots[0].at, boots[-1].at) if boots else (0, 0)
    events = [each for each in happened_of(result) if first <= each.at <= last]
    jobs = list(finding.detail["jobs"])
    shared = " and ".join(f"{name} = {value}" for name, value in finding.detail["shared"])
    who = jobs[0] if len(jobs) == 1 else f"{len(jobs)} jobs" + (f" with {shared}" if shared else "")
    return Boots(boots, min(limits, default=None), clipped(safe_line(who), 80), tuple(events[-MOST_EVENTS:]), zone)


def draft(boots: Boots, key: str) -> Draft:
    """Return the chart of some boots."""
    nights = [str(day_of(boot.at, boots.zone)) for boot in boots.boots]
    against = "" if boots.limit is None else f" against the limit of {boots.limit:.4g} s"
    header, rows = table(boots)
    return Draft(
        key=key,
        section="findings",
        title=f"How long boots of {boots.who} took{against}, {nights_text([nights[0], nights[-1]])}",
        description=description(boots),
        header=header,
        rows=rows,
        wide=sketch(boots, 760, 270),
        narrow=sketch(boots, 340, 250),
    )


def description(boots: Boots) -> str:
    """Return what the chart shows in a few sentences."""
    parts = [f"{counted(len(boots.boots), 'boot')}."]
    if up := boots.up:
        first, last = local_text(up[0].at, boots.zone), local_text(up[-1].at, boots.zone)
        parts.append(f"{len(up)} came up, from {seconds_text(up[0])} on {first} to {seconds_text(up[-1])} on {last}.")
    if boots.limit is not None:
        near = next((boot for boot in up if (boot.seconds or 0) >= NEAR * boots.limit), None)
        since = f"; the first within a fifth of it began {local_text(near.at, boots.zone)}" if near else ""
        parts.append(f"The limit is {boots.limit:.4g} s{since}.")
    parts += [event.sentence for event in boots.events]
    if lost := boots.lost:
        parts.append(f"{len(lost)} never came up, the first on {local_text(lost[0].at, boots.zone)}.")
    return " ".join(parts)


def seconds_text(boot: Boot) -> str:
    """Return how long a boot took."""
    return "" if boot.seconds is None else f"{boot.seconds:.1f} s"


def table(boots: Boots) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the boots as rows: each of them, or each night's where they are many."""
    if len(boots.boots) <= MOST_ROWS:
        rows = [
            (
                local_text(boot.at, boots.zone),
                clipped(safe_line(boot.job), 80),
                seconds_text(boot) or "–",
                ENDS[boot.ended],
            )
            for boot in boots.boots
        ]
        return ("Began", "Job", "Took", "How it ended"), tuple(rows)
    return ("Night", "Boots", "Typically", "At most", "Never up"), tuple(map(night_row, by_night(boots)))


@dataclass(frozen=True)
class Night:
    """The boots that began on one local date; ``at`` is the middle one's begin in ns."""

    name: str
    at: int
    seconds: tuple[float, ...]
    boots: int
    lost: int


def by_night(boots: Boots) -> list[Night]:
    """Return boots by the local date on which they began."""
    nights: dict[str, list[Boot]] = {}
    for boot in boots.boots:
        nights.setdefault(str(day_of(boot.at, boots.zone)), []).append(boot)
    return [
        Night(
            name,
            int(median(boot.at for boot in held)),
            tuple(boot.seconds for boot in held if boot.is_up and boot.seconds is not None),
            len(held),
            sum(boot.ended in ("hung", "given up") for boot in held),
        )
        for name, held in nights.items()
    ]


def night_row(night: Night) -> tuple[str, ...]:
    """Return the boots of a night as a row."""
    typical, most = (f"{value(night.seconds):.1f} s" if night.seconds else "–" for value in (median, max))
    return night.name, f"{night.boots:,}", typical, most, f"{night.lost:,}"


def sketch(boots: Boots, width: int, height: int) -> Sketch:
    """Return the drawing: the seconds of each boot over time, and in a strip above them those that never came up."""
    first, last = boots.boots[0].at, boots.boots[-1].at
    margin = max((last - first) * 0.02, 60 * NANOS)
    top = boots.highest * (1.28 if boots.lost else 1.12)
    is_narrow = width < 500
    plot = Plot(
        width,
        height,
        (first - margin, last + margin),
        (0, top),
        44 if is_narrow else 52,
        10,
        40 if boots.events else 12,
        30,
    )
    drawing = Sketch(plot)
    lay_scale(drawing, boots)
    lay_happened(drawing, [(float(event.at), event) for event in boots.events])
    (lay_boots if len(boots.boots) <= MOST_SPOTS else lay_nights)(drawing, boots)
    lay_lost(drawing, boots)
    days = ticks(first, last, boots.zone, 5 if is_narrow else 9)
    time_edge(drawing, [(float(at), text) for at, text in days])
    return drawing


def lay_scale(drawing: Sketch, boots: Boots) -> None:
    """Lay the seconds, and the limit with the line at which one should be warned."""
    plot, (left, right) = drawing.plot, drawing.plot.x
    near = () if boots.limit is None else (boots.limit, NEAR * boots.limit)
    levels = [each for each in round_levels(boots.highest) if all(abs(each - line) > plot.up(14) for line in near)]
    drawing.rules([(left, level, right, level) for level in levels], "rule")
    labels = [(left, level, f"{level:.4g} s") for level in levels]
    drawing.texts(labels, "quiet", align="right", shift=(-6, 0), size=SMALL, halo=None)
    if boots.limit is None:
        return
    drawing.rules([(left, NEAR * boots.limit, right, NEAR * boots.limit)], "quiet", dash="2 4")
    drawing.texts([(left, NEAR * boots.limit, "80 %")], "quiet", align="right", shift=(-6, 0), size=SMALL, halo=None)
    drawing.rules([(left, boots.limit, right, boots.limit)], "bad", width=2)
    label = [(left, boots.limit, f"{boots.limit:.4g} s")]
    drawing.texts(label, "bad", align="right", shift=(-6, 0), size=SMALL, is_bold=True, halo=None)
    words = "limit" if plot.is_narrow else "limit: then it is given up"
    drawing.texts([(left, boots.limit, words)], "bad", shift=(4, -10), is_bold=True)


def round_levels(highest: float) -> list[float]:
    """Return three to five round numbers from 0 up to the highest."""
    step = next(
        unit * 10.0**power for power in range(-3, 9) for unit in (1, 2, 5) if highest / (unit * 10.0**power) <= 4
    )
    return [round(count * step, 6) for count in range(int(highest / step) + 1)]


def lay_boots(drawing: Sketch, boots: Boots) -> None:
    """Lay each boot that came up, and say how long the first, the last and the longest of them took."""
    up = boots.up
    drawing.spots(
        [(float(boot.at), boot.seconds or 0.0) for boot in up], "good", size=24 if drawing.plot.is_narrow else 44
    )
    lay_named(drawing, [(float(boot.at), boot.seconds or 0.0) for boot in up])


def lay_named(drawing: Sketch, spots: Sequence[tuple[float, float]]) -> None:
    """Say the value of the first and of the last spot."""
    if not spots:
        return
    ends = [spots[0], spots[-1]] if len(spots) > 1 else [spots[0]]
    for number, (at, seconds) in enumerate(ends):
        drawing.texts(
            [(at, seconds, f"{seconds:.1f} s")],
            "good",
            align="right" if number else "left",
            shift=(4, 17),
            is_bold=True,
        )


def lay_nights(drawing: Sketch, boots: Boots) -> None:
    """Lay what boots typically took in each night, and how far they spread."""
    nights = [night for night in by_night(boots) if night.seconds]
    drawing.rules([(n.at, min(n.seconds), n.at, max(n.seconds)) for n in nights], "good", width=1.5)
    spots = [(float(night.at), median(night.seconds)) for night in nights]
    drawing.spots(spots, "good", size=44)
    lay_named(drawing, spots)


def lay_lost(drawing: Sketch, boots: Boots) -> None:
    """Lay those that never came up as crosses: where they were given up, else in the strip above all that came up."""
    lost = boots.lost
    if not lost:
        return
    plot = drawing.plot
    strip = boots.highest * 1.16
    if len(boots.boots) > MOST_SPOTS:
        places = [(float(night.at), strip) for night in by_night(boots) if night.lost]
    else:
        places = [(float(b.at), strip if b.seconds is None else b.seconds) for b in lost]
    drawing.crosses(places, "bad", reach=3 if plot.is_narrow else 4.5)
    first, last = places[0][0], places[-1][0]
    text = f"{len(lost):,} never came up"
    width = plot.across(width_of(text))
    if first - width - plot.across(12) > plot.x[0]:
        drawing.texts([(first, strip, text)], "bad", align="right", shift=(-14, 0), is_bold=True)
    else:
        drawing.texts([((first + last) / 2, strip, text)], "bad", align="center", shift=(0, 18), is_bold=True)
