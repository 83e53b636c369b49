"""The story of a report: read, match, judge, analyse. One function tells it; its result is one frozen value."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase

from forensics.analyse.blockers import blockers
from forensics.analyse.exits import exit_code
from forensics.analyse.findings import findings
from forensics.analyse.heartbeats import panel
from forensics.analyse.reporting import check_reporting
from forensics.analyse.summary import summarise
from forensics.classify.judged import judge_runs
from forensics.classify.rates import checkable, owed
from forensics.classify.reasons import explainer
from forensics.config import Config, Job, SourceConfig
from forensics.errors import SourceError
from forensics.evidence.intake import Evidence, Intake
from forensics.evidence.paired import Window
from forensics.evidence.provenance import Provenance
from forensics.evidence.records import Yielded
from forensics.evidence.result import Result
from forensics.match.pairing import pair_runs
from forensics.match.reach import coverage
from forensics.match.recent import recent_due_times
from forensics.match.resolve import resolve_jobs
from forensics.sources.base import ReadOptions
from forensics.sources.reading import Opened, open_source

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Question:
    """What a report is asked: which stretch of time, judged when, and of which jobs (globs; none: all)."""

    window: Window
    jobs: tuple[str, ...] = ()


def report(config: Config, question: Question, progress: Progress = lambda _name, _rows: None) -> Result:
    """Return all that the sources of a config come to for a window."""
    opened = [opened_or_fault(source) for source in with_heartbeats(config)]
    evidence = read_evidence(opened, config, question.window, progress)
    resolved = resolve_jobs(evidence, config.jobs, Job(name="unnamed", timezone=config.timezone))
    configs = [source.config for source in opened]
    reach = coverage(evidence, configs, [source.source.is_log for source in opened], resolved, question.window.now)
    paired = pair_runs(resolved, evidence, reach, question.window)
    judged = judge_runs(paired, evidence, reach, config.mutes, question.window)
    judged = replace(judged, runs=asked_for(judged.runs, question))
    provenance = Provenance(paired, evidence)
    explain = explainer(judged, paired, evidence, reach, provenance, question.window, config.timezone)
    is_owed, is_checkable = owed(judged, paired), checkable(judged)
    reporting = check_reporting(judged.runs, is_owed, is_checkable, config.reporting.threshold)
    due = recent_due_times(config.jobs, question.window.now)
    beats = panel(evidence.beats, config, question.window.now, due)
    blocking = blockers(
        judged.runs, reporting, beats, evidence, paired.jobs, question.window, explain, provenance, config.timezone
    )
    return Result(
        config=config,
        window=question.window,
        evidence=evidence,
        coverage=reach,
        paired=paired,
        runs=judged.runs,
        summary=summarise(judged.runs, is_owed, is_checkable),
        reporting=reporting,
        blockers=blocking,
        heartbeats=beats,
        findings=findings(judged.runs, paired, evidence, reach, config, question.window, config.timezone),
        provenance=provenance,
        explain=explain,
        exit_code=exit_code(blocking, evidence),
        inputs=digest(evidence),
    )
