"""Finds the sessions of OpenClaw's agents: their maps, their transcripts, and in newer versions their databases.

``agents/<agent>/sessions/sessions.json`` says which session is whose: the key of a scheduled one names its job. A copy
of a transcript (a checkpoint) and a pointer to a trajectory are left aside, as they tell it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from forensics.sources.openclaw_book import Page
from forensics.sources.openclaw_shelf import Stores
from forensics.sources.openclaw_stores import whole
from forensics.sources.openclaw_tables import Database, opened
from forensics.sources.openclaw_trajectories import Attempt, read_files, read_table
from forensics.sources.openclaw_transcripts import NAMED, Known, Reading, Turn, read_transcript
from forensics.sources.openclaw_values import an_object, moment, text
from forensics.sources.paths import shown

MAP = "agents/*/sessions/sessions.json"
TRANSCRIPTS = "agents/*/sessions/*.jsonl*"
ARCHIVE = "agents/*/**/session-sqlite-import-archive/*.jsonl*"
DATABASES = "agents/*/agent/openclaw-agent.sqlite"
OF_JOB = re.compile(r":cron:([^:]{1,128})(?::run:[^:]*)?$")
A_SESSION = "a session, not a run"


def read_maps(folder: Path, stores: Stores) -> dict[str, str]:
    """Return the job of each session of a scheduled run, by the keys under which the sessions stand."""
    jobs: dict[str, str] = {}
    for path in (each for each in sorted(folder.glob(MAP)) if stores.has(folder, each)):
        page = stores.add(Page(shown(str(path))))
        found = an_object(whole(path, page))
        for key, written in found.items():
            session = an_object(written)
            page.saw(moment(session.get("updatedAt")), stores.now)
            owner = OF_JOB.search(text(key))
            if owner and text(session.get("sessionId")):
                jobs[text(session["sessionId"])] = owner[1]
        page.skip(A_SESSION, len(found))
    return jobs


def read_sessions(folder: Path, stores: Stores) -> tuple[list[Turn], list[Attempt]]:
    """Return what all transcripts and all trajectories tell."""
    by_session = read_maps(folder, stores)
    wanted = {job.id: job.wanted for job in stores.jobs.values() if job.is_main and job.wanted}
    known, turns = Known(by_session, wanted, stores.now), list[Turn]()
    for path in transcripts(folder):
        if stores.has(folder, path):
            stores.add(read_transcript(path, known, turns))
    attempts = read_files(folder, stores)
    for path in sorted(folder.glob(DATABASES)):
        if stores.has(folder, path):
            read_agent(path, known, turns, attempts, stores)
    return once(turns), attempts


def transcripts(folder: Path) -> Iterator[Path]:
    """Yield the transcripts, the ones in use before those that were set aside."""
    for pattern in (TRANSCRIPTS, ARCHIVE):
        found = (path for path in folder.glob(pattern) if NAMED.fullmatch(path.name))
        yield from sorted(found, key=lambda path: (len(path.suffixes), str(path)))


def once(turns: list[Turn]) -> list[Turn]:
    """Return turns without those that a copy of their transcript tells again; these are accounted for."""
    kept: dict[tuple[str, str, int | None], Turn] = {}
    for turn in turns:
        key = turn.session, turn.job, turn.first
        if key in kept:
            turn.page.skip("a turn that another copy of the transcript tells too")
        else:
            kept[key] = turn
    return list(kept.values())


def read_agent(path: Path, known: Known, turns: list[Turn], attempts: list[Attempt], stores: Stores) -> None:
    """Read the sessions in an agent's database: each event is what was a line of a file before."""
    try:
        with opened(path) as database:
            read_events(database, known, turns, stores)
            attempts += read_table(database, stores)
            stores.add(database.own_page())
    except OSError as error:
        stores.add(Page(shown(str(path)), fault=f"cannot be opened: {error.strerror or error}"))


def read_events(database: Database, known: Known, turns: list[Turn], stores: Stores) -> None:
    """Read the table of events, session by session."""
    if "transcript_events" not in database.tables():
        return
    page, reading = stores.add(database.page("transcript_events")), None
    for number, row in enumerate(database.rows("transcript_events", ("session_id", "seq")), 1):
        session = text(row.get("session_id"))
        if reading is None or reading.session_key != session:
            if reading is not None:
                reading.close(ends_open=False)
                turns += reading.turns
            reading = Reading(page, session, known)
        written = row.get("event_json")
        reading.take(number, (written if isinstance(written, str) else "").encode("utf-8", "backslashreplace"))
    if reading is not None:
        reading.close(ends_open=False)
        turns += reading.turns
