from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from forensics.survey.commands import as_logged, folder_of, glob_of, hidden, wished_name
from tests.secrets_corpus import SECRETS


@pytest.mark.parametrize(
    "command",
    [
        "/opt/backup.sh --all",
        "test -x /usr/sbin/x && [ -d /srv ] || /opt/x.sh *.log?",
        r"tar czf /b/$(date +\%F)[1].tgz /srv",
        "mail -s done ops%It is done.%Bye.",
        "/opt/übung.sh",
        "cd /srv && (run a; run b)",
        "printf '\t' | /opt/x.sh",
        "echo 'a)' | x )",
    ],
)
def test_glob_fits_the_command_as_cron_logs_it(command):
    logged = as_logged(command).replace("\t", "^I").replace("ü", r"\303\274")
    logged = logged.rstrip(") ") if logged.count(")") > logged.count("(") else logged
    assert fnmatchcase(logged, glob_of(command))


def test_glob_fits_a_log_that_keeps_the_escaped_sign():
    assert fnmatchcase(r"/opt/x.sh $(date +\%F)", glob_of(r"/opt/x.sh $(date +\%F)"))


def test_signs_of_a_glob_in_a_command_mean_themselves():
    assert not fnmatchcase("/opt/x.sh everything", glob_of("/opt/x.sh *"))


def test_glob_of_a_command_fits_no_longer_one():
    assert not fnmatchcase("/opt/backup.sh --all", glob_of("/opt/backup.sh"))


def test_long_command_is_cut_where_a_log_would():
    assert fnmatchcase("/opt/x.sh " + "a" * 950, glob_of("/opt/x.sh " + "a" * 3_000))


def test_glob_that_is_cut_ends_in_no_half_bracket():
    assert all(fnmatchcase("x" * n + "?" * 2_000, glob_of("x" * n + "?" * 2_000)) for n in range(4))


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_no_known_secret_is_in_a_glob(text, secret):
    assert secret not in glob_of(f"/opt/x.sh '{text}'".replace("\n", " "))


@pytest.mark.parametrize(
    "command",
    [
        "mysqldump -u root -phunter2 orders | gzip > /b/o.gz",
        "sshpass -p hunter2 rsync -a /a host:/b",
        "curl -s -u bob:hunter2 https://example.org/ping",
        "smbclient -U bob%hunter2 //nas/share",
        "PGPASSWORD=hunter2 pg_dump orders",
        "openssl enc -k hunter2 -in a",
        "redis-cli -a hunter2 save",
        "/opt/sync --password hunter2",
    ],
)
def test_secret_that_only_its_program_gives_away_is_hidden(command):
    assert "hunter2" not in hidden(command) + glob_of(command) + wished_name(command)


def test_glob_with_a_hidden_secret_fits_the_whole_command():
    command = "mysqldump -u root -phunter2 orders"
    assert fnmatchcase(command, glob_of(command))


def test_hiding_a_short_secret_leaves_the_rest_as_it_was():
    assert glob_of("mysqldump -u alpha -pa orders") == "mysqldump -u alpha -p* orders"


def test_folder_of_scripts_gives_the_name():
    line = "test -x /usr/sbin/anacron || ( cd / && run-parts --report /etc/cron.daily )"
    assert (wished_name(line), folder_of(line)) == ("run-parts-cron.daily", "/etc/cron.daily")


def test_carriage_return_behind_blanks_is_met_by_the_glob_with_and_without_it():
    glob = glob_of("/opt/x.sh  \r")
    assert fnmatchcase("/opt/x.sh", glob)
    assert fnmatchcase("/opt/x.sh  ^M", glob)


def test_no_mask_is_part_of_a_name():
    assert "REDACTED" not in wished_name("/opt/x password=abc123 password=abc123 y")
