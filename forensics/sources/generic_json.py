"""Cuts JSON Lines into chunks of objects, as RFC 8259 has them.

A number that is not finite, a name that stands twice in one object, and nesting beyond 100 levels are refused.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from forensics.evidence.records import Reject
from forensics.sources.generic_chunks import Account, CheckNames, Objects, clean_lines
from forensics.sources.listing import BLANK, INCOMPLETE, OVERLONG, excerpt
from forensics.sources.opening import LINE_LIMIT, EvidenceFile

DEEPEST = 100
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def json_chunks(evidence: EvidenceFile, account: Account, check: CheckNames) -> Iterator[Objects | Reject]:
    """Yield the objects of a JSON Lines file; which names they have is only known at its end.

    Raises:
        OSError: the file cannot be opened, or is no regular file.
    """
    for first, lines in clean_lines(evidence, account):
        objects = Objects()
        for number, line in enumerate(lines, first):
            if not line or line.isspace():
                account.skipped[BLANK] += 1
                continue
            try:
                record = json_object(line)
            except (ValueError, RecursionError) as error:
                yield Reject(account.file, number, _why(error, line, evidence), excerpt(line))
                continue
            objects.numbers.append(number)
            objects.records.append(record)
            objects.lines.append(line)
        account.records = evidence.records
        yield objects


def _why(error: Exception, line: bytes, evidence: EvidenceFile) -> str:
    if evidence.ends_open:
        return INCOMPLETE
    if len(line) >= LINE_LIMIT:
        return OVERLONG
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg[:1].lower()}{error.msg[1:]} at character {error.pos + 1}"
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


def json_object(line: bytes) -> dict[str, Any]:
    """Return the object that a line holds.

    Raises:
        ValueError: it holds none, or one that is not sound.
        RecursionError: it is nested too deeply.
    """
    value = json_value(line)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def json_value(content: bytes) -> Any:
    """Return what a JSON text holds; bytes that are no UTF-8 stand in it as an escape, lone surrogates too.

    Raises:
        ValueError: it is none, or one that is not sound.
        RecursionError: it is nested too deeply.
    """
    stripped = content.strip()
    try:
        text, is_clean = stripped.decode(), b"\\u" not in stripped or ESCAPED_SURROGATE.search(stripped) is None
    except UnicodeDecodeError:
        text, is_clean = stripped.decode("utf-8", "surrogateescape"), False
    value, end = DECODER.raw_decode(text)
    if end != len(text):
        raise ValueError(f"not JSON: more after its end at character {end + 1}")
    if len(text) > 2 * DEEPEST and text.count("[") + text.count("{") > DEEPEST:
        check_depth(value)
    return value if is_clean else legible(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is too large")
    return number


def _no_number(word: str) -> float:
    raise ValueError(f"not JSON: {word} is no number")


DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_number)


def check_depth(value: Any) -> None:
    """Refuse a value that is nested beyond the limit.

    Raises:
        ValueError: it is.
    """
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    if level:
        raise ValueError("nested too deeply")


def legible(value: Any) -> Any:
    """Return a value whose texts can all be written as UTF-8."""
    match value:
        case str():
            return LONE_SURROGATE.sub(_code, value)
        case dict():
            return {legible(key): legible(inner) for key, inner in value.items()}
        case list():
            return [legible(inner) for inner in value]
    return value


def _code(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
