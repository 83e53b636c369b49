"""Boots out of what runners recorded: how long each took to come up, and what became of those that did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from forensics.evidence.paired import EVENT_CODES, NAT, Flags, Floats, Ints, Paired
from forensics.evidence.schema import nanoseconds
from forensics.timeline import NANOS

BOOT_STARTED, BOOTED, STARTED, TIMED_OUT = map(EVENT_CODES.index, ("boot_started", "booted", "started", "timed_out"))
BOOT_SECONDS = frozenset({"bootseconds"})
BOOT_LIMIT = frozenset({"boottimeout", "boottimeoutseconds", "bootlimit", "bootlimitseconds"})
ATTEMPT = frozenset({"attempt"})


@dataclass(frozen=True)
class Boots:
    """Boots by job and time, column by column.

    ``job`` is a job's code; ``started`` in ns; ``seconds`` until it was up, NaN for one that did not come up or of
    which nobody said; ``waited`` until it was given up, NaN for all others; ``is_open``: it began, and that is the
    last that was recorded of it; ``limit`` is how long it was allowed, NaN where nobody said; ``row`` is the row of
    its begin in the frame of lifecycle events.
    """

    job: Ints
    started: Ints
    seconds: Floats
    waited: Floats
    is_open: Flags
    limit: Floats
    row: Ints

    def __len__(self) -> int:
        return len(self.job)

    def chosen(self, which: Flags | Ints) -> Boots:
        """Return some of them."""
        return Boots(**{name: column[which] for name, column in vars(self).items()})


def boots_of(jobs: Ints, lifecycle: pd.DataFrame, until: int) -> Boots:
    """Return the boots up to an instant; ``jobs`` holds for each lifecycle row the code of its job, -1 to leave it out.

    A boot is up where the next row of its run says ``booted``, or ``started`` where a runner has no word for booted;
    where that is a time-out, it was given up.
    """
    moment = nanoseconds(lifecycle["at"])
    event = np.asarray(pd.Index(EVENT_CODES).get_indexer(pd.Index(lifecycle["event"])), dtype=np.int64)
    candidates = (jobs >= 0) & (moment != NAT) & (moment <= until) & (event >= 0)
    rows = np.flatnonzero(candidates & np.isin(jobs, np.unique(jobs[candidates & (event == BOOT_STARTED)])))
    attributes = lifecycle["attributes"].to_numpy()
    group = pd.factorize(lifecycle["run_id"].iloc[rows])[0]
    attempt = numbers(attributes[rows], ATTEMPT)
    rank = np.where(event[rows] == BOOT_STARTED, 0, np.where(event[rows] == BOOTED, 1, 2))
    order = np.lexsort((rank, attempt, moment[rows], group, jobs[rows]))
    rows, group = rows[order], group[order]
    begin = np.flatnonzero(event[rows] == BOOT_STARTED)
    after = np.minimum(begin + 1, len(rows) - 1)
    goes_on = (after > begin) & (jobs[rows[after]] == jobs[rows[begin]]) & (group[after] == group[begin])
    next_event = np.where(goes_on, event[rows[after]], BOOT_STARTED)
    took = (moment[rows[after]] - moment[rows[begin]]) / NANOS
    found = Boots(
        job=jobs[rows[begin]],
        started=moment[rows[begin]],
        seconds=boot_seconds(lifecycle, rows[after], next_event, took),
        waited=np.where(next_event == TIMED_OUT, took, np.nan),
        is_open=next_event == BOOT_STARTED,
        limit=numbers(attributes[rows[begin]], BOOT_LIMIT),
        row=rows[begin],
    )
    return found.chosen(np.lexsort((found.row, found.started, found.job)))


def boot_seconds(lifecycle: pd.DataFrame, rows: Ints, event: Ints, took: Floats) -> Floats:
    """Return how long boots took: by the runner's own clock where it says, else from row to row."""
    said = numbers(lifecycle["attributes"].to_numpy()[rows], BOOT_SECONDS)
    by_runner = np.where(event == BOOTED, lifecycle["duration_seconds"].to_numpy()[rows], np.nan)
    told = np.where(np.isnan(said), by_runner, said)
    is_up = (event == BOOTED) | (event == STARTED)
    return np.where(is_up, np.where(told >= 0, told, took), np.nan)


def jobs_by_spelling(paired: Paired, lifecycle: pd.DataFrame) -> Ints:
    """Return the code of the job of each lifecycle row, -1 where it is not known.

    What matching found of the rows around the window holds for all others that spell job and host alike.
    """
    job, host = (pd.factorize(lifecycle[name])[0].astype(np.int64) for name in ("job", "host"))
    spelling = pd.factorize(job * (host.max(initial=0) + 2) + host)[0]
    known = np.full(spelling.max(initial=-1) + 1, -1, dtype=np.int64)
    known[spelling[paired.steps.row]] = paired.runs.job[paired.steps.run]
    found = np.where(job >= 0, known[spelling], -1) if len(known) else np.full(len(lifecycle), -1, dtype=np.int64)
    found[paired.steps.row] = paired.runs.job[paired.steps.run]
    return np.asarray(found, dtype=np.int64)


def numbers(attributes: np.typing.NDArray[np.object_], names: frozenset[str]) -> Floats:
    """Return the first number that each row's attributes hold under one of some names, NaN where none does."""
    return np.array([number(row, names) for row in attributes], dtype=np.float64)


def number(attributes: Mapping[str, Any] | None, names: frozenset[str]) -> float:
    """Return the number that attributes hold under one of some names, NaN where there is none."""
    for name, value in (attributes or {}).items():
        if plain(str(name)) in names and not isinstance(value, bool):
            try:
                return float(value)
            except (TypeError, ValueError, OverflowError):
                continue
    return float("nan")


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return a name as it is the same in all spellings: ``boot_seconds``, ``bootSeconds``."""
    return name.replace("_", "").replace("-", "").lower()
