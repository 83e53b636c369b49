"""Days on which runs go wrong again and again, too few of them to be sure: both weekends, each Monday."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forensics.evidence.investigation import Cause, Contrast, NextStep
from forensics.evidence.paired import NAT, Flags, Ints
from forensics.investigate import steps
from forensics.investigate.cause_case import Case
from forensics.investigate.words import counted, share, when

# Of a contrast that is not clear enough among many: by itself it would be this clear, and this large.
CLEAR, LARGE = 0.01, 0.3
# On each of them so great a share of what fails on all, and elsewhere no more than so little of it.
EACH, ELSEWHERE = 0.5, 0.2
LEAST_TIMES, MOST_TIMES = 2, 8
NUMBERS = {2: "both", 3: "all three"}
DAYS = {("day", "a weekend"): "weekend"}
WEEKDAY = "weekday"


@dataclass(frozen=True)
class Recurring:
    """Undone runs (``rows``) of days that come again, ``stretches`` of these with (bad, of how many) runs each."""

    contrast: Contrast
    rows: Flags
    day: str
    stretches: tuple[tuple[int, int], ...]


def recurring(case: Case, left: Flags) -> Iterator[Recurring]:
    """Yield the clearest days on which runs went wrong each time, and hardly ever else; none where that is explained.

    ``left`` are the undone runs without a cause so far.
    """
    for contrast in case.contrasts:
        day = DAYS.get((contrast.attribute, contrast.value)) or (
            contrast.value if contrast.attribute == WEEKDAY else None
        )
        if day is None or contrast.about != "work" or not is_near(contrast):
            continue
        has = case.runs_having(contrast)
        mine, found = has & left, tuple(stretches(case, has))
        if 2 * int(mine.sum()) > int((has & case.undone).sum()) and comes_each_time(found, contrast):
            yield Recurring(contrast, mine, day, found)
            return


def is_near(contrast: Contrast) -> bool:
    """Return whether a contrast fails only for being one of so many, or one of so few days."""
    within, others, p_value = contrast.within.rate or 0.0, contrast.others.rate or 0.0, contrast.p_value
    is_clear = p_value is not None and p_value < CLEAR
    return contrast.standing == "unknown" and is_clear and contrast.effect >= LARGE and others <= ELSEWHERE * within


def comes_each_time(found: tuple[tuple[int, int], ...], contrast: Contrast) -> bool:
    """Return whether runs went wrong in each of several stretches, about as often."""
    usual = contrast.within.rate or 0.0
    return LEAST_TIMES <= len(found) <= MOST_TIMES and all(bad >= EACH * usual * runs for bad, runs in found)


def stretches(case: Case, has: Flags) -> Iterator[tuple[int, int]]:
    """Yield for each stretch of days in a row how many of the known runs were bad."""
    rows = np.flatnonzero(has & case.work.known & (case.columns.moment != NAT))
    days = local_days(case, rows)
    order = np.argsort(days, kind="stable")
    for part in np.split(rows[order], np.flatnonzero(np.diff(days[order]) > 1) + 1):
        if len(part):
            yield int(case.work.bad[part].sum()), len(part)


def earlier(case: Case) -> str:
    """Return the day twice as long ago as the first that was compared."""
    window = case.studied.window
    return when(2 * window.since - window.until, case.zone)[:10]


def local_days(case: Case, rows: Ints) -> Ints:
    """Return the day of each run by the report's clock, counted from any one."""
    moments = pd.DatetimeIndex(case.columns.moment[rows].view("datetime64[ns]")).tz_localize("UTC")
    local = moments.tz_convert(case.zone).tz_localize(None).normalize()
    return np.asarray(local.to_numpy(dtype="datetime64[D]").astype(np.int64), dtype=np.int64)


def repeated(case: Case, again: Recurring) -> Cause:
    """Return what is known of days on which runs go wrong each time."""
    rows, times, contrast = np.flatnonzero(again.rows), len(again.stretches), again.contrast
    days = counted(times, again.day)
    told = ", ".join(share(*each) for each in again.stretches)
    good = contrast.within.runs - contrast.within.bad
    return Cause(
        kind="recurring",
        title=f"Runs went wrong on {NUMBERS.get(times, f'all {times:,}')} {again.day}s:"
        f" {share(contrast.within.bad, contrast.within.runs)} not done, and hardly ever else:"
        f" {share(contrast.others.bad, contrast.others.runs)}",
        supports=(f"{again.day[:1].upper()}{again.day[1:]} by {again.day} not done: {told} runs.",),
        contradicts=(f"{counted(good, 'run')} on {days} went well.",) if good else (),
        inferred=f"What goes on then, or is missing then, is likely. But {days} are too few to be sure: chance is"
        " not ruled out.",
        unknown=f"Whether it comes again on the next {again.day}; nothing shows how it makes runs go wrong.",
        jobs=case.jobs(rows),
        steps=(
            NextStep(
                "look",
                f"See what differs on a {again.day}: load, backups, maintenance, what is switched off, who must answer;"
                f" then watch the next {again.day}.",
            ),
            NextStep(
                "command",
                "Compare more of them, as far back as logs are kept.",
                command=f"forensics investigate --since {shlex.quote(earlier(case))}",
            ),
            *steps.rerun(case, rows),
        ),
        detail={"runs": len(rows), "attribute": contrast.attribute, "value": contrast.value},
    )
