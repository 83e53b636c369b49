"""What became of each job at each time: a matrix with a row for every job and a column for every night.

Its runs are those of the window and, where an investigation looked further back, those before it. A single night is
told by the hour. A job that was always confirmed needs nobody: among very many, such rows become one.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forensics.config import Event
from forensics.evidence.paired import NAT
from forensics.evidence.result import Result
from forensics.report.columns import RunColumns, run_columns
from forensics.report.page_cells import Cell, Outcome, cell_of, is_calm, severity, since
from forensics.report.page_marks import meanings
from forensics.report.page_pen import PagePen
from forensics.report.view_pen import Pen
from forensics.report.view_runs import SEVERITY, legend, moment
from forensics.timeline import EPOCH, local_text, nanos_of
from forensics.verdicts import Flag

SHOWN_COLUMNS = 31
ROWS_EACH = 60
SHOWN_ROWS = 200
SHOWN_EVENTS = 6
HOUR, DAY = "hour", "night"
Job = tuple[str, str | None]
Cells = dict[str, list[Outcome]]


@dataclass(frozen=True)
class Row:
    """A job and its cells, None where it had no run; ``since`` is the column in which its present trouble began."""

    job: str
    cells: tuple[Cell | None, ...]
    since: str | None


@dataclass(frozen=True)
class Column:
    """A night, with its ``month`` before its day, or an hour.

    ``is_now``: it is the window's among others. ``has_event``: something changed there.
    """

    month: str
    label: str
    is_now: bool
    has_event: bool


@dataclass(frozen=True)
class PageMatrix:
    """The matrix in plain values; ``calm`` jobs are in one row, ``left`` jobs and ``earlier`` columns are not shown.

    ``meanings`` are those of the verdicts that are in it.
    """

    unit: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    calm: int
    calm_cells: tuple[Cell | None, ...]
    left: int
    earlier: int
    events: tuple[tuple[str, str], ...]
    events_left: int
    work_marks: list[tuple[str, str]]
    message_marks: list[tuple[str, str]]
    meanings: list[tuple[str, str]]


def page_matrix(result: Result, pen: PagePen) -> PageMatrix | None:
    """Return the matrix of a report, None of no run whose time is known."""
    runs, is_told = shown_runs(result)
    unit, labels = labels_of(runs, pen)
    every = sorted({label for label in labels if label})
    names = every[-SHOWN_COLUMNS:]
    if not names:
        return None
    told = {label for label, own in zip(labels, is_told, strict=True) if own}
    jobs = by_job(runs, labels, frozenset(names))
    ordered = sorted(jobs, key=lambda job: worst_first(job, jobs[job], told))
    calm = [job for job in ordered if is_always_calm(jobs[job])] if len(ordered) > ROWS_EACH else []
    single = [job for job in ordered if job not in set(calm)]
    headings = [short(name, unit, pen) for name in names]
    events = [event for event in result.events if names[0] <= label_of(instant_of(event), unit, pen) <= names[-1]]
    marked = {next(name for name in names if name >= label_of(instant_of(each), unit, pen)) for each in events}
    seen = {outcome for columns in jobs.values() for outcomes in columns.values() for outcome in outcomes}
    work, said = legend(pen, [pen.marks(verdict, claim, is_unproven) for verdict, is_unproven, claim in seen])
    return PageMatrix(
        unit=unit,
        columns=tuple(
            Column(*halves(heading), name in told and len(told) < len(names), name in marked)
            for name, heading in zip(names, headings, strict=True)
        ),
        rows=tuple(row_of(job, jobs[job], names, headings, pen) for job in single[:SHOWN_ROWS]),
        calm=len(calm),
        calm_cells=together([jobs[job] for job in calm], names, pen),
        left=max(0, len(single) - SHOWN_ROWS),
        earlier=len(every) - len(names),
        events=tuple(event_text(event, pen) for event in events[-SHOWN_EVENTS:]),
        events_left=max(0, len(events) - SHOWN_EVENTS),
        work_marks=work,
        message_marks=said,
        meanings=meanings({outcome[0] for outcome in seen}),
    )


def shown_runs(result: Result) -> tuple[RunColumns, list[bool]]:
    """Return the runs of the window, and those that were studied before it of the same jobs; which are the window's."""
    own = result.runs[result.runs["in_window"].to_numpy()]
    if result.studied is None:
        return run_columns(own), [True] * len(own)
    studied = result.studied[result.studied["in_window"].to_numpy()]
    is_other = ~studied["key"].isin(own["key"]) & studied["job"].isin(own["job"].unique())
    before = studied[is_other.to_numpy()]
    frame = pd.concat([own, before], ignore_index=True) if len(before) else own
    return run_columns(frame), [True] * len(own) + [False] * len(before)


