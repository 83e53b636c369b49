"""What only all files together can tell of runs: patterns that are misspelt, and files that were never deleted.

It is asked once all runs are known, as a fleet may have been matched in parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from forensics.evidence.coverage import Coverage
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Flags, Ints, Paired, Window
from forensics.evidence.schema import nanoseconds
from forensics.match.cleaned import changed, still_there
from forensics.match.jobfiles import JobFiles
from forensics.match.jobtable import job_table
from forensics.match.near import near_paths
from forensics.match.proofs import REACH
from forensics.match.resolve import texts


def with_whole_tree(paired: Paired, files: JobFiles, evidence: Evidence, coverage: Coverage, window: Window) -> Paired:
    """Return the runs with what is known of their proof by all files; ``files`` knows which pattern each fits."""
    near = patterns_like(paired, files, evidence, window)
    first = {each.number: each.cleaned_before for each in paired.patterns if each.cleaned_before is not None}
    kept = still_there(first, files, evidence) | changed(paired, coverage)
    patterns = tuple(
        replace(each, near=near.get(each.number), cleaned_before=None if each.number in kept else each.cleaned_before)
        for each in paired.patterns
    )
    told = replace(paired, patterns=patterns)
    return replace(told, overwritten=told.overwritten | out_of_sight(told))


def patterns_like(paired: Paired, files: JobFiles, evidence: Evidence, window: Window) -> Mapping[int, str]:
    """Return for each pattern that fits nothing the path that it may have been meant for."""
    mtime = nanoseconds(evidence.artifacts["at"])
    met = set(files.among(paired.fitting).wanted.tolist())
    if all(each.number in met or each.role == "state" for each in files.patterns):
        return {}
    is_free = (mtime >= window.since - REACH) & ~evidence.artifacts["is_folder"].to_numpy()
    is_free[paired.fitting] = False
    rows = np.flatnonzero(is_free)
    free = [path or "" for path in texts(evidence.artifacts["path"].iloc[rows])]
    return near_paths(files.patterns, met, free, mtime[rows], paired.runs, job_table(paired.jobs))


def out_of_sight(paired: Paired) -> Flags:
    """Return the runs whose file cannot be seen: its pattern is most likely misspelt, or it was most likely deleted."""
    runs, lost = paired.runs, np.zeros(len(paired.runs), dtype=np.bool_)
    bounds: Ints = np.searchsorted(runs.job, np.arange(len(paired.jobs) + 1))
    for each in paired.patterns:
        mine = slice(int(bounds[each.job]), int(bounds[each.job + 1]))
        if each.near is not None:
            lost[mine] = True
        if each.cleaned_before is not None:
            lost[mine] |= runs.start[mine] < each.cleaned_before
    return lost
