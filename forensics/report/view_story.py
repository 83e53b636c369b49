"""What an investigation adds to the first paragraph: since when, where runs stop, and the change that mends it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forensics.evidence.investigation import Cause, ChangePoint, Depth, Investigation, NextStep
from forensics.evidence.result import Blocker, Result
from forensics.evidence.schema import nanoseconds
from forensics.report.columns import INSTANTS
from forensics.report.view_pen import Pen
from forensics.report.wording import counted
from forensics.untrusted import clipped
from forensics.verdicts import BLOCKING, Evidence, Verdict

LONGEST_LINE = 120
LONGEST_NAME = 32
OF_RUNS = frozenset(verdict.value for verdict in BLOCKING)
LINKS = {"upgrade": "to ", "deploy": "of ", "restart": "of ", "reboot": "of "}
STOPS = {
    "triggered": "at the scheduler",
    "accepted": "at the scheduler's door",
    "boot_started": "before the runner is started",
    "booted": "before the door, in the runner's boot",
    "working": "after the boot, before the work",
    "done": "in the job itself",
    "reported": "after the work, where the message is made",
    "delivered": "after the work, where the message is sent",
}
LAYER_WORDS = {
    "due": "due",
    "triggered": "triggered",
    "accepted": "accepted",
    "boot_started": "boot begun",
    "booted": "booted",
    "working": "at work",
    "done": "done",
    "reported": "reported",
    "delivered": "delivered",
}


@dataclass(frozen=True)
class Story:
    """What to say of a trouble; each is fit for a line, None where nothing is known.

    ``follows`` is what came of it in later runs, ``todo_at`` where more is said of what to do.
    """

    since: str | None = None
    stops: str | None = None
    messages_since: str | None = None
    todo: str | None = None
    follows: str | None = None
    todo_at: str | None = None


UNKNOWN = Story()


def story(result: Result, blockers: Sequence[Blocker], pen: Pen) -> Story:
    """Return what was found out about the trouble of some blockers of one kind."""
    found = result.investigation
    if found is None:
        return UNKNOWN
    jobs = tuple(dict.fromkeys(blocker.job for blocker in blockers if blocker.job))
    is_of_runs = bool(jobs) and blockers[0].kind in OF_RUNS
    told = Story(
        since=since(found, result, jobs, blockers[0].kind, pen) if is_of_runs else None,
        stops=stops(depths_of(found.depths, result, blockers[0].kind), jobs) if is_of_runs else None,
        messages_since=messages_since(found, pen),
        todo=todo(found.causes, jobs, pen),
    )
    return misled(told, result, jobs, pen) if is_of_runs and told.todo is None else told


def misled(told: Story, result: Result, jobs: Sequence[str], pen: Pen) -> Story:
    """Return a story with the later runs that took a broken one for done, and how to have that work done, too."""
    for number, finding in enumerate(result.findings, 1):
        if finding.kind == "skipped_work" and finding.detail["job"] in jobs:
            later = counted(len(finding.detail["skipped"]), "later run")
            first = finding.todo.partition(". ")[0].rstrip(".")
            return replace(
                told,
                follows=f"{later} took it for done and did nothing",
                todo=pen.sentence(first[:1].lower() + first[1:]),
                todo_at=f"finding {number}",
            )
    return told


def since(found: Investigation, result: Result, jobs: Sequence[str], kind: str, pen: Pen) -> str | None:
    """Return since when a trouble lasts: by a change that all of its jobs have in common, else by their own runs."""
    change = change_of(found.change_points, jobs)
    first_bad, last_good = streak(result, jobs)
    if change is not None and set(jobs) == set(change.jobs):
        first_bad, last_good = change.first_bad, change.last_good
    if first_bad is None:
        return None
    if last_good is None and kind == Verdict.MISSED and was_begun(result, jobs, first_bad):
        return None  # nothing proves what it did before, but it began, so what was missed is no older
    event = ""
    if change is not None and last_good is not None and has_event(change, last_good, first_bad):
        event = event_text(change, pen)
    if last_good is None:
        return f"{pen.full(first_bad)} or earlier{sign_of_life(result, jobs, first_bad, pen)}"
    return next(fitting(first_bad, last_good, event, pen))


def sign_of_life(result: Result, jobs: Sequence[str], before: int, pen: Pen) -> str:
    """Return when the last heartbeat of one job was written, where that is older than its first bad run."""
    beats = [beat.last for beat in result.heartbeats if len(jobs) == 1 and beat.job == jobs[0]]
    last = next((at for at in beats if at is not None and at < before), None)
    return "" if last is None else f"; last sign of life {pen.full(last).removeprefix(pen.full(before)[:5])}"


def has_event(change: ChangePoint, last_good: int, first_bad: int) -> bool:
    """Return whether the first event of a change lies between two runs, so that the later one is the first after it."""
    return bool(change.occasions) and last_good < change.occasions[0].at <= first_bad


def change_of(changes: Sequence[ChangePoint], jobs: Sequence[str]) -> ChangePoint | None:
    """Return the change for the worse that all of some jobs share, the narrowest one; None where there is none."""
    shared = [
        change
        for change in changes
        if change.about == "work" and not change.is_better and set(jobs) <= set(change.jobs)
    ]
    return min(shared, key=lambda change: (len(change.jobs), -change.first_bad), default=None)


def event_text(change: ChangePoint, pen: Pen) -> str:
    """Return what lies between the last good and the first bad run, in words; empty where nothing is known to."""
    if not change.occasions:
        return ""
    event = change.occasions[0]
    name = f" {LINKS.get(event.kind, '')}{clipped(event.name, LONGEST_NAME)}" if event.name else ""
    return pen.sentence(f"the first run after the {event.kind.replace('_', ' ')}{name}")


def fitting(first_bad: int, last_good: int, event: str, pen: Pen) -> Iterator[str]:
    """Yield ways to say since when, the fullest that fits into a line first."""
    begin = pen.full(first_bad)
    good = f"; last good run {pen.full(last_good).removeprefix(begin[:5])}"
    for text in (f"{begin}, {event}{good}" if event else f"{begin}{good}", f"{begin}, {event}" if event else begin):
        if len(f"> **Since when:** {text}.") <= LONGEST_LINE:
            yield text
    yield begin


def streak(result: Result, jobs: Sequence[str]) -> tuple[int | None, int | None]:
    """Return the first bad run of some jobs after the last good one of each, and the last good one before it, in ns."""
    frame = result.studied if result.studied is not None else result.runs
    frame = frame[frame["in_window"] & frame["job"].isin(list(jobs))]
    at = moments_of(frame)
    is_bad = frame["verdict"].isin([verdict.value for verdict in BLOCKING]).to_numpy()
    is_good = frame["evidence"].isin([Evidence.BOTH.value, Evidence.EXECUTED.value]).to_numpy()
    group, groups = pd.factorize(frame["job"].str.cat(frame["host"].fillna(""), sep="\0"))
    last = np.full(len(groups), np.iinfo(np.int64).min)
    np.maximum.at(last, group[is_good], at[is_good])
    bad = at[is_bad & (at > last[group])]
    known = last[last > np.iinfo(np.int64).min]
    first = int(bad.min()) if len(bad) else None
    earlier = known[known < first] if first is not None else known
    return first, int(earlier.max()) if len(earlier) else None


def was_begun(result: Result, jobs: Sequence[str], before: int) -> bool:
    """Return whether the scheduler began one of some jobs before an instant."""
    frame = result.studied if result.studied is not None else result.runs
    frame = frame[frame["job"].isin(list(jobs)) & frame["triggered_at"].notna()]
    return bool((moments_of(frame) < before).any())


def moments_of(runs: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the first instant that is known of each run: when it was due, else what was seen first."""
    found = np.full(len(runs), np.iinfo(np.int64).min)
    for name in INSTANTS:
        found = np.where(found == np.iinfo(np.int64).min, nanoseconds(runs[name]), found)
    return found


