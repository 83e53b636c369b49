"""Jobs that messages spell otherwise, or never name."""

from __future__ import annotations

from tests.doctor.builders import Scene, fired, job, kinds, mended, said, scene


def told(found: Scene) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.kind, each.mends[0].lines if each.mends else ()) for each in found.checked().problems]


def test_messages_that_spell_it_otherwise_become_an_alias(tmp_path):
    found = scene(tmp_path, job(), log=fired("07:00:01", "/opt/backup"), messages=said("07:05:00", "✅ bakcup done"))
    assert told(found) == [("name", ('aliases = ["bakcup"]',))]
    assert kinds(found.checked(mended(found.text, *found.checked().problems[0].mends))) == []


def test_name_that_stands_nowhere_beside_a_good_alias_is_corrected(tmp_path):
    text = job("bakcup", aliases=["backup"], command="*backup")
    found = scene(tmp_path, text, log=fired("07:00:01", "/opt/backup"), messages=said("07:05:00", "✅ backup done"))
    assert told(found) == [("name", ('name = "backup"',))]


def test_job_of_which_no_message_speaks_is_named(tmp_path):
    log = [*fired("07:00:01", "/opt/backup"), *fired("08:00:01", "/opt/report")]
    found = scene(tmp_path, job() + job("report", "0 8 * * *"), log=log, messages=said("08:05:00", "✅ report done"))
    assert told(found) == [("reports", ('reports = "never"',))]
    assert kinds(found.checked(mended(found.text, *found.checked().problems[0].mends))) == []


def test_job_that_reports_failures_alone_may_be_silent(tmp_path):
    log = [*fired("07:00:01", "/opt/backup"), *fired("08:00:01", "/opt/report")]
    text = job(reports="on-failure") + job("report", "0 8 * * *")
    assert told(scene(tmp_path, text, log=log, messages=said("08:05:00", "✅ report done"))) == []
