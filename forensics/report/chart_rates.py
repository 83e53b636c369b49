"""What messages said against what was proven, night by night, with the line under which the reporting is doubted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from forensics.evidence.result import Result
from forensics.report.chart_marks import SMALL, Draft, Plot, Sketch
from forensics.report.chart_nights import Night, nights_of
from forensics.report.chart_time import DAY, NIGHT_TEXT, day_of, nights_text, spread
from forensics.report.wording import counted, share, threshold_text

LEAST_NIGHTS, MOST_NIGHTS = 3, 60
APART = 10  # percent
LONG_WINDOW = 36 * 3600 * 10**9


@dataclass(frozen=True)
class Rate:
    """One night: how many runs said success of those that owed a message, and were proven of those that could be.

    ``checkable`` is 0 where only an earlier report's count of messages is known.
    """

    name: str
    said: int
    owed: int
    proven: int = 0
    checkable: int = 0

    @property
    def said_rate(self) -> float:
        """Return the share that said success, in percent."""
        return 100 * self.said / self.owed

    @property
    def proven_rate(self) -> float:
        """Return the share that was proven, in percent."""
        return 100 * self.proven / self.checkable


def rate_drafts(result: Result) -> Iterator[Draft]:
    """Yield the chart of the reporting's rates, where enough nights are known and they do not agree."""
    rates = rates_of(result)[-MOST_NIGHTS:]
    if len(rates) >= LEAST_NIGHTS and do_part(rates, result.reporting.threshold):
        yield draft(rates, result.reporting.threshold)


def do_part(rates: Sequence[Rate], threshold: float) -> bool:
    """Return whether on some night the messages are under the line, and tell something else than the work."""
    apart = [rate.said_rate - (rate.proven_rate if rate.checkable else 100) for rate in rates]
    return any(each <= -APART for each in apart) and any(rate.said_rate < 100 * threshold for rate in rates)


def rates_of(result: Result) -> list[Rate]:
    """Return what is known of each night, in order: by its runs, else by what an earlier report counted."""
    zone = result.config.timezone
    by_name = dict(remembered(result, zone))
    by_name |= {night.name: rate_of(night) for night in nights_of(result) if night.counted}
    check = result.reporting
    if result.window.until - result.window.since <= LONG_WINDOW and check.owed:
        name = str(day_of(result.window.since, zone))
        by_name[name] = Rate(name, check.said_success, check.owed, check.proven, check.owed)
    return [by_name[name] for name in sorted(by_name)]


