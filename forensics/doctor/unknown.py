"""Jobs that fire and stand in no config: each with the section that would name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from forensics.analyse.wording import counted, listed
from forensics.config import Job
from forensics.doctor.cronlines import inferred_schedules
from forensics.doctor.fitting import fit_of
from forensics.doctor.lint import PROBLEM, REMARK, Lint, Mend, toml_line
from forensics.doctor.names import is_free
from forensics.doctor.observed import Observed
from forensics.doctor.schedules import oddity
from forensics.doctor.strangers import Stranger, command_globs, resolves
from forensics.match.names import key, short_host
from forensics.timeline import local_text

LEAST_SEEN = 3
FITTING = 0.9
UNKNOWN = "So nothing says when it is due or what it leaves: it can be missed unseen."
TOLD = "So its own scheduler says when it is due, and nothing says what it leaves."
# What distributions bring along: to be known, not to be mended.
HOUSEKEEPERS = frozenset(
    "run-parts anacron debian-sa1 sa1 sa2 e2scrub_all e2scrub sessionclean popularity-contest logrotate man-db apt"
    " 0anacron certbot mdadm checkarray atrun newsyslog periodic".split()
)


def unknown_jobs(observed: Observed, found: Sequence[Stranger]) -> Iterator[Lint]:
    """Yield one finding for each job that no config names, and one for those that were seen once or twice."""
    if not observed.configured:
        yield from no_jobs(found)
        return
    rare = []
    for each in together(found):
        if count_of(each[0]) + sum(map(count_of, each[1:])) < LEAST_SEEN:
            rare.append(each[0].name)
        else:
            yield unknown(observed, each)
    if rare:
        yield Lint(
            kind="unconfigured",
            level=REMARK,
            text=f"Seen once or twice, and configured nowhere: {listed(rare, 10)}.",
            inferred="So they were started by hand, or they are names that messages happen to hold.",
            detail={"jobs": rare},
        )


def no_jobs(found: Sequence[Stranger]) -> Iterator[Lint]:
    """Yield that a config names no job at all."""
    names = [each[0].name for each in together(found)]
    yield Lint(
        kind="no_jobs",
        level=REMARK,
        text=f"No job is configured; {counted(len(names), 'job')} fire or report: {listed(names, 8)}.",
        inferred="So there is nothing to hold against the evidence.",
        todo="`forensics init` writes a config from what this machine has.",
        detail={"jobs": names},
    )


def together(found: Sequence[Stranger]) -> list[list[Stranger]]:
    """Return strangers with those of one name on several hosts together."""
    by_name: dict[str, list[Stranger]] = {}
    for each in found:
        by_name.setdefault(key(each.name), []).append(each)
    return list(by_name.values())


def is_housekeeping(each: Stranger) -> bool:
    """Return whether a stranger is what every system brings along."""
    return any(word in HOUSEKEEPERS for spelling in each.spellings for word in (spelling, spelling.split("-")[0]))


def count_of(each: Stranger) -> int:
    """Return how often a stranger was seen."""
    return max(len(each.watched.triggers), each.messages, each.steps)


def unknown(observed: Observed, found: Sequence[Stranger]) -> Lint:
    """Return one job that no config names, on all its hosts."""
    name, zone = found[0].name, observed.result.config.timezone
    seen = [line for each in found for line in seen_lines(observed, each)]
    fires = any(len(each.watched.triggers) for each in found)
    hosts = sorted({host for each in found for host in each.hosts})
    return Lint(
        kind="unconfigured",
        text=f"{name}: {'it fires' if fires else 'it reports'}, and no job of the config is it.",
        observed=tuple(seen[:4]) + ((f"And on {counted(len(seen) - 4, 'more host')}.",) if len(seen) > 4 else ()),
        inferred=TOLD if found[0].watched.job.set_up else UNKNOWN,
        level=REMARK if is_housekeeping(found[0]) else PROBLEM,
        mends=()
        if is_housekeeping(found[0])
        else tuple(Mend("new", section(observed, each, with_host=len(found) > 1)) for each in found),
        todo="Every system has it; name it if somebody must know when it fails."
        if is_housekeeping(found[0])
        else "Add what it leaves, as artifacts. If nobody cares for it, leave it out.",
        detail={"name": name, "hosts": hosts, "triggers": sum(len(each.watched.triggers) for each in found),
                "timezone": zone.key},
    )  # fmt: skip


def seen_lines(observed: Observed, each: Stranger) -> Iterator[str]:
    """Yield how often a stranger was seen, since when, and where last."""
    host = f" on {short_host(each.hosts[0])}" if each.hosts else ""
    at = each.watched.triggers
    if len(at):
        first, last = (local_text(int(at[place]), observed.result.config.timezone) for place in (0, -1))
        place = observed.place("triggers", int(each.watched.rows[-1]))
        yield f"{counted(len(at), 'trigger')}{host}, {first} to {last} ({place})."
    elif each.steps:
        yield f"{counted(each.steps, 'record')} of a runner{host}."
    else:
        yield f"{counted(each.messages, 'message')}."


def section(observed: Observed, each: Stranger, *, with_host: bool) -> tuple[str, ...]:
    """Return the lines of a section that names a stranger."""
    job = replace(each.watched.job, host=None)
    host = each.hosts[0] if each.hosts and (with_host or not is_free(observed, job, job.name)) else None
    lines = ["[[job]]", toml_line("name", job.name)]
    if host:
        lines.append(toml_line("host", host))
    lines += told_lines(job, observed.result.config.timezone) if job.set_up else shown_lines(each)
    others = list(observed.jobs[: observed.configured])
    if each.rows and not resolves([*others, job], len(others), each.rows):
        lines += [toml_line("command", glob) for glob in list(command_globs(each.commands))[:1]]
    return tuple(lines)


def told_lines(job: Job, zone: ZoneInfo) -> list[str]:
    """Return when a job is due as its own scheduler is set up; ``zone`` is the report's, which need not be said."""
    lines = [toml_line("scheduler", job.scheduler)]
    if job.schedule is not None:
        lines.append(toml_line("schedule", job.schedule))
        lines += [] if job.timezone == zone else [toml_line("timezone", str(job.timezone))]
    elif job.interval is not None:
        lines.append(toml_line("interval", f"{round(job.interval.total_seconds())}s"))
    return lines


def shown_lines(each: Stranger) -> list[str]:
    """Return when a job is due as its triggers show it, none where they show nothing."""
    schedule = schedule_of(each)
    return [toml_line("schedule", schedule)] if schedule else []


def schedule_of(each: Stranger) -> str | None:
    """Return the schedule that nearly all triggers show, in the report's zone, None where there is none."""
    watched = each.watched
    if len(watched.triggers) < LEAST_SEEN:
        return None
    for schedule in sorted(inferred_schedules(watched.triggers, watched.job.timezone, watched.spans), key=oddity):
        fit = fit_of(watched, replace(watched.job, schedule=schedule))
        if fit.exact.mean() >= FITTING and len(fit.missed) <= (1 - FITTING) * max(len(fit.due), 1):
            return schedule
    return None
