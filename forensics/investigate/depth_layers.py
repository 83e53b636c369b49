"""Which layer each run reached, as far as rows of evidence show it, and where some lane could have shown it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np

from forensics.evidence.columns import Columns
from forensics.evidence.investigation import LayerName
from forensics.evidence.paired import CLAIM_CODES, EVENT_CODES, Flags, Links
from forensics.evidence.result import Result
from forensics.timeline import nanos_of

LAYERS: tuple[LayerName, ...] = get_args(LayerName)
# Logs in which a scheduler says that it began a command: being taken up is no step of its own there.
PLAIN_LOGS = frozenset({"syslog", "journal"})
# Sources whose word on a message is that of who sent it, not of the channel.
SENDERS = frozenset({"openclaw"})
ENDS = ("failed", "timed_out", "interrupted", "ended")
BOOT_LAYERS: tuple[LayerName, ...] = ("boot_started", "booted")


@dataclass(frozen=True)
class Reached:
    """One flag a run and layer: some row shows it (``seen``), some lane could have (``could``).

    ``belongs`` holds a flag a job and layer: a job of a plain cron is never accepted by anybody, nor does it boot.
    """

    seen: Mapping[LayerName, Flags]
    could: Mapping[LayerName, Flags]
    belongs: Mapping[LayerName, Flags]

    def layers(self, code: int) -> list[LayerName]:
        """Return the layers that a job has, in order."""
        return [layer for layer in LAYERS if self.belongs[layer][code]]


def reached(studied: Result) -> Reached:
    """Return how far all runs got."""
    seen = {**scheduled(studied), **ran(studied), **told(studied)}
    return Reached(seen, visible(studied, seen), belonging(studied, seen))


def scheduled(studied: Result) -> dict[LayerName, Flags]:
    """Return which runs were due, triggered and accepted."""
    paired, triggers = studied.paired, studied.evidence.triggers
    kinds = np.array([source.kind not in PLAIN_LOGS for source in studied.evidence.sources], dtype=np.bool_)
    rows = paired.triggers.row
    is_accepted = triggers["event"].eq("accepted").to_numpy(dtype=np.bool_)[rows]
    is_accepted = is_accepted & kinds[triggers["source"].to_numpy()[rows]] if len(rows) else is_accepted
    return {
        "due": studied.runs["due_at"].notna().to_numpy(dtype=np.bool_),
        "triggered": studied.runs["triggered_at"].notna().to_numpy(dtype=np.bool_),
        "accepted": having(studied, paired.triggers, is_accepted),
    }


def ran(studied: Result) -> dict[LayerName, Flags]:
    """Return which runs began to boot, were up, were at work, and did it.

    An end shows that a run was at work, unless it began to boot and was never up.
    """
    paired, steps = studied.paired, studied.paired.steps
    event = {
        word: having(studied, steps, steps.event == EVENT_CODES.index(word))
        for word in ("boot_started", "booted", "started", "completed", *ENDS)
    }
    is_up = event["booted"] | event["started"] | event["completed"]
    has_ended = np.logical_or.reduce([event[word] for word in ENDS]) & (is_up | ~event["boot_started"])
    left = having(studied, paired.proofs) | having(studied, paired.beats)
    said = having(studied, paired.claims, paired.claims.claim == CLAIM_CODES.index("started"))
    done = Columns(studied.runs).is_executed
    working = event["started"] | event["completed"] | has_ended | left | said | done
    return {"boot_started": event["boot_started"], "booted": is_up | working, "working": working, "done": done}


def told(studied: Result) -> dict[LayerName, Flags]:
    """Return of which runs somebody said how they went, and of which that was found in the channel itself."""
    claims = studied.paired.claims
    says = np.isin(claims.claim, [CLAIM_CODES.index(word) for word in ("success", "failure")])
    kinds = np.array([source.kind not in SENDERS for source in studied.evidence.sources], dtype=np.bool_)
    source = studied.evidence.notifications["source"].to_numpy()
    is_found = kinds[source[claims.row]] if len(claims.row) else says
    return {"reported": having(studied, claims, says), "delivered": having(studied, claims, says & is_found)}


def having(studied: Result, links: Links, chosen: Flags | None = None) -> Flags:
    """Return which runs have some row, or some chosen one."""
    run = links.run if chosen is None else links.run[chosen]
    return np.bincount(run, minlength=len(studied.paired.runs)) > 0


def visible(studied: Result, seen: Mapping[LayerName, Flags]) -> dict[LayerName, Flags]:
    """Return which runs some lane could have shown at each layer; what is seen could be."""
    runs, jobs, now = studied.paired.runs, studied.paired.jobs, studied.window.now
    start_grace, report_grace, tolerance = (
        np.array([nanos_of(getattr(job, name)) for job in jobs], dtype=np.int64)[runs.job]
        for name in ("start_grace", "report_grace", "clock_tolerance")
    )
    moment = np.where(seen["due"], runs.due, runs.start)
    covers = studied.coverage.covers
    log = covers("triggers", runs.job, moment - tolerance, np.minimum(moment + start_grace, now))
    runner = covers("lifecycle", runs.job, runs.start - tolerance, np.minimum(runs.own_end + tolerance, now))
    runner |= having(studied, studied.paired.steps)
    channel = covers("notifications", runs.job, runs.start, np.minimum(runs.own_end + report_grace, now))
    is_read = any(each.kind not in SENDERS and "notifications" in each.lanes for each in studied.evidence.sources)
    always = np.ones(len(runs), dtype=np.bool_)
    could: dict[LayerName, Flags] = {
        "due": always,
        "triggered": log,
        "accepted": log,
        "boot_started": runner,
        "booted": runner,
    }
    could |= {"working": runner, "done": always, "reported": channel, "delivered": channel & is_read}
    return {layer: could[layer] | seen[layer] for layer in LAYERS}


def belonging(studied: Result, seen: Mapping[LayerName, Flags]) -> dict[LayerName, Flags]:
    """Return which jobs have each layer: those of which some run shows it, where not all jobs have it."""
    jobs, code = studied.paired.jobs, studied.paired.runs.job

    def ever(layer: LayerName) -> Flags:
        return np.bincount(code[seen[layer]], minlength=len(jobs)) > 0

    is_told = np.array([job.reports != "never" for job in jobs], dtype=np.bool_) | ever("reported")
    everybody = np.ones(len(jobs), dtype=np.bool_)
    boots = ever("boot_started")
    found: dict[LayerName, Flags] = {"due": ever("due"), "accepted": ever("accepted")}
    found |= dict.fromkeys(BOOT_LAYERS, boots)
    found |= {"reported": is_told, "delivered": is_told}
    return {layer: found.get(layer, everybody) for layer in LAYERS}
