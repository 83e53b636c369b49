"""What starts the checks by itself: units of systemd and lines of a crontab, as texts.

Written by systemd.service(5), systemd.timer(5), systemd.exec(5), systemd.time(7) and crontab(5). Timers are
``Persistent``: what fell due while the host was off is done once it is up again. Cron has nothing like it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from forensics.errors import ForensicsError

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
USUAL_STEP = timedelta(minutes=15)
# How a step of some minutes or hours is written; both count anew from each full hour or day.
STEPS = ((MINUTE, 60, "*:0/{}", "*/{} * * * *"), (HOUR, 24, "0/{}:00", "0 */{} * * *"))
CHECK, REPORT, RETRY = "forensics-heartbeat-check", "forensics-report", "forensics-retry"
CRONTAB = "forensics.crontab"
UNFIT = frozenset("\"'\\")  # in the path of a program, says systemd itself
UNIT_SIGNS = str.maketrans({"\\": "\\\\", '"': '\\"', "%": "%%"})
# What no check or report needs, nor a hook that pages or restarts. Homes and /tmp stay in sight, because heartbeats
# may lie there; MemoryDenyWriteExecute is left out, because libraries that compile would break.
HARDENING = """\
NoNewPrivileges=yes
ProtectSystem=full
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
"""


@dataclass(frozen=True)
class Setup:
    """What the units say: ``command`` is how this program is called, ``config`` the config that is named to it.

    ``every`` is the step of the checks, ``nightly`` the host's own time of the report. ``hardens`` is False where a
    user's manager runs the units, or where a hook needs more than a check does.
    """

    command: tuple[str, ...]
    config: str | None = None
    every: timedelta = USUAL_STEP
    nightly: time = time(6)
    files_issues: bool = False
    hardens: bool = True


@dataclass(frozen=True)
class Task:
    """One thing that is done again and again: its calendar for systemd and for cron, its words."""

    name: str
    about: str
    calendar: str
    line: str
    words: tuple[str, ...]
    limit: str | None
    hardens: bool


def tasks(setup: Setup) -> tuple[Task, ...]:
    """Return the check, the retrying of what timed out at boot, and the nightly report.

    Raises:
        ForensicsError: the step is none that a calendar can hold.
    """
    calendar, line = step(setup.every)
    at = setup.nightly
    config = ("--config", setup.config) if setup.config else ()
    interval = () if setup.every == USUAL_STEP else ("--interval", word(setup.every))
    filing = ("--file-issues",) if setup.files_issues else ()
    about = "Night Watch:"
    return (
        Task(
            CHECK,
            f"{about} look for jobs that gave no sign of life",
            calendar,
            line,
            ("heartbeat", "check", *config, *interval),
            "10min",
            setup.hardens,
        ),
        Task(RETRY, f"{about} run again what timed out at boot", calendar, line, ("runs", "retry"), None, False),
        Task(
            REPORT,
            f"{about} report what the scheduled jobs really did",
            f"*-*-* {at:%H:%M}:00",
            f"{at.minute} {at.hour} * * *",
            ("report", *config, *filing, "--no-progress"),
            "1h",
            setup.hardens,
        ),
    )


def unit_files(setup: Setup) -> Mapping[str, str]:
    """Return the units by their files' names, a service and its timer for each task.

    Raises:
        ForensicsError: the step is none that a calendar can hold, or a word none that a unit can.
    """
    units: dict[str, str] = {}
    for task in tasks(setup):
        units[f"{task.name}.service"] = service(task, setup.command)
        units[f"{task.name}.timer"] = timer(task)
    return units


def service(task: Task, command: Sequence[str]) -> str:
    """Return a service that does a task once."""
    call = " ".join(quoted(each, is_first=at == 0) for at, each in enumerate((*command, *task.words)))
    limit = f"TimeoutStartSec={task.limit}\n" if task.limit else ""
    return (
        f"[Unit]\nDescription={task.about}\n\n"
        f"[Service]\nType=oneshot\nExecStart={call}\n"
        "# Secrets such as GITEA_TOKEN=..., mode 0600. An exit code of 1 says that a person must act.\n"
        "EnvironmentFile=-%E/forensics/environment\n"
        f"UMask=0022\nNice=5\n{limit}{HARDENING if task.hardens else ''}"
    )


def timer(task: Task) -> str:
    """Return the timer of a task."""
    return (
        f"[Unit]\nDescription={task.about}\n\n"
        f"[Timer]\nOnCalendar={task.calendar}\nPersistent=true\nAccuracySec=30s\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def crontab(setup: Setup) -> str:
    """Return the same tasks as lines of a crontab; ``%`` is escaped, because cron would end the command there.

    Raises:
        ForensicsError: the step is none that a calendar can hold, or a word none that a crontab can.
    """
    return "".join(crontab_lines(setup))


def crontab_lines(setup: Setup) -> Iterator[str]:
    """Yield the lines of a crontab."""
    yield "# Night Watch. Cron mails what is said: by the checks nothing while all is well.\n"
    yield "# Variables such as GITEA_TOKEN=... may stand above, in a file that no one else can read.\n"
    for task in tasks(setup):
        call = shlex.join(on_one_line(each) for each in (*setup.command, *task.words))
        yield f"{task.line} {call.replace('%', chr(92) + '%')}\n"


def step(every: timedelta) -> tuple[str, str]:
    """Return a step as a calendar of systemd, and as the five fields of cron.

    Raises:
        ForensicsError: it does not divide an hour or a day, so that no calendar can hold it.
    """
    for unit, most, calendar, line in STEPS:
        count = every // unit
        if 0 < count < most and most % count == 0 and count * unit == every:
            return calendar.format(count), line.format(count)
    raise ForensicsError(
        f"--check-every {word(every)}: no calendar holds this step - take one that divides an hour or a day,"
        " such as 5m, 15m, 30m, 1h or 6h"
    )


def word(span: timedelta) -> str:
    """Return a span as one word: ``15m``, ``6h``, ``90s``."""
    for unit, sign in ((HOUR, "h"), (MINUTE, "m")):
        if span and not span % unit:
            return f"{span // unit}{sign}"
    return f"{span.total_seconds():g}s"


def quoted(text: str, *, is_first: bool) -> str:
    """Return a word of a command as a unit takes it; in the first one, the program, no variable is put in.

    Raises:
        ForensicsError: no unit can hold it.
    """
    safe = on_one_line(text).translate(UNIT_SIGNS)
    if is_first and not UNFIT.isdisjoint(text):
        raise ForensicsError(f"{text}: systemd starts no program with quotes or a backslash in its path - move it")
    safe = safe if is_first else safe.replace("$", "$$")
    return safe if shlex.quote(text) == text else f'"{safe}"'


def on_one_line(text: str) -> str:
    """Return a word that may stand in a line.

    Raises:
        ForensicsError: it holds line ends or other signs that cannot be seen.
    """
    if not text.isprintable():
        raise ForensicsError(f"{text!a}: no unit or crontab can hold such a name - give it a plainer one")
    return text
