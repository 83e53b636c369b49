"""The peers and the stopwatch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import asof, fleet, plain_pandas, run
from benchmarks import score as scoring


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a small fleet in the formats that the peers read."""
    fleet.generate(
        tmp_path, jobs=8, days=1, seed=2, preset="noisy", triggers="syslog", artifacts="find-listing", after_hours=2
    )
    return tmp_path


def test_as_of_join_judges_every_due_run_once(folder: Path) -> None:
    result = scoring.score(folder, asof.judge(folder))
    undue = int(result.rows["due_at"].isna().sum())
    assert (result.too_few, result.too_many) == (undue, 0)


def test_as_of_join_is_right_about_most_runs(folder: Path) -> None:
    assert scoring.score(folder, asof.judge(folder)).share > 0.85


def test_peer_knows_the_job_of_every_bot_message(folder: Path) -> None:
    jobs = plain_pandas.read_jobs(folder)
    truth = scoring.read_truth(folder)
    said = plain_pandas.read_messages(folder, jobs)["job"].value_counts()
    expected = truth.groupby("job")["notifications"].agg(lambda marks: marks.str.split().str.len().sum())
    assert (said.reindex(expected.index).fillna(0) >= expected).all()


def test_counting_script_places_every_trigger_in_one_class(folder: Path) -> None:
    script = Path(plain_pandas.__file__)
    done = subprocess.run([sys.executable, str(script), str(folder)], capture_output=True, check=True)
    counts = json.loads(done.stdout)
    assert counts.pop("triggers") == sum(counts.values()) > 0


def test_a_command_that_fails_is_told_with_its_last_words() -> None:
    sample = run.measure([sys.executable, "-c", "raise SystemExit('no such thing')"], os.environ)
    assert sample.error == "exit 1: no such thing"


def test_a_command_that_failed_is_not_run_again(tmp_path: Path) -> None:
    mark = tmp_path / "times"
    command = [sys.executable, "-c", f"open({str(mark)!r}, 'a').write('x'); raise SystemExit(3)"]
    run.compare([run.Candidate("broken", command)], 4, os.environ)
    assert mark.read_text(encoding="utf-8") == "x"


def test_first_round_is_not_counted() -> None:
    samples = run.compare([run.Candidate("quick", [sys.executable, "-c", ""])], 2, os.environ)
    assert len(samples["quick"]) == 2


def test_ratios_are_to_the_peer() -> None:
    samples = {"ours": [run.Sample(1.0, 10)], "peer": [run.Sample(4.0, 10)]}
    rows = run.table("title", samples, "peer")
    assert [row.split("|")[3].strip() for row in rows[4:6]] == ["0.25", "1.00"]
