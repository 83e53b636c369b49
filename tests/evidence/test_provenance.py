"""Where each run's evidence was read."""

from __future__ import annotations

from forensics.evidence.provenance import Place, Provenance
from forensics.match.fleet import pair_runs
from tests.match.builders import beat, covered, evidence, file, job, message, resolved, step, trigger, window

JOBS = (job("one", artifacts=("one/*",)), job("two", artifacts=("two/*",)))
ROWS = (
    trigger("07:00:01", "one"),
    trigger("07:00:02", "two"),
    file("two/a", "07:03"),
    file("one/a", "07:04"),
    message("Night:\n✅ one\n❌ two", "07:05"),
    step("completed", "07:04:30", "two"),
)


def places(*rows: dict[str, object], of: str) -> list[tuple[str, str, int, int]]:
    read = evidence(*rows)
    found = pair_runs(resolved(read, *JOBS), read, covered(len(JOBS)), window())
    told = Provenance(found, read)
    return [
        (place.lane, place.file, place.record, place.line)
        for run in range(len(found.runs))
        if found.jobs[found.runs.job[run]].name == of
        for place in told.of(run)
    ]


def test_places_of_a_run_are_its_own_by_lane() -> None:
    assert places(*ROWS, of="one") == [
        ("triggers", "triggers.jsonl", 1, 0),
        ("notifications", "notifications.jsonl", 1, 2),
        ("artifacts", "artifacts.jsonl", 2, 0),
    ]


def test_line_of_a_digest_is_told() -> None:
    assert [line for lane, _, _, line in places(*ROWS, of="two") if lane == "notifications"] == [3]


def test_heartbeat_counts_among_the_runners_records() -> None:
    assert places(trigger("07:00", "one"), beat("07:04", "one"), of="one")[1:] == [("lifecycle", "beats.jsonl", 1, 0)]


def test_run_without_evidence_has_no_places() -> None:
    assert places(of="one") == []


def test_place_is_named_by_its_file_and_record() -> None:
    assert str(Place("triggers", "triggers", 0, "syslog", "logs/a/cron.log", 17)) == "cron.log:17"
