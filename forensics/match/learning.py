"""Artifacts that nobody declared: path templates whose files follow one job's triggers, and no other job's.

A template counts only where it is sure. One that is named after the job alone needs few files; one that is not
must show more: that it is steady, that no other job explains it, and that it stayed out when the job did. What
is touched whether the work was done or not (logs, locks, caches) never counts. The rest is shown as unsure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np

from forensics.config import Job
from forensics.evidence.coverage import EVER
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Learnt, Window
from forensics.evidence.schema import nanoseconds
from forensics.match.learning_claims import LEAST_KIN, Claimed, Ground, claims_on
from forensics.match.learning_fit import Fit, Starts, starts_of
from forensics.match.learning_forms import Form, alike, digits_as_zeros, forms_of, shapes_of
from forensics.match.learning_names import PathNames, commands_of
from forensics.match.names import short_host
from forensics.match.resolve import Known, Resolved, texts
from forensics.match.spans import NAT, SECOND, Ints
from forensics.match.witnesses import find_witnesses, wanted_patterns
from forensics.timeline import nanos_of

TOGETHER = 0.9
SHOWN_UNSURE = 3


def learn_templates(resolved: Resolved, evidence: Evidence, window: Window, zone: ZoneInfo) -> tuple[Learnt, ...]:
    """Return the path templates of jobs that declare nothing which could prove their runs, sure ones first.

    Nothing is looked at where every job declares something, or where no job was ever triggered.
    """
    ground = ground_of(resolved, evidence, window, zone)
    if ground is None:
        return ()
    claimed = [each for forms in candidate_forms(ground) for each in claims_on(ground, forms)]
    kept = together(ground, undisputed(claimed))
    return tuple(learnt(ground, each) for each in ordered(kept))


def with_learnt(resolved: Resolved, learnt: Iterable[Learnt]) -> Resolved:
    """Return the jobs with the sure templates as their artifacts, where they declare neither artifact nor marker."""
    sure: dict[int, list[Learnt]] = defaultdict(list)
    for each in learnt:
        if each.is_sure and is_needy(resolved.jobs[each.job]):
            sure[each.job].append(each)
    jobs = list(resolved.jobs)
    for code, mine in sure.items():
        texts_of = tuple(dict.fromkeys(each.text for each in mine))
        jobs[code] = replace(
            jobs[code], artifacts=texts_of, is_learnt=True, timezone=mine[0].zone or jobs[code].timezone
        )
    known = {code: known_from(resolved.jobs[code], mine) for code, mine in sure.items()}
    return replace(resolved, jobs=tuple(jobs), learnt=known)


def known_from(job: Job, mine: Sequence[Learnt]) -> Known:
    """Return since when all of a job's templates are known, and where they lie."""
    tolerance = nanos_of(job.clock_tolerance)
    since = max((each.since - tolerance for each in mine if each.since is not None), default=EVER)
    return Known(since, frozenset(each.source for each in mine))


def is_needy(job: Job) -> bool:
    """Return whether a job declares nothing that could prove its runs."""
    return not job.artifacts and not job.markers


def ground_of(resolved: Resolved, evidence: Evidence, window: Window, zone: ZoneInfo) -> Ground | None:
    """Return what is learnt from, None where nothing is to be learnt."""
    starts = starts_by_job(resolved, evidence, window.now)
    needy = tuple(code for code, job in enumerate(resolved.jobs) if is_needy(job) and code in starts)
    if not needy or not len(evidence.artifacts):
        return None
    rows = free_rows(resolved, evidence, min(int(starts[code].at[0]) for code in needy), window.now)
    frame = evidence.artifacts.iloc[rows]
    commands = commands_of(resolved.triggers.tolist(), texts(evidence.triggers["command"]))
    return Ground(
        jobs=resolved.jobs,
        zone=zone,
        now=window.now,
        paths=[path or "" for path in texts(frame["path"])],
        source=frame["source"].to_numpy().astype(np.int64),
        moment=nanoseconds(frame["at"]),
        starts=starts,
        needy=needy,
        names=PathNames(resolved.jobs, commands),
        ends=claimed_ends(resolved, evidence),
        hosts=hosts_of(texts(frame["host"]), frame["source"].tolist()),
        configured=resolved.configured,
    )


def hosts_of(hosts: Sequence[str | None], sources: Sequence[int]) -> dict[int, str | None]:
    """Return the host on which the files of each source lie, None where it tells none, or several."""
    told: dict[int, set[str | None]] = defaultdict(set)
    for host, source in set(zip(hosts, sources, strict=True)):
        told[source].add(short_host(host))
    return {source: found.pop() if len(found) == 1 else None for source, found in told.items()}


def starts_by_job(resolved: Resolved, evidence: Evidence, now: int) -> dict[int, Starts]:
    """Return the starts of every job that was triggered, by its code."""
    frame = evidence.triggers
    moment = nanoseconds(frame["at"])
    is_start = (resolved.triggers >= 0) & (moment != NAT) & (moment <= now) & (frame["event"] != "skipped").to_numpy()
    rows = np.flatnonzero(is_start)
    rows = rows[np.argsort(resolved.triggers[rows], kind="stable")]
    codes, first = np.unique(resolved.triggers[rows], return_index=True)
    parts = np.split(rows, first[1:]) if len(codes) else []
    return {
        int(code): starts_of(moment[part], resolved.jobs[code].timezone)
        for code, part in zip(codes, parts, strict=True)
    }


