"""The timeline of an incident: its lines as people read them, and all of it for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from forensics.evidence.investigation import Moment
from forensics.evidence.result import Result
from forensics.report.machine import ENCODER
from forensics.report.machine_tables import cell
from forensics.report.machine_values import clean
from forensics.report.view_pen import Pen, config_folder, pen_for
from forensics.timeline import local_text, utc_text
from forensics.untrusted import clipped, fence, safe_line

SHOWN_FIRST, SHOWN_LAST = 24, 12
LONGEST, LONGEST_NAME = 90, 32
LANE_WORDS = {"notifications": "message", "artifacts": "file", "triggers": "trigger", "lifecycle": "runner"}
FIELDS = ("datetime", "lane", "job", "host", "text", "run", "source", "file", "record")


@dataclass(frozen=True)
class Timeline:
    """The beginning and the end of an incident's timeline, each in a fence; ``left`` lines stand between them."""

    count: int
    first: str
    left: int
    last: str


def timeline_view(moments: Sequence[Moment], pen: Pen) -> Timeline:
    """Return the first and the last lines of a timeline."""
    lines = list(aligned(moments, pen)) if len(moments) <= SHOWN_FIRST + SHOWN_LAST else []
    if lines or not moments:
        return Timeline(len(moments), fence("\n".join(lines)) if lines else "", 0, "")
    shown = list(aligned([*moments[:SHOWN_FIRST], *moments[-SHOWN_LAST:]], pen))
    left = len(moments) - len(shown)
    return Timeline(len(moments), fence("\n".join(shown[:SHOWN_FIRST])), left, fence("\n".join(shown[SHOWN_FIRST:])))


def aligned(moments: Sequence[Moment], pen: Pen) -> Iterator[str]:
    """Yield moments as lines: local time, lane, job, what happened, where it stands."""
    jobs = [clipped(safe_line(job_text(each)), LONGEST_NAME) for each in moments]
    width = max(map(len, jobs), default=0)
    for each, job in zip(moments, jobs, strict=True):
        text = clipped(safe_line(pen.near(" / ".join(each.text.split("\n")))), LONGEST)
        lane = LANE_WORDS.get(each.lane, each.lane)
        where = place_text(each)
        yield f"{local_text(each.at, pen.zone, True)}  {lane:<7}  {job:<{width}}  {text}{where}".rstrip()


def job_text(moment: Moment) -> str:
    """Return whom a moment is about: its job, else its host."""
    return moment.job or moment.host or ""


def place_text(moment: Moment) -> str:
    """Return where a moment's row stands, in brackets."""
    if moment.file is None:
        return ""
    name = moment.file.replace("\\", "/").rsplit("/", 1)[-1]
    return f"  ({clipped(safe_line(name), LONGEST_NAME)}:{moment.record})"


def timeline_text(moments: Sequence[Moment], result: Result) -> str:
    """Return a whole timeline as lines of text."""
    return "".join(f"{line}\n" for line in aligned(moments, pen_for(result, ascii_only=False)))


def timeline_json(moments: Iterable[Moment], result: Result) -> bytes:
    """Return a timeline as JSON lines in ASCII, with the fields of ``FIELDS``; times in UTC, every text redacted."""
    return "".join(f"{ENCODER.encode(each)}\n" for each in plain_moments(moments, result)).encode("ascii")


def timeline_csv(moments: Iterable[Moment], result: Result) -> bytes:
    """Return a timeline as CSV with the columns of ``FIELDS``; no cell can begin a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    for each in plain_moments(moments, result):
        writer.writerow([cell(value) if isinstance(value, str) else value for value in each.values()])
    return out.getvalue().encode()


def plain_moments(moments: Iterable[Moment], result: Result) -> Iterator[dict[str, Any]]:
    """Yield moments as plain values."""
    folder = config_folder(result.config)
    for each in moments:
        values = asdict(each)
        values["file"] = each.file.replace(folder, "") if each.file and folder else each.file
        values["source"] = each.source.replace(folder, "") if each.source and folder else each.source
        texts = {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}
        yield {"datetime": utc_text(each.at)} | {name: texts[name] for name in FIELDS[1:]}
