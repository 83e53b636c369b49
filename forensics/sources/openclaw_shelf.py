"""What is gathered from the stores of one OpenClaw: accounts of files, jobs, runs, and what happened to it itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from dataclasses import replace as altered
from pathlib import Path

from forensics.evidence.records import Happening
from forensics.sources.openclaw_book import Page
from forensics.sources.openclaw_happenings import Sighting
from forensics.sources.openclaw_jobs import StoredJob
from forensics.sources.openclaw_told import Origin, Told, detailed
from forensics.sources.openclaw_values import (
    Object,
    moment,
    text,
)
from forensics.sources.paths import shown

JOBS, STATES, RUNS = "cron/jobs.json", "cron/jobs-state.json", "cron/runs"
DATABASE, LEDGER, SETTINGS = "state/openclaw.sqlite", "tasks/runs.sqlite", "openclaw.json"
MIGRATED = ".migrated"
# The copies that are kept of the settings whenever they are written.
BACKUPS = ".bak*"
KEPT_LINES = 2000
WEEK = 7 * 86_400 * 1_000_000_000
WHOLE_LIMIT = 256 * 1024 * 1024

LIVE = "a job, not a run"
FOSSIL = "a job in a store that is no longer in use"
LOST = "a job that the database has lost: it holds none, this file beside it does"
STATE = "the last state of a job, told by its runs"
OTHER_STORE = "of another store"
NOT_CRON = "a task that no schedule started"
FOREIGN = "a link to a file of somebody else's outside of this folder: left aside"
NOT_FINISHED = "not the end of a run"
SETTING = "a setting"


@dataclass
class Stores:
    """What the stores of one OpenClaw tell. ``jobs`` are those of the live store by id, ``gone`` those of others.

    ``places`` tells by id the file and the record in which a job stands, ``versions`` which version was at work when.
    ``since`` is by job, and under ``""`` for all, the instant (ns) before which a history that was cut cannot speak.
    """

    now: int
    pages: list[Page] = field(default_factory=list)
    jobs: dict[str, StoredJob] = field(default_factory=dict)
    gone: dict[str, StoredJob] = field(default_factory=dict)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    happened: list[Happening] = field(default_factory=list)
    versions: list[Sighting] = field(default_factory=list)
    since: dict[str, int] = field(default_factory=dict)

    def has(self, folder: Path, path: Path) -> bool:
        """Return whether a file is there to be read: a link out of the folder only to a file of the folder's owner.

        Else whoever owns the folder could have a file shown that only its reader may see.
        """
        try:
            if not path.is_file():
                return False
            is_own = path.resolve().is_relative_to(folder.resolve()) or path.stat().st_uid == folder.stat().st_uid
        except OSError:
            return False
        if not is_own:
            self.add(Page(shown(str(path)), fault=FOREIGN))
        return is_own

    def add(self, page: Page) -> Page:
        """Take the account of a file."""
        self.pages.append(page)
        return page

    def set_up(self, job: StoredJob, page: Page, record: int) -> None:
        """Take a job of the live store; of several with one id the first counts."""
        if job.id not in self.jobs:
            self.jobs[job.id], self.places[job.id] = job, (page.file, record)

    def tell(self, told: Told) -> None:
        """Take what a record tells of a run."""
        self.told.append(told)
        for at in (told.start, told.written):
            told.page.saw(at, self.now)


def from_state(page: Page, record: int, job: str, state: Object, stores: Stores) -> None:
    """Take the last run of a job, and the one that is marked as running, from what the scheduler remembers.

    Its record stands in the account as it is; a row of it counts beside that.
    """
    for name in ("lastRunAtMs", "runningAtMs", "queuedAtMs"):
        page.saw(moment(state.get(name)), stores.now)
    running, last = moment(state.get("runningAtMs")), moment(state.get("lastRunAtMs"))
    if last is not None:
        line = {
            "status": text(state.get("lastRunStatus")) or text(state.get("lastStatus")),
            "error": state.get("lastError"),
            "errorReason": state.get("lastErrorReason"),
            "durationMs": state.get("lastDurationMs"),
            "delivered": state.get("lastDelivered"),
            "deliveryStatus": state.get("lastDeliveryStatus"),
            "deliveryError": state.get("lastDeliveryError"),
            "failureNotificationDelivery": {"status": state.get("lastFailureNotificationDeliveryStatus")},
        }
        told = detailed(page, record, Origin.STATE, job, last, line)
        stores.tell(altered(told, time_text=str(state["lastRunAtMs"])))
    if running is not None and running != last:
        mark = {"marked": "running", "runningSince": str(state["runningAtMs"])}
        stores.tell(Told(page, record, Origin.STATE, job, running, mark["runningSince"], "running", attributes=mark))
