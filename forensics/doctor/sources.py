"""What is wrong with the sources: missing, empty, stale, read twice, or of the wrong channel."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from forensics.analyse.unread import faults_of
from forensics.analyse.wording import counted, listed, share
from forensics.config import SourceConfig
from forensics.doctor.lint import PROBLEM, REMARK, Lint, Mend, toml_line
from forensics.doctor.observed import Observed
from forensics.evidence.intake import SourceRead
from forensics.evidence.result import Result
from forensics.match.resolve import texts
from forensics.sources.reading import by_kind
from forensics.timeline import NANOS, duration_text, local_text

DAY = 86_400 * NANOS
STALE = 2 * DAY
MANY_REJECTS = 0.1
LEAST_REJECTS = 5
NO_CHANNEL = re.compile(r"(?P<channel>[^/]{1,80}): no such channel in this export; it has: (?P<known>.{1,2000})")
# Findings of the report that speak of evidence rather than of runs.
TOLD = {"copied_tree": PROBLEM, "silent_log": PROBLEM, "clock_offset": REMARK, "orphans": REMARK}


def source_lint(observed: Observed) -> Iterator[Lint]:
    """Yield what is wrong with the sources, one by one, then with several together."""
    result = observed.result
    if not result.evidence.sources:
        yield Lint("source", "No source is named, so that nothing can be read.", todo="Add a [[source]].")
    for position, source in enumerate(result.evidence.sources):
        yield from faults(result, position, source)
        yield from rejects(result, position, source)
        yield from stale(result, position, source)
    yield from doubled(result)
    for finding in result.findings:
        if finding.kind in TOLD:
            yield Lint(
                kind=finding.kind,
                text=finding.text,
                level=TOLD[finding.kind],
                observed=finding.observed,
                inferred=finding.inferred,
                todo=finding.todo,
                detail=finding.detail,
            )


def at_source(result: Result, position: int, **values: object) -> Mend:
    """Return the lines that set some keys of a source."""
    lines = tuple(toml_line(key, value) for key, value in values.items())
    return Mend("source", lines, name=result.evidence.sources[position].name, number=position + 1)


def faults(result: Result, position: int, source: SourceRead) -> Iterator[Lint]:
    """Yield what could not be read of a source."""
    for fault in faults_of(source):
        missing = NO_CHANNEL.search(fault)
        if missing is not None and position < len(result.config.sources):
            yield wrong_channel(result, position, missing["channel"], missing["known"].split(", "))
        else:
            yield Lint(
                kind="source",
                text=f"{source.name}: {fault}.",
                inferred="So nothing that it should show is known, and its silence tells nothing.",
                todo="Mend its path, or take the [[source]] out.",
                detail={"source": source.name},
            )


def wrong_channel(result: Result, position: int, channel: str, known: Sequence[str]) -> Lint:
    """Return that a channel is not in an export, with the one that is meant."""
    config = result.config.sources[position]
    near = get_close_matches(channel, known, n=1, cutoff=0.6)
    better = [near[0] if each.lstrip("#") == channel else each for each in config.channels] if near else []
    return Lint(
        kind="channel",
        text=f"{result.evidence.sources[position].name}: there is no channel {channel}.",
        observed=(f"The export has: {listed(list(known), 12)}.",),
        inferred=f"So {near[0]} is meant." if near else "So its messages are not read.",
        mends=(at_source(result, position, channels=better),) if near else (),
        todo="" if near else "Name one of these in channels.",
        detail={"channel": channel, "near": near[0] if near else None},
    )


def rejects(result: Result, position: int, source: SourceRead) -> Iterator[Lint]:
    """Yield that many records of a source could not be read."""
    if source.rejected < max(LEAST_REJECTS, MANY_REJECTS * source.records):
        return
    frame = result.evidence.rejects
    mine = frame[(frame["source"] == position).to_numpy()]
    reasons = Counter(texts(mine["reason"])).most_common(3)
    yield Lint(
        kind="rejects",
        text=f"{source.name}: {share(source.rejected, source.records)} records cannot be read.",
        observed=tuple(f"{count:,} times: {reason}." for reason, count in reasons),
        inferred="So it is of another kind than the config says, or its columns, zone or year are named wrongly.",
        todo="Look at the first of them below.",
        detail={"source": source.name, "rejected": source.rejected, "records": source.records},
    )


def stale(result: Result, position: int, source: SourceRead) -> Iterator[Lint]:
    """Yield that a source ends well before the others do, or a log before now."""
    zone, now = result.config.timezone, result.window.now
    if source.newest is None or source.covers is None or faults_of(source):
        return
    config = result.config.sources[position] if position < len(result.config.sources) else None
    reader = by_kind(source.kind)
    if reader is None or not reader.is_log or (config is not None and (config.coverage or config.live is False)):
        return
    last = max((each.newest for each in result.evidence.sources if each.newest is not None), default=source.newest)
    if min(now, last) - source.newest > STALE:
        yield Lint(
            kind="stale",
            text=f"{source.name}: its newest record is of {local_text(source.newest, zone)}, "
            f"{duration_text((now - source.newest) / NANOS)} ago.",
            inferred="So it is written no longer, or rotated away: what came after is not seen.",
            todo='Name all its parts by a glob, as in path = "/var/log/syslog*", or the log that is written now.',
            detail={"source": source.name},
        )


def doubled(result: Result) -> Iterator[Lint]:
    """Yield the files that two sources read."""
    files = result.evidence.files
    known = files[files["sha256"].notna().to_numpy() & (files["records"] > 0).to_numpy()]
    by_digest: dict[str, dict[int, str]] = {}
    for digest, source, name in zip(known["sha256"], known["source"], known["name"], strict=True):
        by_digest.setdefault(digest, {}).setdefault(int(source), str(name))
    pairs = Counter(tuple(sorted(places)) for places in by_digest.values() if len(places) > 1)
    for places, count in pairs.items():
        names = [result.evidence.sources[place].name for place in places]
        same = next(found for found in by_digest.values() if tuple(sorted(found)) == places)
        yield Lint(
            kind="doubled",
            text=f"{counted(count, 'file')} read twice: by {' and by '.join(names)}.",
            observed=(f"One is {next(iter(same.values()))}.",),
            inferred="So every line in it counts twice where it cannot be known again.",
            todo="Take one of these sources out, or make its path narrower.",
            detail={"sources": names, "files": count},
        )


def unreadable(source: SourceConfig, number: int) -> Lint:
    """Return that this version has no reader for a source of the config."""
    return Lint(
        kind="no_reader",
        text=f"[[source]] number {number}: this version has no reader for {source.kind}.",
        observed=(f"Its path is {source.path}." if source.path else "It has no path.",),
        inferred="So a report stops at it.",
        todo="Take it out; `forensics sources` lists what can be read.",
        detail={"kind": source.kind, "number": number},
    )
