"""The one reader of ``forensics.toml``: text in, ``Config`` out, and every problem in it told at once.

The tables below say which keys a section has and how each is read. Of the environment and the disk nothing
is read here: ``~`` in a path, and the variables that hold secrets, are left to the command line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from forensics.config import (
    GENERIC_KINDS,
    LANE_COLUMNS,
    LANE_WORDS,
    PRESETS,
    SOURCE_KINDS,
    Config,
    Event,
    Heartbeats,
    Mute,
    Reporting,
    SourceConfig,
    Tracker,
)
from forensics.config_jobs import NAMES, TEXTS, clashes, read_job, read_layers
from forensics.config_keys import (
    Parser,
    Setting,
    Unfit,
    any_text,
    as_written,
    duration,
    flag,
    list_of,
    mapping,
    name,
    nearest,
    number,
    one_of,
    path,
    period,
    read_table,
    span,
    text,
    time,
    variable,
    whole,
    with_own_zone,
    zone,
)
from forensics.errors import ConfigError, Problem
from forensics.timeline import shown

__all__ = ["nearest", "read_config"]

Foreign = Callable[[], Collection[str]]
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PATHLESS_KINDS = ("slack", "journal", "kubernetes")
TROUBLES = (
    *("stale", "failed", "false_success", "silent_failure", "missed", "interrupted"),
    *("skipped", "reporting", "source", "config"),
)
OUR_COLUMNS = tuple(dict.fromkeys(column for columns in LANE_COLUMNS.values() for column in columns))
OUR_WORDS = tuple(dict.fromkeys(word for words in LANE_WORDS.values() for word in words))
TOML_HINTS = {
    "Illegal character '\\n'": "a text that begins on this line is not closed by a quote",
    "Found invalid character '\\n'": "a text that begins on this line is not closed by a quote",
    "Unterminated string": "a text that begins on this line is not closed by a quote",
    'Expected "\'"': "a text that begins on this line is not closed by a quote",
    "Unclosed": "close the brackets that are open there",
    "Invalid value": 'a text stands in quotes, such as "30m"',
    "Expected newline": 'a text stands in quotes, such as "30m"',
    "Cannot declare": "it stands there twice; of several the heads are written [[job]], not [job]",
    "Cannot overwrite": "it stands there twice",
}
PLACE = re.compile(r"^(.{1,300}?) \(at (line [0-9]+, column [0-9]+|end of document)\)$", re.DOTALL)


def whatever(value: Any, setting: Setting) -> Any:
    """Return the value as it is: a section of its own, read later."""
    return value


def web_address(value: Any, setting: Setting) -> str:
    """Return a URL without a name or password in it; unencrypted only to this machine."""
    written = text(value, setting)
    if "@" in written:
        raise Unfit("an address without a name or password; token_env names the secret", "an address with a secret")
    try:
        parts = urlsplit(written)
        host = parts.hostname
    except ValueError:
        raise Unfit('an address such as "https://forge.example.org"') from None
    if not host or parts.scheme not in ("https", "http") or (parts.scheme == "http" and host not in LOOPBACK):
        raise Unfit('an https address such as "https://forge.example.org"; http only for this machine')
    return written.rstrip("/")


def repository(value: Any, setting: Setting) -> str:
    """Return a repository as ``owner/name``."""
    if not isinstance(value, str) or not re.fullmatch(r"[\w.-]{1,100}/[\w.-]{1,100}", value, re.ASCII):
        raise Unfit('a repository as "owner/name"')
    return value


SECTIONS = ("defaults", "match", "source", "job", "event", "mute", "heartbeats", "reporting", "tracker", "publish")
TOP: dict[str, Parser] = {
    "timezone": zone,
    "ledger": path,
    **dict.fromkeys(SECTIONS, whatever),
}
SOURCE: dict[str, Parser] = {
    "kind": one_of(*SOURCE_KINDS),
    "path": path,
    "host": name,
    "timezone": zone,
    "year": whole(1970, 2199),
    "root": text,
    "coverage": period,
    "live": flag,
    "channels": TEXTS,
    "lane": one_of(*LANE_COLUMNS),
    "columns": mapping(one_of(*OUR_COLUMNS), text, 'our names and theirs, such as { time = "ts" }'),
    "events": mapping(text, one_of(*OUR_WORDS), 'their words and ours, such as { SUCCESS = "completed" }'),
    "token_env": variable,
    "preset": one_of(*PRESETS),
    "job": name,
}
LIVE_KINDS = ("slack",)
EVENT: dict[str, Parser] = {"at": time, "kind": text, "name": text}
MUTE: dict[str, Parser] = {"jobs": NAMES, "since": time, "until": time, "reason": any_text}
HEARTBEATS: dict[str, Parser] = {
    "dirs": list_of(path, 'folders, such as ["/var/lib/forensics/heartbeats"]'),
    "stale_after": number(0, above=True),
    "on_stale": list_of(any_text, 'a command and its arguments, such as ["/usr/local/bin/page"]'),
}
REPORTING: dict[str, Parser] = {"threshold": number(0, 1)}
TRACKER: dict[str, Parser] = {
    "kind": one_of("gitea", "forgejo"),
    "url": web_address,
    "repo": repository,
    "token_env": variable,
    "token_file": path,
    "open_for": list_of(one_of(*TROUBLES), "troubles"),
    "settle": duration,
    "rollup_at": whole(1),
    "close_after": whole(1),
    "reopen_within": duration,
    "labels": TEXTS,
    "assignees": TEXTS,
    "hold_label": text,
    "due_in": span,
    "ca_file": path,
    "publish": one_of("comment", "attachment"),
}
CHANNELS: dict[str, dict[str, Parser]] = {"slack": {"webhook_env": variable}}


def read_config(text: str, file: str, foreign: Foreign = tuple) -> Config:
    """Return what a TOML text configures; ``file`` stands in messages, and relative paths start at its folder.

    ``foreign`` gives the kinds of readers from elsewhere; it is asked only where a kind is named that is not ours.

    Raises:
        ConfigError: it cannot be read; lists every problem found.
    """
    problems: list[Problem] = []
    config = _config(_toml(text, file), file, problems, foreign)
    if problems:
        raise ConfigError(file, problems)
    return config


def _toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        problem = Problem("the whole file", "values nested too deeply", "plain TOML")
    except ValueError as error:
        found = PLACE.match(str(error))
        complaint, place = found.groups() if found else (str(error)[:200], "the whole file")
        problem = Problem(place, shown(complaint, 200), toml_hint(complaint))
    raise ConfigError(file, [problem])


def toml_hint(complaint: str) -> str:
    """Return what most likely mends a text that is no TOML yet, by what its reader complains of."""
    hints = (hint for begin, hint in TOML_HINTS.items() if complaint.startswith(begin))
    return next((f"this is no TOML yet: {hint}" for hint in hints), "this is no TOML yet")


def _config(tables: dict[str, Any], file: str, problems: list[Problem], foreign: Foreign) -> Config:
    setting = Setting(ZoneInfo("UTC"), Path(file).parent)
    top = read_table(tables, TOP, "", setting, problems)
    setting = Setting(top.get("timezone", setting.zone), setting.folder)
    layers = read_layers(top.get("defaults", {}), _each(top, "match", problems), setting, problems)
    jobs = [read_job(each, at, layers, setting, problems) for at, each in enumerate(_each(top, "job", problems), 1)]
    named = tuple(job for job in jobs if job is not None)
    problems.extend(clashes(named))
    return Config(
        timezone=setting.zone,
        file=file,
        ledger=top.get("ledger"),
        jobs=named,
        layers=layers,
        sources=tuple(_sources(top, setting, problems, foreign)),
        events=tuple(_events(top, setting, problems)),
        mutes=tuple(_mutes(top, setting, problems)),
        heartbeats=_heartbeats(top, setting, problems),
        reporting=Reporting(**read_table(top.get("reporting", {}), REPORTING, "[reporting] ", setting, problems)),
        tracker=_tracker(top, setting, problems),
        slack_webhook_env=_slack_webhook(top, setting, problems),
    )


def _each(top: Mapping[str, Any], section: str, problems: list[Problem]) -> list[Any]:
    tables = top.get(section, [])
    if isinstance(tables, list):
        return tables
    problems.append(Problem(section, as_written(tables), f"[[{section}]] in double brackets, once for each"))
    return []


def _sources(
    top: Mapping[str, Any], setting: Setting, problems: list[Problem], foreign: Foreign
) -> Iterator[SourceConfig]:
    for at, table in enumerate(_each(top, "source", problems), 1):
        kind = table.get("kind") if isinstance(table, dict) else None
        where = f"[[source]] number {at} ({kind}): " if kind in SOURCE_KINDS else f"[[source]] number {at}: "
        own = with_own_zone(table, setting)
        needed = ("kind",) if kind in PATHLESS_KINDS else ("kind", "path")
        is_ours = kind in SOURCE_KINDS or not isinstance(kind, str)
        keys = SOURCE if is_ours else {**SOURCE, "kind": one_of(*SOURCE_KINDS, *foreign())}
        values = read_table(table, keys, where, own, problems, needed)
        problems.extend(_misuses(where, kind, table, values))
        usual = {"lane": PRESETS[values["preset"]][0]} if "preset" in values else {}
        yield SourceConfig(**{"kind": "", "path": "", **usual, **values})


def _misuses(where: str, kind: object, table: object, values: Mapping[str, Any]) -> Iterator[Problem]:
    if kind in GENERIC_KINDS and isinstance(table, dict):
        if "lane" not in table and "preset" not in table:
            yield Problem(f"{where}lane", "is missing", f"what it holds: one of {', '.join(LANE_COLUMNS)}")
        if "columns" in values and "time" not in values["columns"]:
            yield Problem(f"{where}columns", "no column for time", 'time = "…", the name of theirs that holds the time')
        yield from _foreign_words(where, values)
        yield from _preset_misuses(where, kind, values)
    elif kind in SOURCE_KINDS:
        for key in sorted({"lane", "columns", "events", "preset", "job"} & values.keys()):
            yield Problem(where + key, "a key of other kinds", f"it is only for {', '.join(GENERIC_KINDS)}")
    if kind in SOURCE_KINDS and kind not in LIVE_KINDS and "token_env" in values:
        yield Problem(f"{where}token_env", "a key of other kinds", f"it is only for {', '.join(LIVE_KINDS)}")


def _preset_misuses(where: str, kind: object, values: Mapping[str, Any]) -> Iterator[Problem]:
    if "preset" not in values:
        return
    if kind != "jsonl":
        yield Problem(f"{where}preset", "a key of another kind", "it is only for jsonl")
    lanes = PRESETS[values["preset"]]
    if values.get("lane", lanes[0]) not in lanes:
        yield Problem(f"{where}lane", f"`{values['lane']}`", f"what this preset can fill: {' or '.join(lanes)}")
    for key in sorted({"columns", "events"} & values.keys()):
        yield Problem(where + key, "beside a preset", "the preset knows them: leave out one of the two")


def _foreign_words(where: str, values: Mapping[str, Any]) -> Iterator[Problem]:
    lane = values.get("lane")
    if lane is None:
        return
    for word in dict.fromkeys(values.get("events", {}).values()):
        if word not in LANE_WORDS[lane]:
            yield Problem(f"{where}events", f"`{word}`", f"a word of {lane}: {', '.join(LANE_WORDS[lane]) or 'none'}")


def _events(top: Mapping[str, Any], setting: Setting, problems: list[Problem]) -> Iterator[Event]:
    for at, table in enumerate(_each(top, "event", problems), 1):
        values = read_table(table, EVENT, f"[[event]] number {at}: ", setting, problems, EVENT)
        if len(values) == len(EVENT):
            yield Event(**values)


def _mutes(top: Mapping[str, Any], setting: Setting, problems: list[Problem]) -> Iterator[Mute]:
    for at, table in enumerate(_each(top, "mute", problems), 1):
        where = f"[[mute]] number {at}: "
        values = read_table(table, MUTE, where, setting, problems, ("jobs",))
        mute = Mute(**{"jobs": (), "since": None, "until": None, "reason": "", **values})
        if mute.since and mute.until and not mute.since < mute.until:
            problems.append(Problem(f"{where}until", str(mute.until), "a time after since"))
        yield mute


def _heartbeats(top: Mapping[str, Any], setting: Setting, problems: list[Problem]) -> Heartbeats:
    values = read_table(top.get("heartbeats", {}), HEARTBEATS, "[heartbeats] ", setting, problems)
    return Heartbeats(**values, configured="heartbeats" in top)


def _tracker(top: Mapping[str, Any], setting: Setting, problems: list[Problem]) -> Tracker | None:
    if "tracker" not in top:
        return None
    values = read_table(top["tracker"], TRACKER, "[tracker] ", setting, problems, ("kind", "url", "repo"))
    if {"token_env", "token_file"} <= values.keys():
        problems.append(Problem("[tracker] token_file", "token_env is there too", "one of them: where the token is"))
    return Tracker(**{"url": "", "repo": "", **values})


def _slack_webhook(top: Mapping[str, Any], setting: Setting, problems: list[Problem]) -> str | None:
    channels = read_table(top.get("publish", {}), dict.fromkeys(CHANNELS, whatever), "[publish] ", setting, problems)
    if "slack" not in channels:
        return None
    slack = CHANNELS["slack"]
    values = read_table(channels["slack"], slack, "[publish.slack] ", setting, problems, slack)
    return values.get("webhook_env")
