"""The journal source as a whole: real exports, recognition, cron's lines, odd values, damage, several files."""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.sources.journal import Journal
from forensics.sources.journal_units import ARMED, SAID_AGAIN
from tests.sources.journal_builders import (
    armed,
    cron,
    entry,
    finished,
    ns,
    read_bytes,
    read_file,
    read_journal,
    slept,
    starting,
    written,
)


@pytest.mark.parametrize(
    ("name", "records", "triggers", "lifecycle"),
    [
        ("ubuntu16-cron", 9, 3, 0),
        ("opensuse15-timers", 31, 4, 2),
        ("rhel91-timers", 19, 5, 4),
        ("lnav-logfile_journald", 2, 0, 0),
    ],
)
def test_real_journal_gives_its_counts_and_is_recognised(
    shared_data: Path, name: str, records: int, triggers: int, lifecycle: int
) -> None:
    path = shared_data / "journald" / f"{name}.ndjson"
    outcome = read_file(path)
    assert (outcome.account.records, len(outcome.triggers), len(outcome.lifecycle)) == (records, triggers, lifecycle)
    assert outcome.is_balanced
    assert Journal().detect(path)


def test_timers_that_suse_armed_at_boot_are_no_runs(shared_data: Path) -> None:
    outcome = read_file(shared_data / "journald" / "opensuse15-timers.ndjson")
    assert outcome.account.skipped[ARMED] == 14
    assert outcome.told == [
        ("triggers", "skipped", "purge-kernels"),
        ("triggers", "started", "btrfs-trim"),
        ("triggers", "started", "btrfs-balance"),
        ("triggers", "started", "logrotate"),
        ("lifecycle", "completed", "logrotate"),
        ("lifecycle", "completed", "btrfs-trim"),
    ]


def test_failed_units_of_red_hat_have_their_exit_code_and_one_end_each(shared_data: Path) -> None:
    outcome = read_file(shared_data / "journald" / "rhel91-timers.ndjson")
    ends = [(row["job"], row["event"], row["exit_code"]) for row in outcome.lifecycle]
    assert ends == [
        ("vboxadd", "failed", 1),
        ("vboxadd-service", "failed", 1),
        ("systemd-tmpfiles-clean", "completed", None),
        ("dnf-makecache", "completed", None),
    ]


def test_only_services_with_a_timer_can_become_jobs_of_their_own(shared_data: Path) -> None:
    outcome = read_file(shared_data / "journald" / "rhel91-timers.ndjson")
    named = {row["job"]: row["command"] for row in outcome.lifecycle}
    assert named["dnf-makecache"] == "dnf-makecache.service"
    assert named["vboxadd"] is None


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_compressed_journal_is_recognised_and_read(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    (tmp_path / "j").write_bytes(compress(written(cron("07:00:01"))))
    assert Journal().detect(tmp_path / "j")
    assert len(read_file(tmp_path / "j").triggers) == 1


@pytest.mark.parametrize(
    "content", [b'{"__REALTIME_TIMESTAMP": "1"}\n', b'{"_BOOT_ID": "b"}\n', b"__REALTIME_TIMESTAMP"]
)
def test_json_without_time_or_boot_is_not_recognised(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "j").write_bytes(content)
    assert not Journal().detect(tmp_path / "j")


def test_line_of_cron_is_a_trigger_with_its_command_and_process(tmp_path: Path) -> None:
    (row,) = read_journal(tmp_path, cron("07:00:01", SYSLOG_PID="99")).triggers
    assert (row["at"], row["host"], row["command"], row["process_id"]) == (ns("07:00:01"), "web1", "/opt/backup", "99")


@pytest.mark.parametrize("identifier", ["CRON", "crond", "cron", "/usr/sbin/cron"])
def test_cron_is_known_by_each_of_its_names(tmp_path: Path, identifier: str) -> None:
    assert len(read_journal(tmp_path, cron("07:00:01", SYSLOG_IDENTIFIER=identifier)).triggers) == 1


def test_session_that_pam_opens_is_no_trigger(tmp_path: Path) -> None:
    outcome = read_journal(tmp_path, cron("07:00:01", "pam_unix(cron:session): session opened for user root"))
    assert not outcome.triggers
    assert outcome.is_balanced


def test_end_that_anacron_tells_is_a_lifecycle_row_of_no_command(tmp_path: Path) -> None:
    said = cron("07:09:00", "Job `cron.daily' terminated (exit status: 1)", SYSLOG_IDENTIFIER="anacron")
    (row,) = read_journal(tmp_path, said).lifecycle
    assert (row["event"], row["job"], row["exit_code"], row["command"]) == ("failed", "cron.daily", 1, None)


def test_message_of_bytes_is_read_and_what_is_no_utf8_stays_visible(tmp_path: Path) -> None:
    raw = list(b"(root) CMD (/opt/caf\xe9)")
    (row,) = read_journal(tmp_path, cron("07:00:01") | {"MESSAGE": raw}).triggers
    assert row["command"] == r"/opt/caf\xe9"


def test_of_a_field_with_several_values_the_first_counts(tmp_path: Path) -> None:
    (row,) = read_journal(tmp_path, cron("07:00:01", SYSLOG_PID=["7", "8"], _HOSTNAME=["a", "b"])).triggers
    assert (row["process_id"], row["host"]) == ("7", "a")


def test_field_that_was_too_large_is_empty(tmp_path: Path) -> None:
    outcome = read_journal(tmp_path, cron("07:00:01") | {"MESSAGE": None})
    assert not outcome.triggers
    assert outcome.is_balanced


def test_time_of_sending_goes_before_the_time_of_reception(tmp_path: Path) -> None:
    sent = str(ns("07:00:01") // 1000)
    (row,) = read_journal(tmp_path, cron("07:00:04", _SOURCE_REALTIME_TIMESTAMP=sent)).triggers
    assert (row["at"], row["time_text"]) == (ns("07:00:01"), sent)


def test_host_of_the_config_stands_where_an_entry_names_none(tmp_path: Path) -> None:
    (row,) = read_journal(tmp_path, cron("07:00:01", _HOSTNAME=...), host="db1").triggers
    assert row["host"] == "db1"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"[1]", "not JSON"),
        (b"{}", "no __REALTIME_TIMESTAMP"),
        (b'{"__REALTIME_TIMESTAMP": "soon"}', "impossible time"),
        (b'{"__REALTIME_TIMESTAMP": "99999999999999999999"}', "impossible time"),
        (b'{"__REALTIME_TIMESTAMP": null}', "impossible time"),
    ],
)
def test_record_that_is_no_entry_is_rejected_and_the_others_are_read(tmp_path: Path, line: bytes, reason: str) -> None:
    outcome = read_bytes(tmp_path, line + b"\n" + written(cron("07:00:01")))
    assert [(each.record, each.reason) for each in outcome.rejects] == [(1, reason)]
    assert len(outcome.triggers) == 1
    assert outcome.is_balanced


