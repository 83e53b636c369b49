"""Installs the heartbeat's writer for shells, ``heartbeat-write.sh``, which lies beside this module."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from forensics.durable import opened_folder, replace
from forensics.errors import OutputError
from forensics.recorder.places import absolute, can_be_made, can_be_written, make_folder

WRITER = Path(__file__).with_name("heartbeat-write.sh")
NAMES = (WRITER.name, f"cron-{WRITER.name}")
FOR_ALL = "/usr/local/bin"
MODE = 0o755


def folder_of_commands(environment: Mapping[str, str]) -> str:
    """Return where commands are to be installed: for all users where that is possible, else for this one.

    Raises:
        OutputError: neither is possible.
    """
    home = absolute(environment.get("HOME", ""))
    for folder in (FOR_ALL, home and f"{home}/.local/bin"):
        if folder and (can_be_written(folder) or can_be_made(folder)):
            return folder
    raise OutputError(f"neither {FOR_ALL} nor a folder at home can be written - name one with --dir")


def install_script(folder: str) -> list[str]:
    """Install the writer by both its names, in a folder that is made where it is missing; return the paths.

    Raises:
        OutputError: it could not be written; what was there by that name is untouched.
    """
    content = WRITER.read_bytes()
    name = NAMES[0]
    try:
        make_folder(folder)
        with opened_folder(folder) as opened:
            for name in NAMES:
                replace(opened, name, content, MODE)
    except OSError as error:
        raise OutputError(
            f"{os.path.join(folder, name)!a} could not be written - {error.strerror or error} - "  # noqa: PTH118
            "name another folder with --dir"
        ) from error
    return [str(Path(folder, name)) for name in NAMES]
