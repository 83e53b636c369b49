"""A source that was moved into an archive speaks for the time for which it spoke, and for no other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from forensics.collect.moving import moved
from forensics.config import SourceConfig
from forensics.evidence.intake import SourceRead

SECOND = 10**9
DAY = 86_400 * SECOND


def at(day: int) -> datetime:
    return datetime(1970, 1, 1 + day, tzinfo=UTC)


def account(covers: tuple[int | None, int | None] | None, faults: tuple[str, ...] = ()) -> SourceRead:
    return SourceRead("s", "syslog", ("triggers",), covers=covers, faults=faults)


@pytest.mark.parametrize(
    ("covers", "is_live", "since", "coverage"),
    [
        ((2 * DAY, 5 * DAY), True, None, (at(2), at(9))),
        ((None, None), True, None, (at(0), at(9))),
        ((2 * DAY, 5 * DAY), False, None, None),
        (None, True, None, None),
        ((2 * DAY, 5 * DAY), True, 4 * DAY, (at(4), at(9))),
        ((6 * DAY, 7 * DAY), True, 4 * DAY, (at(6), at(9))),
    ],
)
def test_live_source_speaks_up_to_the_moment_of_collection(covers, is_live, since, coverage):
    found = moved(SourceConfig("syslog", "/var/log/syslog", live=True), "s/1", account(covers), 9 * DAY, is_live, since)
    assert found.coverage == coverage
    assert found.live is (None if is_live else True)


def test_declared_coverage_is_kept_but_for_what_was_left_out():
    config = SourceConfig("syslog", "/a", coverage=(at(1), at(8)))
    assert moved(config, "s/1", account((DAY, DAY)), 9 * DAY, False, None).coverage == (at(1), at(8))
    assert moved(config, "s/1", account((DAY, DAY)), 9 * DAY, False, 3 * DAY).coverage == (at(3), at(8))


def test_source_with_faults_declares_nothing():
    config = SourceConfig("syslog", "/a")
    assert moved(config, "s/1", account((DAY, 2 * DAY), ("a: damaged",)), 9 * DAY, True, None).coverage is None


def test_export_of_which_some_channels_are_packed_says_what_the_whole_showed():
    config = SourceConfig("slack-export", "/slack", channels=("metrics",))
    assert moved(config, "s/1", account((DAY, 2 * DAY)), 9 * DAY, False, None).coverage == (at(1), at(2))


def test_what_was_live_is_read_as_what_it_is_packed_as():
    kinds = {
        kind: moved(SourceConfig(kind, "x"), "s/1", account(None), 0, False, None).kind
        for kind in ("files", "slack", "csv")
    }
    assert kinds == {"files": "bodyfile", "slack": "slack-export", "csv": "csv"}
