"""Which runs an outage of their host explains."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from forensics.classify.host_down import hit
from forensics.evidence.hosts import Outage, Stretch
from forensics.evidence.paired import NAT
from tests.classify.builders import JOB, Told, told, trigger
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


def lives(of: str, host: str | None = None, back: str = "08:00") -> list[Stretch]:
    """Return that a host, or a scheduler on it, was up until six and then again."""
    first, second = (at("00:00"), at("06:00")), (at(back), at("23:00"))
    return [Stretch(host, str(span), *span, "gateway.log", 7, of) for span in (first, second)]


def missed(*stretches: Stretch, **changed: Any) -> Told:
    return told(job=replace(JOB, **{"scheduler": "openclaw", **changed}), stretches=stretches)


def cause(run: Told) -> Any:
    value = run.judged.runs["cause"].iloc[0]
    return value if isinstance(value, str) else None


def test_run_that_was_due_while_its_scheduler_was_down_was_lost_by_that() -> None:
    run = missed(*lives("openclaw"))
    assert (run.verdict, cause(run)) == ("missed", "scheduler_restart")
    assert (
        "Its scheduler gave no sign of life from 06:00:00 to 08:00:00, when it was started (gateway.log:7)." in run.text
    )
    assert "So its scheduler was most likely down." in run.text


def test_mere_silence_does_not_explain_a_lost_due_time_but_two_explain_each_other() -> None:
    up, back = lives("openclaw")
    silence = up, replace(back, is_inferred=True)
    own = replace(JOB, scheduler="openclaw")
    assert cause(missed(*silence)) is None
    two = told(job=own, due=("06:30", "07:30"), stretches=silence)
    assert two.judged.runs["cause"].tolist() == ["scheduler_restart"] * 2


def test_run_that_was_made_up_for_shows_that_its_scheduler_was_down() -> None:
    up, back = lives("openclaw")
    own = replace(JOB, scheduler="openclaw")
    two = told(trigger("08:00:30", 1), job=own, due=("06:30", "07:30"), stretches=(up, replace(back, is_inferred=True)))
    assert cause(two) == "scheduler_restart"


def test_run_of_another_scheduler_was_not() -> None:
    assert cause(missed(*lives("openclaw"), scheduler="cron")) is None


def test_run_on_another_host_was_not() -> None:
    assert cause(missed(*lives("openclaw", "web1"), host="web2")) is None


def test_where_host_and_scheduler_were_down_it_is_the_hosts_doing() -> None:
    assert cause(missed(*lives("openclaw"), *lives("", back="07:30"))) == "host_down"


def test_late_start_says_by_how_much() -> None:
    run = told(trigger("08:00:30"), job=replace(JOB, scheduler="openclaw"), stretches=lives("openclaw"))
    assert run.flags == ["late"]
    assert "It was started 1 h after it was due." in run.text


def test_setting_of_a_scheduler_is_told_of_a_run_that_it_did_not_start() -> None:
    setting = "Its own scheduler is set up so (jobs.json:3)."
    assert setting in missed(set_up=setting).reasons
    assert setting not in told(trigger("07:00:01"), job=replace(JOB, set_up=setting)).reasons
