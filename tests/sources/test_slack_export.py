"""A Slack export as a folder: what is found, for which channels, for which stretch of time."""

from __future__ import annotations

import json
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.sources.base import ReadOptions
from forensics.sources.slack_export import SlackExport
from tests.sources.slack_builders import (
    EIGHT,
    TOKYO,
    Outcome,
    day,
    export,
    is_accounted_for,
    message,
    outcome,
    raw_day,
    said_at,
)

HOUR = 3600 * 10**9
MIDNIGHT = 1773846000 * 10**9  # 2026-03-19 00:00 in Tokyo


# What a message becomes


def test_time_is_exact_to_the_microsecond(tmp_path: Path):
    assert outcome(day(tmp_path, message(ts="1775811600.000100"))).column("at") == [1775811600000100000]


def test_time_text_is_the_ts(tmp_path: Path):
    assert outcome(day(tmp_path, message(ts="1775811600.000100"))).column("time_text") == ["1775811600.000100"]


def test_record_is_the_place_in_the_day_file(tmp_path: Path):
    found = outcome(day(tmp_path, said_at(1), {"type": "message"}, said_at(2)))
    assert found.column("record") == [1, 3]


def test_file_names_export_channel_and_day(tmp_path: Path):
    path = day(tmp_path, message())
    assert outcome(path).column("file") == [f"{path}/metrics/2026-03-19.json"]


def test_channel_is_the_name_of_the_folder(tmp_path: Path):
    assert outcome(day(tmp_path, message())).column("channel") == ["metrics"]


@pytest.mark.parametrize(
    "sign", [{"subtype": "bot_message"}, {"bot_id": "B1"}, {"app_id": "A1"}, {"bot_profile": {"name": "cron"}}]
)
def test_bots_apps_and_webhooks_are_told_from_people(tmp_path: Path, sign: dict[str, object]):
    found = outcome(day(tmp_path, said_at(1, **sign), said_at(2, user="U1")))
    assert found.column("is_bot") == [True, False]


@pytest.mark.parametrize(
    ("who", "author"),
    [
        ({"username": "cron-bot", "user": "U1"}, "cron-bot"),
        ({"bot_profile": {"name": "nightly"}, "user": "U1"}, "nightly"),
        ({"user": "U1"}, "Alice Anderson"),
        ({"user": "U2"}, "bob.b"),
        ({"user": "U9", "user_profile": {"real_name": "Guest"}}, "Guest"),
        ({"user": "U9"}, "U9"),
        ({"bot_id": "B1"}, "B1"),
        ({}, None),
        ({"user": ["U1"], "username": 5}, None),
    ],
)
def test_author_is_the_best_name_there_is(tmp_path: Path, who: dict[str, object], author: str | None):
    people = [{"id": "U1", "name": "alice.a", "real_name": "Alice Anderson"}, {"id": "U2", "name": "bob.b"}]
    path = export(tmp_path / "slack", {"users.json": people, "metrics/2026-03-19.json": [message(**who)]})
    assert outcome(path).column("author") == [author]


def test_color_is_that_of_the_first_attachment_with_one(tmp_path: Path):
    attachments = [{"text": "Job"}, {"color": "danger"}, {"color": "good"}]
    assert outcome(day(tmp_path, message(attachments=attachments))).column("color") == ["danger"]


def test_an_edited_message_says_so_and_when(tmp_path: Path):
    found = outcome(day(tmp_path, message("✅ backup", edited={"user": "B1", "ts": "1773874900.000000"})))
    assert [(row["is_edited"], row["attributes"]) for row in found.rows] == [(True, {"edited_at": "1773874900.000000"})]


def test_an_edit_counts_with_its_text_at_the_time_of_the_message(tmp_path: Path):
    changed = {
        "type": "message",
        "subtype": "message_changed",
        "ts": f"{EIGHT + 90}.000000",
        "message": said_at(1, "✅ backup"),
    }
    found = outcome(day(tmp_path, said_at(1, "❌ backup"), changed))
    assert [(row["text"], row["at"], row["is_edited"], row["record"]) for row in found.rows] == [
        ("✅ backup", (EIGHT + 1) * 10**9 + 100_000, True, 2)
    ]


def test_of_several_edits_in_a_file_the_last_counts(tmp_path: Path):
    edits = [
        {"subtype": "message_changed", "ts": f"{EIGHT + 90}", "message": said_at(1, text)} for text in ("❌ a", "✅ a")
    ]
    found = outcome(day(tmp_path, said_at(1), *edits))
    assert found.column("text") == ["✅ a"]


