"""The lanes of an incident's runs: which runs are held against each other, and what of each is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from forensics.evidence.coverage import Coverage
from forensics.evidence.paired import CLAIM_CODES, EVENT_CODES, NAT, Claims, Steps
from forensics.evidence.result import ReportingCheck, Result
from forensics.report.chart_lanes import panels_of
from forensics.report.chart_timeline import timeline_drafts
from forensics.timeline import NANOS
from tests.report.builders import at, blocker, ints, result, run

SUSPECT = ReportingCheck("suspect", "", 0.8, 1, 9, 9, 9)


def shown(runs: Sequence[dict[str, Any]], **values: Any) -> list[tuple[str, str]]:
    """Return which runs are shown: job and verdict."""
    return [(panel.job, panel.verdict.value) for panel in panels_of(result(runs, **values))]


def only_draft(of: Result):
    return next(timeline_drafts(of), None)


def texts(sketch) -> list[str]:
    return [row["t"] for layer in sketch.layers if layer.mark == "text" for row in layer.rows]


def with_steps(of: Result, *steps: tuple[int, str, int]) -> Result:
    """Return a result of whose runs something was recorded: (run, event, seconds after 07:00)."""
    rows = ints([run for run, _, _ in steps])
    made = Steps(
        rows,
        rows * 0,
        ints([EVENT_CODES.index(event) for _, event, _ in steps]),
        ints([at("07:00") + seconds * NANOS for _, _, seconds in steps]),
        np.full(len(steps), np.nan),
    )
    return replace(of, paired=replace(of.paired, steps=made))


def with_claims(of: Result, *claims: tuple[int, str, int]) -> Result:
    rows = ints([run for run, _, _ in claims])
    codes = ints([CLAIM_CODES.index(claim) for _, claim, _ in claims])
    moments = ints([at("07:00") + seconds * NANOS for _, _, seconds in claims])
    return replace(of, paired=replace(of.paired, claims=Claims(rows, rows * 0, rows * 0, codes, moments, rows * 0)))


def test_the_newest_bad_run_is_held_against_its_jobs_last_good_one():
    runs = [
        run(verdict="confirmed", due="2026-03-18 07:00", in_window=False),
        run(verdict="confirmed", due="01:00"),
        run(verdict="failed", due="07:00"),
        run("other", "confirmed", "06:00"),
    ]
    found = panels_of(result(runs, blockers=[blocker()]))
    assert [(panel.job, panel.verdict.value, panel.zero) for panel in found] == [
        ("backup", "failed", at("07:00")),
        ("backup", "confirmed", at("01:00")),
    ]


def test_where_the_reporting_is_in_doubt_it_is_held_against_the_nearest_false_alarm():
    runs = [
        run(verdict="confirmed", due="01:00"),
        run(verdict="failed", due="07:00"),
        run("far", "false_alarm", "01:30"),
        run("near", "false_alarm", "07:30"),
    ]
    assert shown(runs, blockers=[blocker()], check=SUSPECT) == [("backup", "failed"), ("near", "false_alarm")]


def test_where_only_the_reporting_is_in_doubt_the_newest_false_alarm_is_shown():
    runs = [run("a", "false_alarm", "01:30"), run("b", "false_alarm", "07:30")]
    assert shown(runs, check=SUSPECT) == [("b", "false_alarm")]


def test_the_first_blocker_that_has_a_bad_run_decides():
    runs = [run("one", "failed"), run("two", "failed")]
    blockers = [blocker("stale"), blocker("two"), blocker("one")]
    assert shown(runs, blockers=blockers) == [("two", "failed")]


def test_muted_runs_and_those_before_the_window_are_not_shown():
    runs = [run(verdict="failed", flags="muted"), run(verdict="failed", due="06:00", in_window=False)]
    assert shown(runs, blockers=[blocker()]) == []


def test_nothing_wrong_is_no_chart():
    assert only_draft(result([run()])) is None


def test_a_false_alarm_alone_is_no_chart_as_there_is_nothing_to_hold_it_against():
    assert only_draft(result([run(verdict="false_alarm")], check=SUSPECT)) is None


def test_a_lane_that_nobody_covers_is_told_from_one_that_shows_nothing():
    of = result([run(verdict="silent_failure")], blockers=[blocker()])
    spans = {**of.coverage.spans, "lifecycle": [()]}
    rows = only_draft(replace(of, coverage=Coverage(spans))).rows
    assert [row[1:] for row in rows] == [
        ("triggers", "07:00:00", "started"),
        ("lifecycle", "–", "no source covers it"),
        ("artifacts", "–", "nothing found"),
        ("messages", "–", "nothing found"),
    ]


def test_a_run_of_which_no_lane_could_show_anything_is_no_chart():
    of = result([run(verdict="missed")], blockers=[blocker()])
    of = replace(of, paired=replace(of.paired, runs=replace(of.paired.runs, triggered=ints([NAT]))))
    nowhere = {lane: [()] for lane in of.coverage.spans}
    assert only_draft(of) is not None
    assert only_draft(replace(of, coverage=Coverage(nowhere))) is None


def test_what_is_crowded_by_something_hours_later_is_told_apart():
    of = result([run(verdict="failed"), run(due="05:00")], blockers=[blocker()])
    early = [(0, "boot_started", 2), (0, "booted", 45), (0, "started", 500)]
    draft = only_draft(with_steps(of, *early, (0, "interrupted", 40_000)))
    assert draft.title.endswith("; later times stand closer together")
    assert {"07:00:45 booted", "07:08:20 begins"} <= set(texts(draft.wide))


def test_ticks_of_time_that_runs_closer_do_not_touch():
    of = result([run(verdict="failed"), run(due="05:00")], blockers=[blocker()])
    draft = only_draft(with_steps(of, (0, "booted", 2), (0, "started", 4), (0, "interrupted", 80_000)))
    for sketch in (draft.wide, draft.narrow):
        ticks = [row for layer in sketch.layers for row in layer.rows if layer.mark == "text" and row["t"][0] == "+"]
        places = sorted((row["x"], len(row["t"]) * 6.5) for row in ticks)
        assert len(places) > 2
        assert all(x + wide / 2 < y - other / 2 for (x, wide), (y, other) in pairwise(places))


def test_an_even_spread_keeps_an_even_scale():
    of = result([run(verdict="failed"), run(due="05:00")], blockers=[blocker()])
    draft = only_draft(with_steps(of, *((0, "started", 600 * number) for number in range(1, 9))))
    assert "closer" not in draft.title


def test_a_run_whose_end_was_never_recorded_has_its_silence_drawn():
    of = result([run(verdict="silent_failure"), run(due="05:00")], blockers=[blocker()])
    cut = only_draft(with_steps(of, (0, "boot_started", 1), (1, "completed", 400)))
    assert "nothing more" in texts(cut.wide)
    ended = only_draft(with_steps(of, (0, "boot_started", 1), (0, "failed", 2), (1, "completed", 400)))
    assert "nothing more" not in texts(ended.wide)


def test_what_speaks_of_failure_is_a_cross_and_success_is_none():
    of = result([run(verdict="failed"), run(due="05:00")], blockers=[blocker()])
    failed = with_claims(of, (0, "failure", 60), (1, "success", 60))
    assert (
        sum(len(layer.rows) for layer in only_draft(failed).wide.layers if layer.style.get("strokeWidth") == 2.5) == 2
    )


def test_words_that_have_no_room_are_left_to_the_table():
    of = result([run(verdict="failed")], blockers=[blocker()])
    draft = only_draft(with_steps(of, *((0, "started", second) for second in range(8)), (0, "failed", 400)))
    assert sum("begins" in text for text in texts(draft.wide)) < 8
    assert sum(row[3] == "begins" for row in draft.rows) == 8


def test_words_in_a_lane_never_lie_over_each_other():
    of = result([run(verdict="failed")], blockers=[blocker()])
    draft = only_draft(with_steps(of, *((0, "started", second * 80) for second in range(5)), (0, "failed", 400)))
    labels = [
        (layer.style, row)
        for layer in draft.wide.layers
        for row in layer.rows
        if layer.mark == "text"
        and (row["t"].endswith("begins") or (row["t"].endswith(" failed") and ":" in row["t"][:3]))
    ]
    widths = [len(row["t"]) * 0.56 * style["fontSize"] for style, row in labels]
    begins = [
        row["x"] - (width if style["align"] == "right" else 0)
        for (style, row), width in zip(labels, widths, strict=True)
    ]
    spans = sorted(zip(begins, (begin + width for begin, width in zip(begins, widths, strict=True)), strict=True))
    assert len(spans) > 2
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))


def test_the_description_tells_each_run_lane_by_lane():
    of = result([run(verdict="failed")], blockers=[blocker()])
    assert only_draft(with_claims(of, (0, "failure", 60))).description == (
        "backup, 2026-03-19 07:00, failed. triggers: started; lifecycle: nothing found; artifacts: nothing found;"
        " messages: says failed."
    )


def test_a_lane_with_very_many_rows_shows_the_first_of_them_and_the_last():
    of = result([run(verdict="failed")], blockers=[blocker()])
    draft = only_draft(with_steps(of, *((0, "started", second) for second in range(500)), (0, "failed", 501)))
    assert [row[3] for row in draft.rows if row[1] == "lifecycle"] == ["begins"] * 11 + ["failed"]
