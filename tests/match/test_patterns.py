"""Path patterns: what fits, and what a path that fits says of its run."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.match.patterns import DAY, compiled, dated_text, found_date, read_back, resolution_of, written
from tests.match.builders import MINUTE, SECOND, at

ZONE = ZoneInfo("UTC")
TOKYO = ZoneInfo("Asia/Tokyo")
HOUR = 60 * MINUTE


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("a/*.json", "a/b.json", True),
        ("a/*.json", "a/b/c.json", False),
        ("a/**/c.json", "a/b/b/c.json", True),
        ("a/**/c.json", "a/c.json", True),
        ("a/**", "a/b/c.json", True),
        ("a/?.json", "a/b.json", True),
        ("a/?.json", "a/bc.json", False),
        ("a/[bc].json", "a/c.json", True),
        ("a/[!bc].json", "a/c.json", False),
        ("a/[!bc].json", "a/d.json", True),
        ("a.json", "axjson", False),
        ("a+(b).json", "a+(b).json", True),
        ("a/{date:%Y-%m-%d}.json", "a/2026-03-19.json", True),
        ("a/{date:%Y-%m-%d}.json", "a/2026-3-19.json", False),
        ("a/{date:%F}.json", "a/2026-03-19.json", True),
        ("a/{date:%Y%m%dT%H%M%S}.json", "a/20260319T070001.json", True),
        ("a/{date:%s}.json", "a/1773903600.json", True),
        ("a/{date:%d %b %Y}.json", "a/19 Mar 2026.json", True),
        ("a/{date:%Y}/{date:%m-%d}.json", "a/2026/03-19.json", True),
        ("a/{date:%Y-%m-%d}", "a/2026-03-19", True),
        ("a/{date:%Y-%m-%d}", "a/2026-03-19/part/1.json", True),
        ("a/{date:%Y-%m-%d}", "a/2026-03-19x", False),
        ("log.jsonl#ts", "log.jsonl#ts", True),
        ("/a/b.json", "a/b.json", True),
    ],
)
def test_path_fits(pattern: str, path: str, fits: bool) -> None:
    assert (compiled(pattern).fitted(path) is not None) == fits


def test_file_in_a_folder_that_fits_is_under_it() -> None:
    found = compiled("a/{date:%Y-%m-%d}").fitted("a/2026-03-19/part/1.json")
    assert found is not None
    assert (found.string[: found.end("base")], found["under"]) == ("a/2026-03-19", "part/1.json")


def test_dates_of_a_path_are_joined() -> None:
    pattern = compiled("a/{date:%Y}/{date:%m-%d}.json")
    found = pattern.fitted("a/2026/03-19.json")
    assert found is not None
    assert (dated_text(found, 2), pattern.date_format) == ("2026|03-19", "%Y|%m-%d")


@pytest.mark.parametrize(
    ("form", "resolution"),
    [
        ("%Y-%m-%d", DAY),
        ("%Y%m%d%H", HOUR),
        ("%H%M", MINUTE),
        ("%H%M%S", SECOND),
        ("%s", SECOND),
        ("%T", SECOND),
        ("%R", MINUTE),
        ("%f", SECOND),
    ],
)
def test_finest_unit_of_a_date_is_known(form: str, resolution: int) -> None:
    assert resolution_of(form) == resolution


@pytest.mark.parametrize(
    ("text", "is_fixed"),
    [("a/latest.json", True), ("a/*.json", False), ("{date:%Y}.json", False), ("a[12].json", False)],
)
def test_pattern_of_one_path_is_fixed(text: str, is_fixed: bool) -> None:
    assert compiled(text).is_fixed == is_fixed


def test_more_literal_pattern_weighs_more() -> None:
    weights = [compiled(text).weight for text in ("*.json", "a/*.json", "a/{date:%Y-%m-%d}.json", "a/2026-03-19.json")]
    assert weights == sorted(weights)
    assert len(set(weights)) == len(weights)


def test_instant_is_written_in_the_jobs_own_zone() -> None:
    assert written("%Y-%m-%d %H:%M", TOKYO, at("23:30")) == "2026-03-20 08:30"


def test_path_is_read_back_in_the_jobs_own_zone() -> None:
    assert read_back("%Y-%m-%d %H:%M", TOKYO, "2026-03-20 08:30") == at("23:30")


@pytest.mark.parametrize("text", ["2026-02-30 07:00", "nonsense"])
def test_what_is_no_date_is_not_read_back(text: str) -> None:
    assert read_back("%Y-%m-%d %H:%M", ZONE, text) is None


def test_time_without_a_year_is_no_instant() -> None:
    assert read_back("%H:%M", ZONE, "07:00") is None


@given(st.integers(at("1999-01-01T00:00") // SECOND, at("2037-01-01T00:00") // SECOND), st.sampled_from([ZONE, TOKYO]))
def test_what_was_written_is_read_back(second: int, zone: ZoneInfo) -> None:
    assert read_back("%Y%m%d-%H%M%S", zone, written("%Y%m%d-%H%M%S", zone, second * SECOND)) == second * SECOND


@given(st.integers(at("2001-01-01T00:00") // SECOND, at("2037-01-01T00:00") // SECOND))
def test_what_was_written_fits_its_pattern(second: int) -> None:
    for form in ("%Y-%m-%d", "%Y/%m/%d/%H%M", "%s", "%y%j", "%A %d %B", "%I%p", "%G-W%V-%u", "%e %b"):
        path = f"a/{written(form, ZONE, second * SECOND)}.json"
        assert compiled(f"a/{{date:{form}}}.json").fitted(path), form


@given(st.text(alphabet="ab/.+(){}^$|\\", min_size=1, max_size=12).filter(lambda text: text.strip("/") == text))
def test_path_without_globs_fits_itself_alone(path: str) -> None:
    assert compiled(path).fitted(path)
    assert not compiled(path).fitted(f"x{path}")


@given(st.text(alphabet="ab*?[]!/-^\\", max_size=14))
def test_any_glob_compiles(text: str) -> None:
    assert isinstance(compiled(text).tail, re.Pattern)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a/run-20260319-0704.log", ("07:04", MINUTE)),
        ("a/2026-03-19T07:04:05.log", ("07:04:05", SECOND)),
        ("a/2026-03-19.log", ("00:00", DAY)),
        ("a/2026-03-18/2026-03-19.log", ("00:00", DAY)),
        ("a/1120260319.log", None),
        ("a/20261319.log", None),
        ("a/20260231.log", None),
        ("a/b.log", None),
    ],
)
def test_date_that_stands_in_a_path_is_found(path: str, found: tuple[str, int] | None) -> None:
    assert found_date(path, ZONE) == (found and (at(found[0]), found[1]))
