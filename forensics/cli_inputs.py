"""What a report is made from: the config that applies, and the sources that the options name."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from forensics.errors import ForensicsError

if TYPE_CHECKING:
    from forensics.config import Config, SourceConfig

# What a path is taken for that holds nothing to recognise it by: it is missing, empty, or not to be opened.
USUAL_KINDS = {"notifications": "slack-export", "triggers": "syslog", "artifacts": "find-listing"}
KIND_AND_PATH = re.compile(r"([a-z][a-z0-9-]{1,30}):(.{1,4096})", re.DOTALL)
LARGEST_CONFIG = 4 << 20


def load_config(path: str | None, sources: Sequence[SourceConfig]) -> Config:
    """Return the config that applies, with the sources of the options behind its own.

    Where options name sources, no config is looked for: only one that is named, too, is read.

    Raises:
        ForensicsError: there is nothing to read, or the config cannot be read.
    """
    from forensics.config import Config

    found = Path(path) if path else None if sources else found_config()
    config = read_file(found) if found else Config()
    return with_home(replace(config, sources=(*config.sources, *sources)))


def found_config() -> Path:
    """Return the config that is used where none is named.

    Raises:
        ForensicsError: there is none.
    """
    named = os.environ.get("FORENSICS_CONFIG")
    if named:
        return Path(named)
    places = config_places()
    found = next((place for place in places if is_file(place)), None)
    if found is None:
        raise ForensicsError(
            "there is nothing to read: no config was found, and no option names what to read\n"
            f"  looked for {', '.join(map(str, places))}\n"
            "  forensics init writes one from what this machine has; --config FILE names another; or begin without:\n"
            "  forensics report --triggers /var/log/syslog --artifacts FOLDER --notifications SLACK_EXPORT"
        )
    return found


def config_places() -> list[Path]:
    """Return where a config is looked for, in order."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or expanded("~/.config"))
    return [Path("forensics.toml"), home / "forensics" / "forensics.toml", Path("/etc/forensics/forensics.toml")]


def passed_over(path: str | None, sources: Sequence[SourceConfig]) -> Path | None:
    """Return the config that would have been used had no option named what to read, None where there is none."""
    try:
        return found_config() if sources and not path else None
    except ForensicsError:
        return None


