"""How a fleet's evidence looks on disk: a cron log, a Slack export, a file listing, records of a runner.

Every writer returns, for each row of evidence, the file and the record in it that holds the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from benchmarks.fleet_jobs import Job
from benchmarks.fleet_kinds import EVENTS

ROOT = "/srv/out"
HOSTS = ("web1", "web2", "db1", "batch1")
LOG_ZONE = "Asia/Tokyo"
Unit = Literal["D", "m", "s", "ms"]

Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Written:
    """Where each row of one lane stands; ``file`` is relative to the fleet's folder."""

    file: list[str]
    record: Ints


def local_text(at: Ints, zone: str, unit: Unit) -> list[str]:
    """Return instants (ms) as local ISO text, cut at a unit."""
    instants = pd.DatetimeIndex(at.astype("datetime64[ms]"), tz="UTC").tz_convert(zone).tz_localize(None)
    return [
        str(text) for text in np.datetime_as_string(instants.to_numpy().astype("datetime64[ms]"), unit=unit).tolist()
    ]


def utc_text(at: Ints, unit: Unit = "ms") -> list[str]:
    """Return instants (ms) as ISO text with Z."""
    return [text + "Z" for text in np.datetime_as_string(at.astype("datetime64[ms]"), unit=unit).tolist()]


def put(path: Path, lines: Iterable[str]) -> None:
    """Write lines to a file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def patterns(job: Job) -> list[str]:
    """Return the artifact patterns that a job declares, in the order of their slots."""
    name = job.name
    bases = {
        "datetime": f"{name}/{{date:%Y-%m-%dT%H%M}}.json",
        "minute": f"{name}/{{date:%Y%m%d-%H%M}}-result.csv",
        "hour": f"hourly/{{date:%Y-%m-%d}}/{{date:%H}}/{name}.parquet",
        "date": f"daily/{{date:%Y-%m-%d}}/{name}.json",
        "coarse": f"daily/{{date:%Y-%m-%d}}/{name}.json",
        "folder": f"posts/{{date:%Y-%m-%d}}-{name}",
        "random": f"{name}/out-*.json",
        "epoch": f"{name}/run-*.log",
        "overwritten": f"{name}/latest.json",
    }
    if job.path == "none":
        return []
    base = bases[job.path]
    return [base, base + ".sha256"] if job.pair else [base]


def markers(job: Job) -> list[str]:
    """Return the marker patterns that a job declares."""
    return [patterns(job)[0] + ".completed"] if job.marker else []


SUFFIX = ("", ".sha256", ".completed")


def file_paths(job: Job, files: pd.DataFrame) -> list[str]:
    """Return the path of each file of one job."""
    name, at = job.name, files["at"].to_numpy()
    ends = [SUFFIX[slot] for slot in files["slot"].tolist()]
    if job.path == "random":
        keys = (files["run"].to_numpy() * 2_654_435_761 + at) % 2**40
        return [f"{name}/out-{key:010x}.json{end}" for key, end in zip(keys.tolist(), ends, strict=True)]
    if job.path == "epoch":
        seconds = (files["stamp"].to_numpy() // 1000).tolist()
        return [f"{name}/run-{second}.log{end}" for second, end in zip(seconds, ends, strict=True)]
    if job.path == "overwritten":
        return [f"{name}/latest.json{end}" for end in ends]
    stamps = local_text(files["stamp"].to_numpy(), job.zone, "m")
    shape = TIMED_SHAPES[job.path]
    return [shape(name, stamp, end) for stamp, end in zip(stamps, ends, strict=True)]


def _folder(name: str, stamp: str, end: str) -> str:
    base = f"posts/{stamp[:10]}-{name}{end}"
    return base if end else f"{base}/index.md"


TIMED_SHAPES: dict[str, Callable[[str, str, str], str]] = {
    "datetime": lambda name, at, end: f"{name}/{at[:13]}{at[14:16]}.json{end}",
    "minute": lambda name, at, end: f"{name}/{at[:4]}{at[5:7]}{at[8:10]}-{at[11:13]}{at[14:16]}-result.csv{end}",
    "hour": lambda name, at, end: f"hourly/{at[:10]}/{at[11:13]}/{name}.parquet{end}",
    "date": lambda name, at, end: f"daily/{at[:10]}/{name}.json{end}",
    "coarse": lambda name, at, end: f"daily/{at[:10]}/{name}.json{end}",
    "folder": _folder,
}


def write_files(
    folder: Path, form: str, jobs: Sequence[Job], files: pd.DataFrame, noise: float, rng: np.random.Generator
) -> tuple[Written, list[str]]:
    """Write the listing of the file tree, in the order of no clock, noise files among the rest.

    ``files`` is grouped by job. Returns where each row stands, and its path.
    """
    paths: list[str] = []
    for number, rows in files.groupby("job", sort=False):
        paths += file_paths(jobs[int(str(number))], rows)
    strange = int(len(files) * noise)
    names = [*paths, *(f"scratch/{n % 17}/part-{n:06d}.tmp" for n in range(strange))]
    low, high = (int(files["at"].min()), int(files["at"].max()) + 1) if len(files) else (0, 1)
    at = np.concatenate([files["at"].to_numpy(), rng.integers(low, high, strange)])
    size = np.concatenate([files["size"].to_numpy(), rng.integers(0, 5000, strange)])
    order = rng.permutation(len(names))
    record = np.empty(len(order), dtype=np.int64)
    record[order] = np.arange(1, len(order) + 1)
    name, line = LISTINGS[form]
    columns = (at[order].tolist(), size[order].tolist(), [names[i] for i in order.tolist()])
    put(folder / name, (line(*row) for row in zip(*columns, strict=True)))
    return Written([name] * len(files), record[: len(files)]), paths


def _find_line(at: int, size: int, path: str) -> str:
    return f"{at // 1000}.{at % 1000:03d}0000000\t{size}\t{ROOT}/{path}"


def _body_line(at: int, size: int, path: str) -> str:
    second = at // 1000
    return f"0|{ROOT}/{path}|{abs(at) % 999983}|r/rrw-r--r--|1000|1000|{size}|{second}|{second}|{second}|{second}"


def _jsonl_line(at: int, size: int, path: str) -> str:
    return f'{{"mtime": {at / 1000:.3f}, "file": "{path}", "bytes": {size}}}'


LISTINGS: dict[str, tuple[str, Callable[[int, int, str], str]]] = {
    "find-listing": ("listing.txt", _find_line),
    "bodyfile": ("body.txt", _body_line),
    "jsonl": ("artifacts.jsonl", _jsonl_line),
}


def write_triggers(
    folder: Path, form: str, jobs: Sequence[Job], triggers: pd.DataFrame, span: tuple[int, int], noise: float,
    rng: np.random.Generator,
) -> Written:  # fmt: skip
    """Write the scheduler's log; ``triggers`` has the columns job, host, at, skip and double."""
    if form == "jsonl":
        return _write_trigger_records(folder, jobs, triggers)
    count, strange = len(triggers), int(len(triggers) * noise) + 24
    at = np.concatenate([triggers["at"].to_numpy(), rng.integers(*span, strange)])
    kind, pid = rng.integers(0, len(NOISE_LINES), strange), rng.integers(300, 4_000_000, count + strange)
    texts = [
        *(
            f"CRON[{p}]: (root) CMD ({jobs[j].command})"
            for j, p in zip(triggers["job"].tolist(), pid.tolist(), strict=False)
        ),
        *(NOISE_LINES[k].format(pid=p) for k, p in zip(kind.tolist(), pid[count:].tolist(), strict=True)),
    ]
    host = np.concatenate([triggers["host"].to_numpy(), rng.integers(0, len(HOSTS), strange)]).tolist()
    order = np.argsort(at, kind="stable")
    copies = np.concatenate([1 + triggers["double"].to_numpy(), np.ones(strange, dtype=np.int64)])
    record = np.empty(len(order), dtype=np.int64)
    record[order] = np.cumsum(copies[order]) - copies[order] + 1
    heads = HEADS[form](at[order])
    lines = []
    for head, i, times in zip(heads, order.tolist(), copies[order].tolist(), strict=True):
        lines += [f"{head} {HOSTS[host[i]]} {texts[i]}"] * times
    put(folder / "logs" / "cron.log", lines)
    return Written(["logs/cron.log"] * count, record[:count])


