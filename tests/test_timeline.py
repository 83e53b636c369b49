"""Instants, zones and spans: what is read exactly, what is refused, what is written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.timeline import (
    any_instant,
    aware,
    duration_text,
    instant,
    local_text,
    moment,
    parse_duration,
    utc_text,
    utc_texts,
)

TOKYO = ZoneInfo("Asia/Tokyo")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
NOW = datetime(2026, 3, 20, 1, 30, tzinfo=UTC)  # 10:30 in Tokyo
NAT = np.iinfo(np.int64).min


def utc(text: str, zone: ZoneInfo = TOKYO) -> str:
    return utc_text(instant(text, zone))


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("1w", timedelta(weeks=1)),
        ("1h30m", timedelta(minutes=90)),
        ("1h 30m", timedelta(minutes=90)),
        ("500ms", timedelta(milliseconds=500)),
        ("1.5h", timedelta(minutes=90)),
        ("0m", timedelta()),
        ("900", timedelta(minutes=15)),
        (900, timedelta(minutes=15)),
        (0, timedelta()),
    ],
)
def test_a_duration_is_read(text, span):
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s",
        "15 minutes",
        "-5m",
        "1y",
        "5m!",
        "1h30",
        "h1",
        "9" * 5000,
        "999999999999d",
        "9" * 12 + "w",
        -1,
        10**30,
        True,
        1.5,
        None,
    ],
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(["ms", "s", "m", "h", "d"])), min_size=1, max_size=5))
def test_a_duration_is_the_sum_of_its_parts(parts):
    units = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
    text = "".join(f"{count}{unit}" for count, unit in parts)
    assert parse_duration(text) == timedelta(milliseconds=sum(count * units[unit] for count, unit in parts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-19T07:32:10Z", "2026-03-19T07:32:10Z"),
        ("2026-03-19T07:32:10z", "2026-03-19T07:32:10Z"),
        (" 2026-03-19T07:32:10Z\n", "2026-03-19T07:32:10Z"),
        ("2026-03-19T07:32:10+09:00", "2026-03-18T22:32:10Z"),
        ("2026-03-19 07:32:10 +0900", "2026-03-18T22:32:10Z"),
        ("2026-03-19 07:32:10-03", "2026-03-19T10:32:10Z"),
        ("2026-03-19 07:32:10 UTC", "2026-03-19T07:32:10Z"),
        ("2026-03-19T07:32:10", "2026-03-18T22:32:10Z"),
        ("2026-03-19T07:32", "2026-03-18T22:32:00Z"),
        ("20260319T073210Z", "2026-03-19T07:32:10Z"),
        ("2026-W12-4", "2026-03-18T15:00:00Z"),
        ("2026-03-19", "2026-03-18T15:00:00Z"),
        ("2026-03-19T24:00:00Z", "2026-03-20T00:00:00Z"),
        ("2026-03-19 24:00", "2026-03-19T15:00:00Z"),
        ("2026-12-31T23:59:60Z", "2027-01-01T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("2026-03-19T07:32:10.5Z", "2026-03-19T07:32:10.500Z"),
        ("2026-03-19T07:32:10,123456Z", "2026-03-19T07:32:10.123456Z"),
        ("2026-03-19T07:32:10.123456789Z", "2026-03-19T07:32:10.123456789Z"),
        ("2026-03-19T07:32:10.1234567891Z", "2026-03-19T07:32:10.123456789Z"),
        ("Thu Mar 19 07:32:10 UTC 2026", "2026-03-19T07:32:10Z"),
        ("Thu Mar 19 07:32:10 JST 2026", "2026-03-18T22:32:10Z"),
        ("Thu, 19 Mar 2026 07:32:10 +0900", "2026-03-18T22:32:10Z"),
        ("Thu Mar 19 2026 07:32:10 GMT+0900 (Japan Standard Time)", "2026-03-18T22:32:10Z"),
        ("Thu, 19 Mar 2026 07:32:10 EST", "2026-03-19T12:32:10Z"),
        ("19/Mar/2026:07:32:10 +0900", "2026-03-18T22:32:10Z"),
        ("2026/03/04 07:32", "2026-03-03T22:32:00Z"),
        ("20/03/2026 7:30 pm", "2026-03-20T10:30:00Z"),
        ("2026-3-9 7:05", "2026-03-08T22:05:00Z"),
    ],
)
def test_a_spelling_is_read(text, expected):
    assert utc(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "soon",
        "x" * 5000,
        "2026-02-30",
        "2026-02-29T00:00:00Z",
        "2026-03-19T25:00:00Z",
        "2026-03-19T07:60:00Z",
        "2026-03-19T07:32:61Z",
        "2026-03-19T07:32:10+99:00",
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59Z",
        "1773905530",
        "nan",
        "1e5",
        "2026年3月19日",
    ],
)
def test_what_names_no_instant_is_refused(text):
    with pytest.raises(ValueError, match=r"is no time|outside"):
        instant(text, TOKYO)


@pytest.mark.parametrize("text", ["03/04/2026", "Mar 19 07:30", "07:30", "at 10", "Thursday", "March 2026"])
def test_a_time_that_could_be_of_several_days_is_refused(text):
    with pytest.raises(ValueError, match="more than one day"):
        instant(text, TOKYO)


def test_a_year_of_two_digits_is_refused():
    with pytest.raises(ValueError, match="is no time"):
        instant("19 Mar 26 07:30", TOKYO)


def test_the_name_of_a_zone_elsewhere_is_refused():
    with pytest.raises(ValueError, match="offset"):
        instant("2026-03-19 07:32 IST", TOKYO)


def test_the_zones_own_abbreviation_outranks_the_american_one():
    assert utc("2026-03-19 07:32 CST", ZoneInfo("Asia/Shanghai")) == "2026-03-18T23:32:00Z"


def test_of_an_hour_that_comes_twice_the_first_is_meant():
    assert utc("2026-11-01T01:30:00", NEW_YORK) == "2026-11-01T05:30:00Z"


def test_a_time_that_a_zone_skips_moves_forward():
    assert utc("2026-03-08T02:30:00", NEW_YORK) == "2026-03-08T07:30:00Z"
    assert local_text(instant("2026-03-08T02:30:00", NEW_YORK), NEW_YORK) == "2026-03-08 03:30"


def test_a_zone_that_shifts_by_half_an_hour_is_read():
    assert utc("2026-10-04T02:15:00", LORD_HOWE) == "2026-10-03T15:45:00Z"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=90) | st.text("0123456789-/:T Z+.,WGMTarch", max_size=40))
def test_any_text_is_an_instant_or_a_clear_refusal(text):
    try:
        found: int | str = any_instant(text, TOKYO)
    except ValueError as error:
        found = str(error)
    assert found.isprintable() if isinstance(found, str) else 0 <= found < 7_258_118_400 * 10**9


@given(st.integers(0, 7_258_118_399 * 10**9))
def test_an_instant_survives_being_written_and_read(nanos):
    assert instant(utc_text(nanos), TOKYO) == nanos


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1773905530, "2026-03-19T07:32:10Z"),
        (1773905530123, "2026-03-19T07:32:10.123Z"),
        (1773905530123456, "2026-03-19T07:32:10.123456Z"),
        (1773905530123456789, "2026-03-19T07:32:10.123456789Z"),
        ("1773905530", "2026-03-19T07:32:10Z"),
        ("1773905530123", "2026-03-19T07:32:10.123Z"),
        ("1773905530.123456", "2026-03-19T07:32:10.123456Z"),
        (1773905530.123456, "2026-03-19T07:32:10.123456Z"),
        (1773905530.1, "2026-03-19T07:32:10.100Z"),
        (Decimal("1773905530.000000001"), "2026-03-19T07:32:10.000000001Z"),
        ("20260319", "2026-03-18T15:00:00Z"),
        ("20260319073210", "2026-03-18T22:32:10Z"),
        ("2026-03-19T07:32:10Z", "2026-03-19T07:32:10Z"),
        (datetime(2026, 3, 19, 7, 32, 10, tzinfo=UTC), "2026-03-19T07:32:10Z"),
        (date(2026, 3, 19), "2026-03-18T15:00:00Z"),
    ],
)
def test_a_unix_time_is_told_by_its_size(value, expected):
    assert utc_text(any_instant(value, TOKYO)) == expected


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        None,
        [],
        {},
        -1,
        -1.5,
        "-1",
        float("nan"),
        float("inf"),
        "NaN",
        1e300,
        10**30,
        7258118400,
        "9" * 20,
        "9" * 5000,
        b"1",
    ],
)
def test_what_is_no_unix_time_is_refused(value):
    with pytest.raises(ValueError, match=r"."):
        any_instant(value, TOKYO)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", "2026-03-20 10:30"),
        ("today", "2026-03-20 00:00"),
        ("Today 7:30", "2026-03-20 07:30"),
        ("yesterday", "2026-03-19 00:00"),
        ("yesterday 07:30:15", "2026-03-19 07:30"),
        ("yesterday 24:00", "2026-03-20 00:00"),
        ("2026-03-19", "2026-03-19 00:00"),
        ("2026-03-19 07:30", "2026-03-19 07:30"),
        ("2026-03-19T07:30:00Z", "2026-03-19 16:30"),
    ],
)
def test_a_moment_is_read_in_the_zone(text, expected):
    assert moment(text, NOW, TOKYO).strftime("%Y-%m-%d %H:%M") == expected


def test_yesterday_is_the_zones_own():
    assert moment("yesterday", NOW, ZoneInfo("Pacific/Honolulu")).date() == date(2026, 3, 18)


def test_a_day_whose_midnight_is_skipped_begins_after_the_gap():
    cairo = ZoneInfo("Africa/Cairo")  # 2026-04-24 begins at 01:00
    assert moment("2026-04-24", NOW, cairo).strftime("%H:%M") == "01:00"


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "today 25:00", "today 7", "today 07:30 pm", "now 07:30", "yesterday 07:61", "1773905530"]
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        moment(text, NOW, TOKYO)


def test_a_config_time_keeps_its_microseconds():
    assert aware("2026-03-19T07:32:10.123456+09:00", TOKYO).microsecond == 123456


@given(
    st.lists(
        st.integers(0, 7_258_118_399 * 10**9)
        | st.integers(0, 7_258_118_399).map(lambda seconds: seconds * 10**9)
        | st.just(NAT)
    )
)
def test_many_instants_are_written_as_each_alone(nanos):
    expected = [None if each == NAT else utc_text(each) for each in nanos]
    assert utc_texts(np.array(nanos, dtype=np.int64)) == expected


def test_local_time_is_written_on_the_wall_clock():
    nanos = instant("2026-03-19T07:32:10Z", TOKYO)
    assert (local_text(nanos, TOKYO), local_text(nanos, TOKYO, seconds=True)) == (
        "2026-03-19 16:32",
        "2026-03-19 16:32:10",
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.4, "0.4 s"),
        (9.96, "10 s"),
        (45, "45 s"),
        (59.9, "1 min"),
        (60, "1 min"),
        (90, "90 s"),
        (119.6, "2 min"),
        (120, "2 min"),
        (351, "6 min"),
        (3600, "1 h"),
        (16080, "4 h 28 min"),
        (86_340, "23 h 59 min"),
        (86_400, "24 h"),
        (172_790, "2 d"),
        (256_380, "2 d 23 h 13 min"),
        (604_800, "7 d"),
        (-372, "-6 min"),
    ],
)
def test_a_span_is_written_as_people_say_it(seconds, text):
    assert duration_text(seconds) == text
