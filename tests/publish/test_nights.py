"""Tests of publishing a night's report on an issue."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from forensics.errors import PublishError
from forensics.publish.nights import COMMENT_LIMIT, ROOM_FOR_ENDS, publish_night, shortened
from tests.publish.memory_forge import BOT, PERSON, Killed, MemoryForge

NIGHT = "2026-03-19-1a2b3c4d"
MARK = f"<!-- nightwatch:report={NIGHT} -->"
REPORT = b"# Night Watch \xe2\x80\x94 2026-03-19\n\n27 runs.\n"


@pytest.fixture
def forge() -> MemoryForge:
    made = MemoryForge()
    made.open_issue("Reports", "", ())
    made.forget_calls()
    return made


def commented(forge: MemoryForge, text: bytes = REPORT, name: str = NIGHT) -> list[str]:
    publish_night(forge, "comment", 1, name, text, BOT)
    return [said for _, said in forge.comments(1)]


def test_a_report_becomes_a_comment_below_its_mark(forge):
    assert commented(forge) == [f"{MARK}\n{REPORT.decode()}"]


def test_a_report_is_said_once(forge):
    commented(forge)
    assert len(commented(forge)) == 1


def test_each_night_has_a_comment_of_its_own(forge):
    commented(forge)
    assert len(commented(forge, name=NIGHT + "0")) == 2


def test_a_comment_whose_reply_was_lost_is_not_said_again(forge):
    forge.fail("comment", "after")
    with pytest.raises(PublishError):
        commented(forge)
    assert len(commented(forge)) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("request_number", [0, 1])
@pytest.mark.parametrize("how", ["comment", "attachment"])
def test_a_run_that_is_killed_leaves_nothing_double(forge, how, request_number, when):
    forge.kill_at(request_number, when)
    with pytest.raises(Killed):
        publish_night(forge, how, 1, NIGHT, REPORT, BOT)
    publish_night(forge, how, 1, NIGHT, REPORT, BOT)
    assert len(forge.tracker.comments.get(1, [])) + len(forge.tracker.files.get(1, [])) == 1


def test_a_mark_that_somebody_else_wrote_hides_no_report(forge):
    forge.of(PERSON).comment(1, f"{MARK}\nnothing happened")
    assert len(commented(forge)) == 2


def test_a_mark_that_is_quoted_hides_no_report(forge):
    forge.comment(1, f"> {MARK}")
    forge.comment(1, f"see\n{MARK}")
    forge.comment(1, f"{MARK} and more")
    assert len(commented(forge)) == 4


def test_a_mark_hides_the_report_where_we_do_not_know_who_we_are(forge):
    forge.of(PERSON).comment(1, f"{MARK}\r\n27 runs.")
    publish_night(forge, "comment", 1, NIGHT, REPORT)
    assert forge.writes == []


def test_bytes_that_are_no_text_are_shown(forge):
    assert commented(forge, b"caf\xe9\r\n") == [f"{MARK}\ncaf\\xe9\n"]


def test_a_report_becomes_a_file(forge):
    publish_night(forge, "attachment", 1, NIGHT, REPORT, BOT)
    assert forge.tracker.files == {1: [(f"night-watch-{NIGHT}.md", REPORT)]}


def test_a_file_whose_reply_was_lost_is_not_attached_again(forge):
    forge.fail("attach", "after")
    with pytest.raises(PublishError):
        publish_night(forge, "attachment", 1, NIGHT, REPORT, BOT)
    publish_night(forge, "attachment", 1, NIGHT, REPORT, BOT)
    assert len(forge.tracker.files[1]) == 1


@pytest.mark.parametrize("how", ["comment", "attachment"])
def test_an_issue_that_is_not_there_is_an_error(forge, how):
    with pytest.raises(PublishError, match="#9") as caught:
        publish_night(forge, how, 9, NIGHT, REPORT, BOT)
    assert caught.value.is_permanent
    assert forge.writes == []


@pytest.mark.parametrize("name", ["", "a b", "a --> <b>", "a--b", "-a", "../a", "a\n", "é", "x" * 101])
def test_a_name_that_could_leave_its_mark_is_refused(forge, name):
    with pytest.raises(ValueError, match="name"):
        publish_night(forge, "comment", 1, name, REPORT, BOT)
    assert forge.calls == []


def test_a_report_that_just_fits_is_whole(forge):
    text = "x" * (COMMENT_LIMIT - len(MARK) - 1)
    assert commented(forge, text.encode()) == [f"{MARK}\n{text}"]


def test_a_long_report_is_cut_at_a_line_end_and_says_so(forge):
    lines = [f"line {number}" for number in range(20_000)]
    (said,) = commented(forge, "\n".join(lines).encode())
    kept = said.split("\n")[1:-3]
    assert len(said) <= COMMENT_LIMIT
    assert kept == lines[: len(kept)]
    assert f"… and {20_000 - len(kept)} more lines" in said


def test_a_cut_report_keeps_most_of_what_fits():
    text = "\n".join(["a short line"] * 1000)
    assert len(shortened(text, 5000)) > 5000 - 2 * ROOM_FOR_ENDS


def test_a_cut_before_a_block_is_better_than_one_within():
    text = "\n".join(["text"] * 200 + ["```text"] + ["in the fence"] * 100 + ["```"])
    assert "```" not in shortened(text, 1600)


def test_a_block_that_takes_nearly_all_is_cut_within_and_closed():
    text = "\n".join(["# Report", "````text", *["in the ``` fence"] * 1000, "````"])
    assert "in the ``` fence\n````\n\n… and" in shortened(text, 5000)


def test_sections_that_fold_are_closed():
    text = "\n".join(
        ["<details>", "<summary>more</summary>", "", "~~~", *["</details>"] * 1000, "~~~", "", "</details>"]
    )
    assert "</details>\n~~~\n</details>\n\n… and" in shortened(text, 5000)


def fenced(ticks: str, lines: list[str]) -> str:
    return "\n".join([f"{ticks}text", *lines, ticks])


def folded(blocks: list[str]) -> str:
    return "\n\n".join(["<details>\n<summary>more</summary>", *blocks, "</details>"])


HOSTILE = st.lists(
    st.sampled_from(["text", "", "```", "~~~", "``` x", "<details>", "</details>", "   ```"]), max_size=30
)
BLOCKS = st.one_of(
    st.sampled_from(["a paragraph", "## A section", "- a\n- list", "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 20]),
    st.builds(fenced, st.sampled_from(["````", "`````", "~~~~"]), HOSTILE),
)
REPORTS = st.lists(st.one_of(BLOCKS, st.builds(folded, st.lists(BLOCKS, max_size=4))), max_size=12).map("\n\n".join)


@given(REPORTS, st.integers(ROOM_FOR_ENDS, 1200))
def test_whatever_is_cut_the_note_stands_outside_of_all_blocks(report, limit):
    cut = shortened(report + "\n\npadding" * 200, limit)
    tokens = MarkdownIt("commonmark").enable("table").parse(cut)
    html = "".join(token.content for token in tokens if token.type == "html_block")
    assert len(cut) <= limit
    assert tokens[-2].content.startswith("… and ")
    assert (tokens[-1].type, tokens[-1].level) == ("paragraph_close", 0)
    assert html.count("<details>") == html.count("</details>")
