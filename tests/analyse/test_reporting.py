"""The messages are suspect where they, and not missing work, bring the rate under the threshold."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.analyse.reporting import chance, check_reporting
from forensics.evidence.memory import PastRate
from tests.analyse.builders import all_of, flags, frame, run


def status(*verdicts: str, threshold: float = 0.8) -> str:
    runs = frame(*(run(verdict, job=f"job-{number}") for number, verdict in enumerate(verdicts)))
    return check_reporting(runs, all_of(runs), all_of(runs), threshold).status


def times(verdict: str, count: int) -> list[str]:
    return [verdict] * count


def test_many_false_alarms_make_the_reporting_suspect():
    assert status(*times("confirmed", 2), *times("false_alarm", 25), *times("failed", 2)) == "suspect"


def test_silence_where_work_is_missing_too_is_not_the_messages_fault():
    assert status(*times("confirmed", 16), *times("silent_failure", 16)) == "ok"


def test_day_on_which_proven_work_went_unreported_is_suspect():
    assert status(*times("unreported", 20)) == "suspect"


def test_half_of_the_work_missing_does_not_hide_that_the_rest_went_unreported():
    assert status(*times("silent_failure", 10), *times("unreported", 10)) == "suspect"


def test_work_that_is_proven_just_under_the_threshold_and_all_reported_is_not_suspect():
    assert status(*times("confirmed", 7), *times("failed", 3)) == "ok"


def test_single_lost_message_beside_missing_work_is_no_pattern():
    assert status(*times("failed", 9), "unreported") == "ok"


def test_rate_at_the_threshold_is_ok():
    assert status(*times("confirmed", 4), "false_alarm") == "ok"


def test_rate_under_the_threshold_is_suspect():
    assert status(*times("confirmed", 3), "false_alarm") == "suspect"


def test_true_failures_are_not_the_messages_fault():
    assert status(*times("confirmed", 4), *times("failed", 4)) == "ok"


def test_no_run_that_owed_a_claim_leaves_it_unknown():
    runs = frame(run("confirmed"))
    check = check_reporting(runs, flags(False), all_of(runs), 0.8)
    assert (check.status, check.owed) == ("unknown", 0)


def test_too_little_proof_leaves_it_unknown():
    runs = frame(*(run("failed", job=str(number)) for number in range(4)))
    assert check_reporting(runs, all_of(runs), flags(True, False, False, False), 0.8).status == "unknown"


def test_runs_outside_the_window_do_not_count():
    runs = frame(run("confirmed"), run("false_alarm", in_window=False))
    check = check_reporting(runs, all_of(runs), all_of(runs), 0.8)
    assert (check.owed, check.said_success, check.status) == (1, 1, "ok")


def test_counts_behind_the_rate_are_kept():
    runs = frame(run("confirmed", job="a"), run("false_alarm", job="b"), run("failed", job="c"))
    check = check_reporting(runs, all_of(runs), flags(True, True, False), 0.8)
    assert (check.said_success, check.owed, check.proven, check.checkable) == (1, 3, 2, 2)


def test_reason_gives_counts_before_rates():
    runs = frame(run("confirmed", job="a"), run("false_alarm", job="b"))
    assert check_reporting(runs, all_of(runs), all_of(runs), 0.8).reason == (
        "said success 1 of 2 (50.0 %), under the threshold of 80.0 %, while work proven 2 of 2 (100 %)"
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((0, 3, 0.8), 0.2**3), ((0, 0, 0.8), 1.0), ((4, 5, 0.8), 1.0), ((4, 5, 1.0), 0.0), ((5, 5, 1.0), 1.0)],
)
def test_chance_is_exact_where_none_said_it(arguments: Any, expected: float):
    assert chance(*arguments) == pytest.approx(expected)


def test_chance_holds_for_a_million_runs():
    assert chance(700_000, 1_000_000, 0.8) == 0.0


NIGHTS = [PastRate(night, 28, 29) for night in range(20)]


def check(*verdicts: str, rates: list[PastRate] = NIGHTS) -> Any:
    runs = frame(*(run(verdict, job=f"job-{number}") for number, verdict in enumerate(verdicts)))
    return check_reporting(runs, all_of(runs), all_of(runs), 0.8, rates)


def test_rate_far_under_its_own_baseline_is_suspect_though_over_the_threshold():
    night = [*times("confirmed", 24), *times("unreported", 5)]
    assert check(*night).status == "suspect"
    assert check(*night, rates=[]).status == "ok"


def test_reason_names_what_is_usual():
    assert check(*times("confirmed", 24), *times("unreported", 5)).reason == (
        "said success 24 of 29 (82.8 %), far under the usual 96.6 %, while work proven 29 of 29 (100 %)"
    )


def test_work_that_is_missing_far_under_the_baseline_is_not_the_messages_fault():
    assert check(*times("confirmed", 24), *times("silent_failure", 5)).status == "ok"


def test_baseline_is_told_with_its_counts():
    found = check(*times("confirmed", 29))
    assert (found.baseline, found.usual_said, found.usual_owed, found.usual_nights) == (28 / 29, 560, 580, 20)


def test_baseline_of_few_nights_is_not_told():
    found = check(*times("confirmed", 29), rates=NIGHTS[:4])
    assert (found.baseline, found.usual_nights) == (None, 0)


def reason(*verdicts: str) -> str:
    runs = frame(*(run(verdict, job=f"job-{number}") for number, verdict in enumerate(verdicts)))
    return check_reporting(runs, all_of(runs), all_of(runs), 0.8).reason


def test_rate_that_passes_tells_that_most_failure_messages_are_false():
    told = reason(*times("confirmed", 90), *times("false_alarm", 9), "failed")
    assert told.endswith("; but of the failure messages 9 of 10 (90.0 %) are false alarms")


def test_few_false_alarms_are_not_made_much_of():
    assert "false alarms" not in reason(*times("confirmed", 96), *times("false_alarm", 4))
