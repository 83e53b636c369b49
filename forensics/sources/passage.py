"""Goes through an archive once: copies the members that are asked for, and holds them to the archive's manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from forensics.evidence.records import FileRead, Reject, Yielded, clipped
from forensics.sources.base import ReadOptions
from forensics.sources.bodyfile import SUFFIX
from forensics.sources.far import FOLDER_KINDS
from forensics.sources.file_fields import ANY_DEPTH, fits
from forensics.sources.manifest import ALTERED, GONE, LARGEST, NAME, STRANGE, Manifest, manifest_of
from forensics.sources.members import Abandoned, Damaged, Member, Members, Refused
from forensics.sources.mirror import Clash, Mirror
from forensics.sources.opening import head
from forensics.sources.paths import shown
from forensics.sources.tar_members import TarMembers, is_tar
from forensics.sources.zip_members import ZipMembers

REFUSALS_LISTED = 100
ZIP_MARK = b"PK"


def members_of(path: Path, options: ReadOptions) -> Members | None:
    """Return the members of an archive, told by its first bytes; None where it is none.

    Raises:
        OSError: it cannot be opened.
    """
    start = head(path)
    if start.startswith(ZIP_MARK):
        return ZipMembers(path, options.timezone)
    return TarMembers(path) if is_tar(start) or not start else None


class Wanted:
    """Which members of an archive a path asks for: those that fit it, or lie in a folder that does."""

    def __init__(self, inside: str, kind: str) -> None:
        self._inside = inside
        self._patterns = inside.split("/")
        self.takes_folders = kind in FOLDER_KINDS
        is_listing = kind == "bodyfile" and inside.endswith(SUFFIX)
        self._beside = f"{inside.removesuffix(SUFFIX)}/" if is_listing else None

    def root_of(self, name: str) -> str | None:
        """Return the path that fits and is or holds a member; None where the member is not asked for."""
        if not self._inside:
            return ""
        parts = name.split("/")
        if self.is_meant(parts) and not self.takes_folders:
            return name
        fitting = (parts[:length] for length in range(1, len(parts) + 1))
        found = next((above for above in fitting if self.is_meant(above)), None)
        return None if found is None else "/".join(found)

    def is_beside(self, name: str) -> bool:
        """Return whether a member is content that belongs to a listing."""
        return self._beside is not None and name.startswith(self._beside)

    def is_meant(self, parts: list[str]) -> bool:
        """Return whether a path is the one that was written, or fits it as a pattern."""
        return parts == self._patterns or (fits(parts, self._patterns) and not self.is_hidden(parts))

    def is_hidden(self, parts: list[str]) -> bool:
        """Return whether a dot at the head of a name has only a sign to stand for it, as a shell would not have it."""
        if ANY_DEPTH in self._patterns:
            return any(part.startswith(".") for part in parts) and "." not in {text[:1] for text in self._patterns}
        pairs = zip(parts, self._patterns, strict=True)
        return any(part.startswith(".") and not pattern.startswith(".") for part, pattern in pairs)

    def only_literal(self, roots: set[str]) -> set[str]:
        """Return the paths that are meant: the one that was written, where there is one, whatever signs it holds."""
        return {self._inside} if self._inside in roots else roots

    def fits_name(self, name: str) -> bool:
        """Return whether a member of that name would be asked for."""
        return self.root_of(name) is not None or self.is_beside(name)


def any_content(_member: Member) -> bool:
    """Return that every member's content is needed."""
    return True


