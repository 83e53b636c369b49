"""Which runs a rate is made of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forensics.classify.rates import checkable, owed
from forensics.config import Mute
from tests.classify.builders import BARE, JOB, Told, file, said, skip, step, told, trigger

T, A = trigger("07:00:01"), file("2026-03-19.json", "07:04")
MUTE = (Mute(("*",), None, None, "move"),)


def is_owed(run: Told) -> bool:
    return bool(owed(run.judged, run.paired)[0])


@pytest.mark.parametrize(
    "run",
    [
        told(T),
        told(A),
        told(T, said("failure", "07:05")),
        told(step("boot_started", "07:00:02")),
        told(said("started", "07:01")),
    ],
    ids=["triggered", "proven", "said so", "begun to boot", "said that it began"],
)
def test_claim_is_owed_by_a_run_that_was_seen_to_start(run: Told):
    assert is_owed(run)


@pytest.mark.parametrize(
    "run",
    [
        told(),
        told(skip("07:00")),
        told(T, now="07:05"),
        told(T, A, mutes=MUTE),
        told(T, A, covers={"notifications": None}),
        told(T, A, job=replace(JOB, reports="on-failure")),
    ],
    ids=["missed", "skipped", "pending", "muted", "nobody listened", "policy"],
)
def test_claim_is_not_owed_by(run: Told):
    assert not is_owed(run)


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (told(T, A), True),
        (told(T), True),
        (told(T, job=BARE), False),
        (told(T, A, mutes=MUTE), False),
        (told(T, now="07:05"), False),
    ],
    ids=["proven", "proof looked for", "nothing could prove it", "muted", "pending"],
)
def test_run_is_checkable_where_proof_could_be_had(run: Told, expected: bool):
    assert bool(checkable(run.judged)[0]) is expected
