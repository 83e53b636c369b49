"""The runs: how many of each kind, then those that are not confirmed, worst first; many alike become one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from forensics.evidence.paired import NAT
from forensics.evidence.result import Result
from forensics.report.columns import RunColumns
from forensics.report.view_again import Again, judged_again
from forensics.report.view_pen import Pen
from forensics.report.view_proof import Proof, proofs_of
from forensics.report.view_reasons import SHOWN_RUNS, Why, reasons_of
from forensics.verdicts import Claim, Evidence, Flag, Verdict

FOLDED = (Verdict.FALSE_ALARM, Verdict.UNREPORTED, Verdict.PENDING, Verdict.SKIPPED)
SEVERITY = {verdict.value: rank for rank, verdict in enumerate(Verdict)}
SHOWN_ROWS = 25
SHOWN_NAMES = 40
SHOWN_STREAKS = 6
WAS_PENDING = "pending last night"
SAID = (Claim.SUCCESS.value, Claim.FAILURE.value, "nothing")
Key = tuple[str, bool, str, str | None, str | None, bool]


@dataclass(frozen=True)
class Count:
    """A verdict in a cell of the matrix, with its marks."""

    count: int
    verdict: str
    is_unproven: bool
    marks: str


@dataclass(frozen=True)
class Matrix:
    """Work by message: for ``proven`` and not, in each of success, failure and nothing, the verdicts that are there."""

    cells: dict[bool, tuple[tuple[Count, ...], ...]]
    totals: dict[bool, tuple[int, ...]]

    def lines(self, is_proven: bool) -> list[tuple[Count | None, ...]]:
        """Return the cells of a row as lines that hold one verdict each, None where a cell has no more."""
        cells = self.cells[is_proven]
        height = max(1, *(len(cell) for cell in cells))
        return [tuple(cell[line] if line < len(cell) else None for cell in cells) for line in range(height)]


@dataclass(frozen=True)
class Row:
    """One line of the table: a run, or ``count`` runs of a job that came to the same, of which the last is shown."""

    marks: str
    verdict: str
    is_unproven: bool
    job: str
    due: str | None
    instead: str
    until: str | None
    count: int
    proof: Proof
    said: str | None
    said_at: str | None
    cause: str | None
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Streak:
    """Jobs alike in a folded list: ``number`` is how often in a row, by their messages; 0 where these do not say."""

    number: int
    jobs: int
    names: tuple[str, ...]
    left: int


@dataclass(frozen=True)
class Fold:
    """Runs of one verdict that need nobody, folded."""

    verdict: str
    runs: int
    jobs: int
    streaks: tuple[Streak, ...]
    left: int


@dataclass(frozen=True)
class Runs:
    """The section in plain values; ``left_runs`` of ``left_jobs`` are not in the table.

    Of the ``open_runs``, which are not confirmed and not folded, nothing can tell what ``untold`` came to.
    ``again`` are the runs that the last report left pending, by what they came to; they stand first in the table.
    """

    count: int
    again: tuple[Again, ...]
    matrix: Matrix
    classes: tuple[tuple[str, int], ...]
    flags: tuple[tuple[str, int], ...]
    work_marks: list[tuple[str, str]]
    message_marks: list[tuple[str, str]]
    rows: tuple[Row, ...]
    open_runs: int
    untold: int
    left_runs: int
    left_jobs: int
    why: tuple[Why, ...]
    folds: tuple[Fold, ...]
    confirmed: int


def runs_view(result: Result, runs: RunColumns, pen: Pen) -> Runs:
    """Return the section of the runs."""
    unproven = [Flag.UNPROVEN in flags.split() for flags in runs.flags]
    ordered, pending = worst_first(runs, unproven), result.memory.pending
    again = {at for at in ordered if runs.key[at] in pending}
    if len(ordered) > SHOWN_ROWS:  # what nobody can tell would hide what went wrong
        again = {at for at in again if runs.verdict[at] != Verdict.UNVERIFIABLE}
    ordered.sort(key=lambda at: at not in again)
    open_runs = [at for at in ordered if runs.verdict[at] not in FOLDED]
    groups = sorted(grouped(open_runs, runs, unproven, again), key=lambda group: group[0] not in again)
    shown = fair(groups, runs, unproven, SHOWN_ROWS)
    left = {at for group in groups for at in group} - {at for group in shown for at in group}
    explained = fair(alike(open_runs, runs, unproven, again), runs, unproven, SHOWN_RUNS)
    counted = Counter(flag for flags in runs.flags for flag in flags.split())
    marks = Counter(zip(runs.verdict, runs.claim, unproven, strict=True))
    work, said = legend(pen, [pen.marks(*each) for each in marks])
    return Runs(
        count=len(runs),
        again=tuple(judged_again(result, runs, pen)),
        matrix=matrix(runs, unproven, pen),
        classes=tuple((each.value, int(result.summary.evidence.get(each.value, 0))) for each in Evidence),
        flags=tuple((flag.value, counted[flag.value]) for flag in Flag if counted[flag.value]),
        work_marks=work,
        message_marks=said,
        rows=tuple(rows_of(shown, result, runs, unproven, again, pen)),
        open_runs=len(open_runs),
        untold=runs.verdict.count(Verdict.UNVERIFIABLE),
        left_runs=len(left),
        left_jobs=len({(runs.job[at], runs.host[at]) for at in left}),
        why=tuple(reasons_of([group[-1] for group in explained], result, runs, unproven, pen)),
        folds=tuple(folds(result, runs, pen)),
        confirmed=runs.verdict.count(Verdict.CONFIRMED),
    )


def worst_first(runs: RunColumns, unproven: Sequence[bool]) -> list[int]:
    """Return the positions of the runs that are not confirmed: worst first, then in order of time and job."""
    chosen = [at for at, verdict in enumerate(runs.verdict) if verdict != Verdict.CONFIRMED]
    return sorted(
        chosen,
        key=lambda at: (
            SEVERITY[runs.verdict[at]],
            unproven[at],
            moment(runs, at),
            runs.job[at],
            runs.host[at] or "",
            runs.row[at],
        ),
    )


def moment(runs: RunColumns, at: int) -> int:
    """Return the instant by which a run is known: due, else triggered, else the first that is; NAT where none is."""
    found = (runs.due_at[at], runs.triggered_at[at], runs.started_at[at], runs.executed_at[at], runs.reported_at[at])
    return next((instant for instant in found if instant != NAT), NAT)


def grouped(
    chosen: Sequence[int], runs: RunColumns, unproven: Sequence[bool], again: Container[int]
) -> list[list[int]]:
    """Return the runs one by one where they fit the table, else those of a job that came to the same together."""
    return [[at] for at in chosen] if len(chosen) <= SHOWN_ROWS else alike(chosen, runs, unproven, again)


def alike(chosen: Sequence[int], runs: RunColumns, unproven: Sequence[bool], again: Container[int]) -> list[list[int]]:
    """Return the runs of a job that came to the same together, those judged ``again`` apart: worst first, then most."""
    groups: dict[Key, list[int]] = {}
    for at in chosen:
        key = (runs.verdict[at], unproven[at], runs.job[at], runs.host[at], runs.cause[at], at in again)
        groups.setdefault(key, []).append(at)
    return sorted(
        groups.values(), key=lambda group: (SEVERITY[runs.verdict[group[0]]], unproven[group[0]], -len(group))
    )


def fair(groups: Sequence[list[int]], runs: RunColumns, unproven: Sequence[bool], most: int) -> list[list[int]]:
    """Return as many groups as asked for, so that many of one verdict hide no other; order is kept."""
    kinds: dict[tuple[str, bool], list[list[int]]] = {}
    for group in groups:
        kinds.setdefault((runs.verdict[group[0]], unproven[group[0]]), []).append(group)
    quota = max(1, most // max(1, len(kinds)))
    first = [group for kind in kinds.values() for group in kind[:quota]]
    rest = [group for kind in kinds.values() for group in kind[quota:]]
    chosen = {group[0] for group in [*first, *rest][:most]}
    return [group for group in groups if group[0] in chosen]


def matrix(runs: RunColumns, unproven: Sequence[bool], pen: Pen) -> Matrix:
    """Return the counts of class by verdict."""
    cells: dict[tuple[bool, str], Counter[tuple[str, bool]]] = {
        (proven, said): Counter() for proven in (True, False) for said in SAID
    }
    for evidence, verdict, claim, is_unproven in zip(runs.evidence, runs.verdict, runs.claim, unproven, strict=True):
        said = claim if claim in SAID else SAID[-1]
        cells[evidence in (Evidence.BOTH, Evidence.EXECUTED), said][verdict, is_unproven] += 1
    return Matrix(
        {proven: tuple(counts(cells[proven, said], said, pen) for said in SAID) for proven in (True, False)},
        {proven: tuple(cells[proven, said].total() for said in SAID) for proven in (True, False)},
    )


def counts(found: Counter[tuple[str, bool]], said: str, pen: Pen) -> tuple[Count, ...]:
    """Return the verdicts of a cell, worst first."""
    ordered = sorted(found.items(), key=lambda each: (SEVERITY[each[0][0]], each[0][1]))
    return tuple(Count(number, verdict, odd, pen.marks(verdict, said, odd)) for (verdict, odd), number in ordered)


def legend(pen: Pen, marks: Iterable[str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the marks that are used, with their words."""
    used = list(marks)
    work, said = pen.legend()
    return (
        [(sign, word) for sign, word in work if any(pair[0] == sign for pair in used)],
        [(sign, word) for sign, word in said if any(pair[1] == sign for pair in used)],
    )


