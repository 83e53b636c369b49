"""A state that a cut-off run left, and the later runs that believed it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from forensics.analyse.half_written import skipped_work
from forensics.evidence.columns import Columns
from forensics.evidence.paired import Paired, Pattern, Proofs
from forensics.evidence.provenance import Provenance
from forensics.evidence.result import Finding
from tests.analyse.builders import UTC, WINDOW, at, evidence, frame, ints, paired, run

STATE = Pattern(0, 0, "state", "state.json#last", True)
LOG = Pattern(1, 0, "artifact", "log.jsonl#ts", True)
CUT_OFF, IDLE, FAST = run("interrupted", due="01:00"), run("skipped", due="02:00"), run("silent_failure", due="03:00")
SAID = (1, "skipped", 0)


def proofs(*files: tuple[int, Pattern, str]) -> Proofs:
    """Return files of runs, each (run, pattern, time)."""
    count = len(files)
    return Proofs(
        run=ints(each[0] for each in files),
        row=ints(range(count)),
        pattern=ints(each[1].number for each in files),
        at=ints(at(each[2]) for each in files),
        size=np.full(count, 9.0),
        is_late=np.zeros(count, dtype=np.bool_),
    )


def world(rows: tuple[dict[str, Any], ...], files: tuple[tuple[int, Pattern, str], ...], **links: Any) -> Paired:
    return replace(paired(frame(*rows), patterns=(STATE, LOG), **links), proofs=proofs(*files))


def found(*rows: dict[str, Any], files: tuple[tuple[int, Pattern, str], ...] = (), **links: Any) -> list[Finding]:
    pairs = world(rows, files or ((0, STATE, "01:00:07"),), **links)
    read = evidence(
        artifacts=[{"at": each, "path": "state.json#last"} for each in pairs.proofs.at.tolist()],
        notifications=[{"at": each, "text": "nothing to do"} for each in pairs.claims.at.tolist()],
    )
    return list(skipped_work(Columns(frame(*rows)), pairs, Provenance(pairs, read), WINDOW, UTC))


def skipped(*rows: dict[str, Any], **more: Any) -> list[str]:
    """Return the hours of the runs that are said to have believed a false state."""
    return [when[11:13] for finding in found(*rows, **more) for when in finding.detail["skipped"]]


def test_both_witnesses_are_named_with_their_places():
    (finding,) = found(CUT_OFF, IDLE, claims=[SAID])
    assert finding.observed[0] == (
        "`state.json#last` says 2026-03-19 01:00:07 (artifacts.txt:1); "
        "nothing came for `log.jsonl#ts` until 2026-03-20 00:00:00."
    )


def test_run_that_said_it_had_nothing_to_do_is_named_with_its_message():
    (finding,) = found(CUT_OFF, IDLE, claims=[SAID])
    assert finding.kind == "skipped_work"
    assert finding.observed[1] == "Said that there was nothing to do: 2026-03-19 02:00 (notifications.txt:1)."
    assert finding.detail == {
        "job": "daily",
        "state": "state.json#last",
        "state_at": "2026-03-19T01:00:07Z",
        "interrupted": "2026-03-19T01:00:00Z",
        "skipped": ["2026-03-19T02:00:00Z"],
    }


def test_run_that_was_too_short_is_named_apart():
    (finding,) = found(CUT_OFF, IDLE, {**FAST, "flags": "too_fast"}, claims=[SAID])
    assert finding.observed[2] == "Ended sooner than any work takes: 2026-03-19 03:00."
    assert len(finding.detail["skipped"]) == 2


def test_what_to_do_is_told():
    (finding,) = found(CUT_OFF, IDLE, claims=[SAID])
    assert "`forensics runs show --job daily --last --json`" in finding.todo


def test_run_after_the_state_was_set_anew_is_none_of_it():
    rows = CUT_OFF, IDLE, run("confirmed", due="03:00"), run("skipped", due="04:00")
    files = (0, STATE, "01:00:07"), (2, STATE, "03:00:07")
    assert skipped(*rows, files=files, claims=[SAID, (3, "skipped", 0)]) == ["02"]


def test_run_before_the_state_was_set_is_none_of_it():
    rows = run("skipped", due="00:30"), CUT_OFF
    assert skipped(*rows, files=((1, STATE, "01:00:07"),), claims=[(0, "skipped", 0)]) == []


def test_state_of_a_run_that_did_its_work_misled_nobody():
    assert found(run("confirmed", due="01:00"), IDLE, claims=[SAID]) == []


def test_run_that_did_its_work_all_the_same_was_not_misled():
    fast = {**run("confirmed", due="02:00"), "flags": "too_fast"}
    assert found(CUT_OFF, fast) == []


def test_run_that_neither_said_so_nor_was_short_is_not_taken_for_misled():
    assert found(CUT_OFF, FAST) == []


def test_runs_of_other_jobs_are_none_of_it():
    assert found(CUT_OFF, run("skipped", job="other", due="02:00"), claims=[SAID]) == []


def test_runs_outside_the_window_and_muted_ones_are_not_told():
    assert found(CUT_OFF, {**IDLE, "in_window": False}, claims=[SAID]) == []
    assert found(CUT_OFF, {**IDLE, "flags": "muted"}, claims=[SAID]) == []


def test_cut_off_run_of_the_night_before_is_told_with_those_that_it_misled():
    assert skipped({**CUT_OFF, "in_window": False}, IDLE, claims=[SAID]) == ["02"]


def test_last_of_several_states_of_one_run_counts():
    files = (0, STATE, "01:00:07"), (0, STATE, "01:00:09")
    (finding,) = found(CUT_OFF, IDLE, files=files, claims=[SAID])
    assert finding.detail["state_at"] == "2026-03-19T01:00:09Z"


def test_log_that_a_later_run_wrote_is_not_said_to_be_silent():
    files = (0, STATE, "01:00:07"), (1, LOG, "02:00:07")
    (finding,) = found(CUT_OFF, IDLE, files=files, claims=[SAID])
    assert finding.observed[0].endswith("(artifacts.txt:1).")


def test_second_cut_off_run_is_not_itself_taken_for_misled():
    rows = CUT_OFF, {**run("interrupted", due="02:00"), "flags": "too_fast"}
    assert found(*rows) == []
