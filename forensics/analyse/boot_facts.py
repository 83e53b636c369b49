"""What the host was like as boots began: stated beside them, and never as their cause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forensics.analyse.boots import Boots, numbers, plain
from forensics.evidence.paired import Floats
from forensics.timeline import duration_text

MEGABYTE, GIGABYTE, DAY = 1e6, 1e9, 86_400.0
LITTLE, LONG = 0.1, 30 * DAY
EDGE = 5


@dataclass(frozen=True)
class Fact:
    """A fact of the host: how sources spell it, each with the factor that makes it bytes, seconds or a plain number."""

    name: str
    spellings: dict[str, float]

    def read(self, boots: Boots, lifecycle: pd.DataFrame) -> Floats:
        """Return it for each boot, NaN where it was not recorded."""
        attributes = lifecycle["attributes"].to_numpy()[boots.row]
        found = np.full(len(boots), np.nan)
        for name, factor in self.spellings.items():
            read = numbers(attributes, frozenset({plain(name)})) * factor
            found = np.where(np.isnan(found), read, found)
        return found


AVAILABLE = Fact("memory available", {"memory_available": 1.0, "memory_available_bytes": 1.0, "free_mb": MEGABYTE})
TOTAL = Fact("memory", {"memory_total": 1.0, "memory_total_bytes": 1.0, "total_mb": MEGABYTE})
LOAD = Fact("load", {"load": 1.0, "load1": 1.0, "load_average": 1.0})
PROCESSORS = Fact("processors", {"processors": 1.0, "cpus": 1.0})
UPTIME = Fact("uptime", {"uptime": 1.0, "uptime_seconds": 1.0, "uptime_days": DAY})


def host_facts(boots: Boots, lifecycle: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return of each fact that was recorded what it was at the first of some boots, and at the last."""
    ordered = boots.chosen(np.argsort(boots.started, kind="stable"))
    found = {}
    for fact in (AVAILABLE, TOTAL, LOAD, PROCESSORS, UPTIME):
        values = fact.read(ordered, lifecycle)
        values = values[~np.isnan(values)]
        if len(values):
            edge = -(-len(values) // EDGE)
            found[fact.name] = float(np.median(values[:edge])), float(np.median(values[-edge:]))
    return found


def facts_text(facts: dict[str, tuple[float, float]]) -> str:
    """Return the facts as a sentence, empty where there are none."""
    told = ", ".join(facts_told(facts))
    return f"Beside it, as the boots began: {told}; whether that is why, nothing here shows." if told else ""


def facts_told(facts: dict[str, tuple[float, float]]) -> Iterator[str]:
    """Yield each fact, from the first boots to the last, and whether the last is out of the ordinary."""
    if AVAILABLE.name in facts:
        total = facts.get(TOTAL.name, (0.0, 0.0))[1]
        is_little = facts[AVAILABLE.name][1] < LITTLE * total
        yield f"{AVAILABLE.name} {way(*map(bytes_text, facts[AVAILABLE.name]))}{' (little)' if is_little else ''}"
    if LOAD.name in facts:
        is_high = facts[LOAD.name][1] > facts.get(PROCESSORS.name, (0.0, float("inf")))[1]
        yield f"{LOAD.name} {way(*(f'{load:.1f}' for load in facts[LOAD.name]))}{' (high)' if is_high else ''}"
    if UPTIME.name in facts:
        is_long = facts[UPTIME.name][1] >= LONG
        yield f"{UPTIME.name} {way(*map(uptime_text, facts[UPTIME.name]))}{' (long)' if is_long else ''}"


def way(first: str, last: str) -> str:
    """Return two values as the way from one to the other."""
    return first if first == last else f"{first} to {last}"


def bytes_text(size: float) -> str:
    """Return an amount of memory."""
    return f"{size / GIGABYTE:.1f} GB" if size >= GIGABYTE else f"{size / MEGABYTE:.0f} MB"


def uptime_text(seconds: float) -> str:
    """Return how long a host has been up."""
    return f"{seconds / DAY:.0f} d" if seconds >= 2 * DAY else duration_text(seconds)
