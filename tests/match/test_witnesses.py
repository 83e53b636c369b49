"""Which file speaks for which pattern."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forensics.match.witnesses import find_witnesses, homes_of, wanted_patterns
from tests.match.builders import job


def fitted(paths: list[str], *patterns: str) -> dict[str, str]:
    """Return the pattern that each path was given to."""
    wanted = wanted_patterns([job(artifacts=patterns)])
    found = find_witnesses(paths, wanted)
    return {paths[row]: patterns[number] for row, number in zip(found.row.tolist(), found.wanted.tolist(), strict=True)}


def test_file_goes_to_the_most_specific_pattern() -> None:
    patterns = ("out/*.json", "out/daily-*.json", "**")
    assert fitted(["out/daily-1.json", "out/x.json", "y"], *patterns) == {
        "out/daily-1.json": "out/daily-*.json",
        "out/x.json": "out/*.json",
        "y": "**",
    }


def test_file_goes_to_the_most_specific_whatever_the_order() -> None:
    assert fitted(["out/daily-1.json"], "out/daily-*.json", "out/*.json") == {"out/daily-1.json": "out/daily-*.json"}


def test_file_that_fits_nothing_is_left_out() -> None:
    assert fitted(["other/x.json"], "out/*.json") == {}


def test_folders_own_row_is_left_out_where_a_file_lies_under_it() -> None:
    assert list(fitted(["posts/2026-03-19", "posts/2026-03-19/a.md"], "posts/{date:%Y-%m-%d}")) == [
        "posts/2026-03-19/a.md"
    ]


def test_empty_folder_speaks_for_itself() -> None:
    paths = ["posts/2026-03-18", "posts/2026-03-19", "posts/2026-03-19/a.md"]
    assert list(fitted(paths, "posts/{date:%Y-%m-%d}")) == ["posts/2026-03-18", "posts/2026-03-19/a.md"]


def test_patterns_with_the_same_head_each_find_their_own() -> None:
    patterns = ("posts/{date:%Y-%m-%d}-a", "posts/{date:%Y-%m-%d}-b", "posts/{date:%H%M}/c", "posts/{date:%H%M}/d")
    paths = ["posts/2026-03-19-a", "posts/2026-03-19-b", "posts/0730/c", "posts/0730/d/part-1", "posts/2026-03-19-e"]
    assert fitted(paths, *patterns) == dict(zip(paths, patterns, strict=False))


def test_marker_in_a_folder_is_no_file_of_the_folder() -> None:
    jobs = [job(artifacts=("posts/{date:%Y-%m-%d}",), markers=("posts/{date:%Y-%m-%d}/.completed",))]
    wanted = wanted_patterns(jobs)
    found = find_witnesses(["posts/2026-03-19/.completed"], wanted)
    assert [wanted[number].role for number in found.wanted.tolist()] == ["marker"]


def test_role_and_job_of_each_pattern_are_kept() -> None:
    jobs = [job("one", artifacts=("a", "b"), state_files=("c",)), job("two", markers=("d",))]
    assert [(each.number, each.job, each.role) for each in wanted_patterns(jobs)] == [
        (0, 0, "artifact"), (1, 0, "artifact"), (2, 0, "state"), (3, 1, "marker"),
    ]  # fmt: skip


def test_dates_of_a_path_are_told() -> None:
    found = find_witnesses(["a/2026-03-19.json"], wanted_patterns([job(artifacts=("a/{date:%Y-%m-%d}.json",))]))
    assert (found.dated, found.base) == (["2026-03-19"], ["a/2026-03-19.json"])


def test_written_months_are_found_although_they_hold_words() -> None:
    assert list(fitted(["a/19-Mar-2026.json"], "a/{date:%d-%b-%Y}.json")) == ["a/19-Mar-2026.json"]


def test_numbers_in_a_pattern_do_not_matter_to_the_search() -> None:
    assert list(fitted(["app2/v10/2026-03-19.json"], "app2/v10/{date:%Y-%m-%d}.json")) == ["app2/v10/2026-03-19.json"]


def test_no_paths_and_no_patterns_give_nothing() -> None:
    assert fitted([], "a") == {}
    assert fitted(["a"]) == {}


segments = st.sampled_from(["a", "b", "2026-03-19", "x1.json", "20260319"])
paths = st.lists(st.lists(segments, min_size=1, max_size=3).map("/".join), max_size=8, unique=True)
pieces = st.sampled_from(["a", "*", "**", "?", "{date:%Y-%m-%d}", "x1.json", "{date:%Y%m%d}", "[ab]"])
patterns = st.lists(st.lists(pieces, min_size=1, max_size=3).map("/".join), min_size=1, max_size=4, unique=True)


@given(paths, patterns)
def test_search_finds_whatever_fits(given_paths: list[str], given_patterns: list[str]) -> None:
    wanted = wanted_patterns([job(artifacts=tuple(given_patterns))])
    found = find_witnesses(given_paths, wanted)
    fitting = {path for path in given_paths if any(each.pattern.fitted(path) for each in wanted)}
    seen = {given_paths[row] for row in found.row.tolist()}
    assert seen <= fitting
    assert all(any(other.startswith(f"{path}/") for other in seen) for path in fitting - seen)


def test_file_of_another_host_is_no_witness() -> None:
    jobs = [job("a", host="web1", artifacts=("x.json",)), job("a", host="web2.example.org", artifacts=("x.json",))]
    homes = homes_of(["WEB2", "web3", None], jobs)
    found = find_witnesses(["x.json"] * 3, wanted_patterns(jobs), homes)
    assert list(zip(found.row.tolist(), found.wanted.tolist(), strict=True)) == [(0, 1), (2, 0)]


def test_job_of_no_host_takes_the_files_of_any() -> None:
    jobs = [job(artifacts=("x.json",))]
    assert find_witnesses(["x.json"], wanted_patterns(jobs), homes_of(["web9"], jobs)).row.tolist() == [0]
