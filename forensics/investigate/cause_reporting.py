"""The work is done, and what is said of it is wrong or missing: the messages broke, not the jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from forensics.evidence.investigation import Cause, ChangePoint, Contrast, NextStep
from forensics.evidence.paired import Ints
from forensics.investigate.cause_case import Case
from forensics.investigate.cause_since import contrast_text, controls, dated
from forensics.investigate.words import counted, listed, setting, share, subject, when
from forensics.verdicts import Claim, Verdict

LEAST_RUNS, LEAST_ALIKE = 2, 3
# Of the runs that were done and of which one can tell: more that are told wrongly are no slips.
BROKEN, SUSPECT = 0.2, 0.1
SHOWN_ATTRIBUTES, SHOWN_SHARED = 4, 2
# How a contrast says that the few that went well share what others have, too.
SHARED = re.compile(r"\bthat never went wrong have\b")
# Attributes that tell of the message itself, and of others beside it, by how they begin.
OF_FORMAT, OF_PACE = ("message", "template", "line"), ("neighbour", "same_", "within", "messages_")


@dataclass(frozen=True)
class Exceptions:
    """Those that were told rightly while others were not: their rows, and those of the jobs told wrongly."""

    right: Ints
    wrong: Ints
    jobs: tuple[str, ...]
    others: tuple[str, ...]


def reporting(case: Case, rows: Ints) -> Cause | None:
    """Return what is known of runs that were done and told wrongly, None where that may be chance."""
    jobs = case.jobs(rows)
    if len(rows) < LEAST_RUNS:
        return None
    changes = case.changes_of(rows, "reporting")
    false = int(case.columns.among("verdict", Verdict.FALSE_ALARM)[rows].sum())
    since = min([change.first_bad for change in changes], default=int(np.median(case.columns.moment[rows])))
    apart = exceptions(case, since)
    contrasts = [each for each in case.contrasts if each.about == "reporting"]
    if not is_broken(case, changes, contrasts):
        return slips(case, rows)
    return Cause(
        kind="reporting",
        title=title(len(rows), false, jobs),
        supports=(
            *observed(case, rows, false),
            *(each.text for each in case.finding("streak")[:1]),
            *dated(changes, case),
            *spread(changes, case),
            *(contrast_text(each) for each in contrasts if each.standing == "differs"),
            *alike(case, apart),
            *shared_by_few(contrasts),
        ),
        contradicts=tuple(against(case, since, changes)),
        inferred=(
            "One cause that they share is likely, after the work is done, where messages are made or sent;"
            " a cause in each job is not. No run needs to be repeated for the sake of such a message."
        ),
        unknown=open_question(contrasts),
        jobs=jobs,
        steps=tuple(next_steps(case, rows, apart)),
        detail={"runs": len(rows), "false_alarms": false},
    )


def spread(changes: Sequence[ChangePoint], case: Case) -> Iterator[str]:
    """Yield how it spread from job to job, where it did not begin for all at once."""
    if len(changes) > 1:
        ordered = sorted(changes, key=lambda change: change.first_bad)
        told = ", ".join(f"{len(each.jobs):,} from {when(each.first_bad, case.zone)}" for each in ordered)
        yield f"It did not begin for all at once; jobs told wrongly: {told} on."


def is_broken(case: Case, changes: Sequence[ChangePoint], contrasts: Sequence[Contrast]) -> bool:
    """Return whether something shows that it was the reporting that broke, and no single messages that went astray."""
    alike = max(LEAST_ALIKE, int(case.mistold.sum()) // 2)
    differs = any(each.standing == "differs" and each.effect > 0 and each.within.bad >= alike for each in contrasts)
    least = SUSPECT if case.studied.reporting.status == "suspect" else BROKEN
    return bool(changes) or differs or share_of(case) >= least


def share_of(case: Case) -> float:
    """Return the share of the proven runs that were told wrongly or not at all."""
    known = int((case.reporting.known & case.is_asked).sum())
    return int(case.mistold.sum()) / known if known else 0.0


def slips(case: Case, rows: Ints) -> Cause:
    """Return done runs that were told wrongly here and there, so few that nothing need have broken."""
    jobs, known = case.jobs(rows), int((case.reporting.known & case.is_asked).sum())
    return Cause(
        kind="messages",
        title=f"Single messages are wrong or missing: {counted(len(rows), 'run')} of {subject(jobs)}",
        supports=(f"Told wrongly or not at all: {share(len(rows), known)} proven runs, {listed(jobs)}.",),
        inferred="These runs are done: none of them needs to be repeated.",
        unknown="Whether they have anything in common: nothing that was compared tells them from the others.",
        jobs=jobs,
        detail={"runs": len(rows)},
    )


def title(runs: int, false: int, jobs: Sequence[str]) -> str:
    """Return what broke, in a line."""
    if false == runs:
        return (
            f"The reporting broke, not the jobs: {counted(runs, 'failure message')} of {subject(jobs)} are false alarms"
        )
    if not false:
        return f"The reporting broke, not the jobs: {counted(runs, 'done run')} of {subject(jobs)} went unreported"
    return (
        f"The reporting broke, not the jobs: of {counted(runs, 'done run')} of {subject(jobs)} {false:,} were"
        f" reported as failed, {runs - false:,} not at all"
    )


def observed(case: Case, rows: Ints, false: int) -> Iterator[str]:
    """Yield the counts behind it, with a row of each kind."""
    known = case.reporting.known & case.is_asked
    newest = case.newest(rows)
    claims = case.columns.texts["claim"]
    failures = int((case.columns.told & case.is_asked & (claims == Claim.FAILURE.value)).sum())
    if false:
        yield (
            f"Of {counted(failures, 'run')} whose last message said failure, the work of {share(false, failures)} is"
            f" proven, the newest{case.place(newest, 'artifacts')} against its message"
            f"{case.place(newest, 'notifications')}."
        )
    yield f"Of {counted(int(known.sum()), 'proven run')} told wrongly or not at all: {len(rows):,}."


def exceptions(case: Case, since: int) -> Exceptions:
    """Return which jobs were told rightly while others were told wrongly: by each job's newest known run."""
    known = np.flatnonzero(case.reporting.known & case.is_asked & (case.columns.moment >= since))
    ordered = known[np.argsort(case.columns.moment[known], kind="stable")]
    newest = dict(zip(case.studied.paired.runs.job[ordered].tolist(), ordered.tolist(), strict=True))
    right = np.array([row for row in newest.values() if case.reporting.good[row]], dtype=np.int64)
    wrong = np.array([row for row in newest.values() if case.reporting.bad[row]], dtype=np.int64)
    return Exceptions(right, wrong, case.jobs(right), case.jobs(wrong))


