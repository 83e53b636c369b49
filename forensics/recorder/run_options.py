"""The words of ``forensics run``: read by hand, because click takes longer to import than the wrapper may."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from forensics.frozen import frozen
from forensics.recorder.heartbeat import Refused, check_name, seconds_of
from forensics.recorder.run_record import Options

USAGE = """\
Usage: forensics run [OPTIONS] -- COMMAND [ARGUMENT]...

  Run a command, and record what became of it. Its input, output, signals and exit code are its own; the exit code
  is 128+n after signal n, 124 after a time-out, 126 where it may not be run, 127 where it is not there.

Options:
  --job NAME           The job that this is a run of; without it, the command's own name.
  --interval SPAN      Write the job's heartbeat on success: it will be well again within 15m, 2h, 1d.
  --timeout SPAN       End the command and all its processes after this long.
  --boot-timeout SPAN  End it if it has not touched $FORENSICS_READY_FILE after this long.
  --kill-after SPAN    How long it may take to end, before it is killed.  [default: 10s]
  --retries N          Try again so often after a boot time-out, or an exit code of --retry-on.  [default: 0]
  --retry-on CODES     Exit codes, as in 75,111.
  --marker PATH        Write SUCCESS and the time to this file on success.
  --no-overlap         Where the job still runs, do not run the command: record that it was skipped, and exit with 0.
  --attribute N=V      Something to tell runs apart by, such as version=2026.3.14. May be given again.
  --keep SPAN          Forget runs that are older.  [default: 400d]
  -h, --help           Show this message and exit.
"""
UNITS = {"ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9, "d": 86_400 * 10**9}
FLAGS = frozenset({"--no-overlap", "--help", "-h"})
LONGEST_NUMBER = 12
MOST_RETRIES = 100
DAY = UNITS["d"]


@frozen
class Asked:
    """What a command line asks for; without a command it asks for help."""

    job: str
    command: tuple[str, ...]
    options: Options


def parse(words: list[str]) -> Asked:
    """Return what the words after ``forensics run`` ask for; nothing after ``--`` is read.

    Raises:
        Refused: they are wrong.
    """
    given, command = split(words)
    if "--help" in given:
        return Asked("", (), Options())
    if not command:
        raise Refused("forensics run: there is no command - write it after --, as in: forensics run --job db -- backup")
    job = given.get("--job", [command[0].rpartition("/")[2]])[-1]
    check_name(job)
    return Asked(job, tuple(command), options_in(given))


def split(words: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Return the options with their values, and the command; that begins after ``--`` or with the first plain word.

    Raises:
        Refused: an option is none of ours, or has no value.
    """
    given: dict[str, list[str]] = {}
    left = iter(words)
    for word in left:
        if word == "--":
            break
        if not word.startswith("-"):
            return given, [word, *left]
        name, value = option(word, left)
        given.setdefault(name, []).append(value)
    return given, list(left)


def option(word: str, left: Iterator[str]) -> tuple[str, str]:
    """Return an option's name and value; the value may be the next word.

    Raises:
        Refused: it is none of ours, or has no value.
    """
    name, is_joined, value = word.partition("=")
    if name in FLAGS and not is_joined:
        return ("--help" if name == "-h" else name), ""
    if name not in READERS:
        raise Refused(f"forensics run: no such option: {word!a:.80} - see forensics run --help")
    if is_joined:
        return name, value
    for value in left:
        return name, value
    raise Refused(f"forensics run: {name} has no value - see forensics run --help")


def options_in(given: dict[str, list[str]]) -> Options:
    """Return what the options ask for.

    Raises:
        Refused: a value cannot be read.
    """
    found: dict[str, object] = {}
    for name, values in given.items():
        if name in FLAGS:
            found["overlap"] = False
        elif name == "--attribute":
            found["attributes"] = tuple(attribute(value) for value in values)
        elif name != "--job":
            found[name[2:].replace("-", "_")] = read(name, values[-1])
    return Options(**found)  # type: ignore[arg-type]


def read(name: str, value: str) -> object:
    """Return the value of an option as what it means.

    Raises:
        Refused: it cannot be read.
    """
    try:
        return READERS[name](value)
    except ValueError as error:
        raise Refused(f"forensics run: {name} {value!a:.80} {error}") from error
    except Refused as error:
        raise Refused(f"forensics run: {name}: {error}") from error


def span(text: str) -> int:
    """Return the ns of a span such as ``90s``, ``1.5m`` or a plain number of seconds.

    Raises:
        ValueError: it is none.
    """
    number = text.rstrip("dhms")
    unit = text[len(number) :] or "s"
    whole, _, part = number.partition(".")
    if unit not in UNITS or not (whole + part).isdecimal() or not (whole + part).isascii() or not whole:
        raise ValueError("is no span of time - write it as 90s, 15m, 2h or 1d")
    if len(number) > LONGEST_NUMBER:
        raise ValueError("is too long - write it in a larger unit")
    nanos = int(float(number) * UNITS[unit]) if part else int(whole) * UNITS[unit]
    if not 0 < nanos <= 4000 * DAY:
        raise ValueError("is out of reach - it takes more than nothing, and at most 4000d")
    return nanos


def count(text: str) -> int:
    """Return a small number.

    Raises:
        ValueError: it is none.
    """
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and int(text) <= MOST_RETRIES):
        raise ValueError(f"is no number from 0 to {MOST_RETRIES}")
    return int(text)


def codes(text: str) -> tuple[int, ...]:
    """Return exit codes that are written with commas between.

    Raises:
        ValueError: they are none.
    """
    found = text.split(",")
    if not all(each.isascii() and each.isdecimal() and len(each) < 4 and 0 < int(each) < 256 for each in found):
        raise ValueError("are no exit codes from 1 to 255 - write them as 75,111")
    return tuple(map(int, found))


def path(text: str) -> str:
    """Return a path.

    Raises:
        ValueError: it is none.
    """
    if not text or "\0" in text:
        raise ValueError("is no path")
    return text


def attribute(text: str) -> tuple[str, str]:
    """Return name and value of an attribute.

    Raises:
        Refused: it is none.
    """
    name, is_joined, value = text.partition("=")
    if not is_joined:
        raise Refused(f"forensics run: --attribute {text!a:.80} has no value - write it as version=2026.3.14")
    check_name(name)
    return name, value


def interval(text: str) -> int:
    """Return the ns of a heartbeat's interval.

    Raises:
        Refused: it is none.
    """
    return seconds_of(text) * UNITS["s"]


READERS: dict[str, Callable[[str], object]] = {
    "--job": str,
    "--attribute": str,
    "--interval": interval,
    "--timeout": span,
    "--boot-timeout": span,
    "--kill-after": span,
    "--retries": count,
    "--retry-on": codes,
    "--marker": path,
    "--keep": span,
}
