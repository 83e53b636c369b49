"""Reads OpenClaw's trajectories: what its agent runner itself records of each attempt, beside a session's transcript.

Written as it happens into ``agents/<agent>/sessions/<session id>.trajectory.jsonl``, in newer versions into the table
``trajectory_runtime_events`` of the agent's database. Of an attempt that began (``session.started``) the last line says
how it ended (``session.ended``): ``success``, ``error``, ``interrupted``, or cleared away without an end of its own.
Runs of a model's own command line have none; where the environment moves trajectories elsewhere, they are not found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forensics.sources.openclaw_book import Page
from forensics.sources.openclaw_shelf import Stores
from forensics.sources.openclaw_tables import Database
from forensics.sources.openclaw_transcripts import STEP, UUID
from forensics.sources.openclaw_values import an_object, parsed, stamp, text
from forensics.sources.opening import LINE_LIMIT, EvidenceFile
from forensics.sources.paths import shown

FILES = "agents/*/sessions/*.trajectory.jsonl*"
NAMED = re.compile(UUID + r"\.trajectory\.jsonl(?:\.zst)?")
TABLE = "trajectory_runtime_events"
# Before these a line's kind stands, so that what is long and does not matter is not read.
KIND = re.compile(rb'"type"\s*:\s*"(session\.(?:started|ended))"')
HEAD = 1000
STARTED, ENDED = "session.started", "session.ended"
WORDS = {"success": "completed", "error": "failed", "interrupted": "interrupted", "cleanup": "ended"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """The start or the end of an attempt at a session's work; ``at`` in ns, ``word`` our name for what happened."""

    page: Page
    record: int
    session: str
    at: int
    time_text: str
    word: str

    @property
    def is_start(self) -> bool:
        """Return whether it began then."""
        return self.word == "started"


def in_sessions(attempts: Iterable[Attempt]) -> Mapping[str, Sequence[Attempt]]:
    """Return the starts and ends of all attempts by their session, in order of time."""
    found: dict[str, list[Attempt]] = defaultdict(list)
    for each in sorted(attempts, key=lambda each: (each.at, each.record)):
        found[each.session].append(each)
    return found


def read_files(folder: Path, stores: Stores) -> list[Attempt]:
    """Return what the trajectories of all sessions in a state folder tell."""
    found: list[Attempt] = []
    for path in sorted(folder.glob(FILES)):
        if NAMED.fullmatch(path.name) and stores.has(folder, path):
            found += read_file(path, stores)
    return found


def read_file(path: Path, stores: Stores) -> list[Attempt]:
    """Return what one trajectory tells, and account for its lines."""
    evidence, page, found = EvidenceFile(path), stores.add(Page(shown(str(path)))), list[Attempt]()
    session = path.name.partition(".")[0]
    try:
        for number, line in evidence.lines():
            found += taken(page, number, line, session, stores.now)
    except OSError as error:
        page.fault = f"cannot be opened: {error.strerror or error}"
    page.sha256, page.modified, page.fault = evidence.sha256, evidence.modified, page.fault or evidence.fault
    return found


def read_table(database: Database, stores: Stores) -> list[Attempt]:
    """Return what the trajectories in an agent's database tell."""
    found: list[Attempt] = []
    if TABLE not in database.tables():
        return found
    page = stores.add(database.page(TABLE))
    for number, row in enumerate(database.rows(TABLE, ("session_id", "seq")), 1):
        written = row.get("event_json")
        line = (written if isinstance(written, str) else "").encode("utf-8", "backslashreplace")
        found += taken(page, number, line, text(row.get("session_id")), stores.now)
    return found


def taken(page: Page, number: int, line: bytes, session: str, now: int) -> list[Attempt]:
    """Return the start or the end that a line tells, none where it tells neither; either way it is accounted for."""
    if not line.strip().startswith(b"{") or not line.rstrip().endswith(b"}"):
        page.reject(number, "not a whole JSON object", line[:300].decode("utf-8", "backslashreplace"))
        return []
    found = attempt(page, number, line, session) if KIND.search(line[:HEAD]) and len(line) < LINE_LIMIT else None
    page.skip(STEP)  # one of which a row is made is counted as that later
    if found is None or found.at > now:
        return []
    page.saw(found.at, now)
    return [found]


def attempt(page: Page, number: int, line: bytes, session: str) -> Attempt | None:
    """Return the start or the end that a line tells, None where it tells neither."""
    event = an_object(parsed(line))
    at, written, told = stamp(event.get("ts")), text(event.get("ts")), an_object(event.get("data"))
    kind = text(event.get("type"))
    if at is None or kind not in (STARTED, ENDED):
        return None
    word = "started" if kind == STARTED else ending(told)
    return Attempt(page, number, text(event.get("sessionId")) or session, at, written, word)


def ending(told: Mapping[str, object]) -> str:
    """Return how an attempt ended, by our name for it."""
    status = text(told.get("status"))
    if status != "success" and told.get("timedOut") is True:
        return "timed_out"
    return WORDS.get(status, "ended")
