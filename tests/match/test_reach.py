"""What each source can speak for, and for which jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

from forensics.config import SourceConfig
from forensics.evidence.coverage import ALWAYS, EVER
from forensics.evidence.intake import SourceRead
from forensics.match.reach import channel_jobs, concerned, coverage, is_fresh, span_of, speaks_for
from forensics.match.resolve import Known
from tests.match.builders import MINUTE, at, evidence, file, ints, job, message, resolved, step, trigger

DAY = 24 * 60 * MINUTE
NOW = at("2026-03-20T00:00")
ACCOUNT = SourceRead(
    "cron.log", "syslog", ("triggers",), covers=(at("00:00"), at("06:17")), newest=at("06:17"), modified=at("06:17")
)
LOG = SourceConfig("syslog", "cron.log")


def test_copy_speaks_up_to_its_newest_record() -> None:
    assert span_of(ACCOUNT, LOG, False, NOW) == (at("00:00"), at("06:17"))


def test_fresh_log_speaks_up_to_the_moment_at_which_it_was_read() -> None:
    assert span_of(ACCOUNT, LOG, True, NOW) == (at("00:00"), ALWAYS)


def test_log_declared_a_copy_is_none_that_is_fresh() -> None:
    assert span_of(ACCOUNT, replace(LOG, live=False), True, NOW) == (at("00:00"), at("06:17"))


def test_source_declared_live_is_live() -> None:
    assert span_of(ACCOUNT, replace(LOG, live=True), False, NOW) == (at("00:00"), ALWAYS)


def test_declared_coverage_counts_before_freshness() -> None:
    declared = replace(LOG, coverage=(datetime(2026, 3, 18, tzinfo=UTC), datetime(2026, 3, 19, tzinfo=UTC)))
    covers = at("2026-03-18T00:00"), at("2026-03-19T00:00")
    assert span_of(replace(ACCOUNT, covers=covers), declared, True, NOW) == covers


def test_listing_speaks_for_all_time_before_it() -> None:
    assert span_of(replace(ACCOUNT, covers=(None, at("06:17"))), LOG, False, NOW) == (EVER, at("06:17"))


def test_source_without_anything_speaks_for_nothing() -> None:
    assert span_of(replace(ACCOUNT, covers=None), replace(LOG, live=True), True, NOW) is None


@pytest.mark.parametrize(
    ("newest", "modified", "fresh"),
    [
        (NOW, NOW, True),
        (NOW - DAY, NOW + DAY, True),
        (NOW - DAY - 1, NOW, False),
        (NOW, NOW - DAY - 1, False),
        (NOW, NOW + DAY + 1, False),
        (None, NOW, False),
    ],
)
def test_log_is_fresh_when_line_and_file_are_within_a_day(newest: int | None, modified: int, fresh: bool) -> None:
    assert is_fresh(replace(ACCOUNT, newest=newest, modified=modified), NOW) == fresh


@pytest.mark.parametrize(("host", "speaks"), [(None, True), ("web1", True), ("web1.example.org", True), ("db1", False)])
def test_log_of_a_host_speaks_for_its_jobs(host: str | None, speaks: bool) -> None:
    assert speaks_for(replace(ACCOUNT, hosts=frozenset({"WEB1"})), LOG, job(host=host)) == speaks


def test_log_of_cron_does_not_speak_for_other_schedulers() -> None:
    assert not speaks_for(ACCOUNT, LOG, job(scheduler="openclaw"))
    assert speaks_for(replace(ACCOUNT, kind="jsonl"), LOG, job(scheduler="openclaw"))


def test_channels_bound_the_jobs_of_an_export() -> None:
    jobs = [job("one", attributes={"channel": "#metrics"}), job("two", attributes={"channel": "other"}), job("three")]
    config = SourceConfig("slack-export", "slack", channels=("metrics",))
    assert channel_jobs(config, jobs) == {0, 2}
    assert channel_jobs(replace(config, channels=()), jobs) is None


def covered(lane: str, *rows: dict[str, Any]) -> list[bool]:
    """Return of which jobs (one, two) a lane covers the whole day when every source claims to cover it."""
    jobs = (job("one"), job("two", scheduler="openclaw"))
    read = evidence(*rows)
    whole = tuple(replace(each, kind="syslog", covers=(at("00:00"), NOW)) for each in read.sources)
    read = replace(read, sources=whole)
    found = coverage(read, [None] * len(whole), [False] * len(whole), resolved(read, *jobs), NOW)
    return found.covers(lane, ints([0, 1]), ints([at("01:00")] * 2), ints([at("23:00")] * 2)).tolist()


def test_runners_records_speak_only_for_jobs_of_which_they_hold_a_row() -> None:
    assert covered("lifecycle", step("started", "07:00", "two")) == [False, True]


def test_trigger_log_speaks_for_a_foreign_job_that_it_shows() -> None:
    assert covered("triggers") == [True, False]
    assert covered("triggers", trigger("07:00", "two")) == [True, True]


def trees(*hosts: str | None, learnt: Mapping[int, Known] = MappingProxyType({})) -> list[bool]:
    """Return of which jobs (on web1, on web2, on no known host) a tree covers the day, its files lying on these hosts."""
    jobs = (job("one", host="web1"), job("one", host="web2"), job("three"))
    read = evidence(file("x", "07:00"))
    whole = tuple(
        replace(each, covers=(at("00:00"), NOW), hosts=frozenset(filter(None, hosts))) for each in read.sources
    )
    known = replace(resolved(read, *jobs), learnt=learnt)
    found = coverage(replace(read, sources=whole), [None] * len(whole), [False] * len(whole), known, NOW)
    return found.covers("artifacts", ints(range(3)), ints([at("01:00")] * 3), ints([at("23:00")] * 3)).tolist()


@pytest.mark.parametrize(
    ("hosts", "told"), [(["WEB1.example.org"], [True, False, True]), (["web1", "web2"], [True] * 3), ([], [True] * 3)]
)
def test_tree_of_a_host_speaks_for_its_jobs(hosts: list[str | None], told: list[bool]) -> None:
    assert trees(*hosts) == told


def test_what_was_learnt_of_one_job_lets_a_tree_speak_for_no_other_host() -> None:
    assert trees("web1", learnt={2: Known(at("06:00"), frozenset())}) == [True, False, False]


def test_messages_speak_for_all() -> None:
    assert covered("notifications", message("one ok", "07:00")) == [True, True]


def test_way_by_which_openclaw_sends_is_no_channel() -> None:
    config = SourceConfig("slack-export", "slack", channels=("metrics",))
    jobs = [job("one", scheduler="openclaw", attributes={"channel": way}) for way in ("slack", "last", "telegram")]
    assert channel_jobs(config, jobs) == {0, 1}
    assert channel_jobs(config, [job("one", attributes={"channel": "slack"})]) == set()


def live(*, failed: tuple[str, ...] = (), channels: tuple[str, ...] = ()) -> list[bool]:
    """Return for which jobs (of #ops, of #random, of no named channel) a live workspace speaks."""
    read = evidence(message("one ok", "07:00", channel="ops"))
    files = read.files.assign(name="slack/ops")
    faults = [("slack/" + name, "not in the channel") for name in failed]
    files = pd.concat([files, *(files.iloc[:1].assign(name=name, fault=why) for name, why in faults)])
    place = int(read.notifications["source"].iloc[0])
    account = replace(read.sources[place], kind="slack")
    sources = tuple(account if at == place else each for at, each in enumerate(read.sources))
    jobs = [job("one", attributes={"channel": "#ops"}), job("two", attributes={"channel": "random"}), job("three")]
    config = SourceConfig("slack", "", channels=channels)
    given = replace(read, files=files, sources=sources)
    heard = concerned("notifications", place, account, config, given, resolved(given, *jobs))
    return [heard is None or code in heard for code in range(3)]


def test_live_workspace_speaks_for_all() -> None:
    assert live() == [True, True, True]


def test_channel_that_failed_speaks_for_nobody() -> None:
    assert live(failed=("random",)) == [True, False, False]


def test_channel_named_by_its_id_speaks_for_the_jobs_of_its_name() -> None:
    assert live(channels=("C0OPS",)) == [True, False, True]
