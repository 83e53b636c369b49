"""Whether the reporting itself can be believed, and how it went from day to day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forensics.evidence.paired import NAT
from forensics.evidence.result import ReportedPart, ReportingCheck, Result, Undelivered
from forensics.report.columns import RunColumns
from forensics.report.view_audit import audit_lines
from forensics.report.view_pen import Pen, is_long
from forensics.report.view_runs import moment
from forensics.report.wording import counted, percent, share
from forensics.timeline import local_text
from forensics.verdicts import Claim, Evidence, Flag, Verdict

SHOWN_DAYS = 14
WIDEST_BAR = 25
SHOWN_PLACES = 12
LANES = {
    "triggers": "the scheduler: started it",
    "lifecycle": "the runner: ended well",
    "notifications": "the messages: success",
}
NOT_COUNTED = frozenset({Verdict.SKIPPED.value, Verdict.PENDING.value})


@dataclass(frozen=True)
class Day:
    """The runs of a local date that count in rates; ``gap`` of them are proven, and no message says success."""

    date: str
    runs: int
    said: int
    proven: int
    gap: int
    bar: str


@dataclass(frozen=True)
class Part:
    """Runs of a lane, channel or host: ``said`` of ``owed`` were said to be well, ``proven`` of ``checkable`` are."""

    name: str
    said: int
    owed: int
    proven: int
    checkable: int


@dataclass(frozen=True)
class Places:
    """The channels, or the hosts, with the one that reports worst first; ``left`` are not shown."""

    title: str
    parts: tuple[Part, ...]
    left: int


@dataclass(frozen=True)
class Reporting:
    """The section in plain values; ``days`` only where the window holds several, and messages were missing on some.

    ``lanes`` are what each lane said, where two or more did; ``places`` the channels and hosts, if there are several.
    """

    status: str
    reason: str
    said: int
    owed: int
    proven: int
    checkable: int
    threshold: float
    baseline: str | None
    false_alarms: int
    failure_messages: int
    audit: tuple[str, ...]
    undelivered: tuple[str, ...]
    unlike: tuple[str, ...]
    lanes: tuple[Part, ...]
    places: tuple[Places, ...]
    days: tuple[Day, ...]
    days_left: int


def reporting_view(result: Result, runs: RunColumns, pen: Pen) -> Reporting:
    """Return the section on the reporting."""
    check = result.reporting
    days = list(by_day(runs, pen)) if is_long(result) and len(runs) else []
    return Reporting(
        status=pen.names.plain(check.status),
        reason=pen.sentence(check.reason[:1].upper() + check.reason[1:]).rstrip("."),
        said=check.said_success,
        owed=check.owed,
        proven=check.proven,
        checkable=check.checkable,
        threshold=check.threshold,
        baseline=None if check.baseline is None else usual_text(check, check.baseline),
        false_alarms=runs.verdict.count(Verdict.FALSE_ALARM),
        failure_messages=runs.claim.count(Claim.FAILURE),
        audit=tuple(audit_lines(result, pen)),
        undelivered=tuple(pen.sentence(unsent(each, result)) for each in result.undelivered),
        unlike=tuple(pen.sentence(each) for each in less_told(check)),
        lanes=lanes if len(lanes := tuple(lanes_of(check))) > 1 else (),
        places=tuple(each for by in ("channel", "host") if (each := places_of(check, by, pen)).parts),
        days=tuple(days[-SHOWN_DAYS:]) if any(day.gap for day in days) else (),
        days_left=max(0, len(days) - SHOWN_DAYS),
    )


def less_told(check: ReportingCheck) -> Iterator[str]:
    """Yield in sentences which jobs are reported less than they used to be."""
    for each in check.unlike[:SHOWN_PLACES]:
        name = f"{each.job} on {each.host}" if each.host else each.job
        since = "in this report" if each.nights == 1 else f"in {each.nights} reports in a row"
        usual = share(each.usual_said, each.usual_proven)
        yield f"{name}: success said for {share(each.said, each.proven)} proven runs {since}; before that for {usual}."
    if len(check.unlike) > SHOWN_PLACES:
        yield f"And {counted(len(check.unlike) - SHOWN_PLACES, 'more job')}."


def lanes_of(check: ReportingCheck) -> Iterator[Part]:
    """Yield what each lane said, and how much of that is proven."""
    for each in check.parts:
        if each.by == "lane":
            yield Part(LANES[each.name], each.said, each.owed, each.proven, each.checkable)


def places_of(check: ReportingCheck, by: str, pen: Pen) -> Places:
    """Return how the reporting did by channel, or by host."""
    mine = sorted((each for each in check.parts if each.by == by), key=worst_first)
    shown = [
        Part(pen.names.plain(each.name), each.said, each.owed, each.proven, each.owed or each.checkable)
        for each in mine[:SHOWN_PLACES]
    ]
    return Places(by.capitalize(), tuple(shown), max(0, len(mine) - SHOWN_PLACES))


def worst_first(part: ReportedPart) -> tuple[bool, float, str]:
    """Return what parts are put in order by: those last from which nothing was owed."""
    return not part.owed, part.said / max(1, part.owed), part.name


def usual_text(check: ReportingCheck, baseline: float) -> str:
    """Return what is usual, with the counts behind it where they are known."""
    if not check.usual_owed:
        return percent(baseline)
    return f"{share(check.usual_said, check.usual_owed)} over {counted(check.usual_nights, 'night')}"


def unsent(text: Undelivered, result: Result) -> str:
    """Return in a sentence what could not be published."""
    since = local_text(text.since, result.config.timezone)
    often = f"{text.attempts} attempt{'' if text.attempts == 1 else 's'}"
    return f"The report {text.name} for {text.channel} waits since {since}, {often}: {text.error}"


def by_day(runs: RunColumns, pen: Pen) -> Iterator[Day]:
    """Yield the counts of each local date, in order."""
    frame = pd.DataFrame(
        {
            "date": dates(np.array([moment(runs, at) for at in range(len(runs))], dtype=np.int64), pen),
            "said": [claim == Claim.SUCCESS for claim in runs.claim],
            "proven": [evidence in (Evidence.BOTH, Evidence.EXECUTED) for evidence in runs.evidence],
            "counts": [
                verdict not in NOT_COUNTED and Flag.MUTED not in flags.split()
                for verdict, flags in zip(runs.verdict, runs.flags, strict=True)
            ],
        }
    )
    frame["gap"] = frame["proven"] & ~frame["said"]
    sums = frame[frame["counts"]].groupby("date", sort=True)[["counts", "said", "proven", "gap"]].sum()
    widest = max(WIDEST_BAR, int(sums["gap"].max()) if len(sums) else 0)
    for date, (count, said, proven, gap) in zip(sums.index, sums.to_numpy(dtype=np.int64).tolist(), strict=True):
        yield Day(str(date), count, said, proven, gap, "#" * -(-gap * WIDEST_BAR // widest))


def dates(instants: np.ndarray[tuple[int], np.dtype[np.int64]], pen: Pen) -> list[str]:
    """Return the local dates of instants, empty where there is none."""
    known = (
        pd.DatetimeIndex(np.where(instants == NAT, 0, instants).view("datetime64[ns]"))
        .tz_localize("UTC")
        .tz_convert(pen.zone)
    )
    codes, days = pd.factorize(known.tz_localize(None).normalize())
    texts = [str(day)[:10].removeprefix(pen.year) for day in days]
    return ["" if at == NAT else texts[code] for at, code in zip(instants.tolist(), codes.tolist(), strict=True)]
