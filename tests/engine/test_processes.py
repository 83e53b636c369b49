"""Parts worked out in real processes of this machine."""

from __future__ import annotations

import os

import pytest

from forensics.engine.base import LOCAL
from forensics.engine.processes import Processes
from tests.engine.tasks import doubled, killed_elsewhere, worked_out_by

pytestmark = pytest.mark.slow


def engine(told: list[str] | None = None, workers: int = 2) -> Processes:
    return Processes(workers, ([] if told is None else told).append)


def test_parts_come_back_in_their_order():
    assert engine().each(doubled, range(20)) == LOCAL.each(doubled, range(20)) == list(range(0, 40, 2))


def test_parts_are_worked_out_elsewhere():
    assert os.getpid() not in engine().each(worked_out_by, range(4))


def test_one_part_is_worth_no_process():
    assert engine().each(worked_out_by, [1]) == [os.getpid()]


def test_one_core_is_worth_no_process():
    assert engine(workers=1).each(worked_out_by, [1, 2]) == [os.getpid()] * 2


def test_what_killed_workers_leave_is_done_here_and_told():
    told: list[str] = []
    assert engine(told).each(killed_elsewhere, [os.getpid()] * 3) == [os.getpid()] * 3
    assert told == ["a worker process was killed, as happens where memory runs out; the rest is done in this one"]
