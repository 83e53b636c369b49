"""Rebuilds the inputs of three of the samples, byte for byte the same each time; the fourth is recorded.

    python sample_data/make_samples.py [FOLDER]

Names, schedules and paths come from the ``forensics.toml`` of each sample; the stories are told by
the tables of the modules beside this one. No clock, no chance: what looks like jitter is arithmetic
on the date.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cried_wolf
import empty_nights
import still_hearts

HERE = Path(__file__).resolve().parent
SAMPLES = {
    "slack-cried-wolf": cried_wolf.inputs,
    "green-triggers-empty-nights": empty_nights.inputs,
    "silent-heartbeats": still_hearts.inputs,
}


def configured(folder: Path) -> list[dict[str, Any]]:
    """Return the jobs of a sample as its config names them."""
    with (folder / "forensics.toml").open("rb") as config:
        jobs: list[dict[str, Any]] = tomllib.load(config)["job"]
    return jobs


def inputs() -> Iterator[tuple[str, bytes]]:
    """Yield (path below the folder of the samples, content) of every input."""
    for name, made in SAMPLES.items():
        for path, content in made(configured(HERE / name)):
            yield f"{name}/{path}", content.encode()


def write(target: Path) -> None:
    """Write every input below a folder."""
    for path, content in inputs():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(content)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
