"""What a syslog's lines say of jobs, in every wording and form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sources.syslog_builders import Outcome, cron, read_bytes, read_lines

STAMP = "2026-03-19T07:30:00Z"


def said(outcome: Outcome) -> list[tuple[Any, ...]]:
    rows = [*outcome.triggers, *outcome.lifecycle]
    return [(row["event"], row.get("job"), row.get("command"), row.get("exit_code")) for row in rows]


@pytest.mark.parametrize(
    ("message", "event", "job", "command", "exit_code"),
    [
        ("CRON[1]: (root) CMD (run me)", "accepted", None, "run me", None),
        (
            "CROND[1]: (root) CMD (   cd / && run-parts /etc/cron.hourly )",
            "accepted",
            None,
            "cd / && run-parts /etc/cron.hourly",
            None,
        ),
        ("/USR/SBIN/CRON[1]: (root) CMD (x)", "accepted", None, "x", None),
        ("/usr/sbin/cron[1]: (operator) CMD (x)", "accepted", None, "x", None),
        ("Cron[1]: (root) CMD (x)", "accepted", None, "x", None),
        ("crond: (root) CMD (x)", "accepted", None, "x", None),
        ("CRON[1]: (root) CMD (/sbin/check))", "accepted", None, "/sbin/check", None),
        ("CRON[1]: (root) CMD (sleep $(( 1 * 60 )))", "accepted", None, "sleep $(( 1 * 60 ))", None),
        ("CRON[1]: (root) CMD ([4242] run me)", "accepted", None, "run me", None),
        ("CRON[1]: (root) CMD ([ -x /bin/a ] && /bin/a)", "accepted", None, "[ -x /bin/a ] && /bin/a", None),
        ("cron[1]: (root) CMD START (/usr/libexec/atrun)", "accepted", None, "/usr/libexec/atrun", None),
        ("cron[1]: (root) CMD FINISH (/usr/libexec/atrun)", "ended", None, "/usr/libexec/atrun", None),
        ("CROND[1]: (root) CMDEND (run me)", "ended", None, "run me", None),
        ("CRON[1]: (root) END (run me)", "ended", None, "run me", None),
        (
            "crond[1]: USER root pid 3000 cmd run-parts /etc/periodic/15min",
            "accepted",
            None,
            "run-parts /etc/periodic/15min",
            None,
        ),
        ("anacron[1]: Job `cron.daily' started", "started", "cron.daily", None, None),
        ("anacron[1]: Job `cron.daily' terminated", "ended", "cron.daily", None, None),
        ("anacron[1]: Job `cron.daily' terminated (mailing output)", "ended", "cron.daily", None, None),
        ("anacron[1]: Job `cron.daily' terminated (exit status: 3) (mailing output)", "failed", "cron.daily", None, 3),
        ("anacron[1]: Job `cron.daily' terminated due to signal 9", "failed", "cron.daily", None, 137),
        ("Job `cron.daily' terminated", "ended", "cron.daily", None, None),
        ("run-parts[1]: (/etc/cron.hourly) starting 0anacron", "started", "0anacron", None, None),
        ("run-parts[1]: (/etc/cron.hourly) finished 0anacron", "ended", "0anacron", None, None),
        ("run-parts(/etc/cron.daily)[1]: starting logrotate", "started", "logrotate", None, None),
    ],
)
def test_wording_means(
    tmp_path: Path, message: str, event: str, job: str | None, command: str | None, exit_code: int | None
) -> None:
    assert said(read_lines(tmp_path, f"{STAMP} web1 {message}")) == [(event, job, command, exit_code)]


def test_anacron_and_run_parts_lines_are_no_triggers(tmp_path: Path) -> None:
    outcome = read_lines(
        tmp_path,
        f"{STAMP} web1 anacron[1]: Job `cron.daily' started",
        f"{STAMP} web1 run-parts[1]: (/etc/cron.hourly) starting 0anacron",
    )
    assert (len(outcome.triggers), len(outcome.lifecycle)) == (0, 2)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("crond[1]: (CRON) STARTUP (1.5.7)", "cron's own remarks"),
        ("crond[1]: (CRON) INFO (running with inotify support)", "cron's own remarks"),
        ("cron[1]: (root) RELOAD (tabs/root)", "cron's own remarks"),
        ("CROND[1]: (root) CMDOUT (CMD was here)", "cron's own remarks"),
        ("CRON[1]: pam_unix(cron:session): session opened for user root", "cron's own remarks"),
        ("anacron[1]: Normal exit (1 job run)", "cron's own remarks"),
        ("run-parts[1]: (/etc/cron.hourly) said something", "cron's own remarks"),
        ("anacron[1]: Anacron started on 2022-13-40", "cron's own remarks"),
        ("running late again", "not about a scheduled job"),
        ("kernel: [ 0.9] rtc: setting system clock to 2026-03-19T07:30:00 UTC", "not about a scheduled job"),
        ("systemd[1]: Started Daily (root) CMD (backup)", "not about a scheduled job"),
        ("sudo: (root) CMD (backup)", "not about a scheduled job"),
        ("crontab[1]: (root) LIST (root)", "not about a scheduled job"),
        ("log_tag !@#$%^&*()-_=+[]{}\\|;:'\",./<>?", "not about a scheduled job"),
    ],
)
def test_readable_line_that_is_no_evidence_is_skipped_for_its_reason(tmp_path: Path, message: str, reason: str) -> None:
    outcome = read_lines(tmp_path, f"{STAMP} web1 {message}")
    assert (said(outcome), outcome.account.skipped) == ([], {reason: 1})


def test_blank_and_continued_lines_are_skipped_and_other_lines_without_a_time_are_rejected(tmp_path: Path) -> None:
    outcome = read_lines(
        tmp_path, cron(STAMP), "", " \t", "\tcontinued", " too", "not continued", "2026-13-01T00:00:00Z web1 x: y"
    )
    assert outcome.account.skipped == {"blank line": 2, "continuation of a message": 2}
    assert outcome.reasons == [(6, "no readable time stamp"), (7, "impossible time stamp")]


@pytest.mark.parametrize(
    ("line", "host", "process_id"),
    [
        ("Mar 19 07:30:00 web1 CRON[17]: (root) CMD (x)", "web1", "17"),
        ("Mar 19 07:30:00 fe80::1 CRON[17]: (root) CMD (x)", "fe80::1", "17"),
        ("Mar 19 07:30:00 fe80:: CRON[17]: (root) CMD (x)", "fe80::", "17"),
        ("Mar 19 07:30:00  web1  CRON[17]: (root) CMD (x)", "web1", "17"),
        ("Mar 19 07:30:00 CRON[17]: (root) CMD (x)", "named", "17"),
        ("Mar 19 07:30:00: CRON[17]: (root) CMD (x)", "named", "17"),
        ("Mar 19 07:30:00 web1 crond: (root) CMD (x)", "web1", None),
        ("Mar 19 07:30:00 web1 CRON[17] (root) CMD (x)", "web1", "17"),
        ("<78>Mar 19 07:30:00 web1 CRON[17]: (root) CMD (x)", "web1", "17"),
        ("<78>2026-03-19T07:30:00Z web1 CRON[17]: (root) CMD (x)", "web1", "17"),
        ("<78>1 2026-03-19T07:30:00Z web1 CRON 17 - - (root) CMD (x)", "web1", "17"),
        ("<78>1 2026-03-19T07:30:00Z - /usr/sbin/cron - - - (root) CMD (x)", "named", None),
        ('<78>1 2026-03-19T07:30:00Z web1 cron 17 ID [a@1 k="] \\"]"][b] \ufeff(root) CMD (x)', "web1", "17"),
        ("1 2026-03-19T07:30:00Z web1 CRON 17 - -  (root) CMD (x)", "web1", "17"),
        ("\ufeff2026-03-19T07:30:00Z web1 CRON[17]: (root) CMD (x)", "web1", "17"),
        ("\0\0\0Mar 19 07:30:00 web1 CRON[17]: (root) CMD (x)", "web1", "17"),
        ("Mar 19 07:30:00 web1 CRON[17]: (root) CMD (x)\r", "web1", "17"),
    ],
)
def test_form_of_line_is_taken_apart(tmp_path: Path, line: str, host: str, process_id: str | None) -> None:
    [row] = read_lines(tmp_path, line, host="named").triggers
    assert (row["host"], row["process_id"], row["command"]) == (host, process_id, "x")


def test_host_from_the_options_never_outranks_the_one_on_the_line(tmp_path: Path) -> None:
    outcome = read_lines(tmp_path, cron(STAMP), f"{STAMP} CRON[1]: (root) CMD (x)", host="other")
    assert [row["host"] for row in outcome.triggers] == ["web1", "other"]
    assert outcome.account.hosts == {"web1", "other"}


def test_host_that_nobody_names_is_unknown(tmp_path: Path) -> None:
    outcome = read_lines(tmp_path, f"{STAMP} CRON[1]: (root) CMD (x)")
    assert [row["host"] for row in outcome.triggers] == [None]
    assert outcome.account.hosts == frozenset()


def test_synology_line_names_its_job_and_command(tmp_path: Path) -> None:
    line = "03-06 00:59:44 running job: pkg-Update with command: /usr/bin/update --all as user admin as user root"
    [row] = read_lines(tmp_path, line).triggers
    assert (row["job"], row["command"], row["event"]) == (
        "pkg-Update",
        "/usr/bin/update --all as user admin",
        "accepted",
    )
    assert row["time_text"] == "03-06 00:59:44"


def test_records_run_together_in_one_line_are_told_apart(tmp_path: Path) -> None:
    record = "<78>2026-03-19T07:30:0{}.5+00:00 web1 CRON[1]: (root) CMD (job-{})"
    outcome = read_bytes(tmp_path, "".join(record.format(number, number) for number in range(3)).encode() + b"<30>\n")
    assert [row["command"] for row in outcome.triggers] == ["job-0", "job-1", "job-2"]
    assert [row["record"] for row in outcome.triggers] == [1, 1, 1]
    assert outcome.account.records == 3


def test_line_quoted_in_the_message_of_a_plain_line_is_no_record(tmp_path: Path) -> None:
    outcome = read_lines(tmp_path, f"{STAMP} web1 app[1]: said <78>{cron(STAMP)}")
    assert (outcome.triggers, outcome.account.records) == ([], 1)


def test_text_that_is_no_utf8_stays_visible(tmp_path: Path) -> None:
    [row] = read_bytes(tmp_path, cron(STAMP).encode().replace(b"backup", b"caf\xe9")).triggers
    assert row["command"] == "caf\\xe9.sh"


def test_line_with_a_next_line_sign_in_it_stays_one_record(tmp_path: Path) -> None:
    [row] = read_lines(tmp_path, cron(STAMP, "echo a\u2028b\x85c\x0bd")).triggers
    assert row["command"] == "echo a\u2028b\x85c\x0bd"
