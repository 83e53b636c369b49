"""Who is alive: two locks for each run, one kept by the wrapper and one inherited by the job.

A lock falls the moment its last holder is gone, however that comes about: no pid is asked, which may be somebody
else's by now, and no reboot is a special case. The job's lock may be held on by a daemon that the job left behind;
so it tells nothing once an end is recorded.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from forensics.database.beginning import hand_over, made_folder
from forensics.database.locks import is_held, locked

LOCK_MODE = 0o644  # others may ask
FIRST_DESCRIPTOR = 10  # as shells do: a job knows what its first ones are
TRIES = 4
DAY = 86_400 * 10**9
OURS = "wrapper"
JOBS = "job"
READY = "ready"


def folder_of(registry: Path) -> Path:
    """Return the folder of what belongs to runs that are under way."""
    return registry.with_name(f"{registry.name}.runs")


def file_of(registry: Path, run: str, name: str) -> Path:
    """Return a file that belongs to a run that is under way."""
    return folder_of(registry) / f"{run.removeprefix('cron:')}.{name}"


class RunLocks:
    """The two locks of a run, held; ``for_job`` is to be inherited by the job, and given up by us once it has it."""

    def __init__(self, registry: Path, run: str) -> None:
        self.registry = registry
        self.run = run
        self.ours: int | None = None
        self.for_job: int | None = None

    def take(self) -> None:
        """Take both locks.

        Raises:
            OSError: they cannot be made, or somebody else holds one.
        """
        made_folder(folder_of(self.registry))
        self.ours = taken(file_of(self.registry, self.run, OURS))
        self.take_for_job()

    def take_for_job(self) -> None:
        """Take the lock that the job shall hold, if it is free: an earlier attempt may have left a daemon with it.

        Raises:
            OSError: it cannot be made.
        """
        if self.ours is not None and self.for_job is None:
            with suppress(BlockingIOError):
                self.for_job = taken(file_of(self.registry, self.run, JOBS))
                os.set_inheritable(self.for_job, True)

    def leave_to_job(self) -> None:
        """Give up our hold on the job's lock."""
        if self.for_job is not None:
            os.close(self.for_job)
            self.for_job = None

    def give_up(self) -> None:
        """Give up both, and remove their files: an end is recorded."""
        remove_files(self.registry, self.run)
        self.leave_to_job()
        if self.ours is not None:
            os.close(self.ours)
            self.ours = None


def taken(path: Path) -> int:
    """Return a descriptor of a lock file that is locked by us.

    Raises:
        BlockingIOError: somebody else holds it.
        OSError: it cannot be made.
    """
    low = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, LOCK_MODE)
    try:
        file = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR)
    finally:
        os.close(low)
    try:
        os.fchmod(file, LOCK_MODE)
        hand_over(file, path.parent)
        # One that was removed meanwhile, by who held it before, would be a lock that nobody else sees.
        if not locked(file, TRIES) or not is_in_place(file, path):
            raise BlockingIOError(f"{path} is locked by another process")
    except BaseException:
        os.close(file)
        raise
    return file


def is_in_place(file: int, path: Path) -> bool:
    """Return whether an open file is the one that stands at a path."""
    try:
        return os.path.samestat(os.fstat(file), path.lstat())
    except FileNotFoundError:
        return False


def is_alive(registry: Path, run: str) -> bool:
    """Return whether the wrapper of a run or its job lives; where that may not be asked, it is not said to be dead."""
    try:
        return any(is_held(file_of(registry, run, name)) for name in (OURS, JOBS))
    except OSError:
        return True


def sweep(registry: Path, now: int) -> None:
    """Remove the files of runs that were never recorded: they are a day old, and nobody holds them."""
    with suppress(OSError):
        for path in folder_of(registry).iterdir():
            with suppress(OSError):
                if path.lstat().st_mtime_ns < now - DAY and not is_held(path):
                    path.unlink()


def remove_files(registry: Path, run: str) -> None:
    """Remove what belongs to a run that is over."""
    for name in (OURS, JOBS, READY):
        with suppress(OSError):
            file_of(registry, run, name).unlink()
