"""What is left of a difference beside a clearer one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from forensics.investigate.contrast_left import beside_clearer
from tests.investigate.cases import contrast


def split(codes: Any) -> Any:
    return SimpleNamespace(attribute=SimpleNamespace(codes=np.array(codes)), code=1)


def standings(*blocks: tuple[int, int, int, int]) -> list[str]:
    """Return how a wide and a narrow value stand; a block is (runs, bad, has the wide value, has the narrow one)."""
    bad = [number < bad for runs, bad, _, _ in blocks for number in range(runs)]
    wide = [has for runs, _, has, _ in blocks for _ in range(runs)]
    narrow = [has for runs, _, _, has in blocks for _ in range(runs)]
    ground = SimpleNamespace(known=np.ones(len(bad), dtype=np.bool_), bad=np.array(bad))
    told = [(contrast("part"), split(wide)), (contrast("hour"), split(narrow))]
    return [each.standing for each in beside_clearer(cast(Any, told), cast(Any, ground))]


def test_hour_that_is_better_than_the_rest_of_its_bad_night_is_no_second_answer() -> None:
    assert standings((800, 10, 0, 0), (172, 110, 1, 0), (28, 12, 1, 1)) == ["differs", "unknown"]


def test_hour_that_is_far_worse_than_the_rest_of_its_night_is_told() -> None:
    assert standings((800, 10, 0, 0), (172, 60, 1, 0), (28, 28, 1, 1)) == ["differs", "differs"]
