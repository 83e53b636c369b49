"""The runner does not come up: boots that time out, or begin and are not heard of again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from forensics.evidence.investigation import Cause, ChangePoint, Contrast, NextStep
from forensics.evidence.paired import EVENT_CODES, Flags, Ints
from forensics.evidence.result import Finding
from forensics.investigate import steps
from forensics.investigate.cause_case import Case
from forensics.investigate.cause_controls import controls
from forensics.investigate.cause_since import contrast_text, dated, depth_text, since_then, stopping, telling
from forensics.investigate.words import counted, happening, listed, share, subject, when
from forensics.verdicts import Cause as Known

BOOT_STARTED = EVENT_CODES.index("boot_started")
RISING = 0.01
LEAST_BOOTS = 3  # fewer before a change are no comparison


def never_booted(case: Case) -> Flags:
    """Return the undone runs whose boot timed out, or began and was the last that was recorded."""
    steps, count = case.studied.paired.steps, len(case.columns)
    begun = np.bincount(steps.run[steps.event == BOOT_STARTED], minlength=count) > 0
    more = np.bincount(steps.run[steps.event != BOOT_STARTED], minlength=count) > 0
    timed_out = case.columns.texts["cause"] == Known.BOOT_TIMEOUT.value
    return np.asarray(case.undone & (timed_out | (begun & ~more)), dtype=np.bool_)


def boot(case: Case, rows: Ints) -> Cause:
    """Return what is known of boots that did not come up."""
    jobs = case.jobs(rows)
    changes, contrasts = case.changes_of(rows, "work"), telling(case, rows, "work")
    warnings = [each for each in case.finding("boot_slow") if set(jobs) & set(each.detail["jobs"])]
    standing = case.lasting(rows)
    return Cause(
        kind="boot",
        title=title(case, rows, standing),
        supports=(
            *observed(case, rows),
            *(contrast_text(each) for each in contrasts[:1]),
            *(text for each in contrasts[:1] for text in since_then(case, each, changes)),
            *dated(changes, case),
            *controls(case, changes),
            *depth_text(stopping(case, jobs)),
            *(each.text for each in warnings[:1]),
        ),
        contradicts=tuple(against(case, rows, warnings)),
        inferred=inferred(changes, contrasts),
        unknown=" ".join(open_questions(changes, warnings)),
        jobs=jobs,
        steps=tuple(next_steps(case, rows, standing, changes, contrasts)),
        detail={"runs": len(rows), "is_over": case.is_over(rows)},
    )


def title(case: Case, rows: Ints, standing: Ints) -> str:
    """Return what happened in a line; ``standing`` are the runs of jobs that have not come through since."""
    runs, whose, left = counted(len(rows), "run"), subject(case.jobs(rows)), len(case.codes(standing))
    if left == len(case.codes(rows)):
        return f"The runner of {whose} does not come up: {runs} stopped as it booted"
    since = (
        f"{counted(left, 'job')} {'has' if left == 1 else 'have'} not come up since" if left else "it has come up since"
    )
    return f"The runner of {whose} did not come up: {runs} stopped as it booted; {since}"


def observed(case: Case, rows: Ints) -> Iterator[str]:
    """Yield what was recorded of the runs, and what was not."""
    newest, accepted = case.newest(rows), int(case.columns.is_triggered[rows].sum())
    told = sum(claim is not None for claim in case.columns.texts["claim"][rows])
    yield (
        f"Triggered {share(accepted, len(rows))}{case.place(newest, 'triggers')}, up 0 of {len(rows):,}"
        f"{case.place(newest, 'lifecycle')}; a message came of {share(told, len(rows))}."
    )


def good_boots(case: Case, rows: Ints) -> int:
    """Return in how many good runs of the same jobs a boot was recorded, so that it can be compared."""
    steps, count = case.studied.paired.steps, len(case.columns)
    begun = np.bincount(steps.run[steps.event == BOOT_STARTED], minlength=count) > 0
    return int((begun & case.work.good & case.runs_of(case.codes(rows))).sum())


def against(case: Case, rows: Ints, warnings: Sequence[Finding]) -> Iterator[str]:
    """Yield what speaks against it: runs of the same jobs that came up all the same, boots that were slow before."""
    first = case.at(case.oldest(rows))
    later = case.runs_of(case.codes(rows)) & case.work.good & (case.columns.moment > first)
    if later.any():
        came = np.flatnonzero(later)
        yield (
            f"{counted(len(came), 'run')} of {listed(case.jobs(came))} came through after the first that did not"
            f" ({when(first, case.zone)}): it is not every boot."
        )
    yield from rises(warnings)


def rises(warnings: Sequence[Finding]) -> Iterator[str]:
    """Yield by how much boots had been slowing down before they failed."""
    boots: list[dict[str, Any]] = [job for each in warnings for job in each.detail["jobs"].values()]
    rising = [job for job in boots if job["slope"] and job["slope"] > 0 and (job["rise_p"] or 1) < RISING]
    if rising:
        slopes = sorted(job["slope"] for job in rising)
        yield (
            f"Boots of {share(len(rising), len(boots))} {'job' if len(boots) == 1 else 'jobs'} had been slowing down"
            " before, by"
            f" {slopes[len(slopes) // 2]:.1f} s a day: whatever changed at once found them near a limit already."
        )


def inferred(changes: Sequence[ChangePoint], contrasts: Sequence[Contrast]) -> str:
    """Return what follows."""
    parts = ["The runner gives up, or hangs, before the job itself begins; a trigger is no execution."]
    if contrasts:
        parts.append(f"What tells these jobs from the living is `{contrasts[0].attribute}`.")
    if changes and changes[0].occasions:
        parts.append(f"The {happening(changes[0].occasions[0])} most likely set it off.")
    return " ".join(parts)


def open_questions(changes: Sequence[ChangePoint], warnings: Sequence[Finding]) -> Iterator[str]:
    """Yield what nothing shows."""
    beside = [text for each in warnings for text in each.observed if text.startswith("Beside it")]
    yield "Why it does not come up: no row tells what it waits for."
    yield from beside[:1]
    if changes and changes[0].occasions:
        yield f"Nobody went back to before the {changes[0].occasions[0].kind} to see."


def next_steps(
    case: Case, rows: Ints, standing: Ints, changes: Sequence[ChangePoint], contrasts: Sequence[Contrast]
) -> Iterator[NextStep]:
    """Yield what to do, the quickest relief first."""
    newest, first = case.newest(rows), case.oldest(rows)
    job = case.studied.paired.jobs[int(case.studied.paired.runs.job[newest])]
    attribute = next((each.attribute for each in contrasts), None)
    event = changes[0].occasions[0].name if changes and changes[0].occasions else None
    at = changes[0].first_bad if changes else case.at(first)
    changed = list(steps.to_main_session(case, standing))
    yield from changed
    yield from steps.rerun(case, rows)
    if not changed:
        yield NextStep(
            "look", "Start the runner by hand and time each stage of its boot; raise its limit, or load less."
        )
    yield from steps.own_log(case, job, newest)
    yield from steps.history(case, job)
    if good_boots(case, rows) >= LEAST_BOOTS:
        yield steps.gate(case, at, event, attribute)
    yield NextStep(
        "look",
        "Let boots that time out speak: `forensics run --boot-timeout 60s --retries 2` records them and tries again.",
    )
