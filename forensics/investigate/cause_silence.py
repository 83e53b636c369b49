"""A lane, or a log, that was silent for all jobs at once; and the runs of which that is all there is to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from forensics.evidence.investigation import Cause, NextStep
from forensics.evidence.paired import Flags
from forensics.evidence.result import Finding
from forensics.evidence.schema import nanoseconds
from forensics.investigate.cause_case import Case
from forensics.investigate.words import when
from forensics.timeline import NANOS, any_instant
from forensics.verdicts import Lane, Verdict

SHOWN = 3
# What a silent lane leaves of a run: all that is wrong with it.
LEAVES = {
    Lane.NOTIFICATIONS.value: Verdict.UNREPORTED,
    Lane.ARTIFACTS.value: Verdict.FALSE_SUCCESS,
}


def outages(case: Case) -> Iterator[Cause]:
    """Yield the lanes that were silent for all jobs at once, and the logs that fell silent."""
    by_lane: dict[str, list[Finding]] = {}
    for finding in case.finding("lane_outage"):
        by_lane.setdefault(str(finding.detail.get("lane", "")), []).append(finding)
    for lane, findings in by_lane.items():
        when_ = f", {stretch_text(case, findings)}" if "since" in findings[0].detail else ""
        between = tuple(heard(case, findings)) if lane == Lane.NOTIFICATIONS.value else ()
        yield silence(f"The lane of {lane} was silent for all jobs at once{when_}", findings, lane, between)
    for finding in case.finding("silent_log"):
        yield silence("A scheduler's log fell silent, and due times went by", [finding], "triggers")


def silence(title: str, findings: list[Finding], lane: str, more: Sequence[str] = ()) -> Cause:
    """Return a silence that findings tell of as a cause."""
    inferred = findings[0].inferred.removeprefix("So ")
    return Cause(
        kind="lane_outage",
        title=title,
        supports=(*(text for finding in findings[:SHOWN] for text in (finding.text, *finding.observed)), *more),
        inferred=inferred[:1].upper() + inferred[1:],
        unknown="What silenced it: who writes or sends, the way, or who keeps it.",
        steps=tuple(NextStep("look", todo) for todo in dict.fromkeys(finding.todo for finding in findings)),
        detail={"runs": sum(int(finding.detail.get("runs", 0)) for finding in findings), "lane": lane},
    )


def span(case: Case, finding: Finding) -> tuple[int, int]:
    """Return from which run to which one a silence lasted (ns)."""
    first, last = (any_instant(str(finding.detail[name]), case.zone) for name in ("since", "until"))
    return first, last + NANOS  # the text leaves out parts of a second


def stretch_text(case: Case, findings: Sequence[Finding]) -> str:
    """Return when it was silent, of several times the first with how many came after."""
    first, last = span(case, findings[0])
    begin, end = when(first, case.zone), when(last, case.zone)
    begin_day, end_day = begin[:10], end[:10]
    told = f"from {begin} to {end[11:] if begin_day == end_day else end}"
    return told if len(findings) == 1 else f"{told}, and {len(findings) - 1:,} more times"


def heard(case: Case, findings: Sequence[Finding]) -> Iterator[str]:
    """Yield which messages of any job came last before a silence, and first after it."""
    at = np.sort(nanoseconds(case.studied.evidence.notifications["at"]))
    for finding in findings[:SHOWN]:
        if "since" in finding.detail:
            first, last = span(case, finding)
            before, after = at[at < first], at[at > last]
            told = [f"The last message before it came {when(int(before[-1]), case.zone)}"] if len(before) else []
            told += [f"the first after it {when(int(after[0]), case.zone)}"] if len(after) else ["none came since"]
            yield f"{told[0][:1].upper()}{told[0][1:]}{''.join(f', {each}' for each in told[1:])}."


def silenced(case: Case) -> Flags:
    """Return the runs that are told of wrongly, or not at all, for nothing but a lane that was silent for all."""
    found = np.zeros(len(case.columns), dtype=np.bool_)
    for finding in case.finding("lane_outage"):
        left = LEAVES.get(str(finding.detail.get("lane", "")))
        if left is not None and "since" in finding.detail:
            first, last = span(case, finding)
            inside = (case.columns.moment >= first) & (case.columns.moment <= last)
            found |= inside & case.columns.among("verdict", left)
    return found
