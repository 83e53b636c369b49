"""Puts together what OpenClaw's stores, transcripts and trajectories tell of one run: by job, session, and time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile

from forensics.sources.openclaw_jobs import StoredJob
from forensics.sources.openclaw_told import Origin, Told
from forensics.sources.openclaw_trajectories import Attempt, in_sessions
from forensics.sources.openclaw_transcripts import Turn
from forensics.sources.openclaw_values import SECOND

SAME = SECOND
EARLY = 60 * SECOND
BOOTING = 300 * SECOND
MAIN_WAITS = 2 * 3600 * SECOND
SUPERSEDED = "a receipt in whose place another one came"


@dataclass
class Run:
    """One run: what is told of it, best witness first, its turn in a transcript, and its attempts in a trajectory."""

    job: str
    told: list[Told]
    turn: Turn | None = None
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def start(self) -> int:
        """Return when it started."""
        return self.told[0].start

    @property
    def session(self) -> str:
        """Return the session in which it was carried out."""
        return next((told.session for told in self.told if told.session), "")

    def by(self, origin: Origin) -> Told | None:
        """Return what one witness tells of it."""
        return next((told for told in self.told if told.origin is origin), None)

    @property
    def length(self) -> int:
        """Return how long it may have taken, in ns."""
        return max(round((told.duration or 0) * SECOND) for told in self.told)


def runs_of(told: Iterable[Told]) -> list[Run]:
    """Return what is told, put together by run, in order of job and start."""
    by_job: dict[str, list[Told]] = defaultdict(list)
    for each in told:
        by_job[each.job].append(each)
    return [run for job in sorted(by_job) for run in runs_of_job(job, by_job[job])]


def runs_of_job(job: str, told: list[Told]) -> list[Run]:
    """Return the runs of one job."""
    runs: list[Run] = []
    for each in sorted(told, key=lambda each: (each.origin, each.start, each.written or 0)):
        if each.status == "superseded":
            each.page.skip(SUPERSEDED)
            continue
        found = next((run for run in near(runs, each.start) if is_same(run, each)), None)
        if found is None:
            insort(runs, Run(job, [each]), key=lambda run: run.start)
        else:
            found.told.append(each)
    return runs


def near(runs: Sequence[Run], start: int) -> Iterator[Run]:
    """Yield the runs that started at nearly the same time; runs are in order of their starts."""
    first = bisect_left(runs, start - SAME, key=lambda run: run.start)
    yield from takewhile(lambda run: run.start <= start + SAME, islice(runs, first, None))


def is_same(run: Run, told: Told) -> bool:
    """Return whether a record is of a run: of one kind and another file only where the starts are equal.

    Two lines of one file are two runs, unless they say word for word the same.
    """
    alike = run.by(told.origin)
    if alike is None:
        return True
    if alike.page is told.page:
        return (alike.start, alike.written, alike.status) == (told.start, told.written, told.status)
    return alike.start == told.start


def join_turns(runs: Sequence[Run], turns: Sequence[Turn], jobs: Mapping[str, StoredJob]) -> list[Turn]:
    """Give each run its turn, by session first and then by time; return the turns that are no run's."""
    left: dict[str, list[Turn]] = defaultdict(list)
    for turn in sorted(turns, key=lambda turn: turn.first or 0):
        left[turn.job].append(turn)
    by_job: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_job[run.job].append(run)
    for by_session in (True, False):
        for job, own in by_job.items():
            for run, following in zip(own, [*own[1:], None], strict=True):
                if run.turn is None and bool(run.session) == by_session:
                    until = following.start if following else None
                    run.turn = taken(left[job], run, until, jobs.get(job))
    return [turn for turns_left in left.values() for turn in turns_left]


def taken(turns: list[Turn], run: Run, until: int | None, job: StoredJob | None) -> Turn | None:
    """Return the turn of a run, and take it out of those that are left."""
    is_main = job is not None and job.is_main
    limit = (job.limit if job and job.limit else 600.0) * SECOND
    reach = MAIN_WAITS if is_main else max(run.length, round(limit)) + BOOTING
    last = min(run.start + reach, until - 1) if until is not None else run.start + reach
    for turn in turns:
        is_own = not run.session or turn.session == run.session
        if is_own and turn.first is not None and run.start - EARLY <= turn.first <= last:
            turns.remove(turn)
            return turn
    return None


def join_attempts(runs: Sequence[Run], attempts: Iterable[Attempt]) -> None:
    """Give each run the attempts of its session: where several runs share one, those until the next of them."""
    found, owners = in_sessions(attempts), dict[str, list[Run]]()
    for run in sorted(runs, key=lambda run: run.start):
        owners.setdefault(run.session or (run.turn.session if run.turn else ""), []).append(run)
    for session, own in owners.items():
        starts = [run.start - EARLY for run in own]
        for each in found.get(session, ()) if session else ():
            place = bisect_right(starts, each.at) - 1
            if place >= 0:
                own[place].attempts.append(each)
