"""Units and a crontab for this very installation: printed, or written where they belong."""

from __future__ import annotations

import sys
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from forensics.recorder.units import CRONTAB, Setup, crontab, unit_files

if TYPE_CHECKING:
    from forensics.config import Config

MONTHS = 12


def own_command() -> tuple[str, ...]:
    """Return how this program is called from anywhere: by its script, else by its interpreter and its name."""
    called, beside = Path(sys.argv[0]).absolute(), Path(sys.executable).with_name("forensics")
    for script in (called, beside):
        if script.name == "forensics" and script.is_file():
            return (str(script),)
    return (sys.executable, "-m", "forensics")


def setup_of(config: Config, every: timedelta, nightly: time, now: datetime) -> Setup:
    """Return the setup that a config asks for: where it lies, its zone, its tracker, the folders that it names.

    ``now`` is in the host's own zone.
    """
    beats, zone = config.heartbeats, config.timezone
    is_elsewhere = config.file is not None and not is_like_here(zone, now)
    at = datetime.combine(now.astimezone(zone), nightly, zone)
    return Setup(
        command=own_command(),
        config=config.file,
        every=every,
        nightly=nightly,
        zone=zone.key if is_elsewhere else None,
        nightly_here=at.astimezone(now.tzinfo).time() if is_elsewhere else None,
        files_issues=config.tracker is not None or config.slack_webhook_env is not None,
        beats=own_folder(beats.dirs) if beats.configured else None,
        written=(str(Path(config.ledger).parent),) if config.ledger else (),
    )


def is_like_here(zone: ZoneInfo, now: datetime) -> bool:
    """Return whether the host's clock shows a zone's time, now and a year through."""
    moments = [now.timestamp() + month * timedelta(days=30).total_seconds() for month in range(MONTHS)]
    return all(
        datetime.fromtimestamp(at, zone).utcoffset() == datetime.fromtimestamp(at, zone).astimezone(None).utcoffset()
        for at in moments
    )


def own_folder(dirs: tuple[str, ...]) -> str | None:
    """Return the folder to which the report's heartbeat is to go so that it is found, None where that needs no word."""
    from forensics.cli_beats import is_built_in

    return None if is_built_in(dirs) or not dirs else dirs[0]


def printed(setup: Setup, *, is_crontab: bool = False) -> str:
    """Return all units and the crontab as one text, each below its file's name; or the lines of the crontab alone."""
    if is_crontab:
        return crontab(setup)
    return "\n".join(f"# {name}\n{text}" for name, text in {**unit_files(setup), CRONTAB: crontab(setup)}.items())


def written(setup: Setup, folder: Path, *, is_user: bool) -> str:
    """Write all units and the crontab into a folder; return which, and how they are started.

    Raises:
        OutputError: they cannot be written; the folder must be there.
    """
    from forensics.durable import write

    files = {**unit_files(setup), CRONTAB: crontab(setup)}
    for name, text in files.items():
        write(folder / name, text.encode())
    manager = "systemctl --user" if is_user else "systemctl"
    timers = " ".join(name for name in files if name.endswith(".timer"))
    start = f"start them: {manager} daemon-reload && {manager} enable --now {timers}"
    cron = f"or without systemd: add the lines of {folder / CRONTAB} with crontab -e"
    return "".join(f"{folder / name}\n" for name in files) + f"{start}\n{cron}\n"
