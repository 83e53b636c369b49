"""Each upgrade and each restart of an OpenClaw is told once, at its first sign."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from forensics.evidence.records import FileRead
from forensics.sources.base import ReadOptions
from forensics.sources.openclaw import OpenClaw
from tests.sources.openclaw_host import Host, iso, job, ms, put, write_lines

NOW = ms("2026-03-12 00:00") * 10**6
DUE = ms("2026-03-10 02:00")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
OLD, NEW = "gateway-cli-Ab3dE9xQ.js", "gateway-cli-Zz9yX8wV.js"

Told = list[tuple[str, str, int]]


def happened(path: Path) -> Told:
    """Return what happened as (kind, name, minutes after the slot)."""
    read = OpenClaw().read(path, ReadOptions(now=NOW))
    found = [each for account in read if isinstance(account, FileRead) for each in account.happenings]
    return [
        (each.kind, each.name.removeprefix("OpenClaw "), (each.at // 10**6 - DUE) // MINUTE)
        for each in sorted(found, key=lambda each: (each.at, each.kind, each.name))
    ]


def upgrades(path: Path) -> list[tuple[str, int]]:
    return [(name, at) for kind, name, at in happened(path) if kind == "upgrade"]


def usual() -> Host:
    return Host().add(job("export"))


def settings(path: Path, version: str, at: int, name: str = "openclaw.json") -> None:
    put(path / name, {"meta": {"lastTouchedVersion": version, "lastTouchedAt": iso(at)}})


def boots(path: Path, *starts: int) -> None:
    table(path, "gateway_boot_lifecycle", *({"boot_id": str(at), "started_at_ms": at} for at in starts))


def table(path: Path, name: str, *rows: dict[str, Any]) -> None:
    """Write a table of the shared database."""
    (path / "state").mkdir(exist_ok=True)
    with closing(sqlite3.connect(path / "state/openclaw.sqlite")) as connection, connection:
        connection.execute(f"CREATE TABLE {name} ({', '.join(rows[0])})")
        connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})",
                               [tuple(row.values()) for row in rows])  # fmt: skip


@pytest.mark.parametrize("era", "ABCD")
def test_version_in_the_settings_and_new_code_in_the_log_are_one_upgrade(tmp_path: Path, era: str) -> None:
    host = usual().say(DUE - DAY, "cron: started", bundle=OLD).say(DUE, "cron: started", bundle=NEW)
    settings(host.write(tmp_path, era), "2026.3.14", DUE + 2 * HOUR)
    assert upgrades(tmp_path) == [("2026.3.14", 0)]


def test_settings_that_are_written_before_the_restart_tell_of_the_upgrade_first(tmp_path: Path) -> None:
    host = usual().say(DUE - DAY, "cron: started", bundle=OLD).say(DUE, "cron: started", bundle=NEW)
    settings(host.write(tmp_path, "A"), "2026.3.14", DUE - 3 * MINUTE)
    assert upgrades(tmp_path) == [("2026.3.14", -3)]


def test_new_code_long_after_a_version_was_seen_is_another_upgrade(tmp_path: Path) -> None:
    host = usual().say(DUE - DAY, "cron: started", bundle=OLD).say(DUE, "cron: started", bundle=NEW)
    settings(host.write(tmp_path, "A"), "2026.3.14", DUE - 2 * HOUR)
    assert upgrades(tmp_path) == [("2026.3.14", -120), (f"OpenClaw's gateway, code {NEW}", 0)]


def test_update_and_settings_that_name_one_version_are_one_upgrade(tmp_path: Path) -> None:
    usual().write(tmp_path, "D")
    table(tmp_path, "update_check_state",
          {"auto_last_success_version": "v2026.8.2", "auto_last_success_at": DUE})  # fmt: skip
    settings(tmp_path, "2026.8.2", DUE + HOUR)
    assert upgrades(tmp_path) == [("v2026.8.2", 0)]


def test_database_names_the_version_that_wrote_it(tmp_path: Path) -> None:
    usual().write(tmp_path, "C")
    table(tmp_path, "schema_meta", {"app_version": "2026.6.1", "updated_at": DUE})
    assert upgrades(tmp_path) == [("2026.6.1", 0)]


def test_older_copies_of_the_settings_tell_when_a_version_was_seen_first(tmp_path: Path) -> None:
    usual().write(tmp_path, "A")
    settings(tmp_path, "2026.3.14", DUE + 5 * HOUR)
    settings(tmp_path, "2026.3.14", DUE, "openclaw.json.bak")
    settings(tmp_path, "2026.3.8", DUE - DAY, "openclaw.json.bak.1")
    assert upgrades(tmp_path) == [("2026.3.14", 0)]


def test_new_code_from_before_the_last_version_was_seen_is_none_of_this_one(tmp_path: Path) -> None:
    host = usual().say(DUE - DAY, "cron: started", bundle=OLD).say(DUE - 2 * HOUR, "cron: started", bundle=NEW)
    settings(host.write(tmp_path, "A"), "2026.3.14", DUE + 5 * HOUR)
    settings(tmp_path, "2026.3.8", DUE - HOUR, "openclaw.json.bak")
    assert upgrades(tmp_path) == [(f"OpenClaw's gateway, code {NEW}", -120), ("2026.3.14", 300)]


def test_version_that_comes_back_is_not_told_anew(tmp_path: Path) -> None:
    usual().write(tmp_path, "A")
    for hours, version in enumerate(("2026.3.8", "2026.3.14", "2026.3.8", "2026.3.14")):
        settings(tmp_path, version, DUE + hours * HOUR, f"openclaw.json.bak.{hours}")
    assert upgrades(tmp_path) == [("2026.3.14", 60)]


def test_code_that_any_line_of_the_scheduler_showed_before_is_known(tmp_path: Path) -> None:
    host = usual().say(DUE - HOUR, "cron: timer armed", bundle=OLD).say(DUE, "cron: started", bundle=NEW)
    assert upgrades(host.write(tmp_path, "A")) == [(f"OpenClaw's gateway, code {NEW}", 0)]


def test_other_parts_of_the_program_are_no_new_code(tmp_path: Path) -> None:
    host = usual().say(DUE, "cron: started", bundle=OLD).say(DUE + 1, "cron: timer armed", bundle="timer-Qq1wE2rT.js")
    assert upgrades(host.write(tmp_path, "A")) == []


def test_boot_that_database_and_log_tell_of_is_one_restart(tmp_path: Path) -> None:
    usual().say(DUE + 4000, "cron: started").write(tmp_path, "D")
    boots(tmp_path, DUE)
    assert happened(tmp_path) == [("restart", "OpenClaw's gateway", 0)]


def test_boots_that_follow_each_other_closely_are_told_each(tmp_path: Path) -> None:
    starts = (DUE, DUE + MINUTE, DUE + 90_000)
    host = usual()
    for start in starts:
        host.say(start + 4000, "cron: started")
    boots(host.write(tmp_path, "D"), *starts)
    assert [at for _, _, at in happened(tmp_path)] == [0, 1, 1]


def test_boot_of_the_database_stands_for_one_boot_of_the_log(tmp_path: Path) -> None:
    host = usual().say(DUE + 4000, "cron: started").say(DUE + 65_000, "cron: started")
    boots(host.write(tmp_path, "D"), DUE)
    assert [at for _, _, at in happened(tmp_path)] == [0, 1]


def test_boot_of_which_only_one_of_them_tells_is_a_restart_too(tmp_path: Path) -> None:
    boots(usual().say(DUE + HOUR, "cron: started").write(tmp_path, "D"), DUE)
    assert [at for _, _, at in happened(tmp_path)] == [0, 60]


def test_boots_on_both_sides_of_midnight_are_two_though_two_logs_tell_of_them(tmp_path: Path) -> None:
    midnight = ms("2026-03-11 00:00")
    folder = usual().say(midnight - 20_000, "cron: started").write(tmp_path, "A")
    line = {"0": "cron", "1": {}, "2": "cron: started", "_meta": {"logLevelId": 3}, "time": iso(midnight + 20_000)}
    write_lines(folder / "logs/openclaw-2026-03-11.log", [line])
    assert len(happened(folder)) == 2


def test_line_that_two_logs_hold_is_told_once(tmp_path: Path) -> None:
    folder = usual().say(DUE, "cron: started").write(tmp_path, "A")
    (log,) = (folder / "logs").iterdir()
    (folder / "logs/openclaw-2026-03-10-copy.log").write_bytes(log.read_bytes())
    assert len(happened(folder)) == 1


def test_what_lies_ahead_has_not_happened(tmp_path: Path) -> None:
    settings(usual().write(tmp_path, "A"), "2026.3.14", DUE + 3 * DAY)
    assert happened(tmp_path) == []
