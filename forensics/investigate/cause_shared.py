"""What changed for several jobs at once: an event where one lies in the interval, else something that they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forensics.evidence.investigation import Cause, ChangePoint, NextStep, Occasion
from forensics.evidence.paired import Flags, Ints
from forensics.investigate import steps, steps_change
from forensics.investigate.cause_case import Case
from forensics.investigate.cause_controls import went_on
from forensics.investigate.cause_since import change_text, depth_text, stopping
from forensics.investigate.exact import SUREST, log_binomial
from forensics.investigate.words import counted, happening, listed, of_those, setting, share, subject, when

# Two jobs that break on one day may be chance, so far as nothing happened then.
LEAST_JOBS, LEAST_WITH_EVENT = 3, 2
NEARLY_ALL = 0.8
ENDED_BY_CHANCE = 0.01
SHOWN_CHANGES, SHOWN_SETTINGS = 3, 4
ALWAYS = 2**62
# An event, or when a change began that none is known for; and what runs it is about.
Key = tuple[Occasion | int, str]
# Runs before a change, how many of them were bad, then the same of those after it.
Sides = tuple[int, int, int, int]


@dataclass(frozen=True)
class Shared:
    """Changes that one event, or one moment, makes one; ``rows`` are the undone runs that they explain.

    Where they are about ``among`` (``node = n1``) alone, so is all else. ``sure`` are the jobs of ``changes`` that
    nothing else explains, ``likely`` those that go with them by their few runs; it lasts from ``since`` up to
    ``until`` (ns).
    """

    changes: tuple[ChangePoint, ...]
    occasion: Occasion | None
    sure: tuple[str, ...]
    likely: tuple[str, ...]
    rows: Ints
    since: int
    until: int
    among: str = ""

    @property
    def jobs(self) -> tuple[str, ...]:
        """The jobs, the sure ones first."""
        return *self.sure, *self.likely

    @property
    def has_ended(self) -> bool:
        """Whether a change for the better ended it."""
        return self.until < ALWAYS


def shared_changes(case: Case, left: Flags) -> list[Shared]:
    """Return the changes that several jobs share and that nothing else explains, the widest first, each run once.

    ``left`` are the undone runs without a cause so far.
    """
    by_event: dict[Key, list[ChangePoint]] = {}
    for change in case.changes:
        if change.about == "work" and not change.is_better:
            key = change.occasions[0] if change.occasions else change.first_bad
            by_event.setdefault((key, change.among), []).append(change)
    found, left = list[Shared](), left.copy()
    while best := widest(case, by_event, left):
        found.append(best)
        left[best.rows] = False
    return found


def widest(case: Case, by_event: Mapping[Key, Sequence[ChangePoint]], left: Flags) -> Shared | None:
    """Return of some changes the one that explains most of the runs that are left, the earliest of equals."""
    tried = [
        shared_of(case, key if isinstance(key, Occasion) else None, changes, left)
        for (key, _), changes in by_event.items()
    ]
    best = max((each for each in tried if each), key=lambda each: (len(each.rows), -each.since), default=None)
    if best is None:
        return None
    best = replace(best, likely=likely_too(case, best))
    inside = (case.columns.moment >= best.since) & (case.columns.moment < best.until)
    return replace(best, rows=np.flatnonzero(left & inside & concerned(case, best)))


def concerned(case: Case, found: Shared) -> Flags:
    """Return the runs that some changes are about, whenever they were."""
    return case.named(found.jobs) & case.sharing(found.among)


def shared_of(case: Case, occasion: Occasion | None, changes: Sequence[ChangePoint], left: Flags) -> Shared | None:
    """Return what some changes explain together, None where that is not several jobs, or mostly explained already."""
    since, until = min(each.first_bad for each in changes), max(end_of(case, each) for each in changes)
    then = (case.columns.moment >= since) & (case.columns.moment < until) & case.sharing(changes[0].among)
    sure = tuple(dict.fromkeys(job for each in changes for job in each.jobs))
    rows = np.flatnonzero(then & left & case.named(sure))
    hit = frozenset(case.jobs(rows))
    named = tuple(job for job in sure if job in hit or (case.focus and job not in case.focus))
    bad = int((then & case.undone & case.named(hit)).sum())
    least = LEAST_JOBS if occasion is None else LEAST_WITH_EVENT
    if len(named) < least or not len(rows) or 2 * len(rows) < bad:
        return None
    return Shared(tuple(changes), occasion, named, (), rows, since, until, changes[0].among)


def likely_too(case: Case, found: Shared) -> tuple[str, ...]:
    """Return the jobs whose runs rather changed with the others than not, where most jobs did."""
    sides = sides_of(case, found)
    known = [job for job, (before, _, after, _) in sides.items() if before and after]
    if 2 * len(set(known) & set(found.sure)) < len(known):
        return ()
    before, bad_before, after, bad = summed([sides[job] for job in found.sure if job in sides])
    rates = rate_of(bad_before, before), rate_of(bad, after)
    return tuple(job for job in known if job not in found.sure and goes_with(sides[job], *rates))


def goes_with(sides: Sides, usual: float, raised: float) -> bool:
    """Return whether runs rather changed with others, to their rate, than stayed as these were, or as they are all."""
    before, bad_before, after, bad = sides
    own = rate_of(bad_before + bad, before + after)
    changed, unchanged, all_alike = (
        log_binomial(bad_before, before, first) + log_binomial(bad, after, then)
        for first, then in ((usual, raised), (usual, usual), (own, own))
    )
    return changed > max(unchanged, all_alike)


def rate_of(bad: int, runs: int) -> float:
    """Return the share of bad runs, never so near to none or all that few runs could prove it."""
    return min(SUREST, max(1 - SUREST, bad / max(1, runs)))


def summed(sides: Sequence[Sides]) -> Sides:
    """Return the runs of several jobs together."""
    before, bad_before, after, bad = (sum(each[place] for each in sides) for place in range(4))
    return before, bad_before, after, bad


def sides_of(case: Case, found: Shared) -> dict[str, Sides]:
    """Return for each job its known runs before a change and how many were bad, then those after it."""
    moment, (codes, names), theirs = case.columns.moment, case.names, case.sharing(found.among)
    before, after = theirs & (moment < found.since), theirs & (moment >= found.since) & (moment < found.until)
    told = (before & case.work.known, before & case.work.bad, after & case.work.known, after & case.work.bad)
    counts = np.stack([np.bincount(codes[side], minlength=len(names)) for side in told]).T.tolist()
    return {name: (one, two, three, four) for name, (one, two, three, four) in zip(names, counts, strict=True)}


def end_of(case: Case, change: ChangePoint) -> int:
    """Return when most jobs of a change did their work again, for ever where they did not (ns)."""
    ends = [
        each.first_bad
        for each in case.changes
        if each.is_better
        and each.about == change.about
        and each.first_bad > change.first_bad
        and 2 * len({*each.jobs} & {*change.jobs}) > len(change.jobs)
    ]
    return min(ends, default=ALWAYS)


def shared(case: Case, found: Shared) -> Cause:
    """Return what is known of a change that several jobs share."""
    bad, runs, bad_before, before = counts(case, found)
    return Cause(
        kind="change",
        title=f"{head(case, found)}: {share(bad, runs)} runs not done {'then' if found.has_ended else 'since'},"
        f" {share(bad_before, before)} before",
        supports=(
            *(change_text(each, case) for each in found.changes[:SHOWN_CHANGES]),
            *alike(case, found),
            *depth_text(stopping(case, found.jobs)),
        ),
        contradicts=tuple(against(case, found, runs - bad)),
        inferred=inferred(found),
        unknown="What in it does it, and whether it comes back without it: nobody undid it to see."
        if found.occasion
        else "What changed: nothing that was read tells of an event in between.",
        jobs=found.jobs,
        steps=tuple(next_steps(case, found)),
        detail={
            "runs": len(found.rows),
            "is_over": is_over(case, found, bad / max(1, runs)),
            **({"event": found.occasion.name, "event_kind": found.occasion.kind} if found.occasion else {}),
        },
    )


def head(case: Case, found: Shared) -> str:
    """Return what happened, without its counts."""
    jobs = f"{subject(found.sure)}{f' and likely {len(found.likely):,} more' if found.likely else ''}"
    whose = of_those(jobs, found.among)
    end = f" to {when(found.until, case.zone)}" if found.has_ended else " on"
    if found.occasion is None:
        return f"{whose} went wrong together from {when(found.since, case.zone)}{end}"
    return (
        f"The {happening(found.occasion)} ({when(found.occasion.at, case.zone)}) came just before"
        f" {whose[:1].lower()}{whose[1:]} went wrong together"
    )


def counts(case: Case, found: Shared) -> tuple[int, int, int, int]:
    """Return of the jobs' runs since how many were bad, of how many of which one can tell; then those before."""
    before, bad_before, after, bad = summed(
        [sides for job, sides in sides_of(case, found).items() if job in found.jobs]
    )
    return bad, after, bad_before, before


