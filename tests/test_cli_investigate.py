"""``forensics investigate`` as a person meets it: what comes on stdout and stderr, and the exit code."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

from forensics.cli import main
from tests.checkout import ROOT

SAMPLES = ROOT / "sample_data"
NIGHT = ("--now", "2026-03-19T00:00:00+09:00")
ISOLATED = {"daily-content-task", "evening-review", "market-brief", "site-audit"}


@pytest.fixture(autouse=True)
def quiet_corner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, as a person whose home holds no config."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("FORENSICS_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def investigate(*arguments: str, sample: str = "green-triggers-empty-nights") -> Result:
    config = str(SAMPLES / sample / "forensics.toml")
    return CliRunner().invoke(main, ["investigate", "--config", config, "--no-ledger", *NIGHT, *arguments])


def refused(*arguments: str) -> str:
    outcome = investigate(*arguments)
    assert outcome.exit_code == 2
    assert outcome.stdout == ""
    assert len(outcome.stderr.splitlines()) == 1
    return outcome.stderr


def test_dossier_looks_back_fourteen_days() -> None:
    outcome = investigate()
    assert outcome.exit_code == 1
    assert outcome.stdout.startswith("# Incident — 2026-03-05 to 2026-03-18\n")


def test_dossier_of_an_earlier_time_looks_back_from_its_end() -> None:
    assert investigate("--until", "2026-03-17").stdout.startswith("# Incident — 2026-03-03 to 2026-03-16\n")


def test_boot_is_the_likeliest_cause_with_its_diff() -> None:
    told = investigate().stdout
    assert "**1. The runner of 4 jobs does not come up: 16 runs stopped as it booted**" in told
    assert '-  "sessionTarget": "isolated"' in told


def test_json_is_the_report_with_the_investigation() -> None:
    told = json.loads(investigate("--format", "json").stdout)
    assert told["schema"] == "night-watch/1"
    assert [cause["kind"] for cause in told["investigation"]["causes"]] == ["boot", "event"]
    assert len(told["rerun"]) == 16


def test_timesketch_covers_the_runs_of_the_window() -> None:
    lines = [json.loads(line) for line in investigate("--format", "timesketch").stdout.splitlines()]
    assert {line["job"] for line in lines} >= ISOLATED
    assert all({"message", "datetime", "timestamp_desc"} <= set(line) for line in lines)


def test_page_is_the_dossier() -> None:
    told = investigate("--format", "html").stdout
    assert "<title>Incident 2026-03-05 to 2026-03-18: " in told
    assert told.index('id="causes"') < told.index('id="timeline"') < told.index('id="blockers"')


def test_metrics_are_those_of_the_report() -> None:
    assert "nightwatch_blockers{" in investigate("--format", "prometheus").stdout


def test_table_is_binary_and_whole() -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(investigate("--format", "parquet").stdout_bytes))
    assert "verdict" in table.column_names


def test_panel_stands_alone_and_the_file_beside_it_is_the_dossier(quiet_corner: Path) -> None:
    shown = investigate("--panel", "--output", str(quiet_corner / "incident.md")).stdout
    assert ("## Heartbeat Panel" in shown, "Likely causes" in shown) == (True, False)
    assert "## Likely causes" in (quiet_corner / "incident.md").read_text()


def test_rerun_list_is_one_run_a_line_for_machines() -> None:
    outcome = investigate("--rerun-list")
    rows = [line.split("\t") for line in outcome.stdout.splitlines()]
    assert len(rows) == 16
    assert rows[0] == ["daily-content-task", "2026-03-15T04:00:00Z", "daily-content-task/2026-03-15T04:00:00Z"]
    assert {job for job, _, _ in rows} == ISOLATED


def test_rerun_list_of_one_job_and_one_night() -> None:
    told = investigate("--rerun-list", "--job", "market-*", "--since", "2026-03-18").stdout
    assert told == "market-brief\t2026-03-18T06:30:00Z\tmarket-brief/2026-03-18T06:30:00Z\n"


def test_timeline_is_of_all_runs_and_can_be_cut_by_lane_and_job() -> None:
    whole = investigate("--timeline").stdout.splitlines()
    part = investigate("--timeline", "--lane", "triggers", "--job", "daily-content-task").stdout.splitlines()
    assert len(whole) > 500
    assert len(part) == 14
    assert all("trigger accepted  (triggers.jsonl:" in line for line in part)


def test_timeline_as_csv_names_the_run_of_each_row() -> None:
    told = investigate("--timeline", "--format", "csv", "--since", "2026-03-18").stdout
    rows = list(csv.DictReader(io.StringIO(told)))
    assert {row["lane"] for row in rows} == {"due", "triggers", "lifecycle", "notifications", "artifacts"}
    assert all(row["run"].startswith(f"{row['job']}/") for row in rows)


def test_outputs_are_written_beside_stdout(quiet_corner: Path) -> None:
    told = investigate("--output", "incident.md", "--output", "incident.json").stdout
    assert (quiet_corner / "incident.md").read_text(encoding="utf-8") == told
    assert "investigation" in json.loads((quiet_corner / "incident.json").read_text(encoding="utf-8"))


def test_reporting_is_the_likeliest_cause_of_false_alarms_and_the_real_failure_the_next() -> None:
    outcome = investigate("--now", "2026-03-20T00:00:00+09:00", "--format", "json", sample="slack-cried-wolf")
    causes = json.loads(outcome.stdout)["investigation"]["causes"]
    assert [(cause["kind"], cause["jobs"][:1]) for cause in causes[1:2]] == [("job", ["larry-post-morning-ja"])]
    assert causes[0]["kind"] == "reporting"
    told = " ".join(causes[0]["supports"])
    assert "`app-resubmission-daily` and `larry-strategy-updater`" in told
    assert "`channel = metrics`, `delivery = announce`" in told
    assert causes[0]["unknown"].startswith("A rate limit, or the format of the message")


def test_same_question_has_the_same_answer_to_the_byte() -> None:
    assert investigate("--quiet").stdout_bytes == investigate("--quiet").stdout_bytes


def test_ledger_is_never_written(quiet_corner: Path) -> None:
    (quiet_corner / "forensics.toml").write_text(
        'timezone = "UTC"\nledger = "ledger.db"\n[[source]]\nkind = "syslog"\npath = "cron.log"\nyear = 2026\n'
    )
    (quiet_corner / "cron.log").write_text("Mar 19 07:30:01 web1 CRON[100]: (root) CMD (/opt/a.sh)\n")
    outcome = CliRunner().invoke(main, ["investigate", "--now", "2026-03-20T00:00:00Z"])
    assert outcome.exit_code in (0, 1)
    assert not (quiet_corner / "ledger.db").exists()


def test_exit_zero_turns_blockers_into_zero() -> None:
    assert investigate("--exit-zero", "--rerun-list").exit_code == 0


def test_quiet_says_nothing_on_stderr() -> None:
    assert investigate("--quiet", "--rerun-list").stderr == ""


def test_output_that_cannot_be_written_is_named_even_quietly(quiet_corner: Path) -> None:
    path = quiet_corner / "nodir" / "x.md"
    outcome = investigate("--quiet", "--output", str(path))
    assert outcome.exit_code == 4
    assert outcome.stderr.splitlines() == [
        f"night-watch: {path} could not be written - its folder is not there - make the folder first"
    ]


def test_unknown_job_is_refused_with_a_guess() -> None:
    assert "did you mean daily-content-task?" in refused("--job", "daily-contents-task", "--quiet")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--lane", "triggers"), "add --timeline"),
        (("--timeline", "--rerun-list"), "leave out all but one of them"),
        (("--rerun-list", "--format", "json"), "leave out --format json"),
        (("--rerun-list", "--output", "x.md"), "use > FILE"),
        (("--timeline", "--format", "html"), "--timeline cannot be html"),
        (("--timeline", "--output", "x.prom"), "--timeline cannot be prometheus"),
        (("--timeline", "--format", "timesketch", "--lane", "due"), "Timesketch filters by itself"),
        (("--output", "incident.txt"), "the suffix tells the format"),
        (("--since", "yesterdayish"), "--since"),
    ],
)
def test_what_does_not_go_together_is_one_clear_line(arguments: tuple[str, ...], said: str) -> None:
    assert said in refused(*arguments)
