"""What a run can come to, and the tables that what it leaves is gathered in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Kind:
    """What a run of this kind leaves. Claims: S success, F failure, B begun, K skipped."""

    claims: str = ""
    files: str = "none"
    life: str = "none"
    triggered: bool = True
    needs: frozenset[str] = frozenset()


def _kind(claims: str, files: str, life: str, *needs: str, triggered: bool = True) -> Kind:
    return Kind(claims, files, life, triggered, frozenset(needs))


KINDS: dict[str, Kind] = {
    "ok": _kind("S", "full", "completed"),
    "lost_message": _kind("", "full", "completed"),
    "silent": _kind("", "none", "none"),
    "missed": _kind("", "none", "none", triggered=False),
    "false_success": _kind("S", "none", "empty"),
    "false_alarm": _kind("F", "full", "completed"),
    "failed": _kind("F", "none", "failed"),
    "skipped": _kind("K", "none", "none", "always", "single"),
    "started_only": _kind("B", "none", "started", "always", "single"),
    "partial_quiet": _kind("", "half", "started", "pair"),
    "partial_failed": _kind("F", "half", "failed", "pair"),
    "partial_claimed": _kind("S", "half", "completed", "pair"),
    "small_quiet": _kind("", "small", "started", "files"),
    "small_failed": _kind("F", "small", "failed", "files"),
    "small_claimed": _kind("S", "small", "completed", "files"),
    "retried": _kind("FS", "full", "completed", "always", "single"),
    "relapsed": _kind("SF", "full", "completed", "always", "single"),
    "late_file": _kind("S", "late", "none", "late", "plain", "single"),
    "recovered": _kind("F", "later", "none", "plain", "single"),
    "hand_fixed": _kind("FS", "later", "none", "plain", "single", "always"),
    "rerun": _kind("SS", "twice", "none", "plain", "single", "always", "untimed"),
    "exit_quiet": _kind("", "none", "failed", "runner"),
    "exit_failed": _kind("F", "none", "failed", "runner"),
    "exit_partial": _kind("F", "full", "failed", "runner"),
    "exit_partial_quiet": _kind("", "full", "failed", "runner"),
    "exit_claimed": _kind("S", "full", "failed", "runner"),
    "killed": _kind("", "none", "killed", "runner"),
    "killed_failed": _kind("F", "none", "killed", "runner"),
    "timed_out": _kind("", "none", "timed_out", "runner"),
    "boot_timeout": _kind("", "none", "boot_timeout", "runner"),
    "boot_failed": _kind("F", "none", "boot_timeout", "runner"),
    "boot_retry": _kind("S", "full", "boot_retry", "runner"),
    "unfinished": _kind("", "none", "started", "runner"),
    "scheduler_skip": _kind("", "none", "none", "scheduler"),
}
NAMES = tuple(KINDS)
HABITS = ("late_message", "doubled_message", "lost_trigger", "doubled_trigger", "manual", "manual_untriggered")

# Every row of evidence carries the number of the run that caused it.
TRIGGER_COLUMNS = ("run", "at", "skip", "double")
MESSAGE_COLUMNS = ("run", "at", "claim", "digest")
FILE_COLUMNS = ("run", "at", "stamp", "slot", "size")
LIFE_COLUMNS = ("run", "at", "event", "code", "step")
EVENTS = ("started", "boot_started", "booted", "completed", "failed", "timed_out")
STARTED, BOOT_STARTED, BOOTED, COMPLETED, FAILED, TIMED_OUT = range(6)


@dataclass
class Rows:
    """Columns that grow by blocks."""

    names: tuple[str, ...]
    blocks: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, count: int, *values: Any) -> None:
        """Append a block; a value that is no array holds for every row of it."""
        self.blocks.append(tuple(np.broadcast_to(np.asarray(value, dtype=np.int64), (count,)) for value in values))

    def frame(self) -> pd.DataFrame:
        """Return all blocks as one frame."""
        columns = [np.concatenate(parts) for parts in zip(*self.blocks, strict=True)] if self.blocks else []
        empty = np.empty(0, dtype=np.int64)
        return pd.DataFrame({name: columns[i] if columns else empty for i, name in enumerate(self.names)})


@dataclass
class Fleet:
    """Everything that happened, run by run; ``next_due`` bounds a run's own time."""

    runs: Rows = field(default_factory=lambda: Rows(("job", "due", "next_due", "stamp", "kind", "host")))
    triggers: Rows = field(default_factory=lambda: Rows(TRIGGER_COLUMNS))
    messages: Rows = field(default_factory=lambda: Rows(MESSAGE_COLUMNS))
    files: Rows = field(default_factory=lambda: Rows(FILE_COLUMNS))
    life: Rows = field(default_factory=lambda: Rows(LIFE_COLUMNS))
    count: int = 0
