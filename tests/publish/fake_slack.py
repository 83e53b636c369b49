"""A scripted server on loopback that stands in for Slack: each connection gets the next reply of the script."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

SECRET = "T0CAFE/B0BABE/ThisIsTheVerySecret"
WAIT = 10.0  # for a client that never comes; none of the tests waits as long
LONGEST_MURMUR = 2.0


@dataclass(frozen=True)
class Reply:
    """What a connection gets: ``raw`` bytes, or nothing at all; then it is held open, or closed.

    Before that it gets the bytes of ``murmur`` over and over, until the client hangs up, or for two seconds.
    """

    raw: bytes = b""
    is_held: bool = False
    murmur: bytes = b""

    def send(self, connection: socket.socket) -> None:
        end = time.monotonic() + LONGEST_MURMUR
        while self.murmur and time.monotonic() < end:
            connection.sendall(self.murmur)
        connection.sendall(self.raw)


@dataclass(frozen=True)
class Request:
    """A request as it came in."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


def says(status: int, text: str = "", **headers: str) -> Reply:
    """Return a whole answer; ``retry_after="3"`` becomes a header."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(text.encode())}"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return Reply("\r\n".join([*lines, "", text]).encode())


OK = says(200, "ok")
HANGS_UP = Reply()
SILENT = Reply(is_held=True)


@dataclass
class FakeSlack:
    """The server; ``requests`` holds what came in, also where no answer was given."""

    script: list[Reply]
    listener: socket.socket
    encryption: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    held: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http{'s' if self.encryption else ''}://127.0.0.1:{self.listener.getsockname()[1]}/services/{SECRET}"

    @property
    def texts(self) -> list[str]:
        return [request.json["text"] for request in self.requests]

    def serve(self) -> None:
        """Answer one connection after the other until the listener is shut."""
        for reply in self.script:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(WAIT)
            with suppress(OSError, ValueError):
                if self.encryption:
                    connection = self.encryption.wrap_socket(connection, server_side=True)
                self.requests.append(read_request(connection))
                reply.send(connection)
            self.held.append(connection)
            if not reply.is_held:
                connection.close()


def read_request(connection: socket.socket) -> Request:
    """Read a whole request with a Content-Length."""
    with connection.makefile("rb") as stream:
        _, target, _ = stream.readline().decode().split(" ", 2)
        headers: dict[str, str] = {}
        while line := stream.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return Request(target, headers, stream.read(int(headers.get("content-length", "0"))))


@contextmanager
def serving(*script: Reply, port: int = 0, encryption: ssl.SSLContext | None = None) -> Iterator[FakeSlack]:
    """Run a server with a script; a connection after its end is not accepted."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        slack = FakeSlack(list(script), listener, encryption)
        thread = threading.Thread(target=slack.serve)
        thread.start()
        try:
            yield slack
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in slack.held:
                connection.close()


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
