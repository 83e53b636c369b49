"""A change as the search finds it."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np

from forensics.evidence.paired import Flags, Ints
from forensics.investigate.change_chance import LEAST
from forensics.investigate.change_parts import Parts, Sides


@dataclass(frozen=True)
class Change:
    """One change: the runs of ``members`` (parts of ``seen``) differ before and from ``splits`` on.

    It lies after ``since`` and up to ``latest`` (ns), most likely up to ``until``. ``log_chance`` is ln of how likely
    chance makes one like it, corrected for all splits and jobs that were looked at. ``is_better``: trouble ended;
    ``seen`` then has good and bad swapped. ``is_sure`` are the members that may be named. ``among`` names the runs that
    changed, where these are some of each job's only; ``of_runs`` are these then, laid out, and the parts of them that
    belong to ``members``. ``worth`` is by how much it explains all runs better than no change does.
    """

    seen: Parts
    members: Ints
    splits: Ints
    since: int
    until: int
    latest: int
    log_chance: float
    is_better: bool
    is_sure: Flags
    worth: float = 0.0
    among: str = ""
    of_runs: tuple[Parts, Ints] | None = None

    @property
    def counted(self) -> tuple[Parts, Ints]:
        """Return the runs that changed, and the parts of them that did, one for each member."""
        return self.of_runs or (self.seen, self.members)

    @property
    def sides(self) -> Sides:
        """Return the runs that changed on both sides of it, those of each member."""
        if self.of_runs is None:
            return self.seen.sides(self.members, self.splits)
        parts, members = self.of_runs
        return parts.sides(members, parts.splits(self.place)[members])

    @property
    def place(self) -> int:
        """Return the place in ``times`` of the first run after it."""
        return int(np.searchsorted(self.seen.times, self.until))

    @property
    def is_usual_after(self) -> bool:
        """Return whether most runs after it are bad, so that no attribute of runs could say more."""
        sides = self.seen.sides(self.members, self.splits)
        return bool(2 * sides.bad_after.sum() >= sides.after.sum())

    @property
    def p_value(self) -> float:
        """Return how likely chance makes a change like it."""
        return max(LEAST, exp(min(0.0, self.log_chance)))
