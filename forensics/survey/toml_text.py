"""Values as TOML writes them: plain where they can be, so that a person can go on from there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
UNITS = ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def text(value: str) -> str:
    """Return a text in quotes: in single ones where that spares escapes."""
    if ("\\" in value or '"' in value) and "'" not in value and value.isprintable():
        return f"'{value}'"
    return '"' + "".join(map(sign, value)) + '"'


def sign(each: str) -> str:
    """Return a character as it stands between double quotes."""
    if each in '\\"':
        return f"\\{each}"
    if each.isprintable():
        return each
    if 0xD800 <= ord(each) <= 0xDFFF:
        return "\\uFFFD"
    return f"\\u{ord(each):04X}" if ord(each) <= 0xFFFF else f"\\U{ord(each):08X}"


def texts(values: Iterable[str]) -> str:
    """Return a list of texts."""
    return f"[{', '.join(map(text, values))}]"


def table(values: Mapping[str, str]) -> str:
    """Return a table on one line."""
    pairs = (f"{name if BARE_KEY.fullmatch(name) else text(name)} = {text(value)}" for name, value in values.items())
    return f"{{ {', '.join(pairs)} }}"


def duration(span: timedelta) -> str:
    """Return a span in quotes, in the largest units that it is made of: ``"15m"``, ``"1h30m"``."""
    left, parts = round(span.total_seconds()), []
    for seconds, unit in UNITS:
        count, left = divmod(left, seconds)
        parts += [f"{count}{unit}"] if count else []
    return text("".join(parts) or "0s")


def moment(at: datetime) -> str:
    """Return an instant in quotes, in UTC."""
    return text(at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"))


def comment(words: str) -> str:
    """Return words as one line of a comment: nothing in them may end it."""
    return "# " + "".join(each if each.isprintable() else " " for each in words).strip()
