"""Attributes that a job has in all its runs: its settings, mostly its host, its name and where its files go."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from forensics.config import Job
from forensics.evidence.columns import Names
from forensics.evidence.paired import Ints, Paired
from forensics.investigate.contrast_attributes import NOT_SET, Attribute, of_jobs, of_words, settled

SCHEDULERS = {"cron": "cron", "systemd": "systemd", "kubernetes": "Kubernetes", "openclaw": "OpenClaw"}


def of_settings(paired: Paired) -> Iterator[Attribute]:
    """Yield what the config, or a job's own scheduler, says of jobs, in that order; then the scheduler."""
    jobs, job = paired.jobs, paired.runs.job
    for name in dict.fromkeys(name for each in jobs for name in each.attributes):
        yield of_jobs(name, [setting(each, name) for each in jobs], job, is_declared=True)
    yield of_jobs("scheduler", [SCHEDULERS.get(each.scheduler, "an interval") for each in jobs], job, is_declared=True)


def of_hosts(hosts: Names, job: Ints) -> Iterator[Attribute]:
    """Yield on which host runs were: as an attribute of jobs where these stay on theirs, of runs where they move."""
    yield from settled(of_words("host", hosts, is_declared=True), job, np.ones(len(job), dtype=np.bool_))


def setting(job: Job, name: str) -> str | None:
    """Return how a job is set, None where nothing at all is known of its settings."""
    return str(job.attributes.get(name, NOT_SET)) if job.attributes else None


def of_names(paired: Paired) -> Iterator[Attribute]:
    """Yield what the names of jobs share, and the folders that their files go to."""
    jobs, job = paired.jobs, paired.runs.job
    yield of_jobs("name begins with", first_words([each.name for each in jobs], job), job)
    folders = [folder_of(each) for each in jobs]
    if any(folders):
        yield of_jobs("folder of its files", folders, job)


def first_words(names: Sequence[str], job: Ints) -> list[str | None]:
    """Return the first word of each name, None where no other job's begins with it."""
    words = [re.split(r"[-_.]", name)[0] for name in names]
    often = Counter(words[each] for each in np.unique(job).tolist())
    shared = {word for word in words if often[word] > 1}
    return [word if word in shared else "another word" for word in words] if shared else [None] * len(words)


def folder_of(job: Job) -> str | None:
    """Return the first folder of the paths that a job writes, None where none is declared."""
    for pattern in (*job.artifacts, *job.markers):
        first, slash, _ = pattern.partition("/")
        if slash and not re.search(r"[{*?\[]", first):
            return first
    return None
