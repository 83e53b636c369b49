"""What else is worth knowing of a run, and why it came to nothing where evidence shows that."""

from __future__ import annotations

from datetime import timedelta
from fnmatch import fnmatchcase

import numpy as np

from forensics.classify.clock_changes import clock_change, is_named_twice
from forensics.classify.facts import LATEST, Facts, nanos, per_run
from forensics.classify.host_down import outage_of
from forensics.classify.rules import RULES
from forensics.classify.scheduler_word import scheduler_causes
from forensics.config import Job, Mute
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import NAT, Flags, Ints, Paired, Window
from forensics.verdicts import Cause, Flag, Verdict

SECOND = 1_000_000_000
FAR = 2**61
Columns = dict[Flag, Flags]


def reason_is(chosen: Ints, *names: str) -> Flags:
    """Return the runs that were judged by one of these reasons."""
    return np.isin(chosen, [position for position, rule in enumerate(RULES) if rule.reason in names])


def verdict_is(chosen: Ints, *verdicts: Verdict) -> Flags:
    """Return the runs of one of these verdicts."""
    return np.isin(chosen, [position for position, rule in enumerate(RULES) if rule.verdict in verdicts])


def flags(paired: Paired, facts: Facts, chosen: Ints, mutes: tuple[Mute, ...], window: Window) -> Columns:
    """Return for each flag the runs that carry it."""
    runs, jobs = paired.runs, paired.jobs
    tolerance = nanos(jobs, "clock_tolerance")[runs.job]
    known_end = np.where(facts.recorded.is_noticed, NAT, facts.recorded.end_at)
    end_at = np.where(facts.executed_at != NAT, facts.executed_at, known_end)
    least = np.array([(job.min_duration or timedelta(0)).total_seconds() for job in jobs])[runs.job] * SECOND
    has_schedule = np.array([bool(job.interval) or has_due_times(job) for job in jobs], dtype=np.bool_)[runs.job]
    appeared = facts.executed | (facts.said.last > 0) | facts.said.has_started
    disagrees = (facts.status_good & ~facts.executed & facts.could_prove) | (facts.status_bad & facts.executed)
    return {
        Flag.LATE: is_proven_late(paired, facts) | is_made_up_for(paired),
        Flag.RECOVERED: reason_is(chosen, "recovered"),
        Flag.UNPROVEN: verdict_is(chosen, Verdict.FAILED) & ~facts.could_prove,
        Flag.PARTIAL: facts.outweighed,
        Flag.UNSCHEDULED: (runs.due == NAT) & has_schedule & ~is_left_out(paired),
        Flag.UNTRIGGERED: facts.covered & ~facts.triggered & appeared,
        Flag.OVERLAPPING: (end_at != NAT) & (end_at > next_begun(paired, facts)) & (end_at <= runs.own_end + tolerance),
        Flag.DUPLICATE_REPORTS: facts.said.is_doubled,
        Flag.REPORTING_GAP: reason_is(chosen, "proven_none_expected") & ~facts.is_quiet_by_policy,
        Flag.LEDGER_DISAGREES: disagrees,
        Flag.CLOCK_SKEW: skewed(paired, tolerance, window),
        Flag.BACKDATED: facts.shown.is_backdated,
        Flag.TOO_FAST: (least > 0) & (end_at != NAT) & (end_at - runs.start < least) & (end_at >= runs.start),
        Flag.TOO_SMALL: facts.shown.is_small,
        Flag.MUTED: muted(paired, mutes),
    }


def is_proven_late(paired: Paired, facts: Facts) -> Flags:
    """Return which runs were proven after the end of their own time."""
    runs, at = paired.runs, facts.executed_at
    tolerance = nanos(paired.jobs, "clock_tolerance")[runs.job]
    return np.asarray(facts.executed & (at != NAT) & (at > runs.own_end + tolerance), dtype=np.bool_)


def is_made_up_for(paired: Paired) -> Flags:
    """Return which runs were started later than any run may be: made up for, after their host or scheduler was back."""
    runs = paired.runs
    is_met = (runs.due != NAT) & (runs.triggered != NAT)
    lag = np.where(is_met, runs.triggered, 0) - np.where(is_met, runs.due, 0)
    return np.asarray(lag > nanos(paired.jobs, "start_grace")[runs.job], dtype=np.bool_)


