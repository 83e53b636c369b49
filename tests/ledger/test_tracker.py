"""What is remembered of issues, and the requests of which no answer is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import pytest

from forensics.database.faults import DatabaseError
from forensics.ledger.database import Ledger, empty_ledger
from forensics.ledger.rows import Intent, Remembered
from forensics.ledger.tracker import TrackerMemory
from tests.ledger.builders import HERE, NOW, remembered

ELSEWHERE = "https://forge.example.org ops/attic"
WHOLE = Remembered(
    key="job=db kind=stale",
    title="[heartbeat-checker] db is stale",
    first_seen=NOW,
    since=NOW - 1,
    number=17,
    is_open=True,
    good=1,
    checked="run of 02:00",
    changes=(NOW, NOW + 1),
    overruled=2,
    is_dressed=True,
    commented_at=NOW + 2,
    members=("a", "b"),
)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with empty_ledger() as ledger:
        yield ledger


@pytest.fixture
def memory(ledger: Ledger) -> TrackerMemory:
    return TrackerMemory(ledger, HERE)


def test_every_field_comes_back_as_it_was(memory):
    memory.remember(WHOLE)
    assert memory.remembered() == {WHOLE.key: WHOLE}
    assert [type(getattr(memory.remembered()[WHOLE.key], each.name)) for each in fields(Remembered)] == [
        type(getattr(WHOLE, each.name)) for each in fields(Remembered)
    ]


def test_this_test_tries_every_field():
    plain = remembered()
    same = {each.name for each in fields(Remembered) if getattr(plain, each.name) == getattr(WHOLE, each.name)}
    assert same == {"key", "first_seen"}


def test_what_is_not_set_comes_back_unset(memory):
    memory.remember(remembered())
    assert memory.remembered() == {remembered().key: remembered()}


def test_later_memory_takes_the_place_of_the_earlier(memory):
    memory.remember(remembered(number=1))
    memory.remember(remembered(good=2))
    assert memory.remembered() == {remembered().key: remembered(good=2)}


def test_subjects_come_in_the_order_of_their_keys(memory):
    for key in ("b", "a", "c"):
        memory.remember(remembered(key))
    assert list(memory.remembered()) == ["a", "b", "c"]


def test_trackers_are_kept_apart(ledger, memory):
    other = TrackerMemory(ledger, ELSEWHERE)
    memory.remember(remembered(number=1))
    other.remember(remembered(number=2))
    other.forget(remembered().key)
    assert memory.remembered() == {remembered().key: remembered(number=1)}
    assert other.remembered() == {}


def test_forgetting_what_is_unknown_does_nothing(memory):
    memory.remember(remembered("a"))
    memory.forget("b")
    assert set(memory.remembered()) == {"a"}


@pytest.mark.parametrize("member", ["\ud800", "a\x00b", "é", "'); DROP TABLE remembered; --", "\u202e"])
def test_members_may_be_any_text(memory, member):
    memory.remember(remembered(members=(member,)))
    assert memory.remembered()[remembered().key].members == (member,)


def test_half_a_character_in_a_title_is_spelled_out(memory):
    memory.remember(remembered(title="a\ud800"))
    assert memory.remembered()[remembered().key].title == "a\\ud800"


def test_damaged_row_is_told(ledger, memory):
    memory.remember(remembered())
    with ledger.change() as connection:
        connection.execute("UPDATE remembered SET members = '['")
    with pytest.raises(DatabaseError, match=r"is damaged \(a row of issues\) - move it away"):
        memory.remembered()


def test_intents_are_known_until_they_are_settled(memory):
    first, second = memory.intend("a", "open", NOW), memory.intend("b", "close", NOW - 5)
    memory.settled(first)
    assert memory.intents() == [Intent(second, "b", "close", NOW - 5)]


def test_intents_come_oldest_first(memory):
    ids = [memory.intend(key, "open", NOW) for key in "cab"]
    assert [each.id for each in memory.intents()] == ids


def test_id_of_an_intent_is_not_used_again(memory):
    first = memory.intend("a", "open", NOW)
    memory.settled(first)
    second = memory.intend("b", "open", NOW)
    memory.settled(first)
    assert [each.id for each in memory.intents()] == [second]


def test_intents_of_another_tracker_are_neither_seen_nor_settled(ledger, memory):
    intent = memory.intend("a", "open", NOW)
    other = TrackerMemory(ledger, ELSEWHERE)
    other.settled(intent)
    assert (other.intents(), len(memory.intents())) == ([], 1)
