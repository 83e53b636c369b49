"""Finds the channels to read, and the names of people: by the lists that a workspace gives of them.

Methods: https://docs.slack.dev/reference/methods/conversations.list, …/users.conversations, …/conversations.info and
…/users.list. One scope opens the public channels, another the private ones; Slack refuses a list of both where one is
missing, so that each kind is asked for on its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from forensics.evidence.records import FileRead
from forensics.sources.json_values import legible, mappings, words
from forensics.sources.slack_calls import INVITE, LIST_SIZE, Calls, Unanswered, pages
from forensics.sources.slack_messages import author_of, nested_name
from forensics.sources.slack_text import Names

WHOLE = "workspace"
KINDS = {"public_channel": "public", "private_channel": "private"}
CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{6,20}")
NOBODY = Names()
PEOPLE_LIMIT = 100_000


@dataclass(frozen=True)
class Room:
    """A channel that can be read."""

    id: str
    name: str

    @property
    def shown(self) -> str:
        """Return what its reading is called in a report."""
        return shown(self.name)


def shown(channel: str) -> str:
    """Return what the reading of a channel is called in a report."""
    return legible(f"slack/{channel}")


@dataclass
class Rooms:
    """The channels found so far, by id, and what was wrong with others; ``listed`` are all names by id."""

    found: dict[str, Room] = field(default_factory=dict)
    faults: list[FileRead] = field(default_factory=list)
    listed: dict[str, str] = field(default_factory=dict)

    def add(self, room: Room) -> None:
        """Add a channel to read, once."""
        self.found.setdefault(room.id, room)


def find_rooms(calls: Calls, wanted: Sequence[str]) -> Rooms:
    """Return the wanted channels, named or by id; where none is wanted those that the bot is in.

    Raises:
        Unanswered: nothing can be asked of this workspace.
    """
    rooms = Rooms()
    asked = list(dict.fromkeys(channel.strip().removeprefix("#") for channel in wanted))
    if not asked:
        joined_rooms(calls, rooms)
    for channel in filter(CHANNEL_ID.fullmatch, asked):
        room_by_id(calls, rooms, channel)
    names = [channel for channel in asked if not CHANNEL_ID.fullmatch(channel)]
    if names:
        rooms_by_name(calls, rooms, names)
    return rooms


def joined_rooms(calls: Calls, rooms: Rooms) -> None:
    """Add the channels that the bot is in."""
    troubles = list_rooms(calls, rooms, "users.conversations", None, exclude_archived=1)
    for id_, name in rooms.listed.items():
        rooms.add(Room(id_, name))
    if len(troubles) == len(KINDS):
        raise next(iter(troubles.values()))
    for kind, trouble in troubles.items():
        rooms.faults.append(
            FileRead(f"{kind} channels", 0, fault=f"not looked for: {trouble}; or name the channels to read")
        )
    if not rooms.found and not troubles:
        raise Unanswered(f"the bot is in no channel - {INVITE}, to each that is to be read")


def room_by_id(calls: Calls, rooms: Rooms, channel: str) -> None:
    """Add a channel of which the id is known; its name is only asked for to be shown."""
    try:
        about = calls.ask("conversations.info", channel=channel).get("channel")
    except Unanswered as trouble:
        if trouble.is_final:
            raise
        if trouble.code != "missing_scope":
            rooms.faults.append(FileRead(shown(channel), 0, fault=str(trouble)))
            return
        about = None
    rooms.listed[channel] = legible(nested_name(about, "name"))
    rooms.add(Room(channel, rooms.listed[channel] or channel))


def rooms_by_name(calls: Calls, rooms: Rooms, names: Sequence[str]) -> None:
    """Add channels by name, and a fault for each that is not found."""
    missing = {name.casefold() for name in names}
    troubles = list_rooms(calls, rooms, "conversations.list", missing)
    ids = {name.casefold(): id_ for id_, name in reversed(rooms.listed.items())}
    for name in names:
        id_ = ids.get(name.casefold())
        if id_ is not None:
            rooms.add(Room(id_, rooms.listed[id_]))
            continue
        fault = not_found(name, rooms.listed.values(), troubles)
        rooms.faults.append(FileRead(shown(name), 0, fault=fault))


def not_found(name: str, listed: Iterable[str], troubles: Mapping[str, Unanswered]) -> str:
    """Return why a channel that was named is not found, and what to do."""
    if troubles:
        told = "; ".join(f"{kind} ones were not looked through: {trouble}" for kind, trouble in troubles.items())
        return f"no such channel is found; {told}"
    near = get_close_matches(name, listed, 1)
    meant = f"is {near[0]} meant? " if near else ""
    return f"the bot sees no such channel - {meant}check the name; if it is private, {INVITE}"


def list_rooms(
    calls: Calls, rooms: Rooms, method: str, missing: set[str] | None, **asked: int
) -> dict[str, Unanswered]:
    """List the channels of both kinds, until none is missing; return what was wrong, by kind.

    Raises:
        Unanswered: nothing can be asked of this workspace.
    """
    troubles: dict[str, Unanswered] = {}
    for kind, told in KINDS.items():
        try:
            for page in pages(calls, method, "channels", types=kind, limit=LIST_SIZE, **asked):
                rooms.listed |= channels_in(page)
                if missing is not None and missing <= {name.casefold() for name in rooms.listed.values()}:
                    return {}
        except Unanswered as trouble:
            if trouble.is_final:
                raise
            troubles[told] = trouble
    return troubles


def channels_in(page: list[Any]) -> dict[str, str]:
    """Return the names of listed channels by id."""
    found = {words(each.get("id")): legible(words(each.get("name"))) for each in mappings(page)}
    return {id_: name for id_, name in found.items() if CHANNEL_ID.fullmatch(id_) and name}


class People:
    """The people of a workspace, asked for once, and only where a message needs a name."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._people: dict[str, str] | None = None

    def names(self, messages: Iterable[object], channels: Mapping[str, str]) -> Names:
        """Return the names that these messages need; where Slack does not tell them, ids will be shown."""
        if self._people is None and any(map(needs_names, messages)):
            self._people = {}
            try:
                for page in pages(self._calls, "users.list", "members", limit=LIST_SIZE):
                    self._people.update(named(page))
                    if len(self._people) > PEOPLE_LIMIT:
                        break
            except Unanswered:
                pass  # reports are no poorer in verdicts for it
        return Names(self._people or {}, {id_: name for id_, name in channels.items() if name})


def named(page: list[Any]) -> Iterator[tuple[str, str]]:
    """Yield id and name of each listed person."""
    for each in mappings(page):
        real = nested_name(each, "real_name") or nested_name(each.get("profile"), "real_name")
        yield words(each.get("id")), legible(real or nested_name(each, "name"))


def needs_names(message: object) -> bool:
    """Return whether a message holds the id of a person in place of a name."""
    if not isinstance(message, dict):
        return False
    if words(message.get("user")) and author_of(message, NOBODY) == message["user"]:
        return True
    try:
        said = json.dumps([message.get(key) for key in ("text", "blocks", "attachments")])
    except RecursionError:
        return True
    return "<@" in said or '"user_id"' in said
