"""Rewrites a config so that its sources are those of the archive that it lies in.

All else is kept as it was written. What would act on the world is left out: the ledger, the tracker, publishing,
hooks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import tomlkit

from forensics.config import Config, SourceConfig

LEFT_OUT = ("source", "ledger", "tracker", "publish")
HEAD = (
    "Written by `forensics collect`: the sources are in this archive. The ledger, the tracker and hooks are left out."
)


def rewritten(text: str, config: Config, sources: Sequence[SourceConfig], beats: Sequence[str]) -> str:
    """Return the text of a config with other sources, and ``beats`` as its heartbeat folders."""
    document = tomlkit.parse(text.removeprefix("\ufeff"))
    for key in LEFT_OUT:
        document.pop(key, None)
    if config.heartbeats.configured:
        section: Any = document.setdefault("heartbeats", tomlkit.table())
        section["dirs"] = list(beats)
        section.pop("on_stale", None)
    if str(document.get("timezone", "UTC")) != str(config.timezone):
        fresh = tomlkit.document()
        fresh["timezone"] = str(config.timezone)
        document.pop("timezone", None)
        return told(fresh) + told(document) + tables(sources)
    return told(document) + tables(sources)


def told(document: tomlkit.TOMLDocument) -> str:
    """Return a document as text that ends in a line end, empty where there is nothing in it."""
    text = tomlkit.dumps(document)
    return f"{text.rstrip()}\n" if text.strip() else ""


def tables(sources: Sequence[SourceConfig]) -> str:
    """Return the sections of sources."""
    if not sources:
        return ""
    document, array = tomlkit.document(), tomlkit.aot()
    for source in sources:
        table = tomlkit.table()
        table.update(settings(source))
        array.append(table)
    document["source"] = array
    return f"\n# {HEAD}\n{tomlkit.dumps(document)}"


def settings(source: SourceConfig) -> dict[str, Any]:
    """Return the keys of a source that are not at their defaults."""
    found: Mapping[str, Any] = {
        "kind": source.kind,
        "path": source.path,
        "host": source.host,
        "timezone": source.timezone and str(source.timezone),
        "year": source.year,
        "root": source.root,
        "coverage": source.coverage and [stamp(each) for each in source.coverage],
        "live": source.live,
        "channels": list(source.channels),
        "lane": source.lane,
        "columns": inline(source.columns),
        "events": inline(source.events),
        "preset": source.preset,
        "job": source.job,
    }
    return {key: value for key, value in found.items() if value not in (None, [], {})}


def inline(words: Mapping[str, str]) -> Any:
    """Return a mapping as a table on one line."""
    table = tomlkit.inline_table()
    table.update(dict(words))
    return table if words else {}


def stamp(moment: datetime) -> str:
    """Return a time with its offset."""
    return moment.isoformat()
