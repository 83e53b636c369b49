"""What ``make bench`` runs: accuracy and speed beside ``pandas.merge_asof`` on the same raw files.

For each size a fleet is made (once, under ``benchmarks/out``), both candidates read its raw files and
write the verdict of every run, each repeat in a fresh process, the candidates taking turns. Then one
night of 10,000 runs, raw files to Markdown, beside a plain pandas script that only counts. Ratios
hold on any machine; seconds only on the one that printed them.

This module imports the standard library alone: a child's peak memory starts from its parent's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIZES = {"10k": (10_000, 1, 5), "100k": (100_000, 7, 5), "1m": (1_000_000, 30, 3)}


@dataclass(frozen=True)
class Sample:
    """What one process took: wall seconds and the peak of its memory in MiB. ``error`` says why it has no result."""

    seconds: float
    mebibytes: float
    error: str | None = None


@dataclass(frozen=True)
class Candidate:
    """A command to be measured; ``result`` is the file that it writes, where it writes one."""

    name: str
    command: Sequence[str]
    result: Path | None = None


def measure(command: Sequence[str], environment: Mapping[str, str]) -> Sample:
    """Run a command in a fresh process and return what it took."""
    begun = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, cwd=HERE.parent
    ) as child:
        text = child.stderr.read() if child.stderr else b""
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    last = text.decode(errors="replace").strip().splitlines()[-1:] or [""]
    return Sample(seconds, usage.ru_maxrss / 1024, f"exit {child.returncode}: {last[0]}" if child.returncode else None)


def environment(out: Path) -> dict[str, str]:
    """Return the environment of the children: compiled modules are kept, whatever the caller's habit."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(out / "pycache")}


def compare(candidates: Sequence[Candidate], repeats: int, environ: Mapping[str, str]) -> dict[str, list[Sample]]:
    """Measure the candidates in turns, after one round that only fills the caches."""
    samples: dict[str, list[Sample]] = {candidate.name: [] for candidate in candidates}
    for turn in range(repeats + 1):
        for candidate in candidates:
            sample = measure(candidate.command, environ)
            if turn or sample.error:
                samples[candidate.name].append(sample)
            _progress(f"{candidate.name} {turn}/{repeats}: {sample.seconds:.2f} s {sample.error or ''}")
        candidates = [one for one in candidates if not samples[one.name] or not samples[one.name][-1].error]
    return samples


def make_fleet(out: Path, size: str, seed: int) -> Path:
    """Return the folder of a fleet of some size, making it where it is not there yet."""
    runs, days, _ = SIZES[size]
    folder = out / f"fleet-{size}-{seed}"
    if not (folder / "fleet.json").exists():
        _progress(f"making {folder.name}")
        arguments = f"--runs {runs} --days {days} --seed {seed} --preset noisy --overlap 0.03 --after-hours 2"
        forms = ("--triggers", "syslog", "--artifacts", "find-listing")
        command = [sys.executable, str(HERE / "fleet.py"), str(folder), *arguments.split(), *forms]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def report(folder: Path, result: Path) -> list[str]:
    """Return the command that reports on a fleet's window into a file."""
    story = json.loads((folder / "fleet.json").read_text(encoding="utf-8"))
    window = [part for name in ("since", "until", "now") for part in (f"--{name}", story[name])]
    further = ["--output", str(result), "--exit-zero", "--no-ledger", "--no-progress", "--quiet"]
    return [sys.executable, "-m", "forensics", "report", "--config", str(folder / "forensics.toml"), *window, *further]


def accuracy(folder: Path, result: Path, environ: Mapping[str, str]) -> dict[str, object]:
    """Return the score of a result, by a process of its own."""
    command = [sys.executable, str(HERE / "score.py"), str(folder), "--result", str(result), "--json"]
    return dict(
        json.loads(subprocess.run(command, check=True, capture_output=True, env=environ, cwd=HERE.parent).stdout)
    )


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """Return min / median / max as text."""
    return " / ".join(f"{value:{form}}" for value in (min(values), statistics.median(values), max(values)))


