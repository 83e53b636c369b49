"""The reasons of a verdict: what was observed, what was looked for in vain, and what follows.

Each observation names the row behind it, or the place that was searched. A sentence that begins with
"So" is an inference; one that begins with "Lane to add" is advice; every other one is an observation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from forensics.classify.judged import Judged
from forensics.classify.reasons_absent import message, unseen
from forensics.classify.reasons_flags import remarks
from forensics.classify.reasons_inferred import INFERENCES
from forensics.classify.reasons_learnt import support
from forensics.classify.reasons_seen import claims, seen
from forensics.classify.reasons_subject import Dossier
from forensics.classify.rules import RULES
from forensics.evidence.coverage import Coverage
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Learnt, Paired, Window
from forensics.evidence.provenance import Provenance


def explainer(
    judged: Judged,
    paired: Paired,
    evidence: Evidence,
    coverage: Coverage,
    provenance: Provenance,
    window: Window,
    zone: ZoneInfo,
    learnt: Sequence[Learnt] = (),
) -> Callable[[int], list[str]]:
    """Return a function that gives the reasons of a run by its row; times are in ``zone``, made when asked for."""
    dossier = Dossier(judged, paired, evidence, coverage, provenance, window, zone, tuple(learnt))
    return lambda run: reasons(dossier, run)


def reasons(dossier: Dossier, run: int) -> list[str]:
    """Return the reasons of one run: observations first, then remarks on its flags, then the inference."""
    subject = dossier.subject(run)
    told = [
        *seen(dossier, subject),
        *unseen(dossier, subject),
        *claims(dossier, subject),
        *message(dossier, subject),
        *remarks(dossier, subject),
        *support(dossier, subject),
        *INFERENCES[RULES[dossier.judged.rule[run]].reason](dossier, subject),
    ]
    return sorted(told, key=order)


def order(sentence: str) -> int:
    """Return the place of a sentence: observations, then inferences, then advice."""
    return 2 if sentence.startswith("Lane to add") else 1 if sentence.startswith("So ") else 0
