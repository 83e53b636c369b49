"""A host that nobody prepared, in a folder: a root of its own, entered by namespaces, with jobs, logs, files and Slack.

The jobs live by Tokyo's clock. What they left up to an instant is written by ``live_until``; the command ``forensics``
of that host judges as of ``/etc/clock``, for nobody waits a night for a test. The checkout and its Python are the real
ones, not to be written.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from tests.checkout import ROOT
from tests.processes import needed

TOKYO = ZoneInfo("Asia/Tokyo")
HOME = "/home/stranger"
DAYS = 9
TAKES_GUESSES = "sed -i s/^#.perhaps:.//"  # an editor in the hands of somebody who knows the guesses to be right
CRONTAB = """\
# m h dom mon dow command
30 1 * * * /opt/jobs/backup-db >/dev/null 2>&1
15 2 * * * /opt/jobs/build-site --full
0 3 * * * /opt/jobs/rotate-reports
*/30 * * * * /opt/jobs/sync-mail
"""
# The host's own command line: what a person writes is carried out as of the host's clock.
COMMAND = """\
#!{python}
import sys
from pathlib import Path

sys.path.insert(0, {checkout!r})
words = sys.argv[1:]
if words[:1] in (["init"], ["report"], ["doctor"], ["investigate"]) or words[:2] == ["issues", "sync"]:
    if "--help" not in words and "--now" not in words:
        sys.argv += ["--now", Path("/etc/clock").read_text(encoding="utf-8").strip()]
from forensics.entry import main

main()
"""
# Cron's own two commands, as far as a stranger needs them.
CRON = """\
#!/bin/sh
table=/var/spool/cron/crontabs/root
case $1 in
-l) cat "$table" ;;
-) cat > "$table.new" && mv "$table.new" "$table" ;;
*) cat "$1" > "$table" ;;
esac
"""
ENTER = """\
set -e
root=$1; shift
bind() { mkdir -p "$root$1"; mount --rbind "$1" "$root$1"; mount -o remount,bind,ro "$root$1"; }
mount -t tmpfs tmpfs "$root/tmp"
while [ "$1" != -- ]; do bind "$1"; shift; done
shift
if [ -d "$root/usr/lib/systemd" ]; then mount -t tmpfs tmpfs "$root/usr/lib/systemd"; fi
for each in null urandom; do mount --bind "/dev/$each" "$root/dev/$each"; done
exec chroot "$root" "$@"
"""


@dataclass(frozen=True)
class Daily:
    """A job of one run a night: when it starts, how many minutes it takes, what it leaves; ``{}`` is the date."""

    name: str
    hour: int
    minute: int
    takes: int
    path: str

    def start(self, midnight: datetime) -> datetime:
        return midnight + timedelta(hours=self.hour, minutes=self.minute)


JOBS = (
    Daily("backup-db", 1, 30, 4, "/srv/backups/db-{}.sql.gz"),
    Daily("build-site", 2, 15, 11, "/srv/site/{}/index.html"),
    Daily("rotate-reports", 3, 0, 2, "/srv/reports/{}.csv"),
)


@dataclass
class Stranger:
    """The host. ``first`` is the morning of the first report, the latest seven o'clock; ``second`` the one after it.

    ``lied``: (job, date) of nights on which the job's message said the opposite; ``idle``: on which it did nothing.
    """

    root: Path
    lied: set[tuple[str, str]] = field(default_factory=set)
    idle: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        now = datetime.now(UTC).astimezone(TOKYO) - timedelta(hours=7)
        self.first = now.replace(hour=7, minute=0, second=10, microsecond=0)
        self.second = self.first + timedelta(days=1)

    def path(self, path: str) -> Path:
        """Return where a path of the host lies for us."""
        return self.root / path.lstrip("/")

    def write(self, path: str, text: str, at: datetime | None = None, mode: int = 0o644) -> None:
        """Write a file of the host, with an mtime."""
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        if at is not None:
            os.utime(file, (at.timestamp(), at.timestamp()))

    def build(self) -> None:
        """Make the host: users, clock, cron, jobs."""
        for folder in ("dev", "tmp", "proc", HOME, "/var/tmp", "/srv/mail"):
            self.path(folder).mkdir(parents=True, exist_ok=True)
        for each in ("null", "urandom"):
            self.path(f"dev/{each}").touch()
        for each in ("bin", "sbin", "lib", "lib64"):
            if Path(f"/{each}").is_symlink():
                self.path(each).symlink_to(Path(f"/{each}").readlink())
        self.write("/etc/passwd", f"root:x:0:0:root:{HOME}:/bin/sh\n")
        self.write("/etc/group", "root:x:0:\n")
        self.write("/etc/hostname", "nas\n")
        self.write("/etc/timezone", "Asia/Tokyo\n")
        self.path("/etc/localtime").symlink_to("/usr/share/zoneinfo/Asia/Tokyo")
        self.write("/var/spool/cron/crontabs/root", CRONTAB, mode=0o600)
        for job in ("backup-db", "build-site", "rotate-reports", "sync-mail"):
            self.write(f"/opt/jobs/{job}", "#!/bin/sh\nexit 0\n", mode=0o755)
        self.write("/opt/bin/forensics", COMMAND.format(python=sys.executable, checkout=str(ROOT)), mode=0o755)
        self.write("/opt/bin/crontab", CRON, mode=0o755)
        self.write("/opt/bin/systemctl", "#!/bin/sh\n", mode=0o755)

    def live_until(self, now: datetime) -> None:
        """Write all that was left behind up to an instant, and set the clock of judging to it."""
        midnight = self.first.replace(hour=0, minute=0, second=0)
        nights = [midnight + timedelta(days=day) for day in range(1 - DAYS, 2)]
        said = [each for night in nights for job in JOBS for each in self.night_of(job, night, now)]
        told = sorted(self.started(nights[0], now))
        self.write("/var/log/syslog", "".join(lines_of(told)), told[-1][0])
        last = max(at for at, command in told if command.endswith("sync-mail") and at + timedelta(seconds=40) <= now)
        self.write("/srv/mail/last-sync", "ok\n", last + timedelta(seconds=40))
        self.write_slack([each for each in said if each[0] <= now], now)
        self.write("/etc/clock", now.isoformat())

    def started(self, begin: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
        """Yield what the crontab had started between two instants; what we added to it, only since the first report."""
        for fields, command in self.crontab():
            due = CronSim(fields, begin - timedelta(seconds=1))
            for at in takewhile(lambda at: at <= end, due):
                if command.startswith("/opt/jobs/") or at > self.first:
                    yield at, command

    def crontab(self) -> list[tuple[str, str]]:
        """Return the lines of the crontab, each its five fields and its command."""
        lines = self.path("/var/spool/cron/crontabs/root").read_text(encoding="utf-8").split("\n")
        parts = [line.split(" ", 5) for line in lines if line and not line.startswith("#")]
        return [(" ".join(words[:5]), words[5]) for words in parts]

    def night_of(self, job: Daily, night: datetime, now: datetime) -> Iterator[tuple[datetime, str]]:
        """Let a job do a night's work; yield what is said of it."""
        date, end = f"{night:%Y-%m-%d}", job.start(night) + timedelta(minutes=job.takes)
        has_worked = (job.name, date) not in self.idle
        if has_worked and end <= now:
            self.write(job.path.format(date), "work\n" * 30, end)
        is_good = has_worked != ((job.name, date) in self.lied)
        yield (
            end + timedelta(seconds=20),
            f"{'✅' if is_good else '❌'} {job.name} {'completed' if is_good else 'failed'}",
        )

    def write_slack(self, said: list[tuple[datetime, str]], now: datetime) -> None:
        """Write the export of a channel, a file a day."""
        days: dict[str, list[dict[str, str]]] = {
            f"{self.first - timedelta(days=DAYS):%Y-%m-%d}": [],
            f"{now:%Y-%m-%d}": [],
        }
        for at, text in sorted(said):
            ts = f"{at.timestamp():.6f}"
            message = {"type": "message", "subtype": "bot_message", "bot_id": "B1", "ts": ts, "text": text}
            days.setdefault(f"{at:%Y-%m-%d}", []).append(message)
        for day, messages in days.items():
            self.write(f"{HOME}/slack/night-watch/{day}.json", json.dumps(messages), now)
        self.write(f"{HOME}/slack/channels.json", json.dumps([{"id": "C1", "name": "night-watch"}]), now)

    def sh(self, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Let the stranger's shell carry out a command."""
        told = {"PATH": "/opt/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": HOME, "LANG": "C.UTF-8", **environment}
        words = ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in told.items())]
        return entered(self.root, *words, "/bin/sh", "-c", f"cd {HOME} && {command}")

    def cron(self, task: str) -> subprocess.CompletedProcess[str]:
        """Do what cron would: start the line of the crontab that has a word in it."""
        (command,) = (command for _, command in self.crontab() if f" {task} " in command)
        return self.sh(command.replace("\\%", "%"), PATH="/usr/bin:/bin", SHELL="/bin/sh")


