"""Which files two jobs claim, and what counts as one shape of path."""

from __future__ import annotations

from forensics.doctor.files import shape_of
from tests.doctor.builders import fired, job, kinds, left, scene

LOG = fired("07:00:01", "/opt/backup")


def test_two_jobs_with_one_pattern_claim_the_same_files(tmp_path):
    text = job(artifacts=["{date:%Y-%m-%d}.json"]) + job("report", "0 9 * * *", artifacts=["{date:%Y-%m-%d}.json"])
    told = scene(tmp_path, text, log=[*LOG, *fired("09:00:01", "/opt/report")], files=left("07:03:00", "{day}.json"))
    assert "shared_files" in kinds(told.checked())


def test_narrower_pattern_beside_a_wide_one_is_meant_so(tmp_path):
    text = job(artifacts=["out/*.json"]) + job("report", "0 9 * * *", artifacts=["out/report-*.json"])
    files = [*left("07:03:00", "out/{day}.json"), *left("09:03:00", "out/report-{day}.json")]
    told = scene(tmp_path, text, log=[*LOG, *fired("09:00:01", "/opt/report")], files=files)
    assert kinds(told.checked()) == []


def test_paths_that_differ_in_what_is_made_up_are_of_one_shape():
    assert shape_of("out/dump-a1b2c3d4.sql") == shape_of("out/dump-99887766.sql")


def test_short_words_with_a_digit_keep_their_letters():
    assert shape_of("web1/x.json") == "web0/x.json"
