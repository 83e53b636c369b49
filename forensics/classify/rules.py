"""The rules that name what became of a run: an ordered list, the first that holds wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forensics.classify.facts import FAILURE, SUCCESS, Facts
from forensics.evidence.paired import NAT, Flags, Paired
from forensics.verdicts import Verdict


def flags_of(holds: object) -> Flags:
    """Return a comparison's outcome as an array of booleans."""
    return np.asarray(holds, dtype=np.bool_)


@dataclass(frozen=True)
class Case:
    """The runs, as a rule looks at them."""

    facts: Facts
    due: Flags
    tolerance: np.typing.NDArray[np.int64]

    @property
    def claims_success(self) -> Flags:
        """The last claim is success."""
        return flags_of(self.facts.said.last == SUCCESS)

    @property
    def claims_failure(self) -> Flags:
        """The last claim is failure."""
        return flags_of(self.facts.said.last == FAILURE)

    @property
    def is_silent(self) -> Flags:
        """Nobody claimed success or failure."""
        return flags_of(self.facts.said.last == 0)

    @property
    def done_when_said(self) -> Flags:
        """The proof is not younger than the last claim; a moment does not count, nor an unknown time."""
        at = self.facts.executed_at
        return flags_of((at == NAT) | (at <= self.facts.said.last_at + self.tolerance))

    @property
    def has_ended(self) -> Flags:
        """The runner recorded an end."""
        return flags_of(self.facts.recorded.end >= 0)


@dataclass(frozen=True)
class Rule:
    """A verdict, when it holds, and the name of its reason."""

    verdict: Verdict
    holds: Callable[[Case], Flags]
    reason: str


def _cut_off(case: Case) -> Flags:
    steps = case.facts.recorded
    return (steps.is_killed | steps.is_timed_out) & ~case.claims_success


def _broke_off(case: Case) -> Flags:
    return case.facts.begun & ~case.has_ended & case.is_silent


def _skipped(case: Case) -> Flags:
    facts = case.facts
    is_left_out = facts.skipped & ~(facts.triggered & (facts.begun | case.has_ended))
    return is_left_out | (facts.said.has_skipped & case.is_silent)


def _silent_end(case: Case) -> Flags:
    steps = case.facts.recorded
    return (steps.is_bad | steps.is_boot_timeout) & case.is_silent


def _not_triggered(case: Case) -> Flags:
    facts = case.facts
    return case.due & facts.covered & ~facts.triggered & case.is_silent & ~_stirred(case)


def _stirred(case: Case) -> Flags:
    """Anything shows that the run began or ended, were it only that it began to boot."""
    return case.facts.begun | case.has_ended | case.facts.recorded.has_tried


def _too_early(case: Case) -> Flags:
    facts = case.facts
    awaited = facts.executed & case.is_silent & ~facts.none_expected & facts.may_still_report
    return awaited | (~facts.executed & ~facts.settled)


RULES: tuple[Rule, ...] = (
    Rule(Verdict.FALSE_ALARM, lambda c: c.claims_failure & c.facts.executed & c.done_when_said, "proven_by_then"),
    Rule(Verdict.CONFIRMED, lambda c: c.facts.executed & c.claims_success, "proven_and_said"),
    Rule(Verdict.CONFIRMED, lambda c: c.facts.executed & c.is_silent & c.facts.none_expected, "proven_none_expected"),
    Rule(Verdict.PENDING, _too_early, "too_early"),
    Rule(Verdict.UNREPORTED, lambda c: c.facts.executed & c.is_silent, "proven_not_said"),
    Rule(Verdict.UNREPORTED, lambda c: c.facts.executed & c.claims_failure, "recovered"),
    Rule(Verdict.SKIPPED, _skipped, "left_out"),
    Rule(Verdict.INTERRUPTED, _cut_off, "cut_off"),
    Rule(Verdict.INTERRUPTED, _broke_off, "broke_off"),
    Rule(Verdict.FAILED, lambda c: c.claims_failure, "said_failed"),
    Rule(Verdict.SILENT_FAILURE, _silent_end, "ended_badly"),
    Rule(Verdict.MISSED, _not_triggered, "not_triggered"),
    Rule(Verdict.UNVERIFIABLE, lambda c: ~c.facts.could_prove & ~c.facts.recorded.is_bad, "out_of_reach"),
    Rule(Verdict.FALSE_SUCCESS, lambda c: c.claims_success, "said_done"),
    Rule(Verdict.SILENT_FAILURE, lambda c: c.facts.triggered | _stirred(c), "left_nothing"),
    Rule(Verdict.MISSED, lambda c: c.due, "not_seen"),
    Rule(Verdict.UNVERIFIABLE, lambda c: np.ones(len(c.due), dtype=np.bool_), "nothing_known"),
)


def judge(paired: Paired, facts: Facts) -> np.typing.NDArray[np.int64]:
    """Return for each run the position in RULES of the first rule that holds."""
    tolerance = np.array([round(job.clock_tolerance.total_seconds() * 1e9) for job in paired.jobs], dtype=np.int64)
    case = Case(facts, paired.runs.due != NAT, tolerance[paired.runs.job])
    chosen = np.full(len(paired.runs), len(RULES) - 1, dtype=np.int64)
    is_open = np.ones(len(paired.runs), dtype=np.bool_)
    for position, rule in enumerate(RULES):
        holds = is_open & rule.holds(case)
        chosen[holds] = position
        is_open &= ~holds
    return chosen
