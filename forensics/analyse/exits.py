"""Which exit code a reading deserves; the highest that applies."""

from __future__ import annotations

from collections.abc import Sequence

from forensics.analyse.unread import unread
from forensics.evidence.intake import Evidence
from forensics.evidence.result import Blocker

QUIET, BLOCKED, INCOMPLETE = 0, 1, 3


def exit_code(blockers: Sequence[Blocker], evidence: Evidence) -> int:
    """Return 3 where evidence is incomplete, else 1 where a person must act, else 0."""
    if unread(evidence):
        return INCOMPLETE
    return BLOCKED if blockers else QUIET
