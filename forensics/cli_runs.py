"""``forensics runs``: what the registry knows of runs, and what of them is to be run again."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from forensics.database.faults import DatabaseError
from forensics.database.opening import Care, Database, empty, noted
from forensics.frozen import changed
from forensics.recorder.registry import open_registry, read_registry, registry_path, settle
from forensics.recorder.registry_rows import last_of, latest_runs, run_of, transitions_of
from forensics.recorder.registry_schema import REGISTRY
from forensics.recorder.registry_spool import merge, spool_of
from forensics.recorder.run_locks import is_alive, sweep
from forensics.recorder.run_record import COMPLETED, INTERRUPTED, RUNNING, Run

UNFINISHED, NO_SUCH = 1, 3
RUN_ID = "FORENSICS_RUN_ID"  # of the run that we are part of
MERGED_AT_ONCE = 10_000
MOST_SHOWN = 1_000
QUICKLY = 64 << 20  # bytes that are gone through in a third of a second


@click.group()
def runs() -> None:
    """Ask the registry what became of runs; run again what timed out as it booted."""


@runs.command(name="list", short_help="List the latest runs.")
@click.option("--job", "glob", metavar="GLOB", default="*", help="Only jobs that fit.")
@click.option("--limit", type=click.IntRange(1, MOST_SHOWN), default=50, show_default=True, help="How many at most.")
@click.option("--json", "is_json", is_flag=True, help="As JSON, one run a line.")
def list_runs(glob: str, limit: int, is_json: bool) -> None:
    """List the latest runs, the newest first.

    \b
    Examples:
      forensics runs list
      forensics runs list --job 'larry-*' --json
    """  # noqa: D301 - click's sign for lines that stay as they are
    from forensics.cli_outputs import say, show_text
    from forensics.cli_runs_told import json_line, table

    with registry(QUICKLY) as (path, database):
        found = [truly(path, run) for run in latest_runs(database, glob, limit)]
        lines = [json_line(run, transitions_of(database, run.id)) for run in found] if is_json else table(found)
    show_text("".join(f"{line}\n" for line in lines))
    if not found:
        say(f"no run of a job that fits {glob!a} in {path}" if glob != "*" else f"no run in {path}")


@runs.command(short_help="Tell whether a run completed: exit code 0, 1 where not, 3 where there is none.")
@click.argument("run_id", required=False)
@click.option("--job", metavar="JOB", help="Of this job; with --last.")
@click.option("--last", is_flag=True, help="The last run that was not skipped; within a run, the one before it.")
@click.option("--json", "is_json", is_flag=True, help="As JSON.")
def show(run_id: str | None, job: str | None, last: bool, is_json: bool) -> None:
    """Tell what became of a run: 0 it completed, 1 it did not (or not yet), 3 there is no such run or job.

    \b
    Examples:
      forensics runs show --job db-backup --last --json
      forensics runs show cron:1ed7b400-640f-4925-8e8f-2b29e46b7d95
    """  # noqa: D301 - as above
    from forensics.cli_outputs import say, show_text
    from forensics.cli_runs_told import json_line, sheet

    if bool(run_id) == bool(job) or bool(job) != last:
        raise click.UsageError("name a run, or a job with --job JOB --last")
    with registry(QUICKLY) as (path, database):
        asking = os.environ.get(RUN_ID, "")
        found = run_of(database, run_id) if run_id else last_of(database, job or "", asking)
        changes = transitions_of(database, found.id) if found else []
    if found is None:
        say(f"{run_id or job!a}: no such {'run' if run_id else 'job'} in {path} - see forensics runs list")
        sys.exit(NO_SUCH)
    found = truly(path, found)
    show_text(f"{json_line(found, changes)}\n" if is_json else sheet(found, changes))
    sys.exit(0 if found.status == COMPLETED else UNFINISHED)


@runs.command(short_help="Run again what was left to be tried again when its wrapper died.")
@click.argument("run_ids", nargs=-1)
@click.option("--job", "glob", metavar="GLOB", default="*", help="Only jobs that fit.")
@click.option("--dry-run", is_flag=True, help="Only say what would be run.")
def retry(run_ids: tuple[str, ...], glob: str, dry_run: bool) -> None:
    """Run again, one after another, what timed out as it booted and whose wrapper died with tries left.

    A run that is named is run again if it is neither alive nor completed. The exit code is 0 where all that was run
    went well, else 1. For the 15-minute timer.

    \b
    Examples:
      forensics runs retry
      forensics runs retry cron:1ed7b400-640f-4925-8e8f-2b29e46b7d95
    """  # noqa: D301 - as above
    from forensics.cli_outputs import say
    from forensics.cli_runs_retry import chosen, run_again

    with registry() as (path, database):
        found, strange = chosen(database, run_ids, glob)
    for line in strange:
        say(line)
    if dry_run and not found and not strange:
        say(f"nothing is left to be run again in {path}")
    codes = []
    for run in found:
        say(f"{run.job}: {run.id} is {'to be ' if dry_run else ''}run again, attempt {len(run.attempts) + 1}")
        if not dry_run:
            codes.append(run_again(path, run))
    sys.exit(NO_SUCH if strange else int(any(codes)))


@contextmanager
def registry(largest: int | None = None) -> Iterator[tuple[Path, Database]]:
    """Give the registry and where it is, brought up to date if it may be written; where there is none, an empty one.

    One of more bytes than ``largest`` is not searched for damage: who asks from within a job should not wait.

    Raises:
        DatabaseError: it cannot be read.
    """
    path = Path.cwd() / registry_path(os.environ, os.geteuid())
    with ExitStack() as stack:
        if path.exists() or spool_of(path).exists():
            yield path, opened(path, stack, Care(largest=largest))
        else:
            yield path, stack.enter_context(empty(REGISTRY))


def opened(path: Path, stack: ExitStack, care: Care) -> Database:
    """Return a registry that is there, brought up to date if it may be written.

    Raises:
        DatabaseError: it cannot be read.
    """
    from forensics.cli_outputs import say

    now = time.time_ns()
    try:
        with ExitStack() as attempt:
            database = attempt.enter_context(open_registry(path, now, care))
            merge(database, path, now, MERGED_AT_ONCE)
            settle(database, path, now)
            sweep(path, now)
            for line in noted(database, now, now):
                say(line)
            stack.push(attempt.pop_all())
            return database
    except DatabaseError:
        try:
            return stack.enter_context(read_registry(path, care))
        except DatabaseError:
            pass
        raise


def truly(path: Path, run: Run) -> Run:
    """Return a run as it is: one that is recorded as running and is dead was interrupted."""
    is_dead = run.status == RUNNING and not is_alive(path, run.id)
    return changed(run, status=INTERRUPTED) if is_dead else run
