"""The first paragraph: what, since when, what to do now, and on what all this rests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from forensics.evidence.columns import Columns
from forensics.evidence.intake import SourceRead
from forensics.evidence.over import has_ended, over
from forensics.evidence.result import Blocker, Result
from forensics.report.columns import RunColumns
from forensics.report.view_blind import told_from, unprovable
from forensics.report.view_changes import flips
from forensics.report.view_outage import Outage, ended_source, outage
from forensics.report.view_pen import Pen, window_text
from forensics.report.view_since import LONGEST_LINE, named
from forensics.report.view_story import STEP_END, UNKNOWN, Story, story
from forensics.report.view_troubles import (
    UNSEEN,
    Trouble,
    first_trouble,
    is_of_messages,
    level,
    since_text,
    troubles,
)
from forensics.report.wording import counted
from forensics.verdicts import Claim, Flag, Verdict

SHOWN_SOURCES = 6
LONGEST_TODO, LONGEST_OTHER = 110, 34
LAST_GOOD = "; last good run"


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
    ``has_blockers``: they are listed below it. ``outage`` is a lane's silence, ``ended_source`` evidence that stops
    before the runs do; ``unprovable`` counts these, too.
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
    outage: Outage | None = None
    outage_todo: str | None = None
    ended_source: str | None = None

    @property
    def since(self) -> str | None:
        """Since when, in one line: of the first trouble, of the messages, and what changed since the last report."""
        if self.is_outage_first:
            return None  # it is dated, and all else is over
        first = self.story.since or (self.troubles[0].since if self.troubles else None)
        messages = f"messages wrong since {self.reporting_since}" if self.reporting_since else None
        if first and messages and self.troubles and self.troubles[0].jobs == 1:
            first = next(self.of_job(first, messages))
        unseen = self.ended_source if self.troubles and self.troubles[0].kind == UNSEEN else None
        parts = [part for part in (first, unseen, messages, self.changes) if part]
        if self.story.since and self.changes and len(f"> **Since when:** {'; '.join(parts)}.") > LONGEST_LINE:
            parts.remove(self.changes)
        return "; ".join(parts) if first or messages else None

    def of_job(self, since: str, messages: str) -> Iterator[str]:
        """Yield since when a job goes wrong, beside messages that do: by its name, as long as the line has room."""
        name = self.troubles[0].names
        for text in (named(name, since), named(name, since.partition(LAST_GOOD)[0])):
            if len(f"> **Since when:** {text}; {messages}.") <= LONGEST_LINE:
                yield text
        yield named("the job", since)

    @property
    def stops(self) -> str | None:
        """Where the runs of the first trouble stop, as long as the paragraph has room for it."""
        has_room = not (self.cried_wolf or self.is_suspect or self.unread or self.outage)
        return self.story.stops if has_room else None

    @property
    def also(self) -> str | None:
        """What else lasts beside the first trouble: jobs not counted there, by name where it is one; None for none."""
        return told_of([trouble for trouble in self.troubles[1:] if not trouble.is_over])

    @property
    def ended(self) -> str | None:
        """What is over by now, of jobs in which nothing lasts; None where nothing is."""
        return told_of([trouble for trouble in self.troubles[1:] if trouble.is_over])

    @property
    def is_outage_first(self) -> bool:
        """Whether a lane's silence is the headline: nothing else lasts."""
        return self.outage is not None and not self.cried_wolf and all(each.is_over for each in self.troubles[:1])

    @property
    def judged(self) -> int:
        """How many runs were to be judged: all that are not muted."""
        return self.runs - self.muted

    @property
    def is_dark(self) -> bool:
        """Whether most of what was to be judged could not be checked."""
        return 2 * self.unprovable > self.judged > 0

    @property
    def cried_wolf(self) -> bool:
        """Whether most of the failure messages are contradicted by proof."""
        return self.false_alarms > 1 and 2 * self.false_alarms > self.failure_messages


def told_of(others: Sequence[Trouble]) -> str | None:
    """Return further troubles with how many jobs each has, the only one of one job by its name; None of none."""
    if len(others) == 1 and others[0].jobs == 1 and len(others[0].names) <= LONGEST_OTHER:
        return f"{others[0].names} ({others[0].word})"
    return (
        ", ".join(f"{counted(each.jobs, 'job')} ({each.word})" if each.jobs else each.word for each in others) or None
    )


def alert(result: Result, runs: RunColumns, pen: Pen) -> Alert:
    """Return the first paragraph of a report."""
    every, runs = runs, without_muted(runs)
    check, unread = result.reporting, [each for source in result.evidence.sources if (each := unread_of(source, pen))]
    is_blind = not any(sum(source.rows.values()) for source in result.evidence.sources)
    reporting = next((number for number, blocker in enumerate(result.blockers, 1) if is_of_messages(blocker)), None)
    gone, silent = over(Columns(result.runs)), outage(result, pen)
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
        unprovable=sum(unseen) + sum(each.count for each in result.blockers if each.is_unseen),
        told_from=None if begins is None else pen.full(begins).removeprefix(year),
        others=tuple(other_verdicts(runs)),
        unwatched=unwatched(result, pen),
        changes=found.counts if found else None,
        story=told,
        outage=silent,
        outage_todo=glance(silent.todo, pen) if silent else None,
        ended_source=ended_source(result, pen),
    )


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


def first_step(blockers: Sequence[Blocker], pen: Pen) -> str | None:
    """Return the first step of what the first blocker asks for, None where it is too long for a glance."""
    return glance(blockers[0].todo, pen) if blockers else None


def glance(todo: str, pen: Pen) -> str | None:
    """Return the first step of what is to be done, None where it is too long for a glance."""
    first = STEP_END.split(todo.strip(), maxsplit=1)[0]
    return pen.sentence(first[:1].lower() + first[1:]) if 0 < len(first) <= LONGEST_TODO else None


def other_verdicts(runs: RunColumns) -> Iterator[tuple[str, int]]:
    """Yield the verdicts that are there besides `confirmed`, worst first, each with its count."""
    for verdict in Verdict:
        count = runs.verdict.count(verdict)
        if count and verdict is not Verdict.CONFIRMED:
            yield verdict.value.replace("_", " "), count
