"""Time along the edge of a chart: ticks at whole minutes, hours or days of the report's own clock, and nights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from forensics.report.chart_marks import SMALL, Sketch
from forensics.timeline import NANOS, local_text, utc_instant

MINUTE, HOUR, DAY = 60 * NANOS, 3600 * NANOS, 86_400 * NANOS
STEPS = tuple(
    [minutes * MINUTE for minutes in (1, 2, 5, 10, 15, 30)]
    + [hours * HOUR for hours in (1, 2, 3, 6, 12)]
    + [days * DAY for days in (1, 2, 3, 7, 14, 28, 91, 364)]
)
NIGHT_TEXT = slice(5, None)  # of 2026-03-19: the year is said in the title


def ticks(first: int, last: int, zone: ZoneInfo, most: int) -> list[tuple[int, str]]:
    """Return at most so many ticks from one instant to another (ns), with their labels: dates, or times of day."""
    span = max(1, last - first)
    step = next((each for each in STEPS if span / each <= most), span)
    begin, end = day_of(first, zone), day_of(last, zone)
    if step >= DAY:
        days = [begin + timedelta(days=count) for count in range(0, (end - begin).days + 1, step // DAY)]
        return [(at, str(day)[NIGHT_TEXT]) for day in days if first <= (at := midnight(day, zone)) <= last]
    found = range(midnight(begin, zone), last + 1, step)
    return [(at, tick_text(at, zone)) for at in found if at >= first]


def tick_text(at: int, zone: ZoneInfo) -> str:
    """Return a time of day, and the date instead at midnight."""
    text = local_text(at, zone)
    return text[5:10] if text.endswith("00:00") else text[11:]


def day_of(at: int, zone: ZoneInfo) -> date:
    """Return the local date of an instant."""
    return utc_instant(at).astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> int:
    """Return the instant at which a local date begins."""
    return int(datetime.combine(day, time(), zone).timestamp()) * NANOS


def nights_text(nights: Sequence[str]) -> str:
    """Return from when to when some nights reach: ``2026-03-05 to 03-18``."""
    if len(nights) == 1:
        return nights[0]
    is_one_year = nights[0][:4] == nights[-1][:4]
    return f"{nights[0]} to {nights[-1][NIGHT_TEXT] if is_one_year else nights[-1]}"


def time_edge(sketch: Sketch, marks: Sequence[tuple[float, str]], depth: int = 16) -> None:
    """Lay ticks at the lower edge, each with its label below it, so many px down."""
    low = sketch.plot.y[0]
    tick = sketch.plot.up(5)
    sketch.rules([(at, low, at, low - tick) for at, _ in marks], "rule")
    sketch.texts(
        [(at, low, text) for at, text in marks], "quiet", align="center", shift=(0, depth), size=SMALL, halo=None
    )


def spread(places: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Return places in the same order, moved apart by at least so much, and kept between two bounds where they fit."""
    order = sorted(range(len(places)), key=lambda number: places[number])
    moved = list(pushed([places[number] for number in order], least, low))
    over = moved[-1] - high if moved else 0
    if over > 0:
        falling = pushed([-place for place in reversed(moved)], least, -high)
        moved = [-place for place in falling][::-1]
    found = [0.0] * len(places)
    for number, place in zip(order, moved, strict=True):
        found[number] = place
    return found


def pushed(places: Sequence[float], least: float, low: float) -> Iterator[float]:
    """Yield ascending places, each moved up to stand clear of the one before."""
    last = low - least
    for place in places:
        last = max(place, last + least)
        yield last
