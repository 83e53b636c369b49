"""The runner's own records: which run each belongs to, and the runs that only they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forensics.evidence.intake import Evidence
from forensics.evidence.paired import EVENT_CODES, NAT, Ints, Links, Steps, Window
from forensics.evidence.schema import nanoseconds
from forensics.match.jobtable import JobTable
from forensics.match.placing import Track, candidates, events, place
from forensics.match.resolve import Resolved, texts
from forensics.match.spans import HOUR, SECOND, at, keys, latest_before
from forensics.match.spine import Signals, Spine, meet_due_times, own_ends, signals

STARTED, BOOT_STARTED, BOOTED, END = 0, 1, 2, 3
REACH = 24 * HOUR


@dataclass(frozen=True)
class Stepped:
    """Lifecycle rows with their run, and the run of every run id."""

    run: Ints
    row: Ints
    event: Ints
    at: Ints
    exit_code: np.typing.NDArray[np.float64]
    ids: dict[str, int]

    def moved(self, moved: Ints) -> Stepped:
        """Return the same with the runs' new rows."""
        ids = {name: int(moved[run]) for name, run in self.ids.items()}
        return replace(self, run=moved[self.run] if len(self.run) else self.run, ids=ids)

    def steps(self) -> Steps:
        """Return them sorted by (run, time)."""
        order = np.lexsort((self.row, self.at, self.run))
        return Steps(self.run[order], self.row[order], self.event[order], self.at[order], self.exit_code[order])


@dataclass(frozen=True)
class Rows:
    """The lifecycle rows that matter: row number, job, instant, event code, and a number for each run id (-1: none)."""

    row: Ints
    job: Ints
    at: Ints
    event: Ints
    exit_code: np.typing.NDArray[np.float64]
    duration: np.typing.NDArray[np.float64]
    group: Ints
    ids: Sequence[str]


def lifecycle_rows(resolved: Resolved, evidence: Evidence, window_since: int) -> Rows:
    """Return the lifecycle rows of known jobs around the window, sorted by (job, time)."""
    frame = evidence.lifecycle
    moment = nanoseconds(frame["at"])
    rows = np.flatnonzero((resolved.lifecycle >= 0) & (moment != NAT) & (moment >= window_since - 25 * HOUR))
    rows = rows[np.lexsort((rows, moment[rows], resolved.lifecycle[rows]))]
    part = frame.iloc[rows]
    names = texts(part["run_id"])
    ids: dict[str, int] = {}
    group = np.array([-1 if name is None else ids.setdefault(name, len(ids)) for name in names], dtype=np.int64)
    codes = {name: code for code, name in enumerate(EVENT_CODES)}
    return Rows(
        row=rows,
        job=resolved.lifecycle[rows],
        at=moment[rows],
        event=np.array([codes.get(name or "", 0) for name in texts(part["event"])], dtype=np.int64),
        exit_code=part["exit_code"].to_numpy(),
        duration=part["duration_seconds"].to_numpy(),
        group=group,
        ids=list(ids),
    )


def heads_of(rows: Rows) -> Signals:
    """Return the rows that open a run or an attempt; ``row`` is the position in ``rows``.

    Of rows with a run id the first; of others a boot's start, or a start that no boot leads to. An end
    that tells its duration opens a run where its job records no starts.
    """
    since = np.where(
        (rows.event >= END) & ~np.isnan(rows.duration),
        rows.at - (np.nan_to_num(rows.duration) * SECOND).astype(np.int64),
        rows.at,
    )
    is_start = rows.event <= BOOT_STARTED
    tells_starts = np.isin(rows.job, rows.job[is_start])
    follows_boot = np.zeros(len(rows.row), dtype=np.bool_)
    same = (rows.job[1:] == rows.job[:-1]) & (rows.group[1:] == rows.group[:-1])
    follows_boot[1:] = same & np.isin(rows.event[:-1], (BOOT_STARTED, BOOTED))
    alone = rows.group < 0
    opens = alone & ((rows.event == BOOT_STARTED) | ((rows.event == STARTED) & ~follows_boot))
    opens |= alone & ~tells_starts & (rows.event >= END) & ~np.isnan(rows.duration)
    _, first = np.unique(rows.group, return_index=True)
    opens[first[rows.group[first] >= 0]] = True
    positions = np.flatnonzero(opens)
    return signals(rows.job[positions], since[positions], positions)


