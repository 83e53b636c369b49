"""``forensics run``: gives the wrapper its surroundings; imports neither click nor anything slow.

The registry is imported when it is needed, so that even an installation that lacks a part runs the command.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from forensics.recorder import wrapper
from forensics.recorder.wrapper_diary import Clocks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from forensics.recorder.wrapper_book import Book

SUCCESS = "SUCCESS"


def main(words: list[str]) -> int:
    """Run the command that the words after ``forensics run`` name; return the exit code."""
    return wrapper.main(words, world())


def world() -> wrapper.World:
    """Return the surroundings of this process."""
    clocks = Clocks(wall=time.time_ns, lasting=lasting, awake=time.monotonic_ns)
    return wrapper.World(os.environ, working_folder(), os.getpid(), clocks, open_book, beat)


def lasting() -> int:
    """Return the ns on a clock that nobody sets, and that goes on while the host sleeps where there is such a one."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def working_folder() -> str:
    """Return the working directory, nothing where it was removed under us."""
    try:
        return str(Path.cwd())
    except OSError:
        return ""


def open_book(run: str) -> Book:
    """Return where a run is to be recorded."""
    from forensics.recorder.registry import registry_path
    from forensics.recorder.wrapper_book import Book

    return Book(Path(working_folder(), registry_path(os.environ, os.geteuid())), run, time.monotonic_ns)


def beat(job: str, interval: int) -> None:
    """Write a job's heartbeat."""
    from forensics.recorder.heartbeat import beat_content, write_beat
    from forensics.recorder.places import folder_for

    content = beat_content(job, interval, SUCCESS, time.time_ns(), os.uname().nodename, os.getpid())
    write_beat(folder_for("", os.environ), job, content)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