def is_file(path: Path) -> bool:
    """Return whether a file is there, as far as one may look."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_file(path: Path) -> Config:
    """Return the config in a file.

    Raises:
        ForensicsError: it cannot be opened or read.
    """
    from forensics.configfile import read_config

    if is_packed(path):
        return read_packed(path)
    place = path if os.environ.get("FORENSICS_CONFIG") != str(path) else f"{path} ($FORENSICS_CONFIG)"
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_CONFIG + 1)
        text = content.decode("utf-8")
    except OSError as error:
        raise ForensicsError(f"{place}: the config cannot be opened: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ForensicsError(f"{place}: byte {error.start} is not UTF-8 - is this the right file?") from error
    if len(content) > LARGEST_CONFIG:
        raise ForensicsError(f"{place}: larger than {LARGEST_CONFIG >> 20} MiB - is this the right file?")
    return read_config(text, str(path.absolute()), offered_kinds)


def is_packed(path: Path) -> bool:
    """Return whether what is named as a config is an archive of evidence, with a config in it."""
    from forensics.sources.far import is_packed as is_archive

    return is_archive(path)


def offered_kinds() -> list[str]:
    """Return the kinds that can be named beside our own; asked only where one is that is not known."""
    from forensics.sources.plugins import offered_kinds as offered

    return offered()


def is_out_of_archive(config: Config) -> bool:
    """Return whether a config was read out of an archive of evidence."""
    return config.file is not None and is_packed(Path(config.file).parent)


def read_packed(path: Path) -> Config:
    """Return the config in an archive of evidence; what it names is in there, and nothing is sent or called by it.

    Raises:
        ForensicsError: it cannot be read, was altered, or leads out of the archive.
    """
    from forensics.configfile import read_config
    from forensics.sources.manifest import CONFIG
    from forensics.sources.packed import packed_config

    content, place = packed_config(path), str(path.absolute())
    try:
        config = read_config(content.decode("utf-8"), f"{place}/{CONFIG}", offered_kinds)
    except UnicodeDecodeError as error:
        raise ForensicsError(f"{path}/{CONFIG}: byte {error.start} is not UTF-8 - is this the right file?") from error
    named = [source.path for source in config.sources if source.path]
    named += config.heartbeats.dirs if config.heartbeats.configured else ()
    outside = [name for name in named if not is_within(name, place)]
    if outside:
        raise ForensicsError(
            f"{path}/{CONFIG}: it names {outside[0]}, which is not in the archive"
            " - unpack it, and name the config in it, if you trust it"
        )
    heartbeats = replace(config.heartbeats, on_stale=())
    return replace(config, ledger=None, tracker=None, slack_webhook_env=None, heartbeats=heartbeats)


def is_within(path: str, folder: str) -> bool:
    """Return whether a path or pattern leads to something in a folder or archive."""
    is_below = path.startswith((f"{folder}/", f"{glob.escape(folder)}/"))
    return is_below and ".." not in path.split("/") and "://" not in path


def with_home(config: Config) -> Config:
    """Return a config with ``~`` at the head of its paths resolved."""
    sources = tuple(replace(source, path=expanded(source.path)) for source in config.sources)
    folders = tuple(map(expanded, config.heartbeats.dirs))
    return replace(config, sources=sources, heartbeats=replace(config.heartbeats, dirs=folders))


def expanded(path: str) -> str:
    """Return a path with a leading ``~`` resolved, as it is where nobody knows whose home is meant."""
    try:
        head, chain, place = path.rpartition("::")
        return f"{head}{chain}{Path(place).expanduser()}" if place.startswith("~") else path
    except RuntimeError:
        return path


def environment_with_home() -> dict[str, str]:
    """Return the environment, with a home where there is none: a service of systemd has none."""
    return {"HOME": expanded("~"), **os.environ}


def kept_folder() -> Path:
    """Return the folder of what is kept for the user: the ledger, locks, alerts.

    Raises:
        ForensicsError: the user has no home.
    """
    from forensics.recorder.places import state_folder

    found = state_folder(environment_with_home())
    if not found:
        raise ForensicsError("there is no place for what is to be remembered - set $HOME, or ledger in the config")
    return Path(found)


def named_sources(paths: Mapping[str, Sequence[str]]) -> list[SourceConfig]:
    """Return the sources that the options name by lane, each as PATH or KIND:PATH, and each once.

    Raises:
        ForensicsError: a path that no reader recognises, that several claim, or that shows something else.
    """
    named = [named_source(lane, text) for lane, texts in paths.items() for text in texts]
    return [source for at, source in enumerate(named) if source not in named[:at]]


def named_source(lane: str, text: str) -> SourceConfig:
    """Return a source that an option names.

    Raises:
        ForensicsError: no reader recognises it, several claim it, or it shows something else.
    """
    from forensics.config import GENERIC_KINDS, SourceConfig

    try:
        kind, path = kind_and_path(lane, text)
        place = absolute(path)
    except ForensicsError as error:
        raise ForensicsError(f"--{lane} {error}") from error
    return SourceConfig(kind, place, lane=lane if kind in GENERIC_KINDS else None)


def absolute(path: str) -> str:
    """Return a path or pattern from the root on; signs in the working directory's own name are no pattern.

    Raises:
        ForensicsError: it is an address with a secret in it.
    """
    from forensics.config_addresses import address_problem, anchored, is_address
    from forensics.sources.reading import is_there

    if is_address(path):
        problem = address_problem(path)
        if problem:
            raise ForensicsError(f"{problem[1]} - write {problem[0]}")
        return anchored(path, str(Path.cwd()))
    if is_there(Path(path)) or not glob.has_magic(path):
        return str(Path(path).absolute())
    return str(Path(glob.escape(str(Path.cwd()))) / path)


def kind_and_path(lane: str, text: str) -> tuple[str, str]:
    """Return the kind and the path of KIND:PATH or PATH; the kind is recognised where it is not given."""
    from forensics.sources.reading import by_kind, is_there, mistaken, shows

    match = KIND_AND_PATH.fullmatch(text)
    if match is None or match[2].startswith("//") or (by_kind(match[1]) is None and is_there(Path(text))):
        path = expanded(text)
        return recognised(lane, path), path
    kind, path = match[1], expanded(match[2])
    source = by_kind(kind)
    if source is None:
        raise ForensicsError(unknown_kind(lane, text, kind))
    if not shows(source, lane):
        raise ForensicsError(f"{text}: {mistaken(source, lane)}")
    return kind, path


def recognised(lane: str, path: str) -> str:
    """Return the kind of what lies at a path, by the first file with anything in it; else the usual one."""
    from forensics.sources.far import far_of
    from forensics.sources.reading import WHOLE_KINDS, matching_paths, recognise, recognise_far

    if far_of(WHOLE_KINDS.get(lane, ""), path) is not None:
        found = recognise_far(absolute(path), lane)
        return USUAL_KINDS[lane] if found is None else found.kind
    told = next(filter(tells_its_kind, matching_paths(path)), None)
    return USUAL_KINDS[lane] if told is None else recognise(told, lane).kind


def tells_its_kind(path: Path) -> bool:
    """Return whether a path is a folder, or a file with anything in it that can be read."""
    from forensics.sources.opening import head

    try:
        return path.is_dir() or bool(head(path, 1))
    except OSError:
        return False


def unknown_kind(lane: str, text: str, kind: str) -> str:
    """Return what to say about a kind that nobody reads."""
    from forensics.config import SOURCE_KINDS
    from forensics.sources.reading import kinds_showing

    kinds = kinds_showing(lane)
    if kind in SOURCE_KINDS:
        return f"{text}: this version has no reader for {kind} - kinds for {lane}: {', '.join(kinds)}"
    guess = "".join(f"did you mean {close}? " for close in get_close_matches(kind, kinds, n=1))
    return f"{text}: {kind} is no kind - {guess}kinds for {lane}: {', '.join(kinds)}"
