"""How a source is to be read out of an archive: as the same kind or as its listing, and speaking for the same time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from forensics.config import SourceConfig
from forensics.evidence.intake import SourceRead

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PACKED_AS = {"files": "bodyfile", "slack": "slack-export"}
# What speaks for each job from a time of its own: a coverage of the whole would speak for all of them alike. Up to when
# the files of such a source speak, the manifest tells.
BY_JOB = frozenset({"openclaw"})


def moved(
    config: SourceConfig, path: str, account: SourceRead, now: int, is_live: bool, since: int | None
) -> SourceConfig:
    """Return the config of a source that lies in an archive; of what is older than ``since`` (ns) not all is there.

    One that was live spoke up to ``now``, the moment of collection, and says so. One of which only some channels are
    packed no longer shows by itself what it spoke for.
    """
    kind = PACKED_AS.get(config.kind, config.kind)
    packed = replace(config, kind=kind, path=path, live=None if is_live else config.live, token_env=None)
    is_limited = (is_live and config.kind not in BY_JOB) or (config.kind == "slack-export" and config.channels)
    if config.coverage is None and is_limited and not account.faults:
        return replace(packed, coverage=coverage(account, now if is_live else None, since))
    if config.coverage is not None and since is not None:
        start, end = max(config.coverage[0], moment(since)), config.coverage[1]
        return replace(packed, coverage=(start, end) if start < end else None)
    return packed


def coverage(account: SourceRead, now: int | None, since: int | None) -> tuple[datetime, datetime] | None:
    """Return what a source spoke for, up to ``now`` if it was live; None where it is nothing."""
    if account.covers is None:
        return None
    begun, ended = account.covers
    end = moment(now if now is not None else ended or 0)
    start = moment(max(begun or 0, begun or 0 if since is None else since))
    return (start, end) if start < end else None


def moment(instant: int) -> datetime:
    """Return an instant as a time, exact to the µs."""
    return EPOCH + timedelta(microseconds=instant // 1000)
