"""Machines of a few files, and what a survey makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from forensics.config import Config, Job
from forensics.configfile import read_config
from forensics.survey.crontab_lines import Table, read_table
from forensics.survey.draft import draft
from forensics.survey.found import Findings, FoundJob, Survey
from forensics.survey.machine import Beside, survey
from forensics.survey.tree import Tree

SPOOL = "var/spool/cron/crontabs"


def machine(folder: Path, files: Mapping[str, str | bytes]) -> Tree:
    """Write the files of a machine below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Tree(str(folder))


def surveyed(folder: Path, files: Mapping[str, str | bytes], **beside: str) -> Survey:
    return survey(machine(folder, files), Beside(**beside))


def config_of(found: Survey) -> Config:
    return read_config(draft(found), "/srv/forensics.toml")


def drafted(folder: Path, files: Mapping[str, str | bytes]) -> Config:
    """Return what the config that is drafted for a machine configures."""
    return config_of(surveyed(folder, files))


def drafted_job(folder: Path, files: Mapping[str, str | bytes]) -> Job:
    (job,) = drafted(folder, files).jobs
    return job


def table(text: str, user: str | None = "app") -> Findings:
    return read_table(Table("/var/spool/cron/crontabs/app", text, user))


def line(text: str, user: str | None = "app") -> FoundJob:
    (job,) = table(text, user).jobs
    return job
