"""How the runs of some jobs went, one after another: from when on each was bad, and whether it was bad ever since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from forensics.evidence.paired import NAT, Flags, Ints
from forensics.evidence.result import Result
from forensics.evidence.schema import nanoseconds
from forensics.report.columns import INSTANTS
from forensics.verdicts import BLOCKING, Evidence, Verdict

# As often as this chance alone makes as many bad runs in a row, of a job that failed before now and then.
BY_CHANCE = 0.05


@dataclass(frozen=True)
class Course:
    """The studied runs of some jobs in order of time (``at`` in ns); ``group`` is the job on its host, by number."""

    at: Ints
    group: Ints
    is_bad: Flags
    is_good: Flags
    is_begun: Flags

    @property
    def is_known(self) -> Flags:
        """The runs of which one can tell how they went."""
        return self.is_bad | self.is_good

    @cached_property
    def last_good(self) -> Ints:
        """The last good run of each job, the least number where it has none (ns)."""
        last = np.full(int(self.group.max(initial=-1)) + 1, NAT)
        np.maximum.at(last, self.group[self.is_good], self.at[self.is_good])
        return last

    @cached_property
    def is_lasting(self) -> Flags:
        """The bad runs after the last good one of their job."""
        return np.asarray(self.is_bad & (self.at > self.last_good[self.group]), dtype=np.bool_)

    @property
    def begins(self) -> Ints:
        """The first bad run after its last good one of each job that has such (ns)."""
        _, first = np.unique(self.group[self.is_lasting], return_index=True)
        return self.at[self.is_lasting][first]

    def streak(self) -> tuple[int | None, int | None]:
        """Return the first bad run after the last good one of each job, and the last good one before it, in ns."""
        bad, known = self.at[self.is_lasting], self.last_good[self.last_good > NAT]
        if not len(bad):
            return None, None
        earlier = known[known < bad.min()]
        return int(bad.min()), int(earlier.max()) if len(earlier) else None

    @cached_property
    def is_steady(self) -> bool:
        """Whether most of the jobs that went wrong did so in every run from a moment on, and hardly ever before it."""
        streaks, before = self.counted(self.is_lasting), self.counted(self.is_bad & ~self.is_lasting)
        usual = (before + 1) / (before + self.counted(self.is_good) + 2)
        steady = (streaks > 0) & ((before == 0) | (usual**streaks <= BY_CHANCE))
        return bool(2 * int(steady.sum()) > int((streaks + before > 0).sum()))

    def counted(self, chosen: Flags) -> Ints:
        """Return how many runs of each job are chosen."""
        return np.bincount(self.group[chosen], minlength=len(self.last_good))

    def begun_before(self, instant: int) -> bool:
        """Return whether a scheduler began one of the runs before an instant."""
        return bool((self.is_begun & (self.at < instant)).any())


def course_of(result: Result, jobs: Sequence[str], kind: str) -> Course:
    """Return how the runs of some jobs went, as far back as they were studied; ``kind`` is that of their trouble.

    What never began, and what began and failed, are troubles of different kinds.
    """
    alike = {Verdict.MISSED} if kind == Verdict.MISSED else BLOCKING - {Verdict.MISSED}
    frame = result.studied if result.studied is not None else result.runs
    frame = frame[frame["in_window"] & frame["job"].isin(list(jobs))]
    at = moments_of(frame)
    order = np.argsort(at, kind="stable")
    frame, at = frame.iloc[order], at[order]
    group, _ = pd.factorize(frame["job"].str.cat(frame["host"].fillna(""), sep="\0"))
    return Course(
        at=at,
        group=group.astype(np.int64),
        is_bad=frame["verdict"].isin([verdict.value for verdict in alike]).to_numpy(dtype=np.bool_),
        is_good=frame["evidence"].isin([Evidence.BOTH.value, Evidence.EXECUTED.value]).to_numpy(dtype=np.bool_),
        is_begun=frame["triggered_at"].notna().to_numpy(dtype=np.bool_),
    )


def moments_of(runs: pd.DataFrame) -> Ints:
    """Return the first instant that is known of each run: when it was due, else what was seen first."""
    found = np.full(len(runs), NAT)
    for name in INSTANTS:
        found = np.where(found == NAT, nanoseconds(runs[name]), found)
    return found