def rows_of(
    groups: Sequence[Sequence[int]],
    result: Result,
    runs: RunColumns,
    unproven: Sequence[bool],
    again: Container[int],
    pen: Pen,
) -> Iterator[Row]:
    """Yield the lines of the table."""
    proofs = proofs_of([group[-1] for group in groups], result, runs, pen)
    for group, proof in zip(groups, proofs, strict=True):
        first, at = group[0], group[-1]
        yield Row(
            marks=pen.marks(runs.verdict[at], runs.claim[at], unproven[at]),
            verdict=runs.verdict[at],
            is_unproven=unproven[at],
            job=pen.job(runs.job[at], runs.host[at]),
            due=None if runs.due_at[first] == NAT else pen.time(runs.due_at[first]),
            instead="" if moment(runs, first) == NAT else pen.time(moment(runs, first)),
            until=pen.time(moment(runs, at)) if len(group) > 1 else None,
            count=len(group),
            proof=proof,
            said=runs.claim[at],
            said_at=None if runs.reported_at[at] == NAT else pen.time(runs.reported_at[at], seconds=True),
            cause=runs.cause[at],
            flags=(
                *([WAS_PENDING] if at in again else []),
                *(flag for flag in runs.flags[at].split() if flag != Flag.UNPROVEN),
            ),
        )


