"""Which frames exist: a data dictionary.

A name means one thing with one dtype in every frame. Instants end in ``_at`` and are UTC,
``datetime64[ns, UTC]``; durations in seconds are ``number``. In frames of evidence the row's
position is its identity: ``links`` refer to (lane, row).
"""

from __future__ import annotations

from forensics.evidence.schema import Column, Frame
from forensics.verdicts import Lane

PROVENANCE = (
    Column("source", "integer", False, "position of the source in the config"),
    Column("file", "integer", False, "row of the file in the frame `files`"),
    Column("record", "integer", False, "number of the record in that file, from 1"),
    Column("time_text", "text", True, "the time as it was written"),
)
WHO = (
    Column("at", "instant", True, "when it happened, by the source's own clock; for an artifact its mtime"),
    Column("host", "text", True, "host, where it is known"),
    Column("job", "text", True, "the job as this source spells it; null where only a command or path tells"),
    Column("run_id", "text", True, "the run's id, session id or `cron:<uuid>`, where the source gives one"),
)

TRIGGERS = Frame(
    "triggers",
    (
        *WHO,
        Column("event", "text", False, "accepted, started or skipped"),
        Column("command", "text", True, "the command line that cron started"),
        Column("process_id", "text", True, "process id in the line, as written"),
        Column("status", "text", True, "the scheduler's own word for how it went; never proof"),
        Column("attributes", "object", True, "what else the source says, as a mapping"),
        *PROVENANCE,
    ),
)
LIFECYCLE = Frame(
    "lifecycle",
    (
        *WHO,
        Column(
            "event",
            "text",
            False,
            "started, boot_started, booted, completed, failed, timed_out, interrupted, or ended (an end that says not how)",
        ),
        Column("command", "text", True, "the command line that cron started"),
        Column("process_id", "text", True, "process id in the line, as written"),
        Column("exit_code", "number", True, "the command's exit code"),
        Column("duration_seconds", "number", True, "how long the run took, by the runner's own clock"),
        Column("status", "text", True, "the scheduler's own word for how it went; never proof"),
        Column("attributes", "object", True, "what else the source says, as a mapping"),
        *PROVENANCE,
    ),
)
NOTIFICATIONS = Frame(
    "notifications",
    (
        *WHO,
        Column("text", "text", True, "the message as a person read it, entities and links resolved"),
        Column("claim", "text", True, "the claim, where the source states it in a column of its own"),
        Column("author", "text", True, "who sent it"),
        Column("channel", "text", True, "where it was sent"),
        Column("is_bot", "flag", False, "sent by a bot, an app or a webhook"),
        Column("is_edited", "flag", False, "the text was changed after it was sent"),
        Column("color", "text", True, "colour of its attachment: danger, warning, good or a hex code"),
        Column("attributes", "object", True, "what else the source says, as a mapping"),
        *PROVENANCE,
    ),
)
ARTIFACTS = Frame(
    "artifacts",
    (
        *WHO,
        Column(
            "path",
            "text",
            False,
            "path relative to the source's root, with `/`; `path#field` for a time read from inside it",
        ),
        Column("size", "number", True, "size in bytes"),
        Column("is_folder", "flag", False, "a directory"),
        Column("born_at", "instant", True, "when the file was created"),
        Column("changed_at", "instant", True, "when its inode changed"),
        Column("inode", "number", True, "number of its inode, where it is told"),
        Column("seen_at", "instant", True, "when an earlier report first saw this version of it"),
        *PROVENANCE,
    ),
)
BEATS = Frame(
    "beats",
    (
        *WHO,
        Column("status", "text", True, "the beat's own word for how the job went; null in a bare time stamp"),
        Column("interval_seconds", "number", True, "how often a beat is promised"),
        Column("path", "text", False, "where the beat lies"),
        Column("fault", "text", True, "corrupt, future or foreign: why it cannot be believed"),
        *PROVENANCE,
    ),
)
FILES = Frame(
    "files",
    (
        Column("source", "integer", False, "position of the source in the config"),
        Column("name", "text", False, "path of the file as it was read, or archive and member"),
        Column("sha256", "text", True, "digest of the file's bytes"),
        Column("records", "integer", False, "records found in it"),
        Column("rejected", "integer", False, "records that could not be read"),
        Column("skipped", "integer", False, "records that were read and are no evidence"),
        Column("fault", "text", True, "why reading stopped early"),
    ),
)
REJECTS = Frame(
    "rejects",
    (
        Column("source", "integer", False, "position of the source in the config"),
        Column("file", "integer", False, "row of the file in the frame `files`"),
        Column("record", "integer", False, "number of the record in that file, from 1"),
        Column("reason", "text", False, "why it could not be read"),
        Column("text", "text", True, "how it begins"),
    ),
)

RUNS = Frame(
    "runs",
    (
        Column("key", "text", False, "names the run, the same in every report"),
        Column("job", "text", False, "the job's name"),
        Column("host", "text", True, "host, where it is known"),
        Column("configured", "flag", False, "the config names the job"),
        Column("run_id", "text", True, "the run's id, where a source gives one"),
        Column("due_at", "instant", True, "when the schedule wanted it; null for a run that was never due"),
        Column("triggered_at", "instant", True, "when the scheduler started it"),
        Column("started_at", "instant", True, "when the runner recorded its start"),
        Column("executed_at", "instant", True, "when its work was proven"),
        Column("reported_at", "instant", True, "when the last claim of success or failure came"),
        Column("claim", "text", True, "success, failure, started or skipped: the claim that counts"),
        Column("exit_code", "number", True, "the exit code that the runner recorded last"),
        Column("duration_seconds", "number", True, "from its start to its recorded end, else to its proof"),
        Column("evidence", "text", False, "both, executed, reported or neither"),
        Column("verdict", "text", False, "what it came to"),
        Column("flags", "text", False, "what else is worth knowing, joined by blanks"),
        Column("cause", "text", True, "why it came to nothing, where evidence shows it"),
        Column("in_window", "flag", False, "it belongs to the report's window"),
    ),
)

BY_LANE: dict[Lane, Frame] = {
    Lane.TRIGGERS: TRIGGERS,
    Lane.LIFECYCLE: LIFECYCLE,
    Lane.NOTIFICATIONS: NOTIFICATIONS,
    Lane.ARTIFACTS: ARTIFACTS,
}
EVIDENCE = (TRIGGERS, LIFECYCLE, NOTIFICATIONS, ARTIFACTS, BEATS)
ALL = (*EVIDENCE, FILES, REJECTS, RUNS)
