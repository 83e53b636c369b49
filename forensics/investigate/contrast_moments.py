"""Attributes of when a run was: hour and day, what else began then, and how long it took."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forensics.evidence.columns import Columns, Names
from forensics.evidence.paired import NAT, Flags, Ints, Paired
from forensics.investigate.contrast_attributes import UNKNOWN, Attribute, of_words
from forensics.timeline import NANOS

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PARTS = ("0 to 6 h", "6 to 12 h", "12 to 18 h", "18 to 24 h")
SATURDAY = 5
MANY_NEIGHBOURS = 5
SHORT, LONG = 0.5, 2.0


def of_moments(moment: Ints, zone: ZoneInfo) -> Iterator[Attribute]:
    """Yield the hour, the part of the day, the weekday, and whether it is a weekend, by a zone's clock.

    What happens in an hour or on a day happens to all runs of it: these are its clusters.
    """
    known = moment != NAT
    instants = pd.DatetimeIndex(np.where(known, moment, 0).view("datetime64[ns]")).tz_localize("UTC").tz_convert(zone)
    hour, weekday = (np.asarray(each, dtype=np.int64) for each in (instants.hour, instants.day_of_week))
    day = pd.factorize(instants.tz_localize(None).normalize())[0].astype(np.int64)
    kinds = (
        ("hour", tuple(f"{each:02d} h" for each in range(24)), hour, day * 24 + hour),
        ("part of the day", PARTS, hour // 6, day * 4 + hour // 6),
        ("weekday", WEEKDAYS, weekday, day),
        ("day", ("a weekday", "a weekend"), (weekday >= SATURDAY).astype(np.int64), day),
    )
    for name, values, codes, clusters in kinds:
        yield Attribute(name, values, np.where(known, codes, UNKNOWN), clusters=clusters)


def of_neighbours(columns: Columns, paired: Paired, hosts: Names) -> Attribute:
    """Return how many other jobs began on the same host in the same minute."""
    runs = paired.runs
    begun = np.where(runs.triggered != NAT, runs.triggered, np.where(runs.begun != NAT, runs.begun, columns.moment))
    host = pd.factorize(hosts, use_na_sentinel=False)[0]
    minute = pd.factorize(begun // (60 * NANOS))[0]
    place = pd.factorize(host * (int(minute.max(initial=0)) + 1) + minute)[0].astype(np.int64)
    together = np.unique(np.stack([place, runs.job]), axis=1)[0]
    others = (np.bincount(together, minlength=int(place.max(initial=0)) + 1) - 1)[place]
    counts = np.where(others == 0, "none", np.where(others < MANY_NEIGHBOURS, "1 to 4", "5 or more"))
    return of_words("other jobs begun in the same minute", told_where(begun != NAT, counts))


def of_durations(columns: Columns, job: Ints, good: Flags) -> Attribute:
    """Return how long each run took beside the usual of its job's good ones."""
    took = columns.runs["duration_seconds"].to_numpy(dtype=np.float64, na_value=np.nan)
    usual = pd.Series(np.where(good, took, np.nan)).groupby(job).transform("median").to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = took / usual
    told = np.where(ratio < SHORT, "under half its usual", np.where(ratio > LONG, "over twice its usual", "its usual"))
    return replace(of_words("duration", told_where(~np.isnan(ratio), told)), is_symptom=True)


def told_where(known: Flags, told: np.typing.NDArray[np.str_]) -> Names:
    """Return words where they are known, None elsewhere."""
    found = told.astype(object)
    found[~known] = None
    return found