def is_over(case: Case, found: Shared, rate: float) -> bool:
    """Return whether it has ended: by a change for the better, or by more good runs since than luck makes."""
    later = case.columns.moment > case.at(case.newest(found.rows))
    well = int((case.work.good & later & concerned(case, found)).sum())
    return found.has_ended or float((1 - rate) ** well) < ENDED_BY_CHANCE


def alike(case: Case, found: Shared) -> Iterator[str]:
    """Yield what these jobs share: all that ran, or settings."""
    both = [job for job, (before, _, after, _) in sides_of(case, found).items() if before and after]
    if found.likely:
        yield f"{listed(found.likely)} fit it, too: alone, each has too few runs since to be sure."
    if len(found.jobs) >= NEARLY_ALL * len(both):
        share_of = f"{share(len(found.jobs), len(both))} jobs with runs on both sides"
        yield f"These are {share_of}: what only a few of them have in common is not why."
        return
    codes = {code for code in range(len(case.attributes)) if case.studied.paired.jobs[code].name in found.jobs}
    own = sorted(set.intersection(*(set(case.attributes[code].items()) for code in codes)))
    others = [pairs for code, pairs in enumerate(case.attributes) if code not in codes]
    told = [f"{setting(*pair)} ({sum(pair in each.items() for each in others):,} others)" for pair in own]
    if told:
        yield f"All of them have {', '.join(told[:SHOWN_SETTINGS])}."


