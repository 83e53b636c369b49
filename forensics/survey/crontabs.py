"""Where crontabs lie: the users', the system's own, and those that packages leave in /etc/cron.d.

Debian, Red Hat, SUSE, Alpine, the BSDs and macOS each keep them elsewhere. What cron itself passes over, such as
a name with a dot in Debian's /etc/cron.d, is passed over here, and said.
"""

from __future__ import annotations

import re

from forensics.survey.crontab_lines import Table, read_table
from forensics.survey.found import Barred, Findings, Place, Unused
from forensics.survey.tree import Tree

SYSTEM = "/etc/crontab"
DROPPED_IN = ("/etc/cron.d", "/usr/local/etc/cron.d")
# Debian's, SUSE's, Red Hat's, the BSDs', Alpine's, macOS's; of one inside another only files are read.
USERS = (
    "/var/spool/cron/crontabs",
    "/var/spool/cron/tabs",
    "/var/spool/cron",
    "/var/cron/tabs",
    "/etc/crontabs",
    "/usr/lib/cron/tabs",
    "/private/var/at/tabs",
)
OWN = "crontab -l"
STRICT_NAME = re.compile(r"[A-Za-z0-9_-]+")
# cronie reads names with dots, but none of these (cronie, database.c, not_a_crontab).
LEFT_BEHIND = re.compile(r"[.#].*|.*~|.*\.(?:rpmsave|rpmorig|rpmnew)")
LEFT_IN_SPOOL = re.compile(r"[.#].*|.*~|tmp\..*|cron\.(?:allow|deny|update)|at\.(?:allow|deny)|SEQ|\..*")
CRONIE_MARKS = ("/etc/redhat-release", "/etc/arch-release", "/etc/SuSE-release", "/etc/cron.d/0hourly")
CRONIE_KIN = re.compile(r"^ID(?:_LIKE)?=.*\b(?:rhel|fedora|centos|suse|sles|arch)", re.MULTILINE)
DENIED = "it may not be read: ask as root, with sudo"


def crontabs(tree: Tree, own: Table | None = None) -> Findings:
    """Return the jobs of all crontabs; ``own`` is the caller's as cron shows it, for where its file is barred."""
    found = system_tables(tree)
    users = user_tables(tree)
    is_seen = own is None or any(place.file.endswith(f"/{own.user}") for job in users.jobs for place in job.places)
    return found + users + (Findings() if is_seen or own is None else read_table(own))


def system_tables(tree: Tree) -> Findings:
    """Return the jobs of /etc/crontab and of what was dropped beside it."""
    found = read(tree, SYSTEM, None) if tree.has(SYSTEM) else Findings()
    reads_dots = is_cronie(tree)
    for folder in DROPPED_IN:
        for name in tree.seen(folder):
            found += dropped_in(tree, f"{folder}/{name}", reads_dots=reads_dots)
    return found


def dropped_in(tree: Tree, path: str, *, reads_dots: bool) -> Findings:
    """Return the jobs of a file in /etc/cron.d, or why cron does not read it."""
    name = path.rsplit("/", 1)[-1]
    if name in (".placeholder", ".keep"):
        return Findings()
    if LEFT_BEHIND.fullmatch(name) or (not reads_dots and not STRICT_NAME.fullmatch(name)):
        why = "cron reads no file of such a name: only letters, digits, `_` and `-`; its jobs do not run"
        return Findings(unused=(Unused(Place(path), why),))
    return read(tree, path, None)


def is_cronie(tree: Tree) -> bool:
    """Return whether the machine's cron is cronie, which reads names with dots."""
    if any(tree.has(mark) for mark in CRONIE_MARKS):
        return True
    try:
        return CRONIE_KIN.search(tree.text("/etc/os-release")) is not None
    except OSError:
        return False


def user_tables(tree: Tree) -> Findings:
    """Return the jobs of the users' crontabs, each file once, by whatever way it is reached."""
    found, seen = Findings(), set()
    for folder in USERS:
        try:
            names = tree.names(folder)
        except OSError:
            found += Findings(barred=(Barred(folder, DENIED),))
            continue
        for name in names:
            path = f"{folder}/{name}"
            real = tree.real(path)
            if real not in seen and tree.is_file(path) and not LEFT_IN_SPOOL.fullmatch(name):
                seen.add(real)
                found += read(tree, path, name)
    return found


def read(tree: Tree, path: str, user: str | None) -> Findings:
    """Return the jobs of a crontab that is there, or that it may not be read."""
    try:
        return read_table(Table(path, tree.text(path), user))
    except PermissionError:
        return Findings(barred=(Barred(path, DENIED),))
    except OSError as error:
        return Findings(barred=(Barred(path, f"it cannot be read: {error.strerror}"),))
