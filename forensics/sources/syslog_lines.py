"""The words after a syslog stamp: who says what, and whether it is about a scheduled job.

Wordings: Debian's, Red Hat's (cronie), FreeBSD's and NetBSD's cron, busybox's and Dillon's crond, fcron,
anacron(8), cronie's run-parts, and Synology's synocrond. A message is read once and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from forensics.sources.memo import Memo
from forensics.sources.syslog_stamps import Form

NOT_ABOUT_JOBS = "not about a scheduled job"
REMARK = "cron's own remarks"
MEMORY = 20_000

CRON_COMMAND = re.compile(rb"\s*\([^()]*\) (CMD START|CMD FINISH|CMDEND|CMD|END) \((?:\[\d+\] )?(.*)", re.DOTALL)
OWN_PROCESS = re.compile(rb"\(\[(\d+)\] \Z")
CRON_SAID_ALL = re.compile(rb"\s*\([^()]*\) [^()]+ \(.*\)\s*", re.DOTALL)
CRON_FAILURE = re.compile(rb"\s*\(CRON\) error \(grandchild #(\d+) failed with (exit status|signal) (\d+)")
BUSYBOX_COMMAND = re.compile(rb"\s*(?:crond: )?USER \S+ pid +\d+ cmd (.*)", re.DOTALL)
DILLON_COMMAND = re.compile(rb"\s*FILE \S+ USER \S+ PID +\d+ (?:job (\S+)|cmd (.*))", re.DOTALL)
FCRON_START = re.compile(rb"\s*Job '?(.+?)'? started for user \S+ \(pid \d+\)\s*", re.DOTALL)
FCRON_END = re.compile(
    rb"\s*Job '?(.+?)'? (?:completed|terminated)(?: \(exit status: (\d+)\)| due to signal (\d+))?(?: \(.*)?\s*",
    re.DOTALL,
)
ANACRON_JOB = re.compile(
    rb"\s*(?:Job )?[`'](.+)' (started|terminated)(?: \(exit status: (\d+)\)| due to signal (\d+))?", re.DOTALL
)
RUN_PART = re.compile(rb"\s*(?:\([^()]*\) )?(starting|finished) (\S+)\s*")
SYNOLOGY_JOB = re.compile(rb"job: (\S+) with command: (.*) as user \S+\s*", re.DOTALL)
DATED = re.compile(rb"(?:Anacron (?:\d\S* )?started on |setting system clock to )(\d{4})-(\d\d)-(\d\d)")
OF_JOURNALCTL = re.compile(rb"-- (?:Logs begin|Journal begins|Boot [0-9a-f]{32}|Reboot|No entries)\b")
JOURNAL_ENDS = re.compile(rb"-- (?:Logs begin|Journal begins) at .*\bends? at [A-Z][a-z][a-z] (\d{4})-(\d\d)-(\d\d)")
STRUCTURED = re.compile(rb'(?:-|(?:\[(?:[^\]\\"]|"(?:[^"\\]|\\.)*+"|\\.)*+\])++) ?', re.DOTALL)
# What busybox, OpenWrt, FreeBSD's `syslogd -v` and ESXi write beside the host: facility and severity of the line.
PRIORITY = re.compile(
    rb"<?(?:(?:kern|user|mail|daemon|auth|authpriv|syslog|lpr|news|uucp|cron|ftp|security|console|local\d|\d+)"
    rb"\.(?:emerg|alert|crit|err|error|warn|warning|notice|info|debug|\d)>?|(?:Em|Al|Cr|Er|Wa|No|In|Db)\(\d+\))"
)
NO_PARTS = [b""] * 4
UTF8_MARK = b"\xef\xbb\xbf"


class Anatomy(NamedTuple):
    """The parts of a line after its stamp."""

    host: bytes
    program: bytes
    process_id: bytes
    message: bytes
    is_tagged: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """What a message says of a job; ``event`` None where it is no evidence, for the ``reason`` given.

    ``is_whole`` holds where the message shows by its own form that nothing was cut off its end.
    ``day`` is a date with its year that the message tells as its own. ``process`` is the command's
    own process, where the message names it beside the one that speaks.
    """

    event: str | None = None
    reason: str = ""
    is_trigger: bool = False
    job: str | None = None
    command: str | None = None
    exit_code: int | None = None
    is_whole: bool = True
    day: date | None = None
    process: bytes = b""


Grammar = Memo[bytes, Meaning]
# Stands for the words that some syslogs put before a tag.
PRIORITIES: Grammar = Memo(lambda _: Meaning(reason=NOT_ABOUT_JOBS), MEMORY)


def anatomy(form: Form, rest: bytes) -> Anatomy:
    """Return the parts of what follows a stamp; a part that is missing is empty."""
    if form is Form.MODERN:
        return _modern(rest)
    host, rest = b"", without_priority(rest.lstrip(b" "))
    if form is not Form.HOSTLESS:
        host, _, after = rest.partition(b" ")
        if is_tag(host):
            host = b""
        else:
            rest = without_priority(after.lstrip(b" "))
    tag, _, message = rest.partition(b" ")
    program, _, process_id = tag.partition(b"[")
    return Anatomy(host, program, process_id.rstrip(b"]:"), message, tag.endswith(b":"))


def without_priority(rest: bytes) -> bytes:
    """Return what follows a facility and severity in words, where a line goes on with these."""
    word, _, after = rest.partition(b" ")
    return after.lstrip(b" ") if PRIORITY.fullmatch(word) else rest


def is_tag(word: bytes) -> bool:
    """Return whether the word where a host is looked for names a program instead."""
    return (word.endswith(b":") and not word.endswith(b"::")) or b"]:" in word


def host_of(word: bytes) -> str:
    """Return the name of the host that a word is, empty where it is none."""
    return "" if PRIORITY.fullmatch(word) else text_of(word)


def _modern(rest: bytes) -> Anatomy:
    host, app, process_id, _, message = (rest.split(b" ", 4) + NO_PARTS)[:5]
    if message[:2] == b"- ":
        is_whole, message = True, message[2:]
    else:
        structured = STRUCTURED.match(message)
        is_whole, message = structured is not None, message[structured.end() if structured else 0 :]
    if message[:3] == UTF8_MARK:
        message = message[3:]
    return Anatomy(b"" if host == b"-" else host, app, b"" if process_id == b"-" else process_id, message, is_whole)


def text_of(raw: bytes) -> str:
    """Return bytes of a log as text; what is no UTF-8 stays visible as escapes."""
    return raw.decode("utf-8", "backslashreplace")


def cron_meaning(message: bytes) -> Meaning:
    """Return what cron says: ``(user) CMD (command)`` and its kin."""
    match = CRON_COMMAND.match(message)
    if match:
        word, tail = match.groups()
        is_trigger = word in (b"CMD", b"CMD START")
        is_whole = message.rstrip().endswith(b")") and message.count(b")") >= message.count(b"(")
        event, own = "accepted" if is_trigger else "ended", OWN_PROCESS.search(message, 0, match.start(2))
        return Meaning(event, "", is_trigger, command=_command(tail), is_whole=is_whole, process=own[1] if own else b"")
    match = BUSYBOX_COMMAND.match(message)
    if match:
        return Meaning("accepted", "", True, command=text_of(match[1].strip()), is_whole=False)
    match = DILLON_COMMAND.fullmatch(message)
    if match:
        job, command = (None if part is None else text_of(part.strip()) for part in match.groups())
        return Meaning("accepted", "", True, job=job, command=command, is_whole=False)
    match = CRON_FAILURE.match(message)
    if match:
        code = int(match[3][:5]) + (128 if match[2] == b"signal" else 0)
        return Meaning("failed", exit_code=code, process=match[1], is_whole=message.rstrip().endswith(b")"))
    is_begun = not message.strip() or message.lstrip().startswith(b"(")
    return Meaning(reason=REMARK, is_whole=not is_begun or CRON_SAID_ALL.fullmatch(message) is not None)


def _command(tail: bytes) -> str:
    """Return a command without cron's closing parenthesis, or a second one that some daemons add."""
    command = tail.rstrip().removesuffix(b")").strip()
    unopened = command.count(b")") - command.count(b"(")
    at_end = len(command) - len(command.rstrip(b")"))
    return text_of(command[: len(command) - max(0, min(unopened, at_end))].rstrip())


