"""Whatever ends a writer of the ledger or of an alert: what was said to be committed is there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkout import ROOT
from tests.ledger.builders import NOW
from tests.processes import kill_at, needed, quick_folder, system_calls

ALERT = """
import sys
from pathlib import Path
from forensics.ledger.alert import TRACKER, raise_alert
raise_alert(Path(sys.argv[1]).parent, TRACKER, ["refused"], int(sys.argv[2]) + 900_000_000_000)
"""


@pytest.fixture
def quick() -> Iterator[Path]:
    with quick_folder() as folder:
        yield folder


@pytest.mark.parametrize("rounds", [30, pytest.param(400, marks=pytest.mark.slow)])
def test_what_was_said_to_be_committed_outlives_a_kill(quick, rounds):
    command = [sys.executable, "-B", "-X", "dev", "-m", "tests.ledger.killed_writers", quick, str(rounds), "7"]
    places = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=places, capture_output=True, text=True, timeout=600, check=False)
    assert (done.stderr, done.returncode) == ("", 0)
    count, commits, _ = map(int, done.stdout.split())
    assert (count, commits > rounds) == (rounds, True)


def ready(folder: Path) -> Path:
    """Make a folder with an alert in it; return the alert."""
    folder.mkdir()
    alert = folder / "_tracker.alert"
    alert.write_text("ALERT _tracker since 2026-03-19T02:00:00Z, last seen never\n")
    return alert


@pytest.mark.slow
def test_kill_at_any_call_leaves_the_old_alert_or_the_new_one(quick):
    needed("strace")
    alert = ready(quick / "all")
    points = system_calls(ALERT, alert, NOW)
    new = alert.read_text()
    assert len(points) > 2
    for name, number in points:
        alert = ready(quick / f"{name}{number}")
        old = alert.read_text()
        kill_at(name, number, ALERT, alert, NOW)
        assert alert.read_text() in (old, new), (name, number)