def free_rows(resolved: Resolved, evidence: Evidence, since: int, now: int) -> Ints:
    """Return the rows of files since some instant that no declared pattern takes."""
    frame = evidence.artifacts
    moment = nanoseconds(frame["at"])
    rows = np.flatnonzero((moment != NAT) & (moment >= since) & (moment <= now) & ~frame["is_folder"].to_numpy())
    wanted = wanted_patterns(resolved.jobs)
    if not wanted or not len(rows):
        return rows
    paths = [path or "" for path in texts(frame["path"].iloc[rows])]
    # Paths that differ in digits alone fit the same patterns: one of each is looked at.
    firsts: dict[str, int] = {}
    shapes = enumerate(digits_as_zeros(paths))
    first = np.array([firsts.setdefault(shape, row) for row, shape in shapes], dtype=np.int64)
    asked = np.fromiter(firsts.values(), dtype=np.int64)
    taken = find_witnesses([paths[row] for row in asked.tolist()], wanted).row
    return np.asarray(rows[~np.isin(first, asked[taken])], dtype=np.int64)


def claimed_ends(resolved: Resolved, evidence: Evidence) -> dict[int, Ints]:
    """Return when messages said of each job that it was done, ascending."""
    speech = resolved.speech
    moment = nanoseconds(evidence.notifications["at"])[speech.row]
    said = np.array([claim == "success" for claim in speech.claim], dtype=np.bool_) & (moment != NAT)
    rows = np.flatnonzero(said)
    rows = rows[np.lexsort((moment[rows], speech.job[rows]))]
    codes, first = np.unique(speech.job[rows], return_index=True)
    parts = np.split(moment[rows], first[1:]) if len(codes) else []
    return dict(zip(codes.tolist(), parts, strict=True))


def candidate_forms(ground: Ground) -> Iterator[list[list[Form]]]:
    """Yield the ways to read the paths of files that are alike, where they are many or named after a needy job."""
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(shapes_of(ground.paths), ground.source.tolist(), strict=True)):
        groups[key].append(row)
    needy = frozenset(ground.needy)
    for (shape, source), members in groups.items():
        is_ours = len(members) >= LEAST_KIN or not needy.isdisjoint(ground.names.owners(ground.paths[members[0]]))
        if is_ours and not any(sign in shape for sign in "?[]{}%#"):
            rows = np.array(members, dtype=np.int64)
            paths = [ground.paths[row] for row in members]
            yield list(forms_of(alike(shape, source, paths, rows, ground.moment[rows])))


def undisputed(claimed: Sequence[Claimed]) -> list[Claimed]:
    """Return the claims with those unsure that two jobs make on one template."""
    owners: dict[str, set[int]] = defaultdict(set)
    for each in claimed:
        if each.is_sure:
            owners[each.form.text].add(each.job)
    return [replace(each, is_sure=each.is_sure and len(owners[each.form.text]) == 1) for each in claimed]


def together(ground: Ground, claimed: Sequence[Claimed]) -> list[Claimed]:
    """Return the claims with those unsure that not every run leaves, of the runs that left any file.

    Where some templates give each run a path of its own, those that are overwritten would only hide what was there.
    """
    by_job: dict[int, list[Claimed]] = defaultdict(list)
    for each in claimed:
        by_job[each.job].append(each)
    return [kept for mine in by_job.values() for kept in agreeing(mine)]


def agreeing(mine: Sequence[Claimed]) -> list[Claimed]:
    """Return the claims of one job, sure only for what its runs leave together."""
    sure = [each for each in mine if each.is_sure]
    sure = [each for each in sure if each.zone == max(sure, key=lambda one: one.fit.met).zone]
    own = [each for each in sure if each.fit.is_own_path and not each.form.is_fixed]
    best = own or [each for each in sure if not each.form.is_fixed] or sure
    runs = frozenset[int]().union(*(each.fit.runs for each in best if not each.form.is_fixed))
    kept = {id(each) for each in best if each.form.is_fixed or leaves_all(each.fit, runs)}
    return [replace(each, is_sure=id(each) in kept) for each in mine]


def leaves_all(found: Fit, runs: frozenset[int]) -> bool:
    """Return whether nearly all runs that left any file left one of this form."""
    asked = sum(run >= found.first for run in runs)
    return len(found.runs) >= TOGETHER * asked


def ordered(claimed: Sequence[Claimed]) -> list[Claimed]:
    """Return the claims by job, the sure ones first; of the unsure ones only the few best."""
    ranked = sorted(claimed, key=lambda each: (each.job, not each.is_sure, -each.fit.met, each.form.text))
    shown: dict[int, int] = defaultdict(int)
    kept = []
    for each in ranked:
        shown[each.job] += not each.is_sure
        if each.is_sure or shown[each.job] <= SHOWN_UNSURE:
            kept.append(each)
    return kept


def learnt(ground: Ground, each: Claimed) -> Learnt:
    """Return a claim as it is shown: with its support and its delay."""
    found = each.fit
    return Learnt(
        job=each.job,
        text=each.form.text,
        source=each.form.source,
        met=found.met,
        runs=found.expected,
        delay=found.middle / SECOND,
        spread=(found.high - found.low) / 2 / SECOND,
        is_sure=each.is_sure,
        since=int(ground.starts[each.job].at[found.first]),
        zone=each.zone,
    )
