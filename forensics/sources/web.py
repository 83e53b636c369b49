"""Fetches what a web server has: files, with the times that it tells of them, and the files that its index pages list.

A server's index page is its own matter (no standard tells its form); what is taken from one are its links to what
lies directly below it. Nothing is sent but GET and HEAD, without any name or password; a redirection is followed
five times at most, and never from https to http.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Timer
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from forensics.sources.instants import NANOS
from forensics.sources.members import Damaged

if TYPE_CHECKING:
    import httpx

LINK = re.compile(r"<a\s[^<>]{0,2000}?\bhref\s{0,9}=\s{0,9}(?:\"([^\"<>]{1,4000})\"|'([^'<>]{1,4000})')", re.IGNORECASE)
HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
ERROR_NUMBER = re.compile(r"\[Errno -?[0-9]{1,5}\] ")
SCHEMES = ("http://", "https://")
REDIRECTIONS = 5
CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0
LONGEST_SECONDS = 1800
LARGEST_INDEX = 16 << 20


class Unreached(Exception):
    """Something elsewhere that cannot be had: why, and what to do."""


@dataclass(frozen=True)
class Answer:
    """An answer, not yet read; ``is_late`` is set when it has taken longer than any may."""

    response: httpx.Response
    is_late: Event


@dataclass(frozen=True)
class WebFile:
    """What a server tells of a file: its size and when it was changed, in ns; None where it does not."""

    size: int | None
    modified: int | None


def is_web(address: str) -> bool:
    """Return whether an address is a web server's."""
    return address.lower().startswith(SCHEMES)


@contextmanager
def answered(method: str, address: str) -> Iterator[Answer]:
    """Give the answer to a request, not yet read.

    Raises:
        Unreached: there is no server, or it does not give the file.
    """
    import httpx

    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        with httpx.Client(timeout=timeout, headers={"Accept-Encoding": "identity"}) as client:
            response, is_late = sent(client, method, address), Event()
            alarm = Timer(LONGEST_SECONDS, is_late.set)
            alarm.daemon = True
            alarm.start()
            try:
                yield Answer(response, is_late)
            finally:
                alarm.cancel()
                response.close()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreached(complaint(error)) from error


def sent(client: httpx.Client, method: str, address: str) -> httpx.Response:
    """Return the answer to a request after its redirections.

    Raises:
        Unreached: the server does not give the file, or redirects too often or to an unencrypted address.
    """
    request = client.build_request(method, address)
    for _ in range(REDIRECTIONS + 1):
        response = client.send(request, stream=True)
        following = response.next_request
        if following is None:
            break
        response.close()
        if request.url.scheme == "https" != following.url.scheme:
            raise Unreached("the server leads from https to an unencrypted address, which is not followed")
        request = following
    else:
        raise Unreached(f"the server redirects more than {REDIRECTIONS} times")
    if response.status_code != 200:
        response.close()
        raise Unreached(f"the server answers {response.status_code} {response.reason_phrase}".rstrip())
    return response


def complaint(error: Exception) -> str:
    """Return in one line why a server could not be reached, or its answer not be read to the end."""
    text = ERROR_NUMBER.sub("", str(error)).partition("\n")[0][:200] or type(error).__name__
    if "name resolution" in text or "Name or service not known" in text or "nodename nor servname" in text:
        return f"there is no such host, or no network: {text}"
    return f"the server cannot be reached: {text}"


def status(address: str) -> WebFile:
    """Return what a server tells of a file.

    Raises:
        Unreached: there is no server, or it has no such file.
    """
    with answered("HEAD", address) as answer:
        return told_of(answer)


def told_of(answer: Answer) -> WebFile:
    """Return what an answer tells of its file."""
    headers = answer.response.headers
    length = headers.get("Content-Length", "")
    size = int(length) if length.isascii() and length.isdecimal() else None
    return WebFile(size, instant(headers.get("Last-Modified")))


def instant(written: str | None) -> int | None:
    """Return an HTTP date (RFC 9110, section 5.6.7, its present form) in ns, None where there is none."""
    found = HTTP_DATE.fullmatch((written or "").strip())
    if found is None or found[2] not in MONTHS:
        return None
    day, _, year, hour, minute, second = found.groups()
    month = MONTHS.index(found[2]) + 1
    try:
        at = datetime(int(year), month, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError:
        return None
    return int(at.timestamp()) * NANOS


def pieces(answer: Answer) -> Iterator[bytes]:
    """Yield the content of an answer as it comes.

    Raises:
        Damaged: the connection ended before it did, or it takes too long, as from a server that drips.
    """
    import httpx

    received = 0
    try:
        for piece in answer.response.iter_raw():
            received += len(piece)
            yield piece
            if answer.is_late.is_set():
                raise Damaged(f"abandoned after {received} bytes: the server took longer than {LONGEST_SECONDS} s")
    except httpx.HTTPError as error:
        raise Damaged(f"cut off after {received} bytes: {complaint(error)}") from error


def unescaped(text: str) -> str:
    """Return an attribute's text with what stands for its signs resolved; of names only those that addresses need."""
    for name, sign in (("&quot;", '"'), ("&#39;", "'"), ("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(name, sign)
    return text


def listed(folder: str) -> dict[str, str]:
    """Return by name what an index page lists directly below an address that ends in a slash; folders end in one.

    Raises:
        Unreached: there is no such page.
    """
    with answered("GET", folder) as answer:
        content, page = b"", str(answer.response.url)
        for piece in pieces(answer):
            content += piece
            if len(content) > LARGEST_INDEX:
                raise Unreached(f"its index page is larger than {LARGEST_INDEX >> 20} MiB")
    found = {}
    for link in LINK.finditer(content.decode("utf-8", "replace")):
        address = urldefrag(urljoin(page, unescaped(link[1] or link[2] or ""))).url
        name = unquote(address[len(page) :]) if address.startswith(page) else ""
        if name and "/" not in name.rstrip("/") and not urlsplit(address).query:
            found[name] = folder + address[len(page) :]
    return found
