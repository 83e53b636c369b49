"""The guarded exchange with a tracker: one request, one reply in JSON, or an error that says what to do.

Reading and changing are tried again, adding never: a request that adds may have been carried out although no reply
came. No redirect is followed, for the token would go along, and the environment's proxies and passwords stay out.
"""

from __future__ import annotations

import json
import logging
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from socket import gaierror
from types import TracebackType
from typing import NoReturn, Self

import httpcore
import httpx
import stamina

from forensics.errors import PublishError
from forensics.publish.refusals import Failed, TooLong, refusal
from forensics.publish.replies import Reply, goes_on, message_in, parsed, strange, total_of
from forensics.publish.transport import Deadline, Transport, trusted
from forensics.untrusted import clipped, safe_line

REPLY_TO_A_REFUSAL = 64 * 1024  # bytes that are read for the server's own words
TOKEN = re.compile(r"[!-~]{1,4096}")
HOST = re.compile(rb"[A-Za-z0-9._:-]+")
NEVER_SENT = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout, httpcore.UnsupportedProtocol)
BROKEN = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol)

# Without a handler of its own Python would print each repetition to stderr.
logging.getLogger("stamina").addHandler(logging.NullHandler())
for talkative in ("httpcore", "httpx"):  # they would log addresses and whole heads, whatever a server puts in there
    logging.getLogger(talkative).setLevel(logging.WARNING)


@dataclass(frozen=True)
class Limits:
    """What one request may take: times in seconds, ``reply`` in bytes; ``whole`` covers all its ``tries``."""

    connect: float = 5.0
    whole: float = 30.0
    tries: int = 3
    first_wait: float = 0.5
    longest_wait: float = 5.0
    reply: int = 5 * 1024 * 1024


@dataclass(frozen=True)
class Request:
    """A request: ``path`` is below the tracker's address; ``fields`` go as JSON, a ``file`` as (name, content).

    ``once`` keeps one from being tried again that could be.
    """

    method: str
    path: str
    query: Mapping[str, str | int] = field(default_factory=dict)
    fields: Mapping[str, object] | None = None
    file: tuple[str, bytes] | None = None
    once: bool = False

    @property
    def is_write(self) -> bool:
        """Return whether it changes something."""
        return self.method != "GET"

    @property
    def is_repeatable(self) -> bool:
        """Return whether doing it twice is as doing it once."""
        return self.method in ("GET", "PATCH") and not self.once


