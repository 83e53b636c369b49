"""What an issue shows, as plain values that its templates place: one trouble, or several jobs with one cause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from forensics.evidence.concerns import Concern, History, Recovery, Subject
from forensics.evidence.result import Blocker
from forensics.report.view_public import PublicNames, dated, dated_in_full, span_text, steady
from forensics.report.view_troubles import SILENT
from forensics.report.wording import counted
from forensics.timeline import NANOS, duration_text
from forensics.verdicts import MEANINGS, Flag, Verdict

BEAT = re.compile(r"Heartbeat ([a-z]{1,10})\b")
WORDS = re.compile(r"[a-z]{1,20}(?:_[a-z]{1,20}){0,4}")
BEATS = frozenset({"missing", "corrupt", "future", "foreign"})
UNPROVEN = "failed_unproven"
COUNTED = {
    "stale": ("heartbeat file", "heartbeat files"),
    "source": ("fault", "faults"),
    "config": ("schedule", "schedules"),
}
NO_ERROR_TEXT = "What could not be read, and why, stands in the report."


@dataclass(frozen=True)
class Room:
    """How much an issue may show; what is more is counted."""

    members: int
    observed: int
    names: int
    longest_name: int


@dataclass(frozen=True)
class Member:
    """One job of several, as a line of a table."""

    job: str
    what: str
    since: str


@dataclass(frozen=True)
class IssueView:
    """An issue in plain values. Every text in it may stand where the templates put it.

    ``who`` is empty where it is about no single job. ``kind`` chooses the words: a blocker's, or what is wrong with
    a heartbeat. ``until`` is when the end of the trouble was seen. ``coming_and_going`` is a number of changes, and
    since when.
    """

    level: str
    who: str
    host: str
    kind: str
    jobs: int
    since: str
    first_seen: str
    lasting: str
    until: str
    meaning: str
    cause: str
    todo: str
    coming_and_going: tuple[int, str] | None
    facts: tuple[tuple[str, str], ...]
    observed: tuple[str, ...]
    observed_of: str
    observed_left: int
    inferred: tuple[str, ...]
    members: tuple[Member, ...]
    members_left: int
    hold: str
    names: str = ""


def trouble_view(
    concern: Concern, history: History, zone: ZoneInfo, names: PublicNames, hold: str, room: Room
) -> IssueView:
    """Return an issue whose trouble holds."""
    subject, blockers = concern.subject, in_order(concern.blockers)
    first = blockers[0] if blockers else None
    is_joint = bool(subject.cause) or len(blockers) > 1
    since = earliest(history.since, concern.since)
    observed = observations(first, subject)
    cause = cause_text(subject, blockers, names)
    return IssueView(
        level="CAUTION" if subject.kind in SILENT else "WARNING",
        who="" if is_joint or not subject.job else names.name(subject.job),
        host=names.name(subject.host) if subject.host else "",
        kind=subject.kind if is_joint or first is None else kind_of(first),
        jobs=len(blockers) if is_joint else 0,
        since=dated(since, zone) if since is not None else "",
        first_seen=dated(history.first_seen, zone),
        lasting=span_text(since, history.now) if since is not None else "",
        until="",
        meaning="" if is_joint or first is None else meaning_of(first),
        cause=cause,
        todo=names.sentence(usual(blocker.todo for blocker in blockers)),
        coming_and_going=coming_and_going(history, zone),
        facts=tuple(facts(concern, since, history, cause, zone, names)),
        observed=tuple(names.sentence(each) for each in observed[: room.observed]),
        observed_of=names.name(first.job) if is_joint and first and first.job else "",
        observed_left=max(0, len(observed) - room.observed),
        inferred=tuple(names.sentence(each) for each in inferences(blockers)[: 2 if is_joint else 1]),
        members=tuple(member(each, zone, names) for each in blockers[: room.members]) if is_joint else (),
        members_left=max(0, len(blockers) - room.members) if is_joint else 0,
        hold=names.name(hold),
    )


def recovery_view(
    recovery: Recovery, history: History, zone: ZoneInfo, names: PublicNames, hold: str, room: Room
) -> IssueView:
    """Return an issue whose trouble is over."""
    subject, observed = recovery.subject, [steady(each) for each in recovery.observed if each.strip()]
    cause = cause_words(subject.cause, names) if subject.cause else ""
    return IssueView(
        level="NOTE",
        who="" if subject.cause or not subject.job else names.name(subject.job),
        host=names.name(subject.host) if subject.host else "",
        kind=subject.kind,
        jobs=0,
        since=dated(history.since, zone) if history.since is not None else "",
        first_seen=dated(history.first_seen, zone),
        lasting=lasted(history),
        until=dated(history.now, zone),
        meaning="",
        cause=cause,
        todo="",
        coming_and_going=coming_and_going(history, zone),
        facts=tuple(past_facts(subject, history, cause, zone, names)),
        observed=tuple(names.sentence(each) for each in observed[: room.observed]),
        observed_of="",
        observed_left=max(0, len(observed) - room.observed),
        inferred=(),
        members=(),
        members_left=0,
        hold=names.name(hold),
    )


def in_order(blockers: Sequence[Blocker]) -> list[Blocker]:
    """Return blockers with the first to fall first; those of unknown onset come last."""
    return sorted(
        blockers, key=lambda each: (each.since is None, each.since or 0, each.job or "", each.host or "", each.text)
    )


def earliest(*instants: int | None) -> int | None:
    """Return the earliest of the known instants."""
    return min((each for each in instants if each is not None), default=None)


def kind_of(blocker: Blocker) -> str:
    """Return which words fit a blocker: its kind, or what is wrong with a heartbeat that is not stale."""
    if blocker.kind == "stale":
        found = BEAT.match(blocker.text)
        return f"beat_{found[1]}" if found and found[1] in BEATS else "stale"
    return UNPROVEN if Flag.UNPROVEN in blocker.flags and blocker.kind == Verdict.FAILED else blocker.kind


def kind_words(blocker: Blocker, names: PublicNames) -> str:
    """Return a blocker's kind in a word or two."""
    kind = kind_of(blocker)
    if kind == UNPROVEN:
        return "failed (unproven)"
    return f"heartbeat {kind.removeprefix('beat_')}" if kind.startswith("beat_") else cause_words(kind, names)


