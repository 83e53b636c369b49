"""The runs of the window as tables: CSV for spreadsheets, Parquet for programs.

Every text was redacted; null is an empty cell. Times are UTC.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from forensics.evidence.paired import NAT
from forensics.evidence.result import Result
from forensics.report.columns import INSTANTS, RunColumns, window_runs
from forensics.report.machine import COLUMNS, FREE_TEXTS, instants
from forensics.report.machine_values import clean_all
from forensics.untrusted import escaped, visible

TABLE = (*COLUMNS, "reasons")
FORMULA = tuple("=+-@\t\r\n\0＝＋－＠")
JOINT = " | "


def report_csv(result: Result) -> bytes:
    """Return the runs as CSV; texts that a spreadsheet would calculate are quoted with an apostrophe."""
    columns = window_runs(result)
    shown: list[list[Any]] = [csv_column(result, columns, name) for name in TABLE]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(TABLE)
    writer.writerows(zip(*shown, strict=True))
    return text.getvalue().encode()


def csv_column(result: Result, columns: RunColumns, name: str) -> list[Any]:
    """Return one column as its cells are written; null is an empty cell."""
    match name:
        case "configured":
            return ["true" if value else "false" for value in columns.configured]
        case "exit_code" | "duration_seconds":
            return list(getattr(columns, name))
        case name if name in INSTANTS:
            return instants(columns, name)
        case _:
            return [cell(text) for text in column_texts(result, columns, name)]


def column_texts(result: Result, columns: RunColumns, name: str) -> list[str | None]:
    """Return a column of texts, redacted; the reasons of a run are joined."""
    if name == "reasons":
        return clean_all([JOINT.join(result.explain(row)) for row in columns.row])
    return clean_all(getattr(columns, name)) if name in FREE_TEXTS else list(getattr(columns, name))


def cell(text: str | None) -> str:
    """Return a redacted text on one line, all of it visible, that no spreadsheet takes for a formula (CWE-1236)."""
    if not text:
        return ""
    shown = visible(text).replace("\n", escaped("\n"))
    return f"'{shown}" if text.startswith(FORMULA) or text.strip().startswith(FORMULA) else shown


def report_parquet(result: Result) -> bytes:
    """Return the runs as Parquet: the columns of the CSV with their own types."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = window_runs(result)
    types = {
        **dict.fromkeys(TABLE, pa.string()),
        **dict.fromkeys(INSTANTS, pa.timestamp("ns", "UTC")),
        "configured": pa.bool_(),
        "exit_code": pa.int64(),
        "duration_seconds": pa.float64(),
    }
    arrays = [pa.array(parquet_column(result, columns, name), types[name]) for name in TABLE]
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays, names=TABLE), sink, compression="zstd")
    return sink.getvalue()


def parquet_column(result: Result, columns: RunColumns, name: str) -> list[Any]:
    """Return one column with null as None."""
    if name in INSTANTS:
        return [None if at == NAT else at for at in getattr(columns, name)]
    if name in ("configured", "exit_code", "duration_seconds"):
        return list(getattr(columns, name))
    return column_texts(result, columns, name)
