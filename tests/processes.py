"""Other processes, other users, and folders that they can reach."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.checkout import ROOT

NOBODY = 65534
# What changes files; imports use none of these.
CALLS = "pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate,mkdir,fchmod,chmod,flock"


def python(code: str, *arguments: object, before: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Start Python with the modules of the checkout; what it says is to be read, or waited for."""
    command = [*before, sys.executable, "-B", "-X", "dev", "-c", code, *map(str, arguments)]
    places = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=places, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def said(code: str, *arguments: object, before: Sequence[str] = ()) -> str:
    """Return what Python prints; it must end well, and say nothing else."""
    with python(code, *arguments, before=before) as process:
        output, errors = process.communicate(timeout=120)
    assert (errors, process.returncode) == ("", 0)
    return output.strip()


def system_calls(code: str, *arguments: object) -> list[tuple[str, int]]:
    """Run Python; return its system calls that change files, each with its number among those of its name."""
    with quick_folder() as folder:
        trace = folder / "trace"
        said(code, *arguments, before=["strace", "-f", "-qq", "-o", str(trace), "-e", f"trace={CALLS}"])
        names = re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.MULTILINE)
    return [(name, names[: place + 1].count(name)) for place, name in enumerate(names)]


def kill_at(call: str, number: int, code: str, *arguments: object) -> None:
    """Run Python, killed at a system call: the one of this number among those of its name."""
    inject = f"inject={call}:signal=KILL:when={number}"
    before = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]
    with python(code, *arguments, before=before) as process:
        process.communicate(timeout=120)


def as_nobody(*modules: str) -> str:
    """Return code by which Python becomes nobody, who may not be able to read this installation: it imports before."""
    return f"import os, {', '.join(modules)}\nos.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"


@contextmanager
def open_folder(mode: int) -> Iterator[Path]:
    """Give a folder that other users can reach."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(mode)
        yield folder
        folder.chmod(0o700)


@contextmanager
def quick_folder() -> Iterator[Path]:
    """Give a folder in memory where there is one: to a kill all file systems are the same, and this one is quick."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def root_only() -> None:
    if os.geteuid():
        pytest.skip("only root can be somebody else")


def needed(*tools: str) -> None:
    for tool in tools:
        if not shutil.which(tool):
            pytest.skip(
                f"{tool} is not there; on Debian: apt-get install {'util-linux' if tool == 'unshare' else tool}"
            )