def against(case: Case, found: Shared, well: int) -> Iterator[str]:
    """Yield the jobs that went on over it as before, and the runs that were done all the same."""
    told = went_on(case, found.changes)
    if told:
        what = f"it was not the {found.occasion.kind} alone, but what it met in others" if found.occasion else ""
        yield f"{told}{f': {what}' if what else ''}."
    if well:
        yield f"{counted(well, 'run')} of them {'was' if well == 1 else 'were'} done all the same: it is not every run."


def inferred(found: Shared) -> str:
    """Return what follows."""
    many = f"{counted(len(found.jobs), 'job')} began to fail at one time, so one cause that they share is likely"
    if found.occasion is None:
        return (
            f"{many}: the host, a disk, a network, a login, a package, a setting of all. A cause in each job is not;"
            " what it is, only its traces on the host can tell."
        )
    return f"{many}, and the {happening(found.occasion)} lies in that very stretch of time. That proves nothing yet."


def next_steps(case: Case, found: Shared) -> Iterator[NextStep]:
    """Yield what to do: undo it where it is known, find it where it is not, and make up for what was lost."""
    begin, end = min(each.last_good for each in found.changes), max(each.until for each in found.changes)
    hosts = sorted({host for each in found.changes for host in each.hosts if host})
    if found.occasion is not None and not found.has_ended:
        yield steps_change.roll_back(found.occasion)
    yield from steps_change.what_changed(begin, end, hosts, case.zone)
    if not found.has_ended:
        yield NextStep("look", f"Run {listed(found.jobs[:1])} once in a terminal; read where it stops.")
    yield from steps.rerun(case, found.rows)
