"""Two writers at work on one file, and killed in the midst of it."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path


def started_writer(write_for_ever: Callable[[Path, str], Iterator[str]], path: Path, key: str) -> tuple[int, int]:
    """Start a writer, which says what it has committed; return its process and the pipe that it speaks on."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    os.nice(5)  # the one who kills comes first, where there are fewer processors than writers
    try:
        for line in write_for_ever(path, key):
            os.write(writer, f"{line}\n".encode())
    finally:
        os._exit(1)


def killed_writers(
    write_for_ever: Callable[[Path, str], Iterator[str]], path: Path, chance: random.Random, longest: int
) -> list[str]:
    """Let two writers work, kill them, and return what they said."""
    writers = [started_writer(write_for_ever, path, key) for key in "ab"]
    said = [os.read(writers[0][1], 1), b""]  # one at least is at work
    for _ in range(chance.randrange(longest)):  # up to some ms: a moment within a transaction, not just after one
        pass
    for child, _ in writers:
        os.kill(child, signal.SIGKILL)
    for place, (child, reader) in enumerate(writers):
        os.waitpid(child, 0)
        with os.fdopen(reader, "rb") as pipe:
            said[place] += pipe.read()
    return [line for each in said for line in each.decode().splitlines()]
