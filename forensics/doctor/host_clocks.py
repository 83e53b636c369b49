"""A host's clock that is off looks like wrong schedules of all its jobs: by one amount, and on that host alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forensics.analyse.wording import counted, listed
from forensics.doctor.fitting import Fit, fit_of
from forensics.doctor.lint import Lint
from forensics.doctor.observed import Observed, Watched
from forensics.doctor.schedules import Misfit, is_checkable
from forensics.doctor.shared_zones import heard_of
from forensics.evidence.paired import Ints
from forensics.timeline import NANOS, duration_text

FARTHEST = 3 * 3600 * NANOS
STEP = 10 * NANOS
LEAST_SHIFT = 60 * NANOS
SHARE, LEFT, BEFORE_TRIGGER = 0.6, 0.35, 0.6
LOOKED_AT = 300


def host_clocks(observed: Observed, found: Sequence[Misfit]) -> tuple[list[Lint], list[Misfit]]:
    """Return the hosts whose clocks are off, and the misfits that these do not explain."""
    hosts = {each.watched.code: observed.host_of(each.watched) for each in found}
    all_hosts = {
        each.code: observed.host_of(each) for each in observed.watched[: observed.configured] if is_checkable(each)
    }
    lints: list[Lint] = []
    explained: set[int] = set()
    for host in sorted({host for host in hosts.values() if host}):
        mine = [each for each in found if hosts[each.watched.code] == host]
        shift = common_shift(mine)
        fixed = [each for each in mine if shift is not None and mends(each, shift)]
        here = [code for code, other in all_hosts.items() if other == host and depends(observed.watched[code], shift)]
        is_clock = len(fixed) >= max(2, SHARE * len(here), SHARE * len(mine)) and len(set(all_hosts.values())) > 1
        if shift is not None and (is_clock or (fixed and all(precedes(observed, each, shift) for each in fixed))):
            lints.append(clock(observed, host, shift, fixed))
            explained |= {each.watched.code for each in fixed}
    return lints, [each for each in found if each.watched.code not in explained]


def common_shift(found: Sequence[Misfit]) -> int | None:
    """Return by how much (ns) the triggers of most jobs stand off some due time, None where by no steady amount."""
    parts = [shifts(each.watched.triggers[-LOOKED_AT:], each.fit) for each in found]
    every = np.concatenate([np.empty(0, dtype=np.int64), *(np.unique(part) for part in parts)])
    if not len(every):
        return None
    values, counts = np.unique(every, return_counts=True)
    best = values[counts == counts.max()]
    near = best[np.argsort(np.abs(best), kind="stable")]
    votes = [sum(int((part == value).sum()) for part in parts) for value in near.tolist()]
    shift = int(near[int(np.argmax(votes))])
    return shift if abs(shift) >= LEAST_SHIFT else None


def shifts(triggers: Ints, fit: Fit) -> Ints:
    """Return how far triggers stand off all due times near them, in steps of ten seconds."""
    first = np.searchsorted(fit.due, triggers - FARTHEST)
    last = np.searchsorted(fit.due, triggers + FARTHEST)
    spread = [fit.due[begin:end] for begin, end in zip(first.tolist(), last.tolist(), strict=True)]
    lags = [at - part for at, part in zip(triggers.tolist(), spread, strict=True)]
    told = np.concatenate([np.empty(0, dtype=np.int64), *lags])
    return np.asarray(np.rint(told / STEP).astype(np.int64) * STEP, dtype=np.int64)


def mends(each: Misfit, shift: int) -> bool:
    """Return whether a job's triggers fit its due times once they are moved back by a shift."""
    after = fit_of(replace(each.watched, triggers=each.watched.triggers - shift, lag=0))
    return after.errors <= LEFT * each.fit.errors or after.strays <= LEFT * each.fit.strays


def depends(watched: Watched, shift: int | None) -> bool:
    """Return whether a shift of all triggers of a job would show."""
    if shift is None:
        return True
    moved = replace(watched, triggers=watched.triggers + shift, lag=0)
    return fit_of(moved).errors > 2 * fit_of(replace(watched, lag=0)).errors + 1


def precedes(observed: Observed, each: Misfit, shift: int) -> bool:
    """Return whether messages about a job's runs mostly come before their triggers, as these are read."""
    heard, triggers = heard_of(observed, each.watched.code), each.watched.triggers
    if shift <= 0 or not len(heard) or not len(triggers):
        return False
    early = np.searchsorted(heard, triggers) - np.searchsorted(heard, triggers - shift)
    return bool((early > 0).mean() >= BEFORE_TRIGGER)


def clock(observed: Observed, host: str, shift: int, found: Sequence[Misfit]) -> Lint:
    """Return that a host's clock is off."""
    jobs = [each.watched.job.name for each in found]
    way = "ahead" if shift > 0 else "behind"
    return Lint(
        kind="clock",
        text=f"{host}: its clock is {duration_text(abs(shift) / NANOS)} {way}, by its triggers.",
        jobs=tuple(jobs),
        observed=(
            f"So far off stand the triggers of {counted(len(jobs), 'job')}: {listed(jobs)}.",
            "Jobs of other hosts fit, or messages come before the triggers that they follow.",
        ),
        inferred="So these schedules are right, and the times of that host are wrong.",
        todo="Set that clock by a time server; if it is the zone of its log, write timezone in the [[source]].",
        detail={"host": host, "offset_seconds": shift / NANOS, "jobs": jobs},
    )
