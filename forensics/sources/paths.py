"""Makes listed paths relative to a source's root, as text with ``/`` and no leading ``./`` or ``/``."""

from __future__ import annotations

import os
from collections.abc import Callable

HERE = "."
ARROW = b" -> "


def shown(path: str) -> str:
    r"""Return a path of this machine as text: bytes that are no UTF-8 stand as ``\xNN``."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "backslashreplace")


def tidied(path: str) -> str:
    """Return a path without ``.`` parts, doubled or trailing slashes; ``..`` stays, as it may pass a link."""
    parts = [part for part in path.split("/") if part not in ("", HERE)]
    return ("/" if path.startswith("/") else "") + "/".join(parts) or HERE


def parent(path: str) -> str:
    """Return the folder above a tidied path."""
    if path == "/":
        return path
    above, slash, last = path.rpartition("/")
    if last == "..":
        return f"{path}/.."
    if slash:
        return above or "/"
    return ".." if path == HERE else HERE


def relative_to(root: str | None) -> Callable[[str], str | None]:
    """Return a function that makes a path relative to the root; it gives None for a path outside.

    The root itself becomes ``.``. Without a root an absolute path only loses its leading slash. A
    relative path under an absolute root is taken as relative to that root already.
    """
    if root is None:
        return _unrooted
    base = tidied(root)
    prefix = "" if base == HERE else base if base == "/" else f"{base}/"

    def inside(path: str) -> str | None:
        if "/." in path or "//" in path or path[:2] == "./" or path[-1:] == "/":
            path = tidied(path)
        if path.startswith(prefix) and (prefix or path[:1] != "/"):
            return path[len(prefix) :] or HERE
        if path == base:
            return HERE
        return path if base[0] == "/" and path[:1] != "/" else None

    return inside


def _unrooted(path: str) -> str:
    if path[:2] == "./" or "/." in path or "//" in path or path[-1:] == "/":
        path = tidied(path)
    return (path[1:] if path[:1] == "/" else path) or HERE


def without_target(name: bytes, size: int | None) -> bytes:
    """Return a symbolic link's name without `` -> target``.

    A name may hold an arrow itself: a link is as long as its target, so its size tells which arrow
    is the one; where none fits it is the first. Where no name would be left it stays as it is.
    """
    if size and name[-size - len(ARROW) : -size] == ARROW:
        return name[: -size - len(ARROW)] or name
    return name.partition(ARROW)[0] or name
