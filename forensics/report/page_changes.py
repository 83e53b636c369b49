"""Since when runs go wrong, in plain values: changes of one kind together, the first to come first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forensics.evidence.investigation import ChangePoint
from forensics.report.page_compared import ABOUT, group_text
from forensics.report.view_blockers import p_text
from forensics.report.view_pen import Pen
from forensics.report.wording import listed

SHOWN_CHANGES, SHOWN_NAMES = 8, 8


@dataclass(frozen=True)
class Change:
    """After ``last_good``, most likely at ``first_bad``, at ``latest`` by then (empty where that is no later).

    ``among`` tells which runs of these jobs changed, empty for all; ``occasions`` are when and what happened between.
    """

    names: str
    last_good: str
    first_bad: str
    before: str
    after: str
    p_value: str
    occasions: tuple[tuple[str, str], ...]
    latest: str = ""
    among: str = ""


@dataclass(frozen=True)
class Turn:
    """Changes of one kind, at one moment or at several; ``controls`` changed at none of them."""

    about: str
    is_better: bool
    changes: tuple[Change, ...]
    controls: str

    @property
    def has_occasions(self) -> bool:
        """Whether anything that was read happened between the last run of one kind and the first of the other."""
        return any(change.occasions for change in self.changes)


def turns(points: Sequence[ChangePoint], pen: Pen) -> Iterator[Turn]:
    """Yield changes by what changed: those for the worse first."""
    alike: dict[tuple[bool, str], list[ChangePoint]] = {}
    for point in points:
        alike.setdefault((point.is_better, point.about), []).append(point)
    for (is_better, about), some in sorted(alike.items(), key=lambda pair: pair[0][0]):
        ordered = sorted(some, key=lambda point: (point.first_bad, point.jobs))
        still = [job for job in ordered[0].controls if all(job in point.controls for point in ordered)]
        yield Turn(ABOUT[about], is_better, tuple(change(point, pen) for point in ordered), names(still, pen))


def change(point: ChangePoint, pen: Pen) -> Change:
    """Return one change."""
    return Change(
        names=names(point.jobs, pen, point.hosts),
        last_good=pen.full(point.last_good),
        first_bad=pen.full(point.first_bad),
        before=group_text(point.before),
        after=group_text(point.after),
        p_value=p_text(point.p_value),
        occasions=tuple((pen.full(each.at), pen.sentence(f"{each.kind} {each.name}")) for each in point.occasions),
        latest=pen.full(point.until) if point.until > point.first_bad else "",
        among=pen.sentence(point.among),
    )


def names(jobs: Sequence[str], pen: Pen, hosts: Sequence[str | None] = ()) -> str:
    """Return the names of some jobs for a sentence, empty where there are none."""
    known = [*hosts, *[None] * (len(jobs) - len(hosts))]
    shown = [pen.job_code(*each) for each in list(zip(jobs, known, strict=True))[:SHOWN_NAMES]]
    return listed(shown, len(jobs))
