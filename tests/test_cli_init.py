"""``forensics init`` as a person meets it: the first time, and again when something has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forensics.cli import Commands
from forensics.cli_init import init
from forensics.configfile import read_config
from tests.survey.builders import SPOOL, machine

TABLE = "# Backup DB\n0 3 * * * /opt/backup_db.sh\n30 4 * * * /opt/vacuum.sh\n"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Return a working directory of its own, with a machine in ``host``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORENSICS_CONFIG", raising=False)
    machine(tmp_path / "host", {f"{SPOOL}/app": TABLE, "etc/timezone": "Europe/Berlin\n"})
    return tmp_path


def asked(*words: str) -> Result:
    return CliRunner().invoke(Commands(commands={"init": init}), ["init", "--root", "host", *words])


def names(path: Path) -> list[str]:
    return [job.name for job in read_config(path.read_text(), str(path)).jobs]


def test_config_is_written_with_the_jobs_of_the_machine(folder):
    assert asked().exit_code == 0
    assert names(folder / "forensics.toml") == ["backup_db", "vacuum"]


def test_what_was_found_and_what_comes_next_is_said(folder):
    said = asked().stderr
    assert "2 jobs found" in said
    assert "forensics doctor" in said
    assert "forensics heartbeat units --nightly --crontab" in said


def test_config_is_written_where_it_is_asked_for(folder):
    asked("--config", "mine.toml")
    assert names(folder / "mine.toml") == ["backup_db", "vacuum"]


def test_config_is_written_where_reports_look_for_it(folder, monkeypatch):
    monkeypatch.setenv("FORENSICS_CONFIG", str(folder / "named.toml"))
    asked()
    assert (folder / "named.toml").is_file()


def test_second_time_nothing_differs(folder):
    asked()
    again = asked()
    assert (again.exit_code, again.stdout) == (0, "")
    assert "is as the machine is" in again.stderr


def test_change_is_shown_as_a_diff_and_nothing_is_overwritten(folder):
    asked()
    before = (folder / "forensics.toml").read_bytes()
    (folder / "host" / SPOOL / "app").write_text(TABLE + "0 5 * * * /opt/new.sh\n")
    again = asked()
    assert again.exit_code == 1
    assert '+name = "new"\n' in again.stdout
    assert (folder / "forensics.toml").read_bytes() == before


def test_summary_names_what_is_new_gone_and_moved(folder):
    asked()
    (folder / "host" / SPOOL / "app").write_text("15 3 * * * /opt/backup_db.sh\n0 5 * * * /opt/new.sh\n")
    said = asked().stderr
    assert "1 new on this machine:" in said
    assert "1 in the config, and nowhere on this machine:\nnight-watch:   vacuum" in said
    assert "backup_db: 0 3 * * * here, 15 3 * * * on the machine" in said


def test_draft_alone_is_printed_and_nothing_written(folder):
    shown = asked("--stdout")
    assert len(read_config(shown.stdout, "forensics.toml").jobs) == 2
    assert not (folder / "forensics.toml").exists()


def test_quiet_says_nothing(folder):
    assert asked("--quiet").output == ""


def test_config_that_cannot_be_read_is_told_and_left(folder):
    (folder / "forensics.toml").write_text("nonsense\n")
    assert asked().exit_code == 2
    assert (folder / "forensics.toml").read_text() == "nonsense\n"


def test_root_that_is_none_is_refused(folder):
    refused = CliRunner().invoke(Commands(commands={"init": init}), ["init", "--root", "nowhere"])
    assert refused.exit_code == 2
    assert "no such folder" in refused.stderr


def test_link_that_leads_nowhere_is_not_replaced(folder):
    (folder / "forensics.toml").symlink_to("gone/forensics.toml")
    assert asked().exit_code == 2
    assert (folder / "forensics.toml").is_symlink()


def test_zone_can_be_named(folder):
    asked("--timezone", "Asia/Tokyo")
    assert read_config((folder / "forensics.toml").read_text(), "f").timezone.key == "Asia/Tokyo"


def test_zone_that_is_none_is_refused(folder):
    assert asked("--timezone", "Mars/Olympus").exit_code == 2


def test_evidence_that_is_named_is_in_the_config(folder):
    (folder / "out").mkdir()
    (folder / "out" / "a.txt").write_text("x")
    asked("--artifacts", "files:out")
    (source,) = read_config((folder / "forensics.toml").read_text(), str(folder / "forensics.toml")).sources
    assert (source.kind, source.path) == ("files", str(folder / "out"))


def test_evidence_that_nobody_reads_is_refused(folder):
    assert asked("--artifacts", "nonsense:out").exit_code == 2


def test_machine_without_anything_gets_a_config_that_shows_how(folder):
    (folder / "empty").mkdir()
    made = CliRunner().invoke(Commands(commands={"init": init}), ["init", "--root", "empty"])
    assert made.exit_code == 0
    assert "0 jobs found" in made.stderr
    assert names(folder / "forensics.toml") == []


def test_two_hundred_jobs_of_many_tables_are_all_written(folder):
    for user in range(20):
        lines = "".join(f"{minute} 3 * * * /opt/job{user}-{minute}.sh --all\n" for minute in range(10))
        (folder / "host" / SPOOL / f"user{user}").write_text(lines)
    asked()
    assert len(names(folder / "forensics.toml")) == 202
