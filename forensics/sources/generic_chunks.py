"""Some records of a file at a time, whatever its format, and the account of the file they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from forensics.sources.listing import BOM, excerpt
from forensics.sources.opening import EvidenceFile

ROWS = 20_000
UTF16 = (b"\xff\xfe", b"\xfe\xff")
CheckNames = Callable[[Sequence[str]], bool]


class Chunk(Protocol):
    """Some records of a file: their numbers, their values by the names of theirs."""

    @property
    def numbers(self) -> Sequence[int]:
        """Return the number of each record in its file, from 1."""

    def column(self, name: str) -> Sequence[Any] | None:
        """Return the values of a column, None for each record without one; None where no record has it."""

    def rest(self, used: Collection[str]) -> list[dict[str, Any] | None] | None:
        """Return what each record holds beside the named columns; None where nothing is left."""

    def text(self, index: int) -> str:
        """Return how a record begins."""


@dataclass
class Account:
    """The running account of one file."""

    file: str
    records: int = 0
    fault: str | None = None
    skipped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Objects:
    """Some JSON objects; a column that none of them has by its name is looked for along the dots in it."""

    numbers: list[int] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)

    def column(self, name: str) -> Sequence[Any] | None:
        """Return the values of a column, None for each record without one; None where no record has it."""
        if name in self._names:
            return [record.get(name) for record in self.records]
        top, _, path = name.partition(".")
        return [_inner(record.get(top), path) for record in self.records] if path and top in self._names else None

    @cached_property
    def _names(self) -> set[str]:
        return set().union(*self.records)

    def rest(self, used: Collection[str]) -> list[dict[str, Any] | None] | None:
        """Return what each record holds beside the named columns; None where nothing is left."""
        left = sorted(self._names.difference(used))
        if not left:
            return None
        return [{name: record[name] for name in left if name in record} or None for record in self.records]

    def text(self, index: int) -> str:
        """Return how a record begins."""
        return excerpt(self.lines[index])


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table, by column."""

    numbers: Sequence[int]
    columns: dict[str, Sequence[Any]]

    def column(self, name: str) -> Sequence[Any] | None:
        """Return the values of a column, None where there is none; dots reach into objects."""
        if name in self.columns:
            return self.columns[name]
        top, _, path = name.partition(".")
        return [_inner(value, path) for value in self.columns[top]] if path and top in self.columns else None

    def rest(self, used: Collection[str]) -> list[dict[str, Any] | None] | None:
        """Return what each row holds beside the named columns, without empty fields; None where nothing is left."""
        names = [name for name in self.columns if name and name not in used]
        rows = zip(*(self.columns[name] for name in names), strict=True)
        return [_filled(names, row) or None for row in rows] if names else None

    def text(self, index: int) -> str:
        """Return how a row begins."""
        return ",".join("" if values[index] is None else str(values[index])[:300] for values in self.columns.values())


def _filled(names: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    return {name: value for name, value in zip(names, row, strict=True) if value is not None and value != ""}


def _inner(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def is_told_apart(names: Sequence[str], account: Account) -> bool:
    """Return whether each column of a table has a name of its own; else that is its fault."""
    doubled = sorted(name for name, count in Counter(names).items() if name and count > 1)
    if doubled:
        account.fault = f"more than one column is called {', '.join(doubled)[:200]}"
    return not doubled


def clean_lines(evidence: EvidenceFile, account: Account) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the lines without a byte order mark; none of UTF-16, which cannot be cut at its line ends."""
    for first, lines in evidence.chunks():
        if first == 1 and lines[0].startswith(UTF16):
            account.fault = "UTF-16 text: write it again as UTF-8"
        if first == 1:
            lines[0] = lines[0].removeprefix(BOM)
        if not account.fault:
            yield first, lines
