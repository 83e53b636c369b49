"""What a Kubernetes cluster shows of its CronJobs: the objects and events that ``kubectl get -o json`` prints.

Written by the API server (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/cron-job-v1/, job-v1
and event-v1). A Job of a CronJob is a run of the job that bears the CronJob's name: its slot is the trigger, its
status and that of its Pods is what the runner recorded. Finished Jobs are kept by number, events for an hour: a file
speaks of a CronJob only since its oldest Job that is left, and not at all where it holds neither. When it was printed
it does not tell: it speaks up to its newest record.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from forensics.evidence.records import FileRead, Reject, Yielded
from forensics.sources import kubernetes_events, kubernetes_jobs, kubernetes_pods
from forensics.sources.base import ReadOptions
from forensics.sources.kubernetes_cluster import TOLD, Cluster, cluster_of
from forensics.sources.kubernetes_objects import Strange, Thing, things
from forensics.sources.kubernetes_reach import Span, spans_by_job
from forensics.sources.kubernetes_rows import Row, batches
from forensics.sources.kubernetes_schedules import told_jobs
from forensics.sources.opening import EvidenceFile, head
from forensics.sources.paths import HERE, shown

HEAD = 1 << 16
KINDS = re.compile(rb'"kind"\s*:\s*"(?:CronJob|Job|Pod|Event|List|CronJobList|JobList|PodList|EventList)"')
VERSION = re.compile(rb'"apiVersion"\s*:\s*"(?:v1|batch/v1|batch/v1beta1|events\.k8s\.io/v1)"')
OTHER_KIND = "an object of another kind"
EARLIER = "an earlier state of the same object"
NOT_LIVE = "a running cluster is not asked: write kubectl get cronjobs,jobs,pods,events -A -o json > FILE, and name it"


class Kubernetes:
    """Reads CronJobs, Jobs, Pods and events as JSON."""

    kind: ClassVar[str] = "kubernetes"
    lanes: ClassVar[tuple[str, ...]] = ("triggers", "lifecycle")
    blind_spot: ClassVar[str] = (
        "It shows only what the cluster still keeps: three Jobs that went well and one that failed of each CronJob "
        "unless that says otherwise, events for about an hour; not since when a CronJob is suspended, nor how it was "
        "set up before."
    )
    is_live: ClassVar[bool] = False
    is_log: ClassVar[bool] = False

    def detect(self, path: Path) -> bool:
        """Return whether the first bytes name a version of the API and a kind of its objects, as JSON."""
        first = head(path, HEAD).lstrip(b"\xef\xbb\xbf \t\r\n")
        return first[:1] in (b"{", b"[") and bool(VERSION.search(first)) and bool(KINDS.search(first))

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield the runs that the objects of a file show; rows come at its end, when all names are known.

        Raises:
            OSError: the path itself cannot be opened.
        """
        if str(path) == HERE:
            yield FileRead("kubernetes", 0, fault=NOT_LIVE)
            return
        evidence, file = EvidenceFile(path), shown(str(path))
        found, rejects, skipped = list[Thing](), 0, Counter[str]()
        for each in things(evidence):
            if isinstance(each, Strange):
                rejects += 1
                yield Reject(file, each.number, each.reason, each.text)
            else:
                found.append(each)
        cluster = cluster_of(latest(found, skipped), options.host)
        newest = cluster.newest(options.now)
        rows = rows_of(cluster, newest, skipped)
        yield from batches(rows, file, options.host)
        spans = spans_by_job(cluster, newest)
        yield FileRead(
            file,
            len(rows) + rejects + sum(skipped.values()),
            sha256=evidence.sha256,
            covers=hull(spans),
            newest=newest,
            modified=evidence.modified,
            fault=evidence.fault,
            skipped=dict(skipped),
            hosts=frozenset({options.host} if options.host else ()),
            jobs=told_jobs(cluster, file),
            job_spans=spans,
        )


def latest(found: list[Thing], skipped: Counter[str]) -> list[Thing]:
    """Return the objects that may tell of runs, each in its last state, in the order of the file."""
    last = {each.identity: each for each in found if each.kind in TOLD}
    others = sum(each.kind not in TOLD for each in found)
    counts = {OTHER_KIND: others, EARLIER: len(found) - others - len(last)}
    skipped.update({reason: count for reason, count in counts.items() if count})
    return sorted(last.values(), key=lambda each: each.number)


def rows_of(cluster: Cluster, newest: int | None, skipped: Counter[str]) -> list[Row]:
    """Return the rows of all objects; an object without any is counted by the reason for that."""
    readers: Mapping[str, tuple[Callable[[Thing], Iterator[Row]], Callable[[Thing], str]]] = {
        "CronJob": (lambda it: kubernetes_jobs.cron_job_rows(it, cluster, newest), kubernetes_jobs.why_nothing),
        "Job": (lambda it: kubernetes_jobs.job_rows(it, cluster), kubernetes_jobs.why_nothing),
        "Pod": (lambda it: kubernetes_pods.pod_rows(it, cluster), kubernetes_pods.why_nothing),
        "Event": (
            lambda it: kubernetes_events.event_rows(it, cluster),
            lambda it: kubernetes_events.why_nothing(it, cluster),
        ),
    }
    rows: list[Row] = []
    for each in cluster.known:
        read, why_nothing = readers[each.kind]
        own = list(read(each))
        rows += own
        if not own:
            skipped[why_nothing(each)] += 1
    return rows


def hull(spans: Mapping[str, tuple[Span, ...]]) -> Span | None:
    """Return the stretch from the first to the last instant of all spans, None where there is none."""
    every = [span for each in spans.values() for span in each]
    return (min(start for start, _ in every), max(end for _, end in every)) if every else None
