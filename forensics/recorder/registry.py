"""The registry of runs: what the wrapper writes to it, and how a run that nobody ended is told.

A run's whole record is written each time; only one that is running may change, or one that was taken for dead: the
wrapper's own word, late as it may be, outranks what others concluded from its silence.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from forensics.database.faults import DatabaseError
from forensics.database.opening import Care, Database, Value, opened, opened_to_read, storable
from forensics.frozen import changed
from forensics.recorder.places import state_folder
from forensics.recorder.registry_rows import running_runs
from forensics.recorder.registry_schema import REGISTRY
from forensics.recorder.run_locks import READY, file_of, is_alive, remove_files
from forensics.recorder.run_record import INTERRUPTED, RUNNING, SKIPPED, Attempt, Run

VARIABLE = "FORENSICS_REGISTRY"
FILE = "registry.db"
SYSTEM = "/var/lib/forensics"
PRUNED_AT_ONCE = 200
DAY = 86_400 * 10**9
HIGHEST = 2**63 - 1  # that SQLite can store


class Ended(DatabaseError):
    """A run that is already recorded as ended otherwise."""


def registry_path(environment: Mapping[str, str], user: int) -> Path:
    """Return where a user's registry is: as named, else root's in the system's folder, else among the user's state.

    Raises:
        DatabaseError: the user has no home.
    """
    if named := environment.get(VARIABLE):
        return Path(named)
    if user == 0:
        return Path(SYSTEM, FILE)
    if state := state_folder(environment):
        return Path(state, FILE)
    raise DatabaseError(f"there is no place for a registry - $HOME is not set - name a file in ${VARIABLE}")


def open_registry(path: Path, now: int, care: Care) -> AbstractContextManager[Database]:
    """Open a registry to write to, made where it is missing; what is none is set aside, of which a note is left.

    Raises:
        DatabaseError: it cannot be opened or made, or a newer version wrote it.
    """
    return opened(path, REGISTRY, now, care)


def read_registry(path: Path, care: Care) -> AbstractContextManager[Database]:
    """Open a registry that is there, without changing it.

    Raises:
        DatabaseError: it cannot be read.
    """
    return opened_to_read(path, REGISTRY, care)


def begin(database: Database, registry: Path, run: Run) -> Run:
    """Record that a run begins; where its job still runs and may not overlap, that this one is skipped."""
    with database.change() as connection:
        if not run.options.overlap and any(is_alive(registry, each) for each in running_ids(connection, run.job)):
            run = changed(run, status=SKIPPED, completed_at=run.started_at, retries_left=0, attempts=())
        insert(connection, run)
    return run


def running_ids(connection: sqlite3.Connection, job: str) -> list[str]:
    """Return the runs of a job of which no end is recorded."""
    found = connection.execute(f"SELECT id FROM runs WHERE status = '{RUNNING}' AND job = ?", (job,))
    return [run for (run,) in found]


def save(database: Database, run: Run, now: int, why: str = "the wrapper's word") -> None:
    """Record a run as it is now, with all its attempts.

    Raises:
        Ended: it is recorded as ended otherwise, and stays so.
        DatabaseError: it cannot be written.
    """
    with database.change() as connection:
        record(connection, run, now, why)


def record(connection: sqlite3.Connection, run: Run, now: int, why: str) -> None:
    """Do within a transaction what ``save`` does."""
    if not updated(connection, run, RUNNING):
        found = connection.execute("SELECT status FROM runs WHERE id = ?", (run.id,)).fetchone()
        if found is None:
            insert(connection, run)
            return
        if found == (run.status,):  # told twice
            return
        if found != (INTERRUPTED,) or not updated(connection, run, INTERRUPTED):
            raise Ended(f"{run.id} is recorded as {found[0]}, and stays so - it was to become {run.status}")
        log(connection, run, now, INTERRUPTED, why)
    insert_attempts(connection, run)


def updated(connection: sqlite3.Connection, run: Run, status: str) -> bool:
    """Write a run over the one that is recorded, if that one has the status; return whether it had."""
    row = row_of(run)
    names = ", ".join(f"{name} = :{name}" for name in row)
    found = connection.execute(f"UPDATE runs SET {names} WHERE id = :id AND status = '{status}'", row)
    return found.rowcount == 1


def insert(connection: sqlite3.Connection, run: Run) -> None:
    """Add a run that is not recorded yet."""
    row = row_of(run)
    connection.execute(f"INSERT INTO runs ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})", row)
    insert_attempts(connection, run)


def insert_attempts(connection: sqlite3.Connection, run: Run) -> None:
    """Write a run's attempts over those that are recorded."""
    rows = [attempt_row(run.id, each) for each in run.attempts]
    connection.executemany(f"INSERT OR REPLACE INTO attempts VALUES ({', '.join('?' * 15)})", rows)


