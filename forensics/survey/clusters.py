"""The CronJobs of the clusters whose objects an option names, as ``kubectl get -o json`` printed them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from forensics.evidence.records import ToldJob
from forensics.match.names import slug
from forensics.sources.kubernetes_schedules import cron_jobs
from forensics.sources.local_paths import matching_paths
from forensics.survey.found import Barred, Findings, FoundSource, Place, Unused
from forensics.survey.set_up import found_job
from forensics.timeline import shown

KIND = "kubernetes"


def clusters(named: Sequence[FoundSource]) -> Findings:
    """Return the CronJobs in all files of the clusters that are named; of several files of one the last counts."""
    found = Findings()
    for source in named:
        if source.config.kind == KIND and "://" not in source.config.path:
            found += in_files(matching_paths(source.config.path), source.config.host)
    return found


def in_files(paths: Sequence[Path], host: str | None) -> Findings:
    """Return the CronJobs of one cluster."""
    last, barred = dict[str, ToldJob](), list[Barred]()
    for path in paths:
        try:
            last |= {told.name: told for told in cron_jobs(path, host)}
        except OSError as error:
            barred.append(Barred(str(path), f"it cannot be read: {error.strerror or error}"))
    jobs = tuple(found_job(told, slug(told.name)) for told in last.values() if not told.is_suspended)
    off = (told for told in last.values() if told.is_suspended)
    unused = tuple(Unused(Place(told.file), f"{shown(told.name)} is suspended") for told in off)
    return Findings(jobs, unused, tuple(barred))
