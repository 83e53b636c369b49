"""Causes that no row names: what bad runs have in common without a known mechanism, and an event at which it began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from forensics.evidence.investigation import Cause, ChangePoint, Contrast, NextStep, Occasion
from forensics.investigate import steps
from forensics.investigate.cause_case import Case
from forensics.investigate.cause_controls import went_on
from forensics.investigate.cause_since import change_text, contrast_text, dated, since_then
from forensics.investigate.words import counted, happening, listed, of_those, setting, share, subject, when

SHOWN_CHANGES = 3


SETTING = "What this setting changes for a run is where to look."
TRAIT = "What these runs have in common is where to look; it may also follow from what went wrong, not lead to it."


def pattern(case: Case, contrast: Contrast) -> Cause:
    """Return what tells bad runs from good ones, where no row shows how it makes them bad."""
    lost = np.flatnonzero(case.runs_having(contrast) & case.undone)
    codes = case.having(contrast.attribute, contrast.value) if contrast.level == "job" else set()
    jobs = tuple(sorted(case.studied.paired.jobs[code].name for code in codes))
    changes = case.changes_of(lost, contrast.about)
    told = "are not done" if contrast.about == "work" else "are told wrongly"
    also = [setting(name, value) for name, value in contrast.alongside]
    return Cause(
        kind="contrast",
        title=f"Runs with {setting(contrast.attribute, contrast.value)} {told}:"
        f" {share(contrast.within.bad, contrast.within.runs)},"
        f" against {share(contrast.others.bad, contrast.others.runs)} of all others",
        supports=(contrast_text(contrast), *since_then(case, contrast, changes), *dated(changes, case)),
        contradicts=tuple(exceptions(contrast)),
        inferred=(SETTING if contrast.level == "job" else TRAIT)
        + (f" It cannot be told from {', '.join(also)}: these split the runs alike." if also else ""),
        unknown="How it makes runs go wrong: no row shows a mechanism.",
        jobs=jobs,
        steps=(steps.settings_to_compare(contrast), *events_to_undo(changes), *steps.rerun(case, lost)),
        detail={"runs": contrast.within.bad, "attribute": contrast.attribute, "value": contrast.value},
    )


def exceptions(contrast: Contrast) -> Iterator[str]:
    """Yield the runs that do not fit."""
    good = contrast.within.runs - contrast.within.bad
    if good:
        yield f"{counted(good, 'run')} with it went well."
    if contrast.others.bad:
        yield f"{counted(contrast.others.bad, 'run')} without it went wrong, too."


def events_to_undo(changes: list[ChangePoint]) -> Iterator[NextStep]:
    """Yield the test of whether an event set it off."""
    if changes and changes[0].occasions:
        told = happening(changes[0].occasions[0])
        yield NextStep("look", f"Undo the {told} on one host or for one job, and see whether it comes back.")


def occasions(case: Case, told: Sequence[ChangePoint]) -> dict[Occasion, list[ChangePoint]]:
    """Return the events in whose time something changed for the worse, each with what did; the nearest one counts.

    ``told`` are changes that are causes of their own.
    """
    found: dict[Occasion, list[ChangePoint]] = {}
    for change in case.changes:
        if change in told:
            continue
        if change.occasions and not change.is_better and (not case.focus or case.focus.intersection(change.jobs)):
            found.setdefault(change.occasions[0], []).append(change)
    return found


def event(case: Case, occasion: Occasion, changes: list[ChangePoint]) -> Cause:
    """Return what is known of an event at which something changed."""
    jobs = tuple(dict.fromkeys(job for change in changes for job in change.jobs))
    unchanged = went_on(case, sorted(changes, key=lambda change: -len(change.jobs)))
    told = happening(occasion)
    todo = f"Undo the {told} on one host, or read its notes for what concerns {listed(jobs[:2])}."
    amongs = {change.among for change in changes}
    whose = of_those(subject(jobs), amongs.pop() if len(amongs) == 1 else "")
    against = f"{unchanged}: it was not the {occasion.kind} alone, but what it met in others."
    return Cause(
        kind="event",
        title=f"The {told} ({when(occasion.at, case.zone)}) came just before {whose[:1].lower()}{whose[1:]} went wrong",
        supports=tuple(change_text(change, case) for change in changes[:SHOWN_CHANGES]),
        contradicts=(against,) if unchanged else (),
        inferred="It lies in the very stretch of time in which it began. That makes it likely, and proves nothing.",
        unknown="Whether it comes back without it: nobody undid it to see.",
        jobs=jobs,
        steps=(NextStep("look", todo),),
        detail={"runs": sum(change.after.bad for change in changes), "event": occasion.name, "kind": occasion.kind},
    )
