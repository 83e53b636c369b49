"""Progress on stderr: what is being read, and how many rows there were."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def shown_progress(is_silent: bool) -> Iterator[Callable[[str, int], None]]:
    """Give a function that shows progress on a terminal, and shows nothing elsewhere."""
    if is_silent or sys.stderr is None or not sys.stderr.isatty():
        yield lambda _name, _rows: None
        return
    from rich.console import Console
    from rich.text import Text

    from forensics.untrusted import visible

    with Console(stderr=True).status("reading") as status:
        # As plain text: the name of a file might read as markup.
        yield lambda name, rows: status.update(Text(f"reading {visible(name)}: {rows:,} rows"))
