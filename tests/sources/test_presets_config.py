"""A preset in a config: what it stands for, and what does not go with it."""

from __future__ import annotations

import pytest

from forensics.collect.configuring import settings
from forensics.config import SourceConfig
from forensics.configfile import read_config
from forensics.errors import ConfigError

HEAD = '[[source]]\nkind = "jsonl"\npath = "a.json"\n'


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_config(text, "forensics.toml")
    return [str(each) for each in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "lane"),
    [
        ('preset = "healthchecks-flips"', "notifications"),
        ('preset = "github-actions"', "lifecycle"),
        ('preset = "github-actions"\nlane = "triggers"', "triggers"),
    ],
)
def test_preset_knows_its_usual_lane(text: str, lane: str):
    (source,) = read_config(f"{HEAD}{text}\njob = 'backup'", "forensics.toml").sources
    assert (source.lane, source.job) == (lane, "backup")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('preset = "github"', "did you mean `github-actions`?"),
        ('preset = "healthchecks-flips"\nlane = "triggers"', "what this preset can fill: notifications"),
        ('preset = "github-actions"\ncolumns = { time = "t" }', "the preset knows them"),
        ('preset = "github-actions"\nevents = { a = "completed" }', "the preset knows them"),
        ('lane = "triggers"\njob = "a job"', "1 to 64 letters"),
    ],
)
def test_what_does_not_go_with_a_preset_is_said(text: str, problem: str):
    assert any(problem in each for each in problems(HEAD + text))


@pytest.mark.parametrize("key", ["preset", "job"])
def test_other_kinds_take_neither_preset_nor_job(key: str):
    (problem,) = problems(f'[[source]]\nkind = "syslog"\npath = "a"\n{key} = "github-actions"')
    assert "it is only for" in problem


def test_preset_reads_json_alone():
    text = '[[source]]\nkind = "csv"\npath = "a"\npreset = "github-actions"'
    assert problems(text) == ["[[source]] number 1 (csv): preset: a key of another kind - it is only for jsonl"]


def test_preset_and_job_are_packed_up_with_the_evidence():
    source = SourceConfig("jsonl", "a.json", preset="github-actions", job="nightly", lane="triggers")
    packed = settings(source)
    assert (packed["preset"], packed["job"]) == ("github-actions", "nightly")
