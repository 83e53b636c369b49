"""When hosts were up and when they slept, as their journals show; the gaps between are when they were down.

So were the schedulers on them: what is ``of`` a scheduler tells of it alone, not of its host.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time, in ns, in which a host was up (``boot`` is its id) or asleep (``boot`` empty).

    ``file`` and ``record`` tell where its first entry stands, for a sleep the one that began it. ``of`` is the name of
    a scheduler where it was that which was up, such as ``openclaw``, and empty for the host itself. ``is_inferred``:
    that it was down before has nothing but a silence to show for it, and no longer one than is usual.
    """

    host: str | None
    boot: str
    since: int
    until: int
    file: str
    record: int
    of: str = ""
    is_inferred: bool = False


@dataclass(frozen=True, slots=True)
class Outage:
    """A stretch of time, in ns, in which a host did nothing: from its last sign of life to its boot, or asleep.

    With ``of`` it was not the host but that scheduler on it. ``is_inferred``: it may as well have been quiet, and up.
    """

    host: str | None
    since: int
    until: int
    is_sleep: bool
    file: str
    record: int
    of: str = ""
    is_inferred: bool = False


def concerns(outage: Outage, scheduler: str, host: str | None) -> bool:
    """Return whether an outage kept a scheduler on a host from starting anything."""
    return outage.of in ("", scheduler) and is_on(outage, host)


def is_on(outage: Outage, host: str | None) -> bool:
    """Return whether an outage is of a host, by first labels; of one that nobody named it is."""
    return outage.host is None or host is None or label(outage.host) == label(host)


def label(host: str) -> str:
    """Return the first label of a host's name, in lower case."""
    return host.casefold().partition(".")[0]


def outages(stretches: Iterable[Stretch]) -> tuple[Outage, ...]:
    """Return when hosts were down or asleep, in order of time; the boots of several files are joined by their ids."""
    boots: dict[tuple[str | None, str, str], Stretch] = {}
    sleeps: list[Outage] = []
    for each in stretches:
        if not each.boot:
            sleeps.append(Outage(each.host, each.since, each.until, True, each.file, each.record, each.of))
            continue
        known = boots.setdefault((each.host, each.of, each.boot), each)
        first = min(known, each, key=lambda stretch: stretch.since)
        boots[each.host, each.of, each.boot] = replace(first, until=max(known.until, each.until))
    by_owner: dict[tuple[str | None, str], list[Stretch]] = {}
    for (host, of, _), each in boots.items():
        by_owner.setdefault((host, of), []).append(each)
    found = {*sleeps, *(gap for own in by_owner.values() for gap in gaps_of(own))}
    return tuple(sorted(found, key=lambda outage: (outage.since, outage.until, outage.host or "", outage.of)))


def gaps_of(boots: Iterable[Stretch]) -> Iterator[Outage]:
    """Yield the times between the boots of one host or scheduler; where clocks make two overlap there is none."""
    for before, after in pairwise(sorted(boots, key=lambda stretch: (stretch.since, stretch.until))):
        if before.until < after.since:
            where = after.file, after.record, after.of
            yield Outage(after.host, before.until, after.since, False, *where, after.is_inferred)
