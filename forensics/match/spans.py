"""Look-ups of (job, instant) pairs among sorted (job, instant) pairs, whole arrays at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NAT = np.iinfo(np.int64).min
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
FAR = np.int64(2**62)
_BITS = 47


def keys(job: Ints, at: Ints, origin: int) -> Ints:
    """Return one sortable integer for each (job code, instant in ns); within two years of the origin to the µs."""
    limit = (1 << (_BITS - 1)) - 1
    micros = np.clip((at - origin) // 1000, -limit, limit)
    return (job << _BITS) + micros + limit


def latest_before(run_keys: Ints, run_job: Ints, event_keys: Ints, event_job: Ints) -> Ints:
    """Return for each event the last run of its job at or before it, -1 where there is none."""
    found = np.searchsorted(run_keys, event_keys, side="right") - 1
    return np.where((found >= 0) & (at(run_job, found) == event_job), found, -1)


def first_after(run_keys: Ints, run_job: Ints, event_keys: Ints, event_job: Ints) -> Ints:
    """Return for each event the first run of its job at or after it, -1 where there is none."""
    found = np.searchsorted(run_keys, event_keys, side="left")
    return np.where((found < len(run_job)) & (at(run_job, found) == event_job), found, -1)


def at(values: Ints, rows: Ints) -> Ints:
    """Return values by row, for rows that may lie outside: those get an arbitrary value."""
    if not len(values):
        return np.full(len(rows), NAT)
    return values[np.clip(rows, 0, len(values) - 1)]


def next_in_job(job: Ints, values: Ints) -> Ints:
    """Return for each row the value of the next row of the same job, FAR for a job's last."""
    if not len(job):
        return values.copy()
    following = np.append(values[1:], FAR)
    return np.where(np.append(job[1:] == job[:-1], False), following, FAR)


def rows_of(groups: Ints, group: int) -> slice:
    """Return where a value stands in a sorted array."""
    first, last = groups.searchsorted((group, group + 1)).tolist()
    return slice(first, last)


def group_bounds(groups: Ints) -> tuple[Ints, Ints]:
    """Return the first row and the row after the last of every run of equal values in a sorted array."""
    if not len(groups):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    edges = np.flatnonzero(np.diff(groups)) + 1
    return np.concatenate([[0], edges]), np.append(edges, len(groups))
