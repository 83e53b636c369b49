"""How likely it is that chance alone makes runs look as if they had changed at some instant.

All is exact under one assumption: without a change every order of a job's good and bad runs is as likely as any other.
Nothing is drawn at random, so that the same runs always give the same p-value.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import log

import numpy as np

from forensics.evidence.paired import Floats, Ints

# The sum over all splits is a bound, some ten times too high of many runs: it does where it is clear, or runs are many.
FOLLOWED = 3000
CLEAR = 1e-6
# A gain that differs by rounding alone is the same gain.
ROUNDING = 1e-9
TILTS = np.concatenate([[0.0], np.geomspace(0.05, 60.0, 48)])
LEAST = 1e-300
# What it is worth that no run after a split is good: jobs that die are what we look for.
DEAD = 2.0
# A bound of the chance that is so small (ln) convinces, whatever the chance itself.
CLEARLY = -60.0


@lru_cache(maxsize=8)
def weighed(most: int) -> Floats:
    """Return n ln n for n from 0 to ``most``."""
    numbers = np.arange(most + 1, dtype=np.float64)
    found: Floats = numbers * np.log(np.maximum(numbers, 1.0))
    return found


@lru_cache(maxsize=8)
def log_factorials(most: int) -> Floats:
    """Return ln n! for n from 0 to ``most``."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1, dtype=np.float64)))])


def gains(bad_before: Ints, before: Ints, bad_after: Ints, after: Ints) -> Floats:
    """Return by how much two rates explain the runs better than one (log-likelihood), 0 where it got no worse."""
    table = weighed(1 << int(max(before.max(initial=1), after.max(initial=1)) * 2).bit_length())

    def likelihood(bad: Ints, runs: Ints) -> Floats:
        found: Floats = table[bad] + table[runs - bad] - table[runs]
        return found

    gain = likelihood(bad_before, before) + likelihood(bad_after, after)
    gain -= likelihood(bad_before + bad_after, before + after)
    return np.where(bad_after * before > bad_before * after, gain, 0.0)


@lru_cache(maxsize=4096)
def chance_of_split(runs: int, bad: int, gain: float) -> float:
    """Return how likely the best split of so many runs is worth so much by chance: corrected for the scan.

    A split counts where the runs after it are worse; where all of these are bad it is worth ``DEAD`` more than it
    gains. It is exact, or a bound where that is clear enough.
    """
    most = most_before(runs, bad, gain)
    bound = summed_chances(runs, bad, most)
    return bound if bound < CLEAR or runs > FOLLOWED else min(bound, followed_chance(bad, most))


