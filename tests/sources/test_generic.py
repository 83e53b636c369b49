"""JSON Lines, CSV and Parquet of any lane: names and words of theirs become ours, and nothing is lost on the way."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forensics.evidence.intake import Intake
from forensics.sources.base import ReadOptions
from forensics.sources.generic import Csv, JsonLines, Parquet
from forensics.sources.generic_chunks import ROWS
from tests.sources.tree_builders import NOW, SECOND, TOKYO, Outcome, instant, outcome, reader

Read = Callable[..., Outcome]
AT = "2026-03-19T07:32:10Z"
T = instant("2026-03-19T07:32:10+00:00")
FUNCTION_FIXTURE = [HealthCheck.function_scoped_fixture]


@pytest.fixture
def jsonl(tmp_path: Path) -> Read:
    return reader(JsonLines(), tmp_path / "rows.jsonl")


@pytest.fixture
def table(tmp_path: Path) -> Read:
    return reader(Csv(), tmp_path / "rows.csv")


@pytest.fixture
def parquet(tmp_path: Path) -> Read:
    def read(values: dict[str, Any], **options: Any) -> Outcome:
        pq.write_table(pa.table(values), tmp_path / "rows.parquet")
        return outcome(Parquet(), tmp_path / "rows.parquet", **options)

    return read


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def row(found: Outcome) -> dict[str, Any]:
    (only,) = found.rows
    return only


def reason(found: Outcome) -> str:
    (reject,) = found.rejects
    assert found.is_balanced
    return reject.reason


# Names and words


def test_our_own_names_are_used_as_they_are(jsonl: Read) -> None:
    found = row(jsonl(lines({"time": AT, "job": "backup", "host": "web1", "run_id": "r1"}), lane="triggers"))
    assert (found["at"], found["job"], found["host"], found["run_id"]) == (T, "backup", "web1", "r1")


def test_their_names_are_mapped(jsonl: Read) -> None:
    found = row(jsonl(lines({"ts": AT, "dag": "backup"}), lane="triggers", columns={"time": "ts", "job": "dag"}))
    assert (found["at"], found["job"]) == (T, "backup")


def test_a_dotted_name_reaches_into_objects(jsonl: Read) -> None:
    content = lines({"time": AT, "meta": {"labels": {"job": "backup"}}}, {"time": AT, "meta": "none"}, {"time": AT})
    found = jsonl(content, lane="triggers", columns={"time": "time", "job": "meta.labels.job"})
    assert [each["job"] for each in found.rows] == ["backup", None, None]


def test_a_name_with_a_dot_in_it_is_found_as_it_is(jsonl: Read) -> None:
    assert (
        row(jsonl(lines({"time": AT, "meta.job": "backup"}), lane="triggers", columns={"job": "meta.job"}))["job"]
        == "backup"
    )


def test_a_column_that_is_mapped_to_another_name_is_not_read_twice(jsonl: Read) -> None:
    found = row(jsonl(lines({"time": AT, "host": "backup"}), lane="triggers", columns={"time": "time", "job": "host"}))
    assert (found["job"], found.get("host")) == ("backup", None)


def test_other_columns_are_kept_as_attributes(jsonl: Read) -> None:
    found = jsonl(lines({"time": AT, "try": 2, "tags": ["a"]}, {"time": AT}), lane="triggers")
    assert [each["attributes"] for each in found.rows] == [{"tags": ["a"], "try": 2}, None]


def test_there_are_no_attributes_where_nothing_is_left(jsonl: Read) -> None:
    assert "attributes" not in row(jsonl(lines({"time": AT}), lane="triggers"))


def test_the_time_is_kept_as_it_was_written(jsonl: Read) -> None:
    found = jsonl(lines({"time": "2026-03-19 07:32:10"}, {"time": 1773905530}), lane="triggers", timezone=TOKYO)
    assert [each["time_text"] for each in found.rows] == ["2026-03-19 07:32:10", "1773905530"]
    assert [each["at"] for each in found.rows] == [T - 9 * 3600 * SECOND, T]


@pytest.mark.parametrize(
    "time", [1773905530, 1773905530000, "1773905530000000", "1773905530.0", "2026-03-19T16:32:10+09:00"]
)
def test_a_time_is_told_by_its_size(jsonl: Read, time: object) -> None:
    assert row(jsonl(lines({"time": time}), lane="triggers"))["at"] == T


@pytest.mark.parametrize("time", [[], {}, True, None, "", -5, "soon", 1e30, "03/04/2026"])
def test_a_record_without_a_sound_time_is_a_reject(jsonl: Read, time: object) -> None:
    found = jsonl(lines({"time": time}, {"time": AT}), lane="triggers")
    assert "time" in reason(found)
    assert [each["record"] for each in found.rows] == [2]


def test_the_reject_names_the_column_that_was_looked_for(jsonl: Read) -> None:
    assert '"ts"' in reason(jsonl(lines({"time": AT}), lane="triggers", columns={"time": "ts"}))


def test_a_host_is_filled_in_where_none_is_named(jsonl: Read) -> None:
    found = jsonl(lines({"time": AT, "host": "web1"}, {"time": AT, "host": ""}), lane="triggers", host="mac1")
    assert [each["host"] for each in found.rows] == ["web1", "mac1"]
    assert found.account.hosts == {"web1", "mac1"}


def test_a_number_may_stand_for_a_name(jsonl: Read) -> None:
    assert row(jsonl(lines({"time": AT, "run_id": 8123}), lane="triggers"))["run_id"] == "8123"


@pytest.mark.parametrize("value", [["a"], {"a": 1}, True])
def test_a_name_of_the_wrong_type_is_a_reject(jsonl: Read, value: object) -> None:
    assert "not a text" in reason(jsonl(lines({"time": AT, "job": value}), lane="triggers"))


def test_without_a_lane_nothing_is_read(jsonl: Read) -> None:
    assert "lane is one of" in str(jsonl(lines({"time": AT})).account.fault)


@pytest.mark.parametrize("source", [JsonLines(), Csv(), Parquet()])
def test_none_is_recognised_by_itself(source: Any, tmp_path: Path) -> None:
    path = tmp_path / f"rows.{source.kind}"
    path.write_text(f'{{"time": "{AT}"}}\n')
    assert not source.detect(path)


# Lanes


@pytest.mark.parametrize(
    ("written", "event"), [(None, "accepted"), ("", "accepted"), ("started", "started"), ("SKIPPED", "skipped")]
)
def test_a_trigger_is_accepted_unless_it_says_otherwise(jsonl: Read, written: str | None, event: str) -> None:
    assert row(jsonl(lines({"time": AT, "event": written}), lane="triggers"))["event"] == event


@pytest.mark.parametrize(
    ("written", "event"),
    [
        ("boot_started", "boot_started"),
        ("Timed-Out", "timed_out"),
        ("boot started", "boot_started"),
        ("OK", "completed"),
        ("ok ", "completed"),
        ("ended", "ended"),
    ],
)
def test_words_are_mapped_however_they_are_spelled(jsonl: Read, written: str, event: str) -> None:
    assert (
        row(jsonl(lines({"time": AT, "event": written}), lane="lifecycle", events={"ok": "completed"}))["event"]
        == event
    )


def test_an_unknown_word_is_a_reject_that_says_what_to_do(jsonl: Read) -> None:
    told = reason(jsonl(lines({"time": AT, "event": "SUCCESS"}, {"time": AT, "event": "failed"}), lane="lifecycle"))
    assert 'events = { "SUCCESS" = "…" }' in told


@pytest.mark.parametrize(
    ("event", "code", "expected"),
    [
        (None, 0, "completed"),
        (None, 3, "failed"),
        (None, "0", "completed"),
        ("ended", 0, "completed"),
        ("ended", 1, "failed"),
        ("started", 0, "started"),
    ],
)
def test_an_exit_code_tells_how_a_run_ended_where_no_word_does(
    jsonl: Read, event: str | None, code: object, expected: str
) -> None:
    assert row(jsonl(lines({"time": AT, "event": event, "exit_code": code}), lane="lifecycle"))["event"] == expected


def test_a_lifecycle_row_that_says_nothing_is_a_reject(jsonl: Read) -> None:
    assert "neither an event nor an exit code" in reason(jsonl(lines({"time": AT}), lane="lifecycle"))


def test_numbers_are_read_as_numbers(jsonl: Read) -> None:
    found = row(jsonl(lines({"time": AT, "exit_code": "-9", "duration_seconds": 12.25}), lane="lifecycle"))
    assert (found["exit_code"], found["duration_seconds"]) == (-9.0, 12.25)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("exit_code", True),
        ("exit_code", "zero"),
        ("exit_code", 1.5),
        ("exit_code", 10**400),
        ("exit_code", [0]),
        ("duration_seconds", -1),
        ("duration_seconds", "nan"),
        ("duration_seconds", {}),
    ],
)
def test_a_number_that_cannot_be_is_a_reject(jsonl: Read, column: str, value: object) -> None:
    assert column in reason(jsonl(lines({"time": AT, "event": "failed", column: value}), lane="lifecycle"))


def test_true_is_not_taken_for_the_number_one_beside_it(jsonl: Read) -> None:
    found = jsonl(lines({"time": AT, "exit_code": 1}, {"time": AT, "exit_code": True}), lane="lifecycle")
    assert [each.record for each in found.rejects] == [2]


def test_a_message_is_a_bots_unless_it_says_otherwise(jsonl: Read) -> None:
    found = jsonl(
        lines({"time": AT, "text": "✅ x"}, {"time": AT, "text": "hm", "is_bot": "no", "is_edited": 1}),
        lane="notifications",
    )
    assert [(each["is_bot"], each["is_edited"]) for each in found.rows] == [(True, False), (False, True)]


def test_a_claim_is_one_of_four(jsonl: Read) -> None:
    content = lines({"time": AT, "claim": "Success"}, {"time": AT, "claim": "fixed"}, {"time": AT, "claim": None})
    found = jsonl(content, lane="notifications")
    assert [each["claim"] for each in found.rows] == ["success", None]
    assert '"fixed"' in reason(found)


def test_claims_are_mapped_as_events_are(jsonl: Read) -> None:
    assert (
        row(jsonl(lines({"time": AT, "claim": "RED"}), lane="notifications", events={"RED": "failure"}))["claim"]
        == "failure"
    )


def test_a_path_is_relative_to_the_root(jsonl: Read) -> None:
    content = lines(
        {"time": AT, "path": "/srv/posts/a/b.json", "size": 5},
        {"time": AT, "path": "/etc/passwd"},
        {"time": AT, "path": "./c"},
    )
    found = jsonl(content, lane="artifacts", root="/srv/posts")
    assert found.paths == ["a/b.json", "c"]
    assert found.account.skipped == {"outside the root": 1}
    assert found.is_balanced


def test_an_artifact_without_a_path_is_a_reject(jsonl: Read) -> None:
    assert "no path" in reason(jsonl(lines({"time": AT, "path": ""}), lane="artifacts"))


def test_an_artifacts_other_times_are_read(jsonl: Read) -> None:
    found = row(
        jsonl(
            lines({"time": AT, "path": "a", "changed": 1773905531, "born": None, "is_folder": True}), lane="artifacts"
        )
    )
    assert (found["changed_at"], found["born_at"], found["is_folder"]) == (T + SECOND, None, True)


# The account


def test_rows_cover_from_the_oldest_to_the_newest(jsonl: Read) -> None:
    account = jsonl(lines({"time": 1773905531}, {"time": 1773905530}, {"time": 1773905539}), lane="triggers").account
    assert (account.covers, account.newest) == ((T, T + 9 * SECOND), T + 9 * SECOND)


def test_a_listing_covers_all_time_before_it(jsonl: Read) -> None:
    assert jsonl(lines({"time": AT, "path": "a"}), lane="artifacts").account.covers == (None, T)


def test_a_time_after_now_covers_nothing(jsonl: Read) -> None:
    found = jsonl(lines({"time": AT}, {"time": NOW // SECOND + 86_400}), lane="triggers")
    assert (len(found.rows), found.account.covers) == (2, (T, T))


def test_an_empty_file_covers_nothing(jsonl: Read, table: Read) -> None:
    for read in (jsonl, table):
        account = read("", lane="triggers").account
        assert (account.records, account.covers, account.fault) == (0, None, None)


def test_the_digest_is_of_the_bytes_on_disk(jsonl: Read, table: Read) -> None:
    content = f"time\n{AT}\n"
    plain, packed = (table(each, lane="triggers") for each in (content.encode(), gzip.compress(content.encode())))
    assert plain.rows[0]["at"] == packed.rows[0]["at"]
    assert plain.account.sha256 != packed.account.sha256


def test_the_frames_take_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(lines({"time": AT, "exit_code": 0, "x": 1}, {"time": AT, "event": "started"}, {"time": "?"}))
    intake = Intake()
    intake.take("runs", "jsonl", ("lifecycle",), JsonLines().read(path, ReadOptions(now=NOW, lane="lifecycle")))
    evidence = intake.evidence()
    assert list(evidence.lifecycle["event"]) == ["completed", "started"]
    assert len(evidence.rejects) == 1


# JSON


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "nonsense",
        "[1]",
        "null",
        '"text"',
        '{"time": 1} {"time": 2}',
        '{"time": 1,}',
        '{"time": NaN}',
        '{"time": 1, "x": Infinity}',
        '{"time": 1, "x": 1e999}',
        '{"time": 1, "x": ' + "1" * 5000 + "}",
        '{"time": 1, "time": 2}',
        '{"time": 1, "x": ' + "[" * 20_000 + "]" * 20_000 + "}",
        '{"time": 1, "x": ' + "[" * 150 + "]" * 150 + "}",
        '{"time": 1}\0\0',
        "\0\0\0",
    ],
)
def test_what_is_no_sound_object_is_a_reject(jsonl: Read, line: str) -> None:
    found = jsonl(f"{line}\n" + lines({"time": AT}), lane="triggers")
    assert reason(found)
    assert [each["at"] for each in found.rows] == [T]


def test_many_brackets_side_by_side_are_not_nested(jsonl: Read) -> None:
    assert row(jsonl(lines({"time": AT, "x": [[]] * 300}), lane="triggers"))["attributes"]


def test_a_byte_order_mark_returns_and_blank_lines_are_no_evidence(jsonl: Read) -> None:
    found = jsonl(b"\xef\xbb\xbf" + f'{{"time": "{AT}"}}\r\n\r\n  \n{{"time": "{AT}"}}\r\n'.encode(), lane="triggers")
    assert [each["record"] for each in found.rows] == [1, 4]
    assert found.account.skipped == {"blank line": 2}
    assert found.is_balanced


def test_a_line_separator_inside_a_text_ends_no_record(jsonl: Read) -> None:
    assert row(jsonl(f'{{"time": "{AT}", "job": "a\u2028b\x85c"}}\n', lane="triggers"))["job"] == "a\u2028b\x85c"


def test_lone_surrogates_and_broken_bytes_are_made_legible(jsonl: Read) -> None:
    line = b'{"time": 5, "job": "a\\ud800\xff", "\\udfff": ["\\ud83d\\ude00 \\ud83d"]}\n'
    found = row(jsonl(line, lane="triggers"))
    assert (found["job"], found["attributes"]) == ("a\\ud800\\xff", {"\\udfff": ["😀 \\ud83d"]})


def test_every_cut_of_the_last_line_loses_that_line_only(jsonl: Read) -> None:
    whole = lines({"time": AT, "job": "a"}, {"time": AT, "job": "b"}).encode()
    first = whole.index(b"\n") + 1
    for end in range(first + 1, len(whole) - 1):
        found = jsonl(whole[:end], lane="triggers")
        assert (len(found.rows), reason(found)) == (1, "incomplete last line")


def test_a_last_line_without_its_line_feed_counts_when_it_is_whole(jsonl: Read) -> None:
    assert len(jsonl(lines({"time": AT}).rstrip("\n"), lane="triggers").rows) == 1


def test_an_overlong_line_is_a_reject(jsonl: Read) -> None:
    found = jsonl(lines({"time": AT, "x": "y" * 70_000}, {"time": AT}), lane="triggers")
    assert reason(found) == "longer than 64 KiB"
    assert len(found.rows) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_no_silence(jsonl: Read, table: Read, encoding: str) -> None:
    bom = "" if encoding == "utf-16" else "\ufeff"
    for read in (jsonl, table):
        found = read((bom + f'time\n"{AT}"\n').encode(encoding), lane="triggers")
        assert (found.rows, found.account.fault) == ([], "UTF-16 text: write it again as UTF-8")


def test_a_missing_file_is_said_by_an_os_error(tmp_path: Path) -> None:
    for source in (JsonLines(), Csv(), Parquet()):
        with pytest.raises(OSError, match="gone"):
            outcome(source, tmp_path / "gone", lane="triggers")


JSON_VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([AT, 1773905530, "failed", "success"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)
NAME = st.sampled_from(
    [
        "time",
        "job",
        "host",
        "event",
        "exit_code",
        "duration_seconds",
        "path",
        "size",
        "text",
        "claim",
        "is_bot",
        "born",
        "x",
    ]
)


@settings(deadline=None, suppress_health_check=FUNCTION_FIXTURE)
@given(
    st.lists(st.dictionaries(NAME, JSON_VALUE), max_size=5),
    st.sampled_from(["triggers", "lifecycle", "notifications", "artifacts"]),
)
def test_any_types_are_rows_or_rejects(jsonl: Read, records: list[dict[str, Any]], lane: str) -> None:
    found = jsonl(lines(*records), lane=lane)
    assert found.is_balanced
    assert all(isinstance(each["at"], int) for each in found.rows)


@settings(deadline=None, suppress_health_check=FUNCTION_FIXTURE)
@given(st.binary(max_size=200) | st.text('{}[]":,\\ \n0123time', max_size=80).map(str.encode))
def test_junk_is_accounted_for(jsonl: Read, table: Read, content: bytes) -> None:
    assert jsonl(content, lane="triggers").is_balanced
    assert table(b"time,x\n" + content, lane="triggers").is_balanced


# CSV


def test_rows_are_counted_from_the_header_on(table: Read) -> None:
    found = table(f"time,job\n{AT},a\n\n{AT},b\n", lane="triggers")
    assert [(each["record"], each["job"]) for each in found.rows] == [(2, "a"), (4, "b")]
    assert found.account.skipped == {"header": 1, "blank line": 1}
    assert found.is_balanced


def test_a_quoted_line_feed_is_part_of_its_row(table: Read) -> None:
    found = table(f'time,text\n{AT},"one\n""two"""\n{AT},three\n', lane="notifications")
    assert [(each["record"], each["text"]) for each in found.rows] == [(2, 'one\n"two"'), (3, "three")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_what_parts_the_fields(table: Read, delimiter: str) -> None:
    assert (
        row(
            table(
                f"time{delimiter}job{delimiter}x\n{AT}{delimiter}a, b; c{delimiter}\n".replace("a, b; c", "abc"),
                lane="triggers",
            )
        )["job"]
        == "abc"
    )


def test_empty_fields_are_nothing(table: Read) -> None:
    found = row(table(f"time,job,exit_code,event,x\n{AT},,,failed,\n", lane="lifecycle"))
    assert (found["job"], found["exit_code"], found["attributes"]) == (None, None, None)


@pytest.mark.parametrize("line", [f"{AT}", f"{AT},a,b", f'{AT},"a"b', f"{AT},a\rb"])
def test_a_row_that_does_not_fit_the_header_is_a_reject(table: Read, line: str) -> None:
    found = table(f"time,job\n{line}\n{AT},whole\n", lane="triggers")
    assert reason(found)
    assert [(each["record"], each["job"]) for each in found.rows] == [(3, "whole")]


def test_rows_before_a_broken_one_are_kept(table: Read) -> None:
    found = table(f'time,job\n{AT},a\n{AT},"b"b\n{AT},c\n', lane="triggers")
    assert [(each["record"], each["job"]) for each in found.rows] == [(2, "a"), (4, "c")]
    assert found.rejects[0].text == f'{AT},"b"b'


def test_a_quote_that_is_never_closed_is_said(table: Read) -> None:
    assert reason(table(f'time,job\n{AT},"a\n{AT},b\n', lane="triggers")) == "a quote is never closed"


@pytest.mark.parametrize("end", [f"{AT}", f'{AT},"b', "2026-03"])
def test_a_half_written_last_row_is_said(table: Read, end: str) -> None:
    found = table(f"time,job\n{AT},a\n{end}", lane="triggers")
    assert (len(found.rows), reason(found)) == (1, "incomplete last line")


def test_an_overlong_row_is_a_reject_and_the_next_is_read(table: Read) -> None:
    found = table(f"time,job\n{AT},{'x' * 70_000}\n{AT},b\n", lane="triggers")
    assert reason(found) == "longer than 64 KiB"
    assert row(found)["job"] == "b"


def test_a_table_without_a_column_for_time_is_a_fault(table: Read) -> None:
    account = table("when,job\n1,a\n", lane="triggers").account
    assert account.fault == 'no column "time"; it has "when", "job"'


def test_a_mapped_column_that_is_missing_is_a_fault_and_the_rest_is_read(table: Read) -> None:
    found = table(f"time,job\n{AT},a\n", lane="triggers", columns={"time": "time", "run_id": "rid"})
    assert (len(found.rows), found.account.fault) == (1, 'no column "rid"; it has "time", "job"')


def test_two_columns_of_one_name_are_a_fault(table: Read) -> None:
    assert table(f"time,job,job\n{AT},a,b\n", lane="triggers").account.fault == "more than one column is called job"


def test_many_rows_come_in_several_batches_and_in_order(table: Read) -> None:
    count = ROWS + 5
    found = table("time,job\n" + "".join(f"{1773905530 + n},j{n}\n" for n in range(count)), lane="triggers")
    assert [each["job"] for each in found.rows] == [f"j{n}" for n in range(count)]
    assert found.account.records == count + 1


def test_broken_bytes_in_a_table_are_made_legible(table: Read) -> None:
    assert row(table(f"time,job\n{AT},".encode() + b"a\xff\n", lane="triggers"))["job"] == "a\\xff"


# Parquet


def test_typed_times_keep_their_nanoseconds(parquet: Read) -> None:
    found = parquet({"time": pa.array([T + 123456789], pa.timestamp("ns", tz="Asia/Tokyo"))}, lane="triggers")
    assert (row(found)["at"], row(found)["time_text"]) == (T + 123456789, "2026-03-19 07:32:10.123456789Z")


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_typed_time_without_a_zone_is_read_in_the_sources(parquet: Read, unit: Any) -> None:
    stamp = pa.array([T], pa.timestamp("ns")).cast(pa.timestamp(unit))
    found = row(parquet({"time": stamp}, lane="triggers", timezone=TOKYO))
    assert (found["at"], found["time_text"]) == (T - 9 * 3600 * SECOND, "2026-03-19 07:32:10")


def test_unix_times_and_missing_values_are_read(parquet: Read) -> None:
    columns = {"time": [1773905530, None], "exit_code": [float("nan"), 1.0], "event": ["failed", "failed"]}
    found = parquet(columns, lane="lifecycle")
    assert (row(found)["at"], row(found)["exit_code"]) == (T, None)
    assert "no time" in reason(found)


def test_objects_durations_and_decimals_are_read(parquet: Read) -> None:
    values = {
        "time": [AT],
        "labels": [{"job": "backup", "at": b"\xff"}],
        "duration_seconds": [timedelta(seconds=5)],
        "exit_code": [Decimal("0.0")],
    }
    found = row(parquet(values, lane="lifecycle", columns={"time": "time", "job": "labels.job"}))
    assert (found["job"], found["duration_seconds"], found["event"]) == ("backup", 5.0, "completed")
    assert found["attributes"] == {"labels": {"job": "backup", "at": "\\xff"}}


def test_a_far_away_typed_time_is_a_reject(parquet: Read) -> None:
    assert "time" in reason(parquet({"time": pa.array([2**40], pa.timestamp("s"))}, lane="triggers"))


def test_a_parquet_table_without_time_is_a_fault(parquet: Read) -> None:
    assert parquet({"job": ["a"]}, lane="triggers").account.fault == 'no column "time"; it has "job"'


def test_a_damaged_parquet_file_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"time": [AT] * 100}), path)
    whole = path.read_bytes()
    for cut in (0, 3, 8, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        found = outcome(Parquet(), path, lane="triggers")
        assert str(found.account.fault).startswith("damaged Parquet file: ")
        assert found.is_balanced
