"""Fleets with a planted change, and fleets without one."""

from __future__ import annotations

import pytest

from benchmarks.changes import fleet, tally
from forensics.investigate.change_points import change_points

pytestmark = pytest.mark.slow

SEEDS = range(10)


@pytest.mark.parametrize("kind", ["shared", "hourly"])
def test_planted_change_is_found_within_one_run(kind: str) -> None:
    assert tally(kind, SEEDS).found == len(SEEDS)


@pytest.mark.parametrize("kind", ["none", "flaky"])
def test_nothing_is_found_where_nothing_changed(kind: str) -> None:
    assert tally(kind, SEEDS).quiet >= len(SEEDS) - 1


def test_same_seed_gives_the_same_points() -> None:
    assert change_points(fleet(3, "shared").studied) == change_points(fleet(3, "shared").studied)