def anacron_meaning(message: bytes) -> Meaning:
    """Return what anacron says: ``Job `name' started``, or terminated and how."""
    match = ANACRON_JOB.match(message)
    if match is None:
        is_begun = not message.strip() or message.lstrip().startswith(b"Job")
        return Meaning(reason=REMARK, day=told_day(message), is_whole=not is_begun)
    name, word, status, signal = match.groups()
    event, exit_code = _ending(status, signal) if word == b"terminated" else ("started", None)
    return Meaning(event, job=text_of(name), exit_code=exit_code, is_whole=False)


def _ending(status: bytes | None, signal: bytes | None) -> tuple[str, int | None]:
    if signal is not None:
        return "failed", 128 + int(signal[:3])
    if status is not None:
        return ("failed" if int(status[:5]) else "completed"), int(status[:5])
    return "ended", None


def fcron_meaning(message: bytes) -> Meaning:
    """Return what fcron says: ``Job command started for user name (pid 7)``, or how it ended."""
    match = FCRON_START.fullmatch(message)
    if match:
        return Meaning("accepted", "", True, command=text_of(match[1]))
    match = FCRON_END.fullmatch(message)
    if match is None:
        return Meaning(reason=REMARK, is_whole=False)
    command, status, signal = match.groups()
    event, exit_code = _ending(status, signal)
    return Meaning(event, command=text_of(command), exit_code=exit_code, is_whole=False)


