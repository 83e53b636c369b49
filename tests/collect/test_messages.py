"""Messages of a live source, written as an export, are read again as they were."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from forensics.collect.messages import day_files
from forensics.evidence.records import Batch
from forensics.sources.base import ReadOptions
from forensics.sources.slack_export import SlackExport

SECOND = 10**9
AT = 1_773_905_460
COLUMNS = ("at", "time_text", "text", "author", "is_bot", "is_edited", "color", "attributes", "channel")
SAID = [
    (
        AT * SECOND,
        f"{AT}.000000",
        "❌ backup failed: 3 < 4 & <html>",
        "Night Bot",
        True,
        False,
        "danger",
        None,
        "metrics",
    ),
    (
        (AT + 60) * SECOND,
        f"{AT + 60}.000000",
        "it is fine",
        "Mia",
        False,
        True,
        None,
        {"edited_at": f"{AT + 90}.0"},
        "metrics",
    ),
    (
        (AT + 86_400) * SECOND,
        f"{AT + 86_400}.000000",
        "done",
        None,
        True,
        False,
        None,
        {"thread_ts": f"{AT}.000000"},
        "a/b",
    ),
]


def batch() -> Batch:
    columns = dict(zip(COLUMNS, map(list, zip(*SAID, strict=True)), strict=True))
    return Batch("notifications", "slack", {**columns, "record": [1, 2, 3]})


def test_day_files_lie_by_channel_and_by_day_of_the_zone():
    assert sorted(day_files([batch()], ZoneInfo("Asia/Tokyo"))) == ["a_b/2026-03-20.json", "metrics/2026-03-19.json"]


def test_messages_are_read_again_as_they_were(tmp_path: Path):
    for name, content in day_files([batch()], ZoneInfo("UTC")).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    again = [each for each in SlackExport().read(tmp_path, ReadOptions(now=0)) if isinstance(each, Batch)]
    rows = [row for each in again for row in zip(*(each.columns[name] for name in COLUMNS[:-1]), strict=True)]
    assert sorted(rows) == sorted(row[:-1] for row in SAID)
