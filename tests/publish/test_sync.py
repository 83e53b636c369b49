"""A sync that is cut off, or answered badly, at any request: the next one repairs it, and nothing is there twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forensics.errors import PublishError
from forensics.publish.marks import key_in
from tests.publish.memory_forge import Killed, MemoryForge
from tests.publish.tracked import concern, good, world

TRANSIENT = PublishError("the tracker answered 502", is_permanent=False)
# What happens night by night: two troubles, one goes and comes back, a person closes the other, both end.
STORY = (
    (concern("a"), concern("b", "missed")),
    (concern("a", text="worse"), concern("b", "missed")),
    (good("a"), concern("b", "missed")),
    (good("a"), concern("b", "missed")),
    (concern("a"), good("b", "missed")),
    (good("a"), good("b", "missed")),
    (good("a"), good("b", "missed")),
)
REQUESTS = 30


def told(host, upto=None):
    for night in STORY[:upto]:
        host.sync(*night)


def undisturbed():
    with world() as host:
        told(host)
        return state_of(host), len(host.forge.calls)


def state_of(host):
    """Return what the tracker shows in the end: by key the state, and all that was said."""
    rows = host.forge.tracker.rows.values()
    return sorted((key_in(row.body), row.is_open, tuple(host.said(row.number))) for row in rows)


def test_story_needs_as_many_requests_as_the_kills_cover():
    _, requests = undisturbed()
    assert REQUESTS <= requests < REQUESTS + 15


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("request_", range(REQUESTS))
def test_run_that_is_killed_at_a_request_is_repaired_by_the_next(request_, when):
    expected, _ = undisturbed()
    with world() as host:
        host.forge.kill_at(request_, when)
        for night in STORY:
            try:
                host.sync(*night)
            except Killed:
                host.again()
        assert state_of(host) == expected


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("request_", range(REQUESTS))
def test_request_that_fails_is_made_good_by_the_next_run(request_, when):
    expected, _ = undisturbed()
    with world() as host:
        host.forge.fail(None, when, None, skip=request_)
        for night in STORY:
            host.sync(*night)
            host.again()
        assert state_of(host) == expected


def test_tracker_that_is_away_leaves_what_was_meant_pending():
    with world() as host:
        host.forge.fail("issues", "before", TRANSIENT, times=None)
        outcome = host.sync(concern("a"))
        assert [action.verb for action in outcome.pending] == ["open"]
        assert outcome.troubles == ("the tracker answered 502",)


def test_tracker_that_was_away_gets_one_issue_with_the_first_silent_time():
    with world() as host:
        host.forge.fail("issues", "before", TRANSIENT, times=None)
        for _ in range(5):
            host.sync(concern("a"))
        first = host.now - 4 * 3600 * 10**9
        host.forge.heal()
        host.sync(concern("a"))
        assert host.open_numbers == [1]
        assert host.memory.remembered()["job=a kind=stale"].first_seen == first


def test_trouble_that_ended_while_the_tracker_was_away_is_not_filed():
    with world() as host:
        host.forge.fail("issues", "before", TRANSIENT, times=None)
        host.sync(concern("a"))
        host.forge.heal()
        host.sync(good("a"))
        assert host.forge.tracker.rows == {}


def test_one_issue_that_cannot_be_filed_does_not_stop_the_others():
    with world() as host:
        host.forge.fail("open_issue", "before", PublishError("refused (422)", is_permanent=True))
        outcome = host.sync(concern("a"), concern("b"), concern("c"))
        assert [action.key for action in outcome.pending] == ["job=a kind=stale"]
        assert len(host.open_numbers) == 2


def test_tracker_that_fails_again_and_again_is_left_in_peace():
    with world() as host:
        host.forge.fail("open_issue", "before", TRANSIENT, times=None)
        outcome = host.sync(*(concern(f"job{at}") for at in range(20)))
        assert sum(call.verb == "open_issue" for call in host.forge.calls) == 3
        assert len(outcome.pending) == 20


def test_creation_is_never_sent_twice_in_a_run():
    with world() as host:
        host.forge.fail("open_issue", "after")
        host.sync(concern("a"))
        assert [verb for verb, _ in host.forge.writes] == ["open_issue"]


def test_creation_whose_reply_was_lost_is_adopted():
    with world() as host:
        host.forge.fail("open_issue", "after")
        host.sync(concern("a"))
        host.sync(concern("a"))
        assert host.open_numbers == [1]
        assert host.memory.remembered()["job=a kind=stale"].number == 1


def test_intent_stands_in_the_ledger_until_the_answer_is_known():
    with world() as host:
        host.forge.fail("open_issue", "after")
        host.sync(concern("a"))
        assert [intent.verb for intent in host.memory.intents()] == ["open"]
        host.sync(concern("a"))
        assert host.memory.intents() == []


def test_labels_that_were_dropped_in_silence_are_told():
    with world(labels=("heartbeat",)) as host:
        host.forge.tracker.writers = frozenset({99})
        host.forge.fail("add_labels", "before", PublishError("may not (403)", is_permanent=True))
        outcome = host.sync(concern("a"))
        assert outcome.notes == ("issue 1 is without its labels: may not (403)",)
        assert host.open_numbers == [1]


def test_person_who_is_not_known_is_told_and_not_tried_again():
    with world(assignees=("nobody",)) as host:
        host.forge.fail("set_assignees", "before", PublishError("no such user", is_permanent=True), times=None)
        outcome = host.sync(concern("a"))
        assert outcome.notes == ("issue 1 is not assigned: no such user",)
        assert host.sync(concern("a")).notes == ()


def test_assignment_that_failed_for_now_is_made_good():
    with world(assignees=("ann",)) as host:
        host.forge.fail("set_assignees", "before", TRANSIENT)
        host.sync(concern("a"))
        host.sync(concern("a"))
        assert host.forge.tracker.assignees == {1: ("ann",)}


def test_due_day_is_counted_from_the_filing():
    with world(due_in=timedelta(days=3)) as host:
        host.sync(concern("a"))
        assert host.forge.tracker.due == {1: "2026-09-24"}


def test_two_hosts_that_file_at_the_same_moment_leave_one_open():
    forge = MemoryForge()
    with world(forge) as one, world(forge) as other:

        class Rival(MemoryForge):
            """The other host files between this one's look and its creation."""

            def open_issue(self, title, body, labels):
                if not other.nights:
                    other.sync(concern("a"))
                return super().open_issue(title, body, labels)

        one.forge = Rival(forge.tracker)
        one.sync(concern("a"))
        assert one.open_numbers == [1]
        assert one.memory.remembered()["job=a kind=stale"].number == 1
        assert one.said(2) == ["twin of 1"]


def test_archived_repository_is_told():
    with world() as host:
        host.forge.tracker.is_archived = True
        outcome = host.sync(concern("a"))
        assert "archived" in outcome.troubles[0]
        assert [action.verb for action in outcome.pending] == ["open"]
