"""The peer for accuracy: verdicts by ``pandas.merge_asof`` on the same raw files.

Due times come from the config, a trigger is the nearest one to its due time, a file or a message is
the nearest one after the start within the job's own window. That is what a careful analyst writes
first; nothing keeps one row from vouching for two runs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it also runs as a script

from benchmarks import plain_pandas as plain
from benchmarks.fleet_jobs import due_times


def read_runner(folder: Path) -> pd.DataFrame:
    """Return the runs that the runner recorded as completed, as (at, job)."""
    path = folder / "runner.jsonl"
    if not path.exists():
        return pd.DataFrame({"at": pd.Series([], dtype="datetime64[ms, UTC]"), "job": pd.Series([], dtype="str")})
    rows = pd.read_json(path, lines=True)
    rows = rows[rows["what"] == "completed"]
    at = pd.to_datetime(rows["at"], utc=True).astype("datetime64[ms, UTC]")
    return pd.DataFrame({"at": at, "job": rows["task"]}).sort_values("at", ignore_index=True)


def due_runs(jobs: list[dict[str, Any]], since: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
    """Return every due time of every job within the window as (at, job)."""
    bounds = (round(since.timestamp() * 1000), round(until.timestamp() * 1000))
    parts = [(job["name"], due_times(job["schedule"], job["timezone"], *bounds)) for job in jobs]
    at = np.concatenate([due for _, due in parts]).astype("datetime64[ms]")
    names = np.repeat([name for name, _ in parts], [len(due) for _, due in parts])
    frame = pd.DataFrame({"at": pd.DatetimeIndex(at, tz="UTC"), "job": pd.Series(names, dtype="str")})
    return frame.sort_values("at", kind="stable", ignore_index=True)


def start_runs(due: pd.DataFrame, triggers: pd.DataFrame) -> pd.DataFrame:
    """Return the due runs with the nearest trigger of each; a run without one starts when due."""
    rows = triggers.rename(columns={"at": "triggered_at"})
    found = pd.merge_asof(
        due,
        rows,
        left_on="at",
        right_on="triggered_at",
        by="job",
        direction="nearest",
        tolerance=pd.Timedelta(minutes=10),
    )
    due_at = found["at"]
    starts = found.assign(due_at=due_at, at=found["triggered_at"].fillna(due_at))
    return starts.sort_values("at", kind="stable", ignore_index=True)


def classify(starts: pd.DataFrame, jobs: list[dict[str, Any]], folder: Path, triggers: pd.DataFrame) -> pd.DataFrame:
    """Return each run's verdict by what as-of joins find for it."""
    window = plain.windows(jobs, triggers)
    executed, some = _executed(starts, jobs, folder, window)
    messages = plain.read_messages(folder, jobs)
    told = messages["claim"].isin(["S", "F"])
    claim = plain.nearest(starts, messages[told], window)["claim"]
    aside = plain.nearest(starts, messages[~told], window)["claim"]
    by_name = {job["name"]: job for job in jobs}
    proves = starts["job"].map({name: "artifacts" in job for name, job in by_name.items()}).astype(bool)
    quiet = starts["job"].map({name: "reports" in job for name, job in by_name.items()}).astype(bool)
    success, failure = claim == "S", claim == "F"
    none = ~success & ~failure
    rules = [
        ("false_alarm", executed & failure), ("confirmed", executed & (success | quiet)), ("unreported", executed),
        ("skipped", (aside == "K") & none), ("interrupted", ((aside == "B") | some) & none), ("failed", failure),
        ("missed", starts["triggered_at"].isna() & none), ("unverifiable", ~proves), ("false_success", success),
    ]  # fmt: skip
    verdict = np.select([rule.to_numpy() for _, rule in rules], [name for name, _ in rules], default="silent_failure")
    evidence = np.select([executed & ~none, executed, ~none], ["both", "executed", "reported"], default="neither")
    return starts.assign(verdict=verdict, evidence=evidence)


def _executed(
    starts: pd.DataFrame, jobs: list[dict[str, Any]], folder: Path, window: pd.Series[Any]
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Return which runs are proven, and which have some of their files only."""
    files = plain.read_files(folder, jobs)
    slots = [plain.nearest(starts, files[files["slot"] == slot], window) for slot in range(3)]
    whole = [slot["seen"].notna() & (slot["size"] > 0) for slot in slots]
    pair = starts["job"].map({job["name"]: len(job.get("artifacts", ())) > 1 for job in jobs}).astype(bool)
    executed = (whole[0] & (whole[1] | ~pair)) | whole[2]
    runner = plain.nearest(starts, read_runner(folder), window)["seen"].notna()
    proves = starts["job"].map({job["name"]: "artifacts" in job for job in jobs}).astype(bool)
    some = slots[0]["seen"].notna() | slots[1]["seen"].notna()
    return executed | (runner & ~proves), some & ~executed


def judge(folder: Path) -> pd.DataFrame:
    """Return the runs of a fleet with their verdicts, as a table like the product's."""
    story = json.loads((folder / "fleet.json").read_text(encoding="utf-8"))
    jobs = plain.read_jobs(folder)
    triggers = plain.read_triggers(folder, jobs)
    due = due_runs(jobs, pd.Timestamp(story["since"]), pd.Timestamp(story["until"]))
    runs = classify(start_runs(due, triggers), jobs, folder, triggers)
    return runs[["job", "due_at", "triggered_at", "verdict", "evidence"]].assign(configured=True)


def main() -> None:
    """Judge a fleet and print the counts; write the runs where a second argument names a file."""
    runs = judge(Path(sys.argv[1]))
    if len(sys.argv) > 2:
        runs.to_parquet(sys.argv[2], index=False)
    print(json.dumps(runs["verdict"].value_counts().sort_index().to_dict()))


if __name__ == "__main__":
    main()
