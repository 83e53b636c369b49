"""How ``[defaults]``, ``[[match]]`` and ``[[job]]`` become jobs: the nearer layer replaces values of the farther.

Only ``attributes`` are joined. ``grace`` stands for ``start_grace`` and ``report_grace`` of its own layer, where these
outrank it; a ``schedule`` takes the place of an ``interval`` from a farther layer, and the other way round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, get_args

from forensics.config import Config, Job, Layer, Phrases, Policy, Scheduler
from forensics.config_keys import (
    NAME,
    Parser,
    Setting,
    Unfit,
    duration,
    list_of,
    mapping,
    name,
    one_of,
    plain,
    read_table,
    span,
    text,
    time,
    whole,
    with_own_zone,
    zone,
)
from forensics.config_patterns import pattern
from forensics.config_schedule import schedule_problem
from forensics.errors import Problem
from forensics.timeline import shown

TEXTS = list_of(text, 'texts, such as ["a", "b"]')
NAMES = list_of(text, 'names, such as ["larry-*"]', least=1)
PATTERNS = list_of(pattern, 'paths, such as ["{date:%Y-%m-%d}.json"]')
SHARED: dict[str, Parser] = {
    "host": name,
    "scheduler": one_of(*get_args(Scheduler)),
    "schedule": text,
    "interval": span,
    "anchor": time,
    "timezone": zone,
    "since": time,
    "until": time,
    "command": text,
    "artifacts": PATTERNS,
    "markers": PATTERNS,
    "state_files": PATTERNS,
    "proof": one_of("all", "any"),
    "min_size": whole(0),
    "min_duration": duration,
    "max_duration": span,
    "grace": duration,
    "start_grace": duration,
    "report_grace": duration,
    "clock_tolerance": duration,
    "reports": one_of(*get_args(Policy)),
    "success_phrases": TEXTS,
    "failure_phrases": TEXTS,
    "started_phrases": TEXTS,
    "skip_phrases": TEXTS,
    "authors": TEXTS,
    "attributes": mapping(text, plain, 'a table of texts, such as { channel = "metrics" }'),
}
GROUP: dict[str, Parser] = {"jobs": NAMES, **SHARED}


def job_name(value: Any, setting: Setting) -> str:
    """Return a job's name, which is safe as a file name, a title and a label."""
    try:
        return str(name(value, setting))
    except Unfit as unfit:
        raise Unfit(f"{unfit.wanted}; other spellings are aliases") from None


OWN: dict[str, Parser] = {"name": job_name, "aliases": TEXTS, **SHARED}
PHRASES = {
    "success_phrases": "success",
    "failure_phrases": "failure",
    "started_phrases": "started",
    "skip_phrases": "skipped",
}
CADENCE = ("schedule", "interval", "anchor")
NOTHING: Mapping[str, Any] = MappingProxyType({})


def read_layers(
    defaults: object, groups: Sequence[object], setting: Setting, problems: list[Problem]
) -> tuple[Layer, ...]:
    """Return ``[defaults]`` and the groups as layers, farthest first."""
    layers = [Layer(("*",), _layer(defaults, SHARED, "[defaults] ", setting, problems, ()))]
    for number, group in enumerate(groups, 1):
        values = _layer(group, GROUP, f"[[match]] number {number}: ", setting, problems, ("jobs",))
        layers.append(Layer(values.pop("jobs", ()), values))
    return tuple(layers)


def _layer(
    table: object,
    keys: Mapping[str, Parser],
    where: str,
    setting: Setting,
    problems: list[Problem],
    needed: Sequence[str],
) -> dict[str, Any]:
    values = read_table(table, keys, where, with_own_zone(table, setting), problems, needed)
    if "schedule" in values and "interval" in values:
        problems.append(Problem(f"{where}interval", "schedule and interval together", "only one of them"))
    if "grace" in values:
        grace = values.pop("grace")
        values = {"start_grace": grace, "report_grace": grace, **values}
    return values


