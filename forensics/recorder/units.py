"""What starts the checks by itself: units of systemd and lines of a crontab, as texts.

Written by systemd.service(5), systemd.timer(5), systemd.exec(5), systemd.time(7) and crontab(5). Timers are
``Persistent``: what fell due while the host was off is done once it is up again. Cron has nothing like it.

The nightly report gives a sign of life of its own once it was made, whatever it found: a job that looks after all
others must be missed when it falls silent. It is none after the exit codes 2 and 4, for then nobody was told anything.
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
NIGHTLY = "night-watch"  # the name under which the nightly report says that it was made
EVERY_NIGHT = "1d"
TOLD = "0|1|3"  # the exit codes after which the report was made and reached somebody: see the README
READ_ONLY = ("/usr", "/boot", "/efi", "/etc")  # what ProtectSystem=full takes away
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

    ``every`` is the step of the checks; ``nightly`` the time of the report, in ``zone`` where that is not the host's
    own, where it is ``nightly_here``. The report is kept in ``archive``; its own heartbeat goes to ``beats``, else to
    where heartbeats usually go. ``written`` are the folders of what is remembered. ``hardens`` is False where a user's
    manager runs the units, or where a hook needs more than a check does, ``is_whole`` where the report alone is wanted.
    """

    command: tuple[str, ...]
    config: str | None = None
    every: timedelta = USUAL_STEP
    nightly: time = time(6)
    zone: str | None = None
    nightly_here: time | None = None
    files_issues: bool = False
    archive: str | None = None
    beats: str | None = None
    written: tuple[str, ...] = ()
    hardens: bool = True
    is_whole: bool = True


@dataclass(frozen=True)
class Task:
    """One thing that is done again and again: its calendar for systemd and for cron, its words.

    ``beat`` are the words by which it gives a sign of life after the exit codes TOLD; ``written`` the folders that it
    must be able to write; ``zone`` that of its calendar, None for the host's; ``here`` its time there.
    """

    name: str
    about: str
    calendar: str
    line: str
    words: tuple[str, ...]
    limit: str | None
    hardens: bool
    beat: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    zone: str | None = None
    here: time | None = None


def tasks(setup: Setup) -> tuple[Task, ...]:
    """Return the check, the retrying of what timed out at boot, and the nightly report.

    Raises:
        ForensicsError: the step is none that a calendar can hold.
    """
    return (*around_the_clock(setup), nightly(setup)) if setup.is_whole else (nightly(setup),)


def around_the_clock(setup: Setup) -> tuple[Task, ...]:
    """Return what is done every few minutes.

    Raises:
        ForensicsError: the step is none that a calendar can hold.
    """
    calendar, line = step(setup.every)
    interval = () if setup.every == USUAL_STEP else ("--interval", word(setup.every))
    return (
        Task(
            CHECK,
            "Night Watch: look for jobs that gave no sign of life",
            calendar,
            line,
            ("heartbeat", "check", *named_config(setup), *interval),
            "10min",
            setup.hardens,
            written=setup.written,
        ),
        Task(RETRY, "Night Watch: run again what timed out at boot", calendar, line, ("runs", "retry"), None, False),
    )


def nightly(setup: Setup) -> Task:
    """Return the nightly report."""
    at, zone = setup.nightly, f" {setup.zone}" if setup.zone else ""
    archive = ("--archive", setup.archive) if setup.archive else ()
    filing = ("--file-issues",) if setup.files_issues else ()
    folder = ("--dir", setup.beats) if setup.beats else ()
    return Task(
        REPORT,
        "Night Watch: report what the scheduled jobs really did",
        f"*-*-* {at:%H:%M}:00{zone}",
        f"{at.minute} {at.hour} * * *",
        ("report", *named_config(setup), "--quiet", *filing, *archive),
        "1h",
        setup.hardens,
        beat=("heartbeat", "write", NIGHTLY, EVERY_NIGHT, *folder),
        written=(*setup.written, *([setup.archive] if setup.archive else [])),
        zone=setup.zone,
        here=setup.nightly_here,
    )


def named_config(setup: Setup) -> tuple[str, ...]:
    """Return the words that name the config: neither cron nor systemd starts anything in its folder."""
    return ("--config", setup.config) if setup.config else ()


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
    limit = f"TimeoutStartSec={task.limit}\n" if task.limit else ""
    beat = f"ExecStopPost={call_of(beating(task, command))}\n" if task.beat else ""
    return (
        f"[Unit]\nDescription={task.about}\n\n"
        f"[Service]\nType=oneshot\nExecStart={call_of((*command, *task.words))}\n{beat}"
        "# Secrets such as GITEA_TOKEN=..., mode 0600. An exit code of 1 says that a person must act.\n"
        "EnvironmentFile=-%E/forensics/environment\n"
        f"UMask=0022\nNice=5\n{limit}{HARDENING + writable(task.written) if task.hardens else ''}"
    )


def call_of(words: Sequence[str]) -> str:
    """Return a command as a unit takes it.

    Raises:
        ForensicsError: no unit can hold one of its words.
    """
    return " ".join(quoted(each, is_first=at == 0) for at, each in enumerate(words))


def beating(task: Task, command: Sequence[str]) -> tuple[str, ...]:
    """Return what follows a task whatever its end was: its sign of life, after some exit codes."""
    return ("/bin/sh", "-c", f'case "$EXIT_STATUS" in {TOLD}) exec "$@";; esac', "sh", *command, *task.beat)


def writable(folders: Sequence[str]) -> str:
    """Return the line that lets a hardened service write folders of the system's, empty where there are none.

    Raises:
        ForensicsError: no unit can hold one of their names.
    """
    tops = tuple(f"{top}/" for top in READ_ONLY)
    ours = [on_one_line(each).translate(UNIT_SIGNS) for each in dict.fromkeys(folders) if each.startswith(tops)]
    return f"ReadWritePaths={' '.join(f'{chr(34)}-{each}{chr(34)}' for each in ours)}\n" if ours else ""


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
    yield "# Night Watch. Cron mails what is said: each night's report, and of the checks what is wrong.\n"
    yield "# Variables such as GITEA_TOKEN=... may stand above, in a file that no one else can read.\n"
    for task in tasks(setup):
        call, beat = in_shell((*setup.command, *task.words)), in_shell((*setup.command, *task.beat))
        line = f"{call}; case $? in {TOLD}) {beat};; esac" if task.beat else call
        yield f"{zone_lines(task)}{task.line} {line}\n"


def in_shell(words: Sequence[str]) -> str:
    """Return a command as a line of a crontab takes it.

    Raises:
        ForensicsError: no line can hold one of its words.
    """
    return shlex.join(map(on_one_line, words)).replace("%", "\\%")


def zone_lines(task: Task) -> str:
    """Return the lines that set the zone of what follows, empty where it is the host's own."""
    if task.zone is None:
        return ""
    here = f" ({task.here:%H:%M} now)" if task.here else ""
    return f"# Debian's cron knows no CRON_TZ: there write the host's own time below{here}.\nCRON_TZ={task.zone}\n"


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
