"""Runs that are to be run again: which they are, and one of them carried out."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from forensics.cli_outputs import say
from forensics.cli_run import world
from forensics.database.opening import Care, Database
from forensics.recorder.registry import open_registry, reopen
from forensics.recorder.registry_rows import left_to_retry, run_of
from forensics.recorder.run_record import FAILED, INTERRUPTED, TIMEOUT, Run
from forensics.recorder.wrapper import resume
from forensics.recorder.wrapper_book import Book
from forensics.recorder.wrapper_child import WATCHED, block_signals

AGAIN = frozenset({FAILED, INTERRUPTED, TIMEOUT})
NOT_DONE = 1


def chosen(database: Database, run_ids: Sequence[str], glob: str) -> tuple[list[Run], list[str]]:
    """Return the runs that are to be run again, and what is wrong with those that were named."""
    if not run_ids:
        return [run for run in left_to_retry(database) if fnmatchcase(run.job, glob)], []
    found = {each: run_of(database, each) for each in run_ids}
    strange = [refusal(each, run) for each, run in found.items() if run is None or run.status not in AGAIN]
    return [] if strange else [run for run in found.values() if run is not None], strange


def refusal(named: str, run: Run | None) -> str:
    """Return why a run cannot be run again."""
    if run is None:
        return f"{named!a}: no such run in the registry - see forensics runs list"
    return f"{run.id} is {run.status} - only what failed, timed out or was interrupted can be run again"


def run_again(path: Path, run: Run) -> int:
    """Run a run's command once more as its next attempt; return its exit code, 1 where it was not started."""
    book = Book(path, run.id, time.monotonic_ns)
    try:
        book.locks.take()
    except BlockingIOError:
        say(f"{run.job}: {run.id} is just being run again by somebody else")
        return 0
    except OSError as error:
        say(f"{run.job}: {run.id} could not be locked - {error.strerror} - see to owner and mode of its folder")
        return NOT_DONE
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        if not is_ours_still(path, run):
            return 0
        os.chdir(run.folder or "/")
        return resume(run, book, world(), block_signals())
    except OSError as error:
        say(f"{run.job}: {run.folder!a} could not be entered - {error.strerror} - {run.id} was not run again")
        return NOT_DONE
    finally:
        book.locks.give_up()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED - before)


def is_ours_still(path: Path, run: Run) -> bool:
    """Return whether a run is as we found it; an end that was recorded is taken back."""
    now = time.time_ns()
    with open_registry(path, now, Care()) as database:
        if run_of(database, run.id) != run:
            return False
        if run.status != INTERRUPTED:
            reopen(database, run, now)
    return True
