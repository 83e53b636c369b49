"""How long boots and runs took, as far as they can be compared: of each its job, its time, and a value to group by."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from forensics.analyse.boot_health import is_hung
from forensics.analyse.boots import boots_of
from forensics.evidence.columns import Columns, Names, words
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import NAT, Flags, Floats, Ints, Paired, Window
from forensics.verdicts import Flag, Verdict

BOOT, RUN = "boot", "run"
# Runs that began and did not do their work: they took longer than any that did.
UNDONE = (Verdict.SILENT_FAILURE, Verdict.INTERRUPTED, Verdict.FAILED, Verdict.FALSE_SUCCESS)


@dataclass(frozen=True)
class Timings:
    """Durations of one kind, column by column: seconds, infinite for what never came to its end."""

    measure: str
    run: Ints
    job: Ints
    at: Ints
    seconds: Floats


def timings_of(columns: Columns, paired: Paired, evidence: Evidence, window: Window) -> tuple[Timings, Timings]:
    """Return the boots and the runs of the window; rows are those of ``paired.runs``."""
    return boot_timings(columns, paired, evidence, window), run_timings(columns, paired)


def boot_timings(columns: Columns, paired: Paired, evidence: Evidence, window: Window) -> Timings:
    """Return the boots; one that was given up, or hangs where others of its job came up, is infinite."""
    job = np.full(len(evidence.lifecycle), -1, dtype=np.int64)
    run = job.copy()
    run[paired.steps.row] = paired.steps.run
    told = (run >= 0) & columns.told[run] if len(columns) else np.zeros(len(run), dtype=np.bool_)
    job[told] = paired.runs.job[run[told]]
    boots = boots_of(job, evidence.lifecycle, window.now)
    never = ~np.isnan(boots.waited) | is_hung(boots, window.now)
    seconds = np.where(never, math.inf, boots.seconds)
    known = ~np.isnan(seconds)
    return Timings(BOOT, run[boots.row[known]], boots.job[known], boots.started[known], seconds[known])


def run_timings(columns: Columns, paired: Paired) -> Timings:
    """Return the runs; one that began and did not do its work is infinite."""
    took = columns.runs["duration_seconds"].to_numpy(dtype=np.float64)
    seconds = np.where(columns.is_executed, took, np.where(is_undone(columns), math.inf, np.nan))
    known = columns.told & ~np.isnan(seconds) & (columns.moment != NAT)
    rows = np.flatnonzero(known).astype(np.int64)
    return Timings(RUN, rows, paired.runs.job[rows], columns.moment[rows], seconds[rows])


def is_undone(columns: Columns) -> Flags:
    """Return the runs that began and did not do their work."""
    unproven = np.asarray(columns.runs["flags"].str.contains(Flag.UNPROVEN.value, regex=False), dtype=np.bool_)
    return columns.among("verdict", *UNDONE) & ~columns.is_executed & ~unproven


def values_of(name: str, paired: Paired, evidence: Evidence) -> Names:
    """Return for each run the value of an attribute, None where it has none: as the runner recorded it, else its job's.

    What a runner recorded with a run outranks what the config says of the job today.
    """
    configured = np.array([job.attributes.get(name) for job in paired.jobs] or [None], dtype=object)
    found = configured[paired.runs.job]
    recorded = evidence.lifecycle["attributes"].to_numpy()[paired.steps.row]
    for run, attributes in zip(paired.steps.run[::-1].tolist(), recorded[::-1], strict=True):
        if attributes and attributes.get(name) is not None:
            found[run] = str(attributes[name])
    return found


def attribute_names(paired: Paired, evidence: Evidence) -> list[str]:
    """Return the names of the attributes that some run has, in order."""
    recorded = evidence.lifecycle["attributes"].to_numpy()[paired.steps.row]
    told = [*(job.attributes for job in paired.jobs), *(each for each in recorded if each)]
    return sorted({str(name) for attributes in told for name, value in attributes.items() if value is not None})


def names_of(columns: Columns) -> Names:
    """Return for each run the name of its job, with its host where several hosts have it."""
    names, hosts = words(columns.runs["job"]), words(columns.runs["host"])
    held: dict[str, set[str | None]] = {}
    for name, host in zip(names, hosts, strict=True):
        held.setdefault(name, set()).add(host)
    told = [
        f"{name} on {host}" if host and len(held[name]) > 1 else name for name, host in zip(names, hosts, strict=True)
    ]
    return np.array(told, dtype=object)
