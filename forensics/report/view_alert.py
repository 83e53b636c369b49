"""The first paragraph: what, since when, what to do now, and on what all this rests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from forensics.evidence.columns import Columns
from forensics.evidence.intake import SourceRead
from forensics.evidence.lookback import NIGHTLY
from forensics.evidence.over import Of, has_ended, over
from forensics.evidence.result import Blocker, Result
from forensics.report.columns import RunColumns
from forensics.report.view_blind import told_from, unprovable
from forensics.report.view_changes import flips
from forensics.report.view_pen import Pen, window_text
from forensics.report.view_story import LONGEST_LINE, UNKNOWN, Story, story
from forensics.report.wording import listed
from forensics.verdicts import Claim, Flag, Verdict

SILENT = frozenset({"silent_failure", "missed", "interrupted", "false_success"})
NO_JOBS_OWN = frozenset({"reporting", "source"})
SHOWN_NAMES, SHOWN_SOURCES = 3, 6
LONGEST_TODO, LONGEST_NAMES, LONGEST_OTHER = 110, 62, 34
LAST_GOOD = "; last good run"
STEP_END = re.compile(r"[.!?](?:\s|$)|; ")


@dataclass(frozen=True)
class Trouble:
    """The blockers of one kind: how many jobs, which ones, how many runs; ``is_over``: all went well since."""

    kind: str
    jobs: int
    runs: int
    names: str
    since: str | None
    is_over: bool = False


@dataclass(frozen=True)
class Unread:
    """A source that gave less than it should: ``state`` is missing, empty, or partly."""

    name: str
    state: str


@dataclass(frozen=True)
class Alert:
    """The first paragraph in plain values; ``todo`` is None where blocker ``todo_number`` tells no step in a sentence.

    ``runs`` are all of the window; the counts of verdicts and messages are of those that are not ``muted``.
    All ``unprovable`` runs are older than ``told_from``, None where that is not so. In ``unwatched`` no report ran;
    ``changes`` counts what is new and what is over, None where there is no such.
    ``troubles`` that last come before those that are over; ``story`` is what was found out about the first of them.
    ``has_blockers``: they are listed below it.
    """

    level: str
    is_blind: bool
    records: int
    rejected: int
    troubles: tuple[Trouble, ...]
    blockers: int
    is_suspect: bool
    false_alarms: int
    failure_messages: int
    reporting_since: str | None
    reporting_number: int | None
    said_success: int
    owed: int
    proven: int
    todo: str | None
    sources: int
    sources_read: int
    unread: tuple[Unread, ...]
    unread_left: int
    window: str
    zone: str
    jobs: int
    runs: int
    muted: int
    confirmed: int
    unprovable: int
    others: tuple[tuple[str, int], ...]
    told_from: str | None = None
    unwatched: tuple[str, str] | None = None
    changes: str | None = None
    story: Story = UNKNOWN
    has_blockers: bool = True
    todo_number: int = 1

    @property
    def since(self) -> str | None:
        """Since when, in one line: of the first trouble, of the messages, and what changed since the last report."""
        first = self.story.since or (self.troubles[0].since if self.troubles else None)
        messages = f"messages wrong since {self.reporting_since}" if self.reporting_since else None
        if first and messages and self.troubles and self.troubles[0].jobs == 1:
            first = next(self.named(first, messages))
        parts = [part for part in (first, messages, self.changes) if part]
        if self.story.since and self.changes and len(f"> **Since when:** {'; '.join(parts)}.") > LONGEST_LINE:
            parts.remove(self.changes)
        return "; ".join(parts) if first or messages else None

    def named(self, since: str, messages: str) -> Iterator[str]:
        """Yield since when a job goes wrong, beside messages that do: by its name, as long as the line has room."""
        name = self.troubles[0].names
        for text in (f"{name} since {since}", f"{name} since {since.partition(LAST_GOOD)[0]}"):
            if len(f"> **Since when:** {text}; {messages}.") <= LONGEST_LINE:
                yield text
        yield f"the job since {since}"

    @property
    def stops(self) -> str | None:
        """Where the runs of the first trouble stop, as long as the paragraph has room for it."""
        has_room = not (self.cried_wolf or self.is_suspect or self.unread)
        return self.story.stops if has_room else None

    @property
    def also(self) -> str | None:
        """What else lasts beside the first trouble, by name where it is one job; None where nothing does."""
        others = [trouble for trouble in self.troubles[1:] if not trouble.is_over]
        if len(others) == 1 and others[0].jobs == 1 and len(others[0].names) <= LONGEST_OTHER:
            return f"{others[0].names} ({others[0].kind.replace('_', ' ')})"
        return ", ".join(f"{each.jobs or 1} {each.kind.replace('_', ' ')}" for each in others) or None

    @property
    def cried_wolf(self) -> bool:
        """Whether most of the failure messages are contradicted by proof."""
        return self.false_alarms > 1 and 2 * self.false_alarms > self.failure_messages


def alert(result: Result, runs: RunColumns, pen: Pen) -> Alert:
    """Return the first paragraph of a report."""
    every, runs = runs, without_muted(runs)
    check, unread = result.reporting, [each for source in result.evidence.sources if (each := unread_of(source, pen))]
    is_blind = not any(sum(source.rows.values()) for source in result.evidence.sources)
    reporting = next((number for number, blocker in enumerate(result.blockers, 1) if is_of_messages(blocker)), None)
    gone = over(Columns(result.runs))
    begins, year = told_from(runs, unseen := unprovable(runs)), window_text(result)[:5]
    found, told = flips(result, pen), story(result, first_trouble(result.blockers, gone), pen)
    number = next((place for place, each in enumerate(result.blockers, 1) if not has_ended(each, gone)), 1)
    return Alert(
        level=level(result, is_blind),
        is_blind=is_blind,
        records=sum(source.records for source in result.evidence.sources),
        rejected=sum(source.rejected for source in result.evidence.sources),
        troubles=tuple(troubles(result.blockers, gone, pen)),
        blockers=len(result.blockers),
        is_suspect=check.status == "suspect",
        false_alarms=runs.verdict.count(Verdict.FALSE_ALARM),
        failure_messages=runs.claim.count(Claim.FAILURE),
        reporting_since=told.messages_since or since_text(result.blockers[reporting - 1].since, pen)
        if reporting
        else None,
        reporting_number=reporting,
        said_success=check.said_success,
        owed=check.owed,
        proven=check.proven,
        todo=first_step(result.blockers[number - 1 :], pen),
        todo_number=number,
        sources=len(result.evidence.sources),
        sources_read=len(result.evidence.sources) - len(unread),
        unread=tuple(unread[:SHOWN_SOURCES]),
        unread_left=max(0, len(unread) - SHOWN_SOURCES),
        window=window_text(result),
        zone=str(result.config.timezone),
        jobs=result.summary.jobs,
        runs=result.summary.runs,
        muted=len(every) - len(runs),
        confirmed=runs.verdict.count(Verdict.CONFIRMED),
        unprovable=sum(unseen),
        told_from=None if begins is None else pen.full(begins).removeprefix(year),
        others=tuple(other_verdicts(runs)),
        unwatched=unwatched(result, pen),
        changes=found.counts if found else None,
        story=told,
    )


def is_of_messages(blocker: Blocker) -> bool:
    """Return whether a blocker says that the messages cannot be believed."""
    return blocker.kind == "reporting" and blocker.about != NIGHTLY


def unwatched(result: Result, pen: Pen) -> tuple[str, str] | None:
    """Return from when to when no report ran although one should have."""
    if result.audit.unwatched is None:
        return None
    begin, end = result.audit.unwatched
    return pen.full(begin), pen.full(end)


def without_muted(runs: RunColumns) -> RunColumns:
    """Return the runs that are not muted."""
    rows = [row for row, flags in enumerate(runs.flags) if not flags or Flag.MUTED not in flags.split()]
    if len(rows) == len(runs):
        return runs
    columns = {each.name: getattr(runs, each.name) for each in fields(RunColumns)}
    return RunColumns(**{name: [values[row] for row in rows] for name, values in columns.items()})


def level(result: Result, is_blind: bool) -> str:
    """Return how loud the paragraph is."""
    kinds = {blocker.kind for blocker in result.blockers}
    if is_blind or kinds & SILENT:
        return "CAUTION"
    return "WARNING" if kinds else "NOTE"


def unread_of(source: SourceRead, pen: Pen) -> Unread | None:
    """Return what is wrong with a source as a whole, None where nothing is.

    One that covers a stretch of time and holds nothing was read: it saw silence.
    """
    is_empty = not any(source.rows.values())
    name, is_refused = pen.names.code(source.name), source.rejected >= source.records > 0
    if source.faults:
        return Unread(name, "missing" if not source.files else "unreadable" if not source.records else "partly")
    if not is_empty or source.covers is not None:
        return None
    return Unread(name, "unreadable" if is_refused else "bare" if source.records else "empty")


def troubles(blockers: Sequence[Blocker], gone: frozenset[Of], pen: Pen) -> Iterator[Trouble]:
    """Yield the blockers of jobs by kind, in the order in which the kinds come; what is over comes last.

    What is unproven stands apart.
    """
    own = [blocker for blocker in blockers if blocker.kind not in NO_JOBS_OWN]
    for ended in (False, True):
        mine = [blocker for blocker in own if has_ended(blocker, gone) is ended]
        for kind in dict.fromkeys(map(kind_of, mine)):
            yield trouble([blocker for blocker in mine if kind_of(blocker) == kind], ended, pen)


def trouble(alike: Sequence[Blocker], is_over: bool, pen: Pen) -> Trouble:
    """Return the blockers of one kind."""
    jobs = list(dict.fromkeys((blocker.job, blocker.host) for blocker in alike if blocker.job))
    names = few([pen.job_code(*job) for job in jobs[:SHOWN_NAMES]], len(jobs))
    since = min((blocker.since for blocker in alike if blocker.since is not None), default=None)
    runs = sum(each.count for each in alike)
    return Trouble(kind_of(alike[0]), len(jobs), runs, names, since_text(since, pen), is_over)


def first_trouble(blockers: Sequence[Blocker], gone: frozenset[Of]) -> list[Blocker]:
    """Return the blockers of the kind that comes first among those of jobs, of those that last where any does."""
    own = [blocker for blocker in blockers if blocker.kind not in NO_JOBS_OWN]
    mine = [blocker for blocker in own if not has_ended(blocker, gone)] or own
    return [blocker for blocker in mine if kind_of(blocker) == kind_of(mine[0])]


def few(names: Sequence[str], count: int) -> str:
    """Return the first of ``count`` names for a line, as many as leave it room for what befell them."""
    told = [listed(names[:shown], count) for shown in range(len(names), 0, -1)]
    return next((text for text in told if len(text) <= LONGEST_NAMES), told[-1] if told else "")


def kind_of(blocker: Blocker) -> str:
    """Return a blocker's kind, with what nothing could have proven told apart."""
    return f"{blocker.kind}_unproven" if Flag.UNPROVEN in blocker.flags else blocker.kind


def since_text(since: int | None, pen: Pen) -> str | None:
    """Return since when, with its date."""
    return None if since is None else pen.full(since)


def first_step(blockers: Sequence[Blocker], pen: Pen) -> str | None:
    """Return the first step of what the first blocker asks for, None where it is too long for a glance."""
    if not blockers or not blockers[0].todo:
        return None
    first = STEP_END.split(blockers[0].todo.strip(), maxsplit=1)[0]
    return pen.sentence(first[:1].lower() + first[1:]) if len(first) <= LONGEST_TODO else None


def other_verdicts(runs: RunColumns) -> Iterator[tuple[str, int]]:
    """Yield the verdicts that are there besides `confirmed`, worst first, each with its count."""
    for verdict in Verdict:
        count = runs.verdict.count(verdict)
        if count and verdict is not Verdict.CONFIRMED:
            yield verdict.value.replace("_", " "), count