def lines_of(told: list[tuple[datetime, str]]) -> Iterator[str]:
    """Yield the lines of cron."""
    for number, (at, command) in enumerate(told):
        yield f"{(at + timedelta(seconds=1)).isoformat()} nas CRON[{4000 + number}]: (root) CMD ({command})\n"


def entered(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program with a folder as its root, and nothing of this host but what programs need, not to be written."""
    places = dict.fromkeys(map(str, ("/usr", sys.base_prefix, sys.prefix, ROOT)))
    shown = [each for each in places if not any(each != above and Path(each).is_relative_to(above) for above in places)]
    command = ["unshare", "-Urm", "sh", "-c", ENTER, "enter", str(root), *shown, "--", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, stdin=subprocess.DEVNULL)


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    """Give a host of which nobody knows anything yet, on the morning of its first report."""
    needed("unshare", "chroot")
    host = Stranger(tmp_path / "host")
    host.build()
    tried = entered(host.root, "/bin/true")
    if tried.returncode:
        pytest.skip(f"no namespaces here: {tried.stderr.strip().splitlines()[-1:]}")
    host.live_until(host.first)
    yield host
    shutil.rmtree(host.root, ignore_errors=True)


@pytest.fixture
def host_of_the_tutorial(stranger: Stranger) -> Stranger:
    """Give a host of whose messages one is not true, and on which one job claimed work that it did not do."""
    night = f"{stranger.first:%Y-%m-%d}"
    stranger.lied |= {("backup-db", night), ("rotate-reports", night)}
    stranger.idle.add(("rotate-reports", night))
    stranger.path(f"/srv/reports/{night}.csv").unlink()
    stranger.live_until(stranger.first)
    return stranger
