"""One job that fails by itself: what its own end, its message or its silence says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from forensics.evidence.investigation import Cause, ChangePoint, NextStep
from forensics.evidence.paired import Ints
from forensics.evidence.result import Finding
from forensics.investigate import steps
from forensics.investigate.cause_case import Case
from forensics.investigate.cause_scheduler import observed
from forensics.investigate.cause_since import dated, depth_text, stopping
from forensics.investigate.words import counted, share, when
from forensics.verdicts import Cause as Known
from forensics.verdicts import Verdict

# So many other jobs, and so great a share of them, may fail beside one whose cause is its own.
LEAST_BESIDE, MANY_BESIDE = 3, 0.25
# From so many bad runs, and such a share of all, a job is told by itself though its last run went well.
LEAST_OFTEN, OFTEN = 3, 0.25
BY_LUCK = 0.05
ENDS = {
    Known.EXIT_CODE.value: "exits with code {code}",
    Known.KILLED.value: "is killed before its end",
    Known.TIMED_OUT.value: "runs into its time limit",
}
SHOWN = 8
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
    worse = [each for each in case.changes if each.about == "work" and not each.is_better and jobs[0] in each.jobs]
    changes = [each for each in worse if each.first_bad <= case.at(newest)]
    word = ending(case, newest)
    alike = rows[[ending(case, int(row)) == word for row in rows]]
    return Cause(
        kind="exit_code" if word == Known.EXIT_CODE.value else "job",
        title=title(case, rows, alike),
        supports=(
            *observed(case, newest),
            *(each.text for each in half_written(case, jobs[0])),
            *otherwise(case, rows, alike),
            *dated(changes, case),
        ),
        contradicts=tuple(against(case, rows)),
        inferred=INFERRED.get(word) or inferred(case, rows, changes),
        unknown="Why: its own output of that run is not among what was read.",
        jobs=jobs,
        steps=tuple(next_steps(case, rows, newest)),
        detail={"runs": len(rows)},
    )


def title(case: Case, rows: Ints, alike: Ints) -> str:
    """Return what happened to a job, in a line; ``alike`` are those of its bad runs that ended as the newest did."""
    newest, job = case.newest(rows), case.jobs(rows)[0]
    if len(case.lasting(rows)):
        return f"`{job}` {how(case, newest)}: {counted(len(alike), 'run')}, last {case.time(newest)}"
    return (
        f"`{job}` fails every now and then: {often(case, rows)} runs, last {case.time(newest)}; it did its work since"
    )


def often(case: Case, rows: Ints) -> str:
    """Return how many of the known runs of some bad runs' jobs these are."""
    return share(len(rows), int((case.runs_of(case.codes(rows)) & case.work.known).sum()))


def inferred(case: Case, rows: Ints, changes: Sequence[ChangePoint]) -> str:
    """Return whether the cause is the job's own, by how others fared in the same time."""
    beside = max((len(change.jobs) for change in changes), default=1) - 1
    if beside:
        return (
            f"It went wrong at the same time as {counted(beside, 'other job')}: what they share is where to look first."
        )
    if not len(case.lasting(rows)):
        return "It comes and goes: what differs from run to run is where to look, such as load, or what it waits for."
    bad, others = elsewhere(case, rows)
    if bad >= LEAST_BESIDE and bad >= MANY_BESIDE * others:
        return f"Whether the cause is its own is open: {share(bad, others)} other jobs mostly failed in that time, too."
    return "The cause is most likely the job's own: nothing that was compared ties it to other failures."


def elsewhere(case: Case, rows: Ints) -> tuple[int, int]:
    """Return how many other jobs mostly failed in the time of some bad runs, of how many that ran then."""
    first, last = case.at(case.oldest(rows)), case.at(case.newest(rows))
    then = case.work.known & (case.columns.moment >= first) & (case.columns.moment <= last)
    then &= ~case.runs_of(case.codes(rows))
    job = case.studied.paired.runs.job
    runs, bad = (np.bincount(job[some]) for some in (then, then & case.work.bad))
    bad = np.pad(bad, (0, len(runs) - len(bad)))
    return int((2 * bad > runs).sum()), int((runs > 0).sum())


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
    mended = [NextStep("look", finding.todo) for finding in half_written(case, job.name)]
    yield from mended
    if not mended:  # which has it run once more
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
    """Return bad runs of jobs that have done their work since, or that something else befell since."""
    jobs, count = case.jobs(rows), len(case.codes(rows))
    since = f", and did {'its' if count == 1 else 'their'} work since" if case.is_over(rows) else ""
    return Cause(
        kind="jobs",
        title=f"{counted(count, 'job')} failed now and then{since}: {counted(len(rows), 'run')}",
        supports=(stretch(case, rows),),
        unknown="Whether they come again.",
        jobs=jobs,
        steps=tuple(steps.rerun(case, rows)),
        detail={"runs": len(rows), "is_over": True},
    )


def stretch(case: Case, rows: Ints) -> str:
    """Return which jobs failed, how often, and between when; those with most bad runs first."""
    first, last = (when(case.at(row), case.zone) for row in (case.oldest(rows), case.newest(rows)))
    jobs = case.studied.paired.runs.job[rows]
    mine = sorted((rows[jobs == code] for code in case.codes(rows)), key=lambda some: (-len(some), int(some[0])))
    told = [f"`{case.jobs(some)[0]}` ({often(case, some)})" for some in mine[:SHOWN]]
    left = len(mine) - len(told)
    names = (
        f"{', '.join(told)} and {left:,} more" if left else " and ".join([", ".join(told[:-1]), told[-1]][-len(told) :])
    )
    return f"{f'From {first} to {last}' if first != last else first}, of the runs of each: {names}."


def come_again(case: Case, rows: Ints) -> Ints:
    """Return those of some bad runs whose jobs fail so often that the good runs since may well be luck."""
    job, good = case.studied.paired.runs.job, case.work.good
    found = [np.empty(0, dtype=np.int64)]
    for code in case.codes(rows):
        mine, theirs = rows[job[rows] == code], job == code
        rate = len(mine) / max(1, int((theirs & case.work.known).sum()))
        since = int((good & theirs & (case.columns.moment > case.at(case.newest(mine)))).sum())
        if len(mine) >= LEAST_OFTEN and rate >= OFTEN and (1 - rate) ** since >= BY_LUCK:
            found.append(mine)
    return np.sort(np.concatenate(found))
