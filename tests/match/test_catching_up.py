"""Starts that systemd makes up for after a host was down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from forensics.evidence.hosts import Outage
from forensics.evidence.paired import NAT
from forensics.match.catching_up import lateness_allowed
from forensics.match.triggered import Hindrances, trigger_spine
from tests.match.builders import MINUTE, at, clock, ints, job, starts, table, window

HOURLY: dict[str, Any] = {"scheduler": "systemd", "schedule": "hourly", "max_duration": timedelta(minutes=30)}


def met(since: str, until: str, start: str, down_host: str = "web1", of: str = "", **more: Any) -> list[str | None]:
    """Return the due times that a start meets, of a job that is due hourly, on a host that was down for a while."""
    down = [Outage(down_host, at(since), at(until), False, "journal", 1, of)]
    jobs = table(job(**{**HOURLY, **more}))
    spine, run, _ = trigger_spine(jobs, starts(start), starts(), starts(), window(), Hindrances(down))
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
    spine, run, _ = trigger_spine(jobs, starts("04:00:20", "04:44:30"), starts(), starts(), window(), Hindrances(down))
    assert [clock(int(each)) if each != NAT else None for each in spine.due[run]] == ["04:00", None]


def test_slot_that_nothing_moves_is_not_lost_in_an_outage_after_it():
    assert met("04:01", "04:44", "04:44:30", **OPENCLAW) == []


def counted_from(*clocks: str, hour: str, is_inferred: bool = False) -> list[str | None]:
    """Return the due times of a job that is due half an hour after its last start, around an outage till an hour."""
    own = job(schedule=None, interval=timedelta(minutes=30), scheduler="openclaw")
    down = (Outage(None, at("07:10"), at(hour), False, "log", 1, "openclaw", is_inferred),)
    seen = starts(*clocks)
    spine, _, _ = trigger_spine(table(own), seen, starts(), seen, window(now="09:40"), Hindrances(down))
    return [clock(int(each)) for each in spine.due if each != NAT]


def test_interval_made_up_for_shortly_after_a_further_multiple_is_that_of_the_last_one_lost() -> None:
    assert counted_from("07:00", "08:30:12", "09:00:12", hour="08:29:58") == [
        "07:00",
        "07:30",
        "08:00",
        "09:00:12",
        "09:30:12",
    ]


def test_interval_made_up_for_shortly_before_a_further_multiple_is_that_of_the_last_one_lost() -> None:
    assert counted_from("07:00", "08:29:30", "08:59:30", hour="08:29:20")[:4] == ["07:00", "07:30", "08:00", "08:59:30"]


def test_interval_is_met_on_time_after_an_outage_in_which_none_was_lost() -> None:
    assert counted_from("07:00", "07:30:12", hour="07:29:58")[:2] == ["07:00", "07:30"]


def test_silence_shows_an_outage_to_an_interval_only_where_it_swallowed_several() -> None:
    one, two = (
        counted_from("07:00", start, hour=hour, is_inferred=True)
        for start, hour in (("08:00:12", "07:59:58"), ("08:30:12", "08:29:58"))
    )
    assert (one[:3], two[:4]) == (["07:00", "07:30", "08:00"], ["07:00", "07:30", "08:00", "09:00:12"])
