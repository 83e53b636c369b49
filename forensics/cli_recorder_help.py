"""The help of ``forensics heartbeat write`` and ``script``."""

from __future__ import annotations

WRITE = """\
Usage: forensics heartbeat write [OPTIONS] JOB INTERVAL

  Say that a job is well: write JOB.last, durably. No config is read.

  JOB is the job's name: 1 to 64 of A-Z a-z 0-9 . _ - and none of . _ - first.
  INTERVAL is the time until the next beat: in seconds, or 90s, 15m, 2h, 1d.

Options:
  --dir DIR        Where to write; else $FORENSICS_HEARTBEAT_DIR, else the first folder of the
                   built-in list that can be written, else the user's state folder.
  --status STATUS  One word.  [default: SUCCESS]
  -h, --help       Show this message and exit.

Exit codes:
  0  written, and safe from a power cut
  2  wrong usage, or a name that differs from another job's in case alone
  4  it could not be written

Example, at the end of a crontab's line:
  0 3 * * *  backup.sh && forensics heartbeat write backup 1d
"""

SCRIPT = """\
Usage: forensics heartbeat script [OPTIONS]

  Install the writer for shells, and print where. It needs nothing but POSIX sh, and always exits with 0.

  It goes by two names: heartbeat-write.sh and cron-heartbeat-write.sh. Both take JOB INTERVAL,
  --dir and --status, as `forensics heartbeat write` does.

Options:
  --dir DIR   Where to install it.  [default: /usr/local/bin, else ~/.local/bin]
  -h, --help  Show this message and exit.
"""
