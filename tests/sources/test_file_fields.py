"""Times inside files: JSON, arrays, JSON lines, CSV; each field of each record counted."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forensics.sources.file_fields import field_patterns, fields_in
from forensics.sources.files import FileTree
from tests.sources.tree_builders import SECOND, TOKYO, Outcome, instant, outcome

SEVEN = instant("2026-03-19T07:04:00+00:00")
UNIX = SEVEN // SECOND

Read = Callable[..., Outcome]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that writes one file and reads fields of it, leaving out the tree's own rows and account."""

    def reading(name: str, content: str | bytes, *fields: str, **options: object) -> Outcome:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        found = outcome(FileTree(), tmp_path, fields=tuple(f"{name}#{field}" for field in fields), **options)
        rows = [row for row in found.rows if row["file"] == str(path)]
        return Outcome(rows, found.rejects, found.reads[1:])

    return reading


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=100)
    | st.lists(st.sampled_from(['{"ts":', "5}", "[", "]", '"', ",", "\n", "ts", "1e999999999999999999", "NaN"])).map(
        "".join
    ),
    name=st.sampled_from(["state.json", "log.jsonl", "log.csv", "notes"]),
)
def test_junk_is_accounted_for(read: Read, content: bytes | str, name: str) -> None:
    assert read(name, content, "ts", "a.b").is_balanced


def test_a_field_of_an_object_is_a_row_of_its_own(read: Read) -> None:
    (row,) = read("state.json", '{"a": {"b": "2026-03-19T07:04:00Z"}}', "a.b").rows
    assert (row["path"], row["at"], row["size"], row["record"], row["time_text"]) == (
        "state.json#a.b",
        SEVEN,
        36,
        1,
        "2026-03-19T07:04:00Z",
    )


def test_every_line_of_json_lines_is_a_row(read: Read) -> None:
    found = read("evolution.jsonl", f'{{"ts": {UNIX}}}\n\n{{"ts": {UNIX + 60}}}\n', "ts")
    assert [(row["record"], row["at"]) for row in found.rows] == [(1, SEVEN), (3, SEVEN + 60 * SECOND)]
    assert found.account.skipped == {"blank line": 1}


@pytest.mark.parametrize(
    "written", [f"{UNIX}", f"{UNIX}000", f"{UNIX}000000", f"{UNIX}000000000", f"{UNIX}.0", f'"{UNIX}"']
)
def test_unix_times_are_told_by_size(read: Read, written: str) -> None:
    assert read("state.json", f'{{"ts": {written}}}', "ts").rows[0]["at"] == SEVEN


def test_fractions_are_exact(read: Read) -> None:
    assert read("state.json", f'{{"ts": {UNIX}.123456789}}', "ts").rows[0]["at"] == SEVEN + 123456789


def test_a_time_without_a_zone_is_of_the_one_named(read: Read) -> None:
    assert read("state.json", '{"ts": "2026-03-19 16:04"}', "ts", timezone=TOKYO).rows[0]["at"] == SEVEN


def test_an_array_gives_a_row_for_each_object(read: Read) -> None:
    found = read("runs.json", f'[{{"ts": {UNIX}}}, {{"id": 5}}, {{"ts": {UNIX}}}]', "ts")
    assert [row["record"] for row in found.rows] == [1, 3]
    assert found.account.skipped == {"without the field": 1}


def test_a_field_reaches_through_arrays(read: Read) -> None:
    found = read("state.json", f'{{"runs": [{{"at": {UNIX}}}, {{"at": {UNIX + 1}}}], "runs.at": null}}', "runs.at")
    assert found.account.skipped == {"empty field": 1}
    assert len(read("state.json", f'{{"runs": [{{"at": {UNIX}}}, {{"at": {UNIX + 1}}}]}}', "runs.at").rows) == 2


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_column_of_csv_is_a_row_for_each_record(read: Read, separator: str) -> None:
    lines = [["job", "note", "ts"], ["a", '"two\nlines"', str(UNIX)], ["b", "", ""]]
    found = read("runs.csv", "".join(separator.join(line) + "\n" for line in lines), "ts")
    assert [(row["record"], row["at"]) for row in found.rows] == [(2, SEVEN)]
    assert found.account.skipped == {"header": 1, "empty field": 1}
    assert found.is_balanced


