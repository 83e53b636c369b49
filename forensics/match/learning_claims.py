"""Whose files a form stands for: the job that it is named after, or shares rare words with, or follows in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from forensics.config import Job
from forensics.match.learning_fit import Fit, Starts, fit, silent_gaps, starts_of
from forensics.match.learning_forms import DAY, Form
from forensics.match.learning_names import PathNames
from forensics.match.names import short_host
from forensics.match.spans import MINUTE, SECOND, Ints

LEAST_NAMED, LEAST_KIN, LEAST_UNNAMED = 2, 3, 5
LEAST_SHARE = 0.5
WIDEST_NAMED, WIDEST_LOOSE, WIDEST_UNNAMED = 0.5, 0.25, 0.1
STRAYS = 0.15
CHANCE = 0.02
SAMPLES = 64
UTC = ZoneInfo("UTC")
SOON, ODD, USUAL = 5 * MINUTE, 5, 15


@dataclass(frozen=True)
class Ground:
    """What is learnt from: the files that no pattern takes, the starts of every job, and what paths are named after."""

    jobs: tuple[Job, ...]
    zone: ZoneInfo
    now: int
    paths: list[str]
    source: Ints
    moment: Ints
    starts: Mapping[int, Starts]
    needy: tuple[int, ...]
    names: PathNames
    ends: Mapping[int, Ints]
    hosts: Mapping[int, str | None]
    configured: int = 0

    @cached_property
    def everyone(self) -> Ints:
        """Return the starts of all jobs, ascending."""
        return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(each.at for each in self.starts.values())]))

    def is_elsewhere(self, job: int, form: Form) -> bool:
        """Return whether a form's files and a job are known to be of two hosts."""
        at, home = self.hosts.get(form.source), short_host(self.jobs[job].host)
        return at is not None and home is not None and at != home

    def zone_of(self, job: int) -> ZoneInfo:
        """Return the zone in which a job writes dates."""
        return self.jobs[job].timezone


@dataclass(frozen=True)
class Claimed:
    """A form that may be a job's: how it fits, whether it is sure, and the zone of its dates where that is another."""

    job: int
    form: Form
    fit: Fit
    is_sure: bool
    zone: ZoneInfo | None = None


def claims_on(ground: Ground, ways: Sequence[Sequence[Form]]) -> list[Claimed]:
    """Return who claims the files that are alike, by the first way to read their paths that makes anything sure."""
    unsure: list[Claimed] = []
    for forms in ways:
        claimed = [each for form in forms for each in claims_on_form(ground, form)]
        if any(each.is_sure for each in claimed):
            return claimed
        unsure = unsure or claimed
    return unsure


def claims_on_form(ground: Ground, form: Form) -> list[Claimed]:
    """Return the jobs that a form's files may be of: the one that it is named after, else the one that explains it."""
    path = ground.paths[int(form.rows[0])]
    owners = ground.names.owners(path)
    if any(ground.names.owners(other) != owners for other in samples(ground, form)):
        return []
    if len(owners) == 1:
        (job,) = owners
        found, zone = fit_in_some_zone(ground, job, form) if job in ground.needy else (None, None)
        if found is None or not worth_showing(found, form):
            return []
        is_sure = not ground.names.is_idle(path, named_in(form, owners)) and is_sure_by_name(ground, job, form, found)
        return [Claimed(job, form, found, is_sure, zone)]
    if len(form.rows) < LEAST_KIN or (owners and owners.isdisjoint(ground.needy)):
        return []
    return claims_by_time(ground, form, owners, path)