@dataclass
class Passage:
    """One way through an archive. ``roots`` are the paths that fit, ``taken`` the members at or below them.

    ``notes`` are what is to be said beside what readers make of the copies; ``fault`` is why the archive ended early.
    """

    members: Members
    wanted: Wanted
    mirror: Mirror
    options: ReadOptions
    needs: Callable[[Member], bool] = any_content
    roots: set[str] = field(default_factory=set)
    taken: list[Member] = field(default_factory=list)
    notes: list[Yielded] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    manifest: Manifest | None = None
    fault: str | None = None
    refused: int = 0

    def go(self) -> Passage:
        """Go through the archive, to its end or as far as it is sound.

        Raises:
            OSError: it cannot be opened, or there is no room for the copies.
        """
        seen: set[str] = set()
        try:
            for member in self.members:
                if isinstance(member, Refused):
                    self.refuse(member.number, member.name, member.reason)
                elif member.kind != "folder" and member.name in seen:
                    self.refuse(member.number, member.name, "a second member of that name")
                else:
                    seen.add(member.name)
                    self.meet(member)
        except Abandoned as error:
            self.fault = str(error)
        self.fault = self.fault or self.members.fault
        self.roots = self.wanted.only_literal(self.roots)
        if self.manifest is not None:
            self.hold_to(self.manifest)
        return self

    def meet(self, member: Member) -> None:
        """Take one member, if it is asked for."""
        if member.name == NAME and member.kind == "file" and self.learn(member):
            return
        root = self.wanted.root_of(member.name)
        is_beside = root is None and self.wanted.is_beside(member.name)
        if root is None and not is_beside:
            return
        self.roots |= set() if root is None else {root}
        self.taken.append(member)
        try:
            if root is not None and member.name != root and not self.wanted.takes_folders:
                self.mirror.take_folder(root)  # only so that the reader says what is wrong with it
            else:
                self.copy(member)
        except Clash as error:
            self.refuse(member.number, member.name, str(error))

    def learn(self, member: Member) -> bool:
        """Return whether a member is a manifest of ours; then it is known."""
        content = b""
        try:
            for piece in member.content():
                content += piece
                if len(content) > LARGEST:
                    return False
        except Damaged:
            return False
        self.manifest = manifest_of(content)
        return self.manifest is not None

    def copy(self, member: Member) -> None:
        """Copy a member whose content is needed.

        Raises:
            Abandoned: there is too much of it.
            Clash: another copy has its name.
        """
        if not self.needs(member):
            return
        match member.kind:
            case "file":
                target, digest = self.mirror.take(member.name, member.content(), member.modified, self.options.now)
                if str(target) not in self.mirror.faults:
                    self.digests[member.name] = digest
            case "link":
                self.mirror.take_link(member.name)
            case "folder" | "special":
                self.mirror.take_folder(member.name)

    def refuse(self, number: int, name: str, reason: str) -> None:
        """Note a member that is left alone."""
        self.refused += 1
        if self.refused <= REFUSALS_LISTED:
            self.notes.append(Reject(self.mirror.name, number, f"refused: {reason}", clipped(shown(name))))

    @property
    def unlisted(self) -> dict[str, int]:
        """Return how many refused members are not listed one by one."""
        left = self.refused - REFUSALS_LISTED
        return {f"refused beyond the first {REFUSALS_LISTED}": left} if left > 0 else {}

    def hold_to(self, manifest: Manifest) -> None:
        """Say what differs from what was collected, and up to when each file speaks."""
        for name, digest in self.digests.items():
            packed, local = manifest.files.get(name), shown(str(self.mirror.place(name)))
            if packed is None:
                self.mirror.faults[local] = STRANGE
            elif packed.sha256 != digest:
                self.mirror.faults[local] = ALTERED
            elif packed.is_live:
                self.mirror.ends[local] = manifest.collected
                self.mirror.trees |= {local} if packed.is_tree else set()
            if packed is not None and packed.fault:
                self.mirror.blames[local] = packed.fault
        self.notes += self.absent(manifest)

    def absent(self, manifest: Manifest) -> Iterator[FileRead]:
        """Yield what is asked for, was there or should have been, and is not."""
        known = {member.name for member in self.taken}
        for name in sorted(set(manifest.files) - known if self.fault is None else ()):
            if self.wanted.fits_name(name):
                yield FileRead(self.shown(name), 0, fault=GONE)
        for name, why in sorted(manifest.unread.items()):
            if self.wanted.fits_name(name):
                yield FileRead(self.shown(name), 0, fault=f"could not be read when it was collected: {why}")

    def shown(self, name: str) -> str:
        """Return what a member is shown as."""
        return shown(f"{self.mirror.name}/{name}" if name else self.mirror.name)

    @property
    def paths(self) -> list[Path]:
        """Return where the copies of what was asked for lie, in order of their names in the archive."""
        return [self.mirror.place(root) for root in sorted(self.roots)]
