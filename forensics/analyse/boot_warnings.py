"""Boots that near their limit, slow down or no longer come up: told in time, and for jobs that are alike together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from forensics.analyse.boot_facts import facts_text, host_facts
from forensics.analyse.boot_health import LEAST_RISING, Health, Series, State, health_of, is_hung, newest, series_of
from forensics.analyse.boot_words import INFERRED, TODO, headline, health_detail, job_line, rounded, since_text
from forensics.analyse.boots import Boots, boots_of, jobs_by_spelling
from forensics.config import Job
from forensics.evidence.columns import Columns
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Flags, Paired, Window
from forensics.evidence.result import Finding
from forensics.timeline import utc_text

Value = tuple[str, str]
MOST_TOLD = 600  # boots of a finding, one by one


@dataclass(frozen=True)
class Fleet:
    """The boots of all jobs that booted in the window, with those before; ``hung`` marks the boots that hang."""

    jobs: Sequence[Job]
    boots: Boots
    hung: Flags

    @cached_property
    def series(self) -> dict[int, Series]:
        """Return the boots of each job by its code."""
        codes = np.unique(self.boots.job).tolist()
        return {code: series_of(self.boots.chosen(self.boots.job == code)) for code in codes}

    @cached_property
    def health(self) -> dict[int, Health]:
        """Return the health of each job's boots by its code."""
        return {code: self.of([code]) for code in self.series}

    def of(self, codes: Sequence[int]) -> Health:
        """Return the health of the boots of some jobs together."""
        return health_of([self.series[code] for code in codes], self.hung_of(codes))

    def hung_of(self, codes: Sequence[int]) -> int:
        """Return how many of the newest boots of some jobs hang, one after the other."""
        mine = np.flatnonzero(np.isin(self.boots.job, codes))
        hangs = self.hung[mine[np.argsort(self.boots.started[mine], kind="stable")]]
        return len(hangs) if hangs.all() else int(np.argmin(hangs[::-1]))

    @cached_property
    def values(self) -> dict[Value, tuple[int, ...]]:
        """Return which of these jobs have each value of an attribute, where more than one has."""
        found: dict[Value, list[int]] = {}
        for code in self.series:
            for value in self.jobs[code].attributes.items():
                found.setdefault(value, []).append(code)
        return {value: tuple(codes) for value, codes in sorted(found.items()) if len(codes) > 1}


@dataclass(frozen=True)
class Trouble:
    """Jobs whose boots are in one kind of trouble, and the values of attributes that they share."""

    state: State
    codes: tuple[int, ...]
    shared: tuple[Value, ...] = ()


def slow_boots(
    columns: Columns, paired: Paired, evidence: Evidence, window: Window, zone: ZoneInfo
) -> Iterator[Finding]:
    """Yield what is to be told of the boots of jobs that booted in the window; rows are those of ``paired.runs``."""
    fleet = fleet_of(columns, paired, evidence, window)
    for trouble in sorted(troubles_of(fleet), key=lambda each: list(State).index(each.state)):
        yield finding_of(trouble, fleet, evidence, zone)


def fleet_of(columns: Columns, paired: Paired, evidence: Evidence, window: Window) -> Fleet:
    """Return the newest boots, up to the window's end, of each job of which the window holds one."""
    told = np.unique(paired.runs.job[paired.steps.run[columns.told[paired.steps.run]]])
    jobs = jobs_by_spelling(paired, evidence.lifecycle)
    boots = boots_of(np.where(np.isin(jobs, told), jobs, -1), evidence.lifecycle, window.now)
    boots = boots.chosen(boots.started < window.until)
    is_told = np.isin(boots.job, boots.job[boots.started >= window.since])
    boots = newest(boots.chosen(is_told))
    return Fleet(paired.jobs, boots, is_hung(boots, window.now))


def troubles_of(fleet: Fleet) -> Iterator[Trouble]:
    """Yield what is wrong: for jobs that share a value of an attribute together, for all others by kind."""
    states = {code: health.state for code, health in fleet.health.items()}
    left = {code for code, state in states.items() if state is not None}
    groups = {codes: state for codes in set(fleet.values.values()) if (state := state_of(codes, fleet, states))}
    while groups:
        codes = max(sorted(groups), key=len)
        yield Trouble(groups[codes], codes, telling(codes, fleet))
        left -= set(codes)
        groups = {other: state for other, state in groups.items() if not set(other) & set(codes)}
    for state in State:
        alone = tuple(sorted(code for code in left if states[code] is state))
        if alone:
            yield Trouble(state, alone)


