"""What stretch of time each lane can speak for, job by job; outside it silence proves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Span = tuple[int, int]

EVER = -(2**62)
ALWAYS = 2**62


@dataclass(frozen=True)
class Coverage:
    """The spans of each lane by job.

    ``spans`` maps a lane to, for each job code, the merged ``(start, end)`` in ns since the epoch that
    the lane's sources can speak for, ascending; ``EVER`` and ``ALWAYS`` stand for no limit.
    """

    spans: Mapping[str, Sequence[tuple[Span, ...]]]

    def covers(self, lane: str, job: Ints, start: Ints, end: Ints) -> Flags:
        """Return for each (job, start, end) whether the lane can speak for all of that stretch."""
        covered = np.zeros(len(job), dtype=np.bool_)
        by_spans: dict[tuple[Span, ...], list[int]] = {}
        for code, spans in enumerate(self.spans[lane]):
            by_spans.setdefault(spans, []).append(code)
        for spans, codes in by_spans.items():
            concerned = np.isin(job, codes) if len(by_spans) > 1 else np.ones(len(job), dtype=np.bool_)
            for first, last in spans:
                covered |= concerned & (start >= first) & (end <= last)
        return covered

    def end(self, lane: str, job: int) -> int | None:
        """Return the last instant that the lane can speak for of a job, None where it never can."""
        spans = self.spans[lane][job]
        return spans[-1][1] if spans else None


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans with those that touch or overlap joined, ascending."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


@dataclass(frozen=True)
class Reach:
    """What one source can speak for: the lanes it fills, its span, and the jobs that it concerns (None: all)."""

    lanes: frozenset[str]
    span: Span
    jobs: frozenset[int] | None = None


def coverage_of(reaches: Sequence[Reach], lanes: Iterable[str], jobs: int) -> Coverage:
    """Return the merged spans of every lane and job."""
    return Coverage({lane: lane_spans([reach for reach in reaches if lane in reach.lanes], jobs) for lane in lanes})


def lane_spans(reaches: Sequence[Reach], jobs: int) -> list[tuple[Span, ...]]:
    """Return for each job the merged spans of the sources that concern it."""
    everywhere = merged(reach.span for reach in reaches if reach.jobs is None)
    special = [reach for reach in reaches if reach.jobs is not None]
    spans = [everywhere] * jobs
    for code in {code for reach in special for code in reach.jobs or ()}:
        spans[code] = merged([*everywhere, *(reach.span for reach in special if reach.jobs and code in reach.jobs)])
    return spans
