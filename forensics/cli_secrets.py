"""Secrets: read at the edge, handed on as arguments, and gone from the environment that children would see."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from forensics.errors import ForensicsError

if TYPE_CHECKING:
    from forensics.config import Config, Tracker

LONGEST = 4096
SLACK_TOKEN = "FORENSICS_SLACK_TOKEN"
READ_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def token_of(settings: Tracker) -> str:
    """Return the tracker's token, from its file or its variable.

    Raises:
        ForensicsError: there is none, or others may read it.
    """
    if settings.token_file is not None:
        return from_file(Path(settings.token_file))
    return from_variable(settings.token_env, "the tracker's token", "[tracker] token_env")


def tokens_of(config: Config) -> dict[str, str]:
    """Return the secrets of live sources by the sources' keys; one that is not there is missed by its source alone."""
    from forensics.pipeline import key_of

    variables = {key_of(each): each.token_env or SLACK_TOKEN for each in config.sources if each.kind == "slack"}
    found: dict[str, str] = {}
    for name in sorted(set(variables.values())):
        with suppress(ForensicsError):
            found[name] = from_variable(name, "the token of a live source", "[[source]] token_env")
    return {key: found[name] for key, name in variables.items() if name in found}


def from_variable(name: str, what: str, key: str) -> str:
    """Return a secret from a variable, and take it out of the environment.

    Raises:
        ForensicsError: it is not set, or no text fit to be sent in a header.
    """
    secret = os.environ.pop(name, "").strip()
    if not secret:
        raise ForensicsError(f"${name} is not set: it holds {what} - export it, or name another one as {key}")
    return fit(secret, f"${name}")


def from_file(path: Path) -> str:
    """Return a secret from a file that only its owner can read.

    Raises:
        ForensicsError: it cannot be opened, others may read it, or it holds no text fit to be sent in a header.
    """
    where = f"[tracker] token_file {path}"
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            seen = os.fstat(file.fileno())
            if not stat.S_ISREG(seen.st_mode):
                raise ForensicsError(f"{where}: this is no plain file - name the file that holds the token")
            if seen.st_mode & READ_BY_OTHERS:
                raise ForensicsError(f"{where}: others may read it - run chmod 600 {path}, and think of a new token")
            content = file.read(LONGEST + 1)
    except OSError as error:
        raise ForensicsError(f"{where} cannot be read: {error.strerror}") from error
    return fit(content.decode("utf-8", "replace").strip(), where)


def fit(secret: str, where: str) -> str:
    """Return a secret that can be sent.

    Raises:
        ForensicsError: it is empty, long, or holds signs that no token has.
    """
    if not secret or len(secret) > LONGEST or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ForensicsError(f"{where}: what it holds is no token - one line of letters, digits and signs is expected")
    return secret
