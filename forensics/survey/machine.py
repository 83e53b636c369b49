"""One look at a whole machine: crontabs, anacron, timers, OpenClaw, heartbeats, and the evidence that lies about.

What an option names may tell of jobs that are set up elsewhere: another OpenClaw's, or a cluster's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forensics.match.names import key
from forensics.survey.clusters import clusters
from forensics.survey.commands import names_of
from forensics.survey.crontab_lines import Table
from forensics.survey.crontabs import crontabs
from forensics.survey.found import FoundJob, FoundSource, Survey, Zone
from forensics.survey.heartbeats import Beats, heartbeats
from forensics.survey.joining import joined
from forensics.survey.logs import sources_at_hand
from forensics.survey.naming import named_apart, with_aliases
from forensics.survey.openclaw import named_openclaws, openclaw, state_folders
from forensics.survey.run_parts import anacrontab, scripts, with_scripts
from forensics.survey.timers import timers
from forensics.survey.tree import Tree
from forensics.survey.zones import machine_zone

LOOKED = ("crontabs", "/etc/cron.*", "/etc/anacrontab", "systemd timers", "OpenClaw", "heartbeats")


@dataclass(frozen=True)
class Beside:
    """What the caller knows beside the machine's files.

    ``crontab`` is the caller's own, as cron shows it; ``zone`` the caller's TZ; ``state_folders`` are OpenClaw's, and
    ``beat_folders`` those of heartbeats, beside the usual ones. ``named_zone`` outranks what the machine says.
    """

    crontab: Table | None = None
    zone: str | None = None
    named_zone: str | None = None
    state_folders: tuple[str, ...] = ()
    beat_folders: tuple[str, ...] = ()
    sources: tuple[FoundSource, ...] = ()


def survey(tree: Tree, beside: Beside) -> Survey:
    """Return all that is set up on a machine, each job with a name of its own."""
    tables, anacron = crontabs(tree, beside.crontab), anacrontab(tree)
    parts = scripts(tree, (*tables.jobs, *anacron.jobs))
    lines = [*with_scripts((*tables.jobs, *anacron.jobs), parts.jobs)]
    more = beside.state_folders
    others = (
        timers(tree) + openclaw(tree, more) + named_openclaws(tree, more, beside.sources) + clusters(beside.sources)
    )
    scheduled = named_apart([*cron_named(joined(lines)), *parts.jobs, *others.jobs])
    beats = heartbeats(tree, beside.beat_folders)
    jobs = with_aliases(named_apart([*scheduled, *unknown(beats, scheduled)]))
    zone = Zone(beside.named_zone, "as asked") if beside.named_zone else machine_zone(tree, beside.zone)
    found = tables + anacron + parts + others + beats.findings
    return Survey(
        zone=zone,
        jobs=tuple(without_own_zone(job, zone) for job in jobs),
        unused=tuple(sorted(found.unused, key=lambda each: (each.place.file, each.place.line or 0))),
        barred=tuple(dict.fromkeys(found.barred)),
        sources=(*beside.sources, *others_of(beside.sources, (*sources_at_hand(tree), *state_folders(tree, more)))),
        beat_folders=tuple(str(tree.real(folder)) for folder in beats.folders),
        beating=len({key(job.name) for job in beats.findings.jobs}),
        looked=LOOKED,
    )


def cron_named(jobs: Sequence[FoundJob]) -> list[FoundJob]:
    """Return jobs, those of crontabs by the names that a report without a config would give them."""
    names = names_of(job.command for job in jobs if job.scheduler == "cron" and job.command)
    return [replace(job, name=names.get(job.command or "", job.name)) for job in jobs]


def unknown(beats: Beats, jobs: Sequence[FoundJob]) -> list[FoundJob]:
    """Return the jobs that only their heartbeats tell of, each once."""
    known = {key(name) for job in jobs for name in (job.name, *job.aliases)}
    found: dict[str, FoundJob] = {}
    for job in beats.findings.jobs:
        if key(job.name) not in known:
            found.setdefault(key(job.name), job)
    return [*found.values()]


def without_own_zone(job: FoundJob, zone: Zone) -> FoundJob:
    """Return a job without the zone that is the machine's anyway."""
    return replace(job, zone=None) if job.zone == zone.name else job


def others_of(named: Sequence[FoundSource], at_hand: Sequence[FoundSource]) -> list[FoundSource]:
    """Return the evidence at hand, but for what options named already; of triggers they name all or none."""
    paths = {source.config.path for source in named}
    has_log = any(source.config.kind == "syslog" for source in named)
    return [
        each for each in at_hand if each.config.path not in paths and not (has_log and each.config.kind == "syslog")
    ]
