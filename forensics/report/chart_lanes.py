"""What each lane shows of a run that went wrong, and of one to hold it against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from forensics.evidence.columns import Columns
from forensics.evidence.paired import CLAIM_CODES, EVENT_CODES, NAT
from forensics.evidence.result import Result
from forensics.evidence.schema import nanoseconds
from forensics.timeline import NANOS, local_text
from forensics.untrusted import clipped, safe_line
from forensics.verdicts import BLOCKING, Lane, Verdict

MOST_SIGHTS = 12  # of a lane
LONGEST_NAME = 36
LANES = {
    Lane.TRIGGERS: "triggers",
    Lane.LIFECYCLE: "lifecycle",
    Lane.ARTIFACTS: "artifacts",
    Lane.NOTIFICATIONS: "messages",
}
STEP_WORDS = {
    "started": "begins",
    "boot_started": "boot begins",
    "booted": "booted",
    "completed": "completed",
    "failed": "failed",
    "timed_out": "timed out",
    "interrupted": "interrupted",
    "ended": "ended",
}
ENDS = frozenset({"completed", "failed", "timed_out", "interrupted", "ended"})
BAD_STEPS = frozenset({"failed", "timed_out", "interrupted"})
CLAIM_WORDS = {
    "success": "says success",
    "failure": "says failed",
    "started": "says it began",
    "skipped": "says left out",
}


@dataclass(frozen=True)
class Sight:
    """One row of evidence: when (ns), in a few words what, and whether it speaks well (good), ill (bad) or neither."""

    at: int
    text: str
    tone: str = "calm"


@dataclass(frozen=True)
class Strip:
    """One lane of a run: what it shows. ``is_covered``: it could have shown something; ``is_cut``: no end is there."""

    lane: Lane
    sights: tuple[Sight, ...]
    is_covered: bool
    is_cut: bool = False


@dataclass(frozen=True)
class Panel:
    """One run with its four lanes; ``zero`` is when it was due (``is_due``), else when it began."""

    job: str
    verdict: Verdict
    zero: int
    is_due: bool
    strips: tuple[Strip, ...]

    @property
    def is_proven(self) -> bool:
        """Return whether its work was done."""
        return self.verdict in (Verdict.CONFIRMED, Verdict.FALSE_ALARM, Verdict.UNREPORTED)


def panels_of(result: Result) -> list[Panel]:
    """Return the runs to show: the newest that went wrong for the first blocker, and what to hold it against."""
    columns = Columns(result.runs)
    return [panel_of(row, columns, result) for row in dict.fromkeys(chosen_rows(result, columns))]


def chosen_rows(result: Result, columns: Columns) -> Iterator[int]:
    """Yield rows of the frame of runs: a bad run, and what tells most beside it.

    That is a run told wrongly at about the same time where the reporting is in doubt, else its job's last good one.
    """
    blocking = np.flatnonzero(columns.told & columns.among("verdict", *BLOCKING))
    jobs = [blocker.job for blocker in result.blockers if blocker.job is not None]
    mine = next((rows for job in jobs if len(rows := blocking[columns.texts["job"][blocking] == job])), None)
    moment = columns.moment
    bad = None if mine is None else int(mine[np.argmax(moment[mine])])
    if bad is not None:
        yield bad
    if result.reporting.status == "suspect":
        alarms = np.flatnonzero(columns.told & columns.among("verdict", Verdict.FALSE_ALARM))
        near = moment[alarms] if bad is None else -np.abs(moment[alarms] - moment[bad])
        yield from alarms[np.argsort(-near, kind="stable")][:1].tolist()
    elif bad is not None:
        good = np.flatnonzero(columns.is_executed & (columns.job == columns.job[bad]) & (moment < moment[bad]))
        yield from good[np.argsort(-moment[good], kind="stable")][:1].tolist()


def panel_of(row: int, columns: Columns, result: Result) -> Panel:
    """Return a run with its lanes."""
    runs = result.paired.runs
    due, start = int(runs.due[row]), int(runs.start[row])
    return Panel(
        job=clipped(safe_line(str(columns.texts["job"][row])), LONGEST_NAME),
        verdict=list(Verdict)[int(columns.verdict[row])],
        zero=start if due == NAT else due,
        is_due=due != NAT,
        strips=tuple(strip_of(lane, row, result) for lane in LANES),
    )


def strip_of(lane: Lane, row: int, result: Result) -> Strip:
    """Return one lane of a run."""
    runs = result.paired.runs
    span = (np.asarray([value[row]]) for value in (runs.job, runs.start, runs.own_end))
    sights = sorted(SIGHTS[lane](row, result), key=lambda sight: sight.at)
    is_ended = any(sight.text.split(",")[0] in END_WORDS for sight in sights)
    return Strip(
        lane=lane,
        sights=tuple(sights if len(sights) <= MOST_SIGHTS else [*sights[: MOST_SIGHTS - 1], sights[-1]]),
        is_covered=bool(sights) or bool(result.coverage.covers(lane.value, *span)[0]),
        is_cut=lane is Lane.LIFECYCLE and bool(sights) and not is_ended,
    )


END_WORDS = frozenset(STEP_WORDS[word] for word in ENDS)


def trigger_sights(row: int, result: Result) -> Iterator[Sight]:
    """Yield when the scheduler started a run, or left it out."""
    runs, links = result.paired.runs, result.paired.triggers
    words = result.evidence.triggers["event"].iloc[links.row[links.run == row]].tolist()
    if runs.skipped[row] != NAT:
        yield Sight(int(runs.skipped[row]), "left out")
    if runs.triggered[row] != NAT:
        yield Sight(int(runs.triggered[row]), words[0] if words else "started")


def step_sights(row: int, result: Result) -> Iterator[Sight]:
    """Yield what the runner recorded, and heartbeats."""
    steps, beats = result.paired.steps, result.paired.beats
    for at, event, code in zip(
        *(column[steps.run == row] for column in (steps.at, steps.event, steps.exit_code)), strict=True
    ):
        word = EVENT_CODES[event]
        exit_text = f", exit {code:.0f}" if code > 0 else ""
        is_bad = word in BAD_STEPS or code > 0
        if at != NAT:
            yield Sight(int(at), STEP_WORDS[word] + exit_text, "bad" if is_bad else "calm")
    for at in nanoseconds(result.evidence.beats["at"])[beats.row[beats.run == row]].tolist():
        if at != NAT:
            yield Sight(at, "heartbeat")


def file_sights(row: int, result: Result) -> Iterator[Sight]:
    """Yield the files that it wrote."""
    proofs = result.paired.proofs
    mine = np.flatnonzero((proofs.run == row) & (proofs.at != NAT))
    paths = result.evidence.artifacts["path"].iloc[proofs.row[mine]].tolist()
    for number, path in zip(mine.tolist(), paths, strict=True):
        name = clipped(safe_line(path.rstrip("/").rsplit("/", 1)[-1]), 28)
        yield Sight(int(proofs.at[number]), f"{name}, late" if proofs.is_late[number] else name, "good")


def claim_sights(row: int, result: Result) -> Iterator[Sight]:
    """Yield what messages say of it."""
    claims = result.paired.claims
    mine = claims.run == row
    for at, code in zip(claims.at[mine].tolist(), claims.claim[mine].tolist(), strict=True):
        word = CLAIM_CODES[code]
        tone = {"success": "good", "failure": "bad"}.get(word, "calm")
        if at != NAT:
            yield Sight(at, CLAIM_WORDS.get(word, "a message"), tone)


SIGHTS = {
    Lane.TRIGGERS: trigger_sights,
    Lane.LIFECYCLE: step_sights,
    Lane.ARTIFACTS: file_sights,
    Lane.NOTIFICATIONS: claim_sights,
}


def seconds_after(at: int, panel: Panel) -> float:
    """Return how long after its run was due something was seen."""
    return (at - panel.zero) / NANOS


def sights_of(panel: Panel) -> Iterator[tuple[Strip, Sight]]:
    """Yield all that was seen of a run, lane by lane."""
    for strip in panel.strips:
        for sight in strip.sights:
            yield strip, sight


def words_of(panel: Panel, zone: ZoneInfo) -> str:
    """Return a sentence on a run: what was seen in each lane, and what was not."""
    when = local_text(panel.zero, zone)
    told = [f"{LANES[strip.lane]}: {', '.join(seen_in(strip))}" for strip in panel.strips]
    return f"{panel.job}, {when}, {panel.verdict.value.replace('_', ' ')}. {'; '.join(told)}."


def seen_in(strip: Strip) -> list[str]:
    """Return what a lane shows in words, or that it shows nothing."""
    return [sight.text for sight in strip.sights] or ["nothing found" if strip.is_covered else "no source covers it"]
