"""The few jobs that fared unlike all others: what they have in common, and what not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forensics.evidence.paired import Flags, Ints
from forensics.investigate.contrast_attributes import UNKNOWN, Attribute, extremes
from forensics.investigate.contrast_splits import Ground

MOST_EXCEPTIONS = 3
SO_MANY_OTHERS = 4


@dataclass(frozen=True)
class Exceptions:
    """The ``jobs`` that were never bad while all others were, or the other way round; ``others`` are these."""

    jobs: Ints
    others: Ints
    were_good: bool

    def code_of(self, attribute: Attribute, job: Ints, seen: Flags) -> int | None:
        """Return the value that all of them have, None where they have several, or one is not known."""
        codes = set(extremes(attribute.codes, job, seen)[1][self.jobs].tolist())
        return codes.pop() if len(codes) == 1 and UNKNOWN not in codes else None

    def told(self, attribute: Attribute, job: Ints, seen: Flags) -> str:
        """Return in a clause what they share of an attribute, and with how many others, or that they share nothing."""
        has = extremes(attribute.codes, job, seen)[1]
        own = [attribute.values[code] for code in has[self.jobs].tolist() if code != UNKNOWN]
        some = f"the {len(self.jobs)} jobs that {'never' if self.were_good else 'ever'} went wrong"
        code = self.code_of(attribute, job, seen)
        if code is None:
            return f"{some} do not have it in common: {listed(own)}"
        like = int((has[self.others] == code).sum())
        return f'{some} have "{attribute.values[code]}", as {like:,} of the {len(self.others):,} others do'


def listed(values: Sequence[str]) -> str:
    """Return values for a sentence."""
    return ", ".join(f'"{each}"' for each in dict.fromkeys(values)) or "not known"


def exceptions(ground: Ground) -> Exceptions | None:
    """Return the few jobs that were never bad, or the few that ever were, None where neither are few."""
    units = np.flatnonzero(ground.runs_of > 0)
    is_bad = ground.shares[units] > 0
    for side in (~is_bad, is_bad):
        few, many = units[side], units[~side]
        if 2 <= len(few) <= MOST_EXCEPTIONS and len(many) >= SO_MANY_OTHERS * len(few):
            return Exceptions(few, many, bool(not is_bad[side].any()))
    return None
