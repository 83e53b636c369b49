"""The last report as an archive holds it: what a report without a ledger can know of the one before it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from forensics.evidence.lookback import trouble_key
from forensics.evidence.memory import PastReport
from forensics.evidence.paired import Window
from forensics.report.archive_nights import first_date, last_date, night_name, nights
from forensics.timeline import instant

ZONE = ZoneInfo("UTC")
LARGEST = 64 * 2**20
MALFORMED = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


def last_archived(folder: Path, window: Window, zone: ZoneInfo) -> PastReport | None:
    """Return the newest report of an archive that is of another night, not a later one, and was made before ``now``.

    One that cannot be read, or was not made by us, is passed over for the one before it.
    """
    own = night_name(window, zone)
    for night in reversed([each for each in nights(folder) if each != own and last_date(each) <= first_date(own)]):
        report = read_report(folder / f"{night}.json")
        if report is not None and report.now < window.now:
            return report
    return None


def read_report(path: Path) -> PastReport | None:
    """Return what an archived report came to, None where the file tells of none."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        return past_report(json.loads(path.read_bytes()))
    except MALFORMED:
        return None


def past_report(told: Mapping[str, Any]) -> PastReport:
    """Return a report out of its JSON.

    Raises:
        KeyError, TypeError, AttributeError, ValueError: it is no JSON of a report.
    """
    window, rows = told["window"], Counter[str]()
    for source in told["sources"]:
        rows[str(source["name"])] += int(source["rows"])
    return PastReport(
        now=instant(told["now"], ZONE),
        since=instant(window["since"], ZONE),
        until=instant(window["until"], ZONE),
        exit_code=int(told["exit"]["code"]),
        runs=int(told["summary"]["runs"]),
        verdicts={str(verdict): int(count) for verdict, count in told["summary"]["verdicts"].items()},
        blockers={
            trouble_key(each["kind"], each["job"], each["host"], each.get("about")): str(each["text"])
            for each in told["blockers"]
        },
        sources=dict(rows),
        faults={str(each["name"]): str(each["faults"][0]) for each in told["sources"] if each["faults"]},
    )
