"""Reads the databases of OpenClaw's newer versions, and the task ledger that stood beside the older ones.

In ``state/openclaw.sqlite`` are the jobs, first the run log, later receipts and the run log among the tasks, and which
version is at work since when. Rows of another store may stand in it, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from forensics.evidence.records import Happening
from forensics.sources.openclaw_book import Page
from forensics.sources.openclaw_happenings import BOOTS, GATEWAY, RESTART, Sighting
from forensics.sources.openclaw_jobs import job_in_row
from forensics.sources.openclaw_shelf import (
    DATABASE,
    JOBS,
    KEPT_LINES,
    LIVE,
    NOT_CRON,
    OTHER_STORE,
    SETTING,
    WEEK,
    Stores,
    from_state,
)
from forensics.sources.openclaw_tables import Database, Row, opened
from forensics.sources.openclaw_told import Origin, Told, from_log_row, from_receipt, from_task
from forensics.sources.openclaw_values import (
    Strange,
    excerpt,
    inner,
    moment,
    stamp,
    text,
)
from forensics.sources.paths import shown


def read_database(folder: Path, stores: Stores) -> bool:
    """Read the database of the newer versions; return whether it is where they keep their jobs, be it none."""
    path = folder / DATABASE
    try:
        with opened(path) as database:
            keep = own_rows(database, folder)
            read_cron_jobs(database, stores, keep)
            read_table(database, "cron_run_logs", from_log_row, stores, keep, ("store_key", "job_id", "seq"))
            read_table(database, "cron_run_receipts", from_receipt, stores, keep)
            read_tasks(database, stores)
            read_versions(database, stores)
            stores.add(database.own_page())
            return "cron_jobs" in database.tables()
    except OSError as error:
        stores.add(Page(shown(str(path)), fault=f"cannot be opened: {error.strerror or error}"))
    return False


def own_rows(database: Database, folder: Path) -> Callable[[Row], bool]:
    """Return whether a row is of this folder's store: by its path, and where the folder was moved, the only one's."""
    keys = Counter(text(row.get("store_key")) for row in database.rows("cron_jobs"))
    own = f"{folder}/{JOBS}"
    if own not in keys and len(keys) > 1:
        tail = "/".join([*folder.parts[-1:], JOBS])
        fitting = [key for key in keys if key.endswith(f"/{tail}")]
        own = fitting[0] if len(fitting) == 1 else ""
    elif own not in keys:
        own = ""
    return lambda row: not own or text(row.get("store_key")) in (own, "")


def read_cron_jobs(database: Database, stores: Stores, keep: Callable[[Row], bool]) -> None:
    """Read the table of the jobs."""
    page = database.page("cron_jobs")
    for number, row in enumerate(database.rows("cron_jobs"), 1):
        job = job_in_row(row)
        if not keep(row):
            page.skip(OTHER_STORE)
        elif job is None or not job.id:
            page.reject(number, "a job that is no object, or has neither id nor name")
        else:
            stores.set_up(job, page, number)
            from_state(page, number, job.id, job.state, stores)
            page.skip(LIVE)
    if page.skipped or page.rejects:
        stores.add(page)


def read_table(
    database: Database,
    table: str,
    read: Callable[[Page, int, Row], Told],
    stores: Stores,
    keep: Callable[[Row], bool],
    order: tuple[str, ...] = (),
) -> None:
    """Read a table in which each row is a run."""
    if table not in database.tables():
        return
    page, counts = stores.add(database.page(table)), Counter[str]()
    firsts: dict[str, int] = {}
    for number, row in enumerate(database.rows(table, order), 1):
        if not keep(row):
            page.skip(OTHER_STORE)
            continue
        try:
            told = read(page, number, row)
        except Strange as error:
            page.reject(number, str(error))
            continue
        stores.tell(told)
        counts[told.job] += 1
        firsts[told.job] = min(told.start, firsts.get(told.job, told.start))
    stores.since |= {job: firsts[job] for job, count in counts.items() if count >= KEPT_LINES}


def read_tasks(database: Database, stores: Stores) -> None:
    """Read the tasks of the scheduler; those of the newest versions are their run log, and kept for a week."""
    if "task_runs" not in database.tables():
        return
    page, runs = stores.add(database.page("task_runs")), list[Told]()
    for number, row in enumerate(database.rows("task_runs"), 1):
        if row.get("runtime") != "cron":
            page.skip(NOT_CRON)
            continue
        try:
            runs.append(from_task(page, number, row))
        except Strange as error:
            page.reject(number, str(error))
    for told in runs:
        stores.tell(told)
    logs = [told.start for told in runs if told.origin is Origin.HISTORY]
    if logs and "cron_run_logs" not in database.tables():
        stores.since[""] = max(min(logs), max(logs) - WEEK)


def read_ledger(path: Path, stores: Stores) -> None:
    """Read the task ledger that stood beside the older versions' run log."""
    try:
        with opened(path) as database:
            read_tasks(database, stores)
            stores.add(database.own_page())
    except OSError as error:
        stores.add(Page(shown(str(path)), fault=f"cannot be opened: {error.strerror or error}"))


def read_versions(database: Database, stores: Stores) -> None:
    """Read when the program updated itself, and when its gateway booted."""
    for table in ("update_check_state", "schema_meta", BOOTS):
        rows = list(enumerate(database.rows(table), 1))
        if not rows:
            continue
        page = stores.add(database.page(table))
        for number, row in rows:
            stores.versions += seen(table, row, page.file, number)
            booted = moment(row.get("started_at_ms")) if table == BOOTS else None
            if booted is not None:
                stores.happened.append(Happening(booted, RESTART, GATEWAY, page.file, number))
                page.saw(booted, stores.now)
        page.skip(SETTING, len(rows))


def seen(table: str, row: Row, file: str, number: int) -> Iterator[Sighting]:
    """Yield the version that a row tells of: the one that the program updated itself to, or that wrote its database."""
    merged, is_update = {**row, **inner(row.get("value_json"))}, table == "update_check_state"
    names = ("auto_last_success_at", "auto_last_success_version") if is_update else ("updated_at", "app_version")
    at, version = (merged.get(name) for name in names)
    instant, called = stamp(at), excerpt(version)[:40]
    if instant is not None and called:
        yield Sighting(called, instant, file, number, is_upgrade=is_update)
