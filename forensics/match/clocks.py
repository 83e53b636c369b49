"""How far the clocks of hosts stand off, so that due times, logs, files and messages meet in one frame.

The frame is the one in which due times hold. Two things are told from the evidence, host by host:

- Triggers, or a runner's starts, that stand steadily off their due times: their log goes by another clock.
  Files go by it too where messages then follow them at once. Where files and messages both follow the triggers, the
  host fires by a clock of its own, and all of it is moved; by whole half hours its schedules' zone is wrong instead,
  and nothing is.
- Messages that stand steadily off the files and ends that they report: the host's clock is not that of the
  messages. Due times, log and files of such a host agree among themselves, so that its messages are moved; only
  where the files contradict the due times are the files moved (a file server).

An offset is used only where nothing else explains it. A delay looks like a clock that is behind: late triggers
count where work shows before them, or later than a start may come; late messages where other hosts' come promptly,
or where many jobs' come after one and the same time. All jobs of a host must agree: one alone has a wrong schedule
or zone, or a habit of its own.
"""

from __future__ import annotations

from dataclasses import replace

from forensics.evidence.intake import Evidence
from forensics.evidence.paired import ClockOffset, Window
from forensics.match.clock_doubts import (
    HARMLESS,
    SAME,
    Standing,
    is_clock,
    is_told_by_messages,
    is_zone,
    runs_go_with,
    shared_lag,
    standings_of,
)
from forensics.match.clock_hosts import hosts_of
from forensics.match.clock_signals import clockwork
from forensics.match.jobfiles import JobFiles
from forensics.match.jobtable import JobTable, job_table
from forensics.match.lags import Lag
from forensics.match.resolve import Resolved
from forensics.match.spine import Signals

DUE, MESSAGES = "due times", "messages"
WHOLE_HOST = ("triggers", "lifecycle", "artifacts")
USEFUL = 30.0  # a third of the usual tolerance, which takes in what is less


def clock_offsets(resolved: Resolved, evidence: Evidence, files: JobFiles, window: Window) -> tuple[ClockOffset, ...]:
    """Return the clocks that stand steadily off, host by host, and whether each is sure enough to be corrected."""
    hosts, table = hosts_of(resolved, evidence), job_table(resolved.jobs)
    work = clockwork(table, resolved, evidence, files, hosts, window)
    standings = standings_of(work, hosts)
    return tuple(offset for one in standings for offset in offsets_of(one, standings, table))


def offsets_of(one: Standing, standings: list[Standing], table: JobTable) -> list[ClockOffset]:
    """Return the offsets of one host: of its logs against the due times, else of all of it against the messages."""
    shared = shared_lag(one)
    if shared is not None:
        return [offset(WHOLE_HOST, one.host, shared, DUE, is_used=True)]
    logs = log_offsets(one, table)
    said = one.said
    if said is None or not is_told_by_messages(one, said, standings):
        return logs
    alike = [other for other in standings if other.said is not None and abs(other.said.seconds - said.seconds) <= SAME]
    is_off = any(runs_go_with(other.work.dues, other.work.proofs, said.seconds) for other in alike)
    lanes = ("artifacts",) if is_off else WHOLE_HOST
    return [*logs, offset(lanes, one.host, replace(said, seconds=-said.seconds), MESSAGES, is_used=True)]


def offset(lanes: tuple[str, ...], host: str | None, lag: Lag, against: str, is_used: bool) -> ClockOffset:
    """Return a lag as an offset of some lanes; one that is small beside the clocks' tolerance is not used."""
    is_used = is_used and abs(lag.seconds) >= USEFUL
    return ClockOffset(lanes, host, lag.seconds, lag.uncertainty, lag.pairs, lag.jobs, against, is_used)


def log_offsets(one: Standing, table: JobTable) -> list[ClockOffset]:
    """Return how far the scheduler's and the runner's records stand off the due times, in one where they agree."""
    started, begun, work = one.started, one.begun, one.work
    if started is not None and begun is not None and abs(started.seconds - begun.seconds) <= SAME:
        return [log_offset(("triggers", "lifecycle"), one, started, work.starts, table)]
    lags = (("triggers", started, work.starts), ("lifecycle", begun, work.begun))
    return [log_offset((lane,), one, lag, events, table) for lane, lag, events in lags if lag is not None]


def log_offset(lanes: tuple[str, ...], one: Standing, lag: Lag, events: Signals, table: JobTable) -> ClockOffset:
    """Return the offset of a log; files and messages go with it where they follow it rather than the due times.

    Then the host fires by a clock that is off, and all else has the right one; or, where it is off by whole half
    hours, the zone of its schedules is wrong: that is no clock.
    """
    shown = one.work.proofs.with_others(one.work.reports)
    go_with = False if abs(lag.seconds) < HARMLESS else runs_go_with(one.work.dues, shown, -lag.seconds)
    is_used = is_clock(one, lag, events, table) and not (is_zone(lag.seconds) and go_with is not False)
    return offset((*lanes, "artifacts", "notifications") if go_with else lanes, one.host, lag, DUE, is_used)