def test_entry_that_is_too_long_is_said_to_be(tmp_path: Path) -> None:
    outcome = read_journal(tmp_path, entry("06:00:00", "x" * 70_000), cron("07:00:01"))
    assert [each.reason for each in outcome.rejects] == ["longer than 64 KiB"]
    assert len(outcome.triggers) == 1


def test_half_written_last_line_is_said_to_be_incomplete(tmp_path: Path) -> None:
    outcome = read_bytes(tmp_path, written(cron("07:00:01"), cron("08:00:01"))[:-9])
    assert [each.reason for each in outcome.rejects] == ["incomplete last line"]
    assert len(outcome.triggers) == 1


def test_journal_cut_in_its_compressed_data_is_a_fault_and_its_good_part_is_read(tmp_path: Path) -> None:
    whole = written(*(cron(f"0{hour}:00:01", f"(a) CMD (/opt/{hour * 7919})") for hour in range(10)))
    outcome = read_bytes(tmp_path, gzip.compress(whole, 0)[:-700])
    assert outcome.account.fault is not None
    assert outcome.triggers


@pytest.mark.parametrize("prefix", [b"data: ", b"\x1e"])
def test_entries_of_the_other_streams_are_read(tmp_path: Path, prefix: bytes) -> None:
    assert len(read_bytes(tmp_path, prefix + written(cron("07:00:01")) + b"\n").triggers) == 1


def test_entry_that_was_exported_twice_counts_once(tmp_path: Path) -> None:
    outcome = read_bytes(tmp_path, written(cron("07:00:01")) * 2)
    assert len(outcome.triggers) == 1
    assert outcome.is_balanced


def test_journal_covers_from_its_first_to_its_last_instant_whatever_their_order(tmp_path: Path) -> None:
    outcome = read_journal(tmp_path, cron("07:00:01"), entry("03:00:00"), entry("09:00:00"), cron("08:00:01"))
    assert outcome.account.covers == (ns("03:00:00"), ns("09:00:00"))


def test_run_is_the_same_in_whatever_order_cron_and_systemd_are_exported(tmp_path: Path) -> None:
    pieces = ([armed()], [starting(), finished()], [cron("06:00:01")])
    told = set()
    for order in permutations(pieces):
        outcome = read_journal(tmp_path, *(each for piece in order for each in piece))
        told.add(str(sorted((row["at"], row["job"] or "", str(row["command"])) for row in outcome.triggers)))
    assert len(told) == 1


def test_host_is_up_from_its_boot_to_its_last_entry(tmp_path: Path) -> None:
    first = entry("06:00:30", __MONOTONIC_TIMESTAMP=str(30_000_000))
    (stretch,) = read_journal(tmp_path, first, entry("22:00:00")).account.stretches
    assert (stretch.host, stretch.boot, stretch.since, stretch.until) == ("web1", "b1", ns("06:00:00"), ns("22:00:00"))


def test_sleep_of_a_host_is_kept_with_the_record_that_began_it(tmp_path: Path) -> None:
    stretches = read_journal(tmp_path, entry("00:30:00"), *slept("01:00:00", "05:00:00")).account.stretches
    assert [(each.since, each.until, each.record) for each in stretches if not each.boot] == [
        (ns("01:00:00"), ns("05:00:00"), 2)
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=6,
)
NAMES = st.sampled_from([*starting(), *cron("07:00:01"), "_SOURCE_REALTIME_TIMESTAMP", "EXIT_STATUS", "USER_UNIT"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), NAMES, VALUES), max_size=4))
def test_any_value_in_any_field_is_read_or_rejected_and_accounted_for(changes) -> None:
    entries = [armed(), starting(), finished(), cron("08:00:01")]
    for number, name, value in changes:
        entries[number][name] = value
    with TemporaryDirectory() as folder:
        outcome = read_bytes(Path(folder), "".join(f"{json.dumps(each)}\n" for each in entries).encode())
    assert outcome.is_balanced


def test_start_and_end_are_said_once_however_often_they_are_repeated(tmp_path: Path) -> None:
    outcome = read_journal(tmp_path, starting(), finished(), finished(), finished())
    assert len(outcome.lifecycle) == 1
    assert outcome.account.skipped[SAID_AGAIN] == 2
