"""Which job a stranger is, told by its name and by when it fires; and what is no typo."""

from __future__ import annotations

from tests.doctor.builders import Scene, days, fired, job, kinds, mended, said, scene


def told(found: Scene) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.kind, each.mends[0].lines if each.mends else ()) for each in found.checked().problems]


def test_name_that_only_the_log_spells_otherwise_is_corrected(tmp_path):
    assert told(scene(tmp_path, job("bakcup"), log=fired("07:00:01", "/opt/backup"))) == [
        ("name", ('name = "backup"',))
    ]


def test_job_whose_messages_know_it_gets_the_command(tmp_path):
    found = scene(
        tmp_path, job("bakcup"), log=fired("07:00:01", "/opt/backup --all"), messages=said("07:05:00", "✅ bakcup done")
    )
    assert told(found) == [("command", ('command = "*backup --all"',))]
    assert kinds(found.checked(mended(found.text, *found.checked().problems[0].mends))) == []


def test_sibling_of_a_job_is_no_typo_of_it(tmp_path):
    log = [*fired("07:00:01", "/opt/report-us"), *fired("08:00:01", "/opt/sync")]
    found = scene(tmp_path, job("report-eu") + job("sync", "0 8 * * *"), log=log)
    assert [kind for kind, _ in told(found)] == ["gone", "unconfigured"]


def test_numbered_sibling_is_no_typo_either(tmp_path):
    log = [*fired("07:00:01", "/opt/backup-2"), *fired("08:00:01", "/opt/sync")]
    found = scene(tmp_path, job("backup-1") + job("sync", "0 8 * * *"), log=log)
    assert [kind for kind, _ in told(found)] == ["gone", "unconfigured"]


def test_alike_name_that_fires_at_quite_other_times_is_a_job_of_its_own(tmp_path):
    log = [*fired("15:20:01", "/opt/sync-order"), *fired("08:00:01", "/opt/report")]
    found = scene(tmp_path, job("sink-orders", "0 7 * * *") + job("report", "0 8 * * *"), log=log)
    assert [kind for kind, _ in told(found)] == ["gone", "unconfigured"]


def test_new_name_never_takes_that_of_another_job(tmp_path):
    log = [*fired("07:00:01", "/opt/backup", days(2, 8)), *fired("09:00:01", "/srv/other/backups")]
    found = scene(tmp_path, job() + job("backups", "0 9 * * *", command="*/opt/nothing*"), log=log)
    assert ("name", ('name = "backup"',)) not in told(found)


def test_job_on_another_host_than_the_config_says_is_told_with_its_own(tmp_path):
    found = scene(tmp_path, job(host="web9"), log=fired("07:00:01", "/opt/backup"))
    assert told(found) == [("host", ('host = "web1"',))]


def test_job_of_two_hosts_has_no_wrong_host(tmp_path):
    log = [*fired("07:00:01", "/opt/backup"), *fired("07:00:01", "/opt/backup", host="web2")]
    found = scene(tmp_path, job(host="web1"), log=log)
    assert [kind for kind, _ in told(found)] == ["unconfigured"]
