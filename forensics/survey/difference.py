"""What has changed on a machine since its config was written: found anew, gone, due at other times.

A job of the config counts as known by its name, an alias or its command, whatever else a person made of it. Nothing
that a person changed is changed back, but for when a job is due: there the machine has the last word.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from forensics.config import Config, Job
from forensics.match.names import NameIndex, short_host
from forensics.survey.commands import as_logged, glob_of
from forensics.survey.editing import added, edited, readable
from forensics.survey.found import FoundJob, FoundSource, Survey
from forensics.survey.known import Pairing, paired
from forensics.survey.moved import Moved, moves, zone_change
from forensics.survey.naming import numbered
from forensics.survey.toml_text import text, texts


@dataclass(frozen=True)
class Difference:
    """What the machine has and the config has not, and the other way round.

    ``text`` is the config as it would be written. ``kept`` are jobs that may be gone, where not all could be read.
    """

    text: str
    new: tuple[FoundJob, ...] = ()
    gone: tuple[Job, ...] = ()
    kept: tuple[Job, ...] = ()
    moved: tuple[Moved, ...] = ()
    started: tuple[FoundJob, ...] = ()
    spoken: tuple[tuple[Job, str], ...] = ()
    proven: tuple[FoundJob, ...] = ()
    sources: tuple[FoundSource, ...] = ()
    zone: str | None = None

    @property
    def is_none(self) -> bool:
        """Return whether nothing differs."""
        return not (
            self.new
            or self.gone
            or self.moved
            or self.started
            or self.spoken
            or self.proven
            or self.sources
            or self.zone
        )

    def unified(self, before: str, name: str) -> str:
        """Return what would change in the config, as ``patch`` reads it."""
        lines = difflib.unified_diff(lines_of(before), lines_of(self.text), name, f"{name} (as found)")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def lines_of(text: str) -> list[str]:
    """Return the lines of a text with their ends; nothing but a line feed ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)


def difference(config: Config, before: str, survey: Survey, host: str | None) -> Difference:
    """Return how a machine differs from a config, and the config as it would be; ``host`` is the machine's name."""
    pairing = paired(config, survey, host)
    new = apart(config, [job for job, code in zip(survey.jobs, pairing.codes, strict=True) if code < 0])
    zone = zone_change(config, survey)
    absent = [
        job for code, job in enumerate(config.jobs) if code not in pairing.codes and is_expected(job, before, host)
    ]
    moved = tuple(moves(config, survey, pairing, zone))
    proven = dict(newly_proven(config, survey, pairing))
    sources = tuple(new_sources(config, survey))
    gone = () if survey.barred else tuple(absent)
    started, spoken = dict(newly_started(config, survey, pairing)), dict(newly_spoken(config, survey, pairing))
    changed = edited(
        config, before, gone, moved, dict(values_of(config, proven, started, spoken)), survey.zone if zone else None
    )
    return Difference(
        text=readable(added(changed, new, sources), before, config),
        new=new,
        gone=gone,
        kept=tuple(absent) if survey.barred else (),
        moved=moved,
        started=tuple(started.values()),
        spoken=tuple((config.jobs[code], name) for code, name in spoken.items()),
        proven=tuple(proven.values()),
        sources=sources,
        zone=zone,
    )


def is_expected(job: Job, before: str, host: str | None) -> bool:
    """Return whether a job of the config should be found on this machine, were it still there."""
    is_elsewhere = job.host is not None and short_host(job.host) != short_host(host)
    if is_elsewhere or job.until is not None or job.scheduler == "kubernetes":
        return False
    return job.scheduler in ("cron", "systemd", "openclaw") or job.command is not None


def newly_proven(config: Config, survey: Survey, pairing: Pairing) -> Iterator[tuple[int, FoundJob]]:
    """Yield the jobs of the config that declare no proof, and whose files are known now."""
    for code, job in enumerate(config.jobs):
        found = next((each for each in pairing.of(code, survey.jobs) if each.artifacts), None)
        if found is not None and not job.artifacts and not job.markers:
            yield code, found


def newly_started(config: Config, survey: Survey, pairing: Pairing) -> Iterator[tuple[int, FoundJob]]:
    """Yield the jobs of the config whose command is no longer what the machine starts under their name."""
    for code, job in enumerate(config.jobs):
        found = [each for each in pairing.of(code, survey.jobs) if each.command]
        if job.command and found and not any(fits(job.command, each.command or "") for each in found):
            yield code, found[0]


def fits(glob: str, command: str) -> bool:
    """Return whether a config's glob fits a command as a log would show it."""
    return fnmatchcase(as_logged(command), glob)


def newly_spoken(config: Config, survey: Survey, pairing: Pairing) -> Iterator[tuple[int, str]]:
    """Yield the jobs of the config for which messages use a name that it does not know."""
    index = NameIndex(config.jobs)
    for code in range(len(config.jobs)):
        names = [each.spoken for each in pairing.of(code, survey.jobs) if each.spoken]
        if len(names) == 1 and index.by_name(names[0], None) < 0:
            yield code, names[0]


def values_of(
    config: Config, proven: Mapping[int, FoundJob], started: Mapping[int, FoundJob], spoken: Mapping[int, str]
) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Yield the keys and lines that change in jobs of the config, by their code."""
    for code in sorted({*proven, *started, *spoken}):
        lines = []
        if code in started:
            lines.append(("command", f"command = {text(glob_of(started[code].command or ''))}"))
        if code in proven:
            lines.append(("artifacts", f"artifacts = {texts(proven[code].artifacts)}"))
        if code in spoken:
            lines.append(("aliases", f"aliases = {texts([*config.jobs[code].aliases, spoken[code]])}"))
        yield code, lines


def apart(config: Config, new: Sequence[FoundJob]) -> tuple[FoundJob, ...]:
    """Return new jobs with names that no job of the config has, and without aliases that speak of one."""
    known = {name.casefold() for job in config.jobs for name in (job.name, *job.aliases)}
    found = []
    for job in new:
        name = numbered(job.name, 1, known)[0]
        known.add(name.casefold())
        aliases = tuple(alias for alias in job.aliases if alias.casefold() not in known)
        found.append(replace(job, name=name, aliases=aliases))
    return tuple(found)


def new_sources(config: Config, survey: Survey) -> Iterator[FoundSource]:
    """Yield the evidence that the config does not name: what an option did, and kinds of which it has none."""
    known = {(source.kind, source.path.rstrip("/")) for source in config.sources}
    kinds = {source.kind for source in config.sources}
    for found in survey.sources:
        is_new = (found.config.kind, found.config.path.rstrip("/")) not in known
        if is_new and (found.is_asked or found.config.kind not in kinds):
            yield found
