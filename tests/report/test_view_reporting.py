"""What each lane said stands with its worth; channels, hosts and jobs only where there is something to see."""

from __future__ import annotations

from dataclasses import replace

from forensics.evidence.result import ReportedPart, ReportingCheck, Unlike
from forensics.report.markdown import report_markdown
from tests.report.builders import result, run
from tests.report.test_markdown import section

CHECK = ReportingCheck("ok", "said success 9 of 9 (100 %)", 0.8, 9, 9, 9, 9)
TRIGGERS = ReportedPart("lane", "triggers", 9, 9, 4, 8)
MESSAGES = ReportedPart("lane", "notifications", 2, 9, 2, 2)


def shown(*parts: ReportedPart, unlike: tuple[Unlike, ...] = ()) -> str:
    return section(report_markdown(result([run()], check=replace(CHECK, parts=parts, unlike=unlike))), "Reporting")


def row(text: str, name: str) -> list[str]:
    """Return the cells of the line of a table that begins with a name."""
    line = next(line for line in text.splitlines() if line.startswith(f"| {name}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_each_lane_is_told_with_what_its_word_is_worth():
    text = shown(TRIGGERS, MESSAGES)
    assert row(text, "the scheduler") == ["the scheduler: started it", "9 of 9 (100 %)", "4 of 8 (50.0 %)"]
    assert row(text, "the messages") == ["the messages: success", "2 of 9 (22.2 %)", "2 of 2 (100 %)"]


def test_lane_of_which_nothing_could_be_checked_says_so():
    assert row(shown(replace(TRIGGERS, proven=0, checkable=0), MESSAGES), "the scheduler")[2] == "none to check"


def test_single_lane_is_compared_with_nothing():
    assert "Who speaks" not in shown(MESSAGES)


def test_channel_that_reports_worst_comes_first():
    text = shown(ReportedPart("channel", "a", 9, 9, 9, 9), ReportedPart("channel", "b", 1, 9, 9, 9))
    assert row(text, "b") == ["b", "1 of 9 (11.1 %)", "9 of 9 (100 %)"]
    assert text.index("| b ") < text.index("| a ")


def test_odd_name_of_a_channel_does_not_break_the_table():
    text = shown(ReportedPart("channel", "a|b", 1, 9, 9, 9), ReportedPart("channel", "c", 9, 9, 9, 9))
    assert "a|b" not in text


def test_many_hosts_are_cut():
    text = shown(*(ReportedPart("host", f"h{number:02d}", number, 40, 40, 40) for number in range(30)))
    assert "h11" in text
    assert "h12" not in text
    assert "18 more hosts, in `--format json`." in text


def test_host_whose_jobs_never_report_comes_last_and_says_so():
    text = shown(ReportedPart("host", "a", 0, 0, 3, 5), ReportedPart("host", "b", 9, 9, 9, 9))
    assert row(text, "a") == ["a", "no message names a job there", "3 of 5 (60.0 %)"]
    assert text.index("| b ") < text.index("| a ")


def test_job_that_is_reported_less_than_before_is_told_with_both_counts():
    fell = Unlike("backup", "web", 0, 48, 2, 330, 336, 1e-9)
    assert (
        "- backup on web: success said for 0 of 48 (0 %) proven runs in 2 reports in a row; "
        "before that for 330 of 336 (98.2 %)." in shown(unlike=(fell,))
    )


def test_reporting_that_is_as_ever_has_no_list_of_jobs():
    assert "used to be" not in shown()
