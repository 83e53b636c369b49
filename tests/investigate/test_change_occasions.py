"""What happened beside a change: events, reboots, clocks put forward and back."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from forensics.evidence.hosts import Stretch
from forensics.evidence.investigation import Occasion
from forensics.evidence.result import Result
from forensics.investigate.change_occasions import clock_shifts, occasions
from tests.analyse.builders import at
from tests.investigate.changing import event, night, studied

BERLIN = ZoneInfo("Europe/Berlin")
WELL = {"one": "." * 14}


def kinds(result: Result, after: int, until: int) -> list[str]:
    return [each.kind for each in occasions(result, after, until, result.paired.jobs)]


def restarted(host: str, minutes: int = 12) -> list[Stretch]:
    """Return that a host was down for some minutes on the fifth day at noon."""
    down = night(5, 12) - minutes * 60 * 10**9
    return [Stretch(host, "a", night(0), down, "j", 1), Stretch(host, "b", night(5, 12), night(14), "j", 9)]


def test_event_at_the_first_bad_run_counts() -> None:
    assert kinds(studied(WELL, [event(night(5))]), night(4), night(5)) == ["upgrade"]


def test_event_at_the_last_good_run_does_not_count() -> None:
    assert kinds(studied(WELL, [event(night(4))]), night(4), night(5)) == []


def test_what_is_nearest_to_the_first_bad_run_comes_first() -> None:
    events = [event(night(4, 1)), event(night(4, 9), kind="deploy")]
    assert kinds(studied(WELL, events), night(4), night(5)) == ["deploy", "upgrade"]


def test_upgrade_outranks_the_restart_that_came_with_it() -> None:
    events = [event(night(4, 9)), event(night(4, 10), kind="restart")]
    assert kinds(studied(WELL, events), night(4), night(5)) == ["upgrade", "restart"]


def test_silence_of_a_scheduler_is_no_reboot_of_its_host() -> None:
    silent = [replace(each, of="openclaw") for each in restarted("web1")]
    assert kinds(studied(WELL, hosts={"one": "web1"}, stretches=silent), night(5), night(6)) == []


def test_reboot_of_the_jobs_host_is_an_occasion() -> None:
    result = studied(WELL, hosts={"one": "web1"}, stretches=restarted("web1.example.org"))
    (found,) = occasions(result, night(5), night(6), result.paired.jobs)
    assert found == Occasion(night(5, 12), "reboot", "web1.example.org, down for 12 min")


def test_reboot_of_another_host_is_none() -> None:
    result = studied(WELL, hosts={"one": "web1"}, stretches=restarted("db"))
    assert kinds(result, night(5), night(6)) == []


def test_clocks_put_forward_are_dated_to_the_second() -> None:
    (found,) = clock_shifts(BERLIN, at("2026-03-20T12:00"), at("2026-03-30T12:00"))
    assert found == Occasion(at("2026-03-29T01:00"), "dst", "Europe/Berlin, clocks forward by 1 h")


def test_clocks_put_back_are_told_as_that() -> None:
    (found,) = clock_shifts(BERLIN, at("2026-10-24T12:00"), at("2026-10-25T12:00"))
    assert found.name == "Europe/Berlin, clocks back by 1 h"


def test_zone_of_the_report_counts() -> None:
    result = studied(WELL, zone="America/New_York")
    assert kinds(result, at("2026-03-08T00:00"), at("2026-03-09T00:00")) == ["dst"]


def test_zone_without_summer_time_never_shifts() -> None:
    assert list(clock_shifts(ZoneInfo("Asia/Tokyo"), at("2026-01-01T00:00"), at("2026-12-31T00:00"))) == []
