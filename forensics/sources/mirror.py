"""Private copies of what lies elsewhere, in a folder that nobody else may enter and that is gone afterwards.

Readers are given plain local files; what they yield is said of the place where these came from.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from forensics.evidence.records import Batch, FileRead, Reject, Yielded
from forensics.sources.members import Abandoned, Damaged
from forensics.sources.paths import shown
from forensics.sources.slack_archive import TOTAL_LIMIT

CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
NOWHERE = "/dev/null/not-followed"
BAD_NAMES = frozenset({errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ})
PRIVATE, PRIVATE_FOLDER = 0o600, 0o700


class Clash(Exception):
    """A copy that cannot be made, because another one has its name, or its name is none here."""


@contextmanager
def told_apart() -> Iterator[None]:
    """Tell what is wrong with one name from what is wrong with the whole disk.

    Raises:
        Clash: the name is taken, or none that can be used here.
        OSError: there is no room.
    """
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise Clash("a second member of that name") from error
    except ValueError as error:
        raise Clash("a name that cannot be used here") from error
    except OSError as error:
        if error.errno in BAD_NAMES:
            raise Clash("a name that cannot be used here") from error
        raise


@dataclass
class Mirror:
    """A folder of copies; ``name`` is what its files are shown under.

    ``faults`` are what was wrong with single files, by their local paths. ``is_copy`` holds where the copies were
    made by somebody else, as the members of an archive are: such a file's own mtime says nothing of now.
    ``ends`` are the instants up to which single files speak, where more is known of that than they tell; ``trees``
    are those of them that list a whole tree; ``blames`` are what is to be said of single heartbeats.
    """

    folder: Path
    name: str
    is_copy: bool
    left: int = TOTAL_LIMIT
    faults: dict[str, str] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    trees: set[str] = field(default_factory=set)
    blames: dict[str, str] = field(default_factory=dict)

    def place(self, inside: str) -> Path:
        """Return where a file is copied to; ``inside`` is its path below what the mirror is named for."""
        return self.folder / inside if inside else self.folder

    def take(self, inside: str, pieces: Iterator[bytes], modified: int | None, otherwise: int) -> tuple[Path, str]:
        """Copy a file; return where to and its SHA-256. Where no mtime is known it gets another one.

        Raises:
            Abandoned: it is more than may be copied.
            Clash: there is such a copy already, or it cannot be called so here.
            OSError: there is no room for it.
        """
        target, digest = self.place(inside), hashlib.sha256()
        with self.created(target) as file:
            try:
                for piece in pieces:
                    self.left -= len(piece)
                    if self.left < 0:
                        raise Abandoned(f"abandoned: it unpacks to more than {TOTAL_LIMIT >> 30} GiB")
                    digest.update(piece)
                    file.write(piece)
            except Damaged as error:
                self.faults[str(target)] = str(error)
        stamp = otherwise if modified is None else modified
        with suppress(OSError, OverflowError):  # a time that this file system cannot hold
            os.utime(target, ns=(stamp, stamp))
        return target, digest.hexdigest()

    def created(self, target: Path) -> Any:
        """Return a new file, in folders that are made for it.

        Raises:
            Clash: there is one already, or it cannot be called so here.
        """
        with told_apart():
            target.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            return os.fdopen(os.open(target, CREATE, PRIVATE), "wb")

    def take_folder(self, inside: str) -> None:
        """Make a folder, and those above it.

        Raises:
            Clash: a file has its name.
        """
        with told_apart():
            self.place(inside).mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)

    def take_link(self, inside: str) -> None:
        """Make a link that leads nowhere, in place of one that is not followed.

        Raises:
            Clash: another copy has its name.
        """
        with told_apart():
            self.place(inside).parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            self.place(inside).symlink_to(NOWHERE)

    def shown(self, file: str) -> str:
        """Return what a local file is shown as."""
        local = shown(str(self.folder))
        return self.name + file[len(local) :] if file.startswith(local) else file

    def retold(self, yielded: Yielded) -> Yielded:
        """Return the same, said of the place that was copied."""
        match yielded:
            case Batch(table="beats"):
                return replace(yielded, file=self.shown(yielded.file), columns=self.beats(yielded))
            case Batch() | Reject():
                return replace(yielded, file=self.shown(yielded.file))
            case FileRead():
                return self.account(yielded)
        return yielded

    def beats(self, batch: Batch) -> Mapping[str, Any]:
        """Return heartbeats with their paths as shown, and what is known to be wrong with them."""
        faults = [self.blames.get(batch.file) or fault for fault in batch.columns["fault"]]
        return {**batch.columns, "path": [self.shown(path) for path in batch.columns["path"]], "fault": faults}

    def account(self, read: FileRead) -> FileRead:
        """Return the account of a file with what is known of it beyond its content.

        A copy does not speak for the moment of reading: up to its newest record, or as the manifest says.
        """
        fault = self.faults.get(read.file)
        told = replace(read, file=self.shown(read.file), fault=fault or read.fault, **self.placed(read))
        return replace(told, covers=self.covers(read), modified=None) if self.is_copy else told

    def placed(self, read: FileRead) -> dict[str, Any]:
        """Return what an account tells of hosts and schedulers, said of the place that was copied."""
        names = ("stretches", "happenings", "jobs")
        return {
            name: tuple(replace(each, file=self.shown(each.file)) for each in getattr(read, name)) for name in names
        }

    def covers(self, read: FileRead) -> tuple[int | None, int | None] | None:
        """Return what a copied file speaks for."""
        end = self.ends.get(read.file, self.ends.get(read.file.partition(".sqlite#")[0] + ".sqlite"))
        if end is not None and read.file in self.trees:
            return None, end
        if read.covers is None:
            return None
        start, until = read.covers
        until = until if end is None else end
        return None if until is None and read.newest is None else (start, read.newest if until is None else until)
