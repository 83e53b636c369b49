"""Locks that are held while a process lives, and fall the moment it dies, however that comes about.

No stale lock is ever left. Only the lock counts, not the file that it is on.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

PAUSE = 0.05  # seconds between two tries


@contextmanager
def held(descriptor: int, tries: int) -> Iterator[bool]:
    """Give whether the lock on a file or folder became ours, and hold it; the descriptor is closed at the end."""
    try:
        yield locked(descriptor, tries)
    finally:
        # A child that was forked meanwhile has the lock too: closing alone would leave it there.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def locked(descriptor: int, tries: int) -> bool:
    """Take the lock; False where somebody else had it at every try."""
    for left in reversed(range(tries)):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if left:
                time.sleep(PAUSE)
        else:
            return True
    return False


def is_held(path: os.PathLike[str]) -> bool:
    """Return whether somebody holds the lock on a file; asking takes no lock from anybody, and a missing file has none.

    Raises:
        OSError: the file cannot be opened.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: those who ask do not see each other
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