def test_a_csv_row_that_is_too_short_is_rejected(read: Read) -> None:
    found = read("runs.csv", f"ts,job\n{UNIX},a\n{UNIX}\n", "ts")
    assert [(reject.record, reject.reason) for reject in found.rejects] == [(3, "fewer columns than the header")]


def test_a_csv_row_with_a_lone_carriage_return_is_rejected(read: Read) -> None:
    assert [reject.record for reject in read("runs.csv", f"ts\n1\r2\n{UNIX}\n", "ts").rejects] == [2]
    assert [reject.record for reject in read("head.csv", f"a\rts\nts\n{UNIX}\n", "ts").rejects] == [1]


def test_json_lines_are_told_by_their_content_too(read: Read) -> None:
    assert len(read("history", f'{{"ts": {UNIX}}}\n{{"ts": {UNIX}}}\n', "ts").rows) == 2


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "nonsense",
        '{"ts": NaN}',
        "[" * 60_000,
        '{"ts": "soon"}',
        '{"ts": true}',
        '{"ts": {"x": 1}}',
        '{"ts": "\\ud800"}',
    ],
)
def test_a_bad_line_is_rejected_and_the_others_read(read: Read, line: str) -> None:
    found = read("log.jsonl", f'{{"ts": {UNIX}}}\n{line}\n{{"ts": {UNIX}}}\n', "ts")
    assert len(found.rows) == 2
    assert [(reject.record, Path(reject.file).name) for reject in found.rejects] == [(2, "log.jsonl")]
    assert found.rejects[0].text.encode()


def test_a_half_written_last_line_is_no_reject(read: Read) -> None:
    found = read("log.jsonl", f'{{"ts": {UNIX}}}\n{{"ts": 17', "ts")
    assert (len(found.rows), found.rejects, found.account.skipped) == (1, [], {"incomplete last line": 1})


def test_a_half_written_document_is_rejected(read: Read) -> None:
    found = read("state.json", f'{{"ts": {UNIX}, "runs": [', "ts")
    assert (found.rows, len(found.rejects)) == ([], 1)


def test_several_fields_of_one_file_are_read_at_once(read: Read) -> None:
    found = read("state.json", f'{{"a": {UNIX}, "b": {UNIX}}}', "a", "b")
    assert [row["path"] for row in found.rows] == ["state.json#a", "state.json#b"]
    assert (found.account.records, found.account.covers) == (2, (None, None))


def test_the_file_is_hashed(read: Read) -> None:
    assert (
        read("state.json", "{}", "a").account.sha256
        == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )


def test_a_file_that_cannot_be_opened_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state.json").write_text("{}")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("forensics.sources.opening.open_regular", refuse)
    found = outcome(FileTree(), tmp_path, fields=("state.json#a",))
    assert found.reads[1].fault == "cannot be opened: Permission denied"


def test_a_document_beyond_all_measure_is_abandoned(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forensics.sources.field_records.DOCUMENT_LIMIT", 10)
    found = read("state.json", f'{{"ts": {UNIX}}}', "ts")
    assert found.rows == []
    assert found.account.fault is not None


def test_the_access_time_of_a_file_that_is_not_named_stays(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    os.utime(tmp_path / "other.json", ns=(1, SEVEN))
    outcome(FileTree(), tmp_path, fields=("state.json#a",))
    assert (tmp_path / "other.json").stat().st_atime_ns == 1


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("evolution.jsonl#ts", "evolution.jsonl", True),
        ("evolution.jsonl#ts", "a/evolution.jsonl", False),
        ("state/*.json#ts", "state/a.json", True),
        ("state/*.json#ts", "state/a/b.json", False),
        ("**/*.json#ts", "b.json", True),
        ("**/*.json#ts", "a/b/c.json", True),
        ("a/**#ts", "a/b/c.json", True),
        ("{date:%Y-%m-%d}/[ab]?.json#ts", "2026-03-19/a1.json", True),
        ("{date:%Y/%m/%d}.json#ts", "2026/03/19.json", True),
        ("/state.json#ts", "state.json", True),
        ("state.json", "state.json", False),
    ],
)
def test_patterns_choose_the_files(pattern: str, path: str, fits: bool) -> None:
    assert fields_in(path, field_patterns([pattern])) == (("ts",) if fits else ())