def depths_of(depths: Sequence[Depth], result: Result, kind: str) -> list[Depth]:
    """Return how far runs got, as far as most of them are of the verdict that a kind of blocker stands for."""
    runs = result.studied if result.studied is not None else result.runs
    alike = frozenset(runs["key"][(runs["verdict"] == kind).to_numpy()].tolist())
    return [depth for depth in depths if 2 * len(alike.intersection(depth.keys)) > len(depth.keys)]


def stops(depths: Sequence[Depth], jobs: Sequence[str]) -> str | None:
    """Return where the runs of some jobs stop, None where these differ, or nothing shows how they got there."""
    mine = [depth for depth in depths if depth.job in jobs]
    layers = {depth.stops_at for depth in mine}
    if len(layers) != 1 or {depth.job for depth in mine} != set(jobs):
        return None
    layer, runs, seen = layers.pop(), sum(depth.runs for depth in mine), counts(mine)
    known = [name for name in LAYER_WORDS if name in seen]
    before = known[: known.index(layer)] if layer in known else []
    # That a run was due says nothing of how far it got, but that its scheduler should have begun it.
    if layer not in STOPS or not before or (before == ["due"] and layer != "triggered"):
        return None
    told = ", ".join(f"{LAYER_WORDS[name]} {seen[name]:,} of {runs:,}" for name in (before[-1], layer))
    return f"{'mostly ' if seen[layer] else ''}{STOPS[layer]} ({told})"


def counts(depths: Sequence[Depth]) -> dict[str, int]:
    """Return in how many runs each layer was seen, as far as some lane could have shown it for all of them."""
    found: dict[str, int] = {}
    dark = {each.layer for depth in depths for each in depth.layers if each.seen is None}
    for depth in depths:
        for each in depth.layers:
            if each.seen is not None and each.layer not in dark:
                found[each.layer] = found.get(each.layer, 0) + each.seen
    return found


def messages_since(found: Investigation, pen: Pen) -> str | None:
    """Return since when done runs are told wrongly, by the first change of that kind."""
    begins = [change.first_bad for change in found.change_points if is_of_messages(change)]
    return pen.full(min(begins)) if begins else None


def is_of_messages(change: ChangePoint) -> bool:
    """Return whether since a change messages are wrong."""
    return change.about == "reporting" and not change.is_better


def todo(causes: Sequence[Cause], jobs: Sequence[str], pen: Pen) -> str | None:
    """Return the change that brings most of some jobs back, and what is to be made up for; None where none is known."""
    for cause in causes:
        change = next((step for step in cause.steps if step.kind == "change"), None)
        if change is not None and set(jobs) & set(cause.jobs):
            return pen.sentence(todo_text(change, cause))
    return None


def todo_text(change: NextStep, cause: Cause) -> str:
    """Return a change as the next step, without its reasons."""
    lost = any(step.kind == "rerun" for step in cause.steps)
    made_up = f", then make up for {counted(int(cause.detail.get('runs', 0)), 'lost run')}" if lost else ""
    return f"{first_words(change)} (as the {'diff shows' if change.diff else 'commands show'}){made_up}"


def first_words(change: NextStep) -> str:
    """Return what a change is in a few words, fit to go on a sentence."""
    first = change.text.partition(",")[0].partition(";")[0].rstrip(".")
    return first[:1].lower() + first[1:]
