"""The samples' reports equal the expected ones to the byte."""

from __future__ import annotations

import pytest

from tests.golden.rewrite import FOLDER, SAMPLES, rendered


@pytest.mark.parametrize("sample", SAMPLES)
def test_report_of_a_sample_is_the_expected_one(sample: str) -> None:
    assert rendered(sample).decode() == (FOLDER / f"{sample}.md").read_text(encoding="utf-8")
