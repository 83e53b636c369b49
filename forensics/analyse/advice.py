"""The next step for each kind of blocker: concrete, and safe to take."""

from __future__ import annotations

from forensics.verdicts import Cause, Verdict

BY_VERDICT: dict[Verdict, str] = {
    Verdict.FALSE_SUCCESS: (
        "Look at the path that was searched, then run the job once in a terminal and see where it writes. "
        "Let it claim success only after it has checked its own file."
    ),
    Verdict.SILENT_FAILURE: (
        "Read the runner's own log from the time of the trigger on; run the job once in a terminal. "
        "Then make its failures speak: a message, or an exit code that somebody reads."
    ),
    Verdict.MISSED: (
        "See whether the scheduler and its host were up at that time, and whether the job still stands in its table. "
        "Run it by hand if the work still matters."
    ),
    Verdict.INTERRUPTED: (
        "Look for half-written state before it runs again. "
        "Then look for what stopped it: memory, a time limit, a restart of the host."
    ),
    Verdict.FAILED: "Run the job once in a terminal and read where it stops; do the work by hand if it still matters.",
    Verdict.SKIPPED: "Find what keeps it from running: a run before it that never ends, a lock, a switch left off.",
}
BY_CAUSE: dict[Cause, str] = {
    Cause.BOOT_TIMEOUT: (
        "Start the runner by hand and time each stage of its boot; raise the limit or make the boot smaller. "
        "Make a boot that times out say so."
    ),
    Cause.EXIT_CODE: "Run the job once in a terminal and read its errors; the exit code is on record, nobody was told.",
    Cause.KILLED: (
        "Look for half-written state before it runs again. "
        "Ask the host's log what killed it: out of memory, a shutdown, a supervisor's time limit."
    ),
    Cause.TIMED_OUT: (
        "Look for half-written state before it runs again. Compare how long it took on good days with its time limit."
    ),
    Cause.DST_GAP: "Move the schedule out of the hour that the clock change skips, or give it a zone without one.",
    Cause.DST_FOLD: "Move the schedule out of the hour that the clock change repeats, or give it a zone without one.",
    Cause.HOST_DOWN: "Find out why the host was down; run the job by hand if the work still matters.",
}
UNPROVEN = (
    "Look at the job itself: nothing that was read can tell whether the message is true. "
    "Declare what it leaves behind, so that next time something can."
)
BY_BEAT = {
    "stale": "See whether the job still runs, and whether it still writes its heartbeat at the end.",
    "missing": "Let the job write a heartbeat at its end, or take it out of the config.",
    "corrupt": "Look at the file, and at who writes it; the next good beat mends it.",
    "future": "Compare the clocks of the writer and of this host; until then the beat proves nothing.",
    "foreign": "Find out who put that file there; only the job's own user should write it.",
}
NO_INTERVAL = (
    "Give the job its `interval` or `schedule` in the config, or let its beat name `interval_seconds`: "
    "no further beat mends this."
)
REPORTING = (
    "Until it is mended believe the proof of work, not the messages, and rerun nothing for their sake. "
    "Send one message by hand and read the answer; compare the settings of jobs that got through with the others'."
)
SOURCE = "Mend the path or the file and make the report again: until then it speaks without this evidence."
LOG_ENDED = (
    "See whether the scheduler and its log still run: the log ends before these runs. "
    "If it goes on elsewhere, read its successor; else run the job by hand if the work still matters."
)
NO_LOG = (
    "Add the scheduler's own record of that time as a source, then the report can tell. "
    "Until then see whether the job still stands in its table, and whether its host was up."
)
SOURCE_ENDED = (
    "See whether this source is still written, or read its successor. "
    "If it is whole and there was only nothing to write, say so in the config: `live = true`, or its `coverage`."
)
SOURCE_BEGINS = "Read what came before it too, such as a rotated log, or ask about a later time (`--since`)."
NIGHTLY_MISSED = (
    "See whether the report's own line still stands in the crontab, or its timer is enabled, and what it said last. "
    "Have something on another host expect the report, such as a heartbeat."
)
LEDGER_BEGUN = "Keep the file that was set aside, and see what else on that disk is damaged; the reports go on."
SOURCE_SILENT = "See whether what it reads is still mounted, written, and at that path."
CONFIG = "Mend the job's schedule; until then no run of it can be missed."


def next_step(verdict: Verdict, cause: str | None, is_unproven: bool, not_covered: str | None = None) -> str:
    """Return what to do about runs of a verdict; a known cause tells more than the verdict.

    ``not_covered`` says why no trigger source covers them, where none does.
    """
    if is_unproven:
        return UNPROVEN
    if cause is not None and Cause(cause) in BY_CAUSE and verdict is not Verdict.FAILED:
        return BY_CAUSE[Cause(cause)]
    if not_covered is not None:
        return LOG_ENDED if "coverage ends" in not_covered else NO_LOG
    return BY_VERDICT[verdict]
