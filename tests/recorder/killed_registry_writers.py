"""Writers of a registry, killed at random moments: run as a program, which prints what was lost.

``python -m tests.recorder.killed_registry_writers FOLDER ROUNDS SEED``. In each round two writers work at once; each
says on a pipe what is committed, and both are killed after some of it. What was said must be there afterwards.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from forensics.database.opening import Care
from forensics.recorder.registry import begin, open_registry, save
from forensics.recorder.run_record import COMPLETED, RUNNING
from tests.recorder.run_builders import NOW, all_runs, completed, notes_in, run

PATIENT = Care(patience=30)


def write_for_ever(path: Path, job: str) -> Iterator[str]:
    """Write, and yield what is committed; each time with a connection of its own, as the wrapper does."""
    while True:
        one = run(job)
        with open_registry(path, NOW, PATIENT) as database:
            begin(database, path, one)
        yield f"{RUNNING} {one.id}"
        with open_registry(path, NOW, PATIENT) as database:
            save(database, completed(one), NOW)
        yield f"{COMPLETED} {one.id}"


def started_writer(path: Path, job: str) -> tuple[int, int]:
    """Start a writer; return its process and the pipe that it speaks on."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    os.nice(5)  # the one who kills comes first, where there are fewer processors than writers
    try:
        for line in write_for_ever(path, job):
            os.write(writer, f"{line}\n".encode())
    finally:
        os._exit(1)


def killed(path: Path, chance: random.Random) -> list[str]:
    """Let two writers work, kill them, and return what they said."""
    writers = [started_writer(path, job) for job in "ab"]
    said = [os.read(writers[0][1], 1), b""]  # one at least is at work
    for _ in range(chance.randrange(300_000)):  # up to some ms: a moment within a transaction, not just after one
        pass
    for child, _ in writers:
        os.kill(child, signal.SIGKILL)
    for place, (child, reader) in enumerate(writers):
        os.waitpid(child, 0)
        with os.fdopen(reader, "rb") as pipe:
            said[place] += pipe.read()
    return [line for each in said for line in each.decode().splitlines()]


def lost(path: Path, said: list[str]) -> list[str]:
    """Return what was said to be committed and is not there, and what was found wrong with the registry."""
    wrong = notes_in(path)
    there = {each.id: each.status for each in all_runs(path)}
    for line in said:
        status, _, one = line.partition(" ")
        if there.get(one) not in ((COMPLETED,) if status == COMPLETED else (RUNNING, COMPLETED)):
            wrong.append(line)
    connection = sqlite3.connect(path)
    if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
        wrong.append("it is damaged")
    connection.close()
    return wrong


def main() -> None:
    """Kill, look, and print how many writers were killed and how much was said; on stderr, what of it was lost."""
    folder, rounds, chance = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    said: list[str] = []
    for number in range(rounds):
        path = folder / f"{number // 20}.db"  # the same for some rounds: what was killed is found by the next
        said = [*(said if number % 20 else []), *killed(path, chance)]
        for line in lost(path, said):
            sys.stderr.write(f"round {number}: {line}\n")
    sys.stdout.write(f"{2 * rounds} {len(said)}\n")


if __name__ == "__main__":
    main()
