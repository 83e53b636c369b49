"""Sources that end before, or begin after, runs that nothing else can tell: their silence must not pass for quiet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from forensics.analyse import advice
from forensics.analyse.wording import counted, share
from forensics.evidence.columns import Columns
from forensics.evidence.coverage import Coverage, Span
from forensics.evidence.intake import Evidence, SourceRead
from forensics.evidence.paired import NAT, Flags, Ints, Paired
from forensics.evidence.result import Blocker
from forensics.timeline import NANOS, duration_text, local_text, nanos_of
from forensics.verdicts import Lane, Verdict

LANES = (Lane.TRIGGERS, Lane.LIFECYCLE, Lane.NOTIFICATIONS, Lane.ARTIFACTS)
# The last hour of a copied log is not written yet: a few runs after its end are no reason to wake anybody.
FEW, SMALL_SHARE = 3, 0.1
MINUTE, DAY = 60 * NANOS, 86_400 * NANOS


@dataclass(frozen=True)
class Edges:
    """Where a lane's coverage stops short of each run: the instant at which it ends, or begins too late; else NAT."""

    ends: Ints
    begins: Ints

    @property
    def is_short(self) -> Flags:
        """Return the runs that the lane's sources do not reach."""
        return np.asarray((self.ends != NAT) | (self.begins != NAT), dtype=np.bool_)


def out_of_reach(
    columns: Columns, paired: Paired, evidence: Evidence, coverage: Coverage, now: int, zone: ZoneInfo
) -> Iterator[Blocker]:
    """Yield a blocker for each source that stops short of runs which cannot be told without it.

    The rows of ``columns`` are those of ``paired.runs``.
    """
    suspects = columns.in_window & columns.among("verdict", Verdict.UNVERIFIABLE, Verdict.MISSED)
    if not suspects.any():
        return
    judged = columns.told & ~columns.among("verdict", Verdict.PENDING, Verdict.SKIPPED) & (columns.moment != NAT)
    doubtful = judged & suspects
    short = {lane: edges_of(lane, paired, coverage, doubtful, now) for lane in LANES}
    dark = doubtful & untold(columns, paired, short)
    for source in evidence.sources:
        could = int((judged & could_tell(source, paired, coverage)).sum())
        for is_end in (True, False):
            stops = stops_of(source, is_end, short, len(paired.runs))
            rows = np.flatnonzero(dark & (stops != NAT))
            if len(rows) and is_many(len(rows), could):
                stop = stops[rows].max() if is_end else stops[rows].min()
                yield short_source(source, int(stop), is_end, rows, could, columns, now, zone)


def is_many(runs: int, of: int) -> bool:
    """Return whether so many runs out of a source's reach are all of them, or more than a few."""
    return runs >= of or (runs >= FEW and runs >= SMALL_SHARE * of)


def untold(columns: Columns, paired: Paired, short: Mapping[Lane, Edges]) -> Flags:
    """Return the runs that a source would have told, had it gone on: it was to prove them, or to show their start."""
    declares = np.array([bool(job.artifacts or job.markers) for job in paired.jobs], dtype=np.bool_)[paired.runs.job]
    unproven = short[Lane.ARTIFACTS].is_short | (~declares & short[Lane.LIFECYCLE].is_short)
    unseen = short[Lane.TRIGGERS].is_short & ~columns.is_triggered
    is_missed = columns.among("verdict", Verdict.MISSED)
    return np.where(is_missed, unseen, unproven)


def could_tell(source: SourceRead, paired: Paired, coverage: Coverage) -> Flags:
    """Return the runs of jobs for which some lane of a source can speak at some time."""
    able = np.zeros(len(paired.jobs), dtype=np.bool_)
    for lane in set(LANES) & set(source.lanes):
        able |= np.array([bool(spans) for spans in coverage.spans[lane]], dtype=np.bool_)
    return able[paired.runs.job]


def stops_of(source: SourceRead, is_end: bool, short: Mapping[Lane, Edges], runs: int) -> Ints:
    """Return where a source itself stops short of each run, NAT where it does not."""
    stops, own = np.full(runs, NAT), limits(source, is_end)
    for lane in LANES:
        if lane.value in source.lanes:
            found = short[lane].ends if is_end else short[lane].begins
            stops = np.where(np.isin(found, own), found, stops)
    return stops


def edges_of(lane: Lane, paired: Paired, coverage: Coverage, chosen: Flags, now: int) -> Edges:
    """Return where the sources of a lane stop short of the chosen runs."""
    runs = paired.runs
    start = np.where(runs.due != NAT, runs.due, runs.start)
    grace = np.array([nanos_of(job.start_grace) for job in paired.jobs], dtype=np.int64)[runs.job]
    until = np.minimum(start + grace if lane is Lane.TRIGGERS else runs.own_end, now)
    ends, begins = np.full(len(runs), NAT), np.full(len(runs), NAT)
    by_spans: dict[tuple[Span, ...], list[int]] = {}
    for code, spans in enumerate(coverage.spans[lane]):
        by_spans.setdefault(spans, []).append(code)
    for spans, codes in by_spans.items():
        rows = np.flatnonzero(chosen & np.isin(runs.job, codes)) if spans else runs.job[:0]
        if len(rows):
            ends[rows], begins[rows] = edges(spans, start[rows], until[rows])
    return Edges(ends, begins)


def edges(spans: tuple[Span, ...], start: Ints, until: Ints) -> tuple[Ints, Ints]:
    """Return where spans end before each stretch is over, or begin after its start; NAT where neither is so."""
    begin, end = (np.array([span[place] for span in spans], dtype=np.int64) for place in (0, 1))
    last = np.searchsorted(begin, start, side="right") - 1
    reached = end[np.maximum(last, 0)]
    ends = np.where((last >= 0) & (reached < until), reached, NAT)
    return ends, np.where(last < 0, begin[0], NAT)


def limits(source: SourceRead, is_end: bool) -> list[int]:
    """Return the instants at which a source's own coverage ends, or begins: of all of it, or job by job."""
    spans = [source.covers or (None, None), *(span for spans in source.job_spans.values() for span in spans)]
    return sorted({at for span in spans if (at := span[1 if is_end else 0]) is not None})


def short_source(
    source: SourceRead, stop: int, is_end: bool, rows: Ints, of: int, columns: Columns, now: int, zone: ZoneInfo
) -> Blocker:
    """Return the blocker of a source that does not reach some runs."""
    when, runs, jobs = local_text(stop, zone), counted(len(rows), "run"), len(np.unique(columns.job[rows]))
    until = f"ends {when}, {age_text(now - stop)} ago: nothing in it tells of {runs} since then"
    since = f"begins {when}: nothing in it tells of {runs} before that"
    return Blocker(
        job=None,
        host=None,
        kind="source",
        since=stop if is_end else None,
        count=1,
        text=f"{source.name} {until if is_end else since}.",
        observed=(
            f"Out of its reach: {share(len(rows), of)} of the runs that it could tell, of {counted(jobs, 'job')}.",
        ),
        inferred="So how these runs went is not known: they may have gone well, or not at all.",
        todo=advice.SOURCE_ENDED if is_end else advice.SOURCE_BEGINS,
        about=source.name,
    )


def age_text(nanos: int) -> str:
    """Return an age in whole days, in minutes where it is no more than two of them."""
    return duration_text(nanos // DAY * DAY / NANOS if nanos > 2 * DAY else nanos // MINUTE * MINUTE / NANOS)
