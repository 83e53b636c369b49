"""Whether a job is reported as it used to be: its own history, which one channel's good average hides.

Only runs whose work is proven count, so that a job which fails is not taken for one that is not reported. The newest
reports in which it was told badly stand against those before, by the exact binomial of ``baseline``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from forensics.analyse.baseline import lower_tail
from forensics.evidence.columns import Columns
from forensics.evidence.memory import JobRate, PastRate
from forensics.evidence.paired import Flags
from forensics.evidence.result import Unlike
from forensics.verdicts import Claim

LEAST_NIGHTS, LEAST_USUAL = 5, 10
LEAST_DROP = 0.3
RARE = 0.01
Key = tuple[str, str | None]


def job_rates(columns: Columns, owed: Flags) -> tuple[JobRate, ...]:
    """Return of each job with proven runs in the window how many of them said success."""
    rows = np.flatnonzero(owed & columns.in_window & columns.is_executed)
    said = columns.among("claim", Claim.SUCCESS)
    counts: dict[Key, tuple[int, int]] = {}
    names, hosts = columns.texts["job"], columns.texts["host"]
    for row in rows.tolist():
        key = (names[row], hosts[row])
        good, proven = counts.get(key, (0, 0))
        counts[key] = (good + int(said[row]), proven + 1)
    ordered = sorted(counts, key=lambda key: (key[0], key[1] or ""))
    return tuple(JobRate(*key, *counts[key]) for key in ordered)


def unlike_before(now: Sequence[JobRate], rates: Sequence[PastRate], threshold: float) -> tuple[Unlike, ...]:
    """Return the jobs that are reported far less than they used to be, most clearly so first.

    Among so many jobs one is rare by chance: the level is shared among them (Bonferroni).
    """
    history: dict[Key, list[JobRate]] = {}
    for night in rates:
        for each in night.jobs:
            history.setdefault((each.job, each.host), []).append(each)
    found = [
        told
        for each in now
        for told in unlike([*history.get((each.job, each.host), ()), each], threshold)
        if told.p_value * len(now) < RARE
    ]
    return tuple(sorted(found, key=lambda told: (told.p_value, told.job, told.host or "")))


def unlike(nights: Sequence[JobRate], threshold: float) -> Iterator[Unlike]:
    """Yield a job whose newest nights in a row were told badly, held against those before; oldest come first."""
    badly = 0
    while badly < len(nights) and nights[-1 - badly].said < threshold * nights[-1 - badly].proven:
        badly += 1
    before, recent = nights[: len(nights) - badly], nights[len(nights) - badly :]
    said, proven = sum(each.said for each in recent), sum(each.proven for each in recent)
    usual_said, usual_proven = sum(each.said for each in before), sum(each.proven for each in before)
    if not proven or len(before) < LEAST_NIGHTS or usual_proven < LEAST_USUAL:
        return
    if usual_said / usual_proven - said / proven < LEAST_DROP:
        return
    # Half a miss more than there were: a history without one does not make the first a wonder.
    p_value = lower_tail(said, proven, (usual_said + 0.5) / (usual_proven + 1))
    yield Unlike(nights[-1].job, nights[-1].host, said, proven, badly, usual_said, usual_proven, p_value)
