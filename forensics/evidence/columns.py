"""Columns of the frame of runs as arrays, and what analysis asks of them again and again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from forensics.evidence.paired import NAT, Flags, Ints
from forensics.evidence.schema import nanoseconds
from forensics.verdicts import Claim, Evidence, Flag, Verdict

FIRST_SEEN = ("due_at", "triggered_at", "started_at", "executed_at", "reported_at")
Names = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Columns:
    """The runs, column by column; each is made when it is first asked for."""

    runs: pd.DataFrame

    def __len__(self) -> int:
        return len(self.runs)

    @cached_property
    def in_window(self) -> Flags:
        """Return the runs of the report's window."""
        return self.runs["in_window"].to_numpy(dtype=np.bool_)

    @cached_property
    def is_muted(self) -> Flags:
        """Return the muted runs."""
        return np.asarray(self.runs["flags"].str.contains(Flag.MUTED.value, regex=False), dtype=np.bool_)

    @cached_property
    def told(self) -> Flags:
        """Return the runs that the report speaks of: in its window, and not muted."""
        return self.in_window & ~self.is_muted

    @cached_property
    def moment(self) -> Ints:
        """Return the instant that names each run, in ns: due, else the first that is known of it."""
        found = np.full(len(self), NAT, dtype=np.int64)
        for name in FIRST_SEEN:
            found = np.where(found == NAT, nanoseconds(self.runs[name]), found)
        return found

    @cached_property
    def job(self) -> Ints:
        """Return a number for each job and host; equal numbers are one job."""
        host = self.runs["host"].fillna("")
        keys = self.runs["job"].str.cat(host, sep="\0")
        return np.asarray(pd.factorize(keys)[0], dtype=np.int64)

    @cached_property
    def is_executed(self) -> Flags:
        """Return the runs whose work is proven."""
        return self.among("evidence", Evidence.BOTH, Evidence.EXECUTED)

    @cached_property
    def texts(self) -> dict[str, Names]:
        """Return the columns of words by name, null as None, for a look at single runs."""
        return {name: words(self.runs[name]) for name in ("job", "host", "flags", "cause", "claim")}

    @cached_property
    def is_triggered(self) -> Flags:
        """Return the runs that the scheduler started."""
        return self.runs["triggered_at"].notna().to_numpy(dtype=np.bool_)

    @cached_property
    def verdict(self) -> Ints:
        """Return the place of each run's verdict in ``Verdict``."""
        order = pd.Index([verdict.value for verdict in Verdict])
        return np.asarray(order.get_indexer(pd.Index(self.runs["verdict"])), dtype=np.int64)

    def among(self, column: str, *words: Evidence | Claim | Verdict) -> Flags:
        """Return the runs of which a column holds one of some words."""
        return self.runs[column].isin([word.value for word in words]).to_numpy(dtype=np.bool_)


def words(column: pd.Series) -> Names:
    """Return a column of text as an array, null as None."""
    found: Names = column.to_numpy(object, na_value=None)  # type: ignore[call-overload]
    return found


def names(runs: pd.DataFrame, rows: Ints) -> list[str]:
    """Return the names of the jobs of some rows, each once, in order."""
    found: list[str] = runs["job"].iloc[rows].drop_duplicates().sort_values().tolist()
    return found
