"""How right a report is: its runs beside the known truth of a fleet, verdict by verdict and pair by pair.

``python benchmarks/score.py FOLDER…`` runs ``forensics report`` on each fleet and prints its score;
``--result FILE`` scores a JSON report that was made before.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

LANES = ("triggers", "notifications", "artifacts", "lifecycle")
NEAR = 600_000


@dataclass(frozen=True)
class Score:
    """What came of a comparison. ``rows`` has every true run with what the report said of it."""

    runs: int
    right: int
    too_few: int
    too_many: int
    confusion: pd.DataFrame
    worst: pd.DataFrame
    pairs: Mapping[str, tuple[int, int]]
    used_twice: int
    classes_wrong: int
    rows: pd.DataFrame
    extra: pd.DataFrame

    @property
    def share(self) -> float:
        """Share of the true runs that have the right verdict."""
        return self.right / self.runs if self.runs else 1.0

    @property
    def excess(self) -> float:
        """Runs of configured jobs that are in the report and in no truth, as a share of the true ones."""
        return self.too_many / self.runs if self.runs else 0.0


def read_truth(folder: Path) -> pd.DataFrame:
    """Return the fleet's truth, one row a run; instants are UTC, evidence is sets of ``file:record``."""
    truth = pd.read_csv(
        folder / "truth.csv", dtype=str, keep_default_na=False, engine="pyarrow", dtype_backend="numpy_nullable"
    )
    truth = truth.astype(object).fillna("")
    for name in ("due_at", "triggered_at", "first_evidence_at"):
        truth[name] = _instants(truth[name])
    return truth


def _instants(texts: pd.Series[Any]) -> pd.Series[Any]:
    blank = texts.isna() | (texts == "")
    return pd.to_datetime(texts.mask(blank, None), utc=True, format="ISO8601").astype("datetime64[ms, UTC]")


def score(folder: str | Path, runs: pd.DataFrame) -> Score:
    """Compare a report's runs with the truth of the fleet in a folder.

    ``runs`` is the report's table of runs (JSON's list as a frame, or its CSV or Parquet); pairs are
    only compared where it has ``provenance``.
    """
    folder = Path(folder)
    truth = read_truth(folder)
    said = _configured(runs)
    found = _partners(truth, said)
    rows = truth.copy()
    rows["said"] = _pick(said["verdict"].tolist(), found, "(no run)")
    rows["said_evidence"] = _pick(said["evidence"].tolist(), found, "")
    rows["partner"] = found
    right = rows["said"] == rows["verdict"]
    taken = np.zeros(len(said), dtype=bool)
    taken[found[found >= 0]] = True
    extra = said[~taken]
    pairs, twice = _compare_pairs(folder, rows, said, found)
    return Score(
        runs=len(rows),
        right=int(right.sum()),
        too_few=int((found < 0).sum()),
        too_many=len(extra),
        confusion=pd.crosstab(rows["verdict"], rows["said"]),
        worst=_worst(rows, right),
        pairs=pairs,
        used_twice=twice,
        classes_wrong=int(((rows["said_evidence"] != rows["evidence"]) & (found >= 0)).sum()),
        rows=rows,
        extra=extra,
    )


