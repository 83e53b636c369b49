"""What is told of issues on the command line: the plan, what was done of it, and what waits."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from forensics.publish.actions import SENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forensics.evidence.result import Result
    from forensics.publish.actions import Action
    from forensics.publish.sync import Outcome

NOTHING = "nothing to do: no trouble is known that an issue should be about"


@dataclass(frozen=True)
class Filing:
    """What came of filing: the result that tells of it, why something waits, and what else is to be said."""

    result: Result
    troubles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def told(result: Result, outcome: Outcome) -> Filing:
    """Return what came of a sync, the result saying so too."""
    from forensics.evidence.result import Filed
    from forensics.publish.sync import listed

    filed = Filed(listed(outcome.planned), listed(outcome.done), listed(outcome.pending))
    return Filing(replace(result, filed=filed), outcome.troubles, outcome.notes)


def line_of(action: Action) -> str:
    """Return an action as a line for people."""
    number = "" if action.number is None else f" #{action.number}"
    return f"{action.verb}{number} {action.title}: {action.why}"


def told_plan(filing: Filing, form: str) -> str:
    """Return the plan and what became of it, as lines or as JSON."""
    from forensics.report.machine import tracker

    return json.dumps(tracker(filing.result), indent=2) + "\n" if form == "json" else plan_text(filing.result)


def plan_text(result: Result) -> str:
    """Return the plan as lines, one an issue, and how much of it was done."""
    from forensics.untrusted import safe_line

    filed = result.filed
    if not filed.planned:
        return NOTHING + "\n"
    done = {action["key"]: action["number"] for action in filed.done}
    pending = {action["key"] for action in filed.pending}
    lines = [safe_line(plan_line(action, done, pending)) for action in filed.planned]
    meant = sum(action["action"] in SENT for action in filed.planned)
    return "\n".join([*lines, f"{meant} to do, {len(filed.done)} done, {len(filed.pending)} waiting", ""])


def plan_line(action: Mapping[str, object], done: Mapping[object, object], pending: set[object]) -> str:
    """Return an action as a line: what became of it, the verb, the issue, the reason."""
    key, verb = action["key"], action["action"]
    state = "-" if verb not in SENT else "waits" if key in pending else "done" if key in done else "to do"
    number = action["number"] if action["number"] is not None else done.get(key)
    return f"{state:5}  {verb:6}  {'new' if number is None else f'#{number}':>5}  {action['title']}: {action['why']}"
