"""The syslog source as a whole: real logs, recognition, damaged and compressed files, splits."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forensics.evidence.intake import Intake
from forensics.sources.syslog import Syslog
from tests.sources.syslog_builders import OPTIONS, Outcome, cron, ns, read_bytes, read_file, read_lines, utc

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize(
    ("name", "triggers", "lifecycle", "rejects"),
    [
        ("freebsd13-cron.log", 272, 0, 0),
        ("rocky9-cron.log", 16, 86, 0),
        ("netbsd9-cron.log", 10, 10, 0),
        ("ubuntu22-syslog.log", 4, 0, 0),
        ("synology-synocrond-execute.log", 19, 0, 0),
        ("plaso-syslog_cron.log", 9, 0, 0),
        ("plaso-syslog", 3, 1, 1),
        ("plaso-syslog_rsyslog", 0, 0, 0),
        ("plaso-syslog_rsyslog_traditional", 1, 1, 1),
        ("plaso-syslog_rsyslog_ForwardFormat", 0, 0, 1),
        ("plaso-syslog_rsyslog_SyslogProtocol23Format", 0, 0, 1),
        ("jc-generic-syslog-3164.out", 0, 0, 2),
        ("jc-generic-syslog-5424.out", 0, 0, 3),
    ],
)
def test_real_log_gives_its_counts_and_is_recognised(
    shared_data: Path, name: str, triggers: int, lifecycle: int, rejects: int
) -> None:
    path = shared_data / "syslog" / name
    outcome = read_file(path)
    assert (len(outcome.triggers), len(outcome.lifecycle), len(outcome.rejects)) == (triggers, lifecycle, rejects)
    assert outcome.is_balanced
    assert Syslog().detect(path)


def test_rocky_log_has_sixteen_ends_three_anacron_jobs_and_the_year_that_anacron_tells(shared_data: Path) -> None:
    outcome = read_file(shared_data / "syslog" / "rocky9-cron.log")
    assert sum(row["command"] is not None for row in outcome.lifecycle) == 16
    anacron = [row["job"] for row in outcome.lifecycle if str(row["job"]).startswith("cron.")]
    assert anacron == ["cron.daily", "cron.daily", "cron.weekly", "cron.weekly", "cron.monthly", "cron.monthly"]
    assert outcome.times[0] == "2022-10-08T07:01:01Z"
    assert utc(outcome.lifecycle[-1]["at"]) == "2022-10-08T22:07:57Z"
    assert outcome.account.hosts == {"localhost", "rockylinux-s-1vcpu-512mb-10gb-nyc1-01"}


def test_disorder_over_two_months_stays_in_one_year(shared_data: Path) -> None:
    outcome = read_file(shared_data / "syslog" / "plaso-syslog_cron.log")
    assert {time[:4] for time in outcome.times} == {outcome.times[0][:4]}
    assert outcome.times[-1] < outcome.times[0]


@pytest.mark.parametrize("name", ["jc-generic-syslog-3164", "jc-generic-syslog-5424"])
def test_rejects_are_what_another_reader_could_not_read_or_has_no_time_for(shared_data: Path, name: str) -> None:
    records = json.loads((shared_data / "syslog" / f"{name}.json").read_text(encoding="utf-8"))
    lines = (shared_data / "syslog" / f"{name}.out").read_text(encoding="utf-8").split("\n")
    written = [line for line in lines if line.strip()]
    unreadable = [
        line
        for line, record in zip(written, records, strict=True)
        if "unparsable" in record or not (record.get("timestamp") or record.get("date"))
    ]
    assert [reject.text for reject in read_file(shared_data / "syslog" / f"{name}.out").rejects] == unreadable


@pytest.mark.parametrize(
    "content",
    [
        "",
        '{"time": "2026-03-19T07:30:00+09:00", "job": "x"}\n' * 3,
        "time,job\n2026-03-19T07:30:00+09:00,backup\n2026-03-19T07:31:00+09:00,backup\n",
        "total 8\n-rw-r--r-- 1 root root 5 Mar 15 22:20 a\n-rw-r--r-- 1 root root 5 Mar 15 22:20 b\n",
        "-rw-r--r-- 1 root root 5 2026-03-15 22:20:00.000000000 +0000 a\n" * 2,
        "1773905530.0000000000\t5\t/srv/a\n1773905531.0000000000\t5\t/srv/b\n",
        "2026-03-15+22:20:00.0000000000 5 /srv/a\n" * 2,
        "0|/srv/a|16|r/rrw-r--r--|0|0|5|4|5|6|0\n",
        "2026-03-19T07:30:00Z\n",
        "SUCCESS 2026-03-19T07:30:00Z\n",
        "2026-03-19 07:30:00 install foo:amd64 1.0\n" * 2,
    ],
)
def test_other_formats_are_not_taken_for_a_syslog(tmp_path: Path, content: str) -> None:
    path = tmp_path / "syslog"
    path.write_text(content, encoding="utf-8")
    assert not Syslog().detect(path)


def test_other_real_files_are_not_taken_for_a_syslog(shared_data: Path) -> None:
    others = [path for path in shared_data.rglob("*") if path.is_file() and path.parent.name != "syslog"]
    assert len(others) > 30
    assert [path.name for path in others if Syslog().detect(path)] == []


def test_log_is_recognised_by_its_lines_though_some_are_continued(tmp_path: Path) -> None:
    path = tmp_path / "anything.txt"
    path.write_text(cron("Mar 15 22:20:00") + "\n\tmore\n\tof it\n\n\tand more\n", encoding="utf-8")
    assert Syslog().detect(path)


def test_folder_is_not_recognised(tmp_path: Path) -> None:
    assert not Syslog().detect(tmp_path)


def test_missing_file_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "absent.log")


def iso_log(lines: int, seed: int = 1) -> bytes:
    chance = random.Random(seed)
    written = []
    for number in range(lines):
        stamp = f"2026-03-{1 + number // 60 % 28:02d}T07:{number % 60:02d}:{chance.randrange(60):02d}"
        fraction = chance.choice(["", "", ".5", ".123456"])
        line = chance.choice(
            [
                cron(f"{stamp}{fraction}+09:00", f"job-{number % 7}.sh", number),
                f"{stamp}{fraction}Z web2 CROND[{number}]: (root) CMDEND (job-{number % 7}.sh)",
                f"{stamp} web2 anacron[{number}]: Job `cron.daily' terminated (exit status: {number % 2})",
                f"{stamp} kernel: [{number}] tick",
                f"<78>1 {stamp}{fraction}+01:00 web3 CRON {number} - - (www) CMD (php job.php)",
                "",
                "\tcontinued",
                "no time at all",
            ]
        )
        written.append(line)
    return "".join(f"{line}\n" for line in written).encode()


LOG = iso_log(120)


def bare(outcome: Outcome, offset: int = 0) -> list[tuple[object, ...]]:
    """Rows and rejects without their files, the record numbers moved."""
    rows = [
        (table, *[(name, value + offset if name == "record" else value) for name, value in sorted(row.items())])
        for table, rows in (("triggers", outcome.triggers), ("lifecycle", outcome.lifecycle))
        for row in rows
    ]
    rejects = [("reject", reject.record + offset, reject.reason, reject.text) for reject in outcome.rejects]
    return sorted([*rows, *rejects], key=repr)


def without_unsaid(found: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """A column that no row of a file fills may be left out of its batch."""
    return sorted(
        (tuple(part for part in row if not (isinstance(part, tuple) and part[1] is None)) for row in found), key=repr
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(min_value=0, max_value=120))
def test_splitting_a_file_at_any_line_changes_only_record_numbers(tmp_path: Path, cut: int) -> None:
    lines = LOG.splitlines(keepends=True)
    first = read_bytes(tmp_path, b"".join(lines[:cut]))
    second = read_bytes(tmp_path, b"".join(lines[cut:]))
    whole = without_unsaid(bare(read_bytes(tmp_path, LOG)))
    assert without_unsaid(bare(first) + bare(second, cut)) == whole


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_compression_changes_no_row(tmp_path: Path, suffix: str) -> None:
    plain, packed = read_bytes(tmp_path, LOG), read_bytes(tmp_path, COMPRESSORS[suffix](LOG))
    assert bare(packed) == bare(plain)
    assert packed.account.fault is None
    assert packed.account.sha256 != plain.account.sha256


def test_truncated_gzip_keeps_its_good_prefix_and_names_the_fault(tmp_path: Path) -> None:
    content = iso_log(3000)
    packed = gzip.compress(content)
    outcome = read_bytes(tmp_path, packed[: len(packed) // 2])
    assert "truncated gzip" in str(outcome.account.fault)
    assert outcome.is_balanced
    kept = len(outcome.triggers)
    assert kept > 200
    assert outcome.triggers == read_bytes(tmp_path, content).triggers[:kept]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400))
def test_rubbish_gives_rejects_and_never_an_exception(tmp_path: Path, content: bytes) -> None:
    outcome = read_bytes(tmp_path, content)
    assert outcome.is_balanced
    assert all(len(reject.text) <= 300 for reject in outcome.rejects)


FRAGMENTS = st.sampled_from(
    ["Mar 15 22:20:00 ", "Feb 29 01:01:60 ", "2026-03-19T07:30:00.5+09:00 ", "<78>1 ", "<15>", "web1 ", "CRON[1]: ", "crond: ", "(root) ", "CMD (", "CMDEND (", "x)", ")", "anacron[2]: Job `a' ", "terminated (exit status: 9)", "12-06 00:59:44 running job: ", "a with command: b as user c", "[a b=\"c\"] ", "\n", "\r\n", " ", ":", "\0", "é", "9999-12-31T23:59:59Z "]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(FRAGMENTS, max_size=30))
def test_every_record_is_accounted_for_whatever_the_parts_of_lines(tmp_path: Path, parts: list[str]) -> None:
    assert read_bytes(tmp_path, "".join(parts).encode(), timezone=OPTIONS.timezone).is_balanced


def test_binary_lines_are_rejected_one_by_one_with_what_they_begin_with(tmp_path: Path) -> None:
    outcome = read_bytes(tmp_path, b"\xff\xfe\x01\n" + cron("2026-03-19T07:30:00Z").encode() + b"\n\x80" * 2 + b"\n")
    assert [(reject.record, reject.text) for reject in outcome.rejects] == [
        (1, "\\xff\\xfe\x01"),
        (3, "\\x80"),
        (4, "\\x80"),
    ]
    assert len(outcome.triggers) == 1


WHOLE_LINES = [
    cron("2026-03-19T07:30:00+09:00", "a.sh"),
    cron("2026-03-19T07:31:00+09:00", "sleep $(( 1 * 60 )); b.sh"),
]


def test_last_line_without_its_end_is_a_row_when_it_is_whole(tmp_path: Path) -> None:
    outcome = read_bytes(tmp_path, "\n".join(WHOLE_LINES).encode())
    assert [row["command"] for row in outcome.triggers] == ["a.sh", "sleep $(( 1 * 60 )); b.sh"]


def test_half_written_last_line_is_never_a_row_wherever_it_was_cut(tmp_path: Path) -> None:
    content = "\n".join(WHOLE_LINES).encode()
    start = len(WHOLE_LINES[0]) + 1
    for end in range(start + 1, len(content)):
        outcome = read_bytes(tmp_path, content[:end])
        assert outcome.reasons == [(2, "incomplete last line")], content[start:end]
        assert len(outcome.triggers) == 1


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-19T07:30:00Z web1 anacron[1]: Job `cron.daily' terminated",
        "2026-03-19T07:30:00Z web1 run-parts[1]: (/etc/cron.hourly) finished droplet-ag",
        "2026-03-19T07:30:00Z web1 CRON[1]: (root) CMD",
        "12-06 00:59:44 running job: backup with command: /usr/syno/bin/b",
    ],
)
def test_last_line_that_may_lack_its_end_is_rejected_as_incomplete(tmp_path: Path, line: str) -> None:
    assert read_bytes(tmp_path, line.encode()).reasons == [(1, "incomplete last line")]


def test_last_line_without_its_end_that_is_about_no_job_is_skipped(tmp_path: Path) -> None:
    outcome = read_bytes(tmp_path, b"2026-03-19T07:30:00Z web1 sshd[1]: session opened")
    assert (outcome.rejects, sum(outcome.account.skipped.values())) == ([], 1)


def test_overlong_cron_line_is_still_one_trigger(tmp_path: Path) -> None:
    outcome = read_lines(tmp_path, cron("2026-03-19T07:30:00Z", "x" * 200_000), cron("2026-03-19T07:31:00Z"))
    assert [row["record"] for row in outcome.triggers] == [1, 2]
    assert outcome.is_balanced


def test_coverage_reaches_over_all_readable_lines_to_the_fraction(tmp_path: Path) -> None:
    outcome = read_lines(
        tmp_path,
        "2026-03-19T07:00:07.25Z web1 sshd[1]: hello",
        cron("2026-03-19T07:30:00Z"),
        "2026-03-19T09:59:41.5Z web1 sshd[1]: bye",
        "2026-03-19T09:59:40Z web1 sshd[1]: late",
    )
    first, last = ns("2026-03-19T07:00:07Z") + 250_000_000, ns("2026-03-19T09:59:41Z") + 500_000_000
    assert outcome.account.covers == (first, last)
    assert outcome.account.newest == last


def test_empty_file_covers_nothing(tmp_path: Path) -> None:
    outcome = read_bytes(tmp_path, b"")
    assert (outcome.account.records, outcome.account.covers, outcome.account.newest) == (0, None, None)


def test_rows_fill_typed_frames(tmp_path: Path) -> None:
    path = tmp_path / "cron.log"
    path.write_bytes(LOG)
    intake = Intake()
    account = intake.take("cron.log", "syslog", Syslog.lanes, Syslog().read(path, OPTIONS))
    lifecycle = intake.evidence().lifecycle
    assert account.records == sum(account.rows.values()) + account.rejected + sum(account.skipped.values())
    assert set(lifecycle["exit_code"].dropna()) == {0.0, 1.0}


def test_records_of_a_file_are_in_order(tmp_path: Path) -> None:
    records = [row["record"] for row in read_bytes(tmp_path, LOG).triggers]
    assert all(before < after for before, after in pairwise(records))
