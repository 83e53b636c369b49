"""Messages about a job that runs on several hosts and that name none: they are about the host that ran last."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forensics.config import Job
from forensics.evidence.intake import Evidence
from forensics.evidence.schema import nanoseconds
from forensics.match.jobtable import JobTable
from forensics.match.names import WORD, short_host
from forensics.match.resolve import Resolved, texts
from forensics.match.spans import NAT, Flags, Ints
from forensics.match.spine import Spine


def on_their_hosts(resolved: Resolved, evidence: Evidence, spine: Spine, table: JobTable) -> Resolved:
    """Return the jobs of all rows, each message that names no host given to the one whose run began last before it.

    Where the hosts began at one time, nothing tells which is meant, and the message stays with the first of them.
    """
    groups = twins(resolved.jobs[: resolved.configured])
    if not groups:
        return resolved
    speech, job = resolved.speech, resolved.speech.job.copy()
    moment = nanoseconds(evidence.notifications["at"])[speech.row]
    for codes in groups:
        names = {short_host(resolved.jobs[code].host) or "" for code in codes}
        rows = np.flatnonzero(np.isin(job, codes) & (moment != NAT))
        rows = rows[~names_a_host(evidence, speech.row[rows], names)]
        began = np.stack([last_begun(spine, code, moment[rows] + table.tolerance[code]) for code in codes])
        job[rows] = np.array(codes, dtype=np.int64)[np.argmax(began, axis=0)]
    return replace(resolved, speech=replace(speech, job=job))


def twins(jobs: tuple[Job, ...]) -> list[list[int]]:
    """Return the codes of jobs that share a name, by name; they run on several hosts."""
    by_name: dict[str, list[int]] = {}
    for code, job in enumerate(jobs):
        by_name.setdefault(job.name, []).append(code)
    return [codes for codes in by_name.values() if len(codes) > 1]


def names_a_host(evidence: Evidence, rows: Ints, names: set[str]) -> Flags:
    """Return which messages tell their host: by their source, or in their text."""
    frame = evidence.notifications.iloc[rows]
    told = [
        host is not None or any(short_host(word.rstrip(".-")) in names for word in WORD.findall(text or ""))
        for host, text in zip(texts(frame["host"]), texts(frame["text"]), strict=True)
    ]
    return np.array(told, dtype=np.bool_)


def last_begun(spine: Spine, code: int, moment: Ints) -> Ints:
    """Return when the last run of a job began before each instant, in ns, NAT where none did."""
    starts = np.sort(spine.start[spine.job == code])
    return np.append(starts, NAT)[np.searchsorted(starts, moment, side="right") - 1]
