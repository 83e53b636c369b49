"""What a cron line is called, and the glob by which its runs are known in a log.

The log shows a command as cron starts it, which is not always as it stands in the table: an unescaped ``%``
ends it, control characters are spelled out, and what is too long is cut. There the glob has a ``*``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from forensics.match.names import SUFFIXES, base_name, command_name, command_names, slug, tokens
from forensics.redaction import redact

# Cron's own limit of a command is 999 bytes, and its log cuts there (vixie-cron, MAX_COMMAND; cronie is alike).
LONGEST = 900
MASK = re.compile(r"REDACTED-[a-z-]+?-[0-9a-f]{4}")
# Secrets that only the program before them gives away. The last group is the secret.
TELLING = (
    re.compile(r"\b(?:mysql\w*|mariadb[\w-]*)\b[^|;&]{0,400}?\s-p([^\s|;&]+)"),
    re.compile(r"\b(?:sshpass|htpasswd)\b[^|;&]{0,200}?\s-[a-z]*p\s*([^\s|;&]+)"),
    re.compile(
        r"\b(?:curl|wget|lftp|smbclient|rpcclient|net)\b[^|;&]{0,400}?\s(?:-u|-U|--user)[ =]?\s*"
        r"[\"']?[^\s:%\"']+[:%]([^\s\"']+)"
    ),
    re.compile(r"\bopenssl\b[^|;&]{0,400}?\s(?:-k|-passin|-passout|-pass)\s+(?:pass:)?([^\s|;&]+)"),
    re.compile(r"\b(?:zip|7z|unrar)\b[^|;&]{0,200}?\s(?:-P\s*|-p)([^\s|;&]+)"),
    re.compile(r"\bredis-cli\b[^|;&]{0,200}?\s-a\s+([^\s|;&]+)"),
    re.compile(r"\bldap\w+\b[^|;&]{0,400}?\s-w\s*([^\s|;&]+)"),
)
RECORDED = re.compile(r"\bforensics\s+run\b.{0,400}?\s--job[ =]([A-Za-z0-9][A-Za-z0-9._-]{0,63})(?=\s)")
BEATING = re.compile(
    r"(?:heartbeat-write(?:\.sh)?|forensics\s+heartbeat\s+write)\s+([A-Za-z0-9][A-Za-z0-9._-]{0,63})(?=\s|$)"
)
RUN_PARTS = re.compile(r"\brun-parts\b(?:\s+-\S+)*\s+(/[^\s;&|()'\"]+)")
OWN = re.compile(r"\bforensics\s+(?:report|heartbeat\s+check|runs\s+retry|issues|doctor|collect)\b")


def as_logged(command: str) -> str:
    r"""Return a command as cron starts it: up to an unescaped ``%``, and with ``\%`` as ``%``."""
    return re.split(r"(?<!\\)%", command, maxsplit=1)[0].replace("\\%", "%").strip()


def hidden(text: str) -> str:
    """Return a text with a mask in place of each secret."""
    for pattern in TELLING:
        text = pattern.sub(masked, text)
    return redact(text)


def masked(match: re.Match[str]) -> str:
    """Return what was matched with a mask in place of its last group."""
    start, end = (at - match.start() for at in match.span(1))
    return f"{match[0][:start]}REDACTED-argument-0000{match[0][end:]}"


def glob_of(command: str) -> str:
    """Return the glob that a command, as it stands in its table, fits in a log, secrets left out."""
    safe = re.sub(r"[ \t]*\r\Z", "\r", hidden(command.strip(" \t\n")))
    head, percent, _ = re.split(r"(?<!\\)(%)", safe, maxsplit=1) if re.search(r"(?<!\\)%", safe) else (safe, "", "")
    glob = re.sub(r"([*?[])", r"[\1]", head.rstrip(" \t")) + ("*" if percent else "")
    if glob.endswith(")") and glob.count(")") > glob.count("("):
        glob = glob.rstrip(") ") + "*"  # a log's reader cannot tell it from cron's own
    glob = MASK.sub("*", glob).replace("\\%", "*%")
    glob = re.sub(r"[^ -~]+", "*", glob)
    if len(glob) > LONGEST:
        glob = whole(glob[:LONGEST]) + "*"
    return re.sub(r"\*(?:\s*\*)+(?!\])", "*", glob)


def is_telling(glob: str) -> bool:
    """Return whether a glob names anything at all, so that it fits some commands and not any."""
    return len(re.findall(r"[A-Za-z0-9]", glob)) > 2


def whole(glob: str) -> str:
    """Return a glob that was cut, without a bracket that lost its end."""
    opened = glob.rfind("[", len(glob) - 2)
    return glob[:opened] if opened >= 0 else glob


def wished_name(command: str) -> str:
    """Return the name that a report without a config would give the job of a cron line.

    A line that hands its work to ``forensics run`` names the job itself.
    """
    recorded, folder = RECORDED.search(command), RUN_PARTS.search(command)
    if recorded:
        return recorded[1]
    if folder:
        return slug(f"run-parts-{base_name(folder[1])}")
    return unmasked(command_name(MASK.sub("", hidden(as_logged(command)))))


def names_of(commands: Iterable[str]) -> dict[str, str]:
    """Return by cron line the name that a report without a config would give its job, among all these lines."""
    lines = list(commands)
    plain = [line for line in lines if not (RECORDED.search(line) or RUN_PARTS.search(line))]
    clean = {line: MASK.sub("", hidden(as_logged(line))) for line in plain}
    named = command_names(clean.values())
    return {line: unmasked(named[clean[line]]) if line in clean else wished_name(line) for line in lines}


def unmasked(name: str) -> str:
    """Return a name without masks: what stands behind a secret may be taken for one, too."""
    return slug(MASK.sub("", name)) if MASK.search(name) else name


def beats_of(command: str) -> tuple[str, ...]:
    """Return the names under which a line writes heartbeats."""
    return tuple(dict.fromkeys(BEATING.findall(command)))


def folder_of(command: str) -> str | None:
    """Return the folder whose scripts a line starts one after the other, None where it does not."""
    found = RUN_PARTS.search(command)
    return found[1].rstrip("/") if found else None


def is_own(command: str) -> bool:
    """Return whether a line starts one of this program's own checks."""
    return OWN.search(command) is not None


def own_words(command: str) -> list[str]:
    """Return the words of a command by which it can be told from another, without secrets, in order."""
    endings = {suffix.strip(".") for suffix in SUFFIXES}
    return [word for word in tokens(MASK.sub(" ", hidden(as_logged(command)))) if word not in endings]
