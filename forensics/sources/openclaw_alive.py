"""When the gateway of an OpenClaw was at work, by its signs of life and its boots.

Its log says nothing of a run that goes well, so that a quiet gateway is none that was down. It was down only before a
boot: from its last sign of life, be that a line of its log or a run, until its scheduler was started. Whether it was
down all that time, or quiet and then restarted, is shown by its own word that it stops, or by a silence that is clearly
longer than it is usual here; else it is inferred, and others must decide.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from forensics.evidence.hosts import Stretch
from forensics.evidence.records import Happening
from forensics.sources.openclaw_happenings import BOOTING
from forensics.sources.openclaw_told import Told
from forensics.sources.openclaw_values import SECOND

OF = "openclaw"
CLOSE = 10 * SECOND
# What a gateway still writes after its word that it stops.
STOPPING = 300 * SECOND
# Silences up to the usual one make up so much of the time; a longer one is clearly longer by such a factor.
MOSTLY, CLEARLY = 0.9, 2


class Signs:
    """The instants (ns) at which a log shows life; of those close to each other the first and the last are kept."""

    def __init__(self) -> None:
        self._spans: list[list[int]] = []

    def note(self, at: int) -> None:
        """Take the time of a line."""
        if self._spans and 0 <= at - self._spans[-1][1] <= CLOSE:
            self._spans[-1][1] = at
        else:
            self._spans.append([at, at])

    def __iter__(self) -> Iterator[int]:
        return (at for span in self._spans for at in span)


def alive(
    signs: Iterable[int],
    told: Iterable[Told],
    happened: Sequence[Happening],
    host: str | None,
    now: int,
    stops: Sequence[int] = (),
) -> tuple[Stretch, ...]:
    """Return the stretches in which a gateway was at work, none where it never booted; a boot is its own sign.

    ``happened`` are its boots, in order of time, ``stops`` when it said that it stops.
    """
    runs = (at for each in told for at in (each.start, each.end, each.written) if at is not None)
    instants = sorted({at for at in (*signs, *runs, *(boot.at for boot in happened)) if at <= now})
    if not instants or not happened:
        return ()
    ends = [last_sign(instants, before.at, boot.at) for before, boot in pairwise(happened)]
    lives = list(zip(happened, [*ends, instants[-1]], strict=True))
    first = happened[0]
    stretches = [Stretch(host, str(boot.at), boot.at, end, boot.file, boot.record, OF) for boot, end in lives]
    if instants[0] < first.at:
        end = last_sign(instants, instants[0], first.at)
        stretches.insert(0, Stretch(host, "before", instants[0], end, first.file, first.record, OF))
    gaps = [(before.until, after.since) for before, after in pairwise(stretches)]
    silent = usual(instants, {end for end, _ in gaps})
    is_inferred = [False, *(not (is_stop(gap, stops) or silent.is_surpassed_by(gap)) for gap in gaps)]
    return tuple(replace(each, is_inferred=it) for each, it in zip(stretches, is_inferred, strict=True))


@dataclass(frozen=True)
class Silence:
    """How long a gateway that is at work is usually silent, and in how much time that was seen, in ns."""

    usual: int
    seen: int

    def is_surpassed_by(self, gap: tuple[int, int]) -> bool:
        """Return whether a silence is clearly longer than a usual one, as far as enough was seen to tell."""
        lasted = gap[1] - gap[0]
        return CLEARLY * max(self.usual, 1) < lasted and CLEARLY * lasted <= self.seen


def usual(instants: Sequence[int], ends: Collection[int]) -> Silence:
    """Return the usual silence between the signs of a gateway, without those after its lives' last signs, ``ends``."""
    silences = sorted(after - before for before, after in pairwise(instants) if before not in ends)
    sums = list(accumulate(silences))
    if not sums:
        return Silence(0, 0)
    return Silence(silences[bisect_left(sums, MOSTLY * sums[-1])], sums[-1])


def is_stop(gap: tuple[int, int], stops: Sequence[int]) -> bool:
    """Return whether a gateway said that it stops before it fell silent."""
    return any(gap[0] - STOPPING <= at <= gap[1] for at in stops)


def last_sign(instants: Sequence[int], begin: int, boot: int) -> int:
    """Return the last sign of the life that ended before a boot: of its own last moments the longest silence tells.

    What a gateway writes while it boots comes shortly before its scheduler is started.
    """
    since = max(begin, instants[max(0, bisect_left(instants, boot - BOOTING) - 1)])
    around = instants[bisect_left(instants, since) : bisect_left(instants, boot) + 1]
    return max(pairwise(around), key=lambda gap: gap[1] - gap[0], default=(boot, boot))[0]
