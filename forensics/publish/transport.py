"""Carries HTTP requests so that no server can hold one up: every wait for the network ends with the request's deadline.

httpx limits the time between two bytes, so a server that sends one now and then could go on for ever.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator

import httpcore
import httpx

from forensics.errors import PublishError


class Deadline:
    """When a request must be over; ``clock`` is monotonic, in seconds. It is begun anew for each request."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._end = clock()

    def begin(self, seconds: float) -> None:
        """Let a request begin that may take this long."""
        self._end = self._clock() + seconds

    def left(self) -> float:
        """Return the seconds left, none or less when it is over."""
        return self._end - self._clock()

    def within(self, timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
        """Return how long one step may take; raise ``late`` where no time is left."""
        left = self.left()
        if left <= 0:
            raise late
        return left if timeout is None else min(timeout, left)


class TimedStream(httpcore.NetworkStream):
    """A connection on which no step outlasts the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come in."""
        return self._stream.read(max_bytes, self._deadline.within(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        self._stream.write(buffer, self._deadline.within(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return the same connection, encrypted."""
        within = self._deadline.within(timeout, httpcore.ConnectTimeout)
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, within), self._deadline)

    def get_extra_info(self, info: str) -> object:
        """Return what the pool asks of a connection."""
        return self._stream.get_extra_info(info)


class TimedBackend(httpcore.NetworkBackend):
    """Opens connections on which no step outlasts the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._backend = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a new connection."""
        within = self._deadline.within(timeout, httpcore.ConnectTimeout)
        stream = self._backend.connect_tcp(host, port, within, local_address, socket_options)
        return TimedStream(stream, self._deadline)


class Content(httpx.SyncByteStream):
    """The body of a reply, as it comes in."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        self._response.close()


class Transport(httpx.BaseTransport):
    """Sends the requests of an httpx client, straight to the server; what goes wrong is raised as httpcore names it."""

    def __init__(self, deadline: Deadline, context: ssl.SSLContext | None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, max_connections=1, network_backend=TimedBackend(deadline)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the reply as soon as its head is there."""
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(response.status, headers=response.headers, stream=Content(response))

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()


def trusted(ca_file: str | None) -> ssl.SSLContext:
    """Return how servers prove who they are: by the certificates this machine trusts, or those of a file instead.

    Raises:
        PublishError: the file cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # it checks certificates and names; no keys are logged
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is None:
        context.load_default_certs()
        return context
    try:
        context.load_verify_locations(cafile=ca_file)
    except OSError as error:
        why = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror or "it cannot be read"
        raise PublishError(
            f"the certificates of ca_file cannot be used: {why} - {ca_file} - name a PEM file", is_permanent=True
        ) from None
    return context
