"""A workspace read through Slack's own client, from a server on loopback that answers as Slack does."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.evidence.records import FileRead, Kept
from forensics.redaction import redact
from forensics.sources import slack_web
from forensics.sources.base import ReadOptions
from forensics.sources.slack import SlackLive
from forensics.sources.slack_calls import PAGE_LIMIT, Limits
from forensics.untrusted import Names
from tests.publish.certificates import self_signed
from tests.publish.fake_slack import HANGS_UP, SILENT, Reply, free_port, says
from tests.sources.slack_builders import EIGHT, Outcome, export, gathered, is_accounted_for, outcome, said_at
from tests.sources.slack_server import METRICS, PRIVATE, TOKEN, FakeWorkspace, Room, answers, refuses, serving

SECOND = 10**9
HOUR = 3600 * SECOND
NOON = EIGHT * SECOND + 4 * HOUR
MOMENT = 0.2
HISTORY, REPLIES = "conversations.history", "conversations.replies"
PAGE = says(200, "<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
CUT = Reply(b'HTTP/1.1 200 X\r\nContent-Length: 999\r\n\r\n{"ok": true, "mess')
ABRIDGED = says(200, '{"ok": true, "messages": [{"type": "mess')


def workspace(*messages: Any, **settings: Any) -> FakeWorkspace:
    """Return a workspace with one channel, #metrics."""
    return FakeWorkspace({METRICS: Room("metrics", list(messages))}, **settings)


def reply_to(second: int, at: int, text: str = "❌ backup failed", **more: Any) -> dict[str, Any]:
    """Return a message under the one that was sent at a second."""
    return said_at(at, text, thread_ts=said_at(second)["ts"], **more)


def read(
    slack: FakeWorkspace | str,
    *,
    channels: Iterable[str] = ("metrics",),
    now: int = NOON,
    token: str | None = TOKEN,
    limits: Limits | None = None,
    waits: list[float] | None = None,
    **options: Any,
) -> Outcome:
    """Read a running workspace, or an address, without waiting between attempts."""
    address = slack if isinstance(slack, str) else slack.url
    source = SlackLive(address, limits, pause=(waits if waits is not None else list[float]()).append)
    return gathered(source.read(Path(), ReadOptions(now=now, token=token, channels=tuple(channels), **options)))


def read_once(slack: FakeWorkspace, **options: Any) -> Outcome:
    with serving(slack):
        return read(slack, **options)


def read_twice(slack: FakeWorkspace, change: Any = None, **options: Any) -> tuple[Outcome, Outcome]:
    """Read a workspace at noon, change it, and read it an hour later with what is remembered."""
    with serving(slack):
        first = read(slack)
        slack.asked.clear()
        if change is not None:
            change(slack)
        return first, read(slack, **{"now": NOON + HOUR, "kept": tuple(first.kept), **options})


def messages_of(slack: FakeWorkspace) -> list[dict[str, Any]]:
    return slack.rooms[METRICS].messages


# What is read


def test_every_page_is_read():
    found = read_once(workspace(*map(said_at, range(7)), page=2))
    assert found.column("at") == [(EIGHT + second) * SECOND + 100_000 for second in range(7)]


def test_messages_are_numbered_by_time():
    assert read_once(workspace(*map(said_at, (5, 1, 3)))).column("record") == [1, 2, 3]


def test_file_names_the_channel():
    assert read_once(workspace(said_at(1))).column("file") == ["slack/metrics"]


def test_channel_is_the_name_without_its_sign():
    assert read_once(workspace(said_at(1)), channels=["#metrics"]).column("channel") == ["metrics"]


def test_host_is_the_one_that_was_told():
    assert read_once(workspace(said_at(1)), host="mac1").column("host") == ["mac1"]


