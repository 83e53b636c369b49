"""Real logs, listings and messages, through the command line and without a config: the counts that were taken by hand.

What a source read is told in ``sources``, one entry for each of its lanes; the counts by file stand with the
first of them, so that over all entries of a source rows + rejected + skipped = records.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from forensics.cli import main

# The logs have no year: they are read as of a day on which each of them was written in the year before.
WINDOW = ("--since", "2003-01-01", "--until", "2026-11-20", "--now", "2026-11-20T00:00:00Z")
LOGS = {  # file: trigger rows, runs
    "freebsd13-cron.log": (272, 272),
    "rocky9-cron.log": (16, 16),
    "netbsd9-cron.log": (10, 10),
    "ubuntu22-syslog.log": (4, 4),
    "synology-synocrond-execute.log": (19, 19),
    "plaso-syslog_cron.log": (9, 8),
    "plaso-syslog": (3, 3),
    "plaso-syslog_rsyslog_traditional": (1, 1),
    "plaso-syslog_rsyslog": (0, 0),
    "plaso-syslog_rsyslog_ForwardFormat": (0, 0),
    "plaso-syslog_rsyslog_SyslogProtocol23Format": (0, 0),
    "jc-generic-syslog-3164.out": (0, 0),
    "jc-generic-syslog-5424.out": (0, 0),
}
LISTINGS = {  # file: kind, entries
    "jc-centos-7.7-ls-al.out": ("ls-listing", 21),
    "jc-centos-7.7-ls-alR.out": ("ls-listing", 4212),
    "jc-osx-10.11.6-ls-al.out": ("ls-listing", 31),
    "jc-ubuntu-18.04-ls-al.out": ("ls-listing", 29),
    "jc-ubuntu-18.04-ls-l-iso.out": ("ls-listing", 881),
    "plaso-bodyfile.body": ("bodyfile", 20),
    "plaso-bodyfile-corrupt.body": ("bodyfile", 2),
}
READ = [
    *(("--triggers", f"syslog/{name}") for name in LOGS),
    *(("--artifacts", f"filesystem/{name}") for name in LISTINGS),
    ("--notifications", "slack/helpdesk-export"),
]


def answer(option: str, path: Path) -> dict[str, Any]:
    """Return what a report on one path says as data."""
    outcome = CliRunner().invoke(main, ["report", option, str(path), "--format", "json", "--quiet", *WINDOW])
    assert outcome.stdout, outcome.stderr
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


def of_lane(found: dict[str, Any], lane: str) -> dict[str, Any]:
    """Return the entry of a lane."""
    (entry,) = [source for source in found["sources"] if source["lane"] == lane]
    return dict(entry)


@pytest.mark.parametrize("name", LOGS)
def test_every_trigger_of_a_log_is_read_once(shared_data: Path, name: str):
    assert of_lane(answer("--triggers", shared_data / "syslog" / name), "triggers")["rows"] == LOGS[name][0]


@pytest.mark.parametrize("name", LOGS)
def test_every_trigger_of_a_log_is_one_run_and_nothing_else_is(shared_data: Path, name: str):
    runs = answer("--triggers", shared_data / "syslog" / name)["runs"]
    assert len(runs) == LOGS[name][1]
    assert sum(run["triggered_at"] is not None for run in runs) == LOGS[name][1]


@pytest.mark.parametrize("name", ["rocky9-cron.log", "netbsd9-cron.log"])
def test_end_of_a_run_in_the_log_belongs_to_its_trigger(shared_data: Path, name: str):
    runs = answer("--triggers", shared_data / "syslog" / name)["runs"]
    assert [{place["lane"] for place in run["provenance"]} for run in runs] == [{"triggers", "lifecycle"}] * len(runs)


@pytest.mark.parametrize("name", LISTINGS)
def test_every_entry_of_a_listing_is_an_artifact(shared_data: Path, name: str):
    source = of_lane(answer("--artifacts", shared_data / "filesystem" / name), "artifacts")
    assert (source["kind"], source["rows"]) == LISTINGS[name]


def test_every_message_of_an_export_is_read(shared_data: Path):
    source = of_lane(answer("--notifications", shared_data / "slack" / "helpdesk-export"), "notifications")
    assert (source["kind"], source["rows"]) == ("slack-export", 8)


@pytest.mark.parametrize(("option", "path"), READ)
def test_every_record_is_a_row_or_rejected_or_skipped(shared_data: Path, option: str, path: str):
    sources = answer(option, shared_data / path)["sources"]
    records, rows, rejected, skipped = (
        sum(source[count] for source in sources) for count in ("records", "rows", "rejected", "skipped")
    )
    assert records > 0
    assert rows + rejected + skipped == records


@pytest.mark.parametrize("name", [name for name in LOGS if not name.endswith("ForwardFormat")])
def test_records_of_a_log_are_its_lines(shared_data: Path, name: str):
    path = shared_data / "syslog" / name
    assert of_lane(answer("--triggers", path), "triggers")["records"] == len(
        path.read_bytes().removesuffix(b"\n").split(b"\n")
    )


def test_records_of_the_forward_format_begin_at_their_priorities(shared_data: Path):
    path = shared_data / "syslog" / "plaso-syslog_rsyslog_ForwardFormat"
    continued = 1  # one message goes on in a second line
    records = len(re.findall(rb"<[0-9]+>2021", path.read_bytes())) + continued
    assert of_lane(answer("--triggers", path), "triggers")["records"] == records


def test_rotated_logs_are_read_together(shared_data: Path):
    found = answer("--triggers", shared_data / "syslog" / "*cron.log")
    rows = [LOGS[name][0] for name in LOGS if name.endswith("cron.log")]
    assert of_lane(found, "triggers")["files"] == len(rows)
    assert of_lane(found, "triggers")["rows"] == sum(rows)


def test_digests_are_those_of_the_files(shared_data: Path):
    path = shared_data / "syslog" / "rocky9-cron.log"
    digests = of_lane(answer("--triggers", path), "triggers")["sha256"]
    assert list(digests.values()) == [sha256(path.read_bytes()).hexdigest()]


UNREADABLE = ("syslog/jc-generic-syslog-3164.json", "syslog/jc-generic-syslog-5424.json")


@pytest.mark.parametrize("path", UNREADABLE)
def test_what_is_no_log_is_refused(shared_data: Path, path: str):
    outcome = CliRunner().invoke(main, ["report", "--triggers", str(shared_data / path), *WINDOW])
    assert outcome.exit_code == 2
    assert "no reader recognises" in outcome.stderr


@pytest.mark.parametrize("path", UNREADABLE)
def test_what_is_no_log_and_is_called_one_is_rejected_whole(shared_data: Path, path: str):
    found = answer("--triggers", Path(f"syslog:{shared_data / path}"))
    assert found["exit"]["code"] == 3
    assert of_lane(found, "triggers")["rejected"] == of_lane(found, "triggers")["records"] > 0
