"""The hook of a silence: a command of the user's own, run once for each, with the figures in its environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from forensics.cli_boot import named

if TYPE_CHECKING:
    from forensics.config import Config
    from forensics.evidence.result import Blocker, Heartbeat

LIMIT = 60.0  # seconds for one hook
ALL = 300.0  # seconds for the hooks of one check; those that are left run with the next
GRACE = 2.0
PREFIX = "FORENSICS_"


def run_hook(argv: Sequence[str], environment: Mapping[str, str], limit: float = LIMIT) -> str:
    """Run a hook without a shell, and return what became of it.

    What it prints goes to our stderr. It has a session of its own, so that all of it can be stopped.
    """
    began = time.monotonic()
    sink = subprocess.DEVNULL if sys.stderr is None else 2
    try:
        hook = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=dict(environment), start_new_session=True
        )
    except (OSError, ValueError) as error:
        return f"could not be started: {getattr(error, 'strerror', None) or error}"
    with hook:
        try:
            code = hook.wait(limit)
        except subprocess.TimeoutExpired:
            stop(hook)
            return f"stopped, because it took more than {limit:g} s"
        except BaseException:
            stop(hook)
            raise
    return f"{ending(code)} after {time.monotonic() - began:.1f} s"


def stop(hook: subprocess.Popen[bytes]) -> None:
    """End a hook and all that it started; it is asked first, and killed when it does not listen."""
    with suppress(ProcessLookupError):
        os.killpg(hook.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        hook.wait(GRACE)
    with suppress(ProcessLookupError):
        os.killpg(hook.pid, signal.SIGKILL)
    hook.wait()


def ending(code: int) -> str:
    """Return how a command ended."""
    return f"exit {code}" if code >= 0 else f"killed by signal {-code}"


def surroundings(config: Config, blocker: Blocker, beats: Sequence[Heartbeat], alert: str) -> dict[str, str]:
    """Return the environment of a hook: ours without the secrets that are for us, and what is known of the job."""
    return {**without_secrets(config), **figures(blocker, beats, alert)}


def without_secrets(config: Config) -> dict[str, str]:
    """Return our environment without the variables that the config says hold secrets, and without copies of these."""
    names = {"GITEA_TOKEN", config.slack_webhook_env, *([config.tracker.token_env] if config.tracker else ())}
    secrets = {os.environ.get(name or "") for name in names} - {None, ""}
    return {name: value for name, value in os.environ.items() if name not in names and value not in secrets}


def figures(blocker: Blocker, beats: Sequence[Heartbeat], alert: str) -> dict[str, str]:
    """Return what is known of a silent job as variables; those of which nothing is known are empty."""
    from forensics.timeline import utc_text
    from forensics.untrusted import safe_line

    beat = next(beat for beat in beats if beat.job == blocker.job)
    told = {
        "JOB": named(beat.job),
        "STATUS": beat.status,
        "TEXT": safe_line(blocker.text),
        "LAST": "" if beat.last is None else utc_text(beat.last),
        "AGE_SECONDS": number(beat.age_seconds),
        "INTERVAL_SECONDS": number(beat.interval_seconds),
        "RATIO": number(beat.ratio),
        "ALERT": alert,
    }
    return {PREFIX + name: value for name, value in told.items()}


def number(value: float | None) -> str:
    """Return a number for a program, empty where there is none."""
    return "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")
