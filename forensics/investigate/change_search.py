"""Looks for the instants at which jobs began to go wrong, or ceased to: one job alone, or many at once.

Each round takes the most convincing change, of one job (an exact scan over its splits) or of a group that changed at
one instant (their evidence added up), and divides the runs of its jobs there; what is left is looked at again, until
nothing is left that chance does not explain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import log

import numpy as np

from forensics.evidence.paired import Ints
from forensics.investigate.change_found import Change
from forensics.investigate.change_groups import Group, Traits, job_groups, run_groups
from forensics.investigate.change_members import Belief, belief_in, both_sided, gathered, trusted
from forensics.investigate.change_merge import is_brief, merged, refitted
from forensics.investigate.change_parts import Parts
from forensics.investigate.change_place import fitting_place, interval, joining, rates_of, settled
from forensics.investigate.change_price import BY_CHANCE, log_chance, log_chance_of
from forensics.investigate.change_weight import heaviest, loudest

MOST_CHANGES = 40
NO_TRAITS = Traits()
# Of jobs alone so many are tried in each round; where none of these convinces, none does.
SINGLES = 3
# A change whose chance (ln) is so near to the least may be told instead, if it explains all runs better.
AS_GOOD = 0.75


def changes(parts: Parts, hints: Sequence[int] = (), traits: Traits = NO_TRAITS) -> list[Change]:
    """Return the changes of some runs, the most convincing first; ``hints`` are instants (ns) at which one may lie."""
    found = merged(parts, list(rounds(parts, hints, traits)))
    if len(found) < 2:
        return found
    return [change for each in found if not is_brief(change := refitted(parts, each, found), parts)]


def rounds(parts: Parts, hints: Sequence[int], traits: Traits) -> Iterator[Change]:
    """Yield one change a round, the most convincing one of those that are left."""
    for _ in range(MOST_CHANGES):
        ways = ((parts, False), (parts.inverted(), True))
        found = [each for way in ways for each in convincing(candidates(*way, hints, traits))]
        if not found or not clearest(found).is_usual_after:
            found += [each for way in ways for each in convincing(grouped(*way, run_groups(way[0], traits)))]
        if not found:
            return
        change = clearest(found)
        yield change
        parts = parts.divided(change.splits)


def convincing(found: Iterable[Change]) -> list[Change]:
    """Return the changes that chance does not explain."""
    return [each for each in found if each.log_chance <= log(BY_CHANCE[each.is_better])]


def clearest(found: Sequence[Change]) -> Change:
    """Return the least likely change; of many that are nearly as unlikely, the one that explains all runs best."""
    change = min(found, key=lambda each: (each.log_chance, each.until))
    if len(change.members) == 1:
        return change
    near = [each for each in found if len(each.members) > 1 and each.log_chance <= AS_GOOD * change.log_chance]
    return max(near, key=lambda each: (each.worth, -each.until))


def candidates(parts: Parts, is_better: bool, hints: Sequence[int], traits: Traits) -> Iterator[Change]:
    """Yield the changes of single jobs, and those of many jobs at one instant, that explain most."""
    yield from grouped(parts, is_better, job_groups(parts, traits))
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


def grouped(parts: Parts, is_better: bool, groups: Sequence[Group]) -> Iterator[Change]:
    """Yield the changes of groups that share a value of an attribute."""
    for group in groups:
        members, place, belief = gathered(group.seen, group.members, group.place, is_alone=group.is_of_runs)
        if len(members) > 1:
            found = min(log_chance_of(group, each) for each in {group.place, place})
            yield change_of_group(parts, group, members, place, belief, found, is_better)


def change_of_group(
    parts: Parts, group: Group, members: Ints, place: int, belief: Belief, log_chance: float, is_better: bool
) -> Change:
    """Return the change of a group: of its jobs, or of the runs of all jobs that belong to it."""
    between = interval(group.seen, members, place)
    jobs = parts.part[group.rows[group.seen.starts[members]]]
    kept = np.isin(jobs, both_sided(parts, jobs, place))
    jobs, sure = jobs[kept], trusted(belief.likely)[kept]
    found = Change(parts, jobs, parts.splits(place)[jobs], *between, log_chance, is_better, sure)
    found = replace(found, worth=belief.worth - log(group.among))
    return replace(found, among=group.name, of_runs=(group.seen, members[kept])) if group.is_of_runs else found


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


def change_of(parts: Parts, members: Ints, place: int, is_better: bool, hints: int | None = None) -> Change:
    """Return the change of some parts at an instant, with how likely chance makes one like it."""
    splits = parts.splits(place)[members]
    between = interval(parts, members, place)
    belief = belief_in(parts, members, place)
    sure, found = trusted(belief.likely), log_chance(parts, members, place, hints)
    return Change(parts, members, splits, *between, found, is_better, sure, belief.worth)
