"""What a check of the heartbeats alone may say of many jobs with one cause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forensics.evidence.concerns import Concern, Recovery
from forensics.publish.sync import Outcome, sync
from tests.publish.tracked import World, concern, good, world

JOBS = [f"job{at}" for at in range(5)]


@pytest.fixture
def host():
    with world() as made:
        yield made


def beats(host: World, *told: Concern | Recovery) -> Outcome:
    """Sync after a check that looked at heartbeats alone."""
    return sync(replace(host.check(*told), kinds=frozenset({"stale"})), host.desk)


def rolled_up(host: World, cause: str, kind: str) -> None:
    host.sync(*(concern(job, kind, cause=cause) for job in JOBS))
    assert len(host.open_numbers) == 1


def test_beats_do_not_end_what_they_could_not_have_seen(host):
    rolled_up(host, "boot_timeout", "silent_failure")
    for _ in range(3):
        beats(host, *map(good, JOBS))
    assert host.open_numbers == [1]


def test_beats_end_the_silence_of_all(host):
    rolled_up(host, "heartbeats_silent", "stale")
    for _ in range(2):
        beats(host, *map(good, JOBS))
    assert host.open_numbers == []


def test_silence_of_a_job_whose_host_is_known_to_be_down_is_no_news(host):
    rolled_up(host, "host_down", "missed")
    beats(host, *map(concern, JOBS))
    assert host.open_numbers == [1]


def test_silence_that_was_filed_before_is_kept_up_to_date(host):
    host.sync(concern("job3"))
    host.sync(*(concern(job, "missed", cause="host_down") for job in JOBS))
    beats(host, concern("job3", text="still silent"))
    assert "still silent" in host.issue(1).body


def test_silence_of_another_job_is_news_while_a_host_is_down(host):
    rolled_up(host, "host_down", "missed")
    beats(host, concern("other"))
    assert len(host.open_numbers) == 2
