"""Silent lanes, evidence that ended, and runs that nobody could check, on the first screen."""

from __future__ import annotations

from typing import Any

from forensics.evidence.result import Blocker, Finding, Result
from forensics.report.markdown import report_markdown
from forensics.report.terminal import closing_lines
from tests.report.builders import at, blocker, result, run

SILENT = Finding(
    "lane_outage",
    "From 00:02 to 23:48 no message.",
    todo="Look at what sends the messages at that time: its token.",
    detail={
        "lane": "notifications",
        "since": "2026-03-19T00:02:00Z",
        "until": "2026-03-19T23:48:00Z",
        "runs": 71,
        "jobs": 39,
    },
)
UNSEEN: dict[str, Any] = {"kind": "missed", "is_unseen": True}


def screen(shown: Result) -> list[str]:
    lines = report_markdown(shown).split("\n")
    return [line.removeprefix("> ").rstrip() for line in lines if line.startswith("> ")][1:]


def ended(text: str = "ops.log ends then.") -> Blocker:
    return blocker(None, "source", text, since=at("05:00"), about="ops.log", todo="See whether it is still written.")


def test_silence_of_all_messages_is_the_headline_where_all_else_is_over() -> None:
    runs = [run("a", "failed", "05:00"), run("a", "confirmed", "06:00")]
    lines = screen(result(runs, blockers=[blocker("a")], findings=[SILENT]))
    assert lines[0] == "**No message came from 2026-03-19 00:02 to 23:48**: 71 runs of 39 jobs were done unseen."
    assert lines[1].startswith("**`a` failed.** It did the work since.")
    assert lines[2] == "**Do now:** look at what sends the messages at that time: its token (finding 1)."


def test_silence_of_all_messages_comes_after_what_still_fails() -> None:
    lines = screen(result([run("a", "failed")], blockers=[blocker("a", todo="Run it.")], findings=[SILENT]))
    assert lines[0] == "**`a` failed.**"
    assert lines[1] == "No message came from 2026-03-19 00:02 to 23:48: 71 runs of 39 jobs were done unseen."
    assert "**Do now:** run it (blocker 1)." in lines


def test_night_without_a_blocker_is_not_calm_where_messages_were_silent() -> None:
    text = "\n".join(screen(result([run("a"), run("b", "unreported")], findings=[SILENT])))
    assert "Nothing needs you.**" not in text
    assert "Nothing else needs you: 1 of 2 (50.0 %) confirmed." in text


def test_longest_silence_of_several_is_told_with_their_count() -> None:
    short = Finding("lane_outage", "x", detail={**SILENT.detail, "runs": 5})
    text = screen(result([run("a", "unreported")], findings=[short, SILENT, short]))[0]
    assert text.startswith("**No message came from 2026-03-19 00:02 to 23:48, and 2 more times**: 71 runs")


def test_silent_lane_stands_in_the_last_lines_of_a_terminal() -> None:
    lines = closing_lines(result([run("a", "failed")], blockers=[blocker("a")], findings=[SILENT]))
    assert "no message came from 2026-03-19 00:02 to 23:48: 71 runs of 39 jobs were done unseen" in lines


def test_runs_that_no_log_covers_are_not_said_to_have_failed_to_begin() -> None:
    runs = [run(name, "missed") for name in "ab"]
    blockers = [blocker(name, **UNSEEN, todo="See whether the log still runs.") for name in "ab"]
    lines = screen(result(runs, blockers=[*blockers, ended()]))
    assert lines[0] == "**2 jobs were not seen to begin when due: no log covers that time**: `a`, `b`."
    assert lines[1] == "**Since when:** 2026-03-19 07:00; `ops.log` ends 2026-03-19 05:00."
    assert lines[2] == "**Do now:** see whether the log still runs (blocker 1)."
    assert lines[3].endswith("2 runs that nothing could prove.")


def test_job_that_no_log_covers_is_told_apart_from_those_that_were_missed() -> None:
    blockers = [blocker("a", "missed"), blocker("b", **UNSEEN)]
    lines = screen(result([run("a", "missed"), run("b", "missed")], blockers=blockers))
    assert lines[0] == "**`a` did not begin when due.** Also: `b` (not seen to begin)."


def test_ended_evidence_alone_says_that_nothing_could_be_checked() -> None:
    runs = [run(name, "unverifiable") for name in "abc"]
    lines = screen(result(runs, blockers=[ended()]))
    assert lines[0] == "**Nothing could be checked**: `ops.log` ends 2026-03-19 05:00, before these runs."


def test_ended_evidence_tells_how_many_runs_it_leaves_unchecked() -> None:
    lines = screen(result([run("a"), run("b", "unverifiable")], blockers=[ended()]))
    assert lines[0] == "**1 of 2 runs could not be checked**: `ops.log` ends 2026-03-19 05:00."


def test_nothing_needs_you_is_not_said_where_nothing_could_be_checked() -> None:
    shown = result([run(name, "unverifiable") for name in "abc"])
    assert screen(shown)[0].startswith("**Nothing could be checked:**")
    assert "nothing needs you" not in "\n".join(closing_lines(shown))


def test_nothing_needs_you_is_not_said_where_little_could_be_checked() -> None:
    shown = result([run("a"), *[run(name, "unverifiable") for name in "bcd"]])
    assert screen(shown)[0] == (
        "**Little could be checked:** of 3 of 4 runs nothing can tell how they went; 1 confirmed."
    )
    assert "little could be checked: of 3 of 4 runs nothing can tell how they went" in closing_lines(shown)


def test_single_run_that_nothing_can_tell_leaves_a_night_calm() -> None:
    assert screen(result([run("a"), run("b"), run("c", "unverifiable")]))[0].startswith("**Nothing needs you.**")


def test_job_with_two_kinds_of_trouble_is_counted_once() -> None:
    blockers = [blocker("a", "silent_failure"), blocker("a"), blocker("b"), blocker("c")]
    lines = screen(result([run(name, "failed") for name in "abc"], blockers=blockers))
    assert lines[0] == "**`a` left nothing behind, and nobody was told.** Also: 2 jobs (failed)."


def test_what_is_over_of_a_job_in_which_something_lasts_is_not_told() -> None:
    runs = [run("a", "failed", "05:00"), run("a", "confirmed", "06:00"), run("a", "silent_failure", "07:00")]
    shown = result(runs, blockers=[blocker("a", "silent_failure"), blocker("a")])
    assert "Over by now" not in screen(shown)[0]
