"""The first page of an archive: every job night by night, out of the JSON files alone."""

from __future__ import annotations

import json

import pytest

from forensics.report import archive_history
from forensics.report.archive import write_archive
from forensics.report.archive_history import history
from forensics.report.archive_index import index_html
from tests.report.builders import blocker, result, run
from tests.report.page_parser import read_page

pytestmark = pytest.mark.slow


def kept(folder, day, *runs, **values):
    date = f"2026-03-{day:02d}"
    made = result(runs, since=f"{date} 00:00", until=f"{date} 23:59", now="2026-04-01 00:00", **values)
    assert write_archive(made, folder) == []


def page_of(folder):
    return read_page(index_html(folder))


def test_each_job_has_a_box_for_each_night(tmp_path):
    kept(tmp_path, 17, run("a"), run("b"))
    kept(tmp_path, 18, run("a", "failed"))
    kept(tmp_path, 19, run("a", "failed"), run("b", "missed"))
    table = page_of(tmp_path).tables[0]
    assert [cell.strip() for cell in table[0]] == [
        "Job",
        "03-17",
        "03-18",
        "03-19",
        "Work proven",
        "Confirmed",
        "As now since",
    ]
    found = {row[0].split()[0]: [cell.strip() for cell in row[1:]] for row in table[1:]}
    assert found["a"] == ["✓✓", "✗✗", "✗✗", "1 of 3 (33.3 %)", "1 of 3 (33.3 %)", "2026-03-18"]
    assert found["b"] == ["✓✓", "", "∅-", "1 of 2 (50.0 %)", "1 of 2 (50.0 %)", ""]


def test_worst_job_of_the_newest_night_comes_first(tmp_path):
    kept(tmp_path, 18, run("a", "missed"), run("b"), run("c"))
    kept(tmp_path, 19, run("a"), run("b", "failed"), run("c", "false_alarm"))
    assert [row[0][0] for row in page_of(tmp_path).tables[0][1:]] == ["b", "c", "a"]


def test_several_runs_of_a_night_are_one_box_with_the_worst_and_how_many(tmp_path):
    kept(tmp_path, 19, run("a"), run("a", "failed", "08:00"), run("a", "failed", "09:00"))
    assert page_of(tmp_path).tables[0][1][1].split() == ["✗✗", "2/3"]


def test_several_runs_that_came_to_the_same_are_counted_once(tmp_path):
    kept(tmp_path, 19, run("a"), run("a", due="08:00"))
    assert page_of(tmp_path).tables[0][1][1].split() == ["✓✓", "×2"]


def test_nights_are_listed_newest_first_with_links_to_their_files(tmp_path):
    kept(tmp_path, 18, run())
    kept(tmp_path, 19, run(verdict="failed"), blockers=[blocker(), blocker("b")])
    page = page_of(tmp_path)
    lines = page.tables[1][1:]
    assert [line[:3] for line in lines] == [["2026-03-19", "2", "1"], ["2026-03-18", "0", "1"]]
    links = {each["href"] for each in page.all("a")}
    assert {f"2026-03-1{day}{form}" for day in (8, 9) for form in (".html", ".md", ".json")} <= links
    assert all((tmp_path / link).exists() for link in links if not link.startswith("#"))


def test_night_from_before_there_were_pages_leads_to_its_markdown(tmp_path):
    kept(tmp_path, 19, run())
    (tmp_path / "2026-03-19.html").unlink()
    links = [each["href"] for each in page_of(tmp_path).all("a")]
    assert "2026-03-19.md" in links
    assert "2026-03-19.html" not in links


def test_of_like_jobs_the_one_that_is_longest_so_comes_first(tmp_path):
    kept(tmp_path, 17, run("a"), run("b", "failed"), run("c", "failed"))
    kept(tmp_path, 18, run("a", "failed"), run("b", "failed"), run("c"))
    kept(tmp_path, 19, run("a", "failed"), run("b", "failed"), run("c", "failed"))
    assert [row[0][0] for row in page_of(tmp_path).tables[0][1:]] == ["b", "a", "c"]


def test_answer_names_the_blockers_of_the_newest_night(tmp_path):
    many = [blocker(f"j{number}", "silent_failure") for number in range(4)]
    kept(tmp_path, 19, run(), blockers=[blocker(None, "reporting"), *many, blocker("last")])
    assert (
        "6 blockers The messages cannot be believed. Silent failure: j0, j1, j2, j3. Failed: last."
        in page_of(tmp_path).text
    )


def test_answer_says_since_when_all_jobs_of_a_kind_are_so(tmp_path):
    kept(tmp_path, 17, run("a"), run("b"))
    for day in (18, 19):
        kept(tmp_path, day, run("a", "failed"), run("b", "failed"), blockers=[blocker("a"), blocker("b")])
    assert "Failed, since 2026-03-18: a, b." in page_of(tmp_path).text


def test_job_that_was_always_so_is_so_since_then_or_earlier(tmp_path):
    for day in (18, 19):
        kept(tmp_path, day, run("a", "failed"))
    assert page_of(tmp_path).tables[0][1][-1] == "2026-03-18 or earlier"


def test_work_is_proven_whatever_was_said_of_it(tmp_path):
    kept(tmp_path, 18, run("a", "false_alarm"))
    kept(tmp_path, 19, run("a", "unreported"))
    assert page_of(tmp_path).tables[0][1][3:5] == ["2 of 2 (100 %)", "0 of 2 (0 %)"]


