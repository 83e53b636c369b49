"""Finds which store of an OpenClaw is live, and reads what its files tell of jobs and runs.

Where the database holds jobs it is live, and the files beside it are what an upgrade left: their run history still
counts, their jobs and states do not. Jobs in a file beside a database that holds none were lost on the way there.
A history of as many lines as OpenClaw keeps was cut: it speaks from its first line on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forensics.sources.generic_json import json_object
from forensics.sources.json_values import bounded_integer, decoded
from forensics.sources.listing import BLANK, INCOMPLETE, OVERLONG
from forensics.sources.openclaw_book import Page
from forensics.sources.openclaw_database import read_database, read_ledger
from forensics.sources.openclaw_happenings import Sighting
from forensics.sources.openclaw_jobs import listed, stored_job
from forensics.sources.openclaw_shelf import (
    BACKUPS,
    DATABASE,
    FOSSIL,
    JOBS,
    KEPT_LINES,
    LEDGER,
    LIVE,
    LOST,
    MIGRATED,
    NOT_FINISHED,
    RUNS,
    SETTING,
    SETTINGS,
    STATE,
    STATES,
    WHOLE_LIMIT,
    Stores,
    from_state,
)
from forensics.sources.openclaw_told import Told, finished
from forensics.sources.openclaw_values import (
    NOTHING,
    Object,
    Strange,
    an_object,
    excerpt,
    moment,
    stamp,
    text,
)
from forensics.sources.opening import LINE_LIMIT, EvidenceFile
from forensics.sources.paths import shown


def read_stores(folder: Path, now: int) -> Stores:
    """Return what the stores in a state folder tell."""
    stores = Stores(now)
    has_database = stores.has(folder, folder / DATABASE) and read_database(folder, stores)
    read_files(folder, stores, has_database)
    note_lost(shown(str(folder / DATABASE)), stores)
    if stores.has(folder, folder / LEDGER):
        read_ledger(folder / LEDGER, stores)
    for path in (folder / SETTINGS, *sorted(folder.glob(f"{SETTINGS}{BACKUPS}"))):
        if stores.has(folder, path):
            read_settings(path, stores)
    return stores


def note_lost(database: str, stores: Stores) -> None:
    """Note in the account of a database the jobs that lie beside it and not in it."""
    lost = sum(page.skipped[LOST] for page in stores.pages)
    for page in stores.pages:
        if lost and page.file == database:
            page.fault = page.fault or f"it holds no jobs, and {JOBS} beside it {lost}: an upgrade has lost them"


def read_files(folder: Path, stores: Stores, has_database: bool) -> None:
    """Read the files of the older versions; with a live database only their history counts."""
    is_live, states = not stores.jobs, dict[str, Object]()
    for name in (STATES, STATES + MIGRATED):
        if stores.has(folder, folder / name):
            read_states(folder / name, stores, states, is_live and not name.endswith(MIGRATED))
    for name in (JOBS, JOBS + MIGRATED):
        if stores.has(folder, folder / name):
            is_own = is_live and not name.endswith(MIGRATED)
            read_jobs(folder / name, stores, states, is_own, LOST if is_live and has_database else FOSSIL)
    for path in sorted(folder.glob(f"{RUNS}/*.jsonl")) + sorted(folder.glob(f"{RUNS}/*.jsonl{MIGRATED}")):
        if stores.has(folder, path):
            read_history(path, stores)


def whole(path: Path, page: Page) -> Any:
    """Return what a file of JSON holds, None where it cannot be read; its account then says why."""
    evidence, found = EvidenceFile(path), bytearray()
    try:
        for block in evidence.blocks():
            found += block[: WHOLE_LIMIT + 1 - len(found)]
    except OSError as error:
        page.fault = f"cannot be opened: {error.strerror or error}"
        return None
    page.sha256, page.modified, page.fault = evidence.sha256, evidence.modified, evidence.fault
    if len(found) > WHOLE_LIMIT:
        page.fault = f"abandoned: more than {WHOLE_LIMIT >> 20} MiB"
        return None
    try:
        return json.loads(decoded(bytes(found)), parse_int=bounded_integer)
    except ValueError as error:
        page.fault = page.fault or f"not JSON, or only half of it: {str(error)[:100]}"
    except RecursionError:
        page.fault = "not JSON of OpenClaw's: nested too deeply"
    return None


def read_states(path: Path, stores: Stores, states: dict[str, Object], is_live: bool) -> None:
    """Read ``jobs-state.json``: by job id what the scheduler remembers of the last run."""
    page = stores.add(Page(shown(str(path))))
    found = an_object(an_object(whole(path, page)).get("jobs"))
    for number, (job, written) in enumerate(found.items(), 1):
        page.saw(moment(an_object(written).get("updatedAtMs")), stores.now)
        state = an_object(an_object(written).get("state"))
        if is_live and state:
            states[text(job)] = state
            from_state(page, number, text(job), state, stores)
        page.skip(STATE if is_live else FOSSIL)


def read_jobs(path: Path, stores: Stores, states: Mapping[str, Object], is_own: bool, otherwise: str) -> None:
    """Read ``jobs.json``; ``otherwise`` says what its jobs are where it is not the live store."""
    page = stores.add(Page(shown(str(path))))
    document = whole(path, page)
    jobs = listed(document)
    if jobs is None:
        page.fault = page.fault or "no list of OpenClaw's jobs"
        return
    for number, written in enumerate(jobs, 1):
        job = stored_job(written, states.get(text(an_object(written).get("id")), NOTHING))
        if job is None or not job.id:
            page.reject(number, "a job that is no object, or has neither id nor name")
            continue
        if is_own:
            stores.set_up(job, page, number)
        else:
            stores.gone.setdefault(job.id, job)
        if is_own and otherwise != LOST and not states:
            from_state(page, number, job.id, job.state, stores)
        page.skip(otherwise if otherwise == LOST or not is_own else LIVE)


def read_history(path: Path, stores: Stores) -> None:
    """Read the run log of one job: a line for each run that ended."""
    evidence, page = EvidenceFile(path), stores.add(Page(shown(str(path))))
    job, runs = path.name.removesuffix(MIGRATED).removesuffix(".jsonl"), list[Told]()
    try:
        for number, line in evidence.lines():
            told = history_line(page, number, line, job, evidence)
            if told is not None:
                runs.append(told)
    except OSError as error:
        page.fault = f"cannot be opened: {error.strerror or error}"
    page.sha256, page.modified, page.fault = evidence.sha256, evidence.modified, page.fault or evidence.fault
    for told in runs:
        stores.tell(told)
    if len(runs) >= KEPT_LINES:
        stores.since[runs[0].job] = min(told.start for told in runs)


def history_line(page: Page, number: int, line: bytes, job: str, evidence: EvidenceFile) -> Told | None:
    """Return the run of a line, None where it is none and was accounted for."""
    if not line.strip():
        page.skip(BLANK)
        return None
    try:
        found = json_object(line)
        if found.get("action", "finished") != "finished":
            page.skip(NOT_FINISHED)
            return None
        return finished(page, number, found, job)
    except Strange as error:
        page.reject(number, str(error), line[:300].decode("utf-8", "backslashreplace"))
    except (ValueError, RecursionError) as error:
        why = INCOMPLETE if evidence.ends_open else OVERLONG if len(line) >= LINE_LIMIT else f"not JSON: {error}"
        page.reject(number, why[:200], line[:300].decode("utf-8", "backslashreplace"))
    return None


def read_settings(path: Path, stores: Stores) -> None:
    """Read which version last wrote the program's settings, or an older copy of them, and when.

    Nothing else of them is kept, for they hold secrets.
    """
    page = Page(shown(str(path)))
    meta = an_object(an_object(whole(path, page)).get("meta"))
    at, version = stamp(meta.get("lastTouchedAt")), text(meta.get("lastTouchedVersion"))
    if at is None or not version:
        return
    stores.versions.append(Sighting(excerpt(version)[:40], at, page.file, 1))
    page.skip(SETTING)
    stores.add(page)
