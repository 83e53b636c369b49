"""What a source is said to cover."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from forensics.evidence.intake import SourceRead
from forensics.report.view_sources import line

SPANS = {"backup": ((1, 2),)}


def ns(day: int, hour: int = 0) -> int:
    return round(datetime(2026, 3, day, hour, tzinfo=UTC).timestamp()) * 10**9


def reach(covers: tuple[int | None, int | None] | None, *, by_job: bool = False) -> tuple[bool, str | None, str | None]:
    """Return whether a source covers any time, and from when to when it is said to."""
    pen = cast(Any, SimpleNamespace(zone=ZoneInfo("UTC"), year="2026-", names=SimpleNamespace(code=str)))
    read = SourceRead("s", "openclaw", ("triggers",), covers=covers, job_spans=SPANS if by_job else {})
    shown = line(read, 0, pen)
    return shown.covers, shown.begins, shown.ends


def test_source_that_speaks_job_by_job_says_so() -> None:
    assert reach((ns(5), ns(19, 7)), by_job=True) == (True, "by job, 03-05 00:00", "03-19 07:00")


def test_source_that_speaks_for_all_alike_does_not() -> None:
    assert reach((ns(5), ns(19, 7))) == (True, "03-05 00:00", "03-19 07:00")


@pytest.mark.parametrize(("by_job", "begins"), [(True, "by job, each from its begin"), (False, None)])
def test_reach_without_a_beginning(by_job: bool, begins: str | None) -> None:
    assert reach((None, ns(19)), by_job=by_job) == (True, begins, "03-19 00:00")


def test_source_that_speaks_for_no_time_does_so_for_no_job() -> None:
    assert reach(None, by_job=True)[0] is False
