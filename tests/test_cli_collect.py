"""``forensics collect`` as it is called: what it says, what it writes, how it ends; and the report of what it wrote."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forensics.cli import main
from tests.collect.hosts import comparable, make_host
from tests.sources.archive_builders import LINE

NOW = ("--now", "2026-03-20T00:00:00Z")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a host's folder as the working directory, and a home in which nothing is."""
    make_host(tmp_path / "host")
    monkeypatch.chdir(tmp_path / "host")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "host"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def collected(*more: str) -> Result:
    return run("collect", "--config", "f.toml", *NOW, *more)


def test_collect_tells_what_it_wrote_and_how_to_read_it(host: Path):
    outcome = collected()
    first, digest, how = outcome.stdout.splitlines()
    assert first.startswith("evidence.tar.gz: 8 files of 4 sources, ")
    assert digest.startswith("sha256: ")
    assert how == "read it with: forensics report --config evidence.tar.gz --now 2026-03-20T00:00:00Z"
    assert outcome.exit_code == 0


def test_secrets_in_logs_are_warned_of(host: Path):
    assert "logs and messages may hold secrets" in collected().stderr
    assert collected("--quiet", "--output", "b.tar.gz").stderr == ""


def test_report_of_the_archive_is_that_of_the_host(host: Path, tmp_path: Path):
    here = run("report", "--config", "f.toml", *NOW, "--no-ledger", "--format", "json")
    collected("--output", str(tmp_path / "e.tar.gz"))
    shutil.rmtree(host / "logs")
    there = run("report", "--config", str(tmp_path / "e.tar.gz"), *NOW, "--no-ledger", "--format", "json")
    assert there.exit_code == here.exit_code == 1
    assert comparable(json.loads(there.stdout)) == comparable(json.loads(here.stdout))


def test_report_of_an_archive_leaves_this_machines_ledger_alone(host: Path, tmp_path: Path):
    collected("--output", str(tmp_path / "e.tar.gz"))
    run("report", "--config", str(tmp_path / "e.tar.gz"), *NOW)
    assert not (tmp_path / "state").exists()


def test_report_is_not_written_over_the_archive_that_it_is_made_from(host: Path):
    collected("--output", "e.tar.gz")
    os.link("e.tar.gz", "e.json")
    outcome = run("report", "--config", "e.tar.gz", *NOW, "--output", "e.json")
    assert (outcome.exit_code, "evidence is not overwritten" in outcome.stderr) == (2, True)


def test_archive_is_not_written_over(host: Path):
    collected()
    before = Path("evidence.tar.gz").read_bytes()
    outcome = collected()
    assert outcome.exit_code == 2
    assert "--output evidence.tar.gz: there is one already" in outcome.stderr
    assert Path("evidence.tar.gz").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--output", "x.zip"), 2, "--output x.zip: the name of an archive ends in .tar.gz, .tgz, .tar"),
        (("--output", "absent/x.tar.gz"), 4, "its folder is not there - make the folder first"),
        (("--config", "absent.toml"), 2, "absent.toml: the config cannot be opened"),
        (("--since", "tomorrowish"), 2, "--since: "),
        (("--ledger",), 2, "--ledger: there is no ledger at "),
        (("--triggers", "syslog:https://u:hunter2@example.org/x"), 2, "--triggers an address with a secret"),
    ],
)
def test_wrong_input_ends_in_one_line_that_says_what_to_do(
    host: Path, arguments: tuple[str, ...], code: int, message: str
):
    outcome = collected(*arguments)
    assert outcome.exit_code == code
    assert message in outcome.stderr
    assert "hunter2" not in outcome.output
    assert not list(host.glob("*.tar.gz"))


def test_what_could_not_be_read_is_told_and_ends_with_3(host: Path):
    shutil.rmtree("slack")
    outcome = collected()
    assert outcome.exit_code == 3
    assert "nothing is there" in outcome.stderr
    assert Path("evidence.tar.gz").exists()
    assert collected("--output", "b.tar.gz", "--exit-zero").exit_code == 0


def test_paths_that_options_name_are_packed_without_a_config(host: Path):
    assert run("collect", "--triggers", "logs/syslog", "--artifacts", "tree", *NOW).exit_code == 0
    told = json.loads(run("report", "--config", "evidence.tar.gz", *NOW, "--format", "json").stdout)
    assert {source["kind"] for source in told["sources"]} == {"syslog", "bodyfile"}
    assert len(told["runs"]) == 28


def test_since_is_told_again_where_it_is_told_how_to_read(host: Path):
    how = collected("--since", "2026-03-19").stdout.splitlines()[-1]
    assert how.endswith("--config evidence.tar.gz --since 2026-03-19T00:00:00Z --now 2026-03-20T00:00:00Z")


def test_ledger_is_packed_where_it_is_asked_for_and_nothing_else_reads_it(host: Path):
    with sqlite3.connect("mine.db") as ledger:
        ledger.execute("CREATE TABLE notes (at, text)")
    ledger.close()
    Path("f.toml").write_text('ledger = "mine.db"\n' + Path("f.toml").read_text())
    assert collected("--ledger").exit_code == 0
    with tarfile.open("evidence.tar.gz") as archive:
        assert "ledger.db" in archive.getnames()
    assert run("report", "--config", "evidence.tar.gz", *NOW).exit_code == 1


def test_altered_archive_is_said_to_be_altered_in_the_report(host: Path):
    collected("--output", "e.tar")
    content = Path("e.tar").read_bytes()
    assert content.count(b"CMD (/opt/jobs/snap.sh)")
    Path("e.tar").write_bytes(content.replace(b"CMD (/opt/jobs/snap.sh)", b"CMD (/opt/jobs/snip.sh)", 1))
    outcome = run("report", "--config", "e.tar", *NOW)
    assert outcome.exit_code == 3
    assert "was altered after collection" in outcome.stdout


def test_evidence_that_is_remote_by_itself_is_packed_as_it_was_fetched(host: Path):
    import fsspec

    fsspec.filesystem("memory").pipe("/collect-test/logs/syslog", LINE.encode())
    fsspec.filesystem("memory").pipe("/collect-test/tree/a.md", b"12345")
    Path("r.toml").write_text(
        '[[source]]\nkind = "syslog"\npath = "memory://collect-test/logs/*"\n'
        '[[source]]\nkind = "files"\npath = "memory://collect-test/tree"\n'
    )
    assert run("collect", "--config", "r.toml", *NOW).exit_code == 0
    fsspec.filesystem("memory").rm("/collect-test", recursive=True)
    told = json.loads(run("report", "--config", "evidence.tar.gz", *NOW, "--format", "json").stdout)
    assert [source["rows"] for source in told["sources"] if source["rows"]] == [1, 1]
