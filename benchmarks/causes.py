"""How well a planted cause is found, and how seldom one where there is none: ``python -m benchmarks.causes``.

A cause is found where the first contrast of all that differ names its attribute. Most fleets are handed over as
frames; a few go through files and the whole pipeline.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.causes_files import SINCE, UNTIL, write_fleet
from benchmarks.causes_fleet import QUIET, Fleet, planted_fleet, quiet_fleet
from benchmarks.causes_frames import studied
from forensics.configfile import read_config
from forensics.evidence.investigation import Contrast
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.investigate.contrasts import contrasts
from forensics.pipeline import Question, report

SEEDS, BY_FILES = 100, 6


@dataclass(frozen=True)
class Score:
    """How many of how many fleets came out right; ``wrong`` tells of the others, by seed."""

    right: int
    fleets: int
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.right} of {self.fleets}"


def differing(found: Iterable[Contrast]) -> list[Contrast]:
    """Return the contrasts that tell bad runs from good ones, the first first."""
    return [each for each in found if each.standing == "differs"]


def fault_of(fleet: Fleet, found: Sequence[Contrast]) -> str | None:
    """Return what is wrong with the answer to a fleet, None where it is right."""
    told = differing(found)
    if fleet.planted is None:
        return None if not told else f"nothing planted, found {line(told[0])}"
    if not told:
        return f"planted {fleet.planted}, found nothing"
    name, value = fleet.planted
    is_right = told[0].attribute == name and (told[0].value == value or told[0].value.startswith(value))
    return None if is_right else f"planted {fleet.planted}, found {line(told[0])} first"


def line(told: Contrast) -> str:
    """Return a contrast in a line."""
    return f"{told.attribute} = {told.value} ({told.effect:+.2f}, adjusted p {told.adjusted:.2g})"


def score_planted(seeds: Iterable[int]) -> Score:
    """Return how often the planted cause comes first."""
    return scored([(seed, planted_fleet(seed)) for seed in seeds])


def score_quiet(seeds: Iterable[int]) -> Score:
    """Return how often nothing is found where nothing is."""
    return scored([(seed, quiet_fleet(seed)) for seed in seeds])


def scored(fleets: Sequence[tuple[int, Fleet]]) -> Score:
    """Return how many fleets are answered rightly, from their frames."""
    faults = [(seed, fault_of(fleet, contrasts(studied(fleet)))) for seed, fleet in fleets]
    wrong = tuple(f"seed {seed}: {fault}" for seed, fault in faults if fault)
    return Score(len(fleets) - len(wrong), len(fleets), wrong)


def by_files(fleet: Fleet, folder: Path) -> Result:
    """Return the report of a fleet's files, its runs investigated."""
    path = write_fleet(folder, fleet)
    config = read_config(path.read_text(encoding="utf-8"), str(path))
    return report(config, Question(Window(SINCE, UNTIL, UNTIL + 3600 * 10**9), is_investigated=True))


def score_by_files(seeds: Iterable[int]) -> Score:
    """Return how many fleets are answered rightly from their files."""
    faults, fleets = list[str](), [(seed, make(seed)) for seed in seeds for make in (planted_fleet, quiet_fleet)]
    for seed, fleet in fleets:
        with tempfile.TemporaryDirectory() as folder:
            result = by_files(fleet, Path(folder))
        found = result.investigation.contrasts if result.investigation else ()
        if fault := fault_of(fleet, found):
            faults.append(f"seed {seed}: {fault}")
    return Score(len(fleets) - len(faults), len(fleets), tuple(faults))


def main() -> None:
    """Print the scores; exits 1 below 95 of 100."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--by-files", type=int, default=BY_FILES, help="seeds that go through files")
    options = parser.parse_args()
    begun = time.perf_counter()
    planted, quiet = score_planted(range(options.seeds)), score_quiet(range(options.seeds))
    print(f"planted cause first: {planted}; nothing found in quiet fleets ({', '.join(QUIET)}): {quiet}")
    print(f"{(time.perf_counter() - begun) / (2 * options.seeds) * 1e3:.0f} ms a fleet")
    filed = score_by_files(range(options.by_files))
    print(f"through files and the whole pipeline: {filed}")
    print("\n".join((*planted.wrong, *quiet.wrong, *filed.wrong)))
    raise SystemExit(any(score.right < 0.95 * score.fleets for score in (planted, quiet)))


if __name__ == "__main__":
    main()
