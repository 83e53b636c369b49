"""``forensics run``: a command run as if nothing stood between, and its story told to the registry.

The command comes first: its input, output, signals and exit code are its own, and whatever fails of ours is one line
on stderr. What it may depend on, the watch over its limits, imports none of the bookkeeping.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from forensics.durable import write
from forensics.frozen import frozen
from forensics.recorder.heartbeat import Refused
from forensics.recorder.run_options import USAGE, Asked, parse
from forensics.recorder.run_record import BOOT_TIMEOUT, COMPLETED, FAILED, Options, Run, new_run_id
from forensics.recorder.wrapper_child import Before, block_signals, code_without_start, has_terminal, started
from forensics.recorder.wrapper_diary import Clocks, Diary
from forensics.recorder.wrapper_mute import Mute, say
from forensics.recorder.wrapper_watch import Ending, Limits, Watch, forget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from forensics.recorder.wrapper_book import Book

RUN_ID = "FORENSICS_RUN_ID"
READY_FILE = "FORENSICS_READY_FILE"
WRONG_USAGE = 2
SECOND = 10**9


@frozen
class World:
    """What the wrapper is given of its surroundings; ``open_book`` and ``beat`` may fail in any way."""

    environment: Mapping[str, str]
    folder: str
    pid: int
    clocks: Clocks
    open_book: Callable[[str], Book]  # of a run id
    beat: Callable[[str, int], object]  # of a job, and its interval in seconds


def main(words: list[str], world: World) -> int:
    """Run the command that some words name; return its exit code, 128+n for a signal, 124 for our own time-out."""
    before = block_signals()
    try:
        asked = parse(words)
    except Refused as error:
        say(str(error))
        return WRONG_USAGE
    if not asked.command:
        sys.stdout.write(USAGE)
        return 0
    diary = Diary(new_run_id(), world.clocks, Mute(say))
    diary.begin(asked, world.folder, world.pid, world.open_book)
    if diary.is_skipped:
        say(f"forensics run: {asked.job} still runs - this run is skipped, and recorded as such")
        return 0
    return carried_out(asked, world, diary, before, retries=asked.options.retries)


def resume(run: Run, book: Book, world: World, before: Before) -> int:
    """Run once more the command of a run whose wrapper died, as its next attempt; return its exit code."""
    diary = Diary(run.id, world.clocks, Mute(say))
    diary.resume(run, world.pid, book)
    number, retries = len(run.attempts) + 1, max(0, run.retries_left - 1)
    diary.try_again(number, retries)
    asked = Asked(run.job, run.command, run.options)
    return carried_out(asked, world, diary, before, number=number, retries=retries)


def carried_out(asked: Asked, world: World, diary: Diary, before: Before, *, retries: int, number: int = 1) -> int:
    """Run a command until it needs no further attempt, or has none left; return its exit code."""
    while True:
        ending = attempted(asked, world, diary, before)
        is_last = not retries or not asks_for_more(ending, asked.options)
        diary.attempt_ended(ending, is_last=is_last)
        if is_last:
            break
        number, retries = number + 1, retries - 1
        diary.try_again(number, retries)
    diary.end(ending)
    if ending.outcome == COMPLETED:
        vouch(asked, world)
    return ending.code


def asks_for_more(ending: Ending, options: Options) -> bool:
    """Return whether an attempt ended in a way that is to be tried again."""
    if ending.is_final:
        return False
    return ending.outcome == BOOT_TIMEOUT or (ending.outcome == FAILED and ending.code in options.retry_on)


def attempted(asked: Asked, world: World, diary: Diary, before: Before) -> Ending:
    """Run a command once, within its limits."""
    options = asked.options
    limits = Limits(options.timeout, options.boot_timeout, options.kill_after, ready_file(options, world, diary))
    has_group = (options.timeout or options.boot_timeout) is not None and not has_terminal()
    given = {RUN_ID: diary.id, **({READY_FILE: limits.ready} if limits.ready else {})}
    forget(limits.ready)
    diary.command_starts()
    try:
        child = started(asked.command, {**world.environment, **given}, before, has_group=has_group)
    except OSError as error:
        say(f"forensics run: {asked.command[0]!a} could not be started - {error.strerror} - see to its path and mode")
        return Ending(FAILED, code_without_start(error))
    diary.leave_lock_to_job()
    return Watch(child, limits, world.clocks.awake, diary.booted).ending()


def ready_file(options: Options, world: World, diary: Diary) -> str | None:
    """Return the file that a command touches when it is up, None where nobody waits for that."""
    if options.boot_timeout is None:
        return None
    if diary.book is not None and os.access(diary.book.ready.parent, os.W_OK):
        return str(diary.book.ready)
    folder = world.environment.get("TMPDIR") or "/tmp"
    return f"{folder}/forensics-{diary.id.removeprefix('cron:')}.ready"


def vouch(asked: Asked, world: World) -> None:
    """Leave what shows that the work was done: the marker and the heartbeat."""
    if asked.options.marker is not None:
        with Mute(say)():
            now = time.gmtime(world.clocks.wall() // SECOND)
            write(Path(asked.options.marker), f"SUCCESS {time.strftime('%Y-%m-%dT%H:%M:%SZ', now)}\n".encode())
    if asked.options.interval is not None:
        with Mute(say)():
            world.beat(asked.job, asked.options.interval // SECOND)
