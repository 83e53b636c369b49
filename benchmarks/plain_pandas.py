"""The peer for speed: a plain pandas script that counts one night's classes from the same raw files.

It reads the cron log, the Slack export and the find listing of a fleet, takes for each trigger the
nearest file and the nearest message after it (``merge_asof``, within the job's own window), and
prints how many runs are both, executed, reported, neither. No due times, no reasons, no report.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pandas as pd

STAMP = r"\d{4}-\d\d-\d\d(?:T\d{4})?|\d{8}-\d{4}|\b\d{10}\b|\b[0-9a-f]{10}\b|(?<=/)\d\d(?=/)"
NAME = (
    r"^(?:[✅❌🚨]|▶️|⏭️|:\w+:|Job)?\s*(?P<job>.+?)"
    r"(?::? (?:completed|succeeded|finished|failed|aborted|timed out|started|skipped|done)\b|: |$)"
)
TOLERANCE = pd.Timedelta(seconds=30)


def read_jobs(folder: Path) -> list[dict[str, Any]]:
    """Return the job tables of the config."""
    return list(tomllib.loads((folder / "forensics.toml").read_text(encoding="utf-8"))["job"])


def read_triggers(folder: Path, jobs: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the CMD lines of known jobs as (at, job)."""
    lines = pd.Series((folder / "logs" / "cron.log").read_text(encoding="utf-8").split("\n"))
    lines = lines[lines.str.contains(" CMD (", regex=False)].drop_duplicates()
    commands = lines.str.split(" CMD (", n=1, regex=False).str[1].str.slice(0, -1)
    known = {command: name for command in commands.unique() if (name := job_of(command, jobs))}
    at = pd.to_datetime(lines.str.slice(0, 32), utc=True, format="ISO8601")
    return _sorted(pd.DataFrame({"at": at, "job": commands.map(known)}))


def job_of(command: str, jobs: list[dict[str, Any]]) -> str | None:
    """Return the job that a command starts: by its glob, else by its base name."""
    for job in jobs:
        if "command" in job and fnmatchcase(command, job["command"]):
            return str(job["name"])
    base = command.split(" ", 1)[0].rsplit("/", 1)[-1]
    return next((str(job["name"]) for job in jobs if job["name"] == base), None)


def read_messages(folder: Path, jobs: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the bot's messages as (at, job, claim), a digest as one row a line."""
    posts = [
        (post["ts"], post["text"] or " ".join(_attached(post)))
        for day in sorted((folder / "slack" / "metrics").glob("*.json"))
        for post in json.loads(day.read_text(encoding="utf-8"))
        if post.get("subtype") == "bot_message"
    ]
    frame = pd.DataFrame(posts, columns=["at", "text"])
    frame = frame.assign(text=frame["text"].str.split("\n")).explode("text", ignore_index=True)
    spellings = {name: job["name"] for job in jobs for name in (job["name"], *job.get("aliases", ()))}
    at = pd.to_datetime(frame["at"].astype(float), unit="s", utc=True)
    job = frame["text"].str.extract(NAME)["job"].str.strip().map(spellings)
    return _sorted(pd.DataFrame({"at": at, "job": job, "claim": read_claims(frame["text"])}))


def _attached(post: dict[str, Any]) -> list[str]:
    marks = {"good": "✅", "danger": "❌"}
    return [
        f"{marks.get(part.get('color'), '')} {part.get('title', '').removeprefix('Job ')}"
        for part in post.get("attachments", [])
    ]


def read_claims(texts: pd.Series[Any]) -> pd.Series[Any]:
    """Return the claim of each text: S, F, B (begun) or K (skipped)."""
    claims = pd.Series("S", index=texts.index, dtype="str")
    failed = texts.str.contains(r"❌|:x:|🚨|failed|aborted|with errors|timed out", regex=True)
    good = texts.str.contains(r"^(?:✅|:white_check_mark:)", regex=True)
    claims = claims.mask(failed & ~good, "F")
    claims = claims.mask(texts.str.startswith("▶"), "B")
    return claims.mask(texts.str.startswith("⏭"), "K")


def read_files(folder: Path, jobs: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the files as (at, job, slot, size), known by the shape of their paths."""
    frame = pd.read_csv(folder / "listing.txt", sep="\t", names=["at", "size", "path"], dtype={"path": "str"})
    shapes = {shape: (job["name"], slot) for job in jobs for shape, slot in _shapes(job)}
    shape = frame["path"].str.removeprefix("/srv/out/").str.replace(STAMP, "#", regex=True)
    known = shape.map(shapes)
    frame = frame[known.notna()]
    known = known.dropna()
    at = pd.to_datetime((frame["at"] * 1000).round().astype("int64"), unit="ms", utc=True)
    return _sorted(pd.DataFrame({"at": at, "job": known.str[0], "slot": known.str[1], "size": frame["size"]}))


def _shapes(job: dict[str, Any]) -> list[tuple[str, int]]:
    """Return the shapes of a job's paths with their slots: 0 and 1 are artifacts, 2 is a marker."""
    declared = [*enumerate(job.get("artifacts", ())), *((2, marker) for marker in job.get("markers", ()))]
    shapes = [(re.sub(r"\{date:[^}]*\}|\*", "#", pattern), slot) for slot, pattern in declared]
    return shapes + [(f"{shape}/index.md", slot) for shape, slot in shapes]


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame[frame["job"].notna()]
    typed = frame.assign(at=frame["at"].astype("datetime64[ms, UTC]"), job=frame["job"].astype("str"))
    return typed.sort_values("at", kind="stable", ignore_index=True)


def windows(jobs: list[dict[str, Any]], triggers: pd.DataFrame) -> pd.Series[Any]:
    """Return each job's own window: ``max_duration``, else the usual time between its triggers, at most 6 h."""
    hours = (
        triggers.groupby("job")["at"]
        .agg(lambda at: at.diff().dt.total_seconds().median() / 3600)
        .fillna(6.0)
        .clip(upper=6.0)
    )
    declared = {
        job["name"]: pd.Timedelta(job["max_duration"]) / pd.Timedelta(hours=1) for job in jobs if "max_duration" in job
    }
    return pd.to_timedelta(pd.Series(hours.to_dict() | declared), unit="h")


def nearest(starts: pd.DataFrame, rows: pd.DataFrame, window: pd.Series[Any]) -> pd.DataFrame:
    """Return for each start the nearest row of its job after it (less the tolerance), within the job's window."""
    since = (starts["at"] - TOLERANCE).astype("datetime64[ms, UTC]")
    keys = pd.DataFrame({"from": since, "job": starts["job"]})
    found = pd.merge_asof(
        keys, rows.rename(columns={"at": "seen"}), left_on="from", right_on="seen", by="job", direction="forward"
    )
    within = found["seen"] - found["from"] <= found["job"].map(window) + TOLERANCE
    return found.where(within)


def main() -> None:
    """Count and print."""
    folder = Path(sys.argv[1])
    jobs = read_jobs(folder)
    triggers = read_triggers(folder, jobs)
    window = windows(jobs, triggers)
    done = nearest(triggers, read_files(folder, jobs), window)["seen"].notna()
    said = nearest(triggers, read_messages(folder, jobs), window)["seen"].notna()
    counts = {"both": done & said, "executed": done & ~said, "reported": ~done & said, "neither": ~done & ~said}
    print(json.dumps({name: int(rows.sum()) for name, rows in counts.items()} | {"triggers": len(triggers)}))


if __name__ == "__main__":
    main()
