"""A result in the format that was asked for, and the one way in which an output file is written."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from forensics.errors import ForensicsError, OutputError
from forensics.evidence.result import Result
from forensics.report.machine import report_json
from forensics.report.machine_tables import report_csv, report_parquet
from forensics.report.markdown import panel_markdown, report_markdown

WRITERS: dict[str, Callable[[Result], bytes]] = {
    "md": lambda result: report_markdown(result).encode(),
    "json": report_json,
    "csv": report_csv,
    "parquet": report_parquet,
}
SUFFIXES = {".md": "md", ".json": "json", ".csv": "csv", ".parquet": "parquet"}
SUFFIXES_TO_COME = {".html": "html", ".timesketch.jsonl": "timesketch", ".prom": "prometheus"}


def render(result: Result, form: str, ascii_only: bool = False) -> bytes:
    """Return a result as ``md``, ``json``, ``csv`` or ``parquet``; ``ascii_only`` for Markdown where there is no UTF-8.

    Raises:
        ForensicsError: this version does not write that format.
    """
    check_format(form)
    return report_markdown(result, ascii_only=True).encode() if ascii_only and form == "md" else WRITERS[form](result)


def check_format(form: str) -> None:
    """Refuse a format that cannot be written, before anything is read for it.

    Raises:
        ForensicsError: this version does not write that format.
    """
    if form not in WRITERS:
        raise ForensicsError(f"this version does not write {form} yet - write one of {', '.join(WRITERS)} instead")


def panel(result: Result) -> str:
    """Return the heading and the heartbeat panel alone, as Markdown."""
    return panel_markdown(result)


def format_of(path: Path) -> str:
    """Return the format that a file's suffix stands for.

    Raises:
        ForensicsError: it stands for none, or for one that this version does not write.
    """
    name = path.name.lower()
    to_come = next((form for suffix, form in SUFFIXES_TO_COME.items() if name.endswith(suffix)), None)
    if to_come:
        raise ForensicsError(f"--output {path}: this version does not write {to_come} yet - use {known_suffixes()}")
    form = SUFFIXES.get(path.suffix.lower())
    if form is None:
        raise ForensicsError(
            f"--output {path}: the suffix tells the format, and this one is none - use {known_suffixes()}"
        )
    return form


def known_suffixes() -> str:
    """Return the suffixes that can be written, for a message."""
    return ", ".join(SUFFIXES)


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
