"""Work that later runs skipped because a run that was cut off had marked it as done.

A job that writes down its last run before its work is done, and dies in between, leaves a state that the next run
believes. The witnesses are the state's own time, which lies in the run that was cut off, and each later run that said
it had nothing to do, or was too short to have done anything, while the state still held that time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from forensics.analyse.wording import counted, listed
from forensics.evidence.columns import Columns
from forensics.evidence.paired import CLAIM_CODES, NAT, Flags, Ints, Paired, Window
from forensics.evidence.provenance import Provenance
from forensics.evidence.result import Finding
from forensics.timeline import local_text, utc_text
from forensics.verdicts import Claim, Flag, Verdict

STATE, ARTIFACT = "state", "artifact"
SKIPPED = CLAIM_CODES.index(Claim.SKIPPED)
SHOWN_RUNS = 8


@dataclass(frozen=True)
class Scene:
    """All that is known of the runs, and how times are told; rows of ``columns`` are those of ``paired.runs``."""

    columns: Columns
    paired: Paired
    provenance: Provenance
    window: Window
    zone: ZoneInfo

    def clock(self, at: int) -> str:
        """Return an instant on the report's wall clock."""
        return local_text(at, self.zone, seconds=True)

    def minute(self, run: int) -> str:
        """Return the minute that names a run."""
        return local_text(int(self.columns.moment[run]), self.zone)

    def place(self, run: int, table: str, row: int) -> str:
        """Return where a row of a run's evidence stands."""
        return next((str(each) for each in self.provenance.of(run) if (each.table, each.row) == (table, row)), table)


@dataclass(frozen=True)
class Touch:
    """A state that a cut-off run left: its position among the proofs, its time, and until when it held."""

    run: int
    position: int
    at: int
    until: int


def skipped_work(
    columns: Columns, paired: Paired, provenance: Provenance, window: Window, zone: ZoneInfo
) -> Iterator[Finding]:
    """Yield the states that were left by cut-off runs and that later runs of the window believed."""
    scene = Scene(columns, paired, provenance, window, zone)
    if any(pattern.role == STATE for pattern in paired.patterns):
        said_idle, too_fast = idle_runs(scene)
        for touch in touches(scene):
            believers = misled(touch, scene, said_idle | too_fast)
            if len(believers):
                yield finding_of(touch, believers, said_idle, scene)


def idle_runs(scene: Scene) -> tuple[Flags, Flags]:
    """Return the runs that said they had nothing to do, and those too short to do anything; none that did its work."""
    columns, claims = scene.columns, scene.paired.claims
    said = np.bincount(claims.run[claims.claim == SKIPPED], minlength=len(columns)) > 0
    is_fast = np.asarray(columns.runs["flags"].str.contains(Flag.TOO_FAST.value, regex=False), dtype=np.bool_)
    is_open = columns.told & ~columns.is_executed & ~columns.among("verdict", Verdict.INTERRUPTED)
    return said & is_open, is_fast & is_open & ~said


def touches(scene: Scene) -> Iterator[Touch]:
    """Yield the last state of each kind that each cut-off run left, in order of the runs."""
    proofs, cut_off = scene.paired.proofs, scene.columns.among("verdict", Verdict.INTERRUPTED)
    numbers = [pattern.number for pattern in scene.paired.patterns if pattern.role == STATE]
    is_state = np.isin(proofs.pattern, numbers) & (proofs.at != NAT)
    for number in numbers:
        mine = np.flatnonzero(is_state & (proofs.pattern == number))
        mine = mine[np.argsort(proofs.at[mine], kind="stable")]
        until = [*proofs.at[mine][1:].tolist(), scene.window.now]
        following = [*proofs.run[mine][1:].tolist(), -1]
        for place, position in enumerate(mine.tolist()):
            run = int(proofs.run[position])
            if cut_off[run] and following[place] != run:
                yield Touch(run, position, int(proofs.at[position]), until[place])


def misled(touch: Touch, scene: Scene, is_idle: Flags) -> Ints:
    """Return the idle runs of the same job that came while a state held."""
    runs = scene.paired.runs
    is_later = (runs.start > touch.at) & (runs.start < touch.until) & (runs.job == runs.job[touch.run])
    return np.flatnonzero(is_idle & is_later)


def finding_of(touch: Touch, believers: Ints, said_idle: Flags, scene: Scene) -> Finding:
    """Return what is to be told of one such state."""
    job = scene.paired.jobs[scene.paired.runs.job[touch.run]].name
    state = scene.paired.patterns[scene.paired.proofs.pattern[touch.position]].text
    since = scene.minute(touch.run)
    return Finding(
        kind="skipped_work",
        text=f"{counted(len(believers), 'run')} of {job} did nothing while `{state}` held the time of a run that was "
        f"interrupted, that of {since}.",
        observed=(
            witnesses(touch, state, scene),
            *told("Said that there was nothing to do", believers[said_idle[believers]], scene),
            *told("Ended sooner than any work takes", believers[~said_idle[believers]], scene),
        ),
        inferred="So they took the interrupted run for done, and its work is left undone.",
        todo=f"Set `{state}` back and run {job} once more. Then let the job write its state last, after its work; or "
        f"let it ask `forensics runs show --job {job} --last --json` first, and believe nothing but `completed`.",
        detail={
            "job": job,
            "state": state,
            "state_at": utc_text(touch.at),
            "interrupted": utc_text(int(scene.columns.moment[touch.run])),
            "skipped": [utc_text(int(scene.columns.moment[run])) for run in believers],
        },
    )


def witnesses(touch: Touch, state: str, scene: Scene) -> str:
    """Return both witnesses of a run that was cut off: the state's time, and the lack of a file after it."""
    row = int(scene.paired.proofs.row[touch.position])
    seen = f"`{state}` says {scene.clock(touch.at)} ({scene.place(touch.run, 'artifacts', row)})"
    missing = silent_patterns(touch, scene)
    return f"{seen}; {missing} until {scene.clock(touch.until)}." if missing else f"{seen}."


def silent_patterns(touch: Touch, scene: Scene) -> str:
    """Return which files that the job declares did not come after a state while it held."""
    proofs, code = scene.paired.proofs, scene.paired.runs.job[touch.run]
    is_after = (proofs.at != NAT) & (proofs.at >= touch.at) & (proofs.at < touch.until)
    came = set(proofs.pattern[is_after].tolist())
    declared = [each for each in scene.paired.patterns if each.job == code and each.role == ARTIFACT]
    absent = [f"`{each.text}`" for each in declared if each.number not in came]
    return f"nothing came for {listed(absent)}" if absent else ""


def told(head: str, runs: Sequence[int] | Ints, scene: Scene) -> Iterator[str]:
    """Yield a sentence that names runs, each with the row that shows it; none where there are none."""
    named = [f"{scene.minute(int(run))}{shown_by(int(run), scene)}" for run in runs]
    if named:
        yield f"{head}: {listed(named, SHOWN_RUNS)}."


def shown_by(run: int, scene: Scene) -> str:
    """Return the row that shows that a run did nothing: its message, else the runner's end."""
    claims, steps = scene.paired.claims, scene.paired.steps
    said = np.flatnonzero((claims.run == run) & (claims.claim == SKIPPED))
    ended = np.flatnonzero(steps.run == run)
    if len(said):
        return f" ({scene.place(run, 'notifications', int(claims.row[said[0]]))})"
    return f" ({scene.place(run, 'lifecycle', int(steps.row[ended[-1]]))})" if len(ended) else ""
