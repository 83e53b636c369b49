"""What the presets share: a record of theirs becomes rows by our names, or is no run at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Record = Mapping[str, Any]
Row = dict[str, Any]
Read = Callable[[Record], Iterator[Row]]
"""Yields what a record tells in one lane; raises ``NoRun``, or ``ValueError`` for what cannot be read."""


class NoRun(Exception):
    """A record that was read and is no evidence of a run: why."""


def first(record: Record, *names: str) -> Any:
    """Return the value of the first of some names under which there is one."""
    return next((record[name] for name in names if record.get(name) not in (None, "")), None)


def kept(record: Record, *names: str) -> Row:
    """Return some values of a record as they are, to be kept as attributes."""
    return {name: record[name] for name in names if record.get(name) not in (None, "")}
