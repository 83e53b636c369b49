"""What comes of the parts of a fleet as if it had been matched as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from forensics.evidence.paired import Ints, Links, Paired, Pattern, Proofs, Runs
from forensics.match.parts import Part
from forensics.match.resolve import Resolved

Linked = TypeVar("Linked", bound=Links)
Columns = TypeVar("Columns", bound=Links | Runs)


@dataclass(frozen=True)
class Place:
    """Where the runs of one part stand in the whole: ``run`` by their own row."""

    part: Part
    paired: Paired
    run: Ints

    def moved(self, table: str, links: Linked) -> Linked:
        """Return rows of a table and their runs as they are numbered in the whole."""
        return replace(links, run=self.run[links.run], row=self.part.rows[table][links.row])

    def proofs(self) -> Proofs:
        """Return the files and their runs and patterns as they are numbered in the whole."""
        proofs = self.moved("artifacts", self.paired.proofs)
        return replace(proofs, pattern=self.part.numbers[proofs.pattern])


def joined(resolved: Resolved, parts: Sequence[Part], done: Sequence[Paired]) -> Paired:
    """Return the runs of all parts, sorted by (job, start), with jobs, rows and patterns numbered as in the whole."""
    job = np.concatenate([part.codes[paired.runs.job] for part, paired in zip(parts, done, strict=True)])
    order = np.argsort(job, kind="stable")
    moved = np.empty(len(order), dtype=np.int64)
    moved[order] = np.arange(len(order))
    runs = np.split(moved, np.cumsum([len(paired.runs) for paired in done])[:-1])
    places = [Place(part, paired, run) for part, paired, run in zip(parts, done, runs, strict=True)]
    whole = in_one([paired.runs for paired in done], order)
    return Paired(
        jobs=resolved.jobs,
        configured=resolved.configured,
        runs=replace(whole, job=job[order]),
        triggers=by_row([place.moved("triggers", place.paired.triggers) for place in places]),
        steps=by_run([place.moved("lifecycle", place.paired.steps) for place in places]),
        claims=by_run([place.moved("notifications", place.paired.claims) for place in places]),
        proofs=by_run([place.proofs() for place in places]),
        beats=by_row([place.moved("beats", place.paired.beats) for place in places]),
        patterns=tuple(sorted(patterns_of(places), key=lambda each: each.number)),
        overwritten=np.concatenate([paired.overwritten for paired in done])[order],
        orphans=dict.fromkeys(done[0].orphans, resolved.unnamed),
        is_copied=False,
        fitting=np.unique(np.concatenate([place.part.rows["artifacts"][place.paired.fitting] for place in places])),
    )


def in_one(columns: Sequence[Columns], order: Ints) -> Columns:
    """Return values of one kind, each made of arrays of one length, as one such value in a new order."""
    together: dict[str, Any] = {
        each.name: np.concatenate([getattr(some, each.name) for some in columns])[order] for each in fields(columns[0])
    }
    return replace(columns[0], **together)


def by_run(links: Sequence[Linked]) -> Linked:
    """Return rows in the order of their runs; those of one run, which lie in one part, stay in theirs."""
    return in_one(links, np.argsort(np.concatenate([each.run for each in links]), kind="stable"))


def by_row(links: Sequence[Linked]) -> Linked:
    """Return rows in their own order."""
    return in_one(links, np.argsort(np.concatenate([each.row for each in links]), kind="stable"))


def patterns_of(places: Sequence[Place]) -> Iterator[Pattern]:
    """Yield the patterns of all parts with the numbers of the whole."""
    for place in places:
        for each in place.paired.patterns:
            number, job = int(place.part.numbers[each.number]), int(place.part.codes[each.job])
            yield replace(each, number=number, job=job)
