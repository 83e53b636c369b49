"""Lends readers what lies elsewhere: private copies on this machine, one address or archive after the other.

Nothing is left of them afterwards, however the reading ends.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from forensics.evidence.records import FileRead, Yielded
from forensics.sources.base import ReadOptions, Source
from forensics.sources.far import FOLDER_KINDS, Far, far_of, told
from forensics.sources.far_tree import FarTree, Fields
from forensics.sources.local_paths import matching_paths
from forensics.sources.members import Abandoned, Member
from forensics.sources.mirror import Clash, Mirror
from forensics.sources.passage import Passage, Wanted, members_of
from forensics.sources.paths import shown
from forensics.sources.remote import Found, Service, service_of
from forensics.sources.web import Unreached

PREFIX = "forensics-"
NOTHING_FITS = "nothing in the archive fits this"
NO_MATCH = "nothing fits this pattern"
NO_ARCHIVE = "this is no tar or zip archive that can be read"


@dataclass
class Lent:
    """What was copied: the paths to read, what to say beside, and what the copies are said to be."""

    mirror: Mirror
    paths: list[Path] = field(default_factory=list)
    notes: list[Yielded] = field(default_factory=list)

    def read(self, source: Source, options: ReadOptions) -> Iterator[Yielded]:
        """Yield what a source makes of the copies, said of the place that they come from."""
        yield from self.notes
        for path in self.paths:
            try:
                for each in source.read(path, options):
                    yield self.mirror.retold(each)
            except OSError as error:
                file = self.mirror.shown(shown(str(path)))
                yield FileRead(file, 0, fault=f"cannot be opened: {error.strerror or error}")


def read_far(source: Source, pattern: str, options: ReadOptions) -> Iterator[Yielded]:
    """Yield what lies at an address or in an archive; what is wrong with the whole is a fault."""
    far, is_tree = far_of(source.kind, pattern), source.kind == "files"
    if far is None:
        return
    try:
        if is_tree:
            yield from read_trees(far, options)
        else:
            for lent in lendings(source.kind, pattern, options):
                yield from lent.read(source, options)
    except (Unreached, Abandoned) as error:
        yield FileRead(told(pattern), 0, fault=str(error))
    except OSError as error:
        yield FileRead(told(pattern), 0, fault=f"no private copy could be made: {error.strerror or error}")


def lendings(kind: str, pattern: str, options: ReadOptions) -> Iterator[Lent]:
    """Yield copies of what lies at an address or in an archive; each is gone when the next is asked for.

    Raises:
        Unreached: an address does not lead there, or a path leads through no archive.
        Abandoned: there is more of it than may be copied.
        OSError: there is no room for it.
    """
    far = far_of(kind, pattern)
    if far is None:
        return
    if far.inside is None:
        yield from fetched(far.place, kind, options)
        return
    for path, name in archives(far.place, options):
        with private_folder() as folder:
            passage = passed(path, Wanted(far.inside, kind), Mirror(folder, name, is_copy=True), options)
            notes = notes_of(passage, far.inside)
            yield Lent(passage.mirror, passage.paths, notes)


@contextmanager
def private_folder() -> Iterator[Path]:
    """Give a folder that nobody else may enter; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        yield Path(folder).resolve()


def archives(place: str, options: ReadOptions) -> Iterator[tuple[Path, str]]:
    """Yield the archives that a place names, each with what it is shown as; those from elsewhere as copies.

    Raises:
        Unreached: nothing is there.
    """
    if far_of("", place) is not None:
        for lent in lendings("", place, options):
            yield from ((path, lent.mirror.shown(shown(str(path)))) for path in lent.paths)
        return
    found = matching_paths(place)
    if not found:
        raise Unreached("nothing is there")
    yield from ((path, shown(str(path))) for path in found)


def passed(path: Path, wanted: Wanted, mirror: Mirror, options: ReadOptions) -> Passage:
    """Return a way through an archive that was gone.

    Raises:
        Unreached: it is no archive, or cannot be opened.
    """
    try:
        members = members_of(path, options)
        if members is None:
            raise Unreached(NO_ARCHIVE)
        return Passage(members, wanted, mirror, options).go()
    except OSError as error:
        raise Unreached(f"cannot be opened: {error.strerror or error}") from error


def notes_of(passage: Passage, inside: str) -> list[Yielded]:
    """Return what is to be said of an archive beside what readers make of its members; links are none of these."""
    notes, roots = list(passage.notes), passage.roots
    links = {member.name for member in passage.taken if member.kind in ("link", "special")} & roots
    passage.roots = roots - links
    notes += [FileRead(passage.shown(name), 0, fault="a link or special file, not followed") for name in sorted(links)]
    if not roots and not passage.fault and not any(isinstance(note, FileRead) for note in notes):
        notes.append(FileRead(passage.shown(inside), 0, fault=NOTHING_FITS))
    if passage.fault or passage.refused:
        notes.append(FileRead(passage.mirror.name, passage.refused, fault=passage.fault, skipped=passage.unlisted))
    return notes


