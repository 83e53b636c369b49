"""Which runs count in a rate: from which of them a claim was due, and which of them could have been proven."""

from __future__ import annotations

import numpy as np

from forensics.classify.facts import Facts
from forensics.classify.flags import verdict_is
from forensics.classify.judged import Judged
from forensics.evidence.paired import Flags, Paired
from forensics.verdicts import Flag, Verdict


def owed(judged: Judged, paired: Paired) -> Flags:
    """Return the runs from which a claim was due.

    The job's policy asks for one, a message source covers the time, and the run was triggered, begun
    or proven.
    """
    facts = judged.facts
    seen = facts.triggered | facts.executed | has_begun(paired, facts)
    return np.asarray(counted(judged) & seen & facts.could_report & ~facts.is_quiet_by_policy, dtype=np.bool_)


def checkable(judged: Judged) -> Flags:
    """Return the runs whose work was proven, or would have been had it been done."""
    facts = judged.facts
    return np.asarray(counted(judged) & (facts.executed | facts.could_prove), dtype=np.bool_)


def counted(judged: Judged) -> Flags:
    """Return the runs that enter rates at all: neither muted, nor left out on purpose, nor still open."""
    left_out = judged.flags[Flag.MUTED] | verdict_is(judged.rule, Verdict.SKIPPED, Verdict.PENDING)
    return np.asarray(~left_out, dtype=np.bool_)


def has_begun(paired: Paired, facts: Facts) -> Flags:
    """Return the runs of which anything shows that they began: the runner, a file, or a message."""
    noted = np.bincount(paired.steps.run, minlength=len(paired.runs)) > 0
    return np.asarray(facts.begun | noted, dtype=np.bool_)
