"""Runs and what speaks for each: ids first, then times written in paths, then times; one run for every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forensics.evidence.coverage import Coverage
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import CLAIM_CODES, NAT, Claims, Flags, Ints, Links, Paired, Runs, Window
from forensics.evidence.schema import nanoseconds
from forensics.match.back_off import waits_of
from forensics.match.cleaned import first_kept
from forensics.match.jobtable import JobTable, job_table
from forensics.match.placing import Events, Track, candidates, events, place
from forensics.match.proofs import Filed, file_witnesses, lost_runs, pattern_list
from forensics.match.queued import queues_of
from forensics.match.resolve import Resolved, texts
from forensics.match.seen import first_of_same, interval_starts
from forensics.match.spans import FAR, HOUR, MINUTE, at, keys, latest_before, next_in_job
from forensics.match.spine import Spine, own_ends, signals
from forensics.match.starts import Starts, likely_starts, started_from
from forensics.match.steps import place_steps
from forensics.match.triggered import Hindrances, trigger_spine
from forensics.match.twins import on_their_hosts
from forensics.match.witnesses import Witnesses

CLAIM_REACH = 24 * HOUR
OVERLAP_SHARE = 0.2
STARTED, SKIPPED = CLAIM_CODES.index("started"), CLAIM_CODES.index("skipped")
ANNOUNCED_SHARE = 0.3


@dataclass(frozen=True)
class Paths:
    """How the runs of a spine look to events: when each is over, what started it, and whether a file speaks for it."""

    spine: Spine
    own_end: Ints
    next_start: Ints
    is_started: Ints
    proof: Ints

    def track(self, table: JobTable, window: Window, closes: Ints, starts: Starts | None = None) -> Track:
        """Return the runs as a track on which events are placed."""
        spine, tolerance = self.spine, table.tolerance[self.spine.job]
        starts = likely_starts(spine) if starts is None else starts
        return Track(
            job=spine.job,
            start=starts.at,
            opens=spine.start - tolerance,
            closes=closes + tolerance,
            is_started=self.is_started,
            must_end=np.full(len(spine), window.now),
            proof=self.proof,
            blur=starts.blur,
            lead=starts.lead,
        )


def matched(
    resolved: Resolved,
    evidence: Evidence,
    coverage: Coverage,
    window: Window,
    found: Witnesses,
    crowded: Sequence[tuple[int, int]] = (),
) -> Paired:
    """Return every run around the window, and the rows of evidence that speak for each.

    What only all files together can tell comes later (``with_whole_tree``).

    ``found`` are the files near the window that fit a pattern, ``crowded`` the minutes of trees that may be copies.
    """
    table = job_table(resolved.jobs)
    spine, triggers = start_runs(table, resolved, evidence, window)
    spine, triggers, stepped = place_steps(table, spine, triggers, resolved, evidence, window)
    resolved = on_their_hosts(resolved, evidence, spine, table)
    filed = file_witnesses(table, evidence, spine, found, crowded)
    paths = paths_of(table, spine, coverage)
    artifact_run = place_files(table, said_idle(table, paths, resolved, evidence), filed, window)
    paths, moved, artifact_run = with_file_runs(table, paths, filed, artifact_run, coverage, window)
    stepped, triggers = stepped.moved(moved), Links(moved[triggers.run], triggers.row)
    claim_run = place_claims(table, paths, resolved, evidence, filed, artifact_run, stepped.ids, window)
    paths, moved, claim_run = with_claim_runs(table, paths, resolved, evidence, claim_run, coverage, window)
    file_run = at_runs(moved, artifact_run)
    cleaned = first_kept(filed, file_run, paths.spine, table, window.now)
    return Paired(
        jobs=resolved.jobs,
        configured=resolved.configured,
        runs=runs_of(paths),
        triggers=Links(moved[triggers.run], triggers.row),
        steps=stepped.moved(moved).steps(),
        claims=claims_of(resolved, evidence, claim_run),
        proofs=filed.proofs(file_run, paths.own_end, paths.spine, table),
        beats=place_beats(table, paths, resolved, evidence, window),
        patterns=pattern_list(resolved.jobs, filed, paths.spine, cleaned),
        overwritten=lost_runs(filed, file_run, paths.spine, paths.own_end, table),
        orphans={"notifications naming no job": resolved.unnamed},
        is_copied=bool(filed.is_copied.any()),
        fitting=filed.row,
    )


def at_runs(moved: Ints, runs: Ints) -> Ints:
    """Return the new rows of runs, -1 staying -1."""
    return np.where(runs >= 0, at(moved, runs), -1) if len(moved) else runs


def start_runs(table: JobTable, resolved: Resolved, evidence: Evidence, window: Window) -> tuple[Spine, Links]:
    """Return the runs that schedules, triggers and the runner's own starts make, and the triggers' links."""
    frame = evidence.triggers
    moment, event = nanoseconds(frame["at"]), np.array(texts(frame["event"]), dtype=object)
    near = (resolved.triggers >= 0) & (moment >= window.since - 25 * HOUR) & (moment != NAT)
    rows = np.flatnonzero(near)
    first = first_of_same(evidence, resolved.triggers, rows)
    seen = signals(resolved.triggers[rows][first == rows], moment[rows][first == rows], rows[first == rows])
    is_skip = event[seen.row] == "skipped"
    started, skips = seen.where(~is_skip), seen.where(is_skip)
    clocks = interval_starts(table, resolved, evidence)
    waits, queues = waits_of(table, resolved, evidence), queues_of(table, resolved, evidence)
    hindrances = Hindrances(evidence.outages, waits, queues)
    spine, started_run, skipped_run = trigger_spine(table, started, skips, clocks, window, hindrances)
    run_of = np.full(len(frame), -1, dtype=np.int64)
    run_of[started.row], run_of[skips.row] = started_run, skipped_run
    run_of[rows] = run_of[first]
    linked = np.flatnonzero(run_of >= 0)
    return spine, Links(run_of[linked], linked)


def paths_of(table: JobTable, spine: Spine, coverage: Coverage) -> Paths:
    """Return a spine with what its runs look like to events."""
    has_begun = (spine.triggered != NAT) | (spine.begun != NAT)
    due = np.where(spine.due != NAT, spine.due, spine.start)
    covered = coverage.covers(
        "triggers", spine.job, due - table.tolerance[spine.job], due + table.start_grace[spine.job]
    )
    is_started = np.where(has_begun, 1, np.where(covered, -1, 0))
    unasked = np.zeros(len(spine), dtype=np.int64)
    return Paths(spine, own_ends(table, spine), next_in_job(spine.job, spine.start), is_started, unasked)


def place_files(table: JobTable, paths: Paths, filed: Filed, window: Window) -> Ints:
    """Return the run of each file: in its own time or by its name, else the last run before it for at most 6 h."""
    track = paths.track(table, window, paths.own_end)
    first, last = candidates(track, filed.events)
    is_own = (first <= last) & ~filed.is_foreign
    late = latest_before(
        keys(track.job, track.opens, track.origin),
        track.job,
        keys(filed.events.job, filed.events.at, track.origin),
        filed.events.job,
    )
    late = np.minimum(late, filed.events.last)
    can_be_late = (
        ~is_own
        & ~filed.is_foreign
        & (late >= 0)
        & (late >= filed.events.first)
        & (filed.is_named | (filed.events.at - at(paths.spine.start, late) <= 6 * HOUR))
    )
    placed = place(track, filed.events, np.where(is_own, first, FAR), np.where(is_own, last, -1))
    return np.where(can_be_late, late, placed)


def said_idle(table: JobTable, paths: Paths, resolved: Resolved, evidence: Evidence) -> Paths:
    """Return the runs with those taken for idle that a message at their start says were skipped or started.

    Where runs overlap this tells whose the files are. A job that announces most of its starts says nothing by it.
    """
    spine, speech = paths.spine, resolved.speech
    said = np.array([CLAIM_CODES.index(claim) for claim in speech.claim], dtype=np.int64)
    rows = np.flatnonzero(said >= STARTED)
    if not len(rows) or not len(spine):
        return paths
    moment, job = nanoseconds(evidence.notifications["at"])[speech.row[rows]], speech.job[rows]
    origin, opens = int(spine.start[0]), spine.start - table.tolerance[spine.job]
    run = latest_before(keys(spine.job, opens, origin), spine.job, keys(job, moment, origin), job)
    near = (run >= 0) & (moment - at(spine.start, run) <= table.tolerance[job])
    announced = np.bincount(job[near & (said[rows] == STARTED)], minlength=len(table.jobs))
    often = announced > ANNOUNCED_SHARE * np.bincount(spine.job, minlength=len(table.jobs))
    idle = run[near & ~((said[rows] == STARTED) & often[job])]
    is_started = paths.is_started.copy()
    is_started[idle] = -2
    return replace(paths, is_started=is_started)


def with_file_runs(
    table: JobTable, paths: Paths, filed: Filed, run: Ints, coverage: Coverage, window: Window
) -> tuple[Paths, Ints, Ints]:
    """Return the runs with those added that only a file shows, the new row of each old run, and the files' runs."""
    happened = filed.events
    lonely = (
        (run < 0)
        & (filed.role != "state")
        & ~filed.is_foreign
        & (happened.at >= window.since)
        & (happened.at < window.until)
    )
    rows = np.flatnonzero(lonely)
    heads = rows[first_of_bursts(table, happened.job[rows], happened.at[rows])]
    added = paths.spine.with_runs(job=happened.job[heads], first_seen=happened.at[heads])
    spine, moved = added.sorted()
    run = at_runs(moved, run)
    new = paths_of(table, spine, coverage)
    if len(rows):
        track = new.track(table, window, new.own_end)
        again = events(happened.job[rows], happened.at[rows], happened.kind[rows])
        first, last = candidates(track, again)
        run[rows] = np.where(first <= last, last, -1)
    return new, moved, run


