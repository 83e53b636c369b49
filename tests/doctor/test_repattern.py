"""The pattern that paths of runs follow."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from forensics.doctor.repattern import patterns_for

TOKYO = ZoneInfo("Asia/Tokyo")
STARTS = [round(datetime(2026, 3, day, 22, 30, tzinfo=UTC).timestamp()) * 10**9 for day in range(2, 7)]


def first(paths: list[str], zone: ZoneInfo = TOKYO, declared: str = "") -> str | None:
    return next(patterns_for(paths, STARTS, zone, declared), None)


def test_date_is_that_of_the_runs_own_zone():
    assert first([f"out/2026-03-0{day + 1}.json" for day in range(2, 7)]) == "out/{date:%Y-%m-%d}.json"


def test_date_of_another_day_is_no_date_of_the_run():
    assert first([f"out/2026-03-0{day}.json" for day in range(2, 7)]) == "out/*.json"


def test_what_varies_becomes_a_star():
    assert first([f"out/dump-{word}.sql" for word in ("a1f3", "99d0", "c4c4", "7b1e", "0aa0")]) == "out/dump-*.sql"


def test_same_number_in_all_paths_stays():
    assert first([f"v2/2026-03-0{day + 1}.json" for day in range(2, 7)]) == "v2/{date:%Y-%m-%d}.json"


def test_minute_is_kept_where_the_path_has_it():
    assert first([f"2026030{day + 1}-0730.csv" for day in range(2, 7)]) == "{date:%Y%m%d-%H%M}.csv"


def test_glob_signs_of_a_path_stand_for_themselves():
    assert first([f"[a]/2026-03-0{day + 1}" for day in range(2, 7)]) == "[[]a]/{date:%Y-%m-%d}"
