"""Alert files beside the heartbeats: one for each job in trouble, from the first check that sees it to its recovery.

A job is in trouble when it is silent, or when its last run did not boot; one file holds both, the boot first.
An alert is its own memory: since when it stands, and what became of the hook, which runs once for each silence.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forensics.cli_boot import named
from forensics.cli_boot_alerts import BOOT
from forensics.errors import OutputError

if TYPE_CHECKING:
    from forensics.cli_beats import Reading
    from forensics.evidence.result import Blocker, Result

FOLDER = "alerts"
SUFFIX = ".alert"
ABOUT = "Heartbeat "  # how what we say of a heartbeat begins; alerts of others stand in the same folder
MISSING = f"{ABOUT}missing"
HOOK = "hook: "
LONGEST = 65_536
ROOT = 0

Memory = Mapping[Path, Mapping[str, list[str]]]


@dataclass(frozen=True)
class Alert:
    """What is to be said of a job, as a file of that name in the first of some folders that can be written.

    ``blocker`` is that of its silence, where it is silent.
    """

    blocker: Blocker
    name: str
    folders: tuple[Path, ...]
    lines: tuple[str, ...]

    @property
    def path(self) -> Path:
        """Return where it stands if nothing hinders it."""
        return self.folders[0] / f"{self.name}{SUFFIX}"

    @property
    def is_silence(self) -> bool:
        """Return whether it tells of a heartbeat: a boot alone is none of the hook's business."""
        return self.blocker.kind == "stale"


def alerts_of(reading: Reading, fallback: Path) -> list[Alert]:
    """Return an alert for each job in trouble, beside its file where that folder is ours, else in the fallback."""
    places = places_of(reading.result)
    usual = [folder for folder in reading.folders if is_ours(folder)][:1]
    found = []
    for name, blockers in by_name(reading.blockers).items():
        last = blockers[-1]
        beside = [folder for folder in places.get(last.job or "", usual) if is_ours(folder)]
        folders = dict.fromkeys([*(folder / FOLDER for folder in beside), fallback])
        lines = (line for each in blockers for line in lines_about(each, reading.result))
        found.append(Alert(last, name, tuple(folders), tuple(dict.fromkeys(lines))))
    return found


def by_name(blockers: Sequence[Blocker]) -> dict[str, list[Blocker]]:
    """Return blockers by the names of their jobs' alerts, in the same order."""
    found: dict[str, list[Blocker]] = {}
    for blocker in blockers:
        found.setdefault(named(blocker.job or ""), []).append(blocker)
    return found


def lines_about(blocker: Blocker, result: Result) -> Iterator[str]:
    """Yield what an alert says of a blocker."""
    yield blocker.text
    last = last_beat(blocker, result) if blocker.kind == "stale" else ""
    yield from filter(None, (last, *blocker.observed, blocker.inferred, blocker.todo))


def last_beat(blocker: Blocker, result: Result) -> str:
    """Return when a job was last heard of, as a sentence; empty where that is not known or cannot be."""
    from forensics.timeline import local_text

    zone, now = result.config.timezone, result.window.now
    beats = (beat.last for beat in result.heartbeats if beat.job == blocker.job)
    last = max((at for at in beats if at is not None and at <= now), default=None)
    return "" if last is None else f"Last beat {local_text(last, zone)} {zone}."


def places_of(result: Result) -> dict[str, list[Path]]:
    """Return by job the folders in which its files lie, under the names that the config has for jobs."""
    from forensics.analyse.heartbeats import named as as_configured
    from forensics.analyse.heartbeats import rows_of

    beats = result.evidence.beats
    found: dict[str, list[Path]] = {}
    for beat, path in zip(rows_of(beats), beats["path"].tolist(), strict=True):
        found.setdefault(as_configured(beat, result.config.jobs).job, []).append(Path(path).parent)
    return found


def is_ours(folder: Path) -> bool:
    """Return whether alerts may be put into a folder: in one of somebody else, who knows where they would end up."""
    return is_owned(folder) and (is_owned(folder / FOLDER) or not os.path.lexists(folder / FOLDER))


