"""One family tree of errors; who is at fault decides the branch.

It imports nothing: a heartbeat is written in less time than ``dataclasses`` takes to import.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class ForensicsError(Exception):
    """Something that the person who called can mend; shown in a line, never as a traceback."""


class Problem:
    """One thing that is wrong in a config: where it stands, what came, and what fits."""

    __slots__ = ("came", "key", "wanted")

    def __init__(self, key: str, came: str, wanted: str) -> None:
        self.key = key
        self.came = came
        self.wanted = wanted

    def __str__(self) -> str:
        return f"{self.key}: {self.came} - {self.wanted}"


class ConfigError(ForensicsError):
    """A config that cannot be read; carries every problem found, not only the first."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{file}: {count} problem{'s' if count != 1 else ''}"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in self.problems)]))


class SourceError(ForensicsError):
    """A path that cannot be read as evidence at all: what - where - what to do."""


class OutputError(ForensicsError):
    """A result that could not be written: what - where - what to do."""


class PublishError(ForensicsError):
    """Something that could not be told to the world: what - where - what to do, with no secret in it.

    ``is_permanent`` is False where the same may succeed later; ``is_uncertain`` is True where a request was sent
    and no answer came, so that it may have been carried out.
    """

    def __init__(self, message: str, *, is_permanent: bool, is_uncertain: bool = False) -> None:
        super().__init__(message)
        self.is_permanent = is_permanent
        self.is_uncertain = is_uncertain
