"""Attributes that rows of triggers and of the runner tell of a run beside what is read from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from forensics.evidence.columns import words
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import EVENT_CODES, Ints, Paired
from forensics.investigate.contrast_attributes import Attribute, of_words

# Words of how a run went, of when, and of which: they cannot say why.
NO_REASON = re.compile(
    r"(^|_)(id|uuid|key|seq|session|attempt|end|ended)$|[a-z]Id$|status|error|reason|result|outcome|exit|signal|"
    r"receipt|interrupted|delivered|suppress|summary|duration|(?<!up)time|(^|_)at$|[a-z](At|Ms)$|message|url|path",
    re.IGNORECASE,
)
BEGINNINGS = [EVENT_CODES.index(event) for event in ("started", "boot_started", "booted")]
MOST_VALUES, MOST_CLASSES = 24, 6
ENOUGH_TOLD = 0.5
LARGE = 10_000
LONGEST = 80


def of_rows(paired: Paired, evidence: Evidence) -> Iterator[Attribute]:
    """Yield what the rows that begin a run say of it, by the names that their source uses."""
    told = [dict[str, str]() for _ in range(len(paired.runs))]
    begun = np.isin(paired.steps.event, BEGINNINGS)
    gather(told, paired.triggers.run, paired.triggers.row, evidence.triggers)
    gather(told, paired.steps.run[begun], paired.steps.row[begun], evidence.lifecycle)
    for name in sorted({name for each in told for name in each}):
        found = [each.get(name) for each in told]
        if NO_REASON.search(name) is None and is_usual(found, paired.runs.job):
            yield from compared(name, found)


def is_usual(found: list[str | None], job: Ints) -> bool:
    """Return whether something is told of most runs of those jobs of which it is told at all."""
    known = np.array([each is not None for each in found], dtype=np.bool_)
    return bool(known.sum() >= ENOUGH_TOLD * np.isin(job, np.unique(job[known])).sum())


def gather(told: list[dict[str, str]], run: Any, row: Any, frame: Any) -> None:
    """Put what rows say into the runs that they speak for; what came first holds."""
    if frame["attributes"].isna().all():
        return
    attributes = words(frame["attributes"])[row]
    for place, each in zip(run.tolist(), attributes.tolist(), strict=True):
        if isinstance(each, Mapping):
            for name, value in each.items():
                if isinstance(value, str | int | float):
                    told[place].setdefault(str(name), str(value)[:LONGEST])


def compared(name: str, found: list[str | None]) -> Iterator[Attribute]:
    """Yield an attribute of few words, or of numbers in three classes; what is different in every run tells nothing."""
    different = {each for each in found if each is not None}
    numbers = numbers_of(found) if len(different) > MOST_CLASSES else None
    if numbers is not None:
        yield of_words(name, thirds(numbers))
    elif len(different) <= MOST_VALUES:
        yield of_words(name, found)


def numbers_of(found: list[str | None]) -> np.typing.NDArray[np.float64] | None:
    """Return words as numbers, NaN for None; None where one is no number."""
    try:
        return np.array([np.nan if each is None else float(each) for each in found])
    except ValueError:
        return None


def short(number: float) -> str:
    """Return a number as it is read at a glance."""
    return f"{number:,.0f}" if abs(number) >= LARGE else f"{number:.4g}"


def thirds(numbers: np.typing.NDArray[np.float64]) -> list[str | None]:
    """Return for each number in which third of all of them it lies."""
    low, high = np.nanquantile(numbers, [1 / 3, 2 / 3], method="lower")
    names = (f"up to {short(low)}", f"{short(low)} to {short(high)}", f"over {short(high)}")
    return [
        None if np.isnan(each) else names[0] if each <= low else names[1] if each <= high else names[2]
        for each in numbers.tolist()
    ]
