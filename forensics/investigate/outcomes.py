"""What a good and a bad run is, for each of two questions: was the work done, and was it told rightly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from forensics.evidence.columns import Columns
from forensics.evidence.paired import Flags
from forensics.verdicts import Claim, Flag, Verdict

UNDONE = (Verdict.FALSE_SUCCESS, Verdict.SILENT_FAILURE, Verdict.MISSED, Verdict.INTERRUPTED, Verdict.FAILED)
MISTOLD = (Verdict.FALSE_ALARM, Verdict.UNREPORTED)


@dataclass(frozen=True)
class Outcomes:
    """Which runs were bad and which good; a run that is neither says nothing. One flag a row of the frame of runs."""

    about: Literal["work", "reporting"]
    bad: Flags
    good: Flags

    @property
    def known(self) -> Flags:
        """Return the runs of which one can tell."""
        return self.bad | self.good


def work(columns: Columns) -> Outcomes:
    """Return the told runs whose work was not done, and those whose work is proven.

    A failure that only a message tells of, where nothing could have proven the work, is neither.
    """
    is_unproven = np.asarray(columns.runs["flags"].str.contains(Flag.UNPROVEN.value, regex=False), dtype=np.bool_)
    bad = columns.among("verdict", *UNDONE) & ~is_unproven
    return Outcomes("work", bad & columns.told, columns.is_executed & columns.told)


def reporting(columns: Columns) -> Outcomes:
    """Return the told runs whose work is proven, and that were told wrongly or not at all, and those told rightly."""
    good = columns.among("verdict", Verdict.CONFIRMED) & columns.among("claim", Claim.SUCCESS)
    return Outcomes("reporting", columns.among("verdict", *MISTOLD) & columns.told, good & columns.told)
