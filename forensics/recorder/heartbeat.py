"""Heartbeats: for each job a small file that says when it was last well, and how soon it will be again.

The format stands in ``sources/heartbeats.py``, which reads it; ``heartbeat-write.sh`` beside this module writes the
same. Neither ``re`` nor ``json`` is imported: they would take longer than writing does.
"""

from __future__ import annotations

import os

from forensics.durable import opened_folder, replace
from forensics.errors import ForensicsError, OutputError
from forensics.recorder.places import make_folder

DIGITS = frozenset("0123456789")
LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") | DIGITS
NAME_SIGNS = LETTERS | frozenset("._-")
PLAIN_SIGNS = NAME_SIGNS | frozenset(" ")
LONGEST_NAME = 64
LONGEST_STATUS = 32
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
LONGEST_INTERVAL = 10 * 366 * 86_400  # seconds; readers take a longer one for a mistake
NANOS = 10**9
SUFFIX = ".last"
FILE_MODE = 0o644


class Refused(ForensicsError):
    """Words that make no heartbeat: what - where - what to do."""


def beat_content(job: str, interval: float, status: str, now: int, host: str, pid: int) -> bytes:
    """Return what a heartbeat file holds: JSON on one line. ``interval`` in seconds.

    Raises:
        Refused: the job's name, the interval or the status is none that may stand there.
    """
    check_name(job)
    check_interval(interval)
    check_status(status)
    seconds = int(interval) if interval == int(interval) else float(interval)
    return (
        f'{{"job": "{job}", "timestamp": {now // NANOS}, "interval_seconds": {seconds!r}, '
        f'"host": {quoted(host)}, "pid": {pid}, "status": "{status}"}}\n'
    ).encode("ascii")


def write_beat(folder: str, job: str, content: bytes) -> str:
    """Write a job's heartbeat, durably, into a folder that is made where it is missing; return the file's path.

    Raises:
        Refused: another job's name differs from this one in upper and lower case alone.
        OutputError: it could not be written; the beat before it, if any, is untouched.
    """
    check_name(job)
    path = f"{folder.rstrip('/')}/{job}{SUFFIX}"
    try:
        make_folder(folder)
        with opened_folder(folder) as opened:
            refuse_twin(opened, folder, job)
            replace(opened, job + SUFFIX, content, FILE_MODE)
    except OSError as error:
        raise OutputError(
            f"{path!a} could not be written - {error.strerror or error} - see to its folder, owner and disk"
        ) from error
    return path


def refuse_twin(opened: int, folder: str, job: str) -> None:
    """Refuse a name that a file system may take for another job's: some know no upper and lower case.

    Raises:
        Refused: there is a heartbeat of such a job.
    """
    file = job + SUFFIX
    lower = file.lower()
    for name in os.listdir(opened):
        if name != file and len(name) == len(file) and name.lower() == lower:
            other = name.removesuffix(SUFFIX)
            raise Refused(f"{other} and {job} differ in case alone, in {folder!a} - rename one, or remove its old file")


def check_name(job: object) -> None:
    """Refuse what is no job's name, as ``[A-Za-z0-9][A-Za-z0-9._-]{0,63}`` would match it in full.

    Raises:
        Refused: it is none.
    """
    if not (isinstance(job, str) and 0 < len(job) <= LONGEST_NAME and job[0] in LETTERS and NAME_SIGNS.issuperset(job)):
        shown = f"{job!a:.80}"
        raise Refused(f"{shown} is no job's name - it takes 1 to 64 of A-Z a-z 0-9 . _ - and begins with none of . _ -")


def check_interval(interval: object) -> None:
    """Refuse what is no interval in seconds.

    Raises:
        Refused: it is none.
    """
    is_number = isinstance(interval, int | float) and not isinstance(interval, bool)
    if not (is_number and 0 < interval <= LONGEST_INTERVAL):  # type: ignore[operator] # NaN is not within either
        raise Refused(f"{interval!a:.80} is no interval - it takes seconds, more than 0 and at most ten years")


def check_status(status: object) -> None:
    """Refuse a status that is no plain word.

    Raises:
        Refused: it is none.
    """
    if not (isinstance(status, str) and 0 < len(status) <= LONGEST_STATUS and NAME_SIGNS.issuperset(status)):
        raise Refused(f"{status!a:.80} is no status - it takes one word, such as SUCCESS or FAILED")


def seconds_of(text: str) -> int:
    """Return the seconds of an interval as it is written on a command line: ``900``, ``900s``, ``15m``, ``2h``, ``1d``.

    Raises:
        Refused: it is none.
    """
    number, unit = (text[:-1], UNITS[text[-1]]) if text[-1:] in UNITS else (text, 1)
    if not (0 < len(number) <= len(str(LONGEST_INTERVAL)) and DIGITS.issuperset(number)):
        raise Refused(f"{text!a:.80} is no interval - it takes seconds, or 90s, 15m, 2h, 1d")
    seconds = int(number) * unit
    check_interval(seconds)
    return seconds


def quoted(text: str) -> str:
    """Return a text as a JSON string of nothing but ASCII."""
    if PLAIN_SIGNS.issuperset(text):
        return f'"{text}"'
    units = text.encode("utf-16-be", "surrogatepass")
    codes = (units[at] << 8 | units[at + 1] for at in range(0, len(units), 2))
    return '"' + "".join(chr(code) if chr(code) in PLAIN_SIGNS else f"\\u{code:04x}" for code in codes) + '"'