def test_messages_from_since_to_now_are_read():
    start, end = (EIGHT + 10) * SECOND, (EIGHT + 20) * SECOND
    found = read_once(workspace(*map(said_at, (9, 10, 19, 20))), since=start, now=end)
    assert [at // SECOND - EIGHT for at in found.column("at")] == [10, 19]


def test_without_since_fifty_hours_are_read():
    found = read_once(workspace(), since=None)
    assert found.read("metrics").covers == (NOON - 50 * HOUR, None)


def test_a_silent_channel_is_covered():
    assert read_once(workspace(), since=NOON - HOUR).read("metrics").covers == (NOON - HOUR, None)


def test_messages_outside_the_time_that_was_asked_for_are_neither_read_nor_kept():
    slack = workspace(broken={HISTORY: answers({"ok": True, "messages": [said_at(1), said_at(99_999)]})})
    found = read_once(slack)
    assert (len(found.rows), len(found.kept)) == (1, 2)


def test_replies_are_read():
    found = read_once(workspace(said_at(1, "started"), *(reply_to(1, at, f"step {at}") for at in (2, 3, 4)), page=2))
    assert found.column("text") == ["started", "step 2", "step 3", "step 4"]


def test_replies_after_now_are_not_read():
    slack = workspace(said_at(1, "started"), reply_to(1, 30, "done"))
    assert read_once(slack, now=(EIGHT + 20) * SECOND).column("text") == ["started"]


def test_reply_that_was_also_sent_to_the_channel_counts_once():
    slack = workspace(said_at(1, "started"), reply_to(1, 2, "done", subtype="thread_broadcast"))
    assert read_once(slack).column("text") == ["started", "done"]


def test_threads_that_have_no_reply_are_not_asked_for():
    slack = workspace(said_at(1), said_at(2))
    read_once(slack)
    assert REPLIES not in slack.methods()


def test_thread_that_is_deleted_while_it_is_read_is_no_fault():
    slack = workspace(said_at(1, "started"), reply_to(1, 2), script={REPLIES: [refuses("thread_not_found")]})
    found = read_once(slack)
    assert (found.column("text"), found.faults) == (["started"], {})


def test_service_messages_are_counted_and_no_rows():
    found = read_once(workspace(said_at(1, "joined", subtype="channel_join"), said_at(2)))
    assert (len(found.rows), found.read("metrics").skipped) == (1, {"service message: channel_join": 1})


def test_message_that_cannot_be_read_is_a_reject():
    found = read_once(workspace(said_at(1), {"type": "message", "text": "no ts"}, said_at(2, 5)))
    assert sorted(reject.reason for reject in found.rejects) == ["its text is not text", "its ts is not a time"]
    assert is_accounted_for(found)


def test_rows_can_be_told_from_other_content_by_their_digest():
    digests = {read_once(workspace(said_at(1, text))).reads[0].sha256 for text in ("❌ a", "✅ a", "❌ a")}
    assert len(digests) == 2


# Channels


def rooms(**settings: Any) -> FakeWorkspace:
    """Return a workspace with a public channel, a private one, and one that the bot is not in."""
    found = {
        METRICS: Room("metrics", [said_at(1, "public")]),
        PRIVATE: Room("secrets", [said_at(2, "private")], is_private=True),
        "C0RANDOM": Room("random", [said_at(3, "elsewhere")], has_bot=False),
    }
    return FakeWorkspace(found, **settings)


def test_without_channels_those_that_the_bot_is_in_are_read():
    assert read_once(rooms(page=1), channels=[]).column("channel") == ["metrics", "secrets"]


def test_private_channel_is_found_by_name():
    assert read_once(rooms(page=1), channels=["secrets"]).column("text") == ["private"]


@pytest.mark.parametrize("channel", [METRICS, PRIVATE])
def test_channel_given_by_id_is_shown_by_name(channel: str):
    found = read_once(rooms(), channels=[channel])
    assert found.column("channel") == [{METRICS: "metrics", PRIVATE: "secrets"}[channel]]


def test_channel_given_by_id_needs_no_list():
    slack = rooms()
    read_once(slack, channels=[METRICS])
    assert "conversations.list" not in slack.methods()


def test_conversation_without_a_name_is_shown_by_id():
    slack = FakeWorkspace({"D0DIRECT1": Room(None, [said_at(1)])})
    found = read_once(slack, channels=["D0DIRECT1"])
    assert (found.column("channel"), found.column("file")) == (["D0DIRECT1"], ["slack/D0DIRECT1"])


def test_channel_that_is_named_twice_is_read_once():
    assert len(read_once(rooms(), channels=["metrics", "#metrics", METRICS]).rows) == 1


def test_names_are_found_without_a_scope_that_they_do_not_need():
    found = read_once(rooms(lacks=frozenset({"groups:read"})), channels=["metrics"])
    assert (found.column("text"), found.faults) == (["public"], {})


def test_channel_given_by_id_is_read_where_its_name_may_not_be_asked():
    found = read_once(rooms(lacks=frozenset({"channels:read"})), channels=[METRICS])
    assert (found.column("channel"), found.faults) == ([METRICS], {})


def test_kind_of_channel_that_may_not_be_listed_is_a_fault_and_the_other_kind_is_read():
    found = read_once(rooms(lacks=frozenset({"groups:read"})), channels=[])
    assert found.column("text") == ["public"]
    assert "scope groups:read" in str(found.read("private channels").fault)


def test_where_no_channel_may_be_listed_the_source_is_at_fault():
    found = read_once(rooms(lacks=frozenset({"channels:read", "groups:read"})), channels=[])
    assert [(read.file, "scope channels:read" in str(read.fault)) for read in found.reads] == [("workspace", True)]


def test_unknown_channel_is_a_fault_that_names_a_near_one():
    found = read_once(rooms(), channels=["metrix", "secrets"])
    assert "is metrics meant? check" in str(found.read("/metrix").fault)
    assert found.column("text") == ["private"]


def test_channel_that_is_not_found_may_be_of_a_kind_that_could_not_be_listed():
    found = read_once(rooms(lacks=frozenset({"groups:read"})), channels=["secrets"])
    assert "scope groups:read" in str(found.read("/secrets").fault)


def test_bot_without_a_channel_is_a_fault():
    found = read_once(FakeWorkspace(), channels=[])
    assert "/invite" in str(found.read("workspace").fault)


def test_channel_that_the_bot_is_not_in_is_a_fault_and_the_others_are_read():
    found = read_once(rooms(), channels=["random", "metrics"])
    assert "(not_in_channel) - invite it there" in str(found.read("/random").fault)
    assert (found.column("text"), found.read("/random").covers) == (["public"], None)


def test_id_that_leads_nowhere_is_a_fault_and_the_others_are_read():
    found = read_once(rooms(), channels=["C0NOWHERE", "metrics"])
    assert "(channel_not_found)" in str(found.read("C0NOWHERE").fault)
    assert found.column("text") == ["public"]


# Names


@pytest.mark.parametrize(
    ("who", "author"),
    [
        ({"username": "cron-bot", "user": "U1"}, "cron-bot"),
        ({"bot_profile": {"name": "nightly"}, "user": "U1"}, "nightly"),
        ({"user": "U1"}, "Alice Anderson"),
        ({"user": "U2"}, "bob.b"),
        ({"user": "U9"}, "U9"),
        ({"bot_id": "B1"}, "B1"),
    ],
)
def test_author_is_the_best_name_there_is(who: dict[str, object], author: str):
    people = [{"id": "U1", "name": "alice.a", "real_name": "Alice Anderson"}, {"id": "U2", "name": "bob.b"}]
    assert read_once(workspace(said_at(1, **who), users=people, page=1)).column("author") == [author]


def test_mentions_are_resolved():
    slack = workspace(said_at(1, "<@U1> see <#C0METRICS>"), users=[{"id": "U1", "real_name": "Alice"}])
    assert read_once(slack).column("text") == ["@Alice see #metrics"]


def test_without_the_scope_for_names_ids_are_shown_and_nothing_is_wrong():
    found = read_once(workspace(said_at(1, user="U1"), lacks=frozenset({"users:read"})))
    assert (found.column("author"), found.faults) == (["U1"], {})


def test_people_are_not_asked_for_where_no_message_needs_a_name():
    slack = workspace(said_at(1, username="cron-bot", user="U1"))
    read_once(slack)
    assert "users.list" not in slack.methods()


def test_people_are_asked_for_once():
    slack = rooms(users=[{"id": "U1", "real_name": "Alice"}])
    for room in slack.rooms.values():
        room.messages = [said_at(1, user="U1")]
    read_once(slack, channels=[])
    assert slack.methods().count("users.list") == 1


def test_message_that_is_nested_deeply_is_read():
    nested: dict[str, Any] = {}
    for _ in range(450):
        nested = {"blocks": [nested]}
    assert read_once(workspace(said_at(1, attachments=[nested]))).column("text") == ["❌ backup failed"]


# Memory


def test_what_is_remembered_gives_the_same_rows():
    old = EIGHT - 40 * 3600
    first = [said_at(old - EIGHT, "✅ old", user="U1", attachments=[{"color": "good", "text": "<@U1>"}]), said_at(1)]
    before, after = read_twice(workspace(*first, users=[{"id": "U1", "real_name": "Alice"}]))
    assert after.rows == before.rows


def test_what_is_remembered_gives_the_same_account():
    joined = said_at(-40 * 3600, "joined", subtype="channel_join")
    before, after = read_twice(workspace(joined, said_at(1)), since=NOON - 50 * HOUR)
    assert after.reads == before.reads


def test_only_the_last_day_is_asked_for_again():
    slack = workspace(said_at(1))
    read_twice(slack)
    assert float(slack.params(HISTORY)[0]["oldest"]) == NOON / SECOND - 24 * 3600


def test_new_messages_are_added():
    _, after = read_twice(workspace(said_at(1, "a")), lambda slack: messages_of(slack).append(said_at(15_000, "b")))
    assert after.column("text") == ["a", "b"]


def test_an_edit_replaces_what_is_remembered():
    def edit(slack: FakeWorkspace) -> None:
        messages_of(slack)[0] |= {"text": "✅ backup", "edited": {"ts": "1773874900.000000", "user": "B1"}}

    _, after = read_twice(workspace(said_at(1, "❌ backup")), edit)
    assert [(row["text"], row["is_edited"]) for row in after.rows] == [("✅ backup", True)]


def test_a_deleted_message_disappears():
    _, after = read_twice(workspace(said_at(1, "a"), said_at(2, "b")), lambda slack: messages_of(slack).pop(0))
    assert after.column("text") == ["b"]


def test_a_deleted_message_does_not_come_back_when_its_day_is_past():
    slack = workspace(said_at(1, "a"), said_at(2, "b"))
    before, after = read_twice(slack, lambda slack: messages_of(slack).pop(0), now=NOON + 22 * HOUR)
    with serving(slack):
        later = read(slack, now=NOON + 30 * HOUR, kept=newest(before.kept, after.kept))
    assert later.column("text") == ["b"]


def newest(*readings: list[Kept]) -> tuple[Kept, ...]:
    """Return what a ledger holds after some readings."""
    by_key = {each.key: each for kept in readings for each in kept}
    return tuple(sorted(by_key.values(), key=lambda each: each.at))


def test_a_message_deleted_before_the_last_day_is_still_remembered():
    slack = workspace(said_at(-40 * 3600, "a"), said_at(2, "b"))
    _, after = read_twice(slack, lambda slack: messages_of(slack).pop(0))
    assert after.column("text") == ["a", "b"]


def test_a_new_reply_to_a_message_of_the_last_day_is_read():
    _, after = read_twice(workspace(said_at(1, "a")), lambda slack: messages_of(slack).append(reply_to(1, 15_000, "b")))
    assert after.column("text") == ["a", "b"]


def test_a_deleted_reply_disappears():
    slack = workspace(said_at(1, "a"), reply_to(1, 2, "b"), reply_to(1, 3, "c"))
    _, after = read_twice(slack, lambda slack: messages_of(slack).pop(1))
    assert after.column("text") == ["a", "c"]


def test_a_reply_in_a_thread_that_is_not_asked_for_again_is_still_remembered():
    _, after = read_twice(workspace(said_at(-40 * 3600, "a"), reply_to(-40 * 3600, 2, "b")))
    assert after.column("text") == ["a", "b"]


def test_what_is_remembered_from_before_since_is_left_out():
    _, after = read_twice(workspace(said_at(-40 * 3600, "a"), said_at(2, "b")), since=EIGHT * SECOND)
    assert after.column("text") == ["b"]


def test_a_reading_that_goes_further_back_than_the_last_asks_for_all():
    slack = workspace(said_at(-60 * 3600, "a"), said_at(2, "b"))
    _, after = read_twice(slack, since=NOON - 70 * HOUR)
    assert (after.column("text"), float(slack.params(HISTORY)[0]["oldest"])) == (["a", "b"], NOON / SECOND - 70 * 3600)


def test_what_the_ledger_may_have_forgotten_is_asked_for():
    slack = workspace(said_at(2, "b"))
    with serving(slack):
        first = read(slack, since=NOON - 400 * HOUR)
        slack.asked.clear()
        read(slack, since=NOON - 300 * HOUR, kept=tuple(first.kept))
    assert float(slack.params(HISTORY)[0]["oldest"]) == NOON / SECOND - 300 * 3600


def test_after_a_long_pause_all_that_came_meanwhile_is_asked_for():
    slack = workspace(said_at(1, "a"))
    read_twice(slack, now=NOON + 20 * HOUR)
    assert float(slack.params(HISTORY)[0]["oldest"]) == NOON / SECOND - 24 * 3600


def test_a_reading_that_broke_off_is_not_built_upon():
    slack = workspace(*(said_at(number - 40 * 3600) for number in range(4)), page=2)
    read_first_page(slack)
    slack.script["unused"] = []
    with serving(slack):
        broken = read(slack)
        slack.script.clear()
        whole = read(slack, now=NOON + HOUR, kept=tuple(broken.kept))
    assert (len(broken.rows), len(whole.rows)) == (2, 4)


def read_first_page(slack: FakeWorkspace) -> None:
    """Let the second page of the history be refused, for as long as the script names anything."""
    answer, refusal = slack.answer, {"ok": False, "error": "invalid_cursor"}
    slack.answer = lambda method, params, request: (  # type: ignore[method-assign]
        refusal if method == HISTORY and "cursor" in params and slack.script else answer(method, params, request)
    )


@pytest.mark.parametrize("content", ["", "[]", "{", '{"v":99}', "[" * 100_000])
def test_illegible_memory_is_asked_for_again(content: str):
    slack = workspace(said_at(-40 * 3600, "a"), said_at(2, "b"))
    with serving(slack):
        kept = read(slack).kept
        damaged = tuple(Kept(each.key, each.at, content if each is kept[0] else each.content) for each in kept)
        assert read(slack, now=NOON + HOUR, kept=damaged).column("text") == ["a", "b"]


def test_mark_that_cannot_be_read_is_no_mark():
    slack = workspace(said_at(2, "b"))
    with serving(slack):
        *kept, mark = read(slack).kept
        slack.asked.clear()
        read(slack, now=NOON + HOUR, since=NOON - 49 * HOUR, kept=(*kept, Kept(mark.key, mark.at, '{"v":1}')))
    assert float(slack.params(HISTORY)[0]["oldest"]) == NOON / SECOND - 49 * 3600


def test_memory_holds_no_secret():
    secret = "xoxb-999999999999-abcdefABCDEF"
    slack = workspace(said_at(1, f"token {secret}", attachments=[{"text": secret}], username=f"bot {secret}"))
    found = read_once(slack)
    assert secret not in repr(found)
    assert found.column("text")[0].startswith("token REDACTED-slack-token-")


def test_every_message_is_to_be_remembered_by_channel_and_time():
    found = read_once(workspace(said_at(1), reply_to(1, 2)))
    assert [(each.key, each.at) for each in found.kept] == [
        (f"{METRICS}/{EIGHT + 1}.000100", (EIGHT + 1) * SECOND + 100_000),
        (f"{METRICS}/{EIGHT + 2}.000100", (EIGHT + 2) * SECOND + 100_000),
        (f"{METRICS}/", NOON),
    ]


# The same as an export

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
MORE = st.fixed_dictionaries(
    {},
    optional={
        "user": st.sampled_from(["U1", "U9"]),
        "username": st.sampled_from(["cron-bot", ""]),
        "bot_id": st.just("B1"),
        "subtype": st.sampled_from(["bot_message", "channel_join", "thread_broadcast", "file_share"]),
        "edited": st.just({"user": "B1", "ts": "1773874900.000000"}),
        "attachments": st.lists(st.fixed_dictionaries({"text": TEXTS, "color": st.just("danger")}), max_size=2),
        "blocks": st.lists(
            st.fixed_dictionaries({"type": st.just("section"), "text": st.fixed_dictionaries({"text": TEXTS})}),
            max_size=2,
        ),
        "root": st.integers(0, 5),
    },
)


@settings(max_examples=40, deadline=None)
@given(said=st.lists(st.tuples(TEXTS, MORE), max_size=8), page=st.integers(1, 4))
def test_workspace_and_export_of_it_give_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, dict[str, Any]]], page: int
):
    messages = [told(number, text, **more) for number, (text, more) in enumerate(said)]
    people = [{"id": "U1", "real_name": "Alice"}]
    live = read_once(workspace(*messages, users=people, page=page))
    written = [{**each, "reply_count": 1} if "thread_ts" in each else each for each in messages]
    folder = tmp_path_factory.mktemp("slack")
    exported = outcome(export(folder, {"users.json": people, "metrics/2026-03-19.json": written}))
    assert [comparable(row) for row in live.rows] == [comparable(row) for row in exported.rows]
    assert is_accounted_for(live)


