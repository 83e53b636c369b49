"""Reasons name the row, or the place that was searched; what follows begins with "So"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from forensics.classify.reasons_flags import REMARKS
from forensics.classify.reasons_inferred import INFERENCES
from forensics.classify.rules import RULES
from forensics.config import Mute
from forensics.evidence.paired import Pattern
from forensics.verdicts import Flag
from tests.classify.builders import BARE, JOB, Row, Told, beat, file, said, skip, step, told, trigger

T, A = trigger("07:00:01"), file("2026-03-19.json", "07:04")
GOOD, BAD = said("success", "07:05"), said("failure", "07:05")


def test_every_rule_has_an_inference():
    assert {rule.reason for rule in RULES} == set(INFERENCES)


def test_every_flag_has_a_remark():
    assert set(Flag) == set(REMARKS)


def test_confirmed_run_names_a_row_for_each_witness():
    assert told(T, A, GOOD).reasons == [
        "Due 2026-03-19 07:00:00, triggered 07:00:01 (cron.log:1).",
        "The file `2026-03-19.json` was written 07:04:00 (body.txt:1).",
        "A message said success 07:05:00 (slack:1).",
        "So the work was done, and the message agrees.",
    ]


def test_observations_stand_before_inferences_and_advice():
    kinds = ["So " in each[:3] for each in told(T, said("success", "07:05"), job=BARE).reasons[:-1]]
    assert kinds == sorted(kinds)
    assert told(T, GOOD, job=BARE).reasons[-1].startswith("Lane to add")


def test_times_are_on_the_clock_of_the_zone_asked_for():
    text = told(T, A, GOOD, zone=ZoneInfo("Asia/Tokyo")).text
    assert "Due 2026-03-19 16:00:00, triggered 16:00:01" in text


def test_instant_of_another_day_carries_its_date():
    assert "2026-03-20 01:10:00" in told(T, A, said("success", "2026-03-20T01:10"), now="2026-03-21T00:00").text


def test_false_success_names_pattern_path_and_place_searched():
    assert (
        "No file fits `{date:%Y-%m-%d}.json` (looked for `2026-03-19.json`) from 06:58:31 to 07:31:31 in body.txt, 0 files."
        in told(T, GOOD).reasons
    )


def test_folder_of_the_tree_is_not_counted_as_a_file():
    rows = [file("other/2.json", "06:00", run=1), file("other", "06:00", run=1, is_folder=True)]
    assert "in body.txt, 1 file." in told(T, GOOD, *rows, due=("07:00", "08:00")).text


def test_false_alarm_says_that_the_message_is_wrong():
    assert told(T, A, BAD).reasons[-1] == "So the work was done by then, and the failure message is wrong."


def test_absence_of_a_message_names_the_place_searched():
    assert "No message said how it went from 07:04:00 to 07:14:00 in slack, 0 messages." in told(T, A).reasons


def test_absence_of_a_trigger_names_the_place_searched():
    run = told()
    assert run.verdict == "missed"
    assert "No trigger from 06:58:30 to 07:10:00 (cron.log, 0 rows)." in run.reasons


def test_no_trigger_source_at_all_is_said():
    run = told(covers={"triggers": None})
    assert run.verdict == "missed"
    assert "No trigger source covers 07:00:00: none was read." in run.reasons
    assert run.reasons[-1].startswith("Lane to add: triggers")


def test_trigger_log_that_ends_before_says_where_it_ends():
    run = told(covers={"triggers": (None, "06:17")})
    assert "No trigger source covers 07:00:00: coverage ends 06:17:00 (cron.log)." in run.reasons


def test_source_that_begins_later_says_where_it_begins():
    assert "coverage begins 12:00:00 (body.txt)." in told(T, GOOD, covers={"artifacts": ("12:00", None)}).text


def test_only_its_own_word_is_called_that_with_the_lane_to_add():
    run = told(T, GOOD, job=BARE)
    assert run.verdict == "unverifiable"
    assert (
        "So only its own word says that the work was done; nothing that was read could have proven it." in run.reasons
    )
    assert run.reasons[-1].startswith("Lane to add: artifacts")


def test_listing_that_ends_too_early_says_so():
    run = told(T, GOOD, covers={"artifacts": (None, "06:00")})
    assert run.verdict == "unverifiable"
    assert "No artifacts source covers 06:58:31 to 07:31:31: coverage ends 06:00:00 (body.txt)." in run.reasons
    assert run.reasons[-1] == "Lane to add: artifacts, listed after 07:31:31."


def test_failure_that_nothing_could_prove_is_only_its_own_word():
    run = told(T, BAD, job=BARE)
    assert run.flags == ["unproven"]
    assert "So only its own word says that it failed, and nothing could have shown otherwise." in run.reasons


def test_failure_that_proof_could_have_refuted_is_believed():
    assert "So the failure message is true, as far as can be seen." in told(T, BAD).reasons


def test_message_lane_that_does_not_cover_is_said():
    run = told(T, A, covers={"notifications": None})
    assert run.verdict == "confirmed"
    assert "No message source covers 07:04:00 to 07:14:00: none was read." in run.reasons
    assert run.reasons[-1] == "So the work was done; whether a message came is not known."


def test_policy_makes_silence_expected():
    run = told(T, A, job=replace(JOB, reports="on-failure"))
    assert "Its policy is `on-failure`: silence is expected." in run.text
    assert run.reasons[-1] == "So the work was done, and no message was to be expected."


def test_missing_pattern_of_two_is_named():
    job = replace(JOB, artifacts=("{date:%Y-%m-%d}.json", "{date:%Y-%m-%d}.csv"))
    run = told(T, A, GOOD, job=job)
    assert run.verdict == "false_success"
    assert "(looked for `2026-03-19.csv`)" in run.text
    assert "(looked for `2026-03-19.json`)" not in run.text


def test_one_of_two_files_without_a_claim_broke_off():
    job = replace(JOB, artifacts=("{date:%Y-%m-%d}.json", "{date:%Y-%m-%d}.csv"))
    assert (
        "So it began, as some but not all of its files shows, and broke off: no end is on record."
        in told(T, A, job=job).reasons
    )


def test_file_that_is_too_small_is_named_with_its_size():
    run = told(T, file("2026-03-19.json", "07:04", size=0), GOOD)
    assert "`2026-03-19.json` has 0 bytes, fewer than 1 (body.txt:1)." in run.reasons
    assert "was written" not in run.text


def test_exit_code_after_the_file_may_mean_half_of_the_work():
    run = told(T, A, step("failed", "07:04:30", 1), BAD)
    assert run.flags == ["partial"]
    assert "So the files may be half of the work: the runner recorded exit code 1 07:04:30, after them." in run.reasons


def test_marker_outranks_the_exit_code_and_that_is_said():
    job = replace(BARE, markers=(".completed",))
    run = told(T, file(".completed", "07:04"), step("failed", "07:04:30", 1), BAD, job=job)
    assert run.verdict == "false_alarm"
    assert "So the marker outranks what the runner recorded (exit code 1)." in run.reasons
    assert "The marker `.completed` was written 07:04:00 (body.txt:1)." in run.reasons


def test_both_witnesses_of_a_broken_off_run_are_named():
    job = replace(JOB, state_files=("state.json#last",))
    run = told(T, file("state.json#last", "07:01", pattern=1), job=job)
    assert run.verdict == "interrupted"
    assert "The state file `state.json#last` was touched 07:01:00 (body.txt:1)." in run.reasons
    assert "(looked for `2026-03-19.json`)" in run.text


def test_kill_is_told_with_its_exit_code():
    run = told(T, step("failed", "07:02", 137), BAD)
    assert "The runner recorded: failed with exit code 137 07:02:00 (runner.jsonl:1)." in run.reasons
    assert "So it was killed before its work was done." in run.reasons


def test_boot_that_times_out_never_got_through_the_door():
    run = told(T, step("boot_started", "07:00:02"), step("timed_out", "07:01:02"))
    assert run.text.endswith(
        "So it never got through the door: it was still booting at the time limit, and nobody was told."
    )


def test_boot_that_goes_silent_is_told():
    run = told(T, step("boot_started", "07:00:02"))
    assert "The runner recorded: boot begun 07:00:02 (runner.jsonl:1), and no end after it." in run.reasons
    assert run.reasons[-1] == "So it was triggered and went silent while it booted; nobody was told."


def test_bad_end_without_a_message_is_told():
    assert told(T, step("failed", "07:02", 3)).reasons[-1] == "So it ended badly (exit code 3), and nobody was told."


def test_trigger_alone_left_nothing():
    assert told(T).reasons[-1] == "So it was triggered and left nothing behind; nobody was told."


@pytest.mark.parametrize(
    ("rows", "until"),
    [
        ([T], "07:50:01"),
        ([T, BAD], "07:15:00"),
        ([T, A], "07:14:00"),
        ([T, step("completed", "07:06", 0)], "07:16:00"),
    ],
    ids=["nothing yet", "failure, perhaps a retry", "proof, no message yet", "an end, no message yet"],
)
def test_pending_run_says_until_when(rows: list[Row], until: str):
    run = told(*rows, now="07:10")
    assert run.verdict == "pending"
    assert until in run.reasons[-1]


def test_recovered_run_keeps_the_message_true():
    run = told(T, BAD, file("2026-03-19.json", "11:00", is_late=True))
    assert run.flags == ["late", "recovered"]
    assert run.reasons[-1] == "So the failure message was true when it was sent, and the work was done after it."


def test_late_proof_says_by_how_much_and_why_it_counts():
    text = told(T, BAD, file("2026-03-19.json", "11:00", is_late=True)).text
    assert (
        "The proof came 3 h 30 min after the end of the run's own time, 07:30:01; it counts, because its path names this run."
        in text
    )


def test_late_proof_without_a_date_counts_because_no_run_had_begun():
    job = replace(JOB, artifacts=("*.json",))
    text = told(T, file("x.json", "07:50", is_late=True), job=job).text
    assert "it counts, because no later run had begun" in text


def test_skip_names_its_row():
    run = told(skip("07:00"))
    assert run.verdict == "skipped"
    assert "The scheduler recorded a skip at 07:00:00 (cron.log:1)." in run.reasons


def test_skip_message_counts_as_the_jobs_own_word():
    assert (
        told(T, said("skipped", "07:01")).reasons[-1] == "So the job itself, by its own word, left it out on purpose."
    )


def test_run_that_was_never_due_says_so():
    run = told(trigger("03:00"), file("2026-03-19.json", "03:04"), said("success", "03:05"), due=(None,))
    assert run.flags == ["unscheduled"]
    assert "Not due; triggered 2026-03-19 03:00:00 (cron.log:1)." in run.reasons
    assert "Its schedule (`0 7 * * *`) has no due time near 2026-03-19 03:00:00." in run.reasons


def test_untriggered_run_was_started_by_something_else():
    run = told(A, GOOD)
    assert run.flags == ["untriggered"]
    assert "So something else than the scheduler started it, or the scheduler's record lost the line." in run.reasons


def test_proof_against_a_recorded_skip_was_started_by_something_else():
    assert "So something else than the scheduler started it: that recorded a skip." in told(skip("07:00"), A).reasons


def test_second_trigger_row_of_a_run_is_named_too():
    assert "triggered 07:00:01 (cron.log:1, cron.log:2)." in told(T, T, A, GOOD).text


def test_all_claims_are_kept_in_order():
    text = told(T, A, BAD, said("success", "07:06")).text
    assert text.index("said failure 07:05:00 (slack:1)") < text.index("said success 07:06:00 (slack:2)")


def test_many_claims_are_counted():
    text = told(T, A, *(said("failure", f"07:0{minute}") for minute in range(5, 9)), GOOD).text
    assert "2 more messages came in between." in text


def test_same_claim_twice_is_counted():
    assert "The same was said more than once: success 2 times." in told(T, A, GOOD, GOOD).reasons


def test_streak_line_and_edit_of_a_message_are_told():
    text = told(T, A, said("failure", "07:05", streak=3, line=4, is_edited=True)).text
    assert (
        "A message said failure 07:05:00, number 3 in a row by its own count, edited after it was sent (slack:1, line 4)."
        in text
    )


def test_overlap_names_the_next_start():
    job = replace(JOB, artifacts=("*.json",), schedule="*/15 * * * *")
    rows = [trigger("07:00"), trigger("07:15", run=1), file("a.json", "07:20"), file("b.json", "07:35", run=1)]
    run = told(*rows, job=job, due=("07:00", "07:15"))
    assert "It was still on when the job's next run started 07:15:00." in run.reasons


def test_schedulers_own_word_against_the_proof_names_its_row():
    run = told(trigger("07:00:01", status="error"), A)
    assert run.flags == ["ledger_disagrees"]
    assert (
        "The scheduler's own status says `error` (cron.log:1), and proof shows that the work was done." in run.reasons
    )


def test_row_before_the_start_is_named_with_its_distance():
    run = told(T, A, said("success", "06:50:01"))
    assert "A row is of 06:50:01, 10 min before its start (slack:1)." in run.reasons


def test_row_of_the_future_is_named():
    text = told(T, A, said("success", "07:20"), now="07:10").text
    assert "A row is of 07:20:00, 10 min after now (slack:1)." in text


def test_mtime_before_birth_is_called_a_weak_witness():
    from_tests = file("2026-03-19.json", "07:04", born_at=1_773_912_600_000_000_000)
    run = told(T, from_tests, GOOD)
    assert run.flags == ["backdated"]
    assert "`2026-03-19.json` was born 09:30:00, after its mtime (body.txt:1)." in run.reasons
    assert "So its mtime was set, or the file is a copy: a weak witness." in run.reasons


def test_run_that_was_too_fast_is_measured():
    job = replace(JOB, min_duration=timedelta(minutes=5))
    assert (
        "It took 3 min; at least 5 min was to be expected."
        in told(T, file("2026-03-19.json", "07:03"), GOOD, job=job).reasons
    )


def test_muted_run_says_so():
    run = told(mutes=(Mute(("*",), None, None, "move"),))
    assert "It is muted: it enters no rate and no blocker." in run.reasons


def test_log_that_begins_after_the_run_says_where():
    job = replace(JOB, artifacts=("log.jsonl#ts",))
    records = file("log.jsonl#ts", "07:34", run=1), file("log.jsonl#ts", "07:44", run=1)
    run = told(T, GOOD, trigger("07:30", run=1), *records, job=job, due=("07:00", "07:30"), is_overwritten=True)
    expected = "`log.jsonl#ts` holds no record before 07:34:00 (body.txt:1): whether this run left one is not known."
    assert expected in run.reasons


def test_overwritten_path_names_the_newest_row():
    job = replace(JOB, artifacts=("latest.json",))
    late = file("latest.json", "07:04", run=1)
    run = told(T, GOOD, trigger("07:30", run=1), late, job=job, due=("07:00", "07:30"), is_overwritten=True)
    assert (
        "`latest.json` was last written 07:04:00 (body.txt:1): what it showed for this run is not known." in run.reasons
    )
    assert "with the run's date in their path" in run.reasons[-1]


def test_copied_tree_is_named_as_such():
    run = told(T, GOOD, is_overwritten=True, is_copied=True)
    assert "The tree of its files was copied: their mtimes are the copy's and prove nothing." in run.reasons


def test_file_in_a_copied_tree_is_there_at_no_known_time():
    text = told(T, file("2026-03-19.json", None), GOOD).text
    assert "The file `2026-03-19.json` is there, at no known time: its mtime is that of a copy (body.txt:1)." in text


def test_pattern_with_a_near_path_is_called_wrong():
    pattern = Pattern(0, 0, "artifact", "out/*.jsn", is_shared=False, near="out/*.json")
    text = told(T, GOOD, patterns=[pattern], is_overwritten=True).text
    assert "`out/*.jsn` never fits a file, `out/*.json` does each time: the pattern looks wrong." in text


def folded(clock: str, path: str = "{date:%Y-%m-%d-%H%M}.json") -> Told:
    zone = ZoneInfo("Europe/Berlin")
    job = replace(JOB, timezone=zone, schedule="*/30 2 * * *", artifacts=(path,))
    pattern = Pattern(0, 0, "artifact", path, is_shared=True)
    return told(job=job, due=(clock,), patterns=[pattern], now="2026-10-26T00:00", zone=zone)


@pytest.mark.parametrize(("clock", "way"), [("2026-10-25T00:30", "1 h later"), ("2026-10-25T01:30", "1 h earlier")])
def test_paths_that_collide_in_a_repeated_hour_are_told(clock: str, way: str):
    text = folded(clock).text
    assert f"Paths named by local time collide: the run due {way} writes `2026-10-25-0230.json`, too." in text
    assert "came twice that night" in text


def test_paths_outside_the_repeated_hour_do_not_collide():
    assert "collide" not in folded("2026-10-25T03:30").text


def test_skipped_hour_is_named_as_the_likely_cause():
    zone = ZoneInfo("Europe/Berlin")
    run = told(job=replace(JOB, timezone=zone), due=("2026-03-29T01:00",), now="2026-03-30T00:00", zone=zone)
    assert (
        "So the clock change is the likely cause: in Europe/Berlin the hour before 03:00 was skipped that night."
        in run.reasons
    )


def test_runners_good_end_proves_a_job_that_declares_nothing():
    run = told(T, step("completed", "07:04", 0), GOOD, job=BARE)
    assert "The runner recorded: completed with exit code 0 07:04:00 (runner.jsonl:1)." in run.reasons


def test_absent_completion_names_the_runners_records_searched():
    run = told(T, step("started", "07:00:02"), job=BARE)
    assert "No completion from 06:58:31 to 07:31:31 in runner.jsonl, 1 row; the job declares no file." in run.reasons


def test_heartbeat_names_its_row():
    assert "A heartbeat came 07:04:00 (daily.last:1)." in told(T, beat("07:04"), GOOD, job=BARE).reasons


def test_heartbeat_of_another_run_explains_why_nothing_proves_this_one():
    run = told(T, GOOD, trigger("08:00", run=1), replace(beat("08:04"), run=1), job=BARE, due=("07:00", "08:00"))
    assert "The job declares no artifact or marker, and its heartbeat file holds no beat but the last." in run.reasons


def test_many_files_are_counted():
    texts = tuple(f"{number}.json" for number in range(6))
    rows = [file(text, "07:04", pattern=number) for number, text in enumerate(texts)]
    assert (
        "Files that fit 2 more patterns are there." in told(T, *rows, GOOD, job=replace(JOB, artifacts=texts)).reasons
    )


def test_many_missing_patterns_are_counted():
    texts = tuple(f"{number}.json" for number in range(6))
    assert "No file fits 3 more patterns either." in told(T, GOOD, job=replace(JOB, artifacts=texts)).reasons


def test_reasons_are_the_same_each_time():
    run = told(T, A, BAD)
    assert run.reasons == run.reasons


def put_off(until: str, status: str = "error", scheduler: str = "openclaw") -> bool:
    """Return whether it is told that a run was put off, after one of seven that took a second."""
    failed = trigger("07:00:00", status=status, attributes={"durationSeconds": 1.0})
    run = told(failed, job=replace(JOB, scheduler=scheduler), due=("07:00", until))
    return "Its scheduler held it back until then, because its run of 07:00:00 went wrong." in run.explain(1)


def test_run_that_was_put_off_after_an_error_says_so():
    assert put_off("07:05:01")


def test_run_that_nothing_put_off_says_nothing_of_it():
    assert not put_off("07:07")
    assert not put_off("07:05:01", status="ok")
    assert not put_off("07:05:01", scheduler="cron")