def is_owned(folder: Path) -> bool:
    """Return whether a folder, not a link to one, belongs to us or to root."""
    with suppress(OSError):
        status = folder.lstat()
        return stat.S_ISDIR(status.st_mode) and status.st_uid in (ROOT, os.geteuid())
    return False


def remembered(reading: Reading, fallback: Path) -> Memory:
    """Return the lines of all alerts of a check that are ours to change, by folder and name."""
    folders = [*(folder / FOLDER for folder in reading.folders if is_ours(folder)), fallback]
    return {folder: dict(standing(folder)) for folder in dict.fromkeys(folders)}


def standing(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield name and lines of the alerts of a check in a folder that are ours to change."""
    with suppress(OSError):
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            lines = lines_of(path)
            if len(lines) > 1 and lines[1].startswith((ABOUT, BOOT)):
                yield path.name.removesuffix(SUFFIX), lines


def lines_of(path: Path) -> list[str]:
    """Return the lines of an alert; none where it is no plain file, or somebody else's that we cannot change."""
    with suppress(OSError):
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(file)
            if stat.S_ISREG(status.st_mode) and os.geteuid() in (ROOT, status.st_uid):
                return os.read(file, LONGEST).decode("utf-8", "replace").split("\n")
        finally:
            os.close(file)
    return []


def hook_line(alert: Alert, memory: Memory) -> str | None:
    """Return what an alert remembers of the hook, None where it did not run in this silence, or there is none."""
    if not alert.is_silence:
        return None
    lines = (line for each in memory.values() for line in each.get(alert.name, ()))
    return next((line for line in lines if line.startswith(HOOK)), None)


def put(alert: Alert, hook: str | None, now: int) -> Path:
    """Write an alert; return where it stands.

    Raises:
        OutputError: it can be written nowhere.
    """
    from forensics.ledger.alert import raise_alert

    lines = [*alert.lines, *([hook] if hook else [])]
    *others, last = alert.folders
    for folder in others:
        with suppress(OutputError):
            raise_alert(folder, alert.name, lines, now)
            return folder / f"{alert.name}{SUFFIX}"
    raise_alert(last, alert.name, lines, now)
    return last / f"{alert.name}{SUFFIX}"


def outdated(reading: Reading, memory: Memory, written: Collection[Path]) -> Iterator[Path]:
    """Yield the alerts that are over: their job is well, is gone from disk and config, or has one elsewhere.

    One of a muted job is left as it is. So is one of a job that is gone while not all could be read, or while no
    config says which jobs there should be; and one about a boot, as long as no registry shows that a later one came up.
    """
    troubled, elsewhere = set(by_name(reading.blockers)), {path.name for path in written}
    healthy, known = well(reading.result), {named(beat.job) for beat in reading.result.heartbeats}
    for folder, names in memory.items():
        for name, lines in names.items():
            path = folder / f"{name}{SUFFIX}"
            is_silence_over = name in healthy or (name not in known and is_gone(reading, lines))
            is_boot_over = name in reading.boots.up or not lines[1].startswith(BOOT)
            is_over = name not in troubled and is_silence_over and is_boot_over
            if is_over or (path.name in elsewhere and path not in written):
                yield path


def is_gone(reading: Reading, lines: Sequence[str]) -> bool:
    """Return whether it is sure that a job without any heartbeat owes none, or its alert tells of none."""
    told = next((line for line in lines if line.startswith(ABOUT)), None)
    is_whole, has_config = not (reading.unread or reading.skipped), reading.result.config.file is not None
    return told is None or (is_whole and (has_config or not told.startswith(MISSING)))


def well(result: Result) -> set[str]:
    """Return the names of the jobs all of whose heartbeats are in time."""
    from forensics.analyse.blockers import HEALTHY

    overdue = {beat.job for beat in result.heartbeats if beat.status not in HEALTHY}
    return {named(beat.job) for beat in result.heartbeats if beat.job not in overdue}


def swept(folders: Sequence[Path]) -> list[Path]:
    """Return the folders of heartbeats and alerts in which drafts are ours to remove."""
    return [each for folder in folders for each in (folder, folder / FOLDER) if is_owned(each)]