def state_of(codes: tuple[int, ...], fleet: Fleet, states: Mapping[int, State | None]) -> State | None:
    """Return what is wrong with jobs that share a value: what all show together, or what most of them have."""
    together = fleet.of(codes).state
    if together is State.HUNG and all(fleet.health[code].hung for code in codes):
        return together
    known = [state for code in codes if (state := states[code]) is not None]
    if len(known) == len(codes):
        return max(State, key=known.count)
    is_young = all(fleet.health[code].boots < LEAST_RISING for code in codes)
    return together if together in (State.MET, State.NEAR) and is_young and not known else None


def telling(codes: tuple[int, ...], fleet: Fleet) -> tuple[Value, ...]:
    """Return the values that tell these jobs from others best: of those they share, the ones fewest others have."""
    held = {
        value: sum(job.attributes.get(value[0]) == value[1] for job in fleet.jobs)
        for value, having in fleet.values.items()
        if having == codes
    }
    return tuple(value for value in held if held[value] == min(held.values()))


def finding_of(trouble: Trouble, fleet: Fleet, evidence: Evidence, zone: ZoneInfo) -> Finding:
    """Return one trouble as a finding."""
    health, worst = fleet.of(trouble.codes), worst_of(trouble, fleet)
    boots = fleet.boots.chosen(np.isin(fleet.boots.job, trouble.codes))
    facts = host_facts(boots, evidence.lifecycle)
    names = {code: fleet.jobs[code].name for code in trouble.codes}
    hung = fleet.hung[np.isin(fleet.boots.job, trouble.codes)]
    lines = [job_line(names[code], fleet.health[code]) for code in trouble.codes] if len(names) > 1 else []
    observed = (since_text(boots, hung, zone), facts_text(facts), " ".join(lines[:5]))
    rises = trouble.state in (State.RISING, State.SLOWING)
    return Finding(
        kind="boot_slow",
        text=headline(trouble.state, list(names.values()), trouble.shared, health, (names[worst], fleet.health[worst])),
        observed=tuple(each for each in observed if each),
        inferred=INFERRED[trouble.state],
        todo=TODO[trouble.state],
        p_value=fleet.health[worst].rise_p if rises else None,
        detail={
            "state": trouble.state.value,
            "jobs": {names[code]: health_detail(fleet.health[code]) for code in trouble.codes},
            "shared": [list(value) for value in trouble.shared],
            "values": [
                {"attribute": name, "value": value, "jobs": len(codes), **health_detail(fleet.of(codes))}
                for (name, value), codes in fleet.values.items()
            ],
            "host": {name: list(values) for name, values in facts.items()},
            "series": list(boot_details(boots, hung, names)),
        },
    )


def boot_details(boots: Boots, hung: Flags, names: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """Yield the newest of some boots for machines, in order of time: how long each took, and how it ended.

    One that ``hung`` or is ``open`` has no ``seconds``.
    """
    ends = np.select([~np.isnan(boots.seconds), ~np.isnan(boots.waited), hung], ["up", "given up", "hung"], "open")
    took = np.where(np.isnan(boots.seconds), boots.waited, boots.seconds)
    for at in np.argsort(boots.started, kind="stable")[-MOST_TOLD:].tolist():
        yield {
            "job": names[int(boots.job[at])],
            "at": utc_text(int(boots.started[at])),
            "seconds": rounded(float(took[at])),
            "ended": str(ends[at]),
        }


def worst_of(trouble: Trouble, fleet: Fleet) -> int:
    """Return the job that stands for a trouble: the one nearest to its limit, or that gets there first."""
    if trouble.state is State.RISING:
        return min(trouble.codes, key=lambda code: fleet.health[code].left)
    if trouble.state is State.SLOWING:
        return max(trouble.codes, key=lambda code: fleet.health[code].slope)
    return max(trouble.codes, key=lambda code: fleet.health[code].share)
