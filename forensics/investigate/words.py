"""How counts, names and instants are said in what an investigation tells."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from forensics.evidence.investigation import ChangePoint, Group, Occasion
from forensics.evidence.paired import NAT
from forensics.timeline import local_text

LISTED = 4


def share(count: int, of: int) -> str:
    """Return a count with its base: ``16 of 56``."""
    return f"{count:,} of {of:,}"


def counted(number: int, thing: str) -> str:
    """Return a count with its noun: ``1 run``, ``2,316 runs``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], shown: int = LISTED) -> str:
    """Return names as code, no more than are read at a glance: ``a``, ``b`` and 3 more."""
    left = len(names) - shown
    told = [f"`{name}`" for name in names[: shown if left > 0 else len(names)]]
    if left > 0:
        return f"{', '.join(told)} and {left:,} more"
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)


def subject(jobs: Sequence[str]) -> str:
    """Return whom a cause is about: the one job, else how many with the first of them."""
    return f"`{jobs[0]}`" if len(jobs) == 1 else counted(len(jobs), "job")


def of_those(jobs: str, among: str) -> str:
    """Return some jobs, or those of their runs that share a value where a change is about these alone."""
    return f"Runs with `{unquoted(among)}` of {jobs}" if among else jobs


def between(change: ChangePoint, zone: ZoneInfo) -> str:
    """Return the instants between which a change lies, and where it most likely does if more than one run is open."""
    first, likely, last = (when(at, zone) for at in (change.last_good, change.first_bad, change.until))
    return f"between {first} and {last}{f', most likely by {likely}' if change.until > change.first_bad else ''}"


def when(at: int, zone: ZoneInfo, is_exact: bool = False) -> str:
    """Return an instant on the wall clock."""
    return "an unknown time" if at == NAT else local_text(at, zone, is_exact)


def chance(p_value: float | None) -> str:
    """Return a p-value as people write it, empty where there is none."""
    if p_value is None:
        return ""
    return f"p = {p_value:.2g}" if p_value >= 0.0001 else "p < 0.0001"


def of_runs(group: Group, went: str) -> str:
    """Return how many runs of a group went so: ``16 of 16 runs not done``."""
    return f"{share(group.bad, group.runs)} {'run' if group.runs == 1 else 'runs'} {went}"


def happening(occasion: Occasion) -> str:
    """Return an event in words: ``upgrade to gateway 2026.3.14``, ``restart of web1``."""
    name = unquoted(occasion.name)
    link = {"upgrade": "to", "deploy": "of", "restart": "of", "reboot": "of"}.get(occasion.kind, "")
    return " ".join(word for word in (occasion.kind, link, name) if word and name) or occasion.kind


def setting(name: str, value: str) -> str:
    """Return an attribute and its value as code."""
    return f"`{unquoted(name)} = {unquoted(value)}`"


def unquoted(text: str) -> str:
    """Return a text of others without what would begin or end code in a sentence."""
    return text.replace("`", "'")


def went_wrong(about: str) -> str:
    """Return what a bad run is, said of it."""
    return "told wrongly or not at all" if about == "reporting" else "not done"
