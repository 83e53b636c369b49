"""What the contract says of each run, given the rows of evidence that were written for it.

This is the rule table of the product's contract a second time, written apart from the product:
each row of evidence is known by the run that caused it, so nothing has to be matched here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.fleet_jobs import HOUR, MINUTE, Job
from benchmarks.fleet_kinds import BOOTED, COMPLETED, FAILED, NEVER, TIMED_OUT
from benchmarks.fleet_runs import TOLERANCE

GRACE = 10 * MINUTE
LONGEST = 6 * HOUR
FAR = np.iinfo(np.int64).max // 4

Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Lanes:
    """Which lanes can speak at all."""

    triggers: bool = True
    notifications: bool = True


@dataclass(frozen=True)
class Facts:
    """What is known of each run, by columns as long as the runs. Times in ms, NEVER where there is none."""

    triggered: Ints
    skipped: Flags
    executed: Flags
    executed_at: Ints
    begun: Flags
    claim: Ints
    claim_at: Ints
    skip_claim: Flags
    ended: Flags
    end_at: Ints
    exit_bad: Flags
    killed: Flags
    covered: Flags
    start: Ints
    first: Ints


def earliest(runs: Ints, at: Ints, count: int) -> Ints:
    """Return the smallest time of each run, FAR where it has none."""
    found = np.full(count, FAR, dtype=np.int64)
    np.minimum.at(found, runs, at)
    return found


def last_row(rows: pd.DataFrame, count: int) -> Ints:
    """Return the position of each run's last row in time, -1 where it has none."""
    order = np.lexsort((np.arange(len(rows)), rows["at"].to_numpy()))
    found = np.full(count, -1, dtype=np.int64)
    found[rows["run"].to_numpy()[order]] = order
    return found


def gather_facts(
    jobs: Sequence[Job], runs: pd.DataFrame, triggers: pd.DataFrame, messages: pd.DataFrame, files: pd.DataFrame,
    life: pd.DataFrame, covered_from: Ints,
) -> Facts:  # fmt: skip
    """Return what the rows of evidence say of each run.

    ``covered_from`` is since when the paths of each run can tell anything.
    """
    count = len(runs)
    job = runs["job"].to_numpy()
    due = runs["due"].to_numpy()
    triggered, skipped = _triggers(triggers, count)
    claim, claim_at = _claims(messages, count)
    codes, said_by = messages["claim"].to_numpy(), messages["run"].to_numpy()
    end_row = last_row(_ends(life), count)
    ends = _ends(life)
    end_at = np.where(end_row >= 0, ends["at"].to_numpy()[end_row] if len(ends) else NEVER, NEVER)
    exit_bad, killed = _bad_ends(ends, life, end_row, count)
    proof_at, whole, some, small = _proof(jobs, job, files, ends, end_row, count)
    outweighed = (exit_bad | killed) & (proof_at <= end_at)
    begins = np.bincount(life["run"].to_numpy(), minlength=count) > 0 if len(life) else np.zeros(count, dtype=bool)
    life_start = earliest(life["run"].to_numpy(), life["at"].to_numpy(), count)
    first = np.minimum.reduce(
        [earliest(rows["run"].to_numpy(), rows["at"].to_numpy(), count) for rows in (triggers, messages, files, life)]
    )
    start = np.where(
        triggered != NEVER, triggered, np.where(life_start < FAR, life_start, np.where(due != NEVER, due, first))
    )
    proves = np.array([one.proves or one.runner for one in jobs])[job]
    return Facts(
        triggered=triggered,
        skipped=skipped,
        executed=whole & ~outweighed,
        executed_at=np.where(whole, proof_at, NEVER),
        begun=begins | some | small | _any(said_by[codes == ord("B")], count),
        claim=claim,
        claim_at=claim_at,
        skip_claim=_any(said_by[codes == ord("K")], count),
        ended=end_row >= 0,
        end_at=end_at,
        exit_bad=exit_bad,
        killed=killed,
        covered=proves & (start - TOLERANCE >= covered_from),
        start=start,
        first=first,
    )


def _any(runs: Ints, count: int) -> Flags:
    found = np.zeros(count, dtype=bool)
    found[runs] = True
    return found


def _triggers(triggers: pd.DataFrame, count: int) -> tuple[Ints, Flags]:
    run, at, skip = (triggers[name].to_numpy() for name in ("run", "at", "skip"))
    started = skip == 0
    when = earliest(run[started], at[started], count)
    return np.where(when < FAR, when, NEVER), _any(run[~started], count)


def _claims(messages: pd.DataFrame, count: int) -> tuple[Ints, Ints]:
    """Return each run's last claim of success or failure (0 where there is none) and its time."""
    outcome = messages[messages["claim"].isin([ord("S"), ord("F")])].reset_index(drop=True)
    row = last_row(outcome, count)
    if not len(outcome):
        return np.zeros(count, dtype=np.int64), np.full(count, NEVER)
    claim = np.where(row >= 0, outcome["claim"].to_numpy()[row], 0)
    return claim, np.where(row >= 0, outcome["at"].to_numpy()[row], NEVER)


