"""What a report makes of a registry: the runner's word on each run, and nothing on what it never ran."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.pipeline import Question, report
from forensics.recorder.run_record import BOOT_TIMEOUT, FAILED, TIMEOUT, Run
from tests.sources.registry_builders import (
    BOOTS,
    SECOND,
    START,
    attempt,
    completed,
    ended,
    run,
    skipped,
    write_registry,
)

HOUR, DAY = 3600, 86_400
JOB = '[[job]]\nname = "{}"\nschedule = "{}"\nreports = "never"\n{}\n'
CRON = "2026-03-19T06:00:00.000000+00:00 web1 CRON[1]: (root) CMD (forensics run --job probe -- true)\n"


def judged(
    folder: Path,
    *runs: Run,
    after: int = 12 * HOUR,
    settled_at: int | None = None,
    cron: str = "",
    jobs: tuple[str, ...] = ("probe",),
    schedule: str = "0 6 * * *",
    more: str = "",
) -> list[dict[str, Any]]:
    """Return the runs of the morning, judged so many seconds after 06:00, by a registry and cron's log, if there is one."""
    write_registry(folder / "state.db", *runs, settled_at=settled_at)
    text = '[[source]]\nkind = "registry"\npath = "*.db"\n'
    if cron:
        (folder / "cron.log").write_text(cron)
        text += '[[source]]\nkind = "syslog"\npath = "cron.log"\nlive = true\n'
    text += "".join(JOB.format(name, schedule, more) for name in jobs)
    now = START + after * SECOND
    window = Window(START - HOUR * SECOND, now, now)
    result = report(read_config(text, str(folder / "forensics.toml")), Question(window))
    rows = result.runs[result.runs["in_window"]]
    return [
        {**row, "reasons": result.explain(int(place))}
        for place, row in zip(rows.index, rows.to_dict("records"), strict=True)
    ]


def told(*found: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(row["verdict"], row["cause"] if isinstance(row["cause"], str) else None) for row in found]


def test_completion_proves_the_work_of_a_job_that_declares_none(tmp_path: Path):
    (row,) = judged(tmp_path, completed())
    assert (row["verdict"], row["exit_code"], row["run_id"][-2:]) == ("confirmed", 0, "01")


def test_exit_code_is_the_cause_of_a_failure(tmp_path: Path):
    assert told(*judged(tmp_path, run(1, ended(outcome=FAILED, code=3), status=FAILED))) == [
        ("silent_failure", "exit_code")
    ]


def test_kill_interrupts(tmp_path: Path):
    killed = run(1, ended(outcome=FAILED, code=137, signal=9), status=FAILED)
    assert told(*judged(tmp_path, killed)) == [("interrupted", "killed")]


def test_time_out_of_a_run_without_a_boot_interrupts(tmp_path: Path):
    assert told(*judged(tmp_path, run(1, ended(outcome=TIMEOUT, code=124), status=TIMEOUT))) == [
        ("interrupted", "timed_out")
    ]


def test_boot_time_out_is_a_silent_failure(tmp_path: Path):
    stuck = run(1, ended(outcome=BOOT_TIMEOUT, code=124), status=TIMEOUT, options=BOOTS)
    assert told(*judged(tmp_path, stuck)) == [("silent_failure", "boot_timeout")]


def test_second_attempt_makes_a_boot_time_out_good(tmp_path: Path):
    second = ended(2, after=9, booted_at=START + 10 * SECOND)
    tried = run(1, ended(outcome=BOOT_TIMEOUT, code=124), second, status="completed", options=BOOTS)
    assert told(*judged(tmp_path, tried)) == [("confirmed", None)]


def test_run_without_an_end_is_open_as_long_as_it_may_take(tmp_path: Path):
    (row,) = judged(tmp_path, run(1, attempt()), after=60)
    assert row["verdict"] == "pending"


def test_run_without_an_end_is_interrupted_after_that(tmp_path: Path):
    (row,) = judged(tmp_path, run(1, attempt()))
    assert row["verdict"] == "interrupted"


def test_time_of_an_interruption_is_that_of_its_notice_and_says_nothing_of_its_length(tmp_path: Path):
    (row,) = judged(tmp_path, run(1, attempt()), settled_at=START + HOUR * SECOND)
    assert (row["verdict"], row["duration_seconds"] >= 0, row["flags"]) == ("interrupted", False, "")
    assert any("interrupted, as noticed 07:00:00 (state.db:1)" in reason for reason in row["reasons"])


def test_interruption_that_the_next_run_noticed_is_no_overlap(tmp_path: Path):
    runs = run(1, attempt()), completed(2, after=HOUR)
    settled_at, more = START + (HOUR + 4) * SECOND, 'max_duration = "2h"'
    first, _ = judged(tmp_path, *runs, settled_at=settled_at, schedule="0 6,7 * * *", more=more)
    assert (first["verdict"], first["flags"]) == ("interrupted", "")


def test_run_that_the_wrapper_left_out_is_skipped_although_cron_started_it(tmp_path: Path):
    (row,) = judged(tmp_path, skipped(), cron=CRON)
    assert row["verdict"] == "skipped"
    assert "The runner recorded a skip at 06:00:00 (state.db:1, cron.log:1)." in row["reasons"]
    assert "So the runner left it out on purpose." in row["reasons"]


def test_run_that_cron_started_and_the_registry_does_not_know_failed_in_silence(tmp_path: Path):
    yesterday = completed(after=-DAY)
    assert told(*judged(tmp_path, yesterday, cron=CRON))[-1] == ("silent_failure", None)


def test_registry_does_not_speak_for_a_job_that_it_never_ran(tmp_path: Path):
    other, probe = judged(tmp_path, completed(), jobs=("other", "probe"))
    assert (other["job"], other["verdict"]) == ("other", "unverifiable")
    assert probe["verdict"] == "confirmed"


def test_registry_does_not_speak_for_the_lack_of_a_trigger(tmp_path: Path):
    (row,) = judged(tmp_path, completed(after=-DAY), skipped(2))
    assert row["verdict"] == "skipped"
    (row,) = judged(tmp_path, completed(after=-DAY), completed(3))
    assert (row["verdict"], row["flags"]) == ("confirmed", "")


def test_registries_of_several_hosts_are_one_source(tmp_path: Path):
    write_registry(tmp_path / "other.db", completed(9, job="elsewhere"))
    found = judged(tmp_path, completed(), jobs=("probe", "elsewhere"))
    assert [(row["job"], row["verdict"]) for row in found] == [("probe", "confirmed"), ("elsewhere", "confirmed")]
