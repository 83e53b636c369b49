"""A server on loopback that does what a test's function says, well-behaved or not, and records what it was asked.

The function gets method, path (with its query) and body (JSON where it is JSON, else bytes) of each request, in the
order in which they come, and returns what to answer: a ``Reply`` or one of the faults. It runs before anything is
answered: what it did to the test's own state has been carried out, even where the answer is ``Dropped()``.

    with serving(lambda method, path, body: Reply(200, [])) as server:
        ... server.url ... server.requests ...
"""

from __future__ import annotations

import json
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qs, urlsplit

GIB = 1024**3
CHUNK = b" " * 65536


@dataclass(frozen=True)
class Request:
    """What came in; ``path`` is without the query, header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """Return the body as JSON, as bytes where it is none."""
        try:
            return json.loads(self.raw)
        except ValueError:
            return self.raw


class Wire:
    """What an answer has of the connection to its client."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        self.is_open = True

    def send(self, raw: bytes) -> None:
        """Send bytes; a client that has gone raises OSError."""
        self._handler.connection.sendall(raw)

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the client has gone, or for some seconds; one that goes raises ConnectionResetError."""
        self._handler.connection.settimeout(seconds)
        try:
            if not self._handler.connection.recv(1):
                raise ConnectionResetError
        except TimeoutError:
            return
        finally:
            self._handler.connection.settimeout(None)

    def close(self) -> None:
        """Let the connection end with this answer."""
        self.is_open = False


class Answer(Protocol):
    """What becomes of a request."""

    def give(self, wire: Wire) -> None:
        """Answer, or not."""


Script = Callable[[str, str, Any], Answer]


@dataclass(frozen=True)
class Reply:
    """An answer as it should be: ``content`` is sent as JSON, or as it is where it is bytes."""

    status: int = 200
    content: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def give(self, wire: Wire) -> None:
        wire.send(self.head() + self.body())

    def body(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()

    def head(self, length: int | None = None) -> bytes:
        known = {"Content-Type": "application/json", "Content-Length": str(length or len(self.body())), **self.headers}
        lines = [f"HTTP/1.1 {self.status} Scripted", *(f"{name}: {value}" for name, value in known.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def page(status: int = 200, text: str = "<html><body>Please log in</body></html>") -> Reply:
    """Return an HTML page, as a proxy shows it."""
    return Reply(status, text.encode(), {"Content-Type": "text/html"})


def redirect(target: str, status: int = 302) -> Reply:
    """Return the word that what was asked for is elsewhere."""
    return Reply(status, b"", {"Location": target})


@dataclass(frozen=True)
class Dropped:
    """The connection ends without an answer."""

    def give(self, wire: Wire) -> None:
        wire.close()


@dataclass(frozen=True)
class Hung:
    """No answer, until the client goes."""

    def give(self, wire: Wire) -> None:
        wire.close()
        wire.wait()


@dataclass(frozen=True)
class Dripped:
    """An answer that comes byte by byte, from its first line or only its body, with a pause after each."""

    reply: Reply
    pause: float = 0.01
    whole_head: bool = False

    def give(self, wire: Wire) -> None:
        head = self.reply.head()
        if self.whole_head:
            wire.send(head)
        for byte in (b"" if self.whole_head else head) + self.reply.body():
            wire.send(bytes([byte]))
            wire.wait(self.pause)


@dataclass(frozen=True)
class Cut:
    """An answer of which only the beginning of the body comes; then the connection ends."""

    reply: Reply
    kept: int = 1

    def give(self, wire: Wire) -> None:
        wire.close()
        wire.send(self.reply.head() + self.reply.body()[: self.kept])


@dataclass(frozen=True)
class Endless:
    """An answer that promises very much, and goes on until the client goes; ``sent`` collects the sizes."""

    size: int = 10 * GIB
    status: int = 200
    sent: list[int] = field(default_factory=list)

    def give(self, wire: Wire) -> None:
        wire.close()
        wire.send(Reply(self.status).head(self.size))
        for _ in range(self.size // len(CHUNK)):
            wire.send(CHUNK)
            self.sent.append(len(CHUNK))


@dataclass(frozen=True)
class Garbage:
    """Bytes that are no HTTP."""

    raw: bytes = b"220 mail.example.org ESMTP ready\r\n"

    def give(self, wire: Wire) -> None:
        wire.close()
        wire.send(self.raw)


def in_turn(answers: Sequence[Answer]) -> Script:
    """Return the script that gives answers one after the other, and the last one for ever."""
    left = list(answers)
    return lambda method, path, body: left.pop(0) if len(left) > 1 else left[0]


@dataclass
class Scripted:
    """A running server: where it is, and what it was asked, in order."""

    url: str
    requests: list[Request] = field(default_factory=list)
    broken: list[BaseException] = field(default_factory=list)

    def asked(self) -> list[str]:
        """Return the requests as ``GET /path``, in order."""
        return [f"{request.method} {request.path}" for request in self.requests]


class Handler(BaseHTTPRequestHandler):
    """Reads requests, asks the script one at a time, and gives its answers."""

    protocol_version = "HTTP/1.1"
    script: ClassVar[Script]
    scripted: ClassVar[Scripted]
    turn: ClassVar[threading.Lock]

    def answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        address = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(address.query, keep_blank_values=True).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, address.path, query, headers, raw)
        with self.turn:
            self.scripted.requests.append(request)
            answer = type(self).script(self.command, self.path, request.body)
        wire = Wire(self)
        answer.give(wire)
        self.close_connection |= not wire.is_open

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815 - named by the standard library

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class LoopbackServer(ThreadingHTTPServer):
    """Keeps what a script raises; clients that go, or never speak TLS, are no fault."""

    daemon_threads = True
    block_on_close = False
    scripted: Scripted

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.scripted.broken.append(error)


@contextmanager
def serving(script: Script, context: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """Run a server that follows a script, with TLS where a context is given; what the script raises comes out here."""
    handler = type("Bound", (Handler,), {"script": staticmethod(script), "turn": threading.Lock()})
    with LoopbackServer(("127.0.0.1", 0), handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "https" if context else "http"
        handler.scripted = server.scripted = Scripted(f"{scheme}://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
        thread.start()
        try:
            yield server.scripted
        finally:
            server.shutdown()
            thread.join()
    if server.scripted.broken:
        raise server.scripted.broken[0]
