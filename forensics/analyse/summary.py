"""Counts over the runs of the window, and the two rates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forensics.evidence.columns import Columns
from forensics.evidence.paired import Flags
from forensics.evidence.result import Summary
from forensics.verdicts import Claim, Evidence, Verdict


def summarise(runs: pd.DataFrame, owed: Flags, checkable: Flags) -> Summary:
    """Return the counts and rates of the runs in the window.

    ``owed`` are the runs from which a claim was due. The executed rate is that of the runs of which
    something can be said: those that are ``checkable``, and those that were judged without.
    """
    columns = Columns(runs)
    inside = columns.in_window
    said = owed & inside & columns.among("claim", Claim.SUCCESS)
    is_open = columns.among("verdict", Verdict.UNVERIFIABLE, Verdict.SKIPPED, Verdict.PENDING)
    known = columns.told & (checkable | ~is_open)
    return Summary(
        jobs=len(np.unique(columns.job[inside])),
        runs=int(inside.sum()),
        evidence=counts(runs.loc[inside, "evidence"], [each.value for each in Evidence]),
        verdicts={word: count for word, count in verdict_counts(runs.loc[inside, "verdict"]).items() if count},
        reported_success_rate=rate(said, owed & inside),
        executed_rate=rate(known & columns.is_executed, known),
    )


def verdict_counts(verdicts: pd.Series) -> dict[str, int]:
    """Return how often each verdict came, worst first."""
    return counts(verdicts, [verdict.value for verdict in Verdict])


def counts(words: pd.Series, order: list[str]) -> dict[str, int]:
    """Return how often each word stands there, in the order given."""
    found = words.value_counts()
    return {word: int(found.get(word, 0)) for word in order}


def rate(part: Flags, whole: Flags) -> float | None:
    """Return a share, None where there is nothing to share."""
    base = int(whole.sum())
    return int(part.sum()) / base if base else None
