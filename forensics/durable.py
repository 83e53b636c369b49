"""The one way in which a small file is written: a reader sees the old content or the new one, whole.

A draft with a random name beside the target, written out and synced, is renamed over it, and the folder
synced: without the two syncs a power cut may leave neither content, or lose what was said to be written.
Meant for local disks. It imports next to nothing, because a heartbeat is written this way from every job.
"""

from __future__ import annotations

import os
import stat

from forensics.errors import OutputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

DRAFT = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
DRAFT_MODE = 0o644  # less what the umask takes away
NAME_LIMIT = 48  # of a name within its draft's, which must not grow too long for a file


def write(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new one, whole; a link is replaced, not followed.

    Raises:
        OutputError: it could not be written; what was there before is untouched.
    """
    try:
        refuse_special(path)
        with opened_folder(path.parent) as folder:
            replace(folder, path.name, content)
    except FileNotFoundError as error:
        raise OutputError(f"{path} could not be written - its folder is not there - make the folder first") from error
    except OSError as error:
        raise OutputError(
            f"{path} could not be written - {error.strerror or error} - the old content, if any, is untouched"
        ) from error


def refuse_special(path: Path) -> None:
    """Refuse a path that is no plain file: a rename would put a file in the place of a device or a pipe.

    Raises:
        OutputError: it is one.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise OutputError(
            f"{path} could not be written - it is no plain file - name one, or use --format for standard output"
        )


def opened_folder(path: str | Path) -> AbstractContextManager[int]:
    """Give a descriptor of a folder, so that all steps concern the same one."""
    return _OpenFolder(path)


class _OpenFolder:
    """A folder that is open for the length of a ``with``; a class, because ``contextlib`` is slow to import."""

    def __init__(self, path: str | Path) -> None:
        self._path = path
        self._folder = -1

    def __enter__(self) -> int:
        self._folder = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        return self._folder

    def __exit__(self, *_: object) -> None:
        os.close(self._folder)


def replace(folder: int, name: str, content: bytes, mode: int | None = None) -> None:
    """Put a file in place of another by a rename, durably: when this returns, no power cut loses it.

    ``mode`` holds whatever the umask is; without one the umask decides.
    """
    draft = f".{name[:NAME_LIMIT]}.{os.urandom(6).hex()}.tmp"
    try:
        identity = write_draft(folder, draft, content, mode)
        rename(folder, draft, name, identity)
    except BaseException:  # an interrupted write must not leave its draft behind either
        remove(folder, draft)
        raise
    os.fsync(folder)


def write_draft(folder: int, name: str, content: bytes, mode: int | None = None) -> tuple[int, int]:
    """Write a new file and see it safely on disk; return its device and inode."""
    draft = os.open(name, DRAFT, DRAFT_MODE if mode is None else mode, dir_fd=folder)
    try:
        if mode is not None:
            os.fchmod(draft, mode)
        left = memoryview(content)
        while left:
            left = left[os.write(draft, left) :]
        os.fsync(draft)
        status = os.fstat(draft)
    finally:
        os.close(draft)
    return status.st_dev, status.st_ino


def rename(folder: int, draft: str, name: str, identity: tuple[int, int] | None) -> None:
    """Give a draft its name; a network's file system may tell of an error although it was done."""
    try:
        os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        if identity is None or identity_of(folder, name) != identity:
            raise


def identity_of(folder: int, name: str) -> tuple[int, int] | None:
    """Return device and inode of what has a name; None where nothing has it, or nothing can be told."""
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def remove(folder: int, draft: str) -> None:
    """Remove a draft that is not wanted any longer; what is left of it all the same grows old, and is removed then."""
    try:
        os.unlink(draft, dir_fd=folder)
    except OSError:
        return
