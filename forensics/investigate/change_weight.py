"""At which instants to look: where most bad runs lie after it, or most jobs that stand out by themselves break."""

from __future__ import annotations

import numpy as np

from forensics.evidence.paired import Floats, Ints
from forensics.investigate.change_parts import Parts

# What a job's own runs must gain before it is heard in the search for an instant that many share.
LEAST_GAIN = 1.9


def loudest(parts: Parts) -> int:
    """Return the instant (a place in ``times``) at which jobs that stand out by themselves gain most together."""
    return int(np.argmax(over_time(parts, np.maximum(parts.gain - LEAST_GAIN, 0.0))[0]))


def heaviest(parts: Parts) -> int:
    """Return the instant after which the most bad runs of all jobs lie, beyond what chance lets expect."""
    return int(np.argmax(weights(parts)[0]))


def weights(parts: Parts, codes: Ints | None = None, values: int = 1) -> Floats:
    """Return for each value and instant by how many standard deviations bad runs with that value lie after it.

    ``codes`` number the values, one a run, the same for all runs of a part.
    """
    beyond, spread = (over_time(parts, each, codes, values) for each in parts.drift)
    found: Floats = beyond / np.sqrt(np.maximum(spread, 1.0))
    return found


def over_time(parts: Parts, worth: Floats, codes: Ints | None = None, values: int = 1) -> Floats:
    """Return for each value and instant the sum over all jobs of what the splits there are worth.

    A split before a run holds for every instant after the run before it, up to that run.
    """
    runs = np.flatnonzero(worth * (np.arange(len(worth)) > parts.starts[parts.part]))
    count = len(parts.times) + 1
    row = 0 if codes is None else codes[runs] * count
    begun = np.bincount(row + parts.place[runs - 1] + 1, weights=worth[runs], minlength=count * values)
    over = np.bincount(row + parts.place[runs] + 1, weights=worth[runs], minlength=count * values)
    found: Floats = np.cumsum((begun - over).reshape(values, count), axis=1)[:, :-1]
    return found
