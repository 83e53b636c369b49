"""What changed since the last report: which blockers are new, which recur, and which a good check shows to be over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from forensics.analyse.concerns import all_recoveries, hosts_told, subject_of
from forensics.analyse.unread import unread
from forensics.evidence.lookback import NIGHTLY, Change, Changes, key_parts, trouble_key
from forensics.evidence.memory import Memory
from forensics.evidence.result import Blocker, Result

IsOver = Callable[[Change], bool]


def blocker_key(blocker: Blocker) -> str:
    """Return by what a blocker is known from report to report: its kind, its job and host, or what it is about."""
    return trouble_key(blocker.kind, blocker.job, blocker.host, blocker.about)


def changes_since(result: Result, jobs: Sequence[str] = ()) -> Changes | None:
    """Return what became of the last report's blockers, None where no earlier report is known.

    ``jobs`` are the globs of a report that is not about all of them: of others it can tell nothing.
    """
    return changes(result.blockers, result.memory, lambda change: is_over(change, result), jobs)


def changes(blockers: Sequence[Blocker], memory: Memory, is_over: IsOver, jobs: Sequence[str] = ()) -> Changes | None:
    """Return what became of the last report's blockers; ``is_over`` says of one that is gone whether that was seen."""
    if memory.last is None:
        return None
    before = memory.last.blockers
    now = {blocker_key(each): each for each in blockers if is_asked_for(each.job, jobs)}
    gone = [change for change in left_over(before, now) if is_asked_for(change.job, jobs)]
    over = [is_over(change) for change in gone]
    return Changes(
        since=memory.last.now,
        new=tuple(change_of(each) for key, each in now.items() if key not in before),
        recurring=tuple(change_of(each, memory.standing.get(key)) for key, each in now.items() if key in before),
        resolved=tuple(change for change, done in zip(gone, over, strict=True) if done),
        unseen=tuple(change for change, done in zip(gone, over, strict=True) if not done),
    )


def is_asked_for(job: str | None, jobs: Sequence[str]) -> bool:
    """Return whether a report over some jobs can tell of a trouble."""
    return not jobs or (job is not None and any(fnmatchcase(job, glob) for glob in jobs))


def left_over(before: Mapping[str, str], now: Mapping[str, Blocker]) -> Iterator[Change]:
    """Yield the troubles of the last report that this one does not tell of."""
    for key, text in before.items():
        parts = key_parts(key)
        if parts is not None and key not in now:
            yield Change(*parts, text)


def change_of(blocker: Blocker, standing: tuple[int, int] | None = None) -> Change:
    """Return a blocker as a change; ``standing`` is since when, and in how many reports in a row, it was told."""
    first, reports = standing or (None, None)
    return Change(blocker.kind, blocker.job, blocker.host, blocker.about, blocker.text, first, reports)


def is_over(change: Change, result: Result) -> bool:
    """Return whether a check of this report could have seen a trouble again, and saw the opposite."""
    if change.about == NIGHTLY:
        return True
    if change.kind == "source":
        return is_read(change.about, result)
    if change.kind == "config":
        jobs = [job for job in result.config.jobs if (job.name, job.host) == (change.job, change.host)]
        return bool(jobs) and all(job.problem is None for job in jobs)
    hosts = hosts_told(result)
    subject = subject_of(change.kind, change.job, change.host, hosts)
    return any(each.subject == subject for each in all_recoveries(result, hosts))


def is_read(name: str | None, result: Result) -> bool:
    """Return whether a source was read to its end; without a name, whether any source was named at all."""
    names = {source.name for source in result.evidence.sources}
    return bool(names) if name is None else name in names - {gap.source for gap in unread(result.evidence)}
