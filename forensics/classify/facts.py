"""What is known of each run, as columns: proof, claims, the runner's records, and what the lanes could have shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forensics.classify.begun import gone_at, started_by_runner
from forensics.evidence.coverage import Coverage
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import CLAIM_CODES, EVENT_CODES, NAT, Flags, Floats, Ints, Paired, Window
from forensics.evidence.schema import nanoseconds

LATEST = np.iinfo(np.int64).max
SUCCESS, FAILURE, STARTED, SKIPPED = (CLAIM_CODES.index(word) for word in ("success", "failure", "started", "skipped"))
EVENT = {word: code for code, word in enumerate(EVENT_CODES)}
ENDS = tuple(EVENT[word] for word in ("completed", "failed", "timed_out", "interrupted", "ended"))
GOOD_STATUS = frozenset({"ok", "success", "succeeded", "completed"})
BAD_STATUS = frozenset({"error", "failed", "failure", "timeout", "lost"})


@dataclass(frozen=True)
class Said:
    """Claims: the last of success or failure (a claim code, 0: none) and its time; counts; started and skip claims."""

    last: Ints
    last_at: Ints
    is_doubled: Flags
    has_started: Flags
    has_skipped: Flags


@dataclass(frozen=True)
class Recorded:
    """The runner's records: the last end (an event code, -1 for none), its time and exit code, and what went before.

    ``is_noticed``: the end is an interruption, whose time is that at which somebody noticed it. ``has_tried``: a boot
    began, whatever came of it.
    """

    end: Ints
    end_at: Ints
    exit_code: Floats
    has_begun: Flags
    has_tried: Flags
    is_good: Flags
    is_bad: Flags
    is_killed: Flags
    is_noticed: Flags
    is_timed_out: Flags
    is_boot_timeout: Flags


@dataclass(frozen=True)
class Shown:
    """Files and heartbeats: whether they prove the work, since when, and what they show short of that.

    ``declares``: the config says what proves the run's job; ``is_learnt``: nobody does, its other runs show it.
    """

    marker_at: Ints
    artifacts_at: Ints
    is_marked: Flags
    is_complete: Flags
    is_partial: Flags
    is_small: Flags
    is_touched: Flags
    is_backdated: Flags
    declares: Flags
    is_learnt: Flags


def per_run(count: int, run: Ints, chosen: Flags) -> Flags:
    """Return which runs have at least one chosen row."""
    return np.bincount(run[chosen], minlength=count) > 0


def earliest(count: int, run: Ints, at: Ints, chosen: Flags) -> Ints:
    """Return the earliest instant of the chosen rows of each run, NAT where there is none."""
    found = np.full(count, LATEST)
    np.minimum.at(found, run[chosen], at[chosen])
    return np.where(found == LATEST, NAT, found)


def latest(count: int, run: Ints, at: Ints, chosen: Flags) -> Ints:
    """Return the latest instant of the chosen rows of each run, NAT where there is none."""
    found = np.full(count, NAT)
    np.maximum.at(found, run[chosen], at[chosen])
    return found


def last_row(count: int, run: Ints, chosen: Flags) -> Ints:
    """Return the position of the last chosen row of each run, -1 for none; rows are in order within a run."""
    found = np.full(count, -1, dtype=np.int64)
    positions = np.flatnonzero(chosen)
    found[run[positions]] = positions
    return found


def said(paired: Paired) -> Said:
    """Return what was said of each run."""
    claims, count = paired.claims, len(paired.runs)
    outcome = (claims.claim == SUCCESS) | (claims.claim == FAILURE)
    row = last_row(count, claims.run, outcome)
    counts = [np.bincount(claims.run[claims.claim == code], minlength=count) for code in (SUCCESS, FAILURE)]
    return Said(
        last=np.where(row >= 0, np.append(claims.claim, 0)[row], 0),
        last_at=np.where(row >= 0, np.append(claims.at, NAT)[row], NAT),
        is_doubled=(counts[0] > 1) | (counts[1] > 1),
        has_started=per_run(count, claims.run, claims.claim == STARTED),
        has_skipped=per_run(count, claims.run, claims.claim == SKIPPED),
    )


def recorded(paired: Paired) -> Recorded:
    """Return what the runner recorded of each run; of several ends the last counts."""
    steps, count = paired.steps, len(paired.runs)
    row = last_row(count, steps.run, np.isin(steps.event, ENDS))
    end = np.where(row >= 0, np.append(steps.event, -1)[row], -1)
    end_at = np.where(row >= 0, np.append(steps.at, NAT)[row], NAT)
    code = np.where(row >= 0, np.append(steps.exit_code, np.nan)[row], np.nan)
    boot_at = latest(count, steps.run, steps.at, steps.event == EVENT["boot_started"])
    up_at = latest(count, steps.run, steps.at, (steps.event == EVENT["booted"]) | (steps.event == EVENT["started"]))
    never_up = (boot_at != NAT) & ((up_at == NAT) | (up_at < boot_at))
    killed = (end == EVENT["interrupted"]) | ((code >= 129) & (code <= 165))
    is_timed_out = (end == EVENT["timed_out"]) & ~never_up
    good = (end == EVENT["completed"]) & (np.isnan(code) | (code == 0))
    return Recorded(
        end=end,
        end_at=end_at,
        exit_code=code,
        has_begun=up_at != NAT,
        has_tried=boot_at != NAT,
        is_good=good,
        is_bad=(end >= 0) & ~good & (end != EVENT["ended"]),
        is_killed=killed,
        is_noticed=end == EVENT["interrupted"],
        is_timed_out=is_timed_out,
        is_boot_timeout=(end == EVENT["timed_out"]) & never_up,
    )


def shown(paired: Paired, evidence: Evidence) -> Shown:
    """Return what files and heartbeats show of each run."""
    runs, proofs, count = paired.runs, paired.proofs, len(paired.runs)
    role = (
        np.array([pattern.role for pattern in paired.patterns], dtype=object)[proofs.pattern]
        if paired.patterns
        else np.empty(0, dtype=object)
    )
    least = np.array([job.min_size for job in paired.jobs], dtype=np.float64)[runs.job[proofs.run]]
    is_whole = np.isnan(proofs.size) | (proofs.size >= least)
    is_artifact, is_marker = role == "artifact", role == "marker"
    needed = declared_patterns(paired)[runs.job]
    met, artifacts_at = met_patterns(paired, is_artifact & is_whole)
    any_of = np.array([job.proof == "any" for job in paired.jobs], dtype=np.bool_)[runs.job]
    complete = (needed > 0) & np.where(any_of, met > 0, met >= needed)
    declares = declares_proof(paired)[runs.job]
    beat_run, beat_at, is_good_beat = beats_of(paired, evidence)
    proving = is_good_beat & ~declares[beat_run]
    marks = earliest(
        count,
        np.append(proofs.run[is_marker & is_whole], beat_run[proving]),
        np.append(proofs.at[is_marker & is_whole], beat_at[proving]),
        np.ones(int((is_marker & is_whole).sum() + proving.sum()), dtype=np.bool_),
    )
    return Shown(
        marker_at=marks,
        artifacts_at=np.where(complete, artifacts_at, NAT),
        is_marked=per_run(count, proofs.run, is_marker & is_whole) | per_run(count, beat_run, proving),
        is_complete=complete,
        is_partial=(met > 0) & ~complete,
        is_small=per_run(count, proofs.run, (is_artifact | is_marker) & ~is_whole) & ~complete,
        is_touched=per_run(count, proofs.run, role == "state") | per_run(count, beat_run, declares[beat_run]),
        is_backdated=per_run(count, proofs.run, backdated(paired, evidence)),
        declares=declares,
        is_learnt=np.array([job.is_learnt for job in paired.jobs], dtype=np.bool_)[runs.job],
    )


def declared_patterns(paired: Paired) -> Ints:
    """Return how many artifacts each job declares, or is known to leave."""
    return np.array([len(job.artifacts) for job in paired.jobs], dtype=np.int64)


def declares_proof(paired: Paired) -> Flags:
    """Return which jobs declare an artifact or a marker."""
    declaring = [bool(job.artifacts or job.markers) and not job.is_learnt for job in paired.jobs]
    return np.array(declaring, dtype=np.bool_)


def met_patterns(paired: Paired, chosen: Flags) -> tuple[Ints, Ints]:
    """Return for each run how many patterns have a file, and when all had one (where any will do: the first had)."""
    proofs, count, width = paired.proofs, len(paired.runs), max(1, len(paired.patterns))
    cell, index = np.unique(proofs.run[chosen] * width + proofs.pattern[chosen], return_inverse=True)
    first = np.full(len(cell), LATEST)
    np.minimum.at(first, index, np.where(proofs.at[chosen] == NAT, LATEST - 1, proofs.at[chosen]))
    run = cell // width
    met = np.bincount(run, minlength=count)
    any_of = np.array([job.proof == "any" for job in paired.jobs], dtype=np.bool_)[paired.runs.job]
    soonest, last = np.full(count, LATEST), np.full(count, NAT)
    np.minimum.at(soonest, run, first)
    np.maximum.at(last, run, first)
    at = np.where(any_of, soonest, last)
    return met, np.where(at >= LATEST - 1, NAT, at)


def beats_of(paired: Paired, evidence: Evidence) -> tuple[Ints, Ints, Flags]:
    """Return the run and time of each heartbeat in a run's own time, and whether its status is no failure."""
    part = evidence.beats.iloc[paired.beats.row]
    status = part["status"].fillna("ok").str.casefold()
    return paired.beats.run, nanoseconds(part["at"]), ~status.isin(sorted(BAD_STATUS)).to_numpy(dtype=np.bool_)


