"""How a config names what lies elsewhere: addresses without secrets, and archives that a path leads through."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

ADDRESS = "://"
CHAIN = "::"
# Where a name before the host is how the service writes its addresses, or how it knows whom to ask; a password never.
NAMING = frozenset({"abfs", "abfss", "adl", "az", "ftp", "hdfs", "sftp", "ssh", "wasb", "wasbs"})
SECRET_KEY = re.compile(
    r"(?i)(?:^|[-_.])(?:sig|signature|token|key|secret|password|passwd|pwd|credentials?|auth|code|sas)(?:$|[-_.])"
)
WITHOUT = (
    "an address without a name, a password or a key in it; what its service knows you by is taken from the environment"
)


def is_address(path: str) -> bool:
    """Return whether a path is an address, or leads through an archive to one."""
    return ADDRESS in path


def address_problem(written: str) -> tuple[str, str] | None:
    """Return what is needed and what came in place of an address that may be used, or a chain of them; None for one.

    What came is told without what could be secret in it.
    """
    try:
        if any(holds_secret(link) for link in written.split(CHAIN) if is_address(link)):
            return WITHOUT, "an address with a secret"
    except ValueError:
        return 'an address such as "https://example.org/logs/syslog"', "no address that can be read"
    return None


def anchored(written: str, folder: str) -> str:
    """Return an address; where it leads through an archive of this machine, that is named from a folder on."""
    head, chain, place = written.rpartition(CHAIN)
    if not chain or is_address(place) or place.startswith(("/", "~")):
        return written
    return f"{head}{chain}{folder.rstrip('/')}/{place}"


def holds_secret(address: str) -> bool:
    """Return whether an address names who asks, or holds a key.

    Raises:
        ValueError: it cannot be taken apart.
    """
    parts = urlsplit(address)
    name, at, _ = parts.netloc.rpartition("@")
    if at and (":" in name or parts.scheme not in NAMING):
        return True
    return any(SECRET_KEY.search(key) for key, _ in parse_qsl(parts.query, keep_blank_values=True))
