"""Holds reports on made-up OpenClaw hosts against what is known of each of their runs.

``python -m benchmarks.openclaw_host [SEEDS [LINES]]``. Each host of each era is judged with the config that
``forensics init`` drafts, with one written by hand, with none but the zone, and far from the host without that too. A
difference is a line: the run, what is true, what the report says.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.openclaw_plan import DAY, MINUTE, SECOND, Occasion, Plan, World, most_moved, slots, world
from benchmarks.openclaw_store import write
from forensics.config import Config, SourceConfig
from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.pipeline import Question, report
from forensics.survey.draft import draft
from forensics.survey.machine import Beside, survey
from forensics.survey.tree import Tree

ERAS = "ABCD"
WAYS = ("init", "hand", "none", "far")
# So many days are judged; of the last era no more than a week is kept.
DAYS = {"A": 8, "B": 8, "C": 8, "D": 6}
GOOD = frozenset({"ok", "doubled", "second"})
MILLI = 10**6
# A start this late is still on its slot, whatever made it late; one that is moved on purpose later by as much.
GRACE = 10 * MINUTE
EARLY = 90 * SECOND


@dataclass(frozen=True, order=True)
class Truth:
    """What is known of a run or a due time: ``at`` is its start, where it never started its due time, in ms."""

    job: str
    at: int
    is_due: bool
    is_triggered: bool
    evidence: str
    verdict: str


def truths(made: World, since: int) -> Iterator[Truth]:
    """Yield what is known of all runs and due times from an instant on."""
    receipts = kept_receipts(made)
    for run in made.occasions:
        if since <= (run.due or run.start) < made.until:
            evidence, verdict = judged(run, made, run in receipts)
            is_due = run.due is not None
            if run.made_up and run.due is not None and run.start > run.due + grace(run.plan):
                is_due = is_told(run, made) or is_next(run, made)
                if not is_due or not is_told(run, made):
                    yield Truth(run.plan.name, run.due, True, False, "neither", "missed")
            is_started = verdict not in ("missed", "skipped")
            at = run.start if is_started or run.due is None else run.due
            yield Truth(run.plan.name, at, is_due, is_started, evidence, verdict)
    for plan, slot in made.missed:
        if since <= slot < made.until:
            yield Truth(plan.name, slot, True, False, "neither", "missed")


def grace(plan: Plan) -> int:
    """Return how much after its due time a start is still on its slot: later by as much as the job may be moved."""
    return GRACE + most_moved(plan)


def is_told(run: Occasion, made: World) -> bool:
    """Return whether the log of when the gateway was back is still there: later nothing shows what was made up."""
    return run.start >= made.now - DAY


def is_next(run: Occasion, made: World) -> bool:
    """Return whether a start that made up for a due time came so shortly before the next one that it is that one's."""
    plan, due = run.plan, run.due or 0
    if plan.kind == "every":
        return (run.start + EARLY - due) // plan.every > 0
    return plan.kind == "cron" and bool(slots(plan, made.zone, run.start, run.start + EARLY))


def kept_receipts(made: World) -> frozenset[Occasion]:
    """Return the runs whose receipts are still there."""
    if made.era != "D":
        return frozenset()
    return frozenset(run for plan in made.plans for run in [run for run in made.occasions if run.plan is plan][-64:])


def judged(run: Occasion, made: World, has_receipt: bool) -> tuple[str, str]:
    """Return the class of evidence and the verdict that what is left of a run allows."""
    is_silent = run.plan.delivery in ("none", "") or run.plan.is_main
    is_fresh = run.end > made.now - DAY
    if run.fate in GOOD:
        return ("executed" if is_silent else "both"), "confirmed"
    if run.fate == "lost":
        return "executed", "unreported"
    if run.fate == "cut":
        is_told = made.era == "B" or has_receipt or (made.era in "AC" and is_fresh)
        return "neither", "interrupted" if is_told else "missed"
    if run.fate == "worked" and is_fresh:
        return "executed", "confirmed" if is_silent else "unreported"
    if run.fate == "worked-told":
        return ("both", "false_alarm") if is_fresh else ("reported", "failed")
    return {"told": ("reported", "failed"), "skipped": ("neither", "skipped")}.get(
        run.fate, ("neither", "silent_failure")
    )


def answered(made: World, folder: Path, way: str) -> Result:
    """Return the report on a host that lies in a folder as on a machine."""
    since = made.until - DAYS[made.era] * DAY
    window = Window(since * MILLI, made.until * MILLI, made.now * MILLI)
    return report(config_of(made, folder, way), Question(window))


def config_of(made: World, folder: Path, way: str) -> Config:
    """Return the config of one of the ways."""
    state = folder / "home/op/.openclaw"
    if way == "init":
        return read_config(draft(survey(Tree(str(folder)), Beside())), str(folder / "forensics.toml"))
    if way == "hand":
        return read_config(by_hand(made), str(folder / "forensics.toml"))
    zone = ZoneInfo("UTC") if way == "far" else made.zone
    return Config(timezone=zone, sources=(SourceConfig("openclaw", str(state)),))


