"""The titles of issues: fixed as long as an issue lives, without counts, and of letters that no scanner minds.

Gitea reads a title as plain text and notes every change of it; so only allowed names stand there as they are.
"""

from __future__ import annotations

from hashlib import sha256

from forensics.evidence.concerns import Subject
from forensics.untrusted import is_name, safe_line, slug

LONGEST_TITLE = 120
HEARTBEATS, REPORTS = "[heartbeat-checker]", "[night-watch]"
VERBS = {
    "stale": "is stale",
    "failed": "failed",
    "false_success": "claims success without proof",
    "silent_failure": "failed silently",
    "missed": "was missed",
    "interrupted": "was interrupted",
    "skipped": "was skipped again and again",
    "config": "cannot be scheduled as configured",
}
OF_NO_JOB = {"reporting": "the reporting cannot be believed", "source": "some evidence cannot be read"}


def title(subject: Subject) -> str:
    """Return the title of a subject's issue."""
    prefix = HEARTBEATS if subject.kind == "stale" else REPORTS
    host = (named(subject.host),) if subject.host else ()
    place = " on {}" if host else ""
    if subject.cause:
        return fitted(f"{prefix} several jobs: {{}}{place}", worded(subject.cause), *host)
    if subject.job:
        verb = VERBS.get(subject.kind, "is in trouble")
        return fitted(f"{prefix} {{}}{place} {verb}", named(subject.job), *host)
    about = OF_NO_JOB.get(subject.kind, "several jobs: {}")
    return fitted(f"{prefix} {about}{place}", *([] if subject.kind in OF_NO_JOB else [worded(subject.kind)]), *host)


def named(text: str) -> str:
    """Return a name as it may stand in a title: as it is, or as ``slug~hash``; secrets are masked."""
    safe = safe_line(text)
    return safe if is_name(safe) else slug(safe)


def worded(text: str) -> str:
    """Return a cause or a kind in words: ``host down``."""
    safe = safe_line(text)
    return safe.replace("_", " ") if is_name(safe) else slug(safe)


def fitted(form: str, *names: str) -> str:
    """Return a form with its names, these shortened to ``begin~hash`` where the whole would be too long."""
    room = LONGEST_TITLE - len(form.replace("{}", ""))
    own = room // max(1, len(names))
    limits = [max(own, room - sum(min(len(other), own) for other in names) + min(len(name), own)) for name in names]
    return form.format(*(shortened(name, limit) for name, limit in zip(names, limits, strict=True)))


def shortened(name: str, limit: int) -> str:
    """Return a name of at most so many characters: its beginning, and a hash that tells it from others like it."""
    if len(name) <= limit:
        return name
    return f"{name[: limit - 9].rstrip('-._~ ')}~{sha256(name.encode()).hexdigest()[:8]}"
