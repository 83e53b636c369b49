"""What is left of a difference once a clearer one is taken into account."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forensics.evidence.investigation import Contrast
from forensics.evidence.paired import Flags, Ints
from forensics.investigate.contrast_splits import Ground, Split

# Less than this share of a difference is what two attributes come to that often go together.
LEAST_LEFT = 0.4


def beside_clearer(told: Sequence[tuple[Contrast, Split | None]], ground: Ground) -> list[Contrast]:
    """Return contrasts in their order, without standing where one that comes before tells all that they tell."""
    clearer = list[tuple[Contrast, Flags]]()
    found = list[Contrast]()
    for contrast, split in told:
        if contrast.standing == "differs" and split is not None:
            has = ground.known & (split.attribute.codes == split.code)
            alone, beside = (left(has, some, ground) for some in ([], [rows for _, rows in clearer]))
            if clearer and math.copysign(beside, alone * beside) < LEAST_LEFT * abs(alone):
                first = clearer[0][0]
                reason = f'tells little beside {first.attribute} = "{first.value}", with which it often goes'
                contrast = replace(contrast, standing="unknown", reason=reason)
            else:
                clearer.append((contrast, has))
        found.append(contrast)
    return found


def left(has: Flags, clearer: Sequence[Flags], ground: Ground) -> float:
    """Return the difference of rates among runs that are alike in all clearer attributes (Mantel and Haenszel 1959)."""
    strata: Ints = np.zeros(len(has), dtype=np.int64)
    for rows in clearer:
        strata = strata * 2 + rows
    total = weight = 0.0
    for stratum in np.unique(strata[ground.known]).tolist():
        rows = ground.known & (strata == stratum)
        one, other = rows & has, rows & ~has
        if one.any() and other.any():
            share = float(one.sum() * other.sum() / rows.sum())
            total += share * float(ground.bad[one].mean() - ground.bad[other].mean())
            weight += share
    return total / weight if weight else 0.0