def test_a_reply_keeps_its_thread(tmp_path: Path):
    assert outcome(day(tmp_path, message(thread_ts="1773800000.000100"))).column("attributes") == [
        {"thread_ts": "1773800000.000100"}
    ]


def test_host_is_the_one_that_was_told(tmp_path: Path):
    found = outcome(day(tmp_path, message()), host="mac1")
    assert (found.column("host"), found.read("19.json").hosts) == (["mac1"], {"mac1"})


# What is no evidence


@pytest.mark.parametrize(
    "subtype", ["channel_join", "channel_leave", "channel_topic", "message_deleted", "tombstone", "bot_add"]
)
def test_service_messages_are_skipped(tmp_path: Path, subtype: str):
    found = outcome(day(tmp_path, message("<@U1> has joined", subtype=subtype)))
    assert (found.rows, found.read("19.json").skipped) == ([], {f"service message: {subtype}": 1})


def test_a_subtype_that_nobody_knows_is_a_message(tmp_path: Path):
    assert len(outcome(day(tmp_path, message(subtype="from_the_future"))).rows) == 1


def test_a_message_without_any_text_is_skipped(tmp_path: Path):
    assert outcome(day(tmp_path, message("  "), said_at(2, None))).read("19.json").skipped == {"no text": 2}


def test_the_same_message_counts_once_in_a_channel(tmp_path: Path):
    path = export(tmp_path / "slack", {"metrics/2026-03-19.json": [message()], "metrics/2026-03-20.json": [message()]})
    found = outcome(path)
    assert (len(found.rows), found.read("20.json").skipped) == (1, {"same message again": 1})


def test_one_instant_in_two_channels_is_two_messages(tmp_path: Path):
    path = export(tmp_path / "slack", {"metrics/2026-03-19.json": [message()], "other/2026-03-19.json": [message()]})
    assert len(outcome(path).rows) == 2


# Hostile content


@pytest.mark.parametrize(
    "broken",
    [
        {"ts": []},
        {"ts": None},
        {"ts": 1773874800},
        {"ts": ""},
        {"ts": "soon"},
        {"ts": "-5.0"},
        {"ts": "1e9"},
        {"ts": "²"},
        {"ts": "0000000000.000000"},
        {"ts": "99999999999.000000"},
        {"text": 5},
        {"text": ["a"]},
        {"subtype": []},
        {"subtype": "message_changed"},
    ],
)
def test_a_message_of_wrong_types_is_rejected(tmp_path: Path, broken: dict[str, object]):
    found = outcome(day(tmp_path, message() | broken, said_at(5)))
    assert ([reject.record for reject in found.rejects], found.column("record")) == ([1], [2])


@pytest.mark.parametrize("junk", [5, "text", None, [], True, 1.5])
def test_what_is_no_message_is_rejected(tmp_path: Path, junk: object):
    assert [reject.reason[:17] for reject in outcome(day(tmp_path, junk)).rejects] == ["not a message but"]


def test_a_reject_shows_how_it_begins(tmp_path: Path):
    (reject,) = outcome(day(tmp_path, {"ts": []} | {"pad": "x" * 999})).rejects
    assert (reject.text[:10], len(reject.text)) == ('{"ts": [],', 300)


def test_a_truncated_file_keeps_its_whole_messages(tmp_path: Path):
    content = json.dumps([said_at(1), said_at(2), said_at(3)]).encode()[:-20]
    found = outcome(raw_day(tmp_path, content))
    assert (found.column("record"), found.faults) == (
        [1, 2],
        {"/metrics/2026-03-19.json": f"truncated at byte {len(content)}"},
    )


def test_a_truncated_file_speaks_for_no_time_after_its_last_message(tmp_path: Path):
    content = json.dumps([said_at(1), said_at(2), said_at(3)]).encode()[:-20]
    assert outcome(raw_day(tmp_path, content), timezone=TOKYO).read("19.json").covers == (
        MIDNIGHT,
        (EIGHT + 2) * 10**9 + 100_000,
    )


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 40, b'{"messages": []}', b"garbage", b"null", b'"[]"', b"[" * 100_000]
)
def test_a_file_that_is_no_array_is_a_fault_and_covers_nothing(tmp_path: Path, content: bytes):
    found = outcome(raw_day(tmp_path, content))
    assert (found.rows, len(found.faults), found.read("19.json").covers) == ([], 1, None)


def test_broken_json_in_the_middle_keeps_what_stands_before(tmp_path: Path):
    first = json.dumps(said_at(1)).encode()
    found = outcome(raw_day(tmp_path, b"[" + first + b', {"ts": nothing}, ' + first + b"]"))
    assert (len(found.rows), found.faults["/metrics/2026-03-19.json"][:14]) == (1, "not JSON from ")


