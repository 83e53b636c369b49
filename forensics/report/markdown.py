"""The report as Markdown: it renders on Gitea and GitHub, and reads well as plain text."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from forensics.evidence.result import Result
from forensics.report.templates import templates_folder
from forensics.report.view import view
from forensics.report.wording import counted, number, ordinal, share, threshold_text

SECTIONS = ("title", "alert", "blockers", "panel", "runs", "reporting", "findings", "sources", "footer")
PANEL = ("title", "panel")
BLANK_LINES = re.compile(r"\n{3,}")
# What the templates and our own sentences use beyond ASCII, besides the marks.
ASCII_SIGNS = str.maketrans(
    {"—": "-", "–": "-", "…": "...", "×": "x", "→": "->", "≥": ">=", "≤": "<=", "≈": "~", "✓": "+", "✗": "-"}
)


def report_markdown(result: Result, ascii_only: bool = False) -> str:
    """Return the whole report; with ``ascii_only`` in ASCII alone, for outputs that have no more."""
    return rendered(result, SECTIONS, ascii_only)


def public_markdown(result: Result) -> str:
    """Return the whole report as others may read it: of the records that were rejected only where and why."""
    evidence = result.evidence
    rejects = evidence.rejects.assign(text=None)
    return report_markdown(replace(result, evidence=replace(evidence, rejects=rejects)))


def panel_markdown(result: Result, ascii_only: bool = False) -> str:
    """Return the heading and the heartbeat panel alone."""
    return rendered(result, PANEL, ascii_only)


def rendered(result: Result, sections: tuple[str, ...], ascii_only: bool) -> str:
    """Return some sections of a report, with an empty line between them."""
    return assembled(view(result, ascii_only), sections, ascii_only)


def assembled(shown: object, sections: tuple[str, ...], ascii_only: bool) -> str:
    """Return some sections of what is shown, each by the template of its name, with an empty line between them."""
    parts = [BLANK_LINES.sub("\n\n", template(name).render(view=shown)).strip("\n") for name in sections]
    text = "\n\n".join(parts) + "\n"
    return text.translate(ASCII_SIGNS).encode("ascii", "backslashreplace").decode() if ascii_only else text


@cache
def template(name: str) -> Template:
    """Return a section's template, compiled once."""
    return environment().get_template(f"{name}.md.jinja")


@cache
def environment() -> Environment:
    """Return the environment of the templates; a name that they misspell is an error."""
    # Not HTML: every value was made fit for Markdown in the view, and HTML's escapes would only show.
    made = Environment(
        loader=FileSystemLoader(templates_folder()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        optimized=False,  # what it would work out beforehand takes longer than it saves
    )
    made.filters.update(
        aligned=aligned,
        broken=broken,
        counted=counted,
        limit=threshold_text,
        number=number,
        ordinal=ordinal,
        quoted=quoted,
        share=share,
    )
    return made


def filled(text: str) -> list[str]:
    """Return the lines of a text that hold something, blanks at their ends cut."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def broken(text: str) -> str:
    """Return lines as one paragraph that keeps its line ends: two blanks at the end of each but the last."""
    return "  \n".join(filled(text)) + "\n"


def quoted(text: str, level: str) -> str:
    """Return lines as an alert paragraph."""
    return "\n".join([f"> [!{level}]", *(f"> {line}" for line in broken(text).rstrip("\n").split("\n"))]) + "\n"


def aligned(text: str) -> str:
    """Return a table with its columns padded to one width; its second line tells which are set to the right."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in filled(text)]
    is_right = [cell.endswith(":") for cell in rows[1]]
    widths = [max(3, *(len(row[at]) for row in rows)) for at in range(len(is_right))]
    rows[1] = ["-" * (width - right) + ":" * right for width, right in zip(widths, is_right, strict=True)]
    return "\n".join(table_line(row, widths, is_right) for row in rows) + "\n"


def table_line(row: list[str], widths: list[int], is_right: list[bool]) -> str:
    """Return one line of a padded table."""
    cells = [
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(row, widths, is_right, strict=True)
    ]
    return f"| {' | '.join(cells)} |"
