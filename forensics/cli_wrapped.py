"""``forensics run``: hands over to the wrapper; where that cannot even be imported, the job runs all the same."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from forensics.cli_recorder import REFUSED, say

NOT_EXECUTABLE = 126
NOT_FOUND = 127


def run_job(words: Sequence[str]) -> int:
    """Run a job's command in the wrapper; return its exit code."""
    try:
        from forensics.cli_run import main as wrapper
    except (ImportError, SyntaxError) as error:
        say(f"this run is not recorded - {error} - install forensics anew")
        return replaced_by(list(words[words.index("--") + 1 :]) if "--" in words else [])
    return wrapper(list(words))


def replaced_by(command: list[str]) -> int:
    """Become a command; return the exit code that a shell has for one that cannot be run."""
    if not command:
        say("there is nothing to run - name the command after --")
        return REFUSED
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and so would the command
        signal.signal(number, signal.SIG_DFL)
    sys.stderr.flush()
    try:
        os.execvp(command[0], command)
    except FileNotFoundError:
        say(f"{command[0]!a} is not there")
        return NOT_FOUND
    except OSError as error:
        say(f"{command[0]!a} could not be run - {error.strerror}")
        return NOT_EXECUTABLE
