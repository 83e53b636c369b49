"""What a tracker is told of a reading: the troubles that hold, and the good checks that could have seen one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forensics.analyse.blockers import HEALTHY, is_muted
from forensics.analyse.heartbeats import is_over
from forensics.analyse.run_blockers import when
from forensics.analyse.wording import counted
from forensics.evidence.columns import Columns, words
from forensics.evidence.concerns import Check, Concern, Recovery, Subject
from forensics.evidence.lookback import NIGHTLY
from forensics.evidence.paired import Ints
from forensics.evidence.provenance import Provenance
from forensics.evidence.result import Blocker, Heartbeat, Result
from forensics.timeline import duration_text
from forensics.verdicts import Flag, Verdict

DONE = (Verdict.CONFIRMED, Verdict.UNREPORTED, Verdict.FALSE_ALARM)
BEGUN = (*DONE, Verdict.FAILED, Verdict.FALSE_SUCCESS, Verdict.SILENT_FAILURE, Verdict.INTERRUPTED)
# Which verdicts of a run show that the trouble of a kind is over.
GOOD: dict[str, tuple[Verdict, ...]] = {
    Verdict.FALSE_SUCCESS.value: DONE,
    Verdict.SILENT_FAILURE.value: DONE,
    Verdict.INTERRUPTED.value: DONE,
    Verdict.FAILED.value: DONE,
    Verdict.MISSED.value: BEGUN,
    Verdict.SKIPPED.value: BEGUN,
}
SILENT = "heartbeats_silent"
CHECK = "forensics-heartbeat-check"
OWN = (CHECK, "night-watch")
REPORTING = "reporting"


def check_of(result: Result, kinds: Collection[str]) -> Check:
    """Return what a tracker is told of a result, of troubles of some kinds."""
    hosts = hosts_told(result)
    concerns = [concern_of(blocker, hosts) for blocker in with_causes(result) if is_to_be_filed(blocker, result, kinds)]
    troubled = {concern.subject for concern in concerns}
    recoveries = (each for each in all_recoveries(result, hosts) if each.subject.kind in kinds)
    return Check(
        now=result.window.now,
        inputs=result.inputs,
        concerns=tuple(concerns),
        recoveries=tuple(each for each in recoveries if each.subject not in troubled),
        muted_jobs=muted_jobs(result),
        kinds=frozenset(kinds),
    )


def is_to_be_filed(blocker: Blocker, result: Result, kinds: Collection[str]) -> bool:
    """Return whether a blocker is a trouble of its own.

    A failure that only a message speaks of is none while the messages cannot be believed: the issue about
    the reporting stands for it. A report that did not run is over as soon as it is known.
    """
    if blocker.about == NIGHTLY:
        return False
    is_hearsay = blocker.kind == Verdict.FAILED and Flag.UNPROVEN in blocker.flags
    return blocker.kind in kinds and not (is_hearsay and result.reporting.status == "suspect")


def concern_of(blocker: Blocker, hosts: Collection[str]) -> Concern:
    """Return a blocker as a concern."""
    return Concern(subject_of(blocker.kind, blocker.job, blocker.host, hosts), blocker.since, (blocker,))


def subject_of(kind: str, job: str | None, host: str | None, hosts: Collection[str]) -> Subject:
    """Return what an issue is about; a host is named only where the job runs on several."""
    return Subject(kind, job or "", (host or "") if job in hosts else "")


def hosts_told(result: Result) -> frozenset[str]:
    """Return the jobs that are known by their host too: by the config, or as they were seen on several."""
    configured = {job.name for job in result.config.jobs if job.host is not None}
    seen = result.runs[["job", "host"]].dropna().drop_duplicates()["job"].value_counts()
    return frozenset(configured | set(seen.index[seen > 1]))


def with_causes(result: Result) -> Iterator[Blocker]:
    """Yield the blockers; where no heartbeat at all is healthy, silence has one cause, whatever it is.

    Our own do not count: they are healthy whenever somebody looks. Nor do jobs of which no beat is awaited.
    """
    awaited = (beat for beat in result.heartbeats if beat.ratio is not None or beat.status not in HEALTHY)
    beats = [beat for beat in awaited if beat.job not in OWN]
    all_silent = bool(beats) and not any(beat.status in HEALTHY for beat in beats)
    for blocker in result.blockers:
        if blocker.kind == "stale" and all_silent:
            yield replace(blocker, cause=SILENT)
        else:
            yield blocker


def muted_jobs(result: Result) -> frozenset[str]:
    """Return the jobs that are muted now, or of which every run of the window is.

    A run after the end of a mute speaks for its job again, whatever came before it.
    """
    columns = Columns(result.runs)
    seen, told = (set(result.runs["job"][rows]) for rows in (columns.in_window & columns.is_muted, columns.told))
    named = {job.name for job in result.config.jobs} | {beat.job for beat in result.heartbeats}
    now = result.window.now
    return frozenset((seen - told) | {name for name in named | seen if is_muted(name, result.config.mutes, now)})


def all_recoveries(result: Result, hosts: Collection[str]) -> Iterator[Recovery]:
    """Yield every good check of a reading."""
    yield from of_runs(result, hosts, result.config.timezone)
    yield from of_beats(result.heartbeats)
    yield from of_ended(result, hosts)
    if result.reporting.status == "ok":
        yield Recovery(Subject(REPORTING), (f"Reporting ok: {result.reporting.reason}.",))


def of_runs(result: Result, hosts: Collection[str], zone: ZoneInfo) -> Iterator[Recovery]:
    """Yield for each job and kind of trouble the runs of the window that show the opposite."""
    columns = Columns(result.runs)
    for verdicts in sorted(set(GOOD.values()), key=len):
        rows = np.flatnonzero(columns.told & columns.among("verdict", *verdicts))
        for (job, host), mine in tallied(result.runs, rows).items():
            told = (sentence(mine, columns, result.provenance, zone),)
            for kind in (kind for kind, asked in GOOD.items() if asked == verdicts):
                yield Recovery(subject_of(kind, job, host, hosts), told)


def of_ended(result: Result, hosts: Collection[str]) -> Iterator[Recovery]:
    """Yield for each job whose life is over that nothing of it is awaited any more, whatever its trouble was."""
    going_on = {job.name for job in result.config.jobs if not is_over(job, result.window.now)}
    for job in result.config.jobs:
        if job.until is None or not is_over(job, result.window.now):
            continue
        zone = result.config.timezone
        told = f"The config has it end {job.until.astimezone(zone):%Y-%m-%d %H:%M}: nothing of it is awaited since."
        kinds = GOOD if job.name in going_on else (*GOOD, "stale", "config")
        for kind in kinds:
            yield Recovery(subject_of(kind, job.name, job.host, hosts), (told,))


@dataclass(frozen=True)
class Tally:
    """How many runs of each verdict a job has, and the row of its last one."""

    verdicts: Counter[str]
    last: int


def tallied(runs: pd.DataFrame, rows: Ints) -> dict[tuple[str, str | None], Tally]:
    """Return the tallies of some runs by job and host, in the order in which these first appear."""
    found: dict[tuple[str, str | None], Tally] = {}
    job, host, verdict = (words(runs[name].iloc[rows]).tolist() for name in ("job", "host", "verdict"))
    for row, *names, word in zip(rows.tolist(), job, host, verdict, strict=True):
        key = (names[0], names[1])
        verdicts = found[key].verdicts if key in found else Counter[str]()
        verdicts[word] += 1
        found[key] = Tally(verdicts, row)
    return found


def sentence(tally: Tally, columns: Columns, provenance: Provenance, zone: ZoneInfo) -> str:
    """Return what the good runs of a job were, and where the last of them shows."""
    told = ", ".join(f"{number:,} {word}" for word, number in sorted(tally.verdicts.items()))
    places = provenance.of(tally.last)
    shown = f" ({places[0]})" if places else ""
    return f"{counted(tally.verdicts.total(), 'good run')}: {told}; the last {when(columns, tally.last, zone)}{shown}."


def of_beats(beats: Sequence[Heartbeat]) -> Iterator[Recovery]:
    """Yield the jobs all of whose heartbeats are healthy."""
    by_job: dict[str, list[Heartbeat]] = {}
    for beat in beats:
        by_job.setdefault(beat.job, []).append(beat)
    for job, mine in by_job.items():
        if all(beat.status in HEALTHY for beat in mine):
            yield Recovery(Subject("stale", job), tuple(dict.fromkeys(map(beat_sentence, mine))))


def beat_sentence(beat: Heartbeat) -> str:
    """Return a healthy heartbeat as a sentence."""
    if beat.age_seconds is None or beat.interval_seconds is None:
        return f"Heartbeat {beat.status}."
    return (
        f"Heartbeat {beat.status}: last {duration_text(beat.age_seconds)} ago,"
        f" its interval is {duration_text(beat.interval_seconds)}."
    )