def samples(ground: Ground, form: Form) -> list[str]:
    """Return some of a form's paths, spread over all of them; none but in a form in which names may differ."""
    step = max(1, len(form.rows) // SAMPLES)
    return [ground.paths[row] for row in form.rows[::step].tolist()] if "*" in form.text else []


def named_in(form: Form, jobs: frozenset[int]) -> frozenset[int]:
    """Return the jobs whose own words may stand in a path without harm: where the path names each run's time, too."""
    return jobs if form.civil is not None else frozenset()


def fit_to(ground: Ground, job: int, form: Form) -> Fit | None:
    """Return how a form's files follow the starts of a job, None where they do not."""
    if ground.is_elsewhere(job, form):
        return None
    return fit(ground.starts[job], form, ground.moment, ground.zone_of(job), ground.now)


def fit_in_some_zone(ground: Ground, job: int, form: Form) -> tuple[Fit | None, ZoneInfo | None]:
    """Return how a form fits a job, in UTC where it does not in the zone that is only supposed to be the job's."""
    found = fit_to(ground, job, form)
    if found is not None or form.civil is None or job < ground.configured or ground.is_elsewhere(job, form):
        return found, None
    starts = starts_of(ground.starts[job].at, UTC)
    found = fit(starts, form, ground.moment, UTC, ground.now)
    return (found, UTC) if found is not None and found.is_exact and found.met > LEAST_KIN else (None, None)


def worth_showing(found: Fit, form: Form) -> bool:
    """Return whether the files have anything to do with the job's runs."""
    return form.is_fixed or (found.met >= LEAST_NAMED and found.share >= LEAST_SHARE / 2)


def is_sure_by_name(ground: Ground, job: int, form: Form, found: Fit) -> bool:
    """Return whether files named after one job alone are surely what its runs leave."""
    if found.strays > STRAYS:
        return False
    if form.is_fixed:
        return is_sure_of_fixed(ground, job, form, found)
    if found.met < LEAST_NAMED or found.share < LEAST_SHARE:
        return False
    if form.civil is None:
        is_soon = found.high <= CHANCE * found.step
        return is_soon if found.met == LEAST_NAMED else found.width <= WIDEST_LOOSE
    return (found.is_own_path and form.resolution <= MINUTE) or found.width <= WIDEST_NAMED


def is_sure_of_fixed(ground: Ground, job: int, form: Form, found: Fit) -> bool:
    """Return whether a path that every run overwrites is surely the job's.

    Where some versions of it are known they must be steady. Where only the last one is, it must be of one of the
    last runs, and so soon after its start, or so near to the message of its end (or when runs usually end), that
    chance would hardly do it.
    """
    starts, written = ground.starts[job], ground.moment[form.rows]
    if len(found.runs) > LEAST_NAMED:
        return found.width <= WIDEST_LOOSE
    run, at = int(found.run[-1]), int(written[-1])
    if run < len(starts) - 2 or not starts.step:
        return False
    if at - int(starts.at[run]) <= CHANCE * starts.step:
        return True
    ends = ground.ends.get(job)
    return ends is not None and (
        is_just_before_end(ends, int(starts.at[run]), at, starts.step)
        or is_as_long_as_usual(ends, starts, at - int(starts.at[run]))
    )


def is_as_long_as_usual(ends: Ints, starts: Starts, delay: int) -> bool:
    """Return whether a file came when the runs of a job usually end, as their messages say, and hardly by chance."""
    run = np.searchsorted(starts.at, ends) - 1
    if not len(ends) or bool((run < 0).any()):
        return False
    usual = int(np.median(ends - starts.at[run]))
    near = max(20 * SECOND, usual // 4)
    return len(ends) >= LEAST_KIN and abs(delay - usual) <= near and 2 * near <= CHANCE * starts.step


def is_just_before_end(ends: Ints, start: int, at: int, step: int) -> bool:
    """Return whether a file was written right before a message said that the run was done."""
    following = int(np.searchsorted(ends, at - SECOND))
    near = max(20 * SECOND, min((at - start) // 10, round(CHANCE * step)))
    return following < len(ends) and int(ends[following]) - at <= near


def claims_by_time(ground: Ground, form: Form, owners: frozenset[int], path: str) -> list[Claimed]:
    """Return the job whose starts alone explain a form's files, sure only where it was seen to make the difference."""
    fitting = {job: found for job in ground.starts if (found := steady_fit(ground, job, form)) is not None}
    nearest = [job for job, found in fitting.items() if not any(is_nearer(other, found) for other in fitting.values())]
    mine = [job for job in nearest if job in ground.needy and (not owners or job in owners)]
    kin, says_much = (frozenset[int](), False) if owners else ground.names.kin(path)
    mine = [job for job in mine if job in kin] or mine
    rivals = {job: fitting[job] for job in nearest if not says_much or job in kin or kin.isdisjoint(mine)}
    is_proof = not form.is_fixed and not ground.names.is_idle(path, named_in(form, kin or owners))
    sure = [job for job in mine if is_proof and is_sure_by_time(ground, job, form, rivals, is_kin=job in kin)]
    if len(sure) == 1:
        return [Claimed(sure[0], form, fitting[sure[0]], is_sure=True)]
    return [Claimed(job, form, fitting[job], is_sure=False) for job in mine if len(mine) == 1]


def steady_fit(ground: Ground, job: int, form: Form) -> Fit | None:
    """Return how a form's files follow a job's starts where they do so steadily and most starts left one."""
    starts = ground.starts[job]
    if len(starts) < LEAST_KIN or ground.is_elsewhere(job, form):
        return None
    found = fit(starts, form, ground.moment, ground.zone_of(job), ground.now, WIDEST_UNNAMED)
    if found is None or found.met < LEAST_KIN or found.share < LEAST_SHARE or found.width > WIDEST_UNNAMED:
        return None
    return None if found.strays > STRAYS else found


def is_nearer(one: Fit, other: Fit) -> bool:
    """Return whether files follow one job so much sooner than another that they can hardly be the other's."""
    if one.is_exact != other.is_exact:
        return one.is_exact
    return 4 * one.high + 2 * SOON < other.low


def is_sure_by_time(ground: Ground, job: int, form: Form, rivals: Mapping[int, Fit], is_kin: bool) -> bool:
    """Return whether files that are not named after one job alone are surely a job's.

    No other job near to them explains all of them, and either they share rare words with it, or they stayed out
    when it did, or they come soon after a minute at which hardly anything else begins.
    """
    starts, found, written = ground.starts[job], rivals[job], np.sort(ground.moment[form.rows])
    if found.met < (LEAST_KIN if is_kin else LEAST_UNNAMED):
        return False
    if not all(other == job or is_outdone(rivals[other], found) for other in rivals):
        return False
    absent, present = silent_gaps(starts, found, written, ground.everyone)
    return not present and (is_kin or absent > 0 or is_odd_and_soon(starts, found, form))


def is_outdone(other: Fit, found: Fit) -> bool:
    """Return whether a job explains files better than another: those that came, or those that did not.

    Some came where the other had not been started and this one had, and never vice versa; or more than one stayed
    out where the other was started and this one was not.
    """
    comes_alone = bool((other.is_stray & found.is_usual).any()) and not bool((found.is_stray & other.is_usual).any())
    return comes_alone or (other.expected - other.met) - (found.expected - found.met) >= LEAST_NAMED


def is_odd_and_soon(starts: Starts, found: Fit, form: Form) -> bool:
    """Return whether files come soon after an odd minute of the day, and not at the end of the day that they name."""
    minutes = np.unique(starts.civil[sorted(found.runs)] // MINUTE % 60)
    usual = USUAL if found.is_exact and form.resolution < DAY else ODD
    if bool((minutes % usual == 0).any()) or found.high > SOON or found.met < LEAST_UNNAMED + LEAST_NAMED:
        return False
    ends = (starts.civil[sorted(found.runs)] + found.high) % DAY
    return form.resolution < DAY or bool((ends < DAY - 3 * SOON).all())
