"""What happened to an OpenClaw itself: each upgrade and each restart once, however many of its files tell of it.

Its settings and its database name the version that last wrote them, and when; the gateway's log shows that other code
is at work, and not which. A version is taken for an upgrade at the first instant at which anything shows it, and for
the same one as the last change of code before. The version that is seen first of several is the one it came from.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from forensics.evidence.records import Happening
from forensics.sources.openclaw_values import SECOND

UPGRADE, RESTART = "upgrade", "restart"
GATEWAY = "OpenClaw's gateway"
BOOTS = "gateway_boot_lifecycle"
CODE = f"{GATEWAY}, code "
# The program replaces itself, writes down its version, and starts anew: within so much.
UPGRADING = 600 * SECOND
# A boot is written down by its process at once, and by its scheduler when that is up.
BOOTING = 120 * SECOND


@dataclass(frozen=True)
class Sighting:
    """A version that was at work at an instant (ns). ``is_upgrade``: the program says itself that it came then."""

    version: str
    at: int
    file: str
    record: int
    is_upgrade: bool = False

    @property
    def key(self) -> str:
        """Return what is the same in all spellings of the version."""
        return self.version.casefold().removeprefix("v")


def settled(happened: Sequence[Happening], sightings: Sequence[Sighting], now: int) -> tuple[Happening, ...]:
    """Return what happened up to now, each once, in order of time."""
    ordered = sorted(happened, key=lambda each: (each.at, each.file, each.record), reverse=True)
    past = [*{(each.at, each.kind, each.name): each for each in ordered if each.at <= now}.values()][::-1]
    boots = [each for each in past if each.kind == RESTART]
    codes = [each for each in past if each.kind == UPGRADE]
    found = [*restarts(boots), *upgrades(codes, [each for each in sightings if each.at <= now])]
    return tuple(sorted(found, key=lambda each: (each.at, each.kind, each.name)))


def restarts(boots: Sequence[Happening]) -> Iterator[Happening]:
    """Yield boots in order of time; one that both the database and a log tell of is told by the first of them."""
    open_boots: list[Happening] = []
    for boot in boots:
        open_boots = [each for each in open_boots if boot.at - each.at <= BOOTING]
        same = next((each for each in open_boots if in_database(each) != in_database(boot)), None)
        if same is None:
            open_boots.append(boot)
            yield boot
        else:
            open_boots.remove(same)


def in_database(boot: Happening) -> bool:
    """Return whether a boot is one that the gateway wrote into its database."""
    return boot.file.endswith(f"#{BOOTS}")


def upgrades(codes: Sequence[Happening], sightings: Sequence[Sighting]) -> Iterator[Happening]:
    """Yield upgrades by their versions, and the changes of code that belong to none of these."""
    left = list(codes)
    for before, new in versions(sightings):
        at = bisect_left(left, new.at + UPGRADING + 1, key=lambda code: code.at) - 1
        code = left.pop(at) if at >= 0 and left[at].at > before else None
        told = Happening(new.at, UPGRADE, f"OpenClaw {new.version}", new.file, new.record)
        yield told if code is None or new.at <= code.at else replace(code, name=told.name)
    yield from left


def versions(sightings: Sequence[Sighting]) -> Iterator[tuple[int, Sighting]]:
    """Yield the first sighting of each version, and until when (ns) another one was seen before it."""
    ordered = sorted(sightings, key=lambda each: (each.at, not each.is_upgrade, each.file))
    firsts: dict[str, Sighting] = {}
    for each in ordered:
        firsts.setdefault(each.key, each)
    for number, new in enumerate(firsts.values()):
        is_first_of_several = number == 0 and len(firsts) > 1
        if new.is_upgrade or not is_first_of_several:
            yield max((each.at for each in ordered if each.key != new.key and each.at < new.at), default=0), new
