"""What a check of the heartbeats reads: which folders, under which config, and what of the result is its business."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from forensics.cli_boot_alerts import BootEnds, boot_ends
from forensics.cli_inputs import environment_with_home
from forensics.errors import ForensicsError
from forensics.recorder.units import CHECK

if TYPE_CHECKING:
    from forensics.config import Config, SourceConfig
    from forensics.evidence.result import Blocker, Heartbeat, Result

OF_USERS = "/var/lib/forensics/*/heartbeats"
SECOND = 10**9
ROOT = 0


@dataclass(frozen=True)
class Reading:
    """What a check found. ``result`` has no blockers but those of kind stale.

    ``folders`` are those that were read; ``unread`` says what could not be, ``skipped`` what was too much. ``own`` is
    the check's last beat; ``boots`` is what the registries say of boots that were given up.
    """

    result: Result
    folders: tuple[Path, ...]
    unread: tuple[str, ...]
    skipped: tuple[str, ...]
    own: Heartbeat | None
    boots: BootEnds = field(default_factory=BootEnds)

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """Return all that a person must act on: boots, then heartbeats. The tracker's are those of ``result`` alone."""
        return (*self.boots.blockers, *self.result.blockers)


def config_for_check(path: str | None) -> Config:
    """Return the config that applies, the defaults where there is none: heartbeats can be read without one.

    Raises:
        ForensicsError: it is named and not there, or it cannot be read.
    """
    from forensics.cli_inputs import config_places, is_file, load_config
    from forensics.config import Config

    is_there = path or os.environ.get("FORENSICS_CONFIG") or any(map(is_file, config_places()))
    return load_config(path, ()) if is_there else Config()


def reading(config: Config, dirs: Sequence[str], now: int, interval: int) -> Reading:
    """Return what the heartbeats of all folders come to, and the boots of the last ``interval`` seconds."""
    told = config_of_beats(config, dirs)
    registries = () if dirs else tuple(registries_of(config))
    result = read(replace(told, sources=(*told.sources, *registries)), now, interval)
    own = next((beat for beat in result.heartbeats if beat.job == CHECK), None)
    return Reading(
        of_others(result),
        tuple(folders_read(result)),
        tuple(unread_folders(result)),
        tuple(left_out(result)),
        own,
        boot_ends(result),
    )


def read(config: Config, now: int, interval: int = 1) -> Result:
    """Return the result of a report that is little more than a panel: its window is as short as a check's step."""
    from forensics.evidence.paired import Window
    from forensics.pipeline import Question, report

    return report(config, Question(Window(now - interval * SECOND, now, now)))


def registries_of(config: Config) -> Iterable[SourceConfig]:
    """Yield the registries that a config names, else the user's own where there is one."""
    from forensics.config import SourceConfig
    from forensics.recorder.registry import registry_path

    named = [source for source in config.sources if source.kind == "registry"]
    try:
        own = registry_path(environment_with_home(), os.geteuid()).absolute()
    except ForensicsError:
        own = None
    yield from named or ([SourceConfig("registry", str(own))] if own is not None and own.is_file() else [])


def of_others(result: Result) -> Result:
    """Return a result with overdue heartbeats as its only blockers.

    The check's own beat is left out where it is overdue or missing: it is written anew as the check ends.
    """
    is_renewed = {beat.status for beat in result.heartbeats if beat.job == CHECK} <= {"stale", "missing"}
    own = {CHECK} if is_renewed else set()
    return replace(
        result,
        blockers=tuple(each for each in result.blockers if each.kind == "stale" and each.job not in own),
        heartbeats=tuple(beat for beat in result.heartbeats if beat.job not in own),
    )


def config_of_beats(config: Config, dirs: Sequence[str]) -> Config:
    """Return a config that reads heartbeats and nothing else: of the folders that are named, else its own.

    Where it names none, they are those into which heartbeats are written when nothing is said.
    """
    from forensics.cli_inputs import absolute
    from forensics.config import SourceConfig

    beats = config.heartbeats
    sources = tuple(source for source in config.sources if source.kind == "heartbeats")
    if dirs:
        sources = tuple(SourceConfig("heartbeats", absolute(each)) for each in dict.fromkeys(dirs))
        folders: tuple[str, ...] = ()
    elif beats.configured and not is_built_in(beats.dirs):
        folders = beats.dirs
    else:
        folders = () if sources and not beats.configured else tuple(folders_written_to())
    return replace(config, sources=sources, heartbeats=replace(beats, dirs=folders, configured=True))


def is_built_in(dirs: Sequence[str]) -> bool:
    """Return whether these folders are those that hold where a config names none."""
    from forensics.cli_inputs import expanded
    from forensics.config import HEARTBEAT_DIRS

    return tuple(map(expanded, HEARTBEAT_DIRS)) == tuple(dirs)


def folders_written_to() -> list[str]:
    """Return all folders into which heartbeats are written when nothing is said; for root those of all users too."""
    from forensics.recorder.places import VARIABLE, default_folders
    from forensics.sources.reading import matching_paths

    named = os.environ.get(VARIABLE)
    theirs = map(str, matching_paths(OF_USERS)) if os.geteuid() == ROOT else ()
    found = [*([named] if named else []), *filter(None, default_folders(environment_with_home())), *theirs]
    return [str(Path(folder).absolute()) for folder in dict.fromkeys(found)]


def looked_for(config: Config) -> list[str]:
    """Return all folders and files that are to be read, whether they are there or not."""
    return [source.path for source in config.sources if source.kind == "heartbeats"] + list(config.heartbeats.dirs)


def folders_read(result: Result) -> Iterable[Path]:
    """Yield the folders of a reading that are there, each once."""
    from forensics.sources.reading import matching_paths

    found = [path for each in looked_for(result.config) for path in matching_paths(each)]
    yield from dict.fromkeys(path if path.is_dir() else path.parent for path in found)


def unread_folders(result: Result) -> Iterable[str]:
    """Yield what could not be read, one a sentence."""
    from forensics.analyse.unread import unread

    for gap in unread(result.evidence):
        yield from gap.faults


def left_out(result: Result) -> Iterable[str]:
    """Yield how many files were left out, and why, one a sentence."""
    for source in result.evidence.sources:
        for reason, count in source.skipped.items():
            yield f"{source.name}: {count:,} left out, {reason}"
