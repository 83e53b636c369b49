"""Posts a summary to a Slack incoming webhook.

Such an address is itself the secret: no message, representation or log line holds it. Slack's own client builds the
request and asks its retry handlers; what carries the request is ours, for the client follows redirects, heeds the
proxies of the environment and reads answers of any length. A post that may have arrived is never repeated in the
same run: only a connection that failed, a rate limit, and an answer of 500 or 503 are worth another attempt.

Answers: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/ (section on errors).
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from io import BytesIO
from ipaddress import ip_address
from logging import CRITICAL, Logger
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit
from urllib.request import Request

from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)
from slack_sdk.http_retry.handler import RetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.webhook import WebhookClient, WebhookResponse

from forensics.errors import PublishError
from forensics.redaction import redact

SILENCE = 10.0  # seconds without a sign of the server
WHOLE_TRY = 20.0  # seconds for one attempt
AGAIN = 2
LONGEST_WAIT = 10.0
ANSWER_LIMIT = 16_384
TEXT_LIMIT = 4_000  # what Slack recommends; it cuts at 40,000
MENTION = re.compile(r"<(?=[!@#])")
PLAIN_URL = re.compile(r"[!-~]+")
KNOWN_FORM = re.compile(r"[a-z]{2,20}(?:[ _][a-z]{1,20}){0,8}")
SECONDS = re.compile(r"[0-9]{1,6}")
BUSY = frozenset({408, 425, 429})
GATEWAYS = frozenset({502, 504})  # these lost the reply of another server
NEW_ADDRESS = "make a new webhook in Slack and set its address"
ADVICE = {
    400: "this is a fault of Night Watch: report it",
    403: "let the app post to its channel again, or make a new webhook",
    404: NEW_ADDRESS,
    410: "unarchive the channel, or make a webhook for another one",
}
WHERE = "Slack's webhook"


class Unreached(PublishError):
    """The request did not leave in full, so it cannot have been carried out."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{WHERE} was not reached: {why} - check the network", is_permanent=False)


