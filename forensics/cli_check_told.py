"""What a check says when it is done: in words for a person who has just got up, or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from forensics.cli_alerts import Alert
from forensics.cli_boot import named
from forensics.cli_check import BLOCKED, INCOMPLETE, QUIET, UNREACHED, Course

if TYPE_CHECKING:
    from forensics.evidence.result import Result

WHY = {
    QUIET: "nobody is silent",
    BLOCKED: "there are blockers",
    INCOMPLETE: "not all heartbeats could be read",
    UNREACHED: "not everything could be written or sent",
}


def told_text(course: Course) -> str:
    """Return what came of a check in words; nothing where all is well and nothing was done."""
    return "".join(f"{line}\n" for line in lines(course))


def lines(course: Course) -> Iterator[str]:
    """Yield how many are silent and what to do about them, then what was done."""
    from forensics.untrusted import safe_line

    would = "would be " if course.order.is_dry else ""
    yield from advice(course)
    for path, alert in course.raised.items():
        hook = course.hooks.get(alert.name)
        yield safe_line(f"alert {would}raised: {path}" + (f" (hook: {hook})" if hook else ""))
    for path in course.cleared:
        yield safe_line(f"alert {would}removed: {path} ({well_again(course, path.name.removesuffix('.alert'))})")
    yield from issues(course)


def advice(course: Course) -> Iterator[str]:
    """Yield how many jobs are silent or did not boot, and the next steps, each with the jobs it is for."""
    from forensics.analyse.wording import counted
    from forensics.timeline import local_text

    seen, result = course.seen, course.seen.result
    zone, jobs = result.config.timezone, len({beat.job for beat in result.heartbeats})
    judged = f"judged {local_text(course.order.now, zone)} {zone}"
    if seen.boots.blockers:
        yield f"{counted(len(seen.boots.blockers), 'job')} did not boot, {judged}"
    if result.blockers:
        yield f"{len(result.blockers)} of {jobs} jobs {overdue(result)}, {judged}"
    for todo in dict.fromkeys(blocker.todo for blocker in seen.blockers):
        names = (named(blocker.job or "") for blocker in seen.blockers if blocker.todo == todo)
        yield f"{', '.join(names)}: {todo}"


def overdue(result: Result) -> str:
    """Return what is wrong with the heartbeats of a check, by kind where not all of them are overdue."""
    from forensics.analyse.blockers import HEALTHY

    of = {blocker.job for blocker in result.blockers}
    wrong = Counter(beat.status for beat in result.heartbeats if beat.job in of and beat.status not in HEALTHY)
    if set(wrong) <= {"stale", "missing"}:
        return "overdue"
    return f"without a sign of life that counts ({', '.join(f'{count} {status}' for status, count in wrong.items())})"


def well_again(course: Course, name: str) -> str:
    """Return why an alert is over."""
    from forensics.analyse.concerns import beat_sentence

    beat = next((beat for beat in course.seen.result.heartbeats if named(beat.job) == name), None)
    up = "its last run came up" if name in course.seen.boots.up else ""
    told = "; ".join(filter(None, (up, "" if beat is None else beat_sentence(beat).rstrip("."))))
    return told or "no heartbeat of it is left, and no config names it"


def issues(course: Course) -> Iterator[str]:
    """Yield what was done, or would be, with issues."""
    from forensics.cli_plan import plan_text
    from forensics.publish.actions import SENT

    if course.filing and any(action["action"] in SENT for action in course.filing.result.filed.planned):
        told = plan_text(course.filing.result).splitlines()
        yield from (line for line in told[:-1] if line.split()[0] != "-")
        yield f"issues: {told[-1]}"


def closing(course: Course) -> str:
    """Return the last word: the exit code, and why."""
    return f"exit {course.code}, {WHY[course.code]}"


def told_json(course: Course) -> str:
    """Return what came of a check as data, in the words of the report."""
    from forensics.report import machine
    from forensics.report.machine_values import clean, instant

    result, filing = course.seen.result, course.filing
    told = {
        "schema": machine.SCHEMA,
        "now": instant(course.order.now),
        "exit": {"code": course.code, "blockers": bool(course.seen.blockers)},
        "dry_run": course.order.is_dry,
        "blockers": list(map(machine.blocker, course.seen.blockers)),
        "heartbeats": list(map(machine.heartbeat, result.heartbeats)),
        "alerts": {
            "raised": [alert_of(course, str(path), alert) for path, alert in course.raised.items()],
            "removed": [clean(str(path)) for path in course.cleared],
        },
        "unread": list(map(clean, course.seen.unread)),
        "troubles": list(map(clean, course.troubles)),
        "notes": list(map(clean, course.notes)),
        "tracker": machine.tracker(filing.result if filing else result),
    }
    return json.dumps(told, indent=2, allow_nan=False) + "\n"


def panel_json(result: Result) -> str:
    """Return the heartbeat panel as data, every line of it, in the words of the report."""
    from forensics.report import machine
    from forensics.report.machine_values import instant

    told = {
        "schema": machine.SCHEMA,
        "now": instant(result.window.now),
        "heartbeats": list(map(machine.heartbeat, result.heartbeats)),
    }
    return json.dumps(told, indent=2, allow_nan=False) + "\n"


def alert_of(course: Course, path: str, alert: Alert) -> dict[str, str | None]:
    """Return an alert that stands: whose, where, and what became of the hook in this check."""
    from forensics.report.machine_values import clean

    hook = course.hooks.get(alert.name)
    return {"job": clean(alert.blocker.job), "path": clean(path), "hook": clean(hook)}