def table(title: str, samples: Mapping[str, list[Sample]], peer: str) -> list[str]:
    """Return the measurements as a Markdown table; ratios are of medians, to the peer's."""
    rows = [
        f"### {title}",
        "",
        "| candidate | wall s min/med/max | ratio of medians | peak MiB min/med/max |",
        "|---|---|---|---|",
    ]
    base = statistics.median(sample.seconds for sample in samples[peer])
    for name, taken in samples.items():
        if taken[-1].error:
            rows.append(f"| {name} | {taken[-1].error[:120]} | | |")
            continue
        seconds, memory = [one.seconds for one in taken], [one.mebibytes for one in taken]
        rows.append(
            f"| {name} | {spread(seconds)} | {statistics.median(seconds) / base:.2f} | {spread(memory, '.0f')} |"
        )
    return [*rows, ""]


def accuracy_table(scores: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Return the scores as a Markdown table."""
    rows = [
        "| candidate | right verdict | right class | runs too few | too many | evidence used twice |",
        "|---|---|---|---|---|---|",
    ]
    for name, one in scores.items():
        shares = " | ".join(f"{one[key]:.3%}" for key in ("right", "classes_right"))
        twice = one["used_twice"] if one["pairs"] else "not told"
        rows.append(f"| {name} | {shares} | {one['too_few']} | {one['too_many']} | {twice} |")
    return [*rows, ""]


def bench_fleet(out: Path, size: str, seed: int, repeats: int, environ: Mapping[str, str]) -> tuple[list[str], bool]:
    """Measure and score both candidates on a fleet of one size; return the text, and whether all went well."""
    folder = make_fleet(out, size, seed)
    story = json.loads((folder / "fleet.json").read_text(encoding="utf-8"))
    ours, theirs = out / f"forensics-{size}.parquet", out / f"asof-{size}.parquet"
    candidates = (
        Candidate("forensics report", report(folder, ours), ours),
        Candidate("pandas.merge_asof", [sys.executable, str(HERE / "asof.py"), str(folder), str(theirs)], theirs),
    )
    samples = compare(candidates, repeats, environ)
    well = {one.name: one.result for one in candidates if one.result and not samples[one.name][-1].error}
    scores = {name: accuracy(folder, result, environ) for name, result in well.items()}
    title = f"{size}: {story['runs']} runs of {story['jobs']} jobs, raw files to the verdict of every run"
    return table(title, samples, "pandas.merge_asof") + accuracy_table(scores), len(well) == len(candidates)


def bench_night(out: Path, seed: int, repeats: int, environ: Mapping[str, str]) -> tuple[list[str], bool]:
    """Measure one night of 10,000 runs, raw files to Markdown, beside a script that only counts."""
    folder = make_fleet(out, "10k", seed)
    candidates = (
        Candidate("forensics report → Markdown", report(folder, out / "night.md")),
        Candidate("plain pandas script, counts only", [sys.executable, str(HERE / "plain_pandas.py"), str(folder)]),
    )
    samples = compare(candidates, repeats, environ)
    return table("one night of 10,000 runs", samples, candidates[1].name), not any(
        one[-1].error for one in samples.values()
    )


def _progress(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, run what was asked for, print the tables; 1 where a candidate failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10k,100k,1m", help="which fleets, of " + ", ".join(SIZES))
    parser.add_argument("--quick", action="store_true", help="the smallest fleet alone, and the night")
    parser.add_argument("--repeats", type=int, help="fresh processes for each candidate (default 5; 3 at 1m)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=HERE / "out")
    given = parser.parse_args(arguments)
    given.out = given.out.resolve()
    given.out.mkdir(parents=True, exist_ok=True)
    environ, well = environment(given.out), True
    sizes = ["10k"] if given.quick else given.sizes.split(",")
    lines, good = bench_night(given.out, given.seed, given.repeats or 5, environ)
    for size in sizes:
        print("\n".join(lines), flush=True)
        well = well and good
        lines, good = bench_fleet(given.out, size, given.seed, given.repeats or SIZES[size][2], environ)
    print("\n".join(lines))
    return 0 if well and good else 1


if __name__ == "__main__":
    sys.exit(main())
