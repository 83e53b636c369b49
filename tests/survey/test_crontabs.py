from __future__ import annotations

from unittest.mock import patch

import pytest

from forensics.survey.crontab_lines import Table
from forensics.survey.crontabs import crontabs
from forensics.survey.tree import Tree
from tests.survey.builders import SPOOL, machine

LINE = "0 3 * * * /opt/backup.sh\n"
SYSTEM_LINE = "0 3 * * * root /opt/backup.sh\n"


@pytest.mark.parametrize(
    "path",
    [
        "var/spool/cron/crontabs/app",
        "var/spool/cron/app",
        "var/spool/cron/tabs/app",
        "var/cron/tabs/app",
        "etc/crontabs/app",
        "usr/lib/cron/tabs/app",
    ],
)
def test_crontab_of_a_user_is_found_where_its_system_keeps_it(tmp_path, path):
    (job,) = crontabs(machine(tmp_path, {path: LINE})).jobs
    assert (job.users, job.places[0].file) == (("app",), f"/{path}")


def test_crontab_that_two_ways_lead_to_is_read_once(tmp_path):
    machine(tmp_path, {"etc/crontabs/app": LINE, "var/spool/cron/x/y": ""})
    (tmp_path / "var/spool/cron/crontabs").symlink_to("/etc/crontabs")
    assert len(crontabs(Tree(str(tmp_path))).jobs) == 1


@pytest.mark.parametrize("path", ["etc/crontab", "etc/cron.d/backup", "usr/local/etc/cron.d/backup"])
def test_table_of_the_system_has_a_user_column(tmp_path, path):
    (job,) = crontabs(machine(tmp_path, {path: SYSTEM_LINE})).jobs
    assert (job.users, job.command) == (("root",), "/opt/backup.sh")


@pytest.mark.parametrize("name", ["backup.sh", "backup~", "backup.dpkg-old", ".backup.swp"])
def test_name_that_cron_passes_over_is_passed_over_and_told(tmp_path, name):
    found = crontabs(machine(tmp_path, {f"etc/cron.d/{name}": SYSTEM_LINE}))
    assert (found.jobs, found.unused[0].place.file) == ((), f"/etc/cron.d/{name}")


def test_cronie_reads_names_with_dots(tmp_path):
    release = 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'
    found = crontabs(machine(tmp_path, {"etc/cron.d/backup.cron": SYSTEM_LINE, "etc/os-release": release}))
    assert len(found.jobs) == 1


def test_cronie_passes_over_what_packages_left_behind(tmp_path):
    files = {"etc/cron.d/x.rpmnew": SYSTEM_LINE, "etc/cron.d/0hourly": SYSTEM_LINE}
    assert len(crontabs(machine(tmp_path, files)).jobs) == 1


def test_marker_of_an_empty_folder_is_nothing(tmp_path):
    assert crontabs(machine(tmp_path, {"etc/cron.d/.placeholder": "# DO NOT EDIT\n"})).unused == ()


def test_what_is_no_utf_8_stops_nothing(tmp_path):
    (job,) = crontabs(machine(tmp_path, {f"{SPOOL}/app": b"# \xff\xfe\n0 3 * * * /opt/\xfcbung.sh\n"})).jobs
    assert job.schedule == "0 3 * * *"


def barred(path):
    """Return a tree in which a path may not be read; root may read all, so it is only pretended."""

    def refuse(self, asked, original=Tree.names):
        if asked == path:
            raise PermissionError(13, "Permission denied", asked)
        return original(self, asked)

    return patch.object(Tree, "names", refuse)


def test_folder_that_may_not_be_read_is_told_with_what_to_do(tmp_path):
    with barred("/var/spool/cron/crontabs"):
        (found,) = crontabs(Tree(str(tmp_path))).barred
    assert (found.path, "sudo" in found.why) == ("/var/spool/cron/crontabs", True)


def test_own_crontab_is_read_from_cron_where_its_file_is_barred(tmp_path):
    with barred("/var/spool/cron/crontabs"):
        found = crontabs(Tree(str(tmp_path)), Table("crontab -l of app", LINE, "app"))
    assert str(found.jobs[0].places[0]) == "crontab -l of app, line 1"


def test_own_crontab_is_not_read_twice(tmp_path):
    tree = machine(tmp_path, {f"{SPOOL}/app": LINE})
    assert len(crontabs(tree, Table("crontab -l of app", LINE, "app")).jobs) == 1