def told(number: int, text: str, root: int | None = None, **more: Any) -> dict[str, Any]:
    """Return a message; with a root that is earlier it is a reply."""
    is_under = root is not None and root < number
    return said_at(number, text, **more, **({"thread_ts": said_at(root or 0)["ts"]} if is_under else {}))


def comparable(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return what does not depend on where a row was read; a message that got replies has a thread in the API alone."""
    attributes = {key: value for key, value in (row["attributes"] or {}).items() if key != "thread_ts"}
    values = [row[key] for key in ("at", "time_text", "author", "is_bot", "is_edited", "color", "channel", "host")]
    return (*values, redact(row["text"]), tuple(attributes.items()))


# Rate limits and passing troubles


def test_slack_says_how_long_to_wait():
    waits: list[float] = []
    slack = workspace(said_at(1), script={HISTORY: [says(429, retry_after="30")]})
    found = read_once(slack, waits=waits)
    assert (len(found.rows), found.faults, waits) == (1, {}, [30.0])


@pytest.mark.parametrize(
    "trouble",
    [
        says(429),
        says(500),
        says(502, "<h1>Bad gateway</h1>"),
        says(503),
        refuses("ratelimited"),
        refuses("internal_error"),
        HANGS_UP,
        CUT,
        ABRIDGED,
    ],
)
def test_passing_trouble_is_overcome(trouble: Reply):
    found = read_once(workspace(said_at(1), script={HISTORY: [trouble]}))
    assert (len(found.rows), found.faults) == (1, {})


def test_trouble_that_stays_is_given_up():
    slack = workspace(broken={HISTORY: says(503)})
    assert "(HTTP 503)" in str(read_once(slack).read("/metrics").fault)
    assert slack.methods().count(HISTORY) == 3


def test_a_rate_limit_beyond_patience_is_not_waited_for():
    waits: list[float] = []
    slack = rooms(broken={HISTORY: says(429, retry_after="3600")})
    found = read_once(slack, channels=[], waits=waits)
    assert (waits, slack.methods().count(HISTORY)) == ([], 1)
    assert all("(ratelimited)" in str(read.fault) for read in found.reads)


def test_all_waits_together_are_bounded():
    waits: list[float] = []
    read_once(workspace(broken={HISTORY: says(429, retry_after="40")}), waits=waits, limits=Limits(waiting=100))
    assert waits == [40.0, 40.0]


def test_silent_server_is_given_up():
    slack = workspace(broken={HISTORY: SILENT})
    assert "took too long" in str(read_once(slack, limits=Limits(silence=MOMENT)).read("/metrics").fault)


def test_server_that_keeps_an_answer_waiting_is_given_up():
    reply = answers({"ok": True, "messages": []})
    slack = workspace(broken={HISTORY: Reply(reply.raw, murmur=b"HTTP/1.1 100 Continue\r\n\r\n")})
    assert read_once(slack, limits=Limits(attempt=MOMENT)).read("/metrics").fault


# Faults


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (refuses("missing_scope", needed="channels:history"), "scope channels:history (missing_scope) - add it under"),
        (refuses("missing_scope"), "the scope that conversations.history needs"),
        (refuses("invalid_auth"), "does not know this token (invalid_auth) - set the variable"),
        (refuses("token_expired"), "expired (token_expired) - install the app"),
        (refuses("token_revoked"), "revoked (token_revoked) - install the app"),
        (refuses("account_inactive"), "removed (account_inactive) - install the app"),
        (refuses("not_in_channel"), "(not_in_channel) - invite it there"),
        (refuses("channel_not_found"), "(channel_not_found) - check its name"),
        (refuses("from_the_future"), "(from_the_future) - docs.slack.dev/reference/methods/conversations.history"),
        (refuses("<h1>no word</h1>"), "not Slack's answer (HTTP 200)"),
        (PAGE, "not Slack's answer (HTTP 200) - look for a proxy"),
        (says(302, location="http://127.0.0.1:9/"), "not Slack's answer (HTTP 302)"),
        (says(403, "<h1>Forbidden</h1>"), "not Slack's answer (HTTP 403)"),
        (says(200), "not Slack's answer"),
        (says(200, "null"), "not Slack's answer"),
        (says(200, "[1]"), "not Slack's answer"),
        (says(200, "[" * 100_000), "not Slack's answer"),
        (says(200, '{"ok": true, "messages": ' + "[" * 100_000), "broke off"),
        (says(200, '{"ok": true, "messages": [' + "9" * 5000 + "]}"), "broke off"),
        (CUT, "broke off"),
        (Reply(b'HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n{"ok": true, "messages": []}'), "broke off"),
        (ABRIDGED, "broke off"),
        (HANGS_UP, "Slack was not reached"),
        (Reply(b"\x00\xff not HTTP\r\n\r\n"), "broke off"),
        (answers({"ok": True}), "without messages"),
        (answers({"ok": True, "messages": {}}), "without messages"),
        (answers({"ok": True, "messages": [], "has_more": True}), "lead back"),
        (answers({"ok": True, "messages": [], "response_metadata": {"next_cursor": "a"}}), "lead back"),
        (answers({"ok": True, "messages": [], "response_metadata": []}), None),
    ],
)
def test_fault_says_what_is_wrong_and_what_to_do(reply: Reply, told: str | None):
    fault = read_once(workspace(broken={HISTORY: reply})).read("/metrics").fault
    assert fault is None if told is None else told in str(fault)
    assert is_shown_as_it_is(str(fault))


def is_shown_as_it_is(fault: str) -> bool:
    """Return whether a report shows a fault without stand-ins for some of its words."""
    return "~" not in Names().sentence(fault) and "\n" not in fault


@pytest.mark.parametrize("method", ["conversations.list", HISTORY, REPLIES, "users.list", "conversations.info"])
@pytest.mark.parametrize("reply", [PAGE, CUT, HANGS_UP, refuses("token_revoked"), says(429, retry_after="9999")])
def test_no_trouble_of_any_method_raises_or_loses_a_record(method: str, reply: Reply):
    slack = workspace(said_at(1, user="U1"), reply_to(1, 2), broken={method: reply})
    found = read_once(slack, channels=[METRICS] if method == "conversations.info" else ["metrics"])
    assert is_accounted_for(found)
    assert bool(found.faults) == (method != "users.list")
    assert all(is_shown_as_it_is(f"{read.file}: {read.fault}") for read in found.reads)


def test_pages_without_end_are_given_up():
    slack = workspace()
    pages = iter(range(PAGE_LIMIT + 9))
    slack.answer = lambda *_: {  # type: ignore[method-assign]
        "ok": True,
        "messages": [],
        "channel": {"name": "metrics"},
        "response_metadata": {"next_cursor": f"{next(pages)}"},
    }
    assert f"more than {PAGE_LIMIT} pages" in str(read_once(slack, channels=[METRICS]).reads[0].fault)


def test_answer_without_end_is_not_taken_in(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(slack_web, "ANSWER_LIMIT", 2000)
    slack = workspace(said_at(1, "long " * 1000))
    assert "an answer of more than" in str(read_once(slack).read("/metrics").fault)


@pytest.mark.parametrize("token", [None, "", " \n"])
def test_without_a_token_nobody_is_asked(token: str | None):
    slack = workspace()
    found = read_once(slack, token=token)
    assert "no token - set FORENSICS_SLACK_TOKEN" in str(found.read("workspace").fault)
    assert slack.asked == []


@pytest.mark.parametrize("token", ["two words", "xoxb-1\nHost: elsewhere", "xoxb-ü"])
def test_what_cannot_be_sent_as_a_token_is_not_sent_and_not_shown(token: str):
    slack = workspace()
    found = read_once(slack, token=token)
    assert "what should be the token is none" in str(found.read("workspace").fault)
    assert (slack.asked, token in repr(found)) == ([], False)


def test_blanks_around_a_token_are_taken_off():
    assert read_once(workspace(said_at(1)), token=f" {TOKEN}\n").faults == {}


def test_after_a_refused_token_nothing_more_is_asked():
    slack = rooms(broken={HISTORY: refuses("token_revoked")})
    found = read_once(slack, channels=[])
    assert slack.methods().count(HISTORY) == 1
    assert [bool(read.fault) for read in found.reads] == [True, True]


def test_server_that_is_not_there_is_a_fault():
    found = read(f"http://127.0.0.1:{free_port()}/api/")
    assert "Slack was not reached: Connection refused - check the network" in str(found.read("workspace").fault)


def test_without_slack_what_is_remembered_is_told_as_far_as_it_goes():
    _, after = read_twice(workspace(said_at(1, "a")), token=None)
    assert after.column("text") == ["a"]
    assert after.read("/metrics").covers == (NOON - 49 * HOUR, NOON)


def test_without_slack_only_wanted_channels_are_remembered():
    _, after = read_twice(workspace(said_at(1, "a")), token=None, channels=["others"])
    assert after.rows == []


def test_channel_that_cannot_be_read_any_more_is_told_as_it_is_remembered():
    _, after = read_twice(workspace(said_at(1, "a")), lambda slack: setattr(slack.rooms[METRICS], "has_bot", False))
    assert (after.column("text"), after.read("/metrics").covers) == (["a"], (NOON - 49 * HOUR, NOON))


def test_channel_that_breaks_off_covers_what_was_read_of_it():
    slack = workspace(*map(said_at, range(4)), page=2)
    read_first_page(slack)
    slack.script["unused"] = []
    found = read_once(slack)
    assert [at // SECOND - EIGHT for at in found.column("at")] == [2, 3]
    assert found.read("/metrics").covers == ((EIGHT + 2) * SECOND + 100_000, None)


def test_channel_that_breaks_off_where_it_is_remembered_misses_nothing():
    slack = workspace(*map(said_at, range(4)), page=2)
    read_first_page(slack)
    _, after = read_twice(slack, lambda slack: slack.script.update({"unused": []}))
    assert "(invalid_cursor)" in str(after.read("/metrics").fault)
    assert (len(after.rows), after.read("/metrics").covers) == (4, (NOON - 49 * HOUR, None))


def test_threads_that_were_not_read_are_not_covered():
    slack = workspace(said_at(1), reply_to(1, 60), said_at(90), broken={REPLIES: refuses("from_the_future")})
    found = read_once(slack)
    assert found.read("/metrics").covers == ((EIGHT + 60) * SECOND + 100_001, None)


def test_a_reading_that_broke_off_deletes_nothing():
    slack = workspace(said_at(1, "a"), reply_to(1, 2, "b"))
    _, after = read_twice(slack, lambda slack: slack.broken.update({REPLIES: refuses("from_the_future")}))
    assert after.column("text") == ["a", "b"]


# Secrets and surroundings


def test_token_stands_in_a_header_alone():
    slack = rooms()
    read_once(slack, channels=[])
    assert {each.request.headers["authorization"] for each in slack.asked} == {f"Bearer {TOKEN}"}
    assert TOKEN not in str([(each.request.target, each.request.body) for each in slack.asked])


@pytest.mark.parametrize("reply", [PAGE, CUT, HANGS_UP, refuses("invalid_auth"), refuses(TOKEN), says(500, TOKEN)])
def test_token_is_in_no_text_and_no_log(reply: Reply, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    found = read_once(workspace(broken={HISTORY: reply, "conversations.list": reply}), channels=[METRICS, "metrics"])
    assert TOKEN not in repr(found) + caplog.text


def test_machine_is_not_described_to_slack():
    slack = workspace()
    read_once(slack)
    assert {each.request.headers["user-agent"] for each in slack.asked} == {"night-watch"}


def test_a_redirect_does_not_get_the_token():
    with serving(workspace()) as elsewhere:
        moved = says(302, location=f"{elsewhere.url}conversations.list")
        read_once(workspace(broken={"conversations.list": moved}))
    assert elsewhere.asked == []


def test_a_proxy_of_the_environment_is_not_heeded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    assert read_once(workspace(said_at(1))).faults == {}


def test_a_certificate_that_nobody_vouches_for_is_a_fault_and_nothing_is_asked(tmp_path: Path):
    certificate = self_signed(tmp_path, "IP:127.0.0.1")
    with serving(workspace(), certificate.context()) as slack:
        assert "a certificate that is not trusted" in str(read(slack).read("workspace").fault)
    assert slack.asked == []


def test_a_certificate_that_the_machine_trusts_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    certificate = self_signed(tmp_path, "IP:127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    with serving(workspace(said_at(1)), certificate.context()) as slack:
        assert len(read(slack).rows) == 1


def test_slack_s_client_is_loaded_only_where_a_workspace_is_read():
    check = "import sys, forensics.sources; sys.exit('slack_sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_it_is_never_recognised_by_itself(tmp_path: Path):
    assert not SlackLive().detect(tmp_path)


def test_it_speaks_for_the_moment_of_reading():
    assert SlackLive.is_live
    assert isinstance(read_once(workspace()).reads[0], FileRead)
