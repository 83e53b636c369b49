"""What nobody could see: a lane that was silent for all jobs for a time, and sources that end before the runs do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forensics.evidence.result import Finding, Result
from forensics.report.view_pen import Pen
from forensics.report.wording import counted
from forensics.timeline import any_instant
from forensics.verdicts import Lane

# By lane what did not come, and how its runs were done all the same.
MISSING = {
    Lane.NOTIFICATIONS.value: ("No message came", "done unseen"),
    Lane.ARTIFACTS.value: ("No file was written", "said to be done"),
}


@dataclass(frozen=True)
class Outage:
    """The longest silence of a lane: ``head`` says what did not come and when, ``runs`` who was not seen by it.

    ``number`` is that of the finding on it, ``todo`` what that asks for.
    """

    head: str
    runs: str
    todo: str
    number: int


def outage(result: Result, pen: Pen) -> Outage | None:
    """Return the longest silence of a lane, by the runs that it concerns; None where none was silent."""
    found = list(silences(result))
    if not found:
        return None
    number, finding = max(found, key=lambda each: (int(each[1].detail.get("runs", 0)), -each[0]))
    missing, done = MISSING[str(finding.detail["lane"])]
    begin, end = (any_instant(str(finding.detail[name]), result.config.timezone) for name in ("since", "until"))
    first, last = pen.full(begin), pen.full(end)
    runs, jobs = int(finding.detail.get("runs", 0)), int(finding.detail.get("jobs", 0))
    again = f", and {counted(len(found) - 1, 'more time')}" if len(found) > 1 else ""
    last = last[11:] if first[:10] == last[:10] else last.removeprefix(first[:5])
    return Outage(
        head=f"{missing} from {first} to {last}{again}",
        runs=f"{counted(runs, 'run')} of {counted(jobs, 'job')} {'was' if runs == 1 else 'were'} {done}",
        todo=finding.todo,
        number=number,
    )


def silences(result: Result) -> Iterator[tuple[int, Finding]]:
    """Yield the findings on lanes that were silent for all jobs, with their numbers."""
    for number, finding in enumerate(result.findings, 1):
        is_dated = "since" in finding.detail and "until" in finding.detail
        if finding.kind == "lane_outage" and is_dated and finding.detail.get("lane") in MISSING:
            yield number, finding


def ended_source(result: Result, pen: Pen) -> str | None:
    """Return which source ends before the runs do, and when: the one that ends first; None where none does."""
    ends = [
        (blocker.since, blocker.about)
        for blocker in result.blockers
        if blocker.kind == "source" and blocker.since is not None and blocker.about
    ]
    if not ends:
        return None
    at, name = min(ends)
    return f"{pen.names.code(pen.near(name))} ends {pen.full(at)}"
