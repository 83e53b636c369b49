"""What is said of artifacts that nobody declared: on how many runs a template rests, and which one is not sure."""

from __future__ import annotations

from forensics.classify.reasons_subject import Dossier, Subject, counted
from forensics.evidence.paired import Learnt
from forensics.timeline import duration_text

SHOWN = 2


def support(dossier: Dossier, subject: Subject) -> list[str]:
    """Return why files that nobody declared speak for a run, or why their absence speaks against it."""
    facts, row = dossier.judged.facts, subject.row
    if not facts.shown.is_learnt[row] or not speaks(dossier, subject):
        return []
    told = [resting(each) for each in dossier.learnt if each.job == subject.code and each.is_sure]
    left = len(told) - SHOWN
    if left <= 0:
        return told
    more = f"{counted(left, 'more template')} {'is' if left == 1 else 'are'}"
    return [*told[:SHOWN], f"So {more} taken for its artifacts, too: nobody declared them, its other runs show them."]


def speaks(dossier: Dossier, subject: Subject) -> bool:
    """Return whether the verdict rests on such a file, or on the lack of it."""
    facts, row = dossier.judged.facts, subject.row
    return bool(dossier.proofs.of(row)) or bool(facts.could_prove[row] and not facts.executed[row])


def resting(each: Learnt) -> str:
    """Return on what a learnt template rests."""
    after = f"{duration_text(each.delay)} after their start"
    if each.met == 1:
        return f"So `{each.text}` is taken for its artifact: nobody declared it, its name and one run's time show it."
    runs = f"{each.met:,} of {each.runs:,}"
    after += f", its dates being {each.zone.key}'s" if each.zone else ""
    return f"So `{each.text}` is taken for its artifact: learnt from {runs} of its runs, about {after}."


def perhaps(dossier: Dossier, subject: Subject) -> str:
    """Return which path may be the job's artifact, though that is not sure; empty where none is known."""
    found = next((each for each in dossier.learnt if each.job == subject.code and not each.is_sure), None)
    if found is None:
        return ""
    return f"; perhaps `{found.text}`, which fits {found.met:,} of {found.runs:,} of its runs: not enough to be sure"
