"""A bounded memory of what was worked out before: logs and messages say the same thing over and over."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memo(dict[Key, Value], Generic[Key, Value]):
    """A bounded memory of what some keys mean; it starts anew when it is full."""

    def __init__(self, read: Callable[[Key], Value], limit: int) -> None:
        super().__init__()
        self._read = read
        self._limit = limit

    def __missing__(self, key: Key) -> Value:
        if len(self) >= self._limit:
            self.clear()
        value = self[key] = self._read(key)
        return value
