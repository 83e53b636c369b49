"""What a scheduler that is runner and sender too can speak for: its word on its own messages weighs little.

It records a run's end for those jobs alone whose runs leave such records, from the first of these on. It tells of
messages for those runs alone that were to be reported. Where a channel's own log covers the time, its word on what it
sent is not listened to: the channel knows better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from forensics.config import SourceConfig
from forensics.evidence.coverage import Coverage, Reach, Span
from forensics.evidence.intake import Evidence, SourceRead
from forensics.evidence.schema import nanoseconds
from forensics.match.names import NameIndex
from forensics.match.resolve import Resolved, Speech
from forensics.match.spans import Flags, Ints
from forensics.verdicts import Lane

SENDERS = frozenset({"openclaw"})
TELLING_ENDS = ("completed", "failed", "timed_out", "interrupted")
ASKED = frozenset({"delivered", "not-delivered", "unknown"})


def own_reaches(
    account: SourceRead, config: SourceConfig | None, position: int, span: Span, evidence: Evidence, resolved: Resolved
) -> list[Reach]:
    """Return for which jobs, and from when to when, a source can speak of ends and of messages."""
    if account.kind not in SENDERS:
        return []
    found = [
        Reach(frozenset({Lane.TRIGGERS}), (max(span[0], start), span[1]), frozenset({code}))
        for code, start in later_starts(account, config, resolved).items()
        if start < span[1]
    ]
    for code, first in first_ends(position, evidence, resolved).items():
        if first < span[1]:
            found.append(Reach(frozenset({Lane.LIFECYCLE}), (max(span[0], first), span[1]), frozenset({code})))
    for code, parts in asked_spans(position, span, evidence, resolved).items():
        found += [Reach(frozenset({Lane.NOTIFICATIONS}), part, frozenset({code})) for part in parts]
    return found


def later_starts(account: SourceRead, config: SourceConfig | None, resolved: Resolved) -> dict[int, int]:
    """Return the jobs of which a source tells all starts from a later instant on, where no coverage is declared."""
    if account.kind not in SENDERS or (config is not None and config.coverage is not None):
        return {}
    index = NameIndex(resolved.jobs)
    codes = {name: index.by_name(name, config.host if config else None) for name in account.job_spans}
    return {code: account.job_spans[name][0][0] for name, code in codes.items() if code >= 0}


def first_ends(position: int, evidence: Evidence, resolved: Resolved) -> dict[int, int]:
    """Return for each job when a source first records the start of a run with an end that tells how it went."""
    frame = evidence.lifecycle
    is_own = (frame["source"].to_numpy() == position) & (resolved.lifecycle >= 0)
    tells = is_own & np.isin(frame["event"].to_numpy(dtype=object), TELLING_ENDS)
    rows, at = np.flatnonzero(is_own), nanoseconds(frame["at"])
    telling = set(resolved.lifecycle[tells].tolist())
    first: dict[int, int] = {}
    for code, moment in zip(resolved.lifecycle[rows].tolist(), at[rows].tolist(), strict=True):
        if code in telling:
            first[code] = min(moment, first.get(code, moment))
    return first


def asked_spans(position: int, span: Span, evidence: Evidence, resolved: Resolved) -> dict[int, list[Span]]:
    """Return for each job the stretches in which its runs were to be reported: each up to the next run."""
    frame = evidence.triggers
    rows = np.flatnonzero((frame["source"].to_numpy() == position) & (resolved.triggers >= 0))
    at = nanoseconds(frame["at"])[rows]
    order = np.lexsort((at, resolved.triggers[rows]))
    codes, moments = resolved.triggers[rows][order].tolist(), at[order].tolist()
    told = frame["attributes"].to_numpy()[rows][order].tolist()
    found: dict[int, list[Span]] = {}
    for row, code in enumerate(codes):
        has_next = row + 1 < len(codes) and codes[row + 1] == code
        until = moments[row + 1] if has_next else span[1]
        if is_asked(told[row]) and moments[row] < until:
            found.setdefault(code, []).append((moments[row], until))
    return found


def is_asked(attributes: Mapping[str, Any] | None) -> bool:
    """Return whether a run was to be reported."""
    told = attributes or {}
    return told.get("deliveryStatus") in ASKED and not told.get("deliverySuppressionReason")


def without_outranked(resolved: Resolved, evidence: Evidence, strong: Coverage) -> Resolved:
    """Return what was said without the senders' own words where a channel's own log speaks for the time.

    ``strong`` is what the sources can speak for that are no senders themselves.
    """
    speech = resolved.speech
    is_weak = weak_rows(evidence)[speech.row] if len(speech.row) else np.zeros(0, dtype=np.bool_)
    if not is_weak.any():
        return resolved
    at = nanoseconds(evidence.notifications["at"])[speech.row]
    is_kept = ~(is_weak & strong.covers(Lane.NOTIFICATIONS, speech.job, at, at))
    return replace(resolved, speech=chosen(speech, is_kept))


def weak_rows(evidence: Evidence) -> Flags:
    """Return which notifications are a sender's own word."""
    kinds = np.array([source.kind in SENDERS for source in evidence.sources], dtype=np.bool_)
    source: Ints = evidence.notifications["source"].to_numpy()
    return kinds[source] if len(source) else np.zeros(0, dtype=np.bool_)


def chosen(speech: Speech, is_kept: Flags) -> Speech:
    """Return some of what was said."""
    claims = [claim for claim, keep in zip(speech.claim, is_kept.tolist(), strict=True) if keep]
    return Speech(speech.row[is_kept], speech.line[is_kept], speech.job[is_kept], claims, speech.streak[is_kept])


def without_senders(evidence: Evidence) -> Evidence:
    """Return the evidence with those sources speaking for no time that tell only what they sent themselves."""
    sources = tuple(replace(each, covers=None) if each.kind in SENDERS else each for each in evidence.sources)
    return replace(evidence, sources=sources)
