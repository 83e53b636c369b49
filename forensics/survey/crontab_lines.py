"""The lines of one crontab: jobs, variables, comments, and what cron itself could not read.

Written by people, as crontab(5) of Debian, cronie, FreeBSD, macOS and busybox has it. A system table names a user
before the command. Comments stand on lines of their own; a variable holds for the lines below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from forensics.config_keys import zone_named
from forensics.config_schedule import schedule_problem
from forensics.survey.commands import beats_of, hidden, is_own, wished_name
from forensics.survey.found import Findings, FoundJob, Place, Unused
from forensics.timeline import shown

LONGEST_LINE = 64 * 1024
VARIABLE = re.compile(r"\s*(?:\"([^\"]+)\"|'([^']+)'|([A-Za-z_]\w*))\s*=\s*(.*)")
FIELD = r"[0-9A-Za-z*,/~?#-]*[0-9*?][0-9A-Za-z*,/~?#-]*|[A-Za-z]{3}(?:[,-][A-Za-z]{3})*"
TIMES = re.compile(rf"-?(?:{FIELD})(?:[ \t]+(?:{FIELD})){{4}}[ \t]+\S")
NICKNAME = re.compile(r"@[A-Za-z_0-9]+[ \t]+\S")
USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}\$?(?:[:/][A-Za-z0-9_.-]+){0,2}")
BLANKS = re.compile(r"[ \t]+")
FREEBSD = {"@every_minute": "* * * * *"}
CARRIED = "its line ends as on Windows: cron hands the carriage return on to the command, which may fail by it"
MUTED = "its `-` keeps this line out of cron's log: without another lane its runs cannot be seen"


@dataclass(frozen=True)
class Table:
    """One crontab: its text, the name it goes by, and whose it is; ``user`` is None where each line names one."""

    file: str
    text: str
    user: str | None


@dataclass
class Context:
    """What the lines above say for those below: the zone of schedules, and the comment right above."""

    zone: str | None = None
    bad_zone: str | None = None
    said: str | None = None


def read_table(table: Table) -> Findings:
    """Return the jobs of a crontab, and the lines that make none."""
    found, context = [], Context()
    for number, line in enumerate(table.text.split("\n"), 1):
        each = read_line(line.strip(" \t"), Place(table.file, number), table.user, context)
        if each is not None:
            found.append(each)
    jobs = tuple(each for each in found if isinstance(each, FoundJob))
    return Findings(jobs, tuple(each for each in found if isinstance(each, Unused)))


def read_line(line: str, place: Place, user: str | None, context: Context) -> FoundJob | Unused | None:
    """Return what a line is, None for a blank one, a comment or a variable; ``context`` is kept up to date."""
    said, context.said = context.said, None
    if not line.strip("\r"):
        return None
    if line.startswith("#"):
        context.said = comment_of(line)
        return None
    variable = VARIABLE.fullmatch(line.rstrip("\r"))
    if variable:
        set_variable(variable[1] or variable[2] or variable[3], variable[4], context)
        return None
    if len(line) > LONGEST_LINE:
        return Unused(place, "longer than cron reads a line")
    return read_job(line, place, user, said, context)


def comment_of(line: str) -> str | None:
    """Return what a comment says; None for a job that was commented out, and for rulers and headings of columns."""
    text = hidden(line.strip("#\r")).strip("-=* \t").rstrip(":")  # secrets first: cut, none would be known any more
    if TIMES.match(text) or NICKNAME.match(text) or VARIABLE.fullmatch(text) or not re.search(r"[^\W\d_]{2}", text):
        return None
    is_heading = {"dom", "dow", "command"} & set(text.lower().split()) or text.startswith(("DO NOT EDIT", "("))
    return None if is_heading else text


def set_variable(name: str, value: str, context: Context) -> None:
    """Note the zone that a variable sets; what else variables hold is nobody's business, secrets among it."""
    if name != "CRON_TZ":
        return
    written = value.strip().strip("\"'").removeprefix(":")
    is_known = zone_named(written) is not None
    context.zone, context.bad_zone = (written, None) if is_known else (None, written)


def read_job(line: str, place: Place, user: str | None, said: str | None, context: Context) -> FoundJob | Unused:
    """Return the job of a line that is neither a comment nor a variable."""
    parts = split_line(line, with_user=user is None)
    if isinstance(parts, str):
        return Unused(place, f"{shown(hidden(line))} {parts}")
    times, named, command = parts
    if is_own(command):
        return Unused(place, "this program's own check: its report speaks of it by itself")
    schedule = FREEBSD.get(times, times.removeprefix("-"))
    notes = [*schedule_notes(schedule, context)]
    notes += [MUTED] * times.startswith("-") + [CARRIED] * command.endswith("\r")
    name = wished_name(command)
    return FoundJob(
        name=name,
        places=(place,),
        schedule=None if has_fault(schedule, context) else schedule,
        zone=context.zone,
        command=command,
        users=(user or named,),
        said=said,
        aliases=tuple(beat for beat in beats_of(command) if beat != name),
        notes=tuple(notes),
    )


def split_line(line: str, *, with_user: bool) -> tuple[str, str, str] | str:
    """Return times, user and command of a line; else what is wrong with it."""
    count = 1 if line.startswith("@") else 5
    if not (NICKNAME.match(line) if count == 1 else TIMES.match(line)):
        return "is no line of a crontab: five fields for the time, or a word such as @daily, and then a command"
    parts = BLANKS.split(line, maxsplit=count + with_user)
    times = " ".join(parts[:count])
    if not with_user:
        return times, "", parts[count]
    if len(parts) < count + 2:
        return "has no command after the user, or no user before the command"
    if not USER.fullmatch(parts[count]):
        return f"names no user: cron takes {shown(parts[count])} for one, and does not start the command"
    return times, parts[count], parts[count + 1]


def has_fault(schedule: str, context: Context) -> bool:
    """Return whether a schedule gives no due times that can be trusted."""
    return context.bad_zone is not None or schedule_problem("cron", schedule) is not None


def schedule_notes(schedule: str, context: Context) -> Iterator[str]:
    """Yield why a schedule is not used."""
    problem = schedule_problem("cron", schedule)
    if problem:
        yield f"not used: {problem}"
    elif context.bad_zone is not None:
        yield f"not used: schedule {shown(schedule)}, as CRON_TZ={shown(context.bad_zone)} is no zone"
    if schedule.lower() == "@reboot":
        yield "started with the machine: it is never due"
