"""Evidence as it would read if all clocks went right: a copy for matching, with the times moved and nothing else.

What was written stays in ``time_text`` and where the provenance points to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from forensics.evidence.intake import Evidence
from forensics.evidence.paired import NAT, ClockOffset
from forensics.evidence.schema import instants, nanoseconds
from forensics.match.clock_hosts import Hosts, hosts_of
from forensics.match.clock_signals import in_trigger_log
from forensics.match.clocks import DUE
from forensics.match.jobfiles import JobFiles
from forensics.match.resolve import Resolved
from forensics.match.spans import SECOND, Ints

FILE_TIMES = ("at", "born_at", "changed_at")


def corrected(evidence: Evidence, offsets: Sequence[ClockOffset], resolved: Resolved, files: JobFiles) -> Evidence:
    """Return the evidence with the offsets that are used taken out of its times; the same where none is.

    A lane's rows are moved back by how far it stands off. Where a whole host stands off the messages, the messages of
    its jobs are moved into its own time instead: due times, log and files agree there. Heartbeats stay as they are.
    """
    used = [each for each in offsets if each.is_used]
    if not used:
        return evidence
    hosts = hosts_of(resolved, evidence)
    shifts = {lane: shifts_of(used, lane, hosts) for lane in ("triggers", "lifecycle", "artifacts")}
    by_log = in_trigger_log(evidence)
    life = np.where(by_log, *(shifts[lane][hosts.of_row["lifecycle"]] for lane in ("triggers", "lifecycle")))
    return replace(
        evidence,
        triggers=shifted(evidence.triggers, shifts["triggers"][hosts.of_row["triggers"]]),
        lifecycle=shifted(evidence.lifecycle, life),
        notifications=shifted(evidence.notifications, message_shifts(evidence, used, hosts, resolved)),
        artifacts=shifted(evidence.artifacts, file_shifts(evidence, shifts["artifacts"], hosts, files)),
    )


def is_of_host(offset: ClockOffset) -> bool:
    """Return whether all lanes of a host stand off the messages together."""
    return offset.against != DUE and "triggers" in offset.lanes


def shifts_of(used: Sequence[ClockOffset], lane: str, hosts: Hosts) -> Ints:
    """Return by how much the rows of a lane are to be moved, in ns, for each host."""
    shifts = np.zeros(len(hosts.names), dtype=np.int64)
    for offset in used:
        if lane in offset.lanes and not is_of_host(offset):
            shifts[hosts.names.index(offset.host)] -= round(offset.seconds * SECOND)
    return shifts


def message_shifts(evidence: Evidence, used: Sequence[ClockOffset], hosts: Hosts, resolved: Resolved) -> Ints:
    """Return by how much each message is to be moved, in ns: one about jobs of several hosts to the latest of theirs.

    So it comes after all that it reports, as it was sent after all of it.
    """
    by_host = shifts_of(used, "notifications", hosts)
    for offset in used:
        if is_of_host(offset):
            by_host[hosts.names.index(offset.host)] += round(offset.seconds * SECOND)
    shifts = np.full(len(evidence.notifications), NAT)
    np.maximum.at(shifts, resolved.speech.row, by_host[hosts.of_job[resolved.speech.job]])
    return np.where(shifts == NAT, 0, shifts)


def file_shifts(evidence: Evidence, by_host: Ints, hosts: Hosts, files: JobFiles) -> Ints:
    """Return by how much each file is to be moved, in ns: those that fit a pattern of a job on a host that is off."""
    shifts = np.zeros(len(evidence.artifacts), dtype=np.int64)
    if by_host.any():
        found = files.among(np.arange(len(shifts)))
        shifts[found.row] = by_host[hosts.of_job[files.job[found.wanted]]]
    return shifts


def shifted(frame: pd.DataFrame, shifts: Ints) -> pd.DataFrame:
    """Return a frame with all instants of each row moved; those that are not known stay so."""
    if not shifts.any():
        return frame
    moved = {}
    for name in FILE_TIMES:
        if name in frame:
            moment = nanoseconds(frame[name])
            moved[name] = pd.Series(instants(np.where(moment == NAT, NAT, moment + shifts), len(frame)))
    return frame.assign(**moved)
