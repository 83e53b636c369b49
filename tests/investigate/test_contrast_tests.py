"""How clear a contrast has to be."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from forensics.investigate import contrast_tests
from forensics.investigate.contrast_splits import Split


def a_split(adjusted: float | None, effect: float) -> contrast_tests.Tested:
    """Return a split of such an effect, with its corrected p-value."""
    return contrast_tests.Tested(cast(Split, SimpleNamespace(effect=effect, is_steady=True)), adjusted, ())


@pytest.mark.parametrize("effect", [0.6, -0.6])
def test_large_difference_may_be_less_clear(effect: float) -> None:
    assert a_split(0.036, effect).differs


def test_small_difference_has_to_be_clearer() -> None:
    assert not a_split(0.036, 0.2).differs
    assert a_split(0.001, 0.2).differs


def test_what_was_no_test_never_differs() -> None:
    assert not a_split(None, 0.9).differs