def most_before(runs: int, bad: int, gain: float) -> Ints:
    """Return for each split (after 1, 2, … runs) how many bad runs may lie before it to be worth that, -1 for none."""
    before = np.arange(1, runs, dtype=np.int64)
    least = np.maximum(0, bad - (runs - before))
    low, high = least - 1, np.maximum(before * bad // runs, least - 1)
    while np.any(low < high):
        middle = (low + high + 1) // 2
        gained = gains(middle, before, bad - middle, runs - before) >= gain - ROUNDING
        low, high = np.where(gained, middle, low), np.where(gained, high, middle - 1)
    is_dead = bad - (runs - before) >= 0
    dead = np.where(is_dead, gains(least, before, bad - least, runs - before) + DEAD >= gain - ROUNDING, False)
    return np.where(low >= least, low, np.where(dead, least, -1))


def followed_chance(bad: int, most: Ints) -> float:
    """Return the share of all orders of the runs in which some split has at most so many bad runs before it."""
    runs, seen = len(most) + 1, np.arange(bad + 1, dtype=np.float64)
    open_paths = np.zeros(bad + 1)
    open_paths[0] = 1.0
    found = 0.0
    for split, limit in enumerate(most.tolist()):
        turns_bad = open_paths * ((bad - seen) / (runs - split))
        open_paths -= turns_bad
        open_paths[1:] += turns_bad[:-1]
        if limit >= 0:
            found += float(open_paths[: limit + 1].sum())
            open_paths[: limit + 1] = 0.0
    return min(1.0, max(found, LEAST))


def summed_chances(runs: int, bad: int, most: Ints) -> float:
    """Return the sum over all splits of the chance that at most so many bad runs lie before each, a bound."""
    before = np.flatnonzero(most >= 0) + 1
    limit = most[before - 1]
    at_most = log_hypergeometric(limit, before, bad, runs)
    # Each smaller number is less likely than the one above it by at least this factor.
    shrinking = limit * (runs - bad - before + limit) / np.maximum((bad - limit + 1) * (before - limit + 1), 1)
    found = float(np.sum(np.exp(at_most) / np.maximum(1.0 - shrinking, ROUNDING)))
    return min(1.0, max(found, LEAST))


def log_hypergeometric(drawn_bad: Ints, drawn: Ints | int, bad: Ints | int, runs: Ints | int) -> Floats:
    """Return ln of the chance that of ``drawn`` runs so many are bad, out of ``runs`` of which ``bad`` are."""
    table = log_factorials(1 << int(np.max(runs, initial=1)).bit_length())

    def choose(of: Ints | int, some: Ints | int) -> Floats:
        found: Floats = table[of] - table[some] - table[of - some]
        return found

    ways = choose(bad, drawn_bad) + choose(runs - bad, drawn - drawn_bad)
    return ways - choose(runs, drawn)


def log_chance_of_more(bad_after: Ints, after: Ints, bad: Ints, runs: Ints) -> Floats:
    """Return for each job ln of the chance (a bound, close where it is small) that so many bad runs lie after a split.

    All of ``runs`` are in one job, and in any order; ``after`` of them lie after the split.
    """
    exactly = log_hypergeometric(bad_after, after, bad, runs)
    growing = (bad - bad_after) * (after - bad_after) / ((bad_after + 1) * (runs - bad - after + bad_after + 1))
    return np.minimum(0.0, exactly - np.log(np.maximum(1.0 - growing, ROUNDING)))


def log_chance_of_groups(bad_after: Ints, after: Ints, bad: Ints, runs: Ints) -> float:
    """Return ln of the chance that so many of all bad runs lie after one given split: exact, or a bound where clear.

    One value a job; the orders of different jobs have nothing to do with each other.
    """
    kinds, counts = np.unique(np.stack([after, bad, runs]), axis=1, return_counts=True)
    jobs = [(law_of(*kind), count) for kind, count in zip(kinds.T.tolist(), counts.tolist(), strict=True)]
    bound = chernoff(jobs, int(bad_after.sum()))
    return bound if bound < CLEARLY else min(bound, log_tail(jobs, int(bad_after.sum())))


@lru_cache(maxsize=16_384)
def law_of(after: int, bad: int, runs: int) -> tuple[int, Floats]:
    """Return how few of a job's bad runs may lie after a split, and ln of the chance of each number from that on."""
    values = np.arange(max(0, after + bad - runs), min(after, bad) + 1, dtype=np.int64)
    return int(values[0]), log_hypergeometric(values, after, bad, runs)


def chernoff(jobs: Sequence[tuple[tuple[int, Floats], int]], wanted: int) -> float:
    """Return ln of Chernoff's bound of the chance that a sum over so many jobs of each kind is as high as wanted."""
    total = np.zeros(len(TILTS))
    for (least, law), count in jobs:
        tilted = law + TILTS[:, None] * (least + np.arange(len(law)))
        top = tilted.max(axis=1)
        total += count * (top + np.log(np.exp(tilted - top[:, None]).sum(axis=1)))
    return min(0.0, float(np.min(total - TILTS * wanted)))


def log_tail(jobs: Sequence[tuple[tuple[int, Floats], int]], wanted: int) -> float:
    """Return ln of the chance that a sum over so many jobs of each kind is as high as wanted."""
    law, least = np.ones(1), 0
    for (first, each), count in jobs:
        for _ in range(count):
            law, least = np.convolve(law, np.exp(each)), least + first
    return min(0.0, log(max(LEAST, float(law[max(0, wanted - least) :].sum()))))
