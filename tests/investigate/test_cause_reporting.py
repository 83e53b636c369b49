"""What is left open where messages are wrong, and what is said of the rate of success."""

from __future__ import annotations

from dataclasses import replace

from forensics.evidence.investigation import Cause
from forensics.evidence.result import Finding, Result
from tests.investigate.cases import change, contrast, days, found, world

ALARMS = ("confirmed", "confirmed", "false_alarm", "false_alarm")
STREAK = Finding("streak", "3 jobs counted failures in a row.")


def wrong(*verdicts: str, findings: tuple[Finding, ...] = ()) -> Result:
    return world([each for job in ("a", "b", "c") for each in days(job, *verdicts)], findings=findings)


def broken(studied: Result) -> Cause:
    return next(each for each in found(studied) if each.kind == "reporting")


def steps(cause: Cause) -> str:
    return " ".join(step.text for step in cause.steps)


def test_wrong_words_are_put_down_to_the_sender() -> None:
    cause = broken(wrong(*ALARMS))
    assert "how it maps the exit code" in cause.unknown
    assert "rate against format" not in steps(cause)


def test_missing_messages_are_put_down_to_the_way() -> None:
    cause = broken(wrong("confirmed", "confirmed", "unreported", "unreported"))
    assert cause.unknown.startswith("What kept them from coming")
    assert "exit code" not in steps(cause)


def test_wrong_words_beside_missing_ones_leave_rate_and_format_open() -> None:
    cause = broken(wrong("confirmed", "confirmed", "false_alarm", "unreported"))
    assert cause.unknown.startswith("A rate limit, or the format")
    assert "Settle rate against format" in steps(cause)


def test_failures_counted_in_a_row_may_be_those_of_sending() -> None:
    assert broken(wrong(*ALARMS, findings=(STREAK,))).unknown.startswith("A rate limit, or the format")


def test_form_that_goes_with_wrong_messages_is_what_is_asked_about() -> None:
    told = contrast("form of the message", "x", about="reporting")
    cause = next(each for each in found(wrong(*ALARMS), [told]) if each.kind == "reporting")
    assert cause.unknown.startswith("Why messages of that form")


def test_rate_that_would_still_pass_is_told() -> None:
    studied = wrong(*ALARMS)
    check = replace(studied.reporting, status="ok", said_success=90, owed=100, threshold=0.8)
    told = broken(replace(studied, reporting=check)).supports
    assert "The rate of success alone would still pass: 90 of 100 said success, and the alarm is below 80 %." in told


def test_suspect_rate_needs_no_such_word() -> None:
    studied = wrong(*ALARMS)
    told = broken(replace(studied, reporting=replace(studied.reporting, status="suspect"))).supports
    assert not any("would still pass" in each for each in told)


def test_change_for_the_better_is_no_beginning() -> None:
    told = change("a", "b", "c", about="reporting", occasion=None, is_better=True)
    assert not any("went wrong after" in each for each in found(wrong(*ALARMS), changes=[told])[0].supports)