def remembered(result: Result, zone: ZoneInfo) -> Iterator[tuple[str, Rate]]:
    """Yield what earlier reports counted, by the night before each was made."""
    for rate in result.memory.rates:
        if rate.owed:
            name = str(day_of(rate.now - DAY // 2, zone))
            yield name, Rate(name, rate.said, rate.owed)


def rate_of(night: Night) -> Rate:
    """Return the rates of a night by its runs."""
    return Rate(night.name, night.said, night.counted, night.proven, night.counted)


def draft(rates: Sequence[Rate], threshold: float) -> Draft:
    """Return the chart of some nights."""
    return Draft(
        key="rates",
        section="reporting",
        title=f"Said success against work proven, {nights_text([rates[0].name, rates[-1].name])}",
        description=description(rates, threshold),
        header=("Night", "Said success", "Work proven"),
        rows=tuple(
            (rate.name, share(rate.said, rate.owed), share(rate.proven, rate.checkable) if rate.checkable else "–")
            for rate in rates
        ),
        wide=sketch(rates, threshold, 760, 270),
        narrow=sketch(rates, threshold, 340, 260),
    )


def description(rates: Sequence[Rate], threshold: float) -> str:
    """Return what the chart shows in a few sentences."""
    last = rates[-1]
    proven = f", and the work of {share(last.proven, last.checkable)} is proven" if last.checkable else ""
    parts = [f"{counted(len(rates), 'night')}. On {last.name} {share(last.said, last.owed)} said success{proven}."]
    low = first_low(rates, threshold)
    limit = threshold_text(threshold)
    if low is None:
        return " ".join([*parts, f"No night is under the alarm line of {limit}."])
    parts.append(f"It is under the alarm line of {limit} since {low.name}: then {share(low.said, low.owed)} did.")
    return " ".join(parts)


def first_low(rates: Sequence[Rate], threshold: float) -> Rate | None:
    """Return the first of the nights in a row, up to the last, that are under the line."""
    found = None
    for rate in reversed(rates):
        if rate.said_rate >= 100 * threshold:
            break
        found = rate
    return found


def sketch(rates: Sequence[Rate], threshold: float, width: int, height: int) -> Sketch:
    """Return the drawing: two lines over the nights, each named at its end, and the gap between them."""
    is_narrow = width < 500
    plot = Plot(
        width,
        height,
        x=(0, max(1, len(rates) - 1)),
        y=(0, 104),
        left=46,
        right=104 if is_narrow else 176,
        top=12,
        bottom=30,
    )
    drawing = Sketch(plot)
    lay_scale(drawing, threshold)
    proven = [(float(number), rate.proven_rate) for number, rate in enumerate(rates) if rate.checkable]
    said = [(float(number), rate.said_rate) for number, rate in enumerate(rates)]
    gap = [(number, proven_rate, said[int(number)][1]) for number, proven_rate in proven]
    drawing.between([(x, max(y, low), low) for x, y, low in gap], "word-wash")
    drawing.rules([(0, 100 * threshold, plot.x[1], 100 * threshold)], "ink", dash="2 4")
    drawing.line(proven, "good")
    drawing.line(said, "word-ink", dash="7 4")
    size = 20 if len(rates) > 20 or is_narrow else 40
    drawing.spots(proven, "good", size=size)
    drawing.spots(said, "word-ink", shape="square", size=size)
    lay_names(drawing, rates, threshold)
    lay_dates(drawing, rates)
    return drawing


def lay_scale(drawing: Sketch, threshold: float) -> None:
    """Lay the share of runs, and what the line between says."""
    right = drawing.plot.x[1]
    drawing.rules([(0, level, right, level) for level in (0, 50, 100)], "rule")
    labels = [(0.0, float(level), f"{level} %") for level in (0, 50, 100)]
    drawing.texts(labels, "quiet", align="right", shift=(-8, 0), size=SMALL, halo=None)
    drawing.texts([(0, 100 * threshold, f"alarm line {threshold_text(threshold)}")], "ink", shift=(8, 12), size=SMALL)


def lay_names(drawing: Sketch, rates: Sequence[Rate], threshold: float) -> None:
    """Name both lines at their ends, with the counts of the last night, and where they part for good."""
    plot, last = drawing.plot, rates[-1]
    named = [("said success", last.said, last.owed, last.said_rate, "word-ink")]
    if last.checkable:
        named.append(("work proven", last.proven, last.checkable, last.proven_rate, "good"))
    places = spread([rate for *_, rate, _ in named], plot.up(36), plot.up(16), 100)
    size = SMALL if plot.is_narrow else 13
    for (name, count, of, _, tone), place in zip(named, places, strict=True):
        drawing.texts([(plot.x[1], place, name)], tone, shift=(10, -8), is_bold=True, size=size, halo=None)
        drawing.texts([(plot.x[1], place, counts(count, of, plot))], tone, shift=(10, 8), size=size, halo=None)
    lay_gap(drawing, last)
    low = first_low(rates, threshold)
    if low is not None and low is not last and low is not rates[0] and not plot.is_narrow:
        at = float(rates.index(low))
        text = f"{low.name[NIGHT_TEXT]}: {low.said} of {low.owed}, under the line since"
        drawing.texts([(at, low.said_rate, text)], "word-ink", align="right", shift=(-10, 10), size=SMALL)


def lay_gap(drawing: Sketch, last: Rate) -> None:
    """Say how many runs lie between the lines on the last night, where there is room for it."""
    plot, gap = drawing.plot, last.proven - last.said
    if plot.is_narrow or not last.checkable or plot.inner_height * (last.proven_rate - last.said_rate) < 100 * 90:
        return
    middle = (last.proven_rate + last.said_rate) / 2
    lines = (f"the gap: {counted(gap, 'run')} did", "their work, unsaid")
    for number, text in enumerate(lines):
        drawing.texts([(plot.x[1], middle, text)], "quiet", shift=(10, 16 * number - 8), size=SMALL, halo=None)


def counts(count: int, of: int, plot: Plot) -> str:
    """Return a share as there is room for it."""
    return f"{count:,} of {of:,}" if plot.is_narrow else share(count, of)


def lay_dates(drawing: Sketch, rates: Sequence[Rate]) -> None:
    """Lay the dates below the lines, as many as have room, the last among them."""
    room = 4 if drawing.plot.is_narrow else 9
    step = -(-len(rates) // room)
    shown = [number for number in range(len(rates)) if (len(rates) - 1 - number) % step == 0]
    labels = [(float(number), 0.0, rates[number].name[NIGHT_TEXT]) for number in shown]
    drawing.texts(labels, "quiet", align="center", shift=(0, 16), size=SMALL, halo=None)