def place_steps(
    table: JobTable, spine: Spine, triggers: Links, resolved: Resolved, evidence: Evidence, window: Window
) -> tuple[Spine, Links, Stepped]:
    """Return the runs with those added that only the runner shows, the triggers' links, and every step's run."""
    rows = lifecycle_rows(resolved, evidence, window.since)
    ids = trigger_ids(evidence, triggers)
    heads = heads_of(rows)
    head_run = _by_id(rows, heads, ids)
    head_run = np.where(
        head_run >= 0, head_run, meet_due_times(table, spine.job, spine.start, heads) if len(spine) else -1
    )
    head_run = np.where(head_run >= 0, head_run, _second_attempts(table, spine, heads))
    lonely = head_run < 0
    head_run = np.where(lonely, len(spine) + np.cumsum(lonely) - 1, head_run)
    spine = spine.with_runs(job=heads.job[lonely], begun=heads.at[lonely])
    for run, moment in zip(head_run[::-1], heads.at[::-1], strict=True):
        spine.begun[run] = moment
    spine, moved = spine.sorted()
    head_run = moved[head_run] if len(head_run) else head_run
    run = _rows_of_heads(rows, heads, head_run)
    ids = {name: int(moved[row]) for name, row in ids.items()}
    ids.update(
        {rows.ids[group]: int(found) for group, found in zip(rows.group, run, strict=True) if group >= 0 and found >= 0}
    )
    run = np.where(run >= 0, run, _rest(table, spine, rows, run))
    placed = run >= 0
    stepped = Stepped(run[placed], rows.row[placed], rows.event[placed], rows.at[placed], rows.exit_code[placed], ids)
    return spine, Links(moved[triggers.run], triggers.row), stepped


def trigger_ids(evidence: Evidence, triggers: Links) -> dict[str, int]:
    """Return the run of every run id that a trigger names."""
    names = texts(evidence.triggers["run_id"].iloc[triggers.row])
    return {name: int(run) for name, run in zip(names, triggers.run, strict=True) if name is not None}


def _by_id(rows: Rows, heads: Signals, ids: dict[str, int]) -> Ints:
    known = np.array([ids.get(name, -1) for name in rows.ids] + [-1], dtype=np.int64)
    return known[rows.group[heads.row]]


def _second_attempts(table: JobTable, spine: Spine, heads: Signals) -> Ints:
    """Return for each start the run in whose own time it falls, -1 where it falls in none."""
    if not len(spine) or not len(heads.at):
        return np.full(len(heads.at), -1, dtype=np.int64)
    origin = int(spine.start[0])
    opens = spine.start - table.tolerance[spine.job]
    run = latest_before(keys(spine.job, opens, origin), spine.job, keys(heads.job, heads.at, origin), heads.job)
    has_begun = (at(spine.triggered, run) != NAT) | (at(spine.due, run) != NAT)
    return np.where((run >= 0) & has_begun & (heads.at <= at(own_ends(table, spine), run)), run, -1)


def _rows_of_heads(rows: Rows, heads: Signals, head_run: Ints) -> Ints:
    run = np.full(len(rows.row), -1, dtype=np.int64)
    run[heads.row] = head_run
    by_group = np.full(len(rows.ids) + 1, -1, dtype=np.int64)
    grouped = rows.group[heads.row] >= 0
    by_group[rows.group[heads.row][grouped]] = head_run[grouped]
    return np.where(run >= 0, run, by_group[rows.group])


def _rest(table: JobTable, spine: Spine, rows: Rows, run: Ints) -> Ints:
    """Return the runs of rows that neither open a run nor name one: in its own time, else the last before them."""
    happened = events(rows.job, rows.at, np.minimum(rows.event, END))
    began = np.where(spine.begun != NAT, spine.begun, spine.start)
    order = np.lexsort((began, spine.job))
    track = Track(
        job=spine.job[order],
        start=began[order],
        opens=began[order],
        closes=np.maximum(own_ends(table, spine), began)[order],
        is_started=np.where((spine.triggered != NAT) | (spine.begun != NAT), 1, 0)[order],
        must_end=np.full(len(spine), np.iinfo(np.int64).max // 2),
        proof=np.zeros(len(spine), dtype=np.int64),
    )
    first, last = candidates(track, happened)
    is_late = (first > last) & (last >= 0) & (rows.at - at(track.start, last) <= REACH)
    first = np.where(is_late, last, first)
    is_open = run < 0
    placed = place(track, happened, np.where(is_open, first, 1), np.where(is_open, last, 0))
    return np.where(placed >= 0, at(order, placed), -1)
