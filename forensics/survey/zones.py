"""The zone of a machine: what its C library, and so its cron, goes by."""

from __future__ import annotations

from forensics.config_keys import zone_named
from forensics.survey.found import Zone
from forensics.survey.tree import Tree

LOCALTIME, TIMEZONE = "/etc/localtime", "/etc/timezone"
UNKNOWN = "nothing tells this machine's zone: UTC is taken, put in the right one"


def machine_zone(tree: Tree, variable: str | None = None) -> Zone:
    """Return the zone of a machine; ``variable`` is the TZ of the caller, which counts last.

    The link /etc/localtime is what the C library follows; /etc/timezone is a note that may be out of date.
    """
    linked, noted = from_link(tree.link(LOCALTIME)), from_note(tree)
    if linked:
        differs = f"; {TIMEZONE} says {noted}, which nothing follows" if noted and noted != linked else ""
        return Zone(linked, f"from {LOCALTIME}{differs}")
    if noted:
        return Zone(noted, f"from {TIMEZONE}")
    name = (variable or "").removeprefix(":")
    return Zone(name, "from $TZ") if known(name) else Zone(None, UNKNOWN)


def from_link(target: str | None) -> str | None:
    """Return the zone that a link into the zone database names."""
    return known((target or "").partition("zoneinfo/")[2].removeprefix("posix/").removeprefix("right/"))


def from_note(tree: Tree) -> str | None:
    """Return the zone that Debian notes in a file of its own."""
    try:
        return known(tree.text(TIMEZONE).strip())
    except OSError:
        return None


def known(name: str) -> str | None:
    """Return a name if it is that of a zone."""
    return name if name and zone_named(name) else None
