"""The result as metrics, for the textfile directory of Prometheus' node exporter.

The form is that of https://prometheus.io/docs/instrumenting/exposition_formats/. All are gauges, told as of the
report's ``now``; none carries a time stamp, which the node exporter would refuse. What is not known has no
sample: an age that nobody could tell is never 0.

Names of jobs come out of evidence. As labels they are redacted, all visible and on one line, a long one as
``slug~hash``. Jobs whose labels are alike in the end, and a job that runs on several hosts, are one series, in
which the worst of them counts: the node exporter refuses a whole file for two samples of one series.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from forensics.evidence.paired import NAT
from forensics.evidence.result import Result
from forensics.evidence.schema import nanoseconds
from forensics.report.columns import window_runs
from forensics.timeline import NANOS
from forensics.untrusted import safe_line, slug
from forensics.verdicts import Flag, Lane, Verdict

if TYPE_CHECKING:
    import pandas as pd
    from prometheus_client import Metric

Of = tuple[str, str | None]
LONGEST_LABEL = 128
# All kinds that there are, so that a series does not vanish with its last blocker.
KINDS = (
    *("stale", "failed", "false_success", "silent_failure", "missed", "interrupted"),
    *("skipped", "reporting", "source", "config"),
)
BELIEVED = frozenset({"ok", "late", "stale"})
LANES = {**{lane.value: lane.value for lane in Lane}, "beats": "heartbeats"}
Samples = Mapping[tuple[str, ...], float]


class Gauges:
    """What a registry collects: metrics as they are."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        yield from self._metrics


def report_prometheus(result: Result) -> bytes:
    """Return the metrics as text, in UTF-8."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry()
    registry.register(Gauges(metrics(result)))
    return generate_latest(registry)


def metrics(result: Result) -> list[Metric]:
    """Return all metrics, in the contract's order."""
    return [
        gauge(
            "job_verdict",
            "Runs of the report's window, by job and verdict; muted ones are left out.",
            ("job", "verdict"),
            job_verdicts(result),
        ),
        gauge(
            "last_success_timestamp_seconds",
            "When the work of a job was last proven; none where no proven run of it is known.",
            ("job",),
            last_successes(result),
        ),
        gauge(
            "heartbeat_age_seconds",
            "Time since a job's last heartbeat that can be believed.",
            ("job",),
            heartbeat_ages(result),
        ),
        gauge("blockers", "What a person must act on, by kind.", ("kind",), blocker_counts(result)),
        gauge(
            "evidence_age_seconds", "Time since the newest row of evidence, by lane.", ("lane",), evidence_ages(result)
        ),
        gauge(
            "report_timestamp_seconds", "The instant at which the report judged.", (), {(): seconds(result.window.now)}
        ),
    ]


def gauge(name: str, meaning: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    """Return a metric with its samples in order of their labels."""
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(f"nightwatch_{name}", meaning, labels=labels)
    for values, number in sorted(samples.items()):
        family.add_metric(values, number)
    return family


def job_verdicts(result: Result) -> dict[tuple[str, ...], int]:
    """Return how many runs of the window each job has of each verdict, 0 too, so that a series lasts.

    Muted runs do not count, as they count in no blocker: a job with none but these has 0 everywhere.
    """
    runs = window_runs(result)
    counts: Counter[tuple[str, ...]] = Counter()
    shown = {name: job_label(name) for name in dict.fromkeys(runs.job)}
    for job, verdict, flags in zip(runs.job, runs.verdict, runs.flags, strict=True):
        counts[shown[job], verdict] += Flag.MUTED not in flags.split()
    return {(label, verdict.value): counts[label, verdict.value] for label in shown.values() for verdict in Verdict}


def last_successes(result: Result) -> dict[tuple[str, ...], float]:
    """Return when each job's work was last proven, in all runs that were judged, those of the days before too.

    A message is no success, nor is a proof later than ``now``; the last heartbeat is one for a job that declares no
    other proof. Of a job on several hosts the one counts that is furthest behind.
    """
    proven = [
        *proofs_of(result.runs),
        *(proofs_of(result.studied) if result.studied is not None else ()),
        *beats(result),
    ]
    newest: dict[Of, int] = {}
    for whose, at in proven:
        if at <= result.window.now:
            newest[whose] = max(newest.get(whose, at), at)
    found = [(job_label(job), seconds(last)) for (job, _), last in newest.items()]
    return {(label,): last for label, last in sorted(found, reverse=True)}


def proofs_of(runs: pd.DataFrame) -> Iterator[tuple[Of, int]]:
    """Yield the job and host of every proven run, with when it was."""
    at = nanoseconds(runs["executed_at"])
    known = at != NAT
    jobs, hosts = (runs[name].to_numpy(object)[known].tolist() for name in ("job", "host"))
    for job, host, moment in zip(jobs, hosts, at[known].tolist(), strict=True):
        yield (job, host if isinstance(host, str) else None), moment


def beats(result: Result) -> Iterator[tuple[Of, int]]:
    """Yield the last good heartbeat of each job that has one host and declares nothing else that would prove its work.

    The run that it proves may lie too far back to be judged again.
    """
    names = Counter(job.name for job in result.paired.jobs)
    own = {job.name: job for job in result.paired.jobs if names[job.name] == 1}
    for beat in result.heartbeats:
        job = own.get(beat.job)
        if job is not None and not job.artifacts and not job.markers and beat.status in BELIEVED and not beat.reason:
            yield (job.name, job.host), beat.last or 0


def heartbeat_ages(result: Result) -> dict[tuple[str, ...], float]:
    """Return the age of each job's heartbeat; one that cannot be believed has none, and is a blocker instead."""
    found = [
        (job_label(beat.job), round(beat.age_seconds, 3))
        for beat in result.heartbeats
        if beat.status in BELIEVED and beat.age_seconds is not None
    ]
    return {(label,): age for label, age in sorted(found)}


def blocker_counts(result: Result) -> dict[tuple[str, ...], int]:
    """Return the blockers by kind, 0 too."""
    counts = Counter(blocker.kind for blocker in result.blockers)
    return {(kind,): counts[kind] for kind in (*KINDS, *counts)}


def evidence_ages(result: Result) -> dict[tuple[str, ...], float]:
    """Return how old the newest row of each lane was; rows later than ``now`` would hide that a lane fell silent.

    Heartbeats have a lane of their own here: they would hide that a runner's records fell silent.
    """
    ages: dict[tuple[str, ...], float] = {}
    for table, lane in LANES.items():
        at = nanoseconds(result.evidence.frame(table)["at"])
        past = at[(at != NAT) & (at <= result.window.now)]
        if len(past):
            ages[(lane,)] = seconds(result.window.now - int(past.max()))
    return ages


def seconds(nanos: int) -> float:
    """Return ns as seconds, to the ms."""
    return round(nanos / NANOS, 3)


def job_label(name: str) -> str:
    """Return a job's name as a label."""
    safe = safe_line(name)
    return safe if len(safe) <= LONGEST_LABEL else slug(safe)
