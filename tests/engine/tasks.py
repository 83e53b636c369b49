"""What the tests of engines have worked out: by name, as other processes find it."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def doubled(number: int) -> int:
    """Return twice a number."""
    return number * 2


def worked_out_by(_part: int) -> int:
    """Return the process that works a part out."""
    return os.getpid()


def killed_elsewhere(home: int) -> int:
    """Kill this process, unless it is the one at home."""
    if os.getpid() != home:
        os.kill(os.getpid(), signal.SIGKILL)
    return home


def killed_once(flag: str) -> str:
    """Kill this process the first time that it is asked."""
    if not Path(flag).exists():
        Path(flag).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return flag


class Fatal:
    """Something large that kills any process but the one at home, before it is there as a whole."""

    def __init__(self, home: int, content: bytes) -> None:
        if os.getpid() != home:
            os.kill(os.getpid(), signal.SIGKILL)
        self.home, self.content = home, content

    def __reduce__(self) -> tuple[type[Fatal], tuple[int, bytes]]:
        """Return how it is made anew on the other side."""
        return Fatal, (self.home, self.content)


def size_of(large: Fatal) -> int:
    """Return how large something is."""
    return len(large.content)


def one_through(number: int) -> float:
    """Return a part of one."""
    return 1 / number
