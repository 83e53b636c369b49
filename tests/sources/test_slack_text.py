"""What a person read: mrkdwn, attachments and blocks as plain text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.sources.slack_text import TEXT_LIMIT, Names, message_text, plain

NAMES = Names({"U1": "alice_a", "U2": ""}, {"C1": "metrics"})


def said(text: str | None = None, *, is_bot: bool = False, **more: object) -> str:
    return message_text({"text": text, **more}, NAMES, is_bot)


def section(text: str, kind: str = "mrkdwn") -> dict[str, object]:
    return {"type": "section", "text": {"type": kind, "text": text}}


def rich(*elements: dict[str, object]) -> dict[str, object]:
    return {"type": "rich_text", "elements": list(elements)}


def line(*inline: dict[str, object]) -> dict[str, object]:
    return {"type": "rich_text_section", "elements": list(inline)}


def word(text: str) -> dict[str, object]:
    return {"type": "text", "text": text}


@pytest.mark.parametrize(
    ("stored", "seen"),
    [
        ("❌ backup failed (3rd consecutive)", "❌ backup failed (3rd consecutive)"),
        (":x: backup failed :white_check_mark:", ":x: backup failed :white_check_mark:"),
        ("a &lt; b &amp; c &gt; d", "a < b & c > d"),
        ("&amp;lt;tag&amp;gt;", "&lt;tag&gt;"),
        ("see <https://ci.example/a_b_c|the log>", "see the log"),
        ("see <https://ci.example/_a_/b>", "see https://ci.example/_a_/b"),
        ("<mailto:ops@example.org|ops@example.org> told", "ops@example.org told"),
        ("<https://ci.example/?a=1&amp;b=2>", "https://ci.example/?a=1&b=2"),
        ("<@U1> look", "@alice_a look"),
        ("<@U9> look", "@U9 look"),
        ("<@U9|carol> look", "@carol look"),
        ("<@U2> look", "@U2 look"),
        ("in <#C1|metrics> and <#C1> and <#C9>", "in #metrics and #metrics and #C9"),
        ("<!channel> <!here> <!everyone>", "@channel @here @everyone"),
        ("<!here|here> ok", "@here ok"),
        ("<!subteam^S1|@oncall> ok", "@oncall ok"),
        ("<!date^1773872430^{date}|19 March> ok", "19 March ok"),
        ("3 < 5 and 7 > 6", "3 < 5 and 7 > 6"),
        ("<ready", "<ready"),
    ],
)
def test_mentions_links_and_escapes_read_as_a_person_saw_them(stored: str, seen: str):
    assert plain(stored, NAMES) == seen


@pytest.mark.parametrize(
    ("stored", "seen"),
    [
        ("*backup* _failed_ ~twice~ `today`", "backup failed twice today"),
        ("*backup failed*: see below", "backup failed: see below"),
        ("~*_random_*~ and _*<!here>*_", "random and @here"),
        ("_nightly_db_backup failed_", "nightly_db_backup failed"),
        ("```\nbackup *raw* _out_\n```", "\nbackup *raw* _out_\n"),
        ("`larry_post_` done", "larry_post_ done"),
        ("`<https://ci.example|log>` &lt;b&gt;", "log <b>"),
        ("*❌ backup*", "❌ backup"),
    ],
)
def test_marks_around_words_are_taken_off(stored: str, seen: str):
    assert plain(stored, NAMES) == seen


@pytest.mark.parametrize(
    "text",
    [
        "mempalace_nightly and nightly_watch ok",
        "nightly_db_backup failed, db_backup too",
        "__init__ ran",
        "2*3*4 of */5 * * * * done",
        "rm /var/*/x /tmp/*/y",
        "kept ~/a and ~/b",
        "~5 min or ~6 min",
        ":white_check_mark: ok :heavy_check_mark:",
        "a * b * c",
        "it_s_ fine_",
    ],
)
def test_job_names_paths_and_schedules_keep_their_signs(text: str):
    assert plain(text, NAMES) == text


def test_marks_do_not_reach_over_a_line_end():
    assert plain("*a\nb*", NAMES) == "*a\nb*"


def test_lines_of_a_message_stay_lines():
    assert said("❌ a failed\r\n❌ b failed\n✅ c") == "❌ a failed\n❌ b failed\n✅ c"


def test_a_message_of_attachments_only_says_what_they_say():
    attachment = {
        "fallback": "not this",
        "pretext": "Nightly",
        "author_name": "cron-bot",
        "title": "Job *backup*",
        "text": "failed &amp; gone",
        "fields": [{"title": "Host", "value": "web1"}, {"value": "exit 1"}],
    }
    assert said("", attachments=[attachment]) == "Nightly\ncron-bot\nJob backup\nfailed & gone\nHost: web1\nexit 1"


def test_a_fallback_counts_where_an_attachment_says_nothing_else():
    assert said(None, attachments=[{"fallback": "backup failed"}]) == "backup failed"


def test_the_fallback_that_slack_itself_puts_in_says_nothing():
    assert said(None, attachments=[{"fallback": "[no preview available]"}]) == ""


def test_blocks_inside_an_attachment_are_read():
    attachment = {"color": "#a30200", "blocks": [section("*backup* failed")], "fallback": "[no preview available]"}
    assert said("", attachments=[attachment]) == "backup failed"


def test_an_attachment_adds_what_the_text_does_not_say():
    assert said("Job report", attachments=[{"text": "❌ backup failed"}]) == "Job report\n❌ backup failed"


def test_an_attachment_that_repeats_the_text_adds_nothing():
    assert (
        said("Nightly: ❌  backup failed, look", attachments=[{"text": "❌ backup failed"}])
        == "Nightly: ❌  backup failed, look"
    )


def test_a_job_whose_name_begins_like_another_is_not_taken_for_said():
    assert said("backup-db failed", attachments=[{"title": "backup"}]) == "backup-db failed\nbackup"


def test_a_page_that_slack_unfurled_from_a_link_is_not_the_bots_word():
    unfurled = {"from_url": "https://ci.example/7", "title": "Build failed", "text": "error"}
    assert (
        said("✅ backup, log at https://ci.example/7", attachments=[unfurled])
        == "✅ backup, log at https://ci.example/7"
    )


def test_sections_headers_and_contexts_are_read_in_order():
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Night &amp; day"}},
        {"type": "divider"},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*a* failed"},
            "fields": [{"type": "mrkdwn", "text": "_b_ ok"}],
        },
        {
            "type": "context",
            "elements": [{"type": "image", "alt_text": "no"}, {"type": "plain_text", "text": "by *cron*"}],
        },
    ]
    assert said("", blocks=blocks) == "Night & day\na failed\nb ok\nby *cron*"


def test_a_list_in_rich_text_gives_a_line_for_each_entry():
    entries = {"type": "rich_text_list", "elements": [line(word("❌ a failed")), line(word("✅ b"))]}
    assert said("", blocks=[rich(line(word("Tonight:\n")), entries)]) == "Tonight:\n❌ a failed\n✅ b"


def test_pieces_of_rich_text_are_joined_into_one_line():
    pieces = line(
        {"type": "emoji", "name": "x"},
        word(" a_b < c "),
        {"type": "link", "url": "https://ci.example", "text": "log"},
        word(" "),
        {"type": "user", "user_id": "U1"},
        {"type": "channel", "channel_id": "C1"},
        {"type": "broadcast", "range": "here"},
        {"type": "link", "url": "https://x.example"},
    )
    assert said("", blocks=[rich(pieces)]) == ":x: a_b < c log @alice_a#metrics@herehttps://x.example"


def test_a_table_gives_a_line_for_each_row():
    rows = [
        [{"type": "raw_text", "text": "backup"}, rich(line(word("❌ failed")))],
        [{"type": "raw_text", "text": "sync"}],
    ]
    assert said("", blocks=[{"type": "table", "rows": rows}]) == "backup | ❌ failed\nsync"


def test_a_markdown_block_loses_its_double_stars():
    assert said("", blocks=[{"type": "markdown", "text": "**backup** failed"}]) == "backup failed"


def test_a_persons_blocks_only_repeat_the_text():
    assert said("all fine", blocks=[rich(line(word("all  fine!")))]) == "all fine"


def test_a_bots_blocks_that_repeat_the_text_add_nothing():
    assert said("❌ backup_db failed", is_bot=True, blocks=[section("❌ *backup_db* failed")]) == "❌ backup_db failed"


def test_a_bots_blocks_add_what_its_summary_does_not_say():
    seen = said("Nightly report", is_bot=True, blocks=[section("Nightly report"), section("❌ a failed\n✅ b")])
    assert seen == "Nightly report\n❌ a failed\n✅ b"


def test_the_root_of_a_thread_is_not_repeated():
    assert said("everyone look", subtype="thread_broadcast", root={"text": "thread message"}) == "everyone look"


def test_a_lone_surrogate_is_shown_as_its_escape():
    assert said("❌ \ud800 failed") == "❌ \\ud800 failed"


def test_an_endless_text_is_cut():
    assert len(said("x" * (TEXT_LIMIT * 2))) == TEXT_LIMIT


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "fields", "rows", "blocks", "title"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
BLOCK_TYPES = st.sampled_from(["section", "header", "context", "rich_text", "table", "markdown", "other", 5, None])


@given(
    kind=BLOCK_TYPES,
    block=st.dictionaries(st.sampled_from(["text", "elements", "fields", "rows"]), JSON_VALUES, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_blocks_and_attachments_of_the_wrong_types_are_passed_over(kind: object, block: dict[str, object]):
    shaped = [{"type": kind, **block}]
    said("", is_bot=True, blocks=shaped, attachments=[{"blocks": shaped, **block}]).encode()


@given(st.text(alphabet="*_~`<>&|!@#:x \n/", max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_heap_of_marks_reads_as_some_text(text: str):
    assert len(plain(text, NAMES)) <= len(text) * 8


@pytest.mark.parametrize("unit", ["<", "`", "_a ", "*a ", "~a ", "_a", "```", "<!", "&lt;", "_a_b ", "x_ "])
def test_long_heaps_of_marks_are_read_in_a_few_steps_for_each_character(unit: str):
    text = "backup failed " + unit * 200_000  # steps that grow with its square would take hours
    assert plain(text, NAMES).startswith("backup failed")
