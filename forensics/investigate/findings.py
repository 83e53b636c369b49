"""What of an investigation stands among the findings of a night's report: short, and only of what still goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from forensics.evidence.columns import Columns
from forensics.evidence.investigation import Cause, ChangePoint, Contrast, Group, Investigation
from forensics.evidence.result import Finding, Result
from forensics.investigate.outcomes import reporting, work
from forensics.investigate.words import (
    between,
    counted,
    happening,
    listed,
    of_runs,
    of_those,
    setting,
    share,
    subject,
    went_wrong,
    when,
)
from forensics.timeline import any_instant, utc_text
from forensics.verdicts import Lane

SHOWN_CONTRASTS, SHOWN_RULED_OUT = 2, 4
About = Literal["work", "reporting"]


def investigation_findings(found: Investigation, result: Result) -> tuple[Finding, ...]:
    """Return what tells bad runs from good ones, and since when, as findings of a report."""
    zone, troubles = result.config.timezone, sorted(troubled(result).items(), key=lambda each: -len(each[1]))
    silent = silences(result)
    return tuple(finding for about, jobs in troubles for finding in of_question(found, about, jobs, silent, zone))


def silences(result: Result) -> list[tuple[int, int]]:
    """Return from when to when messages of all jobs were missing (ns), which is a finding of its own."""
    told = [each.detail for each in result.findings if each.kind == "lane_outage" and "since" in each.detail]
    zone = result.config.timezone
    return [
        (any_instant(str(each["since"]), zone), any_instant(str(each["until"]), zone))
        for each in told
        if each.get("lane") == Lane.NOTIFICATIONS.value
    ]


def troubled(result: Result) -> dict[About, frozenset[str]]:
    """Return the jobs that went wrong in the window, for each question that some did."""
    columns = Columns(result.runs)
    found: dict[About, frozenset[str]] = {}
    for outcome in (work(columns), reporting(columns)):
        jobs = frozenset(result.runs["job"].iloc[np.flatnonzero(outcome.bad)].unique().tolist())
        if jobs:
            found[outcome.about] = jobs
    return found


def of_question(
    found: Investigation, about: About, jobs: frozenset[str], silent: Sequence[tuple[int, int]], zone: ZoneInfo
) -> Iterator[Finding]:
    """Yield the findings on one question: since when, what differs, what does not."""
    again = [cause for cause in found.causes if cause.kind == "recurring" and about == "work"]
    changes = [
        each
        for each in found.change_points
        if each.about == about
        and not each.is_better
        and jobs & {*each.jobs}
        and not any(comes_of(each, cause) for cause in again)
        and not (about == "reporting" and any(first <= each.first_bad <= last for first, last in silent))
    ]
    yield from (coming_again(cause, found) for cause in again)
    differing = [each for each in found.contrasts if each.about == about and each.standing == "differs"]
    same = [each for each in found.contrasts if each.about == about and each.standing == "same"]
    if any(len(each.jobs) > 1 or each.occasions for each in changes):  # one job's own is told with its blocker
        yield changed(sorted(changes, key=lambda each: (-len(each.jobs), each.first_bad)), zone)
    yield from (contrasting(each) for each in differing[:SHOWN_CONTRASTS])
    if same and (differing or len(jobs) > 1):
        yield ruled_out(same, differing)


def comes_of(change: ChangePoint, cause: Cause) -> bool:
    """Return whether a change is only the first of days on which the same jobs go wrong each time."""
    return 2 * len({*change.jobs} & {*cause.jobs}) > len(change.jobs)


def coming_again(cause: Cause, found: Investigation) -> Finding:
    """Return days on which runs go wrong each time as a finding, with how unsure that is."""
    pair = cause.detail["attribute"], cause.detail["value"]
    contrast = next(each for each in found.contrasts if (each.attribute, each.value) == pair and each.about == "work")
    return Finding(
        kind="contrast",
        text=cause.title,
        observed=cause.supports,
        inferred=f"So {cause.inferred[:1].lower()}{cause.inferred[1:]}",
        p_value=contrast.adjusted,
        detail=contrast_detail(contrast),
    )


def changed(changes: Sequence[ChangePoint], zone: ZoneInfo) -> Finding:
    """Return since when it goes wrong as a finding; of several changes the widest stands for all."""
    first, went = changes[0], went_wrong(changes[0].about)
    jobs = tuple(dict.fromkeys(job for each in changes for job in each.jobs))
    begin = min(each.first_bad for each in changes)
    event = happening(first.occasions[0]) if first.occasions else ""
    among = first.among if len({each.among for each in changes}) == 1 else ""
    whose = f"Messages about {subject(jobs)}" if first.about == "reporting" else of_those(subject(jobs), among)
    tail = f", the first after the {event}" if event else ""
    return Finding(
        kind="change_point",
        text=f"{whose} went wrong from {when(begin, zone)} on"
        + (f", at {counted(len(changes), 'moment')}" if len(changes) > 1 else tail),
        observed=tuple(sides(changes, went, zone)),
        inferred=f"So the {event} most likely set it off; nobody undid it to see."
        if event
        else "So something changed then that nothing which was read tells of.",
        p_value=first.p_value,
        detail={"changes": [detail(each) for each in changes]},
    )


def sides(changes: Sequence[ChangePoint], went: str, zone: ZoneInfo) -> Iterator[str]:
    """Yield the runs before and after, what lies in between, and who did not change."""
    first = changes[0]
    yield (
        f"{of_those(listed(first.jobs), first.among)}: {of_runs(first.before, went)} before"
        f" {when(first.first_bad, zone)}, {of_runs(first.after, went)} from then on. It began {between(first, zone)}."
    )
    if len(changes) > 1:
        ordered = sorted(changes, key=lambda each: each.first_bad)
        told = ", ".join(f"{len(each.jobs):,} from {when(each.first_bad, zone)}" for each in ordered)
        yield f"Job by job: {told} on."
    if first.occasions:
        yield f"In between: {'; '.join(f'{happening(each)}, {when(each.at, zone)}' for each in first.occasions[:2])}."
    if first.controls:
        yield f"Not changed at that time: {listed(first.controls)}."


def detail(change: ChangePoint) -> dict[str, object]:
    """Return a change as plain values."""
    return {
        "about": change.about,
        "jobs": list(change.jobs),
        "last_good": utc_text(change.last_good),
        "first_bad": utc_text(change.first_bad),
        "latest": utc_text(change.until),
        "among": change.among,
        "before": counts(change.before),
        "after": counts(change.after),
        "p_value": change.p_value,
        "occasions": [{"at": utc_text(each.at), "kind": each.kind, "name": each.name} for each in change.occasions],
        "controls": list(change.controls),
    }


def counts(group: Group) -> dict[str, int]:
    """Return a group as plain values."""
    return {"bad": group.bad, "runs": group.runs, "jobs": group.jobs}


def contrasting(contrast: Contrast) -> Finding:
    """Return what tells bad runs from good ones as a finding."""
    went = went_wrong(contrast.about)
    also = [setting(name, value) for name, value in contrast.alongside[:2]]
    return Finding(
        kind="contrast",
        text=f"What tells bad runs from good ones is {setting(contrast.attribute, contrast.value)}:"
        f" {of_runs(contrast.within, went)}, {share(contrast.others.bad, contrast.others.runs)} of all others",
        observed=(
            f"{counted(contrast.within.jobs, 'job')} with it, {counted(contrast.others.jobs, 'job')} without it.",
            *([f"Nothing tells it from {' and '.join(also)}: these split the runs alike."] if also else []),
        ),
        p_value=contrast.adjusted if contrast.adjusted is not None else contrast.p_value,
        detail=contrast_detail(contrast),
    )


def contrast_detail(contrast: Contrast) -> dict[str, object]:
    """Return a contrast as plain values."""
    return {
        "attribute": contrast.attribute,
        "value": contrast.value,
        "about": contrast.about,
        "level": contrast.level,
        "within": counts(contrast.within),
        "others": counts(contrast.others),
        "effect": contrast.effect,
        "p_value": contrast.p_value,
        "adjusted": contrast.adjusted,
        "standing": contrast.standing,
        "alongside": [list(pair) for pair in contrast.alongside],
    }


def ruled_out(same: Sequence[Contrast], differing: Sequence[Contrast]) -> Finding:
    """Return what is the same for bad and good runs as a finding."""
    pairs = [setting(each.attribute, each.value) for each in same[:SHOWN_RULED_OUT]]
    left = len(same) - len(pairs)
    told = ", ".join(pairs) + (f" and {left:,} more" if left > 0 else "")
    what = "wrong messages from right ones" if same[0].about == "reporting" else "bad runs from good ones"
    reasons = dict[str, str]()
    for pair, each in zip(pairs, same, strict=False):
        reasons.setdefault(each.reason, f"{pair}: {each.reason}.")
    return Finding(
        kind="ruled_out",
        text=f"These cannot be what tells {what}: {told}",
        observed=tuple(told for reason, told in reasons.items() if reason),
        inferred="" if differing else "So what does is not known yet: nothing that was compared tells them apart.",
        detail={"attributes": [contrast_detail(each) for each in same]},
    )
