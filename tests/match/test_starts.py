"""Where delays are counted from."""

from __future__ import annotations

from forensics.match.starts import likely_starts
from tests.match.builders import MINUTE, SECOND, at, every, file, message, paired, spine, told, trigger

HOURS = [f"{hour:02d}" for hour in range(8)]


def test_run_without_a_trigger_began_as_late_as_the_others() -> None:
    runs = spine(*((f"{hour}:00", None if hour == "05" else f"{hour}:00:40") for hour in HOURS))
    found = likely_starts(runs)
    assert found.at[5] == at("05:00:40")
    assert found.at[4] == at("04:00:40")
    assert (found.at - found.lead).tolist() == runs.start.tolist()


def test_guessed_start_is_as_uncertain_as_the_others_waver() -> None:
    steady, wavering = (
        likely_starts(
            spine(*((f"{hour}:00", None if hour == "05" else f"{hour}:{late * int(hour):02d}:02") for hour in HOURS))
        )
        for late in (0, 5)
    )
    assert steady.blur[5] <= 5 * SECOND
    assert wavering.blur[5] > 5 * MINUTE
    assert wavering.blur[4] == 0


def test_run_without_a_trigger_keeps_its_own_time_where_nothing_tells_how_late_the_others_are() -> None:
    found = likely_starts(spine(("05:00", None), ("06:00", "06:00:40"), ("07:00", None)))
    assert found.lead.tolist() == [0, 0, 0]


LONG = every(15, artifacts=("*.json",), max_duration=None)


def test_skewed_clock_of_the_scheduler_takes_no_file_from_a_run_whose_trigger_was_lost() -> None:
    minutes = [f"{hour:02d}:{minute:02d}" for hour in range(3, 9) for minute in range(0, 60, 15)]
    rows = [trigger(f"{when}:30") for when in minutes if when != "06:15"]
    rows += [file(f"{number}.json", f"{when}:36") for number, when in enumerate(minutes) if when != "06:00"]
    runs = {run["due"]: run for run in told(paired(*rows, jobs=[LONG]))}
    assert runs["06:15"]["files"] == ["06:15:36"]
    assert "files" not in runs["06:00"]


def outlasting(proofs: dict[str, str], said: dict[str, str | None]) -> dict[str, list[str]]:
    """Return the claims by due time of a job that takes 20 minutes every 15, whose file and message come as told."""
    slow = every(15, artifacts=("{date:%H%M}.json",))
    minutes = [f"{hour:02d}:{minute:02d}" for hour in range(3, 9) for minute in range(0, 60, 15)]
    rows = [trigger(when) for when in minutes]
    for when in minutes:
        end = proofs.get(when, later(when, 20))
        rows += [file(f"{when.replace(':', '')}.json", end)] if end else []
        spoken = said.get(when, later(when, 20))
        rows += [message("✅ daily completed", f"{spoken}:15")] if spoken else []
    return {run["due"]: run.get("claims", []) for run in told(paired(*rows, jobs=[slow]))}


def later(when: str, minutes: int) -> str:
    total = int(when[:2]) * 60 + int(when[3:]) + minutes
    return f"{total // 60:02d}:{total % 60:02d}"


def test_message_follows_the_end_of_its_run_where_runs_overlap() -> None:
    # One run is quick, the next slow: counted from their starts, each message would lie by the other's usual time.
    claims = outlasting({"06:00": "06:29", "06:15": "06:30"}, {"06:00": "06:29", "06:15": "06:30"})
    assert claims["06:00"] == claims["06:15"] == ["success"]


def test_proof_that_came_late_tells_nothing_of_when_messages_come() -> None:
    claims = outlasting({"06:00": "10:30"}, {"05:45": None})
    assert [claims[due] for due in ("05:45", "06:00", "06:15")] == [[], ["success"], ["success"]]