def next_begun(paired: Paired, facts: Facts) -> Ints:
    """Return for each run when the next one of its job began that is known to have, LATEST where there is none."""
    runs, count = paired.runs, len(paired.runs)
    has_begun = facts.triggered | facts.begun | facts.executed | (runs.begun != NAT)
    rows = np.where(has_begun, np.arange(count), count)
    following = np.append(np.minimum.accumulate(rows[::-1])[::-1], count)[1:]
    is_same = np.append(runs.job, -1)[following] == runs.job
    return np.where(is_same, np.append(runs.start, LATEST)[following], LATEST)


def is_left_out(paired: Paired) -> Flags:
    """Return which recorded skips come when their job is due no more, as its scheduler has it switched off since."""
    runs = paired.runs
    ends = [min((each for each in (job.until, job.off_since) if each), default=None) for job in paired.jobs]
    off = np.array([FAR if end is None else round(end.timestamp()) * SECOND for end in ends], dtype=np.int64)
    return np.asarray((runs.triggered == NAT) & (runs.skipped != NAT) & (runs.skipped >= off[runs.job]), dtype=np.bool_)


def has_due_times(job: Job) -> bool:
    """Return whether a job's schedule gives it due times."""
    return job.schedule is not None and job.problem is None and not job.schedule.strip().endswith("@reboot")


def skewed(paired: Paired, tolerance: Ints, window: Window) -> Flags:
    """Return the runs with a row before their start by more than the tolerance, or after the instant of judging."""
    runs, count = paired.runs, len(paired.runs)
    found = np.zeros(count, dtype=np.bool_)
    for links in (paired.claims, paired.steps, paired.proofs):
        known = links.at != NAT
        is_off = known & ((links.at < runs.start[links.run] - tolerance[links.run]) | (links.at > window.now))
        found |= per_run(count, links.run, is_off)
    return found


def muted(paired: Paired, mutes: tuple[Mute, ...]) -> Flags:
    """Return the runs that fall into a mute of their job."""
    runs, found = paired.runs, np.zeros(len(paired.runs), dtype=np.bool_)
    due = np.where(runs.due != NAT, runs.due, runs.start)
    for mute in mutes:
        codes = [code for code, job in enumerate(paired.jobs) if any(fnmatchcase(job.name, glob) for glob in mute.jobs)]
        since = -FAR if mute.since is None else round(mute.since.timestamp()) * SECOND
        until = FAR if mute.until is None else round(mute.until.timestamp()) * SECOND
        found |= np.isin(runs.job, codes) & (due >= since) & (due < until)
    return found


def causes(paired: Paired, facts: Facts, chosen: Ints, evidence: Evidence) -> list[Cause | None]:
    """Return why each run came to nothing, None where no row shows it."""
    steps = facts.recorded
    is_bad = ~facts.executed
    found: list[Cause | None] = [None] * len(paired.runs)
    for mask, cause in (
        (steps.is_bad & is_bad & ~np.isnan(steps.exit_code) & (steps.exit_code != 0), Cause.EXIT_CODE),
        (steps.is_timed_out & is_bad, Cause.TIMED_OUT),
        (steps.is_boot_timeout & is_bad, Cause.BOOT_TIMEOUT),
        (steps.is_killed & is_bad, Cause.KILLED),
    ):
        for run in np.flatnonzero(mask):
            found[run] = cause
    for run in np.flatnonzero(verdict_is(chosen, Verdict.MISSED)):
        found[run] = clock_change(int(paired.runs.due[run]), paired.jobs[paired.runs.job[run]].timezone)
    for run in np.flatnonzero(verdict_is(chosen, Verdict.UNVERIFIABLE) & paired.overwritten & (paired.runs.due != NAT)):
        if is_lost_in_fold(paired, int(run)):
            found[run] = Cause.DST_FOLD
    is_missed, is_cut_off = verdict_is(chosen, Verdict.MISSED), verdict_is(chosen, Verdict.INTERRUPTED)
    for position, cause in scheduler_causes(paired, evidence, is_missed, is_cut_off, facts.executed):
        found[position] = cause
    outage = outage_of(paired, facts, evidence)
    for run in np.flatnonzero(verdict_is(chosen, Verdict.MISSED, Verdict.INTERRUPTED)):
        fell_into = outage(int(run))
        if fell_into is not None:
            found[run] = Cause.SCHEDULER_RESTART if fell_into.of else Cause.HOST_DOWN
    return found


def is_lost_in_fold(paired: Paired, run: int) -> bool:
    """Return whether a run's file was written again by the run of the same local time, an hour later."""
    code, due = int(paired.runs.job[run]), int(paired.runs.due[run])
    texts = [each.text for each in paired.patterns if each.job == code and each.role != "state" and each.is_shared]
    return any(is_named_twice(text, paired.jobs[code], due) for text in texts)
