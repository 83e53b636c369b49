"""The lanes of each job: what shows it, and what could prove it."""

from __future__ import annotations

from tests.doctor.builders import fired, job, left, said, scene

LOG = fired("07:00:01", "/opt/backup")


def lane(told, name="backup"):
    return next(each for each in told.checked().lanes if each.job == name)


def test_counts_stand_lane_by_lane(tmp_path):
    told = scene(tmp_path, job(artifacts=["{date:%Y-%m-%d}.json"]), log=LOG,
                 files=left("07:03:00", "{day}.json"), messages=said("07:05:00", "✅ backup done"))  # fmt: skip
    found = lane(told)
    assert (found.triggers, found.messages, found.files, found.runner) == (14, 14, 14, None)


def test_job_with_files_can_be_proven(tmp_path):
    told = scene(tmp_path, job(artifacts=["{date:%Y-%m-%d}.json"]), log=LOG, files=left("07:03:00", "{day}.json"))
    assert (lane(told).proof, lane(told).provable, lane(told).runs) == ("files", 14, 14)


def test_job_that_declares_nothing_can_never_be_proven(tmp_path):
    told = scene(tmp_path, job(), log=LOG)
    assert (lane(told).proof, lane(told).provable) == ("nothing", 0)
    assert [each.jobs for each in told.checked().remarks if each.kind == "unprovable"] == [("backup",)]


def test_lane_without_a_source_is_not_a_lane_without_rows(tmp_path):
    told = scene(tmp_path, job(), log=LOG)
    assert lane(told).messages is None


def test_lane_that_read_and_found_nothing_counts_zero(tmp_path):
    text = job(reports="never") + job("report", "0 9 * * *")
    log = [*LOG, *fired("09:00:01", "/opt/report")]
    assert lane(scene(tmp_path, text, log=log, messages=said("09:05:00", "✅ report done"))).messages == 0


def test_artifacts_that_no_source_could_show_prove_nothing(tmp_path):
    assert lane(scene(tmp_path, job(artifacts=["{date:%Y-%m-%d}.json"]), log=LOG)).proof == "nothing"
