"""What the ledger knows of earlier reports: their windows, what they came to, and the runs that they left pending.

The reports of one config form a chain without gaps: a link goes on where the one before it ended, or earlier, and
up to its own ``now``. A look at some other stretch of time is kept, too, but is no link: the next report must not
begin where it ended. Of everything only what was recorded before an instant is told, so that a report that is made
again comes out the same.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field

from forensics.database.opening import storable
from forensics.evidence.memory import JobRate, PastRate, PastReport
from forensics.ledger.database import Ledger

LAST = "SELECT id FROM reports WHERE scope = ? AND is_link AND now < ? ORDER BY now DESC LIMIT 1"
REPORT = "now, since, until, exit_code, runs, verdicts, blockers, sources, faults, night"
MOST_RATES = 60
MOST_NIGHTS = 400


@dataclass(frozen=True)
class Night:
    """A report to be remembered. ``scope`` is the config it was made from, ``night`` the name it is published under.

    ``pending`` maps the keys of runs to the instants (ns) by which they belong to a window. ``said`` of ``owed``
    runs claimed success, ``jobs`` are the rates of single jobs. ``is_about_all``: it was about all jobs.
    """

    scope: str
    night: str
    report: PastReport
    said: int
    owed: int
    is_about_all: bool
    pending: Mapping[str, int] = field(default_factory=dict)
    jobs: Sequence[JobRate] = ()


def last_report(ledger: Ledger, scope: str, now: int) -> PastReport | None:
    """Return the newest link of a config's reports before ``now``, None where there is none.

    Raises:
        DatabaseError: it cannot be read.
    """
    row = ledger.rows(f"SELECT {REPORT} FROM reports WHERE id = ({LAST})", scope, now)
    if not row:
        return None
    made, since, until, exit_code, runs, verdicts, blockers, sources, faults, night = row[0]
    found = ledger.rows("SELECT channel, delivered_at FROM publications WHERE name = ? AND at < ?", night, now)
    return PastReport(
        now=made,
        since=since,
        until=until,
        exit_code=exit_code,
        runs=runs,
        verdicts=json.loads(verdicts),
        blockers=json.loads(blockers),
        sources=json.loads(sources),
        faults=json.loads(faults),
        delivered={channel: at if at is not None and at < now else None for channel, at in found},
    )


def pending_runs(ledger: Ledger, scope: str, now: int) -> dict[str, int]:
    """Return the runs that the last report left pending, with the instants by which they belong to a window.

    Raises:
        DatabaseError: it cannot be read.
    """
    return dict(ledger.rows(f"SELECT key, moment FROM pending WHERE report = ({LAST}) ORDER BY key", scope, now))


def rates(ledger: Ledger, scope: str, now: int) -> tuple[PastRate, ...]:
    """Return how the reporting did in the last links before ``now``, oldest first.

    Raises:
        DatabaseError: it cannot be read.
    """
    query = (
        "SELECT now, said, owed, jobs FROM reports WHERE scope = ? AND is_link AND now < ? ORDER BY now DESC LIMIT ?"
    )
    return tuple(
        PastRate(at, said, owed, tuple(JobRate(*each) for each in json.loads(jobs)))
        for at, said, owed, jobs in reversed(ledger.rows(query, scope, now, MOST_RATES))
    )


def made_before(ledger: Ledger, scope: str, now: int) -> tuple[int, ...]:
    """Return the ``now`` of the last reports before an instant, whatever their windows, ascending.

    Raises:
        DatabaseError: it cannot be read.
    """
    query = "SELECT now FROM reports WHERE scope = ? AND now < ? ORDER BY now DESC LIMIT ?"
    return tuple(at for (at,) in reversed(ledger.rows(query, scope, now, MOST_RATES)))


def standing(ledger: Ledger, scope: str, now: int) -> dict[str, tuple[int, int]]:
    """Return of each blocker of the last report when it was first told of without a break, and by how many reports.

    Raises:
        DatabaseError: it cannot be read.
    """
    query = "SELECT now, blockers FROM reports WHERE scope = ? AND is_link AND now < ? ORDER BY now DESC LIMIT ?"
    found: dict[str, tuple[int, int]] = {}
    held: set[str] | None = None
    for at, blockers in ledger.rows(query, scope, now, MOST_NIGHTS):
        told = set(json.loads(blockers))
        held = told if held is None else held & told
        found.update({key: (at, found.get(key, (at, 0))[1] + 1) for key in held})
        if not held:
            break
    return found


def newest_report(ledger: Ledger, scope: str) -> int | None:
    """Return the ``now`` of the newest report of a config, None where there is none.

    Raises:
        DatabaseError: it cannot be read.
    """
    newest: int | None = ledger.rows("SELECT max(now) FROM reports WHERE scope = ?", scope)[0][0]
    return newest


def keep_night(connection: sqlite3.Connection, night: Night, last: PastReport | None) -> None:
    """Write a report over all jobs down, in place of one with the same ``now``; ``last`` is the link before it."""
    report = night.report
    is_link = report.until == report.now and (last is None or report.since <= last.until)
    connection.execute(
        "DELETE FROM pending WHERE report IN (SELECT id FROM reports WHERE scope = ? AND now = ?)",
        (night.scope, report.now),
    )
    connection.execute("DELETE FROM reports WHERE scope = ? AND now = ?", (night.scope, report.now))
    told = (report.verdicts, report.blockers, report.sources, report.faults)
    written = connection.execute(
        "INSERT INTO reports (scope, now, since, until, is_link, night, exit_code, runs, said, owed, verdicts,"
        " blockers, sources, faults, jobs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(night.scope, report.now, report.since, report.until, is_link, storable(night.night)),
            *(report.exit_code, report.runs, night.said, night.owed),
            *(storable(json.dumps(dict(each), ensure_ascii=False, sort_keys=True)) for each in told),
            storable(json.dumps([astuple(each) for each in night.jobs], ensure_ascii=False)),
        ),
    )
    rows = [(written.lastrowid, storable(key), moment) for key, moment in sorted(night.pending.items())]
    connection.executemany("INSERT INTO pending VALUES (?, ?, ?)", rows)
