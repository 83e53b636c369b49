"""Reads a Slack export: the folder or zip that a workspace's owner downloads, or that a tool writes like it.

In it are ``users.json``, ``channels.json`` and ``<channel>/<YYYY-MM-DD>.json``, each of these an array of
the messages of one day. Format: https://slack.com/help/articles/220556107 (How to read Slack data exports).
It cannot tell of messages that never reached Slack or were deleted, nor of channels that were left out;
of an edited message it mostly holds the last wording only.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from forensics.evidence.records import FileRead, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.json_values import JsonArray, legible, mappings, words
from forensics.sources.opening import head
from forensics.sources.slack_archive import DAY_FILE, Archive, open_archive
from forensics.sources.slack_days import Channel, Span, day_span, read_day
from forensics.sources.slack_messages import nested_name
from forensics.sources.slack_text import Names

PEOPLE = ("users.json", "org_users.json")
CHANNELS = ("channels.json", "groups.json", "mpims.json")
INDEXES = (*PEOPLE, *CHANNELS)
CHANNELS_LISTED = 20
DETECT_HEAD = 64 * 1024
DETECT_FOLDERS = 1000
DETECT_FILES = 3


@dataclass(frozen=True)
class DayFile:
    """One day of one channel; ``span`` is that local day in ns, None where the name is no date."""

    name: str
    channel: str
    span: Span | None


class SlackExport:
    """A Slack export, as a folder or a zip."""

    kind: ClassVar[str] = "slack-export"
    lanes: ClassVar[tuple[str, ...]] = ("notifications",)
    blind_spot: ClassVar[str] = (
        "A Slack export holds only what reached Slack: nothing that a bot failed to send, nor what was deleted."
    )
    is_live: ClassVar[bool] = False
    is_log: ClassVar[bool] = False

    def detect(self, path: Path) -> bool:
        """Return whether the path holds day files of messages in folders."""
        try:
            return holds_days(path) if path.is_dir() else path.is_file() and is_zipped_export(path)
        except OSError:
            return False

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield the messages of the wanted channels, day by day; see ``Source.read``.

        Raises:
            OSError: there is nothing at the path, or it cannot be opened.
        """
        with open_archive(path) as archive:
            if archive.fault:
                yield FileRead(legible(str(path)), 0, fault=archive.fault)
                return
            for name, reason in archive.refused:
                yield FileRead(shown(archive, name), 0, fault=reason)
            names = yield from read_names(archive)
            yield from missing_channels(archive, names, options)
            yield from read_days(archive, names, options)


def shown(archive: Archive, name: str) -> str:
    """Return the name of a file of the export as reports show it."""
    return legible(f"{archive.root}/{name}")


def wanted(options: ReadOptions) -> set[str]:
    """Return the channels asked for; empty for all."""
    return {channel.removeprefix("#") for channel in options.channels}


def read_names(archive: Archive) -> Generator[Yielded, None, Names]:
    """Yield the account of each list of people or channels; return the names in them by id."""
    found: dict[str, dict[str, str]] = {name: {} for name in INDEXES}
    for name in sorted(found.keys() & set(archive.names)):
        content = archive.content(name)
        array, count = JsonArray(content.content), 0
        for records in array.slices():
            count += len(records)
            found[name] |= {words(each.get("id")): name_of(each) for each in mappings(records)}
        skipped = {"a name, not a message": count} if count else {}
        fault = content.fault or array.fault
        yield FileRead(
            shown(archive, name), count, content.sha256, modified=content.modified, fault=fault, skipped=skipped
        )
    people = {key: name for index in PEOPLE for key, name in found[index].items()}
    return Names(people, {key: name for index in CHANNELS for key, name in found[index].items()})


def name_of(listed: Mapping[str, object]) -> str:
    """Return the name of a listed person or channel; empty where there is none."""
    real = nested_name(listed, "real_name") or nested_name(listed.get("profile"), "real_name")
    return legible(real or nested_name(listed, "name"))


def missing_channels(archive: Archive, names: Names, options: ReadOptions) -> Iterator[FileRead]:
    """Yield a fault for each channel that was asked for and is not in this export."""
    known = archive.folders | set(names.channels.values())
    listed = ", ".join(legible(folder) for folder in sorted(archive.folders)[:CHANNELS_LISTED]) or "none"
    for channel in sorted(wanted(options) - known):
        yield FileRead(shown(archive, channel), 0, fault=f"no such channel in this export; it has: {listed}")


def read_days(archive: Archive, names: Names, options: ReadOptions) -> Iterator[Yielded]:
    """Yield the day files of the wanted channels, then what the export as a whole covers."""
    everything, chosen = day_files(archive, options.timezone), wanted(options)
    channels: dict[str, Channel] = {}
    reads: list[FileRead] = []
    for day in everything:
        if chosen and day.channel not in chosen:
            continue
        channel = channels.setdefault(day.channel, Channel(legible(day.channel), options.host, names))
        for each in read_day(archive.content(day.name), shown(archive, day.name), day.span, channel):
            if isinstance(each, FileRead):
                reads.append(each)
            yield each
    yield from whole(archive, [day.span for day in everything if day.span], reads)


def day_files(archive: Archive, zone: ZoneInfo) -> list[DayFile]:
    """Return the day files of an export, by channel and day."""
    spans: dict[str, Span | None] = {}
    found = []
    for name in archive.names:
        channel, _, day = name.partition("/")
        if DAY_FILE.fullmatch(day):
            if day not in spans:
                spans[day] = day_span(day.removesuffix(".json"), zone)
            found.append(DayFile(name, channel, spans[day]))
    return found


def whole(archive: Archive, spans: list[Span], reads: list[FileRead]) -> Iterator[FileRead]:
    """Yield one more account where other channels show that the export reaches further than the wanted ones.

    A channel without a day file on a day on which others have one was silent; but after a file that
    could not be read to its end nobody knows.
    """
    covered = [read.covers for read in reads if read.covers]
    if not spans or not covered or any(read.fault for read in reads):
        return
    start, end = min(start for start, _ in spans), max(end for _, end in spans)
    begins = any(first is None or first <= start for first, _ in covered)
    ends = any(last is None or last >= end for _, last in covered)
    if not (begins and ends):
        yield FileRead(legible(archive.root), 0, covers=(start, end))


def holds_days(path: Path) -> bool:
    """Return whether a folder holds channels with day files, told by the first few of them."""
    has_index = any((path / name).is_file() for name in INDEXES)
    return any(begins_messages(head(file, DETECT_HEAD), has_index) for file in islice(found_days(path), DETECT_FILES))


def found_days(path: Path) -> Iterator[Path]:
    """Yield the day files in the folders of a folder."""
    folders = (entry for entry in path.iterdir() if entry.is_dir() and not entry.is_symlink())
    for folder in islice(folders, DETECT_FOLDERS):
        yield from (file for file in folder.iterdir() if DAY_FILE.fullmatch(file.name))


def is_zipped_export(path: Path) -> bool:
    """Return whether a file is a zip with day files of messages."""
    if head(path, 2) != b"PK":
        return False
    with open_archive(path) as archive:
        days = [name for name in archive.names if DAY_FILE.fullmatch(name.partition("/")[2])]
        has_index = any(name in archive.names for name in INDEXES)
        heads = (archive.content(name, DETECT_HEAD).content for name in days[:DETECT_FILES])
        return any(begins_messages(each, has_index) for each in heads)


def begins_messages(content: bytes, has_index: bool) -> bool:
    """Return whether this is how an array of messages begins; an index beside it makes up for an empty one."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") and (has_index or b'"ts"' in content)
