"""The first page of an archive: every job night by night, and the nights with their reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

from forensics.report.archive_history import Job, Night, Trouble, history
from forensics.report.html import rendered
from forensics.report.page_cells import Cell, Outcome, cell_of, is_calm, severity, since
from forensics.report.page_marks import Mark, mark
from forensics.report.view_pen import Pen
from forensics.report.view_runs import legend
from forensics.report.view_sources import Fold, written_out
from forensics.report.view_troubles import SILENT
from forensics.verdicts import Verdict

INDEX = "index.html"
ROWS_EACH = 60
SHOWN_ROWS = 300
SHOWN_NAMES = 5
# What troubles say that concern no job.
OF_NO_JOB = {"reporting": "the messages cannot be believed", "source": "not all sources were read"}
# What is proven, whatever was said of it.
PROVEN = frozenset({Verdict.CONFIRMED, Verdict.FALSE_ALARM, Verdict.UNREPORTED})


@dataclass(frozen=True)
class Row:
    """A job through the nights: its cells, how many of its runs are proven and confirmed, since when it is as now."""

    job: str
    cells: tuple[Cell | None, ...]
    proven: int
    confirmed: int
    runs: int
    since: str | None


@dataclass(frozen=True)
class Group:
    """Blockers of one kind: the first of the jobs, how many are ``left``, since when all of these are so if they agree.

    ``names`` are empty where it is about no job.
    """

    kind: str
    names: tuple[str, ...]
    left: int
    since: str | None


@dataclass(frozen=True)
class Line:
    """A night in the list: its files, its counts of verdicts, each with its box, worst first.

    ``unseen`` runs could not be checked.
    """

    name: str
    forms: tuple[str, ...]
    is_read: bool
    blockers: int
    runs: int
    counts: tuple[tuple[Mark, int], ...]
    unseen: int


@dataclass(frozen=True)
class Index:
    """The page in plain values; ``calm`` jobs are in one row, ``left`` jobs and ``older`` nights are not shown.

    ``troubles`` are the blockers of the newest night, ``level`` is how loud they are: caution, warning or note.
    """

    level: str
    lines: tuple[Line, ...]
    troubles: tuple[Group, ...]
    headings: tuple[tuple[str, str, str], ...]
    rows: tuple[Row, ...]
    calm: Row | None
    calm_jobs: int
    left: int
    older: int
    work_marks: list[tuple[str, str]]
    message_marks: list[tuple[str, str]]
    names: Fold


def index_html(folder: Path) -> bytes:
    """Return the first page of an archive, made anew out of what it holds."""
    nights, older = history(folder)
    text = rendered("index.html.jinja", index=index(nights, older))
    return text.encode("utf-8", "backslashreplace")


def index(nights: Sequence[Night], older: int) -> Index:
    """Return what the page shows of some nights, the oldest first."""
    pen, read = Pen(ZoneInfo("UTC"), "", ""), [night for night in nights if night.is_read]
    jobs = sorted({job for night in read for job in night.jobs}, key=lambda job: worst_first(job, read))
    newest = nights[-1].troubles if nights else ()
    calm = [job for job in jobs if is_calm(outcomes_of(job, read))] if len(jobs) > ROWS_EACH else []
    single = [job for job in jobs if job not in set(calm)]
    marks = [
        pen.marks(verdict, claim, odd) for verdict, odd, claim in {each for night in read for each in all_of(night)}
    ]
    work, said = legend(pen, marks)
    return Index(
        level=level_of(nights[-1]) if nights else "note",
        lines=tuple(map(line_of, reversed(nights))),
        troubles=tuple(groups(newest, read, pen)),
        headings=tuple((*halves(night.name), address(night)) for night in read),
        rows=tuple(row_of([job], pen.job(*job), read, pen) for job in single[:SHOWN_ROWS]),
        calm=row_of(calm, "", read, pen) if calm else None,
        calm_jobs=len(calm),
        left=max(0, len(single) - SHOWN_ROWS),
        older=older,
        work_marks=work,
        message_marks=said,
        names=written_out(pen),
    )


def worst_first(job: Job, nights: Sequence[Night]) -> tuple[tuple[int, bool], str, str, str]:
    """Return by what jobs are ordered: by the worst of their newest night, then since when, then by name."""
    own = [night for night in reversed(nights) if job in night.jobs]
    worst = min(own[0].jobs[job], key=severity)
    since_then = takewhile(lambda night: any(each[0] == worst[0] for each in night.jobs[job]), own)
    return severity(worst), list(since_then)[-1].name, job[0], job[1] or ""


def level_of(newest: Night) -> str:
    """Return how loud a night is, as its own report said it; one that cannot be read is no calm one."""
    kinds = {kind for _job, _host, kind in newest.troubles}
    return "caution" if kinds & SILENT else "note" if newest.is_read and not kinds else "warning"


def groups(troubles: Sequence[Trouble], nights: Sequence[Night], pen: Pen) -> Iterator[Group]:
    """Yield blockers by kind, in the order in which the kinds come."""
    for kind in dict.fromkeys(kind for _job, _host, kind in troubles):
        jobs = list(dict.fromkeys((job, host) for job, host, other in troubles if other == kind and job))
        what = OF_NO_JOB.get(kind) or pen.names.plain(kind.replace("_", "-")).replace("-", " ")
        begins = {row_of([job], "", nights, pen).since for job in jobs}
        yield Group(
            kind=what[:1].upper() + what[1:],
            names=tuple(pen.job_code(*job) for job in jobs[:SHOWN_NAMES]),
            left=max(0, len(jobs) - SHOWN_NAMES),
            since=begins.pop() if len(begins) == 1 else None,
        )


def outcomes_of(job: Job, nights: Sequence[Night]) -> list[Outcome]:
    """Return what all runs of a job came to."""
    return [outcome for night in nights for outcome in night.jobs.get(job, ())]


def all_of(night: Night) -> list[Outcome]:
    """Return what all runs of a night came to."""
    return [outcome for outcomes in night.jobs.values() for outcome in outcomes]


def row_of(jobs: Sequence[Job], name: str, nights: Sequence[Night], pen: Pen) -> Row:
    """Return the row of some jobs together."""
    cells = tuple(cell_of([each for job in jobs for each in night.jobs.get(job, ())], pen) for night in nights)
    told = [outcome for job in jobs for outcome in outcomes_of(job, nights)]
    proven = sum(verdict in PROVEN for verdict, _unproven, _claim in told)
    confirmed = sum(verdict == Verdict.CONFIRMED for verdict, _unproven, _claim in told)
    return Row(name, cells, proven, confirmed, len(told), begin(cells, [night.name for night in nights]))


def begin(cells: Sequence[Cell | None], nights: Sequence[str]) -> str | None:
    """Return the night since which a job is as it is now; what was before the first that is known, nobody knows."""
    first = next((name for name, cell in zip(nights, cells, strict=True) if cell), None)
    found = since(cells, nights)
    return f"{found} or earlier" if found is not None and found == first else found


def line_of(night: Night) -> Line:
    """Return one night of the list."""
    counts = tuple((mark("", verdict), night.counts[verdict]) for verdict in Verdict if night.counts.get(verdict))
    runs, unseen = sum(night.counts.values()), night.counts.get(Verdict.UNVERIFIABLE, 0)
    return Line(night.name, night.forms, night.is_read, len(night.troubles), runs, counts, unseen)


def halves(name: str) -> tuple[str, str]:
    """Return what a narrow screen can do without, and the rest of a night's name: its last day."""
    last = name.rpartition("..")[2]
    return last[:-2], last[-2:]


def address(night: Night) -> str:
    """Return the file that a night is best read in."""
    return f"{night.name}{night.forms[0]}" if night.forms else ""
