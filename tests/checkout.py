"""Where the checkout is, and what belongs to it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def listed_by_git(*options: str) -> list[str]:
    """Return the paths that ``git ls-files`` lists with these options; skip where there is no git."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout (an unpacked sdist has none)")
    # A checkout made by another user is still ours to read.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", *options]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(path for path in listed.split("\0") if path and (ROOT / path).exists())


def belonging() -> list[str]:
    """Return the paths of the project: tracked by git, or new and not ignored."""
    return listed_by_git("--cached", "--others", "--exclude-standard")
