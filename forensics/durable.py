"""The one way in which a small file is written: a reader sees the old content or the new one, whole.

A draft with a random name beside the target, written out and synced, is renamed over it, and the folder
synced: without the two syncs a power cut may leave neither content, or lose what was said to be written.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from forensics.errors import OutputError


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
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.stat().st_mode):
            raise OutputError(
                f"{path} could not be written - it is no plain file - name one, or use --format for standard output"
            )


@contextmanager
def opened_folder(path: Path) -> Iterator[int]:
    """Give a descriptor of a folder, so that all steps concern the same one."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield folder
    finally:
        os.close(folder)


def replace(folder: int, name: str, content: bytes) -> None:
    """Put a file in place of another by a rename, durably: when this returns, no power cut loses it."""
    draft = f".{name[:48]}.{secrets.token_hex(6)}.tmp"
    try:
        write_draft(folder, draft, content)
        os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:  # an interrupted write must not leave its draft behind either
        with suppress(OSError):
            os.unlink(draft, dir_fd=folder)
        raise
    os.fsync(folder)


def write_draft(folder: int, name: str, content: bytes) -> None:
    """Write a new file and see it safely on disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, 0o644, dir_fd=folder), "wb", buffering=0) as draft:
        left = memoryview(content)
        while left:
            left = left[draft.write(left) :]
        os.fsync(draft.fileno())
