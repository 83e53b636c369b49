"""On which host each run was, as far as anything tells.

That is no part of a run's identity: its key, and the issues of its job, name a host only where the job has one of its
own. A job that is set up once and runs on several hosts stays one job.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from forensics.evidence.columns import Names, words
from forensics.evidence.hosts import label
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Ints, Links, Paired


def hosts_of_runs(paired: Paired, evidence: Evidence) -> Names:
    """Return the host of each run, None where nothing tells it.

    It is that of its job, else the first that its triggers name, else its runner's rows; of a run without any it is
    where all others of its job were. Hosts are one where their first labels are, and go by one spelling.
    """
    found = np.array([*(job.host for job in paired.jobs), None], dtype=object)[paired.runs.job]
    named: tuple[tuple[Links, pd.DataFrame], ...] = (
        (paired.triggers, evidence.triggers),
        (paired.steps, evidence.lifecycle),
    )
    for links, frame in named:
        if not frame["host"].isna().all():
            fill(found, links, words(frame["host"]))
    codes, names = in_one_spelling(found)
    return np.append(names, [None]).astype(object)[at_home(codes, paired.runs.job)]


def fill(found: Names, links: Links, hosts: Names) -> None:
    """Put the first host that rows name into the runs of which none is known yet."""
    told = hosts[links.row]
    places = np.flatnonzero((told != None) & (found[links.run] == None))  # noqa: E711 - compared one by one
    run, first = np.unique(links.run[places], return_index=True)
    found[run] = told[places[first]]


def in_one_spelling(hosts: Names) -> tuple[Ints, Names]:
    """Return hosts as numbers of names, -1 where none is known; those of one first label go by their first spelling."""
    codes, names = pd.factorize(hosts, sort=True)
    spelled: dict[str, int] = {}
    one = [spelled.setdefault(label(name), code) for code, name in enumerate(names.tolist())]
    return np.array([*one, -1], dtype=np.int64)[codes], names


def at_home(hosts: Ints, job: Ints) -> Ints:
    """Return hosts with those that are not known filled in for the jobs that have but one."""
    known, count = hosts >= 0, int(hosts.max(initial=-1)) + 1
    home, host = np.divmod(np.unique(job[known] * count + hosts[known]), max(1, count))
    usual = np.full(int(job.max(initial=-1)) + 1, -1, dtype=np.int64)
    is_only = np.bincount(home, minlength=len(usual))[home] == 1
    usual[home[is_only]] = host[is_only]
    filled: Ints = np.where(known, hosts, usual[job])
    return filled
