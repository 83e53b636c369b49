"""A result in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from forensics.errors import ForensicsError
from forensics.evidence.result import Result
from forensics.report.machine import report_json
from forensics.report.machine_tables import report_csv, report_parquet
from forensics.report.markdown import panel_markdown, report_markdown
from forensics.report.prometheus import report_prometheus
from forensics.report.timesketch import report_timesketch


def page(result: Result) -> bytes:
    """Return the report as a page."""
    from forensics.report.html import report_html

    return report_html(result)


WRITERS: dict[str, Callable[[Result], bytes]] = {
    "md": lambda result: report_markdown(result).encode(),
    "html": page,
    "json": report_json,
    "csv": report_csv,
    "parquet": report_parquet,
    "timesketch": report_timesketch,
    "prometheus": report_prometheus,
}
SUFFIXES = {
    ".md": "md",
    ".html": "html",
    ".json": "json",
    ".csv": "csv",
    ".parquet": "parquet",
    ".timesketch.jsonl": "timesketch",
    ".prom": "prometheus",
}


def render(result: Result, form: str, ascii_only: bool = False) -> bytes:
    """Return a result in a format of ``WRITERS``; ``ascii_only`` for Markdown where there is no UTF-8."""
    return report_markdown(result, ascii_only=True).encode() if ascii_only and form == "md" else WRITERS[form](result)


def panel(result: Result) -> str:
    """Return the heading and the heartbeat panel alone, as Markdown."""
    return panel_markdown(result)


def format_of(path: Path) -> str:
    """Return the format that a file's suffix stands for.

    Raises:
        ForensicsError: it stands for none.
    """
    name = path.name.lower()
    form = next((form for suffix, form in SUFFIXES.items() if name.endswith(suffix) and name != suffix), None)
    if form is None:
        raise ForensicsError(
            f"--output {path}: the suffix tells the format, and this one is none - use {known_suffixes()}"
        )
    return form


def known_suffixes() -> str:
    """Return the suffixes that can be written, for a message."""
    return ", ".join(SUFFIXES)
