"""What the paths of a pattern look like, for finding those that are nearly theirs."""

from __future__ import annotations

import pytest

from forensics.match.near import shape_text
from forensics.match.witnesses import wanted_patterns
from tests.match.builders import job


@pytest.mark.parametrize(
    ("pattern", "shape"),
    [
        ("reports/{date:%Y-%m-%d}.json", "reports/0-0-0.json"),
        ("v10/{date:%H%M}-x.log", "v0/0-x.log"),
        ("a/b.json", "a/b.json"),
    ],
)
def test_numbers_do_not_count_in_a_shape(pattern: str, shape: str) -> None:
    (each,) = wanted_patterns([job(artifacts=(pattern,))])
    assert shape_text(each) == shape
