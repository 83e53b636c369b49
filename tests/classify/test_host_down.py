"""Which runs an outage of their host explains."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from forensics.classify.host_down import hit
from forensics.evidence.hosts import Outage
from forensics.evidence.paired import NAT
from tests.match.builders import at

DOWN = Outage("web1", at("06:00"), at("08:00"), False, "journal", 1)
ASLEEP = Outage("web1", at("06:00"), at("08:00"), True, "journal", 1)


def one(value: Any) -> Any:
    return np.array([value])


def is_hit(outage: Outage, due: str | None = None, started: str | None = None, ended: str | None = None) -> bool:
    """Return whether an outage hit a run that may take an hour."""
    times = {
        name: NAT if clock is None else at(clock) for name, clock in (("due", due), ("began", started), ("end", ended))
    }
    start = times["began"] if started else times["due"]
    runs = SimpleNamespace(
        due=one(times["due"]),
        begun=one(times["began"]),
        start=one(start),
        own_end=one(start + at("01:00") - at("00:00")),
    )
    recorded = SimpleNamespace(end=one(-1 if ended is None else 4), end_at=one(times["end"]))
    facts = SimpleNamespace(triggered=one(False), begun=one(started is not None), recorded=recorded)
    return hit(outage, cast(Any, SimpleNamespace(runs=runs)), cast(Any, facts), 0)


@pytest.mark.parametrize(
    ("due", "holds"), [("05:59", False), ("06:00", True), ("07:59:59", True), ("08:00", False), (None, False)]
)
@pytest.mark.parametrize("outage", [DOWN, ASLEEP])
def test_run_that_was_due_in_an_outage_fell_into_it(outage: Outage, due: str | None, holds: bool) -> None:
    assert is_hit(outage, due) is holds


@pytest.mark.parametrize(
    ("started", "ended", "holds"),
    [
        ("05:30", None, True),
        ("05:30", "05:59", True),
        ("05:30", "05:40", False),
        ("04:30", None, False),
        ("08:10", None, False),
    ],
)
def test_run_that_was_on_when_its_host_went_down_was_cut_off(started: str, ended: str | None, holds: bool) -> None:
    assert is_hit(DOWN, started=started, ended=ended) is holds


def test_sleep_cuts_no_run_off() -> None:
    assert not is_hit(ASLEEP, started="05:30")
