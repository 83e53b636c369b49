"""The folder in which the ledger, its lock and the alerts stand."""

from __future__ import annotations

from pathlib import Path

FOLDER_MODE = 0o755


def made_folder(folder: Path) -> Path:
    """Make a folder, and those above it that are missing, so that others may read them whatever the umask is.

    Raises:
        OSError: it cannot be made.
    """
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        try:
            missing.mkdir(FOLDER_MODE)
        except FileExistsError:  # somebody else made it meanwhile
            continue
        missing.chmod(FOLDER_MODE)
    return folder
