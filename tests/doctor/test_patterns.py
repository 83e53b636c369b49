"""Patterns that are mistyped, and the ones that their files follow."""

from __future__ import annotations

import pytest

from tests.doctor.builders import Scene, fired, job, kinds, left, mended, scene

LOG = fired("07:00:01", "/opt/backup")


def one(tmp_path, declared: str, written: str, **more: object) -> Scene:
    return scene(tmp_path, job(artifacts=[declared], **more), log=LOG, files=left("07:03:00", written))


@pytest.mark.parametrize(
    ("declared", "written", "better"),
    [
        ("out/{date:%Y-%m-%d}.jsn", "out/{day}.json", "out/{date:%Y-%m-%d}.json"),
        ("out/{date:%Y%m%d}.json", "out/{day}.json", "out/{date:%Y-%m-%d}.json"),
        ("uot/{date:%Y-%m-%d}.json", "out/{day}.json", "out/{date:%Y-%m-%d}.json"),
        ("srv/data/out/{date:%Y-%m-%d}.json", "out/{day}.json", "out/{date:%Y-%m-%d}.json"),
        ("backup-{date:%Y-%m-%d}", "bakcup-{day}/part.bin", "bakcup-{date:%Y-%m-%d}"),
        ("out/dump-*.sql", "out/dmup-{plain}.sql", "out/dmup-*.sql"),
        ("Out/{date:%Y-%m-%d}/all.csv", "out/{day}/all.csv", "out/{date:%Y-%m-%d}/all.csv"),
    ],
)
def test_mistyped_pattern_is_told_with_the_right_one(tmp_path, declared, written, better):
    told = one(tmp_path, declared, written)
    (found,) = told.checked().problems
    assert (found.kind, found.detail["better"]) == ("pattern", better)
    assert kinds(told.checked(mended(told.text, *found.mends))) == []


def test_day_and_month_in_the_wrong_order_are_seen(tmp_path):
    told = one(tmp_path, "{date:%Y-%d-%m}.json", "{day}.json")
    (found,) = told.checked().problems
    assert found.detail["better"] == "{date:%Y-%m-%d}.json"
    assert kinds(told.checked(mended(told.text, *found.mends))) == []


def test_near_path_that_some_runs_lack_still_counts(tmp_path):
    files = left("07:03:00", "out/{day}.json")
    told = scene(tmp_path, job(artifacts=["uot/{date:%Y-%m-%d}.json"]), log=LOG, files=files[:9])
    assert told.checked().problems[0].detail["met"] == 9


def test_only_the_wrong_one_of_two_patterns_is_changed(tmp_path):
    text = job(artifacts=["{date:%Y-%m-%d}.json", "{date:%Y-%m-%d}.snu"])
    told = scene(tmp_path, text, log=LOG, files=[*left("07:03:00", "{day}.json"), *left("07:03:30", "{day}.sum")])
    (found,) = told.checked().problems
    assert found.mends[0].lines == ('artifacts = ["{date:%Y-%m-%d}.json", "{date:%Y-%m-%d}.sum"]',)


def test_pattern_with_nothing_near_is_told_without_a_guess(tmp_path):
    text = job(artifacts=["nowhere/at/all.bin"]) + job("report", "0 9 * * *", artifacts=["{date:%Y-%m-%d}.pdf"])
    told = scene(tmp_path, text, log=[*LOG, *fired("09:00:01", "/opt/report")], files=left("09:03:00", "{day}.pdf"))
    (found,) = told.checked().problems
    assert (found.kind, found.mends) == ("pattern", ())


def test_file_of_another_hour_is_not_near(tmp_path):
    text = job(artifacts=["out/{date:%Y-%m-%d}.jsn"], max_duration="30m")
    told = scene(tmp_path, text, log=LOG, files=left("15:00:00", "out/{day}.json"))
    assert told.checked().problems[0].mends == ()


def test_job_whose_files_all_failed_twice_is_left_alone(tmp_path):
    told = scene(
        tmp_path, job(artifacts=["{date:%Y-%m-%d}.json"]), log=LOG[:2], files=left("09:00:00", "other/{day}.txt")
    )
    assert "pattern" not in kinds(told.checked())


def test_dates_of_another_zone_are_a_wrong_zone(tmp_path):
    text = job(schedule="*/30 * * * *", artifacts=["{date:%Y-%m-%dT%H%M}.json"], timezone="Asia/Tokyo")
    text += job("report", "0 9 * * *", timezone="Asia/Kolkata")
    clocks = [f"{hour:02d}:{minute}" for hour in range(24) for minute in ("00", "30")]
    log = [line for clock in clocks for line in fired(f"{clock}:01", "/opt/backup")]
    files = [line for clock in clocks for line in left(f"{clock}:20", f"{{day}}T{clock.replace(':', '')}.json")]
    told = scene(tmp_path, text, log=[*log, *fired("03:30:01", "/opt/report")], files=files)
    (found,) = told.checked().problems
    assert (found.kind, found.mends[0].lines) == ("zone", ('timezone = "UTC"',))
    assert kinds(told.checked(mended(told.text, *found.mends))) == []
