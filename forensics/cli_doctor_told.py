"""What a check-up says: for people the mends first, then sources and lanes; the same for machines."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from forensics.analyse.wording import counted
from forensics.timeline import NANOS, duration_text, local_text, utc_text
from forensics.untrusted import clipped, safe_line

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from forensics.doctor.checkup import Checkup
    from forensics.doctor.lanes import JobLanes
    from forensics.doctor.lint import Lint, Mend
    from forensics.evidence.intake import SourceRead
    from forensics.evidence.result import Result

SCHEMA = "night-watch-doctor/1"
WIDTH = 96
LONGEST_NAME, LONGEST_LINE, LONGEST_LIST = 32, 600, 20_000
DAY = 86_400
SHOWN_REJECTS = 3
BEATS = {"beats": "heartbeats"}
Styled = tuple[str, str]


def show_told(checkup: Checkup) -> None:
    """Write a check-up to stdout, in colours where that is a terminal.

    Raises:
        OutputError: it cannot be written.
    """
    from forensics.cli_outputs import is_terminal, show_text

    if not is_terminal():
        show_text("".join(f"{text}\n" for text, _ in told(checkup)))
        return
    from rich.console import Console

    console = Console()
    for text, style in told(checkup):
        console.out(text, style=style or None, highlight=False)


def told(checkup: Checkup) -> Iterator[Styled]:
    """Yield a check-up as lines with a style each."""
    yield from head(checkup)
    if checkup.problems:
        yield from [("", ""), ("To mend", "bold")]
    for number, each in enumerate(checkup.problems, 1):
        yield from finding(f"{number}.", each)
    if checkup.remarks:
        yield from [("", ""), ("To know", "bold")]
    for each in checkup.remarks:
        yield from finding("-", each)
    yield from [("", ""), (f"Sources (times in {checkup.result.config.timezone.key})", "bold")]
    yield from ((line, "") for line in source_lines(checkup.result))
    if checkup.lanes:
        yield from [("", ""), ("Jobs: what shows them, and what could prove their runs", "bold")]
        yield from lane_lines(checkup.lanes)


def head(checkup: Checkup) -> Iterator[Styled]:
    """Yield what was looked at, and what it came to."""
    result = checkup.result
    zone, window = result.config.timezone, result.window
    begin, end = (local_text(at, zone) for at in (window.since, window.until))
    yield f"Night Watch doctor: {safe_line(result.config.file or 'no config')}", "bold"
    yield (
        f"Looked at {begin} to {end} {zone.key} ({duration_text((window.until - window.since) / NANOS)}): "
        f"{counted(len(result.evidence.sources), 'source')}, {counted(len(result.config.jobs), 'job')}, "
        f"{counted(result.summary.runs, 'run')}.",
        "",
    )
    if window.now - window.until > DAY * NANOS:
        yield f"What was read ends there, {counted(round((window.now - window.until) / NANOS / DAY), 'day')} ago.", ""
    problems, remarks = len(checkup.problems), len(checkup.remarks)
    what = f"{counted(problems, 'thing')} to mend" if problems else "Nothing to mend"
    also = f", {counted(remarks, 'remark')}" if remarks else ""
    yield f"{what}{also}.", "bold red" if problems else "bold green"


def finding(mark: str, each: Lint) -> Iterator[Styled]:
    """Yield one finding: what it is, what was seen, what follows, what to write."""
    yield "", ""
    yield from ((line, "bold") for line in wrapped(f"{mark:>3} {each.kind}: ", each.text))
    for seen in each.observed:
        yield from ((line, "") for line in wrapped("    Seen: ", seen))
    if each.inferred:
        yield from ((line, "") for line in wrapped("    ", each.inferred))
    for places, lines in alike(each.mends):
        yield from ((line, "") for line in wrapped("    Mend: ", f"in {', '.join(places)}:", LONGEST_LIST))
        yield from ((f"            {clipped(safe_line(line), LONGEST_LINE)}", "green") for line in lines)
    if each.todo:
        yield from ((line, "") for line in wrapped("    " if each.mends else "    Do:   ", each.todo))


def alike(mends: Sequence[Mend]) -> Iterator[tuple[list[str], tuple[str, ...]]]:
    """Yield the places of each lines, those of the same lines together; of jobs the first alone is called so."""
    places: dict[tuple[str, ...], list[str]] = {}
    for mend in mends:
        places.setdefault(mend.lines, []).append(mend.place)
    for lines, found in places.items():
        yield [found[0], *(place.removeprefix("[[job]] ") for place in found[1:])], lines


def wrapped(first: str, text: str, limit: int = LONGEST_LINE) -> list[str]:
    """Return a text behind its head, wrapped below itself."""
    safe = clipped(safe_line(text), limit)
    return textwrap.wrap(
        safe, WIDTH, initial_indent=first, subsequent_indent=" " * min(10, len(first)), break_on_hyphens=False
    )


def source_lines(result: Result) -> Iterator[str]:
    """Yield the sources as a table, and the first records of each that could not be read."""
    heads = ("Name", "Lanes", "Files", "Rows", "Rejected", "Covers", "Newest")
    yield from table(
        [heads, *(source_cells(source, result) for source in result.evidence.sources)], frozenset({0, 1, 5})
    )
    names = result.evidence.files["name"].tolist()
    for position, source in enumerate(result.evidence.sources):
        mine = result.evidence.rejects[(result.evidence.rejects["source"] == position).to_numpy()]
        for _, each in mine.head(SHOWN_REJECTS).iterrows():
            place = f"{str(names[int(each['file'])]).rsplit('/', 1)[-1]}:{int(each['record'])}"
            yield clipped(f"  rejected {safe_line(place)}: {safe_line(str(each['reason']))}", WIDTH)
        if source.rejected > SHOWN_REJECTS:
            yield f"  and {source.rejected - SHOWN_REJECTS:,} more of {safe_line(source.name)}"


def source_cells(source: SourceRead, result: Result) -> tuple[str, ...]:
    """Return one source's row."""
    zone = result.config.timezone
    lanes = [BEATS.get(lane, lane) for lane in dict.fromkeys((*source.lanes, *source.rows))]
    return (
        clipped(safe_line(source.name), LONGEST_NAME),
        ", ".join(lanes),
        f"{source.files:,}",
        f"{sum(source.rows.values()):,}",
        f"{source.rejected:,}",
        covers_text(source, zone),
        age_text(source, result.window.now),
    )


