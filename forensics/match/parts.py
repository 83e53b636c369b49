"""A large fleet taken apart by jobs, so that each part can be matched by itself, and what comes of them joined again.

Jobs that could ask for the same evidence stay together. What a part holds depends on the evidence alone, never on who
works it out, and so does the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from forensics.evidence.coverage import Coverage
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Ints, Window
from forensics.match.resolve import Known, Resolved, Speech
from forensics.match.witnesses import Witnesses, wanted_patterns

# Rows of evidence in a part, about: so many are matched in a few seconds, and a night of most fleets is one part.
MOST_ROWS = 400_000
TABLES = ("triggers", "lifecycle", "notifications", "artifacts", "beats")


@dataclass(frozen=True)
class Part:
    """Some jobs and all that speaks of them, numbered anew.

    ``codes`` are the jobs' codes in the whole, ``rows`` the rows of each table there, ``numbers`` their patterns'.
    """

    resolved: Resolved
    evidence: Evidence
    coverage: Coverage
    found: Witnesses
    window: Window
    codes: Ints
    rows: Mapping[str, Ints]
    numbers: Ints


def parts_of(
    resolved: Resolved, evidence: Evidence, coverage: Coverage, found: Witnesses, window: Window, most: int = MOST_ROWS
) -> list[Part]:
    """Return the parts of a fleet, none where there is too little to take apart."""
    patterns = wanted_patterns(resolved.jobs)
    owner = np.array([each.job for each in patterns], dtype=np.int64)
    by_table = {
        "triggers": resolved.triggers,
        "lifecycle": resolved.lifecycle,
        "beats": resolved.beats,
        "notifications": resolved.speech.job,
        "artifacts": owner[found.wanted] if len(owner) else found.wanted,
    }
    rows = np.concatenate([job[job >= 0] for job in by_table.values()])
    weights = np.bincount(rows, minlength=len(resolved.jobs))
    if weights.sum() <= most:
        return []
    bundle = bundles(families(resolved, evidence), weights, most)
    whole = Whole(resolved, evidence, coverage, found, window, by_table, owner, bundle)
    return [whole.part(number) for number in range(int(bundle.max(initial=0)) + 1)]


@dataclass(frozen=True)
class Whole:
    """All that is to be taken apart: ``owner`` is the job of each pattern, ``bundle`` the part of each job."""

    resolved: Resolved
    evidence: Evidence
    coverage: Coverage
    found: Witnesses
    window: Window
    by_table: Mapping[str, Ints]
    owner: Ints
    bundle: Ints

    def part(self, number: int) -> Part:
        """Return one of the parts."""
        codes = np.flatnonzero(self.bundle == number)
        chosen = {table: np.flatnonzero(within(job, codes)) for table, job in self.by_table.items()}
        numbers = np.flatnonzero(within(self.owner, codes))
        spoken, filed = chosen["notifications"], chosen["artifacts"]
        rows = {
            **chosen,
            "notifications": np.unique(self.resolved.speech.row[spoken]),
            "artifacts": np.unique(self.found.row[filed]),
        }
        return Part(
            resolved=self._resolved(codes, chosen, rows["notifications"]),
            evidence=some_of(self.evidence, rows),
            coverage=Coverage(
                {lane: [spans[code] for code in codes.tolist()] for lane, spans in self.coverage.spans.items()}
            ),
            found=self._found(filed, rows["artifacts"], numbers),
            window=self.window,
            codes=codes,
            rows=rows,
            numbers=numbers,
        )

    def _resolved(self, codes: Ints, chosen: Mapping[str, Ints], messages: Ints) -> Resolved:
        whole, speech, spoken = self.resolved, self.resolved.speech, chosen["notifications"]
        learnt: dict[int, Known] = {
            place: whole.learnt[code] for place, code in enumerate(codes.tolist()) if code in whole.learnt
        }
        return Resolved(
            jobs=tuple(whole.jobs[code] for code in codes.tolist()),
            configured=int(np.searchsorted(codes, whole.configured)),
            triggers=np.searchsorted(codes, whole.triggers[chosen["triggers"]]),
            lifecycle=np.searchsorted(codes, whole.lifecycle[chosen["lifecycle"]]),
            beats=np.searchsorted(codes, whole.beats[chosen["beats"]]),
            speech=Speech(
                row=np.searchsorted(messages, speech.row[spoken]),
                line=speech.line[spoken],
                job=np.searchsorted(codes, speech.job[spoken]),
                claim=[speech.claim[place] for place in spoken.tolist()],
                streak=speech.streak[spoken],
            ),
            unnamed=0,
            learnt=learnt,
        )

    def _found(self, filed: Ints, files: Ints, numbers: Ints) -> Witnesses:
        found = self.found
        return replace(
            found,
            row=np.searchsorted(files, found.row[filed]),
            wanted=np.searchsorted(numbers, found.wanted[filed]),
            dated=[found.dated[place] for place in filed.tolist()],
            base=[found.base[place] for place in filed.tolist()],
            is_under=found.is_under[filed],
        )


def within(values: Ints, some: Ints) -> np.typing.NDArray[np.bool_]:
    """Return which values, from -1 on, are among some others, ascending and not below 0."""
    chosen = np.zeros(int(max(values.max(initial=-1), some.max(initial=-1))) + 2, dtype=np.bool_)
    chosen[some] = True
    return chosen[values]


def some_of(evidence: Evidence, rows: Mapping[str, Ints]) -> Evidence:
    """Return the evidence with some rows of its tables alone; what matching does not ask for is left out."""
    frames: dict[str, Any] = {table: evidence.frame(table).iloc[rows[table]].reset_index(drop=True) for table in TABLES}
    return replace(evidence, **frames, rejects=evidence.rejects.iloc[:0])


def families(resolved: Resolved, evidence: Evidence) -> Ints:
    """Return for each job the first of those that must be matched with it."""
    first = list(range(len(resolved.jobs)))

    def head(code: int) -> int:
        while first[code] != code:
            first[code] = first[first[code]]
            code = first[code]
        return code

    for group in (*together(resolved), *sharing_ids(resolved, evidence)):
        least = min(map(head, group), default=0)
        for code in group:
            first[head(code)] = least
    return np.array([head(code) for code in range(len(first))], dtype=np.int64)


def together(resolved: Resolved) -> Iterator[Sequence[int]]:
    """Yield the jobs of one name on several hosts, and those of a scheduler that runs one at a time."""
    names: dict[str, list[int]] = {}
    for code, job in enumerate(resolved.jobs):
        names.setdefault(job.name, []).append(code)
    yield from (codes for codes in names.values() if len(codes) > 1)
    yield [code for code, job in enumerate(resolved.jobs) if job.scheduler == "openclaw"]


def sharing_ids(resolved: Resolved, evidence: Evidence) -> Iterable[list[int]]:
    """Return the jobs of which one run is told under two names, by its id."""
    speech = resolved.speech
    told = (
        (evidence.triggers["run_id"], resolved.triggers),
        (evidence.lifecycle["run_id"], resolved.lifecycle),
        (evidence.notifications["run_id"].iloc[speech.row], speech.job),
    )
    named = [
        pd.DataFrame({"run": ids[known].to_numpy(), "job": job[known]})
        for ids, job in told
        if (known := ids.notna().to_numpy(dtype=np.bool_) & (job >= 0)).any()
    ]
    if not named:
        return []
    pairs = pd.concat(named).drop_duplicates()
    shared = pairs[pairs["run"].duplicated(keep=False)]
    return [group.tolist() for _, group in shared.groupby("run")["job"]]


def bundles(family: Ints, weights: Ints, most: int) -> Ints:
    """Return the number of the part of each job: families in order, as many to a part as its rows allow."""
    whole = np.bincount(family, weights=weights, minlength=len(family))
    number = np.zeros(len(family), dtype=np.int64)
    part, load = 0, 0.0
    for head in np.unique(family).tolist():
        if load and load + whole[head] > most:
            part, load = part + 1, 0.0
        number[head], load = part, load + whole[head]
    return number[family]