def fetched(address: str, kind: str, options: ReadOptions) -> Iterator[Lent]:
    """Yield copies of what an address names, file by file, or a whole folder where the kind reads folders.

    Raises:
        Unreached: it cannot be had.
        Abandoned: there is more of it than may be copied.
    """
    service = service_of(address)
    found = service.found(address)
    if not found:
        raise Unreached(NO_MATCH)
    for each in found:
        with private_folder() as folder:
            name = each.address.rstrip("/").rpartition("/")[2].partition("?")[0] or "index"
            mirror = Mirror(folder, told(each.address.rstrip("/")).rpartition("/")[0], is_copy=False)
            if each.is_folder:
                mirror.take_folder(name)
                if kind in FOLDER_KINDS:
                    copy_below(service, each, name, mirror, options)
                yield Lent(mirror, [mirror.place(name)])
            else:
                yield fetched_file(service, each, name, mirror, options)


def fetched_file(service: Service, found: Found, name: str, mirror: Mirror, options: ReadOptions) -> Lent:
    """Return the copy of one file.

    Raises:
        Unreached: it cannot be had.
        Abandoned: it is more than may be copied.
    """
    with service.opened(found) as (pieces, told_of):
        path, _ = mirror.take(name, pieces, told_of.modified, options.now)
    mirror.is_copy = told_of.modified is None  # nobody knows whether it is still written to
    return Lent(mirror, [path])


def copy_below(service: Service, folder: Found, name: str, mirror: Mirror, options: ReadOptions) -> None:
    """Copy all files below a folder.

    Raises:
        Unreached: one of them cannot be had.
        Abandoned: they are more than may be copied.
    """
    for inside, each in service.below(folder):
        if is_unsafe(inside):
            continue
        try:
            if each.is_folder:
                mirror.take_folder(f"{name}/{inside}")
                continue
            with service.opened(each) as (pieces, told_of):
                modified = each.modified if told_of.modified is None else told_of.modified
                mirror.take(f"{name}/{inside}", pieces, modified, options.now)
        except Clash:
            continue


def is_unsafe(inside: str) -> bool:
    """Return whether a path could lead out of the folder that it is to be copied to."""
    return inside.startswith("/") or "\0" in inside or ".." in inside.split("/")


def read_trees(far: Far, options: ReadOptions) -> Iterator[Yielded]:
    """Yield trees that lie elsewhere.

    Raises:
        Unreached: they cannot be had.
        Abandoned: there is too much of them.
    """
    if far.inside is None:
        yield from served_trees(far.place, options)
        return
    for path, name in archives(far.place, options):
        with private_folder() as folder:
            yield from archived_trees(path, far.inside, Mirror(folder, name, is_copy=True), options)


def archived_trees(path: Path, inside: str, mirror: Mirror, options: ReadOptions) -> Iterator[Yielded]:
    """Yield the trees of an archive, listed by its headers.

    Raises:
        Unreached: it is no archive, or cannot be opened.
    """
    wanted, fields = Wanted(inside, "files"), Fields(options)

    def needs(member: Member) -> bool:
        """Return whether a field is to be read from inside a member."""
        root = wanted.root_of(member.name)
        return root is not None and member.kind == "file" and bool(fields.of(within(member.name, root)))

    try:
        members = members_of(path, options)
        if members is None:
            raise Unreached(NO_ARCHIVE)
        passage = Passage(members, wanted, mirror, options, needs).go()
    except OSError as error:
        raise Unreached(f"cannot be opened: {error.strerror or error}") from error
    yield from passage.notes
    for root in sorted(passage.roots):
        yield from one_tree(passage, root, fields)
    if passage.refused and "" not in passage.roots:
        yield FileRead(mirror.name, passage.refused, skipped=passage.unlisted)
    if not passage.roots:
        yield FileRead(passage.shown(inside), 0, fault=passage.fault or NOTHING_FITS)


def one_tree(passage: Passage, root: str, fields: Fields) -> Iterator[Yielded]:
    """Yield one tree of an archive, then what is read from inside its files."""
    tree = FarTree(passage.shown(root), passage.options, is_copy=True)
    inside = [member for member in passage.taken if passage.wanted.root_of(member.name) == root]
    for member in inside:
        if member.name != root:
            tree.take(within(member.name, root), member.kind, member.size, member.modified)
        elif member.kind != "folder":
            tree.skipped["a file, not a folder"] += 1
            tree.records += 1
    if not root:
        tree.records += passage.refused
        tree.skipped.update(passage.unlisted)
    yield from tree.told(passage.fault, None if root else passage.members.sha256)
    for member in inside:
        path = within(member.name, root)
        if member.name != root and member.kind == "file" and fields.of(path):
            yield from fields.read(passage.mirror, member.name, path, member.size)


def within(name: str, root: str) -> str:
    """Return a member's path below a root."""
    return name[len(root) + 1 :] if root else name


def served_trees(address: str, options: ReadOptions) -> Iterator[Yielded]:
    """Yield the trees that an address names, as their service lists them.

    Raises:
        Unreached: they cannot be had.
    """
    service, fields = service_of(address), Fields(options)
    found = service.found(address)
    if not found:
        raise Unreached(NO_MATCH)
    for folder in found:
        tree, to_open = FarTree(told(folder.address.rstrip("/")), options, is_copy=False), list[tuple[str, Found]]()
        for path, each in service.below(folder):
            tree.take(path, "folder" if each.is_folder else "file", each.size, each.modified)
            if not each.is_folder and fields.of(path) and not is_unsafe(path):
                to_open.append((path, each))
        yield from tree.told(None)
        with private_folder() as copies:
            mirror = Mirror(copies, tree.file, is_copy=False)
            for path, each in to_open:
                with service.opened(each) as (pieces, _):
                    mirror.take(path, pieces, each.modified, options.now)
                yield from fields.read(mirror, path, path, each.size or 0)
