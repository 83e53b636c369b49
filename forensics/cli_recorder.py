"""Heartbeats from the command line and from Python: here the clock and the environment come in.

The words of ``forensics heartbeat write`` and ``script`` are read by hand, because click is slow to import.
"""

from __future__ import annotations

import os
import sys
import time

from forensics.errors import ForensicsError, OutputError
from forensics.recorder.heartbeat import Refused, beat_content, seconds_of, write_beat
from forensics.recorder.places import folder_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

REFUSED = 2
UNREACHED = 4
STOPPED = 130


def write_heartbeat(
    job: str, interval_seconds: float, *, folder: str | os.PathLike[str] | None = None, status: str = "SUCCESS"
) -> str:
    """Say that a job is well, and that the next word is due after an interval; return the path of the file.

    It is written to ``folder``, else to ``$FORENSICS_HEARTBEAT_DIR``, else to the first of the built-in list that can
    be written, else to the user's state folder. When this returns, no power cut loses it.

    Raises:
        Refused: the name, the interval or the status is none, or another job's name differs in case alone.
        OutputError: it could not be written; the beat before it, if any, is untouched.
    """
    content = beat_content(job, interval_seconds, status, time.time_ns(), os.uname().nodename, os.getpid())
    return write_beat(folder_for(os.fspath(folder or ""), os.environ), job, content)


def heartbeat(command: str, words: Sequence[str]) -> int:
    """Run one of the two commands, and print what it has to say; return the exit code."""
    try:
        show(write(words) if command == "write" else install(words))
    except OutputError as error:
        say(str(error))
        return UNREACHED
    except ForensicsError as error:
        say(str(error))
        return REFUSED
    except KeyboardInterrupt:
        say(f"heartbeat {command} was stopped")
        return STOPPED
    return 0


def write(words: Sequence[str]) -> str:
    """Write a heartbeat; return what is to be shown."""
    plain, options = parsed(words, ("--dir", "--status"))
    if "--help" in options:
        from forensics.cli_recorder_help import WRITE

        return WRITE
    if len(plain) != 2:
        raise Refused(f"heartbeat write takes JOB and INTERVAL, not {len(plain)} words - see --help")
    status = options.get("--status", "SUCCESS")
    write_heartbeat(plain[0], seconds_of(plain[1]), folder=options.get("--dir"), status=status)
    return ""


def install(words: Sequence[str]) -> str:
    """Install the writer for shells; return what is to be shown: where it is."""
    plain, options = parsed(words, ("--dir",))
    if "--help" in options:
        from forensics.cli_recorder_help import SCRIPT

        return SCRIPT
    if plain:
        raise Refused(f"heartbeat script takes no words, not {plain[0]!a:.80} - see --help")
    from forensics.recorder.script import folder_of_commands, install_script

    paths = install_script(options.get("--dir") or folder_of_commands(os.environ))
    return "".join(f"{path}\n" for path in paths)


def parsed(words: Sequence[str], known: Collection[str]) -> tuple[list[str], dict[str, str]]:
    """Return the plain words of a command line, and the values of its options; after ``--`` all words are plain.

    Raises:
        Refused: an option is not known, or has no value.
    """
    plain: list[str] = []
    options: dict[str, str] = {}
    left = iter(words)
    for word in left:
        name, mark, value = word.partition("=")
        if word == "--":
            plain.extend(left)
        elif not word.startswith("-"):
            plain.append(word)
        elif word in ("-h", "--help"):
            options["--help"] = word
        elif name in known and (value := value if mark else next(left, "")):
            options[name] = value
        else:
            raise Refused(f"{name!a:.80} {'has no value' if name in known else 'is no option'} - see --help")
    return plain, options


def show(text: str) -> None:
    """Write to stdout, if anybody listens.

    Raises:
        OutputError: it cannot be written.
    """
    if not text or sys.stdout is None:
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = None
    except OSError as error:
        sys.stdout = None
        raise OutputError(f"standard output could not be written - {error.strerror}") from error


def say(line: str) -> None:
    """Write a line to stderr, if anybody listens."""
    try:
        if sys.stderr is not None:
            sys.stderr.write(f"night-watch: {line}\n")
            sys.stderr.flush()
    except OSError:
        sys.stderr = None
