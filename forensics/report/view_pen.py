"""What every section of the report writes with: names, the clock, and the marks of a verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from forensics.config import Config
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.timeline import NANOS, local_text
from forensics.untrusted import Names
from forensics.verdicts import Claim, Verdict

LONG_WINDOW = 36 * 3600 * NANOS
UTF8, ASCII = 0, 1
WORK = {
    Verdict.FALSE_SUCCESS: "✗-",
    Verdict.SILENT_FAILURE: "✗-",
    Verdict.MISSED: "∅0",
    Verdict.INTERRUPTED: "~~",
    Verdict.FAILED: "✗-",
    Verdict.UNVERIFIABLE: "??",
    Verdict.FALSE_ALARM: "✓+",
    Verdict.UNREPORTED: "✓+",
    Verdict.PENDING: "⋯_",
    Verdict.SKIPPED: "»>",
    Verdict.CONFIRMED: "✓+",
}
SAID = {Claim.SUCCESS: "✓+", Claim.FAILURE: "✗-"}
SAID_NOTHING = "-."
CANNOT_TELL = "??"
WORK_WORDS = {
    "✗": "not proven",
    "✓": "proven",
    "~": "began only",
    "?": "cannot tell",
    "∅": "never started",
    "»": "left out",
    "⋯": "too early",
}
SAID_WORDS = {"✓": "success", "✗": "failure", "-": "nothing"}


@dataclass(frozen=True)
class Pen:
    """Writes what comes out of evidence, and remembers the names that must be written out below.

    ``day`` is the local date that times need not repeat, empty where the report is about several. Paths
    below ``folder``, in which the config lies, are told relative to it, as the config tells them.
    """

    zone: ZoneInfo
    day: str
    year: str
    folder: str = ""
    ascii_only: bool = False
    names: Names = field(default_factory=Names)

    def time(self, at: int, seconds: bool = False) -> str:
        """Return an instant on the report's clock, with as much of its date as is needed to tell it."""
        text = local_text(at, self.zone, seconds)
        if text.startswith(self.day) and self.day:
            return text[11:]
        return text[5:] if text.startswith(self.year) else text

    def full(self, at: int) -> str:
        """Return an instant with its date."""
        return local_text(at, self.zone)

    def near(self, text: str) -> str:
        """Return a path, or a sentence that holds some, without the config's own folder."""
        return text.replace(self.folder, "") if self.folder else text

    def sentence(self, text: str) -> str:
        """Return a sentence that may quote evidence."""
        return self.names.sentence(self.near(text))

    def job(self, name: str, host: str | None) -> str:
        """Return a job for a table cell, with its host where that is known."""
        return self.names.plain(name) + (f" on {self.names.plain(host)}" if host else "")

    def job_code(self, name: str, host: str | None = None) -> str:
        """Return a job for a sentence."""
        return self.names.code(name) + (f" on {self.names.code(host)}" if host else "")

    def marks(self, verdict: str, claim: str | None, is_unproven: bool = False) -> str:
        """Return the two marks of a run: first the work, then the message."""
        work = CANNOT_TELL if is_unproven else WORK[Verdict(verdict)]
        said = SAID.get(claim, SAID_NOTHING) if claim else SAID_NOTHING  # type: ignore[call-overload]
        return work[self.ascii_only] + said[self.ascii_only]

    def legend(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Return the marks for the work and those for the message, each with its words."""
        work = {signs[0]: signs[self.ascii_only] for signs in WORK.values()}
        said = {signs[0]: signs[self.ascii_only] for signs in (*SAID.values(), SAID_NOTHING)}
        return [(work[sign], word) for sign, word in WORK_WORDS.items()], [
            (said[sign], word) for sign, word in SAID_WORDS.items()
        ]


def pen_for(result: Result, ascii_only: bool) -> Pen:
    """Return a pen for a report's window."""
    zone, window = result.config.timezone, result.window
    day = local_text(window.since, zone)[:10]
    return Pen(zone, "" if is_long(result) else day, day[:5], config_folder(result.config), ascii_only)


def config_folder(config: Config) -> str:
    """Return the folder of a config's file with a slash at its end, empty where there is none."""
    return config.file.rpartition("/")[0] + "/" if config.file and config.file.count("/") > 1 else ""


def is_long(result: Result) -> bool:
    """Return whether the report is about more than a night."""
    return result.window.until - result.window.since > LONG_WINDOW


def days_text(result: Result) -> str:
    """Return the date on which the window begins, or the first and the last one of a long window."""
    return " to ".join(days_of(result.window, result.config.timezone))


def days_of(window: Window, zone: ZoneInfo) -> tuple[str, ...]:
    """Return the date on which a window begins, and the one on which it ends where it is long."""
    first, last = local_text(window.since, zone)[:10], local_text(max(window.since, window.until - 1), zone)[:10]
    return (first, last) if window.until - window.since > LONG_WINDOW else (first,)


def window_text(result: Result) -> str:
    """Return the window on the report's clock; the midnight that ends a day is 24:00."""
    zone, window = result.config.timezone, result.window
    begin, end = local_text(window.since, zone), local_text(window.until, zone)
    last = local_text(max(window.since, window.until - 1), zone)[:10]
    if end.endswith("00:00") and begin[:10] == last:
        return f"{begin} to 24:00"
    return f"{begin} to {end[11:] if begin[:10] == end[:10] else end}"
