"""Turns a column of values as they come into texts, numbers, truth values, instants or our own words.

A value that does not fit refuses its whole record: ``refuse(index, reason)`` is called, and None stands in its place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from forensics.config import LANE_WORDS
from forensics.timeline import any_instant, instant, shown

Refuse = Callable[[int, str], object]
Convert = Callable[[str, Sequence[Any], Refuse], list[Any]]

KINDS = {bool: "a truth value", int: "a number", float: "a number", str: "a text", list: "a list", dict: "an object"}
NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?")
LARGEST = 10**18
PLAIN = {str, int, float, type(None)}
TRUTH = {"true": True, "yes": True, "1": True, "1.0": True, "false": False, "no": False, "0": False, "0.0": False}
TIMELIKE = {str, int, float, Decimal, datetime, date, type(None)}


def kind_of(value: object) -> str:
    """Return what a value is, in the words of a message."""
    return KINDS.get(type(value), f"a {type(value).__name__}")


def texts(name: str, values: Sequence[Any], refuse: Refuse) -> list[str | None]:
    """Return texts; numbers as they are written, None for what is empty."""
    if set(map(type, values)) <= {str, type(None)}:
        return [value or None for value in values]
    return [_text(name, index, value, refuse) for index, value in enumerate(values)]


def _text(name: str, index: int, value: object, refuse: Refuse) -> str | None:
    match value:
        case None | "":
            return None
        case str():
            return value
        case int() | float() | Decimal() if not isinstance(value, bool):
            return str(value).removesuffix(".0")
    refuse(index, f"{name} is {kind_of(value)}, not a text")
    return None


def numbers(name: str, values: Sequence[Any], refuse: Refuse) -> list[float | None]:
    """Return finite numbers, None for what is empty."""
    if set(map(type, values)) <= PLAIN:
        read = {value: _number(value) for value in set(values)}
        found = [read[value] for value in values]
    else:
        found = [_number(value) for value in values]
    for index in _where(found, lambda number: number == math.inf):
        value = values[index]
        refuse(index, f"{name} is {shown(value) if isinstance(value, str) else kind_of(value)}, not a usable number")
        found[index] = None
    return found


def _where(values: Sequence[float | None], is_wrong: Callable[[float], bool]) -> list[int]:
    wrong = {value for value in set(values) if value is not None and is_wrong(value)}
    return [index for index, value in enumerate(values) if value in wrong] if wrong else []


def _number(value: object) -> float | None:
    """Return a finite number, None for what is empty, infinity for what is no number or too large a one."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return math.inf
    return float(value) if -LARGEST < value < LARGEST else math.inf


def amounts(name: str, values: Sequence[Any], refuse: Refuse) -> list[float | None]:
    """Return numbers of which none is negative."""
    found = numbers(name, values, refuse)
    for index in _where(found, lambda number: number < 0):
        refuse(index, f"{name} is negative")
    return found


def codes(name: str, values: Sequence[Any], refuse: Refuse) -> list[float | None]:
    """Return whole numbers."""
    found = numbers(name, values, refuse)
    for index in _where(found, lambda number: not number.is_integer()):
        refuse(index, f"{name} is {found[index]}, not a whole number")
    return found


def flags(name: str, values: Sequence[Any], refuse: Refuse) -> list[bool | None]:
    """Return truth values, also written as yes, no, 1 and 0."""
    return [_flag(name, index, value, refuse) for index, value in enumerate(values)]


def _flag(name: str, index: int, value: object, refuse: Refuse) -> bool | None:
    if value is None or value == "":
        return None
    found = TRUTH.get(str(value).strip().lower()) if isinstance(value, (bool, int, float, str)) else None
    if found is None:
        refuse(index, f"{name} is {kind_of(value)}, neither true nor false")
    return found


def instants(zone: ZoneInfo) -> Convert:
    """Return a converter of times in ns since the epoch; each distinct spelling is read once."""

    def convert(name: str, values: Sequence[Any], refuse: Refuse) -> list[int | None]:
        timelike = values if set(map(type, values)) <= TIMELIKE else [_timelike(value) for value in values]
        read = _instants(set(timelike), zone)
        found = [read[value] for value in timelike]
        wrong = {value for value, reason in read.items() if isinstance(reason, str)}
        for index, value in enumerate(timelike if wrong else ()):
            if value in wrong:
                refuse(index, f"{name}: {found[index]}")
                found[index] = None
        return found  # type: ignore[return-value]  # every reason was taken out

    return convert


def _instants(distinct: set[Any], zone: ZoneInfo) -> dict[Any, int | str | None]:
    if set(map(type, distinct)) == {str}:
        try:
            return {value: instant(value, zone) for value in distinct}
        except ValueError:
            pass  # one of them is empty, a number, or no time: which one is seen below
    return {value: _instant(value, zone) for value in distinct}


def _timelike(value: object) -> object:
    """Return the value where it may be a time, else one that surely is none, and can be looked up."""
    return value if type(value) in TIMELIKE else ()


def _instant(value: object, zone: ZoneInfo) -> int | str | None:
    """Return the instant, None for an empty value, or the reason why it is none."""
    if value is None or value == "":
        return None
    try:
        return any_instant(value, zone)
    except ValueError as error:
        return str(error)


def words(lane: str, events: Mapping[str, str]) -> Convert:
    """Return a converter of their words for an event or a claim into ours, however they are capitalised."""
    ours = {word: word for word in LANE_WORDS[lane]}
    folded = {word.casefold(): meaning for word, meaning in events.items()}

    def meaning(word: str) -> str | None:
        plain = word.strip().casefold()
        found = events.get(word) or folded.get(plain) or re.sub(r"[ -]", "_", plain)
        return ours.get(found)

    def convert(name: str, values: Sequence[Any], refuse: Refuse) -> list[str | None]:
        written = texts(name, values, refuse)
        read = {word: meaning(word) for word in set(written) if word is not None}
        unknown = {word for word, known in read.items() if known is None}
        for index, word in enumerate(written if unknown else ()):
            if word in unknown:
                refuse(
                    index,
                    f"unknown {name} {shown(word)}: say what it means, events = {{ {shown(word)} = "
                    f'"…" }}, one of {", ".join(ours)}',
                )
        return [None if word is None else read[word] for word in written]

    return convert
