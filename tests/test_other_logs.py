"""Cron's lines as other systems write them: their own stamps, priorities, words, and clocks without a battery."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from forensics.cli import main
from tests.sources import journal_builders as journal
from tests.sources.syslog_builders import Outcome, read_lines, utc

MARCH = "2026-03-20T12:00:00Z"
AT = "2026-03-19T07:30:00Z"
BSD, BUSYBOX = "/usr/libexec/atrun", "/opt/sync --all"


def said(outcome: Outcome) -> list[tuple[Any, ...]]:
    """Return what the rows say, in the order of their records."""
    rows = sorted([*outcome.triggers, *outcome.lifecycle], key=lambda row: row["record"])
    return [(row["event"], row.get("command") or row.get("job"), row.get("exit_code")) for row in rows]


@pytest.mark.parametrize(
    ("line", "host", "command"),
    [
        # FreeBSD's syslogd -v and -vv, and with RFC 5424.
        (f"Mar 19 07:30:00 <cron.info> web1 /usr/sbin/cron[77]: (root) CMD ({BSD})", "web1", BSD),
        (f"Mar 19 07:30:00 <9.6> web1 /usr/sbin/cron[77]: (root) CMD ({BSD})", "web1", BSD),
        (f"<78>1 2026-03-19T16:30:00.000000+09:00 web1 /usr/sbin/cron 77 - - (root) CMD ({BSD})", "web1", BSD),
        # Alpine's syslogd names facility and severity; so does OpenWrt's, which names no host.
        (f"Mar 19 07:30:00 web1 cron.info crond[77]: USER root pid  30 cmd {BUSYBOX}", "web1", BUSYBOX),
        (f"Thu Mar 19 07:30:00 2026 cron.err crond[77]: USER root pid 30 cmd {BUSYBOX}", "named", BUSYBOX),
        (f"Thu Mar 19 07:30:00 2026 cron.info crond[77]: crond: USER root pid 30 cmd {BUSYBOX}", "named", BUSYBOX),
        # ESXi, before and since it tells the severity.
        (f"2026-03-19T07:30:00Z crond[77]: USER root pid 30 cmd {BUSYBOX}", "named", BUSYBOX),
        (f"2026-03-19T07:30:00.000Z In(78) crond[77]: USER root pid 30 cmd {BUSYBOX}", "named", BUSYBOX),
        # Slackware.
        (f"Mar 19 07:30:00 web1 crond[77]: FILE /var/spool/cron/crontabs/op USER op PID 30 cmd {BUSYBOX}", "web1", BUSYBOX),
        # journalctl's own outputs, as people save them.
        ("Mar 19 07:30:00.000000 web1 CRON[77]: (op) CMD (x)", "web1", "x"),
        ("2026-03-19T07:30:00+0000 web1 CRON[77]: (op) CMD (x)", "web1", "x"),
        ("Thu 2026-03-19 07:30:00 UTC web1 CRON[77]: (op) CMD (x)", "web1", "x"),
        ("Thu 2026-03-19 16:30:00 +09 web1 CRON[77]: (op) CMD (x)", "web1", "x"),
        # macOS, and cron on a domain's member.
        ("2026-03-19 16:30:00.000000+0900  mac1 /usr/sbin/cron[77]: (op) CMD (x)", "mac1", "x"),
        ("Mar 19 07:30:00 web1 CROND[77]: (DOMAIN\\op) CMD (x)", "web1", "x"),
        ("Mar 19 07:30:00 web1 fcron[77]: Job x started for user op (pid 30)", "web1", "x"),
    ],
)  # fmt: skip
def test_other_system_writes_a_trigger_in_its_own_form(tmp_path: Path, line: str, host: str, command: str) -> None:
    outcome = read_lines(tmp_path, line, host="named", modified=MARCH)
    rows = [(utc(row["at"]), row["host"], row.get("command")) for row in outcome.triggers]
    assert (rows, outcome.account.hosts) == ([(AT, host, command)], {host})


@pytest.mark.parametrize(
    "message",
    [
        "newsyslog[7]: logfile turned over due to size>100K",
        "CRON[7]: (CRON) info (No MTA installed, discarding output)",
        "cron[7]: (*system*) RELOAD (/etc/crontab)",
        "cron[7]: (*system*e2scrub_all) RELOAD (/etc/cron.d/e2scrub_all)",
        "CROND[7]: (root) CMDOUT (said CMD (x))",
        "CROND[7]: (root) MAIL (mailed 12 bytes of output but got status 0x004b)",
        "CRON[7]: (CRON) error (grandchild #8 failed with exit status 1)",
        "cron.info crond[7]: crond (busybox 1.36.1) started, log level 8",
        "authpriv.info CRON[7]: pam_unix(cron:session): session opened for user op",
        "fcron[7]: updating configuration from /var/spool/fcron",
        "atd[7]: Starting job 4 (a0000401) for user 'op' (1000)",
    ],
)
def test_remark_of_another_system_is_no_run(tmp_path: Path, message: str) -> None:
    outcome = read_lines(tmp_path, f"Mar 19 07:30:00 web1 {message}")
    assert (said(outcome), outcome.rejects, sum(outcome.account.skipped.values())) == ([], [], 1)


def test_lines_in_which_journalctl_speaks_itself_are_no_rejects(tmp_path: Path) -> None:
    own = ["-- Logs begin at Thu 2016-11-03 17:16:43 UTC, end at Thu 2026-03-19 08:00:00 UTC. --", "-- Reboot --"]
    outcome = read_lines(tmp_path, own[0], "Mar 19 07:30:00 pi CRON[7]: (op) CMD (x)", own[1])
    assert (outcome.reasons, outcome.account.skipped) == ([], {"journalctl's own remark": 2})


def test_line_that_only_begins_like_journalctls_own_is_a_reject(tmp_path: Path) -> None:
    outcome = read_lines(tmp_path, "-- the log host was away --", "Mar 19 07:30:00 pi CRON[7]: (op) CMD (x)")
    assert (len(outcome.reasons), outcome.account.skipped) == (1, {})


def test_end_of_the_journal_that_journalctl_tells_bounds_the_year(tmp_path: Path) -> None:
    first = "-- Journal begins at Fri 2021-10-29 12:00:00 BST, ends at Sat 2021-11-20 16:15:14 GMT. --"
    lines = [first, "Nov 19 07:30:00 pi CRON[7]: (op) CMD (x)"]
    assert read_lines(tmp_path, *lines, modified=MARCH).times == ["2021-11-19T07:30:00Z"]


def test_date_that_older_anacrons_tell_with_their_version_names_the_year(tmp_path: Path) -> None:
    lines = ["Jun  7 13:24:12 web1 anacron[6]: Anacron 2.3 started on 2006-06-07", "Jun  7 13:25:01 web1 CRON[7]: (op) CMD (x)"]  # fmt: skip
    assert read_lines(tmp_path, *lines, modified=MARCH).times == ["2006-06-07T13:25:01Z"]


COMMANDS = ["Mar 19 07:30:01 pi CRON[31]: (op) CMD (a)", "Mar 19 07:30:01 pi CRON[33]: (op) CMD (b)"]


def test_failure_that_cron_tells_by_its_process_is_of_that_command(tmp_path: Path) -> None:
    failure = "Mar 19 07:30:05 pi CRON[30]: (CRON) error (grandchild #31 failed with exit status 3)"
    assert said(read_lines(tmp_path, *COMMANDS, failure))[2:] == [("failed", "a", 3)]


def test_failure_is_of_the_latest_command_of_its_process(tmp_path: Path) -> None:
    again = ["Mar 19 09:00:01 pi CRON[31]: (op) CMD (c)", "Mar 19 09:00:02 pi CRON[30]: (CRON) error (grandchild #31 failed with exit status 1)"]  # fmt: skip
    assert said(read_lines(tmp_path, *COMMANDS, *again))[3:] == [("failed", "c", 1)]


def test_failure_of_the_same_process_on_another_host_is_another(tmp_path: Path) -> None:
    failure = "Mar 19 07:30:05 other CRON[30]: (CRON) error (grandchild #31 failed with exit status 3)"
    assert len(said(read_lines(tmp_path, *COMMANDS, failure))) == 2


def test_end_told_beside_a_failure_does_not_hide_it(tmp_path: Path) -> None:
    lines = ["Mar 19 07:30:01 pi CRON[9]: (op) CMD ([10] a)", "Mar 19 07:30:01 pi CRON[9]: (CRON) error (grandchild #10 failed with exit status 127)", "Mar 19 07:30:01 pi CRON[9]: (op) END ([10] a)"]  # fmt: skip
    outcome = read_lines(tmp_path, *lines)
    assert (said(outcome), outcome.is_balanced) == ([("accepted", "a", None), ("failed", "a", 127)], True)


def test_failure_is_joined_to_its_command_in_a_journal(tmp_path: Path) -> None:
    failure = journal.cron("07:00:04", "(CRON) error (grandchild #417 failed with exit status 2)", _PID="416")
    [row] = journal.read_journal(tmp_path, journal.cron("07:00:01"), failure).lifecycle
    assert (row["event"], row["command"], row["exit_code"], row["process_id"]) == ("failed", "/opt/backup", 2, "417")


@pytest.mark.parametrize(
    ("stamps", "years"),
    [
        (("Mar 19 07:00:01", "Nov  3 17:16:43", "Nov  3 17:17:01", "Mar 19 07:31:01"), ("2026", "2026")),
        (("Oct 10 07:00:01", "Feb 14 10:12:01", "Oct 10 07:31:01", "Feb 14 10:12:01", "Oct 11 07:00:01"), ("2025", "2025")),
        (("Dec 31 07:00:01", "Feb 14 10:12:01", "Jan  1 07:31:01"), ("2025", "2026")),
        (("Mar 19 07:00:01", "Jan  1 00:00:10", "Mar 19 07:31:01"), ("2026", "2026")),
    ],
)  # fmt: skip
def test_boot_with_a_made_up_time_is_no_new_year(tmp_path: Path, stamps: tuple[str, ...], years: tuple[str, str]) -> None:  # fmt: skip
    outcome = read_lines(tmp_path, *(f"{stamp} pi CRON[7]: (op) CMD (x)" for stamp in stamps), modified=MARCH)
    assert (outcome.times[0][:4], outcome.times[-1][:4]) == years
    assert [utc(end) for end in outcome.account.covers or ()] == [outcome.times[0], outcome.times[-1]]


def woken(clock: str, awake: float, message: str = "", **more: Any) -> dict[str, Any]:
    """Return an entry of the second boot, after so many seconds of it."""
    return journal.entry(clock, message, _BOOT_ID="b2", __MONOTONIC_TIMESTAMP=str(round(awake * 1e6)), **more)


# The board was off from 03:00 to 09:00; until it is told the time it goes on from when it went off.
OFF = [
    journal.entry("02:00:00", _BOOT_ID="b1", __MONOTONIC_TIMESTAMP="1000000"),
    journal.entry("03:00:00", _BOOT_ID="b1", __MONOTONIC_TIMESTAMP="3601000000"),
    woken("03:00:01", 1),
    woken("03:00:20", 20),
    woken("09:00:25", 25),
    woken("12:00:00", 10_800),
]


def test_board_without_a_clock_was_off_until_it_booted(tmp_path: Path) -> None:
    stretches = journal.read_journal(tmp_path, *OFF).account.stretches
    assert [(each.boot, each.since, each.until) for each in stretches] == [
        ("b1", journal.ns("01:59:59"), journal.ns("03:00:00")),
        ("b2", journal.ns("09:00:00"), journal.ns("12:00:00")),
    ]


def test_made_up_time_of_a_boot_is_not_covered(tmp_path: Path) -> None:
    account = journal.read_journal(tmp_path, *OFF[2:]).account
    assert account.covers == (journal.ns("09:00:25"), journal.ns("12:00:00"))


def test_order_of_the_entries_does_not_change_when_the_board_was_up(tmp_path: Path) -> None:
    assert journal.read_journal(tmp_path, *reversed(OFF)).account.covers == (journal.ns("02:00:00"), journal.ns("12:00:00"))  # fmt: skip


def test_clock_that_drifts_or_a_host_that_slept_long_after_its_boot_is_not_put_right(tmp_path: Path) -> None:
    entries = [woken("03:00:01", 1), woken("03:04:00", 2), woken("06:00:00", 700), woken("09:00:00", 701)]
    assert journal.read_journal(tmp_path, *entries).account.covers == (journal.ns("03:00:01"), journal.ns("09:00:00"))


def test_slot_while_a_board_without_a_clock_was_off_is_missed_because_of_that(tmp_path: Path) -> None:
    tick = [journal.cron("02:30:01", _BOOT_ID="b1"), journal.cron("10:30:01", _BOOT_ID="b2")]
    (tmp_path / "journal.json").write_bytes(journal.written(*OFF[:2], tick[0], *OFF[2:5], tick[1], OFF[5]))
    (tmp_path / "forensics.toml").write_text(
        'timezone = "UTC"\n[[source]]\nkind = "journal"\npath = "journal.json"\n'
        '[[job]]\nname = "backup"\nschedule = "30 2-10/4 * * *"\ncommand = "/opt/backup"\nreports = "never"\n'
    )
    window = ["--since", "2026-03-19T02:00:00Z", "--until", "2026-03-19T11:00:00Z", "--now", "2026-03-20T00:00:00Z"]
    asked = ["report", "--config", str(tmp_path / "forensics.toml"), "--format", "json", "--quiet", *window]
    runs = json.loads(CliRunner().invoke(main, asked).stdout)["runs"]
    assert [(run["due_at"][11:16], run["verdict"], run["cause"]) for run in sorted(runs, key=lambda run: run["due_at"])] == [
        ("02:30", "unverifiable", None),
        ("06:30", "missed", "host_down"),
        ("10:30", "unverifiable", None),
    ]  # fmt: skip
