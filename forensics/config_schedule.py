"""What is wrong with a schedule, found once when the config is read; it is no error of the config.

The job of such a schedule goes on without due times, and the report says why.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from cronsim import CronSim, CronSimError

from forensics.config_keys import nearest, nearest_zone, zone_named
from forensics.oncalendar import WORDS, Unreadable, calendars, is_calendar_time
from forensics.timeline import shown

ZONE_PREFIX = re.compile(r"(?:CRON_TZ|TZ)=(\S*)\s*")
NICKNAMES = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@reboot")
LONGEST = 500
# A leap day is never further off than eight years; any rule that fires at all does so well within cronsim's fifty.
FIRST = datetime(2000, 1, 1, tzinfo=UTC)


def schedule_problem(scheduler: str, schedule: str) -> str | None:
    """Return a sentence on why a schedule gives no due times, None where it is sound."""
    if scheduler == "systemd" and (is_calendar_time(schedule) or schedule.strip().startswith("@")):
        fault = _calendar_fault(schedule)
        return f"schedule {shown(schedule)} {fault}" if fault else None
    prefix = ZONE_PREFIX.match(schedule)
    if prefix and zone_named(prefix[1]) is None:
        near = nearest_zone(prefix[1])
        hint = f"; nearest: {near}" if near else ""
        return f"schedule {shown(schedule)} names the zone {shown(prefix[1])}, which is not known{hint}"
    fault = _expression_fault(scheduler, schedule[prefix.end() :] if prefix else schedule)
    return f"schedule {shown(schedule)} {fault}" if fault else None


@lru_cache(maxsize=4096)
def _calendar_fault(schedule: str) -> str | None:
    if not is_calendar_time(schedule):
        return f"is no calendar time of systemd; nearest: {nearest(schedule.strip().lstrip('@'), tuple(WORDS))}"
    try:
        found = calendars(schedule)
    except Unreadable as error:
        return f"cannot be read: it {error}"
    return None if any(each.can_elapse() for each in found) else "can never elapse: there is no such day"


@lru_cache(maxsize=4096)
def _expression_fault(scheduler: str, written: str) -> str | None:
    expression = " ".join(written.split())
    if expression.startswith("@every"):
        return 'is no cron schedule; write interval = "…" in its place'
    if expression.startswith("@"):
        known = expression.lower() in NICKNAMES
        return None if known else f"cannot be read; nearest: {nearest(expression, NICKNAMES)}"
    fields = expression.count(" ") + 1
    if is_calendar_time(expression) and _calendar_fault(expression) is None:
        return 'is a calendar time of systemd; write scheduler = "systemd" beside it'
    if fields != 5 and not (fields == 6 and scheduler == "openclaw"):
        return f"cannot be read: it has {fields} of the 5 fields that cron reads (minute, hour, day, month, weekday)"
    return _cron_fault(expression) if len(expression) <= LONGEST else "cannot be read: it is too long"


def _cron_fault(expression: str) -> str | None:
    try:
        rule = CronSim(expression, FIRST)
    except CronSimError as error:
        if _is_impossible_day(expression):
            return "can never fire: no month that it names has such a day"
        return f"cannot be read: {str(error)[:1].lower()}{str(error)[1:]}"
    # cronsim trips over a few malformed fields with errors of its own inner workings.
    except (ValueError, TypeError, AssertionError):
        return "cannot be read"
    return None if next(rule, None) is not None else "can never fire"


def _is_impossible_day(expression: str) -> bool:
    """Return whether all that is wrong with a rule is that its months have no such day."""
    fields = expression.split()
    fields[-2] = "*"
    try:
        CronSim(" ".join(fields), FIRST)
    except (CronSimError, ValueError, TypeError, AssertionError):
        return False
    return True
