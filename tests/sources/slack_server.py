"""A workspace on loopback that answers as Slack's Web API does, and otherwise where a script says so.

It follows https://docs.slack.dev/reference/methods: cursors, scopes, threads, and what a bot may see.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.publish.fake_slack import WAIT, Reply, Request, read_request, says

TOKEN = "xoxb-1234567890-ThisIsTheVerySecret"
METRICS = "C0METRICS"
PRIVATE = "G0SECRETS"
Message = dict[str, Any]


class Refused(Exception):
    """A refusal, with what Slack adds to it."""

    def __init__(self, error: str, **more: str) -> None:
        super().__init__(error)
        self.answer = {"ok": False, "error": error, **more}


@dataclass
class Room:
    """A channel and all that stands in it, replies too."""

    name: str | None
    messages: list[Message] = field(default_factory=list)
    is_private: bool = False
    has_bot: bool = True


@dataclass
class Asked:
    """A question as it came in."""

    method: str
    params: dict[str, str]
    request: Request


@dataclass
class FakeWorkspace:
    """A workspace; ``page`` is how much one answer holds, ``lacks`` the scopes that the token is without.

    ``script`` holds by method what is answered first instead, ``broken`` what is answered always.
    """

    rooms: dict[str, Room] = field(default_factory=dict)
    users: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    lacks: frozenset[str] = frozenset()
    script: dict[str, list[Reply]] = field(default_factory=dict)
    broken: dict[str, Reply] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def methods(self) -> list[str]:
        return [each.method for each in self.asked]

    def params(self, method: str) -> list[dict[str, str]]:
        return [each.params for each in self.asked if each.method == method]

    def reply(self, request: Request) -> Reply:
        method = request.target.rpartition("/")[2]
        params = dict(parse_qsl(request.body.decode()))
        self.asked.append(Asked(method, params, request))
        if self.script.get(method):
            return self.script[method].pop(0)
        return self.broken.get(method) or answers(self.answer(method, params, request))

    def answer(self, method: str, params: dict[str, str], request: Request) -> dict[str, Any]:
        try:
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                raise Refused("invalid_auth")
            match method:
                case "conversations.history":
                    return self.paged("messages", self.history(params), params)
                case "conversations.replies":
                    return self.paged("messages", self.replies(params), params)
                case "conversations.list" | "users.conversations":
                    return self.paged("channels", self.listed(method, params), params)
                case "conversations.info":
                    return {"ok": True, "channel": self.about(params["channel"])}
                case "users.list":
                    self.demand("users:read")
                    return self.paged("members", self.users, params)
            raise Refused("unknown_method")
        except Refused as refused:
            return refused.answer

    def demand(self, scope: str) -> None:
        if scope in self.lacks:
            raise Refused("missing_scope", needed=scope, provided="chat:write")

    def room(self, channel: str, scope: str) -> Room:
        room = self.rooms.get(channel)
        if room is None or (room.is_private and not room.has_bot):
            raise Refused("channel_not_found")
        self.demand(f"{'groups' if room.is_private else 'channels'}:{scope}")
        return room

    def about(self, channel: str) -> dict[str, Any]:
        room = self.room(channel, "read")
        named = {"name": room.name} if room.name else {"is_im": True}
        return {"id": channel, "is_private": room.is_private, "is_member": room.has_bot, **named}

    def listed(self, method: str, params: dict[str, str]) -> list[dict[str, Any]]:
        kinds = params["types"].split(",")
        for kind, scope in (("public_channel", "channels:read"), ("private_channel", "groups:read")):
            if kind in kinds:
                self.demand(scope)
        return [
            self.about(channel)
            for channel, room in self.rooms.items()
            if room.name
            and ("private_channel" if room.is_private else "public_channel") in kinds
            and (room.has_bot or (method == "conversations.list" and not room.is_private))
        ]

    def read(self, params: dict[str, str]) -> list[Message]:
        room = self.room(params["channel"], "history")
        if not room.has_bot:
            raise Refused("not_in_channel")
        threads: dict[str, list[Message]] = {}
        for each in room.messages:
            if is_reply(each):
                threads.setdefault(each["thread_ts"], []).append(each)
        return [with_thread(each, threads.get(each.get("ts", ""), [])) for each in room.messages]

    def history(self, params: dict[str, str]) -> list[Message]:
        shown = [each for each in self.read(params) if not is_reply(each) or each.get("subtype") == "thread_broadcast"]
        return sorted(within(shown, params), key=lambda each: str(each.get("ts")), reverse=True)

    def replies(self, params: dict[str, str]) -> list[Message]:
        thread = [each for each in self.read(params) if params["ts"] in (each.get("ts"), each.get("thread_ts"))]
        if not thread:
            raise Refused("thread_not_found")
        return sorted(within(thread, params), key=lambda each: str(each["ts"]))

    def paged(self, what: str, elements: Sequence[Any], params: dict[str, str]) -> dict[str, Any]:
        start = int(params.get("cursor", "at:0").removeprefix("at:"))
        end = start + min(self.page, int(params["limit"]))
        has_more = end < len(elements)
        about = {"response_metadata": {"next_cursor": f"at:{end}" if has_more else ""}}
        return {"ok": True, what: elements[start:end], "has_more": has_more, **about}


def is_reply(message: Message) -> bool:
    return message.get("thread_ts", message.get("ts")) != message.get("ts")


def with_thread(message: Message, replies: list[Message]) -> Message:
    if not replies:
        return message
    latest = max(each["ts"] for each in replies)
    return {**message, "thread_ts": message["ts"], "reply_count": len(replies), "latest_reply": latest}


def within(messages: Sequence[Message], params: dict[str, str]) -> list[Message]:
    oldest, latest = params.get("oldest", "0"), params.get("latest", "9999999999.0")
    assert params["inclusive"] == "1"
    return [each for each in messages if oldest <= str(each.get("ts") or latest) <= latest]


def answers(content: object) -> Reply:
    return says(200, json.dumps(content), content_type="application/json; charset=utf-8")


def refuses(error: str, **more: str) -> Reply:
    return answers({"ok": False, "error": error, **more})


@contextmanager
def serving(workspace: FakeWorkspace, encryption: ssl.SSLContext | None = None) -> Iterator[FakeWorkspace]:
    """Run a workspace's server until the test is done with it."""
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.settimeout(WAIT)
            is_held = False
            with suppress(OSError, ValueError):
                if encryption:
                    connection = encryption.wrap_socket(connection, server_side=True)
                reply = workspace.reply(read_request(connection))
                is_held = reply.is_held
                reply.send(connection)
            held.append(connection)
            if not is_held:
                connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        workspace.url = f"http{'s' if encryption else ''}://127.0.0.1:{listener.getsockname()[1]}/api/"
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield workspace
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in held:
                connection.close()