def log(connection: sqlite3.Connection, run: Run, now: int, old: str, why: str) -> None:
    """Leave a trace of a change of status."""
    connection.execute("INSERT INTO transitions VALUES (?, ?, ?, ?, ?)", (run.id, now, old, run.status, why))


def row_of(run: Run) -> dict[str, Value]:
    """Return a run as the columns of its table."""
    return {
        "id": run.id,
        "job": run.job,
        "host": storable(run.host),
        "status": run.status,
        "started_at": bounded(run.started_at),
        "completed_at": bounded(run.completed_at),
        "duration": bounded(run.duration),
        "exit_code": run.exit_code,
        "signal": run.signal,
        "command": json.dumps(run.command),
        "folder": storable(run.folder),
        "options": json.dumps(vars(run.options)),
        "retries_left": run.retries_left,
        "boot_id": run.boot_id,
        "pid": run.pid,
    }


def attempt_row(run: str, attempt: Attempt) -> tuple[Value, ...]:
    """Return an attempt as the columns of its table."""
    *own, facts = (getattr(attempt, name) for name in vars(attempt))
    return (run, *(bounded(each) if isinstance(each, int) else each for each in own), *vars(facts).values())


def bounded(instant: int | None) -> int | None:
    """Return an instant as SQLite can store it, whatever a clock said."""
    return None if instant is None else max(-HIGHEST, min(instant, HIGHEST))


def reopen(database: Database, run: Run, now: int) -> None:
    """Take back the end of a run, because it is to be run again by hand."""
    with database.change() as connection:
        reopened = changed(run, status=INTERRUPTED)
        if updated(connection, reopened, run.status):
            log(connection, reopened, now, run.status, "to be run again by hand")


def settle(database: Database, registry: Path, now: int) -> list[Run]:
    """Record as interrupted what is recorded as running and is dead; return those runs."""
    dead = [each for each in running_runs(database) if not is_alive(registry, each.id)]
    return [each for each in (concluded(registry, run) for run in dead) if is_settled(database, registry, each, now)]


def concluded(registry: Path, run: Run) -> Run:
    """Return a dead run as interrupted; if it had booted after its wrapper's death, its ready file tells so."""
    run = changed(run, status=INTERRUPTED)
    last = run.attempts[-1] if run.attempts else None
    if last is None or last.booted_at is not None or last.ended_at is not None or run.options.boot_timeout is None:
        return run
    try:
        booted_at = file_of(registry, run.id, READY).lstat().st_mtime_ns
    except OSError:
        return run
    return run.with_attempt(changed(last, booted_at=booted_at, boot=max(0, booted_at - last.started_at)))


def is_settled(database: Database, registry: Path, run: Run, now: int) -> bool:
    """Record an interrupted run, unless its end was recorded meanwhile; return whether it was."""
    with database.change() as connection:
        if not updated(connection, run, RUNNING):
            return False
        log(connection, run, now, RUNNING, "neither its wrapper nor its job was alive")
        insert_attempts(connection, run)
    remove_files(registry, run.id)
    return True


def prune(database: Database, now: int, keep: int) -> int:
    """Remove some of the runs that ended longer ago than ``keep``; return how many.

    A clock that runs years ahead must not remove what it takes for old: the newest other run has a say.
    """
    newest = database.rows("SELECT started_at FROM runs ORDER BY started_at DESC LIMIT 2")
    if len(newest) < 2:
        return 0
    before = min(now, newest[1][0] + DAY) - keep
    query = f"SELECT id FROM runs WHERE started_at < ? AND status != '{RUNNING}' ORDER BY started_at LIMIT ?"
    old = database.rows(query, before, PRUNED_AT_ONCE)
    if old:
        with database.change() as connection:
            for table, column in (("attempts", "run"), ("transitions", "run"), ("runs", "id")):
                connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", old)
    return len(old)
