"""Exit codes: 3 where evidence is incomplete, 1 where a person must act, 0 else."""

from __future__ import annotations

import pytest

from forensics.analyse.exits import exit_code
from forensics.analyse.unread import unread
from forensics.evidence.intake import SourceRead
from forensics.evidence.result import Blocker
from tests.analyse.builders import at, evidence, source

MISSED = Blocker("daily", None, "missed", None, 1, "Missed once.")
NOTHING = {"rows": {}, "records": 0}


def test_quiet_night_is_0():
    assert exit_code((), evidence(source())) == 0


def test_blocker_is_1():
    assert exit_code((MISSED,), evidence(source())) == 1


def test_fault_of_a_source_is_3():
    assert exit_code((), evidence(source(), source("b", faults=("b: unreadable",)))) == 3


def test_fault_outranks_a_blocker():
    assert exit_code((MISSED,), evidence(source(faults=("b: unreadable",)))) == 3


def test_rejected_records_alone_are_no_fault():
    assert exit_code((), evidence(source(rejected=5, records=6))) == 0


def test_no_source_at_all_is_3():
    assert exit_code((), evidence()) == 3


@pytest.mark.parametrize(
    ("account", "fault"),
    [
        (source(**NOTHING), "it is empty"),
        (source(rows={}, records=3, rejected=3), "none of its 3 records could be read"),
        (source(rows={}, records=3, skipped={"a kernel line": 3}), "none of its 3 records is evidence"),
    ],
    ids=["empty", "rubbish", "something else"],
)
def test_source_that_tells_nothing_is_3(account: SourceRead, fault: str):
    assert exit_code((), evidence(account)) == 3
    assert unread(evidence(account))[0].faults == (fault,)


def test_silence_of_a_source_that_covers_the_time_was_observed():
    assert exit_code((), evidence(source(**NOTHING, covers=(at("00:00"), None)))) == 0


def test_unread_source_is_named():
    assert [gap.source for gap in unread(evidence(source(), source("b", faults=("x",))))] == ["b"]
