"""What a change has to convince of: how likely chance makes one like it, by all that was looked at beside it.

Every count that is paid for holds whatever the order of the runs: which jobs have most bad runs, which share a value of
an attribute. So the sum of all that may go wrong by chance stays below what is allowed.
"""

from __future__ import annotations

from math import log

import numpy as np

from forensics.evidence.paired import Ints
from forensics.investigate.change_chance import (
    DEAD,
    chance_of_split,
    log_chance_of_groups,
    log_factorials,
    log_hypergeometric,
)
from forensics.investigate.change_groups import Group
from forensics.investigate.change_parts import Parts

# How often a fleet without a change may seem to have one; to say that trouble ended takes more.
BY_CHANCE = {False: 0.0175, True: 0.004}
# Parts of the allowed chance, in sum one: for single jobs; for any choice of jobs, for those with most bad runs, for
# instants that were hinted at; for groups that share a value, of jobs or of runs.
ALONE = 0.65
CHOSEN, WORST, HINTED = 0.03, 0.1, 0.07
OF_JOBS, OF_RUNS = 0.08, 0.07
# So many of the jobs with most bad runs are tried together.
SIZES = np.array([2, 3, 4, 6, 8, 10, 13, 16, 20, 30, 50, 10**9])


def log_chance(parts: Parts, members: Ints, place: int, hints: int | None) -> float:
    """Return ln of how likely chance makes such a change; ``hints``: it was looked for at so many instants alone.

    One job: its exact scan, divided by its share in what is allowed for all jobs.
    Several: their evidence at one instant, times all instants and all choices of so many jobs or any other number;
    or, with no choice, that of those with most bad runs.
    """
    if len(members) == 1:
        return log_chance_alone(parts, int(members[0]), int(parts.splits(place)[members[0]]))
    tried, count = int(parts.is_open.sum()), len(members)
    choices = log_choices(tried, count) + log(tried - 1)
    chosen = log_chance_at(parts, members, place) + choices
    if hints is not None:
        return min(0.0, chosen + log(hints) - log(HINTED))
    chosen += log_instants(parts, members) - log(CHOSEN)
    return min(0.0, chosen, log_chance_of_worst(parts, place))


def log_chance_alone(parts: Parts, part: int, split: int) -> float:
    """Return ln of how likely chance makes any job change as this one does.

    The r-th of those with most bad runs has a share of 1 / r (r + 1) in all chance that is allowed. One that could not
    convince even if all its bad runs were its last has none (Tarone, Biometrics 46, 1990).
    """
    sides = parts.sides(np.array([part]), np.array([split]))
    runs, bad = int(sides.runs[0]), int(sides.bad[0])
    worth = float(parts.gain[split]) + (DEAD if sides.bad_after[0] == sides.after[0] else 0.0)
    ranked = able(parts, worst_first(parts))
    rank = int(np.flatnonzero(np.append(ranked, part) == part)[0]) + 1
    price = log(rank * (rank + 1)) + log(max(1, len(ranked)) / (len(ranked) + 1))
    return min(0.0, log(chance_of_split(runs, bad, worth)) + price - log(ALONE))


def able(parts: Parts, some: Ints) -> Ints:
    """Return those of some jobs that could convince if the order of their runs were the least likely one."""
    bad, runs = np.diff(parts.summed[parts.starts])[some], np.diff(parts.starts)[some]
    found: Ints = some[log_hypergeometric(bad, bad, bad, runs) <= log(BY_CHANCE[False] * ALONE)]
    return found


def log_chance_of_worst(parts: Parts, place: int) -> float:
    """Return ln of how likely chance makes the jobs with most bad runs, however many of these, change at an instant.

    How many of its runs are bad says nothing of their order, so that these jobs are no choice to be paid for.
    """
    ranked = worst_first(parts)
    sizes = np.unique(np.minimum(SIZES, len(ranked)))
    beyond, spread = parts.sides(ranked, parts.splits(place)[ranked]).drift
    weight = np.cumsum(beyond)[sizes - 1] / np.sqrt(np.maximum(np.cumsum(spread)[sizes - 1], 1.0))
    some = ranked[: sizes[np.argmax(weight)]]
    return log_chance_at(parts, some, place) + log_instants(parts, some) + log(len(sizes)) - log(WORST)


def worst_first(parts: Parts) -> Ints:
    """Return the jobs that can tell anything, those first that have more bad runs than is usual."""
    found = np.flatnonzero(parts.is_open)
    bad, runs = np.diff(parts.summed[parts.starts])[found], np.diff(parts.starts)[found]
    usual = np.median(bad / runs) * runs
    return found[np.argsort((usual - bad) / np.sqrt(usual), kind="stable")]


def log_chance_of(group: Group, place: int) -> float:
    """Return ln of how likely chance makes any of so many groups change so much at any instant."""
    tried = group.members[group.seen.is_open[group.members]]
    share = OF_RUNS if group.is_of_runs else OF_JOBS
    found = log_chance_at(group.seen, tried, place) + log_instants(group.seen, tried)
    return min(0.0, found + log(group.among) - log(share))


def log_chance_at(parts: Parts, some: Ints, place: int) -> float:
    """Return ln of how likely chance puts so many of the bad runs of some parts after one given instant."""
    sides = parts.sides(some, parts.splits(place)[some])
    return log_chance_of_groups(sides.bad_after, sides.after, sides.bad, sides.runs)


def log_instants(parts: Parts, some: Ints) -> float:
    """Return ln of by how much a chance at one instant is to be multiplied, as any instant was looked at.

    The later the instant, the fewer bad runs lie after it. So of all instants that take the same number of them to
    convince the first holds for all: there are no more to count than bad runs.
    """
    runs = parts.runs_of(some)
    return log(min(len(np.unique(parts.place[runs])), int(parts.bad[runs].sum())))


def log_choices(of: int, some: int) -> float:
    """Return ln of in how many ways some can be chosen of so many."""
    table = log_factorials(1 << of.bit_length())
    return float(table[of] - table[some] - table[of - some])
