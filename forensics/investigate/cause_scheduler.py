"""Runs that never began, or were cut off, for what happened around them: the host, the scheduler, the clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from forensics.evidence.hosts import is_on
from forensics.evidence.investigation import Cause, NextStep
from forensics.evidence.paired import Ints
from forensics.investigate import steps
from forensics.investigate.cause_case import Case
from forensics.investigate.cause_controls import controls
from forensics.investigate.cause_since import contrast_text, dated, depth_text, stopping, telling
from forensics.investigate.words import counted, listed, share, subject, when
from forensics.timeline import NANOS

SHOWN = 3
DAY = 86_400 * NANOS


def host_down(case: Case, rows: Ints) -> Cause:
    """Return what is known of runs that were due while their host was down or asleep."""
    jobs, hosts = case.jobs(rows), sorted({host for host in case.columns.texts["host"][rows] if host})
    told = list(outages(case, rows))
    return Cause(
        kind="host_down",
        title=f"{where(hosts)} down or asleep: {counted(len(rows), 'run')} of {subject(jobs)} fell into it",
        supports=(*told, f"Of {counted(len(rows), 'run')} none was triggered before the host was back."),
        contradicts=tuple(elsewhere(case, rows)),
        inferred="No job of that host could have run; nothing is wrong with these jobs themselves.",
        unknown="Why it was down: its own journal before the gap tells, if anything does.",
        jobs=jobs,
        steps=(
            *steps.rerun(case, rows),
            NextStep(
                "command",
                "See when it was down, and read the last lines before.",
                command="journalctl --list-boots --no-pager; journalctl -b -1 -n 50 --no-pager; last -x -n 20",
            ),
            NextStep(
                "look",
                "If the host may sleep, let the scheduler catch up: `Persistent=true` in a systemd timer, or anacron.",
            ),
        ),
        detail={"runs": len(rows), "hosts": hosts, "is_over": case.is_over(rows)},
    )


def where(hosts: Sequence[str]) -> str:
    """Return which hosts, as the beginning of a sentence."""
    if not hosts:
        return "The host was"
    return f"The host {listed(hosts)} was" if len(hosts) == 1 else f"The hosts {listed(hosts)} were"


def outages(case: Case, rows: Ints) -> Iterator[str]:
    """Yield when the host was down, with the row that shows it."""
    hosts, moments = case.columns.texts["host"][rows], case.columns.moment[rows]
    shown = 0
    for outage in case.studied.evidence.outages:
        inside = [
            not outage.of and is_on(outage, host) and outage.since <= at <= outage.until
            for host, at in zip(hosts.tolist(), moments.tolist(), strict=True)
        ]
        if any(inside) and shown < SHOWN:
            shown += 1
            name = outage.file.replace("\\", "/").rsplit("/", 1)[-1]
            state, due = "Asleep" if outage.is_sleep else "Down", counted(sum(inside), "run")
            begin, end = when(outage.since, case.zone), when(outage.until, case.zone)
            yield f"{state} from {begin} to {end} ({name}:{outage.record}): {due} due meanwhile."


def elsewhere(case: Case, rows: Ints) -> Iterator[str]:
    """Yield the runs of other hosts that were done in the same stretch of time."""
    moments, hosts = case.columns.moment, case.columns.texts["host"]
    mine = set(hosts[rows].tolist())
    begin, end = int(moments[rows].min()), int(moments[rows].max())
    others = np.array([host not in mine for host in hosts.tolist()], dtype=np.bool_)
    done = int((case.work.good & others & (moments >= begin) & (moments <= end)).sum())
    if done and end > begin:
        yield f"On other hosts {counted(done, 'run')} were done in the same time: what they share was there."


def never_triggered(case: Case, rows: Ints) -> Cause:
    """Return what is known of runs that were due, and that their scheduler never started."""
    jobs = case.jobs(rows)
    changes, contrasts = case.changes_of(rows, "work"), telling(case, rows, "work")
    lasting = case.lasting(rows, case.columns.is_triggered & case.columns.told)
    first, last = case.at(case.oldest(rows)), case.at(case.newest(rows))
    newest = case.newest(lasting if len(lasting) else rows)
    job = case.studied.paired.jobs[int(case.studied.paired.runs.job[newest])]
    begin = first if len(lasting) else max(first, last - DAY // 2)
    look = (
        steps.schedulers_table(job, ""),
        steps.scheduler_log(job, begin, min(last + 3600 * NANOS, begin + DAY)),
    )
    return Cause(
        kind="never_triggered",
        title=never_title(case, rows, lasting),
        supports=(
            *observed(case, newest),
            *(contrast_text(each) for each in contrasts[:1]),
            *dated(changes, case),
            *depth_text(stopping(case, jobs)),
        ),
        contradicts=(*others_triggered(case, rows), *controls(case, changes)),
        inferred="The work was never asked for: look at the scheduler and its table, not at the jobs.",
        unknown="Whether the line was taken out, switched off, or the scheduler was not at work.",
        jobs=jobs,
        steps=(*look, *steps.rerun(case, rows)) if len(lasting) else (*steps.rerun(case, rows), *look),
        detail={"runs": len(rows), "is_over": not len(lasting)},
    )


def never_title(case: Case, rows: Ints, lasting: Ints) -> str:
    """Return which runs were not started, in a line; ``lasting`` are those of jobs that were not started since."""
    whose, missing, left = subject(case.jobs(rows)), counted(len(rows), "due time"), len(case.codes(lasting))
    if left == len(case.codes(rows)):
        return f"The scheduler no longer starts {whose}: {missing} without a trigger"
    since = f"it still leaves out {counted(left, 'job')}" if left else "it has started what was due since"
    return f"The scheduler left out {missing} of {whose}; {since}"


def observed(case: Case, row: int) -> Iterator[str]:
    """Yield what the reasons of one run say, inferences and advice left out."""
    for sentence in case.studied.explain(row)[:SHOWN]:
        if not sentence.startswith(("So ", "Lane to add")):
            yield sentence


def others_triggered(case: Case, rows: Ints) -> Iterator[str]:
    """Yield how many other jobs the scheduler did start in the same stretch of time."""
    moments = case.columns.moment
    begin, end = int(moments[rows].min()), int(moments[rows].max())
    near = case.columns.is_triggered & (moments >= begin - 3600 * NANOS) & (moments <= end + 3600 * NANOS)
    others = np.flatnonzero(near & ~case.runs_of(case.codes(rows)))
    if len(others):
        yield (
            f"At the same time {counted(len(others), 'run')} of {counted(len(case.codes(others)), 'other job')} were"
            " triggered: the scheduler itself was at work."
        )


SURROUNDINGS = {
    "scheduler_restart": (
        "A restart of the scheduler cut off or swallowed {runs} of {jobs}",
        "The restart, not the job, ended these runs.",
        "Let restarts wait for running jobs, or catch up after them.",
    ),
    "previous_still_running": (
        "The run before was still at work when {runs} of {jobs} were due",
        "The job takes longer than the time between two runs.",
        "See how long its runs take: give it more room, or make it shorter; a lock that is never freed looks the same.",
    ),
    "dst_gap": (
        "The clock change left out the hour in which {runs} of {jobs} were due",
        "The schedule names a time that did not exist that day.",
        "Move the schedule out of that hour, or give it a zone without clock changes.",
    ),
    "dst_fold": (
        "The clock change repeated the hour in which {runs} of {jobs} were due",
        "The schedule names a time that came twice that day.",
        "Move the schedule out of that hour, or give it a zone without clock changes.",
    ),
}


def surrounding(case: Case, rows: Ints, cause: str) -> Cause:
    """Return what is known of runs that the scheduler or the clock came in the way of."""
    headline, inferred, todo = SURROUNDINGS[cause]
    jobs = case.jobs(rows)
    newest = case.newest(rows)
    return Cause(
        kind=cause,
        title=headline.format(runs=counted(len(rows), "run"), jobs=subject(jobs)),
        supports=tuple(observed(case, newest)),
        contradicts=tuple(other_ends(case, rows)),
        inferred=inferred,
        jobs=jobs,
        steps=(*steps.rerun(case, rows), NextStep("look", todo)),
        detail={"runs": len(rows), "is_over": case.is_over(rows)},
    )


def other_ends(case: Case, rows: Ints) -> Iterator[str]:
    """Yield how many bad runs of the same jobs this does not explain."""
    left = case.undone & case.runs_of(case.codes(rows))
    left[rows] = False
    if left.any():
        yield f"It does not explain {share(int(left.sum()), int(left.sum()) + len(rows))} bad runs of the same jobs."
