"""The work is done, and what is said of it is wrong or missing: the messages broke, not the jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from forensics.evidence.investigation import Cause, ChangePoint, Contrast, NextStep
from forensics.evidence.paired import Ints
from forensics.investigate.cause_case import Case
from forensics.investigate.cause_controls import controls
from forensics.investigate.cause_exceptions import Exceptions, alike, exceptions, shared_by_few
from forensics.investigate.cause_since import contrast_text, dated
from forensics.investigate.words import counted, listed, share, subject, when
from forensics.verdicts import Claim, Verdict

LEAST_RUNS, LEAST_ALIKE = 2, 3
# Of the runs that were done and of which one can tell: more that are told wrongly are no slips.
BROKEN, SUSPECT = 0.2, 0.1
NEARLY_ALL = 0.95
EARLY = 0.25
# Attributes that tell of the message itself, and of others beside it, by how they begin.
OF_FORMAT, OF_PACE = ("lines of the message", "form of the message"), ("another message within",)
SENDING = (
    "curl -sS -D - -H @auth-header.txt --data-urlencode channel=TEST-CHANNEL"
    " --data-urlencode text@message.txt https://slack.com/api/chat.postMessage"
)


def reporting(case: Case, rows: Ints) -> Cause | None:
    """Return what is known of runs that were done and told wrongly, None where that may be chance."""
    jobs = case.jobs(rows)
    if len(rows) < LEAST_RUNS:
        return None
    changes = case.changes_of(rows, "reporting")
    false = int(case.columns.among("verdict", Verdict.FALSE_ALARM)[rows].sum())
    since = min([change.first_bad for change in changes], default=begun(case, rows))
    apart = exceptions(case, since, changes)
    contrasts = [each for each in case.contrasts if each.about == "reporting" and is_of(case, each, rows)]
    if not is_broken(case, rows, changes, contrasts):
        return slips(case, rows)
    return Cause(
        kind="reporting",
        title=title(len(rows), false, jobs),
        supports=(
            *observed(case, rows, false),
            *passing(case),
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
        unknown=open_question(case, rows, contrasts),
        jobs=jobs,
        steps=tuple(next_steps(case, rows, apart)),
        detail={"runs": len(rows), "false_alarms": false},
    )


def begun(case: Case, rows: Ints) -> int:
    """Return since when most of some runs are told wrongly, where no change tells (ns); a stray one is no beginning."""
    return int(np.quantile(case.columns.moment[rows], EARLY, method="lower"))


def spread(changes: Sequence[ChangePoint], case: Case) -> Iterator[str]:
    """Yield how it spread from job to job, where it did not begin for all at once."""
    if len(changes) > 1:
        ordered = sorted(changes, key=lambda change: change.first_bad)
        told = ", ".join(f"{len(each.jobs):,} from {when(each.first_bad, case.zone)}" for each in ordered)
        yield f"It did not begin for all at once; jobs told wrongly: {told} on."


def is_broken(case: Case, rows: Ints, changes: Sequence[ChangePoint], contrasts: Sequence[Contrast]) -> bool:
    """Return whether something shows that it was the reporting that broke, and no single messages that went astray."""
    enough = max(LEAST_ALIKE, len(rows) // 2)
    differs = any(each.standing == "differs" and each.effect > 0 and each.within.bad >= enough for each in contrasts)
    known = int((case.reporting.known & case.is_asked).sum())
    least = SUSPECT if case.studied.reporting.status == "suspect" else BROKEN
    return bool(changes) or differs or len(rows) >= least * known


def is_of(case: Case, contrast: Contrast, rows: Ints) -> bool:
    """Return whether what a contrast tells of are mostly some runs, and not those that another cause explains."""
    if contrast.standing != "differs" or len(rows) == int(case.mistold.sum()):
        return True
    return 2 * len(rows) > contrast.within.bad


def passing(case: Case) -> Iterator[str]:
    """Yield that the rate of success alone would not have shown it, where that is so."""
    check = case.studied.reporting
    if check.status == "ok":
        said, limit = share(check.said_success, check.owed), f"{check.threshold * 100:.0f} %"
        yield f"The rate of success alone would still pass: {said} said success, and the alarm is below {limit}."


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


def against(case: Case, since: int, changes: Sequence[ChangePoint]) -> Iterator[str]:
    """Yield what speaks against it: runs that really failed beside, messages that were right all the time."""
    failed = np.flatnonzero(case.undone & (case.columns.moment >= since))
    if len(failed):
        yield (
            f"Not every failure message is false: {counted(len(failed), 'run')} of {listed(case.jobs(failed))}"
            " left no proof of work (see below)."
        )
    yield from controls(case, changes)
    right = np.flatnonzero(case.reporting.good & case.is_asked & (case.columns.moment >= since))
    if len(right):
        yield (
            f"{counted(len(right), 'run')} since {when(since, case.zone)} were told rightly over the same way:"
            " it is not down altogether."
        )


def open_question(case: Case, rows: Ints, contrasts: Sequence[Contrast]) -> str:
    """Return what the evidence leaves open: by what tells wrong messages from right ones, else by how they are wrong.

    A limit, or a lost message, makes no failure of a success, unless the runner counts what it could not send as a
    failed run: then it counts such failures in a row.
    """
    telling = [each.attribute for each in contrasts if each.standing == "differs"]
    if any(each.startswith(OF_FORMAT) for each in telling):
        return "Why messages of that form go wrong: only the answer of the receiver can tell."
    if any(each.startswith(OF_PACE) for each in telling):
        return "Whether the receiver limits the rate, or the sender drops what comes together."
    match how_wrong(case, rows):
        case "words":
            return (
                "Why the sender says failure: how it maps the exit code, which status it reads, its template. No rate"
                " limit and no lost message makes a failure of a success."
            )
        case "missing":
            return "What kept them from coming: a rate limit, the token, the channel, or the sender itself."
        case _:
            return "A rate limit, or the format of the message: what was read is not enough to choose between them."


def how_wrong(case: Case, rows: Ints) -> str:
    """Return whether messages have the wrong ``words``, are ``missing``, or whether it may be the way of ``both``."""
    false = int(case.columns.among("verdict", Verdict.FALSE_ALARM)[rows].sum())
    if not false:
        return "missing"
    return "words" if false >= NEARLY_ALL * len(rows) and not case.finding("streak") else "both"


def next_steps(case: Case, rows: Ints, apart: Exceptions) -> Iterator[NextStep]:
    """Yield what to do until the messages can be believed again, and how to find out what broke them."""
    yield NextStep(
        "look",
        f"Believe the files, not the messages, until it is mended; run none of these {len(rows):,} again.",
    )
    if apart.are_few:
        yield NextStep(
            "look",
            f"Compare how {listed(apart.jobs[:2])} make and send their message with how {listed(apart.others[:2])} do:"
            " template, length, lines, the time between two messages.",
        )
    yield from CHOOSING[how_wrong(case, rows)](case, rows)
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


def where_it_decides(case: Case, rows: Ints) -> Iterator[NextStep]:
    """Yield how to find what makes a failure of a success in the sender."""
    job = case.jobs(rows)[-1]
    yield NextStep(
        "command",
        f"Run `{job}` once by hand, and hold its exit code against the message that comes: if the code is 0, read what"
        " chooses between success and failure where the message is made, and what changed there.",
        command='COMMAND-OF-THE-JOB; echo "exit code $?"',
    )


def rate_or_format(case: Case, rows: Ints) -> Iterator[NextStep]:
    """Yield how to tell a limit of the rate from a form that is refused."""
    yield NextStep(
        "command",
        "Settle rate against format: send one failure text whole to a test channel, a minute later cut to one line,"
        " then both within a second; compare what comes back: `ok`, `error`, the header `Retry-After`."
        " The header with the token stands in a file of its own: no list of processes shows it.",
        command=SENDING,
    )


def whether_it_comes(case: Case, rows: Ints) -> Iterator[NextStep]:
    """Yield how to see whether a message can be sent at all."""
    yield NextStep(
        "command",
        "Send one text to a test channel the way the jobs do, and read what comes back: `ok`, `error` (token, channel),"
        " the header `Retry-After` (a rate limit). The header with the token stands in a file of its own: no list of"
        " processes shows it.",
        command=SENDING,
    )


CHOOSING = {"words": where_it_decides, "missing": whether_it_comes, "both": rate_or_format}
