"""The night in a few lines for Slack: the report's first paragraph, the worst blockers, and where the rest stands.

Slack's own markup (``mrkdwn``) is written here. Only ``&``, ``<`` and ``>`` carry meaning that must be escaped:
mentions, channels and links are all written in angle brackets, so that none can come out of evidence. What Slack
would find without them, such as the name of a host or an emoji between colons, is put into a code span.
Source of the format: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from forensics.evidence.lookback import NIGHTLY
from forensics.evidence.result import Blocker, Result
from forensics.report.columns import window_runs
from forensics.report.issue_titles import OF_NO_JOB, VERBS
from forensics.report.issue_view import kind_of
from forensics.report.markdown import filled, template
from forensics.report.view_alert import alert
from forensics.report.view_changes import flips, standing
from forensics.report.view_pen import Pen, days_text, pen_for
from forensics.report.view_public import PublicNames
from forensics.report.wording import counted
from forensics.timeline import utc_text
from forensics.untrusted import safe_line

LONGEST_SUMMARY = 3000
SHOWN_BLOCKERS = 5
UNWATCHED = "a report that was due did not run"
MORE = "…and more, in the whole report."
UNPROVEN = "said that it failed, and nothing can tell"
CODE = re.compile(r"(`[^`]*`)")
FOUND_BY_SLACK = re.compile(r"[^\s`()]*(?:[A-Za-z0-9]\.[A-Za-z]{2,}|:[A-Za-z0-9_+'-]+:)[^\s`()]*")
LINK = re.compile(r"https?://[A-Za-z0-9.:-]+(?:/[A-Za-z0-9._~#/-]*)?")


def summary_text(result: Result, where: str = "") -> str:
    """Return the summary, at most 3,000 characters; ``where`` is the path or the address of the whole report."""
    pen = replace(pen_for(result, ascii_only=False), names=PublicNames())
    shown = alert(result, window_runs(result), pen)
    level, *answer = filled(template("alert").render(view={"alert": shown}))
    head = [f"*Night Watch {days_text(result)}*{' :warning:' if 'NOTE' not in level else ''}"]
    lines = [*head, *(mrkdwn(line.removeprefix("> ")) for line in answer), *blocker_lines(result, pen)]
    last = f"Whole report: {place(result, where, pen)}"
    return "\n".join([*within(lines, LONGEST_SUMMARY - len(last) - 1), last])


def blocker_lines(result: Result, pen: Pen) -> Iterator[str]:
    """Yield a line for each of the worst blockers, and one that counts the others."""
    found = flips(result, pen)
    for blocker in result.blockers[:SHOWN_BLOCKERS]:
        since = "" if blocker.since is None else f", since {pen.full(blocker.since)}"
        new = " (new)" if standing(blocker, found) == "new" else ""
        yield f"• {mrkdwn(what(blocker, pen))}{since}{new}"
    left = len(result.blockers) - SHOWN_BLOCKERS
    if left > 0:
        yield f"• and {counted(left, 'more blocker')}"


def what(blocker: Blocker, pen: Pen) -> str:
    """Return what is wrong, in the words of an issue's title."""
    kind = kind_of(blocker)
    if blocker.about == NIGHTLY:
        return UNWATCHED
    if not blocker.job:
        return OF_NO_JOB.get(blocker.kind, blocker.kind.replace("_", " "))
    verb = UNPROVEN if kind == "failed_unproven" else VERBS.get(blocker.kind, "is in trouble")
    if kind.startswith("beat_"):
        verb = f"has a heartbeat that is {kind.removeprefix('beat_')}"
    return f"{pen.job_code(blocker.job, blocker.host)} {verb}"


def place(result: Result, where: str, pen: Pen) -> str:
    """Return where the whole report is: an address as a link, a path as code, else the command that makes it again."""
    address = safe_line(where)
    if LINK.fullmatch(address):
        return f"<{address}>"
    if where:
        return mrkdwn(pen.names.code(pen.near(where)))
    window = result.window
    times = (("since", window.since), ("until", window.until), ("now", window.now))
    return f"`forensics report {' '.join(f'--{name} {utc_text(at)}' for name, at in times)}`"


def mrkdwn(markdown: str) -> str:
    """Return a line of the report's Markdown, of which it uses bold and code, as Slack writes it."""
    parts = CODE.split(markdown)
    return "".join(escaped(part) if at % 2 else escaped(unfound(part)) for at, part in enumerate(parts))


def unfound(text: str) -> str:
    """Return text outside code with what Slack would link or draw by itself as code, and bold as Slack has it."""
    return FOUND_BY_SLACK.sub(lambda match: f"`{match[0]}`", text.replace("**", "*"))


def escaped(text: str) -> str:
    """Return text in which Slack finds no mention, channel or link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def within(lines: list[str], limit: int) -> list[str]:
    """Return the first lines that stay within a limit together, none of them cut, and a last one that says so."""
    kept: list[str] = []
    left = limit - len(MORE) - 1
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            return [*kept, MORE]
        kept.append(line)
    return kept