def covers_text(source: SourceRead, zone: ZoneInfo) -> str:
    """Return what a source covers, without the year."""
    if source.covers is None:
        return "no time"
    begin, end = ("" if at is None else local_text(at, zone)[5:].removesuffix(" 00:00") for at in source.covers)
    return f"{begin} to {end or 'now'}" if begin else f"up to {end or 'now'}"


def age_text(source: SourceRead, now: int) -> str:
    """Return how old the newest record is, in days where it is many."""
    if source.newest is None:
        return "nothing"
    seconds = max(0.0, (now - source.newest) / NANOS)
    return f"{duration_text(seconds) if seconds < 2 * DAY else f'{seconds / DAY:,.0f} d'} old"


def lane_lines(lanes: Sequence[JobLanes]) -> Iterator[Styled]:
    """Yield each job's lanes as a table; what could never be proven stands out."""
    rows = [("Job", "Triggers", "Runner", "Messages", "Files", "Proof by", "Provable"), *map(lane_cells, lanes)]
    styles = ["", *("yellow" if each.proof == "nothing" else "" for each in lanes)]
    yield from zip(table(rows, left=frozenset({0, 5, 6})), styles, strict=True)
    yield "  -: no source could show it", "dim"


def lane_cells(each: JobLanes) -> tuple[str, ...]:
    """Return one job's row."""
    name = safe_line(each.job) + (f" on {safe_line(each.host)}" if each.host else "")
    counts = [
        "-" if count is None else f"{count:,}" for count in (each.triggers, each.runner, each.messages, each.files)
    ]
    return (clipped(name, LONGEST_NAME), *counts, each.proof, f"{each.provable:,} of {each.runs:,} runs")


def table(rows: Sequence[Sequence[str]], left: frozenset[int]) -> Iterator[str]:
    """Yield rows with their columns set to one width; numbers to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for each in rows:
        cells = [cell.ljust(width) if at in left else cell.rjust(width)
                 for at, (cell, width) in enumerate(zip(each, widths, strict=True))]  # fmt: skip
        yield f"  {'  '.join(cells)}".rstrip()


def numbers(checkup: Checkup, code: int) -> str:
    """Return a check-up for machines."""
    result = checkup.result
    told = {
        "schema": SCHEMA,
        "now": utc_text(result.window.now),
        "window": {"since": utc_text(result.window.since), "until": utc_text(result.window.until)},
        "timezone": result.config.timezone.key,
        "exit": {"code": code},
        "problems": [lint_numbers(each) for each in checkup.problems],
        "remarks": [lint_numbers(each) for each in checkup.remarks],
        "sources": [source_numbers(each) for each in result.evidence.sources],
        "jobs": [vars_of(each) for each in checkup.lanes],
    }
    return json.dumps(told, indent=2, ensure_ascii=True, allow_nan=False, default=str) + "\n"


def lint_numbers(each: Lint) -> dict[str, object]:
    """Return one finding for machines; its texts hold no secret."""
    return {
        "kind": each.kind,
        "jobs": list(each.jobs),
        "text": safe_line(each.text),
        "observed": [safe_line(seen) for seen in each.observed],
        "inferred": safe_line(each.inferred),
        "todo": safe_line(each.todo),
        "mends": [
            {"section": mend.section, "name": mend.name, "host": mend.host, "number": mend.number,
             "lines": [safe_line(line) for line in mend.lines]}
            for mend in each.mends
        ],
        "detail": safe(each.detail),
    }  # fmt: skip


def safe(value: object) -> object:
    """Return plain values with every text in them made safe."""
    match value:
        case str():
            return safe_line(value)
        case dict():
            return {str(key): safe(each) for key, each in value.items()}
        case list() | tuple():
            return [safe(each) for each in value]
    return value


def source_numbers(source: SourceRead) -> dict[str, object]:
    """Return one source for machines."""
    begin, end = source.covers or (None, None)
    return {
        "name": safe_line(source.name),
        "kind": source.kind,
        "lanes": list(source.lanes),
        "files": source.files,
        "records": source.records,
        "rows": dict(source.rows),
        "rejected": source.rejected,
        "covers": None if source.covers is None else [None if at is None else utc_text(at) for at in (begin, end)],
        "newest": None if source.newest is None else utc_text(source.newest),
        "hosts": sorted(safe_line(host) for host in source.hosts),
        "faults": [safe_line(fault) for fault in source.faults],
    }


def vars_of(each: JobLanes) -> dict[str, object]:
    """Return one job's lanes for machines."""
    return {"job": each.job, "host": each.host, "runs": each.runs, "triggers": each.triggers, "runner": each.runner,
            "messages": each.messages, "files": each.files, "proof": each.proof, "provable": each.provable}  # fmt: skip