def first_of_bursts(table: JobTable, job: Ints, moment: Ints) -> Ints:
    """Return the positions of events that open a burst: none of the same job within its longest run before them."""
    order = np.lexsort((moment, job))
    apart = np.ones(len(order), dtype=np.bool_)
    apart[1:] = (job[order][1:] != job[order][:-1]) | (np.diff(moment[order]) > table.tolerance[job[order][1:]])
    return np.sort(order[apart])


def place_claims(
    table: JobTable,
    paths: Paths,
    resolved: Resolved,
    evidence: Evidence,
    filed: Filed,
    artifact_run: Ints,
    ids: dict[str, int],
    window: Window,
) -> Ints:
    """Return the run of each spoken line, -1 where it claims nothing or no run is near."""
    speech, spine = resolved.speech, paths.spine
    moment = nanoseconds(evidence.notifications["at"])[speech.row]
    said = np.array([CLAIM_CODES.index(claim) for claim in speech.claim], dtype=np.int64)
    happened = replace(
        events(speech.job, moment, np.minimum(said, STARTED) // STARTED), tone=np.where(said < STARTED, said, 0)
    )
    overlapping = overlapping_jobs(table, paths, filed, artifact_run, happened, window)
    does_overlap = overlapping[spine.job]
    closes = np.where(
        does_overlap, spine.start + table.longest[spine.job] + table.report_grace[spine.job], spine.start + CLAIM_REACH
    )
    idle = proven_started(table, said_idle(table, paths, resolved, evidence), filed, artifact_run)
    paths = proven_started(table, paths, filed, artifact_run)
    latest = paths.own_end + table.tolerance[spine.job]
    starts = started_from(spine, filed, artifact_run, does_overlap, latest)
    track = idle.track(table, window, np.maximum(closes, spine.start), starts)
    first, last = candidates(track, happened)
    before = last_started(paths)
    keep = ~overlapping[happened.job]
    first = np.where(
        keep,
        np.where(last >= 0, np.maximum(first, at(before, np.maximum(0, previous(last, happened, spine)))), FAR),
        first,
    )
    fallback = (first > last) & (last >= 0) & (moment - at(spine.start, last) <= CLAIM_REACH)
    first = np.where(fallback, last, first)
    first, last = with_stages(paths, happened, said, first, last, spine)
    heard = (said > 0) & (moment != NAT)
    track = without(track, last[heard & (said == SKIPPED) & (first <= last)])
    run = place(track, happened, np.where(heard, first, FAR), np.where(heard, last, -1), may_straggle=True)
    by_id = runs_by_id(texts(evidence.notifications["run_id"].iloc[speech.row]), ids)
    return np.where(heard & (by_id >= 0), by_id, run)


def without(track: Track, skipped: Ints) -> Track:
    """Return the track with some runs taken for left out, but those that a file speaks for."""
    is_started = track.is_started.copy()
    is_started[skipped] = np.where(track.proof[skipped] > 0, is_started[skipped], -2)
    return replace(track, is_started=is_started)


def runs_by_id(names: list[str | None], ids: dict[str, int]) -> Ints:
    """Return the run of each run id, -1 for none and for unknown ones."""
    return np.array([-1 if name is None else ids.get(name, -1) for name in names], dtype=np.int64)


def with_stages(paths: Paths, happened: Events, said: Ints, first: Ints, last: Ints, spine: Spine) -> tuple[Ints, Ints]:
    """Return the candidates with one left for what is said early: a start by its time, a skip by lack of proof."""
    fits = first <= last
    starts = (said == STARTED) & fits
    left_out = (said == SKIPPED) & fits
    chosen = np.where(starts, nearest_start(spine, last, happened), last)
    rows = np.flatnonzero(left_out)
    chosen[rows] = idle_runs(paths, happened.at[rows], first[rows], last[rows])
    return np.where(starts | left_out, chosen, first), np.where(starts | left_out, chosen, last)


def idle_runs(paths: Paths, moment: Ints, first: Ints, last: Ints) -> Ints:
    """Return for each message of a skip the run without proof that it means, by the job's usual delay."""
    spine, idle = paths.spine, (paths.proof == 0) | (paths.proof == -1)
    counted = np.concatenate([[0], np.cumsum(idle)])
    choices = counted[last + 1] - counted[first]
    latest = last_where(spine.job, idle)[last]
    chosen = np.where(choices > 0, latest, last)
    delay = moment - spine.start[chosen]
    for job in np.unique(spine.job[last[choices > 1]]).tolist():
        clear = (choices == 1) & (spine.job[last] == job)
        usual = np.median(delay[clear]) if clear.any() else 0
        for row in np.flatnonzero((choices > 1) & (spine.job[last] == job)):
            runs = np.arange(first[row], last[row] + 1)[idle[first[row] : last[row] + 1]]
            chosen[row] = runs[np.argmin(np.abs(moment[row] - spine.start[runs] - usual))]
    return chosen


def last_where(job: Ints, holds: Flags) -> Ints:
    """Return for each run the last run of its job up to itself for which something holds, -1 where there is none."""
    rows = np.arange(len(job))
    found = np.maximum.accumulate(np.where(holds, rows, -1)) if len(job) else rows
    return np.where((found >= 0) & (at(job, found) == job), found, -1)


def nearest_start(spine: Spine, last: Ints, happened: Events) -> Ints:
    """Return the run whose start lies nearest to each event, of the last that it could belong to and the one before."""
    before = previous(last, happened, spine)
    is_nearer = np.abs(happened.at - at(spine.start, before)) < np.abs(happened.at - at(spine.start, last))
    return np.where(is_nearer, before, last)


def proven_started(table: JobTable, paths: Paths, filed: Filed, run: Ints) -> Paths:
    """Return the runs with those taken for started that left a file, and for proven that left all that is asked."""
    has_file = np.zeros(len(paths.spine), dtype=np.bool_)
    has_file[run[(run >= 0) & (filed.role != "state")]] = True
    is_proven = filed.proves(run, len(paths.spine), table)
    declares = np.array([bool(job.artifacts or job.markers) for job in table.jobs], dtype=np.bool_)[paths.spine.job]
    proof = np.select([is_proven, has_file, declares], [1, -2, -1], 0)
    return replace(paths, is_started=np.where(has_file, 1, paths.is_started), proof=proof)


def previous(last: Ints, happened: Events, spine: Spine) -> Ints:
    """Return the run before the last one where the event comes before that one's start, else the last one itself."""
    is_early = happened.at < at(spine.start, last)
    before = np.where(is_early & (at(spine.job, last - 1) == happened.job) & (last > 0), last - 1, last)
    return np.asarray(before, dtype=np.int64)


def last_started(paths: Paths) -> Ints:
    """Return for each run the last run of its job, up to itself, that nothing shows as not started; else itself."""
    found = last_where(paths.spine.job, paths.is_started >= 0)
    return np.where(found >= 0, found, np.arange(len(found)))


def overlapping_jobs(table: JobTable, paths: Paths, filed: Filed, run: Ints, said: Events, window: Window) -> Flags:
    """Return the jobs whose runs go on after the next one's start: by their files, else by their messages."""
    spine, jobs = paths.spine, len(table.jobs)
    placed = (run >= 0) & (filed.role != "state") & ~filed.is_late(run, paths.own_end, table)
    job, beyond = filed.events.job[placed], filed.events.at[placed] >= at(paths.next_start, run)[placed]
    share = np.bincount(job, beyond, jobs) / np.maximum(1, np.bincount(job, minlength=jobs))
    mute = np.bincount(job, minlength=jobs) == 0
    gap = paths.next_start - spine.start
    can = (
        np.bincount(spine.job, (paths.own_end > paths.next_start + table.tolerance[spine.job]) & (gap < FAR // 2), jobs)
        > 0
    )
    asked = np.flatnonzero((mute & can)[said.job]) if len(said) else np.empty(0, dtype=np.int64)
    if len(asked):
        probe = Events(*(getattr(said, name)[asked] for name in ("job", "at", "kind", "first", "last", "tone")))
        track = paths.track(table, window, paths.own_end)
        first, last = candidates(track, probe)
        where = place(track, probe, first, last, may_straggle=True)
        later = (where >= 0) & (probe.at >= at(paths.next_start, where))
        share += np.bincount(probe.job, later, jobs) / np.maximum(1, np.bincount(probe.job, minlength=jobs))
    return can & (share >= OVERLAP_SHARE)


def with_claim_runs(
    table: JobTable, paths: Paths, resolved: Resolved, evidence: Evidence, run: Ints, coverage: Coverage, window: Window
) -> tuple[Paths, Ints, Ints]:
    """Return the runs with those that only a message shows, the new row of each old run, and the messages' runs."""
    speech = resolved.speech
    moment = nanoseconds(evidence.notifications["at"])[speech.row]
    claims_something = np.array([claim != "" for claim in speech.claim], dtype=np.bool_)
    rows = np.flatnonzero((run < 0) & claims_something & (moment >= window.since) & (moment < window.until))
    rows = rows[np.lexsort((rows, moment[rows], speech.job[rows]))]
    heads = rows[
        starts_of_talk(speech.job[rows], moment[rows], np.array([speech.claim[row] for row in rows], dtype=object))
    ]
    owner = len(paths.spine) + np.cumsum(np.isin(rows, heads)) - 1
    run = run.copy()
    run[rows] = owner
    spine, moved = paths.spine.with_runs(job=speech.job[heads], first_seen=moment[heads]).sorted()
    return paths_of(table, spine, coverage), moved, at_runs(moved, run)


def starts_of_talk(job: Ints, moment: Ints, claim: np.typing.NDArray[np.object_]) -> Flags:
    """Return which claims without a run open one: all but an end after its own start, and a repeat at once."""
    opens = np.ones(len(job), dtype=np.bool_)
    same = (job[1:] == job[:-1]) & (np.diff(moment) <= 6 * HOUR)
    follows = (claim[:-1] == "started") & (claim[1:] != "started")
    repeats = (claim[1:] == claim[:-1]) & (np.diff(moment) <= MINUTE)
    opens[1:] = ~(same & (follows | repeats))
    return opens


def claims_of(resolved: Resolved, evidence: Evidence, run: Ints) -> Claims:
    """Return what is said of runs, sorted by (run, time)."""
    speech = resolved.speech
    moment = nanoseconds(evidence.notifications["at"])[speech.row]
    rows = np.flatnonzero(run >= 0)
    codes = np.array([CLAIM_CODES.index(claim) for claim in speech.claim], dtype=np.int64)
    # Of contradicting claims of one instant the failure counts as the last, whatever the order of the lines.
    rows = rows[np.lexsort((speech.line[rows], speech.row[rows], codes[rows], moment[rows], run[rows]))]
    return Claims(run[rows], speech.row[rows], speech.line[rows], codes[rows], moment[rows], speech.streak[rows])


def place_beats(table: JobTable, paths: Paths, resolved: Resolved, evidence: Evidence, window: Window) -> Links:
    """Return the run in whose own time each believable heartbeat lies."""
    frame = evidence.beats
    moment = nanoseconds(frame["at"])
    rows = np.flatnonzero((resolved.beats >= 0) & (moment != NAT) & frame["fault"].isna().to_numpy())
    happened = events(resolved.beats[rows], moment[rows], np.zeros(len(rows), dtype=np.int64))
    first, last = candidates(paths.track(table, window, paths.own_end), happened)
    is_own = first <= last
    return Links(last[is_own], rows[is_own])


def runs_of(paths: Paths) -> Runs:
    """Return the runs of a spine as judging takes them."""
    spine = paths.spine
    return Runs(
        spine.job, spine.due, spine.triggered, spine.skipped, spine.begun, spine.start, paths.own_end, paths.next_start
    )
