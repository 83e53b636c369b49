"""Schedules, zones and intervals that do not fit, and what would."""

from __future__ import annotations

from tests.doctor.builders import days, fired, job, kinds, mended, scene


def mends(told):
    return [(each.kind, each.mends[0].lines if each.mends else ()) for each in told.checked().problems]


def test_zone_that_the_config_names_elsewhere_is_preferred_to_a_schedule(tmp_path):
    text = job(timezone="America/New_York") + job("report", "0 9 * * *", timezone="Asia/Tokyo")
    told = scene(tmp_path, text, log=[*fired("22:00:01", "/opt/backup"), *fired("00:00:01", "/opt/report")])
    assert mends(told) == [("zone", ('timezone = "Asia/Tokyo"',))]


def test_zone_of_a_prefix_is_changed_in_the_schedule(tmp_path):
    text = job(schedule="CRON_TZ=America/New_York 0 7 * * *") + job("report", "0 9 * * *", timezone="Asia/Tokyo")
    told = scene(tmp_path, text, log=[*fired("22:00:01", "/opt/backup"), *fired("00:00:01", "/opt/report")])
    assert mends(told) == [("zone", ('schedule = "CRON_TZ=Asia/Tokyo 0 7 * * *"',))]


def test_only_the_field_that_is_wrong_is_changed(tmp_path):
    weekdays = [day for day in days() if day not in ("2026-03-07", "2026-03-08", "2026-03-14", "2026-03-15")]
    log = [*fired("07:00:01", "/opt/backup", weekdays), *fired("09:00:01", "/opt/report")]
    told = scene(tmp_path, job() + job("report", "0 9 * * *"), log=log)
    assert mends(told) == [("schedule", ('schedule = "0 7 * * 1-5"',))]


def test_triggers_that_no_schedule_fits_are_told_without_a_guess(tmp_path):
    clocks = [f"{7 + at % 11:02d}:{(at * 17) % 60:02d}:01" for at in range(14)]
    log = [line for clock, day in zip(clocks, days(), strict=True) for line in fired(clock, "/opt/backup", [day])]
    told = scene(tmp_path, job(schedule="0 3 * * *"), log=log)
    assert mends(told) == [("schedule", ())]


def test_one_late_trigger_is_no_wrong_schedule(tmp_path):
    log = [*fired("07:00:01", "/opt/backup", days(2, 14)), *fired("09:30:01", "/opt/backup", days(15, 15))]
    assert mends(scene(tmp_path, job(), log=log)) == []


def test_interval_that_is_another_is_named_and_the_mend_ends_it(tmp_path):
    log = [line for hour in range(24) for line in fired(f"{hour:02d}:00:01", "/opt/backup")]
    text = job(schedule=None, interval="15m")
    told = scene(tmp_path, text, log=log)
    (found,) = told.checked().problems
    assert (found.kind, found.mends[0].lines) == ("interval", ('interval = "1h"',))
    assert kinds(told.checked(mended(told.text, *found.mends))) == []


def test_summer_time_alone_tells_two_zones_apart(tmp_path):
    text = job(timezone="Africa/Lagos") + job("report", "0 9 * * *", timezone="Europe/Berlin")
    log = [*fired("06:00:01", "/opt/backup", [f"2026-03-{day}" for day in range(22, 29)]),
           *fired("05:00:01", "/opt/backup", [f"2026-03-{day}" for day in (29, 30, 31)] + [f"2026-04-0{day}" for day in range(1, 5)])]  # fmt: skip
    told = scene(tmp_path, text, log=log)
    text = told.text.replace(
        '"2026-03-02T00:00:00Z", "2026-03-16T00:00:00Z"', '"2026-03-22T00:00:00Z", "2026-04-05T00:00:00Z"'
    )
    moved = type(told)(
        tmp_path, text, "2026-03-22T00:00:00+00:00", "2026-04-05T00:00:00+00:00", "2026-04-05T00:00:00+00:00"
    )
    assert ("zone", ('timezone = "Europe/Berlin"',)) in mends(moved)
