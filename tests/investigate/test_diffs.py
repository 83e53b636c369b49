"""Changes of a scheduler's settings as unified diffs."""

from __future__ import annotations

from forensics.investigate.diffs import setting_of, to_main

ISOLATED = {"sessionTarget": "isolated", "payload": "agentTurn"}


def diff_of(*names: str) -> str:
    settings = [setting_of(name, ISOLATED) for name in names]
    return to_main([each for each in settings if each is not None])


def changed(sign: str, *names: str) -> list[str]:
    lines = diff_of(*names).split("\n")[2:]
    return [line[1:].strip() for line in lines if line.startswith(sign)]


def test_isolated_job_is_moved_to_the_main_session() -> None:
    assert changed("-", "daily") == [
        '"sessionTarget": "isolated",', '"kind": "agentTurn",', '"message": "(unchanged text)"'
    ]  # fmt: skip
    assert changed("+", "daily") == ['"sessionTarget": "main",', '"kind": "systemEvent",', '"text": "(unchanged text)"']


def test_each_job_has_its_own_place_that_names_it() -> None:
    places = [line for line in diff_of("daily", "weekly").split("\n") if line.startswith("@@")]
    assert [place.rpartition(" ")[2] for place in places] == ["daily", "weekly"]


def test_hunk_counts_its_own_lines_as_a_unified_diff_must() -> None:
    head, *lines = diff_of("daily").split("\n")[2:]
    before, after = head.split(" ")[1:3]
    assert before == f"-1,{sum(line[:1] in ' -' for line in lines)}"
    assert after == f"+1,{sum(line[:1] in ' +' for line in lines)}"


def test_job_of_the_main_session_is_left_alone() -> None:
    assert setting_of("daily", {"sessionTarget": "main", "payload": "systemEvent"}) is None


def test_job_without_a_session_is_left_alone() -> None:
    assert setting_of("daily", {"queue": "gpu"}) is None


def test_payload_of_another_kind_is_left_alone() -> None:
    assert setting_of("daily", {"sessionTarget": "isolated", "payload": "command"}) is None


def test_name_cannot_leave_its_line() -> None:
    assert len(diff_of("a\n+evil").split("\n")) == len(diff_of("a").split("\n"))
