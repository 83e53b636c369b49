"""The registry as the wrapper sees it: two locks, a record, and a file to put it in where the registry fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from forensics.database.faults import DatabaseError, Locked, told
from forensics.database.opening import Care, Database, noted
from forensics.errors import OutputError
from forensics.recorder.registry import begin, open_registry, prune, save, settle
from forensics.recorder.registry_spool import merge, spool
from forensics.recorder.run_locks import READY, RunLocks, file_of, folder_of
from forensics.recorder.run_record import SKIPPED, Run

# Before the command starts, and after it has ended: together under 2 s, whoever hangs with the registry in hand.
PATIENCE = 1.8  # seconds
AT_ONCE = 1.2  # seconds
WHILE_RUNNING = 0.2  # seconds, in which its signals wait
LARGEST = 1 << 20  # bytes: to go through them takes 5 ms
SECOND = 10**9
MERGED_AT_ONCE = 20


class Book:
    """Where a run is recorded. What cannot be written to the registry is kept beside it, and the trouble raised."""

    def __init__(self, registry: Path, run: str, clock: Callable[[], int]) -> None:
        self.registry = registry
        self.clock = clock
        self.patience = PATIENCE
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
            with self._patiently(AT_ONCE, LARGEST) as care, open_registry(self.registry, now, care) as database:
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
        with self._saved(run, now, WHILE_RUNNING):
            return

    def end(self, run: Run, now: int) -> list[str]:
        """Record that a run has ended, and do what else the registry needs; return what befell the registry itself.

        Raises:
            DatabaseError: it is recorded beside the registry, or not at all.
        """
        with self._saved(run, now, AT_ONCE) as database:
            self.locks.give_up()
            with suppress(Locked):  # the next one does it
                merge(database, self.registry, now, MERGED_AT_ONCE)
                settle(database, self.registry, now)
                prune(database, now, run.options.keep)
                return noted(database, run.started_at, now)
        return []

    @contextmanager
    def _patiently(self, patience: float, largest: int = 0) -> Iterator[Care]:
        """Give how long to wait; of what is left of our patience the time is taken that it took."""
        began = self.clock()
        try:
            yield Care(min(patience, max(self.patience, WHILE_RUNNING)), largest)
        finally:
            self.patience -= (self.clock() - began) / SECOND

    @contextmanager
    def _saved(self, run: Run, now: int, patience: float) -> Iterator[Database]:
        is_saved = False
        try:
            with self._patiently(patience) as care, open_registry(self.registry, now, care) as database:
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