def by_hand(made: World) -> str:
    """Return a config as a person writes it who knows the jobs."""
    head = f'timezone = "{made.zone.key}"\n[[source]]\nkind = "openclaw"\npath = "home/op/.openclaw"\n'
    return head + "".join(block(plan) for plan in made.plans if plan.kind != "at" and plan.is_enabled)


def block(plan: Plan) -> str:
    """Return a job of that config."""
    lines = [f'name = "{plan.name}"', 'scheduler = "openclaw"']
    lines += [f'schedule = "{plan.expression}"'] if plan.kind == "cron" else [f'interval = "{plan.every // SECOND}s"']
    lines += [f'timezone = "{plan.zone}"'] if plan.zone else []
    lines += ['reports = "never"'] if plan.delivery in ("none", "") else []
    return "[[job]]\n" + "\n".join(lines) + "\n"


def differences(made: World, found: Result) -> list[str]:
    """Return a line for each run of which the report says something else, or nothing, and for each that never was."""
    since = made.until - DAYS[made.era] * DAY
    rows = found.runs[found.runs["in_window"]].to_dict("records")
    names = {plan.id: plan.name for plan in made.plans}
    left = {(names.get(row["job"], row["job"]), at_of(row)): row for row in rows}
    lines = [] if len(left) == len(rows) else [f"{len(rows) - len(left)} runs of the report begin together"]
    for true in sorted(truths(made, since)):
        key = next((key for key in left if key[0] == true.job and abs(key[1] - true.at) <= SECOND), None)
        row = left.pop(key) if key else None
        said = None if row is None else of_row(row)
        is_due = said[0] if said is not None and is_once(made, true.job) else true.is_due
        if said != (is_due, true.is_triggered, true.evidence, true.verdict):
            lines.append(f"{true.job} {shown(true.at)}: {true} is {said} {told_beside(row)}")
    lines += [f"{job} {shown(at)}: nothing, and is {of_row(row)} {told_beside(row)}" for (job, at), row in left.items()]
    return lines


def told_beside(row: dict[str, Any] | None) -> str:
    """Return what else a report says of a run."""
    return "" if row is None else f"{row['flags']} {row['cause'] or ''}".strip()


def is_once(made: World, job: str) -> bool:
    """Return whether a job is due once: whether that counts as a due time is open."""
    return any(plan.name == job and plan.kind == "at" for plan in made.plans)


def at_of(row: dict[str, Any]) -> int:
    """Return when a run started, else when it was due, in ms."""
    seen = [
        row[name]
        for name in ("triggered_at", "started_at", "due_at")
        if row[name] == row[name] and row[name] is not None
    ]
    return round(seen[0].value / MILLI) if seen else 0


def of_row(row: dict[str, Any]) -> tuple[bool, bool, str, str]:
    """Return what a report says of a run."""
    return row["due_at"] == row["due_at"], row["triggered_at"] == row["triggered_at"], row["evidence"], row["verdict"]


def shown(at: int) -> str:
    """Return an instant for a person."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%m-%d %H:%M:%S")


def laid_out(made: World, folder: Path) -> Path:
    """Write a machine with the host on it."""
    (folder / "etc").mkdir(parents=True)
    (folder / "etc/timezone").write_text(f"{made.zone.key}\n")
    write(made, folder / "home/op/.openclaw")
    return folder


def counts(made: World, found: Result) -> tuple[Counter[str], Counter[str]]:
    """Return the figures of the truth and of the report."""
    true = list(truths(made, made.until - DAYS[made.era] * DAY))
    rows = [of_row(row) for row in found.runs[found.runs["in_window"]].to_dict("records")]
    return figures([(each.is_due, each.is_triggered, each.evidence, each.verdict) for each in true]), figures(rows)


def figures(runs: list[tuple[bool, bool, str, str]]) -> Counter[str]:
    """Return how many due times there were, how many were met, missed, and so on."""
    found = Counter[str]()
    for is_due, is_triggered, evidence, verdict in runs:
        found["due"] += is_due
        found["on slot"] += is_due and is_triggered
        found["off slot"] += not is_due
        found[evidence] += 1
        found[verdict] += 1
    return found


def main(seeds: int) -> None:
    """Print the differences of so many hosts of each era."""
    for era in ERAS:
        for seed in range(seeds):
            made = world(era, seed)
            with tempfile.TemporaryDirectory() as place:
                folder = laid_out(made, Path(place) / "machine")
                for way in WAYS:
                    found = answered(made, folder, way)
                    lines = differences(made, found)
                    true, ours = counts(made, found)
                    told = ", ".join(
                        f"{name} {true[name]}/{ours[name]}" for name in true | ours if true[name] != ours[name]
                    )
                    print(
                        f"{era} {seed} {made.zone.key} {way}: {len(lines)} differences of {sum(true.values())} {told}"
                    )
                    for line in lines[: int(sys.argv[2]) if len(sys.argv) > 2 else 12]:
                        print("   ", line)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
