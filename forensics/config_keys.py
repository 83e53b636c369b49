"""How a config value is read: one small parser for each type, and tables of them for each section.

A parser takes what TOML gave and returns the value, or raises ``Unfit`` with what would fit. ``read_table``
runs a section's parsers and collects every problem instead of stopping at the first.
"""

from __future__ import annotations

import difflib
import glob
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from forensics.config_addresses import address_problem, anchored, is_address
from forensics.errors import Problem
from forensics.timeline import aware, parse_duration, shown

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
TOKEN = re.compile(r"[0-9a-f]{40}|gh[a-z]_\w+|xox[a-z]-\S+")
SECRETS = frozenset({"token", "password", "secret", "api_key", "webhook", "webhook_url"})
# zoneinfo finds these too: they differ from machine to machine, or count leap seconds.
ODD_ZONES = ("localtime", "posixrules", "posix/", "right/")
LARGEST = 2**63 - 1
ALIKE = 0.6  # a name that is less alike is no slip of the pen, and naming it would mislead


@dataclass(frozen=True)
class Setting:
    """What a value may depend on: the zone of times that name none, and the folder of relative paths."""

    zone: ZoneInfo
    folder: Path


def with_own_zone(table: object, setting: Setting) -> Setting:
    """Return the setting with the zone that a section names for itself, where it names a known one."""
    written = table.get("timezone") if isinstance(table, dict) else None
    own = zone_named(written) if isinstance(written, str) else None
    return setting if own is None else replace(setting, zone=own)


class Unfit(ValueError):
    """A value that does not fit: what would, and what came where that is not the value itself; ``more`` of the same."""

    def __init__(self, wanted: str, came: str | None = None, more: Sequence[Unfit] = ()) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.came = came
        self.more = tuple(more)


Parser = Callable[[Any, Setting], Any]


def nearest(word: str, known: Collection[str], likeness: float = 0.0) -> str:
    """Return the known name that a word is most like or begins; empty where none is so alike (0: at all, 1: equal)."""
    by_folded = {name.casefold(): name for name in sorted(known)}
    folded = word[:64].casefold()
    begun = [name for name in by_folded if len(folded) > 3 and name.startswith(folded)]
    found = begun or difflib.get_close_matches(folded, by_folded, n=1, cutoff=likeness)
    return by_folded[found[0]] if found else ""


def as_written(value: object) -> str:
    """Return a TOML value as a message may show it: on one line, printable, short."""
    match value:
        case str():
            return shown(value)
        case bool():
            return str(value).lower()
        case int():
            return str(value) if abs(value) < 10**30 else "a huge number"
        case dict():
            return "a table"
        case list():
            return "a list" if value else "an empty list"
    return str(value)


def read_table(
    table: object,
    keys: Mapping[str, Parser],
    where: str,
    setting: Setting,
    problems: list[Problem],
    needed: Collection[str] = (),
) -> dict[str, Any]:
    """Return the values of a section that fit, and add all others to the problems, with ``where`` before each key."""
    if not isinstance(table, dict):
        problems.append(Problem(where.rstrip(": "), as_written(table), "a table of keys and values is needed"))
        return {}
    values = {}
    for key, value in table.items():
        try:
            values[key] = _parser(key, keys)(value, setting)
        except Unfit as unfit:
            for each in (unfit, *unfit.more):
                problems.append(Problem(where + _key(key), each.came or as_written(value), each.wanted))
    problems.extend(Problem(where + key, "is missing", "it is needed here") for key in needed if key not in table)
    return values


def _key(key: str) -> str:
    return key if NAME.fullmatch(key) else shown(key)


def _parser(key: str, keys: Mapping[str, Parser]) -> Parser:
    if key in keys:
        return keys[key]
    by_env = next((name for name in keys if name.endswith("_env")), None)
    if key in SECRETS and by_env:
        raise Unfit(f'this file holds no secrets: name the environment variable that does, {by_env} = "…"', "a secret")
    raise Unfit(f"did you mean `{nearest(key, keys)}`?", "unknown key")


