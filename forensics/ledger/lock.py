"""The lock that keeps two of us on one host from doing the same work at once.

It is held while the process lives, and falls the moment it dies, however that comes about: no stale lock is ever
left. Only the lock counts, not the file that it is on, which is never removed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from forensics.database.beginning import hand_over, made_folder
from forensics.database.faults import DatabaseError, told
from forensics.database.locks import held

LOCK_MODE = 0o640
FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def single_flight(ledger: Path, tries: int = 1) -> Iterator[bool]:
    """Give whether we are the only one at work on a ledger, and stay it; False where another is.

    Raises:
        DatabaseError: the lock file ``<ledger>.lock`` cannot be made or opened.
    """
    path = ledger.with_name(ledger.name + ".lock")
    with told(str(path)):
        made_folder(path.parent)
        file = opened(path)
    with held(file, tries) as is_ours:
        yield is_ours


def opened(path: Path) -> int:
    """Return a descriptor of a lock file, which is made where it is missing.

    Raises:
        OSError: it may not be opened or made.
        DatabaseError: it is no plain file.
    """
    with suppress(FileExistsError):  # first made, then opened: where /tmp is protected, O_CREAT fails on others' files
        file = os.open(path, FLAGS | os.O_CREAT | os.O_EXCL, LOCK_MODE)
        os.fchmod(file, LOCK_MODE)
        hand_over(file, path.parent)
        return file
    file = os.open(path, FLAGS)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise DatabaseError(f"{path} is no plain file - remove it; it only serves as a lock")
    return file
