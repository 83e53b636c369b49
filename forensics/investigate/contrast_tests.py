"""All tests of one question as a family: what splits alike is one test; the more are tried, the less each is worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forensics.investigate.contrast_splits import LEAST_EFFECT, Split
from forensics.investigate.exact import holm, hopeless

# Changes may be found by chance, too: both together must leave at least 95 of 100 fleets without a cause quiet.
# What makes less of a difference has to be clearer.
LEVEL, LEVEL_OF_SMALL, LARGE = 0.05, 0.015, 0.3
# An attribute that we worked out counts a quarter of one that somebody set: there are many of them, and few are causes.
WORKED_OUT = 0.25


@dataclass(frozen=True)
class Tested:
    """A split with its corrected p-value, None where it was no test, and those of other attributes that split alike."""

    split: Split
    adjusted: float | None
    alike: tuple[Split, ...]

    @property
    def is_clear(self) -> bool:
        """Return whether chance does not explain it; a small difference has to be clearer than a large one."""
        level = LEVEL if abs(self.split.effect) >= LARGE else LEVEL_OF_SMALL
        return self.adjusted is not None and self.adjusted < level

    @property
    def differs(self) -> bool:
        """Return whether it tells bad from good: not by chance, not by a little, and not by a single job or day."""
        return self.is_clear and abs(self.split.effect) >= LEAST_EFFECT and self.split.is_steady

    @property
    def alongside(self) -> tuple[tuple[str, str], ...]:
        """Return the attributes that split alike, each with the value that goes with this one's."""
        found: dict[str, str] = {}
        for each in sorted(self.alike, key=lambda each: each.within != self.split.within):
            found.setdefault(each.attribute.name, beside(each, self.split))
        order = dict.fromkeys(each.attribute.name for each in self.alike)
        return tuple((name, found[name]) for name in order)


def beside(other: Split, split: Split) -> str:
    """Return what another attribute calls the same side."""
    if other.within == split.within:
        return other.value
    return f"not {other.value}"


def corrected(splits: Sequence[Split]) -> list[Tested]:
    """Return the splits of one question with corrected p-values.

    Each attribute has one weight, spread over the ways in which its values split; ways that several attributes share
    add up. Tests that could not come out significant are left out, and cost the others nothing.
    """
    by_key = defaultdict[bytes, list[Split]](list)
    for split in splits:
        by_key[split.key].append(split)
    tests = {key: each for key, each in by_key.items() if any(split.is_tested for split in each)}
    weights = weights_of(tests)
    least = [tests[key][0].chance.least for key in tests]
    left_out = hopeless(least, [weights[key] for key in tests], LEVEL)
    kept = [key for place, key in enumerate(tests) if place not in left_out]
    found = holm([tests[key][0].chance.p_value for key in kept], [weights[key] for key in kept])
    adjusted = dict(zip(kept, found, strict=True))
    return [
        Tested(
            split,
            adjusted.get(split.key) if split.is_tested else None,
            tuple(other for other in by_key[split.key] if other.attribute is not split.attribute),
        )
        for split in splits
    ]


def weights_of(tests: dict[bytes, list[Split]]) -> dict[bytes, float]:
    """Return how much each way to split counts."""
    ways = defaultdict[int, int](int)
    for splits in tests.values():
        for split in splits:
            ways[id(split.attribute)] += 1
    return {
        key: sum((1.0 if each.attribute.is_declared else WORKED_OUT) / ways[id(each.attribute)] for each in splits)
        for key, splits in tests.items()
    }


def telling(tested: Sequence[Tested], shared: int | None) -> Iterator[Tested]:
    """Yield of the values of an attribute the one that tells most, and others that are worse than the rest.

    Where nothing differs, it is the ``shared`` one of the exceptions that is looked at.
    """
    if not tested:
        return
    best = min(tested, key=lambda each: (2.0 if each.adjusted is None else each.adjusted, *clearness(each.split)))
    if not best.differs:
        best = next((each for each in tested if each.split.code == shared), best)
    yield best
    yield from (each for each in tested if each is not best and each.differs and each.split.effect > 0)


def clearness(split: Split) -> tuple[bool, float, float, float, int]:
    """Return by what a split comes before others: what can be told, then the least chance, the largest effect."""
    return bool(split.veil), split.chance.p_value, -abs(split.effect), -split.effect, split.code
