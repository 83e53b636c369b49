"""Writes an archive of evidence: a tar file, compressed, whole or not at all, and never over another file.

The same members give the same bytes: nothing in it tells who wrote it, or when. Times are kept to the nanosecond in
pax headers (POSIX.1-2008, pax, "Extended Header").
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from forensics.errors import ForensicsError, OutputError
from forensics.sources.opening import open_regular

NANOS = 1_000_000_000
SUFFIXES = (".tar.gz", ".tgz", ".tar")
LEVEL = 6
FILE_MODE, FOLDER_MODE, PRIVATE = 0o644, 0o755, 0o600
DRAFT = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
NAME_LIMIT = 48
PIECE = 1 << 20


@dataclass(frozen=True)
class Written:
    """A member as it was written. ``short`` says how many of its bytes were gone before they could be read."""

    name: str
    size: int
    modified: int
    sha256: str
    short: int = 0


class Unwritable(Exception):
    """An archive that could not be written, or not be put in its place: why."""


class Archive:
    """An archive that is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add_path(self, name: str, path: Path, limit: int | None = None, modified: int | None = None) -> Written:
        """Add a file as long as it is now, or its beginning; a log may grow meanwhile.

        Raises:
            OSError: it cannot be opened or read, or is no regular file.
        """
        with os.fdopen(open_regular(path), "rb") as file:
            status = os.fstat(file.fileno())
            size = status.st_size if limit is None else min(status.st_size, limit)
            return self._add(name, file, size, status.st_mtime_ns if modified is None else modified)

    def add_content(self, name: str, content: bytes, modified: int) -> Written:
        """Add a file that is made here."""
        return self._add(name, io.BytesIO(content), len(content), modified)

    def _add(self, name: str, file: IO[bytes], size: int, modified: int) -> Written:
        counted = Counted(file, size)
        self._write(header(name, tarfile.REGTYPE, modified, size), counted)
        return Written(name, size, modified, counted.sha256, counted.short)

    def add_folder(self, name: str, modified: int) -> None:
        """Add a folder."""
        self._write(header(name, tarfile.DIRTYPE, modified))

    def add_link(self, name: str, target: str, modified: int) -> None:
        """Add a symbolic link, which no reader follows."""
        link = header(name, tarfile.SYMTYPE, modified)
        link.linkname = target
        self._write(link)

    def _write(self, info: tarfile.TarInfo, content: Counted | None = None) -> None:
        try:
            self._tar.addfile(info, content)
        except OSError as error:
            raise Unwritable(error.strerror or str(error)) from error


class Counted(io.RawIOBase):
    """A file of so many bytes, hashed while it is read; where there are fewer of them, zeros stand for the rest."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._left = size
        self._digest = hashlib.sha256()
        self.short = 0

    @property
    def sha256(self) -> str:
        """Return the digest of what was read."""
        return self._digest.hexdigest()

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        wanted = min(PIECE if size < 0 else size, self._left)
        content = b"" if self.short else self._from_file(wanted)
        missing = wanted - len(content)
        self.short += missing
        content += bytes(missing)
        self._left -= len(content)
        self._digest.update(content)
        return content

    def _from_file(self, size: int) -> bytes:
        content = b""
        try:
            while len(content) < size and (more := self._file.read(size - len(content))):
                content += more
        except OSError:
            return content  # what is missing is told
        return content


def header(name: str, kind: bytes, modified: int, size: int = 0) -> tarfile.TarInfo:
    """Return a member's header: its name, kind, size and mtime, and nothing of who owns it."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    info.mode = FOLDER_MODE if kind == tarfile.DIRTYPE else FILE_MODE
    info.mtime = max(0, modified // NANOS)
    if modified % NANOS or modified < 0:
        sign, (seconds, fraction) = "-" if modified < 0 else "", divmod(abs(modified), NANOS)
        info.pax_headers = {"mtime": f"{sign}{seconds}.{fraction:09d}"}
    return info


def refuse_target(target: Path) -> None:
    """Refuse a name under which no archive can be written.

    Raises:
        ForensicsError: its suffix is another, something is there, or its folder is not.
    """
    if not target.name.lower().endswith(SUFFIXES):
        raise ForensicsError(f"--output {target}: the name of an archive ends in {', '.join(SUFFIXES)}")
    if os.path.lexists(target):
        raise ForensicsError(f"--output {target}: there is one already, and evidence is not overwritten - name another")
    if not target.parent.is_dir():
        raise OutputError(f"{target} could not be written - its folder is not there - make the folder first")


@contextmanager
def written(target: Path) -> Iterator[Archive]:
    """Give an archive to be filled; it has its name only when all is in it and on disk.

    Raises:
        ForensicsError: something of that name is there by now.
        OutputError: it could not be written.
    """
    draft = target.with_name(f".{target.name[:NAME_LIMIT]}.{os.urandom(6).hex()}.tmp")
    try:
        with ExitStack() as done:
            raw = done.enter_context(os.fdopen(os.open(draft, DRAFT, PRIVATE), "wb"))
            done.callback(sync, raw)
            packed: IO[bytes] = cast(IO[bytes], raw)
            if not target.name.lower().endswith(".tar"):
                packed = cast(IO[bytes], done.enter_context(gzip.GzipFile("", "wb", LEVEL, raw, mtime=0)))
            with tarfile.TarFile(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Archive(tar)
        publish(draft, target)
    except (Unwritable, OSError) as error:
        raise OutputError(f"{target} could not be written - {getattr(error, 'strerror', None) or error}") from error
    finally:
        with suppress(OSError):
            draft.unlink()


def sync(raw: IO[bytes]) -> None:
    """See a file on disk."""
    raw.flush()
    os.fsync(raw.fileno())


def publish(draft: Path, target: Path) -> None:
    """Give a finished draft its name, unless something has it by now.

    Raises:
        ForensicsError: something has.
        Unwritable: it cannot be done.
    """
    try:
        os.link(draft, target)
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except FileExistsError as error:
        raise ForensicsError(
            f"--output {target}: there is one by now, and evidence is not overwritten - name another"
        ) from error
    except OSError as error:
        raise Unwritable(error.strerror or str(error)) from error
