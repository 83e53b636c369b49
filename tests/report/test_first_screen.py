"""The first screen of a report on the incidents: what happened, since when, where it stops, what to do now."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo

import pytest

from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.pipeline import Question, report
from forensics.report.markdown import report_markdown
from forensics.timeline import instant
from tests.checkout import ROOT
from tests.report.builders import blocker, result, run

TOKYO = ZoneInfo("Asia/Tokyo")
WOLF, EMPTY = "slack-cried-wolf", "green-triggers-empty-nights"
NIGHTS = {
    WOLF: ("2026-03-19 00:00", "2026-03-20 00:00"),
    EMPTY: ("2026-03-18 00:00", "2026-03-19 00:00"),
}
OTHERS = {"half-written-night": ("2026-04-09 18:00", "2026-04-10 06:00")}


@cache
def screen(sample: str) -> str:
    """Return the first paragraph of the sample's last night."""
    path = ROOT / "sample_data" / sample / "forensics.toml"
    config = read_config(path.read_text(encoding="utf-8"), str(path))
    since, until = (instant(text, config.timezone) for text in (NIGHTS | OTHERS)[sample])
    shown = report_markdown(report(config, Question(Window(since, until, until))))
    return "\n".join(line for line in shown.split("\n") if line.startswith(">"))


@pytest.mark.parametrize("sample", NIGHTS)
def test_paragraph_is_five_lines_that_a_terminal_holds(sample: str) -> None:
    _, *lines = screen(sample).split("\n")
    assert len(lines) == 5
    assert max(len(line.rstrip()) for line in lines) <= 120


def test_last_night_alone_tells_that_it_began_at_the_upgrade_days_before() -> None:
    told = "**Since when:** 2026-03-15 13:00, the first run after the upgrade to gateway 2026.3.14; last good run 03-14 21:30."
    assert told in screen(EMPTY)


def test_last_night_alone_tells_that_it_never_got_through_the_door() -> None:
    assert "**Where it stops:** before the door, in the runner's boot (boot begun 16 of 16, booted 0 of 16)." in (
        screen(EMPTY)
    )


def test_last_night_alone_tells_what_to_change() -> None:
    assert (
        "**Do now:** set `sessionTarget` of 4 jobs to `main` (as the diff shows), then make up for 16 lost runs."
        in (screen(EMPTY))
    )


def test_false_alarms_tell_since_when_messages_are_wrong_and_which_job_really_failed() -> None:
    told = screen(WOLF)
    assert (
        "**25 of the 27 failure messages are false alarms: the work is proven.** Reporting broke, not the jobs." in told
    )
    assert "**`larry-post-morning-ja` really failed.**" in told
    assert "`larry-post-morning-ja` since 2026-03-18 07:45; messages wrong since 2026-03-13 02:00." in told
    assert "**Do now:** run the job once in a terminal and read where it stops" in told


def test_broken_run_tells_of_later_ones_that_took_it_for_done() -> None:
    told = screen("half-written-night")
    assert "**What follows:** 2 later runs took it for done and did nothing." in told
    assert "set `heartbeat-state.json#lastEvolveRun` back and run self-evolution once more (finding 1)." in told


def test_job_that_is_well_again_is_counted_apart() -> None:
    runs = [run("a", "failed", "2026-03-19 07:00"), run("a", "confirmed", "2026-03-19 08:00")]
    found = result([*runs, run("b", "failed")], blockers=[blocker("a"), blocker("b")])
    text = report_markdown(found)
    assert "**`b` failed.** Also:" not in text
    assert "**`b` failed.** Over by now: `a` (failed)." in text


def test_step_points_to_the_first_blocker_that_lasts() -> None:
    runs = [run("a", "failed", "2026-03-19 07:00"), run("a", "confirmed", "2026-03-19 08:00"), run("b", "failed")]
    found = result(runs, blockers=[blocker("a", todo="Look at a."), blocker("b", todo="Look at b.")])
    text = report_markdown(found)
    assert "**Do now:** look at b (blocker 2)." in text
    assert "failed once** (over by now)" in text


def test_proposed_change_comes_before_the_usual_advice() -> None:
    path = ROOT / "sample_data" / EMPTY / "forensics.toml"
    config = read_config(path.read_text(encoding="utf-8"), str(path))
    since, until = (instant(text, TOKYO) for text in NIGHTS[EMPTY])
    shown = report_markdown(report(config, Question(Window(since, until, until))))
    first = shown.split("\n**2. ")[0].split("\n**1. ")[1]
    assert "- Do: First the change proposed under Findings: set `sessionTarget` of 4 jobs to `main`." in first
    assert len(first.strip().split("\n")) <= 6
