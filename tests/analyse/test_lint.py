"""What is wrong with the config or the evidence, seen from the runs."""

from __future__ import annotations

from typing import Any

from forensics.analyse.lint import copied_trees, near_paths, orphans, unconfigured, unusable_schedules
from forensics.config import Job
from forensics.evidence.columns import Columns
from forensics.evidence.paired import Pattern
from tests.analyse.builders import UTC, at, evidence, frame, paired, run


def test_schedule_that_never_fires_is_lint():
    (finding,) = unusable_schedules(
        [Job("leap", UTC, schedule="0 0 31 2 *", problem="it never fires"), Job("daily", UTC)]
    )
    assert (finding.kind, finding.detail["job"]) == ("lint", "leap")
    assert "it never fires" in finding.text


def test_schedule_of_a_schedulers_own_is_to_be_mended_there():
    told = "Its own scheduler is set up so (jobs.json:3)."
    (finding,) = unusable_schedules([Job("leap", UTC, schedule="0 0 31 2 *", problem="it never fires", set_up=told)])
    assert finding.observed == ("`0 0 31 2 *`.", told)
    assert finding.todo == "Mend it where its scheduler is set up."


def test_interval_that_cannot_be_used_is_no_schedule_of_none():
    (finding,) = unusable_schedules([Job("leap", UTC, problem="an interval of 0 s is none")])
    assert finding.observed == ()


def test_pattern_that_never_fits_names_the_near_path():
    runs = frame(*(run("unverifiable", due=f"0{hour}:00") for hour in range(5)))
    patterns = [
        Pattern(0, 0, "artifact", "out/{date:%F}.jsn", is_shared=False, near="out/{date:%F}.json"),
        Pattern(1, 0, "artifact", "out/x.md", is_shared=True),
    ]
    (finding,) = near_paths(Columns(runs), paired(runs, patterns=patterns))
    assert (
        finding.text
        == "`out/{date:%F}.jsn` of daily fits no file in 5 triggered runs; `out/{date:%F}.json` has one each time."
    )


def tree(*clocks: str, is_copied: bool = True) -> list[Any]:
    rows = [{"at": at(clock), "path": f"{number}.json", "is_folder": False} for number, clock in enumerate(clocks)]
    runs = frame(run("unverifiable"))
    return copied_trees(paired(runs, is_copied=is_copied), evidence(artifacts=rows), UTC)


def test_copied_tree_is_one_finding_with_the_minute_of_the_copy():
    (finding,) = tree(*["12:00:05", "12:00:30", "12:00:59"] * 10, *["07:00", "08:00"])
    assert finding.kind == "copied_tree"
    assert finding.text == "artifacts was copied 2026-03-19 12:00: 30 of 32 files (93.8 %) carry that minute."


def test_tree_that_pairing_believes_is_no_finding():
    assert tree(*["12:00"] * 30, is_copied=False) == []


def test_tree_with_scattered_times_is_not_the_copied_one():
    assert tree("01:00", "02:00", "03:00", "03:00") == []


def strangers(configured: int, in_window: bool = True, set_up: str | None = None) -> list[Any]:
    runs = frame(run("confirmed", job="known"), run("confirmed", job="stranger", in_window=in_window))
    jobs = [Job("known", UTC), Job("stranger", UTC, host="web2", set_up=set_up)]
    return unconfigured(Columns(runs), paired(runs, jobs=jobs, configured=configured))


def test_jobs_that_no_config_names_are_one_finding():
    (finding,) = strangers(configured=1)
    assert finding.observed == ("Seen: stranger on web2.",)


def test_job_that_its_own_scheduler_tells_of_cannot_be_missed_unseen():
    (finding,) = strangers(configured=1, set_up="Its own scheduler is set up so (jobs.json:3).")
    assert finding.inferred == "So their own scheduler says when they are due, and nothing says what they leave."
    (finding,) = strangers(configured=1)
    assert finding.inferred.endswith("they can be missed unseen.")


def test_stranger_outside_the_window_is_not_told():
    assert strangers(configured=1, in_window=False) == []


def test_where_no_job_is_configured_strangers_are_no_finding():
    assert strangers(configured=0) == []


def test_evidence_without_a_run_is_counted():
    runs = frame(run("confirmed"))
    (finding,) = orphans(paired(runs, orphans={"notifications naming no job": 3, "triggers naming no job": 0}))
    assert finding.text == "3 notifications naming no job."
