"""Which host's clock each row of evidence, and each job, goes by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forensics.evidence.intake import Evidence
from forensics.match.names import short_host
from forensics.match.resolve import Resolved
from forensics.match.spans import Ints

HOSTED = ("triggers", "lifecycle")


@dataclass(frozen=True)
class Hosts:
    """The hosts by their first label, None for "this host": what no source and no config places elsewhere.

    ``of_job`` is the place of each job's host in ``names``, ``of_row`` that of each row of a table.
    """

    names: tuple[str | None, ...]
    of_job: Ints
    of_row: dict[str, Ints]


def hosts_of(resolved: Resolved, evidence: Evidence) -> Hosts:
    """Return the hosts: a row's own, else its job's; a job's as configured, else that of most of its rows."""
    names: dict[str | None, int] = {None: 0}
    configured = [short_host(job.host) for job in resolved.jobs]
    own = np.array([names.setdefault(name, len(names)) for name in configured], dtype=np.int64)
    told = {table: told_hosts(evidence.frame(table)["host"], names) for table in HOSTED}
    of_job = np.where(own > 0, own, most_told(resolved, told, len(names)))
    of_row = {
        table: np.where(told[table] > 0, told[table], np.append(of_job, 0)[getattr(resolved, table)])
        for table in HOSTED
    }
    return Hosts(tuple(names), of_job, of_row)


def told_hosts(column: pd.Series[str], names: dict[str | None, int]) -> Ints:
    """Return the number of the host that each row names, 0 for none; new hosts are added to ``names``."""
    codes, found = pd.factorize(column)
    numbers = [names.setdefault(short_host(host), len(names)) for host in found.tolist()]
    return np.array([*numbers, 0], dtype=np.int64)[codes]


def most_told(resolved: Resolved, told: dict[str, Ints], hosts: int) -> Ints:
    """Return for each job the host that most of its rows name."""
    counts = np.zeros(len(resolved.jobs) * hosts, dtype=np.int64)
    for table, host in told.items():
        job = getattr(resolved, table)
        is_told = (job >= 0) & (host > 0)
        counts += np.bincount(job[is_told] * hosts + host[is_told], minlength=len(counts))
    return np.asarray(counts.reshape(len(resolved.jobs), hosts).argmax(axis=1), dtype=np.int64)
