"""Reads what OpenClaw leaves of scheduled runs in its state folder (``~/.openclaw``, in which ``cron/`` lies).

Written by OpenClaw's gateway and its agent runner, in four ways since 2026: jobs and states in ``cron/jobs.json``;
states apart in ``cron/jobs-state.json``; both, and the run log, in ``state/openclaw.sqlite``; with receipts, and the
run log among the tasks. Old stores are left beside new ones. A single file is read as the gateway's log.

It cannot tell whether a message that it calls delivered was seen by anybody, nor what a run for the main session came
to beyond that session's transcript; transcripts of other runs are gone after a day. Jobs are told as they are set up
now: how they were before a change no store tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from forensics.evidence.records import FileRead, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.openclaw_alive import alive
from forensics.sources.openclaw_book import Page, Shown
from forensics.sources.openclaw_coverage import covered, spans_of
from forensics.sources.openclaw_happenings import RESTART, settled
from forensics.sources.openclaw_log import LogReading, in_order, is_log
from forensics.sources.openclaw_rows import Rows
from forensics.sources.openclaw_runs import join_attempts, join_turns, runs_of
from forensics.sources.openclaw_sessions import read_sessions
from forensics.sources.openclaw_set_up import told_jobs
from forensics.sources.openclaw_shelf import DATABASE, JOBS, LIVE, MIGRATED, RUNS, STATES, Stores
from forensics.sources.openclaw_stores import read_stores
from forensics.sources.openclaw_trajectories import Attempt
from forensics.sources.openclaw_transcripts import Turn
from forensics.sources.paths import shown

MARKS = (JOBS, JOBS + MIGRATED, STATES, RUNS, DATABASE)
LOGS = ("logs/*.log", "openclaw-*.log")
NO_STORE = "no state folder of OpenClaw: neither cron/ nor state/ lies in it - name the folder in which they do"


class OpenClaw:
    """The state folder of an OpenClaw, or a log of its gateway."""

    kind: ClassVar[str] = "openclaw"
    lanes: ClassVar[tuple[str, ...]] = ("triggers", "lifecycle", "notifications")
    blind_spot: ClassVar[str] = (
        "Its status and its `delivered` are its own word: they do not show that work was done, or a message seen."
    )
    is_live: ClassVar[bool] = False
    is_log: ClassVar[bool] = True

    def detect(self, path: Path) -> bool:
        """Return whether a folder has one of OpenClaw's stores, or a file is its gateway's log."""
        try:
            return any((path / mark).exists() for mark in MARKS) if path.is_dir() else is_log(path)
        except OSError:
            return False

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield the runs that an OpenClaw tells of; rows come when all its files are read; see ``Source.read``.

        Raises:
            OSError: the path cannot be opened.
        """
        if path.is_dir():
            yield from read_folder(path, options)
            return
        stores, log = Stores(options.now), LogReading(options.now)
        read_log(path, log, stores)
        yield from written(stores, [], [], log, options)


def read_folder(folder: Path, options: ReadOptions) -> Iterator[Yielded]:
    """Yield what a state folder holds.

    Raises:
        OSError: it cannot be opened.
    """
    next(folder.iterdir(), None)  # one that may not be entered is not an empty one
    stores, log = read_stores(folder, options.now), LogReading(options.now)
    for path in in_order({path for pattern in LOGS for path in folder.glob(pattern)}):
        if stores.has(folder, path) and is_log(path):
            read_log(path, log, stores)
    turns, attempts = read_sessions(folder, stores)
    if not stores.pages:
        yield FileRead(shown(str(folder)), 0, fault=NO_STORE)
    yield from written(stores, turns, attempts, log, options)


def read_log(path: Path, log: LogReading, stores: Stores) -> None:
    """Read one log of the gateway."""
    told, happened = len(log.told), len(log.happened)
    stores.add(log.read(path))
    for each in log.told[told:]:
        stores.tell(each)
    stores.happened += log.happened[happened:]


def written(
    stores: Stores, turns: list[Turn], attempts: list[Attempt], log: LogReading, options: ReadOptions
) -> Iterator[Yielded]:
    """Yield the rows of all runs, and the account of every file."""
    runs = runs_of(stores.told)
    strays = join_turns(runs, turns, stores.jobs)
    join_attempts(runs, attempts)
    happened = settled(stores.happened, stores.versions, options.now)
    boots = [each for each in happened if each.kind == RESTART]
    rows = Rows(stores.jobs, stores.gone, tuple(each.at for each in boots))
    rows.write(runs, strays)
    span, leading = covered(stores), next((page for page in stores.pages if has_history(page)), None)
    set_up = told_jobs(stores, rows.names, options)
    lives = alive(log.signs, stores.told, boots, options.host, options.now, log.stops)
    for page in stores.pages:
        is_leading = span is not None and page is leading
        spans = spans_of(stores, span, rows.names) if span is not None and is_leading else {}
        happenings = tuple(each for each in happened if each.file == page.file)
        jobs = set_up.pop(page.file, ())
        stretches = tuple(each for each in lives if each.file == page.file)
        yield from page.yielded(options.host, Shown(span if is_leading else None, spans, happenings, jobs, stretches))


def has_history(page: Page) -> bool:
    """Return whether a file tells what the scheduler started or keeps."""
    return not page.fault and (any(table == "triggers" for table, _ in page.rows) or LIVE in page.skipped)
