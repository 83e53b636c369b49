"""Tests of sending what waits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from forensics.errors import PublishError
from forensics.ledger.rows import Publication
from forensics.publish.deliveries import AT_ONCE, FAILURES_IN_A_ROW, deliver, told

GONE = PublishError("refused (404 no_service) - make a new webhook", is_permanent=True)
AWAY = PublishError("not reached - check the network", is_permanent=False)
LOST = PublishError("no answer - look into the channel", is_permanent=False, is_uncertain=True)


def waiting(number: int, attempts: int = 0) -> Publication:
    return Publication(number, "slack", f"2026-03-{number:02}", f"night {number}", at=number, attempts=attempts)


@dataclass
class Outbox:
    """A ledger and a channel in one: which texts fail, what was sent, and what was recorded."""

    faults: dict[int, PublishError] = field(default_factory=dict)
    sent: list[int] = field(default_factory=list)
    arrived: list[int] = field(default_factory=list)
    failures: dict[int, str] = field(default_factory=dict)

    def send(self, publication: Publication) -> None:
        self.sent.append(publication.id)
        if publication.id in self.faults:
            raise self.faults[publication.id]

    def deliver(self, *publications: Publication) -> list[str]:
        return deliver(publications, self.send, self.arrived.append, self.failures.__setitem__)


def test_what_arrived_is_recorded():
    outbox = Outbox()
    assert outbox.deliver(waiting(1), waiting(2)) == []
    assert outbox.arrived == [1, 2]


def test_one_that_fails_does_not_stop_the_others():
    outbox = Outbox({1: GONE, 2: AWAY})
    outbox.deliver(waiting(1), waiting(2), waiting(3))
    assert (outbox.arrived, sorted(outbox.failures)) == ([3], [1, 2])


def test_a_failure_is_recorded_with_its_reason():
    outbox = Outbox({1: GONE})
    outbox.deliver(waiting(1))
    assert outbox.failures == {1: str(GONE)}


def test_a_failure_is_told_in_a_line_with_its_night():
    outbox = Outbox({1: AWAY})
    assert outbox.deliver(waiting(1)) == [f"slack 2026-03-01: {AWAY}; tried again with the next report"]


def test_a_text_whose_reply_was_lost_is_not_taken_for_arrived():
    outbox = Outbox({1: LOST})
    outbox.deliver(waiting(1))
    assert (outbox.arrived, sorted(outbox.failures)) == ([], [1])


def test_the_oldest_goes_first():
    outbox = Outbox()
    outbox.deliver(waiting(3), waiting(1), waiting(2))
    assert outbox.sent == [1, 2, 3]


def test_those_that_failed_often_do_not_stand_before_new_ones():
    outbox = Outbox()
    outbox.deliver(*(waiting(number, attempts=9) for number in range(1, 1 + AT_ONCE)), waiting(20))
    assert outbox.sent[0] == 20


def test_a_backlog_is_no_burst():
    outbox = Outbox()
    (trouble,) = outbox.deliver(*map(waiting, range(1, 10)))
    assert len(outbox.arrived) == AT_ONCE
    assert trouble == "slack: 4 more wait for the next report (2026-03-06, 2026-03-07, 2026-03-08…)"


def test_a_channel_that_is_away_is_not_asked_for_each_text():
    outbox = Outbox(dict.fromkeys(range(10), AWAY))
    troubles = outbox.deliver(*map(waiting, range(1, 10)))
    assert len(outbox.sent) == FAILURES_IN_A_ROW
    assert troubles[-1].startswith("slack: 7 more wait")


def test_a_channel_that_refuses_every_text_is_asked_for_each():
    outbox = Outbox(dict.fromkeys(range(10), GONE))
    outbox.deliver(*map(waiting, range(1, 1 + AT_ONCE)))
    assert len(outbox.sent) == AT_ONCE


def test_a_text_goes_out_as_it_is_at_first():
    assert told(waiting(1)) == "night 1"


def test_a_text_that_comes_again_says_so_and_of_which_night_it_is():
    again = replace(waiting(1), attempts=1)
    assert told(again).startswith("night 1\n(2026-03-01, attempt 2")
