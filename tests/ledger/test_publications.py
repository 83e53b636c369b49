"""Texts wait until they have arrived; no backlog comes in a burst, and a report knows what earlier ones left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forensics.ledger.database import Ledger, empty_ledger
from forensics.ledger.publications import delivered, failed, publish, undelivered, waiting
from tests.ledger.builders import NOW

SECRET = "xoxb-123456789012-abcdefghijkl"


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with empty_ledger() as ledger:
        yield ledger


def queued(ledger: Ledger, channel: str, name: str, text: str = "text", at: int = NOW) -> int:
    """Queue a text and return its id."""
    publish(ledger, channel, name, text, at)
    return next(each.id for each in waiting(ledger, channel) if each.name == name)


def texts(ledger: Ledger, channel: str) -> list[tuple[str, str]]:
    return [(each.name, each.text) for each in waiting(ledger, channel)]


def names(ledger: Ledger, now: int) -> list[str]:
    return [each.name for each in undelivered(ledger, now)]


def test_text_waits_in_its_channel_only(ledger):
    publish(ledger, "report", "2026-03-19", "one", NOW)
    assert (texts(ledger, "report"), texts(ledger, "slack")) == ([("2026-03-19", "one")], [])


def test_text_waits_until_it_is_delivered(ledger):
    first, _ = queued(ledger, "report", "19"), queued(ledger, "report", "20")
    delivered(ledger, first, NOW)
    assert texts(ledger, "report") == [("20", "text")]


def test_oldest_comes_first_whatever_was_queued_first(ledger):
    publish(ledger, "report", "20", "", NOW + 1)
    publish(ledger, "report", "19", "", NOW)
    assert [name for name, _ in texts(ledger, "report")] == ["19", "20"]


def test_text_of_the_same_name_takes_the_place_of_the_one_that_waits(ledger):
    before = queued(ledger, "report", "19", "old")
    after = queued(ledger, "report", "19", "new", NOW + 1)
    assert (texts(ledger, "report"), before) == ([("19", "new")], after)


def test_text_of_a_name_that_was_delivered_is_not_sent_again(ledger):
    delivered(ledger, queued(ledger, "report", "19"), NOW)
    publish(ledger, "report", "19", "again", NOW + 1)
    assert (undelivered(ledger), ledger.rows("SELECT text FROM publications")) == ([], [("",)])


def test_text_that_was_delivered_takes_no_room(ledger):
    delivered(ledger, queued(ledger, "report", "19", "long"), NOW)
    assert ledger.rows("SELECT text FROM publications") == [("",)]


def test_first_delivery_counts(ledger):
    publication = queued(ledger, "report", "19")
    delivered(ledger, publication, NOW)
    delivered(ledger, publication, NOW + 9)
    assert ledger.rows("SELECT delivered_at FROM publications") == [(NOW,)]


def test_failures_are_counted_and_the_last_is_kept(ledger):
    publication = queued(ledger, "report", "19")
    for number, error in enumerate(["timed out", "refused"]):
        failed(ledger, publication, error, NOW + number)
    (found,) = waiting(ledger, "report")
    assert (found.attempts, found.error) == (2, "refused")


def test_failures_of_another_text_are_not_counted(ledger):
    failed(ledger, queued(ledger, "report", "19"), "refused", NOW)
    publish(ledger, "report", "20", "", NOW + 1)
    assert [(each.attempts, each.error) for each in waiting(ledger, "report")] == [(1, "refused"), (0, "")]


def test_error_holds_no_secret_and_is_short(ledger):
    failed(ledger, queued(ledger, "report", "19"), f"refused {SECRET} " + "x" * 9_000, NOW)
    (error,) = ledger.rows("SELECT error FROM failures")[0]
    assert "xoxb-1234" not in error
    assert len(error) <= 500


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "'; --"])
def test_any_text_can_be_queued(ledger, text):
    publish(ledger, "report", "19", text, NOW)
    failed(ledger, waiting(ledger, "report")[0].id, text, NOW)
    assert [each.encode() for _, each in texts(ledger, "report")] == [text.encode("utf-8", "backslashreplace")]


def test_newest_summary_takes_the_place_of_all_that_wait(ledger):
    for night in range(19, 22):
        publish(ledger, "slack", str(night), "text", NOW + night)
    assert texts(ledger, "slack") == [("21", "text")]


def test_summary_of_an_earlier_night_does_not_overtake_the_newest(ledger):
    publish(ledger, "slack", "20", "new", NOW + 1)
    publish(ledger, "slack", "19", "old", NOW)
    assert texts(ledger, "slack") == [("20", "new")]


def test_reports_all_arrive(ledger):
    for night in range(19, 22):
        publish(ledger, "report", str(night), "text", NOW + night)
    assert [name for name, _ in texts(ledger, "report")] == ["19", "20", "21"]


def test_summary_that_gave_way_can_be_queued_again_once_the_newer_one_arrived(ledger):
    publish(ledger, "slack", "19", "old", NOW)
    delivered(ledger, queued(ledger, "slack", "20", at=NOW + 1), NOW + 1)
    publish(ledger, "slack", "19", "asked for", NOW)
    assert texts(ledger, "slack") == [("19", "asked for")]


def test_report_knows_what_earlier_ones_left_and_not_its_own(ledger):
    publish(ledger, "report", "19", "", NOW)
    assert (names(ledger, NOW), names(ledger, NOW + 1)) == ([], ["19"])


def test_repeat_of_a_report_finds_what_the_first_found(ledger):
    first, later = NOW, NOW + 100
    failed(ledger, queued(ledger, "slack", "19", at=first), "refused", first)
    before = undelivered(ledger, later)
    failed(ledger, queued(ledger, "slack", "20", at=later), "timed out", later)
    failed(ledger, before[0].id, "timed out", later)
    assert undelivered(ledger, later) == before


def test_what_arrived_since_was_still_missing_then(ledger):
    delivered(ledger, queued(ledger, "report", "19"), NOW + 100)
    assert (names(ledger, NOW + 100), names(ledger, NOW + 101)) == (["19"], [])


def test_summary_that_gave_way_is_told_once(ledger):
    publish(ledger, "slack", "19", "", NOW)
    publish(ledger, "slack", "20", "", NOW + 100)
    assert (names(ledger, NOW + 100), names(ledger, NOW + 200)) == (["19"], ["20"])
