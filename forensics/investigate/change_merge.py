"""Changes that were found one after the other, looked at together: which are one, and where each lies after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import log

import numpy as np

from forensics.evidence.paired import Flags, Floats, Ints
from forensics.investigate.change_found import Change
from forensics.investigate.change_members import both_sided
from forensics.investigate.change_parts import Parts
from forensics.investigate.change_place import Rates, fitting_place, interval, rates_of
from forensics.investigate.change_price import log_choices

# The runs that trouble takes in most jobs; what is newest may go on.
LASTING = 2


def merged(parts: Parts, found: list[Change]) -> list[Change]:
    """Return the changes with those made one that may well be.

    Of many jobs that share a change some are odd, and seem to have changed by themselves.
    """
    for one, other in pairwise(sorted(found, key=lambda each: (each.is_better, each.until))):
        rest = [each for each in found if each is not one and each is not other]
        both = None if one.among or other.among or one.is_better != other.is_better else joined(parts, one, other, rest)
        if both is not None:
            return merged(parts, [both, *rest])
    return found


def joined(parts: Parts, one: Change, other: Change, rest: Sequence[Change]) -> Change | None:
    """Return two changes as one, None where their runs clearly speak for two, or where they share a job."""
    parts = divided(parts, one, rest)
    order = np.argsort(np.concatenate([one.splits, other.splits]))
    splits = np.concatenate([one.splits, other.splits])[order]
    members = parts.part[splits]
    if len(np.unique(members)) < len(members) or are_two(parts, members, splits, np.isin(splits, one.splits)):
        return None
    place = fitting_place(parts, members, rates_of(parts, members, splits))
    if len(both_sided(parts, members, place)) < len(members):
        return None
    since, until, latest = interval(parts, members, place)
    return replace(
        one,
        seen=parts,
        members=members,
        splits=parts.splits(place)[members],
        since=since,
        until=until,
        latest=latest,
        log_chance=min(one.log_chance, other.log_chance),
        is_sure=np.concatenate([one.is_sure, other.is_sure])[order],
    )


def are_two(parts: Parts, members: Ints, splits: Ints, is_one: Flags) -> bool:
    """Return whether two instants explain some jobs so much better than one that it makes up for choosing them.

    Chosen were the second instant, and which of the jobs changed then.
    """
    rates = rates_of(parts, members, splits)
    one, other = (fits_of(parts, members, some, rates) for some in (members[is_one], members[~is_one]))
    price = log(len(one)) + log_choices(len(members), int(is_one.sum()))
    return bool(one.max() + other.max() - (one + other).max() >= price)


def fits_of(parts: Parts, members: Ints, some: Ints, rates: Rates) -> Floats:
    """Return how well a change of some of the members fits at each moment of a run of any."""
    runs = parts.runs_of(members)
    where = np.unique(parts.place[runs], return_inverse=True)[1]
    score = np.where(np.isin(parts.part[runs], some), rates.scores(parts, runs), 0.0)
    found: Floats = np.append(np.cumsum(np.bincount(where, weights=score)[::-1])[::-1], 0.0)
    return found


def divided(parts: Parts, change: Change, others: Sequence[Change]) -> Parts:
    """Return the runs that a change was found in, divided at the others."""
    seen = parts.inverted() if change.is_better else parts
    return seen.divided(np.concatenate([each.splits for each in others])) if others else seen


def refitted(parts: Parts, change: Change, found: Sequence[Change]) -> Change:
    """Return a change placed anew between those before and after it, of which nothing was known when it was found."""
    if change.among:
        return change
    parts = divided(parts, change, [each for each in found if each is not change])
    members = parts.part[change.splits]
    splits = change.splits
    place = fitting_place(parts, members, rates_of(parts, members, splits))
    moved = parts.splits(place)[members]
    if np.any((moved == parts.starts[members]) | (moved == parts.starts[members + 1])):
        place, moved = int(np.searchsorted(parts.times, change.until)), splits
    since, until, latest = interval(parts, members, place)
    return replace(change, seen=parts, members=members, splits=moved, since=since, until=until, latest=latest)


def is_brief(change: Change, parts: Parts) -> bool:
    """Return whether a change is one end of a single bad night: an outage that passed, and no change."""
    sides, job = change.seen.sides(change.members, change.splits), parts.part[change.splits]
    if change.is_better:
        begins_here = change.seen.starts[change.members] == parts.starts[job]
        return bool(np.median(sides.before) < LASTING and not begins_here.all())
    ends_here = change.seen.starts[change.members + 1] == parts.starts[job + 1]
    return bool(np.median(sides.after) < LASTING and not ends_here.all())
