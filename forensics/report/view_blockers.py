"""Blockers and findings: what was observed, what follows, and what to do, each kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from forensics.evidence.columns import Columns
from forensics.evidence.over import has_ended, over
from forensics.evidence.result import Blocker, Finding, Result
from forensics.report.view_change import Proposal
from forensics.report.view_changes import Flips, flips, standing
from forensics.report.view_pen import Pen
from forensics.report.wording import listed
from forensics.verdicts import BLOCKING, Flag, Verdict

SHOWN_BLOCKERS = 10
SHOWN_BESIDE_A_CHANGE = 7
SHOWN_OBSERVATIONS = 3
SHOWN_NAMES = 12
OVER = "over by now"
OF_RUNS = frozenset(verdict.value for verdict in BLOCKING)
SAID_BY_KIND = {"false_success": "success", "failed": "failure"}


@dataclass(frozen=True)
class Body:
    """Fact, inference and advice; ``left`` more observations are not shown."""

    observed: tuple[str, ...]
    left: int
    inferred: str
    todo: str


@dataclass(frozen=True)
class Statement:
    """One numbered blocker or finding; ``subject`` is the job's name as code, None where it is of no single job.

    ``days`` are those whose runs it counts, empty where these are the report's.
    ``change`` is the proposed change that is likely to mend it, empty where none is.
    """

    number: int
    marks: str | None
    kind: str
    subject: str | None
    text: str
    body: Body
    p_value: str | None = None
    standing: str | None = None
    change: str = ""
    days: str = ""


@dataclass(frozen=True)
class More:
    """Blockers of one kind that are not spelled out."""

    kind: str
    count: int
    names: str


@dataclass(frozen=True)
class Statements:
    """The section in plain values; ``resolved`` and ``unseen`` are names of what the report ``before`` told."""

    shown: tuple[Statement, ...]
    left: int
    more: tuple[More, ...] = ()
    before: str = ""
    resolved: str = ""
    unseen: str = ""


def blockers_view(result: Result, pen: Pen, change: Proposal | None = None) -> Statements:
    """Return the blockers, the first ten in full; beside a proposed change fewer of many, as it takes their room."""
    found, gone = flips(result, pen), over(Columns(result.runs))
    most = SHOWN_BESIDE_A_CHANGE if change and len(result.blockers) > SHOWN_BLOCKERS else SHOWN_BLOCKERS
    shown = []
    for number, blocker in enumerate(result.blockers[:most], 1):
        is_over = has_ended(blocker, gone)
        told = blocker_view(number, blocker, pen, found)
        words = "; ".join(word for word in (told.standing, OVER if is_over else None) if word)
        mends = change is not None and not is_over and blocker.kind in OF_RUNS and blocker.job in change.jobs
        shown.append(replace(told, standing=words or None, change=change.short if change and mends else ""))
    left = result.blockers[most:]
    names = (found.before, found.resolved, found.unseen) if found else ()
    return Statements(tuple(shown), len(left), tuple(more(left, pen)), *names)


def blocker_view(number: int, blocker: Blocker, pen: Pen, found: Flips | None = None) -> Statement:
    """Return one blocker."""
    return Statement(
        number=number,
        marks=marks(blocker, pen),
        kind=blocker.kind.replace("_", " "),
        subject=pen.job_code(blocker.job, blocker.host) if blocker.job else None,
        text=pen.sentence(headed(blocker)).rstrip("."),
        body=body(blocker, pen),
        standing=standing(blocker, found),
    )


def marks(blocker: Blocker, pen: Pen) -> str | None:
    """Return the marks of the verdict behind a blocker, None where there is none."""
    if blocker.kind not in {verdict.value for verdict in Verdict}:
        return None
    return pen.marks(blocker.kind, SAID_BY_KIND.get(blocker.kind), Flag.UNPROVEN in blocker.flags)


def headed(blocker: Blocker) -> str:
    """Return a blocker's sentence as it goes on after the job's name and a colon; without a job, after its kind."""
    text, job = blocker.text, blocker.job
    if job is None:
        kind = blocker.kind.replace("_", " ")
        return text if text.lower().startswith(kind) else f"{kind.capitalize()}: {text}"
    for head in (f"`{job}`", job):
        text = text.removeprefix(head).lstrip(": ")
    return text[:1].lower() + text[1:]


def body(statement: Blocker | Finding, pen: Pen) -> Body:
    """Return what was observed, what follows and what to do."""
    observed = [each for each in statement.observed if each.strip()]
    return Body(
        observed=tuple(pen.sentence(each) for each in observed[:SHOWN_OBSERVATIONS]),
        left=max(0, len(observed) - SHOWN_OBSERVATIONS),
        inferred=pen.sentence(statement.inferred),
        todo=pen.sentence(statement.todo),
    )


def more(blockers: Sequence[Blocker], pen: Pen) -> Iterator[More]:
    """Yield the blockers that are not spelled out, by kind."""
    for kind in dict.fromkeys(blocker.kind for blocker in blockers):
        alike = [blocker for blocker in blockers if blocker.kind == kind]
        names = [pen.job_code(blocker.job, blocker.host) for blocker in alike[:SHOWN_NAMES] if blocker.job]
        yield More(kind.replace("_", " "), len(alike), listed(names, len(alike)) if names else "")


def p_text(p_value: float) -> str:
    """Return a p-value as people write it."""
    return f"p = {p_value:.2g}" if p_value >= 0.0001 else "p < 0.0001"
