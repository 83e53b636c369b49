"""The registry as the wrapper sees it: two locks, a record, and a file to put it in where the registry fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forensics.database.faults import DatabaseError, told
from forensics.database.opening import Care, Database, noted
from forensics.errors import OutputError
from forensics.recorder.registry import begin, open_registry, prune, save, settle
from forensics.recorder.registry_spool import merge, spool
from forensics.recorder.run_locks import READY, RunLocks, file_of, folder_of
from forensics.recorder.run_record import SKIPPED, Run

# Before the command starts, and after it has ended: together under 2 s, whatever is wrong.
LARGEST = 8 << 20  # bytes that are checked page by page
HASTE = Care(patience=0.6, largest=LARGEST)
MORE_HASTE = Care(patience=0.2, largest=LARGEST)  # while the command runs, and its signals wait
MERGED_AT_ONCE = 20


class Book:
    """Where a run is recorded. What cannot be written to the registry is kept beside it, and the trouble raised."""

    def __init__(self, registry: Path, run: str) -> None:
        self.registry = registry
        self.locks = RunLocks(registry, run)
        self.ready = file_of(registry, run, READY)

    def begin(self, run: Run, now: int) -> Run:
        """Record that a run begins; return it, skipped where its job still runs and may not overlap.

        Raises:
            DatabaseError: its locks cannot be taken; or it is recorded beside the registry, or not at all.
        """
        with told(str(folder_of(self.registry))):
            self.locks.take()
        try:
            with open_registry(self.registry, now, HASTE) as database:
                if not run.options.overlap:
                    merge(database, self.registry, now, MERGED_AT_ONCE)
                run = begin(database, self.registry, run)
        except DatabaseError as error:
            raise self._spooled(run, error) from error
        if run.status == SKIPPED:
            self.locks.give_up()
        return run

    def note(self, run: Run, now: int) -> None:
        """Record a run that goes on.

        Raises:
            DatabaseError: it is recorded beside the registry, or not at all.
        """
        with self._saved(run, now, MORE_HASTE):
            return

    def end(self, run: Run, now: int) -> list[str]:
        """Record that a run has ended, and do what else the registry needs; return what befell the registry itself.

        Raises:
            DatabaseError: it is recorded beside the registry, or not at all.
        """
        with self._saved(run, now, HASTE) as database:
            self.locks.give_up()
            merge(database, self.registry, now, MERGED_AT_ONCE)
            settle(database, self.registry, now)
            prune(database, now, run.options.keep)
            return noted(database, run.started_at, now)

    @contextmanager
    def _saved(self, run: Run, now: int, care: Care) -> Iterator[Database]:
        is_saved = False
        try:
            with open_registry(self.registry, now, care) as database:
                save(database, run, now)
                is_saved = True
                yield database
        except DatabaseError as error:
            if is_saved:
                raise
            raise self._spooled(run, error) from error

    def _spooled(self, run: Run, error: DatabaseError) -> DatabaseError:
        """Keep a run beside the registry, if that is possible; return the trouble, and what came of it."""
        try:
            kept = f"kept in {spool(self.registry, run).parent}, to be merged"
        except (OSError, OutputError):
            kept = "not recorded"
        return DatabaseError(f"{error}; this run is {kept}")