def meaning_of(blocker: Blocker) -> str:
    """Return what a verdict means, empty where a blocker has none."""
    if kind_of(blocker) == UNPROVEN:
        return "nothing that was read could have shown otherwise"
    return MEANINGS[Verdict(blocker.kind)] if blocker.kind in {verdict.value for verdict in Verdict} else ""


def observations(blocker: Blocker | None, subject: Subject) -> list[str]:
    """Return what was observed of one blocker, without the texts of errors."""
    if blocker is None:
        return []
    if subject.kind == "source":
        return [NO_ERROR_TEXT]
    has_own_text = blocker.kind in ("stale", "reporting", "config")
    told = [blocker.text, *blocker.observed] if has_own_text else list(blocker.observed)
    return [steady(each) for each in dict.fromkeys(told) if each.strip()]


def inferences(blockers: Sequence[Blocker]) -> list[str]:
    """Return what follows, the most frequent first, each once."""
    return [each for each, _ in Counter(blocker.inferred for blocker in blockers if blocker.inferred).most_common()]


def usual(texts: Iterator[str]) -> str:
    """Return the most frequent text, empty where there is none."""
    return next((text for text, _ in Counter(filter(None, texts)).most_common(1)), "")


def cause_text(subject: Subject, blockers: Sequence[Blocker], names: PublicNames) -> str:
    """Return the cause, empty where evidence shows none."""
    known = subject.cause or usual(blocker.cause or "" for blocker in blockers)
    return cause_words(known, names) if known else ""


def cause_words(cause: str, names: PublicNames) -> str:
    """Return a cause or a kind in words: ``host down``; one that is no word of ours as a name."""
    return cause.replace("_", " ") if WORDS.fullmatch(cause) else names.name(cause)


def coming_and_going(history: History, zone: ZoneInfo) -> tuple[int, str] | None:
    """Return how often an issue was opened and closed, and since when; None where it does not flap."""
    if not history.is_flapping:
        return None
    return len(history.changes), dated(min(history.changes, default=history.first_seen), zone)


def lasted(history: History) -> str:
    """Return how long a trouble lasted at most, until its end was seen; empty where its begin is not known."""
    return "" if history.since is None else duration_text(max(0, (history.now - history.since) // NANOS))


def facts(
    concern: Concern, since: int | None, history: History, cause: str, zone: ZoneInfo, names: PublicNames
) -> Iterator[tuple[str, str]]:
    """Yield the facts of a trouble, each with its name."""
    subject, count = concern.subject, sum(blocker.count for blocker in concern.blockers)
    if subject.cause or len(concern.blockers) > 1:
        yield ("Sources" if subject.kind == "source" else "Jobs"), f"{len(concern.blockers):,}"
    elif subject.kind == "source" and concern.blockers:
        yield "Source", names.code(source_of(concern.blockers[0]))
    yield from about(subject, names)
    yield (
        "Kind",
        ", ".join(sorted({kind_words(each, names) for each in concern.blockers})) or cause_words(subject.kind, names),
    )
    yield "Since", "not known" if since is None else dated_in_full(since, zone)
    yield "Count", counted(count, *COUNTED.get(subject.kind, ("run", "runs")))
    yield "First seen by the checker", dated_in_full(history.first_seen, zone)
    yield "Cause", cause or "not known"


def past_facts(
    subject: Subject, history: History, cause: str, zone: ZoneInfo, names: PublicNames
) -> Iterator[tuple[str, str]]:
    """Yield the facts of a trouble that is over."""
    yield from about(subject, names)
    yield "Kind", cause_words(subject.kind, names)
    yield "Since", "not known" if history.since is None else dated_in_full(history.since, zone)
    yield "Seen to be over", dated_in_full(history.now, zone)
    yield "Lasted at most", lasted(history) or "not known"
    yield "First seen by the checker", dated_in_full(history.first_seen, zone)
    if cause:
        yield "Cause", cause


def about(subject: Subject, names: PublicNames) -> Iterator[tuple[str, str]]:
    """Yield the job and the host, where there are any."""
    if subject.job and not subject.cause:
        yield "Job", names.name(subject.job)
    if subject.host:
        yield "Host", names.name(subject.host)


def member(blocker: Blocker, zone: ZoneInfo, names: PublicNames) -> Member:
    """Return one job of several, or one source."""
    name = names.name(blocker.job) if blocker.job else names.code(source_of(blocker))
    host = f" on {names.name(blocker.host)}" if blocker.host else ""
    since = "not known" if blocker.since is None else dated(blocker.since, zone)
    return Member(name + host, kind_words(blocker, names), since)


def source_of(blocker: Blocker) -> str:
    """Return the name of the source that a blocker is about: its text begins with it."""
    return blocker.text.partition(": ")[0]
