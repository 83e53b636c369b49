"""Writers of a ledger, killed at random moments: run as a program, which prints what was lost.

``python -m tests.ledger.killed_writers FOLDER ROUNDS SEED``. In each round two writers work at once; each says what
is committed on a pipe, and both are killed after some of it. What was said must be there when the ledger is opened.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

from forensics.database.opening import noted
from forensics.ledger.database import open_ledger
from forensics.ledger.publications import publish, waiting
from forensics.ledger.tracker import TrackerMemory
from tests.ledger.builders import HERE, NOW, remembered

LONG = "text " * 2_000  # over several pages


def write_for_ever(path: Path, key: str) -> Iterator[str]:
    """Write, and yield what is committed."""
    with open_ledger(path, NOW) as ledger:
        memory = TrackerMemory(ledger, HERE)
        for count in range(1, 1_000_000):
            yield f"meant {memory.intend(key, 'open', NOW)}"
            memory.remember(remembered(key, number=count))
            yield f"remembered {key} {count}"
            settled = memory.intend(key, "close", NOW)
            memory.settled(settled)
            yield f"settled {settled}"
            publish(ledger, "report", f"{key} {count}", LONG, NOW)
            yield f"published {key} {count}"


def started_writer(path: Path, key: str) -> tuple[int, int]:
    """Start a writer; return its process and the pipe that it speaks on."""
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


def killed(path: Path, chance: random.Random) -> list[str]:
    """Let two writers work, kill them, and return what they said."""
    writers = [started_writer(path, key) for key in "ab"]
    said = [os.read(writers[0][1], 1), b""]  # one at least is at work
    for _ in range(chance.randrange(100_000)):  # up to some ms: a moment within a transaction, not just after one
        pass
    for child, _ in writers:
        os.kill(child, signal.SIGKILL)
    for place, (child, reader) in enumerate(writers):
        os.waitpid(child, 0)
        with os.fdopen(reader, "rb") as pipe:
            said[place] += pipe.read()
    return [line for each in said for line in each.decode().splitlines()]


def lost(path: Path, said: list[str]) -> list[str]:
    """Return what was said to be committed and is not there, and what was found wrong with the ledger."""
    with open_ledger(path, NOW) as ledger:
        memory = TrackerMemory(ledger, HERE)
        meant = {str(each.id) for each in memory.intents()}
        numbers = {key: each.number or 0 for key, each in memory.remembered().items()}
        published = {each.name for each in waiting(ledger, "report") if each.text == LONG}
        wrong = noted(ledger, NOW, NOW)
    for line in said:
        match line.split():
            case "meant", number:
                is_there = number in meant
            case "settled", number:
                is_there = number not in meant
            case "remembered", key, count:
                is_there = numbers.get(key, 0) >= int(count)
            case "published", key, count:
                is_there = f"{key} {count}" in published
            case _:
                is_there = False
        if not is_there:
            wrong.append(line)
    return wrong


def main() -> None:
    """Kill, look, and print how often and how much was said; on stderr, what of it was lost."""
    folder, rounds, chance = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    count = cut = 0
    for number in range(rounds):
        path = folder / str(number) / "ledger.db"
        said = killed(path, chance)
        count += len(said)
        cut += path.with_name("ledger.db-journal").exists()
        for line in lost(path, said):
            sys.stderr.write(f"round {number}: {line}\n")
        rmtree(path.parent)
    sys.stdout.write(f"{rounds} {count} {cut}\n")


if __name__ == "__main__":
    main()
