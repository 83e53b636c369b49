"""Evidence that lies where it usually does: cron's lines in the system's logs, and registries of recorded runs.

A log counts only where cron's lines are in it: one without them would seem to show that no job ever started.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from pathlib import Path

from forensics.config import SourceConfig
from forensics.sources.opening import EvidenceFile
from forensics.sources.registry import Registry
from forensics.sources.syslog import Syslog
from forensics.survey.found import FoundSource
from forensics.survey.tree import Tree

FOLDER = "/var/log"
LOGS = ("syslog", "cron.log", "cron", "messages")
# A log and its rotated parts: `syslog.1`, `syslog.2.gz`, `cron-20260308.xz`.
ROTATED = re.compile(r"(?:[.-]\d{1,8})?(?:\.(?:gz|bz2|xz|zst))?")
STARTED = re.compile(rb" CMD(?: START)? \(| pid +\d+ cmd | running job: ", re.IGNORECASE)
LOOKED_AT = 1 << 20
REGISTRIES = ("/var/lib/forensics/registry.db",)
IN_HOME = ".local/state/forensics/registry.db"


def sources_at_hand(tree: Tree) -> Iterator[FoundSource]:
    """Yield the logs in which cron's lines are, and the registries."""
    names = tree.seen(FOLDER)
    for log in LOGS:
        parts = [name for name in names if name.startswith(log) and ROTATED.fullmatch(name[len(log) :])]
        if any(shows_jobs(tree, f"{FOLDER}/{name}") for name in parts):
            others = any(name.startswith(log) and name not in parts for name in names)
            pattern = glob.escape(str(tree.real(FOLDER) / log)) + ("" if others else "*")
            yield FoundSource(SourceConfig("syslog", pattern), "what cron started")
    for path in (*REGISTRIES, *(f"{home}/{IN_HOME}" for home in tree.homes())):
        if tree.is_file(path) and Registry().detect(tree.real(path)):
            yield FoundSource(SourceConfig("registry", str(tree.real(path))), "what `forensics run` recorded")


def shows_jobs(tree: Tree, path: str) -> bool:
    """Return whether a file is a log in which cron says what it started."""
    try:
        real = tree.real(path)
        return real.is_file() and Syslog().detect(real) and any(map(STARTED.search, ends_of(real)))
    except OSError:
        return False


def ends_of(path: Path) -> Iterator[bytes]:
    """Yield the beginning of a file, unpacked, and the end of it as it lies there.

    Raises:
        OSError: it cannot be opened.
    """
    yield next(EvidenceFile(path).blocks(), b"")[:LOOKED_AT]
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size > LOOKED_AT:
            file.seek(size - LOOKED_AT)
            yield file.read(LOOKED_AT)
