"""Runs of which nothing can tell what they came to, and from when on others can be told."""

from __future__ import annotations

from collections.abc import Sequence

from forensics.report.columns import RunColumns
from forensics.report.view_runs import moment
from forensics.verdicts import Flag, Verdict


def unprovable(runs: RunColumns) -> list[bool]:
    """Return for each run whether nothing could have proven its work."""
    return [
        verdict == Verdict.UNVERIFIABLE or bool(flags and Flag.UNPROVEN in flags.split())
        for verdict, flags in zip(runs.verdict, runs.flags, strict=True)
    ]


def told_from(runs: RunColumns, unseen: Sequence[bool]) -> int | None:
    """Return from when on runs can be told, where all that cannot be are older and several; None elsewhere."""
    blind = [moment(runs, at) for at, is_unseen in enumerate(unseen) if is_unseen]
    if len(blind) < 2:
        return None
    newest, begin = max(blind), None
    for at, is_unseen in enumerate(unseen):
        if not is_unseen and runs.verdict[at] not in (Verdict.PENDING, Verdict.SKIPPED):
            instant = moment(runs, at)
            if instant <= newest:
                return None
            begin = instant if begin is None else min(begin, instant)
    return begin