NOISE_LINES = (
    "CRON[{pid}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
    "CRON[{pid}]: pam_unix(cron:session): session closed for user root",
    "sshd[{pid}]: Connection closed by 203.0.113.7 port 40022 [preauth]",
    "systemd[1]: Started Session {pid} of User root.",
    "kernel: [ {pid}.123456] eth0: link up",
    "CRON[{pid}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
    "CRON[{pid}]: (root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)",
    "rsyslogd: action 'action-8-builtin:omfwd' resumed (module 'builtin:omfwd')",
)


def _iso_heads(at: Ints) -> list[str]:
    return [f"{text}000+09:00" for text in local_text(at, LOG_ZONE, "ms")]


def _old_heads(at: Ints) -> list[str]:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    texts = local_text(at, LOG_ZONE, "s")
    return [f"{months[int(text[5:7]) - 1]} {int(text[8:10]):2d} {text[11:]}" for text in texts]


HEADS: dict[str, Callable[[Ints], list[str]]] = {"syslog": _iso_heads, "syslog-3164": _old_heads}


def _write_trigger_records(folder: Path, jobs: Sequence[Job], triggers: pd.DataFrame) -> Written:
    order = np.argsort(triggers["at"].to_numpy(), kind="stable")
    rows = triggers.iloc[order]
    record = np.empty(len(order), dtype=np.int64)
    record[order] = np.arange(1, len(order) + 1)
    state = np.where(rows["skip"].to_numpy() == 1, "SKIPPED", "RUNNING").tolist()
    columns = zip(utc_text(rows["at"].to_numpy()), rows["job"].tolist(), rows["host"].tolist(), state, strict=True)
    lines = (
        f'{{"ts": "{at}", "dag": "{jobs[j].name}", "node": "{HOSTS[h]}", "state": "{s}"}}' for at, j, h, s in columns
    )
    put(folder / "triggers.jsonl", lines)
    return Written(["triggers.jsonl"] * len(triggers), record)


def write_life(folder: Path, jobs: Sequence[Job], life: pd.DataFrame) -> Written:
    """Write what the runner recorded; ``life`` has the columns job, host, at, event, code and step."""
    order = np.lexsort((life["step"].to_numpy(), life["at"].to_numpy()))
    rows = life.iloc[order]
    record = np.empty(len(order), dtype=np.int64)
    record[order] = np.arange(1, len(order) + 1)
    columns = (utc_text(rows["at"].to_numpy()), rows["job"].tolist(), rows["event"].tolist(), rows["code"].tolist())
    lines = []
    for at, job, event, code in zip(*columns, strict=True):
        tail = f', "exit": {code}' if code >= 0 else ""
        lines.append(f'{{"at": "{at}", "task": "{jobs[job].name}", "what": "{EVENTS[event]}"{tail}}}')
    put(folder / "runner.jsonl", lines)
    return Written(["runner.jsonl"] * len(life), record)
