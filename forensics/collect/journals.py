"""Takes down this machine's journal as ``journalctl -o json`` prints it, so that it can be read again as an export."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from forensics.sources.base import ReadOptions
from forensics.sources.journal_live import FAR_BACK, FIELDS, JOURNALCTL, SECOND, Limits, called

NAME = "journal.json"


def take_down(options: ReadOptions, file: IO[bytes]) -> str | None:
    """Write the entries since the instant that the options name; return what went wrong, if anything.

    Raises:
        OSError: journalctl cannot be started, or the file not be written.
    """
    program = next((each for each in JOURNALCTL if Path(each).is_file()), None)
    if program is None:
        return "journalctl is not on this machine"
    since = options.now - FAR_BACK if options.since is None else options.since
    span = f"--since=@{since // SECOND}", f"--until=@{options.now // SECOND + 1}"
    with called(program, [*span, f"--output-fields={','.join(FIELDS)}"], Limits()) as call:
        for _, line in call.lines():
            file.write(line)
    return call.fault
