"""What an archive holds of each night: how it came out, and what became of each job, out of the archived JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics.report.archive_nights import nights
from forensics.report.page_cells import Outcome
from forensics.verdicts import Flag, Verdict

MOST_NIGHTS = 100
# Together as much as can be read in a few seconds; older nights are listed without what became of their jobs.
MOST_BYTES = 128 * 2**20
FORMS = (".html", ".md", ".json")
MALFORMED = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
Job = tuple[str, str | None]
Trouble = tuple[str | None, str | None, str]


@dataclass(frozen=True)
class Night:
    """One archived report: its files by suffix, and what its runs came to by job; ``is_read`` where these are known.

    ``counts`` (of verdicts) and ``troubles`` are those that it told: of each blocker the job, the host and the kind.
    """

    name: str
    forms: tuple[str, ...]
    is_read: bool = False
    exit_code: int = 0
    troubles: tuple[Trouble, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    jobs: Mapping[Job, tuple[Outcome, ...]] = field(default_factory=dict)


def history(folder: Path) -> tuple[list[Night], int]:
    """Return the newest nights of an archive, the oldest first, and how many older ones there are."""
    names = nights(folder)
    newest = names[-MOST_NIGHTS:]
    return list(reversed(list(read_nights(folder, newest)))), len(names) - len(newest)


def read_nights(folder: Path, names: list[str]) -> Iterator[Night]:
    """Yield some nights, the newest first, and read as many of them as there is time for."""
    left = MOST_BYTES
    for name in reversed(names):
        path = folder / f"{name}.json"
        forms = tuple(form for form in FORMS if (folder / f"{name}{form}").is_file())
        left -= size_of(path)
        yield read_night(path, name, forms) if left >= 0 else Night(name, forms)


def size_of(path: Path) -> int:
    """Return the size of a file in bytes, 0 where it cannot be told."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def read_night(path: Path, name: str, forms: tuple[str, ...]) -> Night:
    """Return one night; of one that cannot be read, or is none of ours, only that it is there."""
    try:
        return night_of(json.loads(path.read_bytes()), name, forms)
    except MALFORMED:
        return Night(name, forms)


def night_of(told: Mapping[str, Any], name: str, forms: tuple[str, ...]) -> Night:
    """Return a night out of its JSON.

    Raises:
        KeyError, TypeError, AttributeError, ValueError: it is no JSON of a report.
    """
    jobs: dict[Job, list[Outcome]] = {}
    for run in told["runs"]:
        jobs.setdefault((str(run["job"]), text_of(run["host"])), []).append(outcome_of(run))
    return Night(
        name=name,
        forms=forms,
        is_read=True,
        exit_code=int(told["exit"]["code"]),
        troubles=tuple((text_of(each["job"]), text_of(each["host"]), str(each["kind"])) for each in told["blockers"]),
        counts={Verdict(verdict).value: int(count) for verdict, count in told["summary"]["verdicts"].items()},
        jobs={job: tuple(outcomes) for job, outcomes in jobs.items()},
    )


def text_of(value: object) -> str | None:
    """Return a text, None where there is none."""
    return None if value is None else str(value)


def outcome_of(run: Mapping[str, Any]) -> Outcome:
    """Return what a run came to.

    Raises:
        KeyError, TypeError, ValueError: it is no run.
    """
    claim = run["claim"]
    return (
        Verdict(run["verdict"]).value,
        Flag.UNPROVEN.value in list(run["flags"]),
        None if claim is None else str(claim),
    )
