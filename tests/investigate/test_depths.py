"""How far bad runs got, and where they stopped."""

from __future__ import annotations

from pathlib import Path

from forensics.investigate.depths import depths
from tests.investigate.layered import HANGS, WELL, Night, depth, layered, seen
from tests.investigate.sampled import EMPTY_NIGHTS, WOLF, sampled


def test_runs_that_hang_while_they_boot_never_got_through_the_door(tmp_path: Path) -> None:
    found = depth(layered(tmp_path, [WELL, WELL, HANGS, HANGS]))
    assert (found.stops_at, found.runs) == ("booted", 2)
    assert seen(found) == {
        "due": 2, "triggered": 2, "accepted": 2, "boot_started": 2, "booted": 0, "working": 0, "done": 0,
        "reported": 0, "delivered": 0,
    }  # fmt: skip


def test_bad_runs_alone_are_counted(tmp_path: Path) -> None:
    found = depth(layered(tmp_path, [WELL, HANGS, WELL]))
    assert found.keys == ("daily/2026-03-03T07:00:00Z",)


def test_missed_runs_stop_before_their_trigger(tmp_path: Path) -> None:
    assert depth(layered(tmp_path, [WELL, Night(trigger=None)])).stops_at == "triggered"


def test_work_cut_off_stops_at_its_proof(tmp_path: Path) -> None:
    cut = Night(stages=("boot_started", "booted", "interrupted"))
    assert depth(layered(tmp_path, [WELL, cut])).stops_at == "done"


def test_lost_trigger_rows_of_runs_that_booted_are_no_stop(tmp_path: Path) -> None:
    found = depth(layered(tmp_path, [WELL, Night(trigger=None, stages=("boot_started",))]))
    assert (seen(found)["triggered"], found.stops_at) == (0, "booted")


def test_message_of_success_does_not_hide_that_nothing_was_done(tmp_path: Path) -> None:
    said = Night(stages=("boot_started", "booted", "completed:0"), says="✅ daily completed")
    assert depth(layered(tmp_path, [WELL, said])).stops_at == "done"


def test_layer_that_most_runs_reached_is_no_stop(tmp_path: Path) -> None:
    up = Night(stages=("boot_started", "booted", "failed:1"))
    assert depth(layered(tmp_path, [WELL, up, HANGS, up])).stops_at == "done"


def test_work_that_nobody_told_of_stops_at_its_report(tmp_path: Path) -> None:
    silent = Night(stages=("boot_started", "booted", "completed:0"), file="whole")
    assert depth(layered(tmp_path, [WELL, silent])).stops_at == "reported"


def test_false_alarms_stop_nowhere(tmp_path: Path) -> None:
    alarm = Night(stages=("boot_started", "booted", "completed:0"), file="whole", says="❌ daily failed")
    found = depth(layered(tmp_path, [WELL, alarm]))
    assert (found.stops_at, seen(found)["done"], seen(found)["delivered"]) == (None, 1, 1)


def test_newest_trouble_of_a_job_is_looked_at(tmp_path: Path) -> None:
    alarm = Night(stages=("boot_started", "booted", "completed:0"), file="whole", says="❌ daily failed")
    assert depth(layered(tmp_path, [HANGS, WELL, alarm])).keys == ("daily/2026-03-04T07:00:00Z",)


def test_jobs_nobody_asked_for_are_left_out(tmp_path: Path) -> None:
    assert depths(layered(tmp_path, [WELL, HANGS]), frozenset({"other"})) == ()


def test_good_runs_have_no_depth(tmp_path: Path) -> None:
    assert depths(layered(tmp_path, [WELL, WELL]), frozenset({"daily"})) == ()


def test_isolated_jobs_of_the_empty_nights_stop_while_they_boot() -> None:
    result = sampled(*EMPTY_NIGHTS)
    found = depths(result, frozenset(result.runs["job"]))
    assert [(each.stops_at, seen(each)["boot_started"], seen(each)["booted"]) for each in found] == [
        ("booted", 4, 0)
    ] * 4


def test_one_failed_job_of_the_wolf_stops_at_its_proof() -> None:
    result = sampled(*WOLF)
    stops = {each.job: each.stops_at for each in depths(result, frozenset(result.runs["job"]))}
    assert [job for job, stop in stops.items() if stop == "done"] == ["larry-post-morning-ja"]
