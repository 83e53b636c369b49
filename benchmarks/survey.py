"""What it takes to make a config of 200 crontab jobs, against a parse that only counts their lines.

``python -m benchmarks.survey [ROUNDS]``. Both are whole processes, Python's start in both; in each round they run one
right after the other. The config is read back once, so that what is measured is known to be right.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import forensics
from forensics.configfile import read_config

ROUNDS = 20
JOBS, USERS = 200, 10
LIMIT = 2.0
PACKAGE = Path(forensics.__file__).parent
NAIVE = (
    "import pathlib, sys\n"
    "tables = pathlib.Path(sys.argv[1], 'var/spool/cron/crontabs').iterdir()\n"
    "lines = [line.split(None, 5) for table in tables for line in table.read_text().splitlines()]\n"
    "print(sum(len(line) == 6 and line[0][:1] != '#' for line in lines))\n"
)
COMMANDS = (
    "/opt/jobs/{name}.sh --quiet >> /var/log/{name}.log 2>&1",
    "cd /srv/app && ./manage.py {name}",
    "flock -n /run/lock/{name}.lock nice -n 10 /usr/local/bin/{name}",
    r"/opt/jobs/{name}.sh --day $(date +\%F)",
    "mysqldump -u backup -p{name} orders | gzip > /backup/{name}.sql.gz",
)


def write_machine(folder: Path) -> None:
    """Write the crontabs of a machine with many jobs."""
    spool = folder / "var/spool/cron/crontabs"
    spool.mkdir(parents=True)
    for user in range(USERS):
        lines = ["MAILTO=ops@example.org", "CRON_TZ=Asia/Tokyo" if user % 3 == 2 else "SHELL=/bin/sh"]
        for number in range(user, JOBS, USERS):
            command = COMMANDS[number % len(COMMANDS)].format(name=f"job{number:03d}")
            lines += [f"# Job {number}", f"{number % 60} {number % 24} * * {number % 7} {command}"]
        (spool / f"user{user}").write_text("\n".join(lines) + "\n")


def seconds_of(command: Sequence[str]) -> float:
    """Return how long a command took, on the clock."""
    begun = time.perf_counter()
    nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(command[0], command, {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}, file_actions=nowhere)
    _, status = os.waitpid(child, 0)
    if status:
        raise SystemExit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - begun


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_machine(folder / "host")
        config = folder / "forensics.toml"
        words = ("-m", "forensics", "init", "--root", str(folder / "host"), "--quiet")
        seconds_of((sys.executable, *words, "--config", str(config)))
        found = len(read_config(config.read_text(), str(config)).jobs)
        contests = {
            f"init, {found} jobs": (sys.executable, *words, "--stdout"),
            "init again, as a diff": (sys.executable, *words, "--config", str(config)),
            "a parse that only counts": (sys.executable, "-c", NAIVE, str(folder / "host")),
            "python -c pass": (sys.executable, "-c", "pass"),
        }
        taken: dict[str, list[float]] = {each: [] for each in contests}
        for _ in range(rounds):
            for each, command in contests.items():
                taken[each].append(seconds_of(command))
    print(f"{'':26} {'wall: min  median     max':>28} s")
    for each, values in taken.items():
        print(f"{each:26} {min(values):12.3f} {statistics.median(values):7.3f} {max(values):7.3f}")
    print(f"limit for {JOBS} jobs: {LIMIT} s")


if __name__ == "__main__":
    main()