class Exchange:
    """The connection to one server, with one token; ``clock`` is monotonic, in seconds."""

    def __init__(
        self,
        base: str,
        token: str,
        *,
        clock: Callable[[], float],
        limits: Limits | None = None,
        ca_file: str | None = None,
    ) -> None:
        self.base = checked(base)
        if not TOKEN.fullmatch(token):
            raise PublishError(
                f"the token is empty or holds signs that no token has - {self.base} - set it anew", is_permanent=True
            )
        self._token = token
        self._limits = limits or Limits()
        self._deadline = Deadline(clock)
        self._attempts = stamina.RetryingCaller(
            attempts=self._limits.tries,
            timeout=None,  # the deadline sees to it
            wait_initial=self._limits.first_wait,
            wait_max=self._limits.longest_wait,
            wait_jitter=self._limits.first_wait,
        )
        context = trusted(ca_file) if self.base.startswith("https:") or ca_file else None
        self._client = httpx.Client(
            transport=Transport(self._deadline, context),
            timeout=httpx.Timeout(self._limits.whole, connect=self._limits.connect),
            headers={
                "Authorization": f"token {token}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",  # so that a short reply cannot unfold into a long one
                "User-Agent": "forensics",
            },
            follow_redirects=False,
            trust_env=False,
        )

    def __repr__(self) -> str:
        return f"Exchange({self.base!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def ask(self, request: Request) -> Reply:
        """Return the reply to a request.

        Raises:
            Failed: it was refused, or no reply could be had or understood.
        """
        self._deadline.begin(self._limits.whole)
        if not request.is_repeatable:
            return self._once(request)
        lost: list[bool] = []
        try:
            return self._attempts(lambda error: self._again(error, lost), self._once, request)
        except Failed as failed:
            failed.is_uncertain = any(lost)
            raise

    def _again(self, error: Exception, lost: list[bool]) -> bool | float:
        """Return whether another attempt is worth it, or after how many seconds; note whether this one may be done."""
        if not isinstance(error, Failed):
            return False
        lost.append(error.is_uncertain)
        if error.is_permanent or error.status == 409:
            return False
        wait = error.wait or 0.0
        if wait > self._limits.longest_wait or self._deadline.left() <= max(wait, self._limits.first_wait):
            return False
        return wait or True

    def _once(self, request: Request) -> Reply:
        where = f"{request.method} {self.base}{request.path}"
        with self._told(where, request.is_write), self._sent(request) as response:
            if not response.is_success:
                self._refuse(response, where, request.is_write)
            raw = self._read(response, where, request.is_write)
        return Reply(
            where,
            request.is_write,
            parsed(raw, where, request.is_write),
            total=total_of(response.headers.get("X-Total-Count", "")),
            has_next=goes_on(response.headers.get("Link", "")),
        )

    @contextmanager
    def _sent(self, request: Request) -> Iterator[httpx.Response]:
        content = None if request.fields is None else json.dumps(request.fields).encode("ascii")
        with self._client.stream(
            request.method,
            f"{self.base}{request.path}",
            params=dict(request.query) or None,
            content=content,
            headers={"Content-Type": "application/json"} if content is not None else None,
            files={"attachment": request.file} if request.file else None,
        ) as response:
            yield response

    def _refuse(self, response: httpx.Response, where: str, is_write: bool) -> NoReturn:
        """Raise what an answer means that is no yes; the server's own words are read where they can be."""
        words = bytearray()
        try:
            for chunk in response.iter_raw():
                words += chunk
                if len(words) > REPLY_TO_A_REFUSAL:
                    break
        except BROKEN:
            words.clear()
        said = self._shown(message_in(bytes(words[:REPLY_TO_A_REFUSAL])))
        target = self._shown(response.headers.get("Location", ""))
        raise refusal(
            response.status_code, said, where, is_write, target=target, after=response.headers.get("Retry-After", "")
        )

    def _shown(self, text: str) -> str:
        return clipped(safe_line(text.replace(self._token, "REDACTED")).strip(), 200)

    def _read(self, response: httpx.Response, where: str, is_write: bool) -> bytes:
        content, limit = bytearray(), self._limits.reply
        for chunk in response.iter_raw():
            content += chunk
            if len(content) > limit:
                told = f"the reply is longer than {limit:,} bytes - {where} - see what that address serves"
                raise TooLong(told, is_permanent=True, is_uncertain=is_write)
        return bytes(content)

    @contextmanager
    def _told(self, where: str, is_write: bool) -> Iterator[None]:
        """Turn what goes wrong on the way into an error that can be shown."""
        try:
            yield
        except NEVER_SENT as error:
            raise unreached(error, where) from None
        except httpcore.TimeoutException:
            late = f"no whole reply within {self._limits.whole:g} s"
            raise Failed(
                f"{late} - {where} - see how the tracker is; the next run tries again", is_uncertain=is_write
            ) from None
        except httpx.HTTPError:
            raise strange("its head is odd", where, is_write) from None
        except BROKEN:
            raise Failed(
                f"the connection broke off before the whole reply was there - {where} - the next run tries again",
                is_uncertain=is_write,
            ) from None


def checked(base: str) -> str:
    """Return an address without a slash at its end, if a token may be sent there."""
    try:
        url = httpx.URL(base)
    except httpx.InvalidURL:
        raise PublishError(
            "the tracker's address is no URL - [tracker] url - write https://…", is_permanent=True
        ) from None
    if url.userinfo or url.query or url.fragment or not HOST.fullmatch(url.raw_host):
        raise PublishError(
            "the tracker's address holds more than a host and a path, or less - [tracker] url - write https://host/path",
            is_permanent=True,
        )
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.host)):
        raise PublishError(
            f"the token would go unencrypted - {base} - use https; http is for this machine only", is_permanent=True
        )
    return base.rstrip("/")


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def unreached(error: BaseException, where: str) -> Failed:
    """Return the error for a request that never left."""
    cause = error.args[0] if error.args else None  # httpcore keeps it there, and not as __cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        why = f"the server's certificate is not trusted: {cause.verify_message}"
        return Failed(f"{why} - {where} - name its CA with ca_file, or mend the certificate", is_permanent=True)
    if isinstance(cause, ssl.SSLError):
        return Failed(
            f"no encrypted connection could be made - {where} - check the address and its port", is_permanent=True
        )
    if isinstance(cause, gaierror):
        why = "the tracker's name cannot be looked up"
    elif isinstance(error, httpcore.TimeoutException):
        why = "the tracker cannot be reached in time"
    else:
        why = "the tracker cannot be reached"
    return Failed(f"{why} - {where} - check the address and the network; the next run tries again")
