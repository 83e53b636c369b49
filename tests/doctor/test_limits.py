"""Sizes, durations, aliases and heartbeats that do not fit what jobs leave."""

from __future__ import annotations

import json

from tests.doctor.builders import Scene, fired, job, kinds, left, mended, said, scene

LOG = fired("07:00:01", "/opt/backup")
DAILY = ["{date:%Y-%m-%d}.json"]


def test_least_size_that_no_file_reaches_is_named_and_the_mend_ends_it(tmp_path):
    told = scene(tmp_path, job(artifacts=DAILY, min_size=5000), log=LOG, files=left("07:03:00", "{day}.json", size=900))
    (found,) = told.checked().problems
    assert (found.kind, found.mends[0].lines) == ("min_size", ("min_size = 450",))
    assert kinds(told.checked(mended(told.text, *found.mends))) == []


def test_size_that_some_files_reach_is_left_alone(tmp_path):
    files = left("07:03:00", "{day}.json", size=900)
    files[3] = files[3].replace("900", "9000")
    assert kinds(scene(tmp_path, job(artifacts=DAILY, min_size=5000), log=LOG, files=files).checked()) == []


def test_duration_that_files_often_exceed_is_named_and_the_mend_ends_it(tmp_path):
    told = scene(tmp_path, job(artifacts=DAILY, max_duration="5m"), log=LOG, files=left("07:20:01", "{day}.json"))
    (found,) = told.checked().problems
    assert (found.kind, found.mends[0].lines) == ("max_duration", ('max_duration = "25m"',))
    assert kinds(told.checked(mended(told.text, *found.mends))) == []


def test_files_that_come_after_their_own_message_show_a_clock_and_no_duration(tmp_path):
    told = scene(tmp_path, job(artifacts=DAILY, max_duration="5m"), log=LOG, files=left("07:20:01", "{day}.json"),
                 messages=said("07:03:00", "✅ backup done"))  # fmt: skip
    assert "max_duration" not in kinds(told.checked())


def test_limit_of_a_few_seconds_without_a_unit_is_a_remark(tmp_path):
    told = scene(tmp_path, job(artifacts=DAILY, max_duration=5), log=LOG).checked()
    (found,) = [each for each in told.remarks if each.kind == "max_duration"]
    assert found.text == "backup: max_duration is 5 s, and no file of it comes so soon."
    assert found.todo == 'If minutes were meant, write max_duration = "5m".'


def test_limit_of_a_few_seconds_that_files_keep_is_left_alone(tmp_path):
    files = left("07:00:04", "{day}.json")
    told = scene(tmp_path, job(artifacts=DAILY, max_duration=5), log=LOG, files=files).checked()
    assert "max_duration" not in kinds(told) + [each.kind for each in told.remarks]


def test_limit_that_files_often_exceed_is_named_once(tmp_path):
    files = left("07:20:01", "{day}.json")
    told = scene(tmp_path, job(artifacts=DAILY, max_duration=5), log=LOG, files=files).checked()
    assert [each.kind for each in (*told.problems, *told.remarks)].count("max_duration") == 1


def test_alias_that_nothing_uses_is_a_remark(tmp_path):
    told = scene(tmp_path, job(aliases=["db-dump"]), log=LOG).checked()
    assert [each.detail["aliases"] for each in told.remarks if each.kind == "alias"] == [["db-dump (backup)"]]


def test_alias_that_is_the_commands_own_name_is_no_remark(tmp_path):
    told = scene(tmp_path, job(aliases=["backup-nightly"], command="/opt/backup.sh nightly"), log=LOG).checked()
    assert "alias" not in [each.kind for each in told.remarks]


def test_alias_in_any_spelling_is_used(tmp_path):
    told = scene(tmp_path, job(aliases=["db-dump"]), log=LOG, messages=said("07:03:00", "✅ DB Dump done")).checked()
    assert "alias" not in [each.kind for each in told.remarks]


def beats(tmp_path, name: str) -> Scene:
    told = scene(tmp_path, job(), log=LOG)
    (tmp_path / "beats").mkdir()
    beat = {"job": name, "timestamp": 1773558000, "interval_seconds": 86400}
    (tmp_path / "beats" / f"{name}.last").write_text(json.dumps(beat))
    return Scene(tmp_path, f'{told.text}\n[heartbeats]\ndirs = ["beats"]\n')


def test_heartbeat_under_a_misspelled_name_is_named_and_the_mend_ends_it(tmp_path):
    told = beats(tmp_path, "bakcup")
    (found,) = told.checked().problems
    assert found.mends[0].lines == ('aliases = ["bakcup"]',)
    assert kinds(told.checked(mended(told.text, *found.mends))) == []


def test_job_that_never_wrote_a_heartbeat_is_a_remark(tmp_path):
    assert "heartbeat" in [each.kind for each in beats(tmp_path, "quite-another").checked().remarks]
