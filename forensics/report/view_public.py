"""How names, times and sentences are told to a tracker or a chat, which others than the report's own reader see.

Names and counts leave the house, quotations never do: what stands between quotation marks in a sentence is left
out, unless it is a name. What time alone would change is told in steps, so that a text which is kept up to date is
seldom changed, and stays true until then.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from forensics.timeline import NANOS, duration_text, local_text
from forensics.untrusted import Names, clipped, fence, is_name, safe_line

LEFT_OUT = "(left out)"
TOO_ODD = "(a sentence of many odd names is left out here; it stands in the report)"
QUOTED = re.compile(
    r"`[^`]*`|(?<![A-Za-z0-9])(?:\"(?P<double>[^\"]*)|'(?P<single>[^']*)|“(?P<curly>[^”]*))(?:[\"'”](?![A-Za-z0-9])|\Z)"
)
COLOUR = re.compile(r"(?i)(?:rgb|hsl)a?\(")  # as a code span, Gitea would draw it
# Plain words that a forge makes more of: the name of a host, an emoji, the hash of a commit.
DRAWN = re.compile(r"(?i)www\.|:[\w+-]*[a-z][\w+-]*:|(?<![a-z0-9])[0-9a-f]{7,64}(?![a-z0-9])")
SILENCE = re.compile(r"silent for [^,]{1,60}, ([0-9]{1,12})\.[0-9]{2} × its ([^.]{1,60})")
LONGEST_SHOWN = 900
MINUTE, HOUR, DAY = 60, 3600, 86_400
SPANS = (15 * MINUTE, 30 * MINUTE, *(hours * HOUR for hours in (1, 2, 3, 6, 12, 18, 24, 36)))
TIMES = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50)


class PublicNames(Names):
    """Names and sentences without quotations."""

    def sentence(self, text: str) -> str:
        """Return a sentence with its quotations left out; one that would be mostly stand-ins is left out whole."""
        before = dict(self.written)
        shown = super().sentence(QUOTED.sub(without_quotation, safe_line(text)))
        if len(shown) <= LONGEST_SHOWN:
            return shown
        self.written = before
        return TOO_ODD

    def code(self, text: str) -> str:
        """Return a path or a name as a code span."""
        return self.plain(text) if COLOUR.match(text) else super().code(text)

    def name(self, text: str) -> str:
        """Return the name of a job or a host as a code span, for a line or a table cell: allowed, or a stand-in."""
        return f"`{self.plain(text).strip('`')}`"

    def _token(self, match: re.Match[str]) -> str:
        shown = super()._token(match)
        return self._odd_word(shown) if shown == match[0] and DRAWN.search(shown) else shown


def without_quotation(match: re.Match[str]) -> str:
    """Return code as it is, a quoted name as code, and nothing of any other quotation."""
    if match.lastgroup is None:
        return match[0]
    quoted = match[match.lastgroup]
    return f"`{quoted}`" if is_name(quoted) else LEFT_OUT


def written_out(names: Names, count: int, longest: int) -> str:
    """Return a fence with the names that stood above as ``slug~hash``, empty where there are none."""
    lines = [f"{short} = {clipped(full, longest)}" for short, full in list(names.written.items())[:count]]
    left = len(names.written) - len(lines)
    if left > 0:
        lines.append(f"{left:,} more")
    return fence("\n".join(lines)) if lines else ""


def dated(at: int, zone: ZoneInfo) -> str:
    """Return an instant on a zone's clock, with the zone's name: ``2026-03-18 07:45 Asia/Tokyo``."""
    return f"{local_text(at, zone)} {zone}"


def dated_in_full(at: int, zone: ZoneInfo) -> str:
    """Return an instant as ``dated`` does, with the offset, which tells an hour that comes twice."""
    offset = datetime.fromtimestamp(at // NANOS, UTC).astimezone(zone).isoformat()[-6:]
    return dated(at, zone) if str(zone) == "UTC" else f"{dated(at, zone)} (UTC{offset})"


def steady(sentence: str) -> str:
    """Return a sentence about a silent heartbeat with its figures as steps: ``at least 3 × its interval of 24 h``."""
    return SILENCE.sub(lambda match: f"silent for {at_least(int(match[1]))} × its interval of {match[2]}", sentence)


def at_least(times: int) -> str:
    """Return how many times at least: the highest step that is reached."""
    unit = 1
    while times // unit > TIMES[-1]:
        unit *= 10
    return f"at least {unit * max((step for step in TIMES if unit * step <= times), default=0):,}"


def span_text(begin: int, end: int) -> str:
    """Return how long something lasts at least, as a step: ``over 36 h``, ``over 3 days``; empty under 15 min."""
    seconds = (end - begin) // NANOS
    if seconds >= 2 * DAY:
        return f"over {seconds // DAY:,} days"
    reached = [step for step in SPANS if step <= seconds]
    return f"over {duration_text(reached[-1])}" if reached else ""