@pytest.mark.parametrize(("kind", "level"), [("silent_failure", "caution"), ("failed", "warning")])
def test_answer_is_as_loud_as_the_newest_report(tmp_path, kind, level):
    kept(tmp_path, 19, run(verdict=kind), blockers=[blocker("a", kind)])
    assert [each["class"] for each in page_of(tmp_path).all("div") if "answer" in each.get("class", "")] == [
        f"answer {level}"
    ]


def test_nights_of_more_than_a_fortnight_ago_are_folded(tmp_path):
    for day in range(1, 17):
        kept(tmp_path, day, run("a"))
    page = page_of(tmp_path)
    assert "2 earlier nights" in page.text
    assert [len(table) - 1 for table in page.tables[1:]] == [14, 2]
    assert [row[0] for row in page.tables[2][1:]] == ["2026-03-02", "2026-03-01"]


def test_answer_is_that_of_the_newest_night(tmp_path):
    kept(tmp_path, 18, run(verdict="failed"), blockers=[blocker()])
    assert "2026-03-18: 1 blocker" in page_of(tmp_path).text
    kept(tmp_path, 19, run())
    assert "2026-03-19: nothing needs you" in page_of(tmp_path).text


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"runs": 1}', b"[" * 100_000, b"\xff", b'{"runs": [{"job": "a", "host": null}]}']
)
def test_damaged_night_is_listed_and_stops_nothing(tmp_path, content):
    kept(tmp_path, 18, run("a"))
    (tmp_path / "2026-03-19.json").write_bytes(content)
    page = page_of(tmp_path)
    assert [line[0] for line in page.tables[1][1:]] == ["2026-03-19", "2026-03-18"]
    assert "not read" in page.text
    assert "the report cannot be read" in page.text


def test_verdict_that_nobody_knows_makes_a_night_unreadable(tmp_path):
    kept(tmp_path, 19, run("a"))
    told = json.loads((tmp_path / "2026-03-19.json").read_bytes())
    told["runs"][0]["verdict"] = "splendid"
    (tmp_path / "2026-03-19.json").write_text(json.dumps(told))
    assert "splendid" not in page_of(tmp_path).text


def test_archive_of_nothing_says_so(tmp_path):
    assert "No night is in this archive yet." in page_of(tmp_path).text
    assert page_of(tmp_path / "none").faults == []


def test_only_the_newest_nights_are_shown_and_the_others_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(archive_history, "MOST_NIGHTS", 2)
    for day in (16, 17, 18, 19):
        kept(tmp_path, day, run("a"))
    page = page_of(tmp_path)
    assert [line[0] for line in page.tables[1][1:]] == ["2026-03-19", "2026-03-18"]
    assert "2 older ones are in the folder" in page.text


def test_no_more_is_read_than_there_is_time_for(tmp_path, monkeypatch):
    for day in (17, 18, 19):
        kept(tmp_path, day, run("a"))
    size = (tmp_path / "2026-03-19.json").stat().st_size
    monkeypatch.setattr(archive_history, "MOST_BYTES", 2 * size + 9)
    nights, _ = history(tmp_path)
    assert [(night.name, night.is_read) for night in nights] == [
        ("2026-03-17", False),
        ("2026-03-18", True),
        ("2026-03-19", True),
    ]


def test_many_jobs_that_were_always_confirmed_are_one_row(tmp_path):
    kept(tmp_path, 19, *(run(f"j{number}") for number in range(70)), run("bad", "failed"))
    table = page_of(tmp_path).tables[0]
    assert [row[0].split(",")[0].split(" 0 of")[0] for row in table[1:]] == ["bad", "70 jobs"]
    assert table[2][1].split() == ["✓✓", "×70"]


def test_night_of_which_nothing_could_be_checked_is_not_called_calm(tmp_path):
    kept(tmp_path, 18, run("a"))
    kept(tmp_path, 19, run("a", "unverifiable"))
    assert "2026-03-19: nothing could be checked" in page_of(tmp_path).text


def test_night_of_which_little_could_be_checked_says_how_little(tmp_path):
    kept(tmp_path, 19, run("a"), run("b", "unverifiable"), run("c", "unverifiable"))
    assert "2026-03-19: 2 of 3 runs could not be checked" in page_of(tmp_path).text


@pytest.mark.parametrize("name", ["<b>x</b>", "a&amp;b", "\x1b[31m", 'x" onclick="y', "日本語", "`x`", "x" * 300])
def test_hostile_name_brings_no_element_and_is_written_out_once(tmp_path, name):
    kept(tmp_path, 19, run(name, "failed"))
    page = page_of(tmp_path)
    assert page.faults == []
    assert "Names written out (1)" in page.text


def test_first_page_holds_known_elements_only(tmp_path):
    kept(tmp_path, 18, run("a"))
    kept(tmp_path, 19, run("a", "failed", host="h"), blockers=[blocker()])
    assert page_of(tmp_path).faults == []


def test_same_archive_gives_the_same_bytes(tmp_path):
    kept(tmp_path, 19, run("a"), run("b", "failed"), run("c", "missed"))
    assert index_html(tmp_path) == index_html(tmp_path)
    assert (tmp_path / "index.html").read_bytes() == index_html(tmp_path)
