"""The meta-heartbeat: who is silent, the alerts about it, the hook, the tracker; its own heartbeat last.

Whatever cannot be done is told and the rest is done all the same: a full disk or a tracker that is away must not
keep a silence from being heard of.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from forensics import cli_alerts
from forensics.cli_alerts import Alert, Memory
from forensics.cli_beats import Reading, looked_for, reading, registries_of
from forensics.cli_boot import booted_at, headline, named, with_boot
from forensics.cli_inputs import environment_with_home, kept_folder
from forensics.cli_plan import Filing
from forensics.errors import ForensicsError, OutputError
from forensics.recorder.units import CHECK

if TYPE_CHECKING:
    from forensics.config import Config
    from forensics.evidence.result import Blocker, Result

QUIET, BLOCKED, INCOMPLETE, UNREACHED = 0, 1, 3, 4
BUSY = "another check of these heartbeats is at work: nothing was done now"
OTHERS_MAY_WRITE = 0o002
DAY = 24 * 3600 * 10**9


@dataclass(frozen=True)
class Order:
    """What a check was asked for. ``interval`` is its own, in seconds; ``clock`` the real time, ``now`` the judge's."""

    config: Config
    dirs: tuple[str, ...]
    now: int
    clock: int
    interval: int
    is_dry: bool = False


@dataclass
class Course:
    """What a check came to. ``troubles`` are what could not be written or sent; ``done`` what was, in words."""

    order: Order
    seen: Reading
    booted: int | None
    raised: dict[Path, Alert] = field(default_factory=dict)
    hooks: dict[str, str] = field(default_factory=dict)
    cleared: list[Path] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    filing: Filing | None = None

    @property
    def code(self) -> int:
        """Return the exit code: the highest that applies."""
        if self.troubles:
            return UNREACHED
        if self.seen.unread:
            return INCOMPLETE
        return BLOCKED if self.seen.blockers else QUIET


def check(order: Order) -> Course | None:
    """Check all heartbeats, and do what follows from it; None where another check does so at this moment."""
    if order.is_dry:
        return carried_out(order)
    with alone(order) as (is_ours, notes):
        if not is_ours:
            return None
        course = carried_out(order)
        course.notes += notes
        return course


@contextmanager
def alone(order: Order) -> Iterator[tuple[bool, list[str]]]:
    """Give whether no other check of the same folders is at work; without a lock two are better than none."""
    from forensics.ledger.lock import single_flight

    about = "\n".join([order.config.file or "", *order.dirs])
    path = kept_folder() / f"{CHECK}-{sha256(about.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"
    is_ours, notes = True, []
    with ExitStack() as stack:
        try:
            is_ours = stack.enter_context(single_flight(path))
        except OutputError as error:
            notes = [f"whether another check is at work is not known: {error}"]
        yield is_ours, notes


def carried_out(order: Order) -> Course:
    """Read, then tell everybody who is to be told, the nearest first."""
    seen = reading(order.config, order.dirs, order.now, order.interval)
    booted = booted_at(order.clock)
    seen = replace(seen, result=with_boot(seen.result, booted, looked_for(seen.result.config)))
    course = Course(order, seen, booted)
    shout(course)
    fallback = kept_folder() / cli_alerts.FOLDER
    memory = cli_alerts.remembered(seen, fallback)
    raise_alerts(course, memory, fallback)
    clear_alerts(course, memory)
    run_hooks(course, memory)
    tell_tracker(course)
    remove_drafts(course)
    course.notes += remarks(course)
    if course.code in (QUIET, BLOCKED) and not order.is_dry:
        beat(course)
    return course


def shout(course: Course) -> None:
    """Log a line for each job that is silent or did not boot, before anything else can fail."""
    from forensics.cli_outputs import say

    result = course.seen.result
    for line in headline(result, course.booted):
        say(line)
    for blocker in course.seen.blockers:
        say(p1_line(blocker, result))
    for fault in course.seen.unread:
        say(f"not read: {fault}")


def p1_line(blocker: Blocker, result: Result) -> str:
    """Return the line about a job in trouble: who, what, since when."""
    from forensics.untrusted import safe_line

    told = (blocker.text, cli_alerts.last_beat(blocker, result), blocker.inferred if blocker.cause else "")
    return f"P1 {named(blocker.job or '')}: {safe_line(' '.join(filter(None, told)))}"


def raise_alerts(course: Course, memory: Memory, fallback: Path) -> None:
    """Write an alert for each job that is silent or did not boot."""
    for alert in cli_alerts.alerts_of(course.seen, fallback):
        try:
            hook = cli_alerts.hook_line(alert, memory)
            path = alert.path if course.order.is_dry else cli_alerts.put(alert, hook, course.order.now)
            course.raised[path] = alert
        except OutputError as error:
            course.troubles.append(f"no alert about {alert.name}: {error}")


def clear_alerts(course: Course, memory: Memory) -> None:
    """Remove the alerts that are over."""
    from forensics.ledger.alert import clear_alert

    for path in cli_alerts.outdated(course.seen, memory, course.raised):
        try:
            if not course.order.is_dry:
                clear_alert(path.parent, path.name.removesuffix(cli_alerts.SUFFIX))
            course.cleared.append(path)
        except OutputError as error:
            course.troubles.append(str(error))


