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