def test_an_endless_integer_spoils_only_its_message(tmp_path: Path):
    content = json.dumps([said_at(1), said_at(2), said_at(3)]).replace(f'"{EIGHT + 2}.000100"', "9" * 5000).encode()
    found = outcome(raw_day(tmp_path, content))
    assert (found.column("record"), [reject.record for reject in found.rejects], found.faults) == ([1, 3], [2], {})


def test_a_byte_order_mark_does_no_harm(tmp_path: Path):
    assert len(outcome(raw_day(tmp_path, b"\xef\xbb\xbf" + json.dumps([message()]).encode())).rows) == 1


def test_utf_16_is_read(tmp_path: Path):
    assert outcome(raw_day(tmp_path, json.dumps([message()], ensure_ascii=False).encode("utf-16"))).column("text") == [
        "❌ backup failed"
    ]


@pytest.mark.parametrize("harm", [b"\\ud800", b"\xff"])
def test_text_that_is_no_unicode_can_be_written_all_the_same(tmp_path: Path, harm: bytes):
    content = (
        json.dumps([message("@", username="@", thread_ts="@", attachments=[{"color": "@"}])])
        .encode()
        .replace(b"@", harm)
    )
    (row,) = outcome(raw_day(tmp_path, content)).rows
    assert json.dumps(row, ensure_ascii=False).encode()


def test_a_file_of_nothing_but_junk_is_abandoned(tmp_path: Path):
    found = outcome(raw_day(tmp_path, b"[" + b"0," * 50_000 + b"0]"))
    assert (len(found.rejects), found.faults["/metrics/2026-03-19.json"][:9]) == (10_001, "abandoned")


def test_junk_that_was_given_up_is_accounted_for(tmp_path: Path):
    assert is_accounted_for(outcome(raw_day(tmp_path, b"[" + b"0," * 50_000 + b"0]")))


def test_a_pipe_in_place_of_a_day_file_is_a_fault(tmp_path: Path):
    path = day(tmp_path, message())
    os.mkfifo(path / "metrics" / "2026-03-20.json")
    assert outcome(path).faults == {"/metrics/2026-03-20.json": "unreadable: it is a pipe or a device"}


def test_links_out_of_the_export_are_not_followed(tmp_path: Path):
    path = day(tmp_path, message())
    (tmp_path / "secret.json").write_text(json.dumps([said_at(7, "secret")]))
    (path / "metrics" / "2026-03-20.json").symlink_to(tmp_path / "secret.json")
    (path / "linked").symlink_to(path / "metrics")
    found = outcome(path)
    assert (len(found.rows), sorted(found.faults)) == (1, ["/linked", "/metrics/2026-03-20.json"])


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.lists(st.integers(), max_size=2)
FIELDS = st.sampled_from(
    [
        "ts",
        "text",
        "user",
        "username",
        "subtype",
        "bot_profile",
        "edited",
        "attachments",
        "blocks",
        "thread_ts",
        "message",
        "type",
    ]
)


