"""The runs of the window by column, as plain lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forensics.evidence.result import Result
from forensics.evidence.schema import nanoseconds


@dataclass(frozen=True)
class RunColumns:
    """Runs of a frame RUNS by column: texts None where null, instants in ns and the smallest int where null.

    ``row`` is a run's row in the frame and in ``paired.runs``. ``flags`` are joined by blanks.
    """

    row: list[int]
    key: list[str]
    job: list[str]
    host: list[str | None]
    configured: list[bool]
    run_id: list[str | None]
    due_at: list[int]
    triggered_at: list[int]
    started_at: list[int]
    executed_at: list[int]
    reported_at: list[int]
    claim: list[str | None]
    exit_code: list[int | None]
    duration_seconds: list[float | None]
    evidence: list[str]
    verdict: list[str]
    flags: list[str]
    cause: list[str | None]

    def __len__(self) -> int:
        return len(self.row)


TEXTS = ("key", "job", "host", "run_id", "claim", "evidence", "verdict", "flags", "cause")
INSTANTS = ("due_at", "triggered_at", "started_at", "executed_at", "reported_at")


def window_runs(result: Result) -> RunColumns:
    """Return the runs of the window, in the order of the frame."""
    return run_columns(result.runs[result.runs["in_window"].to_numpy()])


def run_columns(frame: pd.DataFrame) -> RunColumns:
    """Return a frame of type RUNS by column."""
    columns: dict[str, Any] = {name: texts(frame[name]) for name in TEXTS}
    columns |= {name: nanoseconds(frame[name]).tolist() for name in INSTANTS}
    return RunColumns(
        row=frame.index.tolist(),
        configured=frame["configured"].tolist(),
        exit_code=[None if code is None else int(code) for code in numbers(frame["exit_code"])],
        duration_seconds=numbers(frame["duration_seconds"].round(3)),
        **columns,
    )


def texts(column: pd.Series[Any]) -> list[Any]:
    """Return a column of text, None where null."""
    found: list[Any] = column.to_numpy(object, na_value=None).tolist()  # type: ignore[call-overload]
    return found


def numbers(column: pd.Series[Any]) -> list[float | None]:
    """Return a column of numbers, None where null or endless."""
    values = column.to_numpy(dtype=np.float64)
    return [
        number if is_there else None
        for number, is_there in zip(values.tolist(), np.isfinite(values).tolist(), strict=True)
    ]


def studied_runs(result: Result) -> int:
    """Return how many runs an investigation looked at: those of its own, longer window, where it had one."""
    frame = result.studied if result.studied is not None else result.runs
    return int(frame["in_window"].sum())
