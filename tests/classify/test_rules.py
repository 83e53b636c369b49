"""The first rule that holds names what became of a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.classify.rules import RULES
from forensics.verdicts import Verdict
from tests.classify.builders import BARE, JOB, Row, Told, beat, file, said, skip, step, told, trigger

pytestmark = pytest.mark.slow

T, A = trigger("07:00:01"), file("2026-03-19.json", "07:04")
GOOD, BAD = said("success", "07:05"), said("failure", "07:05")
EXIT_1, KILLED = step("failed", "07:04:30", 1), step("failed", "07:04:30", 137)
DONE = step("completed", "07:04:30", 0)
BOOT = step("boot_started", "07:00:02"), step("timed_out", "07:01:02")
MARKED = replace(JOB, markers=(".completed",))
MARK = file(".completed", "07:04", pattern=1)
TWO = replace(JOB, artifacts=("{date:%Y-%m-%d}.json", "{date:%Y-%m-%d}.csv"))
QUIET, MUTE = replace(JOB, reports="on-failure"), replace(JOB, reports="never")
NO_WITNESS = {"covers": {"artifacts": None}}
EARLY = {"now": "2026-03-19T07:20"}

CASES: list[tuple[str, str, tuple[Row, ...], dict[str, Any]]] = [
    ("proven and said", "confirmed", (T, A, GOOD), {}),
    ("proven, said to have failed", "false_alarm", (T, A, BAD), {}),
    ("failure a moment before the proof", "false_alarm", (T, A, said("failure", "07:03")), {}),
    ("failure long before the proof", "unreported", (T, file("2026-03-19.json", "11:00"), BAD), {}),
    ("the last claim counts: success", "confirmed", (T, A, BAD, said("success", "07:06")), {}),
    ("the last claim counts: failure", "false_alarm", (T, A, GOOD, said("failure", "07:06")), {}),
    ("proven, nothing said", "unreported", (T, A), {}),
    ("proven, nobody was to say so", "confirmed", (T, A), {"job": QUIET}),
    ("proven, nobody could have been heard", "confirmed", (T, A), {"covers": {"notifications": None}}),
    ("proven, a claim may still come", "pending", (T, file("2026-03-19.json", "07:19")), EARLY),
    ("said done, nothing there", "false_success", (T, GOOD), {}),
    ("said failed, nothing there", "failed", (T, BAD), {}),
    ("started, and nothing more", "silent_failure", (T,), {}),
    ("due, and nothing at all", "missed", (), {}),
    ("due, and no log of triggers", "missed", (), {"covers": {"triggers": None}}),
    ("began to boot, though no log shows a trigger", "silent_failure", BOOT[:1], {}),
    ("began to boot, and no log of triggers", "silent_failure", BOOT[:1], {"covers": {"triggers": None}}),
    ("not due, only a message that it was skipped", "skipped", (said("skipped", "07:01"),), {}),
    ("too early to tell", "pending", (T,), EARLY),
    ("too early, but it ended badly and said so", "failed", (T, EXIT_1, said("failure", "07:05")), EARLY),
    ("too early for a failure to be final", "pending", (T, BAD), {"now": "2026-03-19T07:10"}),
    ("failure is final after the grace", "failed", (T, BAD), {"now": "2026-03-19T07:15"}),
    ("recorded skip", "skipped", (skip("07:00:01"),), {}),
    ("recorded skip settles at once", "skipped", (skip("07:00:01"),), EARLY),
    ("recorded skip, but the work is there", "unreported", (skip("07:00:01"), A), {}),
    ("said skipped, then done", "false_success", (T, said("skipped", "07:01"), GOOD), {}),
    ("said started, and nothing more", "interrupted", (T, said("started", "07:01")), {}),
    (
        "state file touched",
        "interrupted",
        (T, file("s", "07:01", pattern=1)),
        {"job": replace(JOB, state_files=("s",))},
    ),
    ("one of two files", "interrupted", (T, A), {"job": TWO}),
    ("one of two files, any will do", "confirmed", (T, A, GOOD), {"job": replace(TWO, proof="any")}),
    ("one of two files, said done", "false_success", (T, A, GOOD), {"job": TWO}),
    ("one of two files, said failed", "failed", (T, A, BAD), {"job": TWO}),
    ("file too small, said done", "false_success", (T, file("2026-03-19.json", "07:04", 0), GOOD), {}),
    ("file too small, nothing said", "interrupted", (T, file("2026-03-19.json", "07:04", 0)), {}),
    ("exit outweighs the file", "failed", (T, A, EXIT_1, BAD), {}),
    ("exit outweighs the file, nothing said", "silent_failure", (T, A, EXIT_1), {}),
    ("file after the exit outweighs it", "false_alarm", (T, file("2026-03-19.json", "07:04:40"), EXIT_1, BAD), {}),
    ("marker outranks the exit", "false_alarm", (T, MARK, EXIT_1, BAD), {"job": MARKED}),
    ("killed", "interrupted", (T, KILLED, BAD), {}),
    ("killed, yet said done", "false_success", (T, KILLED, GOOD), {}),
    ("boot timed out", "silent_failure", (T, *BOOT), {}),
    ("boot timed out, then it came up and ended", "confirmed", (T, *BOOT, step("booted", "07:02"), DONE, A, GOOD), {}),
    ("nothing could show it, said done", "unverifiable", (T, GOOD), NO_WITNESS),
    ("nothing could show it, said failed", "failed", (T, BAD), NO_WITNESS),
    ("nothing could show it, triggered", "unverifiable", (T,), NO_WITNESS),
    ("nothing could show it, never triggered", "missed", (), NO_WITNESS),
    ("no file declared, the runner says done", "confirmed", (T, DONE, GOOD), {"job": BARE}),
    ("no file declared, no runner", "unverifiable", (T, GOOD), {"job": BARE}),
    ("file declared, the runner says done", "false_success", (T, DONE, GOOD), {}),
    ("scheduler's own ok is no proof", "false_success", (trigger("07:00:01", status="ok"), GOOD), {}),
    ("scheduler's own error outweighs nothing", "confirmed", (trigger("07:00:01", status="error"), A, GOOD), {}),
    ("heartbeat proves a job without files", "confirmed", (T, beat("07:04"), GOOD), {"job": BARE}),
    ("heartbeat is a beginning for a job with files", "interrupted", (T, beat("07:04")), {}),
    ("policy never, and nothing there", "silent_failure", (T,), {"job": MUTE}),
]


@pytest.mark.parametrize(("verdict", "rows", "given_"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_verdict(verdict: str, rows: tuple[Row, ...], given_: dict[str, Any]) -> None:
    assert told(*rows, **given_).verdict == verdict


def test_every_verdict_has_a_rule_and_the_last_rule_always_holds() -> None:
    assert {rule.verdict for rule in RULES} == set(Verdict)
    assert RULES[-1].verdict is Verdict.UNVERIFIABLE


def test_every_verdict_is_among_the_cases() -> None:
    assert {verdict for _, verdict, _, _ in CASES} == set(Verdict)


ANY = [
    T,
    A,
    GOOD,
    BAD,
    said("started", "07:00:30"),
    said("skipped", "07:02"),
    DONE,
    EXIT_1,
    KILLED,
    skip("07:00:05"),
    beat("07:03"),
]
bags = st.lists(st.sampled_from(ANY), max_size=5).map(lambda rows: sorted(rows, key=lambda row: row.columns["at"]))
nows = st.sampled_from(["2026-03-19T07:06", "2026-03-19T07:20", "2026-03-19T07:41", "2026-03-20T00:00"])


@settings(max_examples=80, deadline=None)
@given(bags, nows)
def test_claim_and_proof_make_the_class_and_bound_the_verdict(rows: list[Row], now: str) -> None:
    judged = told(*rows, now=now)
    run = judged.judged.runs.iloc[0]
    is_proven, is_claimed = run["evidence"] in ("both", "executed"), run["evidence"] in ("both", "reported")
    assert is_claimed == (run["claim"] in ("success", "failure"))
    if judged.verdict in ("confirmed", "false_alarm", "unreported"):
        assert is_proven
    if judged.verdict in ("false_success", "failed"):
        assert is_claimed
        assert not is_proven
    if judged.verdict in ("missed", "silent_failure"):
        assert not is_claimed


@settings(max_examples=80, deadline=None)
@given(bags)
def test_run_that_is_settled_stays_as_it_was_judged(rows: list[Row]) -> None:
    late, later = (told(*rows, now=now).verdict for now in ("2026-03-19T12:00", "2026-03-20T00:00"))
    assert late == later


def grown(rows: tuple[Row, ...], **longer: timedelta) -> tuple[Told, Told]:
    return told(*rows), told(*rows, job=replace(JOB, **longer))


@pytest.mark.parametrize("name", ["start_grace", "report_grace", "max_duration"])
@pytest.mark.parametrize("rows", [(T, A, GOOD), (T, file("2026-03-19.json", "07:50"), GOOD), (A, GOOD)])
def test_more_grace_leaves_a_confirmed_run_confirmed_and_makes_none_late(name: str, rows: tuple[Row, ...]) -> None:
    before, after = grown(rows, **{name: timedelta(hours=3)})
    assert (before.verdict, after.verdict) == ("confirmed", "confirmed")
    assert ("late" in after.flags) <= ("late" in before.flags)


@pytest.mark.parametrize(("proof", "claim"), list(product([(), (A,)], [(), (GOOD,), (BAD,)])))
def test_runs_without_a_trigger_of_a_log_that_should_show_it_are_not_taken_for_started(proof: Any, claim: Any) -> None:
    judged = told(*proof, *claim)
    assert judged.verdict != "silent_failure"
    assert ("untriggered" in judged.flags) == bool(proof or claim)
