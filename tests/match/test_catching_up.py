"""Starts that systemd makes up for after a host was down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from forensics.evidence.hosts import Outage
from forensics.evidence.paired import NAT
from forensics.match.catching_up import lateness_allowed
from forensics.match.spine import trigger_spine
from tests.match.builders import MINUTE, at, clock, ints, job, starts, table, window

HOURLY: dict[str, Any] = {"scheduler": "systemd", "schedule": "hourly", "max_duration": timedelta(minutes=30)}


def met(since: str, until: str, start: str, down_host: str = "web1", of: str = "", **more: Any) -> list[str | None]:
    """Return the due times that a start meets, of a job that is due hourly, on a host that was down for a while."""
    down = [Outage(down_host, at(since), at(until), False, "journal", 1, of)]
    jobs = table(job(**{**HOURLY, **more}))
    spine, run, _ = trigger_spine(jobs, starts(start), starts(), starts(), window(), down)
    return [clock(int(spine.due[each])) for each in run if spine.due[each] != NAT]


def test_start_after_the_boot_belongs_to_the_last_due_time_that_was_lost():
    assert met("01:30", "04:40", "04:41") == ["04:00"]


def test_start_long_after_the_boot_is_no_catching_up():
    assert met("01:30", "04:15", "04:40") == []


def test_start_after_a_boot_that_lost_no_due_time_is_none_either():
    assert met("04:05", "04:40", "04:41") == []


def test_cron_never_catches_up():
    assert met("01:30", "04:40", "04:41", scheduler="cron", schedule="0 * * * *") == []


def test_outage_of_another_host_excuses_nothing():
    assert met("01:30", "04:40", "04:41", down_host="db1", host="web1") == []


def test_start_at_its_own_due_time_stays_there():
    assert met("01:30", "04:58", "05:00:01") == ["05:00"]


def test_openclaw_makes_up_for_what_it_lost_while_it_was_down_itself():
    own = {"scheduler": "openclaw", "schedule": "0 * * * *"}
    assert met("01:30", "04:40", "04:41", of="openclaw", **own) == ["04:00"]
    assert met("01:30", "04:40", "04:41", of="openclaw") == []


def test_outage_of_host_and_scheduler_at_once_is_waited_for_once():
    job_ = table(job(**{**HOURLY, "scheduler": "openclaw", "schedule": "0 4 * * *"}))
    down = [Outage(None, at("03:00"), at("04:40"), False, "a", 1, of) for of in ("", "openclaw")]
    allowed = lateness_allowed(job_, ints([0]), ints([at("04:00")]), down)
    assert allowed.tolist() == [50 * MINUTE]


OPENCLAW: dict[str, Any] = {"scheduler": "openclaw", "schedule": "0 * * * *", "of": "openclaw"}


def test_slot_that_was_moved_into_the_outage_is_made_up_for():
    moved = timedelta(minutes=15)
    assert met("04:01", "04:44", "04:44:30", **OPENCLAW, start_grace=moved) == ["04:00"]
    assert met("04:06", "04:44", "04:44:30", **OPENCLAW, start_grace=moved) == []
    assert met("04:01", "04:44", "04:44:30", start_grace=moved) == ["04:00"]


def test_slot_that_was_met_before_the_outage_is_not_made_up_for_again():
    down = [Outage("web1", at("04:01"), at("04:44"), False, "gateway.log", 1, "openclaw")]
    jobs = table(job(scheduler="openclaw", schedule="0 * * * *", start_grace=timedelta(minutes=15)))
    spine, run, _ = trigger_spine(jobs, starts("04:00:20", "04:44:30"), starts(), starts(), window(), down)
    assert [clock(int(each)) if each != NAT else None for each in spine.due[run]] == ["04:00", None]


def test_slot_that_nothing_moves_is_not_lost_in_an_outage_after_it():
    assert met("04:01", "04:44", "04:44:30", **OPENCLAW) == []
