"""Many jobs with one cause are one trouble: one issue with its members, and no single ones opened beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from forensics.evidence.concerns import Check, Concern, Recovery, Subject
from forensics.ledger.rows import Remembered
from forensics.publish.marks import key_of
from forensics.verdicts import Cause

ROLLUP = "rollup"
HEARTBEATS_SILENT = "heartbeats_silent"
SHARED = frozenset(
    {
        Cause.HOST_DOWN.value,
        Cause.BOOT_TIMEOUT.value,
        Cause.SCHEDULER_RESTART.value,
        Cause.LANE_OUTAGE.value,
        HEARTBEATS_SILENT,
    }
)
SHOWN = 3
SILENCE = f"cause={HEARTBEATS_SILENT} "


def news(check: Check, memory: Mapping[str, Remembered], are_open: Collection[str]) -> list[Concern]:
    """Return the concerns of a check, without those that an open roll-up is about already.

    Only a check of the heartbeats alone has such: it sees that a job is silent, and not that its host was down.
    """
    told: set[str] = set()
    for key in are_open if is_of_beats(check) else ():
        if key.startswith("cause=") and not key.startswith(SILENCE) and key in memory:
            told.update(memory[key].members)
    return [each for each in check.concerns if each.subject.job not in told or key_of(each.subject) in are_open]


def is_of_beats(check: Check) -> bool:
    """Return whether a check looked at nothing but heartbeats."""
    return check.kinds == {"stale"}


def rolled(concerns: Sequence[Concern], are_open: Collection[str], least: int) -> list[Concern]:
    """Return the concerns with those of one cause as one, where they are of ``least`` jobs or it is filed already.

    ``are_open`` are the keys of open issues: a member that has one keeps it.
    """
    groups = grouped(concerns)
    left, found = [], []
    for subject, members in groups.items():
        jobs = {member.subject.job for member in members}
        if subject.cause and (len(jobs) >= max(2, least) or key_of(subject) in are_open):
            found.append(together(subject, members))
            left += [member for member in members if key_of(member.subject) in are_open]
        else:
            left += members
    return [*found, *left]


def grouped(concerns: Sequence[Concern]) -> dict[Subject, list[Concern]]:
    """Return the concerns by what they could be rolled up to; a heartbeat is silent because its host is down."""
    down = {
        concern.subject.job: umbrella(concern)
        for concern in concerns
        if concern.blockers[0].cause == Cause.HOST_DOWN and concern.subject.kind != "stale"
    }
    groups: dict[Subject, list[Concern]] = {}
    for concern in concerns:
        above = umbrella(concern)
        if concern.subject.kind == "stale":
            above = down.get(concern.subject.job, above)
        groups.setdefault(above, []).append(concern)
    return groups


def umbrella(concern: Concern) -> Subject:
    """Return what a concern could be rolled up to: its cause on its host, else itself."""
    cause = concern.blockers[0].cause
    return Subject(ROLLUP, host=concern.subject.host, cause=cause) if cause in SHARED else concern.subject


def together(subject: Subject, members: Sequence[Concern]) -> Concern:
    """Return many concerns as one."""
    since = min((member.since for member in members if member.since is not None), default=None)
    return Concern(subject, since, tuple(blocker for member in members for blocker in member.blockers))


def rollup_recoveries(check: Check, memory: Mapping[str, Remembered], are_open: Collection[str]) -> dict[str, Recovery]:
    """Return the roll-ups that are over: each member was seen to be well, and none is in trouble any more.

    A check of the heartbeats alone could not have seen what else may be rolled up: it ends only their silence.
    """
    troubled = {concern.subject.job for concern in check.concerns}
    well: dict[str, list[str]] = {}
    for recovery in check.recoveries:
        well.setdefault(recovery.subject.job, []).extend(recovery.observed)
    found = {}
    for key in sorted(are_open):
        if not key.startswith("cause=") or (is_of_beats(check) and not key.startswith(SILENCE)):
            continue
        members = memory[key].members if key in memory else ()
        if members and troubled.isdisjoint(members) and set(members) <= well.keys():
            seen = [f"{member}: {well[member][0]}" for member in members[:SHOWN]]
            left = len(members) - len(seen)
            observed = (*seen, f"{left:,} more jobs are well too.") if left else tuple(seen)
            found[key] = Recovery(Subject(ROLLUP), observed)
    return found
