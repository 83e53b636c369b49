"""The samples, through the command line, come to the answers that stand beside them."""

from __future__ import annotations

import json
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_data"
RECORDED = "half-written-night"
EXPECTED = sorted(str(path.relative_to(SAMPLES)) for path in SAMPLES.glob("*/expected*.json"))
TOLERANCE = 0.001
HEAD = ("schema", "now", "window", "timezone", "exit", "reporting")
every_answer = pytest.mark.parametrize("name", EXPECTED)


@cache
def expected(name: str) -> dict[str, Any]:
    """Return an expected answer."""
    answer: dict[str, Any] = json.loads((SAMPLES / name).read_text("utf-8"))
    return answer


@cache
def called(command: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Return how a command from a README ended, called from the root of the project."""
    arguments = [sys.executable, "-m", *shlex.split(command), *more]
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120, check=False)


def answered(name: str) -> dict[str, Any]:
    """Return the answer that the program gives now."""
    run = called(expected(name)["command"], "--format", "json")
    assert run.stdout, run.stderr
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


def alike(wanted: Any, came: Any) -> bool:
    """Return whether two values say the same: rates to a thousandth, instants however they are written."""
    if isinstance(wanted, float) and isinstance(came, int | float):
        return abs(wanted - came) <= TOLERANCE
    if isinstance(wanted, str) and isinstance(came, str) and wanted.endswith("Z"):
        return datetime.fromisoformat(wanted) == datetime.fromisoformat(came)
    if isinstance(wanted, dict) and isinstance(came, dict):
        return not differences(wanted, came)
    return bool(wanted == came)


def differences(wanted: Mapping[str, Any], came: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the keys that are pinned and came out otherwise, with both values."""
    return {key: (value, came.get(key)) for key, value in wanted.items() if not alike(value, came.get(key))}


def of_job(rows: list[dict[str, Any]], wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of that job, and of that due time where one is given."""
    due = wanted.get("due_at")
    return [row for row in rows if row["job"] == wanted["job"] and (due is None or alike(due, row["due_at"]))]


def counted(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts that are not zero."""
    return {word: count for word, count in counts.items() if count}


@every_answer
def test_exit_code_is_the_expected_one(name: str) -> None:
    assert answered(name)["exit"]["code"] == expected(name)["exit"]["code"]
    run = called(expected(name)["command"], "--format", "json")
    assert run.returncode == expected(name)["exit"]["code"], run.stderr


@every_answer
def test_head_of_the_answer_is_the_expected_one(name: str) -> None:
    pinned = [key for key in HEAD if key in expected(name)]
    assert {"schema", "now", "window", "timezone", "exit"} <= set(pinned)
    assert [key for key in pinned if not alike(expected(name)[key], answered(name)[key])] == []


@pytest.mark.parametrize("name", [name for name in EXPECTED if "summary" in expected(name)])
def test_summary_counts_what_is_expected(name: str) -> None:
    wanted, came = dict(expected(name)["summary"]), answered(name)["summary"]
    verdicts, evidence = wanted.pop("verdicts"), wanted.pop("evidence")
    assert counted(came["verdicts"]) == verdicts
    assert counted(came["evidence"]) == counted(evidence)
    assert differences(wanted, came) == {}


@every_answer
def test_each_run_is_judged_as_expected(name: str) -> None:
    came = answered(name)["runs"]
    wrong = {}
    for wanted in expected(name).get("runs", []):
        found = of_job(came, wanted)
        if len(found) != 1 or differences(wanted, found[0]):
            label = f"{wanted['job']} {wanted.get('due_at', '')}"
            wrong[label] = [(differences(wanted, run), run["reasons"]) for run in found]
    assert wrong == {}


@every_answer
def test_blockers_are_named(name: str) -> None:
    came = answered(name)["blockers"]
    missing = [wanted for wanted in expected(name)["blockers"] if not any(not differences(wanted, row) for row in came)]
    assert missing == [], came


@every_answer
def test_no_job_that_did_its_work_blocks(name: str) -> None:
    answer = answered(name)
    bad = {run["job"] for run in answer["runs"] if run["verdict"] not in {"confirmed", "false_alarm"}}
    good = {run["job"] for run in answer["runs"]} - bad
    stale = {beat["job"] for beat in answer["heartbeats"] if beat["status"] not in {"ok", "late"}}
    assert [row for row in answer["blockers"] if row.get("job") in good - stale] == []


def test_wolf_without_a_config_is_of_as_many_jobs_as_with_one() -> None:
    wolf = "sample_data/slack-cried-wolf"
    lanes = f"--notifications {wolf}/slack --triggers {wolf}/logs/cron.log --artifacts {wolf}/workspace.find.txt"
    words = "--no-ledger --now 2026-03-20T00:00:00+09:00 --timezone Asia/Tokyo --quiet"
    answer = json.loads(called(f"forensics report {words} {lanes}", "--format", "json").stdout)
    assert answer["summary"]["jobs"] == expected("slack-cried-wolf/expected.json")["summary"]["jobs"]
    assert {run["verdict"] for run in answer["runs"] if run["job"].startswith("larry-post-")} == {
        "false_alarm",
        "failed",
    }


@every_answer
def test_heartbeats_are_all_shown_and_judged_as_expected(name: str) -> None:
    wanted = {beat["job"]: beat for beat in expected(name).get("heartbeats", [])}
    came = {beat["job"]: beat for beat in answered(name)["heartbeats"]}
    assert came.keys() == wanted.keys()
    assert {job: off for job, beat in wanted.items() if (off := differences(beat, came[job]))} == {}


@pytest.mark.parametrize("name", [name for name in EXPECTED if "findings" in expected(name)])
def test_findings_are_told(name: str) -> None:
    came = answered(name)["findings"]
    missing = [wanted for wanted in expected(name)["findings"] if not any(not differences(wanted, row) for row in came)]
    assert missing == [], came


@every_answer
def test_sources_are_read_as_expected(name: str) -> None:
    came = answered(name)["sources"]
    for wanted in expected(name).get("sources", []):
        found = [row for row in came if row["kind"] == wanted["kind"] and row["lane"] == wanted["lane"]]
        assert [differences(wanted, row) for row in found] == [{}], wanted


@every_answer
def test_readme_shows_the_command(name: str) -> None:
    lines = (SAMPLES / name).with_name("README.md").read_text("utf-8").splitlines()
    assert expected(name)["command"] in lines


def test_panel_has_a_row_for_every_heartbeat() -> None:
    name = "silent-heartbeats/expected.json"
    panel = called(expected(name)["command"], "--panel").stdout
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in panel.splitlines() if "|" in line]
    shown = {cells[0].strip("`").replace("\\", ""): cells[1] for cells in rows if len(cells) > 1}
    signs = {beat["job"]: "+" if beat["status"] in {"ok", "late"} else "-" for beat in expected(name)["heartbeats"]}
    assert {job: shown.get(job, "")[:1] for job in signs} == signs


def test_same_call_gives_the_same_bytes() -> None:
    command = expected("slack-cried-wolf/expected.json")["command"]
    assert called(command).stdout == called(command, "--no-progress").stdout != ""


def test_recording_anew_with_a_job_really_killed_gives_the_same_rows(recorded: Path) -> None:
    made = {str(path.relative_to(recorded)): content_of(path) for path in recorded.rglob("*") if path.is_file()}
    assert made == {name: content_of(SAMPLES / RECORDED / name) for name in made}
    assert {"registry/forge1.db", "workspace/heartbeat-state.json", "workspace/evolution.jsonl"} <= made.keys()


def test_run_that_was_killed_in_between_is_interrupted_in_the_registry(recorded: Path) -> None:
    with closing(sqlite3.connect(recorded / "registry" / "forge1.db")) as connection:
        statuses = connection.execute("SELECT status FROM runs ORDER BY rowid").fetchall()
    assert [status for (status,) in statuses] == [*["completed"] * 6, "interrupted", *["completed"] * 2]


def content_of(path: Path) -> str:
    """Return the content of a file; of a database its rows, for the rest depends on the version of SQLite."""
    if path.suffix != ".db":
        return path.read_text("utf-8")
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump())


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which the night was recorded anew."""
    folder = tmp_path_factory.mktemp("recorded")
    subprocess.run([sys.executable, "-B", str(SAMPLES / "half_written.py"), str(folder)], check=True, timeout=120)
    return folder


def test_inputs_can_be_made_again_to_the_byte(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-B", str(SAMPLES / "make_samples.py"), str(tmp_path)], check=True, timeout=60)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    told = {".toml", ".md"}
    kept = {
        path.relative_to(SAMPLES): path.read_bytes()
        for path in SAMPLES.glob("*/**/*")
        if path.is_file() and path.suffix not in told and not path.name.startswith("expected")
        and path.parent.name != "__pycache__" and SAMPLES / RECORDED not in path.parents
    }  # fmt: skip
    assert made == kept
