"""Where heartbeats are written: a folder that was named, else the first of a list that can be written.

Without ``pathlib``: importing it would take as long as everything else together.
"""

# ruff: noqa: PTH101, PTH102, PTH112, PTH116, PTH120

from __future__ import annotations

import os

from forensics.errors import OutputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "FORENSICS_HEARTBEAT_DIR"
# As in ``forensics.config``, which is too much to import here; a test holds them equal.
BUILT_IN = (
    "/var/lib/forensics/heartbeats",
    "/var/run/bezalel/heartbeats",
    "/var/lib/bezalel/heartbeats",
    "~/.bezalel/heartbeats",
)
FOLDER_MODE = 0o755


def folder_for(named: str, environment: Mapping[str, str]) -> str:
    """Return where a heartbeat is to be written: ``named``, unless that is empty. It need not be there yet.

    Of the built-in list the first is ours, and is made where it may be; the others are used where they are.

    Raises:
        OutputError: none was named, and none can be written.
    """
    named = named or environment.get(VARIABLE, "")
    if named:
        return named
    first, *others, last = default_folders(environment)
    if can_be_written(first) or can_be_made(first):
        return first
    for folder in others:
        if can_be_written(folder):
            return folder
    if last and (can_be_written(last) or can_be_made(last)):
        return last
    raise OutputError(f"no folder for heartbeats can be written - name one with --dir or in ${VARIABLE}")


def default_folders(environment: Mapping[str, str]) -> list[str]:
    """Return the built-in list, in order, and after it the user's state folder; those of an unknown home are empty."""
    home, state = absolute(environment.get("HOME", "")), state_folder(environment)
    listed = [folder if folder[0] != "~" else home and home + folder[1:] for folder in BUILT_IN]
    return [*listed, state and f"{state}/heartbeats"]


def state_folder(environment: Mapping[str, str]) -> str:
    """Return the folder of what we keep for a user, empty where there is no home; a relative one is ignored.

    Source: the XDG Base Directory Specification, ``XDG_STATE_HOME``.
    """
    home = absolute(environment.get("HOME", ""))
    state = absolute(environment.get("XDG_STATE_HOME", "")) or (home and f"{home}/.local/state")
    return state and f"{state}/forensics"


def absolute(folder: str) -> str:
    """Return a folder without a slash at its end, and nothing for one that is not absolute: it is to be ignored."""
    return folder.rstrip("/") if folder.startswith("/") else ""


def can_be_written(folder: str) -> bool:
    """Return whether a folder is there, and files can be made in it."""
    return os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)


def can_be_made(folder: str) -> bool:
    """Return whether a folder is missing, and the nearest one above it that is there can be written."""
    above = os.path.dirname(folder)
    if os.path.lexists(folder) or above == folder:
        return False
    return can_be_written(above) or can_be_made(above)


def make_folder(folder: str) -> None:
    """Make a folder, and those above it that are missing, durably, and so that others can read them.

    Raises:
        OSError: it cannot be made.
    """
    try:
        os.stat(folder)
        return  # if it is no folder, opening it will tell
    except FileNotFoundError:
        above = os.path.dirname(folder.rstrip("/")) or "."
        if above == folder:
            raise
    make_folder(above)
    try:
        os.mkdir(folder, FOLDER_MODE)
    except FileExistsError:  # somebody else made it meanwhile
        return
    os.chmod(folder, FOLDER_MODE)  # whatever the umask is
    sync_folder(above)


def sync_folder(folder: str) -> None:
    """See the names in a folder safely on disk."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
