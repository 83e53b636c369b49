"""Which job of a config each job of the machine is: by its command, else by a name that no other command took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forensics.config import Config
from forensics.match.names import NameIndex
from forensics.survey.commands import as_logged, wished_name
from forensics.survey.found import FoundJob, Survey


@dataclass(frozen=True)
class Pairing:
    """Which found job is which of the config: ``codes`` of the config's jobs by the place of the found one, or -1."""

    codes: tuple[int, ...]

    def of(self, code: int, found: Sequence[FoundJob]) -> list[FoundJob]:
        """Return the found jobs that are one of the config's."""
        return [job for job, each in zip(found, self.codes, strict=True) if each == code]


def paired(config: Config, survey: Survey, host: str | None) -> Pairing:
    """Return which found job is which of the config: by its command, else by a name that no other command took."""
    index = NameIndex(config.jobs)
    codes = [by_command(job, index, host) for job in survey.jobs]
    taken = {code for code in codes if code >= 0}
    for at, job in enumerate(survey.jobs):
        if codes[at] < 0:
            codes[at] = next((code for code in by_names(job, index, host) if code not in taken), -1)
    return Pairing(tuple(codes))


def by_command(job: FoundJob, index: NameIndex, host: str | None) -> int:
    """Return the code of the job of the config that a found command starts, -1 where none does."""
    command = as_logged(job.command) if job.command else None
    return next((code for at in (host, None) if (code := index.by_command(command, at)) >= 0), -1)


def by_names(job: FoundJob, index: NameIndex, host: str | None) -> Iterator[int]:
    """Yield the codes of the jobs of the config that go by a name of a found one, or by the one it wished for."""
    names = (job.name, *job.aliases, *((wished_name(job.command),) if job.command else ()))
    for at in (host, None):
        yield from (code for name in names if (code := index.by_name(name, at)) >= 0)
