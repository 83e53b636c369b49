"""What keeps the bookkeeping's troubles from the job: whatever goes wrong with it is one line on stderr."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

STDERR = 2
LONGEST = 500


class Mute:
    """Lets the bookkeeping fail; the first trouble is told, and those that follow from it are not."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._has_told = False

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Let what is inside fail."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the one place: the job comes first, whatever is wrong with us
            self.tell(f"{error}" if str(error) else type(error).__name__)

    def tell(self, trouble: str) -> None:
        """Tell of a trouble, if it is the first."""
        if not self._has_told:
            self._has_told = True
            self._tell(f"forensics run: {ascii(trouble)[1:-1][:LONGEST]} (the job is not affected)")


def say(line: str) -> None:
    """Write a line to stderr, if that is there and takes it."""
    with suppress(OSError):
        os.write(STDERR, f"{line}\n".encode("ascii", "backslashreplace"))
