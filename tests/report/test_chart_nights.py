"""Verdicts night by night: each run in the night of its local date, the worst on top."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from forensics.report.chart_nights import TONE_OF, Night, by_tone, night_drafts, nights_of, together
from forensics.report.page_marks import TONES as PAGE_TONES
from tests.report.builders import result, run
from tests.report.test_charts import nights


def judged(runs: list[dict[str, Any]], zone: str = "UTC", until: str = "2026-06-01 00:00"):
    return result(runs, since="2026-03-01 00:00", until=until, now=until, zone=zone)


def only_draft(runs: list[dict[str, Any]]):
    return next(night_drafts(judged(runs)), None)


def test_a_run_stands_in_the_night_of_its_local_date():
    late = run(due="2026-03-01 20:00")
    assert [night.day for night in nights_of(judged([late], "Asia/Tokyo"))] == [date(2026, 3, 2)]


def test_two_nights_are_no_chart_and_three_are():
    assert only_draft(nights(["confirmed"] * 2)) is None
    assert only_draft(nights(["confirmed"] * 3)) is not None


def test_runs_before_the_window_do_not_count():
    runs = nights(["confirmed"] * 3)
    runs[0]["in_window"] = False
    assert only_draft(runs) is None


def test_muted_runs_do_not_count():
    runs = nights(["failed"] * 3)
    runs[0]["flags"] = "muted"
    assert only_draft(runs) is None


def test_the_nights_of_the_investigation_are_shown_where_there_was_one():
    window = judged(nights(["failed"]))
    studied = replace(window, studied=judged(nights(["confirmed"] * 4 + ["failed"])).runs)
    assert len(nights_of(studied)) == 5


def test_what_is_pending_or_left_out_enters_no_rate():
    (night,) = nights_of(judged([run(verdict=each) for each in ("pending", "skipped", "failed", "confirmed")]))
    assert (night.runs, night.counted, night.said, night.proven) == (4, 2, 1, 1)


def test_the_worst_stands_on_top_of_a_bar():
    (night,) = nights_of(judged([run(verdict=each) for each in ("confirmed", "failed", "confirmed", "false_alarm")]))
    assert [night.part(tone) for tone in ("good", "word", "bad")] == [(0, 2), (2, 3), (3, 4)]


def test_every_verdict_has_a_tone_and_it_is_that_of_the_page():
    assert {verdict: look.split()[0] for verdict, look in PAGE_TONES.items()} == TONE_OF


def test_tones_come_with_the_worst_first_and_good_last():
    assert list(by_tone()) == ["bad", "unsure", "word", "calm", "good"]


def test_the_last_night_is_told_by_verdict_where_it_is_one_and_by_what_they_share_where_there_are_more():
    told = only_draft([*nights(["confirmed"] * 3), *nights(["confirmed", "confirmed", "failed"], "b")]).description
    assert "1 failed and 1 confirmed of 2 runs on 2026-03-03" in told
    mixed = only_draft([*nights(["missed"] * 3), *nights(["failed"] * 3, "b")]).description
    assert "2 not done of 2 runs on 2026-03-03" in mixed


def test_the_first_night_that_went_wrong_is_named():
    assert (
        "is 2026-03-04: 1 silent failure of 1 run"
        in only_draft(nights(["confirmed"] * 3 + ["silent_failure"])).description
    )


def test_nights_without_a_fault_say_so():
    assert "All runs of all nights are confirmed." in only_draft(nights(["confirmed"] * 3)).description


def test_every_verdict_has_its_own_number_in_the_table():
    draft = only_draft([*nights(["missed"] * 3), *nights(["failed"] * 3, "b")])
    assert draft.header == ("Night", "Runs", "missed", "failed")
    assert draft.rows[-1] == ("2026-03-03", "2", "1", "1")


def test_many_nights_are_joined_so_that_a_bar_is_never_a_hair():
    bars = together(nights_of(judged(nights(["confirmed"] * 90))))
    assert len(bars) <= 31
    assert sum(bar.runs for bar in bars) == 90


def test_a_night_without_runs_keeps_its_place_among_joined_ones():
    counts = [Night(date(2026, 1, 1 + day), nights_of(judged([run()]))[0].verdicts, 1, 1, 1) for day in (0, 30)]
    assert [bar.day for bar in together([*counts, replace(counts[0], day=date(2026, 2, 20))])] == [
        date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 20),
    ]  # fmt: skip


def test_verdicts_of_earlier_nights_only_are_named_as_such():
    draft = only_draft(nights(["failed", "confirmed", "confirmed"]))
    texts = [row["t"] for layer in draft.wide.layers if layer.mark == "text" for row in layer.rows]
    assert {"1 confirmed", "earlier failed"} <= set(texts)


def test_the_order_of_the_runs_does_not_matter():
    runs = [*nights(["missed", "confirmed", "failed"]), *nights(["confirmed"] * 3, "b")]
    assert only_draft(runs) == only_draft(runs[::-1])