def backdated(paired: Paired, evidence: Evidence) -> Flags:
    """Return which files carry an mtime before their birth, and were born outside their run's own time."""
    proofs, runs = paired.proofs, paired.runs
    if evidence.artifacts["born_at"].isna().all():
        return np.zeros(len(proofs.run), dtype=np.bool_)
    born = nanoseconds(evidence.artifacts["born_at"])[proofs.row]
    is_outside = (born < runs.start[proofs.run]) | (born > runs.own_end[proofs.run])
    return np.asarray((born != NAT) & (proofs.at < born) & is_outside, dtype=np.bool_)


@dataclass(frozen=True)
class Facts:
    """All that the rules ask of a run. Instants in ns, NAT where there is none.

    ``gone_at``: when its process had surely ended, as its host or scheduler shows.
    """

    said: Said
    recorded: Recorded
    shown: Shown
    executed: Flags
    executed_at: Ints
    outweighed: Flags
    triggered: Flags
    skipped: Flags
    begun: Flags
    gone_at: Ints
    settled: Flags
    may_still_report: Flags
    none_expected: Flags
    is_quiet_by_policy: Flags
    covered: Flags
    could_prove: Flags
    could_report: Flags
    could_record: Flags
    status_good: Flags
    status_bad: Flags


def facts(paired: Paired, evidence: Evidence, coverage: Coverage, window: Window) -> Facts:
    """Return what is known of each run."""
    runs, jobs = paired.runs, paired.jobs
    spoken, steps, files = said(paired), recorded(paired), shown(paired, evidence)
    tolerance, start_grace, report_grace = (
        nanos(jobs, name)[runs.job] for name in ("clock_tolerance", "start_grace", "report_grace")
    )
    proof = files.is_marked | files.is_complete | (steps.is_good & ~files.declares)
    at = proof_time(files, steps)
    outweighed = (
        proof & steps.is_bad & ~files.is_marked & ~((files.artifacts_at != NAT) & (files.artifacts_at > steps.end_at))
    )
    executed = proof & ~outweighed
    due = np.where(runs.due != NAT, runs.due, runs.start)
    now = window.now
    covered = coverage.covers("triggers", runs.job, due - tolerance, np.minimum(due + start_grace, now))
    own = runs.start - tolerance, np.minimum(runs.own_end + tolerance, now)
    gone = gone_at(paired, evidence, now)
    is_followed = coverage.covers("triggers", runs.job, *own) | (gone != NAT)
    steps = replace(steps, has_begun=steps.has_begun | (started_by_runner(paired, evidence) & is_followed))
    could_record = coverage.covers("lifecycle", runs.job, *own)
    could_show = coverage.covers("artifacts", runs.job, *own) & ~paired.overwritten
    reported_by = np.where(at != NAT, at, runs.own_end)
    heard_from = np.where(at != NAT, at, runs.start)
    could_report = coverage.covers(
        "notifications", runs.job, np.minimum(heard_from, now), np.minimum(reported_by + report_grace, now)
    )
    quiet = np.array([job.reports != "always" for job in jobs], dtype=np.bool_)[runs.job]
    settled = is_settled(paired, spoken, steps, gone, now)
    good, bad = statuses(paired, evidence)
    begun = steps.has_begun | spoken.has_started | files.is_touched | files.is_partial | files.is_small
    return Facts(
        said=spoken,
        recorded=steps,
        shown=files,
        executed=executed,
        executed_at=np.where(executed, at, NAT),
        outweighed=outweighed,
        triggered=runs.triggered != NAT,
        skipped=(runs.skipped != NAT) & (runs.skipped >= runs.triggered),
        begun=begun,
        gone_at=gone,
        settled=settled,
        may_still_report=now < heard_from + report_grace,
        none_expected=quiet | ~could_report,
        is_quiet_by_policy=quiet,
        covered=covered,
        could_prove=np.where(
            files.declares,
            could_show,
            could_record | beat_reach(paired, coverage, own) | (could_show & files.is_learnt),
        ),
        could_report=could_report,
        could_record=could_record,
        status_good=good,
        status_bad=bad,
    )


