"""Sources that are missing, stale, read twice, or of another kind than the config says."""

from __future__ import annotations

from tests.doctor.builders import LOG, days, fired, job, kinds, left, said, scene


def test_source_that_is_missing_is_told_first(tmp_path):
    told = scene(tmp_path, job(), log=fired("07:00:01", "/opt/backup"))
    (tmp_path / "cron.log").unlink()
    assert kinds(told.checked())[0] == "source"


def test_file_that_two_sources_read_is_named(tmp_path):
    told = scene(tmp_path, job(), log=fired("07:00:01", "/opt/backup"))
    assert "doubled" in kinds(told.checked(told.text + LOG))


def test_many_records_that_cannot_be_read_are_told_with_their_reasons(tmp_path):
    told = scene(tmp_path, job(), log=fired("07:00:01", "/opt/backup"), files=left("07:01:00", "{day}.json"))
    with (tmp_path / "files.jsonl").open("a") as file:
        file.write("rubbish\n" * 6)
    found = next(each for each in told.checked().problems if each.kind == "rejects")
    assert found.observed[0].startswith("6 times: ")


def test_log_that_ended_days_before_the_others_is_stale(tmp_path):
    told = scene(
        tmp_path,
        job(),
        log=fired("07:00:01", "/opt/backup", days(2, 6)),
        messages=said("07:05:00", "✅ backup completed"),
    )
    bare = told.text.replace(LOG, LOG.replace(LOG.split("\n")[3] + "\n", ""))
    assert "stale" in kinds(told.checked(bare))


def test_orphans_are_a_remark(tmp_path):
    told = scene(
        tmp_path,
        job(),
        log=fired("07:00:01", "/opt/backup"),
        messages=[*said("07:05:00", "✅ backup completed"), *said("12:00:00", "lunch?")],
    )
    found = told.checked()
    assert (kinds(found), [each.kind for each in found.remarks][:1]) == ([], ["orphans"])
