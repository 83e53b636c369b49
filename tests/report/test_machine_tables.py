"""The runs as CSV and Parquet."""

from __future__ import annotations

import csv
import io

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.report.machine_tables import TABLE, cell, report_csv, report_parquet
from tests.report.builders import at, result, run

TOKEN = f"xo{'x'}b-1234567890-secret"


def table(*args, **values):
    return list(csv.DictReader(io.StringIO(report_csv(result(*args, **values)).decode(), newline="")))


def test_csv_has_the_columns_of_the_runs():
    assert report_csv(result()).decode() == ",".join(TABLE) + "\n"


def test_csv_row_holds_utc_times_numbers_and_empty_nulls():
    (row,) = table([run("a", "failed", exit_code=-1.0, flags="late unproven")], reasons=["One.", "Two."])
    assert row == {
        "key": "a/07:00",
        "job": "a",
        "host": "",
        "configured": "true",
        "run_id": "",
        "due_at": "2026-03-19T07:00:00Z",
        "triggered_at": "2026-03-19T07:00:01Z",
        "started_at": "",
        "executed_at": "",
        "reported_at": "2026-03-19T07:05:00Z",
        "claim": "failure",
        "exit_code": "-1",
        "duration_seconds": "",
        "evidence": "reported",
        "verdict": "failed",
        "flags": "late unproven",
        "cause": "",
        "reasons": "One. | Two.",
    }


def test_csv_holds_the_windows_runs_only():
    assert [row["job"] for row in table([run("a"), run("b", in_window=False)])] == ["a"]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\0=1",
        " =1",
        "\u00a0=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        '=HYPERLINK("http://a.example","b")',
    ],
)
def test_csv_text_that_a_spreadsheet_would_calculate_is_quoted(text):
    (row,) = table([run(text)])
    assert row["job"].startswith("'")


def test_csv_text_with_commas_quotes_and_line_ends_stays_one_cell():
    (row,) = table([run('a,"b"\nc')])
    assert row["job"] == 'a,"b"\\u000ac'


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_csv_holds_no_control_character_and_a_line_a_run(text):
    shown = report_csv(result([run(text or "x"), run("b")], reasons=[text])).decode()
    assert all(sign.isprintable() or sign == "\n" for sign in shown)
    assert len(shown.split("\n")) == 4


@given(st.text())
def test_no_cell_begins_as_a_formula(text):
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0"))


def test_parquet_has_proper_types():
    shown = pq.read_table(io.BytesIO(report_parquet(result([run("a", exit_code=137.0), run("b", "missed")]))))
    types = {field.name: str(field.type) for field in shown.schema}
    assert tuple(types) == TABLE
    assert types["due_at"] == types["reported_at"] == "timestamp[ns, tz=UTC]"
    assert (types["configured"], types["exit_code"], types["duration_seconds"], types["verdict"]) == (
        "bool",
        "int64",
        "double",
        "string",
    )
    first, second = shown.to_pylist()
    assert (first["exit_code"], second["exit_code"], second["executed_at"]) == (137, None, None)
    assert first["due_at"].value == at("07:00")


def test_parquet_of_no_runs_keeps_its_types():
    shown = pq.read_table(io.BytesIO(report_parquet(result())))
    assert (shown.num_rows, str(shown.schema.field("due_at").type)) == (0, "timestamp[ns, tz=UTC]")


@pytest.mark.parametrize("write", [report_csv, report_parquet])
def test_same_result_gives_the_same_bytes(write):
    assert write(result([run(), run("b", "missed")])) == write(result([run(), run("b", "missed")]))


def test_secret_reaches_no_table():
    made = result([run(f"job-{TOKEN}", "failed", host=TOKEN, run_id=TOKEN)], reasons=[TOKEN])
    assert b"1234567890" not in report_csv(made)
    cells = [
        str(value) for row in pq.read_table(io.BytesIO(report_parquet(made))).to_pylist() for value in row.values()
    ]
    assert not any("1234567890" in value for value in cells)
