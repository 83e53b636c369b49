"""Untrusted text stands in lines, cells, code spans and fences without leaving them."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from forensics.untrusted import Names, fence, safe_line, safe_text, slug, visible

HOSTILE = st.text(
    st.one_of(st.sampled_from("`|*_[]()<>!#@~\\&$\n\r\t \"'-+=.:/{}aZ0\u202e\u200b\0\x1b"), st.characters()),
    max_size=60,
)


def parsed(text):
    return MarkdownIt("js-default").parse(text)


def leaves(text):
    """Return the (type, content) of all inline leaves."""
    return [(leaf.type, leaf.content) for token in parsed(text) for leaf in token.children or []]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a\\u001b[31mb"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb", "a\\u200bb"),
        ("a\x9bb", "a\\u009bb"),
        ("a\0b\x7f", "a\\u0000b\\u007f"),
        ("a\rb\r\nc\n", "a\nb\nc\n"),
        ("a\u2028b\u0085c", "a\\u2028b\\u0085c"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("a\u3164b", "a\\u3164b"),
        ("日本 é ❌", "日本 é ❌"),
    ],
)
def test_what_nobody_sees_is_made_visible(text, shown):
    assert visible(text) == shown


@given(st.text())
def test_only_line_ends_are_left_of_control_characters(text):
    assert all(sign.isprintable() or sign == "\n" for sign in safe_text(text))
    safe_text(text).encode()


@given(HOSTILE)
def test_line_stays_one_line(text):
    assert len(safe_line(text).splitlines()) <= 1


@given(HOSTILE)
@example("```\n````\nx")
@example("~~~\n</details>\n# x")
def test_fence_holds_whatever_is_in_it(text):
    safe = safe_text(text)
    tokens = parsed(f"before\n\n{fence(safe)}\n\nafter")
    assert [token.type for token in tokens if token.nesting != -1] == [
        "paragraph_open", "inline", "fence", "paragraph_open", "inline",
    ]  # fmt: skip
    assert tokens[3].content == f"{safe}\n"


@pytest.mark.parametrize("name", ["larry-post-17-00-ja", "web1.example.org", "db_backup", "0", "a" * 64])
def test_allowed_name_stands_as_it_is(name):
    assert Names().plain(name) == name


@pytest.mark.parametrize("name", ["a._b_", "www.evil.example", "a__b__c", "trailing-"])
def test_allowed_name_that_markdown_would_change_becomes_code(name):
    assert Names().plain(name) == f"`{name}`"


@pytest.mark.parametrize("name", ["x\n", "a" * 65, "-rf", "a|b", "<b>", "@alice", "", "a b", "nämé", "a`b"])
def test_other_name_becomes_slug_and_hash_and_is_written_out(name):
    names = Names()
    shown = names.plain(name).strip("`")
    assert re.fullmatch(r"[A-Za-z0-9._-]+~[0-9a-f]{8}", shown)
    assert names.written == {shown: safe_line(name)}


def test_names_alike_but_for_odd_signs_have_their_own_slugs():
    assert slug("a|b") != slug("a/b")


@given(HOSTILE)
def test_name_in_a_cell_keeps_the_table(name):
    cell = Names().plain(name)
    tokens = parsed(f"| a | b |\n|---|---|\n| {cell} | x |\n")
    assert [token.type for token in tokens].count("td_open") == 2
    assert [token.type for token in tokens].count("tr_open") == 2
    assert "|" not in cell


@given(HOSTILE)
@example("- x")
@example("a|b\n|-|-|")
@example("`` ` ``")
@example("[x](y) ![i](z) <img src=x> &#64;alice @bob #1 !2 https://a.example *b* ~~c~~")
def test_sentence_is_text_and_code_and_nothing_else(text):
    shown = Names().sentence(text)
    tokens = parsed(f"- Observed: {shown}")
    assert [token.type for token in tokens][:3] == ["bullet_list_open", "list_item_open", "paragraph_open"]
    found = leaves(f"- Observed: {shown}")
    assert {kind for kind, _ in found} <= {"text", "code_inline"}
    plain = "".join(content for kind, content in found if kind == "text")
    assert not re.search(r"[@#!|<>`*_\[\]~$\\](?=\S)", plain)
    assert "//" not in plain
    assert "www." not in plain


def test_sentence_keeps_what_people_read():
    said = "no folder `larry/posts/{date:%Y-%m-%d}/` up to 08:25 (cron.log:1107, 2,316 files searched)."
    assert Names().sentence(said) == said


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("larry/posts/2026-03-19/", "`larry/posts/2026-03-19/`"),
        ("(state.json#lastRun).", "(`state.json#lastRun`)."),
        ("db_backup,", "`db_backup`,"),
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("19/20", "19/20"),
        ("<", "<"),
        ("https://a.example/b", "`https://a.example/b`"),
    ],
)
def test_odd_word_of_a_sentence_becomes_code(word, shown):
    assert Names().sentence(f"see {word}") == f"see {shown}"


def test_quotation_out_of_a_message_becomes_code():
    assert Names().sentence('said "❌ a_b failed" twice') == "said `❌ a_b failed` twice"


def test_secret_in_a_sentence_is_masked_before_it_is_cut():
    names = Names()
    shown = names.sentence("x" * 490 + " password=hunter2")
    assert "hunt" not in shown + "".join(names.written.values())


def test_stand_in_is_the_same_each_time_and_written_once():
    names = Names()
    assert names.code("a|b") == names.code("a|b")
    assert len(names.written) == 1