@given(st.lists(SCALARS | st.dictionaries(FIELDS, SCALARS | st.just(f"{EIGHT}.000100"), max_size=6), max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_mix_of_types_is_lost_or_raises(tmp_path_factory: pytest.TempPathFactory, messages: list[object]):
    assert is_accounted_for(outcome(day(tmp_path_factory.mktemp("export"), *messages)))


@given(st.permutations([said_at(1, "a"), said_at(2, "b"), said_at(3, "c", bot_id="B1"), {"ts": []}, said_at(4, "")]))
@settings(max_examples=20, deadline=None)
def test_order_within_a_file_changes_only_the_records(tmp_path_factory: pytest.TempPathFactory, messages: list[object]):
    found = outcome(day(tmp_path_factory.mktemp("export"), *messages))
    assert sorted((row["at"], row["text"], row["is_bot"]) for row in found.rows) == [
        ((EIGHT + second) * 10**9 + 100_000, text, second == 3) for second, text in ((1, "a"), (2, "b"), (3, "c"))
    ]


# Names and channels


def test_mentions_are_resolved_by_the_lists_beside_the_channels(tmp_path: Path):
    files = {
        "users.json": [{"id": "U1", "name": "alice", "profile": {"real_name": "Alice"}}],
        "channels.json": [{"id": "C1", "name": "ops"}],
        "metrics/2026-03-19.json": [message("<@U1> in <#C1>")],
    }
    assert outcome(export(tmp_path / "slack", files)).column("text") == ["@Alice in #ops"]


def test_the_lists_are_accounted_for(tmp_path: Path):
    path = export(tmp_path / "slack", {"users.json": [{"id": "U1"}, 5], "metrics/2026-03-19.json": [message()]})
    found = outcome(path)
    assert (found.read("users.json").records, is_accounted_for(found)) == (2, True)


def test_a_broken_list_of_people_is_a_fault_and_the_messages_are_read(tmp_path: Path):
    found = outcome(export(tmp_path / "slack", {"users.json": b"[{", "metrics/2026-03-19.json": [message(user="U1")]}))
    assert (found.column("author"), found.faults) == (["U1"], {"/users.json": "truncated at byte 2"})


def two_channels(tmp_path: Path) -> Path:
    files = {
        "metrics/2026-03-19.json": [message()],
        "random/2026-03-21.json": [message("lunch?", f"{EIGHT + 172_800}.000001")],
    }
    return export(tmp_path / "slack", files)


def test_only_the_wanted_channels_are_read(tmp_path: Path):
    assert outcome(two_channels(tmp_path), channels=("metrics",)).column("channel") == ["metrics"]


def test_a_hash_before_a_wanted_channel_is_no_part_of_its_name(tmp_path: Path):
    assert outcome(two_channels(tmp_path), channels=("#metrics",)).column("channel") == ["metrics"]


def test_a_channel_that_is_not_there_is_a_fault_that_names_the_others(tmp_path: Path):
    found = outcome(two_channels(tmp_path), channels=("metrcis",))
    assert found.faults == {"/metrcis": "no such channel in this export; it has: metrics, random"}


def test_a_listed_channel_without_a_folder_was_silent(tmp_path: Path):
    path = export(
        tmp_path / "slack", {"channels.json": [{"id": "C2", "name": "alerts"}], "metrics/2026-03-19.json": [message()]}
    )
    assert outcome(path, channels=("alerts",)).faults == {}


def test_without_a_day_file_for_the_wanted_channel_nothing_is_covered(tmp_path: Path):
    path = two_channels(tmp_path)
    (path / "alerts").mkdir()
    assert [read.covers for read in outcome(path, channels=("alerts",)).reads] == []


# Coverage


def test_a_day_file_covers_its_local_day(tmp_path: Path):
    assert outcome(day(tmp_path, message()), timezone=TOKYO).read("19.json").covers == (MIDNIGHT, MIDNIGHT + 24 * HOUR)


def test_a_day_file_without_messages_covers_its_day(tmp_path: Path):
    assert outcome(day(tmp_path), timezone=TOKYO).read("19.json").covers == (MIDNIGHT, MIDNIGHT + 24 * HOUR)


def test_a_day_of_a_clock_change_covers_its_23_hours(tmp_path: Path):
    path = export(tmp_path / "slack", {"metrics/2026-03-29.json": []})
    start, end = outcome(path, timezone=ZoneInfo("Europe/Berlin")).read("29.json").covers or (0, 0)
    assert end - start == 23 * HOUR


def test_messages_of_an_exporters_other_zone_widen_the_day(tmp_path: Path):
    early = MIDNIGHT - 2 * HOUR
    found = outcome(day(tmp_path, message(ts=f"{early // 10**9}.0")), timezone=TOKYO)
    assert found.read("19.json").covers == (early, MIDNIGHT + 24 * HOUR)


def test_a_stamp_years_away_does_not_widen_the_day(tmp_path: Path):
    found = outcome(day(tmp_path, message(ts="2000000000.000000")), timezone=TOKYO)
    assert found.read("19.json").covers == (MIDNIGHT, MIDNIGHT + 24 * HOUR)


@pytest.mark.parametrize("name", ["2026-02-30", "9999-12-31", "0001-01-01"])
def test_a_day_that_no_calendar_or_clock_has_covers_only_its_messages(tmp_path: Path, name: str):
    found = outcome(export(tmp_path / "slack", {f"metrics/{name}.json": [said_at(1), said_at(5)]}))
    assert found.read(f"{name}.json").covers == ((EIGHT + 1) * 10**9 + 100_000, (EIGHT + 5) * 10**9 + 100_000)


def test_newest_is_the_newest_message(tmp_path: Path):
    assert outcome(day(tmp_path, said_at(9), said_at(3))).read("19.json").newest == (EIGHT + 9) * 10**9 + 100_000


def covered(found: Outcome) -> tuple[int, int]:
    spans = [read.covers for read in found.reads if read.covers]
    return min(start for start, _ in spans), max(end for _, end in spans)  # type: ignore[type-var]


def test_day_files_of_other_channels_show_that_a_wanted_one_was_silent(tmp_path: Path):
    found = outcome(two_channels(tmp_path), channels=("metrics",), timezone=TOKYO)
    assert covered(found) == (MIDNIGHT, MIDNIGHT + 72 * HOUR)


def test_after_a_truncated_day_file_other_channels_show_nothing(tmp_path: Path):
    path = two_channels(tmp_path)
    export(path, {"metrics/2026-03-20.json": b'[{"ts"'})
    assert covered(outcome(path, channels=("metrics",), timezone=TOKYO)) == (MIDNIGHT, MIDNIGHT + 24 * HOUR)


# Recognition


def test_a_folder_of_channels_is_recognised(tmp_path: Path):
    assert SlackExport().detect(day(tmp_path, message()))


def test_a_list_of_people_makes_up_for_an_empty_day(tmp_path: Path):
    assert SlackExport().detect(export(tmp_path / "slack", {"users.json": [], "metrics/2026-03-19.json": []}))


@pytest.mark.parametrize("content", [b'{"day": "2026-03-19"}', b"[1, 2, 3]", b"", b"\x1f\x8bnot gzip"])
def test_a_tree_of_dated_artifacts_is_no_export(tmp_path: Path, content: bytes):
    path = export(tmp_path / "posts", {"larry/2026-03-19.json": content})
    assert not SlackExport().detect(path)


def test_what_is_not_there_is_no_export(tmp_path: Path):
    assert not SlackExport().detect(tmp_path / "nowhere")


def test_a_path_that_is_not_there_is_the_callers_error(tmp_path: Path):
    with pytest.raises(OSError, match="nowhere"):
        list(SlackExport().read(tmp_path / "nowhere", ReadOptions(now=0)))


# Real exports


def test_the_helpdesk_export_gives_its_eight_messages(shared_data: Path):
    found = outcome(shared_data / "slack" / "helpdesk-export")
    assert (len(found.rows), found.rejects, found.faults, is_accounted_for(found)) == (8, [], {}, True)


def test_the_helpdesk_export_names_its_authors_as_far_as_it_knows_them(shared_data: Path):
    found = outcome(shared_data / "slack" / "helpdesk-export")
    assert set(found.column("author")) == {
        "Alice Anderson",
        "Bob Baker",
        "Carol Carter",
        "Dave Dixon",
        "U0E",
        "U0F",
        "Backblast Bot",
    }


def test_the_one_bot_of_the_helpdesk_export_is_told_from_its_people(shared_data: Path):
    found = outcome(shared_data / "slack" / "helpdesk-export")
    assert [row["author"] for row in found.rows if row["is_bot"]] == ["Backblast Bot"]


def test_replies_on_later_days_keep_their_thread(shared_data: Path):
    found = outcome(shared_data / "slack" / "helpdesk-export")
    replies = [row for row in found.rows if row["attributes"] and row["attributes"]["thread_ts"] != row["time_text"]]
    assert [Path(row["file"]).stem for row in replies] == ["2026-04-10", "2026-04-11", "2026-05-02"]


def zulip(shared_data: Path, tmp_path: Path, name: str) -> Outcome:
    content = (shared_data / "slack" / "zulip" / name).read_bytes()
    array = content if content.lstrip().startswith(b"[") else b"[" + content + b"]"
    return outcome(export(tmp_path / "slack", {"random/2018-01-20.json": array}))


def test_a_broadcast_reply_is_said_once(shared_data: Path, tmp_path: Path):
    found = zulip(shared_data, tmp_path, "thread_with_broadcast_reply.json")
    assert found.column("text") == ["thread message", "first reply", "everyone should see this"]


def test_mentions_of_everybody_lose_their_brackets_and_marks(shared_data: Path, tmp_path: Path):
    assert zulip(shared_data, tmp_path, "message_with_workspace_mentions.json").column("text") == [
        "@channel @here test mention"
    ]


def test_joins_are_left_out_of_a_real_channel(shared_data: Path, tmp_path: Path):
    found = zulip(shared_data, tmp_path, "random-2018-01-20.json")
    assert (len(found.rows), found.reads[0].skipped) == (6, {"service message: channel_join": 3})


def test_varying_block_types_are_read_as_their_text_says(shared_data: Path, tmp_path: Path):
    (text,) = zulip(shared_data, tmp_path, "message_with_varying_block_types.json").column("text")
    assert "section block :ghost: this is bold, and this is crossed out, and this is a link This is" in text
