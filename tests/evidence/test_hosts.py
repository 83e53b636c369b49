"""When hosts were down: between their boots, and while they slept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forensics.evidence.hosts import Outage, Stretch, concerns, is_on, outages


def up(boot: str, since: int, until: int, host: str | None = "web1", file: str = "a") -> Stretch:
    return Stretch(host, boot, since, until, file, since)


def spans(*stretches: Stretch) -> list[tuple[int, int]]:
    return [(each.since, each.until) for each in outages(stretches)]


def test_host_is_down_from_its_last_sign_of_life_to_its_next_boot():
    assert spans(up("b1", 0, 10), up("b2", 20, 30)) == [(10, 20)]


def test_boot_that_several_files_hold_is_one():
    assert spans(up("b1", 0, 4), up("b1", 6, 10, file="b"), up("b2", 20, 30, file="b")) == [(10, 20)]


def test_boots_come_in_any_order():
    assert spans(up("b3", 50, 60), up("b1", 0, 10), up("b2", 20, 30)) == [(10, 20), (30, 50)]


def test_boots_of_two_hosts_are_no_outage_of_either():
    assert spans(up("b1", 0, 10), up("b2", 20, 30, host="db1")) == []


def test_boots_that_overlap_by_their_clocks_leave_no_gap():
    assert spans(up("b1", 0, 10), up("b2", 5, 30)) == []


def test_scheduler_that_was_down_says_nothing_of_its_host():
    gateway = [Stretch("web1", str(since), since, until, "a", since, "openclaw") for since, until in ((2, 4), (6, 9))]
    found = outages([up("b1", 0, 10), up("b2", 20, 30), *gateway])
    assert [(each.since, each.until, each.of) for each in found] == [(4, 6, "openclaw"), (10, 20, "")]


@pytest.mark.parametrize(
    ("of", "scheduler", "holds"), [("", "cron", True), ("openclaw", "openclaw", True), ("openclaw", "cron", False)]
)
def test_outage_of_a_scheduler_concerns_its_own_jobs_alone(of: str, scheduler: str, holds: bool):
    assert concerns(Outage("web1", 0, 9, False, "a", 1, of), scheduler, "web1.example.org") is holds


def test_sleep_is_an_outage_that_says_so():
    assert outages([Stretch("web1", "", 3, 9, "a", 7)]) == (Outage("web1", 3, 9, True, "a", 7),)


def test_outage_names_the_record_of_the_boot_that_ended_it():
    (outage,) = outages([up("b1", 0, 10), up("b2", 20, 30, file="b")])
    assert (outage.file, outage.record) == ("b", 20)


@pytest.mark.parametrize(
    ("of", "host", "holds"),
    [
        ("web1", "web1", True),
        ("Web1.example.org", "web1", True),
        ("web1", None, True),
        (None, "web1", True),
        ("web1", "db1", False),
    ],
)
def test_outage_is_of_a_host_by_its_first_label(of: str | None, host: str | None, holds: bool):
    assert is_on(Outage(of, 0, 1, False, "a", 1), host) is holds


def test_outage_is_inferred_where_what_follows_it_says_so():
    (found,) = outages([up("b1", 0, 10), replace(up("b2", 20, 30), is_inferred=True)])
    assert found.is_inferred
