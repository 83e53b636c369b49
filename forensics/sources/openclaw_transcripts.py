"""Reads OpenClaw's session transcripts: one file for each session, a line for each message, appended as it happens.

Written by its agent runner into ``agents/<agent>/sessions/<session id>.jsonl``. The first message of a scheduled run
begins ``[cron:<job id> <name>]``; an event for the main session stands in a message there. A turn that called tools
which answered without an error did work; a text alone may only say so. Transcripts of scheduled runs are removed after
a day: that there is none proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forensics.sources.openclaw_book import Page
from forensics.sources.openclaw_values import Object, an_object, parsed, stamp, text
from forensics.sources.opening import LINE_LIMIT, EvidenceFile
from forensics.sources.paths import shown

UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
NAMED = re.compile(UUID + r"\.jsonl(?:\.(?:deleted|reset)\.[^/]+)?(?:\.zst)?")
PREFIX = re.compile(r"\[cron:([^\s\]]{1,128})(?: ([^\]]{0,200}))?\]")
# Before these a line's kind stands, so that what is long and does not matter is not read.
KIND = re.compile(rb'^\s*\{\s*"type"\s*:\s*"(\w+)"')
TIME = re.compile(rb'"timestamp"\s*:\s*"([^"]{10,40})"')
LEAST_WANTED = 8

NOT_OURS = "a turn of a session that no schedule asked for"
STEP = "a step of a run"
SETTING = "a setting of a session"
UNKNOWN = "a line of a kind that is not known"
BLANK = "blank line"


@dataclass
class Turn:
    """What one request to a session came to; ``job`` is an id, ``first`` and ``last`` are times in ns.

    ``calls`` and ``worked`` count the tools that were called, and those that answered without an error.
    """

    page: Page
    record: int
    session: str
    job: str
    name: str = ""
    is_main: bool = False
    first: int | None = None
    time_text: str = ""
    last: int | None = None
    last_record: int = 0
    last_text: str = ""
    calls: int = 0
    worked: int = 0
    answers: int = 0
    stop: str = ""
    ends: str = ""
    said: str = ""
    open_calls: set[str] = field(default_factory=set)

    @property
    def is_over(self) -> bool:
        """Return whether the agent came to an end of its own."""
        return self.ends == "assistant" and self.stop in ("stop", "length", "endTurn", "end_turn")


@dataclass(frozen=True)
class Known:
    """What a reader of transcripts must know: jobs by session id, and what the jobs of main sessions ask for, by id."""

    by_session: Mapping[str, str]
    wanted: Mapping[str, str]
    now: int

    def asked_in(self, message: str) -> str:
        """Return the job whose event stands in a message of a main session, empty where none does."""
        plain = " ".join(message.split())
        return max(
            (job for job, asked in self.wanted.items() if len(asked) >= LEAST_WANTED and asked in plain),
            key=lambda job: len(self.wanted[job]),
            default="",
        )


def read_transcript(path: Path, known: Known, turns: list[Turn]) -> Page:
    """Return the account of a transcript, and add what it tells to the turns."""
    evidence, page = EvidenceFile(path), Page(shown(str(path)))
    reading = Reading(page, path.name.partition(".")[0], known)
    try:
        for number, line in evidence.lines():
            reading.take(number, line)
        reading.close(evidence.ends_open)
    except OSError as error:
        page.fault = f"cannot be opened: {error.strerror or error}"
    page.sha256, page.modified, page.fault = evidence.sha256, evidence.modified, page.fault or evidence.fault
    turns += reading.turns
    return page


class Reading:
    """One transcript being read, line by line; a line that opens a turn becomes a row later, all others are steps."""

    def __init__(self, page: Page, session: str, known: Known) -> None:
        self.page = page
        self.session = self.session_key = session
        self.known = known
        self.turns: list[Turn] = []
        self._turn: Turn | None = None
        self._header: tuple[int, str] | None = None
        self._job = known.by_session.get(session, "")
        self._unread: tuple[int, bytes] | None = None

    def take(self, number: int, line: bytes) -> None:
        """Read one line; a broken one is only known to be the last when the next one comes."""
        self._flush()
        if not line.strip():
            self.page.skip(BLANK)
            return
        kind = KIND.match(line)
        if kind is not None and kind[1] != b"message" and kind[1] != b"session":
            self._time(number, line)
            self.page.skip(SETTING)
            return
        found = an_object(parsed(line)) if len(line) < LINE_LIMIT else overlong(line)
        if not found:
            self._unread = number, line
            return
        self._line(number, found)

    def close(self, ends_open: bool) -> None:
        """Account for what is left at the end of the file."""
        self._flush("incomplete last line" if ends_open else "")
        if self._header is not None and not self.turns and self._job:
            self._open(*self._header, self._job, "", is_main=False)
        self._drop_header()

    def _drop_header(self) -> None:
        if self._header is not None:
            self.page.skip(SETTING)
            self._header = None

    def _flush(self, reason: str = "") -> None:
        if self._unread is not None:
            number, line = self._unread
            self.page.reject(number, reason or "not a JSON object", line[:300].decode("utf-8", "backslashreplace"))
            self._unread = None

    def _line(self, number: int, found: Object) -> None:
        written = text(found.get("timestamp"))
        if found.get("type") == "session":
            self._drop_header()
            self.session = text(found.get("id")) or self.session
            self._job = self._job or self.known.by_session.get(self.session, "")
            self._header = number, written
            return
        if found.get("type") != "message":
            self.page.skip(UNKNOWN)
            return
        message = an_object(found.get("message"))
        self.page.saw(stamp(written), self.known.now)
        if message.get("role") == "user":
            self._request(number, written, body(message))
        elif self._turn is None:
            self.page.skip(NOT_OURS)
        else:
            self._step(number, written, message)

    def _request(self, number: int, written: str, asked: str) -> None:
        named = PREFIX.match(asked[:400].lstrip())
        if named is not None:
            self._open(number, written, named[1], named[2] or "", is_main=False)
        elif self._job and not self.turns:
            self._open(number, written, self._job, "", is_main=False)
        elif self._job:
            self._step(number, written, {"role": "user"})
        else:
            job = self.known.asked_in(asked)
            self._turn = None
            if job:
                self._open(number, written, job, "", is_main=True)
            else:
                self.page.skip(NOT_OURS)

    def _open(self, number: int, written: str, job: str, name: str, is_main: bool) -> None:
        header, self._header = self._header, None if self._header and self._header[0] == number else self._header
        self._drop_header()
        if header is not None and not self.turns and not is_main:
            written = header[1] or written
        first = stamp(written)
        if first is None:
            self.page.reject(number, "its timestamp is no time", written)
            return
        self._turn = Turn(self.page, number, self.session, job, name, is_main, first, written, first, number, written)
        self.turns.append(self._turn)

    def _time(self, number: int, line: bytes) -> None:
        found = TIME.search(line[:400])
        if found is not None:
            self.page.saw(stamp(found[1].decode("ascii", "replace")), self.known.now)

    def _step(self, number: int, written: str, message: Object) -> None:
        turn = self._turn
        if turn is None:
            self.page.skip(NOT_OURS)
            return
        turn.last, turn.last_text, turn.last_record = stamp(written) or turn.last, written, number
        match message.get("role"):
            case "assistant":
                answered(turn, message)
            case "toolResult":
                returned(turn, message)
            case _:
                turn.ends = "user"
        self.page.skip(STEP)


def answered(turn: Turn, message: Object) -> None:
    """Take what the model said into its turn."""
    turn.answers += 1
    turn.ends, turn.stop = "assistant", text(message.get("stopReason"))
    for block in blocks(message):
        if block.get("type") == "toolCall":
            turn.calls += 1
            turn.open_calls.add(text(block.get("id")))
        elif block.get("type") == "text":
            turn.said = text(block.get("text"))[:300]


def returned(turn: Turn, message: Object) -> None:
    """Take what a tool gave back into its turn: only the answer to a call, and one without an error, is work."""
    turn.ends = "toolResult"
    called = text(message.get("toolCallId"))
    if called in turn.open_calls:
        turn.open_calls.discard(called)
        turn.worked += message.get("isError") is False or "isError" not in message


def blocks(message: Object) -> Sequence[Object]:
    """Return the parts of a message."""
    content = message.get("content")
    return [each for each in content if isinstance(each, dict)] if isinstance(content, list) else []


def body(message: Object) -> str:
    """Return the text of a message."""
    content = message.get("content")
    return text(content) if isinstance(content, str) else "\n".join(text(each.get("text")) for each in blocks(message))


def overlong(line: bytes) -> Object:
    """Return what the beginning of a line tells that is too long to be read; how a tool fared in it is not known."""
    written, role = TIME.search(line[:400]), re.search(rb'"role"\s*:\s*"(\w+)"', line[:1000])
    if written is None or role is None:
        return {}
    message: dict[str, object] = {"role": role[1].decode(), "isError": None}
    if role[1] == b"user":
        start = line[:4000].decode("utf-8", "replace")
        message["content"] = start[start.find('"content"') :]
    stop = "toolUse" if b'"toolCall"' in line else ""
    return {
        "type": "message",
        "timestamp": written[1].decode("ascii", "replace"),
        "message": message | {"stopReason": stop},
    }
