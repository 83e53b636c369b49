"""A check-up of a config beside a scheduler that tells itself how it is set up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from forensics.configfile import read_config
from forensics.doctor.checkup import Checkup, Known, check_up
from forensics.evidence.paired import Window
from forensics.pipeline import Question, report
from tests.sources.openclaw_host import Host, job, ms, ran, uuid

DAYS = [f"2026-03-{day:02}" for day in range(4, 11)]
NOW = ms("2026-03-11 00:00") * 10**6
SOURCE = '[[source]]\nkind = "openclaw"\npath = "state"\n'
OWN = '[[job]]\nname = "nightly"\nscheduler = "openclaw"\nschedule = "0 2 * * *"\n'


def checked(folder: Path, text: str, *idle: dict[str, Any]) -> Checkup:
    """Return what a check-up makes of a config beside two jobs of OpenClaw's that go well, and idle ones."""
    host = Host().add(job("nightly"), job("weekday report", "30 3 * * *"), *idle)
    for day in DAYS:
        host.run(ran("nightly", ms(f"{day} 02:00") + 21), ran("weekday report", ms(f"{day} 03:30") + 21))
    for path in (*host.write(folder / "state", "A").rglob("*"), folder / "state"):
        os.utime(path, ns=(NOW, NOW))
    window = Window(ms(f"{DAYS[0]} 00:00") * 10**6, NOW, NOW)
    return check_up(report(read_config(SOURCE + text, str(folder / "f.toml")), Question(window)), Known())


def test_id_by_which_a_scheduler_knows_a_job_is_no_idle_alias(tmp_path: Path) -> None:
    found = checked(tmp_path, f'{OWN}aliases = ["{uuid("nightly")}"]\n')
    assert "alias" not in [each.kind for each in found.remarks]


def test_another_alias_that_nothing_uses_still_is_one(tmp_path: Path) -> None:
    found = checked(tmp_path, f'{OWN}aliases = ["{uuid("nightly")}", "night-shift"]\n')
    assert [each.detail["aliases"] for each in found.remarks if each.kind == "alias"] == [["night-shift (nightly)"]]


def test_job_that_is_not_in_the_config_is_drafted_as_its_scheduler_is_set_up(tmp_path: Path) -> None:
    (found,) = (each for each in checked(tmp_path, OWN).problems if each.kind == "unconfigured")
    assert found.inferred == "So its own scheduler says when it is due, and nothing says what it leaves."
    lines = "[[job]]", 'name = "weekday-report"', 'scheduler = "openclaw"', 'schedule = "30 3 * * *"'
    assert found.mends[0].lines == lines


def test_config_with_the_drafted_job_has_nothing_left_to_mend(tmp_path: Path) -> None:
    (found,) = (each for each in checked(tmp_path, OWN).problems if each.kind == "unconfigured")
    again = checked(tmp_path / "again", OWN + "\n".join(found.mends[0].lines) + "\n")
    assert "unconfigured" not in [each.kind for each in again.problems]


@pytest.mark.parametrize(
    ("idle", "inferred", "has_mend"),
    [
        ([job("report")], "So its scheduler passes over it.", False),
        ([job("report", enabled=False)], "So it was switched off.", True),
        ([], "So it was taken out of OpenClaw's jobs.", True),
    ],
)
def test_job_that_never_starts_is_told_by_how_its_scheduler_is_set_up(
    tmp_path: Path, idle: list[dict[str, Any]], inferred: str, has_mend: bool
) -> None:
    found = checked(tmp_path, OWN + OWN.replace("nightly", "report").replace("0 2", "0 5"), *idle)
    (gone,) = (each for each in found.problems if each.kind == "gone")
    assert (gone.inferred, bool(gone.mends)) == (inferred, has_mend)
