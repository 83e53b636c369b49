"""Progress on stderr: what is being read, and how many rows there were."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def shown_progress(is_silent: bool) -> Iterator[Callable[[str, int], None]]:
    """Give a function that shows progress on a terminal, and shows nothing elsewhere."""
    if is_silent or not sys.stderr.isatty():
        yield lambda _name, _rows: None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading") as status:
        yield lambda name, rows: status.update(f"reading {name}: {rows:,} rows")
