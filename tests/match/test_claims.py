"""What a text claims, rid of the job's names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.config import Phrases
from forensics.match.claims import claim_of, streak_of, without

PLAIN = Phrases()

CLAIMS = [
    ("case 68: a count of no errors is no failure", "✅  completed, 0 errors", "success"),
    ("case 69: rid of its name", "  completed", "success"),
    ("case 70: sign alone", "  ✅", "success"),
    ("case 71: with errors", " finished with errors", "failure"),
    ("case 74: streak", "❌   failed (3rd consecutive)", "failure"),
    ("no failures", "done: no failures", "success"),
    ("zero failed", "finished, 0 failed", "success"),
    ("without errors", "finished without errors", "success"),
    ("errors: 0", "finished (errors: 0)", "success"),
    ("errors=0, failed=0", "ok errors=0 failed=0", "success"),
    ("ten errors are not no errors", "finished, 10 errors", "failure"),
    ("no errors in one place, some in another", "finished: 0 errors in a, 3 errors in b", "failure"),
    ("only a count of nothing", "0 errors", None),
    ("failure wins over success", "completed, then failed", "failure"),
    ("success wins over started", "started 07:00, finished 07:04", "success"),
    ("started", "started", "started"),
    ("starting", "Starting nightly work", "started"),
    ("skip", "⏭️ skipped: nothing to do", "skipped"),
    ("skipped before a later success word", "skipped, will be done tomorrow", "skipped"),
    ("success before a skip word", "completed, 3 files skipped", "success"),
    ("failure wins over a skip", "skipped because the disk check failed", "failure"),
    ("leading sign wins over the words", "✅ retried after it failed", "success"),
    ("leading cross wins over the words", "❌ completed nothing", "failure"),
    ("leading sign behind a bullet", "• ❌ completed", "failure"),
    ("leading sign behind a number", "3. ✅ was failed, is mended", "success"),
    ("code of an emoji leads", ":x: completed", "failure"),
    ("check mark's code leads", ":white_check_mark: had failed before", "success"),
    ("sign in the middle", "nightly work: ✅", "success"),
    ("cross in the middle of other words", "result of the night: ❌", "failure"),
    ("words only as whole words", "unsuccessfully booked token undone", None),
    ("case does not count", "FAILED", "failure"),
    ("two words", "the step timed out", "failure"),
    ("killed", "killed by the kernel", "failure"),
    ("nothing claimed", "is being looked at", None),
    ("nothing at all", "", None),
    ("second line", "Nightly work\nstatus: failed", "failure"),
]


@pytest.mark.parametrize(("text", "claim"), [row[1:] for row in CLAIMS], ids=[row[0] for row in CLAIMS])
def test_text_claims(text: str, claim: str | None) -> None:
    assert claim_of(text, PLAIN) == claim


@pytest.mark.parametrize(
    ("color", "claim"), [("danger", "failure"), ("good", "success"), ("warning", None), ("#00ff00", None)]
)
def test_colour_decides_where_no_phrase_does(color: str, claim: str | None) -> None:
    assert claim_of("Job", PLAIN, color) == claim


def test_phrase_wins_over_the_colour() -> None:
    assert claim_of("failed", PLAIN, "good") == "failure"


def test_own_phrases_replace_the_usual_ones() -> None:
    own = Phrases(success=("alles gut",), failure=("kaputt",))
    assert [claim_of(text, own) for text in ("Alles gut", "kaputt", "failed", "completed")] == [
        "success",
        "failure",
        None,
        None,
    ]


def test_own_sign_leads_as_well() -> None:
    assert claim_of("🟢 had failed", Phrases(success=("🟢",))) == "success"


def test_phrase_of_signs_for_patterns_is_meant_literally() -> None:
    own = Phrases(failure=("exit (1)", "a.b"))
    assert claim_of("exit (1)", own) == "failure"
    assert claim_of("axb", own) is None


def test_empty_phrases_match_nothing() -> None:
    assert claim_of("anything", Phrases((), (), (), ("",))) is None


@given(st.text(max_size=80))
def test_any_text_has_a_claim_or_none(text: str) -> None:
    assert claim_of(text, PLAIN) in {None, "success", "failure", "started", "skipped"}


@given(
    st.sampled_from(["failed", "error", "❌"]),
    st.sampled_from(["completed", "done", "started", "skipped"]),
    st.booleans(),
)
def test_failure_wins_wherever_it_stands(bad: str, other: str, is_first: bool) -> None:
    words = (bad, other) if is_first else (other, bad)
    assert claim_of(f"work: {' then '.join(words)}", PLAIN) == "failure"


@pytest.mark.parametrize(
    ("text", "streak"),
    [
        ("failed (3rd consecutive)", 3),
        ("failed (1st consecutive)", 1),
        ("failed (2nd in a row)", 2),
        ("failed (27th Consecutive)", 27),
        ("failed", 0),
        ("3rd consecutive", 0),
        ("(3 tries)", 0),
    ],
)
def test_streak_is_read(text: str, streak: int) -> None:
    assert streak_of(text) == streak


def test_names_are_taken_out() -> None:
    text = "error-budget and failed-login completed"
    spans = [found.span() for found in re.finditer(r"error-budget|failed-login", text)]
    assert claim_of(without(text, spans), PLAIN) == "success"


def test_words_beside_a_name_stay_apart() -> None:
    assert without("a-name-b", [(1, 7)]).split() == ["a", "b"]
