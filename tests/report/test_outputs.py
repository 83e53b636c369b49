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
        ("html", b"<!doctype html>"),
        ("json", b'{\n  "schema"'),
        ("csv", b"key,job"),
        ("parquet", b"PAR1"),
        ("timesketch", b'{"message": "'),
        ("prometheus", b"# HELP nightwatch_"),
    ],
)
def test_format_is_rendered(form, start):
    assert render(result([run()]), form).startswith(start)


def test_panel_is_markdown():
    assert panel(result()).startswith("# Night Watch")


def test_markdown_can_be_ascii():
    assert render(result([run()]), "md", ascii_only=True).isascii()


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.md", "md"),
        ("a.HTML", "html"),
        ("a.b.JSON", "json"),
        ("a.csv", "csv"),
        ("a.parquet", "parquet"),
        ("a.timesketch.jsonl", "timesketch"),
        ("a.b.Prom", "prometheus"),
    ],
)
def test_suffix_tells_the_format(name, form):
    assert format_of(Path("report") / name) == form


@pytest.mark.parametrize("name", ["a.txt", "a", ".md", "a.md.gz", "a.jsonl", "a.htm", ".html", ".timesketch.jsonl"])
def test_other_suffix_is_an_error_that_names_the_known_ones(name):
    with pytest.raises(
        ForensicsError, match=r"use \.md, \.html, \.json, \.csv, \.parquet, \.timesketch\.jsonl, \.prom"
    ):
        format_of(Path(name))
