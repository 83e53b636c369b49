"""What a report takes from the ledger before it is made, and what it leaves there afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from forensics.errors import ForensicsError

if TYPE_CHECKING:
    from forensics.config import Config
    from forensics.evidence.memory import Memory, SeenFile
    from forensics.evidence.paired import Window
    from forensics.evidence.records import Kept
    from forensics.evidence.result import Result
    from forensics.ledger.database import Ledger
    from forensics.ledger.memory import Left

LEDGER = "ledger"
UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Recollection:
    """How a report uses the ledger: not at all without a config or against a person's will, and dry only to read."""

    is_used: bool = True
    is_dry: bool = False

    def applies_to(self, config: Config) -> bool:
        """Return whether reports of a config remember each other: what options or an archive name stands for itself."""
        from forensics.cli_inputs import is_out_of_archive

        return self.is_used and config.file is not None and not is_out_of_archive(config)

    def last_end(self, config: Config, now: int) -> int | None:
        """Return where the last report of a config before ``now`` ended, None where none is known."""
        from forensics.ledger.memory import last_report

        if not self.applies_to(config):
            return None
        try:
            with self.opened(config, now) as ledger:
                last = last_report(ledger, str(config.file), now)
        except ForensicsError:  # ``recalled`` tells of it
            return None
        return None if last is None else last.until

    def recalled(self, config: Config, window: Window) -> Memory:
        """Return what earlier reports left for one; where the ledger cannot be read, why."""
        from forensics.evidence.memory import FORGOTTEN, Memory
        from forensics.ledger.memory import last_report, recall
        from forensics.pipeline import key_of

        if not self.applies_to(config):
            return FORGOTTEN
        live = [key_of(source) for source in config.sources if source.kind == "slack"]
        scope, now = str(config.file), window.now
        try:
            with self.opened(config, now) as ledger:
                return recall(ledger, scope, now, window.since, last_report(ledger, scope, now), live)
        except ForensicsError as error:
            return Memory(notes=(f"what earlier reports left is not known: {error}",))

    def opened(self, config: Config, now: int) -> AbstractContextManager[Ledger]:
        """Open the ledger; of one that must not be touched, a copy.

        Raises:
            ForensicsError: it cannot be opened, or there is no place for it.
        """
        from forensics.cli_tracker import ledger_path
        from forensics.ledger.database import copied_ledger, open_ledger

        path = ledger_path(config)
        return copied_ledger(path, now) if self.is_dry else open_ledger(path, now)

    def remembered(self, result: Result, *, is_about_all: bool) -> list[str]:
        """Leave in the ledger what the next report needs; return what is wrong where that could not be done."""
        from forensics.ledger.memory import remember

        if self.is_dry or not self.applies_to(result.config):
            return []
        try:
            with self.opened(result.config, result.window.now) as ledger:
                remember(ledger, left_by(result, is_about_all=is_about_all))
        except ForensicsError as error:
            return [f"this report could not be remembered for the next one: {error}"]
        return []


def left_by(result: Result, *, is_about_all: bool) -> Left:
    """Return what a report leaves to be remembered."""
    from forensics.analyse.changes import blocker_key
    from forensics.cli_tracker import night_name
    from forensics.evidence.memory import PastReport
    from forensics.ledger.memory import Left
    from forensics.ledger.nights import Night
    from forensics.redaction import redact

    window, summary, reporting = result.window, result.summary, result.reporting
    sources = [source for source in result.evidence.sources if source.kind != LEDGER]
    report = PastReport(
        now=window.now,
        since=window.since,
        until=window.until,
        exit_code=result.exit_code,
        runs=summary.runs,
        verdicts=summary.verdicts,
        blockers={blocker_key(blocker): redact(blocker.text) for blocker in result.blockers},
        sources={source.name: sum(source.rows.values()) for source in sources},
        faults={source.name: redact("; ".join(source.faults)) for source in sources if source.faults},
    )
    night = Night(
        scope=str(result.config.file),
        night=night_name(result),
        report=report,
        said=reporting.said_success,
        owed=reporting.owed,
        is_about_all=is_about_all,
        pending=pending_of(result),
        jobs=reporting.jobs,
    )
    readable = [
        key
        for key, source in zip(result.keys, sources, strict=True)
        if not source.faults and "artifacts" in source.lanes
    ]
    return Left(night, list(seen_by(result)), readable, kept_of(result))


def pending_of(result: Result) -> dict[str, int]:
    """Return the runs that are pending, with the instants (ns) by which they belong to a window, to the second."""
    from forensics.timeline import instant

    runs = result.runs[result.runs["in_window"] & (result.runs["verdict"] == "pending")]
    # A run's key ends in its moment, and in a number where two are alike.
    return {key: instant(key.rpartition("/")[2].partition("#")[0], UTC) for key in runs["key"].tolist()}


def seen_by(result: Result) -> Iterator[SeenFile]:
    """Yield the files that fit a pattern, as far as they stand there."""
    from forensics.evidence.memory import SeenFile
    from forensics.evidence.schema import nanoseconds

    now, keys = result.window.now, result.keys
    part = result.evidence.artifacts.iloc[result.paired.fitting]
    part = part[~part["is_folder"] & (part["source"] < len(keys)) & part["at"].notna()]
    instants = (nanoseconds(part[name]).tolist() for name in ("at", "changed_at", "born_at"))
    plain = (part[name].tolist() for name in ("source", "path", "size", "inode", "host"))
    for at, changed_at, born_at, source, path, size, inode, host in zip(*instants, *plain, strict=True):
        yield SeenFile(
            source=keys[source],
            path=path,
            at=at,
            size=whole(size),
            inode=whole(inode),
            changed_at=known(changed_at),
            born_at=known(born_at),
            first_seen=now,
            last_seen=now,
            record=0,
            host=host if isinstance(host, str) else None,
        )


def whole(number: float) -> int | None:
    """Return a number as an int, None where it is not known."""
    return None if number != number else int(number)


def known(instant: int) -> int | None:
    """Return an instant, None where there is none."""
    from forensics.evidence.paired import NAT

    return None if instant == NAT else instant


def kept_of(result: Result) -> dict[str, list[Kept]]:
    """Return what live sources ask to be remembered, by source key."""
    found: dict[str, list[Kept]] = {}
    for position, kept in result.evidence.kept:
        found.setdefault(result.keys[position], []).append(kept)
    return found
