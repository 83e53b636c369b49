"""Looks for the instants at which jobs began to go wrong, or ceased to: one job alone, or many at once.

Each round takes the most convincing change, of one job (an exact scan over its splits) or of a group that changed at
one instant (their evidence added up), and divides the runs of its jobs there; what is left is looked at again, until
nothing is left that chance does not explain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, log

import numpy as np

from forensics.evidence.paired import Floats, Ints
from forensics.investigate.change_chance import LEAST, chance_of_split, log_chance_of_groups, log_factorials
from forensics.investigate.change_parts import Parts
from forensics.investigate.change_place import fitting_place, interval, joining, rates_of, settled

# How often a fleet without a change may seem to have one; to say that trouble ended takes more.
BY_CHANCE = {False: 0.02, True: 0.005}
MOST_CHANGES = 40
# Of jobs alone so many are tried in each round; where none of these convinces, none does.
SINGLES = 3
# The runs that trouble takes in each job, on average; what is newest may go on.
LASTING = 2
# What a job's own runs must gain before it is heard in the search for an instant that many share.
LEAST_GAIN = 1.9
# Parts of the allowed chance: for single jobs, for any choice of jobs, for all jobs, for instants that were hinted at.
ALONE, CHOSEN, TOGETHER, HINTED = 0.8, 0.05, 0.05, 0.1


@dataclass(frozen=True)
class Change:
    """One change: the runs of ``members`` (parts of ``seen``) differ before and from ``splits`` on.

    It lies after ``since`` and up to ``until`` (ns). ``log_chance`` is ln of how likely chance makes one like it,
    corrected for all splits and jobs that were looked at. ``is_better``: trouble ended; ``seen`` then has good and bad
    swapped.
    """

    seen: Parts
    members: Ints
    splits: Ints
    since: int
    until: int
    log_chance: float
    is_better: bool

    @property
    def p_value(self) -> float:
        """Return how likely chance makes a change like it."""
        return max(LEAST, exp(min(0.0, self.log_chance)))


def changes(parts: Parts, hints: Sequence[int] = ()) -> list[Change]:
    """Return the changes of some runs, the most convincing first; ``hints`` are instants (ns) at which one may lie."""
    found = list(rounds(parts, hints))
    if len(found) < 2:
        return found
    return [change for each in found if not is_brief(change := refitted(parts, each, found), parts)]


def rounds(parts: Parts, hints: Sequence[int]) -> Iterator[Change]:
    """Yield one change a round, the most convincing one of those that are left."""
    for _ in range(MOST_CHANGES):
        found = [*candidates(parts, hints, is_better=False), *candidates(parts.inverted(), hints, is_better=True)]
        sure = [each for each in found if each.log_chance <= log(BY_CHANCE[each.is_better])]
        if not sure:
            return
        change = min(sure, key=lambda each: (each.log_chance, each.until))
        yield change
        parts = parts.divided(change.splits)


def refitted(parts: Parts, change: Change, found: Sequence[Change]) -> Change:
    """Return a change placed anew between those before and after it, of which nothing was known when it was found."""
    others = [each.splits for each in found if each is not change]
    parts = (parts.inverted() if change.is_better else parts).divided(np.concatenate(others))
    members = parts.part[change.splits]
    splits = change.splits
    place = fitting_place(parts, members, rates_of(parts, members, splits))
    moved = parts.splits(place)[members]
    if np.any((moved == parts.starts[members]) | (moved == parts.starts[members + 1])):
        place, moved = int(np.searchsorted(parts.times, change.until)), splits
    since, until = interval(parts, members, place)
    return replace(change, seen=parts, members=members, splits=moved, since=since, until=until)


def is_brief(change: Change, parts: Parts) -> bool:
    """Return whether a change is one end of a single bad night: an outage that passed, and no change."""
    sides, job = change.seen.sides(change.members, change.splits), parts.part[change.splits]
    if change.is_better:
        begins_here = change.seen.starts[change.members] == parts.starts[job]
        return bool(np.mean(sides.before) < LASTING and not begins_here.all())
    ends_here = change.seen.starts[change.members + 1] == parts.starts[job + 1]
    return bool(np.mean(sides.after) < LASTING and not ends_here.all())


def candidates(parts: Parts, hints: Sequence[int], is_better: bool) -> Iterator[Change]:
    """Yield the changes of single jobs, and those of many jobs at one instant, that explain most."""
    highest = parts.gain[parts.best]
    for alone in np.argsort(-highest, kind="stable")[:SINGLES].tolist():
        if highest[alone] > 0:
            yield change_of(parts, np.array([alone]), int(parts.place[parts.best[alone]]), is_better)
    for start in sorted({loudest(parts), heaviest(parts)}) if highest.any() else ():
        members, place = settled(parts, start)
        if len(members) > 1:
            yield change_of(parts, members, place, is_better)
    for members, place in hinted(parts, hints):
        yield change_of(parts, members, place, is_better, hints=len(hints))


def hinted(parts: Parts, hints: Sequence[int]) -> Iterator[tuple[Ints, int]]:
    """Yield the jobs that changed at an instant where one was to be expected, and the first run after it.

    With no need to try all instants, the first night after an upgrade may do.
    """
    for start in sorted({int(np.searchsorted(parts.times, hint)) for hint in hints}):
        members = joining(parts, start)
        if len(members) > 1:
            splits = parts.splits(start)[members]
            place = fitting_place(parts, members, rates_of(parts, members, splits))
            if np.array_equal(parts.splits(place)[members], splits):
                yield members, place


def loudest(parts: Parts) -> int:
    """Return the instant (a place in ``times``) at which jobs that stand out by themselves gain most together."""
    return int(np.argmax(over_time(parts, np.maximum(parts.gain - LEAST_GAIN, 0.0))))


def heaviest(parts: Parts) -> int:
    """Return the instant after which the most bad runs of all jobs lie, beyond what chance lets expect."""
    sides = parts.sides(parts.part, np.arange(len(parts.part)))
    share, runs = sides.bad / sides.runs, sides.runs
    beyond = sides.bad_after - sides.after * share
    spread = sides.before * sides.after / runs * share * (1 - share) * runs / np.maximum(runs - 1, 1)
    return int(np.argmax(over_time(parts, beyond) / np.sqrt(np.maximum(over_time(parts, spread), 1.0))))


def over_time(parts: Parts, worth: Floats) -> Floats:
    """Return for each instant the sum over all jobs of what the splits there are worth.

    A split before a run holds for every instant after the run before it, up to that run.
    """
    runs = np.flatnonzero(worth * (np.arange(len(worth)) > parts.starts[parts.part]))
    count = len(parts.times) + 1
    begun = np.bincount(parts.place[runs - 1] + 1, weights=worth[runs], minlength=count)
    over = np.bincount(parts.place[runs] + 1, weights=worth[runs], minlength=count)
    found: Floats = np.cumsum(begun - over)[:-1]
    return found


def change_of(parts: Parts, members: Ints, place: int, is_better: bool, hints: int | None = None) -> Change:
    """Return the change of some parts at an instant, with how likely chance makes one like it."""
    splits = parts.splits(place)[members]
    since, until = interval(parts, members, place)
    return Change(parts, members, splits, since, until, log_chance(parts, members, place, hints), is_better)


def log_chance(parts: Parts, members: Ints, place: int, hints: int | None) -> float:
    """Return ln of how likely chance makes such a change; ``hints``: it was looked for at so many instants alone.

    One job: its exact scan, times the jobs that could tell (Holm's correction, as Tarone bettered it: those that
    changed are taken out round by round).
    Several: their evidence at one instant, times all instants and all choices of so many jobs or any other number;
    or, with no choice, that of all jobs.
    """
    if len(members) == 1:
        split = int(parts.splits(place)[members[0]])
        sides = parts.sides(members, np.array([split]))
        found = chance_of_split(int(sides.runs[0]), int(sides.bad[0]), float(parts.gain[split]))
        return min(0.0, log(found) + log(telling(parts)) - log(ALONE))
    tried, count, everybody = int(parts.is_open.sum()), len(members), np.flatnonzero(parts.is_open)
    table = log_factorials(1 << tried.bit_length())
    choices = float(table[tried] - table[count] - table[tried - count]) + log(tried - 1)
    chosen = log_chance_at(parts, members, place) + choices
    if hints is not None:
        return min(0.0, chosen + log(hints) - log(HINTED))
    instants = len(np.unique(parts.place[parts.is_open[parts.part]]))
    together = log_chance_at(parts, everybody, place)
    return min(0.0, chosen + log(instants) - log(CHOSEN), together + log(instants) - log(TOGETHER))


def log_chance_at(parts: Parts, some: Ints, place: int) -> float:
    """Return ln of how likely chance puts so many of the bad runs of some parts after one given instant."""
    sides = parts.sides(some, parts.splits(place)[some])
    return log_chance_of_groups(sides.bad_after, sides.after, sides.bad, sides.runs)


def telling(parts: Parts) -> int:
    """Return by how many jobs the chance of a single one is to be multiplied.

    A job with one bad run in fourteen could not convince even if that were its last: it is no try. Tarone's rule
    (Biometrics 46, 1990) counts so many jobs as could convince if that many were counted.
    """
    bad, runs = np.diff(parts.summed[parts.starts]), np.diff(parts.starts)
    bad, runs = bad[parts.is_open], runs[parts.is_open]
    table = log_factorials(1 << int(runs.max(initial=1)).bit_length())
    least = np.sort(table[bad] + table[runs - bad] - table[runs])
    count = np.arange(1, len(least) + 1)
    able = np.searchsorted(least, log(BY_CHANCE[False] * ALONE) - np.log(count), side="right")
    return int(count[np.argmax(able <= count)]) if len(count) else 1
