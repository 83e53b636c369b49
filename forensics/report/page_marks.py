"""How a verdict looks on the page: a box that tells the work in grey, too, and one of five tones."""

from __future__ import annotations

from dataclasses import dataclass

from forensics.verdicts import MEANINGS, Verdict

TONES = {
    Verdict.FALSE_SUCCESS: "bad hollow",
    Verdict.SILENT_FAILURE: "bad hollow",
    Verdict.MISSED: "bad hollow",
    Verdict.INTERRUPTED: "bad dashed",
    Verdict.FAILED: "bad hollow",
    Verdict.UNVERIFIABLE: "unsure dashed",
    Verdict.FALSE_ALARM: "word filled",
    Verdict.UNREPORTED: "word filled",
    Verdict.PENDING: "calm hollow",
    Verdict.SKIPPED: "calm hollow",
    Verdict.CONFIRMED: "good filled",
}
UNPROVEN = "bad dashed"


@dataclass(frozen=True)
class Mark:
    """The two marks of a run in their box: ``look`` are classes of the style, ``word`` the verdict in words."""

    signs: str
    look: str
    word: str


def mark(signs: str, verdict: str, is_unproven: bool = False) -> Mark:
    """Return the box of a verdict."""
    word = verdict.replace("_", " ")
    return Mark(
        signs, UNPROVEN if is_unproven else TONES[Verdict(verdict)], f"{word} (unproven)" if is_unproven else word
    )


def look_of(kind: str, flags: tuple[str, ...] = ()) -> str:
    """Return the tone of a blocker's kind: that of its verdict, else of trouble."""
    if "unproven" in flags:
        return UNPROVEN
    return TONES[Verdict(kind)] if kind in set(Verdict) else "word hollow" if kind == "reporting" else "bad hollow"


def meanings(verdicts: set[str]) -> list[tuple[str, str]]:
    """Return the verdicts that are there with what they mean, worst first."""
    return [(verdict.value.replace("_", " "), MEANINGS[verdict]) for verdict in Verdict if verdict in verdicts]
