"""Formats by name and suffix."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.errors import ForensicsError
from forensics.report.outputs import format_of, panel, render
from tests.report.builders import result, run


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("md", b"# Night Watch"),
        ("json", b'{\n  "schema"'),
        ("csv", b"key,job"),
        ("parquet", b"PAR1"),
        ("timesketch", b'{"message": "'),
        ("prometheus", b"# HELP nightwatch_"),
    ],
)
def test_format_is_rendered(form, start):
    assert render(result([run()]), form).startswith(start)


def test_format_to_come_is_said_not_to_be_there_yet():
    with pytest.raises(
        ForensicsError,
        match="not write html yet - write one of md, json, csv, parquet, timesketch, prometheus instead",
    ):
        render(result(), "html")


def test_panel_is_markdown():
    assert panel(result()).startswith("# Night Watch")


def test_markdown_can_be_ascii():
    assert render(result([run()]), "md", ascii_only=True).isascii()


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.md", "md"),
        ("a.b.JSON", "json"),
        ("a.csv", "csv"),
        ("a.parquet", "parquet"),
        ("a.timesketch.jsonl", "timesketch"),
        ("a.b.Prom", "prometheus"),
    ],
)
def test_suffix_tells_the_format(name, form):
    assert format_of(Path("report") / name) == form


@pytest.mark.parametrize("name", ["a.txt", "a", ".md", "a.md.gz", "a.jsonl", ".timesketch.jsonl"])
def test_other_suffix_is_an_error_that_names_the_known_ones(name):
    with pytest.raises(ForensicsError, match=r"use \.md, \.json, \.csv, \.parquet, \.timesketch\.jsonl, \.prom"):
        format_of(Path(name))


def test_suffix_of_a_format_to_come_says_so():
    with pytest.raises(ForensicsError, match="does not write html yet"):
        format_of(Path("a.html"))
