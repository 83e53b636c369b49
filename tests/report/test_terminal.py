"""The report on a terminal, and the lines that end on stderr."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from forensics.report.markdown import report_markdown
from forensics.report.terminal import closing_lines, print_markdown, styled_lines
from tests.report.builders import blocker, missing_source, result, run, source

SHOWN = (
    "# Title\n\n> [!CAUTION]\n> **x failed.** see `y`  \n\n| Verdict | Job |\n| ------- | --- |\n| ✗✗ failed | a |\n"
)
FOLDED = "before\n\n<details>\n<summary>25 false alarms</summary>\n\n- a\n\n```text\n</details>\n```\n\n</details>\n\nafter\n"


def plain(markdown):
    return ["".join(text for text, _ in line) for line in styled_lines(markdown)]


def printed(markdown, **values):
    stream = io.StringIO()
    print_markdown(Console(file=stream, force_terminal=True, width=40, color_system="standard", **values), markdown)
    return stream.getvalue()


def test_headings_are_bold():
    assert next(styled_lines(SHOWN)) == [("# Title", "bold")]


def test_marks_of_a_verdict_are_coloured():
    assert ("✗✗", "bold red") in list(styled_lines(SHOWN))[7]


@pytest.mark.parametrize(
    ("cell", "style"),
    [
        ("∅- missed", "bold red"),
        ("?✗ failed", "magenta"),
        ("✓✗ false_alarm", "yellow"),
        ("⋯- pending", "dim"),
        ("- stale", "bold red"),
        ("+ ok", "green"),
        ("+ late", "yellow"),
    ],
)
def test_each_tone_has_its_style(cell, style):
    (line,) = styled_lines(f"| {cell} | a |")
    assert style in {style for _, style in line}


def test_caution_is_red():
    assert list(styled_lines(SHOWN))[2] == [("> [!CAUTION]", "bold red")]


def test_bold_text_loses_its_stars():
    assert plain(SHOWN)[3] == "> x failed. see `y`"


def test_fold_becomes_one_line():
    assert plain(FOLDED) == ["before", "", "▸ 25 false alarms", "", "after"]


def test_fence_that_holds_the_end_of_a_fold_does_not_end_it():
    assert "- a" not in plain(FOLDED)


def test_fence_that_is_set_in_is_one_too():
    assert ("   # x **y**", "dim") in [
        segment for line in styled_lines("1. a\n\n   ```sh\n   # x **y**\n   ```\n") for segment in line
    ]


def test_stars_and_hashes_in_a_fence_stay():
    assert plain("```text\n# **x**\n```\n") == ["```text", "# **x**", "```"]


def test_prose_breaks_between_words_and_is_set_in():
    assert printed("- Observed: " + "word " * 12).split("\n")[:2] == [
        "- Observed: word word word word word",
        "  word word word word word word word",
    ]


def test_every_line_of_the_first_paragraph_begins_as_a_quotation():
    assert all(line.startswith("> ") for line in printed("> " + "word " * 30).strip().split("\n"))


def test_bold_and_code_keep_their_style_over_the_end_of_a_line():
    assert printed("word " * 6 + "**bold bold bold**").split("\n") == [
        "word word word word word word \x1b[1mbold bold\x1b[0m",
        "\x1b[1mbold\x1b[0m",
        "",
    ]


def test_word_longer_than_a_line_stays_whole():
    assert "x" * 60 in printed("a b " + "x" * 60 + " c").split("\n")


@pytest.mark.parametrize("line", ["| " + "word | " * 12, "```sh\n" + "word " * 12 + "\n```", "# " + "word " * 12])
def test_what_is_no_prose_stays_whole(line):
    assert max(shown.count("word") for shown in printed(line).split("\n")) == 12


def test_square_brackets_are_no_markup():
    assert "[red]x[/red]" in printed("[red]x[/red]")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_no_escape_sequence_out_of_the_text_reaches_the_terminal(text):
    shown = "".join(text for line in styled_lines(text) for text, _ in line)
    assert all(sign.isprintable() or sign == "\n" for sign in shown)


def test_without_colour_there_is_no_escape_at_all():
    assert "\x1b" not in printed(report_markdown(result([run("a", "missed")])), no_color=True, highlight=False).replace(
        "\x1b[1m", ""
    ).replace("\x1b[0m", "").replace("\x1b[2m", "")


def test_closing_lines_tell_counts_needs_and_exit():
    made = result(
        [run("a"), run("b", "failed")],
        sources=[source(rejects=[("bad", "x")] * 2), source("s")],
        blockers=[blocker("b"), blocker("b", "stale"), blocker(None, "reporting")],
        exit_code=1,
    )
    assert closing_lines(made) == [
        "2 runs, 2 of 2 sources read, 2 records rejected",
        "2 need you: b (failed, stale), reporting",
        "since when: b since 2026-03-19 07:00; messages wrong since 2026-03-19 07:00",
        "exit 1, there are blockers",
    ]


def test_closing_lines_tell_since_when_and_what_to_do():
    made = result([run("a", "failed")], blockers=[blocker("a", todo="Look at `a`. Then mend.")], exit_code=1)
    assert closing_lines(made)[2:4] == ["since when: 2026-03-19 07:00", "do now: look at a"]


def test_closing_lines_say_that_most_failure_messages_are_false():
    runs = [run(name, "false_alarm", claim="failure") for name in ("a", "b", "c")]
    made = result(runs, blockers=[blocker(None, "reporting", todo="Send one.")], exit_code=1)
    assert closing_lines(made)[3] == "do now: send one; 3 of 3 failure messages are false: believe the files"


def test_closing_lines_of_a_quiet_night():
    assert closing_lines(result([run()]))[1:] == ["nothing needs you", "exit 0, nothing that a person must act on"]


def test_closing_lines_name_what_was_not_read():
    made = result([run()], sources=[source(), missing_source("gone.log")], exit_code=3)
    assert closing_lines(made)[0].startswith("1 run, 1 of 2 sources read")
    assert closing_lines(made)[2] == "exit 3, the evidence is incomplete: gone.log (missing)"


def test_closing_lines_hold_no_escape_and_no_line_end():
    made = result(
        [run()], sources=[missing_source("a\x1b[31m\nb")], blockers=[blocker("x\x1b]0;title\x07\ny")], exit_code=3
    )
    assert all(line.isprintable() for line in closing_lines(made))


def test_closing_lines_name_the_first_few_only():
    made = result(blockers=[blocker(f"job-{number}") for number in range(9)], exit_code=1)
    assert closing_lines(made)[1].endswith("job-3 (failed) and 5 more")
