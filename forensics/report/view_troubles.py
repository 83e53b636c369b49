"""The blockers of jobs by kind, worst first: how many jobs and runs each kind concerns, and whether it is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forensics.evidence.lookback import NIGHTLY
from forensics.evidence.over import Of, has_ended
from forensics.evidence.result import Blocker, Result
from forensics.report.view_pen import Pen
from forensics.report.wording import listed
from forensics.verdicts import Flag

SILENT = frozenset({"silent_failure", "missed", "interrupted", "false_success"})
NO_JOBS_OWN = frozenset({"reporting", "source"})
# A missed run of which no source could have shown that it began.
UNSEEN = "missed_unseen"
WORDS = {UNSEEN: "not seen to begin"}
SHOWN_NAMES = 3
LONGEST_NAMES = 62


@dataclass(frozen=True)
class Trouble:
    """The blockers of one kind: how many jobs, which ones, how many runs; ``is_over``: all went well since."""

    kind: str
    jobs: int
    runs: int
    names: str
    since: str | None
    is_over: bool = False

    @property
    def word(self) -> str:
        """The kind in words."""
        return WORDS.get(self.kind, self.kind.replace("_", " "))


def troubles(blockers: Sequence[Blocker], gone: frozenset[Of], pen: Pen) -> Iterator[Trouble]:
    """Yield the blockers of jobs by kind, in the order in which the kinds come; what is over comes last.

    What is unproven stands apart. Each job is told once, with the first of its kinds.
    """
    own, told = [blocker for blocker in blockers if blocker.kind not in NO_JOBS_OWN], set[tuple[str, str | None]]()
    for ended in (False, True):
        mine = [blocker for blocker in own if has_ended(blocker, gone) is ended]
        for kind in dict.fromkeys(map(kind_of, mine)):
            alike = [each for each in mine if kind_of(each) == kind and (each.job is None or whose(each) not in told)]
            told.update(whose(blocker) for blocker in alike if blocker.job is not None)
            if alike:
                yield trouble(alike, ended, pen)


def whose(blocker: Blocker) -> tuple[str, str | None]:
    """Return the job and the host of a blocker."""
    return blocker.job or "", blocker.host


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
    """Return a blocker's kind, with what nothing could have proven, or shown, told apart."""
    if blocker.is_unseen:
        return UNSEEN
    return f"{blocker.kind}_unproven" if Flag.UNPROVEN in blocker.flags else blocker.kind


def since_text(since: int | None, pen: Pen) -> str | None:
    """Return since when, with its date."""
    return None if since is None else pen.full(since)


def is_of_messages(blocker: Blocker) -> bool:
    """Return whether a blocker says that the messages cannot be believed."""
    return blocker.kind == "reporting" and blocker.about != NIGHTLY


def level(result: Result, is_blind: bool) -> str:
    """Return how loud the first paragraph is."""
    kinds = {blocker.kind for blocker in result.blockers}
    if is_blind or kinds & SILENT:
        return "CAUTION"
    return "WARNING" if kinds else "NOTE"
