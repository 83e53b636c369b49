"""Whether the messages themselves can be believed: what they said, held against what is proven."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from forensics.analyse.baseline import Baseline, baseline_of, is_far_under
from forensics.analyse.wording import percent, share
from forensics.evidence.columns import Columns
from forensics.evidence.memory import PastRate
from forensics.evidence.paired import Flags
from forensics.evidence.result import ReportingCheck
from forensics.verdicts import Claim

ENOUGH_PROOF = 0.5
RARE = 0.05
# Fewer false alarms are single slips.
SEVERAL = 5


@dataclass(frozen=True)
class Tally:
    """Runs from which a message was due: how many said success, are proven, could be checked, are proven or said so.

    ``denied`` said failure; of these ``denied_and_proven`` did their work.
    """

    owed: int
    said: int
    proven: int
    checkable: int
    proven_and_said: int
    proven_or_said: int
    denied: int = 0
    denied_and_proven: int = 0

    @property
    def rate(self) -> float:
        """Return the share of the runs that said success."""
        return self.said / self.owed if self.owed else 0.0


def check_reporting(
    runs: pd.DataFrame, owed: Flags, checkable: Flags, threshold: float, rates: Sequence[PastRate] = ()
) -> ReportingCheck:
    """Return whether the reporting of the window can be believed; ``rates`` are those of earlier reports.

    It is suspect when its rate is under the threshold and would not be, had every proven run said
    success; or when so few of the proven runs said success that chance does not explain it; or when it
    lies far under its own baseline. Where the work is missing as well as the message, the message is
    not to blame.
    """
    tally, usual = tallied(Columns(runs), owed, checkable), baseline_of(rates, threshold)
    status, reason = judged(tally, threshold, usual)
    check = ReportingCheck(status, reason, threshold, tally.said, tally.owed, tally.proven, tally.checkable)
    if usual is None:
        return check
    return replace(
        check,
        baseline=usual.rate,
        usual_said=usual.said,
        usual_owed=usual.owed,
        usual_nights=len(usual.nights),
    )


def tallied(columns: Columns, owed: Flags, checkable: Flags) -> Tally:
    """Return the counts of a window."""
    due = owed & columns.in_window
    said, proven = due & columns.among("claim", Claim.SUCCESS), due & columns.is_executed
    denied = due & columns.among("claim", Claim.FAILURE)
    masks = (due, said, proven, due & checkable, proven & said, proven | said, denied, denied & proven)
    return Tally(*(int(mask.sum()) for mask in masks))


def judged(tally: Tally, threshold: float, usual: Baseline | None = None) -> tuple[str, str]:
    """Return the status and its reason."""
    said = f"said success {share(tally.said, tally.owed)}"
    proven = f"work proven {share(tally.proven, tally.owed)}"
    limit = f"the threshold of {percent(threshold, 1)}"
    if not tally.owed:
        return "unknown", "no run from which a message was due"
    if tally.rate < threshold and is_to_blame(tally, threshold):
        return "suspect", f"{said}, under {limit}, while {proven}"
    if usual is not None and is_far_under(usual, tally.rate, tally.proven_and_said, tally.proven):
        return "suspect", f"{said}, far under the usual {percent(usual.said, usual.owed)}, while {proven}"
    if tally.checkable < ENOUGH_PROOF * tally.owed:
        return "unknown", f"{said}, but proof could be had for only {share(tally.checkable, tally.owed)}"
    if tally.rate < threshold:
        return "ok", f"{said} is under {limit}, but so is the work, proven {share(tally.proven, tally.owed)}"
    return "ok", f"{said}, {proven}{false_alarms(tally)}"


def false_alarms(tally: Tally) -> str:
    """Return that most failure messages are false, which the rate of success alone may not show; empty elsewhere."""
    if tally.denied_and_proven < SEVERAL or 2 * tally.denied_and_proven <= tally.denied:
        return ""
    return f"; but of the failure messages {share(tally.denied_and_proven, tally.denied)} are false alarms"


def is_to_blame(tally: Tally, threshold: float) -> bool:
    """Return whether it is the messages that bring the rate under the threshold, and not missing work."""
    would_reach = tally.proven_or_said >= threshold * tally.owed and tally.proven > tally.proven_and_said
    return would_reach or chance(tally.proven_and_said, tally.proven, threshold) < RARE


def chance(said: int, of: int, rate: float) -> float:
    """Return how likely it is at most that so few of some runs say success, if each does at that rate.

    Chernoff's bound on the lower tail of a binomial: exact where none said it, cautious elsewhere.
    """
    if not of or said >= rate * of:
        return 1.0
    if rate >= 1:
        return 0.0
    seen = said / of
    distance = (seen * math.log(seen / rate) if seen else 0.0) + (1 - seen) * math.log((1 - seen) / (1 - rate))
    return math.exp(-of * distance)
