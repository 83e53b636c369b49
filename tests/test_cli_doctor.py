"""``forensics doctor`` as a person meets it: what is wrong, what to write, and the exit code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from forensics.cli import Commands
from forensics.cli_doctor import doctor
from forensics.cli_doctor_told import covers_text
from forensics.doctor.lint import Mend
from forensics.evidence.intake import SourceRead
from forensics.sources import READERS, Readers
from tests.doctor.builders import Scene, days, fired, job, left, mended, said, scene

pytestmark = pytest.mark.slow

NOW = ("--now", "2026-03-16T00:00:00Z")
LOG = fired("07:00:01", "/opt/backup")


def asked(folder: Path, *words: str, text: str | None = None) -> Result:
    config = folder / "forensics.toml"
    if text is not None:
        config.write_text(text, encoding="utf-8")
    told = ["doctor", "--config", str(config), *NOW, *words]
    return CliRunner().invoke(Commands(commands={"doctor": doctor}), told)


def numbers(told: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def sound(tmp_path: Path) -> Scene:
    return scene(tmp_path, job(artifacts=["{date:%Y-%m-%d}.json"]), log=LOG,
                 files=left("07:03:00", "{day}.json"), messages=said("07:05:00", "✅ backup done"))  # fmt: skip


def wrong(tmp_path: Path) -> Scene:
    return scene(tmp_path, job(schedule="0 9 * * *"), log=LOG)


def test_sound_config_exits_with_0(tmp_path):
    told = asked(tmp_path, text=sound(tmp_path).text)
    assert (told.exit_code, "Nothing to mend" in told.stdout) == (0, True)


def test_something_to_mend_exits_with_1(tmp_path):
    assert asked(tmp_path, text=wrong(tmp_path).text).exit_code == 1


def test_strict_exits_with_2(tmp_path):
    assert asked(tmp_path, "--strict", text=wrong(tmp_path).text).exit_code == 2


def test_strict_has_nothing_against_remarks(tmp_path):
    told = scene(tmp_path, job(), log=LOG)
    assert asked(tmp_path, "--strict", text=told.text).exit_code == 0


def test_strict_refuses_a_schedule_that_cannot_fire(tmp_path):
    told = scene(tmp_path, job(schedule="0 0 31 2 *"), log=[])
    text = told.text.replace("[[job]]", '[[source]]\nkind = "heartbeats"\npath = "beats"\n\n[[job]]')
    (tmp_path / "beats").mkdir()
    (tmp_path / "beats" / "backup.last").write_text("1773558000")
    assert asked(tmp_path, "--strict", text=text).exit_code == 2


def test_source_that_is_missing_exits_with_3(tmp_path):
    text = sound(tmp_path).text
    (tmp_path / "cron.log").unlink()
    assert asked(tmp_path, "--strict", text=text).exit_code == 3


def test_config_that_cannot_be_read_exits_with_2(tmp_path):
    told = asked(tmp_path, text="timezone = 7\n")
    assert (told.exit_code, "timezone" in told.stderr) == (2, True)


def test_kind_that_nobody_reads_is_told_and_the_rest_is_checked(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "forensics.sources.reading.SOURCES", Readers([each for each in READERS if each[0] != "bodyfile"])
    )
    text = wrong(tmp_path).text.replace("[[job]]", '[[source]]\nkind = "bodyfile"\npath = "body"\n\n[[job]]')
    told = asked(tmp_path, "--format", "json", text=text)
    assert [each["kind"] for each in numbers(told)["problems"]] == ["no_reader", "schedule"]
    assert told.exit_code == 2


def test_one_line_for_many_jobs_stands_once(tmp_path):
    names = ("backup", "report", "sync")
    log = [line for hour, name in enumerate(names, 6) for line in fired(f"{hour:02d}:00:01", f"/opt/{name}")]
    text = "".join(job(name, f"0 {hour + 1} * * *", timezone="Europe/Berlin").replace(f"0 {hour + 1} ", f"0 {hour + 9} ")
                   for hour, name in enumerate(names, 6))  # fmt: skip
    told = asked(tmp_path, text=scene(tmp_path, text, log=log).text)
    assert "    Mend: in [[job]] backup, report, sync:\n" in told.stdout


def test_mend_stands_as_it_is_to_be_written(tmp_path):
    told = asked(tmp_path, text=wrong(tmp_path).text)
    assert '    Mend: in [[job]] backup:\n            schedule = "0 7 * * *"\n' in told.stdout


def test_mend_of_the_json_mends(tmp_path):
    text = wrong(tmp_path).text
    (found,) = numbers(asked(tmp_path, "--format", "json", text=text))["problems"]
    told = asked(
        tmp_path, text=mended(text, *(Mend(**{**each, "lines": tuple(each["lines"])}) for each in found["mends"]))
    )
    assert told.exit_code == 0


def test_fourteen_days_are_looked_at(tmp_path):
    told = numbers(asked(tmp_path, "--format", "json", text=sound(tmp_path).text))
    assert told["window"] == {"since": "2026-03-02T00:00:00Z", "until": "2026-03-16T00:00:00Z"}


def test_evidence_that_ended_long_ago_is_looked_at_where_it_ends(tmp_path):
    told = asked(tmp_path, "--format", "json", "--now", "2026-05-01T00:00:00Z", text=sound(tmp_path).text)
    assert numbers(told)["window"]["until"] == "2026-03-16T00:00:00Z"


def test_one_day_is_told_in_the_singular(tmp_path):
    told = asked(tmp_path, "--now", "2026-03-17T06:00:00Z", text=sound(tmp_path).text)
    assert "What was read ends there, 1 day ago." in told.stdout


def test_reach_that_has_no_known_begin_is_up_to_its_end():
    source = SourceRead("tree", "files", ("artifacts",), covers=(None, 1_773_619_200 * 10**9))
    assert covers_text(source, ZoneInfo("UTC")) == "up to 03-16"
    assert covers_text(replace(source, covers=(None, None)), ZoneInfo("UTC")) == "up to now"


def test_window_of_the_options_is_kept(tmp_path):
    told = asked(
        tmp_path, "--format", "json", "--since", "2026-03-10", "--until", "2026-03-12", text=sound(tmp_path).text
    )
    assert numbers(told)["window"] == {"since": "2026-03-10T00:00:00Z", "until": "2026-03-12T00:00:00Z"}


def test_unknown_job_is_refused(tmp_path):
    told = asked(tmp_path, "--job", "bakup", text=sound(tmp_path).text)
    assert (told.exit_code, "did you mean backup?" in told.stderr) == (2, True)


def test_same_evidence_gives_the_same_bytes(tmp_path):
    text = wrong(tmp_path).text
    assert asked(tmp_path, text=text).stdout_bytes == asked(tmp_path, text=text).stdout_bytes


def test_text_fits_a_terminal(tmp_path):
    told = asked(tmp_path, text=wrong(tmp_path).text)
    lines = [line for line in told.stdout.splitlines() if not line.startswith("Night Watch doctor: ")]
    assert max(map(len, lines)) <= 110


def test_lanes_of_each_job_are_told(tmp_path):
    assert (
        "  backup        14       -        14     14  files     14 of 14 runs\n"
        in asked(tmp_path, text=sound(tmp_path).text).stdout
    )


@pytest.mark.parametrize("form", ["text", "json"])
def test_signs_that_steer_a_terminal_are_spelled_out(tmp_path, form):
    log = [*LOG, *fired("08:00:01", "/opt/evil\x1b[31m.sh")]
    told = asked(tmp_path, "--format", form, text=scene(tmp_path, job(), log=log).text)
    assert b"\x1b" not in told.stdout_bytes


@pytest.mark.parametrize("form", ["text", "json"])
def test_secret_in_a_command_is_never_shown(tmp_path, form):
    log = [*LOG, *fired("08:00:01", "/opt/dump --password=s3cr3t-s3cr3t-99 --all")]
    told = asked(tmp_path, "--format", form, text=scene(tmp_path, job(), log=log).text)
    assert "dump" in told.stdout
    assert "s3cr3t-s3cr3t-99" not in told.output


def test_rejected_records_are_shown_with_their_place(tmp_path):
    text = sound(tmp_path).text
    with (tmp_path / "files.jsonl").open("a") as file:
        file.write("rubbish\n")
    assert "  rejected files.jsonl:15: " in asked(tmp_path, text=text).stdout


def test_nothing_is_written(tmp_path):
    text = wrong(tmp_path).text
    asked(tmp_path, text=text)
    before = sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*"))
    asked(tmp_path)
    assert sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")) == before


def test_quiet_says_nothing_on_stderr(tmp_path):
    assert asked(tmp_path, "--quiet", text=wrong(tmp_path).text).stderr == ""


def test_job_that_ended_is_told_without_a_crontab_of_another_machine(tmp_path):
    text = scene(
        tmp_path, job() + job("report", "0 8 * * *"), log=[*LOG[:7], *fired("08:00:01", "/opt/report", days())]
    ).text
    assert "crontabs" not in asked(tmp_path, text=text).stdout