def is_settled(paired: Paired, spoken: Said, steps: Recorded, gone: Ints, now: int) -> Flags:
    """Return of which runs nothing more is to be expected.

    A process that cannot be on any more, as its host or scheduler shows, has ended as one whose end was recorded.
    """
    runs = paired.runs
    start_grace, report_grace = (nanos(paired.jobs, name)[runs.job] for name in ("start_grace", "report_grace"))
    end_at = np.where(steps.end >= 0, steps.end_at, gone)
    settled = (end_at != NAT) & ((spoken.last > 0) | (now >= end_at + report_grace))
    settled |= runs.skipped != NAT
    settled |= (spoken.last == FAILURE) & (now >= spoken.last_at + report_grace)
    return np.asarray(settled | (now > runs.own_end + start_grace + report_grace), dtype=np.bool_)


def nanos(jobs: tuple[object, ...], name: str) -> Ints:
    """Return one duration of every job in ns."""
    return np.array([round(getattr(job, name).total_seconds() * 1e9) for job in jobs], dtype=np.int64)


def proof_time(files: Shown, steps: Recorded) -> Ints:
    """Return when the work was proven: by marker or artifacts, whichever came first, else by the runner's word."""
    marker = np.where(files.marker_at == NAT, LATEST, files.marker_at)
    artifacts = np.where(files.artifacts_at == NAT, LATEST, files.artifacts_at)
    at = np.minimum(marker, artifacts)
    word = np.where(~files.declares & steps.is_good, steps.end_at, NAT)
    return np.where(at == LATEST, word, at)


def beat_reach(paired: Paired, coverage: Coverage, own: tuple[Ints, Ints]) -> Flags:
    """Return which runs a heartbeat could have proven: each overwrites the one before, so none before the last."""
    runs = paired.runs
    last = np.full(len(paired.jobs), NAT)
    np.maximum.at(last, runs.job[paired.beats.run], runs.start[paired.beats.run])
    known = coverage.covers("beats", runs.job, *own)
    return known & (runs.start >= last[runs.job])


def statuses(paired: Paired, evidence: Evidence) -> tuple[Flags, Flags]:
    """Return of which runs the scheduler itself says that they went well, and that they did not."""
    count = len(paired.runs)
    good, bad = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    for links, frame in ((paired.triggers, evidence.triggers), (paired.steps, evidence.lifecycle)):
        if frame["status"].isna().all():
            continue
        words = frame["status"].iloc[links.row].fillna("").str.casefold()
        good |= per_run(count, links.run, words.isin(sorted(GOOD_STATUS)).to_numpy(dtype=np.bool_))
        bad |= per_run(count, links.run, words.isin(sorted(BAD_STATUS)).to_numpy(dtype=np.bool_))
    return good, bad
