"""Units and a crontab for this very installation: printed, or written where they belong."""

from __future__ import annotations

import sys
from pathlib import Path

from forensics.recorder.units import CRONTAB, Setup, crontab, unit_files


def own_command() -> tuple[str, ...]:
    """Return how this program is called from anywhere: by its script, else by its interpreter and its name."""
    called, beside = Path(sys.argv[0]).absolute(), Path(sys.executable).with_name("forensics")
    for script in (called, beside):
        if script.name == "forensics" and script.is_file():
            return (str(script),)
    return (sys.executable, "-m", "forensics")


def printed(setup: Setup) -> str:
    """Return all units and the crontab as one text, each below its file's name."""
    files = {**unit_files(setup), CRONTAB: crontab(setup)}
    return "\n".join(f"# {name}\n{text}" for name, text in files.items())


def written(setup: Setup, folder: Path, *, is_user: bool) -> str:
    """Write all units and the crontab into a folder; return which, and how they are started.

    Raises:
        OutputError: they cannot be written; the folder must be there.
    """
    from forensics.durable import write

    files = {**unit_files(setup), CRONTAB: crontab(setup)}
    for name, text in files.items():
        write(folder / name, text.encode())
    manager = "systemctl --user" if is_user else "systemctl"
    timers = " ".join(name for name in files if name.endswith(".timer"))
    start = f"start them: {manager} daemon-reload && {manager} enable --now {timers}"
    return (
        "".join(f"{folder / name}\n" for name in files) + f"{start}\nor without systemd: crontab {folder / CRONTAB}\n"
    )
