"""What the Pods of a Job tell: when its containers ran, with what exit code or signal each try ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from forensics.sources.json_values import words
from forensics.sources.kubernetes_cluster import Cluster, brief, ending, job_of
from forensics.sources.kubernetes_objects import Thing, moment, value_at
from forensics.sources.kubernetes_rows import Row

NO_JOBS = "a Pod of no Job"
NOT_UP = "a Pod whose containers have not run"
STATUSES = ("initContainerStatuses", "containerStatuses")
# A Pod that the cluster itself took away; its containers may have left no state.
TAKEN_AWAY = frozenset({"Evicted", "Preempting", "Preempted", "NodeLost", "NodeShutdown", "Shutdown", "Terminated"})
KILLED = 128
Ended = Mapping[str, Any]


def pod_rows(pod: Thing, cluster: Cluster) -> Iterator[Row]:
    """Yield when a Pod's containers began, how each try ended that was begun anew, and how the Pod itself ended."""
    name = job_of(pod)
    if name is None:
        return
    owned = cluster.names.of_job(pod.namespace, name, pod.at("metadata", "creationTimestamp"))
    common = {"namespace": pod.namespace, "pod": pod.name, "node": pod.text("spec", "nodeName")}
    begun = [(at, text) for text in starts(pod) if (at := moment(text)) is not None]
    if begun:
        at, text = min(begun)
        yield Row("lifecycle", pod.number, at, "started", owned, text, attributes=brief(**common))
    job = cluster.jobs.get((pod.namespace, name))
    how = None if job is None else ending(job)
    for event, ended, text in ends(pod):
        at = moment(text)
        # What a Job's own end tears down ends after it, and says nothing of why.
        if at is None or (how is not None and how.at is not None and at > how.at):
            continue
        told = brief(**common, reason=ended.get("reason"), message=ended.get("message"), signal=ended.get("signal"))
        code = exit_code(ended)
        yield Row("lifecycle", pod.number, at, event, owned, text, exit_code=code, attributes=told)


def containers(pod: Thing) -> Iterator[Mapping[str, Any]]:
    """Yield the states of a Pod's containers, those that prepare it first."""
    for name in STATUSES:
        yield from pod.each("status", name)


def starts(pod: Thing) -> Iterator[str]:
    """Yield when each of a Pod's own containers began, its earlier tries included."""
    for container in pod.each("status", "containerStatuses"):
        for state in ("state", "lastState"):
            for word in ("running", "terminated"):
                yield words(value_at(container, state, word, "startedAt"))


def ends(pod: Thing) -> Iterator[tuple[str, Ended, str]]:
    """Yield (event, what ended, when) for each try that was begun anew, then for the Pod as a whole."""
    for container in containers(pod):
        ended = value_at(container, "lastState", "terminated")
        if isinstance(ended, dict):
            yield "failed" if exit_code(ended) else "completed", ended, words(ended.get("finishedAt"))
    phase, reason = pod.text("status", "phase"), pod.text("status", "reason")
    if phase in ("Succeeded", "Failed"):
        last = last_of(pod, is_good=phase == "Succeeded")
        if reason in TAKEN_AWAY:
            yield "interrupted", {"reason": reason, "message": pod.text("status", "message")}, taken_at(pod, last)
        elif last is not None:
            yield "completed" if phase == "Succeeded" else "failed", last, words(last.get("finishedAt"))


def last_of(pod: Thing, *, is_good: bool) -> Ended | None:
    """Return the end that tells how a Pod ended: of one that failed, of a container that did; the last of these."""
    ended = [found for each in containers(pod) if isinstance(found := value_at(each, "state", "terminated"), dict)]
    telling = [each for each in ended if is_good or exit_code(each)] or ended
    return max(telling, key=lambda each: words(each.get("finishedAt")), default=None)


def taken_at(pod: Thing, last: Ended | None) -> str:
    """Return when a Pod was taken away, as far as it says."""
    told = [words(each.get("lastTransitionTime")) for each in pod.each("status", "conditions")]
    return max([*told, words(last.get("finishedAt")) if last else "", pod.text("status", "startTime")])


def exit_code(ended: Ended) -> int | None:
    """Return the exit code of a container; 128 and the signal's number where only a signal is told."""
    code, signal = ended.get("exitCode"), ended.get("signal")
    if isinstance(signal, int) and not isinstance(signal, bool) and 0 < signal < KILLED and not code:
        return KILLED + signal
    return code if isinstance(code, int) and not isinstance(code, bool) and abs(code) < 1 << 31 else None


def exit_of_last(pods: Sequence[Thing], is_good: bool) -> int | None:
    """Return the exit code with which the last of a Job's Pods ended that ended as the Job did."""
    phase = "Succeeded" if is_good else "Failed"
    last = [found for pod in pods if pod.text("status", "phase") == phase and (found := last_of(pod, is_good=is_good))]
    newest = max(last, key=lambda each: words(each.get("finishedAt")), default=None)
    return None if newest is None else exit_code(newest)


def is_stuck(pod: Thing) -> bool:
    """Return whether no container of a Pod has ever run: its image cannot be had, no node has room for it."""
    return pod.text("status", "phase") in ("Pending", "") and not any(starts(pod))


def why_nothing(pod: Thing) -> str:
    """Return why a Pod gave no row."""
    return NO_JOBS if job_of(pod) is None else NOT_UP
