"""What runs came to night by night: counts by local date, as bars of verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forensics.evidence.columns import Columns
from forensics.evidence.paired import NAT, Ints
from forensics.evidence.result import Result
from forensics.report.chart_events import Happened, happened_of, lay_happened
from forensics.report.chart_marks import SIZE, SMALL, Draft, Plot, Sketch, width_of
from forensics.report.chart_time import NIGHT_TEXT, nights_text, spread
from forensics.report.wording import counted
from forensics.verdicts import Claim, Verdict

LEAST_NIGHTS, MOST_BARS, MOST_ROWS = 3, 31, 120
EPOCH = date(1970, 1, 1)
OUT_OF_RATES = (Verdict.PENDING, Verdict.SKIPPED)
# The tone of each verdict, as everywhere in the report; those of one tone are one part of a bar.
TONE_OF = {
    Verdict.FALSE_SUCCESS: "bad",
    Verdict.SILENT_FAILURE: "bad",
    Verdict.MISSED: "bad",
    Verdict.INTERRUPTED: "bad",
    Verdict.FAILED: "bad",
    Verdict.UNVERIFIABLE: "unsure",
    Verdict.FALSE_ALARM: "word",
    Verdict.UNREPORTED: "word",
    Verdict.PENDING: "calm",
    Verdict.SKIPPED: "calm",
    Verdict.CONFIRMED: "good",
}
TOGETHER = {"bad": "not done", "word": "told wrongly", "calm": "not to be judged"}
FILLED = frozenset({"word", "good"})  # filled is proof of work
INKS = {"word": "word-ink"}  # where a tone is too pale for text


@dataclass(frozen=True)
class Night:
    """The told runs of one local date, or of several from it on: their verdicts, and what enters rates."""

    day: date
    verdicts: Counter[Verdict]
    counted: int
    said: int
    proven: int

    @property
    def runs(self) -> int:
        """Return how many runs there were."""
        return self.verdicts.total()

    @property
    def name(self) -> str:
        """Return the date."""
        return str(self.day)

    def held(self, tone: str) -> dict[Verdict, int]:
        """Return the verdicts of one tone with their counts."""
        return {verdict: self.verdicts[verdict] for verdict in by_tone()[tone] if self.verdicts[verdict]}

    def part(self, tone: str) -> tuple[int, int]:
        """Return from where to where a tone reaches in the night's bar: what is good stands below, the worst on top."""
        tones = list(by_tone())
        below = sum(sum(self.held(other).values()) for other in tones[tones.index(tone) + 1 :])
        return below, below + sum(self.held(tone).values())


def by_tone() -> dict[str, list[Verdict]]:
    """Return the verdicts by their tones, worst first."""
    found: dict[str, list[Verdict]] = {}
    for verdict in Verdict:
        found.setdefault(TONE_OF[verdict], []).append(verdict)
    return found


def nights_of(result: Result) -> list[Night]:
    """Return the nights that are known as a whole, in order: those of the investigation, else of the window."""
    columns = Columns(result.runs if result.studied is None else result.studied)
    told = np.flatnonzero(columns.told & (columns.moment != NAT) & (columns.verdict >= 0))
    days = local_days(columns.moment[told], result.config.timezone)
    is_counted = ~columns.among("verdict", *OUT_OF_RATES)
    said, proven = is_counted & columns.among("claim", Claim.SUCCESS), is_counted & columns.is_executed
    order, found = list(Verdict), []
    for day in np.unique(days):
        rows = told[days == day]
        verdicts = Counter(order[code] for code in columns.verdict[rows].tolist())
        tally = (int(mask[rows].sum()) for mask in (is_counted, said, proven))
        found.append(Night(EPOCH + timedelta(days=int(day)), verdicts, *tally))
    return found


def local_days(instants: Ints, zone: ZoneInfo) -> Ints:
    """Return the local dates of instants (ns), as days since 1970."""
    known = pd.DatetimeIndex(instants.view("datetime64[ns]")).tz_localize("UTC").tz_convert(zone).tz_localize(None)
    return np.asarray(known.to_numpy().astype("datetime64[D]").astype(np.int64))


