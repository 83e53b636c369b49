"""Writers of a registry, killed at random moments: run as a program, which prints what was lost.

``python -m tests.recorder.killed_registry_writers FOLDER ROUNDS SEED``. In each round two writers work at once; each
says on a pipe what is committed, and both are killed after some of it. What was said must be there afterwards.
"""

from __future__ import annotations

import random
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from forensics.database.opening import Care
from forensics.recorder.registry import begin, open_registry, save
from forensics.recorder.run_record import COMPLETED, RUNNING
from tests.killing import killed_writers
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
        said = [*(said if number % 20 else []), *killed_writers(write_for_ever, path, chance, 300_000)]
        for line in lost(path, said):
            sys.stderr.write(f"round {number}: {line}\n")
    sys.stdout.write(f"{2 * rounds} {len(said)}\n")


if __name__ == "__main__":
    main()
