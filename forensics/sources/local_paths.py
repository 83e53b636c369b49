"""The paths of this machine that a pattern fits."""

from __future__ import annotations

import errno
import glob
from collections.abc import Sequence
from pathlib import Path

ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})


def matching_paths(pattern: str) -> Sequence[Path]:
    """Return the paths that a pattern fits, sorted; a path that exists is meant literally, whatever signs it holds."""
    if is_there(Path(pattern)):
        return [Path(pattern)]
    return [Path(found) for found in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 - absolute patterns


def is_there(path: Path) -> bool:
    """Return whether something is at a path, or might be: of what may not be looked at, opening tells why."""
    try:
        path.stat()
    except OSError as error:
        return error.errno not in ABSENT
    return True
