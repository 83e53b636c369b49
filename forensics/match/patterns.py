"""Path patterns of artifacts: globs with dates in them, and what a path that fits one says of its run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from forensics.match.spans import SECOND

PLACEHOLDER = re.compile(r"\{date:([^{}]+)\}")
DIRECTIVE = re.compile(r"%(.)")
DIGITS = {
    "Y": r"\d{4}",
    "y": r"\d\d",
    "m": r"\d\d",
    "d": r"\d\d",
    "H": r"\d\d",
    "I": r"\d\d",
    "M": r"\d\d",
    "S": r"\d\d",
    "j": r"\d{3}",
}
OTHERS = {
    "s": r"\d{9,11}",
    "f": r"\d{6}",
    "z": r"[+-]\d{4}",
    "G": r"\d{4}",
    "V": r"\d\d",
    "U": r"\d\d",
    "W": r"\d\d",
    "u": r"\d",
    "w": r"\d",
    "e": r"[ \d]\d",
    "%": "%",
}
WORDS = dict.fromkeys("aAbBpZh", r"[^\W\d_]+")
RESOLUTIONS = (("f", 0), ("S", SECOND), ("s", SECOND), ("M", 60 * SECOND), ("H", 3600 * SECOND), ("I", 3600 * SECOND))
DAY = 86_400 * SECOND
ANY_DATE = re.compile(
    r"(?<!\d)(20\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])"
    r"(?:[T_. -]?([01]\d|2[0-3])[-_:.h]?([0-5]\d)(?:[-_:.m]?([0-5]\d))?)?(?!\d)"
)


@dataclass(frozen=True)
class Pattern:
    """A path pattern, compiled.

    ``prefix`` is the literal text at its head; ``tail`` matches what follows it in a path, and keeps what
    the glob stands for in ``base`` (a file under a folder that fits the pattern fits it, too).
    ``date_format`` is the joined format of its dates, None where it has none; ``resolution`` is the finest
    unit of that format, in ns. ``is_fixed``: it names one path only. ``dates``: how many dates it holds.
    """

    text: str
    tail: re.Pattern[str]
    date_format: str | None
    resolution: int
    prefix: str
    is_fixed: bool
    weight: int
    dates: int

    def fitted(self, path: str) -> re.Match[str] | None:
        """Return how a path fits, None where it does not."""
        return self.tail.fullmatch(path, len(self.prefix)) if path.startswith(self.prefix) else None


@lru_cache(maxsize=8192)
def compiled(text: str) -> Pattern:
    """Return a pattern compiled; a field behind ``#`` stays part of the path."""
    text = text.strip("/")
    formats = PLACEHOLDER.findall(text)
    joined = "|".join(formats) or None
    plain = PLACEHOLDER.sub("\0", text)
    literals = re.split(r"[\0*?\[]", plain)
    return Pattern(
        text=text,
        tail=tail_regex(text[len(literals[0]) :]),
        date_format=joined,
        resolution=resolution_of(joined) if joined else DAY,
        prefix=literals[0],
        is_fixed=len(literals) == 1,
        weight=sum(len(literal) for literal in literals) + 4 * len(formats),
        dates=len(formats),
    )


@lru_cache(maxsize=8192)
def tail_regex(text: str) -> re.Pattern[str]:
    """Return a pattern without its literal head, compiled once for all jobs whose paths differ in that head alone."""
    pieces, position = [], 0
    for number, found in enumerate(PLACEHOLDER.finditer(text)):
        pieces += [glob_regex(text[position : found.start()]), f"(?P<d{number}>{format_regex(found.group(1))})"]
        position = found.end()
    pieces.append(glob_regex(text[position:]))
    return re.compile(f"(?P<base>{''.join(pieces)})(?:/(?P<under>.+))?", re.DOTALL)


def glob_regex(text: str) -> str:
    """Return a glob as a regular expression: ``*`` and ``?`` stay within a folder, ``**`` does not."""
    out, position = [], 0
    while position < len(text):
        if text.startswith("**/", position):
            out.append("(?:.*/)?")
            position += 3
        elif text.startswith("**", position):
            out.append(".*")
            position += 2
        elif text[position] == "[" and (end := text.find("]", position + 2)) > 0:
            out.append(class_regex(text[position + 1 : end]))
            position = end + 1
        else:
            out.append({"*": "[^/]*", "?": "[^/]"}.get(text[position]) or re.escape(text[position]))
            position += 1
    return "".join(out)


def class_regex(inner: str) -> str:
    """Return a glob's ``[...]`` as a regular expression; one whose range runs backwards stands for its own signs."""
    plain = inner.replace("\\", "\\\\").replace("[", "\\[")
    is_not = plain.startswith("!")
    plain = plain[1:] if is_not else plain
    plain = "\\" + plain if plain.startswith("^") else plain
    plain = re.sub(r"[&~|]|-(?=-)", r"\\\g<0>", plain)
    written_as = f"[{'^' if is_not else ''}{plain}]"
    try:
        re.compile(written_as)
    except re.error:
        return re.escape(f"[{inner}]")
    return written_as


def format_regex(date_format: str) -> str:
    """Return the regular expression of what a strftime format writes."""
    known = {**DIGITS, **OTHERS, **WORDS}
    out, position = [], 0
    expanded = (
        date_format.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S").replace("%R", "%H:%M").replace("%D", "%m/%d/%y")
    )
    for found in DIRECTIVE.finditer(expanded):
        out += [re.escape(expanded[position : found.start()]), known.get(found.group(1), r"[^/]+?")]
        position = found.end()
    return "".join([*out, re.escape(expanded[position:])])


def resolution_of(date_format: str) -> int:
    """Return the finest unit that a strftime format writes, in ns: a second, minute, hour, or day."""
    used = set(DIRECTIVE.findall(date_format.replace("%T", "%H%M%S").replace("%R", "%H%M")))
    return next((max(unit, SECOND) for letter, unit in RESOLUTIONS if letter in used), DAY)


def dated_text(found: re.Match[str], dates: int) -> str:
    """Return what a matched path writes for the pattern's dates, joined as in ``date_format``."""
    if dates < 2:
        return str(found["d0"]) if dates else ""
    return "|".join(found[f"d{number}"] for number in range(dates))


@lru_cache(maxsize=1 << 17)
def written(date_format: str, zone: ZoneInfo, at: int) -> str:
    """Return an instant (ns, floored to the format's resolution) as the format writes it in a zone."""
    return datetime.fromtimestamp(at // SECOND, zone).strftime(date_format)


@lru_cache(maxsize=1 << 17)
def read_back(date_format: str, zone: ZoneInfo, text: str) -> int | None:
    """Return the instant in ns that a path names, None where the format leaves the day open."""
    try:
        named = datetime.strptime(text, date_format)  # noqa: DTZ007 - the zone is put on in the next line
    except ValueError:
        return None
    if named.year < 1971:
        return None
    return int((named if named.tzinfo else named.replace(tzinfo=zone)).timestamp()) * SECOND


def found_date(path: str, zone: ZoneInfo) -> tuple[int, int] | None:
    """Return (instant, resolution) in ns of the last date that stands in a path, None where none does."""
    found = list(ANY_DATE.finditer(path))
    if not found:
        return None
    year, _, month, day, hour, minute, second = found[-1].groups()
    try:
        named = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=zone
        )
    except ValueError:
        return None
    return int(named.timestamp()) * SECOND, SECOND if second else 60 * SECOND if hour else DAY
