"""One job that fails by itself: what its own end, its message or its silence says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from forensics.evidence.investigation import Cause, NextStep
from forensics.evidence.paired import Ints
from forensics.evidence.result import Finding
from forensics.investigate import steps
from forensics.investigate.cause_case import Case
from forensics.investigate.cause_scheduler import observed
from forensics.investigate.cause_since import dated, depth_text, stopping
from forensics.investigate.words import counted, listed, share, when
from forensics.verdicts import Cause as Known
from forensics.verdicts import Verdict

ENDS = {
    Known.EXIT_CODE.value: "exits with code {code}",
    Known.KILLED.value: "is killed before its end",
    Known.TIMED_OUT.value: "runs into its time limit",
}
ALL_VERDICTS = tuple(Verdict)
VERDICTS = {
    Verdict.FALSE_SUCCESS.value: "claims success, and its work is not there",
    Verdict.SILENT_FAILURE.value: "is started and leaves nothing, not even a word",
    Verdict.INTERRUPTED.value: "begins and breaks off before its end",
    Verdict.FAILED.value: "fails, by its own message and by the files",
    Verdict.MISSED.value: "leaves no sign that it began, and no log of its scheduler covers that time",
}
INFERRED = {
    Known.KILLED.value: "Something ended it from outside: memory, a limit, a restart of the host.",
    Known.TIMED_OUT.value: "It took longer than it is allowed to; its own work may well go on being done in part.",
    Verdict.FALSE_SUCCESS.value: "What it says is not what it did: success is claimed before, or without, its work.",
}


def alone(case: Case, rows: Ints) -> Cause:
    """Return what is known of one job's bad runs."""
    newest, jobs = case.newest(rows), case.jobs(rows)
    changes = [change for change in case.changes_of(rows, "work") if change.jobs == jobs]
    word = ending(case, newest)
    alike = rows[[ending(case, int(row)) == word for row in rows]]
    return Cause(
        kind="exit_code" if word == Known.EXIT_CODE.value else "job",
        title=f"`{jobs[0]}` {how(case, newest)}: {counted(len(alike), 'run')}, last {case.time(newest)}",
        supports=(
            *observed(case, newest),
            *(each.text for each in half_written(case, jobs[0])),
            *otherwise(case, rows, alike),
            *dated(changes, case),
        ),
        contradicts=tuple(against(case, rows)),
        inferred=INFERRED.get(
            word, "The cause is most likely the job's own: nothing that was compared ties it to other failures."
        ),
        unknown="Why: its own output of that run is not among what was read.",
        jobs=jobs,
        steps=tuple(next_steps(case, rows, newest)),
        detail={"runs": len(rows)},
    )


def half_written(case: Case, job: str) -> list[Finding]:
    """Return what tells of state that a job left half written, and that later runs of it believed."""
    return [finding for finding in case.finding("skipped_work") if finding.detail.get("job") == job]


def otherwise(case: Case, rows: Ints, alike: Ints) -> Iterator[str]:
    """Yield what became of the job's bad runs that ended in another way, or how far all got where there is none."""
    others = np.setdiff1d(rows, alike)
    if not len(others):
        yield from depth_text(stopping(case, case.jobs(rows)))
        return
    words = Counter(ending(case, int(row)).replace("_", " ") for row in others)
    told = ", ".join(f"{count:,} {word}" for word, count in sorted(words.items()))
    yield f"{counted(len(others), 'more bad run')} of it ended otherwise: {told}."


def ending(case: Case, row: int) -> str:
    """Return how a run ended: the cause that its runner recorded, else its verdict."""
    cause = case.columns.texts["cause"][row]
    return str(cause) if cause in ENDS else ALL_VERDICTS[int(case.columns.verdict[row])].value


def how(case: Case, row: int) -> str:
    """Return in words how a run ended."""
    word, code = ending(case, row), case.studied.runs["exit_code"].iloc[row]
    return ENDS[word].format(code="?" if np.isnan(code) else int(code)) if word in ENDS else VERDICTS[word]


def against(case: Case, rows: Ints) -> Iterator[str]:
    """Yield what speaks against a lasting trouble: runs of the job that were done."""
    done = np.flatnonzero(case.runs_of(case.codes(rows)) & case.work.good)
    if len(done):
        last = case.newest(done)
        often = share(len(done), len(done) + len(rows))
        yield f"It can: {often} runs of it did their work, the last {case.time(last)}."


def next_steps(case: Case, rows: Ints, newest: int) -> Iterator[NextStep]:
    """Yield what to do about one job."""
    job = case.studied.paired.jobs[int(case.studied.paired.runs.job[newest])]
    yield from (NextStep("look", finding.todo) for finding in half_written(case, job.name))
    yield NextStep("look", f"Run `{job.name}` once in a terminal; read where it stops.")
    yield from steps.rerun(case, rows)
    yield from steps.registry(case, job)
    yield from steps.own_log(case, job, newest)
    yield from steps.history(case, job)


def several(case: Case, rows: Ints) -> Cause:
    """Return bad runs of many jobs that nothing was found to have in common."""
    jobs, count = case.jobs(rows), len(case.codes(rows))
    return Cause(
        kind="jobs",
        title=f"{counted(count, 'more job')} failed one by one: {counted(len(rows), 'run')}",
        supports=(stretch(case, rows),),
        unknown="Whether they have anything in common: nothing that was compared tells them from the others.",
        jobs=jobs,
        steps=tuple(steps.rerun(case, rows)),
        detail={"runs": len(rows), "is_over": False},
    )


def over(case: Case, rows: Ints) -> Cause:
    """Return bad runs of jobs that have done their work since."""
    jobs, count = case.jobs(rows), len(case.codes(rows))
    return Cause(
        kind="jobs",
        title=f"{counted(count, 'job')} failed now and then, and did {'its' if count == 1 else 'their'} work since:"
        f" {counted(len(rows), 'run')}",
        supports=(stretch(case, rows),),
        unknown="Whether they come again.",
        jobs=jobs,
        steps=tuple(steps.rerun(case, rows)),
        detail={"runs": len(rows), "is_over": True},
    )


def stretch(case: Case, rows: Ints) -> str:
    """Return which jobs failed, and between when."""
    first, last = (when(case.at(row), case.zone) for row in (case.oldest(rows), case.newest(rows)))
    return f"{f'From {first} to {last}' if first != last else first}: {listed(case.jobs(rows), 8)}."