def text(value: Any, setting: Setting) -> str:
    """Return a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise Unfit("a text that is not empty")
    return value


def any_text(value: Any, setting: Setting) -> str:
    """Return a text, which may be empty."""
    if not isinstance(value, str):
        raise Unfit("a text")
    return value


def name(value: Any, setting: Setting) -> str:
    """Return a name that is safe as a file name, a title and a label."""
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise Unfit("1 to 64 letters, digits, `.`, `_` and `-`, the first of them a letter or digit")
    return value


def flag(value: Any, setting: Setting) -> bool:
    """Return a truth value."""
    if not isinstance(value, bool):
        raise Unfit("true or false")
    return value


def one_of(*words: str) -> Parser:
    """Return a parser for one of a few words."""

    def word(value: Any, setting: Setting) -> str:
        if isinstance(value, str) and value in words:
            return value
        hint = f"did you mean `{nearest(value, words)}`? " if isinstance(value, str) and value else ""
        raise Unfit(f"{hint}one of {', '.join(words)}")

    return word


def number(least: float = 0, most: float = math.inf, above: bool = False) -> Parser:
    """Return a parser for a number between two bounds; ``above`` leaves the lower one out."""
    bounds = f"a number {'above' if above else 'from'} {least:g}" + (f" to {most:g}" if most < math.inf else "")

    def bounded(value: Any, setting: Setting) -> float:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < LARGEST
        if not fits or not least <= value <= most or (above and value == least):
            raise Unfit(bounds)
        return float(value)

    return bounded


def whole(least: int, most: int = LARGEST) -> Parser:
    """Return a parser for a whole number between two bounds."""
    bounds = f"a whole number from {least}" + (f" to {most}" if most < LARGEST else "")

    def bounded(value: Any, setting: Setting) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Unfit(bounds)
        return value

    return bounded


def duration(value: Any, setting: Setting) -> timedelta:
    """Return a span of time, which may be none at all."""
    try:
        return parse_duration(value)
    except ValueError:
        raise Unfit('a duration such as "90s", "15m", "2h" or "1d", or a whole number of seconds') from None


def span(value: Any, setting: Setting) -> timedelta:
    """Return a span of time that is longer than nothing."""
    found = duration(value, setting)
    if not found:
        raise Unfit('a duration above 0, such as "15m"')
    return found


def time(value: Any, setting: Setting) -> datetime:
    """Return an aware time from a TOML date, a TOML time stamp or a text."""
    if not isinstance(value, (str, date)):
        raise Unfit('a time such as "2026-03-19T07:30:00+09:00", or a date')
    try:
        return aware(value, setting.zone)
    except ValueError as error:
        raise Unfit(f'a time such as "2026-03-19T07:30:00+09:00", or a date ({error})') from None


def period(value: Any, setting: Setting) -> tuple[datetime, datetime]:
    """Return two times, the earlier one first."""
    if not isinstance(value, list) or len(value) != 2:
        raise Unfit("two times, from and to")
    since, until = (time(each, setting) for each in value)
    if not since < until:
        raise Unfit("two times, the earlier one first", f"{as_written(value[0])} to {as_written(value[1])}")
    return since, until


def zone(value: Any, setting: Setting) -> ZoneInfo:
    """Return a zone of the IANA database by its name."""
    if not isinstance(value, str):
        raise Unfit('the name of a zone, such as "Asia/Tokyo"')
    found = zone_named(value)
    if found is None:
        guess = nearest_zone(value)
        hint = f"did you mean `{guess}`? " if guess else ""
        raise Unfit(f"{hint}The name of a zone in the IANA database is needed, such as `Asia/Tokyo` or `UTC`")
    return found


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo | None:
    """Return the zone of that name, None where there is none."""
    if name.startswith(ODD_ZONES):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=64)
def nearest_zone(name: str) -> str:
    """Return the name of a zone that is much like the given one; empty where none is."""
    return nearest(name, available_timezones(), ALIKE)


def list_of(parser: Parser, wanted: str, least: int = 0) -> Parser:
    """Return a parser for a list of at least so many values of one type; ``wanted`` says what the list holds."""

    def values(value: Any, setting: Setting) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) < least:
            raise Unfit(f"a list of {wanted}")
        return tuple(_elements(parser, value, setting))

    return values


def _elements(parser: Parser, values: Collection[Any], setting: Setting) -> list[Any]:
    """Return every value as parsed, or raise what is wrong with all of those that do not fit."""
    fitting, unfits = [], []
    for value in values:
        try:
            fitting.append(parser(value, setting))
        except Unfit as unfit:
            unfits.append(Unfit(unfit.wanted, unfit.came or as_written(value)))
    if unfits:
        first, *more = unfits
        raise Unfit(first.wanted, first.came, more)
    return fitting


def mapping(keys: Parser, values: Parser, wanted: str) -> Parser:
    """Return a parser for a table whose keys and values are of one type each; ``wanted`` says what it holds."""

    def pairs(value: Any, setting: Setting) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Unfit(wanted)
        return dict(zip(_elements(keys, value, setting), _elements(values, value.values(), setting), strict=True))

    return pairs


def plain(value: Any, setting: Setting) -> str:
    """Return a text, number or truth value as text."""
    if not isinstance(value, (str, int, float)) or as_written(value) == "a huge number":
        raise Unfit("a text, a number, or true or false")
    return value if isinstance(value, str) else as_written(value)


def path(value: Any, setting: Setting) -> str:
    """Return a path, relative ones from the config's folder on; ``~`` and URLs are left as they are."""
    written = text(value, setting)
    if "\0" in written:
        raise Unfit("a path without NUL")
    if is_address(written):
        problem = address_problem(written)
        if problem:
            raise Unfit(*problem)
        return anchored(written, str(setting.folder))
    if written.startswith(("~", "/")):
        return written
    folder = glob.escape(str(setting.folder)) if glob.has_magic(written) else setting.folder
    return str(folder / Path(written))


def variable(value: Any, setting: Setting) -> str:
    """Return the name of an environment variable; what looks like a token is refused, and not shown."""
    if not isinstance(value, str) or not ENVIRONMENT_NAME.fullmatch(value) or TOKEN.fullmatch(value):
        raise Unfit("the name of an environment variable, such as GITEA_TOKEN; never the secret itself", "no such name")
    return value