def run_parts_meaning(message: bytes) -> Meaning:
    """Return what run-parts says: ``(folder) starting name``, ``(folder) finished name``."""
    match = RUN_PART.fullmatch(message)
    if match is None:
        return Meaning(reason=REMARK, is_whole=False)
    event = "started" if match[1] == b"starting" else "ended"
    return Meaning(event, job=text_of(match[2]), is_whole=False)


def synology_meaning(message: bytes) -> Meaning:
    """Return what synocrond says: ``running job: name with command: command as user name``."""
    match = SYNOLOGY_JOB.fullmatch(message)
    if match is None:
        return Meaning(reason=NOT_ABOUT_JOBS, is_whole=False)
    return Meaning("accepted", "", True, job=text_of(match[1]), command=text_of(match[2].strip()))


def kernel_meaning(message: bytes) -> Meaning:
    """Return the date that a kernel tells when it sets its clock; it says nothing of jobs."""
    return Meaning(reason=NOT_ABOUT_JOBS, day=told_day(message))


def told_day(message: bytes) -> date | None:
    """Return the date with its year that a message tells of its own day."""
    return _date(DATED.search(message))


def told_end(line: bytes) -> date | None:
    """Return the last day of the journal of which ``journalctl`` says that it prints a part."""
    return _date(JOURNAL_ENDS.match(line))


def _date(match: re.Match[bytes] | None) -> date | None:
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


WORDINGS: dict[bytes, Callable[[bytes], Meaning]] = {
    b"cron": cron_meaning,
    b"crond": cron_meaning,
    b"anacron": anacron_meaning,
    b"fcron": fcron_meaning,
    b"run-parts": run_parts_meaning,
    b"kernel": kernel_meaning,
}
# Some daemons leave their tag out; then the first word of the message stands in its place.
TAGLESS: dict[bytes, Callable[[bytes], Meaning]] = {b"Job": anacron_meaning, b"running": synology_meaning}


def grammars() -> Memo[bytes, Grammar | None]:
    """Return a memory of how each program's messages are read; None for programs that know nothing of jobs."""
    memories: dict[Callable[[bytes], Meaning], Grammar] = {}

    def grammar(program: bytes) -> Grammar | None:
        if PRIORITY.fullmatch(program):
            return PRIORITIES
        wording = wording_of(program)
        return None if wording is None else memories.setdefault(wording, Memo(wording, MEMORY))

    return Memo(grammar, MEMORY)


def wording_of(program: bytes) -> Callable[[bytes], Meaning] | None:
    """Return how a program's messages are read, by its base name in any case; None where they are not."""
    name = program.rstrip(b":")
    return TAGLESS.get(name) or WORDINGS.get(name.partition(b"(")[0].rpartition(b"/")[2].lower())
