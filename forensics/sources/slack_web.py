"""Asks Slack's Web API, through Slack's own client; loaded only where a workspace is read.

The client builds the requests, asks its retry handlers and reads the answers; what carries them is ours, for the
client takes the token along on redirects, heeds the proxies of the environment and reads answers of any length.
Nothing is ever written there, so that any question may be asked twice. The token stands in a header alone.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from io import BytesIO
from logging import CRITICAL, Logger
from socket import SHUT_RDWR, socket
from threading import Event, Timer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit
from urllib.request import Request

from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)
from slack_sdk.http_retry.handler import RetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web import WebClient

from forensics.sources.slack_calls import Limits, Pause, Unanswered, refusal

AGAIN = 2
AGAIN_LIMITED = 5
ANSWER_LIMIT = 32 << 20
REFUSAL_LIMIT = 16_384
GATEWAYS = frozenset({408, 425, 502, 504})
LATER = 503
# Slack says some of what HTTP has a status for in an answer of its own.
STATUSES = {"ratelimited": 429, "internal_error": LATER, "fatal_error": LATER, "service_unavailable": LATER}
STATUSES |= {"request_timeout": LATER}


class Unreached(Unanswered):
    """No whole answer came; another attempt may bring one."""


class Patience:
    """How long is waited: ``is_over`` once the whole source has taken too long; a wait ends then, too."""

    def __init__(self, limits: Limits, pause: Pause | None) -> None:
        self._over = Event()
        self._pause = pause or self._over.wait
        self._left = limits.waiting
        self.timer = Timer(limits.whole, self.end)
        self.timer.daemon = True

    def end(self) -> None:
        """Say that there is no time left."""
        self._over.set()

    @property
    def is_over(self) -> bool:
        """Return whether there is no time left."""
        return self._over.is_set()

    def allows(self, seconds: float) -> bool:
        """Return whether a wait is worth its while."""
        return not self.is_over and seconds <= self._left

    def wait(self, seconds: float) -> None:
        """Wait."""
        self._left -= seconds
        self._pause(seconds)


class Retries(RetryHandler):
    """Slack's handlers decide whether to ask again; how long to wait for it is bounded over all questions."""

    def __init__(self, patience: Patience) -> None:
        super().__init__(max_retry_count=AGAIN_LIMITED)
        self.patience = patience
        self.handlers = (
            RateLimitErrorRetryHandler(AGAIN_LIMITED),
            ConnectionErrorRetryHandler(AGAIN, error_types=[Unreached]),
            ServerErrorRetryHandler(AGAIN),
        )

    def _can_retry(self, *, state: RetryState, response: HttpResponse | None = None, **case: Any) -> bool:
        willing = any(handler.can_retry(state=state, response=response, **case) for handler in self.handlers)
        lost = response is not None and response.status_code in GATEWAYS and state.current_attempt < AGAIN
        return (willing or lost) and self.patience.allows(self.wait(state, response))

    def prepare_for_next_attempt(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        """Wait, and ask for the next attempt."""
        self.patience.wait(self.wait(state, response))
        state.next_attempt_requested = not self.patience.is_over
        state.increment_current_attempt()

    def wait(self, state: RetryState, response: HttpResponse | None) -> float:
        """Return the seconds until the next attempt: as many as the server asks for, else more each time."""
        asked = response.headers.get("Retry-After") if response else None
        return float(asked[0]) if asked else float(2**state.current_attempt)


class Client(WebClient):
    """Slack's client on a connection that knows no proxy and no redirect, and has limits of time and size.

    Its logger is on its own and says nothing.
    """

    def __init__(self, token: str, base_url: str, limits: Limits, patience: Patience) -> None:
        super().__init__(token, base_url, logger=Logger("slack", CRITICAL + 1), retry_handlers=[Retries(patience)])
        self.headers["User-Agent"] = "night-watch"  # Slack's would tell the kernel's version
        self.limits = limits
        self.trust = ssl.create_default_context() if base_url.startswith("https:") else None

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        """Send a request once; the client calls this for each attempt, and expects HTTPError as urllib raises it."""
        address = urlsplit(url)
        connection = self.connection(address)
        with closing(connection), unreached():
            connection.connect()
            with time_limit(connection, self.limits.attempt):
                connection.request("POST", address.path, req.data, dict(req.header_items()))
                status, asked, body = answer(connection)
        status = said_status(body) if status == 200 else status
        if status == 200:
            return {"status": status, "headers": {}, "body": body}
        text = body[:REFUSAL_LIMIT].encode()
        raise HTTPError("", status, "", as_headers(asked), BytesIO(text))

    def connection(self, address: SplitResult) -> HTTPConnection:
        """Return a connection that is not yet open."""
        host, port = str(address.hostname), address.port
        if self.trust is None:
            return HTTPConnection(host, port, timeout=self.limits.silence)
        return HTTPSConnection(host, port, timeout=self.limits.silence, context=self.trust)


class Workspace:
    """A workspace that can be asked with a token, for as long as it is open."""

    def __init__(self, token: str, base_url: str, limits: Limits, pause: Pause | None) -> None:
        self.limits = limits
        self.patience = Patience(limits, pause)
        self.client = Client(token, base_url, limits, self.patience)

    def ask(self, method: str, **asked: str | int | None) -> Mapping[str, Any]:
        """Return what a method answers.

        Raises:
            Unanswered: it does not, or the time for the whole source is over.
        """
        if self.patience.is_over:
            raise self.too_long()
        try:
            found = self.client.api_call(method, params={**asked}).data
        except SlackApiError as refused:
            if self.patience.is_over:
                raise self.too_long() from None
            raise refusal(method, refused.response.data, refused.response.status_code) from None
        return found if isinstance(found, dict) else {}

    def too_long(self) -> Unanswered:
        """Return the fault of a workspace that takes too long altogether."""
        minutes = f"{self.limits.whole / 60:.0f} minutes"
        return Unanswered(f"given up after {minutes} - name the channels to read, or run this again", is_final=True)


@contextmanager
def opened(token: str, base_url: str, limits: Limits, pause: Pause | None) -> Iterator[Workspace]:
    """Open a workspace; from then on its time runs."""
    workspace = Workspace(token, base_url, limits, pause)
    workspace.patience.timer.start()
    try:
        yield workspace
    finally:
        workspace.patience.timer.cancel()


@contextmanager
def unreached() -> Iterator[None]:
    """Name what goes wrong between a connection's opening and the end of its answer."""
    try:
        yield
    except ssl.SSLCertVerificationError:
        what = "Slack shows a certificate that is not trusted"
        raise Unanswered(f"{what} - check the clock, and for a proxy in between", is_final=True) from None
    except TimeoutError:
        raise Unreached("Slack was not reached: it took too long - check the network", is_final=True) from None
    except OSError as fault:
        why = fault.strerror or "the connection ended"
        raise Unreached(f"Slack was not reached: {why} - check the network", is_final=True) from None
    except HTTPException:
        raise Unreached("Slack's answer broke off - run this again") from None


@contextmanager
def time_limit(connection: HTTPConnection, seconds: float) -> Iterator[None]:
    """Cut an open connection off after some time, however busy it is."""
    timer = Timer(seconds, hang_up, [connection.sock])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def hang_up(connected: socket) -> None:
    """End a connection under the hands of whoever reads from it."""
    with suppress(OSError):  # it may have ended already
        socket.shutdown(connected, SHUT_RDWR)


def answer(connection: HTTPConnection) -> tuple[int, str | None, str]:
    """Return status, wished waiting time and text of a whole answer.

    Raises:
        HTTPException: it broke off.
        Unanswered: it is too long.
    """
    with connection.getresponse() as response:
        body = response.read(ANSWER_LIMIT)
        if len(body) == ANSWER_LIMIT:
            raise Unanswered(f"an answer of more than {ANSWER_LIMIT >> 20} MiB - name fewer channels")
        if response.length:
            raise HTTPException
        return response.status, response.headers.get("Retry-After"), body.decode("utf-8", "replace")


def said_status(body: str) -> int:
    """Return the status that an answer's own words amount to.

    Raises:
        Unanswered: it is no answer of Slack's.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if isinstance(said, dict):
        return STATUSES.get(str(said.get("error")), 200)
    if body.lstrip()[:1] == "{":
        raise Unreached("Slack's answer broke off - run this again")
    raise refusal("", None)


def as_headers(retry_after: str | None) -> Message:
    """Return the headers that Slack's client may see: a waiting time in seconds, and a charset that it knows."""
    headers = Message()
    headers["Content-Type"] = "text/plain; charset=utf-8"
    if retry_after and retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 7:
        headers["Retry-After"] = retry_after
    return headers
