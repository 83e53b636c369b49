"""The report as a page: one file that loads nothing, runs nothing, and reads well on paper, a phone and a wide screen.

Its policy lets it use its own style and nothing else. Everything that is placed is escaped by the templates; what
stands as markup was made by ``page_prose`` out of escaped text, or is a drawing of our own.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from forensics.evidence.result import Result
from forensics.report.page_charts import figures
from forensics.report.page_marks import mark
from forensics.report.page_prose import inline, line, plain, prose, with_instants
from forensics.report.page_view import page
from forensics.report.templates import templates_folder
from forensics.report.wording import counted, number, ordinal, percent, share, threshold_text

STYLE = "style.css"


def report_html(result: Result) -> bytes:
    """Return the whole report as one HTML file."""
    shown = page(result)
    text = rendered("report.html.jinja", page=shown, figures=figures(result))
    return with_instants(text, shown.instants).encode("utf-8", "backslashreplace")


def rendered(name: str, **values: object) -> str:
    """Return a page with our style in it."""
    return environment().get_template(name).render(style=style(), policy=policy(), **values)


@cache
def style() -> Markup:
    """Return the style of every page."""
    return Markup((templates_folder() / STYLE).read_text(encoding="utf-8"))


@cache
def policy() -> str:
    """Return what a page may do: use its own style, known by its hash, and nothing else."""
    known = b64encode(sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{known}'; base-uri 'none'; form-action 'none'"


@cache
def environment() -> Environment:
    """Return the environment of the pages: all that is placed is escaped, and a misspelt name is an error."""
    made = Environment(
        loader=FileSystemLoader(templates_folder()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    made.filters.update(
        counted=counted,
        inline=inline,
        limit=threshold_text,
        line=line,
        number=number,
        ordinal=ordinal,
        percent=percent,
        plain=plain,
        prose=prose,
        share=share,
    )
    made.globals["mark"] = mark
    return made
