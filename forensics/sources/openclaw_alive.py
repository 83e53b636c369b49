"""When the gateway of an OpenClaw was at work, by its signs of life and its boots.

Its log says nothing of a run that goes well, so that a quiet gateway is none that was down. It was down only before a
boot: from its last sign of life, be that a line of its log or a run, until its scheduler was started.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from forensics.evidence.hosts import Stretch
from forensics.evidence.records import Happening
from forensics.sources.openclaw_happenings import BOOTING
from forensics.sources.openclaw_told import Told
from forensics.sources.openclaw_values import SECOND

OF = "openclaw"
CLOSE = 10 * SECOND


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
    signs: Iterable[int], told: Iterable[Told], happened: Sequence[Happening], host: str | None, now: int
) -> tuple[Stretch, ...]:
    """Return the stretches in which a gateway was at work, none where it never booted; a boot is its own sign.

    ``happened`` are its boots, in order of time.
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
    return tuple(stretches)


def last_sign(instants: Sequence[int], begin: int, boot: int) -> int:
    """Return the last sign of the life that ended before a boot: of its own last moments the longest silence tells.

    What a gateway writes while it boots comes shortly before its scheduler is started.
    """
    since = max(begin, instants[max(0, bisect_left(instants, boot - BOOTING) - 1)])
    around = instants[bisect_left(instants, since) : bisect_left(instants, boot) + 1]
    return max(pairwise(around), key=lambda gap: gap[1] - gap[0], default=(boot, boot))[0]
