"""The names of what can have become of a run; no logic lives here."""

from __future__ import annotations

from enum import StrEnum


class Evidence(StrEnum):
    """Whether the work is proven, and whether anybody claimed an outcome."""

    BOTH = "both"
    EXECUTED = "executed"
    REPORTED = "reported"
    NEITHER = "neither"


class Verdict(StrEnum):
    """What a run came to; members stand in the order of worst first."""

    FALSE_SUCCESS = "false_success"
    SILENT_FAILURE = "silent_failure"
    MISSED = "missed"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    UNVERIFIABLE = "unverifiable"
    FALSE_ALARM = "false_alarm"
    UNREPORTED = "unreported"
    PENDING = "pending"
    SKIPPED = "skipped"
    CONFIRMED = "confirmed"


MEANINGS: dict[Verdict, str] = {
    Verdict.FALSE_SUCCESS: "a message claims success, and the work that it claims is not there",
    Verdict.SILENT_FAILURE: "it was started, left nothing behind, and nobody was told",
    Verdict.MISSED: "it was due and never began",
    Verdict.INTERRUPTED: "it began, and was cut off before it ended",
    Verdict.FAILED: "a message says that it failed, and nothing shows otherwise",
    Verdict.UNVERIFIABLE: "nothing that was read could have proven the work at that time",
    Verdict.FALSE_ALARM: "a message says that it failed, and the work was done",
    Verdict.UNREPORTED: "the work was done, and no message says so",
    Verdict.PENDING: "it is too early to tell; the next report judges it",
    Verdict.SKIPPED: "the scheduler left it out on purpose",
    Verdict.CONFIRMED: "the work was done, and what was said about it agrees",
}

BLOCKING: frozenset[Verdict] = frozenset(
    {
        Verdict.FALSE_SUCCESS,
        Verdict.SILENT_FAILURE,
        Verdict.MISSED,
        Verdict.INTERRUPTED,
        Verdict.FAILED,
    }
)


class Flag(StrEnum):
    """What else is worth knowing of a run, whatever its verdict."""

    LATE = "late"
    RECOVERED = "recovered"
    UNPROVEN = "unproven"
    PARTIAL = "partial"
    UNSCHEDULED = "unscheduled"
    UNTRIGGERED = "untriggered"
    OVERLAPPING = "overlapping"
    DUPLICATE_REPORTS = "duplicate_reports"
    REPORTING_GAP = "reporting_gap"
    LEDGER_DISAGREES = "ledger_disagrees"
    CLOCK_SKEW = "clock_skew"
    BACKDATED = "backdated"
    TOO_FAST = "too_fast"
    TOO_SMALL = "too_small"
    MUTED = "muted"


class Cause(StrEnum):
    """Why a run came to nothing, where a row of evidence shows it."""

    HOST_DOWN = "host_down"
    BOOT_TIMEOUT = "boot_timeout"
    DST_GAP = "dst_gap"
    DST_FOLD = "dst_fold"
    PREVIOUS_STILL_RUNNING = "previous_still_running"
    SCHEDULER_RESTART = "scheduler_restart"
    LANE_OUTAGE = "lane_outage"
    EXIT_CODE = "exit_code"
    KILLED = "killed"
    TIMED_OUT = "timed_out"


class Claim(StrEnum):
    """What a notification says of its run."""

    SUCCESS = "success"
    FAILURE = "failure"
    STARTED = "started"
    SKIPPED = "skipped"


class Lane(StrEnum):
    """The kinds of evidence."""

    TRIGGERS = "triggers"
    LIFECYCLE = "lifecycle"
    NOTIFICATIONS = "notifications"
    ARTIFACTS = "artifacts"
