"""What a comparison comes to in words: it differs, it is ruled out, or too little is known to tell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from forensics.evidence.investigation import Contrast, Group
from forensics.investigate.contrast_attributes import UNKNOWN, Attribute
from forensics.investigate.contrast_exceptions import Exceptions
from forensics.investigate.contrast_splits import LEAST_UNITS, SURE, Ground, Split
from forensics.investigate.contrast_tests import LEVEL, Tested

About = Literal["work", "reporting"]
NONE = Group(0, 0, 0)
# What tells less than this of all bad and good runs (phi) is no answer to why they are.
LEAST_TOLD = 0.1
SYMPTOM = "; it comes of how a run went, and need not be why"


def constant(attribute: Attribute, ground: Ground, about: About) -> Iterator[Contrast]:
    """Yield that all have one value, which therefore tells nothing from anything; of a single job that says nothing."""
    seen = ground.told & (attribute.codes != UNKNOWN)
    jobs = len(np.unique(ground.job[seen]))
    is_partial = (ground.known & ~seen).any() or len(np.unique(attribute.codes[seen])) > 1
    if jobs < LEAST_UNITS or attribute.is_symptom or is_partial:
        return
    yield Contrast(
        attribute=attribute.name,
        value=attribute.values[int(attribute.codes[seen][0])],
        about=about,
        level=attribute.level,
        within=ground.group(ground.known),
        others=NONE,
        effect=0.0,
        p_value=None,
        adjusted=None,
        standing="same",
        reason=f"all {jobs:,} jobs have it",
    )


def contrast_of(
    tested: Tested, about: About, beside: Sequence[Split], ground: Ground, few: Exceptions | None
) -> Contrast:
    """Return what a split comes to; ``beside`` are all splits of its attribute, ``few`` the exceptions among jobs."""
    split = tested.split
    standing, reason = standing_of(tested, beside, ground)
    if few is not None and standing == "unknown" and split.attribute.level == "job":
        shared = few.told(split.attribute, ground.job, ground.known)
        reason = f"{shared}; {split.veil}" if split.veil else shared
    return Contrast(
        attribute=split.attribute.name,
        value=split.value,
        about=about,
        level=split.attribute.level,
        within=split.within,
        others=split.others,
        effect=split.effect,
        p_value=split.chance.p_value if split.is_tested else None,
        adjusted=tested.adjusted,
        standing=standing,
        reason=reason,
        alongside=tested.alongside,
    )


def standing_of(
    tested: Tested, beside: Sequence[Split], ground: Ground
) -> tuple[Literal["differs", "same", "unknown"], str]:
    """Return where a split stands, and why in a clause."""
    split = tested.split
    if split.veil:
        return "unknown", split.veil
    if tested.differs and abs(told(split.within, ground)) < LEAST_TOLD:
        return (
            "unknown",
            f"it makes a difference, but only {split.within.bad:,} of all {ground.bad.sum():,} bad runs have it",
        )
    if tested.differs and split.attribute.is_symptom:
        return "unknown", units(split) + SYMPTOM
    if tested.differs:
        return "differs", units(split)
    if is_alike(beside, ground):
        return "same", f"as often bad with it as without, give or take {limit(ground) * 100:.0f} points"
    return "unknown", why_unknown(tested)


def is_alike(splits: Sequence[Split], ground: Ground) -> bool:
    """Return whether no value of an attribute can make much of a difference, with all that is known.

    Much is half of what there is to tell: where one run in ten is bad, a difference of five points.
    """
    return all(not each.veil and abs(each.effect) + SURE * each.spread < limit(ground) for each in splits)


def limit(ground: Ground) -> float:
    """Return what is too small a difference of rates to explain the bad runs, or the few good ones."""
    return min(ground.rate, 1 - ground.rate) / 2


def told(within: Group, ground: Ground) -> float:
    """Return how much a value tells of all runs: the correlation of having it with being bad (phi), -1 to 1."""
    bad, runs = int(ground.bad.sum()), int(ground.known.sum())
    spread = math.sqrt(within.runs * (runs - within.runs) * bad * (runs - bad))
    return (within.bad * runs - within.runs * bad) / spread if spread else 0.0


def why_unknown(tested: Tested) -> str:
    """Return why a split tells nothing either way."""
    split = tested.split
    few, many = sorted(split.units)
    if not split.is_tested:
        return f"{few:,} {kind(split, few)} on one side: too few to tell"
    if LEVEL < split.chance.least < 1:
        return f"{few:,} {kind(split, few)} against {many:,}: too few to tell, whatever they showed"
    if split.chance.p_value < LEVEL:
        if tested.is_clear:
            return "hardly a difference, or that of a single one"
        if tested.adjusted is None:
            return f"maybe no chance, but {few:,} against {many:,} {kind(split, many)} cannot show it among so many"
        return "not clear enough among so many attributes"
    return "no more than chance does, but too little to rule it out"


def units(split: Split) -> str:
    """Return what was compared."""
    one, other = split.units
    return f"{one:,} {kind(split, one)} with it against {other:,} without"


def kind(split: Split, number: int) -> str:
    """Return what the units of a split are."""
    if split.attribute.level == "job":
        word = "job"
    elif split.attribute.clusters is None:
        word = "run"
    else:
        return "stretch of time" if number == 1 else "stretches of time"
    return word if number == 1 else word + "s"
