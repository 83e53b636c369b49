"""The zones of OpenClaw's jobs that name none, where what is planned shows another than the machine's own.

So it is where a state folder was copied from elsewhere: the zone of the machine at hand says nothing of it then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.evidence.records import ToldJob
from forensics.match.names import NameIndex
from forensics.pipeline import Progress, Question, read_evidence
from forensics.sources.reading import open_sources
from forensics.survey.draft import draft
from forensics.survey.found import FoundJob, Survey

KIND = "openclaw"


def with_planned_zones(survey: Survey, file: str, now: int, progress: Progress) -> Survey:
    """Return a survey whose jobs of OpenClaw stand in the zones that their plans show; ``file`` is where its config is.

    Only OpenClaw's own folders are read, and they only for jobs that name no zone.

    Raises:
        ForensicsError: a source cannot be read as such.
    """
    sources = tuple(each for each in survey.sources if each.config.kind == KIND)
    if not sources or not any(map(is_open, survey.jobs)):
        return survey
    config = read_config(draft(replace(survey, sources=sources)), file)
    evidence = read_evidence(open_sources(config.sources), config, Question(Window(now, now, now)), progress)
    zones = planned(evidence.told_jobs, NameIndex(config.jobs), [job.name for job in config.jobs])
    return replace(survey, jobs=tuple(in_zone(job, zones.get(job.name)) for job in survey.jobs))


def is_open(job: FoundJob) -> bool:
    """Return whether a job of OpenClaw names no zone for its schedule."""
    return job.scheduler == KIND and job.schedule is not None and job.zone is None


def planned(told: Iterable[ToldJob], index: NameIndex, names: list[str]) -> dict[str, str]:
    """Return by the drafted name of a job the zone that its plans show."""
    found: dict[str, str] = {}
    for each in told:
        codes = (index.by_name(name, each.host) for name in (each.name, *each.aliases))
        code = next((code for code in codes if code >= 0), -1)
        if code >= 0 and each.is_zone_inferred and each.zone is not None:
            found.setdefault(names[code], each.zone)
    return found


def in_zone(job: FoundJob, zone: str | None) -> FoundJob:
    """Return a job in the zone that its plans show; one that it names itself stays."""
    if zone is None or not is_open(job):
        return job
    return replace(job, zone=zone, notes=(*job.notes, f"it names no zone: its planned runs show {zone}"))
