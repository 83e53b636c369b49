"""Artifacts that nobody declared: what they prove, what their absence shows, and how that is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forensics.evidence.paired import Learnt
from tests.classify.builders import BARE, JOB, Told, beat, file, said, step, told, trigger

LEARNT = replace(JOB, is_learnt=True)
SURE = Learnt(0, JOB.artifacts[0], 0, 13, 14, 42.0, 3.0, is_sure=True)
PERHAPS = replace(SURE, text="x-*.json", met=3, runs=9, is_sure=False)
FILE = file("2026-03-19.json", "07:04")


def of_learnt(*rows: Any, **more: Any) -> Told:
    return told(trigger("07:00"), *rows, job=LEARNT, learnt=[SURE], **more)


def test_learnt_file_proves_a_run() -> None:
    assert of_learnt(FILE, said("success", "07:05")).verdict == "confirmed"


def test_recorded_end_proves_a_run_without_its_learnt_file() -> None:
    assert of_learnt(step("completed", "07:04", 0), said("success", "07:05")).verdict == "confirmed"


def test_recorded_end_does_not_prove_a_run_without_its_declared_file() -> None:
    rows = trigger("07:00"), step("completed", "07:04", 0), said("success", "07:05")
    assert told(*rows, job=JOB).verdict == "false_success"


def test_heartbeat_proves_a_run_whose_files_nobody_declared() -> None:
    assert of_learnt(beat("07:04"), said("success", "07:05")).verdict == "confirmed"


def test_message_of_success_without_a_learnt_file_is_false() -> None:
    assert of_learnt(said("success", "07:05")).verdict == "false_success"


def test_silence_without_a_learnt_file_is_a_silent_failure() -> None:
    assert of_learnt().verdict == "silent_failure"


def test_absence_tells_nothing_where_no_source_covers_it() -> None:
    assert of_learnt(said("success", "07:05"), covers={"artifacts": ("12:00", None)}).verdict == "unverifiable"


def test_absence_tells_nothing_where_the_path_was_overwritten() -> None:
    assert of_learnt(said("success", "07:05"), is_overwritten=True).verdict == "unverifiable"


def test_bad_end_outweighs_a_learnt_file_before_it() -> None:
    assert of_learnt(FILE, step("failed", "07:05", 1)).verdict == "silent_failure"


def test_reason_names_the_support() -> None:
    sentence = "So `{date:%Y-%m-%d}.json` is taken for its artifact: learnt from 13 of 14 of its runs, about 42 s after their start."
    assert sentence in of_learnt(FILE, said("success", "07:05")).text


def test_support_is_told_as_an_inference_after_what_was_seen() -> None:
    reasons = of_learnt(FILE, said("success", "07:05")).reasons
    first = min(place for place, reason in enumerate(reasons) if reason.startswith("So "))
    assert not any(reason.startswith("The file") for reason in reasons[first:])


def test_absence_names_the_path_that_was_looked_for() -> None:
    assert "looked for `2026-03-19.json`" in of_learnt(said("success", "07:05")).text


def test_absence_names_the_support_too() -> None:
    assert "learnt from 13 of 14 of its runs" in of_learnt(said("success", "07:05")).text


def test_template_of_one_run_is_not_said_to_rest_on_many() -> None:
    once = told(trigger("07:00"), FILE, said("success", "07:05"), job=LEARNT, learnt=[replace(SURE, met=1, runs=1)])
    assert "its name and one run's time show it" in once.text


def test_run_that_was_never_triggered_says_nothing_of_templates() -> None:
    missed = told(job=LEARNT, learnt=[SURE], covers={"artifacts": ("12:00", None)})
    assert "learnt" not in missed.text


def test_unsure_template_is_named_as_advice_only() -> None:
    reasons = told(trigger("07:00"), said("success", "07:05"), job=BARE, learnt=[PERHAPS]).reasons
    assert [reason.startswith("Lane to add") for reason in reasons if "`x-*.json`" in reason] == [True]


def test_unsure_template_of_another_job_is_not_named() -> None:
    others = told(trigger("07:00"), said("success", "07:05"), job=BARE, learnt=[replace(PERHAPS, job=1)])
    assert "x-*.json" not in others.text


def test_further_templates_are_counted() -> None:
    many = [replace(SURE, text=f"{name}.json") for name in "abcd"]
    text = told(trigger("07:00"), FILE, said("success", "07:05"), job=LEARNT, learnt=many).text
    assert (
        "So 2 more templates are taken for its artifacts, too: nobody declared them, its other runs show them." in text
    )
