"""What the days before the window show of a night's blockers: since when they stand, and how often it was so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from forensics.analyse.changes import blocker_key
from forensics.analyse.run_blockers import of_trouble
from forensics.analyse.troubles import troubles
from forensics.evidence.columns import Columns
from forensics.evidence.result import Blocker, Finding, Result
from forensics.timeline import local_text


def with_earlier(result: Result, studied: Result) -> tuple[Blocker, ...]:
    """Return the blockers of a report, those of runs told as the same runs seen over more days show them.

    ``studied`` is the same evidence judged over a longer window. A blocker that it sees otherwise stays as it was.
    """
    own = result.runs.loc[result.runs["in_window"], "key"]
    columns = Columns(studied.runs.assign(in_window=studied.runs["key"].isin(own)))
    zone = result.config.timezone
    seen = [
        of_trouble(each, columns, studied.explain, studied.provenance, zone)
        for each in troubles(columns, studied.window.since)
    ]
    longer = {blocker_key(each): each for each in seen}
    return tuple(told_longer(each, longer) for each in result.blockers)


def told_longer(blocker: Blocker, longer: Mapping[str, Blocker]) -> Blocker:
    """Return a blocker with what more days show of it, if they show the same runs of it in the window."""
    more = longer.get(blocker_key(blocker))
    if more is None or (more.count, more.cause, more.flags) != (blocker.count, blocker.cause, blocker.flags):
        return blocker
    return replace(blocker, since=more.since, text=more.text, observed=more.observed)


def too_many_to_compare(result: Result, most: int) -> Finding:
    """Return that a night's report does not compare so many runs, and what does."""
    runs, zone = result.summary.runs, result.config.timezone
    since, until = (local_text(instant, zone) for instant in (result.window.since, result.window.until))
    return Finding(
        kind="not_compared",
        text=f"{runs:,} runs are more than a report compares with each other ({most:,}): why some went wrong is not "
        "looked for here.",
        todo=f"Ask for it: `forensics investigate --since '{since}' --until '{until}'` (`--job`: of some alone).",
        detail={"runs": runs, "most": most},
    )
