"""What the page writes with: names and sentences as in the Markdown, and instants that keep their UTC for machines.

A time of day is told as its text between control signs. No text out of evidence can hold these, because whatever is
unseen in it was made visible before. A full date stays as it is, because sentences are measured and cut: the pen
remembers for which instant it stands. ``page_prose`` turns both into ``<time datetime>``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from forensics.evidence.result import Result
from forensics.report.view_pen import Pen, pen_for
from forensics.timeline import utc_text

BEGIN, MIDDLE, END = "\x01", "\x02", "\x03"
TIMED = re.compile(f"{BEGIN}([^{BEGIN}-{END}]*){MIDDLE}([^{BEGIN}-{END}]*){END}")


@dataclass(frozen=True)
class PagePen(Pen):
    """Writes for a page: as any pen does, and with the UTC of each instant beside its text.

    ``instants`` holds the dates that were written out, each with its instant, None where one text stands for two.
    """

    instants: dict[str, int | None] = field(default_factory=dict)

    def time(self, at: int, seconds: bool = False) -> str:
        """Return an instant on the report's clock, with as much of its date as is needed to tell it."""
        return timed(at, super().time(at, seconds))

    def full(self, at: int) -> str:
        """Return an instant with its date."""
        text = super().full(at)
        self.instants[text] = at if self.instants.get(text, at) == at else None
        return text

    def sentence(self, text: str) -> str:
        """Return a sentence that may quote evidence; instants in it are plain text."""
        return super().sentence(untimed(text))


def page_pen(result: Result) -> PagePen:
    """Return a pen for the page of a report."""
    pen = pen_for(result, ascii_only=False)
    return PagePen(pen.zone, pen.day, pen.year, pen.folder)


def timed(at: int, text: str) -> str:
    """Return the text of an instant together with its UTC."""
    return f"{BEGIN}{utc_text(at)}{MIDDLE}{text}{END}"


def untimed(text: str) -> str:
    """Return a text with its instants as plain text."""
    return TIMED.sub(r"\2", text)