def run_hooks(course: Course, memory: Memory) -> None:
    """Run the hook for each silence for which it did not run; the alert remembers it, before and after."""
    from forensics.cli_hook import ALL

    argv = course.order.config.heartbeats.on_stale
    end = time.monotonic() + ALL
    for path, alert in course.raised.items() if argv else ():
        if not alert.is_silence or cli_alerts.hook_line(alert, memory) is not None:
            continue
        if course.order.is_dry:
            course.hooks[alert.name] = "would run"
        elif time.monotonic() < end:
            run_hook(course, path, alert)
        else:
            course.notes.append(f"the hook for {alert.name} waits for the next check: those before it took too long")
    silences = sum(alert.is_silence for alert in course.raised.values())
    if argv and silences < len(course.seen.result.blockers):
        course.notes.append("without an alert that remembers it, the hook does not run: it would run every time")


def run_hook(course: Course, path: Path, alert: Alert) -> None:
    """Run the hook for one silence."""
    from forensics.cli_hook import run_hook, surroundings
    from forensics.timeline import utc_text

    order, at = course.order, utc_text(course.order.now)
    environment = surroundings(order.config, alert.blocker, course.seen.result.heartbeats, str(path))
    try:
        cli_alerts.put(alert, f"{cli_alerts.HOOK}begun {at}, its end is not known", order.now)
        told = run_hook(order.config.heartbeats.on_stale, environment)
        course.hooks[alert.name] = told
        cli_alerts.put(alert, f"{cli_alerts.HOOK}{told}, run {at}", order.now)
    except OutputError as error:
        course.troubles.append(f"the alert about {alert.name} does not tell of its hook: {error}")


def tell_tracker(course: Course) -> None:
    """Bring the tracker's issues about heartbeats in line; of all others a check knows nothing."""
    from forensics.cli_tracker import file_issues_of

    config = course.seen.result.config
    tracker = config.tracker
    if tracker is None or "stale" not in tracker.open_for:
        return
    config = replace(config, tracker=replace(tracker, open_for=("stale",)))
    told = replace(course.seen.result, config=config)
    course.filing = file_issues_of(told, is_dry=course.order.is_dry, publishes=False)
    course.troubles += course.filing.troubles
    course.notes += course.filing.notes


def remove_drafts(course: Course) -> None:
    """Remove what killed writers left behind."""
    from forensics.recorder.drafts import remove_stale_drafts, stale_drafts

    act, did = (stale_drafts, "would remove") if course.order.is_dry else (remove_stale_drafts, "removed")
    for folder in cli_alerts.swept(course.seen.folders):
        with suppress(OSError):  # that it cannot be listed was told where its heartbeats were read
            course.notes += [f"{did} {path}, which a killed writer left" for path in act(folder, course.order.now)]


def remarks(course: Course) -> Iterator[str]:
    """Yield what else a person should know: slow boots, that the check itself was silent, what may mislead it."""
    from forensics.timeline import duration_text

    own = course.seen.own
    if own is not None and own.status == "stale" and own.age_seconds is not None:
        yield f"the check itself had not come to a good end for {duration_text(own.age_seconds)}"
    yield from course.seen.skipped
    yield from befallen(course)
    for finding in course.seen.result.findings:
        if finding.kind == "boot_slow":
            yield f"boot warning: {finding.text} {finding.todo}".rstrip()
    for job in course.order.config.jobs:
        if job.problem is not None:
            yield f"{job.name}: its schedule cannot be used, {job.problem}; the interval in its heartbeat counts"
    for folder in course.seen.folders:
        if mode_of(folder) & OTHERS_MAY_WRITE:
            yield f"{folder}: anyone may write there, and so forge a heartbeat - chmod o-w it"


def befallen(course: Course) -> Iterator[str]:
    """Yield what befell the registries in the last day: the wrapper that met it had one line, which few read."""
    from forensics.database.opening import Care, noted
    from forensics.recorder.registry import read_registry
    from forensics.sources.reading import matching_paths

    order = course.order
    registries = [] if order.dirs else registries_of(order.config)
    for path in [path for each in registries for path in matching_paths(each.path)]:
        with suppress(ForensicsError), read_registry(path, Care()) as registry:  # one that is unsound was told already
            yield from noted(registry, order.now - DAY, order.now)


def mode_of(folder: Path) -> int:
    """Return the mode of a folder, 0 where it is not told."""
    try:
        return folder.stat().st_mode
    except OSError:
        return 0


def beat(course: Course) -> None:
    """Write the check's own heartbeat: the last thing, so that it says that all before was done."""
    from forensics.recorder.heartbeat import beat_content, write_beat

    order = course.order
    content = beat_content(CHECK, order.interval, "SUCCESS", order.now, os.uname().nodename, os.getpid())
    try:
        write_beat(own_folder(course.seen), CHECK, content)
    except ForensicsError as error:
        course.troubles.append(f"the check's own heartbeat: {error}")


def own_folder(seen: Reading) -> str:
    """Return where the check's own heartbeat goes: the first folder it read that can be written, else as any other's.

    Raises:
        OutputError: none can be written.
    """
    from forensics.recorder.places import can_be_written, folder_for

    return next(filter(can_be_written, map(str, seen.folders)), None) or folder_for("", environment_with_home())