def folds(result: Result, runs: RunColumns, pen: Pen) -> Iterator[Fold]:
    """Yield the folded lists, worst first."""
    said = streaks_said(result)
    for verdict in FOLDED:
        chosen = sorted(
            (at for at, found in enumerate(runs.verdict) if found == verdict),
            key=lambda at: (moment(runs, at), runs.job[at]),
        )
        if chosen:
            by_number: dict[int, list[int]] = {}
            for at in chosen:
                by_number.setdefault(said.get(runs.row[at], 0), []).append(at)
            streaks = [streak(number, by_number[number], runs, pen) for number in sorted(by_number, reverse=True)]
            jobs = len({(runs.job[at], runs.host[at]) for at in chosen})
            yield Fold(
                verdict.value,
                len(chosen),
                jobs,
                tuple(streaks[:SHOWN_STREAKS]),
                sum(each.jobs for each in streaks[SHOWN_STREAKS:]),
            )


def streaks_said(result: Result) -> dict[int, int]:
    """Return for each run, by its row, the number in a row that its last message with one gives."""
    claims = result.paired.claims
    told = claims.streak > 1
    return dict(zip(claims.run[told].tolist(), claims.streak[told].tolist(), strict=True))


def streak(number: int, chosen: Sequence[int], runs: RunColumns, pen: Pen) -> Streak:
    """Return a line of a folded list: each job once, with the time of its proof, else of its run, or how many runs."""
    by_job: dict[tuple[str, str | None], list[int]] = {}
    for at in chosen:
        by_job.setdefault((runs.job[at], runs.host[at]), []).append(at)
    shown = list(by_job.items())[:SHOWN_NAMES]
    names = [f"{pen.job_code(*job)} {when(positions, runs, pen)}".rstrip() for job, positions in shown]
    return Streak(number, len(by_job), tuple(names), len(by_job) - len(shown))


def when(positions: Sequence[int], runs: RunColumns, pen: Pen) -> str:
    """Return when a job's run was proven, else when it was due; of several runs their number."""
    if len(positions) > 1:
        return f"×{len(positions):,}"
    at = positions[0]
    if runs.executed_at[at] != NAT:
        return pen.time(runs.executed_at[at], seconds=True)
    return "" if moment(runs, at) == NAT else pen.time(moment(runs, at))