def read_job(
    table: object, number: int, layers: Sequence[Layer], setting: Setting, problems: list[Problem]
) -> Job | None:
    """Return a job with every layer that applies to it, None where it has no usable name."""
    written = table.get("name", "") if isinstance(table, dict) else ""
    is_usable = isinstance(written, str) and bool(NAME.fullmatch(written))
    where = f"[[job]] {written}: " if is_usable else f"[[job]] number {number}: "
    own = [layer for layer in layers if is_usable and _applies(layer, written)]
    farther = _joined(layer.values for layer in own)
    setting = with_own_zone(table, replace(setting, zone=farther.get("timezone", setting.zone)))
    before = len(problems)
    nearest = _layer(table, OWN, where, setting, problems, ("name",))
    values = _joined([farther, nearest])
    says_grace = any("start_grace" in each for each in (nearest, *(layer.values for layer in own[1:])))
    if len(problems) == before:  # else what seems to contradict may only be missing
        problems.extend(_contradictions(where, values))
    return replace(_built(values, setting.zone), has_own_grace=says_grace) if is_usable else None


def _applies(layer: Layer, job: str) -> bool:
    return any(fnmatchcase(job, glob) for glob in layer.jobs)


def _joined(layers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for values in layers:
        if not values.keys().isdisjoint(CADENCE[:2]):
            joined = {key: value for key, value in joined.items() if key not in CADENCE}
        attributes = {**joined.get("attributes", {}), **values.get("attributes", {})}
        joined = {**joined, **values, "attributes": attributes}
    return joined


def _contradictions(where: str, values: Mapping[str, Any]) -> Iterator[Problem]:
    for low, high in (("min_duration", "max_duration"), ("since", "until")):
        if low in values and high in values and not values[low] < values[high]:
            yield Problem(where + low, f"{values[low]}, and {high} is {values[high]}", f"less than {high}")
    if "interval" not in values and "anchor" in values:
        yield Problem(f"{where}anchor", "an anchor without an interval", 'interval = "…" beside it')
    if "interval" not in values and values.get("scheduler") == "interval":
        yield Problem(f"{where}scheduler", '"interval" without an interval', 'interval = "…" beside it')


def _built(values: Mapping[str, Any], zone: Any) -> Job:
    phrases = {PHRASES[key]: value for key, value in values.items() if key in PHRASES}
    fields = {key: value for key, value in values.items() if key not in PHRASES}
    fields.setdefault("scheduler", "interval" if "interval" in fields else "cron")
    problem = schedule_problem(fields["scheduler"], fields["schedule"]) if "schedule" in fields else None
    return Job(**{**fields, "timezone": zone, "phrases": Phrases(**phrases), "problem": problem})


def unconfigured_job(config: Config, name: str, host: str | None = None, own: Mapping[str, Any] = NOTHING) -> Job:
    """Return a job that only evidence names, with the values of every layer but a schedule: it is never due.

    ``own`` are values by key that outrank the layers, as its own scheduler tells them: with a schedule it is due.
    """
    values = _joined(layer.values for layer in config.layers if _applies(layer, name))
    kept = {key: value for key, value in values.items() if key not in (*CADENCE, "timezone", "scheduler")}
    zone = own.get("timezone", values.get("timezone", config.timezone))
    return _built({**kept, **own, "name": name, "host": host}, zone)


def clashes(jobs: Sequence[Job]) -> Iterator[Problem]:
    """Yield a problem for jobs that cannot be told apart: doubled names, names alike but for case, shared aliases."""
    by_name: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        by_name[job.name.lower()].append(job)
    for alike in by_name.values():
        yield from _doubled(alike)
    yield from _shared_aliases(jobs, by_name)


def _doubled(alike: Sequence[Job]) -> Iterator[Problem]:
    spellings, hosts = sorted({job.name for job in alike}), [job.host for job in alike]
    where = f"[[job]] {spellings[0]}: "
    if len(spellings) > 1:
        yield Problem(f"{where}name", f"`{'` and `'.join(spellings)}`", "names that differ in more than case")
    elif len(set(hosts)) < len(hosts):
        yield Problem(f"{where}name", f"{len(alike)} jobs of this name", "each name once, or once for each host")
    elif None in hosts and len(hosts) > 1:
        yield Problem(f"{where}host", "is missing in one of the jobs of this name", "a host in each of them")


def _shared_aliases(jobs: Sequence[Job], by_name: Mapping[str, Sequence[Job]]) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for own_name, alias in [(job.name, alias) for job in jobs for alias in job.aliases]:
        folded = alias.lower()
        other = by_name[folded][0].name if folded in by_name else owners.setdefault(folded, own_name)
        if other.lower() != own_name.lower():
            yield Problem(
                f"[[job]] {own_name}: aliases", shown(alias), f"another alias, for `{other}` goes by this one"
            )
