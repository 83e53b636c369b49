"""JSON from elsewhere: arrays that end early, values of another type than promised, text that cannot be written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

WHOLE_LIMIT = 8 << 20
SLICE = 10_000
BLANKS = re.compile(r"[ \t\r\n]*")
UTF16 = (b"\xff\xfe", b"\xfe\xff")


def bounded_integer(digits: str) -> int | str:
    """Return an integer; its digits where they are so many that Python refuses it."""
    try:
        return int(digits)
    except ValueError:
        return digits


def decoded(content: bytes) -> str:
    """Return JSON's bytes as text; bytes that are no UTF-8 stay in it as lone surrogates."""
    if content.startswith(UTF16):
        return content.decode("utf-16", "replace")
    return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def legible(text: str) -> str:
    """Return a text that can be written as UTF-8: a lone surrogate in it becomes its escape."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def words(value: object) -> str:
    """Return a value that should be text; empty where it is anything else."""
    return value if isinstance(value, str) else ""


def mappings(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a value that should be an array of them."""
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())


class JsonArray:
    """The elements of an array; once they have been read, ``fault`` says why they ended early."""

    def __init__(self, content: bytes) -> None:
        self.fault: str | None = None
        self._size = len(content)
        self._text = decoded(content)

    def slices(self) -> Iterator[list[Any]]:
        """Yield the elements, many at a time."""
        whole = self._at_once() if len(self._text) <= WHOLE_LIMIT else None
        if whole is not None:
            yield whole
            return
        elements = self._one_by_one()
        while some := list(islice(elements, SLICE)):
            yield some

    def _at_once(self) -> list[Any] | None:
        try:
            whole = json.loads(self._text)
        except (ValueError, RecursionError):
            return None
        return whole if isinstance(whole, list) else None

    def _one_by_one(self) -> Iterator[Any]:
        text, decoder = self._text, json.JSONDecoder(parse_int=bounded_integer)
        at = self._past_blanks(0)
        if not text.startswith("[", at):
            self.fault = f"not a JSON array: it begins with {text[at]!a}" if text[at:] else "not JSON: it is empty"
            return
        at = self._past_blanks(at + 1)
        while not text.startswith("]", at):
            try:
                element, end = decoder.raw_decode(text, at)
            except (ValueError, RecursionError) as error:
                self.fault = self._broken(at, getattr(error, "msg", str(error)))
                return
            yield element
            at = self._past_blanks(end)
            if text.startswith(",", at):
                at = self._past_blanks(at + 1)
            elif not text.startswith("]", at):
                self.fault = self._broken(at, "neither , nor ] after an element")
                return
        if self._past_blanks(at + 1) < len(text):
            self.fault = self._broken(at + 1, "more after the end of the array")

    def _past_blanks(self, at: int) -> int:
        found = BLANKS.match(self._text, at)
        return found.end() if found else at

    def _broken(self, at: int, reason: str) -> str:
        if not self._text.rstrip().endswith("]"):
            return f"truncated at byte {self._size}"
        sound = len(self._text[:at].encode("utf-8", "surrogateescape"))
        return f"not JSON from byte {sound} on: {reason}"
