"""Writers of a ledger, killed at random moments: run as a program, which prints what was lost.

``python -m tests.ledger.killed_writers FOLDER ROUNDS SEED``. In each round two writers work at once; each says what
is committed on a pipe, and both are killed after some of it. What was said must be there when the ledger is opened.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

from forensics.database.opening import noted
from forensics.ledger.database import open_ledger
from forensics.ledger.publications import publish, waiting
from forensics.ledger.tracker import TrackerMemory
from tests.killing import killed_writers
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
        said = killed_writers(write_for_ever, path, chance, 100_000)
        count += len(said)
        cut += path.with_name("ledger.db-journal").exists()
        for line in lost(path, said):
            sys.stderr.write(f"round {number}: {line}\n")
        rmtree(path.parent)
    sys.stdout.write(f"{rounds} {count} {cut}\n")


if __name__ == "__main__":
    main()
