"""Records of others that the generic kinds read without being told their columns: by a preset's name.

``healthchecks-pings`` and ``healthchecks-flips`` are what the API of Healthchecks gives (GET /api/v3/checks/UUID/pings/
and /flips/): what a job itself reported, and when the check went down and up. ``github-actions`` are runs of workflows,
as the REST API and ``gh run list --json`` give them. Pages may stand in one file, one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forensics.evidence.records import Reject
from forensics.sources.base import ReadOptions
from forensics.sources.generic_chunks import Account, CheckNames, Chunk
from forensics.sources.generic_json import DECODER, check_depth, legible
from forensics.sources.json_documents import NoDocument, content_of, documents
from forensics.sources.opening import EvidenceFile
from forensics.sources.presets_documents import Cut, Told, beginning, document_or_lines
from forensics.sources.presets_github import job_steps, triggers
from forensics.sources.presets_healthchecks import claims, flips, steps
from forensics.sources.presets_records import NoRun, Read

NO_JOB = 'nothing names its job: job = "…" of the source does, or the name of the file, as in backup.pings.json'
# What stands in the name of a file behind the name of its job, and what names none.
ENDING = re.compile(r"(?i)(?:[._-](?:pings?|flips?|runs?))?(?:\.(?:jsonl?|ndjson|gz|bz2|xz|zst))*$")
NAMELESS = frozenset({"pings", "ping", "flips", "flip", "runs"})


@dataclass(frozen=True)
class Preset:
    """How one kind of records is read: the names under which documents hold them, and by lane what each tells."""

    inside: tuple[str, ...]
    lanes: Mapping[str, Read]


PRESETS: Mapping[str, Preset] = {
    "healthchecks-pings": Preset(("pings",), {"lifecycle": steps, "notifications": claims}),
    "healthchecks-flips": Preset(("flips",), {"notifications": flips}),
    "github-actions": Preset(
        ("workflow_runs", "jobs", "workflow_run", "workflow_job"), {"lifecycle": job_steps, "triggers": triggers}
    ),
}


def json_records(options: ReadOptions) -> Cut:
    """Return how a file of JSON is cut: by the preset that the options name, as a document, or by its lines."""
    preset = PRESETS.get(options.preset or "")
    if preset is None:
        return document_or_lines
    read = preset.lanes.get(options.lane or "")

    def cut(evidence: EvidenceFile, account: Account, check: CheckNames) -> Iterator[Chunk | Reject]:
        if read is None:
            account.fault = f"the preset {options.preset} fills {' or '.join(preset.lanes)} only"
            return
        yield from preset_records(evidence, account, preset, read, options.job)

    return cut


def preset_records(
    evidence: EvidenceFile, account: Account, preset: Preset, read: Read, job: str | None
) -> Iterator[Told | Reject]:
    """Yield what the records of a file tell in one lane.

    Raises:
        OSError: the file cannot be opened, or is no regular file.
    """
    text = content_of(evidence).removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    told, named = Told(), job or job_in(evidence.path)
    for number, record in enumerate(inner(documents(text, DECODER), preset.inside), 1):
        try:
            rows = list(read(sound(record)))
        except NoRun as reason:
            account.skipped[str(reason)] += 1
            account.records += 1
            continue
        except ValueError as error:
            account.records += 1
            yield Reject(account.file, number, str(error), beginning(record))
            continue
        account.records += len(rows)
        for row in rows:
            told.numbers.append(number)
            told.records.append({**row, "job": row.get("job") or named})
    if any(row["job"] is None for row in told.records):
        account.fault = NO_JOB
    if told.numbers:
        yield told


def inner(found: Iterator[object], names: tuple[str, ...]) -> Iterator[object]:
    """Yield the records of documents: those of an array, those under a known name, or the document itself."""
    for document in found:
        records = document if isinstance(document, list) else [document]
        for record in records:
            held = (
                next((record[name] for name in names if name in record), record) if isinstance(record, dict) else record
            )
            yield from held if isinstance(held, list) else [held]


def sound(record: object) -> Mapping[str, Any]:
    """Return a record that can be read.

    Raises:
        ValueError: it is no object, or nested too deeply.
    """
    if isinstance(record, NoDocument):
        raise ValueError(record.reason)
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    check_depth(record)
    found: Mapping[str, Any] = legible(record)
    return found


def job_in(path: Path) -> str | None:
    """Return the job after which a file is called, None where its name holds none."""
    name = ENDING.sub("", path.name, count=1)
    return name if name and name.casefold() not in NAMELESS else None
