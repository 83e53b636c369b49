"""The light way in: what runs beside every job is done from here, without all that a report needs.

``forensics heartbeat write`` and ``script`` and ``forensics run`` go to the recorder, all else to ``cli``, whose help
lists these too.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main() -> None:
    """Run the command, and end at once: to free all that was made takes longer than to write a heartbeat."""
    try:
        code = run(sys.argv[1:])
    except SystemExit as end:  # click's way of telling the code
        if not isinstance(end.code, int):
            raise
        code = end.code
    if is_alone() and is_all_written():
        os._exit(code)
    sys.exit(code)


def is_alone() -> bool:
    """Return whether no other thread is at work."""
    threading = sys.modules.get("threading")
    return threading is None or threading.active_count() == 1


def is_all_written() -> bool:
    """Return whether nothing is left in the buffers of the streams; else the interpreter's own end tells of it."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        return False
    return True


def run(words: Sequence[str]) -> int:
    """Run a command; return its exit code."""
    if list(words[:2]) in (["heartbeat", "write"], ["heartbeat", "script"]):
        from forensics.cli_recorder import heartbeat

        return heartbeat(words[1], words[2:])
    if words[:1] == ["run"]:
        end_by_interrupts()
        from forensics.cli_wrapped import run_job

        return run_job(words[1:])
    from forensics.cli import main as others

    others(args=list(words), prog_name="forensics")
    return 0


def end_by_interrupts() -> None:
    """Let a Ctrl-C end this process until the wrapper listens for it, as any other signal does.

    Python's own handler raises instead; where that strikes a callback of the interpreter's it is told and forgotten,
    and the job would be started all the same.
    """
    import signal

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
