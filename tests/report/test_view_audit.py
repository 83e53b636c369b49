"""What the report says of the ones before it, and of the ledger that knows them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forensics.evidence.lookback import Audit
from forensics.evidence.memory import FORGOTTEN, Memory, PastReport
from forensics.evidence.result import ReportingCheck
from forensics.report.markdown import report_markdown
from tests.report.builders import at, result, run
from tests.report.test_markdown import section

HOUR = 3600 * 10**9
LAST = PastReport(at("07:00"), at("2026-03-18 07:00"), at("07:00"), 1, runs=29, sources={"cron.log": 3, "slack": 9})
KNOWN = Memory(is_known=True, last=LAST)


def lines(memory=KNOWN, audit=Audit(), **night):  # noqa: B008 - frozen
    made = replace(result([run()], now="2026-03-20 07:00", **night), memory=memory, audit=audit)
    return [line.rstrip() for line in section(report_markdown(made), "Reporting").strip().split("\n")][2:]


@pytest.mark.parametrize(
    ("memory", "why"), [(FORGOTTEN, "no ledger"), (Memory(is_known=True), "this is the first in the ledger")]
)
def test_first_report_says_that_none_is_known_before_it(memory, why):
    assert lines(memory) == [f"No earlier report is known ({why})."]


def test_last_report_is_told_with_what_it_came_to():
    assert lines() == ["Last report: 2026-03-19 07:00; exit 1; 29 runs; 2 of 2 sources read."]


def test_report_on_time_says_so_where_a_rhythm_is_known():
    assert lines(audit=Audit(usual=24 * HOUR))[0].startswith("Last report: 2026-03-19 07:00, on time; ")


def test_what_the_last_report_could_not_read_is_named_without_why():
    last = replace(LAST, faults={"slack": "slack: it said 'Anna is ill'"})
    assert lines(replace(KNOWN, last=last)) == [
        "Last report: 2026-03-19 07:00; exit 1; 29 runs; 1 of 2 sources read.",
        "It could not read `slack` to the end.",
    ]


def test_where_it_was_published_is_told():
    last = replace(LAST, delivered={"slack": None, "report": 5})
    assert lines(replace(KNOWN, last=last))[0].endswith(
        "2 of 2 sources read; published (report); not published (slack)."
    )


def test_time_without_a_report_is_told_with_its_rhythm():
    told = lines(audit=Audit(usual=24 * HOUR, unwatched=(at("2026-03-17 07:00"), at("2026-03-20 07:00")), missed=2))
    assert "on time" not in told[0]
    assert (
        told[1]
        == "**No report ran from 2026-03-17 07:00 to 2026-03-20 07:00**: 2 missing, as a rule one comes every 24 h."
    )


def test_time_that_no_report_is_about_comes_with_the_command_that_makes_one():
    assert lines(audit=Audit(uncovered=(at("07:00"), at("09:00"))))[1] == (
        "No report is about 2026-03-19 07:00 to 2026-03-19 09:00;"
        " `forensics report --since 2026-03-19T07:00:00Z --until 2026-03-19T09:00:00Z` makes one."
    )


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"judged": 3}, "It left 3 runs pending: 3 judged here."),
        (
            {"judged": 1, "still": 1, "lost": 1},
            "It left 3 runs pending: 1 judged here, 1 still pending, 1 no longer in any source.",
        ),
        ({}, "It left 3 runs pending."),
    ],
)
def test_pending_runs_are_followed(counts, told):
    assert lines(replace(KNOWN, pending=dict.fromkeys("abc", 1)), Audit(**counts))[1] == told


def test_sources_that_fell_silent_or_speak_again_are_named():
    told = lines(audit=Audit(silent={"cron.log": 1234}, speaking={"slack": 3}, gone=("old.log",)))
    assert told[1:] == [
        "Nothing now from `cron.log` (1,234 rows then).",
        "Rows again from `slack`.",
        "Read then, and not named now: `old.log`.",
    ]


def test_many_silent_sources_are_counted():
    assert lines(audit=Audit(silent={f"s{number}": 1 for number in range(9)}))[1].endswith(" and 4 more.")


def test_what_befell_the_ledger_is_told_whatever_else_is_known():
    noted = "ledger.db is damaged: kept as ledger.db.damaged-1, and a new one begun"
    assert lines(Memory(notes=(noted,)))[-1] == f"Ledger: {noted}."


@pytest.mark.parametrize(
    ("counts", "usual"),
    [
        ({}, "usual 96.0 %"),
        ({"usual_said": 1190, "usual_owed": 1240, "usual_nights": 21}, "usual 1,190 of 1,240 (96.0 %) over 21 nights"),
    ],
)
def test_usual_rate_stands_beside_the_threshold(counts, usual):
    check = ReportingCheck("ok", "said success 1 of 1 (100 %)", 0.8, 1, 1, 1, 1, baseline=0.96, **counts)
    shown = section(report_markdown(result([run()], check=check)), "Reporting")
    assert f"Threshold 80 %; {usual}." in shown