def alike(case: Case, apart: Exceptions) -> Iterator[str]:
    """Yield which jobs were told rightly all the same, and what they have in common with the others."""
    if not apart.jobs or len(apart.jobs) > len(apart.others):
        return
    others = counted(len(apart.others), "job")
    yield f"Told rightly at the same time: {listed(apart.jobs)}, beside {others} told wrongly."
    shared = common(case, apart.right)
    by_all = {each for each in shared if each in common(case, apart.wrong)}
    if by_all:
        pairs = ", ".join(setting(name, value) for name, value in sorted(by_all)[:SHOWN_ATTRIBUTES])
        yield f"Both sides have {pairs}: these cannot be what tells them apart."
    own = sorted(shared - by_all)
    if own and len(apart.jobs) > 1:
        yield f"Only told rightly with {', '.join(own_text(case, pair, apart) for pair in own[:SHOWN_ATTRIBUTES])}."


def shared_by_few(contrasts: Sequence[Contrast]) -> Iterator[str]:
    """Yield what those told rightly have in common beside their settings, where others have it, too."""
    told = [each for each in contrasts if each.standing == "unknown" and SHARED.search(each.reason)]
    for each in told[:SHOWN_SHARED]:
        yield f"`{each.attribute}`: {each.reason}. That is too little to tell."


def own_text(case: Case, pair: tuple[str, str], apart: Exceptions) -> str:
    """Return a value that all exceptions share, with how many of the others have it too."""
    codes = set(case.codes(apart.wrong))
    too = len(codes & case.having(*pair))
    return f"{setting(*pair)} ({too:,} of {len(codes):,} others have it too)"


def common(case: Case, rows: Ints) -> set[tuple[str, str]]:
    """Return what all jobs of some runs are set up with alike."""
    held = [set(case.attributes[code].items()) for code in case.codes(rows)]
    return set.intersection(*held) if held else set()


def against(case: Case, since: int, changes: Sequence[ChangePoint]) -> Iterator[str]:
    """Yield what speaks against it: runs that really failed beside, messages that were right all the time."""
    failed = np.flatnonzero(case.undone & (case.columns.moment >= since))
    if len(failed):
        yield (
            f"Not every failure message is false: {counted(len(failed), 'run')} of {listed(case.jobs(failed))}"
            " left no proof of work (see below)."
        )
    yield from controls(changes)
    right = np.flatnonzero(case.reporting.good & case.is_asked & (case.columns.moment >= since))
    if len(right):
        yield (
            f"{counted(len(right), 'run')} since {when(since, case.zone)} were told rightly over the same way:"
            " it is not down altogether."
        )


def open_question(contrasts: Sequence[Contrast]) -> str:
    """Return what the evidence leaves open: the format of the messages, or how fast they come."""
    telling = [each.attribute for each in contrasts if each.standing == "differs"]
    if any(each.startswith(OF_FORMAT) for each in telling):
        return "Why messages of that form go wrong: only the answer of the receiver can tell."
    if any(each.startswith(OF_PACE) for each in telling):
        return "Whether the receiver limits the rate, or the sender drops what comes together."
    return "A rate limit, or the format of the message: what was read is not enough to choose between them."


def next_steps(case: Case, rows: Ints, apart: Exceptions) -> Iterator[NextStep]:
    """Yield what to do until the messages can be believed again, and how to find out what broke them."""
    yield NextStep(
        "look",
        f"Believe the files, not the messages, until it is mended; run none of these {len(rows):,} again.",
    )
    if apart.jobs and apart.others:
        yield NextStep(
            "look",
            f"Compare how {listed(apart.jobs[:2])} make and send their message with how {listed(apart.others[:2])} do:"
            " template, length, lines, the time between two messages.",
        )
    yield NextStep(
        "command",
        "Settle rate against format: send one failure text whole to a test channel, a minute later cut to one line,"
        " then both within a second; compare what comes back: `ok`, `error`, the header `Retry-After`."
        " The header with the token stands in a file of its own: no list of processes shows it.",
        command=(
            "curl -sS -D - -H @auth-header.txt --data-urlencode channel=TEST-CHANNEL"
            " --data-urlencode text@message.txt https://slack.com/api/chat.postMessage"
        ),
    )
    yield NextStep(
        "command",
        "Watch the reporting by itself: alarm on `nightwatch_blockers` of kind `reporting`, not on single messages.",
        command="forensics report --output night.prom",
    )
    yield NextStep(
        "lane",
        "Let what sends a message log locally that and how it was sent, and go on where that fails:"
        " reporting must never fail the task.",
    )
