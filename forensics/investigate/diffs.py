"""A proposed change of a scheduler's own settings, as a unified diff to look at and to make by hand.

OpenClaw's jobs are told as they stand in its ``jobs.json``: an object of JSON, two blanks a level. What a job is asked
to do is not told: it may be long, and private.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff

FILE = "cron/jobs.json"
UNTOLD = "(unchanged text)"
ISOLATED, MAIN = "isolated", "main"
# What a payload of one kind holds its text in.
TEXT_FIELDS = {"agentTurn": "message", "systemEvent": "text"}


@dataclass(frozen=True)
class Setting:
    """What of a job's settings a change is about: where its runs are carried out, and what they are given."""

    name: str
    target: str
    payload: str


def setting_of(name: str, attributes: Mapping[str, str]) -> Setting | None:
    """Return what is known of a job that OpenClaw runs in a session of its own, None for any other."""
    target, payload = attributes.get("sessionTarget"), attributes.get("payload", "agentTurn")
    if target != ISOLATED or payload != "agentTurn":
        return None
    return Setting(name, target, payload)


def to_main(settings: Sequence[Setting], file: str = FILE) -> str:
    """Return the change that lets jobs run in the main session, as a unified diff with a hunk for each job.

    Its line numbers count from the job's own first line.
    """
    return "\n".join([f"--- {file}", f"+++ {file}", *(line for each in settings for line in hunk(each))])


def hunk(setting: Setting) -> Iterator[str]:
    """Yield the change of one job, under a heading that names it."""
    after = list(lines_of(Setting(setting.name, MAIN, "systemEvent")))
    _, _, heading, *lines = unified_diff(list(lines_of(setting)), after, lineterm="")
    yield f"{heading} {json.dumps(setting.name)[1:-1]}"
    yield from lines


def lines_of(setting: Setting) -> Iterator[str]:
    """Yield a job's object as it stands in a list of jobs, with what the change is about."""
    written = {
        "name": setting.name,
        "sessionTarget": setting.target,
        "payload": {"kind": setting.payload, TEXT_FIELDS[setting.payload]: UNTOLD},
    }
    yield from json.dumps(written, indent=2, ensure_ascii=True).splitlines()
