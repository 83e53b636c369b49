"""What a heartbeat says: the forms it may have, and what is none."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.sources.heartbeat_text import Beat, parse_beat

UTC = ZoneInfo("UTC")
TOKYO = ZoneInfo("Asia/Tokyo")
SECOND = 1773872430  # 2026-03-18T22:20:30Z
AT = SECOND * 10**9


def beat(text: str | bytes, zone: ZoneInfo = UTC) -> Beat:
    return parse_beat(text if isinstance(text, bytes) else text.encode(), zone)


def from_json(**fields: object) -> Beat:
    return beat(json.dumps({"job": "db_backup", "timestamp": SECOND, **fields}))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (f"{SECOND}", AT),
        (f"{SECOND}\n", AT),
        (f" {SECOND}\r\n", AT),
        (f"{SECOND}.5", AT + 500_000_000),
        (f"{SECOND}.123456789", AT + 123_456_789),
        (f"{SECOND}.1234567894321", AT + 123_456_789),
        (f"{SECOND}250", AT + 250_000_000),
        (f"{SECOND}250.5", AT + 250_500_000),
        ("0", 0),
        ("2026-03-18T22:20:30Z", AT),
        ("2026-03-19T07:20:30+09:00", AT),
        ("2026-03-18 22:20:30.25+00:00", AT + 250_000_000),
        ("20260318T222030Z", AT),
        ("\ufeff2026-03-18T22:20:30Z", AT),
        ("SUCCESS 2026-03-19T07:20:30+09:00", AT),
        (f"SUCCESS  {SECOND}", AT),
        (f'{{"timestamp": {SECOND}}}', AT),
        (f'{{"timestamp": {SECOND}.123456789}}', AT + 123_456_789),
        ('{"timestamp": "2026-03-18T22:20:30Z"}', AT),
    ],
)
def test_known_forms_are_read_to_the_nanosecond(text: str, at: int):
    assert (beat(text).at, beat(text).problem) == (at, None)


def test_a_time_that_names_no_zone_is_in_the_told_one():
    assert beat("2026-03-19T07:20:30", TOKYO).at == AT


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "inf",
        "-5",
        "-1773872430",
        "1e9",
        "1000000000000000000",
        "99999999999",
        "9" * 5000,
        "soon",
        "SUCCESS",
        "SUCCESS soon",
        "PERHAPS 2026-03-18T22:20:30Z",
        "2026-03-18",
        "2026-02-30T00:00:00Z",
        "1960-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        f"{SECOND}\n{SECOND}",
        "²",
        "\x00" * 20,
        "[]",
        "null",
        "{",
        "{}",
        '{"timestamp": null}',
        '{"timestamp": NaN}',
        '{"timestamp": Infinity}',
        '{"timestamp": 1e18}',
        '{"timestamp": -5}',
        '{"timestamp": true}',
        '{"timestamp": []}',
        '{"timestamp": "soon"}',
        '{"timestamp": ' + "9" * 3000 + "}",
        '{"a":' * 600 + "1" + "}" * 600,
    ],
)
def test_what_is_no_time_says_so_and_gives_none(text: str):
    assert (beat(text).at, bool(beat(text).problem)) == (None, True)


def test_bytes_that_are_no_text_are_a_problem():
    assert beat(b"\xff\xfe1773872430") == Beat(problem="not UTF-8")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", 5),
        ("status", ["ok"]),
        ("host", {}),
        ("job", 7),
        ("interval_seconds", "900"),
        ("interval_seconds", 0),
        ("interval_seconds", -900),
        ("interval_seconds", 1e18),
        ("interval_seconds", float("nan")),
        ("interval_seconds", float("inf")),
        ("interval_seconds", True),
        ("interval_seconds", []),
    ],
)
def test_a_field_of_the_wrong_kind_spoils_the_beat(field: str, value: object):
    found = from_json(**{field: value})
    assert (found.at, bool(found.problem)) == (None, True)


def test_json_tells_status_interval_host_and_job():
    found = from_json(status="failed", interval_seconds=900.5, host="web1", pid=7)
    assert (found.status, found.interval_seconds, found.host, found.job) == ("failed", 900.5, "web1", "db_backup")


def test_fields_that_are_null_are_as_good_as_absent():
    assert from_json(status=None, interval_seconds=None, host=None) == from_json()


def test_a_bare_time_has_no_status():
    assert beat(str(SECOND)).status is None


@pytest.mark.parametrize("word", ["SUCCESS", "ok", "FAILED", "failure", "Error"])
def test_the_word_before_a_time_is_the_status(word: str):
    assert beat(f"{word} {SECOND}").status == word


def test_time_text_is_as_it_was_written():
    assert beat(f'{{"timestamp": {SECOND}.50}}').time_text == f"{SECOND}.50"


def test_a_lone_surrogate_can_be_written_all_the_same():
    assert beat('{"timestamp": 5, "status": "\\ud800"}').status == "\\ud800"


@given(st.binary(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_beat_or_have_a_problem(content: bytes):
    found = parse_beat(content, UTC)
    assert (found.at is None) == bool(found.problem)


@given(st.integers(min_value=0, max_value=9_000_000_000), st.integers(min_value=0, max_value=999_999_999))
@settings(max_examples=100, deadline=None)
def test_no_digit_of_a_unix_time_is_lost(second: int, ns: int):
    assert beat(f'{{"timestamp": {second}.{ns:09d}}}').at == second * 10**9 + ns
