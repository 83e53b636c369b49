"""All that the page shows: the view that the Markdown shows, too, and what only a page has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from forensics.evidence.investigation import Cause
from forensics.evidence.result import Blocker, Heartbeat, Result
from forensics.report.columns import RunColumns, studied_runs, window_runs
from forensics.report.markdown import template
from forensics.report.page_causes import Causes, Likely, causes_of
from forensics.report.page_marks import Mark, look_of, mark
from forensics.report.page_matrix import PageMatrix, page_matrix
from forensics.report.page_pen import page_pen
from forensics.report.view import View, view
from forensics.report.view_blockers import Statement
from forensics.report.view_findings import OF_INVESTIGATION
from forensics.report.view_panel import SHOWN_LINES
from forensics.report.view_reporting import NOT_COUNTED
from forensics.verdicts import Evidence, Flag

QUOTE = "> "
PROVEN = frozenset({Evidence.BOTH.value, Evidence.EXECUTED.value})
BAR = 100
MARGIN = 1.5
# Kinds of causes that concern what was said, not what was done.
OF_MESSAGES = frozenset({"reporting", "messages"})
# Kinds of causes that explain only some kinds of blockers: what was never started said and left nothing.
EXPLAINED = {"never_triggered": frozenset({"missed", "stale", "missing"})}


@dataclass(frozen=True)
class Trouble:
    """A blocker with the box of its verdict, and the likely cause that concerns its job, as far as it is shown.

    ``like`` is the number of an earlier blocker of which the same follows, and for which the same is to be done.
    """

    statement: Statement
    mark: Mark | None
    tone: str
    cause: Likely | None
    like: int | None


@dataclass(frozen=True)
class Gauge:
    """How old a heartbeat is, as a bar of at most 100: ``late`` and ``stale`` are where these begin."""

    filled: int
    late: int
    stale: int
    tone: str


@dataclass(frozen=True)
class Figures:
    """What the runs come to at a glance: of those that ``count`` how many are proven.

    The ``left`` ones are muted, left out on purpose, or too early to tell: they are no failures.
    """

    proven: int
    count: int
    left: int


@dataclass(frozen=True)
class Page:
    """The page in plain values; ``lead`` are the lines of the first paragraph as Markdown, the headline first.

    ``instants`` are those of the dates in it, None where one date stands for two; ``repeated`` are the numbers of
    findings that say what an investigation shows in full.
    """

    view: View
    lead: tuple[str, ...]
    figures: Figures
    troubles: tuple[Trouble, ...]
    gauges: tuple[Gauge | None, ...]
    matrix: PageMatrix | None
    causes: Causes | None
    reporting: str
    repeated: frozenset[int]
    instants: Mapping[str, int | None]


def page(result: Result) -> Page:
    """Return what the page of a report shows."""
    pen = page_pen(result)
    matrix, causes = page_matrix(result, pen), causes_of(result.investigation, pen, studied_runs(result))
    shown = view(result, pen=pen)  # last: it writes out the names that all of them use
    limit = result.config.heartbeats.stale_after
    return Page(
        view=shown,
        lead=tuple(lead(shown)),
        figures=figures(window_runs(result)),
        troubles=tuple(troubles(result, shown, causes)),
        gauges=tuple(gauge(beat, limit) for beat in result.heartbeats[:SHOWN_LINES]),
        matrix=matrix,
        causes=causes,
        reporting=reporting_text(shown),
        repeated=frozenset(repeated(result, shown)) if causes else frozenset(),
        instants=pen.instants,
    )


def figures(runs: RunColumns) -> Figures:
    """Return what the runs of a window come to."""
    counting = [
        evidence in PROVEN
        for evidence, verdict, flags in zip(runs.evidence, runs.verdict, runs.flags, strict=True)
        if verdict not in NOT_COUNTED and Flag.MUTED not in flags.split()
    ]
    return Figures(sum(counting), len(counting), len(runs) - len(counting))


def lead(shown: View) -> Iterator[str]:
    """Yield the lines of the first paragraph, as the Markdown tells it."""
    for text in template("alert").render(view=shown).strip("\n").split("\n")[1:]:
        if text.removeprefix(QUOTE).strip():
            yield text.removeprefix(QUOTE).strip()


def troubles(result: Result, shown: View, causes: Causes | None) -> Iterator[Trouble]:
    """Yield the blockers that are told in full."""
    found = result.investigation.causes if result.investigation else ()
    named = list(zip(found, causes.likely if causes else (), strict=False))
    firsts: dict[tuple[str, str, str], int] = {}
    for blocker, statement in zip(result.blockers, shown.blockers.shown, strict=False):
        box = mark(statement.marks, blocker.kind, Flag.UNPROVEN in blocker.flags) if statement.marks else None
        why = next((told for cause, told in named if explains(cause, blocker)), None)
        what = statement.kind, statement.body.inferred, statement.body.todo
        first = firsts.setdefault(what, statement.number)
        like = first if first != statement.number and any(what[1:]) else None
        yield Trouble(statement, box, look_of(blocker.kind, blocker.flags), why, like)


def repeated(result: Result, shown: View) -> Iterator[int]:
    """Yield the numbers of findings that causes, changes and comparisons tell of; none that asks for something."""
    for finding, statement in zip(result.findings, shown.findings.shown, strict=False):
        if finding.kind in OF_INVESTIGATION and not finding.todo:
            yield statement.number


def explains(cause: Cause, blocker: Blocker) -> bool:
    """Return whether a cause is behind a blocker: one of the reporting is not behind work that was not done."""
    if cause.kind in OF_MESSAGES:
        return blocker.kind == "reporting"
    if blocker.kind not in EXPLAINED.get(cause.kind, {blocker.kind}):
        return False
    return blocker.job is not None and blocker.job in cause.jobs


def gauge(beat: Heartbeat, stale_after: float) -> Gauge | None:
    """Return the bar of a heartbeat, None where its age in intervals is not known."""
    if beat.ratio is None:
        return None
    whole = stale_after * MARGIN
    tone = "good" if beat.ratio <= 1 else "word" if beat.ratio <= stale_after else "bad"
    filled = round(BAR * min(max(beat.ratio, 0), whole) / whole)
    return Gauge(filled, round(BAR / whole), round(BAR / MARGIN), tone)


def reporting_text(shown: View) -> str:
    """Return the section on the reporting as Markdown, without its table of days, whose rows the page places itself."""
    return template("reporting").render(view=replace(shown, reporting=replace(shown.reporting, days=())))
