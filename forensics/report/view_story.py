"""What an investigation adds to the first paragraph: since when, where runs stop, and the change that mends it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from forensics.evidence.investigation import Cause, ChangePoint, Depth, Investigation, NextStep
from forensics.evidence.result import Blocker, Finding, Result
from forensics.report.view_pen import Pen
from forensics.report.view_since import LONGEST_LINE, since
from forensics.report.wording import counted
from forensics.verdicts import BLOCKING

OF_RUNS = frozenset(verdict.value for verdict in BLOCKING)
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
# What a report's findings tell of, too: by the kind of a cause that of the finding.
OF_FINDINGS = {"contrast": "contrast", "recurring": "contrast", "change": "change_point"}
STEP_END = re.compile(r"[.!?](?:\s|$)|; ")
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
    if is_of_runs and told.todo is None:
        told = misled(told, result, jobs, pen)
    return shared_step(told, result, jobs, pen) if is_of_runs and told.todo is None else told


def shared_step(told: Story, result: Result, jobs: Sequence[str], pen: Pen) -> Story:
    """Return a story with the first step for what most of the jobs in trouble share, where that is a likely cause."""
    for cause in result.investigation.causes if result.investigation else ():
        is_theirs = 2 * len({*cause.jobs} & {*jobs}) > len(jobs)
        if cause.kind in OF_FINDINGS and cause.steps and is_theirs and not cause.detail.get("is_over"):
            first = pen.sentence(STEP_END.split(cause.steps[0].text.strip(), maxsplit=1)[0])
            place = finding_of(cause, result.findings)
            for todo_at in (place, None):
                todo = first[:1].lower() + first[1:]
                if len(f"> **Do now:** {todo}{f' ({todo_at})' if todo_at else ''}.") <= LONGEST_LINE:
                    return replace(told, todo=todo, todo_at=todo_at)
    return told


def finding_of(cause: Cause, findings: Sequence[Finding]) -> str | None:
    """Return where a report tells of a cause among its findings, None where it does not."""
    of_cause = {name: cause.detail.get(name) for name in ("attribute", "value")}
    for number, finding in enumerate(findings, 1):
        is_same = cause.kind == "change" or {name: finding.detail.get(name) for name in of_cause} == of_cause
        if finding.kind == OF_FINDINGS[cause.kind] and is_same:
            return f"finding {number}"
    return None


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
