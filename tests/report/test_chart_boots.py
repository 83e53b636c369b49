"""Boots against their limit: what is shown one by one, what together, and what never came up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from forensics.config import Event
from forensics.evidence.result import Finding
from forensics.report.chart_boots import boot_drafts, round_levels
from tests.browser.pages import sample
from tests.report.builders import result
from tests.report.test_charts import boots


def only_draft(finding: Finding, events: tuple[Event, ...] = ()):
    return next(boot_drafts(replace(result(findings=[finding]), events=events)), None)


def marks(sketch, mark: str) -> int:
    return sum(len(layer.rows) for layer in sketch.layers if layer.mark == mark)


def texts(sketch) -> list[str]:
    return [row["t"] for layer in sketch.layers if layer.mark == "text" for row in layer.rows]


def many(count: int) -> Finding:
    one = boots([50.0] * 28)
    series = [
        {**each, "at": each["at"].replace("12:", f"{hour:02d}:")} for hour in range(24) for each in one.detail["series"]
    ]
    series.sort(key=lambda each: each["at"])
    return replace(one, detail={**one.detail, "series": series[:count]})


def test_each_boot_that_came_up_is_a_spot_and_each_other_a_cross_of_two_strokes():
    wide = only_draft(boots([41.0, 43.0, None])).wide
    assert marks(wide, "point") == 2
    assert "1 never came up" in texts(wide)


def test_two_boots_are_no_chart():
    assert only_draft(boots([41.0, 43.0])) is None


def test_boots_of_which_nothing_is_known_are_no_chart():
    assert only_draft(boots([None, None, None])) is None


def test_a_finding_that_does_not_tell_of_single_boots_is_no_chart():
    assert only_draft(Finding("boot_slow", "", detail={"jobs": {}, "shared": []})) is None


def test_a_limit_is_drawn_where_one_is_known():
    assert "60 s" in texts(only_draft(boots([41.0, 43.0, 44.0], limit=60.0)).wide)
    assert "60 s" not in texts(only_draft(boots([41.0, 43.0, 44.0])).wide)


def test_title_tells_the_limit_where_one_is_known():
    assert "took against the limit of 60 s, " in only_draft(boots([41.0, 43.0, 44.0], limit=60.0)).title
    assert "limit" not in only_draft(boots([41.0, 43.0, 44.0])).title


@pytest.mark.slow
def test_boots_of_the_empty_nights_stand_against_their_limit_with_the_upgrade_between():
    (draft,) = boot_drafts(sample("green-triggers-empty-nights", "2026-03-18", "2026-03-19"))
    assert "against the limit of 60 s" in draft.title
    assert {"60 s", "limit: then it is given up", "upgrade: gateway 2026.3.14"} <= set(texts(draft.wide))
    assert "The limit is 60 s; the first within a fifth of it began 2026-03-13 13:00." in draft.description
    assert "upgrade: gateway 2026.3.14" in draft.description
    assert "16 never came up, the first on 2026-03-15 13:00." in draft.description


def test_the_first_boot_near_the_limit_is_named():
    assert (
        "within a fifth of it began 2026-03-02 12:00" in only_draft(boots([41.0, 48.5, 49.0], limit=60.0)).description
    )


def test_an_upgrade_between_the_boots_is_named_above_them_and_in_words():
    upgrade = Event(datetime(2026, 3, 2, 14, tzinfo=UTC), "upgrade", "gateway 2")
    draft = only_draft(boots([41.0, 43.0, None]), (upgrade,))
    assert {"upgrade: gateway 2", "03-02 14:00"} <= set(texts(draft.wide))
    assert "Meanwhile, 2026-03-02 14:00: upgrade: gateway 2." in draft.description


def test_an_upgrade_before_the_first_boot_is_left_out():
    assert (
        "upgrade"
        not in only_draft(
            boots([41.0, 43.0, 44.0]), (Event(datetime(2026, 2, 1, tzinfo=UTC), "upgrade", "x"),)
        ).description
    )


def test_few_boots_stand_in_the_table_one_by_one():
    draft = only_draft(boots([41.0, 43.0, None]))
    assert draft.rows[-1] == ("2026-03-03 12:00", "daily", "–", "nothing recorded after")
    assert len(draft.rows) == 3


def test_many_boots_are_shown_night_by_night():
    draft = only_draft(many(600))
    assert marks(draft.wide, "point") == len(draft.rows) == 25
    assert draft.rows[0] == ("2026-03-01", "24", "50.0 s", "50.0 s", "0")


def test_several_jobs_are_named_by_what_they_share():
    one = boots([41.0, 43.0, 44.0])
    detail = {
        **one.detail,
        "jobs": {"a": {"limit": None}, "b": {"limit": None}},
        "shared": [["sessionTarget", "isolated"]],
    }
    assert "2 jobs with sessionTarget = isolated" in only_draft(replace(one, detail=detail)).title


def test_no_more_than_three_findings_are_drawn():
    assert len(list(boot_drafts(result(findings=[boots([41.0, 43.0, 44.0])] * 5)))) == 3


def test_levels_are_round_numbers_that_begin_at_nothing():
    assert round_levels(49.3) == [0, 20, 40]
    assert round_levels(0.37) == [0, 0.1, 0.2, 0.3]