def _ends(life: pd.DataFrame) -> pd.DataFrame:
    return life[life["event"].isin([COMPLETED, FAILED, TIMED_OUT])].reset_index(drop=True)


def _bad_ends(ends: pd.DataFrame, life: pd.DataFrame, end_row: Ints, count: int) -> tuple[Flags, Flags]:
    """Return which runs ended by an exit code or a boot time-out, and which by a kill or a later time-out."""
    if not len(ends):
        return np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    has = end_row >= 0
    event = np.where(has, ends["event"].to_numpy()[end_row], -1)
    code = np.where(has, ends["code"].to_numpy()[end_row], -1)
    booted = _any(life["run"].to_numpy()[life["event"].to_numpy() == BOOTED], count)
    signal = (code >= 129) & (code <= 165)
    killed = (event == FAILED) & signal | (event == TIMED_OUT) & booted
    return (event == FAILED) & ~signal | (event == TIMED_OUT) & ~booted, killed


def _proof(
    jobs: Sequence[Job], job: Ints, files: pd.DataFrame, ends: pd.DataFrame, end_row: Ints, count: int
) -> tuple[Ints, Flags, Flags, Flags]:
    """Return the time of proof, and whether it is whole, there in part only, and a file too small."""
    run, at, slot, size = (files[name].to_numpy() for name in ("run", "at", "slot", "size"))
    good = size > 0
    by_slot = [earliest(run[good & (slot == n)], at[good & (slot == n)], count) for n in range(3)]
    pair = np.array([one.pair for one in jobs])[job]
    proves = np.array([one.proves for one in jobs])[job]
    both = np.where(pair, np.maximum(by_slot[0], by_slot[1]), by_slot[0])
    whole = proves & (both < FAR) | (by_slot[2] < FAR)
    proof_at = np.minimum(both, by_slot[2])
    some = ~whole & ((by_slot[0] < FAR) | (by_slot[1] < FAR))
    if len(ends):
        runner = ~proves & np.array([one.runner for one in jobs])[job] & (end_row >= 0)
        completed = runner & (ends["event"].to_numpy()[end_row] == COMPLETED)
        whole, proof_at = whole | completed, np.where(completed, ends["at"].to_numpy()[end_row], proof_at)
    return proof_at, whole, some, _any(run[~good], count)


def judge(jobs: Sequence[Job], runs: pd.DataFrame, facts: Facts, now: int, lanes: Lanes) -> np.ndarray[Any, Any]:
    """Return the verdict of each run: the first row of the contract's table that holds."""
    expects = np.array([one.reports == "always" for one in jobs])[runs["job"].to_numpy()] & lanes.notifications
    due = runs["due"].to_numpy() != NEVER
    failure, success = facts.claim == ord("F"), facts.claim == ord("S")
    silent = ~failure & ~success
    begun_only = facts.begun & ~facts.ended & silent
    unheard = lanes.triggers & (facts.triggered == NEVER) & silent & ~facts.begun & ~facts.ended
    early = np.where(facts.executed, now <= facts.executed_at + GRACE, ~_settled(jobs, runs, facts, now))
    rows = (
        ("false_alarm", failure & facts.executed & (facts.executed_at <= facts.claim_at + TOLERANCE)),
        ("confirmed", facts.executed & (success | (silent & ~expects))),
        ("pending", early),
        ("unreported", facts.executed),
        ("skipped", facts.skipped | (facts.skip_claim & silent)),
        ("interrupted", begun_only | (facts.killed & ~success)),
        ("failed", failure),
        ("silent_failure", facts.exit_bad & silent),
        ("missed", due & unheard),
        ("unverifiable", ~facts.covered & ~facts.exit_bad & ~facts.killed),
        ("false_success", success),
        ("silent_failure", (facts.triggered != NEVER) | facts.begun | facts.ended),
        ("missed", due),
    )
    return np.select([holds for _, holds in rows], [name for name, _ in rows], default="unverifiable")


def _settled(jobs: Sequence[Job], runs: pd.DataFrame, facts: Facts, now: int) -> Flags:
    """Return which runs can be judged for good."""
    job = runs["job"].to_numpy()
    explicit = np.array([one.max_duration or 0 for one in jobs])[job]
    from_due = np.where(runs["due"].to_numpy() != NEVER, runs["due"].to_numpy(), facts.start)
    longest = np.where(explicit > 0, explicit, np.minimum(runs["next_due"].to_numpy() - from_due, LONGEST))
    outcome = facts.claim != 0
    by_end = facts.ended & (outcome | (now > facts.end_at + GRACE))
    by_claim = (facts.claim == ord("F")) & (now > facts.claim_at + GRACE)
    settled: Flags = by_end | by_claim | facts.skipped | (now > facts.start + GRACE + longest + GRACE)
    return settled


def evidence_class(facts: Facts) -> np.ndarray[Any, Any]:
    """Return the class of evidence of each run."""
    claimed = facts.claim != 0
    return np.select(
        [facts.executed & claimed, facts.executed, claimed], ["both", "executed", "reported"], default="neither"
    )
