"""An incident's dossier as Markdown: the answer, likely causes, layers, what differs, since when, what to do, proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forensics.evidence.investigation import Moment
from forensics.evidence.result import Result
from forensics.report.columns import studied_runs, window_runs
from forensics.report.dossier_timeline import Timeline, timeline_view
from forensics.report.markdown import assembled
from forensics.report.page_causes import Causes, Likely, Step, causes_of
from forensics.report.page_compared import Comparison
from forensics.report.view_alert import Alert, alert
from forensics.report.view_pen import days_text, pen_for
from forensics.report.view_since import LONGEST_LINE
from forensics.report.view_sources import Fold, Sources, sources_view, written_out
from forensics.report.view_story import STEP_END
from forensics.untrusted import fence

SHOWN_UNKNOWN = 6
SECTIONS = (
    "dossier_title",
    "alert",
    "dossier_causes",
    "dossier_layers",
    "dossier_contrasts",
    "dossier_changes",
    "dossier_steps",
    "dossier_timeline",
    "sources",
    "footer",
)


@dataclass(frozen=True)
class Told:
    """A next step: its ``block`` holds a command or a diff in a fence that it cannot leave, empty where it has none."""

    text: str
    block: str
    cost: str


@dataclass(frozen=True)
class Steps:
    """What to do about one cause."""

    number: int
    title: str
    steps: tuple[Told, ...]


@dataclass(frozen=True)
class Dossier:
    """A dossier in plain values. Every text in it may stand where the templates put it."""

    days: str
    alert: Alert
    causes: Causes | None
    compared: tuple[Comparison, ...]
    shown_unknown: int
    steps: tuple[Steps, ...]
    timeline: Timeline
    sources: Sources
    names: Fold
    now: str
    zone: str
    inputs: str


def dossier_markdown(result: Result, moments: Sequence[Moment], ascii_only: bool = False) -> str:
    """Return the dossier; ``moments`` are the incident's, with ``ascii_only`` in ASCII alone."""
    return assembled(dossier(result, moments, ascii_only), SECTIONS, ascii_only)


def dossier(result: Result, moments: Sequence[Moment], ascii_only: bool = False) -> Dossier:
    """Return what a dossier shows."""
    pen = pen_for(result, ascii_only)
    causes = causes_of(result.investigation, pen, studied_runs(result))
    return Dossier(
        days=days_text(result),
        alert=dossier_alert(alert(result, window_runs(result), pen), causes),
        causes=causes,
        compared=tuple(causes.comparisons) if causes else (),
        shown_unknown=SHOWN_UNKNOWN,
        steps=tuple(steps_of(each) for each in (causes.likely if causes else ()) if each.steps),
        timeline=timeline_view(moments, pen),
        sources=sources_view(result, pen),
        names=written_out(pen),  # last: by now all names are known
        now=pen.full(result.window.now),
        zone=str(result.config.timezone),
        inputs=result.inputs[:8],
    )


def dossier_alert(told: Alert, causes: Causes | None) -> Alert:
    """Return the first paragraph of a dossier: what to do is taken from its causes, as it lists no blockers above."""
    steps = first_steps(causes)
    is_longer = steps is not None and told.story.todo is not None and steps.startswith(told.story.todo)
    story = replace(told.story, todo=steps) if is_longer else told.story
    return replace(told, has_blockers=False, todo=steps or told.todo, story=story)


def first_steps(causes: Causes | None) -> str | None:
    """Return the first steps for the likeliest causes, as many as fit into a line; None where none does."""
    wanted = [STEP_END.split(cause.steps[0].text)[0] for cause in (causes.likely[:2] if causes else ()) if cause.steps]
    for count in (2, 1):
        told = "; ".join(f"{text[:1].lower()}{text[1:]}" for text in wanted[:count])
        if wanted and len(f"> **Do now:** {told}.") <= LONGEST_LINE:
            return told
    return None


def steps_of(cause: Likely) -> Steps:
    """Return what to do about a cause."""
    return Steps(cause.number, cause.title, tuple(map(step_view, cause.steps)))


def step_view(step: Step) -> Told:
    """Return a step with what of it is to be copied in a fence."""
    diff = "\n".join(line.text for line in step.diff)
    block = fence(diff, "diff") if diff else fence(step.command, "sh") if step.command else ""
    return Told(step.text, block, step.cost)
