"""Our issues among those of a repository: which one counts for a subject, and what its text says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from forensics.ledger.rows import Remembered
from forensics.publish.issues import Issue
from forensics.publish.marks import REPORTS, Body, parse


@dataclass(frozen=True)
class Filed:
    """The issues of one subject: the one that counts, if any, and open twins of it."""

    issue: Issue | None
    twins: tuple[Issue, ...] = ()


def by_key(issues: Sequence[Issue], own_id: int | None, memory: Mapping[str, Remembered]) -> dict[str, Filed]:
    """Return our issues by what they are about; one whose mark was edited away is known by its number."""
    numbers = {known.number: key for key, known in memory.items() if known.number is not None}
    groups: dict[str, list[tuple[Issue, Body | None]]] = {}
    for issue in issues:
        if own_id is None or issue.author != own_id:
            continue
        body = parse(issue.body)
        key = body.key if body else numbers.get(issue.number)
        if key is not None and key != REPORTS:
            groups.setdefault(key, []).append((issue, body))
    return {key: main_of(group) for key, group in groups.items()}


def main_of(group: Sequence[tuple[Issue, Body | None]]) -> Filed:
    """Return the issue that counts: the lowest open one, else the newest that was no twin; and the open twins."""
    still_open = sorted((issue for issue, _ in group if issue.is_open), key=lambda issue: issue.number)
    if still_open:
        return Filed(still_open[0], tuple(still_open[1:]))
    ended = [issue for issue, body in group if body is None or body.standing.state != "twin"]
    return Filed(max(ended, key=lambda issue: issue.number, default=None))


def adopted(key: str, issue: Issue, now: int) -> Remembered:
    """Return what is known of an issue of ours that is not remembered: filed by another host, or before a loss."""
    body = parse(issue.body)
    holds = body is None or body.standing.state == "open"
    overruled = body.standing.overruled if body else 0
    return Remembered(key, issue.title, now, number=issue.number, is_open=holds, overruled=overruled, is_dressed=True)


def caught_up(known: Remembered | None, issue: Issue | None, begun: int | None = None) -> Remembered | None:
    """Return what is remembered, with what was carried out although no answer came.

    ``begun`` is when an opening or reopening was about to be sent, None where every answer is known.
    """
    if known is None or issue is None:
        return known
    if issue.is_open:
        return known if begun is None or begun in known.changes else reached(known, issue, begun)
    body = parse(issue.body)
    if body is None or not known.is_open or body.standing.state != "over":
        return known
    at = issue.closed_at or known.first_seen
    return replace(known, is_open=False, good=0, overruled=0, changes=(*known.changes, at), commented_at=at)


def reached(known: Remembered, issue: Issue, at: int) -> Remembered:
    """Return what is remembered of an issue that we opened, or opened again: over a person's word, if there was one."""
    body = parse(issue.body)
    is_overruling = is_by_hand(body, known) if known.number == issue.number else bool(body and body.standing.overruled)
    changes = (*known.changes, at)
    return replace(known, number=issue.number, is_open=True, changes=changes, overruled=int(is_overruling))


def is_over(known: Remembered) -> bool:
    """Return whether the last trouble of a subject came to an end."""
    return known.number is not None and not known.is_open


def is_by_hand(body: Body | None, known: Remembered | None) -> bool:
    """Return whether a person closed an issue: neither its text nor our memory says that the trouble was over."""
    told = body is None or body.standing.state == "open"
    return told and (known is None or known.is_open)