def post_summary(
    webhook: str,
    text: str,
    *,
    silence: float = SILENCE,
    whole_try: float = WHOLE_TRY,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Post a text to a webhook.

    The text is Slack's ``mrkdwn``, with ``&``, ``<`` and ``>`` of others escaped. It is redacted, cut at a line end
    after 4,000 characters, and mentions nobody whatever it says. ``silence`` and ``whole_try`` are in seconds.

    Raises:
        PublishError: it was not posted, or nobody knows.
    """
    address = checked(webhook)
    client = Webhook(webhook, address, silence, whole_try, pause)
    judge(client.send(text=shown(text), unfurl_links=False, unfurl_media=False), webhook)


def checked(webhook: str) -> SplitResult:
    """Return the parts of a webhook's address: encrypted, or on this machine."""
    try:
        address = urlsplit(webhook if PLAIN_URL.fullmatch(webhook) else "")
        host, _, _ = address.hostname, address.port, (address.hostname or "").encode("idna")
    except ValueError:
        host = None
    if not host or "@" in address.netloc:
        raise PublishError(f"{WHERE} has an address that is no URL - {NEW_ADDRESS}", is_permanent=True)
    if address.scheme != "https" and not (address.scheme == "http" and is_loopback(host)):
        raise PublishError(f"{WHERE} has an address that is not https - {NEW_ADDRESS}", is_permanent=True)
    return address


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def shown(text: str) -> str:
    """Return a text as it is sent: a summary calls nobody, so that what begins a mention is escaped."""
    whole = MENTION.sub("&lt;", redact(text).encode("utf-8", "backslashreplace").decode("utf-8"))
    return whole if len(whole) <= TEXT_LIMIT else shortened(whole)


def shortened(text: str) -> str:
    """Return the beginning of a text up to a line end, and how much is missing."""
    kept = text[:TEXT_LIMIT].rpartition("\n")[0] or text[:TEXT_LIMIT]
    missing = text[len(kept) :].strip("\n").count("\n") + 1
    return f"{kept}\n… and {missing} more line{'s' if missing > 1 else ''}"


class Retries(RetryHandler):
    """Slack's handlers decide whether to try again; how long to wait is ours, for a server may ask for hours."""

    def __init__(self, pause: Callable[[float], None]) -> None:
        super().__init__(max_retry_count=AGAIN)
        self.pause = pause
        self.handlers = (
            RateLimitErrorRetryHandler(AGAIN),
            ConnectionErrorRetryHandler(AGAIN, error_types=[Unreached]),
            ServerErrorRetryHandler(AGAIN),
        )

    def _can_retry(self, *, state: RetryState, response: HttpResponse | None = None, **case: Any) -> bool:
        willing = any(handler.can_retry(state=state, response=response, **case) for handler in self.handlers)
        return willing and self.wait(state, response) <= LONGEST_WAIT

    def prepare_for_next_attempt(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        """Wait, and ask for the next attempt."""
        self.pause(self.wait(state, response))
        state.next_attempt_requested = True
        state.increment_current_attempt()

    def wait(self, state: RetryState, response: HttpResponse | None) -> float:
        """Return the seconds until the next attempt: as many as the server asks for, else more each time."""
        asked = response.headers.get("Retry-After") if response else None
        return float(asked[0]) if asked else self.interval_calculator.calculate_sleep_duration(state.current_attempt)


class Webhook(WebhookClient):
    """Slack's client on a connection that knows no proxy and no redirect, and has limits of time and size.

    Its logger is on its own and says nothing: Slack's client writes the address and the text to it.
    """

    def __init__(
        self, webhook: str, address: SplitResult, silence: float, whole_try: float, pause: Callable[[float], None]
    ) -> None:
        quiet = Logger("webhook", CRITICAL + 1)
        trust = ssl.create_default_context() if address.scheme == "https" else None
        super().__init__(webhook, ssl=trust, logger=quiet, retry_handlers=[Retries(pause)])
        self.default_headers["User-Agent"] = "night-watch"  # Slack's would tell the kernel's version
        self.address = address
        self.silence = silence
        self.whole_try = whole_try

    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
        """Send a request once; the client calls this for each attempt, and expects HTTPError as urllib raises it."""
        connection = self.connection()
        with closing(connection), unreached():
            connection.connect()
            with time_limit(connection, self.whole_try):
                self.send_whole(connection, req)
                status, asked, body = answer(connection)
        if status == 200:
            return WebhookResponse(url="", status_code=status, body=body, headers={})
        raise HTTPError("", status, "", as_headers(asked), BytesIO(body.encode()))

    def connection(self) -> HTTPConnection:
        """Return a connection that is not yet open."""
        host, port = str(self.address.hostname), self.address.port
        if self.ssl is None:
            return HTTPConnection(host, port, timeout=self.silence)
        return HTTPSConnection(host, port, timeout=self.silence, context=self.ssl)

    def send_whole(self, connection: HTTPConnection, req: Request) -> None:
        """Send a request over an open connection."""
        target = (self.address.path or "/") + (f"?{self.address.query}" if self.address.query else "")
        connection.request("POST", target, req.data, dict(req.header_items()))


@contextmanager
def unreached() -> Iterator[None]:
    """Name what goes wrong until a request is sent; without its last byte no server carries it out."""
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise PublishError(
            f"{WHERE} shows a certificate that is not trusted - check the clock, the address and the proxy in between",
            is_permanent=True,
        ) from None
    except TimeoutError:
        raise Unreached("it took too long") from None
    except OSError as fault:
        raise Unreached(fault.strerror or type(fault).__name__) from None


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
    """Return status, wished waiting time and text of an answer."""
    try:
        response = connection.getresponse()
    except (OSError, HTTPException):
        raise PublishError(
            f"{WHERE} gave no answer to a post - it may have arrived: look into the channel",
            is_permanent=False,
            is_uncertain=True,
        ) from None
    with response:
        return response.status, response.headers.get("Retry-After"), text_of(response)


def text_of(response: HTTPResponse) -> str:
    """Return the text of an answer, cut where it is too long; nothing where it breaks off."""
    try:
        return response.read(ANSWER_LIMIT).decode("utf-8", "replace")
    except (OSError, HTTPException):
        return ""


def as_headers(retry_after: str | None) -> Message:
    """Return the headers that Slack's client may see: a waiting time in seconds, and a charset that it knows."""
    headers = Message()
    headers["Content-Type"] = "text/plain; charset=utf-8"
    if retry_after and SECONDS.fullmatch(retry_after):
        headers["Retry-After"] = retry_after
    return headers


def judge(response: WebhookResponse, webhook: str) -> None:
    """Accept Slack's word that a text was posted, or raise what it said instead."""
    status, body = response.status_code, response.body.strip()
    if status == 200 and body == "ok":
        return
    said = f"{status} {body}" if KNOWN_FORM.fullmatch(body.lower()) and body not in webhook else f"{status}"
    is_permanent = status < 500 and status not in BUSY
    raise PublishError(
        f"{WHERE} refused a post ({said}) - {advice(status, body, response.headers.get('Retry-After'))}",
        is_permanent=is_permanent and not is_cut(status, body),
        is_uncertain=status in GATEWAYS or is_cut(status, body),
    )


def is_cut(status: int, body: str) -> bool:
    """Return whether an answer may be the beginning of Slack's ``ok``."""
    return status == 200 and "ok".startswith(body)


def advice(status: int, body: str, retry_after: str | None) -> str:
    """Return what to do about an answer."""
    if is_cut(status, body) or status in GATEWAYS:
        return "it may have arrived: look into the channel"
    if status in BUSY or status >= 500:
        return f"ask again in {retry_after} s" if retry_after else "ask again later"
    if status < 400:
        return f"a redirect or a page is no answer of Slack's, and not followed: {NEW_ADDRESS}"
    return ADVICE.get(status, NEW_ADDRESS)