def labels_of(runs: RunColumns, pen: PagePen) -> tuple[str, list[str]]:
    """Return whether columns are nights or hours, and the column of each run, empty where its time is not known."""
    instants = [moment(runs, at) for at in range(len(runs))]
    days = texts(instants, "%Y-%m-%d", pen)
    if len({day for day in days if day}) > 1:
        return DAY, days
    return HOUR, texts(instants, "%Y-%m-%d %H", pen)


def texts(instants: Sequence[int], form: str, pen: PagePen) -> list[str]:
    """Return instants on the report's clock, empty where there is none."""
    known = np.array(instants, dtype=np.int64)
    there = pd.DatetimeIndex(np.where(known == NAT, 0, known).view("datetime64[ns]")).tz_localize("UTC")
    codes, hours = pd.factorize(there.tz_convert(pen.zone).tz_localize(None).floor("h"))
    words = pd.DatetimeIndex(hours).strftime(form).tolist()
    return ["" if at == NAT else words[code] for at, code in zip(instants, codes.tolist(), strict=True)]


def label_of(at: int, unit: str, pen: PagePen) -> str:
    """Return the column that holds an instant."""
    return local_text(at, pen.zone)[: 10 if unit == DAY else 13]


def short(label: str, unit: str, pen: PagePen) -> str:
    """Return the heading of a column: a date without the year where that is the report's own, or the hour."""
    return f"{label[11:]}" if unit == HOUR else label.removeprefix(pen.year)


def halves(label: str) -> tuple[str, str]:
    """Return what a narrow screen can do without, and the rest of a column's heading."""
    begin, dash, end = label.rpartition("-")
    return begin + dash, end


def by_job(runs: RunColumns, labels: Sequence[str], names: frozenset[str]) -> dict[Job, Cells]:
    """Return what the runs came to by job and column."""
    found: dict[Job, Cells] = {}
    for at, label in enumerate(labels):
        columns = found.setdefault((runs.job[at], runs.host[at]), {})
        if label in names:
            outcome = (runs.verdict[at], Flag.UNPROVEN in runs.flags[at].split(), runs.claim[at])
            columns.setdefault(label, []).append(outcome)
    return found


def worst_first(job: Job, columns: Cells, told: Container[str]) -> tuple[tuple[int, bool], str, str, str]:
    """Return by what rows are ordered: the worst in the columns that are told, then since when, then the name."""
    worst = min(
        (outcome for label, outcomes in columns.items() if label in told for outcome in outcomes),
        key=severity,
        default=None,
    )
    if worst is None:
        return (len(SEVERITY), False), "", job[0], job[1] or ""
    first = max(columns)
    for label in sorted(columns, reverse=True):
        if all(outcome[0] != worst[0] for outcome in columns[label]):
            break
        first = label
    return severity(worst), first, job[0], job[1] or ""


def is_always_calm(columns: Cells) -> bool:
    """Return whether all runs of a job are confirmed."""
    return all(map(is_calm, columns.values()))


def row_of(job: Job, columns: Cells, names: Sequence[str], headings: Sequence[str], pen: Pen) -> Row:
    """Return the row of one job."""
    cells = tuple(cell_of(columns.get(name, ()), pen) for name in names)
    return Row(pen.job(*job), cells, since(cells, headings))


def together(jobs: Sequence[Cells], names: Sequence[str], pen: Pen) -> tuple[Cell | None, ...]:
    """Return the cells of many jobs as one row."""
    return tuple(cell_of([each for columns in jobs for each in columns.get(name, ())], pen) for name in names)


def instant_of(event: Event) -> int:
    """Return when something changed, in ns."""
    return nanos_of(event.at - EPOCH)


def event_text(event: Event, pen: PagePen) -> tuple[str, str]:
    """Return when something changed, and what."""
    return pen.full(instant_of(event)), pen.sentence(f"{event.kind}: {event.name}" if event.name else event.kind)
