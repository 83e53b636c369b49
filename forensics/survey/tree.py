"""The files of a machine below a root: this one's, a mounted image's, or a test's. Nothing is ever written there.

Links are followed as the machine itself would follow them: an absolute one begins at the root again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from forensics.sources.opening import open_regular

SUPERUSER = "root"
LARGEST = 1 << 20
MOST_LINKS = 40


@dataclass(frozen=True)
class Tree:
    """A machine's files; paths within it are absolute, as the machine itself would name them."""

    root: str = "/"

    def real(self, path: str) -> Path:
        """Return where a path of the machine lies for us, its links followed within the root.

        Raises:
            OSError: links go in a circle, or there can be no such path.
        """
        if "\0" in path:
            raise OSError(0, "no path holds a NUL", path)
        left, done, links = list(PurePosixPath(path).parts[1:]), Path(self.root), 0
        while left:
            part = left.pop(0)
            if part == "..":
                done = done.parent if done != Path(self.root) else done
                continue
            target = link_of(done / part)
            if target is None:
                done = done / part
                continue
            links += 1
            if links > MOST_LINKS:
                raise OSError(0, "its links go in a circle", path)
            done = Path(self.root) if target.startswith("/") else done
            left = [each for each in PurePosixPath(target).parts if each != "/"] + left
        return done

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, sorted; none where it is not there.

        Raises:
            OSError: it may not be looked into.
        """
        try:
            return sorted(os.listdir(self.real(folder)))  # noqa: PTH208 - names alone are wanted
        except (FileNotFoundError, NotADirectoryError):
            return []

    def text(self, path: str) -> str:
        """Return the text of a file, signs that are no UTF-8 replaced; what is beyond a mebibyte is left out.

        Raises:
            OSError: it cannot be opened, or is a folder, a pipe or a device.
        """
        return self.content(path).decode("utf-8-sig", "replace")

    def content(self, path: str) -> bytes:
        """Return the first mebibyte of a file.

        Raises:
            OSError: it cannot be opened, or is a folder, a pipe or a device.
        """
        with os.fdopen(open_regular(self.real(path)), "rb") as file:
            return file.read(LARGEST)

    def link(self, path: str) -> str | None:
        """Return where a link points, None for what is no link."""
        try:
            return link_of(self.real(str(PurePosixPath(path).parent)) / PurePosixPath(path).name)
        except OSError:
            return None

    def mode(self, path: str) -> int:
        """Return the mode of what is at a path, 0 where nothing is."""
        try:
            return self.real(path).stat().st_mode
        except OSError:
            return 0

    def has(self, path: str) -> bool:
        """Return whether something is at a path, as far as one may look."""
        return self.mode(path) != 0

    def is_file(self, path: str) -> bool:
        """Return whether a plain file is at a path, as far as one may look."""
        return stat.S_ISREG(self.mode(path))

    def homes(self) -> Iterator[str]:
        """Yield the home folders that are usual and those that the list of users names, each once."""
        usual = [f"/{SUPERUSER}", *(f"{above}/{name}" for above in ("/home", "/Users") for name in self.seen(above))]
        try:
            users = [line.split(":") for line in self.text("/etc/passwd").split("\n")]
        except OSError:
            users = []
        named = [fields[5].rstrip("/") for fields in users if len(fields) == 7 and fields[5].startswith("/")]
        yield from dict.fromkeys(home for home in (*usual, *sorted(named)) if home and self.has(home))

    def seen(self, folder: str) -> list[str]:
        """Return the names in a folder, sorted; none where it is not there, or may not be looked into."""
        try:
            return self.names(folder)
        except OSError:
            return []


def link_of(path: Path) -> str | None:
    """Return where a link points, None for what is no link."""
    try:
        return os.readlink(path)  # noqa: PTH115 - as it is written
    except OSError:
        return None
