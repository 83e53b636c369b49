"""What else might explain that a host's rows stand off, and whose clock it is if nothing does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forensics.match.clock_hosts import Hosts
from forensics.match.clock_signals import Clockwork
from forensics.match.jobtable import JobTable
from forensics.match.lags import (
    DISSENT,
    EARLY,
    MANY_JOBS,
    REPORTING,
    STARTING,
    Floats,
    Gaps,
    Habit,
    Lag,
    gaps_between,
    steady_lag,
)
from forensics.match.spans import SECOND, Flags, Ints, at, keys, latest_before
from forensics.match.spine import Signals

SAME = 5.0
REPORTS_AT_START, PROMPT_ELSEWHERE, TIGHT = 0.5, 0.3, 0.6
WORK_BEFORE_START, FEWEST_PAIRS = 0.2, 5
SPARSE, WRAPPED, NEAR = 1.5, 0.3, 0.5
HARMLESS, TELLING_ALONE = 60.0, 1200.0
HALF_HOUR, ROUND = 1800.0, 20.0


@dataclass(frozen=True)
class Standing:
    """How one host's clocks stand, before anything is decided.

    ``started`` and ``begun`` are how far triggers and the runner's starts stand off the due times, ``said`` how far
    messages stand off what they report; ``at_once`` is the share of its messages that come promptly as clocks are.
    """

    host: str | None
    work: Clockwork
    started: Lag | None
    begun: Lag | None
    said: Lag | None
    at_once: float


def standings_of(work: Clockwork, hosts: Hosts) -> list[Standing]:
    """Return how the clocks of all hosts stand that report or start anything, in order of their names."""
    at_once = by_host(gaps_between(work.proofs, work.reports, REPORTING.at_once), REPORTING.at_once, hosts)
    settled = ~mixed_hosts(work, hosts)
    for causes, effects, habit in relations(work):
        within, least = habit.settled
        share = by_host(gaps_between(causes, effects, within), within, hosts)
        settled &= np.isnan(share) | (share >= least)
    order = sorted(range(len(hosts.names)), key=lambda host: hosts.names[host] or "")
    return [
        Standing(hosts.names[host], work, None, None, None, float(np.nan_to_num(at_once[host])))
        if settled[host]
        else standing(hosts.names[host], work.of_host(host, hosts), float(np.nan_to_num(at_once[host])))
        for host in order
    ]


def relations(work: Clockwork) -> tuple[tuple[Signals, Signals, Habit], ...]:
    """Return what should promptly follow what, and how."""
    return (
        (work.dues, work.starts, STARTING),
        (work.dues, work.begun, STARTING),
        (work.proofs, work.reports, REPORTING),
    )


def by_host(gaps: Gaps, within: float, hosts: Hosts) -> Floats:
    """Return the mean share of effects that come so soon, host by host; NaN for those without any."""
    host, prompt = hosts.of_job[gaps.jobs], gaps.prompt(-EARLY, within)
    total, weight = (np.bincount(host, each, len(hosts.names)) for each in (prompt * gaps.weight, gaps.weight))
    return np.where(weight > 0, total / np.maximum(weight, 1.0), np.nan)


def mixed_hosts(work: Clockwork, hosts: Hosts) -> Flags:
    """Return the hosts with records of jobs that are at home elsewhere: those means say nothing of them."""
    mixed = np.zeros(len(hosts.names), dtype=np.bool_)
    for table, each in (("triggers", work.starts), ("lifecycle", work.begun)):
        own, home = hosts.of_row[table][each.row], hosts.of_job[each.job]
        mixed[own[own != home]] = True
        mixed[home[own != home]] = True
    return mixed


def standing(host: str | None, work: Clockwork, at_once: float) -> Standing:
    """Return how one host's clocks stand."""
    begun = steady_lag(work.dues, work.begun, STARTING)
    work = replace(work, ended=moved(work.ended, begun))
    said = steady_lag(work.proofs, work.reports, REPORTING)
    return Standing(host, work, steady_lag(work.dues, work.starts, STARTING), begun, said, at_once)


def moved(events: Signals, lag: Lag | None) -> Signals:
    """Return events as they would stand if they did not lag."""
    return events if lag is None else replace(events, at=events.at - round(lag.seconds * SECOND))


def is_zone(seconds: float) -> bool:
    """Return whether an offset is of whole half hours, as that of a wrong zone is."""
    return abs(seconds) > HALF_HOUR / 2 and abs(seconds - round(seconds / HALF_HOUR) * HALF_HOUR) <= ROUND


def is_clock(one: Standing, lag: Lag, starts: Signals, table: JobTable) -> bool:
    """Return whether starts are off by their clock: early, later than any start may be, or later than their work."""
    if lag.seconds < 0 or lag.seconds > int(table.start_grace[np.unique(starts.job)].max()) / SECOND:
        return True
    shown = one.work.proofs.with_others(one.work.reports)
    before = gaps_between(shown, starts, lag.seconds)
    return int((before.prompt(2 * EARLY, lag.seconds - EARLY) >= WORK_BEFORE_START).sum()) >= min(2, lag.jobs)


