"""The story of a report: read, match, judge, analyse. One function tells it; its result is one frozen value."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial

import pandas as pd

from forensics.analyse.audit import audit_findings, audited, of_audit
from forensics.analyse.blockers import blockers
from forensics.analyse.changes import changes_since
from forensics.analyse.earlier import too_many_to_compare, with_earlier
from forensics.analyse.exits import exit_code
from forensics.analyse.findings import findings
from forensics.analyse.heartbeats import panel
from forensics.analyse.job_history import job_rates, unlike_before
from forensics.analyse.out_of_reach import out_of_reach
from forensics.analyse.reporting import check_reporting
from forensics.analyse.reporting_parts import reporting_parts
from forensics.analyse.summary import summarise
from forensics.classify.judged import Judged, judge_runs
from forensics.classify.rates import checkable, owed
from forensics.classify.reasons import explainer
from forensics.config import Config, Event, SourceConfig
from forensics.config_jobs import unconfigured_job
from forensics.engine.base import LOCAL, Engine
from forensics.evidence.columns import Columns
from forensics.evidence.coverage import Coverage
from forensics.evidence.intake import Evidence, Intake
from forensics.evidence.memory import FORGOTTEN, Memory
from forensics.evidence.paired import NAT, ClockOffset, Flags, Learnt, Paired, Window
from forensics.evidence.provenance import Provenance
from forensics.evidence.recall import source_key, with_remembered
from forensics.evidence.records import Batch, Yielded
from forensics.evidence.result import Heartbeat, ReportingCheck, Result
from forensics.evidence.schema import nanoseconds
from forensics.match.clock_correction import corrected
from forensics.match.clocks import clock_offsets
from forensics.match.fleet import pair_runs
from forensics.match.jobfiles import JobFiles
from forensics.match.jobtable import stamps
from forensics.match.learning import learn_templates, with_learnt
from forensics.match.reach import coverage, heard
from forensics.match.recent import recent_due_times, usual_interval
from forensics.match.resolve import Resolved, resolve_jobs
from forensics.sources.base import ReadOptions
from forensics.sources.reading import Opened, open_sources, own_paths
from forensics.timeline import utc_instant

Progress = Callable[[str, int], None]
DAY = 86_400 * 10**9
LIVE_REACH = 50 * 3600 * 10**9
# How far before the window runs are compared where something went wrong, and how many a night's report compares.
HISTORY = 14 * DAY
MOST_COMPARED, MOST_INVESTIGATED = 5_000, 50_000
BEFOREHAND = DAY // 24  # rows shortly before the window belong to its own runs


@dataclass(frozen=True)
class Question:
    """What a report is asked: which stretch of time, judged when, and of which jobs (globs; none: all).

    ``memory`` is what earlier reports left, ``tokens`` the secrets of live sources by their key (``key_of``).
    ``is_investigated``: the window is an incident, and its runs are compared with each other, not with those before.
    ``engine`` works out the parts of a large report.
    """

    window: Window
    jobs: tuple[str, ...] = ()
    memory: Memory = FORGOTTEN
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_investigated: bool = False
    engine: Engine = LOCAL

    @property
    def reach(self) -> Window:
        """Return the window, begun early enough to hold the runs that the last report left pending."""
        return replace(self.window, since=min([self.window.since, *self.memory.pending.values()]))


@dataclass(frozen=True)
class Known:
    """All that was read, and of which jobs it speaks; ``coverage`` is what each lane can speak for.

    ``timed`` is the evidence without the offsets of clocks: what is matched and judged. ``files`` tells which pattern
    each of its files fits.
    """

    evidence: Evidence
    timed: Evidence
    resolved: Resolved
    files: JobFiles
    coverage: Coverage
    keys: tuple[str, ...]
    learnt: tuple[Learnt, ...] = ()
    offsets: tuple[ClockOffset, ...] = ()


def report(config: Config, question: Question, progress: Progress = lambda _name, _rows: None) -> Result:
    """Return all that the sources of a config come to for a window."""
    known = read(config, question, progress)
    result = with_investigation(judged_over(known, config, question), known, question)
    return replace(result, changes=changes_since(result, question.jobs))


def read(config: Config, question: Question, progress: Progress) -> Known:
    """Return what all sources of a config hold, with what earlier reports saw of it, and whose it is."""
    opened = open_sources(with_heartbeats(config))
    keys = tuple(key_of(source.config) for source in opened)
    evidence = with_remembered(read_evidence(opened, config, question, progress), question.memory, keys)
    resolved = resolve_jobs(evidence, config.jobs, partial(unconfigured_job, config))
    learnt = learn_templates(resolved, evidence, question.window, config.timezone)
    resolved = with_learnt(resolved, learnt)
    files = JobFiles(resolved.jobs, evidence)
    offsets = clock_offsets(resolved, evidence, files, question.reach)
    timed = corrected(evidence, offsets, resolved, files)
    told, now = told_of(opened, evidence), question.window.now
    resolved = heard(resolved, evidence, *told, now)
    reach = coverage(evidence, *told, resolved, now)
    return Known(evidence, timed, resolved, files, reach, keys, learnt, offsets)


def judged_over(known: Known, config: Config, question: Question) -> Result:
    """Return what the runs of a window come to."""
    each = question.engine.each
    paired = pair_runs(known.resolved, known.timed, known.coverage, question.reach, known.files, each)
    judged = judge_runs(paired, known.timed, known.coverage, config.mutes, question.window)
    judged = replace(judged, runs=asked_for(with_pending(judged.runs, question.memory), question))
    return concluded(known, paired, judged, config, question)


def with_investigation(result: Result, known: Known, question: Question) -> Result:
    """Return the result with why its runs went wrong, where any did: they are compared with all runs, of all jobs.

    A night of more runs than a report compares is left to those who ask.
    """
    if not (question.is_investigated or goes_wrong(result)):
        return result
    if not question.is_investigated and result.summary.runs > MOST_COMPARED:
        return replace(result, findings=(*result.findings, too_many_to_compare(result, MOST_COMPARED)))
    from forensics.investigate.findings import investigation_findings
    from forensics.investigate.study import investigated

    since = compared_since(result, question)
    if since == question.window.since and not question.jobs:
        studied = result
    else:
        window = replace(question.window, since=since)
        studied = judged_over(known, result.config, Question(window, memory=replace(question.memory, pending={})))
    focus = frozenset(job.name for job in result.paired.jobs if is_asked_for(job.name, question))
    found = investigated(studied, focus)
    noticed = (*result.findings, *investigation_findings(found, result))
    standing = with_earlier(result, studied)
    return replace(result, investigation=found, studied=studied.runs, findings=noticed, blockers=standing)


def goes_wrong(result: Result) -> bool:
    """Return whether runs of the window, or their reporting, went wrong."""
    return any(blocker.kind not in ("stale", "source", "config") for blocker in result.blockers)


def compared_since(result: Result, question: Question) -> int:
    """Return since when runs are compared: as far back as the evidence goes, and runs are not too many.

    An investigation compares more of them, over as many days in all.
    """
    window, length = result.window, result.window.until - result.window.since
    history, most = (HISTORY - length, MOST_INVESTIGATED) if question.is_investigated else (HISTORY, MOST_COMPARED)
    most = most * length // max(1, result.summary.runs)
    lanes = ("triggers", "lifecycle", "notifications")
    seen = [at[at != NAT].min() for lane in lanes if len(at := nanoseconds(result.evidence.frame(lane)["at"]))]
    days = -(-(window.since - min(map(int, seen), default=window.since) - BEFOREHAND) // DAY)
    return window.since - max(0, min(days, most // DAY, history // DAY)) * DAY


def concluded(known: Known, paired: Paired, judged: Judged, config: Config, question: Question) -> Result:
    """Return what judged runs come to: what a person must act on, what is noticed, and whether to believe it."""
    evidence, timed, window, zone, runs = known.evidence, known.timed, question.window, config.timezone, judged.runs
    provenance = Provenance(paired, timed)
    explain = explainer(judged, paired, timed, known.coverage, provenance, window, zone, known.learnt)
    is_owed, is_checkable = owed(judged, paired), checkable(judged)
    parts = reporting_parts(runs, is_owed, is_checkable, paired, timed)
    reporting = replace(believed(runs, is_owed, is_checkable, config, question), parts=parts)
    audit = audited(question.memory, evidence, window, runs)
    asked = replace(config, jobs=tuple(job for job in config.jobs if is_asked_for(job.name, question)))
    beats = beats_of(evidence, asked, question)
    jobs = tuple(job for job in paired.jobs if is_asked_for(job.name, question))
    short = out_of_reach(Columns(runs), paired, timed, known.coverage, window.now, zone)
    others = (*of_audit(audit, zone), *short)
    blocking = blockers(runs, reporting, beats, evidence, jobs, window, explain, provenance, zone, config.mutes, others)
    noticed = findings(runs, paired, timed, known.coverage, asked, window, zone, provenance, known.offsets)
    return Result(
        config=config,
        window=window,
        evidence=evidence,
        coverage=known.coverage,
        paired=paired,
        runs=runs,
        summary=summarise(runs, is_owed, is_checkable),
        reporting=reporting,
        blockers=blocking,
        heartbeats=beats,
        findings=(*audit_findings(audit, question.memory.notes), *noticed),
        provenance=provenance,
        explain=explain,
        exit_code=exit_code(blocking, evidence),
        inputs=digest(evidence),
        keys=known.keys,
        memory=question.memory,
        learnt=known.learnt,
        offsets=known.offsets,
        audit=audit,
        events=events_of(config, evidence),
    )


def believed(runs: pd.DataFrame, owed: Flags, checkable: Flags, config: Config, question: Question) -> ReportingCheck:
    """Return whether the messages can be believed, in all and job by job, beside what they usually come to."""
    threshold, rates = config.reporting.threshold, question.memory.rates
    jobs = job_rates(Columns(runs), owed)
    check = check_reporting(runs, owed, checkable, threshold, rates)
    return replace(check, jobs=jobs, unlike=unlike_before(jobs, rates, threshold))


def events_of(config: Config, evidence: Evidence) -> tuple[Event, ...]:
    """Return what changed: the events of the config, and those that sources tell of, each once, in order of time."""
    told = [Event(utc_instant(each.at), each.kind, each.name) for each in evidence.happenings]
    return tuple(sorted(dict.fromkeys([*config.events, *told]), key=lambda each: (each.at, each.kind, each.name)))


def beats_of(evidence: Evidence, config: Config, question: Question) -> tuple[Heartbeat, ...]:
    """Return the lines of the panel; the due times of jobs are looked at only where there is one."""
    now = question.window.now
    has_panel = any(source.kind == "heartbeats" for source in evidence.sources)
    due = recent_due_times(config.jobs if has_panel else (), now)
    return tuple(beat for beat in panel(evidence.beats, config, now, due) if is_asked_for(beat.job, question))


def with_heartbeats(config: Config) -> list[SourceConfig]:
    """Return the sources of a config and the heartbeat folders that it names beside them."""
    named = {source.path.rstrip("/") for source in config.sources if source.kind == "heartbeats"}
    folders = (
        [folder for folder in config.heartbeats.dirs if folder.rstrip("/") not in named]
        if config.heartbeats.configured
        else []
    )
    there = [folder for folder in folders if own_paths(SourceConfig("heartbeats", folder))]
    return [
        *config.sources,
        *(SourceConfig("heartbeats", folder) for folder in (there if there or named else folders[:1])),
    ]


def key_of(source: SourceConfig) -> str:
    """Return by what the ledger and the secrets know a source."""
    return source_key(source.kind, source.path or " ".join(source.channels), source.root)


def told_of(opened: Sequence[Opened], evidence: Evidence) -> tuple[list[SourceConfig | None], list[bool]]:
    """Return of each source of the evidence its config and whether it is a log; the ledger has none, and is none."""
    own = len(evidence.sources) - len(opened)
    logs = [source.source.is_log for source in opened]
    return [*(source.config for source in opened), *[None] * own], [*logs, *[False] * own]


def with_pending(runs: pd.DataFrame, memory: Memory) -> pd.DataFrame:
    """Return the runs with those put into the window that the last report left pending."""
    if not memory.pending:
        return runs
    return runs.assign(in_window=runs["in_window"] | runs["key"].isin(list(memory.pending)))


def read_evidence(opened: Sequence[Opened], config: Config, question: Question, progress: Progress) -> Evidence:
    """Return what all sources hold; a source that holds nothing is a fault of its own."""
    intake = Intake()
    for source in opened:
        faults = [source.missing] if source.missing else []
        lanes = (source.config.lane,) if source.config.lane else source.source.lanes
        yielded = counted(source.read(options_for(source.config, config, question)), source.name, progress)
        intake.take(source.name, source.source.kind, lanes, yielded, faults, declared(source.config))
    return intake.evidence()


def declared(source: SourceConfig) -> tuple[int, int] | None:
    """Return the coverage that a config declares for a source, in ns, None where it declares none."""
    return None if source.coverage is None else (stamps(source.coverage)[0].item(), stamps(source.coverage)[1].item())


def counted(yielded: Iterator[Yielded], name: str, progress: Progress) -> Iterator[Yielded]:
    """Yield the same, telling the progress how many rows there were."""
    rows = 0
    for each in yielded:
        if isinstance(each, Batch):
            rows += len(each)
            progress(name, rows)
        yield each


def options_for(source: SourceConfig, config: Config, question: Question) -> ReadOptions:
    """Return what a source is told beside its path."""
    now, key = question.window.now, key_of(source)
    patterns = [text for job in config.jobs for text in (*job.artifacts, *job.markers, *job.state_files)]
    return ReadOptions(
        now=now,
        timezone=source.timezone or config.timezone,
        host=source.host,
        year=source.year,
        root=source.root,
        channels=source.channels,
        lane=source.lane,
        columns=source.columns,
        events=source.events,
        fields=tuple(sorted({text for text in patterns if "#" in text})),
        intervals={job.name: usual_interval(job, now) for job in config.jobs} if source.kind == "heartbeats" else {},
        since=question.reach.since - LIVE_REACH,
        token=question.tokens.get(key),
        kept=question.memory.kept.get(key, ()),
        preset=source.preset,
        job=source.job,
    )


def asked_for(runs: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Return the runs with those of other jobs than the asked ones put out of the window."""
    if not question.jobs:
        return runs
    wanted = {name for name in runs["job"].unique() if is_asked_for(name, question)}
    return runs.assign(in_window=runs["in_window"] & runs["job"].isin(sorted(wanted)))


def is_asked_for(name: str, question: Question) -> bool:
    """Return whether a report is to speak of a job."""
    return not question.jobs or any(fnmatchcase(name, glob) for glob in question.jobs)


def digest(evidence: Evidence) -> str:
    """Return eight hex digits that stand for the content of everything that was read, wherever it lies."""
    files = evidence.files
    rows = zip(files["source"], files["name"], files["sha256"], strict=True)
    told = "\n".join(sorted(f"{source} {name.rsplit('/', 1)[-1]} {content}" for source, name, content in rows))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:8]
