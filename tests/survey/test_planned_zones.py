"""The zones of OpenClaw's jobs that only their plans show, in what is drafted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from forensics.config import Job, SourceConfig
from forensics.survey.found import FoundSource
from forensics.survey.machine import Beside, survey
from forensics.survey.planned_zones import with_planned_zones
from tests.sources.openclaw_host import Host, job, ms, ran
from tests.survey.builders import config_of, machine

NOW = ms("2026-03-11 00:00") * 10**6
TOKYO = ms("2026-03-11 18:00")


def drafted(folder: Path, *jobs: dict[str, Any], starts: str = "2026-03-08 18:00", zone: str = "UTC") -> dict[str, Job]:
    """Return the jobs of the config that is drafted for a copied state folder, by their names."""
    host = Host().add(*jobs)
    for each in jobs:
        host.run(*(ran(each["name"], ms(starts) + day * 86_400_000 + 21) for day in range(3)))
    host.write(folder / "copy", "A")
    source = FoundSource(SourceConfig("openclaw", str(folder / "copy")), "as asked")
    found = survey(machine(folder / "here", {"etc/timezone": f"{zone}\n"}), Beside(sources=(source,)))
    found = with_planned_zones(found, str(folder / "forensics.toml"), NOW, lambda *_: None)
    return {each.name: each for each in config_of(found).jobs}


def planned(name: str, **more: Any) -> dict[str, Any]:
    """Return a job that is next due when it is three in Tokyo."""
    return job(name, schedule={"kind": "cron", "expr": "0 3 * * *", **more}) | {"state": {"nextRunAtMs": TOKYO}}


def test_zone_that_the_plans_show_is_drafted(tmp_path: Path) -> None:
    assert drafted(tmp_path, planned("a"))["a"].timezone.key == "Asia/Tokyo"


def test_zone_that_a_job_names_stays(tmp_path: Path) -> None:
    assert drafted(tmp_path, planned("a"), planned("b", tz="UTC"))["b"].timezone.key == "UTC"


def test_machine_in_the_zone_of_the_plans_needs_none(tmp_path: Path) -> None:
    assert drafted(tmp_path, planned("a"), zone="Asia/Tokyo")["a"].timezone.key == "Asia/Tokyo"
