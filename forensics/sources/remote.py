"""Finds what addresses name, and fetches it: web servers by HTTP, all else through fsspec and its packages.

What an address's own service needs to know you by, it takes from where its package looks for it (the environment, a
file of its own); never from the address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, Protocol

from forensics.redaction import redact
from forensics.sources import web
from forensics.sources.instants import NANOS
from forensics.sources.members import MEMBER_LIMIT, PIECE, Damaged
from forensics.sources.web import Unreached, WebFile

MAGIC = frozenset("*?[")
WEB_MAGIC = frozenset("*[")  # a question mark begins a query
ANY_DEPTH = "**"
TIMES = ("mtime", "LastModified", "last_modified", "modified", "updated", "modify", "created")
WEB_LIMIT = 10_000


@dataclass(frozen=True)
class Found:
    """What an address names: the address itself, what is known of it, and how its content is had.

    ``modified`` is in ns, None where the service does not tell it.
    """

    address: str
    is_folder: bool
    size: int | None
    modified: int | None


class Service(Protocol):
    """Where addresses of one kind lead."""

    def found(self, pattern: str) -> list[Found]:
        """Return what a pattern fits, sorted by address; a plain address must be there.

        Raises:
            Unreached: the service cannot be reached, or nothing is there.
        """

    def below(self, folder: Found) -> Iterator[tuple[str, Found]]:
        """Yield what lies below a folder, at any depth, by its path there.

        Raises:
            Unreached: it cannot be listed.
        """

    def opened(self, found: Found) -> AbstractContextManager[tuple[Iterator[bytes], WebFile]]:
        """Give the content of a file in pieces, and what is known of it by then.

        Raises:
            Unreached: it cannot be had.
        """


def service_of(address: str) -> Service:
    """Return where an address leads.

    Raises:
        Unreached: nobody knows, or a package is missing.
    """
    return Web() if web.is_web(address) else Filesystem(address)


class Web:
    """Web servers."""

    def found(self, pattern: str) -> list[Found]:
        """Return what a pattern fits; see ``Service.found``."""
        scheme, _, path = pattern.partition("://")
        parts = path.split("/")
        fixed = next((at for at, part in enumerate(parts) if WEB_MAGIC & set(part)), None)
        if fixed is None:
            return [Found(pattern, pattern.endswith("/"), None, None)]
        if any(ANY_DEPTH in part for part in parts):
            raise Unreached("`**` is not for web servers - name the folder that the files are in")
        folders = {f"{scheme}://{'/'.join(parts[:fixed])}/": ""}
        for at, part in enumerate(parts[fixed:], fixed):
            is_last = at == len(parts) - 1
            named = {
                address: name
                for folder in folders
                for name, address in web.listed(folder).items()
                if fnmatchcase(name.rstrip("/"), part) and (is_last or name.endswith("/"))
            }
            folders = named
        return [Found(address, name.endswith("/"), None, None) for address, name in sorted(folders.items())]

    def below(self, folder: Found) -> Iterator[tuple[str, Found]]:
        """Yield what the index pages below an address list; see ``Service.below``."""
        top = folder.address.rstrip("/") + "/"
        waiting, count = [("", top)], 0
        while waiting:
            above, address = waiting.pop()
            for name, each in sorted(web.listed(address).items()):
                count += 1
                if count > WEB_LIMIT:
                    raise Unreached(f"abandoned: more than {WEB_LIMIT:,} files - pack them, and name the archive")
                if name.endswith("/"):
                    waiting.append((above + name, each))
                    continue
                told = known_of(each)
                yield above + name, Found(each, False, told.size, told.modified)

    @contextmanager
    def opened(self, found: Found) -> Iterator[tuple[Iterator[bytes], WebFile]]:
        """Give the content of a file; see ``Service.opened``."""
        with web.answered("GET", found.address) as answer:
            yield web.pieces(answer), web.told_of(answer)


def known_of(address: str) -> WebFile:
    """Return what a server tells of a file of a tree; nothing where it does not give that one."""
    try:
        return web.status(address)
    except Unreached:
        return WebFile(None, None)


class Filesystem:
    """A file system of fsspec."""

    def __init__(self, address: str) -> None:
        import fsspec  # type: ignore[import-untyped]

        scheme = address.partition("://")[0]
        with told_plainly(scheme):
            self._system, self._path = fsspec.core.url_to_fs(address)
        self._address = address
        self._scheme = scheme

    def found(self, pattern: str) -> list[Found]:
        """Return what a pattern fits; see ``Service.found``."""
        with told_plainly(self._scheme):
            if not MAGIC & set(self._path) or self._system.exists(self._path):
                return [self._found(pattern, self._system.info(self._path))]
            hits: Mapping[str, Mapping[str, Any]] = self._system.glob(self._path, detail=True)
            return [self._found(self._system.unstrip_protocol(path), told) for path, told in sorted(hits.items())]

    def below(self, folder: Found) -> Iterator[tuple[str, Found]]:
        """Yield what a listing shows below a folder; see ``Service.below``."""
        with told_plainly(self._scheme):
            top = self._system._strip_protocol(folder.address).rstrip("/")
            hits: Mapping[str, Mapping[str, Any]] = self._system.find(top, withdirs=True, detail=True)
        if len(hits) > MEMBER_LIMIT:
            raise Unreached(f"abandoned: more than {MEMBER_LIMIT:,} files")
        for path, told in sorted(hits.items()):
            inside = path[len(top) :].strip("/")
            if inside:
                yield inside, self._found(self._system.unstrip_protocol(path), told)

    @contextmanager
    def opened(self, found: Found) -> Iterator[tuple[Iterator[bytes], WebFile]]:
        """Give the content of a file; see ``Service.opened``."""
        with told_plainly(self._scheme):
            file = self._system.open(self._system._strip_protocol(found.address), "rb")
        with file:
            yield self._pieces(file), WebFile(found.size, found.modified)

    def _pieces(self, file: Any) -> Iterator[bytes]:
        try:
            with told_plainly(self._scheme):
                while piece := file.read(PIECE):
                    yield piece
        except Unreached as error:
            raise Damaged(f"cut off: {error}") from error

    def _found(self, address: str, told: Mapping[str, Any]) -> Found:
        size = told.get("size")
        return Found(address, told.get("type") == "directory", size if isinstance(size, int) else None, changed(told))


def changed(told: Mapping[str, Any]) -> int | None:
    """Return when a file was changed in ns, by whatever name its service tells it."""
    value = next((told[key] for key in TIMES if told.get(key) is not None), None)
    match value:
        case datetime():
            aware = value if value.tzinfo else value.replace(tzinfo=UTC)
            since = aware - datetime(1970, 1, 1, tzinfo=UTC)
            return (since.days * 86_400 + since.seconds) * NANOS + since.microseconds * 1000
        case bool():
            return None
        case int():
            return value * NANOS
        case float():
            return round(value * 10**6) * 1000
        case str():
            try:
                return changed({"mtime": datetime.fromisoformat(value)})
            except ValueError:
                return web.instant(value)
    return None


@contextmanager
def told_plainly(scheme: str) -> Iterator[None]:
    """Turn whatever a service's package raises into one line, with no secret in it."""
    try:
        yield
    except Unreached:
        raise
    except ImportError as error:
        raise Unreached(f"{scheme}:// needs another package: {one_line(error)}") from error
    except FileNotFoundError as error:
        raise Unreached("nothing is there") from error
    except PermissionError as error:
        raise Unreached(f"not allowed: {one_line(error)}") from error
    except Exception as error:
        raise Unreached(f"cannot be reached: {one_line(error)}") from error


def one_line(error: Exception) -> str:
    """Return what an error says, in one line, without secrets."""
    return redact(web.ERROR_NUMBER.sub("", str(error))).partition("\n")[0][:200] or type(error).__name__
