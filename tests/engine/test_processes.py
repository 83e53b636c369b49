"""Parts worked out in real processes of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from forensics.engine.base import LOCAL
from forensics.engine.processes import Processes
from tests.engine.tasks import Fatal, doubled, killed_elsewhere, one_through, size_of, worked_out_by
from tests.recorder.run_builders import eventually

pytestmark = pytest.mark.slow


def engine(told: list[str] | None = None, workers: int = 2) -> Processes:
    return Processes(workers, ([] if told is None else told).append)


def members(group: int) -> list[int]:
    """Return the processes of a group, as the kernel lists them (proc_pid_stat(5))."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it may be gone by now
            if int(entry.read_text(errors="replace").rpartition(")")[2].split()[2]) == group:
                found.append(int(entry.parent.name))
    return found


def test_parts_come_back_in_their_order():
    assert engine().each(doubled, range(20)) == LOCAL.each(doubled, range(20)) == list(range(0, 40, 2))


def test_parts_are_worked_out_elsewhere():
    assert os.getpid() not in engine().each(worked_out_by, range(4))


def test_one_part_is_worth_no_process():
    assert engine().each(worked_out_by, [1]) == [os.getpid()]


def test_one_core_is_worth_no_process():
    assert engine(workers=1).each(worked_out_by, [1, 2]) == [os.getpid()] * 2


def test_interrupt_ends_them_all_at_once_without_a_traceback():
    script = (
        "import time\nfrom forensics.engine.processes import Processes\n"
        "if __name__ == '__main__':\n    print('begun', flush=True)\n    Processes(2, print).each(time.sleep, [600] * 4)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as group:
        assert group.stdout is not None
        assert group.stdout.readline() == "begun\n"
        assert eventually(lambda: len(members(group.pid)) >= 4)  # itself, the one that forks, and two workers
        os.killpg(group.pid, signal.SIGINT)
        _, said = group.communicate(timeout=60)
    assert said.count("Traceback") == said.count("KeyboardInterrupt") == 1
    assert eventually(lambda: not members(group.pid))
    assert group.returncode == -signal.SIGINT


def test_what_killed_workers_leave_is_done_here_and_told():
    told: list[str] = []
    assert engine(told).each(killed_elsewhere, [os.getpid()] * 3) == [os.getpid()] * 3
    assert told == ["3 of 3 worker processes died, as happens where memory runs out; their parts are done in this one"]


def test_large_part_on_its_way_to_a_process_that_dies_is_done_here():
    large = [Fatal(os.getpid(), b"x" * 50_000_000)] * 3
    assert engine().each(size_of, large) == [50_000_000] * 3


def test_what_fails_elsewhere_fails_here():
    with pytest.raises(ZeroDivisionError):
        engine().each(one_through, [1, 0])
