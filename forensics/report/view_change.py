"""The change of a scheduler's settings that an investigation proposes, for the findings of a report."""

from __future__ import annotations

from dataclasses import dataclass

from forensics.evidence.result import Result
from forensics.report.view_pen import Pen
from forensics.report.view_story import first_words
from forensics.untrusted import fence, safe_text

PLACE = "\n@@ "


@dataclass(frozen=True)
class Proposal:
    """A change to make by hand: what it is, its first place as a diff, how many more it has, what it costs.

    ``diff`` is fenced; where no file holds the settings it has the commands that make the change instead.
    ``short`` is what it is in a few words, ``jobs`` are those that it is likely to bring back.
    """

    text: str
    short: str
    jobs: frozenset[str]
    diff: str
    left: int
    cost: str


def proposal(result: Result, pen: Pen) -> Proposal | None:
    """Return the change that the likeliest cause asks for among those of the jobs in trouble, None where none does."""
    if result.investigation is None:
        return None
    troubled = {blocker.job for blocker in result.blockers if blocker.job}
    for cause in result.investigation.causes:
        for step in cause.steps:
            if step.kind == "change" and (step.diff or step.command) and troubled & set(cause.jobs):
                head, *places = safe_text(step.diff).split(PLACE)
                shown = fence(PLACE.join([head, *places[:1]]), "diff")
                if not step.diff:
                    shown = fence(safe_text(step.command), "sh")
                return Proposal(
                    text=pen.sentence(step.text),
                    short=pen.sentence(first_words(step)),
                    jobs=frozenset(cause.jobs),
                    diff=shown,
                    left=max(0, len(places) - 1),
                    cost=pen.sentence(step.cost),
                )
    return None