def _configured(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the report's runs of configured jobs, with times as instants."""
    said = runs
    if "configured" in said:
        said = said[said["configured"].astype(str).str.lower() == "true"]
    said = said.reset_index(drop=True)
    for name in ("due_at", "triggered_at", "started_at", "executed_at", "reported_at"):
        said[name] = _instants(said[name] if name in said else pd.Series([None] * len(said), dtype=object))
    return said


def _pick(values: list[Any], at: np.ndarray[Any, Any], otherwise: str) -> list[Any]:
    return [values[i] if i >= 0 else otherwise for i in at.tolist()]


def _partners(truth: pd.DataFrame, said: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Return for each true run the row of the report that is the same run, -1 where there is none."""
    found = np.full(len(truth), -1, dtype=np.int64)
    free = np.ones(len(said), dtype=bool)
    _join(found, free, truth, said, "due_at")
    undue_truth, undue_said = truth["due_at"].isna(), said["due_at"].isna()
    _join(found, free, truth[undue_truth], said[undue_said], "triggered_at")
    _join_near(found, free, truth, said)
    return found


def _join(
    found: np.ndarray[Any, Any], free: np.ndarray[Any, Any], truth: pd.DataFrame, said: pd.DataFrame, column: str
) -> None:
    """Match runs by job and exact time, each at most once."""
    left = pd.DataFrame({"job": truth["job"].astype(str), "at": truth[column], "row": truth.index})
    right = pd.DataFrame({"job": said["job"].astype(str), "at": said[column], "partner": said.index})
    left, right = left.dropna().drop_duplicates(["job", "at"]), right.dropna().drop_duplicates(["job", "at"])
    both = left.merge(right, on=["job", "at"], validate="one_to_one")
    found[both["row"].to_numpy()] = both["partner"].to_numpy()
    free[both["partner"].to_numpy()] = False


def _join_near(
    found: np.ndarray[Any, Any], free: np.ndarray[Any, Any], truth: pd.DataFrame, said: pd.DataFrame
) -> None:
    """Match what was never due by its job and the first of its evidence, to within some minutes."""
    first = np.minimum.reduce(
        [_ms(said[name]) for name in ("triggered_at", "started_at", "executed_at", "reported_at")]
    )
    undue, jobs, true_first = (
        said["due_at"].isna().to_numpy(),
        said["job"].astype(str).to_numpy(),
        _ms(truth["first_evidence_at"]),
    )
    for row in np.flatnonzero((found < 0) & truth["due_at"].isna().to_numpy()).tolist():
        same = np.flatnonzero(free & undue & (jobs == truth["job"].iat[row]))
        apart = np.abs(first[same] - true_first[row])
        if len(same) and apart.min() <= NEAR:
            found[row] = same[int(apart.argmin())]
            free[found[row]] = False


def _ms(instants: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """Return instants in ms, far ahead where there is none."""
    known = instants.dt.tz_localize(None).to_numpy().astype("datetime64[ms]")
    return np.where(np.isnat(known), 2**60, known.astype(np.int64))


def _worst(rows: pd.DataFrame, right: pd.Series[Any]) -> pd.DataFrame:
    """Return the jobs with most wrong verdicts, with the commonest mistake of each."""
    wrong = rows[~right]
    if wrong.empty:
        return pd.DataFrame(columns=["wrong", "of", "mostly"])
    mistake = wrong["kind"] + ": " + wrong["verdict"] + " → " + wrong["said"]
    table = pd.DataFrame({
        "wrong": wrong.groupby("job").size(),
        "mostly": mistake.groupby(wrong["job"]).agg(lambda texts: texts.value_counts().index[0]),
    })  # fmt: skip
    table.insert(1, "of", rows.groupby("job").size().reindex(table.index))
    return table.sort_values("wrong", ascending=False)


def _compare_pairs(
    folder: Path, rows: pd.DataFrame, said: pd.DataFrame, found: np.ndarray[Any, Any]
) -> tuple[dict[str, tuple[int, int]], int]:
    """Return by lane (rows given to a wrong run, rows missing from their run), and how many rows speak twice."""
    if "provenance" not in said:
        return {}, 0
    told = [_by_lane(folder, json.loads(p) if isinstance(p, str) else p) for p in said["provenance"]]
    counts: dict[str, tuple[int, int]] = {}
    for lane in LANES:
        true = [set(text.split()) for text in rows[lane].tolist()]
        given = [told[i].get(lane, set()) if i >= 0 else set() for i in found.tolist()]
        strange = sum(len(g - t) for g, t in zip(given, true, strict=True))
        missing = sum(len(t - g) for g, t in zip(given, true, strict=True))
        counts[lane] = (strange, missing)
    return counts, _used_twice(said, told)


def _by_lane(folder: Path, provenance: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    rows: dict[str, set[str]] = {}
    for row in provenance:
        lane = str(row["lane"])
        rows.setdefault(lane, set()).add(f"{_relative(folder, str(row.get('file')))}:{row.get('record')}")
    return rows


def _relative(folder: Path, file: str) -> str:
    """Return a file's name as the truth has it: relative to the fleet's folder."""
    path = Path(file)
    whole = folder.resolve()
    if path.is_absolute() and path.is_relative_to(whole):
        return path.relative_to(whole).as_posix()
    return (Path("slack") / path).as_posix() if path.parts[:1] == ("metrics",) else path.as_posix()


def _used_twice(said: pd.DataFrame, told: list[dict[str, set[str]]]) -> int:
    """Count the rows that speak for more than one run; a digest speaks once for each job that it names."""
    seen: dict[tuple[str, str, str], int] = {}
    for job, lanes in zip(said["job"].astype(str).tolist(), told, strict=True):
        for lane, marks in lanes.items():
            for mark in marks:
                key = (lane, mark, job if lane == "notifications" else "")
                seen[key] = seen.get(key, 0) + 1
    return sum(count > 1 for count in seen.values())


def run_report(folder: Path, form: str = "json") -> pd.DataFrame:
    """Return the runs that ``forensics report`` finds in a fleet.

    Raises:
        RuntimeError: the command failed; its message is passed on.
    """
    done = subprocess.run(
        report_command(folder.resolve(), form),
        capture_output=True,
        check=False,
        cwd=Path(__file__).resolve().parents[1],
    )
    if done.returncode:
        raise RuntimeError(
            f"forensics report exited with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}"
        )
    return pd.DataFrame(json.loads(done.stdout)["runs"])


def report_command(folder: Path, form: str) -> list[str]:
    """Return the command that reports on a fleet's window."""
    story = json.loads((folder / "fleet.json").read_text(encoding="utf-8"))
    window = [part for name in ("since", "until", "now") for part in (f"--{name}", story[name])]
    further = ["--format", form, "--exit-zero", "--no-ledger", "--no-progress", "--quiet"]
    return [sys.executable, "-m", "forensics", "report", "--config", str(folder / "forensics.toml"), *window, *further]


def describe(result: Score, wrong: int = 0) -> str:
    """Return a score as text; ``wrong`` is how many wrong runs to list."""
    parts = [
        f"{result.right} of {result.runs} runs right ({result.share:.3%}); too few {result.too_few}, "
        f"too many {result.too_many} ({result.excess:.3%}); wrong class {result.classes_wrong}",
        "pairs (strange, missing): "
        + (", ".join(f"{lane} {s}, {m}" for lane, (s, m) in result.pairs.items()) or "not compared")
        + f"; used twice {result.used_twice}",
        result.confusion.to_string(),
    ]  # fmt: skip
    if len(result.worst):
        parts.append(result.worst.head(10).to_string())
    if wrong:
        columns = ["job", "due_at", "kind", "verdict", "said", "evidence", "said_evidence"]
        parts.append(result.rows.loc[result.rows["said"] != result.rows["verdict"], columns].head(wrong).to_string())
    if wrong and len(result.extra):
        columns = [
            name
            for name in ("job", "due_at", "triggered_at", "executed_at", "reported_at", "verdict")
            if name in result.extra
        ]
        parts.append("runs too many:\n" + result.extra[columns].head(wrong).to_string())
    return "\n\n".join(parts)


def summary(result: Score) -> dict[str, Any]:
    """Return the figures of a score, for other programs."""
    return {
        "runs": result.runs, "right": result.share, "classes_right": 1 - result.classes_wrong / max(1, result.runs),
        "too_few": result.too_few, "too_many": result.too_many, "used_twice": result.used_twice,
        "pairs": dict(result.pairs),
    }  # fmt: skip


def read_runs(path: Path) -> pd.DataFrame:
    """Return the runs of a report that was written as JSON, CSV or Parquet."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".csv":
        return pd.read_csv(path, keep_default_na=False, dtype=str)
    return pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))["runs"])


def main(arguments: list[str] | None = None) -> None:
    """Read the command line, score each folder, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", metavar="FOLDER", nargs="+", type=Path)
    parser.add_argument(
        "--result", type=Path, help="a report (json, csv, parquet) to score instead of running the command"
    )
    parser.add_argument("--wrong", type=int, default=0, help="how many wrong runs to list")
    parser.add_argument("--json", action="store_true", help="print the figures alone")
    given = parser.parse_args(arguments)
    for folder in given.folders:
        result = score(folder, read_runs(given.result) if given.result else run_report(folder))
        print(json.dumps(summary(result)) if given.json else f"{folder.name}: {describe(result, given.wrong)}\n")


if __name__ == "__main__":
    main()
