"""The configuration as frozen values; ``configfile`` fills them from TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

Scheduler = Literal["cron", "systemd", "kubernetes", "openclaw", "interval"]
Policy = Literal["always", "on-failure", "on-change", "never"]

SUCCESS_PHRASES = (
    "✅",
    ":white_check_mark:",
    ":heavy_check_mark:",
    "completed",
    "succeeded",
    "success",
    "successful",
    "successfully",
    "finished",
    "done",
    "ok",
    "passed",
)
FAILURE_PHRASES = (
    "❌",
    ":x:",
    "failed",
    "failure",
    "failures",
    "fails",
    "error",
    "errors",
    "timed out",
    "timeout",
    "aborted",
    "crashed",
    "killed",
)
STARTED_PHRASES = ("▶️", "▶", "🚀", ":rocket:", ":arrow_forward:", "started", "starting")
SKIP_PHRASES = (
    "⏭️",
    "⏭",
    ":black_right_pointing_double_triangle_with_vertical_bar:",
    "skipped",
    "skipping",
    "nothing to do",
)

SOURCE_KINDS = (
    "slack-export",
    "slack",
    "syslog",
    "journal",
    "openclaw",
    "kubernetes",
    "files",
    "find-listing",
    "ls-listing",
    "bodyfile",
    "heartbeats",
    "registry",
    "jsonl",
    "csv",
    "parquet",
)
GENERIC_KINDS = ("jsonl", "csv", "parquet")
# Records of others whose columns are known (see ``sources.presets``), with the lanes that they fill, the usual one first.
PRESETS = {
    "healthchecks-pings": ("lifecycle", "notifications"),
    "healthchecks-flips": ("notifications",),
    "github-actions": ("lifecycle", "triggers"),
}
# What the generic kinds can read, by lane: our names for columns, and our words for events (for messages: for claims).
LANE_COLUMNS = {
    "triggers": ("time", "job", "host", "run_id", "event", "command", "process_id", "status"),
    "lifecycle": (
        "time",
        "job",
        "host",
        "run_id",
        "event",
        "command",
        "process_id",
        "exit_code",
        "duration_seconds",
        "status",
    ),
    "notifications": (
        "time",
        "job",
        "host",
        "run_id",
        "text",
        "claim",
        "author",
        "channel",
        "is_bot",
        "is_edited",
        "color",
    ),
    "artifacts": ("time", "job", "host", "run_id", "path", "size", "is_folder", "changed", "born"),
}
LANE_WORDS = {
    "triggers": ("accepted", "started", "skipped"),
    "lifecycle": ("boot_started", "booted", "started", "completed", "failed", "timed_out", "interrupted", "ended"),
    "notifications": ("success", "failure", "started", "skipped"),
    "artifacts": (),
}

HEARTBEAT_DIRS = (
    "/var/lib/forensics/heartbeats",
    "/var/run/bezalel/heartbeats",
    "/var/lib/bezalel/heartbeats",
    "~/.bezalel/heartbeats",
)


@dataclass(frozen=True)
class Phrases:
    """The words by which a message claims an outcome."""

    success: tuple[str, ...] = SUCCESS_PHRASES
    failure: tuple[str, ...] = FAILURE_PHRASES
    started: tuple[str, ...] = STARTED_PHRASES
    skipped: tuple[str, ...] = SKIP_PHRASES


@dataclass(frozen=True)
class Job:
    """A configured job, with the defaults and every matching group applied.

    ``max_duration`` None means until the next due time, at most 6 h. ``timezone`` is resolved:
    the job's own, else the report's. ``problem`` says why the schedule could not be used; the
    job then has no due times. ``is_learnt``: nobody declared its artifacts, its runs show them.
    ``set_up`` is a sentence on how its own scheduler is set up, where the config does not say the same; from
    ``off_since`` on that scheduler leaves it out. ``has_own_grace``: the config says for this job, or its group, how late
    it may start; what its scheduler tells of that is not added.
    """

    name: str
    timezone: ZoneInfo
    host: str | None = None
    scheduler: Scheduler = "cron"
    schedule: str | None = None
    interval: timedelta | None = None
    anchor: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    aliases: tuple[str, ...] = ()
    command: str | None = None
    artifacts: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    state_files: tuple[str, ...] = ()
    proof: Literal["all", "any"] = "all"
    min_size: int = 1
    min_duration: timedelta | None = None
    max_duration: timedelta | None = None
    start_grace: timedelta = timedelta(minutes=10)
    report_grace: timedelta = timedelta(minutes=10)
    clock_tolerance: timedelta = timedelta(seconds=90)
    reports: Policy = "always"
    phrases: Phrases = Phrases()
    authors: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    is_learnt: bool = False
    set_up: str | None = None
    off_since: datetime | None = None
    has_own_grace: bool = False


@dataclass(frozen=True)
class SourceConfig:
    """One source to read. ``path`` is absolute, may hold a glob, and is text as the user wrote it otherwise.

    ``token_env`` names the variable that holds the secret of a live source. ``preset`` names whose records a generic
    kind holds, ``job`` whose runs they are where they do not say it.
    """

    kind: str
    path: str
    host: str | None = None
    timezone: ZoneInfo | None = None
    year: int | None = None
    root: str | None = None
    coverage: tuple[datetime, datetime] | None = None
    live: bool | None = None
    channels: tuple[str, ...] = ()
    lane: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    token_env: str | None = None
    preset: str | None = None
    job: str | None = None


@dataclass(frozen=True)
class Event:
    """Something that changed on a host, such as an upgrade."""

    at: datetime
    kind: str
    name: str


@dataclass(frozen=True)
class Mute:
    """A stretch of time in which jobs are expected to misbehave."""

    jobs: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    reason: str


@dataclass(frozen=True)
class Heartbeats:
    """Where heartbeats lie and when one is stale."""

    dirs: tuple[str, ...] = HEARTBEAT_DIRS
    stale_after: float = 2.0
    on_stale: tuple[str, ...] = ()
    configured: bool = False


@dataclass(frozen=True)
class Reporting:
    """When the reporting itself is suspect."""

    threshold: float = 0.8


@dataclass(frozen=True)
class Tracker:
    """Where issues are filed, and when. The token is named by a variable or a file, and never stands here.

    ``settle`` is how long a trouble must hold before it is filed; ``close_after`` good checks in a row close it;
    it is reopened rather than filed anew ``reopen_within`` of that. ``publish`` says whether and how the night's
    report goes there too. ``due_in`` is the time until an issue is due, None for no due date.
    """

    url: str
    repo: str
    kind: Literal["gitea", "forgejo"] = "gitea"
    token_env: str = "GITEA_TOKEN"
    token_file: str | None = None
    ca_file: str | None = None
    open_for: tuple[str, ...] = (
        "stale",
        "failed",
        "false_success",
        "silent_failure",
        "missed",
        "interrupted",
        "reporting",
    )
    settle: timedelta = timedelta(0)
    rollup_at: int = 5
    close_after: int = 2
    reopen_within: timedelta = timedelta(days=7)
    due_in: timedelta | None = None
    labels: tuple[str, ...] = ("heartbeat",)
    assignees: tuple[str, ...] = ()
    hold_label: str = "hold"
    publish: Literal["comment", "attachment"] | None = None


@dataclass(frozen=True)
class Layer:
    """Values for a group of jobs, by config key; ``jobs`` are globs over names, ``*`` stands for ``[defaults]``."""

    jobs: tuple[str, ...]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Config:
    """Everything that a report is told. ``file`` names where it was read; None when there is none.

    ``layers`` are ``[defaults]`` and the ``[[match]]`` groups in order, for jobs that only turn up in evidence.
    """

    timezone: ZoneInfo = ZoneInfo("UTC")
    file: str | None = None
    ledger: str | None = None
    jobs: tuple[Job, ...] = ()
    sources: tuple[SourceConfig, ...] = ()
    events: tuple[Event, ...] = ()
    mutes: tuple[Mute, ...] = ()
    heartbeats: Heartbeats = Heartbeats()
    reporting: Reporting = Reporting()
    tracker: Tracker | None = None
    slack_webhook_env: str | None = None
    layers: tuple[Layer, ...] = ()