def shared_lag(one: Standing) -> Lag | None:
    """Return how far a host's logs and files together stand off the due times, None where they do not."""
    found = next((lag for lag in (one.started, one.begun) if lag is not None and files_share(one, lag)), None)
    if found is not None or one.said is None:
        return found
    theirs = replace(one.said, seconds=-one.said.seconds)
    is_theirs = any(fits_better(one.work.dues, each, theirs, STARTING) for each in (one.work.starts, one.work.begun))
    return theirs if is_theirs else None


def files_share(one: Standing, lag: Lag) -> bool:
    """Return whether files go by the clock of a log that is off: messages come promptly once they are corrected."""
    if one.said is not None:
        return abs(one.said.seconds + lag.seconds) <= SAME
    return fits_better(one.work.made, one.work.reports, replace(lag, seconds=-lag.seconds), REPORTING)


def fits_better(causes: Signals, effects: Signals, lag: Lag, habit: Habit) -> bool:
    """Return whether a lag that something else tells fits better here than none, for nearly all that can tell."""
    gaps = gaps_between(causes, effects, abs(lag.seconds) + habit.usual)
    then, now = (gaps.prompt(each - 2 * EARLY, each + habit.prompt + 2 * EARLY) for each in (lag.seconds, 0.0))
    better, worse = then - now > gaps.clearly, now - then > gaps.clearly
    runs = float((then * gaps.count)[better].sum())
    return runs >= FEWEST_PAIRS and worse.sum() <= DISSENT * better.sum() and gaps.mean(then) >= habit.least_prompt


def is_told_by_messages(one: Standing, said: Lag, standings: list[Standing]) -> bool:
    """Return whether messages that stand off tell of a clock: not of reports at the start, nor of slow reporters."""
    if said.seconds < 0:
        starts = one.work.starts if len(one.work.starts.at) else one.work.dues
        early = gaps_between(starts, one.work.reports, REPORTING.usual)
        known = early.mean(early.prompt(-EARLY, REPORTING.prompt)) * len(early.jobs) / max(1, said.jobs_known)
        return known < REPORTS_AT_START
    others = [other for other in standings if other is not one]
    sooner = [other for other in others if other.said is not None and other.said.seconds < said.seconds - 2 * SAME]
    prompt = [other for other in others if other.at_once >= PROMPT_ELSEWHERE]
    return bool(sooner or prompt) or (said.share >= TIGHT and said.jobs >= MANY_JOBS)


def runs_go_with(dues: Signals, shown: Signals, seconds: float) -> bool | None:
    """Return whether what runs leave comes sooner after its due times if it is moved by so much; None if nothing tells.

    Rows that are stamped too early come before the due times of short runs, and seem to take nearly up to the next
    one; of rows that are stamped too late none lies nearer to its due time than they are to be moved.
    """
    stamped, corrected = durations(dues, shown, seconds)
    if not len(stamped):
        return None
    least = max(1.0, WRAPPED * len(stamped))
    if seconds > 0:
        return float((stamped > corrected).sum()) >= least
    if float((corrected > stamped).sum()) >= least or -seconds < HARMLESS:
        return False
    is_short = int((corrected < NEAR * -seconds).sum())
    return is_short >= (1 if -seconds > TELLING_ALONE else 2)


def durations(dues: Signals, shown: Signals, shift: float) -> tuple[Floats, Floats]:
    """Return how long after its due times each job's rows come, as stamped and moved by so many seconds.

    Only jobs count that are due rarely enough to tell the two apart. In seconds.
    """
    shown = shown.where(np.isin(shown.job, rarely_due(dues, np.unique(shown.job), SPARSE * abs(shift))))
    origin = int(dues.at[0]) if len(dues.at) else 0
    known = keys(dues.job, dues.at, origin)
    moments = [shown.at, shown.at + round(shift * SECOND)]
    before = [latest_before(known, dues.job, keys(shown.job, each, origin), shown.job) for each in moments]
    is_after = (before[0] >= 0) & (before[1] >= 0)
    took = [(moment - at(dues.at, row)) / SECOND for moment, row in zip(moments, before, strict=True)]
    codes = np.unique(shown.job[is_after])
    middles = [[float(np.median(each[is_after & (shown.job == code)])) for code in codes] for each in took]
    return np.array(middles[0]), np.array(middles[1])


def rarely_due(dues: Signals, codes: Ints, seconds: float) -> list[int]:
    """Return the jobs that are mostly due less often than every so many seconds."""
    gaps = {int(code): np.diff(dues.at[dues.job == code]) for code in codes}
    return [code for code, each in gaps.items() if len(each) and float(np.median(each)) > seconds * SECOND]
