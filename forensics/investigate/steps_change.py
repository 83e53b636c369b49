"""Steps that find what changed on a host between two instants, and that undo it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from forensics.evidence.investigation import NextStep, Occasion
from forensics.investigate.words import happening, listed, when
from forensics.timeline import NANOS, local_text

UTC = ZoneInfo("UTC")
MINUTE, DAY = 60 * NANOS, 86_400 * NANOS
# Where crontabs, settings and programs lie; a folder that is not there does no harm.
FOLDERS = "/etc /opt /usr/local /var/spool/cron"
MOST_DAYS = 7
ROLL_BACK = {
    "upgrade": "Roll the {} back",
    "deploy": "Roll the {} back",
    "dst": "Undo what the {} shifts",
}


def roll_back(occasion: Occasion) -> NextStep:
    """Return the test of whether an event set it off, which is also the quickest relief."""
    undo = ROLL_BACK.get(occasion.kind, "Undo the {}").format(happening(occasion))
    return NextStep(
        "look",
        f"{undo} on one host or for one job; see whether its next run does its work, and only then go on.",
        cost="What it brought or mended goes with it. Where it changed stored data, too, there may be no way back:"
        " read its notes first.",
    )


def what_changed(begin: int, end: int, hosts: Sequence[str], zone: ZoneInfo) -> Iterator[NextStep]:
    """Yield how to find what changed between two instants (ns): files first, then packages and the host's own log."""
    where = f" on {listed(hosts)}" if hosts else ""
    yield NextStep(
        "command",
        f"Look what changed{where} from {when(begin, zone)} to {when(end, zone)}: crontabs, settings, programs.",
        command=f"find {FOLDERS} -newermt {stamp(begin)} ! -newermt {stamp(end + MINUTE)} -type f -ls",
    )
    yield NextStep(
        "command",
        "See which packages came in that time, and what the host itself wrote; then the history of what is deployed,"
        " and who changed a password, a token or a firewall.",
        command=f"zgrep -hE {shlex.quote(days(begin, end, zone))} /var/log/dpkg.log*; rpm -qa --last | head -20;"
        f" journalctl --since {stamp(begin)} --until {stamp(end + MINUTE)} --no-pager",
    )


def stamp(at: int) -> str:
    """Return an instant for a command, the same on hosts of all zones."""
    return shlex.quote(f"{local_text(at, UTC)} UTC")


def days(begin: int, end: int, zone: ZoneInfo) -> str:
    """Return a pattern of the lines of a stretch of time, by their local days."""
    last = min(end, begin + MOST_DAYS * DAY)
    found = dict.fromkeys(local_text(at, zone)[:10] for at in (*range(begin, last, DAY), last))
    return f"^({'|'.join(found)}) .* (install|upgrade|remove) "
