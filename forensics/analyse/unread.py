"""Sources that were to be read and were not, or not to their end, or that told nothing at all."""

from __future__ import annotations

from dataclasses import dataclass

from forensics.analyse.wording import counted
from forensics.evidence.intake import Evidence, SourceRead


@dataclass(frozen=True)
class Unread:
    """A source that is missing from the evidence, all or in part: its name, None for all of them, and what is wrong."""

    source: str | None
    faults: tuple[str, ...]


def unread(evidence: Evidence) -> list[Unread]:
    """Return the sources whose evidence is incomplete.

    Single records that were rejected do not make it so. Nor does a source that covers a stretch of
    time and holds nothing: that is silence, and was observed.
    """
    if not evidence.sources:
        return [Unread(None, ("no source is named",))]
    return [Unread(source.name, faults) for source in evidence.sources if (faults := faults_of(source))]


def faults_of(source: SourceRead) -> tuple[str, ...]:
    """Return what is wrong with a source as a whole."""
    if source.faults or any(source.rows.values()) or source.covers is not None:
        return source.faults
    if source.records and source.rejected >= source.records:
        return (f"none of its {counted(source.records, 'record')} could be read",)
    if source.records:
        return (f"none of its {counted(source.records, 'record')} is evidence",)
    return ("it is empty",)
