"""The wrapper killed, or failed by the system, at each of its calls: the registry never tells what is not so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics.recorder.run_record import COMPLETED
from tests.checkout import ROOT
from tests.recorder.run_builders import ENTRY, all_runs, notes_in

# What changes files, or starts and ends processes; imports use few of these.
CALLS = "openat,pwrite64,write,fsync,fdatasync,rename,renameat,unlink,unlinkat,ftruncate,mkdir,fchmod,flock,fcntl,vfork,clone,clone3,wait4"
FAULTS = ("ENOSPC", "EIO", "EACCES")


@pytest.fixture(autouse=True)
def strace() -> None:
    if not shutil.which("strace"):
        pytest.skip("strace is not there; on Debian: apt-get install strace")


@pytest.fixture
def quick() -> Iterator[Path]:
    """Give a folder in memory where there is one: to a kill all file systems are the same, and this one is quick."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


def traced(folder: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    """Run a job under strace, which looks at the wrapper alone, and there at what concerns the registry."""
    folder.mkdir(exist_ok=True)
    registry = folder / "registry.db"
    watched = [f"{registry}", f"{registry}-journal", f"{registry}.runs", f"{registry}.spool", str(folder)]
    paths = [word for each in watched for word in ("-P", each)]
    command = ["strace", "-qq", *options, *paths, sys.executable, "-B", "-c", ENTRY, "--job", "t", "--"]
    job = ["sh", "-c", 'cat; touch "$0"; exit 7', str(folder / "worked")]
    places = {**os.environ, "PYTHONPATH": str(ROOT), "FORENSICS_REGISTRY": str(registry)}
    return subprocess.run([*command, *job], env=places, input=b"given", capture_output=True, timeout=120, check=False)


def points(folder: Path) -> list[tuple[str, int]]:
    """Return the wrapper's calls that concern the registry, each with its number among those of its name."""
    traced(folder, "-o", str(folder.with_suffix(".trace")), "-e", f"trace={CALLS}")
    names = re.findall(r"^(\w+)\(", folder.with_suffix(".trace").read_text(), re.MULTILINE)
    return [(name, names[: place + 1].count(name)) for place, name in enumerate(names)]


@pytest.mark.slow
def test_kill_at_any_call_leaves_a_true_registry(quick):
    found = points(quick / "all")
    assert len(found) > 20
    for name, number in found:
        folder = quick / f"{name}{number}"
        inject = f"inject={name}:signal=KILL:when={number}"
        traced(folder, "-o", "/dev/null", "-e", f"trace={name}", "-e", inject)
        assert notes_in(folder / "registry.db") == [], (name, number)
        has_ended = [each for each in all_runs(folder / "registry.db") if each.exit_code is not None]
        assert not has_ended or (folder / "worked").exists(), (name, number)
        assert COMPLETED not in {each.status for each in has_ended}, (name, number)


@pytest.mark.slow
@pytest.mark.parametrize("often", ["", "+"], ids=["once", "for ever"])
def test_error_at_any_call_leaves_the_job_alone(quick, often):
    found = points(quick / "all")
    for place, (name, number) in enumerate(found):
        if name in ("vfork", "clone", "clone3", "wait4"):
            continue
        folder = quick / f"{name}{number}{often}"
        inject = f"inject={name}:error={FAULTS[place % len(FAULTS)]}:when={number}{often}"
        done = traced(folder, "-o", "/dev/null", "-e", f"trace={name}", "-e", inject)
        assert (done.stdout, done.returncode) == (b"given", 7), (name, number, done.stderr)
        assert done.stderr.count(b"\n") <= 1, (name, number, done.stderr)
        assert {each.exit_code for each in all_runs(folder / "registry.db")} <= {7, None}, (name, number)
