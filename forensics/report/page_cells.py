"""A box of a matrix: what one or several runs of a job came to in one night, and since when it has been so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from forensics.report.page_marks import Mark, mark
from forensics.report.view_pen import Pen
from forensics.report.view_runs import SEVERITY
from forensics.verdicts import Verdict

# What a run came to: its verdict, whether nothing could have proven it, and what was claimed of it.
Outcome = tuple[str, bool, str | None]


@dataclass(frozen=True)
class Cell:
    """Runs of one job in one column: the worst of them, ``alike`` of ``runs`` that came to the same."""

    mark: Mark
    alike: int
    runs: int


def cell_of(outcomes: Sequence[Outcome], pen: Pen) -> Cell | None:
    """Return what some runs came to, None of no run."""
    if not outcomes:
        return None
    found = Counter(outcomes)
    verdict, is_unproven, claim = min(found, key=lambda each: (severity(each), -found[each], each[2] or ""))
    alike = sum(count for each, count in found.items() if each[:2] == (verdict, is_unproven))
    return Cell(mark(pen.marks(verdict, claim, is_unproven), verdict, is_unproven), alike, len(outcomes))


def severity(outcome: Outcome) -> tuple[int, bool]:
    """Return by what outcomes are ordered, worst first."""
    return SEVERITY[outcome[0]], outcome[1]


def is_calm(outcomes: Sequence[Outcome]) -> bool:
    """Return whether all of some runs are confirmed."""
    return all(verdict == Verdict.CONFIRMED for verdict, _unproven, _claim in outcomes)


def since(cells: Sequence[Cell | None], labels: Sequence[str]) -> str | None:
    """Return the column since which a job's runs came to the same trouble as its last one, None where they did not."""
    known = [(label, cell.mark.word) for label, cell in zip(labels, cells, strict=True) if cell]
    if len(known) < 2 or known[-1][1] == "confirmed":
        return None
    first = len(known) - 1
    while first and known[first - 1][1] == known[-1][1]:
        first -= 1
    return known[first][0] if first < len(known) - 1 else None
