"""One wrong zone behind many misfits: that of the config, or that in which a log without zones is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from forensics.analyse.wording import counted, listed
from forensics.doctor.fitting import fit_of
from forensics.doctor.lint import Lint, Mend, Section, for_job, toml_line
from forensics.doctor.observed import Observed, Watched
from forensics.doctor.schedules import Misfit, is_checkable, values_of, zone_of
from forensics.doctor.zones import common_zones, known_zones, offset_text
from forensics.evidence.paired import Ints
from forensics.match.spans import FAR
from forensics.timeline import NANOS

LEAST_JOBS = 3
SHARE = 0.7
LOOKED_AT = 20
HAS_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")


def shared_zone(
    observed: Observed, found: Sequence[Misfit], own_zones: frozenset[str], machine: ZoneInfo | None
) -> tuple[Lint | None, list[Misfit]]:
    """Return the finding of a zone that many jobs share and that is wrong, and the misfits that it does not explain.

    ``own_zones`` are the jobs that name a zone of their own.
    """
    for position in unzoned_sources(observed):
        mine = [each for each in found if source_of(observed, each.watched) == position]
        peers = [each for each in checkable(observed) if source_of(observed, each) == position]
        if is_general(mine, peers) and follows_due(observed, mine):
            lint = log_zone(observed, mine, position, machine)
            if lint is not None:
                return lint, [each for each in found if each not in mine]
    groups = {(each.watched.job.name in own_zones, zone_of(each.watched.job).key) for each in found}
    for is_own, now in sorted(groups):
        alike = [each for each in found if is_alike(each.watched, now, own_zones, is_own=is_own)]
        shared = Counter(key for each in alike for key in dict.fromkeys(each.zones)).most_common(1)
        mine = [each for each in alike if shared and shared[0][0] in each.zones]
        peers = [each for each in checkable(observed) if is_alike(each, now, own_zones, is_own=is_own)]
        if is_general(mine, peers):
            return config_zone(observed, mine, shared[0][0], is_own=is_own), [
                each for each in found if each not in mine
            ]
    return None, list(found)


def is_alike(watched: Watched, now: str, own_zones: frozenset[str], *, is_own: bool) -> bool:
    """Return whether a job is in a zone, and has it from the same place as others."""
    return zone_of(watched.job).key == now and (watched.job.name in own_zones) == is_own


def checkable(observed: Observed) -> list[Watched]:
    """Return the configured jobs whose triggers can be held against due times."""
    return [each for each in observed.watched[: observed.configured] if is_checkable(each)]


def source_of(observed: Observed, watched: Watched) -> int:
    """Return the position of the source that shows most triggers of a job."""
    sources = observed.evidence.triggers["source"].to_numpy()[watched.rows]
    return int(np.bincount(sources).argmax())


def is_general(mine: Sequence[Misfit], peers: Sequence[Watched]) -> bool:
    """Return whether most jobs whose due times depend on the zone are among these misfits."""
    return len(mine) >= LEAST_JOBS and len(mine) >= SHARE * sum(map(depends_on_zone, peers))


def depends_on_zone(watched: Watched) -> bool:
    """Return whether a job would be due at other times in another zone."""
    elsewhere = ZoneInfo("Asia/Tokyo" if zone_of(watched.job).key != "Asia/Tokyo" else "UTC")
    mine = watched.due_by(replace(watched.job, timezone=zone_of(watched.job)))
    theirs = watched.due_by(replace(watched.job, timezone=elsewhere))
    return not np.array_equal(mine, theirs)


def unzoned_sources(observed: Observed) -> Iterator[int]:
    """Yield the positions of the trigger sources whose times name no zone."""
    frame = observed.evidence.triggers
    for position in np.unique(frame["source"].to_numpy()).tolist():
        texts = frame["time_text"][frame["source"] == position].dropna().head(50)
        if len(texts) and not any(HAS_ZONE.search(text) for text in texts):
            yield position


def follows_due(observed: Observed, found: Sequence[Misfit]) -> bool:
    """Return whether messages and files follow the due times more closely than the triggers."""
    after_due, after_trigger = [], []
    for each in found[:LOOKED_AT]:
        heard = heard_of(observed, each.watched.code)
        after_due += delays(heard, each.fit.due)
        after_trigger += delays(heard, each.watched.triggers)
    return bool(after_due and after_trigger and np.median(after_due) * 2 < np.median(after_trigger))


def heard_of(observed: Observed, code: int) -> Ints:
    """Return when messages claimed something of a job, ns ascending."""
    claims = observed.paired.claims
    return np.sort(claims.at[observed.paired.runs.job[claims.run] == code])


def delays(heard: Ints, starts: Ints) -> list[int]:
    """Return how long after the last of some starts each message came, in ns."""
    place = np.searchsorted(starts, heard, side="right") - 1
    known = place >= 0
    late: list[int] = (heard[known] - starts[place[known]]).tolist()
    return late


def log_zone(observed: Observed, found: Sequence[Misfit], position: int, machine: ZoneInfo | None) -> Lint | None:
    """Return that a log is read in a wrong zone, None where no other zone fits."""
    config = observed.result.config
    source = config.sources[position] if position < len(config.sources) else None
    now = source.timezone if source and source.timezone else config.timezone
    zones = [zone for zone in [*known_zones(config, machine), *common_zones()] if zone.key != now.key]
    best = min(zones, key=lambda zone: misses(found, now, zone), default=None)
    if best is None or misses(found, now, best) > 0.2 * misses(found, now, now):
        return None
    name = observed.evidence.sources[position].name
    jobs = [each.watched.job.name for each in found]
    at = observed.window.until - 1
    return Lint(
        kind="zone",
        text=f"{name}: its lines name no zone, and are read in the wrong one, {now.key}.",
        jobs=tuple(jobs),
        observed=(
            f"The triggers of {counted(len(jobs), 'job')} fit no due time: {listed(jobs)}.",
            "Messages about these jobs follow the due times, not the triggers.",
        ),
        inferred=f"Read in {best.key} ({offset_text(best, at)}) the triggers fit.",
        mends=(Mend("source", (toml_line("timezone", best.key),), name=name, number=position + 1),),
        detail={"source": name, "timezone": best.key, "jobs": jobs},
    )


def misses(found: Sequence[Misfit], now: ZoneInfo, zone: ZoneInfo) -> int:
    """Return how many errors are left when triggers, read in one zone, are read in another."""
    total = 0
    for each in found[:LOOKED_AT]:
        walls = [datetime.fromtimestamp(at // NANOS, now) for at in each.watched.triggers.tolist()]
        moved = np.array([round(wall.replace(tzinfo=zone).timestamp()) * NANOS for wall in walls], dtype=np.int64)
        total += int((~fit_of(replace(each.watched, triggers=np.sort(np.minimum(moved, FAR)))).met).sum())
    return total


def config_zone(observed: Observed, found: Sequence[Misfit], key: str, *, is_own: bool) -> Lint:
    """Return that the zone which the config gives to several jobs is wrong."""
    now = zone_of(found[0].watched.job).key
    jobs = [each.watched.job.name for each in found]
    changes = [next(change for change in each.changes if zone_of(change.job).key == key) for each in found]
    before, of = sum(int(each.fit.met.sum()) for each in found), sum(len(each.fit.met) for each in found)
    after = sum(int(change.fit.met.sum()) for change in changes)
    is_default = any("timezone" in layer.values for layer in observed.result.config.layers)
    section: Section = "defaults" if is_default or any(True for _ in unzoned_sources(observed)) else "top"
    each_own = tuple(
        for_job(each.watched.job, **values_of(change)) for each, change in zip(found, changes, strict=True)
    )
    return Lint(
        kind="zone",
        text=f"{counted(len(jobs), 'job')} do not fire when they are due: their zone, {now}, looks wrong.",
        jobs=tuple(jobs),
        observed=(f"{before:,} of {of:,} triggers of {listed(jobs)} fit a due time.",),
        inferred=f"In {key} ({offset_text(ZoneInfo(key), observed.window.until - 1)}) {after:,} of {of:,} fit.",
        mends=each_own if is_own else (Mend(section, (toml_line("timezone", key),)),),
        detail={"timezone": key, "jobs": jobs, "fit_before": before, "fit_after": after, "triggers": of},
    )
