"""Timers of systemd: of the system, and of users. One that nothing enables, or that is masked, starts nothing.

Written by systemd.timer(5) and systemd.unit(5). A unit in /etc stands for one of the same name in /usr/lib; what is
dropped in beside it (``NAME.timer.d/*.conf``) is read after it, and an empty value forgets those before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from forensics.match.names import slug
from forensics.oncalendar import Unreadable
from forensics.oncalendar import calendars as calendar_times
from forensics.survey.calendars import as_cron, span
from forensics.survey.found import Findings, FoundJob, Place, Unused
from forensics.survey.joining import one_schedule
from forensics.survey.tree import Tree

MADE_HERE = ("/etc/systemd/system",)
SHIPPED = ("/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
USERS_OWN = ".config/systemd/user"
ENABLING = re.compile(r".+\.(?:wants|requires)")
OWN = re.compile(r"forensics-[a-z-]+\.timer")
GRACE = timedelta(minutes=10)
INTERVALS = ("OnUnitActiveSec", "OnUnitInactiveSec")
ONCE = ("OnBootSec", "OnStartupSec", "OnActiveSec")

Unit = Mapping[str, Sequence[str]]


def timers(tree: Tree) -> Findings:
    """Return the jobs of all timers that may elapse: the system's, then each user's."""
    found = in_folders(tree, (*MADE_HERE, *SHIPPED), MADE_HERE, None)
    for home in tree.homes():
        folder = f"{home}/{USERS_OWN}"
        found += in_folders(tree, (folder,), (folder,), home.rsplit("/", 1)[-1])
    return found


def in_folders(tree: Tree, folders: Sequence[str], own: Sequence[str], user: str | None) -> Findings:
    """Return the jobs of the timers in folders, the first of which outrank the others."""
    enabled = dict.fromkeys(name for folder in folders for name in enabled_in(tree, folder))
    there = {name: f"{folder}/{name}" for folder in reversed(folders) for name in tree.seen(folder)}
    made = {name for folder in own for name in tree.seen(folder)}
    found = Findings()
    for name in sorted(timer for timer in {*enabled, *made} if timer.endswith(".timer")):
        path = there.get(name) or there.get(re.sub(r"@.*\.", "@.", name))
        if path and not name.endswith("@.timer") and not OWN.fullmatch(name) and not is_masked(tree, path):
            found += timer(tree, name, path, folders, user, is_enabled=name in enabled)
    return found


def enabled_in(tree: Tree, folder: str) -> Iterator[str]:
    """Yield the units that others want or require, by the links in a folder."""
    for name in tree.seen(folder):
        if ENABLING.fullmatch(name):
            yield from tree.seen(f"{folder}/{name}")


def is_masked(tree: Tree, path: str) -> bool:
    """Return whether a unit was made to start never."""
    return tree.link(path) == "/dev/null"


def timer(tree: Tree, name: str, path: str, folders: Sequence[str], user: str | None, *, is_enabled: bool) -> Findings:
    """Return the job of a timer."""
    try:
        unit = read_unit(tree, path, name, folders)
    except OSError as error:
        return Findings(unused=(Unused(Place(path), f"it cannot be read: {error.strerror}"),))
    cadence = cadence_of(unit)
    notes = list(cadence.pop("notes", ()))
    if not is_enabled:
        notes.append("no `.wants` folder enables it: systemctl list-timers tells whether it is meant to run")
    stem = name.removesuffix(".timer")
    job = FoundJob(
        name=slug(stem.replace("@", "-")),
        places=(Place(path),),
        scheduler="systemd",
        command=command_of(tree, unit, stem, folders),
        users=(user,) if user else (),
        said=next(iter(unit.get("Description", ())), None),
        aliases=(f"{stem}.service", f"{stem}.timer"),
        notes=tuple(notes),
        **cadence,
    )
    return Findings((job,))


def cadence_of(unit: Unit) -> dict[str, Any]:
    """Return schedule or interval of a timer, its zone, its grace, and notes on what could not be taken over."""
    delay = sum((span(text) or timedelta() for text in unit.get("RandomizedDelaySec", ())[-1:]), timedelta())
    grace = {"start_grace": GRACE + delay} if delay else {}
    calendars = unit.get("OnCalendar", ())
    translated = [as_cron(text) for text in calendars]
    written = tuple(f"OnCalendar={text}" for text in calendars)
    if calendars and all(translated):
        zones = {zone for _, zone in filter(None, translated)}
        schedule = one_schedule([cron for cron, _ in filter(None, translated)]) if len(zones) == 1 else None
        if schedule:
            return {"schedule": schedule, "zone": zones.pop(), "notes": written, **grace}
    together = "; ".join(calendars)
    if calendars and reads(together):
        return {"schedule": together, "notes": written, **grace}
    if calendars:
        return {"notes": (*written, "not used: cron's five fields cannot say this; write what comes nearest"), **grace}
    return {**interval_of(unit), **grace}


def reads(schedule: str) -> bool:
    """Return whether calendar times can be unrolled as they are."""
    try:
        return bool(calendar_times(schedule))
    except Unreadable:
        return False


def interval_of(unit: Unit) -> dict[str, Any]:
    """Return the interval of a timer that counts from its last run."""
    for key in INTERVALS:
        text = next(iter(unit.get(key, ())[-1:]), None)
        every = span(text) if text else None
        if every:
            return {"interval": every, "notes": (f"{key}={text}",)}
    once = [f"{key}={text}" for key in ONCE for text in unit.get(key, ())]
    return {"notes": (*once, "it elapses once, and is never due" if once else "nothing in it says when it elapses")}


def read_unit(tree: Tree, path: str, name: str, folders: Sequence[str]) -> Unit:
    """Return the values of a unit by their keys, with those of the files that were dropped in beside it.

    Raises:
        OSError: it cannot be read.
    """
    values: defaultdict[str, list[str]] = defaultdict(list)
    dropped = {
        part: f"{folder}/{name}.d/{part}" for folder in reversed(folders) for part in tree.seen(f"{folder}/{name}.d")
    }
    for file in (path, *(dropped[part] for part in sorted(dropped) if part.endswith(".conf"))):
        for key, value in assignments(tree.text(file)):
            if value:
                values[key].append(value)
            else:
                values[key].clear()
    return values


def assignments(text: str) -> Iterator[tuple[str, str]]:
    """Yield the keys and values of a unit; a line that ends in a backslash goes on in the next."""
    for line in re.sub(r"\\\r?\n", " ", text).split("\n"):
        key, sign, value = line.strip().partition("=")
        if sign and not key.startswith(("#", ";", "[")):
            yield key.strip(), value.strip()


def command_of(tree: Tree, unit: Unit, stem: str, folders: Sequence[str]) -> str | None:
    """Return what the service of a timer starts, None where that cannot be read."""
    service = next(iter(unit.get("Unit", ())[-1:]), f"{stem}.service")
    for name in (service, re.sub(r"@.*\.", "@.", service)):
        for folder in folders:
            if tree.has(f"{folder}/{name}"):
                try:
                    started = read_unit(tree, f"{folder}/{name}", name, folders).get("ExecStart", ())
                except OSError:
                    return None
                return started[0].lstrip("-@:+!") if started else None
    return None
