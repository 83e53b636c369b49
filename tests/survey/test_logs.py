from __future__ import annotations

import gzip

import pytest

from forensics.survey.logs import sources_at_hand
from tests.survey.builders import machine

CRON = "Mar 19 03:00:01 web1 CRON[101]: (root) CMD (/opt/backup.sh)\n"
OTHER = "Mar 19 03:00:01 web1 sshd[7]: Connection closed\n"


def paths(folder, files):
    found = sources_at_hand(machine(folder, files))
    return [each.config.path.removeprefix(str(folder)) for each in found]


@pytest.mark.parametrize("name", ["syslog", "cron", "cron.log", "messages"])
def test_log_with_lines_of_cron_is_a_source(tmp_path, name):
    assert paths(tmp_path, {f"var/log/{name}": OTHER + CRON}) == [f"/var/log/{name}*"]


def test_log_without_lines_of_cron_is_none(tmp_path):
    assert paths(tmp_path, {"var/log/messages": OTHER * 20}) == []


def test_line_of_cron_far_down_is_found(tmp_path):
    assert paths(tmp_path, {"var/log/syslog": OTHER * 60_000 + CRON}) == ["/var/log/syslog*"]


def test_rotated_part_alone_makes_a_source(tmp_path):
    assert paths(tmp_path, {"var/log/syslog": "", "var/log/syslog.2.gz": gzip.compress(CRON.encode())}) == [
        "/var/log/syslog*"
    ]


def test_other_files_of_such_a_name_are_not_read_along(tmp_path):
    files = {"var/log/cron": CRON, "var/log/cron-apt.txt": "nothing"}
    assert paths(tmp_path, files) == ["/var/log/cron"]


def test_what_only_looks_like_a_log_is_none(tmp_path):
    assert paths(tmp_path, {"var/log/cron.log": "CMD (/opt/backup.sh)\n" * 5}) == []
