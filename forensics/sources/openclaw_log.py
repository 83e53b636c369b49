"""Reads the gateway's log of OpenClaw: one object a line, as its logger ``tslog`` writes it.

Written into ``/tmp/openclaw/openclaw-YYYY-MM-DD.log``, where dated files are deleted after a day. Of a run that starts
or goes well it says nothing, so that its silence proves nothing. It tells when the gateway booted, which upgrades
changed its code, and which runs a restart cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from forensics.evidence.records import Happening
from forensics.sources.generic_json import json_object
from forensics.sources.listing import BLANK, INCOMPLETE, OVERLONG
from forensics.sources.openclaw_alive import Signs
from forensics.sources.openclaw_book import Page
from forensics.sources.openclaw_happenings import CODE, GATEWAY, RESTART, UPGRADE
from forensics.sources.openclaw_told import Origin, Told
from forensics.sources.openclaw_values import Object, Strange, an_object, parsed, required_moment, stamp, text
from forensics.sources.opening import LINE_LIMIT, EvidenceFile, head
from forensics.sources.paths import shown

BOOTED = "cron: started"
CLEARED = ("cron: clearing stale running marker", "cron: marking interrupted running job")
# What the gateway says when a signal ends it, or has it start anew.
STOPS = re.compile(r"received SIG[A-Z0-9]+; (?:shutting down|restarting)")
FAILED = ("cron: job failed", "cron: job run returned error status")
# The code of the gateway: a name, and what changes with its content.
BUNDLE = re.compile(r"^([\w.-]+)-[\w-]{6,12}\.(?:js|mjs|cjs)$")
NOT_ABOUT_RUNS = "not about a run"
SCHEDULER = "about the scheduler, not a run"
TOLD_ELSEWHERE = "the gateway's word on a run that the run log tells of"
HEAD = 1 << 16


def is_log(path: Path) -> bool:
    """Return whether the first line of a file is one that the gateway's logger writes."""
    line, _, _ = head(path, HEAD).partition(b"\n")
    found = an_object(parsed(line)) if line.startswith(b"{") and b'"_meta"' in line else {}
    return "logLevelId" in an_object(found.get("_meta")) and any(key in found for key in ("0", "1", "message"))


class LogReading:
    """The logs of one gateway: the runs that they say were cut off, and what happened to it."""

    def __init__(self, now: int) -> None:
        self.told: list[Told] = []
        self.happened: list[Happening] = []
        self.signs = Signs()
        self.stops: list[int] = []
        self._now = now
        self._bundles: dict[str, str] = {}

    def read(self, path: Path) -> Page:
        """Return the account of one log; a run that it tells of becomes a row later."""
        evidence, page = EvidenceFile(path), Page(shown(str(path)))
        try:
            for number, line in evidence.lines():
                self._take(page, number, line, evidence)
        except OSError as error:
            page.fault = f"cannot be opened: {error.strerror or error}"
        page.sha256, page.modified, page.fault = evidence.sha256, evidence.modified, page.fault or evidence.fault
        return page

    def _take(self, page: Page, number: int, line: bytes, evidence: EvidenceFile) -> None:
        if not line.strip():
            page.skip(BLANK)
            return
        try:
            self._line(page, number, json_object(line))
        except Strange as error:
            page.reject(number, str(error))
        except (ValueError, RecursionError):
            why = INCOMPLETE if evidence.ends_open else OVERLONG if len(line) >= LINE_LIMIT else "not a JSON object"
            page.reject(number, why, line[:300].decode("utf-8", "backslashreplace"))

    def _line(self, page: Page, number: int, found: Object) -> None:
        at = stamp(found.get("time")) or stamp(an_object(found.get("_meta")).get("date"))
        page.saw(at, self._now)
        if at is not None:
            self.signs.note(at)
        message, detail = spoken(found)
        if at is not None and STOPS.match(message):
            self.stops.append(at)
        if message.startswith("cron: ") and at is not None:
            self._happened(page, number, at, message, found)
        if message.startswith(BOOTED):
            page.skip(SCHEDULER)
        elif message.startswith(CLEARED) and detail.get("runningAtMs") is not None:
            self.told.append(cut_off(page, number, detail, at, message))
        elif message.startswith(FAILED):
            page.skip(TOLD_ELSEWHERE)
        else:
            page.skip(SCHEDULER if message.startswith(("cron: ", "cron-reaper: ")) else NOT_ABOUT_RUNS)

    def _happened(self, page: Page, number: int, at: int, message: str, found: Object) -> None:
        """Note a boot, and an upgrade where another bundle of code is at work; its version no line tells."""
        if message.startswith(BOOTED):
            self.happened.append(Happening(at, RESTART, GATEWAY, page.file, number))
        bundle = BUNDLE.match(text(an_object(an_object(found.get("_meta")).get("path")).get("fileName")))
        if bundle is None:
            return
        known = self._bundles.setdefault(bundle[1], bundle[0])
        if bundle[0] != known:
            self._bundles = {bundle[1]: bundle[0]}  # with one bundle all have changed
            self.happened.append(Happening(at, UPGRADE, f"{CODE}{bundle[0]}", page.file, number))


def spoken(found: Object) -> tuple[str, Object]:
    """Return the message of a line, and the details that stand with it."""
    parts = [found[key] for key in ("0", "1", "2", "3") if key in found]
    texts = [part for part in parts if isinstance(part, str) and not part.startswith("{")]
    detail = next((an_object(part) for part in parts if isinstance(part, dict)), {})
    return (texts[-1] if texts else text(found.get("message"))), detail


def cut_off(page: Page, number: int, detail: Object, at: int | None, message: str) -> Told:
    """Return a run that was still marked as running when the gateway booted.

    Raises:
        Strange: it names no job, or no time.
    """
    job = text(detail.get("jobId"))
    if not job:
        raise Strange("it names no job")
    start = required_moment(detail["runningAtMs"], "runningAtMs")
    return Told(
        page, number, Origin.MARKER, job, start, str(detail["runningAtMs"]), "interrupted", message, at,
        attributes={"interruptedBy": "gateway restart"},
    )  # fmt: skip


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Return logs by their names, which hold their dates; a rotated part comes before the one it was cut from."""
    return sorted(paths, key=lambda path: (re.sub(r"\.\d+(?=\.log)", "", path.name), -rotation(path.name)))


def rotation(name: str) -> int:
    """Return the number of a rotated log, 0 for the one that is written to."""
    found = re.search(r"\.(\d{1,3})\.log", name)
    return int(found[1]) if found else 0