def night_drafts(result: Result) -> Iterator[Draft]:
    """Yield the chart of verdicts by night, where there are more than two nights."""
    nights = nights_of(result)
    if len(nights) >= LEAST_NIGHTS:
        yield draft(nights, happened_of(result))


def draft(nights: Sequence[Night], happened: Sequence[Happened]) -> Draft:
    """Return the chart of some nights."""
    bars = together(nights)
    events = [event for event in happened if nights[0].day < event.day <= nights[-1].day]
    words = [verdict for verdict in Verdict if any(night.verdicts[verdict] for night in nights)]
    return Draft(
        key="nights",
        section="runs",
        title=f"Verdicts by night, {nights_text([nights[0].name, nights[-1].name])}",
        description=" ".join([description(nights), *(event.sentence for event in events)]),
        header=("Night", "Runs", *map(word, words)),
        rows=tuple(
            (night.name, f"{night.runs:,}", *(f"{night.verdicts[verdict]:,}" for verdict in words))
            for night in nights[-MOST_ROWS:]
        ),
        wide=sketch(bars, events, 760, 240),
        narrow=sketch(bars, events, 340, 240),
    )


def together(nights: Sequence[Night]) -> list[Night]:
    """Return nights joined by as many as it takes to have few enough bars."""
    days = (nights[-1].day - nights[0].day).days + 1
    width = -(-days // MOST_BARS)
    if width == 1:
        return list(nights)
    groups: dict[int, list[Night]] = {}
    for night in nights:
        groups.setdefault((night.day - nights[0].day).days // width, []).append(night)
    return [
        Night(
            nights[0].day + timedelta(days=number * width),
            sum((night.verdicts for night in held), Counter()),
            sum(night.counted for night in held),
            sum(night.said for night in held),
            sum(night.proven for night in held),
        )
        for number, held in groups.items()
    ]


def description(nights: Sequence[Night]) -> str:
    """Return what the chart shows in a few sentences: the last night, and since when it is as bad."""
    last = nights[-1]
    parts = [f"{night_text(last)} on {last.name}, the last of {counted(len(nights), 'night')}."]
    first_bad = next((night for night in nights if good_share(night) < 1), None)
    if first_bad is None:
        return " ".join([*parts, "All runs of all nights are confirmed."])
    worst = min(nights, key=good_share)
    parts.append(f"The first with a run that is not confirmed is {first_bad.name}: {night_text(first_bad)}.")
    if worst not in (last, first_bad):
        parts.append(f"The worst is {worst.name}: {night_text(worst)}.")
    return " ".join(parts)


def night_text(night: Night) -> str:
    """Return what the runs of a night came to: ``4 silent failure and 4 confirmed of 8 runs``."""
    told = [part_text(night, tone) for tone in tones_of([night])]
    text = f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else told[0]
    return f"{text} of {counted(night.runs, 'run')}"


def part_text(night: Night, tone: str) -> str:
    """Return how many runs have the verdicts of a tone: by the verdict where it is one, else by what they share."""
    held = night.held(tone)
    return f"{sum(held.values()):,} {word(next(iter(held))) if len(held) == 1 else TOGETHER[tone]}"


def tones_of(nights: Sequence[Night]) -> list[str]:
    """Return the tones that any night has, worst first."""
    return [tone for tone in by_tone() if any(night.held(tone) for night in nights)]


def good_share(night: Night) -> float:
    """Return how many of a night's runs are confirmed, or are not to be judged."""
    good = sum(night.verdicts[verdict] for verdict in (Verdict.CONFIRMED, *OUT_OF_RATES))
    return good / night.runs


def word(verdict: Verdict) -> str:
    """Return a verdict as a word."""
    return verdict.value.replace("_", " ")


def sketch(nights: Sequence[Night], events: Sequence[Happened], width: int, height: int) -> Sketch:
    """Return the drawing: a bar a night, the worst verdicts on top, each named once beside the last bar."""
    is_narrow = width < 500
    most = max(night.runs for night in nights)
    labels = [label_of(tone, nights) for tone in tones_of(nights)]
    plot = Plot(
        width,
        height,
        x=(0, len(nights)),
        y=(0, most * 1.02),
        left=30 if is_narrow else 40,
        right=8 + round(max(width_of(text, SMALL if is_narrow else SIZE) for text in labels)),
        top=44 if events else 16,
        bottom=30,
    )
    drawing = Sketch(plot)
    drawing.rules([(0, 0, len(nights), 0)], "quiet")
    lay_happened(drawing, [(place_of(event, nights), event) for event in events])
    for tone in tones_of(nights):
        parts = [(number, night.part(tone)) for number, night in enumerate(nights) if night.held(tone)]
        boxes = [(number + 0.12, float(low), number + 0.88, float(high)) for number, (low, high) in parts]
        dash = "3 2" if tone == "unsure" else ""
        drawing.boxes(boxes, tone if tone in FILLED else "page", INKS.get(tone, tone), dash)
    lay_counts(drawing, nights)
    lay_words(drawing, nights)
    lay_dates(drawing, nights)
    return drawing


def place_of(event: Happened, nights: Sequence[Night]) -> float:
    """Return before which bar something happened: the first whose night may show it."""
    return float(sum(night.day < event.day for night in nights))


def lay_counts(drawing: Sketch, nights: Sequence[Night]) -> None:
    """Lay the scale: how many runs the highest bar holds, and nothing."""
    most = max(night.runs for night in nights)
    labels = [(0.0, float(value), f"{value:,}") for value in (0, most)]
    drawing.texts(labels, "quiet", align="right", shift=(-6, 0), size=SMALL, halo=None)


def lay_words(drawing: Sketch, nights: Sequence[Night]) -> None:
    """Name each part of the last bar beside it, with its count, and above them those of other nights only."""
    plot, last = drawing.plot, nights[-1]
    here = [tone for tone in reversed(tones_of(nights)) if last.held(tone)]
    places = spread([sum(last.part(tone)) / 2 for tone in here], plot.up(16), 0, plot.y[1])
    size = SMALL if plot.is_narrow else SIZE
    for tone, place in zip(here, places, strict=True):
        label = (float(len(nights)), place, label_of(tone, nights))
        drawing.texts([label], INKS.get(tone, tone), shift=(4, 0), is_bold=True, size=size, halo=None)
    others = [tone for tone in tones_of(nights) if tone not in here]
    rows = [plot.y[1] - plot.up(16 * number) for number in range(plot.inner_height // 16)]
    free = [row for row in rows if all(abs(row - taken) >= plot.up(15) for taken in places)]
    for tone, place in zip(others, free, strict=False):
        label = (float(len(nights)), place, label_of(tone, nights))
        drawing.texts([label], INKS.get(tone, tone), shift=(4, 0), size=SMALL, halo=None)


def label_of(tone: str, nights: Sequence[Night]) -> str:
    """Return how many runs of the last night have a tone, or that only earlier ones have."""
    if nights[-1].held(tone):
        return part_text(nights[-1], tone)
    seen = [verdict for verdict in by_tone()[tone] if any(night.verdicts[verdict] for night in nights)]
    return f"earlier {word(seen[0]) if len(seen) == 1 else TOGETHER[tone]}"


def lay_dates(drawing: Sketch, nights: Sequence[Night]) -> None:
    """Lay the dates below the bars, as many as have room, the last among them."""
    room = 4 if drawing.plot.is_narrow else 12
    step = -(-len(nights) // room)
    shown = [number for number in range(len(nights)) if (len(nights) - 1 - number) % step == 0]
    labels = [(number + 0.5, 0.0, nights[number].name[NIGHT_TEXT]) for number in shown]
    drawing.texts(labels, "quiet", align="center", shift=(0, 16), size=SMALL, halo=None)
