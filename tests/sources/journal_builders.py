"""Writes a small journal as JSON, reads it, and lays out what came of it row by row."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from forensics.evidence.records import FileRead, Reject, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.journal import Journal
from forensics.sources.journal_words import SLEPT, WOKE, Word
from tests.sources.syslog_builders import OPTIONS, SECOND, rows_of

DAY = "2026-03-19"
HOST, BOOT = "web1", "b1"


@dataclass(frozen=True)
class Outcome:
    """All that the source yielded for one journal, its rows in file order."""

    triggers: list[dict[str, Any]]
    lifecycle: list[dict[str, Any]]
    rejects: list[Reject]
    account: FileRead

    @property
    def is_balanced(self) -> bool:
        rows = len(self.triggers) + len(self.lifecycle)
        return self.account.records == rows + len(self.rejects) + sum(self.account.skipped.values())

    @property
    def told(self) -> list[tuple[str, str, str | None]]:
        """What the rows say, in the order of their records: table, event, job."""
        both = [("triggers", row) for row in self.triggers] + [("lifecycle", row) for row in self.lifecycle]
        return [(table, row["event"], row["job"]) for table, row in sorted(both, key=lambda pair: pair[1]["record"])]


def outcome_of(yielded: list[Yielded]) -> Outcome:
    account = yielded[-1]
    assert isinstance(account, FileRead)
    rejects = [each for each in yielded if isinstance(each, Reject)]
    return Outcome(rows_of(yielded, "triggers"), rows_of(yielded, "lifecycle"), rejects, account)


def read_file(path: Path, options: ReadOptions = OPTIONS) -> Outcome:
    return outcome_of(list(Journal().read(path, options)))


def read_journal(folder: Path, *entries: dict[str, Any], **told: Any) -> Outcome:
    """Read these entries as a file; ``told`` are read options."""
    return read_bytes(folder, written(*entries), **told)


def read_bytes(folder: Path, content: bytes, **told: Any) -> Outcome:
    path = folder / "journal.json"
    path.write_bytes(content)
    return read_file(path, replace(OPTIONS, **told))


def written(*entries: dict[str, Any]) -> bytes:
    """Return entries as journalctl prints them, one a line, each with a cursor of its own."""
    lines = (json.dumps({"__CURSOR": f"i={number}", **each}) for number, each in enumerate(entries))
    return "".join(f"{line}\n" for line in lines).encode()


def micros(clock: str) -> int:
    """Return an instant in microseconds: ``07:00:01`` of 2026-03-19, or a full date and time; UTC."""
    text = clock if "-" in clock else f"{DAY}T{clock}"
    return round(datetime.fromisoformat(f"{text}Z").timestamp() * 1_000_000)


def ns(clock: str) -> int:
    return micros(clock) * SECOND // 1_000_000


def entry(clock: str, message: Any = "", **more: Any) -> dict[str, Any]:
    values = {
        "__REALTIME_TIMESTAMP": str(micros(clock)),
        "_BOOT_ID": BOOT,
        "_HOSTNAME": HOST,
        "MESSAGE": message,
        **more,
    }
    return {name: value for name, value in values.items() if value is not ...}


def cron(clock: str, message: str = "(root) CMD (/opt/backup)", **more: Any) -> dict[str, Any]:
    return entry(clock, message, **{"SYSLOG_IDENTIFIER": "CRON", "_PID": "417", **more})


def says(clock: str, word: Word, message: str = "", unit: str = "backup.service", **more: Any) -> dict[str, Any]:
    """Return what the system's manager says of a unit, in its first invocation."""
    values = {"_PID": "1", "_COMM": "systemd", "UNIT": unit, "MESSAGE_ID": word.value, "INVOCATION_ID": "i1", **more}
    return entry(clock, message, **values)


def armed(clock: str = "00:00:05", unit: str = "backup.timer", **more: Any) -> dict[str, Any]:
    return says(clock, Word.STARTED, "Started Nightly backup.", unit, JOB_RESULT="done", INVOCATION_ID="t1", **more)


def starting(clock: str = "07:00:01", **more: Any) -> dict[str, Any]:
    return says(clock, Word.STARTING, "Starting Backup...", JOB_TYPE="start", **more)


def succeeded(clock: str = "07:04:00", **more: Any) -> dict[str, Any]:
    return says(clock, Word.SUCCEEDED, "backup.service: Deactivated successfully.", **more)


def finished(clock: str = "07:04:00", **more: Any) -> dict[str, Any]:
    return says(clock, Word.STARTED, "Finished Backup.", JOB_TYPE="start", JOB_RESULT="done", **more)


def up(clock: str = "07:00:01", **more: Any) -> dict[str, Any]:
    return says(clock, Word.STARTED, "Started Backup.", JOB_TYPE="start", JOB_RESULT="done", **more)


def exited(clock: str = "07:04:00", status: int = 3, code: str = "exited", **more: Any) -> dict[str, Any]:
    told = {"COMMAND": "ExecStart", "EXIT_CODE": code, "EXIT_STATUS": str(status), **more}
    return says(clock, Word.EXITED, f"backup.service: Main process exited, code={code}, status={status}/X", **told)


def result(clock: str = "07:04:00", word: str = "exit-code", **more: Any) -> dict[str, Any]:
    return says(clock, Word.RESULT, f"backup.service: Failed with result '{word}'.", UNIT_RESULT=word, **more)


def not_started(clock: str = "07:04:00", word: str = "failed", **more: Any) -> dict[str, Any]:
    return says(clock, Word.NOT_STARTED, "Failed to start Backup.", JOB_TYPE="start", JOB_RESULT=word, **more)


def stopping(clock: str = "07:03:00", **more: Any) -> dict[str, Any]:
    return says(clock, Word.STOPPING, "Stopping Backup...", JOB_TYPE="stop", **more)


def slept(since: str, until: str) -> list[dict[str, Any]]:
    """Return the entries of a sleep, the second sent by what woke."""
    return [entry(since, "Entering sleep", MESSAGE_ID=SLEPT), entry(until, "System returned", MESSAGE_ID=WOKE)]
