"""What works out the parts of a large report; here: this process itself.

The parts are the same wherever they are worked out, and so is what comes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

Part = TypeVar("Part")
Done = TypeVar("Done")


class Engine(Protocol):
    """Works parts out somewhere."""

    def each(self, task: Callable[[Part], Done], parts: Sequence[Part]) -> list[Done]:
        """Return what a task makes of each part, in their order; both must be known by name on the other side.

        Raises:
            ForensicsError: the place where they were to be worked out was not there, or was lost.
        """
        ...


@dataclass(frozen=True)
class Local:
    """This process: one part after the other."""

    def each(self, task: Callable[[Part], Done], parts: Sequence[Part]) -> list[Done]:
        """Return what a task makes of each part."""
        return [task(part) for part in parts]


LOCAL = Local()
