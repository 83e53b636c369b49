"""What messages look like and when they come is compared, unless it only repeats what they say."""

from __future__ import annotations

import numpy as np
import pytest

from forensics.config import Job
from forensics.investigate.contrast_messages import gaps, template
from tests.analyse.builders import UTC
from tests.investigate.compared import DAY, FIRST, MINUTE, Ran, compared, differing, ran, told

LAST = np.iinfo(np.int64).max
SECOND = 10**9


def alarm(job: str, day: int, is_bad: bool, **about: object) -> Ran:
    """Return a run whose work was done; a bad one said that it failed."""
    verdict, said = ("false_alarm", "failure") if is_bad else ("confirmed", "success")
    return ran(job, day, verdict=verdict, said=said, **about)


def crowded(number: int, day: int, is_bad: bool) -> Ran:
    """Return a run whose message comes with that of another job on every other day, else alone."""
    at = FIRST + day * DAY + (7 if day % 2 else 7 + number) * 60 * MINUTE
    verdict, said = ("false_alarm", "failure") if is_bad else ("confirmed", "success")
    return Ran(f"job-{number}", at, verdict, said, after=30 * SECOND + number * SECOND // 4)


def test_messages_that_come_with_others_and_are_wrong_differ():
    runs = [crowded(number, day, is_bad=bool(day % 2)) for number in range(4) for day in range(14)]
    found = compared(runs, about="reporting")
    assert found[0].attribute in ("another message within a second", "another message within a minute")
    assert (found[0].value, found[0].standing) == ("yes", "differs")


def test_messages_that_always_come_with_others_do_not_differ():
    runs = [alarm(f"job-{number}", day, is_bad=number < 2 and day % 2 == 0) for number in range(8) for day in range(14)]
    crowd = told(compared(runs, about="reporting"), "another message within a minute")
    assert (crowd.standing, crowd.reason) == ("same", "all 8 jobs have it")


def test_second_line_that_only_failures_have_is_left_open():
    runs = [
        alarm(f"job-{number}", day, is_bad, text=f"❌ job-{number} failed\nsee the log" if is_bad else "")
        for number in range(6)
        for day in range(14)
        for is_bad in [(day + number) % 3 == 0]
    ]
    found = told(compared(runs, about="reporting"), "lines of the message")
    assert (found.value, found.standing, found.p_value) == ("several", "unknown", None)
    assert found.reason == "it goes with what the message says: neither can be told from the other"


def test_form_that_jobs_keep_whatever_they_say_is_compared_over_jobs():
    runs = [
        alarm(f"job-{number:02d}", day, is_bad, text=f"{'❌' if is_bad else '✅'} job-{number:02d} {form}")
        for number in range(16)
        for day in range(14)
        for form in ["as a table" if number < 6 else "in words"]
        for is_bad in [number < 6 and day % 2 == 0]
    ]
    assert differing(compared(runs, about="reporting")) == [("form of the message", "as a table")]


def test_form_of_success_that_is_no_success_is_what_comes_of_it():
    runs = [
        ran(f"job-{number}", day, is_bad=is_bad, text=f"✅ job-{number} done{', nothing to send' if is_bad else ''}")
        for number in range(6)
        for day in range(14)
        for is_bad in [(day * 31 + number * 17) % 101 % 4 == 0]
    ]
    found = compared(runs)
    assert differing(found) == []
    form = next(each for each in found if each.value == ", nothing to send")
    assert (form.attribute, form.standing) == ("form of the message", "unknown")
    assert form.reason.endswith("it comes of how a run went, and need not be why")


def test_words_of_failure_do_not_explain_a_failure():
    runs = [
        ran(
            f"job-{number}",
            day,
            verdict="failed" if is_bad else "confirmed",
            said="failure" if is_bad else "success",
            text=f"❌ job-{number} failed, see the log" if is_bad else "",
        )
        for number in range(6)
        for day in range(14)
        for is_bad in [(day * 31 + number * 17) % 101 % 4 == 0]
    ]
    assert differing(compared(runs)) == []


def test_author_that_only_failures_have_is_left_open():
    runs = [
        alarm(f"job-{number}", day, is_bad, author="alarms" if is_bad else "bot")
        for number in range(6)
        for day in range(14)
        for is_bad in [(day + number) % 3 == 0]
    ]
    found = told(compared(runs, about="reporting"), "author of the message")
    assert (found.value, found.standing) == ("alarms", "unknown")
    assert found.reason.startswith("only messages of failure have it")


def test_author_whose_messages_are_wrong_two_times_in_three_differs():
    runs = [
        alarm(f"job-{number}", day, is_bad=author == "relay" and place % 3 > 0, author=author)
        for number in range(6)
        for day in range(14)
        for place in [(day * 31 + number * 17) % 101]
        for author in ["relay" if place % 2 else "bot"]
    ]
    assert differing(compared(runs, about="reporting")) == [("author of the message", "relay")]


def test_channel_of_the_jobs_that_are_told_wrongly_differs():
    runs = [
        alarm(f"job-{number:02d}", day, is_bad=number < 6 and day % 2 == 0, channel="metrics" if number < 6 else "ops")
        for number in range(16)
        for day in range(14)
    ]
    assert ("channel", "metrics") in differing(compared(runs, about="reporting"))


def test_two_jobs_that_were_told_rightly_are_compared_with_all_others():
    runs = [
        alarm(f"{name}-{number:02d}", 0, is_bad=number > 1, author="bot")
        for number, name in enumerate(("app", "larry") * 10)
    ]
    found = compared(runs, {each.job: {"delivery": "announce"} for each in runs}, about="reporting")
    assert told(found, "delivery").standing == "same"
    assert told(found, "name begins with").reason == (
        'the 2 jobs that never went wrong do not have it in common: "app", "larry"'
    )


def test_what_the_exceptions_share_is_what_is_looked_at():
    jobs = {f"job-{number:02d}": {"model": "abc"[number % 3] if number > 1 else "a"} for number in range(20)}
    found = compared([alarm(name, 0, is_bad=place > 1) for place, name in enumerate(jobs)], jobs, about="reporting")
    model = told(found, "model")
    assert model.value == "a"
    assert model.reason == 'the 2 jobs that never went wrong have "a", as 6 of the 18 others do'


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("✅ backup completed in 12 s", "in # s"),
        ("❌ backup failed (3rd consecutive)", "its name and claim only"),
        ("BACKUP: all done, 3 files, see https://ops/2026-03-19", ": all , # files, see https://ops/#-#-#"),
        ("the backups failed", "the backups"),
    ],
)
def test_form_is_what_stays_without_names_numbers_and_claims(text, left):
    assert template(text, Job("backup", UTC)) == left


def test_gap_is_to_the_nearest_message_of_the_same_channel():
    at = np.array([0, 5, 6, 100], dtype=np.int64)
    channel = np.array(["a", "b", "a", None], dtype=object)
    assert gaps(at, channel).tolist() == [6, LAST, 6, LAST]
