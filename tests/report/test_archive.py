"""An archive of reports: three files a night, replaced as a whole, and the newest under a name that stays."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest

from forensics.report.archive import write_archive
from forensics.report.archive_nights import night_name, nights
from forensics.report.html import report_html
from forensics.report.machine import report_json
from forensics.report.markdown import report_markdown
from tests.report.builders import result, run

NIGHT = "2026-03-19"


def night(date=NIGHT, until=None, runs=(), **values):
    made = result(
        runs or [run()], since=f"{date} 00:00", until=until or f"{date} 23:59", now="2026-04-01 00:00", **values
    )
    return replace(made, inputs=date.replace("-", "") * 8)


def names(folder):
    return sorted(each.name for each in folder.iterdir())


KEPT = [f"{name}{suffix}" for name in (NIGHT, "latest") for suffix in (".html", ".json", ".md")]


def test_night_is_kept_in_three_forms_and_as_the_latest_beside_a_first_page(tmp_path):
    made = night()
    assert write_archive(made, tmp_path) == []
    assert names(tmp_path) == sorted([*KEPT, "index.html"])
    for name in (NIGHT, "latest"):
        assert (tmp_path / f"{name}.md").read_text() == report_markdown(made)
        assert (tmp_path / f"{name}.json").read_bytes() == report_json(made)
        assert (tmp_path / f"{name}.html").read_bytes() == report_html(made)


def test_latest_is_a_file_that_any_server_shows(tmp_path):
    write_archive(night(), tmp_path)
    assert not any(each.is_symlink() for each in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("since", "until", "zone", "name"),
    [
        ("2026-03-19 00:00", "2026-03-20 00:00", "UTC", "2026-03-19"),
        ("2026-03-18 15:00", "2026-03-19 15:00", "Asia/Tokyo", "2026-03-19"),
        ("2026-03-01 00:00", "2026-03-15 00:00", "UTC", "2026-03-01..2026-03-14"),
    ],
)
def test_name_is_the_date_of_the_title(since, until, zone, name):
    made = result(since=since, until=until, now=until, zone=zone)
    assert night_name(made.window, made.config.timezone) == name
    assert report_markdown(made).startswith(f"# Night Watch — {name.replace('..', ' to ')}\n")


def test_second_report_of_a_night_takes_the_place_of_the_first(tmp_path):
    write_archive(night(runs=[run()]), tmp_path)
    write_archive(night(runs=[run(), run("b", "missed")]), tmp_path)
    assert len(names(tmp_path)) == 7
    for name in (NIGHT, "latest"):
        assert json.loads((tmp_path / f"{name}.json").read_bytes())["summary"]["runs"] == 2


def test_old_night_made_again_is_not_the_latest(tmp_path):
    write_archive(night("2026-03-19"), tmp_path)
    write_archive(night("2026-03-12"), tmp_path)
    assert "2026-03-12.md" in names(tmp_path)
    assert (tmp_path / "latest.md").read_text().startswith("# Night Watch — 2026-03-19\n")


def test_range_is_as_new_as_its_last_day(tmp_path):
    write_archive(night("2026-03-10"), tmp_path)
    write_archive(night("2026-03-01", until="2026-03-15 00:00"), tmp_path)
    write_archive(night("2026-03-12"), tmp_path)
    assert (tmp_path / "latest.md").read_text().startswith("# Night Watch — 2026-03-01 to 2026-03-14\n")


def test_file_of_another_name_is_no_night(tmp_path):
    for name in ("2026-03-19.json", "9999-99-99.txt", "zzz.json", "2026-03-19.json.bak", ".2026-03-20.json.1.tmp"):
        (tmp_path / name).touch()
    assert nights(tmp_path) == ["2026-03-19"]


def test_folder_is_made(tmp_path):
    assert write_archive(night(), tmp_path / "made") == []
    assert len(names(tmp_path / "made")) == 7


def test_folder_around_it_is_not_made(tmp_path):
    (trouble,) = write_archive(night(), tmp_path / "not" / "mounted")
    assert "not/mounted could not be made - the folder around it is not there" in trouble
    assert names(tmp_path) == []


def test_file_in_its_place_is_a_trouble(tmp_path):
    (tmp_path / "file").write_text("mine")
    (trouble,) = write_archive(night(), tmp_path / "file")
    assert "file could not be made" in trouble
    assert (tmp_path / "file").read_text() == "mine"


def test_what_cannot_be_written_stops_nothing_else(tmp_path):
    (tmp_path / f"{NIGHT}.json").mkdir()
    (trouble,) = write_archive(night(), tmp_path)
    assert f"{NIGHT}.json could not be written" in trouble
    assert {f"{NIGHT}.md", "latest.md", "latest.json"} < set(names(tmp_path))


def test_reader_sees_the_old_report_or_the_new_one(tmp_path, monkeypatch):
    write_archive(night(), tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}

    def cut_off(*_args, **_values):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", cut_off)
    troubles = write_archive(night(runs=[run(), run("b", "missed")]), tmp_path)
    assert len(troubles) == 7
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


def test_link_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_text("mine")
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "latest.md").symlink_to(tmp_path / "elsewhere")
    assert write_archive(night(), folder) == []
    assert (tmp_path / "elsewhere").read_text() == "mine"


def test_folder_that_cannot_be_listed_has_no_nights(tmp_path):
    assert nights(tmp_path / "none") == []
