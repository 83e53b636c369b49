"""What the evidence of a made-up host adds: its truth is known (``benchmarks/host.py``)."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.host import build_host
from forensics.config import SourceConfig
from forensics.configfile import read_config
from forensics.evidence.paired import Learnt
from forensics.match.names import NameIndex, key
from forensics.survey.draft import draft
from forensics.survey.found import FoundJob, FoundSource, Place, Survey
from forensics.survey.learning import learnt, support, with_patterns
from forensics.survey.machine import Beside, survey
from forensics.survey.tree import Tree
from tests.survey.builders import config_of

JOB = FoundJob("backup", (Place("/etc/crontab", 1),), schedule="0 3 * * *", command="/opt/backup.sh")


def template(text="backups/{date:%Y-%m-%d}.tar.gz", *, is_sure=True, delay=20.0):
    return Learnt(job=0, text=text, source=0, met=9, runs=14, delay=delay, spread=5.0, is_sure=is_sure)


def test_sure_pattern_is_declared():
    assert with_patterns(JOB, [template()]).artifacts == ("backups/{date:%Y-%m-%d}.tar.gz",)


def test_unsure_pattern_is_a_guess_with_its_support():
    found = with_patterns(JOB, [template(is_sure=False)])
    assert found.artifacts == ()
    assert found.perhaps == (
        'artifacts = ["backups/{date:%Y-%m-%d}.tar.gz"]  # seen after 9 of 14 runs, 15 s to 25 s later',
    )


def test_guess_is_right_once_its_sign_is_taken_away():
    found = with_patterns(JOB, [template(is_sure=False)])
    text = draft(Survey(SimpleNamespace(name="UTC", origin="x"), jobs=(found,)))
    (job,) = read_config(text.replace("# perhaps: ", ""), "forensics.toml").jobs
    assert job.artifacts == ("backups/{date:%Y-%m-%d}.tar.gz",)


@pytest.mark.parametrize("text", ["log/backup.log", "cache/backup/index.db"])
def test_what_is_touched_anyway_is_no_guess(text):
    assert with_patterns(JOB, [template(text, is_sure=False)]).perhaps == ()


def test_file_that_comes_half_a_day_later_is_no_guess():
    assert with_patterns(JOB, [template(is_sure=False, delay=43_200.0)]).perhaps == ()


def test_support_names_no_time_before_the_start():
    assert support(template(delay=1.0)).endswith("0 s to 6 s later")


@pytest.fixture(scope="module")
def host(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("host")
    build_host(folder, jobs=12, days=4, seed=1)
    return folder


def found_on(folder: Path, *sources: SourceConfig) -> Survey:
    named = tuple(FoundSource(source, "at hand", is_asked=True) for source in sources)
    return survey(Tree(str(folder)), Beside(named_zone="Europe/Berlin", sources=named))


def learnt_on(folder: Path) -> Survey:
    found = found_on(folder, SourceConfig("slack-export", f"{folder}/slack"), SourceConfig("files", f"{folder}/srv"))
    now = datetime.fromisoformat(told(folder, "host")["now"])
    return learnt(
        found, draft, str(folder / "forensics.toml"), round(now.timestamp()) * 10**9, lambda _name, _rows: None
    )


def told(folder: Path, name: str):
    return json.loads((folder / "truth" / f"{name}.json").read_text())


def paired(folder: Path, found: Survey):
    """Return the true jobs, each with what the config has for its command."""
    config = config_of(found)
    index = NameIndex(config.jobs)
    codes = [index.by_command(each["command"], None) for each in told(folder, "jobs")]
    return [(each, config.jobs[code]) for each, code in zip(told(folder, "jobs"), codes, strict=True) if code >= 0]


def test_all_jobs_of_a_host_are_found_with_schedule_and_zone(host):
    pairs = paired(host, found_on(host))
    assert len(pairs) == 12
    assert [(job.schedule, job.timezone.key) for _, job in pairs] == [
        (each["schedule"], each["timezone"]) for each, _ in pairs
    ]


def test_jobs_go_by_the_names_that_messages_use(host):
    spoken = [(key(each["slack"]), key(job.name)) for each, job in paired(host, learnt_on(host)) if each["slack"]]
    assert [ours for _, ours in spoken] == [theirs for theirs, _ in spoken]


def test_patterns_are_learnt_and_none_is_wrong(host):
    pairs = paired(host, learnt_on(host))
    declared = [(set(job.artifacts), spelled(each["artifacts"])) for each, job in pairs]
    assert all(ours <= theirs for ours, theirs in declared)
    assert sum(bool(ours) for ours, _ in declared) >= 6


def spelled(patterns: list[str]) -> set[str]:
    """Return patterns with the dates of folders parted, as they are learnt."""
    return {pattern.replace("%Y/%m/%d}", "%Y}/{date:%m}/{date:%d}") for pattern in patterns}


def test_name_that_fits_no_job_is_told(tmp_path, host):
    found = learnt_on(host)
    assert not set(found.unplaced) & {job.name for job in found.jobs}
