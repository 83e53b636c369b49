"""Reads the channels of a Slack workspace as they stand, through its Web API: https://docs.slack.dev/apis/web-api.

The bot behind the token needs the scopes ``channels:read`` and ``channels:history`` (``groups:…`` for private
channels), ``users:read`` for the names of people, and must have been invited to each channel. What it read is
remembered, so that the next reading asks for the newest day only. It cannot tell of messages that never reached Slack
or were deleted; of an edited message it holds the last wording only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from forensics.evidence.records import FileRead, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.slack_calls import Limits, Pause, Unanswered
from forensics.sources.slack_fetch import Fetched, Span, fetch
from forensics.sources.slack_kept import HOUR, Recalled, recalled
from forensics.sources.slack_reading import Reading, told
from forensics.sources.slack_rooms import WHOLE, People, Room, Rooms, find_rooms
from forensics.sources.slack_text import Names

if TYPE_CHECKING:
    from forensics.sources.slack_web import Workspace

ADDRESS = "https://slack.com/api/"
FAR_BACK = 50 * HOUR
UNKNOWN = Recalled()
NO_TOKEN = "no token - set FORENSICS_SLACK_TOKEN, or the variable that token_env of this source names, to a bot token"
ODD_TOKEN = "what should be the token is none: it holds blanks or odd signs - copy the bot token (xoxb-…) again"


class SlackLive:
    """The channels of a Slack workspace.

    ``base_url``, ``limits`` and ``pause``, which waits so many seconds, are other than by default in tests only.
    """

    kind: ClassVar[str] = "slack"
    lanes: ClassVar[tuple[str, ...]] = ("notifications",)
    blind_spot: ClassVar[str] = (
        "Slack's channels hold only what reached Slack and still stands there: nothing that a bot failed to send, no "
        "earlier wording, and no new reply to a message from more than a day before the last reading."
    )
    is_live: ClassVar[bool] = True
    is_log: ClassVar[bool] = False

    def __init__(self, base_url: str = ADDRESS, limits: Limits | None = None, pause: Pause | None = None) -> None:
        self._base_url = base_url
        self._limits = limits or Limits()
        self._pause = pause

    def detect(self, path: Path) -> bool:
        """Return False: it is only read where it is named."""
        return False

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield the messages of the wanted channels, and what to remember of them; the path says nothing."""
        memory = recalled(options.kept)
        fault = token_fault(options.token)
        if fault:
            yield from without_slack(memory, options, Unanswered(fault))
            return
        with self._opened(options.token or "") as workspace:
            try:
                rooms = find_rooms(workspace, options.channels)
            except Unanswered as trouble:
                yield from without_slack(memory, options, trouble)
                return
            yield from rooms.faults
            yield from read_rooms(workspace, rooms, memory, options)

    def _opened(self, token: str) -> AbstractContextManager[Workspace]:
        from forensics.sources.slack_web import opened

        return opened(token.strip(), self._base_url, self._limits, self._pause)


def token_fault(token: str | None) -> str | None:
    """Return what is wrong with a token that cannot be sent."""
    bare = (token or "").strip()
    if not bare:
        return NO_TOKEN
    return None if bare.isascii() and bare.isprintable() and " " not in bare else ODD_TOKEN


def span_of(options: ReadOptions) -> Span:
    """Return the stretch of time that is wanted, in ns."""
    return (options.now - FAR_BACK if options.since is None else options.since), options.now


def without_slack(memory: Mapping[str, Recalled], options: ReadOptions, trouble: Unanswered) -> Iterator[Yielded]:
    """Yield what is wrong, and what is remembered of the wanted channels."""
    yield FileRead(WHOLE, 0, fault=str(trouble))
    span, nothing = span_of(options), Fetched(trouble=trouble)
    for id_, remembered in sorted(memory.items()):
        room = Room(id_, remembered.mark.name if remembered.mark else id_)
        if is_wanted(room, options):
            for each in told(Reading(room, span, span[0], remembered, nothing, options.host), Names()):
                yield replace(each, fault=None) if isinstance(each, FileRead) else each


def is_wanted(room: Room, options: ReadOptions) -> bool:
    """Return whether a channel is to be read."""
    wanted = {channel.strip().removeprefix("#").casefold() for channel in options.channels}
    return not wanted or not wanted.isdisjoint((room.id.casefold(), room.name.casefold()))


def read_rooms(
    workspace: Workspace, rooms: Rooms, memory: Mapping[str, Recalled], options: ReadOptions
) -> Iterator[Yielded]:
    """Yield what stands in channels; one that cannot be read stops the others only where none can."""
    people, span, final = People(workspace), span_of(options), None
    for room in rooms.found.values():
        remembered = memory.get(room.id, UNKNOWN)
        start = remembered.mark.start(*span) if remembered.mark else span[0]
        fetched = Fetched(trouble=final) if final else fetch(workspace, room.id, (start, span[1]))
        if fetched.trouble and fetched.trouble.is_final:
            final = fetched.trouble
        names = people.names(fetched.messages, rooms.listed)
        yield from told(Reading(room, span, start, remembered, fetched, options.host), names)
